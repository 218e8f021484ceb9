"""Faults for recordings: kills, power cuts at block level, every system call once; and a judge."""
