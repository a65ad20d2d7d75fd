from __future__ import annotations

import copy
import hashlib
import io
import json
import pickle
from pathlib import Path

import pytest

import cratetrust
from cratetrust import Lockfile, Package

from conftest import CRATES_IO, MadeCrate


def test_packages(crate: MadeCrate) -> None:
    lock = Lockfile.read(crate.lock)
    assert lock.version == 4
    assert len(lock) == len(lock.packages) == 2
    assert list(lock) == list(lock.packages)
    rooted, tiny = lock.packages
    assert (rooted.name, rooted.version, rooted.source) == ("rooted", "0.1.0", None)
    assert rooted.purl is None
    assert rooted.checksum is None
    assert [lock.packages[i] for i in rooted.dependencies] == [tiny]
    assert tiny.source == CRATES_IO
    assert tiny.checksum == crate.sha256
    assert tiny.purl == "pkg:cargo/tiny@1.2.3"
    assert tiny.dependencies == ()
    assert tiny.scope == "maybe"
    assert tiny.license is None
    assert lock.findings == ()
    assert lock.sha256 == hashlib.sha256(crate.lock.read_bytes()).hexdigest()


def test_find(crate: MadeCrate) -> None:
    lock = Lockfile.read(crate.lock)
    (tiny,) = lock.find("tiny")
    assert lock.find("tiny", "1.2.3") == (tiny,)
    assert lock.find("tiny", version="9.9.9") == ()
    assert lock.find("nothing") == ()


def test_one_content_by_every_way(crate: MadeCrate) -> None:
    content = crate.lock.read_bytes()
    by_path = Lockfile.read(crate.lock)
    with crate.lock.open("rb") as file:
        by_file = Lockfile.read(file)
    others = [
        by_file,
        Lockfile.read(str(crate.lock)),
        Lockfile.read(content),
        Lockfile.read(bytearray(content)),
        Lockfile.read(memoryview(content)),
        Lockfile.read(io.BytesIO(content), label="somewhere"),
        Lockfile(content),
    ]
    for other in others:
        assert other == by_path
        assert hash(other) == hash(by_path)
        assert other.to_json() == by_path.to_json()
        assert other.packages == by_path.packages
    assert Lockfile(content + b"\n") != by_path


def test_json(crate: MadeCrate) -> None:
    lock = Lockfile.read(crate.lock)
    assert lock.to_dict() == json.loads(lock.to_json())
    assert lock.to_dict()["schema"] == "cratetrust.lockfile/1"
    assert [p["name"] for p in lock.to_dict()["packages"]] == ["rooted", "tiny"]


def test_pickle_and_copy(crate: MadeCrate) -> None:
    limits = cratetrust.Limits(lockfile_size=100_000)
    lock = Lockfile.read(crate.lock, limits=limits)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(lock, protocol))
        assert again == lock
        assert again.packages == lock.packages
    assert copy.deepcopy(lock) == lock
    assert {lock, copy.copy(lock)} == {lock}


def test_frozen(crate: MadeCrate) -> None:
    lock = Lockfile.read(crate.lock)
    with pytest.raises(AttributeError):
        lock.version = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        lock.packages[0].name = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        lock.anything = 1  # type: ignore[attr-defined]


def test_package_is_a_value() -> None:
    package = Package(
        "a", "1.0.0", CRATES_IO, "0" * 64, "pkg:cargo/a@1.0.0", (1, 2), "linked", "MIT"
    )
    assert package == copy.copy(package) == pickle.loads(pickle.dumps(package))
    assert hash(package) == hash(copy.copy(package))
    assert package != Package("a", "1.0.0")
    assert package != "a"
    assert repr(package) == f"Package(name='a', version='1.0.0', source='{CRATES_IO}')"
    assert repr(Package("a\x1b[31m", "1")) == "Package(name='a\\x1b[31m', version='1')"
    with pytest.raises(TypeError):
        Package("a")  # type: ignore[call-arg]


def test_errors_name_path_and_line(tmp_path: Path) -> None:
    path = tmp_path / "Cargo.lock"
    path.write_text('version = 4\n\n[[package]]\nname = "a"\nversion = "1.0.0"\nchecksum = 5\n')
    with pytest.raises(cratetrust.ParseError) as caught:
        Lockfile.read(path)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.kind == "parse"
    assert error.path == str(path)
    assert error.line == 6
    assert str(error).startswith(f"{path}:6")
    with pytest.raises(cratetrust.ParseError) as caught:
        Lockfile.read(path.read_bytes(), label="mine")
    assert (caught.value.path, caught.value.line) == ("mine", 6)
    with pytest.raises(cratetrust.ParseError) as caught:
        Lockfile.read(b"\xff\xfe")
    assert caught.value.path == "Cargo.lock"


def test_limits() -> None:
    with pytest.raises(cratetrust.LimitExceededError) as caught:
        Lockfile.read(b"version = 4\n" * 10, limits=cratetrust.Limits(lockfile_size=100))
    assert caught.value.limit == ("lockfile-size", 100)
    with pytest.raises(cratetrust.LimitExceededError):
        Lockfile.read(io.BytesIO(b"#" * 101), limits=cratetrust.Limits(lockfile_size=100))


def test_real_lockfiles(locks: list[Path]) -> None:
    seen = set()
    for path in locks:
        lock = Lockfile.read(path)
        seen.add(lock.version)
        assert len(lock) > 0
        assert lock.to_dict()["version"] == lock.version
        for package in lock:
            assert all(0 <= i < len(lock) for i in package.dependencies)
        assert pickle.loads(pickle.dumps(lock)) == lock
    assert len(seen) > 1
