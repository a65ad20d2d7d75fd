from __future__ import annotations

import json
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import cratetrust

from conftest import MadeCrate, make_crate

SCRIPT = [str(Path(sysconfig.get_path("scripts")) / "cratetrust")]
MODULE = [sys.executable, "-m", "cratetrust"]


def run(*args: object, command: list[str] = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *map(str, args)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_version_and_help(command: list[str]) -> None:
    version = run("--version", command=command)
    assert (version.returncode, version.stdout, version.stderr) == (
        0,
        f"cratetrust {cratetrust.__version__}\n",
        "",
    )
    shown = run("--help", command=command)
    assert shown.returncode == 0
    assert "Usage: cratetrust " in shown.stdout


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_exit_codes(crate: MadeCrate, tmp_path: Path, command: list[str]) -> None:
    args = ["--lockfile", crate.lock, "--checks", "checksum"]
    assert run("verify", crate.path, *args, command=command).returncode == 0
    assert run("verify", crate.path, command=command).returncode == 1
    crate.path.write_bytes(make_crate("tiny", "1.2.3", {"more": b"1"}))
    assert run("verify", crate.path, *args, command=command).returncode == 1
    for wrong in (["verify", tmp_path / "none"], ["verify"], ["--no-such-flag"], ["no-such"]):
        failed = run(*wrong, command=command)
        assert failed.returncode == 2
        assert failed.stdout == ""
        assert failed.stderr
        assert "Traceback" not in failed.stderr


def test_the_same_bytes_as_the_library(crate: MadeCrate) -> None:
    shown = run("verify", crate.path, "--lockfile", crate.lock, "--format", "json")
    report = cratetrust.verify_package(crate.path, lockfile=crate.lock)
    assert shown.stdout == report.to_json() + "\n"
    assert cratetrust.Report.from_json(shown.stdout) == report
    document = run("sbom", crate.lock, "--output-format", "spdx-json").stdout
    assert document.rstrip("\n").encode() == (
        cratetrust.generate_sbom(crate.lock).write("spdx-json").rstrip(b"\n")
    )
    assert json.loads(document)["spdxVersion"] == "SPDX-2.3"


def test_standard_input(crate: MadeCrate) -> None:
    done = subprocess.run(
        [*SCRIPT, "sbom", "-"],
        input=crate.lock.read_bytes(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)["bomFormat"] == "CycloneDX"


def test_arguments_that_are_not_utf8() -> None:
    done = subprocess.run(
        [*(arg.encode() for arg in SCRIPT), b"verify", b"no-\xff-such"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_reader_that_goes_away(big_lock: bytes, tmp_path: Path) -> None:
    lock = tmp_path / "Cargo.lock"
    lock.write_bytes(big_lock)
    with subprocess.Popen(
        [*SCRIPT, "sbom", str(lock)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 0
    assert b"Traceback" not in said
    assert b"Broken pipe" not in said


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_ctrl_c_while_it_waits(tmp_path: Path, command: list[str]) -> None:
    out = tmp_path / "out.json"
    with subprocess.Popen(
        [*command, "sbom", "-", "-o", str(out)], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: once this is through, the command is reading.
        process.stdin.write(b"# a comment\n" * 100_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
        process.stdin.close()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_it_works(tmp_path: Path, corpus: Path) -> None:
    crates = tmp_path / "crates"
    crates.mkdir()
    biggest = max((corpus / "crates").glob("*.crate"), key=lambda path: path.stat().st_size)
    copy = crates / "package-0.0.0.crate"
    copy.write_bytes(biggest.read_bytes())
    # Many seconds of work, far more than the time until it is interrupted.
    for number in range(1, 500):
        (crates / f"package-0.0.{number}.crate").hardlink_to(copy)
    program = (
        "import sys, threading, _thread, time, cratetrust._cli as cli;"
        "threading.Thread(target=lambda: (time.sleep(0.3), _thread.interrupt_main())).start();"
        "sys.argv[1:] = ['verify', sys.argv[1], '--format', 'json'];"
        "print(cli.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(crates)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "130"
