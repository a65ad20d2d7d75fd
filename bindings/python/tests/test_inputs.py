from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cratetrust import Lockfile, ParseError

from conftest import MadeCrate


class PathLike:
    def __init__(self, path: object) -> None:
        self.path = path

    def __fspath__(self) -> Any:
        return self.path


class Reader:
    def __init__(self, read: Callable[[int], Any]) -> None:
        self.read = read


def test_any_path_like(crate: MadeCrate) -> None:
    assert Lockfile.read(PathLike(str(crate.lock))) == Lockfile.read(crate.lock)
    with pytest.raises(TypeError):
        Lockfile.read(PathLike(3))


def test_a_path_that_is_not_utf8(crate: MadeCrate, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.lock")
    Path(odd).write_bytes(crate.lock.read_bytes())
    assert Lockfile.read(odd) == Lockfile.read(crate.lock)
    assert Lockfile.read(Path(odd)) == Lockfile.read(crate.lock)


@pytest.mark.parametrize("wrong", [None, 3, 1.5, object(), ["Cargo.lock"], {}])
def test_what_is_no_input(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Lockfile.read(wrong)


def test_bytes_are_content_and_not_a_path(crate: MadeCrate) -> None:
    with pytest.raises(ParseError):
        Lockfile.read(os.fsencode(crate.lock))


def test_slow_file_objects_are_read_to_the_end(crate: MadeCrate) -> None:
    content = io.BytesIO(crate.lock.read_bytes())
    sizes = []

    def read(size: int) -> bytes:
        sizes.append(size)
        return content.read(min(size, 7))

    assert Lockfile.read(Reader(read)) == Lockfile.read(crate.lock)
    assert min(sizes) > 0
    assert max(sizes) <= 1 << 20


def test_a_text_file_is_refused(crate: MadeCrate) -> None:
    with crate.lock.open() as file, pytest.raises(TypeError, match="binary mode"):
        Lockfile.read(file)  # type: ignore[arg-type]


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="were asked for"):
        Lockfile.read(Reader(lambda size: b"#" * (size + 1)))


@pytest.mark.parametrize("answer", [None, 3, "text", [1]])
def test_wrong_answers_are_refused(answer: Any) -> None:
    with pytest.raises(TypeError, match=r"read\(\) must return bytes"):
        Lockfile.read(Reader(lambda size: answer))


def test_what_read_raises_comes_out_as_itself() -> None:
    class Unusual(BaseException):
        pass

    thrown = Unusual("mine")

    def read(size: int) -> bytes:
        raise thrown

    with pytest.raises(Unusual) as caught:
        Lockfile.read(Reader(read))
    assert caught.value is thrown


def test_a_closed_file(crate: MadeCrate) -> None:
    with crate.lock.open("rb") as file:
        pass
    with pytest.raises(ValueError, match="closed"):
        Lockfile.read(file)


def test_files_are_named_by_their_name(tmp_path: Path) -> None:
    path = tmp_path / "bad.lock"
    path.write_bytes(b"=")
    with path.open("rb") as file, pytest.raises(ParseError) as caught:
        Lockfile.read(file)
    assert caught.value.path == str(path)
    with path.open("rb") as file, pytest.raises(ParseError) as caught:
        Lockfile.read(file, label="other")
    assert caught.value.path == "other"
    descriptor = os.open(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file, pytest.raises(ParseError) as caught:
        Lockfile.read(file)
    assert caught.value.path == "Cargo.lock"


def test_what_finding_the_name_raises_comes_out() -> None:
    class Nameless(io.BytesIO):
        @property
        def name(self) -> str:
            raise RuntimeError("no name")

    with pytest.raises(RuntimeError, match="no name"):
        Lockfile.read(Nameless(b""))
