"""The index level: the same cases with every archive hidden, so that index lines have to do.

Nothing that is built may be lost, and what is said for certain has to be so; what an index cannot tell is `maybe`,
and counts as said.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compare import Score, ToolError, arguments, read_bom, run_library
from truth import Cargo, Graph, Package


@dataclass
class Answer:
    """What came of one case; `faults` are what must not be."""

    built: set[Package] = field(default_factory=set)
    linked: set[Package] = field(default_factory=set)
    maybe: int = 0
    faults: list[str] = field(default_factory=list)


@contextmanager
def hidden(home: Path) -> Iterator[Path]:
    """A cargo home that holds the index and the checkouts of repositories, and no archive."""
    with TemporaryDirectory() as name:
        there = Path(name)
        shutil.copytree(home / "registry" / "index", there / "registry" / "index")
        if (home / "git" / "checkouts").is_dir():
            shutil.copytree(home / "git" / "checkouts", there / "git" / "checkouts", symlinks=True)
        yield there


def judge(document: dict[str, Any], command: Path, project: Path, cargo: Cargo, home: Path) -> Answer:
    """Runs the library on a case with that home, and holds the answer against its truth."""
    truth, case = Graph.from_json(document), document["case"]
    words = arguments(project, case["target"], case["flags"], cargo.host, home)
    try:
        bom = run_library(command, words)
    except ToolError as e:
        return Answer(faults=[str(e)])
    certain = read_bom(bom)
    # As if each that may be built were linked.
    for package in bom["packages"]:
        if package["scope"] == "maybe":
            package["scope"] = "linked"
    said = read_bom(bom)
    answer = Answer(said.built, said.linked, len(said.built - certain.built))
    build_only = certain.built - certain.linked
    for what, wrong in (
        ("not named", truth.built - said.built),
        ("linked, and not said to be", truth.linked - said.linked),
        ("not linked, and said to be", certain.linked - truth.linked),
        ("not for the build alone, and said to be", build_only - (truth.built - truth.linked)),
    ):
        answer.faults += [f"{what}: {package}" for package in sorted(wrong)]
    return answer


def table(results: list[tuple[str, Graph, Answer]], verbose: int) -> tuple[str, int]:
    """A markdown table of the cases, native and cross, and the number of cases with faults."""
    rows = []
    for name, crossed in (("for the host", False), ("for other targets", True), ("all", None)):
        built, linked = Score(), Score()
        maybe = said = 0
        for case, truth, answer in results:
            if crossed is not None and crossed == ("x86_64-unknown-linux-gnu" in case):
                continue
            built.add(truth.built, answer.built)
            linked.add(truth.linked, answer.linked)
            maybe, said = maybe + answer.maybe, said + len(answer.built)
        rows.append(
            f"| {name} | {built.cases} | {built.exact} | {built.precision:.4f} | {built.recall:.4f} "
            f"| {linked.precision:.4f} | {linked.recall:.4f} | {maybe / max(said, 1):.3f} |"
        )
    faulty = [(case, answer.faults) for case, _, answer in results if answer.faults]
    lines = [
        "| cases | number | exact (built) | P built | R built | P linked | R linked | `maybe` |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        *rows,
        *(f"FAULT {case}: {line}" for case, faults in faulty for line in faults[:verbose]),
    ]
    return "\n".join(lines), len(faulty)
