"""Generated workspaces with cargo's answers, kept below the corpus so that a comparison costs no cargo."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import generate
from projects import TARGETS
from truth import HERE, Cargo

Ask = Callable[[Cargo, Path, dict[str, Any], Sequence[str]], dict[str, Any]]


@dataclass(frozen=True)
class Generated:
    """A workspace that cargo accepts, and its truth."""

    seed: int
    root: Path
    document: dict[str, Any]


def truth(seed: int, base: Path, cargo: Cargo, ask: Ask) -> Generated | None:
    """The workspace of a seed with its truth; nothing where cargo locks no such workspace."""
    state = hashlib.sha256(cargo.version.encode())
    for name in ("truth.py", "generate.py", "generated.py"):
        state.update((HERE / name).read_bytes())
    key = state.hexdigest()
    directory = base / "generated" / str(seed)
    path = directory / "truth.json"
    workspace = generate.generate(seed, TARGETS)
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] == key:
            return None if kept["status"] == "unlocked" else Generated(seed, directory / "ws", kept)
    shutil.rmtree(directory, ignore_errors=True)
    root = generate.write(workspace, directory)
    case = {"project": f"seed {seed}", "target": workspace.target, "flags": workspace.flags}
    locked = cargo.run(root, "generate-lockfile", "--offline")
    if locked.returncode == 0:
        # Every tenth one also the other way.
        how = ["unit-graph", "precursor"] if seed % 10 == 0 else ["unit-graph"]
        document = ask(cargo, root, case, how)
    else:
        document = {"case": case, "status": "unlocked", "reason": locked.stderr.strip()}
    document["key"] = key
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    return None if document["status"] == "unlocked" else Generated(seed, root, document)
