"""The harness against itself: no project, no network, a second or two.

A truth that was altered has to be told from the one that was not, through the whole way: a command that
prints a stored answer stands in for the library.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import compare
import generate
from projects import TARGETS, read_bundle
from truth import Cargo, Graph, OracleError, add_precursor, package_of, read_unit_graph, split_cfgs

TARGET = TARGETS[0]


def check(holds: bool, what: str) -> None:
    if not holds:
        raise OracleError(f"self-test: {what}")


def _unit(
    package: str, kind: str, platform: str | None, features: list[str], needs: list[int], mode: str = "build"
) -> dict[str, Any]:
    return {
        "pkg_id": package,
        "target": {"kind": [kind]},
        "platform": platform,
        "mode": mode,
        "features": features,
        "dependencies": [{"index": i} for i in needs],
    }


ITOA = "registry+https://github.com/rust-lang/crates.io-index#itoa@1.0.0"
CC = "registry+https://github.com/rust-lang/crates.io-index#cc@1.0.0"
MACRO = "git+file:///somewhere/macro?branch=main#1.0.0"
NATIVE = "registry+https://github.com/rust-lang/crates.io-index#native@1.0.0"
ROOT = "path+file:///somewhere/app#0.1.0"

# A bin on a crate with a build script, which needs `cc`; a macro that needs `itoa` too, with other features.
UNIT_GRAPH: dict[str, Any] = {
    "version": 1,
    "units": [
        _unit(ROOT, "bin", TARGET, [], [1, 2, 4]),
        _unit(ITOA, "rlib", TARGET, ["std"], []),
        _unit(MACRO, "proc-macro", None, [], [3]),
        _unit(ITOA, "lib", None, [], []),
        _unit(NATIVE, "lib", TARGET, [], [5]),
        _unit(NATIVE, "custom-build", TARGET, [], [6], "run-custom-build"),
        _unit(NATIVE, "custom-build", None, [], [7]),
        _unit(CC, "lib", None, [], []),
    ],
    "roots": [0],
}


def _precursor() -> dict[str, Any]:
    def crate(package: str, kind: str, features: list[str], needs: list[tuple[int, str]]) -> dict[str, Any]:
        dependencies = [{"index": i, "kind": k} for i, k in needs]
        return {"id": package, "kind": [kind], "features": features, "dependencies": dependencies}

    return {
        "version": 1,
        "root": 0,
        "target": TARGET,
        "crates": [
            # The last edge is one of those that cargo writes below the wrong package.
            crate(ROOT, "bin", [], [(1, "normal"), (2, "build"), (4, "normal"), (5, "build")]),
            crate(ITOA, "lib", ["std"], []),
            crate(MACRO, "proc-macro", [], [(3, "normal")]),
            crate(ITOA, "lib", [], []),
            crate(NATIVE, "lib", [], [(5, "build")]),
            crate(NATIVE, "custom-build", [], [(6, "normal")]),
            crate(CC, "lib", [], []),
        ],
    }


def _bom(graph: Graph) -> dict[str, Any]:
    """A graph as the library prints it."""

    def source(text: str) -> dict[str, Any]:
        kind, _, url = text.partition("+")
        return {"kind": kind, "url": url or None, "ref": None, "rev": None}

    packages = sorted(graph.built)
    return {
        "evidence": [{"level": "manifests"}],
        "gaps": [],
        "roots": [packages.index(p) for p in sorted(graph.roots)],
        "packages": [
            {
                "id": i,
                "name": p[0],
                "version": p[1],
                "source": source(p[2]),
                "scope": "linked" if p in graph.linked else "build",
                "units": [
                    {"kind": u[3], "platform": u[4], "features": list(u[5])}
                    for u in sorted(graph.units, key=str)
                    if u[:3] == p
                ],
            }
            for i, p in enumerate(packages)
        ],
        "edges": [{"from": packages.index(a), "to": packages.index(b), "kind": k} for a, b, k in sorted(graph.edges)],
    }


def _altered() -> dict[str, Callable[[dict[str, Any]], None]]:
    """Each way in which an answer can be wrong, and the section that has to tell it."""

    def forget(bom: dict[str, Any]) -> None:
        bom["packages"][1]["scope"] = "not-built"

    def link(bom: dict[str, Any]) -> None:
        next(p for p in bom["packages"] if p["name"] == "cc")["scope"] = "linked"

    def feature(bom: dict[str, Any]) -> None:
        next(p for p in bom["packages"] if p["name"] == "itoa")["units"][0]["features"].append("more")

    def platform(bom: dict[str, Any]) -> None:
        next(p for p in bom["packages"] if p["name"] == "cc")["units"][0]["platform"] = "target"

    def kind(bom: dict[str, Any]) -> None:
        bom["edges"][0]["kind"] = "build" if bom["edges"][0]["kind"] == "normal" else "normal"

    def edge(bom: dict[str, Any]) -> None:
        bom["edges"].pop()

    def root(bom: dict[str, Any]) -> None:
        bom["roots"] = [1]

    def version(bom: dict[str, Any]) -> None:
        bom["packages"][0]["version"] = "9.9.9"

    def source(bom: dict[str, Any]) -> None:
        next(p for p in bom["packages"] if p["name"] == "itoa")["source"]["kind"] = "path"

    return {
        "built forget": forget,
        "linked link": link,
        "units feature": feature,
        "units platform": platform,
        "edges kind": kind,
        "edges edge": edge,
        "roots root": root,
        "built version": version,
        "built source": source,
    }


def _readers() -> Graph:
    check(package_of(ROOT) == ("app", "0.1.0", "path"), "a name left out of a path's id")
    check(package_of(MACRO) == ("macro", "1.0.0", "git+file:///"), "a name left out of a git id")
    check(package_of(ITOA) == ("itoa", "1.0.0", "crates.io"), "a crates.io id")
    graph = read_unit_graph(UNIT_GRAPH, TARGET)
    names = {p[0] for p in graph.built}
    check(names == {"app", "cc", "itoa", "macro", "native"}, f"built: {names}")
    names = {p[0] for p in graph.linked}
    check(names == {"app", "itoa", "native"}, f"linked: {names}")
    edges = {(a[0], b[0], kind) for a, b, kind in graph.edges}
    check(
        edges
        == {
            ("app", "itoa", "normal"),
            ("app", "macro", "normal"),
            ("app", "native", "normal"),
            ("macro", "itoa", "normal"),
            ("native", "cc", "build"),
        },
        f"edges: {edges}",
    )
    other = Graph()
    add_precursor(other, _precursor())
    found = compare.differences(graph.without_platforms(), other)
    check(not found, f"the two forms of one graph differ: {found}")
    check(compare.differences(graph, other) != [], "a platform that is not told is a difference")
    stored = Graph.from_json(json.loads(json.dumps(graph.to_json())))
    check(not compare.differences(graph, stored), "a stored truth is another one")
    check(split_cfgs(["--cfg", "a", "-p", "b"]) == (["-p", "b"], "--cfg\x1fa"), "cfgs apart from flags")
    return graph


def _end_to_end(graph: Graph) -> None:
    with tempfile.TemporaryDirectory() as place:
        answer, command = Path(place) / "answer.json", Path(place) / "command"
        command.write_text(f"#!{sys.executable}\nprint(open({str(answer)!r}).read())\n", encoding="utf-8")
        command.chmod(0o755)
        cargo = Cargo(command, command, Path(place), command, "", TARGET)
        document = {"status": "ok", "reason": None, "case": {"target": TARGET, "flags": []}, **graph.to_json()}

        def outcome(bom: dict[str, Any]) -> compare.Outcome:
            answer.write_text(json.dumps(bom), encoding="utf-8")
            return compare.judge(document, command, Path(place), cargo)

        right = _bom(graph)
        said = outcome(right)
        check(said.kind == "exact", f"the truth itself is {said.kind}: {said.details}")
        for name, alter in _altered().items():
            wrong = copy.deepcopy(right)
            alter(wrong)
            said = outcome(wrong)
            section = name.split()[0]
            check(said.kind == "different", f"{name} passed as {said.kind}")
            check(any(line.startswith(section) for line in said.details), f"{name} is told as {said.details}")
        gap = copy.deepcopy(right)
        gap["gaps"] = [{"code": "crate-gap", "reason": "no manifest"}]
        check(outcome(gap).kind == "gap", "a gap passed as exact")
        gap["packages"] = [p if p["name"] != "cc" else {**p, "scope": "not-built"} for p in gap["packages"]]
        check(outcome(gap).kind == "different", "a gap excused a package that is lost")
        command.write_text("#!/bin/sh\necho no such target >&2\nexit 2\n", encoding="utf-8")
        check(compare.judge(document, command, Path(place), cargo).kind == "library-refused", "a refusal passed")


def _generator() -> None:
    def text(seed: int) -> str:
        with tempfile.TemporaryDirectory() as place:
            generate.write(generate.generate(seed, TARGETS), Path(place))
            files = sorted(p for p in Path(place).rglob("*") if p.is_file())
            return "\0".join(f"{p.relative_to(place)}\0{p.read_text(encoding='utf-8')}" for p in files)

    all_text = [text(seed) for seed in range(200)]
    check(text(7) == all_text[7], "a seed gives another workspace the second time")
    check(len(set(all_text)) == len(all_text), "two seeds give the same workspace")
    joined = "\n".join(all_text)
    for trap in (
        "optional = true",
        '"dep:',
        "?/",
        "package = ",
        "proc-macro = true",
        "build = false",
        'build = "',
        "links = ",
        "[target.",
        'resolver = "1"',
        'resolver = "2"',
        'resolver = "3"',
        "dev-dependencies",
        "build-dependencies",
        "build_dependencies",
        "workspace = true",
        "default-features = false",
        "default_features = false",
        "required-features",
        'name = "dup"\nversion = "2.0.0"',
        "default-members",
        "cfg(any())",
    ):
        check(trap in joined, f"no workspace holds the trap {trap}")


def _bundles() -> None:
    for path in sorted((Path(__file__).resolve().parent / "made").glob("*.txt")):
        files, _ = read_bundle(path)
        check("Cargo.lock" in files, f"{path.name} pins nothing: compare.py lock")


def self_test() -> int:
    graph = _readers()
    _end_to_end(graph)
    _generator()
    _bundles()
    print("self-test: the harness tells what it must")
    return 0
