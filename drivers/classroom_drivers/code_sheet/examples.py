"""What the manual prints, compared with what a sheet would say and understand."""

from classroom_drivers.code_sheet.catalogue import entries, entry
from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.code_sheet.device_side import DeviceSide
from classroom_drivers.code_sheet.mistakes import Findings
from classroom_drivers.code_sheet.sheet import VALUE, Example, Sheet
from classroom_drivers.codecs.sheet_frame import Shape
from classroom_drivers.codecs.sheet_stream import Heard

SHOWN_MAX = 8  # names in one sentence
REFUSED = ("refused", "unsupported", "busy")
ACCEPTED = "accepted"


def check_examples(sheet: Sheet, findings: Findings) -> None:
    """Note where a sheet and its examples disagree."""
    check = _Examples(sheet, findings)
    for example in sheet.examples:
        if example.reply:
            check.check_replied(example)
        else:
            check.check_sent(example)


def coverage(sheet: Sheet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the commands that an example proves, and those that none does."""
    proved = {
        found.kind
        for example in sheet.examples
        if not example.reply and (found := entry(sheet.controls, example.what))
    }
    kinds = dict.fromkeys(found.kind for found in entries(sheet.controls))
    return (
        tuple(kind for kind in kinds if kind in proved),
        tuple(kind for kind in kinds if kind not in proved),
    )


class _Examples:
    """Compares one sheet."""

    def __init__(self, sheet: Sheet, findings: Findings) -> None:
        self._sheet = sheet
        self._findings = findings
        self._ours = ControllerSide(sheet, sheet.defaults())
        self._theirs = DeviceSide(sheet, sheet.defaults())

    def check_sent(self, example: Example) -> None:
        """Compare what is sent."""
        found = entry(self._sheet.controls, example.what)
        if found is None:
            self._unknown(example)
            return
        ours = found.spell(self._ours)
        if ours == example.data:
            return
        shape = found.order.shape if found.order else found.control.ask
        if shape and (rule := self._only_checksum(shape, ours, example.data)):
            self._findings.add(
                "wrong-checksum", example.path, rule=rule, ours=ours.hex(" ").upper()
            )
        else:
            self._findings.add("wrong-example", example.path, ours=ours.hex(" ").upper())

    def _only_checksum(self, shape: Shape, ours: bytes, theirs: bytes) -> str:
        bare = shape.without_computed(theirs)
        if bare is None or bare != shape.without_computed(ours):
            return ""
        return ", ".join(sorted({rule.name for rule in shape.computed.values()}))

    def check_replied(self, example: Example) -> None:
        """See whether a reply is understood as what it is said to mean."""
        words = example.what.split()
        cut = self._sheet.replies.decoder().feed(example.data)
        if len(cut) == 1 and isinstance(cut[0], Heard) and self._means(words, cut[0].data):
            return
        if words[0] not in {ACCEPTED, *REFUSED} and not self._sheet.control(words[0]):
            self._unknown(example)
            return
        self._findings.add("wrong-reply", example.path)

    def _means(self, words: list[str], data: bytes) -> bool:
        if words[0] in REFUSED:
            refusal = self._ours.refusal(data)
            return refusal is not None and refusal.kind == words[0]
        if words[0] == ACCEPTED:
            return self._means_accepted(" ".join(words[1:]), data)
        control = self._sheet.control(words[0])
        channel = int(words[1]) if control and control.channels > 1 and len(words) > 2 else 1
        told = self._ours.told(control, data, channel=channel) if control else None
        if control is None or told is None or told.value is None:
            return False
        said = str(told.value)
        if isinstance(told.value, bool):
            said = "on" if told.value else "off"
        return " ".join(words[2 if control.channels > 1 else 1 :]) == said

    def _means_accepted(self, what: str, data: bytes) -> bool:
        found = entry(self._sheet.controls, what)
        order = found.order if found else None
        if found is None or order is None:
            return False
        request = self._theirs.understand(found.spell(self._ours))
        number = request.words.get(VALUE, "") if request else ""
        told = self._ours.accepted(found.control, order, data, channel=found.channel, number=number)
        return told is not None

    def _unknown(self, example: Example) -> None:
        kinds = dict.fromkeys(found.kind for found in entries(self._sheet.controls))
        near = ", ".join([*kinds][:SHOWN_MAX])
        self._findings.add("unknown-example", example.path, what=example.what, near=near)
