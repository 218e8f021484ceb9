"""Searching for devices, on request and never otherwise: see `discovery.discover`."""
