"""Cameras that are not there: generated scenes and footage, coded and served as real ones are.

They stand in for hardware in the demo and in tests, and they carry ground truth: every picture
bears its number (`truth`), and every fifth second flashes and beeps.
"""
