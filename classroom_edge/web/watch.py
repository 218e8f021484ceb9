"""For machines that watch the room: ``/healthz`` and ``/metrics``.

Source: Prometheus, Exposition formats; Metric and label naming.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import JSONResponse, Response

from classroom_edge.room import RoomState
from classroom_edge.web.access import Action, May
from classroom_edge.web.restarts import Restarts
from classroom_edge.web.schemas import Health
from classroom_edge.web.site import Site, site_of

FRESH: Final = timedelta(seconds=10)  # the daemon looks round the room every second

router = APIRouter(tags=["watching"])

Here = Annotated[Site, Depends(site_of)]


@router.get(
    "/healthz",
    dependencies=[Depends(May(Action.ENTER))],
    response_model=Health,
    responses={503: {"model": Health, "description": "the daemon makes no progress"}},
)
async def healthz(site: Here) -> Response:
    """Whether the daemon makes progress."""
    fresh = datetime.now(UTC) - site.room.state().at < FRESH
    status = HTTPStatus.OK if fresh else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ok" if fresh else "stalled"}, status_code=status)


@router.get(
    "/metrics",
    dependencies=[Depends(May(Action.INSPECT))],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def metrics(site: Here) -> Response:
    """The room in Prometheus's words."""
    registry = CollectorRegistry()
    registry.register(RoomMetrics(site.room.state(), site.restarts))
    ProcessCollector(registry=registry)  # of the daemon itself: memory, CPU, when it was started
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class RoomMetrics(Collector):
    """One snapshot as metrics."""

    def __init__(self, state: RoomState, restarts: Restarts) -> None:
        self._state = state
        self._restarts = restarts

    def collect(self) -> Iterable[Metric]:
        """Give every metric of the room."""
        state, recording = self._state, self._state.recording
        yield _by(
            "device_online",
            "1 while the device answers",
            "device",
            ((device.id, device.availability == "online") for device in state.devices),
        )
        yield _by(
            "source_live",
            "1 while the source delivers",
            "source",
            ((source.id, source.state == "live") for source in state.sources),
        )
        yield _by(
            "track_disk_seconds",
            "seconds of the running recording that are on disk",
            "track",
            ((track.name, track.seconds_on_disk) for track in recording.tracks),
        )
        yield _by(
            "process_running",
            "1 while the process runs",
            "process",
            ((f"{p.role}/{p.name}", p.state == "running") for p in state.processes),
        )
        yield self._restarted()
        yield _one("recording_light", "1 while the recording reaches the disk", recording.light)
        yield _one(
            "recording_disk_seconds",
            "seconds of the running recording that are on disk",
            recording.seconds_on_disk,
        )
        yield _one("disk_free_bytes", "free under the recordings", state.storage.free_bytes)
        yield _one("problems", "problems shown to the teacher", len(state.problems))

    def _restarted(self) -> Metric:
        family = CounterMetricFamily(
            "classroom_edge_process_restarts",
            "how often a process was replaced since the daemon started",
            labels=["process"],
        )
        for process in self._state.processes:
            family.add_metric([f"{process.role}/{process.name}"], self._restarts.of(process))
        return family


def _one(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"classroom_edge_{name}", what, value=value)


def _by(name: str, what: str, label: str, values: Iterator[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"classroom_edge_{name}", what, labels=[label])
    for value_of, value in values:
        family.add_metric([value_of], value)
    return family
