#!/usr/bin/env python3
"""The oracle: cargo's own word on what a build is made of, and how the library's answer compares.

    oracle.py fetch       brings the pinned projects and what they depend on
    oracle.py truth       asks cargo and keeps the answers below .corpus/oracle/truth
    oracle.py compare     runs `cratetrust sbom` on the same cases and compares
    oracle.py table       tables of the library, of the bare lockfile and of `cargo metadata`
    oracle.py index       the library with all archives hidden, so that index lines have to do
    oracle.py generate    truths of generated workspaces, and the same comparison on them
    oracle.py self-test   the harness against itself
    oracle.py lock        has cargo lock made projects anew (after a change of their manifests)

README.md tells the form of a truth and how to run one case. Standard library only, Python 3.10 or newer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import compare
import generated
import index
import tables
from projects import TARGETS, Project, all_projects, digest, fetch, lay_out, lock
from selftest import self_test
from truth import HERE, SCHEMA, SELECTIONS, Cargo, Graph, OracleError, RefusedError, precursor, roots_flag, unit_graph

# Few, small, and one of each kind: this is what `make test` runs.
SMALL = ("choose-1.3.7", "git-branch", "patch-path", "workspace-v1", "workspace-v2")
SMALL_TARGETS = ("x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc")

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Case:
    """One question: a project, a target and a selection of features."""

    project: Project
    target: str
    selection: str

    def path(self, base: Path) -> Path:
        return base / "truth" / self.project.name / self.target / f"{self.selection}.json"

    def __str__(self) -> str:
        return f"{self.project.name} {self.target} {self.selection}"


@dataclass
class Settings:
    """What the command line says."""

    base: Path
    cases: list[Case]
    jobs: int
    command: Path
    precursor: str


def in_parallel(work: Callable[[T], R], items: Iterable[T], jobs: int) -> list[R]:
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return list(pool.map(work, items))


def selected(options: argparse.Namespace) -> list[Case]:
    projects = all_projects()
    names = list(options.project)
    targets = list(options.target) or list(TARGETS)
    selections = list(options.selection) or list(SELECTIONS)
    if options.matrix == "small" and not names:
        names, targets = list(SMALL), list(options.target) or list(SMALL_TARGETS)
        selections = list(options.selection) or ["default"]
    unknown = set(names) - {p.name for p in projects}
    if unknown:
        raise OracleError(f"no project is called {', '.join(sorted(unknown))}")
    chosen = [p for p in projects if not names or p.name in names]
    return [Case(p, target, selection) for p in chosen for target in targets for selection in selections]


def projects_of(cases: Iterable[Case]) -> list[Project]:
    return list(dict.fromkeys(case.project for case in cases))


# --- truths -------------------------------------------------------------------------------------


def harness_digest() -> str:
    state = hashlib.sha256()
    for name in ("truth.py", "fake_rustc.rs"):
        state.update((HERE / name).read_bytes())
    return state.hexdigest()


def ask(cargo: Cargo, root: Path, case_json: dict[str, Any], how: Sequence[str]) -> dict[str, Any]:
    """The document of one truth: cargo's answer by each way that is asked for, which have to agree."""
    target, flags = case_json["target"], case_json["flags"]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "case": case_json,
        "sources": list(how),
        "status": "ok",
        "reason": None,
    }
    graph = Graph()
    try:
        roots = roots_flag(cargo, root, flags)
        graph = unit_graph(cargo, root, target, flags, roots)
        # cargo writes it beside files that are linked, so that a lib gets none.
        if "precursor" in how and roots == "--bins":
            other = precursor(cargo, root, target, flags, roots)
            found = compare.differences(graph.without_platforms(), other)
            if found:
                raise OracleError(f"{case_json}: precursor and unit graph differ: {found[:5]}")
    except RefusedError as e:
        document |= {"status": "error", "reason": str(e)}
    return document | graph.to_json()


