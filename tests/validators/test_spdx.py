"""SPDX 2 documents against spdx-tools, its parser and its full validation, and against the NTIA conformance checker."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cratetrust
import pytest
from ntia_conformance_checker import sbom_checker
from spdx_tools.spdx.model.document import Document
from spdx_tools.spdx.model.relationship import RelationshipType
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))

LOCKS = sorted(CORPUS.glob("locks/*.lock"))
INPUTS = ROOT / "tests/conformance/inputs/locks"
CASES = [INPUTS / f"{name}.lock" for name in ("v1", "v4", "fx")]
# Cargo's records of real projects, and programs.
FIXTURES = ROOT / "cratetrust-core/tests/fixtures"
BUILDS = [*sorted(FIXTURES.glob("records/real/*.json")), *(FIXTURES / "binaries" / f"tiny-{n}" for n in (0, 1, 8))]
SYNTAXES = [("spdx-json", "spdx.json"), ("spdx-tag-value", "spdx")]
VERSIONS = ["2.3", "2.2"]

# Above this many packages spdx-tools takes minutes for tag-value; the JSON of all of them is judged.
SMALL = 130


def lock_id(path: Path) -> str:
    return path.stem


def valid(path: Path) -> Document:
    document: Document = parse_file(str(path))
    messages = validate_full_spdx_document(document)
    assert [m.validation_message for m in messages] == []
    return document


def check(lockfile: cratetrust.Lockfile, document: Document) -> None:
    checksums = sum(len(package.checksums) for package in document.packages)
    assert checksums == sum(1 for package in lockfile if package.checksum)
    described = [r for r in document.relationships if r.relationship_type == RelationshipType.DESCRIBES]
    assert len(described) == 1
    edges = [r for r in document.relationships if r.relationship_type == RelationshipType.DEPENDS_ON]
    assert len(edges) >= sum(len(package.dependencies) for package in lockfile)


def enriched(tmp_path: Path, lock: Path) -> cratetrust.Bom:
    """The bill of materials of a lockfile with the facts that enrichment and the caller give, by way of plain JSON."""
    plain: dict[str, Any] = json.loads(cratetrust.generate_sbom(lock).write("json"))
    contact = {"name": "Example Foundation", "email": "security@example.org", "url": "https://example.org"}
    plain["document"].update(
        timestamp="2026-01-02T03:04:05Z",
        supplier=contact,
        manufacturer={**contact, "name": "Maker"},
        authors=[{"name": "An Author", "email": "author@example.org", "url": None}],
        tools=[{"name": "other-tool", "version": "1.2"}],
    )
    licenses = ["MIT OR Apache-2.0", "MIT/X11", "GPL-2.0+", "GPL-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]
    for n, package in enumerate(plain["packages"]):
        package.update(
            supplier={"name": "crates.io", "email": None, "url": "https://crates.io"},
            license=licenses[n % len(licenses)],
            license_concluded=licenses[(n + 1) % len(licenses)],
            copyright=f"Copyright (c) 2020 The authors of {package['name']}\nand others",
            description="Reads <text> and\nwrites </text>" if n == 1 else "Does: something",
            authors=["A <a@example.org>", "B"],
            vcs={"commit": "ab" * 20, "path": "crates/a", "dirty": False},
            license_text="A licence\n\n</text>of its own" if n == 2 else None,
            enriched_from="crate",
        )
    path = tmp_path / "enriched.json"
    path.write_text(json.dumps(plain))
    return cratetrust.generate_sbom(path)


def test_the_corpus_is_there() -> None:
    assert len(LOCKS) >= 12, "no corpus: run `make corpus`"


@pytest.mark.parametrize("path", [*LOCKS, *CASES], ids=lock_id)
def test_spdx_tools_accepts_the_json(path: Path, tmp_path: Path) -> None:
    lockfile = cratetrust.Lockfile.read(path)
    written = tmp_path / "sbom.spdx.json"
    written.write_bytes(cratetrust.generate_sbom(path).write("spdx-json"))
    check(lockfile, valid(written))


SMALL_LOCKS = [path for path in [*LOCKS, *CASES] if path.read_text().count("[[package]]") <= SMALL]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("syntax", "suffix"), SYNTAXES)
@pytest.mark.parametrize("path", SMALL_LOCKS, ids=lock_id)
def test_spdx_tools_accepts_every_version_and_syntax(
    path: Path, syntax: str, suffix: str, version: str, tmp_path: Path
) -> None:
    written = tmp_path / f"sbom.{suffix}"
    written.write_bytes(cratetrust.generate_sbom(path).write(syntax, version))
    document = valid(written)
    assert document.creation_info.spdx_version == f"SPDX-{version}"
    check(cratetrust.Lockfile.read(path), document)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("syntax", "suffix"), SYNTAXES)
@pytest.mark.parametrize("path", BUILDS, ids=lambda path: path.name)
def test_spdx_tools_accepts_what_was_built(path: Path, syntax: str, suffix: str, version: str, tmp_path: Path) -> None:
    written = tmp_path / f"sbom.{suffix}"
    bom = cratetrust.generate_sbom(path)
    written.write_bytes(bom.write(syntax, version))
    assert len(valid(written).packages) == len(bom) >= 12


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("syntax", "suffix"), SYNTAXES)
def test_spdx_tools_accepts_every_fact(syntax: str, suffix: str, version: str, tmp_path: Path) -> None:
    bom = enriched(tmp_path, INPUTS / "v4.lock")
    written = tmp_path / f"sbom.{suffix}"
    written.write_bytes(bom.write(syntax, version))
    document = valid(written)
    for package in document.packages:
        assert package.supplier is not None
        assert package.license_concluded is not None
        assert str(package.copyright_text).startswith("Copyright (c)")
    names = [str(creator.name) for creator in document.creation_info.creators]
    assert names[0].startswith("cratetrust-")
    assert names[1:] == ["other-tool-1.2", "Example Foundation", "An Author"]
    assert any(info.extracted_text == "MIT/X11" for info in document.extracted_licensing_info)


def conformance(bom: cratetrust.Bom, tmp_path: Path, compliance: str) -> Any:
    written = tmp_path / "sbom.spdx.json"
    written.write_bytes(bom.write("spdx-json", "2.3"))
    checker = sbom_checker.SbomChecker(str(written), compliance=compliance, sbom_spec="spdx2")
    assert checker.parsing_errors == []
    assert [m.validation_message for m in checker.validation_messages] == []
    assert checker.floating_component_ids == set()
    assert checker.unknown_pointer_edges == {}
    assert len(checker.reachable_component_ids) == len(json.loads(written.read_bytes())["packages"])
    return checker


def test_ntia_minimum_elements(tmp_path: Path) -> None:
    checker = conformance(enriched(tmp_path, INPUTS / "v4.lock"), tmp_path, "ntia")
    assert [name for name, there in checker.table_elements if not there] == []
    assert checker.compliant


def test_fsct3_minimum(tmp_path: Path) -> None:
    """The checker looks for the generation context, which it reads from SPDX 3 alone: no SPDX 2 document has it."""
    checker = conformance(enriched(tmp_path, INPUTS / "v4.lock"), tmp_path, "fsct3-min")
    assert [name for name, there in checker.table_elements if not there] == [
        "SBOM generation context (SBOM type) provided?"
    ]


def test_the_checker_sees_what_is_missing(tmp_path: Path) -> None:
    """Without enrichment the same checker says no; otherwise its yes above would mean nothing."""
    bom = cratetrust.generate_sbom(INPUTS / "v4.lock")
    checker = conformance(bom, tmp_path, "ntia")
    assert not checker.compliant
    assert [name for name, there in checker.table_elements if not there] == ["All component suppliers provided?"]
