"""The two profiles: what a room's file makes it, and what a room does that nobody attends."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_edge.config import Config, DeviceConfig, examine, load
from classroom_edge.daemon import Daemon
from classroom_edge.profiles import Profile
from classroom_edge.room import RecordingState, RecordingView, Refused, RoomState, SourceView, Who
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.flaws import Flaw, flaw_of
from classroom_edge.services.waking import AGAIN_S, WakingService
from classroom_media.record.manifest import Gap, Manifest, State, write_manifest
from tests.edge.pretend_room import RECORDING, a_state
from tests.waiting import eventually_async

ME = Who(name="test")
BEIJING = ZoneInfo("Asia/Shanghai")
PAUSE = Gap(track="", from_s=60.0, to_s=60.0, length_s=300.0, reason="pause")
BLINK = Gap(track="teacher", from_s=60.0, to_s=60.4, length_s=0.4, reason="lost")
REBOOT = Gap(track="teacher", from_s=60.0, to_s=84.0, length_s=24.0, reason="lost")
POWER_CUT = Gap(track="", from_s=60.0, to_s=60.0, length_s=0.0, reason="outage")


def room(folder: Path, *, profile: str = "", pictures: int = 1, more: str = "") -> Path:
    told = f'profile = "{profile}"\n' if profile else ""
    sources = "".join(
        f'[[source]]\nid = "camera-{n}"\nname = "C"\nurl = "pattern://"\n' for n in range(pictures)
    )
    file = folder / "room.toml"
    file.write_text(f'[room]\nid = "attic"\nname = "Attic"\n{told}{more}{sources}')
    return file


@pytest.mark.parametrize(
    ("pictures", "more", "profile"),
    [
        (0, "", Profile.ROUTINE),
        (2, "", Profile.ROUTINE),
        (2, '[programme]\nlayout = "side-by-side"\n', Profile.ROUTINE),
        (3, "", Profile.STUDIO),
        (2, '[director]\nmode = "auto"\n', Profile.STUDIO),
        (1, "[titles]\nclock = true\n", Profile.STUDIO),
    ],
)
def test_a_room_that_does_not_say_is_what_its_file_asks_for(
    tmp_path: Path, pictures: int, more: str, profile: Profile
) -> None:
    assert load(room(tmp_path, pictures=pictures, more=more)).profile is profile


def test_a_room_is_what_it_says(tmp_path: Path) -> None:
    assert load(room(tmp_path, profile="studio")).profile is Profile.STUDIO
    titled = room(tmp_path, profile="routine", more="[titles]\nclock = true\n")
    assert load(titled).profile is Profile.ROUTINE


def test_what_only_a_studio_works_with_is_a_mistake_in_a_routine_room(tmp_path: Path) -> None:
    more = '[director]\nmode = "auto"\n'
    found = examine(room(tmp_path, profile="routine", pictures=3, more=more), {})
    assert [(one.code, one.position.line) for one in found.mistakes] == [
        ("routine-pictures", 4),
        ("routine-directs", 6),
    ]
    assert "2 pictures at most; this one has 3" in found.mistakes[0].message["en"]


def daemon(folder: Path, config: Config) -> Daemon:
    return Daemon(config, folder / "data", folder)


async def test_nobody_directs_a_routine_room_and_its_state_says_what_it_is(tmp_path: Path) -> None:
    attic = daemon(tmp_path, load(room(tmp_path)))
    assert attic.state().profile == "routine"
    with pytest.raises(Refused, match="nobody directs"):
        await attic.programme.direct(ME, "auto")
    assert attic.state().programme.directing == "hand"
    attic.media.close()


def test_a_choice_that_was_kept_from_when_it_was_a_studio_counts_no_more(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    kept = tmp_path / "data" / "directing.json"
    kept.write_text('{"chosen": "auto", "configured": "hand"}')
    for profile, directing in (("studio", "auto"), ("routine", "hand")):
        attic = daemon(tmp_path, load(room(tmp_path, profile=profile)))
        assert attic.state().programme.directing == directing
        attic.media.close()


def over(*gaps: Gap, state: State = State.FINISHED) -> Manifest:
    return Manifest(
        id=RECORDING,
        state=state,
        room="attic",
        title="",
        started_at=datetime(2026, 11, 22, 2, 15, tzinfo=UTC),
        duration_s=2400.0,
        gaps=gaps,
    )


@pytest.mark.parametrize(
    ("manifest", "flaw"),
    [
        (over(), None),
        (over(PAUSE, BLINK), None),
        (over(BLINK, REBOOT), Flaw("E-REC-005", {"at": "11-22 10:15", "gaps": 2, "seconds": 24})),
        (over(POWER_CUT), Flaw("E-REC-005", {"at": "11-22 10:15", "gaps": 1, "seconds": 0})),
        (over(state=State.INCOMPLETE), Flaw("E-REC-006", {"at": "11-22 10:15"})),
    ],
)
def test_a_recording_is_flawed_when_something_is_missing_that_nobody_wanted_so(
    manifest: Manifest, flaw: Flaw | None
) -> None:
    assert flaw_of(manifest, BEIJING) == flaw


@pytest.mark.parametrize(("profile", "told"), [("routine", ["E-REC-005"]), ("studio", [])])
def test_where_nobody_was_there_the_last_recordings_gaps_are_told(
    tmp_path: Path, profile: str, told: list[str]
) -> None:
    folder = tmp_path / "data" / "recordings" / RECORDING
    folder.mkdir(parents=True)
    write_manifest(folder, over(REBOOT))
    attic = daemon(tmp_path, load(room(tmp_path, profile=profile)))
    codes = [one.code for one in attic.state().problems]
    assert [code for code in codes if code.startswith("E-REC")] == told
    attic.media.close()


def seen(camera: DeviceService, recording: RecordingState) -> RoomState:
    source = SourceView("teacher", "T", picture=True, sound=False, state="lost", camera="camera")
    return replace(
        a_state(),
        devices=(camera.view(),),
        sources=(source,),
        recording=RecordingView(recording, light=False),
    )


async def test_a_camera_in_standby_is_woken_when_its_room_is_recorded() -> None:
    now_s, emulator = 100.0, ViscaEmulator()
    async with (
        serve(emulator, "tcp://127.0.0.1:0") as served,
        asyncio.TaskGroup() as tasks,
    ):
        config = DeviceConfig(id="camera", name="Camera", driver="visca", url=served.url)
        camera = DeviceService(config=config, changed=lambda: None)
        waking = WakingService(devices={"camera": camera}, attended=False, clock=lambda: now_s)
        running = [tasks.create_task(one.run()) for one in (camera, waking)]

        def is_on(value: str) -> bool:
            power = camera.view().values.get("power")
            return power is not None and power.value == value

        await eventually_async(lambda: is_on("on"))
        await camera.perform("power", "set-power", {"on": False})
        await eventually_async(lambda: is_on("off"))
        assert waking.look(seen(camera, RecordingState.IDLE)) == ()
        asleep = seen(camera, RecordingState.RECORDING)
        assert waking.look(asleep) == ("camera",)
        await eventually_async(lambda: is_on("on"))
        assert waking.look(asleep) == ()  # it has had no time to wake
        now_s += AGAIN_S
        assert waking.look(asleep) == ("camera",)
        assert waking.look(seen(camera, RecordingState.RECORDING)) == ()
        now_s += AGAIN_S
        assert waking.look(asleep) == ()  # somebody put it to sleep, and means it
        later = replace(asleep, recording=replace(asleep.recording, id="the next one"))
        assert waking.look(later) == ("camera",)
        for task in running:
            task.cancel()
