"""What cargo itself says that a build is made of, without compiling anything.

Two ways, one form: the unit graph (``cargo build --unit-graph``) needs no run at all; the precursor
(``cargo build -Zsbom``) is cargo's bill of materials, written by a build whose compiler only touches files.
Both become a ``Graph``; README.md tells the form and the conventions.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).resolve().parent
SCHEMA = "cratetrust.oracle/1"
SELECTIONS: dict[str, list[str]] = {
    "default": [],
    "none": ["--no-default-features"],
    "all": ["--all-features"],
}
CRATES_IO = ("registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/")
LIBS = {"lib", "rlib", "dylib", "cdylib", "staticlib"}
TIMEOUT_SECONDS = 300

Package = tuple[str, str, str]
Unit = tuple[str, str, str, str, str | None, tuple[str, ...]]
Edge = tuple[Package, Package, str]


class OracleError(Exception):
    """Something the person at the keyboard has to know about; told without a traceback."""


class RefusedError(Exception):
    """cargo builds nothing of this: a case whose truth is that there is an error."""


@dataclass
class Graph:
    """What a build is made of; the sets are what is compared."""

    roots: set[Package] = field(default_factory=set)
    built: set[Package] = field(default_factory=set)
    linked: set[Package] = field(default_factory=set)
    units: set[Unit] = field(default_factory=set)
    edges: set[Edge] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        return {
            "roots": sorted(self.roots),
            "built": sorted(self.built),
            "linked": sorted(self.linked),
            "units": sorted(self.units, key=str),
            "edges": [[*a, *b, kind] for a, b, kind in sorted(self.edges)],
        }

    @staticmethod
    def from_json(raw: dict[str, Any]) -> Graph:
        return Graph(
            roots={_package(p) for p in raw["roots"]},
            built={_package(p) for p in raw["built"]},
            linked={_package(p) for p in raw["linked"]},
            units={(u[0], u[1], u[2], u[3], u[4], tuple(u[5])) for u in raw["units"]},
            edges={((e[0], e[1], e[2]), (e[3], e[4], e[5]), e[6]) for e in raw["edges"]},
        )

    def without_platforms(self) -> Graph:
        """The same as far as the precursor can tell it."""
        units: set[Unit] = {(n, v, s, k, None, f) for n, v, s, k, _, f in self.units}
        return Graph(self.roots, self.built, self.linked, units, self.edges)


def _package(raw: Sequence[str]) -> Package:
    return (raw[0], raw[1], raw[2])


def source_of(text: str) -> str:
    """A source as both sides of a comparison spell it: no revision, no query, no path of this machine."""
    if text in CRATES_IO:
        return "crates.io"
    if text.startswith("path+") or not text:
        return "path"
    if text.startswith("git+"):
        url = text[4:].split("#")[0].split("?")[0]
        return "git+file:///" if url.startswith("file:") else f"git+{url}"
    return text


def package_of(spec: str) -> Package:
    """The package that a fully qualified package id spec names."""
    url, mark, fragment = spec.rpartition("#")
    if not mark:
        raise OracleError(f"no package id spec: {spec}")
    name, at, version = fragment.rpartition("@")
    if not at:
        version = fragment
        # Left out where the URL ends in it.
        name = unquote(urlsplit(url.split("+", 1)[-1]).path.rstrip("/").rsplit("/", 1)[-1])
    return (name, version, source_of(url))


def kind_of(kinds: Iterable[str]) -> str:
    kinds = set(kinds)
    return "lib" if kinds & LIBS else next(iter(sorted(kinds)))


@dataclass
class Cargo:
    """One cargo with its compiler, its own home and a fake compiler, apart from the user's configuration."""

    cargo: Path
    rustc: Path
    home: Path
    fake: Path
    version: str
    host: str

    @staticmethod
    def prepare(directory: Path) -> Cargo:
        """Finds the real cargo and rustc behind any proxy and builds the fake compiler below `directory`."""
        rustc = os.environ.get("RUSTC", "rustc")

        def said(*command: str) -> str:
            try:
                return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            except (OSError, subprocess.CalledProcessError) as e:
                raise OracleError(f"cannot run {' '.join(command)}: {e}") from e

        # A proxy would obey the toolchain file of the project under test.
        root = Path(said(rustc, "--print", "sysroot"))
        cargo, compiler = root / "bin" / "cargo", root / "bin" / "rustc"
        if not cargo.exists():
            cargo, compiler = Path(shutil.which("cargo") or "cargo"), Path(shutil.which(rustc) or rustc)
        directory.mkdir(parents=True, exist_ok=True)
        fake, source = directory / "fake_rustc", HERE / "fake_rustc.rs"
        if not fake.exists() or fake.stat().st_mtime < source.stat().st_mtime:
            said(str(compiler), "--edition=2024", "-O", "-o", str(fake), str(source))
        verbose = said(str(cargo), "-vV")
        facts = dict(line.split(": ", 1) for line in verbose.splitlines() if ": " in line)
        return Cargo(cargo, compiler, directory / "cargo-home", fake, verbose.splitlines()[0], facts["host"])

    def run(self, cwd: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        self.home.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CARGO", "RUST"))}
        environment = {
            **kept,
            "CARGO_HOME": str(self.home),
            "RUSTC": str(self.rustc),
            "RUSTC_WRAPPER": str(self.fake),
            "CARGO_TERM_COLOR": "never",
            "CARGO_INCREMENTAL": "0",
            "CARGO_NET_GIT_FETCH_WITH_CLI": "false",
            **more,
        }
        try:
            return subprocess.run(
                [str(self.cargo), *arguments],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as e:
            raise OracleError(f"{cwd.name}: cargo gave no result in {TIMEOUT_SECONDS} s") from e

    def must(self, cwd: Path, *arguments: str, **more: str) -> str:
        done = self.run(cwd, *arguments, **more)
        if done.returncode != 0:
            raise RefusedError(done.stderr.strip())
        return done.stdout


def split_cfgs(flags: Sequence[str]) -> tuple[list[str], str]:
    """What cargo takes as a flag, and the rest for RUSTFLAGS: `--cfg` is a word of the library only."""
    kept: list[str] = []
    cfgs: list[str] = []
    words = iter(flags)
    for word in words:
        if word == "--cfg":
            cfgs += [word, next(words)]
        else:
            kept.append(word)
    return kept, "\x1f".join(cfgs)


def build_flags(flags: Sequence[str], target: str, roots: str) -> list[str]:
    return ["build", "--locked", "--offline", "--ignore-rust-version", roots, "--target", target, *flags]


def roots_flag(cargo: Cargo, project: Path, flags: Sequence[str]) -> str:
    """The bins of the selected packages; only where none of these has one, their libs.

    A bin counts, whatever features it needs.
    """
    said = json.loads(cargo.must(project, "metadata", "--format-version=1", "--no-deps", "--offline"))
    named = {flags[i + 1] for i, flag in enumerate(flags) if flag in ("-p", "--package")}
    defaults = said.get("workspace_default_members", said["workspace_members"])
    chosen = [p for p in said["packages"] if (p["name"] in named if named else p["id"] in defaults)]
    bins = any("bin" in target["kind"] for package in chosen for target in package["targets"])
    return "--bins" if bins else "--lib"


# --- the unit graph -----------------------------------------------------------------------------


def unit_graph(cargo: Cargo, project: Path, target: str, flags: Sequence[str], roots: str) -> Graph:
    """The graph that cargo would build."""
    kept, cfgs = split_cfgs(flags)
    words = [*build_flags(kept, target, roots), "--unit-graph", "-Zunstable-options"]
    said = cargo.must(project, *words, RUSTC_BOOTSTRAP="1", CARGO_ENCODED_RUSTFLAGS=cfgs)
    return read_unit_graph(json.loads(said), target)


def read_unit_graph(raw: dict[str, Any], target: str) -> Graph:
    if raw.get("version") != 1:
        raise OracleError(f"unit graph of unknown version {raw.get('version')}")
    units = raw["units"]
    packages = [package_of(unit["pkg_id"]) for unit in units]
    kinds = [kind_of(unit["target"]["kind"]) for unit in units]
    compiled = [unit["mode"] == "build" for unit in units]
    for unit in units:
        if unit["mode"] not in ("build", "run-custom-build"):
            raise OracleError(f"unit of unknown mode {unit['mode']}")
        if unit["platform"] not in (None, target):
            raise OracleError(f"unit for the unknown platform {unit['platform']}")
    graph = Graph(roots={packages[i] for i in raw["roots"]})
    for i, unit in enumerate(units):
        if not compiled[i]:
            continue
        platform = "host" if unit["platform"] is None else "target"
        graph.built.add(packages[i])
        graph.units.add((*packages[i], kinds[i], platform, tuple(sorted(unit["features"]))))
        # What a build script itself depends on is declared as a build dependency.
        kind = "build" if kinds[i] == "custom-build" else "normal"
        for dependency in unit["dependencies"]:
            j = dependency["index"]
            if compiled[j] and packages[i] != packages[j]:
                graph.edges.add((packages[i], packages[j], kind))
    seen, queue = set(raw["roots"]), list(raw["roots"])
    while queue:
        for dependency in units[queue.pop()]["dependencies"]:
            j = dependency["index"]
            if j not in seen and compiled[j] and kinds[j] != "proc-macro":
                seen.add(j)
                queue.append(j)
    graph.linked = {packages[i] for i in seen}
    return graph


# --- the precursor ------------------------------------------------------------------------------


def precursor(cargo: Cargo, project: Path, target: str, flags: Sequence[str], roots: str) -> Graph:
    """The union of the bills of materials that cargo writes for the roots."""
    kept, cfgs = split_cfgs(flags)
    # A target directory that is fresh already would leave nothing written.
    with tempfile.TemporaryDirectory(prefix="cratetrust-oracle-") as fresh:
        cargo.must(
            project,
            *build_flags(kept, target, roots),
            "-Zsbom",
            CARGO_ENCODED_RUSTFLAGS=cfgs,
            CARGO_TARGET_DIR=fresh,
            CARGO_BUILD_SBOM="true",
            RUSTC_BOOTSTRAP="1",
        )
        graph = Graph()
        for path in sorted((Path(fresh) / target / "debug").glob("*.cargo-sbom.json")):
            add_precursor(graph, json.loads(path.read_text(encoding="utf-8")))
        return graph


def add_precursor(graph: Graph, raw: dict[str, Any]) -> None:
    if raw.get("version") != 1:
        raise OracleError(f"precursor of unknown version {raw.get('version')}")
    crates = raw["crates"]
    packages = [package_of(crate["id"]) for crate in crates]
    kinds = [kind_of([crate["kind"]] if isinstance(crate["kind"], str) else crate["kind"]) for crate in crates]
    graph.roots.add(packages[raw["root"]])
    for i, crate in enumerate(crates):
        graph.built.add(packages[i])
        graph.units.add((*packages[i], kinds[i], None, tuple(sorted(crate["features"]))))
        kind = "build" if kinds[i] == "custom-build" else "normal"
        for dependency in crate["dependencies"]:
            j = dependency["index"]
            # Only a package itself needs its build script. cargo writes some below another package, where
            # `links` orders the runs of two scripts.
            if kinds[j] != "custom-build" and packages[i] != packages[j]:
                graph.edges.add((packages[i], packages[j], kind))
    seen, queue = {raw["root"]}, [raw["root"]]
    while queue:
        for dependency in crates[queue.pop()]["dependencies"]:
            if dependency["kind"] == "normal" and dependency["index"] not in seen:
                seen.add(dependency["index"])
                queue.append(dependency["index"])
    graph.linked |= {packages[i] for i in seen}
