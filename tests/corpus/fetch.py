#!/usr/bin/env python3
"""Bring the pinned corpus of published crates onto this machine.

The list is ``corpus.json`` beside this file; what each field means is told in
``README.md``. Every crate comes through the ordinary cargo client
(``cargo info NAME@VERSION``), is checked against the pinned SHA-256 and is then
laid out for the tests::

    .corpus/crates/NAME-VERSION.crate
    .corpus/locks/NAME-VERSION.lock      the packaged Cargo.lock, where there is one
    .corpus/cargo-home/                  cargo's own home, apart from the user's

What is already there and right is used again; then neither cargo nor the
network is touched. Standard library only, Python 3.10 or newer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIST = HERE / "corpus.json"
DEFAULT_DIR = HERE.parents[1] / ".corpus"
SCHEMA = "cratetrust.corpus/1"
SETS = ("test", "bench", "crates", "oracle")
# The largest lock known is under 0.5 MB. More than this is no lock, and is not read into memory.
MAX_LOCK_BYTES = 16 << 20
# cargo has its own network timeouts and retries; this only ends a cargo that hangs.
CARGO_TIMEOUT_SECONDS = 900

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?")
SHA256 = re.compile(r"[0-9a-f]{64}")
LOCK_VERSION = re.compile(r"version = ([0-9]{1,9})")


class CorpusError(Exception):
    """Something the person at the keyboard has to know about; told without a traceback."""


@dataclass(frozen=True)
class Entry:
    """One pinned crate, as written in corpus.json."""

    name: str
    version: str
    sha256: str
    lock_version: int | None
    packages: int | None
    set: str

    @property
    def id(self) -> str:
        return f"{self.name}-{self.version}"


# --- the list ---------------------------------------------------------------------------------


def _entry(raw: object, where: str) -> Entry:
    if not isinstance(raw, dict):
        raise CorpusError(f"{where}: not an object")
    fields = list(Entry.__dataclass_fields__)
    if sorted(raw) != sorted(fields):
        raise CorpusError(f"{where}: wants exactly the keys {', '.join(fields)}")

    def text(key: str, form: re.Pattern[str]) -> str:
        value = raw[key]
        if not isinstance(value, str) or not form.fullmatch(value):
            raise CorpusError(f"{where}: {key} {value!r} is malformed")
        return value

    def count(key: str) -> int | None:
        value = raw[key]
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise CorpusError(f"{where}: {key} {value!r} is neither a positive number nor null")
        return value

    entry = Entry(
        name=text("name", NAME),
        version=text("version", VERSION),
        sha256=text("sha256", SHA256),
        lock_version=count("lock_version"),
        packages=count("packages"),
        set=text("set", re.compile("|".join(SETS))),
    )
    if (entry.lock_version is None) != (entry.packages is None):
        raise CorpusError(f"{where}: lock_version and packages are null together or not at all")
    if entry.lock_version is None and entry.set == "test":
        raise CorpusError(f"{where}: set 'test' is for crates that carry a Cargo.lock")
    return entry


def read_list(path: Path) -> list[Entry]:
    """Read and check the pinned list; names and versions become file names, so their form counts."""
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise CorpusError(f"cannot read the list {path}: {e}") from e
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise CorpusError(f"{path}: not a {SCHEMA} document")
    raw = document.get("crates")
    if not isinstance(raw, list):
        raise CorpusError(f"{path}: crates is not a list")
    entries = [_entry(item, f"{path.name}: entry {i}") for i, item in enumerate(raw)]
    for key, times in Counter(e.id for e in entries).items():
        if times > 1:
            raise CorpusError(f"{path.name}: {key} is listed {times} times")
    return entries


def write_list(path: Path, entries: Iterable[Entry]) -> None:
    """Write the list in its one order and form: a line a crate, so that a change reads as a line."""
    ordered = sorted(entries, key=lambda e: (SETS.index(e.set), e.lock_version or 0, e.packages or 0, e.id))
    lines = ",\n".join("    " + json.dumps(asdict(e)) for e in ordered)
    text = f'{{\n  "schema": "{SCHEMA}",\n  "crates": [\n{lines}\n  ]\n}}\n'
    write_whole(path, text.encode("utf-8"))


# --- files ------------------------------------------------------------------------------------


def write_whole(path: Path, data: bytes) -> None:
    """Write the whole file or leave what was there: a reader never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def packaged_lock(crate: Path, entry_id: str) -> bytes | None:
    """The archive's own Cargo.lock, or None. Reads as far as it must and keeps nothing else."""
    wanted = f"{entry_id}/Cargo.lock"
    try:
        with tarfile.open(crate, mode="r:gz") as archive:
            for member in archive:
                if member.name != wanted:
                    continue
                if not member.isreg() or member.size > MAX_LOCK_BYTES:
                    raise CorpusError(f"{crate}: {wanted} is not a plain file of at most {MAX_LOCK_BYTES} bytes")
                body = archive.extractfile(member)
                return None if body is None else body.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as e:
        raise CorpusError(f"{crate}: cannot read the archive: {e}") from e
    return None


