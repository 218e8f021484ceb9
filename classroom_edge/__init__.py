"""The daemon of a classroom: devices, recording, and the teacher's panel."""
