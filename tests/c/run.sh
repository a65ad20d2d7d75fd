#!/bin/sh
# Builds the C tests and the examples against an installation and runs them.
#
#   tests/c/run.sh PREFIX
#
# Everything is built through pkg-config as a user would, with all warnings as errors, and run once
# as it is and once under valgrind. CC, CXX and VALGRIND name other programs.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 PREFIX" >&2
    exit 2
fi
prefix=$(CDPATH='' cd -- "$1" && pwd)
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
CC=${CC:-cc}
CXX=${CXX:-c++}
VALGRIND=${VALGRIND:-valgrind}

for tool in "$CC" "$CXX" "$VALGRIND" pkg-config cmake; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is needed to test the C interface" >&2
        exit 1
    fi
done
pc=$(find "$prefix" -name cratetrust.pc | head -n 1)
if [ -z "$pc" ]; then
    echo "$prefix holds no cratetrust.pc; run make install PREFIX=$prefix" >&2
    exit 1
fi
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir cratetrust)
export LD_LIBRARY_PATH="$libdir"
export DYLD_LIBRARY_PATH="$libdir"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

flags='-std=c11 -g -Wall -Wextra -Werror -pedantic'
shared=$(pkg-config --cflags --libs cratetrust)
static="$(pkg-config --cflags cratetrust) $libdir/libcratetrust.a $(pkg-config --static --libs-only-l cratetrust | sed 's/-lcratetrust//')"
valgrind="$VALGRIND --quiet --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9"

build() { # NAME SOURCE FLAGS
    name=$1
    source=$2
    shift 2
    # The flags are words.
    # shellcheck disable=SC2086,SC2048
    $CC $flags -Itests/c "$source" $* -lpthread -o "$work/$name"
}

# Runs a program as it is and under valgrind; both must give this exit status.
expect() { # STATUS PROGRAM ARGUMENTS…
    wanted=$1
    shift
    for with in '' "$valgrind"; do
        got=0
        # shellcheck disable=SC2086
        $with "$@" >"$work/out" 2>"$work/err" || got=$?
        if [ "$got" -ne "$wanted" ]; then
            echo "FAILED: $with $*: exit status $got, not $wanted" >&2
            cat "$work/out" "$work/err" >&2
            exit 1
        fi
    done
    echo "ok $wanted: $(basename "$1") $(shift; echo "$*")"
}

holds() { # FILE TEXT
    if ! grep -q -e "$2" "$1"; then
        echo "FAILED: no \`$2\` in the output:" >&2
        cat "$1" >&2
        exit 1
    fi
}

for name in roundtrip errors threads; do
    build "$name" "tests/c/$name.c" "$shared"
    expect 0 "$work/$name"
done

# One program without the shared library.
build static tests/c/roundtrip.c "$static"
(LD_LIBRARY_PATH=''; expect 0 "$work/static")

# shellcheck disable=SC2086
$CXX -std=c++17 -Wall -Wextra -Werror -pedantic tests/c/header.cpp $shared -o "$work/header"
expect 0 "$work/header"

for name in verify sbom verify_sbom cancel; do
    build "$name" "bindings/c/examples/$name.c" "$shared"
    expect 2 "$work/$name"
done
inputs=tests/conformance/inputs
expect 0 "$work/verify" "$inputs/crates" "$inputs/locks/v4.lock"
expect 1 "$work/verify" "$inputs/hostile/not-gzip/alpha-1.2.3.crate" "$inputs/locks/v4.lock"
holds "$work/out" gz-magic
expect 1 "$work/verify" "$inputs/hostile/control/alpha-1.2.3.crate"
holds "$work/out" path-control
if LC_ALL=C grep -q '[^ -~]' "$work/out"; then
    echo "FAILED: a hostile name reached the terminal" >&2
    exit 1
fi
expect 2 "$work/verify" no/such/path
holds "$work/err" NOT_FOUND
for format in cyclonedx-json spdx-json; do
    expect 0 "$work/sbom" "$inputs/locks/v4.lock" "$format"
    cp "$work/out" "$work/document.json"
    expect 0 "$work/verify_sbom" "$work/document.json" "$inputs/locks/v4.lock"
done
expect 2 "$work/sbom" "$inputs/locks/v4.lock" no-such-format
expect 2 "$work/sbom" "$inputs/locks/v4.lock" cyclonedx-json 0.1
expect 2 "$work/sbom" "$inputs/locks/broken.lock"
expect 1 "$work/verify_sbom" "$inputs/sboms/component-missing.cdx.json" "$inputs/locks/v4.lock"
holds "$work/out" component-missing
expect 2 "$work/verify_sbom" "$inputs/sboms/unknown.json" "$inputs/locks/v4.lock"
expect 0 "$work/cancel" "$inputs/crates" 600000 "$inputs/locks/v4.lock"
holds "$work/err" 'of 3'
expect 2 "$work/cancel" "$inputs/crates" 0 "$inputs/locks/v4.lock"
holds "$work/err" CANCELLED

# The CMake package gives the same library.
cmake -S tests/c/cmake -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$CC" \
    >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
cmake --build "$work/cmake" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
expect 0 "$work/cmake/shared"
(LD_LIBRARY_PATH=''; expect 0 "$work/cmake/static")

echo "the C interface holds"
