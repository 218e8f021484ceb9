"""Finds every mistake in a code sheet at once, the frames spelled out and read back.

Whatever the sheet would have us send must come out of its own cutting rules in one piece, differ
from everything else that is sent, and agree with the examples; whatever the device would reply
must be read as what it means, and as nothing else.
"""

from collections.abc import Iterator
from pathlib import Path

from classroom_drivers.api import UnsupportedError
from classroom_drivers.code_sheet.catalogue import Entry, entries
from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.code_sheet.device_side import ASK, DeviceSide
from classroom_drivers.code_sheet.examples import (
    ACCEPTED,
    REFUSED,
    SHOWN_MAX,
    check_examples,
    coverage,
)
from classroom_drivers.code_sheet.mistakes import Findings, Mistake
from classroom_drivers.code_sheet.places import Places
from classroom_drivers.code_sheet.reading import content, examine
from classroom_drivers.code_sheet.sheet import (
    VALUE,
    Control,
    Framing,
    Kind,
    Sheet,
)
from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_frame import Shape
from classroom_drivers.codecs.sheet_stream import Heard

CONFIRMED = ("power", "input-select", "volume", "mute", "freeze", "relay", "level")
LOSS_S = 10.0
SETUP_SHARE = 0.5  # of the usual patience, for a sign of life


def lint(path: Path | str) -> list[Mistake]:
    """Give every mistake of a sheet, in the order of its lines; advice is among them."""
    try:
        text = content(Path(path))
    except UnsupportedError as error:
        findings = Findings(Places(""))
        findings.add("no-file", (), why=str(error))
        return findings.mistakes
    return lint_content(text)


def lint_content(text: bytes) -> list[Mistake]:
    """Give every mistake of a sheet's content."""
    sheet, findings = examine(text)
    if sheet and not findings.grave:
        check(sheet, findings)
    return sorted(findings.mistakes, key=lambda mistake: (mistake.advice, mistake.line))


def read(path: Path | str) -> Sheet:
    """Read a sheet.

    Raises:
        UnsupportedError: there is none, or it has mistakes; the text names them all.
    """
    sheet, findings = examine(content(Path(path)))
    if sheet and not findings.grave:
        check(sheet, findings)
    if sheet is None or findings.grave:
        lines = [mistake.tell("en") for mistake in findings.grave]
        raise UnsupportedError(f"{path}: " + "\n".join(lines))
    return sheet


def check(sheet: Sheet, findings: Findings) -> None:
    """Note what is wrong with a sheet that could be read."""
    _Check(sheet, findings).run()


