"""Folders full of recordings, as a school has them after some years: the same for the same seed."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.card import CARD_FILE, Card
from classroom_media.record.journal import Taught
from classroom_media.record.manifest import (
    MANIFEST_FILE,
    Filmstrip,
    Gap,
    Manifest,
    Mark,
    State,
    Track,
)

SUBJECTS: Final = ("语文", "数学", "英语", "科学", "音乐", "Music & Art")
TEACHERS: Final = ("李芳", "王伟", "Zhang Min", "陈静", "O'Brien", "赵_敏", "100% 周")
CLASSES: Final = tuple(f"{grade}年级({n})班" for grade in "三四五六" for n in (1, 2, 3))
TITLES: Final = ("分数的初步认识", "圆的周长", "古诗二首", "Unit 3 My friends", "植物的一生")
MARKS: Final = ("重点", "难点", "提问", "homework", "实验开始")
BEGIN: Final = datetime(2024, 9, 2, 0, 0, tzinfo=UTC)


def a_manifest(number: int, chance: random.Random) -> Manifest:
    """Make one recording of many: a lesson of the timetable, or a person's own."""
    at = BEGIN + timedelta(hours=3 * number, minutes=chance.randrange(60))
    mark = f"{chance.randrange(16**6):06x}"
    length_s = chance.uniform(60, 2700)
    teacher, subject = chance.choice(TEACHERS), chance.choice(SUBJECTS)
    taught = Taught(
        occurrence=f"{subject}-{number}",
        subject=subject,
        classes=(chance.choice(CLASSES),),
        teachers=(teacher,),
    )
    return Manifest(
        id=f"{at:%Y%m%d-%H%M%S}-{mark}",
        state=State.INCOMPLETE if chance.random() < 0.02 else State.FINISHED,
        room="room-301",
        title=f"{chance.choice(TITLES)} {number}",
        started_at=at,
        duration_s=length_s,
        tracks=tuple(_track(name, length_s, chance) for name in ("programme", "teacher", "slides")),
        gaps=(Gap(track="teacher", from_s=1, to_s=2, length_s=1, reason="lost"),)
        if chance.random() < 0.1
        else (),
        marks=tuple(
            Mark(at_s=chance.uniform(0, length_s), text=chance.choice(MARKS))
            for _mark in range(chance.randrange(6))
        ),
        thumbnail="thumbnail.jpg",
        filmstrip=Filmstrip(file="filmstrip.jpg", columns=10, rows=10, count=100, every_s=27.0),
        taught=taught if chance.random() < 0.8 else None,
    )


def fill(folder: Path, count: int, *, seed: int = 7) -> list[Manifest]:
    """Put recordings into a folder, the oldest first; give their manifests."""
    chance = random.Random(seed)
    made = [a_manifest(number, chance) for number in range(count)]
    for manifest in made:
        place = folder / manifest.id
        place.mkdir(parents=True)
        (place / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))  # for tests: not synced
        if chance.random() < 0.1:
            card = Card(note=chance.choice(MARKS), held=chance.random() < 0.5)
            (place / CARD_FILE).write_bytes(msgspec.json.encode(card))
    return made


def _track(name: str, length_s: float, chance: random.Random) -> Track:
    return Track(
        name=name,
        source="" if name == "programme" else name,
        kind="programme" if name == "programme" else "picture",
        file=f"{name}.mp4",
        codec="h264+aac",
        duration_s=length_s,
        width=1920,
        height=1080,
        fps=25,
        bytes=round(length_s * 400_000),
        sha256=f"{chance.randrange(16**64):064x}",
    )
