"""A pretend Opencast: it checks every request more strictly than the real one, and refuses."""
