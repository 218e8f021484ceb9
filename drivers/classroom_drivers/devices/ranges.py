"""Numbers within limits: what a driver takes, and how ranges of them are written as an option."""

from classroom_drivers.api import UnsupportedError

DRIVE_MAX_S = 10.0  # without being asked again


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise UnsupportedError for a number that is not within the ends."""
    if not low <= value <= high:
        raise UnsupportedError(f"{name}: {value} is not within {low} and {high}")


def check_drive(pan: float, tilt: float, zoom: float, for_s: float) -> None:
    """Raise UnsupportedError for speeds that are not shares of full speed, or for too long."""
    for name, speed in (("pan", pan), ("tilt", tilt), ("zoom", zoom)):
        check_range(name, speed, -1, 1)
    check_range("for_s", for_s, 0, DRIVE_MAX_S)


def numbers_in(name: str, text: str) -> frozenset[int]:
    """Read "0-89,100-254".

    Raises:
        UnsupportedError: it is nothing like it.
    """
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not (first.isdigit() and (last or first).isdigit()):
            raise UnsupportedError(f'{name}: {text!r} is not like "0-89,100-254"')
        numbers.update(range(int(first), min(int(last or first), 255) + 1))
    return frozenset(numbers)
