#!/usr/bin/env python3
"""Times the library against peers, in turn, and prints ratios of CPU time.

Machines differ and drift; a ratio of two commands that run in turn holds. Every figure is the median of
several rounds of user plus system time of the whole process, except where a row says "in-process": there
a program of ours repeats the call and prints the CPU time of one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sbom_rows
from common import bounded, cpu_of, header, in_process, in_turn, row, usage_of, verdict

# A project whose lockfile names about 1,100 crates of crates.io, with about 50,000 files.
LARGE = "rerun-cli-0.36.3"
LEAST_CRATES = 950
FINDINGS = Path(__file__).resolve().parents[2] / "docs" / "findings.md"


def start_up(command: Path) -> None:
    """`--version` against an empty process."""
    ours, peer = in_turn([str(command), "--version"], ["/bin/true"])
    row("cratetrust --version", ours, "true", peer)


def bring(corpus: Path, name: str) -> tuple[Path, Path, Path]:
    """A cargo home of its own with all crates of one packaged project: (home, lockfile, project)."""
    place = corpus / "bench" / "large"
    home, project = place / "home", place / name
    if not project.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "-xzf", str(corpus / "crates" / f"{name}.crate"), "-C", str(place)], check=True)
    env = {**os.environ, "CARGO_HOME": str(home)}
    subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=project, env=env, check=True)
    return home, project / "Cargo.lock", project


def strict(command: Path, home: Path, lock: Path, documented: set[str]) -> None:
    """No error under `strict`; every other finding is counted and must have a documented code."""
    done = subprocess.run(
        [str(command), "verify", str(home), "--lockfile", str(lock), "--format", "json"],
        capture_output=True,
        check=False,
    )
    report = json.loads(done.stdout)
    counts = Counter((found["severity"], found["code"]) for found in report["findings"])
    summary = report["summary"]
    print(f"strict: {report['verdict']}, {summary['ok']} of {summary['packages']} packages ok")
    for (severity, code), count in sorted(counts.items()):
        print(f"  {severity:<8} {code:<28} {count}")
    errors = sum(count for (severity, _), count in counts.items() if severity == "error")
    unknown = {code for _, code in counts} - documented
    if errors or unknown or done.returncode != 0 or summary["ok"] < LEAST_CRATES:
        raise SystemExit(f"{errors} errors, undocumented {sorted(unknown)}, {summary['ok']} crates: not as promised")


@contextmanager
def listed(files: Iterable[Path]) -> Iterator[list[str]]:
    """The start of a command that hands these files to another one."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\0".join(sorted(str(path) for path in files)))
        listing.flush()
        yield ["xargs", "-0", "-a", listing.name]


def sha256sum() -> str:
    """What the peer is: its version, and whether it hashes with OpenSSL, which has the SHA instructions."""
    version = subprocess.run(["sha256sum", "--version"], capture_output=True, text=True, check=True)
    libraries = subprocess.run(["ldd", shutil.which("sha256sum") or ""], capture_output=True, text=True, check=False)
    how = "OpenSSL's code" if "libcrypto" in libraries.stdout else "its own plain code"
    return f"{version.stdout.splitlines()[0]}, {how}"


# How many times less CPU than sha256sum is asked for, by backend.
CACHE_GOALS = {"avx512": 6.0, "avx2": 3.5}
# Gigabytes a second from memory, of the real sizes.
KERNEL_GOALS = {"avx512": 1.8, "avx2": 0.9}
# Of a processor without any extension, against plain sha2.
PLAIN_GOAL = 0.95


def cache(target: Path, home: Path, lock: Path) -> None:
    """Digests of a registry cache on one thread with each backend, against sha256sum over the same files."""
    program = target / "examples" / "time_verify"
    crates = list(home.glob("registry/cache/*/*.crate"))
    print(f"sha256sum is {sha256sum()}")

    def ours(backend: str) -> list[str]:
        return [str(program), backend, "checksum", str(home), str(lock)]

    with listed(crates) as over_all:
        for backend in ("auto", "avx512", "avx2", "sha-ni", "sha2"):
            tried = subprocess.run(ours(backend), capture_output=True, text=True, check=False)
            if tried.returncode != 0:
                print(f"this processor cannot run {backend}")
                continue
            # The last word is the backend that ran.
            ran = tried.stdout.split()[-1]
            name = backend if ran == backend else f"{backend}, which ran {ran}"
            taken, peer = in_turn(ours(backend), [*over_all, "sha256sum"])
            row(f"{len(crates)} crates, digests only, {name}", taken, "sha256sum", peer, CACHE_GOALS.get(backend))
        # What nothing that reads the files can do without.
        taken, peer = in_turn([*over_all, "cat"], [*over_all, "sha256sum"])
        row(f"{len(crates)} crates, only read: cat", taken, "sha256sum", peer)
        if shutil.which("openssl"):
            taken, peer = in_turn(ours("auto"), [*over_all, "openssl", "dgst", "-sha256"])
            row(f"{len(crates)} crates, digests only, auto", taken, "openssl dgst", peer)


def sources(target: Path, home: Path, lock: Path, project: Path) -> None:
    """Unpacked sources against their archives, beside cargo unpacking them again."""
    ours_command = [str(target / "examples" / "time_verify"), "auto", "checksum,tree", str(home), str(lock)]
    env = {**os.environ, "CARGO_HOME": str(home)}
    fetch = ["cargo", "fetch", "--locked", "--offline", "--quiet"]
    pairs = []
    for _ in range(3):
        shutil.rmtree(home / "registry" / "src")
        peer = cpu_of(fetch, cwd=project, env=env)
        cpu_of(ours_command)
        pairs.append((cpu_of(ours_command), peer))
    files = sum(len(names) for _, _, names in os.walk(home / "registry" / "src"))
    ours, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    row(f"src of {files} files against archives", ours, "cargo unpacking anew", peer, 3.0)


