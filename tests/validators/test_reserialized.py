"""Our documents, read and written again by other people's libraries, still tell the truth.

cyclonedx-python-lib, spdx-tools and spdx-python-model order, space and encode as they see fit, leave
out what they do not know and convert between syntaxes; none of that is a lie about the lockfile.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import cratetrust
import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from spdx_python_model.bindings import v3_0_1 as spdx3
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.writer.write_anything import write_file

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))
INPUTS = ROOT / "tests/conformance/inputs/locks"
LOCKS = [CORPUS / "locks" / f"{name}.lock" for name in ("hexyl-0.6.0", "ripgrep-14.1.1", "fd-find-8.2.1")]
LOCKS += [INPUTS / f"{name}.lock" for name in ("v1", "v4", "fx")]

CYCLONEDX = {"1.4": SchemaVersion.V1_4, "1.5": SchemaVersion.V1_5, "1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}
SYNTAXES = {"json": OutputFormat.JSON, "xml": OutputFormat.XML}
SPDX2 = {"spdx-json": "spdx.json", "spdx-tag-value": "spdx"}


def holds(document: Path, lock: Path) -> None:
    report = cratetrust.verify_sbom(document, lock)
    told = [f for f in report.findings if not f.code.startswith("lock-")]
    assert (report.verdict, told) == ("pass", [])


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("version", CYCLONEDX)
@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_cyclonedx_python_lib_writes_it_again(path: Path, version: str, syntax: str, tmp_path: Path) -> None:
    written = json.loads(cratetrust.generate_sbom(path).write("cyclonedx-json", version))
    read = Bom.from_json(written)  # type: ignore[attr-defined]
    again = tmp_path / f"bom.{syntax}"
    again.write_text(make_outputter(read, SYNTAXES[syntax], CYCLONEDX[version]).output_as_string(indent=3))
    holds(again, path)


@pytest.mark.parametrize("to", SPDX2)
@pytest.mark.parametrize("syntax", SPDX2)
@pytest.mark.parametrize("version", ["2.2", "2.3"])
@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_spdx_tools_writes_it_again(path: Path, version: str, syntax: str, to: str, tmp_path: Path) -> None:
    written = tmp_path / f"written.{SPDX2[syntax]}"
    written.write_bytes(cratetrust.generate_sbom(path).write(syntax, version))
    again = tmp_path / f"again.{SPDX2[to]}"
    write_file(parse_file(str(written)), str(again))
    assert again.read_bytes() != written.read_bytes()
    holds(again, path)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_spdx_python_model_writes_it_again(path: Path, tmp_path: Path) -> None:
    written = tmp_path / "written.spdx3.json"
    written.write_bytes(cratetrust.generate_sbom(path).write("spdx3-json"))
    objects = spdx3.SHACLObjectSet()
    with written.open("rb") as file:
        spdx3.JSONLDDeserializer().read(file, objects)
    again = tmp_path / "again.spdx3.json"
    with again.open("wb") as file:
        spdx3.JSONLDSerializer().write(objects, file, indent=1)
    assert again.read_bytes() != written.read_bytes()
    holds(again, path)


def test_a_lie_is_found_through_another_library(tmp_path: Path) -> None:
    """What passes above must not pass by itself: the same way with one digest changed fails."""
    path = LOCKS[1]
    written = json.loads(cratetrust.generate_sbom(path).write("cyclonedx-json", "1.6"))
    changed = next(c for c in written["components"] if c.get("hashes"))
    changed["hashes"][0]["content"] = "0" * 64
    again = tmp_path / "bom.xml"
    read = Bom.from_json(written)  # type: ignore[attr-defined]
    again.write_text(make_outputter(read, OutputFormat.XML, SchemaVersion.V1_6).output_as_string())
    report = cratetrust.verify_sbom(again, path)
    assert [f.code for f in report.findings] == ["checksum-mismatch"]
