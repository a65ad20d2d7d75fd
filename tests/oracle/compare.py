"""The library's answer beside cargo's, and what cheaper evidence says of the same cases."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from truth import SELECTIONS, Cargo, Edge, Graph, OracleError, Package, Unit, package_of, source_of

SECTIONS = ("roots", "built", "linked", "units", "edges")
TIMEOUT_SECONDS = 120


def differences(expected: Graph, actual: Graph) -> list[str]:
    """Every difference, as one line each; none where the two are the same."""
    found: list[str] = []
    for section in SECTIONS:
        wanted: set[Any] = getattr(expected, section)
        got: set[Any] = getattr(actual, section)
        found += [f"{section}: missing {item}" for item in sorted(wanted - got, key=str)]
        found += [f"{section}: surplus {item}" for item in sorted(got - wanted, key=str)]
    return found


@dataclass
class Score:
    """Sums over cases: of one section, what is right of what was said and of what there is."""

    cases: int = 0
    exact: int = 0
    right: int = 0
    said: int = 0
    there: int = 0
    precisions: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)

    def add(self, truth: set[Any], said: set[Any]) -> None:
        right = len(truth & said)
        self.cases += 1
        self.exact += truth == said
        self.right += right
        self.said += len(said)
        self.there += len(truth)
        # To say nothing is right only where there is nothing.
        self.precisions.append(right / len(said) if said else float(not truth))
        self.recalls.append(right / len(truth) if truth else 1.0)

    @property
    def precision(self) -> float:
        return sum(self.precisions) / len(self.precisions) if self.precisions else 0.0

    @property
    def recall(self) -> float:
        return sum(self.recalls) / len(self.recalls) if self.recalls else 0.0


# --- the library --------------------------------------------------------------------------------


class ToolError(Exception):
    """The command ended with a typed error, which is its answer to the case."""


def can_resolve(command: Path) -> bool:
    """Whether the command takes a selection at all; one from before the resolver does not."""
    done = subprocess.run([str(command), "sbom", "--help"], capture_output=True, text=True, check=False)
    return done.returncode == 0 and "--target" in done.stdout


def arguments(project: Path, target: str, flags: Sequence[str], host: str, home: Path) -> list[str]:
    """What the command is told: the project, where crates lie, and cargo's own words for the rest."""
    said = ["sbom", str(project), "--output-format", "json", "--target", target, "--host", host, "--crates", str(home)]
    return [*said, "--enrich", "none", *flags]


def run_library(command: Path, words: Sequence[str]) -> dict[str, Any]:
    """The plain JSON of one answer. PATH is empty: neither cargo nor rustc is at hand."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        try:
            done = subprocess.run(
                [str(command), *words, "--report", report.name],
                env={"PATH": "", "HOME": os.devnull},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as e:
            raise OracleError(f"{' '.join(words)}: no answer in {TIMEOUT_SECONDS} s") from e
    if done.returncode == 2:
        raise ToolError(done.stderr.strip())
    if done.returncode not in (0, 1):
        raise OracleError(f"{' '.join(words)}: ended with {done.returncode}: {done.stderr[-500:]}")
    try:
        return dict(json.loads(done.stdout))
    except ValueError as e:
        raise OracleError(f"{' '.join(words)}: no JSON: {done.stdout[:200]}") from e


def gaps_of(bom: dict[str, Any]) -> list[str]:
    """Why an answer claims not to be exact; none where it claims to be."""
    reasons = [f"{gap['code']}: {gap['reason']}" for gap in bom["gaps"]]
    reasons += [f"maybe: {p['name']}@{p['version']}" for p in bom["packages"] if p["scope"] == "maybe"]
    if "manifests" not in {e["level"] for e in bom["evidence"]}:
        reasons.append(f"level: {', '.join(sorted({e['level'] for e in bom['evidence']}))}")
    return reasons


def _source(raw: dict[str, Any]) -> str:
    kind, url = raw["kind"], raw["url"] or ""
    if kind == "git":
        return source_of(f"git+{url}")
    if kind == "registry":
        return str(url) if url.startswith("sparse+") else f"registry+{url}"
    return str(kind)


def read_bom(bom: dict[str, Any]) -> Graph:
    """The library's answer in the form of a truth."""
    packages: dict[int, Package] = {p["id"]: (p["name"], p["version"], _source(p["source"])) for p in bom["packages"]}
    scopes = {p["id"]: p["scope"] for p in bom["packages"]}
    built = {i for i, scope in scopes.items() if scope in ("linked", "build")}
    units: set[Unit] = {
        (*packages[p["id"]], u["kind"], u["platform"], tuple(sorted(u["features"])))
        for p in bom["packages"]
        if p["id"] in built
        for u in p["units"]
    }
    edges: set[Edge] = {
        (packages[e["from"]], packages[e["to"]], e["kind"])
        for e in bom["edges"]
        if e["kind"] != "dev" and e["from"] in built and e["to"] in built
    }
    return Graph(
        roots={packages[i] for i in bom["roots"]},
        built={packages[i] for i in built},
        linked={packages[i] for i in built if scopes[i] == "linked"},
        units=units,
        edges=edges,
    )


