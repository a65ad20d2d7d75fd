"""No bytes make anything but an answer or a typed error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import lockfile_text, make_crate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cratetrust

quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))

LOCK = lockfile_text([("tiny", "1.2.3", "0" * 64)]).encode()
CRATE = make_crate("tiny", "1.2.3")
SBOM = cratetrust.generate_sbom(LOCK).write()
REPORT = cratetrust.verify_package(CRATE, sha256="0" * 64).to_json()


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Change, cut out or put in a few bytes."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 8)))
        data[start:end] = draw(st.binary(max_size=8))
    return bytes(data)


@quick
@given(st.one_of(st.binary(max_size=300), damaged(LOCK)))
def test_lockfiles(content: bytes) -> None:
    try:
        lock = cratetrust.Lockfile.read(content)
    except cratetrust.CratetrustError as error:
        assert error.path == "Cargo.lock"
        assert error.kind in ("parse", "invalid-utf8", "limit-exceeded", "unsupported-format")
    else:
        assert cratetrust.Lockfile.read(content) == lock


@quick
@given(st.one_of(st.binary(max_size=300), damaged(CRATE)))
def test_crates_are_never_errors(content: bytes) -> None:
    report = cratetrust.verify_package(content, sha256="0" * 64)
    assert report.verdict == "fail"
    assert cratetrust.Report.from_json(report.to_json()) == report


@quick
@given(st.one_of(st.binary(max_size=300), damaged(SBOM)))
def test_sboms(content: bytes) -> None:
    try:
        report = cratetrust.verify_sbom(content, LOCK)
    except cratetrust.CratetrustError as error:
        assert error.path == "sbom"
    else:
        assert report.verdict in ("pass", "fail", "incomplete")


@quick
@given(st.one_of(st.text(max_size=200), damaged(REPORT.encode()).map(lambda b: b.decode("latin1"))))
def test_reports(text: str) -> None:
    try:
        report = cratetrust.Report.from_json(text)
    except cratetrust.ParseError:
        return
    assert cratetrust.Report.from_json(report.to_json()) == report


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@quick
@given(st.sampled_from(sorted(json.loads(REPORT))), JSON)
def test_reports_with_other_values(key: str, value: Any) -> None:
    data = {**json.loads(REPORT), key: value}
    try:
        report = cratetrust.Report.from_json(json.dumps(data))
    except cratetrust.ParseError:
        return
    assert report.to_dict() == data


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting(opening: str) -> None:
    text = opening * 200_000
    with pytest.raises(cratetrust.ParseError):
        cratetrust.Report.from_json(text)
    with pytest.raises(cratetrust.CratetrustError):
        cratetrust.verify_sbom(text.encode(), LOCK)
    with pytest.raises(cratetrust.CratetrustError):
        cratetrust.Lockfile.read(b"a = " + text.encode())
