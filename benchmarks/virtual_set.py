"""How clean a presenter is cut from a green cloth, beside libavfilter's chromakey and despill.

    .venv/bin/python benchmarks/virtual_set.py [--pictures N] [--kbps K] [--clip FILE]
                                               [--pictures-to FOLDER] [--json]

A drawn presenter, whose edge and hairs are known, stands before a cloth that is lit unevenly
and throws its green on him; the camera adds blur and noise, and H.264 at 5 Mbit/s does the
rest. With `--clip`, people of a real film are put before the cloth, cut out of it by GrabCut:
what is cut out roughly is still known exactly. The peer is given the cloth's mean colour and
the settings, of 24, that do best on these very pictures.

The edge is where the presenter covers more than 2 % and less than 98 % of a pixel, and two
pixels around it. Told are: the error of the alpha there and elsewhere (of 255), what the
finished picture differs there from one that was mixed from the truth, how much more green it is
than that, and how much the error of the alpha changes from picture to picture.
"""

import argparse
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import cv2
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray
from PIL import Image

from classroom_media.api import Key
from classroom_media.compose.canvas import label, planes
from classroom_media.compose.colours import frame_of, yuv_of
from classroom_media.compose.key import Keyer
from classroom_media.emulate.green_screen import CLOTH, GreenScreen, Shot, film

SIZE: Final = (1280, 720)
FPS: Final = 25
SIMILARITIES: Final = (0.06, 0.09, 0.12, 0.15, 0.2, 0.26)
BLENDS: Final = (0.0, 0.05, 0.1, 0.2)
BLACK, WHITE = 16, 235

Floats = NDArray[np.float32]
Composer = Callable[[av.VideoFrame, av.VideoFrame], av.VideoFrame]  # picture, behind


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of one keyer; means over all pictures."""

    alpha_edge: float
    alpha_elsewhere: float
    picture_edge: float
    green_edge: float
    flicker: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--kbps", type=int, default=5000)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--pictures-to", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    shots = list(itertools.islice(_shots(arguments.clip), arguments.pictures))
    seen = _through_h264([shot.frame for shot in shots], arguments.kbps)
    found = {"ours": _figures(_ours(), shots, seen)}
    best = min(_peers(), key=lambda one: _figures(_peer(*one), shots[:3], seen[:3]).picture_edge)
    found["libavfilter"] = _figures(_peer(*best), shots, seen)
    for name, figures in found.items():
        print(f"{name:12}", *(f"{key} {getattr(figures, key):.2f} " for key in _keys()))
    if arguments.pictures_to:
        _keep(arguments.pictures_to, seen[-1], {"ours": _ours(), "libavfilter": _peer(*best)})
    if arguments.json:
        ratios = {
            f"{key}_ratio": round(
                getattr(found["ours"], key) / getattr(found["libavfilter"], key), 3
            )
            for key in _keys()
            if key != "alpha_elsewhere"  # next to nothing with both
        }
        print(json.dumps(ratios | {"peer_settings": best}))


def _keys() -> tuple[str, ...]:
    return tuple(Figures.__dataclass_fields__)


def _shots(clip: Path | None) -> Iterator[Shot]:
    if clip is None:
        screen = GreenScreen(*SIZE)
        return map(screen.shot, itertools.count())
    return _cut_out(clip)


def _cut_out(clip: Path) -> Iterator[Shot]:
    """Put whoever stands in the middle of a film before the cloth."""
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            width, height = frame.width // 4, frame.height // 4
            small = frame.reformat(width, height, "bgr24").to_ndarray().astype(np.uint8)
            mask = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
            mask[height // 12 :, width // 6 : -width // 6] = cv2.GC_PR_FGD
            mask[height // 3 :, 2 * width // 5 : 3 * width // 5] = cv2.GC_FGD
            mask[: height // 20], mask[: height // 2, : width // 12] = cv2.GC_BGD, cv2.GC_BGD
            models = np.zeros((1, 65)), np.zeros((1, 65))
            cv2.grabCut(small, mask, (0, 0, 0, 0), *models, 4, cv2.GC_INIT_WITH_MASK)
            solid = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
            rough = cv2.resize(cv2.GaussianBlur(solid, (0, 0), 1), SIZE)
            alpha = np.clip((rough - 0.5) * 4 + 0.5, 0, 1)
            rgb = frame.reformat(*SIZE, "rgb24", interpolation="BICUBIC").to_ndarray()
            presenter = rgb.astype(np.float32)
            yield film(presenter, alpha, seed=number)


def _through_h264(frames: Sequence[av.VideoFrame], kbps: int) -> list[av.VideoFrame]:
    """Encode as a camera does, and decode."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *SIZE, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, FPS), kbps * 1000
    encoder.options = {"preset": "veryfast", "tune": "zerolatency"}
    packets = []
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    decoder = av.CodecContext.create("h264", "r")
    return [frame for packet in [*packets, None] for frame in decoder.decode(packet)]


def _ours() -> Composer:
    keyers: dict[int, Keyer] = {}

    def compose(picture: av.VideoFrame, behind: av.VideoFrame) -> av.VideoFrame:
        keyer = keyers.setdefault(id(behind), Keyer(Key(), *SIZE))
        out = label(av.VideoFrame(*SIZE, "yuv420p"))
        keyer.key(planes(picture), planes(behind), planes(out))
        return out

    return compose


