"""`pilcrow`, and `python -m rag`: the command line, and Ctrl-C while it is being loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from rag.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("pilcrow: Stopped.\n")
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
