"""Drivers, codecs, links and emulators."""
