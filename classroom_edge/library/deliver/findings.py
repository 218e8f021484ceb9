"""What is wrong with a target, for those who are in the room."""

from collections.abc import Iterator, Mapping
from typing import Final

from classroom_edge.library.deliver.courier import Courier
from classroom_edge.library.deliver.views import in_words
from classroom_edge.library.deliver.waiting import Standing
from classroom_edge.services.problems import Finding

WARNED_AFTER: Final = 3  # failures in a row; one may be a server that starts anew


def of(courier: Courier, counts: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    """Tell what is wrong with the target of a courier."""
    target, trouble = courier.target, courier.gate.trouble
    if trouble is not None:
        why = in_words(trouble.code, trouble.said)
        values = {"name": target.name, "why_en": why["en"], "why_zh": why["zh-CN"]}
        if trouble.kind == "misconfigured":
            yield Finding("E-DLV-002", "error", target.id, values)
        elif courier.gate.failures >= WARNED_AFTER:
            yield Finding("E-DLV-001", "warning", target.id, values)
    if number := counts.get((target.id, Standing.REFUSED), 0):
        yield Finding("E-DLV-003", "warning", target.id, {"name": target.name, "number": number})
