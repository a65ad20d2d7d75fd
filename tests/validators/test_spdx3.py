"""SPDX 3.0.1 documents against spdx-python-model, the official SHACL shapes and ntia-conformance-checker."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cratetrust
import pyshacl
import pytest
import rdflib
from ntia_conformance_checker import SbomChecker
from spdx_python_model.bindings import v3_0_1 as spdx3

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))
DATA = Path(os.environ.get("CRATETRUST_SPEC_DATA", ROOT / "../shared/data")) / "spdx-3.0.1"

LOCKS = sorted(CORPUS.glob("locks/*.lock"))
# Cargo's records of real projects, and programs.
FIXTURES = ROOT / "cratetrust-core/tests/fixtures"
BUILDS = [*sorted(FIXTURES.glob("records/real/*.json")), *(FIXTURES / "binaries" / f"tiny-{n}" for n in (0, 1, 8))]
CASES = [ROOT / "tests/conformance/inputs/locks" / f"{name}.lock" for name in ("v1", "v4", "fx")]


def test_the_corpus_is_there() -> None:
    assert len(LOCKS) >= 12, "no corpus: run `make corpus`"


@pytest.mark.parametrize("path", [*LOCKS, *CASES], ids=lambda path: path.stem)
def test_the_model_loads_the_document(path: Path, tmp_path: Path) -> None:
    written = tmp_path / "sbom.spdx3.json"
    written.write_bytes(cratetrust.generate_sbom(path).write("spdx3-json"))
    objects = spdx3.SHACLObjectSet()
    with written.open("rb") as file:
        spdx3.JSONLDDeserializer().read(file, objects)
    assert objects.missing_ids == set()
    packages = list(objects.foreach_type(spdx3.software_Package))
    assert len(packages) == len(list(cratetrust.Lockfile.read(path)))


@pytest.mark.parametrize("path", [*CASES, *BUILDS], ids=lambda path: path.name)
def test_the_shapes_hold(path: Path) -> None:
    if not DATA.is_dir():
        assert os.environ.get("CI") != "true", f"{DATA} is needed in CI"
        pytest.skip(f"no {DATA}")
    document = json.loads(cratetrust.generate_sbom(path).write("spdx3-json"))
    # The context from disk, so that nothing is fetched.
    document["@context"] = json.loads((DATA / "spdx-context.jsonld").read_text())["@context"]
    graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    model = rdflib.Graph().parse(DATA / "spdx-model.ttl")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=model, ont_graph=model)
    assert conforms, text


@pytest.mark.parametrize("standard", ["ntia", "fsct3-min", "bsi"])
def test_a_full_document_conforms(standard: str, tmp_path: Path) -> None:
    bom: dict[str, Any] = json.loads(cratetrust.generate_sbom(CASES[1]).write("json"))
    supplier = {"name": "Example", "email": "sbom@example.org", "url": None}
    bom["document"] |= {"timestamp": "2026-01-02T03:04:05Z", "supplier": supplier, "lifecycle": "pre-build"}
    for package in bom["packages"]:
        package |= {
            "supplier": supplier,
            "license": "MIT",
            "license_concluded": "MIT",
            "copyright": "Copyright Example",
        }
        package["authors"] = ["An Author <author@example.org>"]
        package["checksum"]["sha512"] = "ab" * 64
    plain = tmp_path / "bom.json"
    plain.write_text(json.dumps(bom))
    written = tmp_path / "sbom.spdx3.json"
    written.write_bytes(cratetrust.generate_sbom(plain).write("spdx3-json"))
    checker = SbomChecker(str(written), compliance=standard, sbom_spec="spdx3")
    assert checker.compliant, checker.table_elements
