"""What every benchmark needs: CPU time of processes, commands in turn, and rows with their goals."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5


@dataclass(frozen=True)
class Peer:
    """Another tool: what runs it, or why it cannot be run here and how it is had."""

    name: str
    command: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Usage:
    """What a process took."""

    cpu: float
    """User plus system seconds."""
    memory: float
    """MiB of memory at its peak, as the kernel counts it."""


# A small process between this one and the command: the kernel counts the memory of whoever starts a process
# as a peak of that process.
STARTER = """
import os, sys
child = os.fork()
if child == 0:
    try:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execvp(sys.argv[1], sys.argv[1:])
    finally:
        os._exit(127)
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def usage_of(
    command: Sequence[str],
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    accepted: Sequence[int] = (0,),
) -> Usage:
    """One run of a command that must succeed, or end with a status that is accepted."""
    starter = [sys.executable, "-I", "-S", "-c", STARTER, *command]
    told = subprocess.run(starter, cwd=cwd, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    status, cpu, kibibytes = told.split()
    if int(status) not in accepted:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return Usage(float(cpu), int(kibibytes) / 1024)


def cpu_of(command: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> float:
    """User plus system seconds of one run of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def all_in_turn(
    commands: Sequence[Sequence[str]],
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    rounds: int = ROUNDS,
) -> list[float]:
    """The medians of commands that run in turn, after one round that does not count."""
    for command in commands:
        cpu_of(command, cwd, env)
    taken = [[cpu_of(command, cwd, env) for command in commands] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def in_turn(
    ours: Sequence[str], peer: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None
) -> tuple[float, float]:
    """The medians of two commands that run in turn."""
    first, second = all_in_turn([ours, peer], cwd, env)
    return first, second


def in_process(program: Path, *arguments: str) -> float:
    """CPU seconds of one call, as the program of ours prints them."""
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0]) / 1e6


def header() -> None:
    """The heads of the columns."""
    print(f"{'what':<58} {'ours':>11}   {'peer':<24} {'peer':>11}   {'ratio':>8}   goal")


def verdict(met: bool) -> str:
    """How a row says that its goal was met, and how that it was not."""
    return "met" if met else "MISSED"


def row(what: str, ours: float, peer_name: str, peer: float, goal: float | None = None) -> None:
    """One line: our milliseconds, the peer's, how many times less CPU ours takes, and how many are asked for."""
    ratio = peer / ours if ours > 0 else float("inf")
    line = f"{what:<58} {ours * 1000:8.2f} ms   {peer_name:<24} {peer * 1000:8.2f} ms   {ratio:7.1f}x"
    print(line if goal is None else f"{line}   {goal:g}x: {verdict(ratio >= goal)}")


def row_without(what: str, ours: float, peer: Peer) -> None:
    """A line whose peer is not here."""
    print(f"{what:<58} {ours * 1000:8.2f} ms   {peer.name:<24} NOT MEASURED: {peer.missing}")


def bounded(what: str, value: float, most: float | None, unit: str) -> None:
    """One line of a figure that has no peer, and what it may be at most."""
    line = f"{what:<58} {value:8.2f} {unit}"
    print(line if most is None else f"{line:<119}   at most {most:g} {unit}: {verdict(value <= most)}")