def lock_facts(lock: bytes, where: str) -> tuple[int, int]:
    """(format version, number of [[package]] tables) of a Cargo.lock.

    The version is found as cargo finds it: the top-level ``version`` says 3 and up; without
    one, a checksum inside a package makes it 2, and everything else is 1.
    """
    try:
        lines = [line.strip() for line in lock.decode("utf-8").splitlines()]
    except UnicodeDecodeError as e:
        raise CorpusError(f"{where}: Cargo.lock is not UTF-8: {e}") from e
    packages = lines.count("[[package]]")
    for line in lines:
        if line.startswith("["):
            break
        if match := LOCK_VERSION.fullmatch(line):
            return int(match[1]), packages
    return (2 if any(line.startswith("checksum = ") for line in lines) else 1), packages


# --- cargo ------------------------------------------------------------------------------------


def run_cargo(cargo: str, home: Path, entry_id: str, spec: str) -> None:
    """Let cargo download one .crate, without its dependencies, into its cache under `home`.

    The environment is passed on (proxies, certificates, toolchain choice); only CARGO_HOME is
    ours, and the working directory is empty, so that no project's or user's configuration
    takes part.
    """
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "CARGO_HOME": str(home), "CARGO_TERM_COLOR": "never"}
    command = [cargo, "info", "--registry", "crates-io", spec]
    with tempfile.TemporaryDirectory(prefix="cratetrust-corpus-") as empty:
        try:
            done = subprocess.run(
                command,
                cwd=empty,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=CARGO_TIMEOUT_SECONDS,
                check=False,
            )
        except OSError as e:
            raise CorpusError(f"cannot run {cargo!r}: {e.strerror or e} (--cargo names another one)") from e
        except subprocess.TimeoutExpired as e:
            raise CorpusError(f"{entry_id}: cargo gave no result in {CARGO_TIMEOUT_SECONDS} s") from e
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        if "could not find" in said:
            said += "\n(cargo shows no yanked version, and offline none at all; see README.md)"
        raise CorpusError(f"{entry_id}: `{' '.join(command)}` ended with {done.returncode}:\n{said}")


def cached(home: Path, entry_id: str) -> list[Path]:
    # The folder below cache/ is named after the registry's host and a hash: cargo's affair.
    return sorted((home / "registry" / "cache").glob(f"*/{entry_id}.crate"))


def download(cargo: str, home: Path, name: str, version: str) -> list[Path]:
    """The crate's files in cargo's cache, downloaded if there is none yet."""
    entry_id = f"{name}-{version}"
    found = cached(home, entry_id)
    if not found:
        run_cargo(cargo, home, entry_id, f"{name}@{version}")
        found = cached(home, entry_id)
    if not found:
        raise CorpusError(f"{entry_id}: cargo ended well but put no {entry_id}.crate below {home}")
    return found


# --- the work ---------------------------------------------------------------------------------


