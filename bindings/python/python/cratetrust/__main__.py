"""`python -m cratetrust` is the `cratetrust` command."""

import sys

from cratetrust._cli import main

if __name__ == "__main__":
    sys.exit(main())
