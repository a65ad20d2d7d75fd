"""The projects of the matrix, laid out below one directory.

Published crates come from the corpus list, set ``oracle``. Projects that cannot be published (workspaces, git
dependencies, patches) are written here as one text file each below ``made/``; README.md tells the form.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from truth import HERE, Cargo, OracleError, RefusedError

MADE = HERE / "made"
CORPUS = HERE.parent / "corpus"
TARGETS = (
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
    "wasm32-wasip1",
    "x86_64-unknown-linux-musl",
)
# What a file of a made project names where this machine's path has to stand, and what its lock names for the
# commit of a repository: that follows from the path, where a file of the repository names another one.
GIT_ROOT = "@GIT@"
COMMIT = "@COMMIT@"
LOCKED = re.compile(r"(git\+file://@GIT@/([a-z0-9-]+)(?:\?[^#\"]*)?#)(@COMMIT@|[0-9a-f]{40})")
HEADER = re.compile(r"^--- (git:([a-z0-9-]+)/)?([A-Za-z0-9_./-]+)$", re.MULTILINE)
# The same content makes the same commit.
GIT_IDENTITY = {
    "GIT_AUTHOR_NAME": "oracle",
    "GIT_AUTHOR_EMAIL": "oracle@example.invalid",
    "GIT_COMMITTER_NAME": "oracle",
    "GIT_COMMITTER_EMAIL": "oracle@example.invalid",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass(frozen=True)
class Project:
    """One project of the matrix and where it comes from."""

    name: str
    made: Path | None
    sha256: str | None

    def root(self, base: Path) -> Path:
        return base / "projects" / self.name


def all_projects() -> list[Project]:
    """Every project of the matrix, published ones first."""
    listed = json.loads((CORPUS / "corpus.json").read_text(encoding="utf-8"))["crates"]
    published = [Project(f"{e['name']}-{e['version']}", None, e["sha256"]) for e in listed if e["set"] == "oracle"]
    made = [Project(path.stem, path, None) for path in sorted(MADE.glob("*.txt"))]
    return sorted(published, key=lambda p: p.name) + made


def digest(root: Path) -> str:
    """The content of a laid-out project, for the cache of truths."""
    state = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith(".oracle-"):
            body = path.read_bytes()
            state.update(f"{path.relative_to(root)}\0{len(body)}\0".encode())
            state.update(body)
    return state.hexdigest()


# --- laying out ---------------------------------------------------------------------------------


def lay_out(project: Project, base: Path, force: bool = False) -> Path:
    """Writes the project below `base`, unless it is there."""
    root = project.root(base)
    done = root / ".oracle-ready"
    made = project.made
    stamp = str(project.sha256) if made is None else hashlib.sha256(made.read_bytes()).hexdigest()
    if not force and done.is_file() and done.read_text(encoding="utf-8") == stamp:
        return root
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    if made is not None:
        lay_out_made(made, root, base)
    else:
        unpack(base / "crates" / f"{project.name}.crate", project, root)
        # The project's own configuration is not part of the question.
        shutil.rmtree(root / ".cargo", ignore_errors=True)
    done.write_text(stamp, encoding="utf-8")
    return root


def unpack(crate: Path, project: Project, root: Path) -> None:
    if not crate.is_file():
        raise OracleError(f"{crate} is not there: oracle.py fetch")
    if hashlib.sha256(crate.read_bytes()).hexdigest() != project.sha256:
        raise OracleError(f"{crate}: not the bytes that the list pins")
    with tarfile.open(crate, mode="r:gz") as archive:
        for member in archive:
            parts = Path(member.name).parts
            if not member.isreg() or parts[0] != project.name or ".." in parts:
                continue
            path = root.joinpath(*parts[1:])
            path.parent.mkdir(parents=True, exist_ok=True)
            body = archive.extractfile(member)
            path.write_bytes(body.read() if body else b"")


def read_bundle(path: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The files of a made project, and of each git repository that it needs."""
    text = path.read_text(encoding="utf-8")
    heads = list(HEADER.finditer(text))
    files: dict[str, str] = {}
    repositories: dict[str, dict[str, str]] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() + 1 : following.start() if following else len(text)]
        where = repositories.setdefault(head[2], {}) if head[1] else files
        if ".." in head[3].split("/") or head[3] in where:
            raise OracleError(f"{path.name}: {head[3]} leaves the project or comes twice")
        where[head[3]] = body
    if not files:
        raise OracleError(f"{path.name}: no files")
    return files, repositories


