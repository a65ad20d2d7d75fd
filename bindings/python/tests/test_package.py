"""The package itself: what it exports, what importing it costs, its stub and its guide."""

from __future__ import annotations

import doctest
import importlib.metadata
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cratetrust

from conftest import ROOT, lockfile_text

HERE = Path(__file__).resolve().parents[1]


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_exports() -> None:
    assert sorted(cratetrust.__all__) == cratetrust.__all__
    for name in cratetrust.__all__:
        value = getattr(cratetrust, name)
        assert value.__doc__
    assert cratetrust.__version__ == importlib.metadata.version("cratetrust")
    for name in ("verify_package", "generate_sbom", "verify_sbom", "diff_lockfiles", "inspect"):
        assert callable(getattr(cratetrust, name))


def test_importing_is_cheap() -> None:
    code = (
        "import sys; before = set(sys.modules); import cratetrust;"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = set(python(code).split())
    heavy = {"typing", "dataclasses", "inspect", "re", "logging", "pathlib", "datetime", "asyncio"}
    assert not loaded & heavy
    assert {name for name in loaded if name.startswith("cratetrust")} == {
        "cratetrust",
        "cratetrust._native",
        "cratetrust.errors",
    }


def test_the_command_starts_fast() -> None:
    def seconds() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    costs = []
    for _ in range(5):
        before = seconds()
        python("import sys, cratetrust._cli as c; sys.argv[1:] = ['--version']; c.main()")
        costs.append(seconds() - before)
    assert min(costs) < 0.06, "CPU seconds of one start"


def test_no_module_is_left_untyped() -> None:
    package = Path(cratetrust.__file__).parent
    assert (package / "py.typed").is_file()
    assert (package / "_native.pyi").is_file()


def test_the_stub_is_what_the_code_says(tmp_path: Path) -> None:
    subprocess.run(
        ["sh", str(HERE / "generate-stubs.sh"), str(tmp_path)],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        timeout=600,
        check=True,
    )
    made = (tmp_path / "cratetrust" / "_native.pyi").read_text()
    kept = (HERE / "python" / "cratetrust" / "_native.pyi").read_text()
    assert made == kept, "run `make stubs`"
    assert (Path(cratetrust.__file__).parent / "_native.pyi").read_text() == kept, "reinstall"


def test_the_stub_is_true() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "cratetrust"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", [ROOT / "docs" / "python.md", HERE / "README.md"])
def test_the_examples_run(
    page: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(corpus / "crates" / "itoa-1.0.15.crate", tmp_path)
    sha256 = "4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c"
    (tmp_path / "Cargo.lock").write_text(lockfile_text([("itoa", "1.0.15", sha256)]))
    other = lockfile_text([("itoa", "1.0.14", "0" * 64)])
    (tmp_path / "Cargo.lock.old").write_text(other)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```pycon\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, str(page), 0)
    assert examples.examples
    out: list[str] = []
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    result = doctest.DocTestRunner(optionflags=flags).run(examples, out=out.append)
    assert result.failed == 0, "".join(out)