def _peers() -> Iterator[tuple[float, float]]:
    return itertools.product(SIMILARITIES, BLENDS)


def _peer(similarity: float, blend: float) -> Composer:
    red, green, blue = (round(one * 0.85) for one in CLOTH)  # as bright as it is in the mean
    graph = Graph()
    graph.threads = 1
    form = f"video_size={SIZE[0]}x{SIZE[1]}:pix_fmt=yuv420p:time_base=1/{FPS}:colorspace=bt709"
    front, back = (graph.add("buffer", f"{form}:range=tv") for _ in range(2))
    key = graph.add("chromakey", f"0x{red:02x}{green:02x}{blue:02x}:{similarity}:{blend}")
    despill = graph.add("despill", "type=green")
    planar = graph.add("format", "yuva420p")
    overlay = graph.add("overlay", "0:0")
    sink = graph.add("buffersink")
    for one, other in itertools.pairwise((front, key, despill, planar)):
        one.link_to(other)
    back.link_to(overlay, 0, 0)
    planar.link_to(overlay, 0, 1)
    overlay.link_to(sink)
    graph.configure()
    numbers = itertools.count()

    def compose(
        picture: av.VideoFrame, behind: av.VideoFrame, _graph: Graph = graph
    ) -> av.VideoFrame:
        picture.pts = behind.pts = next(numbers)
        label(picture), label(behind)
        front.push(picture)
        back.push(behind)
        return cast("av.VideoFrame", sink.pull())

    return compose


def _figures(compose: Composer, shots: Sequence[Shot], seen: Sequence[av.VideoFrame]) -> Figures:
    black, white, set_ = _plain(BLACK), _plain(WHITE), _set()
    rows, errors = [], []
    hue = np.array(yuv_of("#" + bytes(CLOTH).hex())[1:], np.float32) - 128
    for shot, frame in zip(shots, seen, strict=True):
        light, dark = (_planes(compose(frame, behind))[0] for behind in (white, black))
        alpha = np.clip(255 - (light - dark) * 255 / (WHITE - BLACK), 0, 255)
        error = alpha - 255 * shot.alpha
        edge = _edge(shot.alpha)
        made = _planes(compose(frame, set_))
        true = _mixed(shot, set_)
        off = [np.abs(one - other) for one, other in zip(made, true, strict=True)]
        small = cv2.resize(edge.astype(np.uint8), (SIZE[0] // 2, SIZE[1] // 2)) > 0
        green = sum((made[i] - true[i]) * hue[i - 1] for i in (1, 2)) / np.hypot(*hue)
        rows.append(
            (
                np.abs(error[edge]).mean(),
                np.abs(error[~edge]).mean(),
                (off[0][edge].mean() * 4 + off[1][small].mean() + off[2][small].mean()) / 6,
                np.maximum(green[small], 0).mean(),
            )
        )
        errors.append(np.where(edge, error, 0))
    changes = [np.abs(b - a)[(a != 0) | (b != 0)].mean() for a, b in itertools.pairwise(errors)]
    return Figures(*map(float, (*np.mean(rows, axis=0), np.mean(changes))))


def _edge(alpha: Floats) -> NDArray[np.bool_]:
    mixed = ((alpha > 0.02) & (alpha < 0.98)).astype(np.uint8)
    return np.asarray(cv2.dilate(mixed, np.ones((5, 5), np.uint8)) > 0)


def _mixed(shot: Shot, behind: av.VideoFrame) -> tuple[Floats, ...]:
    """Give the planes of what the picture should be."""
    presenter = _planes(frame_of(np.clip(shot.presenter, 0, 255).astype(np.uint8)))
    alphas = [shot.alpha] + [cv2.resize(shot.alpha, None, fx=0.5, fy=0.5, interpolation=3)] * 2
    mixed = zip(presenter, _planes(behind), alphas, strict=True)
    return tuple(under + alpha * (over - under) for over, under, alpha in mixed)


def _planes(frame: av.VideoFrame) -> tuple[Floats, ...]:
    return tuple(plane.astype(np.float32) for plane in planes(frame))


def _plain(luma: int) -> av.VideoFrame:
    frame = av.VideoFrame(*SIZE, "yuv420p")
    for plane, value in zip(planes(frame), (luma, 128, 128), strict=True):
        plane[:] = value
    return frame


def _set() -> av.VideoFrame:
    """Give something of a news room's colours: blue below, bright above."""
    down, across = np.mgrid[0 : 1 : SIZE[1] * 1j, 0 : 1 : SIZE[0] * 1j]
    rgb = np.stack((200 - 160 * down, 205 - 130 * down, 225 - 60 * down - 30 * across), -1)
    return frame_of(rgb.astype(np.uint8))


def _keep(folder: Path, frame: av.VideoFrame, composers: dict[str, Composer]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    finished = {name: compose(frame, _set()) for name, compose in composers.items()}
    for name, picture in (finished | {"camera": frame}).items():
        rgb = picture.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
        Image.fromarray(rgb).save(folder / f"{name}.png")


if __name__ == "__main__":
    main()
