#!/bin/sh
# Installs libcratetrust, its header, and its pkg-config and CMake files.
#
#   DESTDIR=… PREFIX=/usr/local bindings/c/install.sh target/dist
#
# The argument is the directory in which cargo built cratetrust-ffi. LIBDIR and INCLUDEDIR may be
# set; they must lie in PREFIX. NATIVE_LIBS is the link line of a static Rust library on this
# system; where it is not set, rustc is asked.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: [DESTDIR=…] [PREFIX=…] $0 DIRECTORY-OF-THE-BUILT-LIBRARY" >&2
    exit 2
fi
built=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
header=$here/../../include/cratetrust.h

DESTDIR=${DESTDIR:-}
PREFIX=${PREFIX:-/usr/local}
LIBDIR=${LIBDIR:-$PREFIX/lib}
INCLUDEDIR=${INCLUDEDIR:-$PREFIX/include}
RUSTC=${RUSTC:-rustc}
case $LIBDIR in "$PREFIX"/*) ;; *) echo "LIBDIR must lie in PREFIX" >&2; exit 2 ;; esac
case $INCLUDEDIR in "$PREFIX"/*) ;; *) echo "INCLUDEDIR must lie in PREFIX" >&2; exit 2 ;; esac

# The one source of both numbers is the crate; the header carries them.
version=$(sed -n 's/^#define CRATETRUST_VERSION "\(.*\)"$/\1/p' "$header")
abi=$(sed -n 's/^#define CRATETRUST_ABI_VERSION \([0-9]*\)$/\1/p' "$header")
if [ -z "$version" ] || [ -z "$abi" ]; then
    echo "$header states no version" >&2
    exit 1
fi

case $(uname -s) in
    Darwin)
        from=libcratetrust.dylib
        real=libcratetrust.$version.dylib
        soname=libcratetrust.$abi.dylib
        ;;
    *)
        from=libcratetrust.so
        real=libcratetrust.so.$version
        soname=libcratetrust.so.$abi
        ;;
esac
for file in "$built/$from" "$built/libcratetrust.a"; do
    if [ ! -f "$file" ]; then
        echo "$file is missing; build cratetrust-ffi first" >&2
        exit 1
    fi
done

if [ -z "${NATIVE_LIBS:-}" ]; then
    # An empty library needs what the standard library needs, and ours adds nothing to that.
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    NATIVE_LIBS=$("$RUSTC" --crate-name empty --crate-type staticlib --print native-static-libs \
        -o "$work/libempty.a" - </dev/null 2>&1 | sed -n 's/^note: native-static-libs: //p')
    if [ -z "$NATIVE_LIBS" ]; then
        echo "$RUSTC does not say what a static library needs; set NATIVE_LIBS" >&2
        exit 1
    fi
fi

# From the library directory to the include directory, for files that must not hold the prefix.
up=$(printf '%s\n' "${LIBDIR#"$PREFIX"/}" | sed 's|[^/][^/]*|..|g')
include_from_lib=$up/${INCLUDEDIR#"$PREFIX"/}

fill() {
    sed -e "s|@PREFIX@|$PREFIX|g" \
        -e "s|@LIBDIR@|\${prefix}/${LIBDIR#"$PREFIX"/}|g" \
        -e "s|@INCLUDEDIR@|\${prefix}/${INCLUDEDIR#"$PREFIX"/}|g" \
        -e "s|@VERSION@|$version|g" \
        -e "s|@SHARED_FILE@|$real|g" \
        -e "s|@SHARED_SONAME@|$soname|g" \
        -e "s|@INCLUDE_FROM_LIB@|$include_from_lib|g" \
        -e "s|@NATIVE_LIBS_CMAKE@|$(printf '%s' "$NATIVE_LIBS" | tr -s ' ' ';')|g" \
        -e "s|@NATIVE_LIBS@|$NATIVE_LIBS|g" "$1" >"$2"
    chmod 644 "$2"
}

lib=$DESTDIR$LIBDIR
mkdir -p "$lib/pkgconfig" "$lib/cmake/cratetrust" "$DESTDIR$INCLUDEDIR"
install -m 755 "$built/$from" "$lib/$real"
ln -sf "$real" "$lib/$soname"
ln -sf "$soname" "$lib/$from"
install -m 644 "$built/libcratetrust.a" "$lib/libcratetrust.a"
install -m 644 "$header" "$DESTDIR$INCLUDEDIR/cratetrust.h"
fill "$here/cratetrust.pc.in" "$lib/pkgconfig/cratetrust.pc"
fill "$here/cratetrust-config.cmake.in" "$lib/cmake/cratetrust/cratetrust-config.cmake"
fill "$here/cratetrust-config-version.cmake.in" "$lib/cmake/cratetrust/cratetrust-config-version.cmake"