def fetch(entry: Entry, directory: Path, cargo: str) -> tuple[int, bool]:
    """Make sure that one crate and its lock are there. Returns (size, whether it was new)."""
    crate = directory / "crates" / f"{entry.id}.crate"
    new = not crate.exists()
    sources = download(cargo, directory / "cargo-home", entry.name, entry.version) if new else [crate]
    digests = [sha256_of(source) for source in sources]
    if entry.sha256 not in digests:
        raise CorpusError(
            f"{entry.id}: SHA-256 MISMATCH\n"
            f"  pinned in the list: {entry.sha256}\n"
            + "".join(f"  found:              {d}  {s}\n" for d, s in zip(digests, sources, strict=True))
            + "Either the file was damaged or changed (remove it to fetch again), or the list is wrong."
        )
    if new:
        data = sources[digests.index(entry.sha256)].read_bytes()
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise CorpusError(f"{entry.id}: the cached file changed while it was copied")
        write_whole(crate, data)

    lock = packaged_lock(crate, entry.id)
    pinned = None if entry.lock_version is None else (entry.lock_version, entry.packages)
    actual = None if lock is None else lock_facts(lock, entry.id)
    if actual != pinned:
        raise CorpusError(
            f"{entry.id}: the list says (lock_version, packages) = {pinned}, the packaged Cargo.lock says {actual}"
        )
    if lock is not None:
        path = directory / "locks" / f"{entry.id}.lock"
        # The archive is checked, the laid-out lock is not: it is compared, and replaced if it differs.
        if not path.is_file() or path.read_bytes() != lock:
            write_whole(path, lock)
    return crate.stat().st_size, new


def add(spec: str, chosen: str, directory: Path, cargo: str, entries: list[Entry]) -> Entry:
    """Pin one more crate, as cargo has just checked it against the checksum in the index."""
    name, at, version = spec.partition("@")
    if not at or not NAME.fullmatch(name) or not VERSION.fullmatch(version):
        raise CorpusError(f"--add wants NAME@VERSION, not {spec!r}")
    if any((e.name, e.version) == (name, version) for e in entries):
        raise CorpusError(f"{spec} is in the list already")
    entry_id = f"{name}-{version}"
    # cargo checks what it downloads, not what lies in its cache: a new pin wants a fresh download.
    for old in cached(directory / "cargo-home", entry_id):
        old.unlink()
    crate = download(cargo, directory / "cargo-home", name, version)[0]
    lock = packaged_lock(crate, entry_id)
    lock_version, packages = (None, None) if lock is None else lock_facts(lock, entry_id)
    if lock is None and chosen == "test":
        raise CorpusError(f"{entry_id} packages no Cargo.lock: set 'test' is for crates that do")
    return Entry(name, version, sha256_of(crate), lock_version, packages, chosen)


def summary(entries: Sequence[Entry], total: int) -> str:
    versions = Counter(e.lock_version for e in entries if e.lock_version is not None)
    locks = ", ".join(f"v{v} x{n}" for v, n in sorted(versions.items())) or "none"
    return f"{len(entries)} crates, {total / 1e6:.1f} MB, locks {locks}"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Bring the pinned corpus of published crates onto this machine.")
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        choices=(*SETS, "all"),
        help="which set to bring (default: test); may be given several times",
    )
    parser.add_argument(
        "--dir",
        type=Path,
        default=DEFAULT_DIR,
        help="where to put it (default: .corpus at the project's root)",
    )
    parser.add_argument("--cargo", default="cargo", help="the cargo to run (default: cargo)")
    parser.add_argument(
        "--add",
        metavar="NAME@VERSION",
        action="append",
        default=[],
        help="pin this crate in corpus.json, into the one set given, and fetch nothing else",
    )
    return parser.parse_args(argv)


def run(argv: Sequence[str] | None) -> None:
    options = arguments(argv)
    sets: list[str] = options.sets or ["test"]
    # cargo runs elsewhere, so nothing may stay relative to where we were started.
    directory: Path = options.dir.resolve()
    cargo: str = options.cargo
    if len(Path(cargo).parts) > 1:
        cargo = str(Path(cargo).absolute())
    entries = read_list(LIST)

    if options.add:
        if len(sets) != 1 or sets[0] not in SETS:
            raise CorpusError(f"--add wants exactly one --set out of {', '.join(SETS)}")
        for spec in options.add:
            entry = add(spec, sets[0], directory, cargo, entries)
            entries.append(entry)
            write_list(LIST, entries)
            print(f"pinned {json.dumps(asdict(entry))}")
        return

    chosen = [e for e in entries if "all" in sets or e.set in sets]
    total = 0
    for entry in chosen:
        size, new = fetch(entry, directory, cargo)
        total += size
        if new:
            print(f"{entry.id}: {size} bytes", flush=True)
    print(summary(chosen, total))


def main(argv: Sequence[str] | None = None) -> int:
    try:
        run(argv)
    except CorpusError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    except OSError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
