"""ntia-conformance-checker on SBOMs of real projects, every crate of which is in the corpus.

Every fact in them comes from the crates' own bytes or from the caller; none is made up here. FSCT3 wants
a copyright notice of each component, and the two projects are ones whose crates all carry one. What
their documents cannot reach is the generation context in SPDX 2: the checker reads it from SPDX 3 alone.
"""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path
from typing import Any

import cratetrust
import pytest
from ntia_conformance_checker import sbom_checker

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))
PROJECTS = ["pretty_assertions-1.4.1", "time-macros-0.2.27"]
TOLD: dict[str, Any] = {
    "supplier": "Example",
    "contact": "sbom@example.org",
    "author": "Example",
    "timestamp": "2026-01-02T03:04:05Z",
    "conclude_declared": True,
    "component_supplier": "registry",
}
CONTEXT = "SBOM generation context (SBOM type) provided?"
COPYRIGHT = "All component copyright notice provided?"


def made(project: str, directory: Path, **options: Any) -> cratetrust.Bom:
    """Make the SBOM of a published project from its unpacked archive and the crates that it depends on."""
    with tarfile.open(CORPUS / "crates" / f"{project}.crate") as archive:
        archive.extractall(directory, filter="data")
    told = {**TOLD, "crates": CORPUS / "crates", "target": "x86_64-unknown-linux-gnu", "lib": True, **options}
    return cratetrust.generate_sbom(directory / project, **told)


def check(bom: cratetrust.Bom, tmp_path: Path, form: str, standard: str) -> Any:
    written = tmp_path / f"{form}.json"
    written.write_bytes(bom.write(form))
    spec = "spdx2" if form == "spdx-json" else "spdx3"
    checker = sbom_checker.SbomChecker(str(written), compliance=standard, sbom_spec=spec)
    assert (checker.parsing_errors, checker.validation_messages) == ([], [])
    # All of it was looked at: nothing floats beside the described package.
    assert len(checker.reachable_component_ids) == len(json.loads(bom.write("json"))["packages"]) > 2
    return checker


def open_rows(checker: Any) -> list[str]:
    return [name for name, there in checker.table_elements if not there]


@pytest.mark.parametrize("form", ["spdx-json", "spdx3-json"])
@pytest.mark.parametrize("project", PROJECTS)
def test_ntia_minimum_elements(project: str, form: str, tmp_path: Path) -> None:
    checker = check(made(project, tmp_path), tmp_path, form, "ntia")
    assert (open_rows(checker), checker.compliant) == ([], True)


@pytest.mark.parametrize("project", PROJECTS)
def test_fsct3_minimum_in_spdx_3(project: str, tmp_path: Path) -> None:
    checker = check(made(project, tmp_path), tmp_path, "spdx3-json", "fsct3-min")
    assert (open_rows(checker), checker.compliant) == ([], True)


@pytest.mark.parametrize("project", PROJECTS)
def test_fsct3_minimum_in_spdx_2_but_for_what_the_checker_never_reads(project: str, tmp_path: Path) -> None:
    checker = check(made(project, tmp_path), tmp_path, "spdx-json", "fsct3-min")
    assert open_rows(checker) == [CONTEXT]


@pytest.mark.parametrize(
    ("left_out", "rows"),
    [
        ({"conclude_declared": False}, ["All component concluded license provided?"]),
        ({"component_supplier": "none"}, ["All component suppliers provided?"]),
        (
            {"crates": None, "target": None, "lib": False},
            ["All component concluded license provided?", COPYRIGHT],
        ),
    ],
)
def test_the_checker_sees_what_is_left_out(left_out: dict[str, Any], rows: list[str], tmp_path: Path) -> None:
    """Without what makes them conformant the same documents are not."""
    checker = check(made(PROJECTS[0], tmp_path, **left_out), tmp_path, "spdx3-json", "fsct3-min")
    assert not checker.compliant
    assert open_rows(checker) == rows
