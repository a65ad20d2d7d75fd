"""The rows about SBOMs: made from a lockfile, checked, and made of the exact build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from common import Peer, all_in_turn, bounded, cpu_of, in_process, row, row_without, usage_of

# A project whose lockfile names 832 packages.
PROJECT = "tauri-cli-2.5.0"
PACKAGES = 832
# Peers take seconds; their differences from round to round are small beside the ratios.
ROUNDS = 3
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
# The largest SBOM that is read, unless the caller asks for more.
SBOM_LIMIT = 256 << 20
LOCKFILE_LIMIT = 64 << 20
COMPONENTS_LIMIT = 262_144


@dataclass(frozen=True)
class Tools:
    """Where the peers that make SBOMs are, or would be."""

    cargo_cyclonedx: Path | None
    syft: Path | None
    cdxgen: Path | None


@dataclass
class Bench:
    """What the rows share."""

    command: Path
    target: Path
    corpus: Path
    tools: Tools
    home: Path = field(init=False)
    project: Path = field(init=False)
    lock: Path = field(init=False)
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Brings the project and what it depends on."""
        self.home = self.corpus / "bench" / "home"
        self.project = self.corpus / "bench" / PROJECT
        self.lock = self.corpus / "locks" / f"{PROJECT}.lock"
        self.environment = {**os.environ, "CARGO_HOME": str(self.home)}
        if not self.project.is_dir():
            self.project.parent.mkdir(parents=True, exist_ok=True)
            archive = self.corpus / "crates" / f"{PROJECT}.crate"
            subprocess.run(["tar", "-xzf", str(archive), "-C", str(self.project.parent)], check=True)
        subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=self.project, env=self.environment, check=True)


def peer(name: str, program: Path | None, arguments: Sequence[str], source: str) -> Peer:
    """A tool with its arguments, if it can be run."""
    found = str(program) if program is not None and program.is_file() else shutil.which(name)
    if found is None:
        return Peer(name, missing=f"not installed; `make peers-tools` brings it from {source}")
    return Peer(name, (found, *arguments))


def cargo_metadata() -> Peer:
    """What the plug-ins of cargo begin with."""
    arguments = ("metadata", "--locked", "--offline", "--format-version=1", "--quiet")
    return Peer("cargo metadata", ("cargo", *arguments))


def cargo_cyclonedx(tools: Tools) -> Peer:
    """The SBOM of the host's build; it writes beside the manifest, under a name of its own here."""
    arguments = ("cyclonedx", "--format", "json", "--spec-version", "1.5", "--override-filename", "bench.cdx")
    return peer("cargo-cyclonedx", tools.cargo_cyclonedx, arguments, "crates.io")


def report(what: str, ours: float, peers: Sequence[Peer], times: Sequence[float], goals: Sequence[float]) -> None:
    """A line for each peer; `times` holds those that ran."""
    left = iter(times)
    for one, goal in zip(peers, goals, strict=True):
        if one.command:
            row(what, ours, one.name, next(left), goal)
        else:
            row_without(what, ours, one)