def make_truths(settings: Settings, cargo: Cargo) -> tuple[int, int]:
    """Makes what is not kept already. Returns how many cases there are and how many were asked anew."""
    harness = harness_digest()
    contents = {project: digest(lay_out(project, settings.base)) for project in projects_of(settings.cases)}

    def one(case: Case) -> bool:
        how = ["unit-graph"]
        wanted = settings.precursor == "all" or (settings.precursor == "default" and case.selection == "default")
        if wanted:
            how.append("precursor")
        path = case.path(settings.base)
        key = hashlib.sha256("\0".join([harness, contents[case.project], cargo.version]).encode()).hexdigest()
        if path.is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["key"] == key and set(how) <= set(kept["sources"]):
                return False
        question = {"project": case.project.name, "target": case.target, "flags": SELECTIONS[case.selection]}
        document = ask(cargo, case.project.root(settings.base), question, how)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, {**document, "key": key})
        said = document["reason"].splitlines()[-1] if document["reason"] else f"{len(document['built'])} built"
        print(f"{case}: {said}", flush=True)
        return True

    made = in_parallel(one, settings.cases, settings.jobs)
    return len(made), sum(made)


def write_json(path: Path, document: object) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    temporary.replace(path)


def read_truth(case: Case, base: Path) -> dict[str, Any]:
    try:
        document = json.loads(case.path(base).read_text(encoding="utf-8"))
    except OSError as e:
        raise OracleError(f"{case}: no truth is kept: oracle.py truth") from e
    if document.get("schema") != SCHEMA:
        raise OracleError(f"{case.path(base)}: not a {SCHEMA} document")
    return dict(document)


# --- comparing ----------------------------------------------------------------------------------


def run_compare(settings: Settings, cargo: Cargo, verbose: int) -> list[tuple[str, compare.Outcome]]:
    for project in projects_of(settings.cases):
        lay_out(project, settings.base)

    def one(case: Case) -> tuple[str, compare.Outcome]:
        document = read_truth(case, settings.base)
        return str(case), compare.judge(document, settings.command, case.project.root(settings.base), cargo)

    return in_parallel(one, settings.cases, settings.jobs)


def run_table(settings: Settings, cargo: Cargo) -> str:
    """The library beside a bare lockfile and `cargo metadata` on the same cases."""
    able = compare.can_resolve(settings.command)

    def one(case: Case) -> tables.Answers | None:
        document = read_truth(case, settings.base)
        if document["status"] != "ok":
            return None
        root = case.project.root(settings.base)
        return tables.Answers(
            case.project.name,
            Graph.from_json(document),
            compare.lockfile_only(root),
            compare.cargo_metadata(cargo, root, case.target, case.selection),
            compare.judge(document, settings.command, root, cargo) if able else None,
        )

    answers = in_parallel(one, settings.cases, settings.jobs)
    cases = [answer for answer in answers if answer is not None]
    note = "" if able else "\n\ncratetrust is not in the tables: this command takes no --target."
    return tables.text(cases, len(answers) - len(cases)) + note


def run_index(settings: Settings, cargo: Cargo, verbose: int) -> int:
    """The library without archives. Fails where anything is lost or made up."""
    with index.hidden(cargo.home) as home:

        def one(case: Case) -> tuple[str, Graph, index.Answer] | None:
            document = read_truth(case, settings.base)
            if document["status"] != "ok":
                return None
            root = case.project.root(settings.base)
            return str(case), Graph.from_json(document), index.judge(document, settings.command, root, cargo, home)

        results = [result for result in in_parallel(one, settings.cases, settings.jobs) if result]
    text, faulty = index.table(results, verbose)
    print(text)
    return 1 if faulty or not results else 0


