"""Drivers for what stands in classrooms: projectors, cameras, interactive panels."""
