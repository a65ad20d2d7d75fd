from __future__ import annotations

from pathlib import Path

import pytest

import cratetrust
from cratetrust import diff_lockfiles, inspect

from conftest import MadeCrate, lockfile_text


def test_no_difference(crate: MadeCrate) -> None:
    report = diff_lockfiles(crate.lock, crate.lock.read_bytes())
    assert report.passed
    assert report.findings == ()


def test_differences(crate: MadeCrate) -> None:
    new = lockfile_text([("tiny", "1.2.3", "0" * 64), ("also", "1.0.0", "0" * 64)]).encode()
    found = {(f.code, f.package) for f in diff_lockfiles(crate.lock, new).findings}
    assert ("lock-package-added", "also@1.0.0") in found
    assert ("lock-checksum-changed", "tiny@1.2.3") in found
    gone = {(f.code, f.package) for f in diff_lockfiles(new, crate.lock).findings}
    assert ("lock-package-removed", "also@1.0.0") in gone
    info = diff_lockfiles(
        crate.lock, new, severity={"lock-package-added": "info", "lock-checksum-changed": "info"}
    )
    assert [f.severity for f in info.findings if f.code == "lock-package-added"] == ["info"]


def test_inspect(crate: MadeCrate, tmp_path: Path) -> None:
    assert inspect(crate.lock)["kind"] == "lockfile"
    assert inspect(crate.lock)["name"] == "Cargo.lock"
    assert inspect(crate.path)["kind"] == "crate"
    assert inspect(crate.lock)["schema"] == "cratetrust.inspection/1"
    sbom = cratetrust.generate_sbom(crate.lock).write()
    assert inspect(sbom, label="doc.json")["kind"] == "sbom"
    assert inspect(sbom, label="doc.json")["name"] == "doc.json"
    profile = inspect(sbom, profile="ntia")["facts"]["profile"]
    missing = {f["field"] for f in profile["fields"] if f["present"] < f["of"]}
    assert not profile["complete"]
    assert {"supplier", "timestamp", "sbom-author"} <= missing
    assert "profile" not in inspect(sbom)["facts"]
    with pytest.raises(cratetrust.CratetrustError, match="profile"):
        inspect(sbom, profile="bsi")
    with pytest.raises(cratetrust.CratetrustError, match="profile"):
        inspect(crate.lock, profile="cra")
    with pytest.raises(cratetrust.CratetrustError):
        inspect(b"\x00nothing that is known")
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "none")
