"""Small JPEG pictures of the programme for those who look at the panel."""

import av
import cv2
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

WIDTH, HEIGHT = 640, 360
QUALITY = 75


class Preview:
    """Makes previews; holds one scaler."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()

    def jpeg(self, frame: av.VideoFrame) -> bytes:
        """Give a yuv420p frame, BT.709, as a JPEG of 640x360."""
        small = self._scaler.reformat(
            frame,
            WIDTH,
            HEIGHT,
            "bgr24",
            src_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            interpolation="BILINEAR",
            threads=1,
        )
        _, coded = cv2.imencode(".jpg", small.to_ndarray(), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return coded.tobytes()
