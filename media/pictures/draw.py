"""Draws the pictures of media/README.md: every layout and title, composed as on air.

    .venv/bin/python media/pictures/draw.py [FOLDER]

The cameras are the drawn lesson of `classroom_media.emulate`.
"""

import io
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import av
import msgspec
import newsroom
import numpy as np
from av.video.reformatter import Colorspace
from PIL import Image, ImageDraw

from classroom_media.api import (
    NS,
    Arrangement,
    Card,
    Crop,
    Key,
    Layout,
    LowerThird,
    Slot,
    Titles,
    TitleStyle,
)
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.canvas import Canvas
from classroom_media.compose.colours import frame_of
from classroom_media.compose.fade import Fade
from classroom_media.compose.fonts import Typefaces
from classroom_media.compose.layouts import arrangement
from classroom_media.compose.pictures import Picture
from classroom_media.compose.slates import Slates
from classroom_media.compose.titles import Titler
from classroom_media.emulate.scenes import PupilsScene, Scene, TeacherScene
from classroom_media.monitor.condition import Fault
from classroom_media.monitor.supply import Glimpse
from classroom_media.monitor.tiles import TileMaker
from classroom_media.monitor.wall import Standing, Wall

WIDTH, HEIGHT = 1280, 720
SHOWN: Final = (640, 360)  # as it stands in the README
AT: Final = datetime(2026, 11, 23, 2, 24, 35, tzinfo=UTC)
UNMARKED: Final = (101, 66, 1178, 672)  # of a scene: without its burnt-in clock and number
ROWS: Final = (112, 104, 1012, 610)  # of the pupils' scene: nobody sits where the logo is
WORDS: Final[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "words.toml").read_text("utf-8")
)
NEWS: Final = Arrangement(
    name="news",
    slots=(
        Slot(x=0.05, y=0.13, width=0.3, height=0.74, fill=True, border=0.004),
        Slot(x=0.4, y=0.21, width=0.55, height=0.55, border=0.004, crop=Crop(height=0.98)),
    ),
    background="#12355b",
)
LEFT, TOP, RIGHT, BOTTOM = newsroom.SCREEN
VIRTUAL_SET: Final = Arrangement(
    name="virtual-set",
    slots=(
        Slot(
            x=LEFT / WIDTH,
            y=TOP / HEIGHT,
            width=(RIGHT - LEFT) / WIDTH,
            height=(BOTTOM - TOP) / HEIGHT,
        ),
        Slot(x=0, y=0, width=1, height=1, key=Key()),
    ),
)
CARDS: Final = msgspec.convert(WORDS["cards"], dict[str, Card])


