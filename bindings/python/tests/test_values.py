from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import cratetrust
from cratetrust import (
    ArtifactReport,
    CancelToken,
    Counts,
    Finding,
    Limits,
    PackageReport,
    ReportInput,
    Summary,
)

ARTIFACT = ArtifactReport("crate", "a-1.0.0.crate", "0" * 64, ("checksum",), "ok")
VALUES: list[Any] = [
    Finding("yanked", "note", "info", "it is yanked"),
    Finding(
        "tar-header",
        "mismatch",
        "error",
        "m",
        "a@1",
        "a.crate",
        "p",
        "ff",
        3,
        "e",
        "a",
        external=True,
    ),
    ReportInput("lockfile", "Cargo.lock", "0" * 64),
    Counts(1, 2, 3),
    ARTIFACT,
    PackageReport(
        "a@1.0.0", "a", "1.0.0", None, ("lock",), "ok", Counts(0, 0, 0), (ARTIFACT, ARTIFACT)
    ),
    Summary(9, 2, 1, 1, 1, 1, 5, 0, 100),
    Limits(),
    Limits(entries=5, findings=2**64 - 1),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_are_frozen_hashable_and_picklable(value: Any) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value
        assert type(again) is type(value)
        assert hash(again) == hash(value)
        assert repr(again) == repr(value)
    assert copy.deepcopy(value) == value
    assert type(value).__module__ == "cratetrust"
    assert getattr(cratetrust, type(value).__name__) is type(value)
    assert value != object()
    assert (value == "x") is False
    for name in dir(value):
        if not name.startswith("_"):
            with pytest.raises(AttributeError):
                setattr(value, name, None)
    assert repr(value).startswith(f"{type(value).__name__}(")


def test_values_differ() -> None:
    for one, first in enumerate(VALUES):
        for other, second in enumerate(VALUES):
            assert (first == second) == (one == other)


def test_repr_can_be_read_back() -> None:
    for value in VALUES:
        assert eval(repr(value), vars(cratetrust).copy()) == value


def test_hostile_text_stays_escaped() -> None:
    finding = Finding("c", "note", "info", "\x1b[2J\u202e")
    assert "\x1b" not in repr(finding)
    assert "\u202e" not in repr(finding)
    assert finding.message == "\x1b[2J\u202e"


def test_lists_become_tuples() -> None:
    artifact = ArtifactReport("crate", "l", None, ["a", "b"], "ok")
    assert artifact.checks == ("a", "b")
    assert PackageReport("i", "n", "v", None, [], "ok", Counts(0, 0, 0), [artifact]).artifacts == (
        artifact,
    )


def test_limits_have_the_documented_defaults() -> None:
    limits = Limits()
    mib = 1 << 20
    assert limits.crate_size == 64 * mib
    assert limits.unpacked_size == 512 * mib
    assert limits.unpacked_ratio == 20
    assert limits.entries == 65_536
    assert limits.file_size == 256 * mib
    assert (limits.path_length, limits.component_length, limits.depth) == (1024, 255, 64)
    assert (limits.record_size, limits.manifest_size) == (mib, 4 * mib)
    assert (limits.lockfile_size, limits.sbom_size) == (64 * mib, 256 * mib)
    assert limits.sbom_components == 262_144
    assert (limits.binary_size, limits.auditable_size) == (1024 * mib, 8 * mib)
    assert (limits.nesting, limits.findings) == (128, 1000)
    assert Limits(nesting=7) == Limits(nesting=7) != limits


@pytest.mark.parametrize("number", [-1, 2**64, 10**30])
def test_limits_out_of_range(number: int) -> None:
    with pytest.raises(cratetrust.InvalidInputError, match="outside 0 to"):
        Limits(entries=number)


def test_limits_of_a_wrong_type() -> None:
    with pytest.raises(TypeError):
        Limits(entries="many")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Limits(entires=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Limits(1)  # type: ignore[call-arg]


def test_final() -> None:
    for value in VALUES:
        with pytest.raises(TypeError):
            type("Child", (type(value),), {})


def test_cancel_token() -> None:
    token = CancelToken()
    seen = [(token.cancelled, repr(token))]
    token.cancel()
    token.cancel()
    seen.append((token.cancelled, repr(token)))
    assert seen == [
        (False, "<CancelToken cancelled=False>"),
        (True, "<CancelToken cancelled=True>"),
    ]