# --- the command --------------------------------------------------------------------------------


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="cargo's own word on what a build is made of")
    parser.add_argument(
        "what", choices=("fetch", "truth", "compare", "table", "index", "generate", "self-test", "lock")
    )
    parser.add_argument("--corpus", type=Path, default=os.environ.get("CRATETRUST_CORPUS", HERE.parents[1] / ".corpus"))
    parser.add_argument("--command", type=Path, default=HERE.parents[1] / "target" / "release" / "cratetrust")
    parser.add_argument("--matrix", choices=("small", "large"), default="large")
    parser.add_argument("--project", action="append", default=[], metavar="NAME")
    parser.add_argument("--target", action="append", default=[], metavar="TRIPLE")
    parser.add_argument("--selection", action="append", default=[], choices=tuple(SELECTIONS))
    parser.add_argument("--precursor", choices=("none", "default", "all"), default="none", help="ask that way too")
    parser.add_argument("--page", type=Path, help="table: the page whose tables are written anew")
    parser.add_argument("--seeds", default="0:500", metavar="FROM:TO", help="generated workspaces (default 0:500)")
    parser.add_argument("--truth-only", action="store_true", help="generate: ask cargo, do not compare")
    parser.add_argument("--gaps-allowed", type=int, default=0, metavar="N", help="cases that may end in a typed reason")
    parser.add_argument("--if-able", action="store_true", help="do not compare with a command that has no --target")
    parser.add_argument("--verbose", type=int, default=5, metavar="N", help="lines a case (default 5)")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    return parser.parse_args(argv)


def verdict(outcomes: Sequence[tuple[str, compare.Outcome]], options: argparse.Namespace) -> int:
    bad = compare.report(outcomes, options.verbose)
    different = any(outcome.kind == "different" for _, outcome in outcomes)
    exact = any(outcome.kind == "exact" for _, outcome in outcomes)
    return 0 if exact and not different and bad <= options.gaps_allowed else 1


def unable(options: argparse.Namespace) -> bool:
    """Whether the command is from before the resolver, and that is allowed."""
    if not options.if_able or compare.can_resolve(options.command):
        return False
    print("NOT COMPARED: this command takes no --target, so it resolves nothing yet")
    return True


def run(argv: Sequence[str] | None) -> int:
    options = parse(argv)
    base = Path(options.corpus).resolve() / "oracle"
    if options.what == "self-test":
        return self_test()
    cargo = Cargo.prepare(base)
    cases = selected(options)
    settings = Settings(base, cases, options.jobs, options.command.resolve(), options.precursor)
    if options.what == "lock":
        for project in projects_of(cases):
            lock(project, base, cargo)
    elif options.what == "fetch":
        fetch(projects_of(cases), base, cargo)
        print(f"{len(projects_of(cases))} projects are there")
    elif options.what == "truth":
        fetch(projects_of(cases), base, cargo)
        count, made = make_truths(settings, cargo)
        print(f"{count} truths, {made} of them asked anew")
    elif options.what == "compare" and unable(options):
        return 0
    elif options.what == "compare":
        return verdict(run_compare(settings, cargo, options.verbose), options)
    elif options.what == "table":
        text = run_table(settings, cargo)
        print(text)
        if options.page:
            tables.write(options.page, text)
    elif options.what == "index":
        return run_index(settings, cargo, options.verbose)
    elif options.what == "generate":
        first, _, last = options.seeds.partition(":")
        seeds = range(int(first), int(last or int(first) + 1))
        kept = in_parallel(lambda seed: generated.truth(seed, base, cargo, ask), seeds, options.jobs)
        accepted = [entry for entry in kept if entry is not None]
        print(f"{len(accepted)} of {len(kept)} generated workspaces are to cargo's liking")
        if not options.truth_only and not unable(options):
            judged = in_parallel(
                lambda e: (f"seed {e.seed}", compare.judge(e.document, settings.command, e.root, cargo)),
                accepted,
                options.jobs,
            )
            return verdict(judged, options)
    return 0


def main() -> None:
    try:
        raise SystemExit(run(None))
    except (OracleError, OSError) as e:
        print(f"oracle: {e}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
