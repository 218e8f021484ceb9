"""``python -m classroom_edge``: the command line, where the script is not on the path."""

from classroom_edge.cli import main

main()
