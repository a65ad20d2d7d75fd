from __future__ import annotations

import copy
import errno
import pickle
from pathlib import Path
from typing import Any

import pytest

import cratetrust
from cratetrust import errors

DETAILS: dict[str, Any] = {
    "kind": "parse",
    "message": "bad",
    "path": "a/Cargo.lock",
    "line": 3,
    "column": 4,
    "offset": 5,
    "limit": ("nesting", 128),
}
CLASSES = [getattr(errors, name) for name in errors.__all__ if name not in ("VerificationError",)]


def attributes(error: cratetrust.CratetrustError) -> dict[str, Any]:
    return {key: getattr(error, key) for key in DETAILS}


def test_hierarchy() -> None:
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), cratetrust.CratetrustError)
        assert getattr(cratetrust, name) is getattr(errors, name)
    assert issubclass(cratetrust.InvalidInputError, ValueError)
    assert issubclass(cratetrust.ParseError, ValueError)
    assert issubclass(cratetrust.UnsupportedFormatError, (cratetrust.ParseError))
    assert issubclass(cratetrust.UnsupportedFormatError, (cratetrust.UnsupportedError))
    assert issubclass(cratetrust.NotFoundError, FileNotFoundError)
    assert issubclass(cratetrust.PermissionDeniedError, PermissionError)
    assert issubclass(cratetrust.InputOutputError, OSError)
    assert not issubclass(cratetrust.CratetrustError, (ValueError, OSError))


@pytest.mark.parametrize("cls", CLASSES)
def test_attributes_and_pickle(cls: type[cratetrust.CratetrustError]) -> None:
    error = cls("a/Cargo.lock:3:4: bad", **DETAILS)
    assert str(error) == "a/Cargo.lock:3:4: bad"
    assert attributes(error) == DETAILS
    error.add_note("a note") if hasattr(error, "add_note") else None
    error.extra = 1  # type: ignore[attr-defined]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is cls
        assert str(again) == str(error)
        assert attributes(again) == DETAILS
        assert again.__dict__ == error.__dict__
    assert attributes(copy.copy(error)) == DETAILS
    assert attributes(cls("text"))["message"] == "text"


def test_errors_of_files_are_as_the_system_makes_them(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with pytest.raises(FileNotFoundError) as caught:
        cratetrust.Lockfile.read(missing)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert isinstance(error, cratetrust.NotFoundError)
        assert error.errno == errno.ENOENT
        assert error.filename == error.path == str(missing)
        assert error.strerror == error.message
        assert str(missing) in str(error)
    with pytest.raises(cratetrust.InvalidInputError, match="directory"):
        cratetrust.Lockfile.read(tmp_path)


def test_permission(tmp_path: Path) -> None:
    path = tmp_path / "Cargo.lock"
    path.write_text("version = 4\n")
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        with pytest.raises(cratetrust.PermissionDeniedError) as caught:
            cratetrust.Lockfile.read(path)
        assert caught.value.errno == errno.EACCES
    else:
        # The superuser reads everything; the file is then a good lockfile without packages.
        assert len(cratetrust.Lockfile.read(path)) == 0


def test_hostile_paths_are_escaped_in_text_only(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m\nb"
    with pytest.raises(cratetrust.NotFoundError) as caught:
        cratetrust.Lockfile.read(path)
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.path == str(path)


def test_a_path_with_a_nul() -> None:
    with pytest.raises(cratetrust.InputOutputError):
        cratetrust.Lockfile.read("a\0b")
