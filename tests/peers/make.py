#!/usr/bin/env python3
"""Make the SBOMs that other tools write for locks of the corpus.

The documents lie beside this file, as the tools wrote them, compressed:
``sboms/TOOL/LOCK.FORMAT.gz``. Tests read those; this program makes them anew where the tools are
installed (README.md says which versions and from where)::

    python3 tests/peers/make.py --corpus .corpus --work DIR

``DIR`` is where the projects are unpacked and the tools run; a short path such as ``/project``
keeps the machine out of the documents. Standard library only, Python 3.10 or newer.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = ("hexyl-0.6.0", "ripgrep-11.0.2", "fd-find-8.2.1", "ripgrep-14.1.1", "spdx-0.13.4")


def run(command: Sequence[str], cwd: Path, **env: str) -> None:
    """Run a tool that must succeed."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")


def syft(project: Path, out: Path) -> None:
    """Lock only; CycloneDX 1.6 and SPDX 2.3."""
    cdx, spdx = out / "cyclonedx-1.6.json", out / "spdx-2.3.json"
    run(
        ["syft", "scan", "file:Cargo.lock", "-q", "-o", f"cyclonedx-json@1.6={cdx}", "-o", f"spdx-json@2.3={spdx}"],
        project,
    )


def cdxgen(project: Path, out: Path) -> None:
    """Lock only; CycloneDX 1.7 and SPDX 3.0.1."""
    common = ["cdxgen", "-t", "rust", "--no-install-deps"]
    run([*common, "--spec-version", "1.7", "-o", str(out / "cyclonedx-1.7.json"), "."], project, FETCH_LICENSE="false")
    run([*common, "--format", "spdx", "-o", str(out / "spdx-3.0.1.json"), "."], project, FETCH_LICENSE="false")


def sbom4rust(project: Path, out: Path) -> None:
    """Lock only; CycloneDX and SPDX, as JSON and as tag-value."""
    name = project.name.rpartition("-")[0]
    for sbom, form, file in (
        ("cyclonedx", "json", "cyclonedx-1.7.json"),
        ("spdx", "json", "spdx-2.3.json"),
        ("spdx", "tag", "spdx-2.3.spdx"),
    ):
        command = ["sbom4rust", "-d", ".", "-a", name, "--sbom", sbom, "--format", form, "-o", str(out / file)]
        run(command, project)


def cargo_cyclonedx(project: Path, out: Path) -> None:
    """With cargo and the sources, all targets and features; CycloneDX 1.5 as JSON and as XML."""
    for form in ("json", "xml"):
        run(
            ["cargo", "cyclonedx", "--all-features", "--target", "all", "--spec-version", "1.5", "--format", form],
            project,
        )
        (made,) = project.glob(f"*.cdx.{form}")
        shutil.move(made, out / f"cyclonedx-1.5.{form}")


def cargo_sbom(project: Path, out: Path) -> None:
    """With cargo and the sources; CycloneDX 1.6 and SPDX 2.3."""
    for form, file in (("cyclone_dx_json_1_6", "cyclonedx-1.6.json"), ("spdx_json_2_3", "spdx-2.3.json")):
        done = subprocess.run(
            ["cargo", "sbom", "--output-format", form], cwd=project, capture_output=True, check=False, timeout=900
        )
        if done.returncode != 0:
            raise SystemExit(done.stderr.decode()[-2000:])
        (out / file).write_bytes(done.stdout)


# sbom4rust takes an edge of a version 1 lock apart at every blank, and falls over the third word.
CANNOT_READ = {("sbom4rust-0.6.0", "hexyl-0.6.0"), ("sbom4rust-0.6.0", "ripgrep-11.0.2")}
TOOLS: dict[str, tuple[Callable[[Path, Path], None], bool]] = {
    "syft-1.18.1": (syft, False),
    "cdxgen-12.8.4": (cdxgen, False),
    "sbom4rust-0.6.0": (sbom4rust, False),
    "cargo-cyclonedx-0.5.9": (cargo_cyclonedx, True),
    "cargo-sbom-0.10.0": (cargo_sbom, True),
}


def unpack(corpus: Path, lock: str, work: Path, sources: bool) -> Path:
    """A project with its lock; with sources also what the published archive holds."""
    project = work / ("projects" if sources else "locks") / lock
    shutil.rmtree(project, ignore_errors=True)
    project.parent.mkdir(parents=True, exist_ok=True)
    if sources:
        with tarfile.open(corpus / "crates" / f"{lock}.crate") as archive:
            archive.extractall(project.parent, filter="data")
    else:
        project.mkdir()
    shutil.copyfile(corpus / "locks" / f"{lock}.lock", project / "Cargo.lock")
    return project


def main() -> int:
    """Run every tool, or those named, on every lock."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="the corpus' directory")
    parser.add_argument("--work", type=Path, required=True, help="where projects are unpacked and tools run")
    parser.add_argument("--tool", action="append", choices=sorted(TOOLS), help="only this tool; may be repeated")
    arguments = parser.parse_args()
    for tool in arguments.tool or TOOLS:
        make, sources = TOOLS[tool]
        for lock in LOCKS:
            if (tool, lock) in CANNOT_READ:
                continue
            project = unpack(arguments.corpus, lock, arguments.work, sources)
            out = arguments.work / "out" / tool / lock
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            make(project, out)
            into = HERE / "sboms" / tool
            into.mkdir(parents=True, exist_ok=True)
            for file in sorted(out.iterdir()):
                (into / f"{lock}.{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
                print(f"{tool}: {lock}.{file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
