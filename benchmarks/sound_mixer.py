"""What mixing sound costs, and what keeping it in step does to it.

    python benchmarks/sound_mixer.py [--inputs 6] [--seconds 60] [--json]

The same AAC files are decoded, measured by EBU R 128 each, mixed, limited and measured again by
our mixer and by Debian's ffmpeg (ebur128, amix, alimiter), in CPU time. Then a tone whose sound
card runs 200 and 500 ppm fast is brought in step by us and by libswresample's soft compensation,
as ffmpeg's aresample=async does it: distortion and noise below the tone, and milliseconds off.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

from classroom_media.api import NS
from classroom_media.compose.mix import BLOCK, SoundMixer
from classroom_media.encode.aac import SoundEncoder
from classroom_media.levels import RATE_HZ, Samples
from classroom_media.packets import Coded
from classroom_media.sound.speed import Pacer
from classroom_media.workers.specs import DirectorSource, Endpoints

NOWHERE = Endpoints(commands="", packets="")
TONE_HZ = 1000
DRIFTS_PPM = (200, 500)
Row = NDArray[np.float64]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--inputs", type=int, default=6)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    if shutil.which("ffmpeg") is None:
        print("the peer is missing; its Debian package: ffmpeg", file=sys.stderr)
        return 2
    result = costs(given.inputs, given.seconds)
    for ppm in DRIFTS_PPM:
        result |= in_step(ppm, given.seconds)
    if given.json:
        print(json.dumps({name: round(value, 4) for name, value in result.items()}))
        return 0
    for name, value in result.items():
        print(f"{name:36} {value:9.3f}")
    return 0


def costs(inputs: int, seconds: int) -> dict[str, float]:
    """Measure the mixer, with inputs in step and with inputs that drift, and the peer."""
    voices = [voice(number, seconds) for number in range(inputs)]
    sounds = [coded(f"s{number}-sound", sound) for number, sound in enumerate(voices)]
    alone = mixed(sounds[:1], seconds)
    together = mixed(sounds, seconds)
    drifting = mixed([slower(packets, 200) for packets in sounds], seconds)
    with tempfile.TemporaryDirectory() as folder:
        files = [written(Path(folder) / f"{n}.m4a", sound) for n, sound in enumerate(voices)]
        peer = by_ffmpeg(files) / seconds
    return {
        "one_input_core_percent": 100 * alone,
        "mixer_core_percent": 100 * together,
        "mixer_drifting_core_percent": 100 * drifting,
        "one_more_input_core_percent": 100 * (together - alone) / max(1, inputs - 1),
        "peer_core_percent": 100 * peer,
        "mixer_ratio": together / peer,
    }


def voice(number: int, seconds: int) -> Samples:
    """Give something like a voice, in syllables; together they need the limiter now and then."""
    at = np.arange(seconds * RATE_HZ) / RATE_HZ
    pitch = 120 + 30 * number
    tones = sum(np.sin(2 * np.pi * pitch * n * at) / n for n in range(1, 8))
    hiss = np.random.default_rng(number).standard_normal(at.size)
    sound = 0.12 * tones * np.clip(np.sin((2 + number) * at) + 0.5, 0, 1) + 0.002 * hiss
    both: Samples = np.stack([sound, sound]).astype(np.float32)
    return both


def coded(stream: str, sound: Samples) -> list[Coded]:
    """Code a sound as the sources do."""
    encoder, packets = SoundEncoder(stream), []
    for first in range(0, sound.shape[1] - BLOCK + 1, BLOCK):
        packets += encoder.encode(np.ascontiguousarray(sound[:, first : first + BLOCK]), first)
    return packets + encoder.flush()


def slower(packets: list[Coded], ppm: int) -> list[Coded]:
    """Give the packets of a sound card that runs fast: its stamps lie closer together."""
    return [at(packet, round(packet.pts_ns * (1 - ppm * 1e-6))) for packet in packets]


def at(packet: Coded, at_ns: int) -> Coded:
    """Give a packet in another place."""
    return msgspec.structs.replace(packet, pts_ns=at_ns, dts_ns=at_ns)


def mixed(sounds: list[list[Coded]], seconds: int) -> float:
    """Mix sounds as they come; give CPU seconds for a second of sound."""
    names = [packets[0].stream.removesuffix("-sound") for packets in sounds]
    mixer = SoundMixer(
        (DirectorSource(id=name, name=name, endpoints=NOWHERE, sound=True) for name in names), {}
    )
    coming = [at(p, p.pts_ns + NS) for packets in sounds for p in packets]
    coming.sort(key=lambda packet: packet.pts_ns)
    block, began = RATE_HZ // BLOCK, time.process_time()
    for packet in coming:
        mixer.feed(packet, packet.pts_ns)
        while (block + 5) * BLOCK * NS // RATE_HZ < packet.pts_ns:
            mixer.mix(block)
            block += 1
            if block % 5 == 0:
                mixer.levels()
    return (time.process_time() - began) / seconds


def written(path: Path, sound: Samples) -> Path:
    """Write a sound to a file, coded the same way."""
    with av.open(path, "w") as file:
        stream = file.add_stream("aac", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = 128_000
        for first in range(0, sound.shape[1] - BLOCK + 1, BLOCK):
            block = np.ascontiguousarray(sound[:, first : first + BLOCK])
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.sample_rate, frame.pts = RATE_HZ, first
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def by_ffmpeg(files: list[Path]) -> float:
    """Let ffmpeg do the same; give its CPU seconds."""
    inputs = [part for file in files for part in ("-i", str(file))]
    meters = ";".join(f"[{n}:a]ebur128=metadata=1[m{n}]" for n in range(len(files)))
    names = "".join(f"[m{n}]" for n in range(len(files)))
    chain = (
        f"{meters};{names}amix=inputs={len(files)}:normalize=0,"
        "alimiter=limit=0.89:level=0,ebur128=metadata=1:peak=true"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["ffmpeg", "-v", "error", *inputs, "-filter_complex", chain, "-f", "null", "-"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_step(ppm: int, seconds: int) -> dict[str, float]:
    """Bring a tone of a fast sound card in step, in both ways."""
    speed = 1 - ppm * 1e-6
    places = np.arange(seconds * RATE_HZ // BLOCK * BLOCK)
    tone = np.sin(2 * np.pi * TONE_HZ * speed * places / RATE_HZ).astype(np.float32)[None]
    ours, theirs = by_pacer(tone, speed), by_swresample(tone, speed)
    return {
        f"impurity_{ppm}_ppm_db": impurity_db(ours),
        f"off_{ppm}_ppm_ms": off_ms(ours),
        f"peer_impurity_{ppm}_ppm_db": impurity_db(theirs),
        f"peer_off_{ppm}_ppm_ms": off_ms(theirs),
    }


def by_pacer(tone: Samples, speed: float) -> Row:
    """Give what comes out of our pacer."""
    pacer = Pacer(1)
    parts = [
        pacer.place(tone[:, first : first + BLOCK], round(first * speed))[1][0]
        for first in range(0, tone.shape[1], BLOCK)
    ]
    return np.concatenate(parts).astype(np.float64)


def by_swresample(tone: Samples, speed: float) -> Row:
    """Give what comes out of aresample=async=1000, which sets libswresample's compensation."""
    graph = Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=RATE_HZ, layout="mono")
    resampler, sink = graph.add("aresample", "async=1000"), graph.add("abuffersink")
    graph.link_nodes(source, resampler, sink).configure()
    parts: list[Samples] = []
    for first in range(0, tone.shape[1], BLOCK):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(tone[:, first : first + BLOCK]), "fltp", "mono"
        )
        frame.sample_rate, frame.pts = RATE_HZ, round(first * speed)
        frame.time_base = Fraction(1, RATE_HZ)
        source.push(frame)
        if isinstance(pulled := sink.pull(), av.AudioFrame):
            parts.append(pulled.to_ndarray()[0])
    return np.concatenate(parts).astype(np.float64)


def impurity_db(sound: Row) -> float:
    """Give distortion and noise in the second half, dB below the tone."""
    row = sound[sound.size // 2 :]
    spectrum = np.square(np.abs(np.fft.rfft(row * np.blackman(row.size))))
    frequencies = np.fft.rfftfreq(row.size, 1 / RATE_HZ)
    tone = np.abs(frequencies - TONE_HZ) < 20
    other = ~tone & (frequencies > 20)
    return float(10 * np.log10(spectrum[other].sum() / spectrum[tone].sum()))


def off_ms(sound: Row) -> float:
    """Give by how much the tone's phase is off at worst, after the first fifth."""
    at_s = np.arange(sound.size) / RATE_HZ
    turning = (sound * np.exp(-2j * np.pi * TONE_HZ * at_s))[: sound.size // 480 * 480]
    phase = np.unwrap(np.angle(turning.reshape(-1, 480).mean(axis=1))) + np.pi / 2
    return float(np.abs(phase[len(phase) // 5 :]).max() / (2 * np.pi * TONE_HZ) * 1000)


if __name__ == "__main__":
    sys.exit(main())
