"""What input methods put where TOML wants ASCII: full-width signs, curly quotes, unseen marks."""

from typing import Final

DOUBLE_QUOTES: Final = '"“”„＂'
SINGLE_QUOTES: Final = "'‘’＇"
_UNSEEN: Final = (*range(9), *range(11, 32), *range(0x200B, 0x2010), 0x2060, 0xFEFF)
_PLAIN: Final = dict.fromkeys(map(chr, _UNSEEN), "") | dict(
    zip("、。【】—–", ",.[]--", strict=True)
)
_STRAIGHT: Final = dict.fromkeys(DOUBLE_QUOTES[1:], '"') | dict.fromkeys(SINGLE_QUOTES[1:], "'")


def fold(text: str) -> str:
    """Give full-width letters, digits and signs their plain form; drop what nobody can see."""
    return "".join(map(_folded, text))


def changes(text: str) -> str:
    """Show what has to be typed instead of what: ``＝ → =``."""
    pairs = {wrong: _STRAIGHT.get(wrong, _folded(wrong)) for wrong in text}
    shown = [
        f"{wrong} → {right}" for wrong, right in pairs.items() if right.strip() and right != wrong
    ]
    return "  ".join(shown[:6])


def first_change(text: str) -> int:
    """Give the offset of the first sign that has to change."""
    return next((n for n, sign in enumerate(text) if _folded(sign) != sign), 0)


def _folded(character: str) -> str:
    if 0xFF01 <= ord(character) <= 0xFF5E:
        return chr(ord(character) - 0xFEE0)
    if character not in "\t\n" and character.isspace():
        return " "
    return _PLAIN.get(character, character)
