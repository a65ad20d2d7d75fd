"""The tables of docs/accuracy.md: the library, the bare lockfile and `cargo metadata` on the same cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compare import SECTIONS, Outcome, Score
from truth import Graph, OracleError, Package

BEGIN = "<!-- oracle: begin -->"
END = "<!-- oracle: end -->"
LOCKFILE = "Cargo.lock alone"
METADATA = "`cargo metadata`, without dev"
OURS = "cratetrust"


@dataclass(frozen=True)
class Answers:
    """What was said of one case, beside the truth."""

    project: str
    truth: Graph
    lockfile: set[Package]
    metadata: set[Package]
    ours: Outcome | None


@dataclass
class Scores:
    """How one kind of evidence fares over cases."""

    built: Score = field(default_factory=Score)
    linked: Score = field(default_factory=Score)

    def add(self, truth: Graph, built: set[Package], linked: set[Package]) -> None:
        self.built.add(truth.built, built)
        self.linked.add(truth.linked, linked)


def spread(numbers: Iterable[int]) -> str:
    """The smallest and the largest number, or the only one."""
    kept = sorted(set(numbers))
    return f"{kept[0]}" if len(kept) == 1 else f"{kept[0]} to {kept[-1]}"


def scores(cases: Sequence[Answers]) -> dict[str, Scores]:
    """The three kinds of evidence; the library only where it was asked."""
    found = {LOCKFILE: Scores(), METADATA: Scores()}
    for case in cases:
        found[LOCKFILE].add(case.truth, case.lockfile, case.lockfile)
        found[METADATA].add(case.truth, case.metadata, case.metadata)
        if case.ours is not None:
            found.setdefault(OURS, Scores()).add(case.truth, case.ours.said.built, case.ours.said.linked)
    return found


def of_all(cases: Sequence[Answers]) -> list[str]:
    """Means over all cases, a row for each kind of evidence."""
    lines = [
        "| evidence | cases | built exact | P built | R built | linked exact | P linked | R linked |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, score in scores(cases).items():
        built, linked = score.built, score.linked
        lines.append(
            f"| {name} | {built.cases} | {built.exact} | {built.precision:.4f} | {built.recall:.4f} "
            f"| {linked.exact} | {linked.precision:.4f} | {linked.recall:.4f} |"
        )
    return lines


def of_sections(cases: Sequence[Answers]) -> list[str]:
    """What the library says of each section of a truth, in how many cases it is exact, and how many things it names."""
    asked = [(case.truth, case.ours) for case in cases if case.ours is not None]
    lines = ["| section | cases | exact | there are | said | right |", "|---|--:|--:|--:|--:|--:|"]
    for section in SECTIONS:
        score = Score()
        for truth, ours in asked:
            score.add(getattr(truth, section), getattr(ours.said, section))
        lines.append(f"| {section} | {score.cases} | {score.exact} | {score.there} | {score.said} | {score.right} |")
    return lines


def of_projects(cases: Sequence[Answers]) -> list[str]:
    """A row for each project: how much is built, and what is said instead."""
    lines = [
        "| project | cases | locked | built | linked | lock: P built | metadata: exact, P, R built | ours: exact |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for project in dict.fromkeys(case.project for case in cases):
        mine = [case for case in cases if case.project == project]
        score = scores(mine)
        lockfile, metadata = score[LOCKFILE].built, score[METADATA].built
        exact = sum(case.ours is not None and case.ours.kind == "exact" for case in mine)
        lines.append(
            f"| {project} | {len(mine)} | {spread(len(case.lockfile) for case in mine)} "
            f"| {spread(len(case.truth.built) for case in mine)} | {spread(len(case.truth.linked) for case in mine)} "
            f"| {lockfile.precision:.3f} "
            f"| {metadata.exact}, {metadata.precision:.3f}, {metadata.recall:.3f} | {exact} |"
        )
    return lines


def text(cases: Sequence[Answers], refused: int) -> str:
    """All tables in markdown. Cases that cargo refuses are in none of them."""
    projects = len({case.project for case in cases})
    said = f"{len(cases)} cases of {projects} projects; cargo refuses {refused} more."
    parts = [[said], of_all(cases)]
    if any(case.ours is not None for case in cases):
        parts.append(of_sections(cases))
    parts.append(of_projects(cases))
    return "\n\n".join("\n".join(part) for part in parts)


def write(page: Path, tables: str) -> None:
    """Puts the tables between the marks of a page."""
    head, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise OracleError(f"{page} has no place for the tables")
    page.write_text(f"{head}{BEGIN}\n{tables}\n{END}{tail}", encoding="utf-8")
