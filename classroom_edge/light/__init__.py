"""What tells the room that a recording runs: a lamp, the cameras' lamps, the room's screen."""
