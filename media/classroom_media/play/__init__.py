"""The room's own screen: a broadcast or a recording, full screen, by libvlc."""
