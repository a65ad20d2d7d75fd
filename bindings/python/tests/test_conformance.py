"""The shared conformance cases through the Python door: the same bytes as from every other."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import cratetrust

CASES = Path(__file__).resolve().parents[3] / "tests" / "conformance"


def cases() -> list[Any]:
    loaded: list[Any] = json.loads((CASES / "cases.json").read_text())["cases"]
    assert len(loaded) > 50
    return loaded


def keywords(case: Any) -> dict[str, Any]:
    """Spell the options of a case as the Python functions do."""
    options = dict(case["options"])
    if "limit" in options:
        options["limits"] = cratetrust.Limits(
            **{name.replace("-", "_"): value for name, value in options.pop("limit").items()}
        )
    return options


def run(case: Any) -> tuple[bytes, int]:
    """Give the answer's bytes and the exit status that goes with it."""
    options = keywords(case)
    verb = case["verb"]
    if verb == "generate_sbom":
        made = cratetrust.generate_sbom(case["evidence"], **options)
        status = 1 if made.report.verdict == "fail" else 0
        return made.write(case["format"], case.get("spec_version")), status
    if verb == "inspect":
        found = cratetrust.inspect(case["input"], **options)
        held = found["facts"].get("profile", {"complete": True})
        status = 0 if held["complete"] else 1
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(), status
    if verb == "read_lockfile":
        return cratetrust.Lockfile.read(case["input"], **options).to_json().encode(), 0
    if verb == "verify_package":
        report = cratetrust.verify_package(case["input"], **options)
    elif verb == "verify_sbom":
        report = cratetrust.verify_sbom(case["sbom"], case["evidence"], **options)
    else:
        report = cratetrust.diff_lockfiles(case["old"], case["new"], **options)
    text = report.to_sarif() if case.get("format") == "sarif" else report.to_json()
    return text.encode(), 0 if report.verdict == "pass" else 1


@pytest.fixture(autouse=True)
def beside_the_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors name the paths of the cases, which are relative to their directory."""
    monkeypatch.chdir(CASES)


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_the_answer_is_the_expected_bytes(case: Any) -> None:
    expected = (CASES / "expected" / f"{case['name']}.json").read_bytes()
    try:
        answer, status = run(case)
    except cratetrust.CratetrustError as error:
        stated = json.loads(expected)
        assert stated["schema"] == "cratetrust.error/1"
        assert case["status"] == 2
        assert error.kind == stated["kind"]
        assert error.message == stated["message"]
        assert (error.path and os.fspath(error.path)) == stated["path"]
        assert (error.line, error.column) == (stated["line"], stated["column"])
        return
    assert status == case["status"]
    assert answer == expected
