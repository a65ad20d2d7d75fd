"""The GIL, progress, cancelling and signals."""

from __future__ import annotations

import io
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import cratetrust
from cratetrust import CancelToken, Lockfile, generate_sbom, verify_package

from conftest import MadeCrate


class MineError(Exception):
    pass


@pytest.fixture
def many_crates(tmp_path: Path, corpus: Path) -> Path:
    """Make a directory that takes many seconds to verify, and next to nothing to make."""
    biggest = max((corpus / "crates").glob("*.crate"), key=lambda path: path.stat().st_size)
    copy = tmp_path / "package-0.0.0.crate"
    copy.write_bytes(biggest.read_bytes())
    for number in range(1, 500):
        (tmp_path / f"package-0.0.{number}.crate").hardlink_to(copy)
    return tmp_path


@pytest.fixture
def patient() -> Iterator[None]:
    """Keep threads from handing the GIL over of their own accord."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "work",
    [
        Lockfile.read,
        generate_sbom,
        lambda content: cratetrust.diff_lockfiles(content, content),
    ],
    ids=["read", "generate_sbom", "diff_lockfiles"],
)
def test_other_threads_run_meanwhile(work: Callable[[bytes], object], big_lock: bytes) -> None:
    working = False
    finished = False

    def run() -> None:
        nonlocal working, finished
        working = True
        try:
            work(big_lock)
        finally:
            working = False
            finished = True

    thread = threading.Thread(target=run)
    thread.start()
    seen = 0
    while not finished:
        seen += working
        time.sleep(0)
    thread.join()
    # A call that kept the GIL would let this thread look only before and after it.
    assert seen > 50


def test_calls_run_side_by_side(locks: list[Path]) -> None:
    alone = [Lockfile.read(path).to_json() for path in locks]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            together = list(pool.map(lambda path: Lockfile.read(path).to_json(), locks))
            assert together == alone


def test_progress(crate: MadeCrate) -> None:
    told: list[tuple[str, int, int]] = []
    threads = set()

    def progress(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        threads.add(threading.get_ident())

    verify_package(crate.path, lockfile=crate.lock, progress=progress, jobs=4)
    assert told
    assert threads == {threading.get_ident()}
    for stage, done, total in told:
        assert isinstance(stage, str)
        assert stage
        assert done >= 0
        assert total == 0 or done <= total


def test_what_a_callback_raises_comes_out_as_itself(crate: MadeCrate) -> None:
    thrown = MineError("mine")
    token = CancelToken()

    def progress(stage: str, done: int, total: int) -> None:
        raise thrown

    for _ in range(2):
        with pytest.raises(MineError) as caught:
            verify_package(crate.path, lockfile=crate.lock, progress=progress, cancel=token)
        assert caught.value is thrown
    # The token belongs to the caller: a call that was stopped by its own callback leaves it.
    assert not token.cancelled
    assert verify_package(crate.path, lockfile=crate.lock, cancel=token).summary.packages > 0


def test_a_callback_may_call_the_library(crate: MadeCrate) -> None:
    inner = []

    def progress(stage: str, done: int, total: int) -> None:
        inner.append(Lockfile.read(crate.lock))

    verify_package(crate.path, lockfile=crate.lock, progress=progress)
    assert set(inner) == {Lockfile.read(crate.lock)}


def test_a_cancelled_token_stops_every_verb(crate: MadeCrate) -> None:
    token = CancelToken()
    token.cancel()
    sbom = generate_sbom(crate.lock).write()
    calls: list[Callable[[], object]] = [
        lambda: Lockfile.read(crate.lock, cancel=token),
        lambda: verify_package(crate.path, lockfile=crate.lock, cancel=token),
        lambda: generate_sbom(crate.lock, cancel=token),
        lambda: cratetrust.verify_sbom(sbom, crate.lock, cancel=token),
        lambda: cratetrust.diff_lockfiles(crate.lock, crate.lock, cancel=token),
        lambda: cratetrust.inspect(crate.lock, cancel=token),
    ]
    for call in calls:
        with pytest.raises(cratetrust.OperationCancelledError) as caught:
            call()
        assert caught.value.kind == "cancelled"


def test_cancelling_from_another_thread() -> None:
    token = CancelToken()
    reading = threading.Event()

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            reading.set()
            time.sleep(0.001)
            return b"# never ends\n"

    def cancel() -> None:
        reading.wait()
        token.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(cratetrust.OperationCancelledError):
        Lockfile.read(Endless(), cancel=token)
    thread.join()


def test_one_token_stops_many_calls() -> None:
    token = CancelToken()
    started = threading.Barrier(5)

    class Endless:
        def __init__(self) -> None:
            self.waited = False

        def read(self, size: int, /) -> bytes:
            if not self.waited:
                self.waited = True
                started.wait()
            time.sleep(0.001)
            return b"\n"

    def call() -> str:
        try:
            Lockfile.read(Endless(), cancel=token)
        except cratetrust.OperationCancelledError as error:
            return error.kind
        return "ended"

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call) for _ in range(4)]
        started.wait()
        token.cancel()
        assert [future.result() for future in calls] == ["cancelled"] * 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_signal_stops_a_call_that_has_no_callback(many_crates: Path, jobs: int) -> None:
    def handler(number: int, frame: object) -> None:
        raise MineError("stopped")

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(MineError):
            verify_package(many_crates, jobs=jobs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_ctrl_c_in_a_callback(crate: MadeCrate) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        verify_package(crate.path, lockfile=crate.lock, progress=progress)
