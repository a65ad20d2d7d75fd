from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
from pathlib import Path

import pytest

import cratetrust
from cratetrust import Report, verify_package

from conftest import MadeCrate, lockfile_text, make_crate


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_a_good_crate_passes(crate: MadeCrate) -> None:
    report = verify_package(crate.path, lockfile=crate.lock, checks="checksum")
    assert report.verdict == "pass"
    assert report.passed
    assert report.checks == ("checksum",)
    report.raise_for_findings()
    (tiny,) = [package for package in report.packages if package.name == "tiny"]
    assert (tiny.id, tiny.version, tiny.status) == ("tiny@1.2.3", "1.2.3", "ok")
    assert tiny.anchors == ("lock",)
    assert [artifact.sha256 for artifact in tiny.artifacts] == [crate.sha256]
    assert report.summary.ok == 1
    assert report.summary.bytes == len(crate.content)
    assert str(report) == "verdict pass"


def test_one_changed_byte_fails(crate: MadeCrate) -> None:
    changed = bytearray(crate.content)
    changed[9] ^= 1
    report = verify_package(
        bytes(changed), label="tiny-1.2.3.crate", lockfile=crate.lock, checks="checksum"
    )
    assert report.verdict == "fail"
    assert not report.passed
    (finding,) = [f for f in report.findings if f.severity == "error"]
    assert finding.code == "checksum-lock-mismatch"
    assert finding.class_ == "mismatch"
    assert finding.package == "tiny@1.2.3"
    assert finding.expected == crate.sha256
    assert finding.actual == hashlib.sha256(changed).hexdigest()
    with pytest.raises(cratetrust.VerificationError) as caught:
        report.raise_for_findings()
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert isinstance(error, cratetrust.VerificationError)
        assert error.report == report
        assert error.kind == "verification"
        assert str(error) == str(report)
        assert "checksum-lock-mismatch" in str(error)


def test_every_way_in_gives_the_same_bytes(crate: MadeCrate) -> None:
    by_path = verify_package(crate.path, lockfile=crate.lock)
    content = crate.path.read_bytes()
    lock = crate.lock.read_bytes()
    named = io.BytesIO(content)
    named.name = str(crate.path)
    assert verify_package(str(crate.path), lockfile=str(crate.lock)) == by_path
    assert verify_package(content, label="tiny-1.2.3.crate", lockfile=lock) == by_path
    assert verify_package(named, lockfile=io.BytesIO(lock)) == by_path
    with crate.path.open("rb") as file, crate.lock.open("rb") as lock_file:
        report = verify_package(file, lockfile=lock_file)
    assert report.to_json() == by_path.to_json()
    assert hash(report) == hash(by_path)


def test_a_report_is_its_json(crate: MadeCrate) -> None:
    report = verify_package(crate.path, lockfile=crate.lock)
    assert report.to_dict() == json.loads(report.to_json())
    data = report.to_dict()
    assert json.dumps(data, separators=(",", ":"), ensure_ascii=False) == report.to_json()
    assert data["schema"] == "cratetrust.report/1"
    assert data["tool"] == {"name": "cratetrust", "version": cratetrust.__version__}
    assert data["verdict"] == report.verdict
    assert data["preset"] == report.preset == "strict"
    assert data["severities"] == report.severities == {}
    assert [f["code"] for f in data["findings"]] == codes(report)
    assert [p["id"] for p in data["packages"]] == [p.id for p in report.packages]
    assert [i["role"] for i in data["inputs"]] == [i.role for i in report.inputs]
    assert data["summary"]["packages"] == report.summary.packages
    again = Report.from_json(report.to_json())
    assert again == report
    assert again.findings == report.findings
    assert again.packages == report.packages
    assert Report.from_json(json.dumps(data, indent=2)) == report
    assert pickle.loads(pickle.dumps(report)) == report
    assert repr(report).startswith(f"<Report verdict={report.verdict!r} packages=")


def test_a_report_has_no_truth_value() -> None:
    for method in ("__bool__", "__len__"):
        assert not hasattr(Report, method)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "{}", '{"schema": "cratetrust.report/2"}', '{"schema": "x"}'],
)
def test_what_is_no_report(text: str) -> None:
    with pytest.raises(cratetrust.ParseError):
        Report.from_json(text)


def test_every_key_of_a_report_must_be_there(crate: MadeCrate) -> None:
    data = verify_package(crate.content, lockfile=crate.lock, sha256="0" * 64).to_dict()
    assert data["findings"]
    for key in set(data) - {"tool"}:
        with pytest.raises(cratetrust.ParseError, match=key if key != "schema" else "schema"):
            Report.from_json(json.dumps({k: v for k, v in data.items() if k != key}))
    for key in data["findings"][0]:
        broken = dict(data["findings"][0])
        del broken[key]
        with pytest.raises(cratetrust.ParseError, match=key):
            Report.from_json(json.dumps({**data, "findings": [broken]}))
    with pytest.raises(cratetrust.ParseError, match="verdict"):
        Report.from_json(json.dumps({**data, "verdict": "good"}))
    more = Report.from_json(json.dumps({**data, "new_key": [1]}))
    assert more.to_dict()["new_key"] == [1]


def test_anchors_of_the_caller(crate: MadeCrate) -> None:
    good = verify_package(crate.path, sha256=crate.sha256, expect="tiny@1.2.3", checks=["checksum"])
    assert good.passed
    assert good.packages[0].anchors == ("caller",)
    wrong = verify_package(crate.path, sha256="0" * 64, checks=["checksum"])
    assert "checksum-caller-mismatch" in codes(wrong)
    other = verify_package(crate.path, sha256=crate.sha256, expect="other@1.2.3")
    assert "package-unexpected" in codes(other)


