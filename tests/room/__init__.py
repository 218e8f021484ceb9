"""The whole room, as a user has it: real processes, real cameras on loopback, a real browser."""
