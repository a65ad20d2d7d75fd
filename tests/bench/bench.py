#!/usr/bin/env python3
"""Times the library against peers, in turn, and prints ratios of CPU time.

Machines differ and drift; a ratio of two commands that run in turn holds. Every figure is the median of
several rounds of user plus system time of the whole process, except where a row says "in-process": there
a program of ours repeats the call and prints the CPU time of one.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 5


def cpu_of(command: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> float:
    """User plus system seconds of one run of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def in_turn(ours: Sequence[str], peer: Sequence[str], **where: Path | dict[str, str] | None) -> tuple[float, float]:
    """The medians of two commands that run in turn."""
    cpu_of(ours, **where)  # type: ignore[arg-type]
    cpu_of(peer, **where)  # type: ignore[arg-type]
    pairs = [(cpu_of(ours, **where), cpu_of(peer, **where)) for _ in range(ROUNDS)]  # type: ignore[arg-type]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def row(what: str, ours: float, peer_name: str, peer: float) -> None:
    """One line: our milliseconds, the peer's, and how many times less CPU ours takes."""
    ratio = peer / ours if ours > 0 else float("inf")
    print(f"{what:<46} {ours * 1000:9.2f} ms   {peer_name:<24} {peer * 1000:9.2f} ms   {ratio:7.1f}x")


def in_process(program: Path, *arguments: str) -> float:
    """CPU seconds of one call, as the program of ours prints them."""
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0]) / 1e6


def start_up(command: Path) -> None:
    """`--version` against an empty process."""
    ours, peer = in_turn([str(command), "--version"], ["/bin/true"])
    row("cratetrust --version", ours, "true", peer)


def sbom(command: Path, target: Path, corpus: Path, name: str) -> None:
    """SBOM of the largest lockfile, beside `cargo metadata`, which needs sources and cargo."""
    lock = corpus / "locks" / f"{name}.lock"
    project = corpus / "bench" / name
    if not project.is_dir():
        project.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["tar", "-xzf", str(corpus / "crates" / f"{name}.crate"), "-C", str(project.parent)],
            check=True,
        )
    env = {**os.environ, "CARGO_HOME": str(corpus / "bench" / "home")}
    subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=project, env=env, check=True)
    ours, peer = in_turn(
        [str(command), "sbom", str(lock), "--quiet"],
        ["cargo", "metadata", "--locked", "--offline", "--format-version=1", "--quiet"],
        cwd=project,
        env=env,
    )
    row(f"sbom of {name}, whole process", ours, "cargo metadata", peer)
    for form in ("cyclonedx-json", "spdx-json", "json"):
        once = in_process(target / "examples" / "time_sbom", str(lock), form)
        row(f"sbom of {name}, {form}, in-process", once, "cargo metadata", peer)
    check = in_process(target / "examples" / "time_verify_sbom", str(lock))
    row(f"verify-sbom of {name}, in-process", check, "cargo metadata", peer)


def many(target: Path) -> None:
    """`verify-sbom` of a made-up lockfile of 5,000 packages, each of which depends on three before it."""
    packages = 5000
    lines = ["version = 4\n"]
    for number in range(packages):
        before = sorted({number // 2, number // 3, number - 1} & set(range(1, number)))
        needs = "".join(f' "crate-{other}",\n' for other in before)
        source = "registry+https://github.com/rust-lang/crates.io-index"
        lines.append(f'[[package]]\nname = "crate-{number}"\nversion = "1.{number}.0"\n')
        if number:
            lines.append(f'source = "{source}"\nchecksum = "{number:064x}"\n')
        else:
            needs = f' "crate-{packages - 1}",\n'
        lines.append(f"dependencies = [\n{needs}]\n\n" if needs else "\n")
    with tempfile.TemporaryDirectory() as directory:
        lock = Path(directory) / "Cargo.lock"
        lock.write_text("".join(lines))
        once = in_process(target / "examples" / "time_verify_sbom", str(lock))
    row("verify-sbom of 5,000 packages, in-process", once, "goal", 0.1)


def cache(command: Path, corpus: Path, name: str) -> None:
    """Digests of a registry cache, one thread, against sha256sum over the same files."""
    home = corpus / "bench" / "home"
    lock = corpus / "locks" / f"{name}.lock"
    crates = sorted(str(path) for path in home.glob("registry/cache/*/*.crate"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\0".join(crates))
        listing.flush()
        summing = ["xargs", "-0", "-a", listing.name, "sha256sum"]
        ours, peer = in_turn(
            [
                str(command),
                "verify",
                str(home),
                "--lockfile",
                str(lock),
                "--checks",
                "checksum",
                "--jobs",
                "1",
                "--quiet",
            ],
            summing,
        )
        row(f"verify {len(crates)} crates, digests only, 1 thread", ours, "sha256sum", peer)
        deep, peer = in_turn(
            [str(command), "verify", str(home), "--lockfile", str(lock), "--jobs", "1", "--quiet"],
            summing,
        )
        row(f"verify {len(crates)} crates, archives too, 1 thread", deep, "sha256sum", peer)


def hashing(target: Path, corpus: Path) -> None:
    """Show each hash backend that this processor has, beside plain sha2."""
    done = subprocess.run(
        [str(target / "examples" / "time_hash"), str(corpus / "crates")],
        capture_output=True,
        text=True,
        check=True,
    )
    print(done.stdout)


def main() -> int:
    """Runs every benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=Path, required=True, help="the directory of the release build")
    parser.add_argument("--corpus", type=Path, required=True)
    options = parser.parse_args()
    target, corpus = options.target.resolve(), options.corpus.resolve()
    command = target / "cratetrust"
    if shutil.which("cargo") is None:
        raise SystemExit("cargo is the peer of these benchmarks and is not on PATH")
    print(f"{'what':<46} {'ours':>12}   {'peer':<24} {'peer':>12}   {'less CPU':>8}")
    start_up(command)
    sbom(command, target, corpus, "tauri-cli-2.5.0")
    many(target)
    cache(command, corpus, "tauri-cli-2.5.0")
    hashing(target, corpus)
    return 0


if __name__ == "__main__":
    sys.exit(main())
