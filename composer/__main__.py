"""Where the program begins: with arguments the command line, without any the window.

Nothing is imported before it is known which of them is wanted: the window's start is measured.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the program; returns its exit code."""
    if len(sys.argv) > 1:
        from composer import cli

        return cli.main(sys.argv[1:])
    import gc

    gc.disable()  # until the checks are there: what is loaded stays, and looking through it costs a tenth of the start
    from composer import app

    return app.run()


if __name__ == "__main__":
    sys.exit(main())
