"""The same recording, spelt for the ffmpeg command line and for GStreamer: one process each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_media.api import Layout
from classroom_media.compose.layouts import Box, arrangement, box
from classroom_media.encode.form import PLAIN

SOUND_KBPS: Final = 128
TRACK_PRESET: Final = "superfast"  # of tracks that are encoded
TRACK_CRF: Final = 23
QUALITY: Final = 23  # of the programme: x264's rate factor, below a ceiling of `Job.kbps`
LOOKS: Final = "aq-mode=2:chroma-qp-offset=-2"
X264: Final = f"rc-lookahead=0:sync-lookahead=0:mbtree=0:{LOOKS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is recorded, and how; the first camera has the microphone."""

    cameras: tuple[str, ...]
    films: Path  # folder with NAME.mp4
    take: Path  # folder for programme.mp4 and NAME.mp4
    layout: Layout
    width: int
    height: int
    fps: int
    preset: str
    kbps: int
    gop_s: float
    threads: int  # of the programme's encoder
    copied: bool  # the tracks are what the cameras sent, and not encoded

    @property
    def gop(self) -> int:
        """Pictures from one keyframe to the next."""
        return round(self.gop_s * self.fps)

    @property
    def big(self) -> int:
        """Number of the camera that fills the picture."""
        return self.cameras.index(self.layout.sources[0])

    @property
    def small(self) -> int:
        """Number of the camera in the corner."""
        return self.cameras.index(self.layout.sources[1])

    @property
    def inset(self) -> Box:
        """Where its picture stands."""
        shape = self.width / self.height
        return box(arrangement(self.layout).slots[1], self.width, self.height, shape)


def ffmpeg_command(program: str, job: Job) -> list[str]:
    """Spell the recording for ffmpeg."""
    safe = ["-f", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
    safe += ["-frag_duration", "500000", "-flush_packets", "1"]
    command = [program, "-hide_banner", "-loglevel", "error", "-y"]
    for name in job.cameras:
        command += ["-threads", "1", "-re", "-i", str(job.films / f"{name}.mp4")]
    framed = job.inset.grown(2)
    compose = (
        f"[{job.small}:v]scale={job.inset.width}:{job.inset.height}:flags=bilinear,"
        f"pad={framed.width}:{framed.height}:2:2:color=0xe6e6e6[inset];"
        f"[{job.big}:v][inset]overlay={framed.x}:{framed.y}[picture]"
    )
    command += ["-filter_complex", compose, "-map", "[picture]", "-map", "0:a"]
    command += ["-c:v", "libx264", "-preset", job.preset, "-crf", str(QUALITY)]
    command += ["-threads:v", str(job.threads), "-x264-params", X264]
    command += ["-maxrate", f"{job.kbps}k", "-bufsize", f"{job.kbps * 2}k"]
    command += ["-g", str(job.gop), "-bf", "0", "-sc_threshold", "0"]
    command += ["-c:a", "aac", "-b:a", f"{SOUND_KBPS}k", *safe, str(job.take / "programme.mp4")]
    for index, name in enumerate(job.cameras):
        command += ["-map", f"{index}:v", *_track_options(job), *safe]
        command.append(str(job.take / f"{name}.mp4"))
    sound = job.take / f"{job.cameras[0]}-sound.m4a"
    return [*command, "-map", "0:a", "-c", "copy", *safe, str(sound)]


def _track_options(job: Job) -> list[str]:
    if job.copied:
        return ["-c", "copy"]
    coder = ["-c:v", "libx264", "-preset", TRACK_PRESET, "-tune", "zerolatency"]
    coder += ["-crf", str(TRACK_CRF), "-x264-params", PLAIN, "-threads:v", "1"]
    return [*coder, "-g", str(job.gop)]


def gstreamer_command(program: str, job: Job) -> list[str]:
    """Spell the recording for GStreamer."""
    parts = [_gst_programme(job)]
    for index, name in enumerate(job.cameras):
        parts.append(_gst_camera(job, index, name))
    return [program, "-q", "-e", *" ".join(parts).split()]


def _gst_programme(job: Job) -> str:
    inset = job.inset
    placed = (
        f"sink_0::width={job.width} sink_0::height={job.height} sink_1::xpos={inset.x} "
        f"sink_1::ypos={inset.y} sink_1::width={inset.width} sink_1::height={inset.height} "
        f"sink_0::zorder=1 sink_1::zorder=2"
    )
    return (
        f"compositor name=mix max-threads=1 background=black {placed} "
        f"! video/x-raw,format=I420,width={job.width},height={job.height},framerate={job.fps}/1 "
        f"! x264enc speed-preset={job.preset} bitrate={job.kbps} threads={job.threads} "
        f"pass=qual quantizer={QUALITY} vbv-buf-capacity=2000 option-string={LOOKS} "
        f"key-int-max={job.gop} bframes=0 rc-lookahead=0 mb-tree=false sync-lookahead=0 "
        f"! h264parse ! queue ! programme. {_gst_file(job, 'programme')}"
    )


def _gst_camera(job: Job, index: int, name: str) -> str:
    film = job.films / f"{name}.mp4"
    parser, decoder = (
        ("h264parse", "avdec_h264") if job.copied else ("mpegvideoparse", "avdec_mpeg2video")
    )
    seen = {job.big: "sink_0", job.small: "sink_1"}
    text = f"filesrc location={film} ! qtdemux name=d{index} d{index}.video_0 ! queue ! {parser} "
    text += f"! clocksync ! tee name=t{index} "
    decoded = f"t{index}. ! queue ! {decoder} max-threads=1 "
    if job.copied:
        text += f"t{index}. ! queue ! {name}. "
        if index in seen:
            text += f"{decoded} ! mix.{seen[index]} "
    else:
        text += f"{decoded} ! tee name=r{index} r{index}. ! queue ! x264enc tune=zerolatency "
        text += f"speed-preset={TRACK_PRESET} pass=qual quantizer={TRACK_CRF} threads=1 "
        text += f"option-string={PLAIN} "
        text += f"key-int-max={job.gop} ! h264parse ! {name}. "
        if index in seen:
            text += f"r{index}. ! queue ! mix.{seen[index]} "
    text += _gst_file(job, name)
    if index == 0:
        text += (
            " d0.audio_0 ! queue ! aacparse ! clocksync ! tee name=sound sound. ! queue ! heard. "
        )
        text += _gst_file(job, f"{name}-sound", "heard")
        text += f" sound. ! queue ! avdec_aac ! audioconvert ! avenc_aac bitrate={SOUND_KBPS}000 "
        text += "! aacparse ! queue ! programme."
    return text


def _gst_file(job: Job, track: str, name: str = "") -> str:
    """Spell a file; Matroska, as Galicaster's, for mp4mux refuses the sound's time stamps."""
    path = job.take / f"{track}.mkv"
    return f"matroskamux name={name or track} ! filesink location={path}"
