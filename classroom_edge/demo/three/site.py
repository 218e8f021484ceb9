"""A site's daemon at the end of its cable: ``site MEDIA_PORT ROOM.toml --data DIR``."""

import sys

from classroom_edge import app
from classroom_edge.demo.three.road import CableRoad


def main(arguments: list[str]) -> int:
    """Run the room until a signal comes; give the exit status."""
    port, *rest = arguments
    return app.main(rest, road=CableRoad(("127.0.0.1", int(port))))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