class Studio:
    """The sources, and what composes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._backgrounds = Backgrounds(WIDTH, HEIGHT)
        teacher = _scene(TeacherScene(_now), 1950, UNMARKED)
        pupils = _scene(PupilsScene(_now), 480, ROWS)
        self.sources = {
            "slides": _slide(),
            "teacher": teacher,
            "pupils": pupils,
            "desk": _sheet(),
            "board": teacher.crop((52, 30, 764, 430)),
            "close": teacher.crop((520, 190, 1160, 550)),
        }
        self._pictures = {name: _picture(image) for name, image in self.sources.items()}

    def layout(self, name: str, *sources: str) -> av.VideoFrame:
        """Compose a layout of the sources named."""
        found = arrangement(Layout(name, sources), (NEWS,))
        return self.composed(found, *(self._pictures[source] for source in sources))

    def composed(self, found: Arrangement, *pictures: Picture) -> av.VideoFrame:
        """Compose pictures in an arrangement."""
        return Canvas(found.slots, self._backgrounds.behind(found)).paint(pictures)

    def keep(self, name: str, frame: av.VideoFrame, *, colours: int = 256) -> None:
        """Write a picture: small, in so many colours; 0 is all of them."""
        small = _image(frame).resize(SHOWN, Image.Resampling.LANCZOS)
        if colours:
            small = small.quantize(colours, dither=Image.Dither.NONE)
        small.save(self._folder / f"{name}.png", optimize=True)


def draw(folder: Path) -> None:
    """Draw everything into a folder."""
    studio = Studio(folder)
    for name, sources in (
        ("single", ("teacher",)),
        ("side-by-side", ("teacher", "slides")),
        ("picture-in-picture", ("slides", "teacher")),
        ("picture-beside-screen", ("slides", "close")),
        ("grid", ("teacher", "slides", "pupils", "board")),
        ("news", ("close", "slides")),
    ):
        studio.keep(f"layout-{name}", studio.layout(name, *sources))
    studio.keep("layout-grid-of-six", studio.layout("grid", *studio.sources))
    old, new = studio.layout("single", "pupils"), studio.layout("single", "teacher")
    studio.keep("fade", Fade(WIDTH, HEIGHT).mix(old, new, 0.5))
    slates = Slates({"pupils": WORDS["slate"]}, language="zh-CN")
    studio.keep("slate", slates.slate("pupils", WIDTH, HEIGHT, WIDTH / HEIGHT).frame)
    _draw_titles(studio, folder)
    _draw_virtual_set(studio)
    _draw_multiview(studio, folder)


def _draw_titles(studio: Studio, folder: Path) -> None:
    _logo().save(folder / "logo.png", optimize=True)
    offset_ns = int(AT.timestamp()) * NS
    named = {
        "title-lower-third": Titles(lower_third=LowerThird(**WORDS["lower_third"])),
        "title-subtitle": Titles(subtitle=WORDS["subtitle"]),
        "title-opening": Titles(card="opening"),
        "title-closing": Titles(card="closing"),
    }
    style = TitleStyle(
        logo=str(folder / "logo.png"), clock=True, clock_corner="bottom-right", cards=CARDS
    )
    for name, titles in named.items():
        titler = Titler(style, width=WIDTH, height=HEIGHT, fps=1, offset_ns=lambda: offset_ns)
        titler.show(titles)
        frame = studio.layout("single", "pupils" if "subtitle" in name else "teacher")
        for _ in range(3):  # they have come in by then
            with titler.over(frame, 0) as titled:
                studio.keep(name, titled)


def _draw_multiview(studio: Studio, folder: Path) -> None:
    """Draw six sources: two are on the air, one is frozen, one is lost."""
    wall, maker = Wall(WORDS["multiview"], language="zh-CN"), TileMaker()
    for source in WORDS["multiview"]:
        image = studio.sources[source].resize((WIDTH, HEIGHT))
        tile = maker.tile(_picture(image))
        wall.see(Glimpse(source, source, 0, tile[..., 0], anew=True, keys=1, tile=tile))
    standings = {
        source: Standing(live=source != "desk", on_air=source in {"slides", "close"})
        for source in WORDS["multiview"]
    }
    standings["pupils"] = Standing(live=True, on_air=False, fault=Fault.FROZEN)
    with Image.open(io.BytesIO(wall.jpeg(standings))) as image:
        small = image.resize((SHOWN[0], SHOWN[0] * image.height // image.width))
        small.quantize(256, dither=Image.Dither.NONE).save(folder / "multiview.png", optimize=True)


def _draw_virtual_set(studio: Studio) -> None:
    """Draw the news that become of a newsreader before a green cloth."""
    presenter = Picture(0, newsroom.newsreader(), WIDTH / HEIGHT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.png"
        newsroom.room().save(path)
        found = msgspec.structs.replace(VIRTUAL_SET, picture=str(path))
        frame = studio.composed(found, _picture(studio.sources["slides"]), presenter)
    titler = Titler(TitleStyle(), width=WIDTH, height=HEIGHT, fps=1)
    titler.show(Titles(lower_third=LowerThird(**WORDS["news"])))
    for _ in range(3):  # it has come in by then
        with titler.over(frame, 0) as titled:
            studio.keep("virtual-set", titled, colours=0)


def _now() -> datetime:
    return AT


def _image(frame: av.VideoFrame) -> Image.Image:
    rgb = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709)
    return Image.fromarray(rgb.to_ndarray())


def _scene(scene: Scene, number: int, part: tuple[int, int, int, int]) -> Image.Image:
    image = _image(scene.paint(number).frame)
    return image.crop(part).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _picture(image: Image.Image) -> Picture:
    width, height = image.width // 2 * 2, image.height // 2 * 2
    frame = frame_of(np.asarray(image.crop((0, 0, width, height))))
    return Picture(0, frame, WIDTH / HEIGHT)


def _slide() -> Image.Image:
    """Draw what the teacher's computer shows."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (250, 248, 242))
    draw = ImageDraw.Draw(image)
    said = WORDS["slide"]
    face = Typefaces().writing("".join(said["lines"])) or Typefaces().latin
    draw.rectangle((0, 0, WIDTH, 126), (34, 92, 84))
    draw.text((80, 63), said["title"], (250, 248, 242), face.sized(60), "lm")
    draw.text((WIDTH - 80, 68), said["class"], (196, 222, 214), face.sized(36), "rm")
    for number, line in enumerate(said["lines"]):
        draw.ellipse((88, 232 + 110 * number, 108, 252 + 110 * number), (34, 92, 84))
        draw.text((140, 242 + 110 * number), line, (44, 52, 58), face.sized(52), "lm")
    curve = [(900 + x, round(620 - (x - 140) ** 2 / 90)) for x in range(0, 281, 4)]
    upside = [(x, 850 - y) for x, y in curve]
    draw.line(upside, (196, 78, 58), 6, joint="curve")
    draw.line((860, 400, 1220, 400), (120, 130, 134), 3)
    draw.line((1040, 170, 1040, 480), (120, 130, 134), 3)
    return image