class _Check:
    """Goes through one sheet."""

    def __init__(self, sheet: Sheet, findings: Findings) -> None:
        self._sheet = sheet
        self._findings = findings
        self._ours = ControllerSide(sheet, sheet.defaults())
        self._theirs = DeviceSide(sheet, sheet.defaults())

    def run(self) -> None:
        """Note everything."""
        misfits = list(self._misfits())
        for path, word, form in misfits:
            self._findings.add("misfit", path, word=word, format=form)
        if misfits:
            return  # what cannot be written cannot be looked at either
        self._check_commands()
        for control in self._sheet.controls:
            self._check_answers(control)
            self._check_acceptance(control)
        self._check_refusals()
        check_examples(self._sheet, self._findings)
        self._advise()

    def _misfits(self) -> Iterator[tuple[tuple[str, ...], Word, str]]:
        """Give options and ranges that do not fit where they are written."""
        for path, shape, control in _shapes(self._sheet):
            for option in self._sheet.options.values():
                field = shape.field(option.name)
                ends = (option.low, option.high) if isinstance(option.default, int) else ()
                for end in (option.default, *ends):
                    if field and not field.format.fits(_plus(end, field.plus)):
                        yield ("options", option.name), end, field.format.name
            if control and control.kind is Kind.PERCENT and (field := shape.field(VALUE)):
                for end in (control.low, control.high):
                    if not field.format.fits(end + field.plus):
                        yield (*path, "range"), end, field.format.name

    # what we send

    def _check_commands(self) -> None:
        seen: dict[bytes, Entry] = {}
        for found in entries(self._sheet.controls):
            data = found.spell(self._ours)
            self._check_cut(self._sheet.commands, data, found.path)
            other = seen.setdefault(data, found)
            if (other.control, other.name, other.question) == (
                found.control,
                found.name,
                found.question,
            ):
                self._check_understood(found, data)
            else:
                self._findings.add(
                    "same-frame", found.path, other=other.what, data=data.hex(" ").upper()
                )

    def _check_understood(self, found: Entry, data: bytes) -> None:
        """Note a frame that would do for another command too."""
        request = self._theirs.understand(data)
        name = ASK if found.question else found.name
        if request and (request.control, request.name) != (found.control, name):
            other = f"{request.control.name} {request.name}"
            self._findings.add("same-frame", found.path, other=other, data=data.hex(" ").upper())

    def _check_cut(self, framing: Framing, data: bytes, path: tuple[str, ...]) -> bool:
        whole = framing.decoder().feed(data) == [Heard(data)]
        if not whole:
            self._findings.add("badly-cut", path, data=data.hex(" ").upper())
        return whole

    # what the device says

    def _check_answers(self, control: Control) -> None:
        for answers, key in ((control.answers, "answer"), (control.pushed, "pushed")):
            named = {answer.name for answer in answers if answer.name}
            loose = any(not answer.name for answer in answers)
            names = [*named, *(control.words if loose and not control.bits else ())]
            for name in names if control.kind in {Kind.CHOICE, Kind.SWITCH} else ():
                self._check_answer(control, name, (*control.path, key), pushed=key == "pushed")
        if control.answers and control.kind is Kind.PERCENT:
            self._check_replied(self._theirs.answer(control, control.high), control.path)

    def _check_answer(
        self, control: Control, name: str, path: tuple[str, ...], *, pushed: bool
    ) -> None:
        if pushed:
            return
        data = self._theirs.answer(control, name)
        if not self._check_replied(data, path):
            return
        told = self._ours.told(control, data)
        meant = name == "on" if control.kind is Kind.SWITCH else name
        if told is None or told.value != meant:
            self._findings.add("unread-reply", path, data=data.hex(" ").upper(), name=name)

    def _check_acceptance(self, control: Control) -> None:
        for found in entries((control,)):
            order = found.order
            if order is None or not order.answered:
                continue
            request = self._theirs.understand(found.spell(self._ours))
            if request is None:
                continue
            data = self._theirs.acceptance(request)
            path = (*control.path, ACCEPTED)
            if not self._check_replied(data, path):
                return
            number = request.words.get(VALUE, "")
            told = self._ours.accepted(control, order, data, channel=found.channel, number=number)
            if told is None:
                self._findings.add(
                    "unread-reply", path, data=data.hex(" ").upper(), name=found.what
                )
                return

    def _check_replied(self, data: bytes, path: tuple[str, ...]) -> bool:
        """Note a reply that is cut wrongly, or that says no at the same time."""
        if not self._check_cut(self._sheet.replies, data, path):
            return False
        refusal = self._ours.refusal(data)
        if refusal:
            self._findings.add(
                "ambiguous-reply", path, data=data.hex(" ").upper(), other=refusal.means
            )
        return refusal is None

    def _check_refusals(self) -> None:
        for kind in REFUSED:
            if data := self._theirs.refusal(kind):
                self._check_cut(self._sheet.replies, data, ("replies", kind))
        if data := self._theirs.standby_reply():
            path = ("power", "standby-reply")
            if self._check_cut(self._sheet.replies, data, path) and not self._ours.refusal(data):
                self._findings.add("unread-reply", path, data=data.hex(" ").upper(), name="refused")

    # what could be better

    def _advise(self) -> None:
        sheet = self._sheet
        names = {name for _, shape, _ in _shapes(sheet) for name in _all_names(shape)}
        for option in sheet.options:
            if option not in names:
                self._findings.add("idle-option", ("options", option), name=option)
        for rule in sheet.commands.whole.computed:
            if rule not in names:
                self._findings.add("idle-checksum", ("checksums", rule), name=rule)
        if not any(control.ask for control in sheet.controls):
            self._findings.add("no-question", ())
        for control in sheet.controls:
            if control.orders and not control.ask and control.capability in CONFIRMED:
                self._findings.add("no-feedback", control.path)
        if (seconds := _loss_s(sheet)) > LOSS_S:
            self._findings.add("slow-loss", ("line",), seconds=round(seconds))
        _, unproved = coverage(sheet)
        if unproved:
            shown = ", ".join(unproved[:SHOWN_MAX]) + " ..." * (len(unproved) > SHOWN_MAX)
            self._findings.add("no-examples", ("examples",), what=shown)


def _loss_s(sheet: Sheet) -> float:
    """Say how long a silent device goes unnoticed: a poll, its answer, and a sign of life."""
    first = next((control for control in sheet.controls if control.ask), None)
    if first is None:
        return 0.0
    tries = 1 + sheet.resend
    return sheet.poll_s + sheet.gap_s + first.reply_s * tries * (1 + SETUP_SHARE)


def _shapes(sheet: Sheet) -> Iterator[tuple[tuple[str, ...], Shape, Control | None]]:
    for control in sheet.controls:
        for order in control.orders.values():
            yield control.path, order.shape, control
        if control.toggle:
            yield control.path, control.toggle.shape, control
        if control.ask:
            yield control.path, control.ask, None
        for answer in (*control.answers, *control.pushed):
            yield control.path, answer.shape, control
        for shape in control.accepted:
            yield control.path, shape, None
    for refusal in sheet.refusals:
        yield ("replies", refusal.kind), refusal.shape, None


def _all_names(shape: Shape) -> frozenset[str]:
    return frozenset({*shape.names, *(name for name in shape.computed if shape.field(name))})


def _plus(word: Word, plus: int) -> Word:
    return word + plus if isinstance(word, int) else word
