"""``classroom-edge verify``: whether a recording is, byte for byte, what was finished."""

import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from classroom_edge.commands.recorded import recorded
from classroom_edge.words import words
from classroom_media.api import RecordError
from classroom_media.record.verify import Verified, verify

GOOD, DAMAGED, WRONG = 0, 1, 2


def verify_recording(recording: str, *, data: Path | None, as_json: bool, language: str) -> int:
    """Check every file of a recording, a folder or an id of `data`, against its checksum.

    Gives 0 when all are good, 1 when one is not, 2 when there is no such recording.
    """
    say, errors = words("cli"), Console(file=sys.stderr, highlight=False, soft_wrap=True)
    folder = recorded(recording, data) or Path(recording)
    try:
        checked = list(verify(folder))
    except RecordError as error:
        errors.print(str(error), markup=False)
        return WRONG
    if as_json:
        sys.stdout.write(msgspec.json.encode(checked).decode() + "\n")
    else:
        table = Table("", "MB", "")
        for one in checked:
            said = say.say(f"verify.{one.verified}", language)
            table.add_row(one.file, f"{one.bytes / 1e6:.1f}", said)
        Console(highlight=False).print(table)
    return GOOD if all(one.verified is Verified.GOOD for one in checked) else DAMAGED
