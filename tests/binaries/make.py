#!/usr/bin/env python3
"""Links small programs of every container that hold a list of cargo-auditable.

The lists are real ones (`cratetrust-core/tests/fixtures/binaries/list-*.json`, as the `README.md`
there tells); the containers are written by the linkers that rustc brings with it, so that no reader
of ours judges a file that a writer of ours made. A program has no standard library, so that none has
to be installed for its target; only the universal Mach-O file is put together here.

`make.py` writes the programs. The result depends on the compiler, so it is checked in.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "cratetrust-core" / "tests" / "fixtures" / "binaries"

SOURCE = """
#![feature(no_core, lang_items, auto_traits)]
#![no_core]
#![no_main]
#![allow(internal_features)]
#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for u8 {}
#[lang = "freeze"]
unsafe auto trait Freeze {}
#[lang = "sync"]
pub unsafe auto trait Sync {}
#[lang = "drop_in_place"]
unsafe fn drop_in_place<T: PointeeSized>(_: *mut T) {}
#[unsafe(no_mangle)]
pub extern "C" fn start() -> u8 { 7 }
#[unsafe(no_mangle)]
#[unsafe(link_section = "SECTION")]
pub static AUDITABLE_VERSION_INFO: [u8; COUNT] = [BYTES];
"""

GNU = ["-flavor", "gnu", "-e", "start", "-z", "max-page-size=4096", "-u", "AUDITABLE_VERSION_INFO"]
MSVC = ["-flavor", "link", "/entry:start", "/subsystem:console", "/nodefaultlib", "/Brepro"]
MSVC += ["/opt:noref", "/safeseh:no"]
DARWIN = ["-flavor", "darwin", "-platform_version", "macos", "11.0", "11.0", "-dylib"]
DARWIN += ["-u", "_AUDITABLE_VERSION_INFO"]
WASM = ["-flavor", "wasm", "--no-entry", "--export=start"]

# File, target, format of the list, section, linker and its flags, how it names the output.
PROGRAMS = [
    ("elf64-1", "x86_64-unknown-linux-gnu", 1, ".dep-v0", GNU, "-o"),
    ("elf32-8", "i686-unknown-linux-gnu", 8, ".dep-v0", GNU, "-o"),
    ("elf64-big-endian-0", "s390x-unknown-linux-gnu", 0, ".dep-v0", GNU, "-o"),
    ("pe64-8", "x86_64-pc-windows-msvc", 8, ".dep-v0", MSVC, "/out:"),
    ("pe32-0", "i686-pc-windows-msvc", 0, ".dep-v0", MSVC, "/out:"),
    ("macho-x86_64-1", "x86_64-apple-darwin", 1, "__DATA,.dep-v0", [*DARWIN, "-arch", "x86_64"], "-o"),
    ("wasm-8", "wasm32-unknown-unknown", 8, ".dep-v0", WASM, "-o"),
]


def run(*command: str) -> str:
    """What a command prints; it must succeed."""
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=environment)
    return done.stdout


def link(place: Path, name: str, target: str, section: str, body: bytes, flags: list[str], out: str) -> bytes:
    """A program with `body` in its section, written by a real linker."""
    text = SOURCE.replace("SECTION", section).replace("COUNT", str(len(body)))
    source, part, program = place / f"{name}.rs", place / f"{name}.o", place / name
    source.write_text(text.replace("BYTES", ", ".join(str(byte) for byte in body)))
    crate = ["--edition=2024", "--crate-type=lib", "--crate-name=program", "--emit=obj", "-Cpanic=abort", "-O"]
    run("rustc", *crate, f"--target={target}", str(source), "-o", str(part))
    host = next(line for line in run("rustc", "-vV").splitlines() if line.startswith("host: ")).split()[1]
    tools = Path(run("rustc", "--print", "sysroot").strip()) / "lib" / "rustlib" / host / "bin"
    where = [f"{out}{program}"] if out.endswith(":") else [out, str(program)]
    run(str(tools / "rust-lld"), *flags, str(part), *where)
    return program.read_bytes()


def universal(programs: list[tuple[int, int, bytes]]) -> bytes:
    """A universal file of Mach-O programs: their processor, its kind and their bytes."""
    head, body = struct.pack(">II", 0xCAFEBABE, len(programs)), b""
    at = len(head) + 20 * len(programs)
    for cpu, kind, program in programs:
        start = (at + len(body) + 7) & ~7
        body += b"\0" * (start - at - len(body))
        head += struct.pack(">IIIII", cpu, kind, start, len(program), 3)
        body += program
    return head + body


def main() -> None:
    """Writes all programs."""
    lists = {at: zlib.compress((OUT / f"list-{at}.json").read_bytes(), 9) for at in (0, 1, 8)}
    made: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as place:
        for name, target, at, section, flags, out in PROGRAMS:
            made[name] = link(Path(place), name, target, section, lists[at], flags, out)
        for cpu, arch in (("x86_64", "x86_64"), ("aarch64", "arm64")):
            flags = [*DARWIN, "-arch", arch]
            target = f"{cpu}-apple-darwin"
            made[cpu] = link(Path(place), cpu, target, "__DATA,.dep-v0", lists[8], flags, "-o")
    slices = [(0x0100_0007, 3, made.pop("x86_64")), (0x0100_000C, 0, made.pop("aarch64"))]
    made["macho-universal-8"] = universal(slices)
    for name, program in made.items():
        (OUT / name).write_bytes(program)
        print(f"{name}: {len(program)} bytes")


if __name__ == "__main__":
    main()
