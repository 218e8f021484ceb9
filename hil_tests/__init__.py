"""The conformance suite on real hardware."""
