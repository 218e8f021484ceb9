"""The queue of deliveries: nothing is lost, nothing goes twice, nothing goes where it may not."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_edge.library.card import Card, Consent, Saying, write_card
from classroom_edge.library.deliver import outcome
from classroom_edge.library.deliver.desk import DeliveryDesk
from classroom_edge.library.deliver.folder import MARKER
from classroom_edge.library.deliver.hours import Hours
from classroom_edge.library.deliver.messages import Failed, Kept
from classroom_edge.library.deliver.pace import Pace
from classroom_edge.library.deliver.progress import Progress
from classroom_edge.library.deliver.receipts import (
    RECEIPTS_FILE,
    Delivered,
    add_receipt,
    read_receipts,
)
from classroom_edge.library.deliver.target import Proof, Receipt
from classroom_edge.library.deliver.waiting import Delivery, Patience, Standing
from classroom_edge.room import Refused, Who
from classroom_edge.store import deliveries, recordings
from tests.edge.deliver.campaign import campaign
from tests.edge.deliver.files_there import digests_in
from tests.edge.deliver.servers import Dav, nginx_dav
from tests.edge.deliver.shelves import a_desk, a_recording, entry_of
from tests.waiting import eventually_async

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ME = Who(name="li")
FOLDER = """
[[targets]]
id = "nas"
name = "NAS"
kind = "folder"
url = "{far}"
least_consent = "{least}"
{more}
"""


@pytest.fixture
def far(tmp_path: Path) -> Path:
    place = tmp_path / "far"
    place.mkdir()
    (place / MARKER).touch()
    return place


def nas(far: Path, *, least: str = "internal", more: str = "automatic = true") -> str:
    return FOLDER.format(far=far, least=least, more=more)


@asynccontextmanager
async def at_work(desk: DeliveryDesk) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(run()) for run in desk.services.values()]
        try:
            yield
        finally:
            for one in running:
                one.cancel()


async def states(desk: DeliveryDesk) -> dict[str, str]:
    return {one.recording: one.state for one in await desk.listed()}


async def until(desk: DeliveryDesk, recording: str, state: str) -> None:
    async with asyncio.timeout(30):
        while (await states(desk)).get(recording) != state:
            await asyncio.sleep(0.05)


async def test_what_is_finished_is_delivered_by_itself(tmp_path: Path, far: Path) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=300_000)
    async with a_desk(tmp_path, nas(far)) as desk, at_work(desk):
        await until(desk, id_, "sent")
        (one,) = await desk.listed()
    (receipt,) = read_receipts(tmp_path / "recordings" / id_)
    assert digests_in(far / id_) == {file.name: file.sha256 for file in receipt.files}
    assert (one.bytes, one.there) == (sum(file.size for file in receipt.files),) * 2


@pytest.mark.needs("nginx")
async def test_a_lost_database_sends_nothing_again(tmp_path: Path) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    place = tmp_path / "server"
    place.mkdir()
    with nginx_dav(place) as dav:
        for _ in range(2):
            async with a_desk(tmp_path, _at(dav)) as desk, at_work(desk):
                await until(desk, id_, "sent")
            for file in tmp_path.glob("room.db*"):
                file.unlink()
        assert len(dav.asked("PUT")) == 2


def _at(dav: Dav) -> str:
    text = nas(Path(dav.url)).replace('kind = "folder"', 'kind = "webdav"')
    return text.replace(str(Path(dav.url)), dav.url)


async def test_what_was_being_sent_when_the_room_died_is_taken_up(
    tmp_path: Path, far: Path
) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    async with a_desk(tmp_path, nas(far, more="")) as desk:
        view = await desk.send(ME, id_, "nas")
        asked = await desk.store.run(lambda db: deliveries.one(db, view.number))
        assert asked is not None
        await desk.store.run(lambda db: deliveries.keep(db, outcome.begun(asked)))
        async with at_work(desk):
            await until(desk, id_, "sent")


async def test_consent_holds_a_recording_back_until_it_reaches_so_far(
    tmp_path: Path, far: Path
) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    place = tmp_path / "recordings" / id_
    async with a_desk(tmp_path, nas(far, least="district")) as desk, at_work(desk):
        with pytest.raises(Refused) as refused:
            await desk.send(ME, id_, "nas")
        assert "NAS" in refused.value.words["en"]
        await until(desk, id_, "withheld")
        assert not list(far.glob("2*"))
        write_card(place, Card(sayings=(Saying(consent=Consent.DISTRICT, by="li", at=NOW),)))
        await desk.store.run(lambda db: recordings.keep(db, [entry_of(place)]))
        await until(desk, id_, "sent")


async def test_consent_that_was_taken_back_meanwhile_is_obeyed(tmp_path: Path, far: Path) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    place = tmp_path / "recordings" / id_
    school = Saying(consent=Consent.SCHOOL, by="li", at=NOW)
    write_card(place, Card(sayings=(school,)))
    async with a_desk(tmp_path, nas(far, least="school", more="")) as desk:
        await desk.send(ME, id_, "nas")
        inside = replace_saying(school, Consent.INTERNAL)
        write_card(place, Card(sayings=(school, inside)))
        async with at_work(desk):
            await until(desk, id_, "withheld")
    assert not list(far.glob("2*"))


def replace_saying(saying: Saying, consent: Consent) -> Saying:
    return Saying(consent=consent, by=saying.by, at=saying.at)


async def test_outside_its_hours_nothing_goes_and_within_them_it_does(
    tmp_path: Path, far: Path
) -> None:
    clock = [datetime(2026, 11, 23, 17, 59, tzinfo=SHANGHAI)]
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    text = nas(far, more='automatic = true\nhours = "18:00-06:00"')
    async with a_desk(tmp_path, text, now=lambda: clock[0]) as desk:
        courier = desk.couriers["nas"]
        await desk.send(ME, id_, "nas")
        await courier.round()
        assert (await states(desk))[id_] == "waiting"
        (view,) = desk.targets
        assert (view.state, view.opens_at) == ("hours", datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
        clock[0] += timedelta(minutes=1)
        await courier.round()
        assert (await states(desk))[id_] == "sent"


async def test_while_a_lesson_is_live_a_delivery_pauses_and_goes_on_after_it(
    tmp_path: Path, far: Path
) -> None:
    live = [False]
    id_ = a_recording(tmp_path / "recordings", 1, size=400_000)
    text = nas(far, more="limit_kbps = 1600")  # 2 s
    async with a_desk(tmp_path, text, is_live=lambda: live[0]) as desk:
        for courier in desk.couriers.values():
            courier.look_s = 0.05
        await desk.send(ME, id_, "nas")
        async with at_work(desk):
            await eventually_async(lambda: list(far.rglob("*.partial")))
            live[0] = True
            await eventually_async(lambda: desk.targets[0].state == "live")
            await eventually_async(lambda: not desk.is_sending)
            assert not read_receipts(tmp_path / "recordings" / id_)
            live[0] = False
            await until(desk, id_, "sent")


async def test_what_is_dropped_stops_and_what_is_retried_goes(tmp_path: Path, far: Path) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=400_000)
    async with a_desk(tmp_path, nas(far, more="limit_kbps = 1600")) as desk, at_work(desk):
        view = await desk.send(ME, id_, "nas")
        await eventually_async(lambda: list(far.rglob("*.partial")))
        await desk.drop(view.number)
        await eventually_async(lambda: not desk.is_sending)
        assert (await states(desk))[id_] == "dropped"
        await desk.retry(view.number)
        await until(desk, id_, "sent")
        with pytest.raises(Refused) as refused:
            await desk.drop(view.number)
        assert refused.value.code == "delivered-already"


def codes_of(desk: DeliveryDesk) -> set[str]:
    return {one.code for one in desk.findings()}


async def test_a_target_that_somebody_must_mend_is_told_with_what_to_do(
    tmp_path: Path, far: Path
) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    (far / MARKER).unlink()
    async with a_desk(tmp_path, nas(far)) as desk, at_work(desk):
        await eventually_async(lambda: "E-DLV-001" in codes_of(desk), within_s=40)
        (far / MARKER).touch()
        await until(desk, id_, "sent")
        assert not list(desk.findings())


async def test_what_is_not_there_is_refused(tmp_path: Path, far: Path) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=30_000)
    async with a_desk(tmp_path, nas(far, more="")) as desk:
        for recording, target, what, code in (
            (id_, "none", "", "unknown-target"),
            ("20260101-000000-0000", "nas", "", "unknown-recording"),
            (id_, "nas", "../..", "unknown-what"),
        ):
            with pytest.raises(Refused) as refused:
                await desk.send(ME, recording, target, what)
            assert refused.value.code == code
        await desk.send(ME, id_, "nas", "edit:e1")
        await desk.couriers["nas"].round()
        assert (await states(desk))[id_] == "refused"


async def test_what_was_erased_meanwhile_is_dropped_and_worries_nobody(
    tmp_path: Path, far: Path
) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=3000)
    async with a_desk(tmp_path, nas(far, more="")) as desk:
        await desk.send(ME, id_, "nas")
        shutil.rmtree(tmp_path / "recordings" / id_)
        await desk.couriers["nas"].round()
        assert (await states(desk))[id_] == "dropped"
        assert not list(desk.findings())


def test_hours_cross_midnight() -> None:
    hours = Hours.read("18:00-06:00", SHANGHAI)
    day = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    inside = [hour for hour in range(24) if hours.are(day.replace(hour=hour))]
    assert inside == [*range(6), *range(18, 24)]
    assert hours.change_at(day.replace(hour=23)) == day.replace(hour=6) + timedelta(days=1)
    noon = Hours(time(12), time(13), SHANGHAI)
    assert [hour for hour in range(24) if noon.are(day.replace(hour=hour))] == [12]


@given(st.lists(st.integers(1, 1 << 20), min_size=2, max_size=60), st.integers(64, 100_000))
def test_a_limit_is_kept(counts: list[int], kbps: int) -> None:
    clock = [1000.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    pace = Pace(kbps, clock=lambda: clock[0], sleep=sleep)
    for count in counts:
        pace.passed(count)
    needed_s = sum(counts) * 8 / (kbps * 1000)
    assert needed_s - 0.26 <= clock[0] - 1000 <= needed_s + 0.01


def test_pauses_double_up_to_an_hour_and_are_spread() -> None:
    pauses = [Patience(chance=lambda: 0.5).after(n).total_seconds() for n in range(1, 14)]
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == 3600
    early, late = Patience(chance=lambda: 0.0).after(3), Patience(chance=lambda: 1.0).after(3)
    assert late == early * 3


def test_what_a_try_kept_is_there_for_the_next_one() -> None:
    asked = Delivery(
        number=1,
        recording="r",
        target="t",
        what="all",
        state=Standing.SENDING,
        by="",
        asked_at=NOW,
        due_at=NOW,
    )
    kept = outcome.told(asked, Kept(key="a", token="one"))
    kept = outcome.told(kept, Kept(key="a", token="two"))
    failed = Failed(kind="transient", code="line-broke")
    again = outcome.ended(kept, failed, NOW, Patience(chance=lambda: 0.5))
    assert (again.state, again.tokens) == (Standing.WAITING, (("a", "two"),))
    assert again.due_at == NOW + timedelta(seconds=5)
    assert not outcome.told(kept, Kept(key="a", token="")).tokens


def test_a_receipt_is_written_once_and_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    file = Receipt(name="a.mp4", size=1, sha256="0" * 64, proof=Proof.TOLD)
    one = Delivered(target="nas", what="all", at=NOW, files=(file,))
    add_receipt(tmp_path, one)
    add_receipt(tmp_path, replace_at(one))
    with (tmp_path / RECEIPTS_FILE).open("ab") as opened:
        opened.write(b'{"target": "n')
    add_receipt(tmp_path, Delivered(target="web", what="all", at=NOW, files=(file,)))
    assert [receipt.target for receipt in read_receipts(tmp_path)] == ["nas", "web"]


def replace_at(one: Delivered) -> Delivered:
    return Delivered(target=one.target, what=one.what, at=NOW + timedelta(1), files=one.files)


def test_the_remaining_time_is_foretold_from_what_went() -> None:
    progress = Progress(0.0)
    for second in range(11):
        progress.told(float(second), there=second * 1_000_000, moved=second * 2_000_000)
    assert progress.rate_bps == 16_000_000  # with what was read back
    assert progress.left_s(20_000_000) == 10


@pytest.mark.needs("nginx")
@pytest.mark.parametrize("seed", [3])
async def test_killed_and_cut_at_random_nothing_is_lost_or_there_twice(
    tmp_path: Path, seed: int
) -> None:
    found = await campaign(tmp_path, "webdav", kills=4, seed=seed)
    assert found.is_good, found
