"""What the inputs of a device are called: the room's names over the device's, those over ours."""

import re
from collections.abc import Callable, Mapping

from classroom_drivers.api import UnsupportedError


class InputNames:
    """Codes of the protocol and names for people, in the order in which they are offered."""

    def __init__(
        self, given: str, *, usual: Mapping[str, str], fits: Callable[[str], object], example: str
    ) -> None:
        self._given = _read(given, fits, example)
        self._names = dict(self._given or usual)

    @property
    def offered(self) -> tuple[str, ...]:
        """The names that can be chosen."""
        return tuple(self._names.values())

    def code(self, name: str) -> str:
        """Give the code of a name.

        Raises:
            UnsupportedError: there is no such name.
        """
        for code, known in self._names.items():
            if known == name:
                return code
        raise UnsupportedError(f"no input {name!r}; there are {', '.join(self.offered)}")

    def name(self, code: str) -> str:
        """Give the name of a code, the code itself if it has none."""
        return self._names.get(code, f"input-{code.lower()}")

    def knows(self, code: str) -> bool:
        """Say whether a code has a name."""
        return code in self._names

    def learn(self, told: Mapping[str, str]) -> None:
        """Offer what the device says that it has; the names that were given stay."""
        self._names = dict(self._given)
        for code, words in told.items():
            if code not in self._names:
                name = spelled(words) or f"input-{code.lower()}"
                taken = name in self._names.values()
                self._names[code] = f"{name}-{code.lower()}" if taken else name


def spelled(words: str) -> str:
    """Spell a name as names are spelled here: "HDMI 1" and "HDMI1" are hdmi-1."""
    apart = re.sub(r"(?<=[^\W\d_])(?=\d)", "-", words.lower())
    return re.sub(r"[\W_]+", "-", apart).strip("-")


def _read(given: str, fits: Callable[[str], object], example: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for pair in given.split(",") if given else ():
        name, equals, code = (part.strip() for part in pair.partition("="))
        if not (name and equals and fits(code)):
            raise UnsupportedError(f"inputs: {pair.strip()!r} is not like {example}")
        names[code] = name
    return names
