#!/bin/sh
# Writes the type stub of the native module from the code: to `python`, or below the directory given.
# The release profile is the one that `pip install` has just built.
set -eu
cd "$(dirname "$0")"
exec "${PYTHON:-python3}" -m maturin generate-stubs --quiet --profile release --locked --out "${1:-python}"
