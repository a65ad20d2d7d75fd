#!/bin/sh
# Writes the type stub of the native module from the code: to `python`, or below the directory given.
# The release profile is the one that `pip install` has just built. maturin is that of the python3
# that is first on PATH.
set -eu
cd "$(dirname "$0")"
exec python3 -m maturin generate-stubs --quiet --profile release --locked --out "${1:-python}"
