"""Where pictures and sound come from: one file per kind, by the scheme of its URL (`opening`).

``rtsp rtsps http https udp tcp screen v4l2 alsa`` are received live (`live`, `address`),
``file`` is played at its own pace (`playback`), ``pattern`` is generated (`pattern`), ``remote``
is a peer of the room's live session (`remote`).
"""