def test_index(crate: MadeCrate, tmp_path: Path) -> None:
    line = {
        "name": "tiny", "vers": "1.2.3", "deps": [], "cksum": crate.sha256, "features": {},
        "yanked": True,
    }  # fmt: skip
    index = tmp_path / "tiny"
    index.write_text(json.dumps(line) + "\n")
    report = verify_package(crate.path, index=index, checks="checksum,index")
    assert "index" in report.packages[0].anchors
    assert "yanked" in codes(report)
    index.write_text(json.dumps({**line, "cksum": "0" * 64}) + "\n")
    assert verify_package(crate.path, index=index, checks="checksum,index").verdict == "fail"


def test_severity_and_preset(crate: MadeCrate, tmp_path: Path) -> None:
    lock = tmp_path / "two.lock"
    lock.write_text(lockfile_text([("tiny", "1.2.3", crate.sha256), ("gone", "1.0.0", "0" * 64)]))
    crates = tmp_path / "crates"
    crates.mkdir()
    shutil.copy(crate.path, crates)
    report = verify_package(crates, lockfile=lock, checks="checksum")
    assert report.verdict == "incomplete"
    assert codes(report) == ["crate-missing"]
    assert "crate-missing" in str(report)
    with pytest.raises(cratetrust.VerificationError, match="crate-missing"):
        report.raise_for_findings()
    accepted = verify_package(
        crates, lockfile=lock, checks="checksum", severity={"crate-missing": "info"}
    )
    assert accepted.passed
    assert accepted.severities == {"crate-missing": "info"}
    refused = verify_package(
        crates, lockfile=lock, checks="checksum", severity={"crate-missing": "error"}
    )
    assert refused.verdict == "fail"
    assert verify_package(crates, lockfile=lock, preset="cargo").preset == "cargo"


def test_nothing_to_measure_with_is_incomplete(crate: MadeCrate) -> None:
    report = verify_package(crate.path)
    assert report.verdict == "incomplete"
    assert "anchor-missing" in codes(report)


def test_an_empty_or_cut_crate_is_a_finding(crate: MadeCrate) -> None:
    assert verify_package(b"", sha256=crate.sha256).verdict == "fail"
    cut = verify_package(crate.content[:60], sha256=crate.sha256)
    assert cut.verdict == "fail"
    assert "gz-truncated" in codes(cut)


def test_limits_are_findings_of_the_crate(crate: MadeCrate) -> None:
    report = verify_package(
        crate.content, sha256=crate.sha256, limits=cratetrust.Limits(crate_size=50)
    )
    assert report.verdict == "fail"
    assert "limit-crate-size" in codes(report)


def test_a_bomb_is_met_by_a_limit() -> None:
    content = make_crate("bomb", "1.0.0", {"zeros": bytes(30_000_000)})
    report = verify_package(
        content,
        sha256=hashlib.sha256(content).hexdigest(),
        limits=cratetrust.Limits(unpacked_size=1_000_000, unpacked_ratio=1),
    )
    assert report.verdict == "fail"
    assert any(code.startswith("limit-") for code in codes(report))


def test_jobs_do_not_change_the_answer(corpus: Path) -> None:
    one = verify_package(corpus / "crates", jobs=1)
    assert one.summary.packages > 10
    assert verify_package(corpus / "crates", jobs=4).to_json() == one.to_json()


def test_real_crates_hold(corpus: Path) -> None:
    report = verify_package(corpus / "crates" / "itoa-1.0.15.crate", expect="itoa@1.0.15")
    assert [f for f in report.findings if f.severity == "error"] == []


@pytest.mark.parametrize(
    "options",
    [
        {"sha256": "12"},
        {"expect": "tiny"},
        {"checks": ["none"]},
        {"preset": "lax"},
        {"severity": {"no-such-code": "info"}},
        {"severity": {"yanked": "loud"}},
        {"jobs": -1},
        {"jobs": 2**70},
    ],
)
def test_options_that_make_no_sense(crate: MadeCrate, options: dict[str, object]) -> None:
    with pytest.raises(cratetrust.InvalidInputError):
        verify_package(crate.path, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"sha256": b"12"},
        {"checks": 3},
        {"checks": [3]},
        {"severity": ["yanked=info"]},
        {"severity": {"yanked": 1}},
        {"limits": {"entries": 1}},
        {"jobs": "2"},
        {"progress": 5},
        {"cancel": object()},
        {"no_such_option": 1},
    ],
)
def test_options_of_a_wrong_type(crate: MadeCrate, options: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        verify_package(crate.path, **options)  # type: ignore[arg-type]


def test_options_are_keywords(crate: MadeCrate) -> None:
    with pytest.raises(TypeError):
        verify_package(crate.path, crate.lock)  # type: ignore[call-arg, arg-type]


def test_errors_of_the_measure(crate: MadeCrate, tmp_path: Path) -> None:
    with pytest.raises(cratetrust.NotFoundError):
        verify_package(tmp_path / "none.crate")
    with pytest.raises(cratetrust.NotFoundError):
        verify_package(crate.path, lockfile=tmp_path / "none.lock")
    with pytest.raises(cratetrust.ParseError) as caught:
        verify_package(crate.path, lockfile=b"version = \n")
    assert caught.value.line == 1
