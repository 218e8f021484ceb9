"""What a datagram of RTCP says, message by message; what is not known or broken is passed over."""

from collections.abc import Iterator
from typing import TypeAlias

from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.extended import Echo, ReceiverTime, extended
from classroom_media.live.rtp.feedback import (
    APPLICATION,
    FIR,
    NACK,
    PLI,
    FullIntra,
    Link,
    Nack,
    PictureLost,
    full_intra,
    link,
    nack,
    picture_lost,
)
from classroom_media.live.rtp.remb import Carries, carries
from classroom_media.live.rtp.reports import (
    Description,
    Goodbye,
    ReceiverReport,
    SenderReport,
    description,
    goodbye,
    receiver_report,
    sender_report,
)

Control: TypeAlias = (
    SenderReport
    | ReceiverReport
    | Description
    | Goodbye
    | Nack
    | PictureLost
    | FullIntra
    | Link
    | Carries
    | ReceiverTime
    | Echo
)


def _application(body: bytes) -> Link | Carries | None:
    return link(body) or carries(body)


_REPORTS = {
    rtcp.SENDER_REPORT: sender_report,
    rtcp.RECEIVER_REPORT: receiver_report,
    rtcp.DESCRIPTION: description,
    rtcp.GOODBYE: goodbye,
}
_FEEDBACK = {
    (rtcp.TRANSPORT_FEEDBACK, NACK): nack,
    (rtcp.PAYLOAD_FEEDBACK, PLI): picture_lost,
    (rtcp.PAYLOAD_FEEDBACK, FIR): full_intra,
    (rtcp.PAYLOAD_FEEDBACK, APPLICATION): _application,
}


def read(data: bytes) -> Iterator[Control]:
    """Give what a datagram says. Never raises."""
    for kind, detail, body in rtcp.split(data):
        if kind == rtcp.EXTENDED_REPORT:
            yield from extended(body)
            continue
        said: Control | None = None
        if reader := _REPORTS.get(kind):
            said = reader(detail, body)
        elif feedback := _FEEDBACK.get((kind, detail)):
            said = feedback(body)
        if said is not None:
            yield said
