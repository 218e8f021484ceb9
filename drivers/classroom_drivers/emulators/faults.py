"""How an emulated device misbehaves."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from classroom_drivers.api import UnsupportedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong from the moment it is switched on; the default is nothing."""

    split: bool = False  # every byte arrives by itself
    delay_s: float = 0.0  # every answer is late
    drop: float = 0.0  # this share of questions, and of answers, is lost
    garble: float = 0.0  # this share of answers has a wrong byte
    silent_after_s: float | None = None  # then it neither hears nor answers; 0 is at once
    hang_up_after: int = 0  # it hangs up after so many answers; 0 is never
    slow_bps: float = 0.0  # it sends no faster than this, in bits of the payload; 0 is no limit


def faults_of(words: Mapping[str, str]) -> Faults:
    """Read faults as the command line spells them: {"delay_s": "0.5", "split": "true"}.

    Raises:
        UnsupportedError: there is no such fault, or it is not a number.
    """
    known = {field.name for field in fields(Faults)}
    kinds: dict[str, Callable[[float], Any]] = dict.fromkeys(known, float)
    kinds |= {"split": bool, "hang_up_after": int}
    if unknown := words.keys() - known:
        there_are = ", ".join(sorted(known))
        raise UnsupportedError(f"no fault {', '.join(sorted(unknown))}; there are: {there_are}")
    values: dict[str, Any] = {}
    for name, text in words.items():
        try:
            number = float({"true": "1", "false": "0"}.get(text.lower(), text))
        except ValueError as error:
            raise UnsupportedError(f"{name}: {text!r} is not a number") from error
        values[name] = kinds[name](number)
    return Faults(**values)


def lost(faults: Faults, chance: random.Random) -> bool:
    """Throw the dice for one message."""
    return chance.random() < faults.drop


def spoil(faults: Faults, answer: bytes, chance: random.Random) -> bytes:
    """Drop or garble an answer, as often as the faults say."""
    if not answer or lost(faults, chance):
        return b""
    if chance.random() >= faults.garble:
        return answer
    place = chance.randrange(len(answer))
    return answer[:place] + bytes([answer[place] ^ chance.randrange(1, 256)]) + answer[place + 1 :]