def _sheet() -> Image.Image:
    """Draw what lies under the visualiser: a pupil's exercise on a desk."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (168, 122, 80))
    draw = ImageDraw.Draw(image)
    for top in range(0, HEIGHT, 48):
        draw.line((0, top, WIDTH, top + 14), (160, 114, 74), 3)
    paper = Image.new("RGBA", (860, 640), (252, 251, 246, 255))
    draw = ImageDraw.Draw(paper)
    face = Typefaces().writing("".join(WORDS["sheet"])) or Typefaces().latin
    for number, line in enumerate(WORDS["sheet"]):
        foot = 150 + 120 * number
        draw.line((60, foot, 800, foot), (176, 200, 222), 3)
        draw.text((80, foot - 10), line, (38, 62, 128), face.sized(62), "ls")
    draw.line((640, 480, 676, 520, 752, 420), (206, 48, 44), 12, joint="curve")
    leaning = paper.rotate(4, Image.Resampling.BICUBIC, expand=True)
    shadow = Image.new("RGBA", leaning.size, (70, 44, 26, 255))
    for off, sheet in ((14, shadow), (0, leaning)):
        image.paste(sheet, (190 + off, 20 + off), leaning)
    return image


def _logo() -> Image.Image:
    """Draw a school's sign: an open book before the sun."""
    logo = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    draw = ImageDraw.Draw(logo)
    draw.ellipse((0, 0, 239, 239), (176, 38, 46, 255))
    draw.ellipse((12, 12, 227, 227), outline=(255, 255, 255, 255), width=6)
    draw.ellipse((84, 46, 156, 118), (247, 196, 70, 255))
    draw.polygon(((36, 102), (120, 126), (120, 190), (36, 166)), (255, 255, 255, 255))
    draw.polygon(((204, 102), (120, 126), (120, 190), (204, 166)), (232, 236, 240, 255))
    draw.line((120, 126, 120, 190), (176, 38, 46, 255), 4)
    return logo


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    target.mkdir(parents=True, exist_ok=True)
    draw(target)
