"""The `cratetrust` command: the same code as the native binary, in this process.

Exit codes: 0 pass, 1 the verdict is fail or incomplete, 2 could not run, 130 stopped by Ctrl-C.
"""

import sys

from cratetrust._native import run_command
from cratetrust.errors import CratetrustError

__all__ = ["main"]


def main() -> int:
    """Run the command with the arguments of this process and return its exit code."""
    try:
        # The name under `python -m` would be that of a file.
        return run_command(["cratetrust", *sys.argv[1:]])
    except KeyboardInterrupt:
        return 130
    except CratetrustError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