# --- judging ---------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of one case: exact, different, gap, refused by the library, or refused by cargo."""

    kind: str
    details: list[str]
    truth: Graph
    said: Graph
    words: Sequence[str] = ()


def judge(document: dict[str, Any], command: Path, project: Path, cargo: Cargo) -> Outcome:
    """Runs the library on a case and compares with its truth."""
    truth, case = Graph.from_json(document), document["case"]
    if document["status"] != "ok":
        return Outcome("cargo-refused", [document["reason"]], truth, truth)
    words = arguments(project, case["target"], case["flags"], cargo.host, cargo.home)
    try:
        bom = run_library(command, words)
    except ToolError as e:
        return Outcome("library-refused", [str(e)], truth, Graph(), words)
    said = read_bom(bom)
    reasons = gaps_of(bom)
    if reasons:
        # An answer that admits gaps may say too much, never too little.
        maybe = {f"maybe: {p['name']}@{p['version']}" for p in bom["packages"] if p["scope"] == "maybe"}
        lost = {p for p in truth.built - said.built if f"maybe: {p[0]}@{p[1]}" not in maybe}
        kind = "different" if lost else "gap"
        return Outcome(kind, [f"built: missing {p}" for p in sorted(lost)] or reasons, truth, said, words)
    found = differences(truth, said)
    return Outcome("different" if found else "exact", found, truth, said, words)


def report(outcomes: Sequence[tuple[str, Outcome]], verbose: int) -> int:
    """Prints what came of all cases. Returns how many were neither exact nor refused by cargo."""
    kinds: dict[str, int] = {}
    for name, outcome in outcomes:
        kinds[outcome.kind] = kinds.get(outcome.kind, 0) + 1
        if outcome.kind in ("different", "gap", "library-refused"):
            print(f"{outcome.kind}: {name}: {len(outcome.details)}\n    cratetrust {shlex.join(outcome.words)}")
            for line in outcome.details[:verbose]:
                print(f"    {line}")
    judged = [outcome for _, outcome in outcomes if outcome.kind != "cargo-refused"]
    for section in SECTIONS:
        score = Score()
        for outcome in judged:
            score.add(getattr(outcome.truth, section), getattr(outcome.said, section))
        print(f"{section:<7} exact {score.exact} of {score.cases}, P {score.precision:.4f}, R {score.recall:.4f}")
    print(", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    return sum(count for kind, count in kinds.items() if kind not in ("exact", "cargo-refused"))


# --- cheaper evidence ---------------------------------------------------------------------------

LOCKED = re.compile(r'^\[\[package\]\]\nname = "(.*)"\nversion = "(.*)"\n(?:source = "(.*)"\n)?', re.MULTILINE)


def lockfile_only(project: Path) -> set[Package]:
    """What a tool that reads nothing but Cargo.lock takes for built."""
    text = (project / "Cargo.lock").read_text(encoding="utf-8").replace("\r\n", "\n")
    return {(name, version, source_of(source or "")) for name, version, source in LOCKED.findall(text)}


def cargo_metadata(cargo: Cargo, project: Path, target: str, selection: str) -> set[Package]:
    """What a tool that follows `cargo metadata` from the default members takes for built."""
    flags = ["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", target]
    said = json.loads(cargo.must(project, *flags, *SELECTIONS[selection]))
    nodes = {node["id"]: node for node in said["resolve"]["nodes"]}
    queue: list[str] = list(said.get("workspace_default_members", said["workspace_members"]))
    seen = set(queue)
    while queue:
        for dependency in nodes[queue.pop()]["deps"]:
            normal = any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
            if normal and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                queue.append(dependency["pkg"])
    return {package_of(i) for i in seen}
