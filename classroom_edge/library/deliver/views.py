"""Deliveries and targets as people see them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from classroom_edge.library.deliver.courier import Courier
from classroom_edge.library.deliver.waiting import Delivery, Standing
from classroom_edge.room import DeliveryView, TargetView, Words
from classroom_edge.words import LANGUAGES, words


def in_words(code: str, said: str = "") -> Words:
    """Say why something is not there, with what the other side said to it."""
    catalogue = words("deliver")
    known = code if f"why.{code}" in catalogue.texts["en"] else "other"
    why = catalogue.both(f"why.{known}", code=code)
    if not said:
        return why
    return {
        language: catalogue.say("why.with", language, why=why[language], said=said)
        for language in LANGUAGES
    }


def of_delivery(delivery: Delivery, courier: Courier | None = None) -> DeliveryView:
    """Show a delivery; `courier`: of its target, which may be at it now."""
    now = courier.current if courier else None
    progress = None
    if courier is not None and now is not None and now.number == delivery.number:
        delivery, progress = now, courier.progress
    return DeliveryView(
        number=delivery.number,
        recording=delivery.recording,
        target=delivery.target,
        what=delivery.what,
        state=delivery.state,
        by=delivery.by,
        asked_at=delivery.asked_at,
        due_at=delivery.due_at if delivery.state is Standing.WAITING else None,
        sent_at=delivery.sent_at,
        bytes=delivery.bytes,
        there=delivery.there,
        failures=delivery.failures,
        problem=in_words(delivery.code, delivery.said) if delivery.code else {},
        rate_bps=progress.rate_bps if progress else 0,
        left_s=progress.left_s(delivery.bytes) if progress else None,
        files=tuple(f"{one.name} ({one.proof})" for one in delivery.arrived),
    )


def of_target(courier: Courier, counts: Mapping[tuple[str, str], int]) -> TargetView:
    """Show a target, and how much waits for it."""
    target = courier.target
    now = courier.current

    def count(state: Standing) -> int:
        return counts.get((target.id, state), 0)

    trouble = courier.gate.trouble
    return TargetView(
        id=target.id,
        name=target.name,
        kind=target.kind,
        address=shown(target.url),
        state="sending" if now else courier.gate.closed or "ready",
        automatic=target.automatic,
        what=target.what,
        least_consent=target.least_consent,
        waiting=count(Standing.WAITING) + count(Standing.SENDING),
        refused=count(Standing.REFUSED),
        withheld=count(Standing.WITHHELD),
        sent=count(Standing.SENT),
        now=of_delivery(now, courier) if now else None,
        title=courier.title if now else "",
        opens_at=courier.gate.opens_at,
        problem=in_words(trouble.code, trouble.said) if trouble else {},
    )


def shown(url: str) -> str:
    """Give an address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else url