def vendor(target: Path, home: Path, lock: Path, project: Path) -> None:
    """A vendor directory against its lists, beside sha256sum over the same tree."""
    directory = home.parent / "vendor"
    if not directory.is_dir():
        env = {**os.environ, "CARGO_HOME": str(home)}
        command = ["cargo", "vendor", "--locked", "--offline", "--versioned-dirs", "--quiet", str(directory)]
        subprocess.run(command, cwd=project, env=env, stdout=subprocess.DEVNULL, check=True)
    files = [Path(place) / name for place, _, names in os.walk(directory) for name in names]
    with listed(files) as over_all:
        ours, peer = in_turn(
            [str(target / "examples" / "time_verify"), "auto", "checksum,tree", str(directory), str(lock)],
            [*over_all, "sha256sum"],
        )
    row(f"vendor directory of {len(files)} files", ours, "sha256sum", peer, 3.0)


def one_crate(target: Path, home: Path) -> None:
    """The crate of median size, whole and in-process."""
    crates = sorted(home.glob("registry/cache/*/*.crate"), key=lambda path: path.stat().st_size)
    median = crates[len(crates) // 2]
    spent = in_process(target / "examples" / "time_verify", "--repeat", str(median))
    bounded(f"verify of {median.name}, {median.stat().st_size} bytes, in-process", spent * 1000, 1.0, "ms")


def largest_unpacked(home: Path) -> float:
    """MiB of the files of the largest unpacked crate."""
    packages = home.glob("registry/src/*/*")
    sizes = (sum(path.lstat().st_size for path in package.rglob("*") if path.is_file()) for package in packages)
    return max(sizes) / (1 << 20)


def memory(command: Path, home: Path, lock: Path) -> None:
    """Peak memory of whole processes, as the kernel counts it. It is a promise and no timing: more fails."""
    goals = (("digests only", "checksum", 64.0), ("everything", "checksum,archive,tree", largest_unpacked(home) + 64))
    for what, checks, most in goals:
        ours = [str(command), "verify", str(home), "--lockfile", str(lock), "--checks", checks, "--jobs", "1"]
        peak = usage_of([*ours, "--quiet"]).memory
        bounded(f"peak memory, {what}", peak, most, "MiB")
        if peak > most:
            raise SystemExit(f"peak memory, {what}: {peak:.1f} MiB, and {most:.0f} were promised")


def hashing(program: Path, home: Path, title: str, *backends: str) -> dict[str, tuple[float, float, float, float]]:
    """Each hash backend beside plain sha2, from files and from memory: GB/s and times plain sha2's of each."""
    print(title)
    command = [str(program), str(home / "registry" / "cache"), *backends]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(told)
    form = r"^(\S.*?) +files .*? ([0-9.]+) MB/s +([0-9.]+)x +kernel .*? ([0-9.]+) MB/s +([0-9.]+)x$"
    return {
        name: (float(files) / 1000, float(files_ratio), float(kernel) / 1000, float(kernel_ratio))
        for name, files, files_ratio, kernel, kernel_ratio in re.findall(form, told, re.MULTILINE)
    }


def kernels(program: Path, home: Path) -> None:
    """What the kernels reach on the real sizes, from memory."""
    reached = hashing(program, home, "SHA-256 by backend, reading files and from memory:")
    for backend, least in KERNEL_GOALS.items():
        if backend in reached:
            speed = reached[backend][2]
            print(f"kernel {backend}: {speed:.2f} GB/s   at least {least:g}: {verdict(speed >= least)}")
        else:
            print(f"kernel {backend}: this processor cannot run it")


def plain(program: Path, home: Path) -> None:
    """What a processor without any extension runs, beside `sha2` alone."""
    title = "a build without the SHA instructions; `sha2` is what a processor without any extension runs:"
    _, files, _, kernel = hashing(program, home, title, "sha2")["sha2"]
    for what, ratio in (("files", files), ("memory", kernel)):
        print(f"plain code from {what}: {ratio:.2f}x of sha2   at least {PLAIN_GOAL:g}: {verdict(ratio >= PLAIN_GOAL)}")


def main() -> int:
    """Runs every benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=Path, required=True, help="the directory of the release build")
    parser.add_argument("--plain", type=Path, help="the same of a build with sha2's plain code")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--only", choices=("sbom", "verify"), help="half of the rows")
    for tool in ("cargo-cyclonedx", "syft", "cdxgen"):
        parser.add_argument(f"--{tool}", type=Path, help="the peer; the row says so where it is not there")
    options = parser.parse_args()
    target, corpus = options.target.resolve(), options.corpus.resolve()
    command = target / "cratetrust"
    if shutil.which("cargo") is None:
        raise SystemExit("cargo is the peer of these benchmarks and is not on PATH")
    header()
    start_up(command)
    if options.only != "verify":
        tools = sbom_rows.Tools(options.cargo_cyclonedx, options.syft, options.cdxgen)
        sbom_rows.run(command, target, corpus, tools)
    if options.only == "sbom":
        return 0
    home, lock, project = bring(corpus, LARGE)
    documented = set(re.findall(r"^\| `([a-z0-9-]+)` \|", FINDINGS.read_text(), re.MULTILINE))
    strict(command, home, lock, documented)
    cache(target, home, lock)
    sources(target, home, lock, project)
    vendor(target, home, lock, project)
    one_crate(target, home)
    memory(command, home, lock)
    kernels(target / "examples" / "time_hash", home)
    if options.plain is not None:
        plain(options.plain.resolve() / "examples" / "time_hash", home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
