"""A short lesson, coded as a room codes it, and one who sends and receives it over a pipe."""

import asyncio
import time
from fractions import Fraction
from functools import cache
from itertools import cycle

import av
import numpy as np

from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.rtp import numbering, packetised, rtcp
from classroom_media.live.rtp.incoming_picture import IncomingPicture
from classroom_media.live.rtp.incoming_sound import IncomingSound
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.packetised import SoundPacketiser
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.receiver import Receiver
from classroom_media.live.rtp.red import SPACED
from classroom_media.live.rtp.sender import Sender
from classroom_media.packets import Coded

WIDTH, HEIGHT = 320, 180
LUMA = 170  # of the picture, about
TONE_HZ = 440
RATE_HZ = 48_000
FRAME_NS, SOUND_NS = 40_000_000, 20_000_000


@cache
def pictures() -> tuple[tuple[bool, bytes], ...]:
    """Give a second of a grey wall with something that moves, as H.264: key or not, and bytes."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline"}
    found = []
    for place in range(25):
        luma = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        luma[:HEIGHT] = LUMA
        luma[40:80, 8 * place : 8 * place + 60] = np.arange(60, dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(luma, format="yuv420p")
        frame.pts = place
        found += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    return tuple(found)


@cache
def sounds() -> tuple[bytes, ...]:
    """Give a second of a tone as Opus, 20 ms each."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "stereo", "s16"
    encoder.bit_rate = 48_000
    found: list[bytes] = []
    for place in range(52):
        at = np.arange(960) + 960 * place
        tone = (8000 * np.sin(2 * np.pi * TONE_HZ * at / RATE_HZ)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None], "s16", "stereo")
        frame.sample_rate, frame.pts = RATE_HZ, 960 * place
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(found[1:51])


class Teacher:
    """Sends the lesson over a pipe, again and again, and takes what the other end sends."""

    def __init__(
        self, reach: Reach, tasks: asyncio.TaskGroup, *, send: bool = True, receive: bool = True
    ) -> None:
        self.pipe = SecurePipe(
            reach,
            tasks,
            received=self._received,
            changed=lambda _: self._settled.set(),
            send=send,
            receive=receive,
        )
        self._settled = asyncio.Event()
        self.redundancy: tuple[int, ...] = SPACED
        self.keys_wanted = 0
        self.coded: list[Coded] = []
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._voice = SoundPacketiser(numbering.SOUND)

    def begin(self) -> None:
        """Take the numbers that were agreed."""
        sends, receives = self.pipe.sends, self.pipe.receives
        self._voice = SoundPacketiser(sends.sound.payload_type)
        self._sender = Sender(
            "hub",
            sound=Outgoing(sends.sound),
            picture=Outgoing(sends.picture),
            red_type=sends.red_type,
        )
        self._sender.redundancy = self.redundancy
        playout = Playout()
        self._receiver = Receiver(
            self.pipe.ssrcs.receiver,
            "hub",
            sound=IncomingSound("sound", receives.sound, playout, red_type=receives.red_type),
            picture=IncomingPicture("picture", receives.picture, playout),
            playout=playout,
        )

    def _received(self, packet: bytes, at_ns: int) -> None:
        """Take a packet from the pipe."""
        if self._sender is None or self._receiver is None:
            return
        if rtcp.is_rtcp(packet):
            self.pipe.send(self._sender.control(packet, at_ns))
            self._receiver.control(packet, at_ns)
            self.keys_wanted += self._sender.take_key_wanted()
        else:
            self.coded += self._receiver.packet(packet, at_ns)

    async def connected(self) -> None:
        """Wait for the connection."""
        async with asyncio.timeout(20):
            await self._settled.wait()
        assert self.pipe.state is State.CONNECTED

    async def listen(self) -> None:
        """Receive until cancelled."""
        while True:
            self._take(time.monotonic_ns())
            await asyncio.sleep(0.005)

    async def teach(self) -> None:
        """Send in real time until cancelled."""
        assert self._sender is not None
        begin_ns = time.monotonic_ns()
        at = {FRAME_NS: begin_ns, SOUND_NS: begin_ns}
        pictures_left, sounds_left = cycle(pictures()), cycle(sounds())
        while True:
            now_ns = time.monotonic_ns()
            while at[FRAME_NS] <= now_ns:
                key, data = next(pictures_left)
                picture = packetised.picture(_coded(at[FRAME_NS], data, key=key))
                self.pipe.send(self._sender.picture(picture, now_ns))
                at[FRAME_NS] += FRAME_NS
            while at[SOUND_NS] <= now_ns:
                self._voice.take(_coded(at[SOUND_NS], next(sounds_left), key=True))
                self.pipe.send(self._sender.sound(self._voice, now_ns))
                at[SOUND_NS] += SOUND_NS
            self.pipe.send(self._sender.tick(now_ns))
            self._take(now_ns)
            await asyncio.sleep(0.005)

    def _take(self, now_ns: int) -> None:
        assert self._receiver is not None
        coded, said = self._receiver.tick(now_ns)
        self.coded += coded
        self.pipe.send(said)

    def of(self, stream: str) -> list[Coded]:
        """Give what came of a stream: picture or sound."""
        return [each for each in self.coded if each.stream == stream]


def _coded(pts_ns: int, data: bytes, *, key: bool) -> Coded:
    return Coded(stream="s", pts_ns=pts_ns, dts_ns=pts_ns, duration_ns=0, key=key, data=data)


def decoded_pictures(coded: list[Coded]) -> list[av.VideoFrame]:
    """Decode what came, from its first keyframe."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return [frame for each in coded for frame in decoder.decode(av.Packet(each.data))]


def decoded_sound(coded: list[Coded]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """Decode what came: (samples,) float32, the first channel."""
    decoder = av.CodecContext.create("opus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = RATE_HZ
    frames = [frame for each in coded for frame in decoder.decode(av.Packet(each.data))]
    resampler = av.AudioResampler("fltp", "mono", RATE_HZ)
    parts = [part.to_ndarray()[0] for frame in frames for part in resampler.resample(frame)]
    return np.concatenate(parts)


def pitch_hz(samples: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> float:
    """Tell the loudest tone of a stretch of sound."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum[1:]) + 1) * RATE_HZ / len(samples)
