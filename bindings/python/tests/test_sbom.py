from __future__ import annotations

import copy
import datetime
import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import cratetrust
from cratetrust import Bom, generate_sbom, verify_sbom

from conftest import MadeCrate, lockfile_text

FORMATS = ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx3-json", "json"]


def test_a_bom_of_a_lockfile(crate: MadeCrate) -> None:
    bom = generate_sbom(crate.lock)
    assert len(bom) == 2
    assert [package.name for package in bom] == ["rooted", "tiny"]
    rooted, tiny = bom.packages
    assert [bom.packages[i] for i in rooted.dependencies] == [tiny]
    assert tiny.purl == "pkg:cargo/tiny@1.2.3"
    assert tiny.checksum == crate.sha256
    assert tiny.scope == "maybe"
    assert bom.report.verdict in ("pass", "incomplete")
    assert repr(bom) == "<Bom packages=2>"


def test_json(crate: MadeCrate) -> None:
    bom = generate_sbom(crate.lock)
    assert bom.to_dict() == json.loads(bom.to_json())
    assert bom.to_dict()["schema"] == "cratetrust.bom/1"
    assert bom.write("json").decode() == bom.to_json()


def test_formats(crate: MadeCrate) -> None:
    bom = generate_sbom(crate.lock)
    cyclonedx = json.loads(bom.write())
    assert bom.write() == bom.write("cyclonedx-json") == bom.write(format="cyclonedx-json")
    assert cyclonedx["bomFormat"] == "CycloneDX"
    assert cyclonedx["specVersion"] == "1.6"
    assert cyclonedx["metadata"]["component"]["name"] == "rooted"
    assert [c["purl"] for c in cyclonedx["components"]] == ["pkg:cargo/tiny@1.2.3"]
    spdx = json.loads(bom.write("spdx-json", "2.3"))
    assert spdx["spdxVersion"] == "SPDX-2.3"
    with pytest.raises(cratetrust.InvalidInputError, match="no format"):
        bom.write("docx")
    with pytest.raises(cratetrust.UnsupportedError):
        bom.write("spdx-json", "9.9")


def test_every_way_in_gives_the_same_bytes(crate: MadeCrate) -> None:
    by_path = generate_sbom(crate.lock)
    content = crate.lock.read_bytes()
    for evidence in (str(crate.lock), content, io.BytesIO(content), [crate.lock], (content,)):
        bom = generate_sbom(evidence)
        assert bom == by_path
        assert hash(bom) == hash(by_path)
        for name in FORMATS:
            assert bom.write(name) == by_path.write(name)


def test_a_directory(crate: MadeCrate, tmp_path: Path) -> None:
    assert generate_sbom(tmp_path).write() == generate_sbom(crate.lock).write()


def test_document_facts(crate: MadeCrate) -> None:
    bom = generate_sbom(
        crate.lock,
        supplier="ACME",
        contact="security@example.org",
        author=["Doe, Jane", "Roe"],
        timestamp="2026-01-02T04:04:05+01:00",
    )
    document = bom.to_dict()["document"]
    assert document["timestamp"] == "2026-01-02T03:04:05Z"
    assert document["supplier"] == {"name": "ACME", "email": "security@example.org", "url": None}
    assert [author["name"] for author in document["authors"]] == ["Doe, Jane", "Roe"]
    assert generate_sbom(crate.lock).to_dict()["document"]["timestamp"] is None
    one = generate_sbom(crate.lock, author="Roe").to_dict()["document"]["authors"]
    assert [author["name"] for author in one] == ["Roe"]


@pytest.mark.parametrize(
    "timestamp",
    [
        "2001-09-09T01:46:40Z",
        1_000_000_000,
        datetime.datetime(2001, 9, 9, 1, 46, 40, tzinfo=datetime.timezone.utc),
        datetime.datetime(
            2001, 9, 9, 3, 46, 40, tzinfo=datetime.timezone(datetime.timedelta(hours=2))
        ),
    ],
)
def test_timestamps(crate: MadeCrate, timestamp: Any) -> None:
    bom = generate_sbom(crate.lock, timestamp=timestamp)
    assert bom.to_dict()["document"]["timestamp"] == "2001-09-09T01:46:40Z"