def write_files(root: Path, files: dict[str, str], git: Path) -> None:
    for name, body in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body.replace(GIT_ROOT, str(git)), encoding="utf-8")


def lay_out_made(bundle: Path, root: Path, base: Path) -> None:
    files, repositories = read_bundle(bundle)
    # Each project has its own repositories: a name may mean something else in the next one.
    git = base / "git" / bundle.stem
    commits = {name: make_repository(git / name, content, git) for name, content in repositories.items()}
    if "Cargo.lock" in files:
        files["Cargo.lock"] = LOCKED.sub(lambda found: found[1] + commits[found[2]], files["Cargo.lock"])
    write_files(root, files, git)


def make_repository(path: Path, content: dict[str, str], git: Path) -> str:
    """A git repository of one commit with tag `v1`; returns the commit."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    write_files(path, content, git)

    def run(*arguments: str) -> str:
        command = ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", *arguments]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        done = subprocess.run(
            command, cwd=path, env={**kept, **GIT_IDENTITY}, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise OracleError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout.strip()

    run("init", "--quiet")
    run("add", "--all")
    run("commit", "--quiet", "--message", "content")
    run("tag", "v1")
    return run("rev-parse", "HEAD")


def lock(project: Project, base: Path, cargo: Cargo) -> None:
    """Lets cargo lock a made project anew and writes the lock into its bundle."""
    if project.made is None:
        raise OracleError(f"{project.name} carries its own lock")
    text = project.made.read_text(encoding="utf-8").split("--- Cargo.lock\n")[0]
    project.made.write_text(text, encoding="utf-8")
    root = lay_out(project, base, force=True)
    try:
        cargo.must(root, "generate-lockfile")
    except RefusedError as e:
        raise OracleError(f"{project.name}: {e}") from e
    locked = (root / "Cargo.lock").read_text(encoding="utf-8")
    locked = locked.replace(str(base / "git" / project.made.stem), GIT_ROOT)
    locked = LOCKED.sub(lambda found: found[1] + COMMIT, locked)
    project.made.write_text(f"{text}--- Cargo.lock\n{locked}", encoding="utf-8")


# --- fetching -----------------------------------------------------------------------------------


def fetch(projects: Iterable[Project], base: Path, cargo: Cargo) -> None:
    """Brings everything in that the truths need, through the ordinary cargo client.

    The published projects are a corpus of their own: the other tests read every lock of theirs.
    """
    projects = list(projects)
    missing = [p for p in projects if p.made is None and not (base / "crates" / f"{p.name}.crate").is_file()]
    if missing:
        command = [sys.executable, str(CORPUS / "fetch.py"), "--dir", str(base), "--set", "oracle"]
        if subprocess.run(command, check=False).returncode != 0:
            raise OracleError("the corpus could not be fetched")
    for project in projects:
        root = lay_out(project, base)
        targets = [flag for target in TARGETS for flag in ("--target", target)]
        marker = root / ".oracle-fetched"
        if marker.exists():
            continue
        try:
            cargo.must(root, "fetch", "--locked", *targets)
        except RefusedError as e:
            raise OracleError(f"{project.name}: cargo fetch: {e}") from e
        marker.touch()
        slimmed = slim(cargo.home)
        print(f"fetched {project.name} (slimmed {slimmed} packages)", flush=True)


def slim(home: Path) -> int:
    """Empties the unpacked sources of cargo's home, apart from manifests: nothing here reads them.

    The archives stay whole. Files stay as names, since targets are found by name.
    """
    count = 0
    for package in (home / "registry" / "src").glob("*/*"):
        marker = package / ".oracle-slim"
        if marker.exists():
            continue
        for path in package.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.name not in ("Cargo.toml", ".cargo-ok"):
                os.truncate(path, 0)
        marker.touch()
        count += 1
    return count