def from_lockfile(bench: Bench) -> None:
    """SBOMs of a lockfile and nothing else."""
    once = in_process(bench.target / "examples" / "time_sbom", str(bench.lock), "cyclonedx-json")
    bounded(f"sbom of {PACKAGES} packages, lock only, in-process", once * 1000, 10, "ms")
    for form in ("spdx-json", "spdx3-json", "json"):
        other = in_process(bench.target / "examples" / "time_sbom", str(bench.lock), form)
        bounded(f"the same, {form}", other * 1000, None, "ms")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        shutil.copy(bench.lock, place / "Cargo.lock")
        made = str(place / "made.json")
        peers = [
            cargo_cyclonedx(bench.tools),
            peer(
                "syft", bench.tools.syft, ("scan", f"file:{place / 'Cargo.lock'}", "-q", "-o", "cyclonedx-json"), "PyPI"
            ),
            peer("cdxgen", bench.tools.cdxgen, ("-t", "rust", "--no-install-deps", "-o", made, directory), "npm"),
        ]
        ours = [str(bench.command), "sbom", str(bench.lock), "--quiet"]
        # The first peer works on the project, the others on the lockfile alone.
        environment = {**bench.environment, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
        commands = [ours, *(one.command for one in peers if one.command), cargo_metadata().command]
        first, *others, metadata = all_in_turn(commands, bench.project, environment, ROUNDS)
        what = f"sbom of {PACKAGES} packages, lock only, whole process"
        report(what, first, peers, others, (70, 150, 150))
        row(what, first, "cargo metadata", metadata)
        for leftover in bench.project.glob("bench.cdx*"):
            leftover.unlink()
    bounded("peak memory of that process", usage_of(ours).memory, 20, "MiB")


def growth(bench: Bench) -> None:
    """Time by the number of packages."""
    first = 0.0
    with tempfile.TemporaryDirectory() as directory:
        for packages, calls in ((1_000, 100), (10_000, 10), (100_000, 2)):
            lock = made_up(Path(directory) / f"{packages}.lock", packages)
            once = in_process(bench.target / "examples" / "time_sbom", str(lock), "cyclonedx-json", str(calls))
            each = once / packages
            first = first or each
            bounded(f"sbom of {packages:,} packages, lock only, in-process", once * 1000, None, "ms")
            bounded("  a package, as a multiple of the first", each / first, 2, "times")


def made_up(lock: Path, packages: int) -> Path:
    """A lockfile of many packages, each of which depends on three before it."""
    lines = ["version = 4\n"]
    for number in range(packages):
        before = sorted(other for other in {number // 2, number // 3, number - 1} if 1 <= other < number)
        needs = "".join(f' "crate-{other}",\n' for other in before)
        lines.append(f'[[package]]\nname = "crate-{number}"\nversion = "1.{number}.0"\n')
        if number:
            lines.append(f'source = "{CRATES_IO}"\nchecksum = "{number:064x}"\n')
        else:
            needs = f' "crate-{packages - 1}",\n'
        lines.append(f"dependencies = [\n{needs}]\n\n" if needs else "\n")
    lock.write_text("".join(lines))
    return lock


def checking(bench: Bench) -> None:
    """`verify-sbom` by the number of components."""
    program = bench.target / "examples" / "time_verify_sbom"
    once = in_process(program, str(bench.lock))
    bounded(f"verify-sbom of {PACKAGES} components, in-process", once * 1000, 20, "ms")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        lock = made_up(place / "5000.lock", 5_000)
        bounded("verify-sbom of 5,000 components, in-process", in_process(program, str(lock), "20") * 1000, 100, "ms")
        for packages in (100_000, largest(bench, place)):
            lock = made_up(place / "Cargo.lock", packages)
            document = place / "made.json"
            cpu_of([str(bench.command), "sbom", str(lock), "--quiet", "-o", str(document)])
            usage = usage_of([str(bench.command), "verify-sbom", str(document), str(lock), "--quiet"])
            size = document.stat().st_size / (1 << 20)
            what = f"verify-sbom of {packages:,} components, {size:.0f} MiB"
            bounded(f"{what}, whole process", usage.cpu * 1000, None, "ms")
            bounded("  its peak memory", usage.memory, None, "MiB")
        document = minimal(place / "million.json", 1_000_000)
        size = document.stat().st_size / (1 << 20)
        usage = usage_of([str(bench.command), "verify-sbom", str(document), str(bench.lock), "--quiet"], accepted=(2,))
        bounded(f"a million invented components, {size:.0f} MiB: refused, whole process", usage.cpu * 1000, None, "ms")
        bounded("  its peak memory", usage.memory, None, "MiB")


def largest(bench: Bench, place: Path) -> int:
    """How many packages the largest SBOM holds that is read, and the lockfile that it is made of."""
    lock = made_up(place / "sample.lock", 10_000)
    document = place / "sample.json"
    cpu_of([str(bench.command), "sbom", str(lock), "--quiet", "-o", str(document)])
    # Numbers with more digits take more room.
    by_document = 10_000 * SBOM_LIMIT / document.stat().st_size * 0.9
    by_lockfile = 10_000 * LOCKFILE_LIMIT / lock.stat().st_size * 0.9
    return int(min(by_document, by_lockfile, COMPONENTS_LIMIT)) // 10_000 * 10_000


def minimal(path: Path, components: int) -> Path:
    """An SBOM of components that have a name, a version and a purl."""
    with path.open("w") as document:
        document.write('{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[')
        for number in range(components):
            name = f"no-{number}"
            component = {"type": "library", "name": name, "version": "1.0.0", "purl": f"pkg:cargo/{name}@1.0.0"}
            document.write(("," if number else "") + json.dumps(component, separators=(",", ":")))
        document.write("]}")
    return path


def exact(bench: Bench) -> None:
    """SBOMs of the exact build for the host, beside the peers that ask cargo."""
    archives = next((bench.home / "registry" / "cache").iterdir())
    # Apart from the archives, which would be taken first.
    apart = bench.corpus / "bench" / "sources" / "registry"
    apart.mkdir(parents=True, exist_ok=True)
    if not (apart / "src").is_dir():
        (apart / "src").symlink_to(bench.home / "registry" / "src")
    sources = next((apart / "src").iterdir())
    ours = [str(bench.command), "sbom", str(bench.project), "--jobs", "1", "--quiet"]
    ways = (
        ("exact, no facts, no units, .crate files", archives, ("none", "--no-units"), 3.0),
        ("exact, no facts, .crate files", archives, ("none",), 3.0),
        ("exact, facts of manifests, no units, .crate files", archives, ("manifests", "--no-units"), 3.0),
        ("exact, facts of manifests, .crate files", archives, ("manifests",), 3.0),
        ("exact, all facts and SHA-512, .crate files", archives, ("all",), None),
        ("exact, no facts, extracted sources", sources, ("none",), None),
        ("exact, facts of manifests, extracted sources", sources, ("manifests",), None),
    )
    peers = [cargo_metadata(), cargo_cyclonedx(bench.tools)]
    commands = [[*ours, "--crates", str(place), "--enrich", *what] for _, place, what, _ in ways]
    commands += [list(one.command) for one in peers if one.command]
    times = all_in_turn(commands, bench.project, bench.environment)
    for (name, _, _, goal), taken in zip(ways, times, strict=False):
        for one, other in zip([p for p in peers if p.command], times[len(ways) :], strict=True):
            row(name, taken, one.name, other, goal)
        for one in peers:
            if not one.command:
                row_without(name, taken, one)
    for leftover in bench.project.glob("bench.cdx*"):
        leftover.unlink()


def run(command: Path, target: Path, corpus: Path, tools: Tools) -> None:
    """All rows about SBOMs."""
    bench = Bench(command, target, corpus, tools)
    from_lockfile(bench)
    growth(bench)
    checking(bench)
    exact(bench)