@pytest.mark.parametrize(
    "timestamp",
    ["yesterday", -1, 2**62, datetime.datetime(2001, 9, 9)],  # noqa: DTZ001, RUF100
)
def test_no_timestamps(crate: MadeCrate, timestamp: Any) -> None:
    with pytest.raises(cratetrust.InvalidInputError):
        generate_sbom(crate.lock, timestamp=timestamp)
    with pytest.raises(TypeError):
        generate_sbom(crate.lock, timestamp=1.5)  # type: ignore[arg-type]


def test_contact_needs_a_supplier(crate: MadeCrate) -> None:
    with pytest.raises(cratetrust.InvalidInputError, match="supplier"):
        generate_sbom(crate.lock, contact="a@example.org")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(crate: MadeCrate, protocol: int) -> None:
    bom = generate_sbom(crate.lock, supplier="ACME", timestamp=1, author="A")
    again = pickle.loads(pickle.dumps(bom, protocol))
    assert again == bom
    assert again.report == bom.report
    assert again.packages == bom.packages
    for name in FORMATS:
        assert again.write(name) == bom.write(name)
    assert copy.deepcopy(bom) == bom


def test_real_lockfiles_make_boms_that_hold(locks: list[Path]) -> None:
    for path in locks:
        bom = generate_sbom(path)
        assert pickle.loads(pickle.dumps(bom)).write() == bom.write()
        for name in FORMATS:
            report = verify_sbom(bom.write(name), path)
            assert report.passed, (path, name, str(report))


def test_a_changed_bom_is_found_out(crate: MadeCrate) -> None:
    document = json.loads(generate_sbom(crate.lock).write())
    document["components"][0]["hashes"][0]["content"] = "0" * 64
    report = verify_sbom(json.dumps(document).encode(), crate.lock)
    assert report.verdict == "fail"
    assert "checksum-mismatch" in [finding.code for finding in report.findings]
    # Presence, version and purl still hold; so does what is left when the digests are gone.
    assert [i.role for i in report.inputs] == ["lockfile", "sbom"]


def test_level(crate: MadeCrate) -> None:
    document = json.loads(generate_sbom(crate.lock).write())
    for dependency in document["dependencies"]:
        dependency.pop("dependsOn", None)
    content = json.dumps(document).encode()
    graph = verify_sbom(content, crate.lock, level="graph")
    assert "edge-missing" in [finding.code for finding in graph.findings]
    assert verify_sbom(content, crate.lock) == graph
    assert verify_sbom(content, crate.lock, level="components").passed
    with pytest.raises(cratetrust.InvalidInputError, match="level"):
        verify_sbom(content, crate.lock, level="deep")


def test_severity_of_an_sbom(crate: MadeCrate, tmp_path: Path) -> None:
    more = tmp_path / "more.lock"
    more.write_text(lockfile_text([("tiny", "1.2.3", crate.sha256), ("also", "1.0.0", "0" * 64)]))
    document = generate_sbom(crate.lock).write()
    report = verify_sbom(document, more, label="doc.json")
    assert report.verdict == "fail"
    assert "component-missing" in [finding.code for finding in report.findings]
    assert "doc.json" in [i.name for i in report.inputs]


def test_what_is_no_sbom(crate: MadeCrate) -> None:
    for content in (b"", b"garbage", b"[]", b'{"hello": 1}', crate.content):
        with pytest.raises(cratetrust.CratetrustError) as caught:
            verify_sbom(content, crate.lock, label="doc")
        assert isinstance(caught.value, ValueError)
        assert caught.value.path == "doc"


def test_evidence_must_be_there(crate: MadeCrate) -> None:
    with pytest.raises(cratetrust.InvalidInputError):
        generate_sbom([])
    with pytest.raises(TypeError):
        generate_sbom([3])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        generate_sbom(3)  # type: ignore[arg-type]
    with pytest.raises(cratetrust.NotFoundError):
        generate_sbom("no/such/Cargo.lock")


def test_a_bom_is_made_by_the_library_only() -> None:
    with pytest.raises(TypeError):
        Bom()  # type: ignore[call-arg, unused-ignore]
