"""What a room does when nobody is there: its room.toml, its caretaker, a machine that goes off."""

from pathlib import Path

from classroom_edge.config import load
from classroom_schedules.weeks import Weekday

ROOM = '[room]\nid = "attic"\nname = "Attic"\n[[routine]]\nname = "class-end"\ntitle = "End"\n'


def room(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "room.toml"
    file.write_text(f"{ROOM}[unattended]\n{text}", encoding="utf-8")
    return file


def test_what_a_room_does_unattended_is_read(tmp_path: Path) -> None:
    text = (
        'off_routine = "class-end"\nnight_off = "22:00"\nidle_off_min = 30\n'
        'quiet_from = "21:30"\nquiet_to = "06:30"\nshutdown = ["周五 22:30", "Sun 20:00"]\n'
    )
    config = load(room(tmp_path, text)).unattended
    assert config is not None
    habits = config.habits
    assert (str(habits.night_at), habits.idle.total_seconds()) == ("22:00:00", 1800)
    assert [day for day, _at in habits.shutdowns] == [Weekday.FRIDAY, Weekday.SUNDAY]
    assert config.shutdown_command == ("systemctl", "poweroff")
