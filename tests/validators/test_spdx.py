"""SPDX 2.3 documents against spdx-tools: its parser and its full validation."""

from __future__ import annotations

import os
from pathlib import Path

import cratetrust
import pytest
from spdx_tools.spdx.model.document import Document
from spdx_tools.spdx.model.relationship import RelationshipType
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))

LOCKS = sorted(CORPUS.glob("locks/*.lock"))
CASES = [ROOT / "tests/conformance/inputs/locks" / f"{name}.lock" for name in ("v1", "v4", "fx")]


def lock_id(path: Path) -> str:
    return path.stem


def test_the_corpus_is_there() -> None:
    assert len(LOCKS) >= 12, "no corpus: run `make corpus`"


@pytest.mark.parametrize("path", [*LOCKS, *CASES], ids=lock_id)
def test_spdx_tools_accepts_the_document(path: Path, tmp_path: Path) -> None:
    lockfile = cratetrust.Lockfile.read(path)
    written = tmp_path / "sbom.spdx.json"
    written.write_bytes(cratetrust.generate_sbom(path).write("spdx-json"))
    document: Document = parse_file(str(written))
    messages = validate_full_spdx_document(document)
    assert [m.validation_message for m in messages] == []
    checksums = sum(len(package.checksums) for package in document.packages)
    assert checksums == sum(1 for package in lockfile if package.checksum)
    described = [r for r in document.relationships if r.relationship_type == RelationshipType.DESCRIBES]
    assert len(described) == 1
    edges = [r for r in document.relationships if r.relationship_type == RelationshipType.DEPENDS_ON]
    assert len(edges) >= sum(len(package.dependencies) for package in lockfile)
