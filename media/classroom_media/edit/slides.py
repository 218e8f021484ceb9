"""The slides of a recording alone: pictures, a list of when each came, and a PDF."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from classroom_media.api import MediaError
from classroom_media.compose.fonts import Face, Typefaces
from classroom_media.edit.bundle import bundled
from classroom_media.edit.orders import Slide, SlidesOrder
from classroom_media.edit.stills import QUALITY, save, still

FILE: Final = "slide-{:03}.jpg"
LIST_FILE: Final = "slides.csv"
PDF_FILE: Final = "slides.pdf"
COLUMNS: Final = ("number", "page", "time", "seconds", "file")
WIDEST: Final = 1280  # pixels of a page in the PDF
BAND: Final = 0.035  # of a page's width, under the slide
LETTERS: Final = 0.6  # of the band's height
DPI: Final = 110.0
PAPER: Final = (255, 255, 255)
INK: Final = (70, 78, 92)
BOM: Final = "utf-8-sig"  # spreadsheets take it for Chinese only so


def export_slides(order: SlidesOrder, tell: Callable[[float], None] = lambda _share: None) -> None:
    """Write the slides.

    Raises:
        MediaError: a film cannot be read, or nothing can be written.
    """
    with bundled(Path(order.into)) as folder:
        files = [folder / FILE.format(n) for n in range(1, len(order.slides) + 1)]
        for n, (slide, file) in enumerate(zip(order.slides, files, strict=True), 1):
            save(_picture(slide), file)
            tell(0.9 * n / len(files))
        _list(order.slides, files, folder / LIST_FILE)
        _pdf(order, files, folder / PDF_FILE)


def clock(seconds: float) -> str:
    """Spell a time: ``0:04:09``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _picture(slide: Slide) -> Image.Image:
    if slide.film:
        return still(Path(slide.film), slide.at_s)
    try:
        with Image.open(slide.picture) as kept:
            return kept.convert("RGB")
    except (OSError, ValueError) as error:
        raise MediaError(f"{slide.picture}: {error}") from error


def _list(slides: Sequence[Slide], files: Sequence[Path], into: Path) -> None:
    with into.open("w", encoding=BOM, newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, (slide, path) in enumerate(zip(slides, files, strict=True), 1):
            shown = f"{slide.shown_s:.2f}"
            rows.writerow((number, slide.page, clock(slide.shown_s), shown, path.name))


def _pdf(order: SlidesOrder, files: Sequence[Path], into: Path) -> None:
    captions = [
        order.caption.format(page=slide.page, time=clock(slide.shown_s)) for slide in order.slides
    ]
    face = Typefaces().writing("".join(captions)) or Typefaces().latin
    first, *more = (_page(file, said, face) for file, said in zip(files, captions, strict=True))
    first.save(into, "PDF", resolution=DPI, quality=QUALITY, save_all=True, append_images=more)


def _page(file: Path, caption: str, face: Face) -> Image.Image:
    """Draw a slide with its caption under it; no wider than paper needs, since all are kept."""
    with Image.open(file) as slide:
        slide.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        band = round(slide.width * BAND)
        page = Image.new("RGB", (slide.width, slide.height + band), PAPER)
        page.paste(slide, (0, 0))
    place = (page.width / 2, page.height - band / 2)
    font = face.sized(max(8, round(band * LETTERS)))
    ImageDraw.Draw(page).text(place, caption, INK, font, "mm")
    return page
