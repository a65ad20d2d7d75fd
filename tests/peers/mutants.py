#!/usr/bin/env python3
"""Lie in one SBOM in many ways, and see which tool finds which lie.

The honest document is ``cratetrust sbom`` of a lock of the corpus, with a licence and a scope given to
every component. Each mutant changes one thing in it. ``cratetrust verify-sbom`` is asked twice, with the
lock and with the honest document as evidence; ``sbom-diff`` (crates.io) and ``sbomdiff`` (PyPI) compare
the honest document with the mutant, where they are installed. What is no lie must be found by nobody.

    python3 tests/peers/mutants.py --command PATH --corpus .corpus [--page docs/peers.md]
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOCK = "ripgrep-14.1.1"
Document = dict[str, Any]
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
REGISTRY = "?repository_url=https:%2F%2Fregistry.example%2Findex"
GIT = "?vcs_url=git%2Bhttps:%2F%2Fgit.example%2Ffork%40" + "0" * 40
# All that sbom-diff can be told to fail on, but for what no lie changes: dates, tools and suppliers.
FAIL_ON = [
    "missing-hashes", "added-components", "removed-components", "changed-components", "deps",
    "license-changed", "version-downgrade", "hash-algorithm-downgrade", "purl-changed",
]  # fmt: skip


# --- the lies ---------------------------------------------------------------------------------


def component(document: Document, name: str) -> dict[str, Any]:
    """The one component of that name."""
    (found,) = (c for c in document["components"] if c["name"] == name)
    return dict_of(found)


def dict_of(value: Any) -> dict[str, Any]:
    """A value that is an object, or the document is not what it was."""
    assert isinstance(value, dict)
    return value


def edges(document: Document, name: str) -> list[str]:
    """What the component of that name depends on."""
    reference = component(document, name)["bom-ref"]
    (entry,) = (d for d in document["dependencies"] if d["ref"] == reference)
    found = entry.setdefault("dependsOn", [])
    assert isinstance(found, list)
    return found


def set_version(item: dict[str, Any], version: str) -> None:
    """Another version, also in the purl."""
    item["purl"] = f"pkg:cargo/{item['name']}@{version}"
    item["version"] = version


def added(document: Document) -> None:
    """A component that nobody depends on."""
    document["components"].append(
        {"type": "library", "bom-ref": "evil", "name": "evil", "version": "6.6.6", "purl": "pkg:cargo/evil@6.6.6"}
    )


def removed(document: Document) -> None:
    """A component taken out, and all that points to it."""
    gone = component(document, "memchr")["bom-ref"]
    document["components"] = [c for c in document["components"] if c["bom-ref"] != gone]
    document["dependencies"] = [d for d in document["dependencies"] if d["ref"] != gone]
    for entry in document["dependencies"]:
        entry["dependsOn"] = [on for on in entry.get("dependsOn", []) if on != gone]
    for group in document.get("compositions", []):
        for key in ("assemblies", "dependencies"):
            if key in group:
                group[key] = [ref for ref in group[key] if ref != gone]


def second_version(document: Document) -> None:
    """A second version of a name that stands there once."""
    twin = copy.deepcopy(component(document, "memchr"))
    twin["bom-ref"] = "twin"
    twin.pop("hashes")
    set_version(twin, "1.0.0")
    document["components"].append(twin)


def duplicate(document: Document) -> None:
    """A component twice, under two references."""
    twin = copy.deepcopy(component(document, "memchr"))
    twin["bom-ref"] = "twin"
    document["components"].append(twin)


def swap(key: str) -> Callable[[Document], None]:
    """Exchange what two components say."""

    def change(document: Document) -> None:
        a, b = component(document, "memchr"), component(document, "aho-corasick")
        a[key], b[key] = b[key], a[key]
        if key == "version":
            set_version(a, a["version"])
            set_version(b, b["version"])

    return change


def look_alike(document: Document) -> None:
    """A name that looks like the right one."""
    item = component(document, "memchr")
    item["name"] = "mernchr"
    item["purl"] = item["purl"].replace("memchr", "mernchr")


def edit(name: str, key: str, value: Any) -> Callable[[Document], None]:
    """Give one component another value; ``None`` takes it out."""

    def change(document: Document) -> None:
        item = component(document, name)
        if value is None:
            item.pop(key)
        else:
            item[key] = value(item[key]) if callable(value) else value

    return change


def relabelled(document: Document) -> None:
    """The right digest under the name of another algorithm."""
    component(document, "memchr")["hashes"][0]["alg"] = "SHA3-256"


def other_hash(document: Document) -> None:
    """Another digest."""
    component(document, "memchr")["hashes"][0]["content"] = "0" * 64


def all_hashes(document: Document) -> None:
    """No digests at all."""
    for item in document["components"]:
        item.pop("hashes", None)


def no_dependencies(document: Document) -> None:
    """No dependencies at all."""
    document.pop("dependencies")


def root_changed(document: Document) -> None:
    """Another main component."""
    document["metadata"]["component"]["name"] = "another"


def edge_extra(document: Document) -> None:
    """A dependency that is none."""
    edges(document, "memchr").append(component(document, "aho-corasick")["bom-ref"])


LIES: list[tuple[str, Callable[[Document], None]]] = [
    ("added", added),
    ("removed", removed),
    ("version", lambda d: set_version(component(d, "memchr"), "2.7.3")),
    ("hash", other_hash),
    ("hash removed", edit("memchr", "hashes", None)),
    ("all hashes dropped", all_hashes),
    ("hash under another algorithm", relabelled),
    ("swapped hashes", swap("hashes")),
    ("edge missing", lambda d: edges(d, "aho-corasick").clear()),
    ("edge extra", edge_extra),
    ("edge to an unknown reference", lambda d: edges(d, "aho-corasick").append("nowhere")),
    ("dependencies dropped", no_dependencies),
    ("purl source", edit("memchr", "purl", lambda p: p + REGISTRY)),
    ("source from registry to git", edit("memchr", "purl", lambda p: p + GIT)),
    ("purl name", edit("memchr", "purl", lambda p: p.replace("memchr", "another"))),
    ("purl removed", edit("memchr", "purl", None)),
    ("swapped purls", swap("purl")),
    ("swapped versions", swap("version")),
    ("look-alike name", look_alike),
    ("second version", second_version),
    ("duplicate component", duplicate),
    ("root changed", root_changed),
    ("licence", edit("memchr", "licenses", [{"expression": "GPL-3.0-only"}])),
    ("scope", edit("memchr", "scope", "excluded")),
]  # fmt: skip


def reordered(document: Document) -> None:
    """Every list turned round."""
    document["components"].reverse()
    document["dependencies"].reverse()
    for entry in document["dependencies"]:
        entry.get("dependsOn", []).reverse()


def upper_case(document: Document) -> None:
    """Digests in capitals."""
    for item in document["components"]:
        for digest in item.get("hashes", []):
            digest["content"] = digest["content"].upper()


def properties(document: Document) -> None:
    """Somebody else's property on every component."""
    for item in document["components"]:
        item.setdefault("properties", []).append({"name": "someone:else", "value": "x"})


def stamped(document: Document) -> None:
    """Another serial number and another time."""
    document["serialNumber"] = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    document["metadata"]["timestamp"] = "2026-01-02T03:04:05Z"


def other_licence_order(document: Document) -> None:
    """The terms of every licence the other way round."""
    for item in document["components"]:
        if item.get("licenses"):
            item["licenses"] = [{"expression": "Apache-2.0 OR MIT"}]


def encoded(document: Document) -> None:
    """The first letter of every purl's name percent-encoded."""
    for item in document["components"]:
        head, name = "pkg:cargo/", item.get("purl", "").removeprefix("pkg:cargo/")
        if name:
            item["purl"] = f"{head}%{ord(name[0]):02X}{name[1:]}"


TRUTHS: list[tuple[str, Callable[[Document], None]]] = [
    ("unchanged", lambda _: None),
    ("order", reordered),
    ("upper-case digests", upper_case),
    ("foreign properties", properties),
    ("serial number and time", stamped),
    ("order of licence terms", other_licence_order),
    ("percent-encoded purls", encoded),
]

# What a lockfile does not hold.
UNTOLD = {"licence", "scope"}


# --- the tools --------------------------------------------------------------------------------


def run(command: list[str], found: tuple[int, ...]) -> bool:
    """Whether a tool found something; it must end with 0 or one of its codes for that."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0 and done.returncode not in found:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {(done.stderr or done.stdout)[-400:]}")
    return done.returncode != 0


def version_of(command: str) -> str:
    """The version that a tool prints."""
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False, timeout=60)
    words = (done.stdout + done.stderr).split()
    return next((word for word in words if word[:1].isdigit()), "unknown version")


def tool(variable: str, name: str) -> str | None:
    """A peer: where the variable says, else on PATH."""
    return os.environ.get(variable) or shutil.which(name)


def honest(command: str, lock: Path) -> Document:
    """Our document, with a licence and a scope for every component."""
    done = subprocess.run(
        [command, "sbom", str(lock), "--output-format", "cyclonedx-json", "--spec-version", "1.6", "--quiet"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    document: Document = json.loads(done.stdout)
    for item in document["components"]:
        item["licenses"] = [{"expression": "MIT OR Apache-2.0"}]
        item["scope"] = "required"
    return document


def main() -> int:
    """Make the mutants, run the tools, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", type=Path, required=True, help="the cratetrust command")
    parser.add_argument("--corpus", type=Path, required=True, help="the corpus' directory")
    parser.add_argument("--page", type=Path, help="the page whose table is written anew; wants both peers")
    arguments = parser.parse_args()
    command, lock = str(arguments.command), arguments.corpus / "locks" / f"{LOCK}.lock"
    peers = {"sbom-diff": tool("SBOM_DIFF", "sbom-diff"), "sbomdiff": tool("SBOMDIFF", "sbomdiff")}
    if arguments.page and not all(peers.values()):
        raise SystemExit("the table wants sbom-diff and sbomdiff: on PATH, or in SBOM_DIFF and SBOMDIFF")
    columns = ["cratetrust, lock", "cratetrust, SBOM"]
    columns += [f"{name} {version_of(path)}" for name, path in peers.items() if path]
    good = honest(command, lock)
    rows: list[tuple[str, bool, list[bool | None]]] = []
    with tempfile.TemporaryDirectory() as directory:
        base, mutant = Path(directory) / "honest.cdx.json", Path(directory) / "mutant.cdx.json"
        base.write_text(json.dumps(good))
        for name, change in [*LIES, *TRUTHS]:
            document = copy.deepcopy(good)
            change(document)
            is_lie = (name, change) in LIES
            if is_lie and document == good:
                raise SystemExit(f"`{name}` changes nothing")
            mutant.write_text(json.dumps(document, indent=None if is_lie else 2))
            verify = [command, "verify-sbom", str(mutant)]
            cells: list[bool | None] = [
                None if name in UNTOLD else run([*verify, str(lock)], (1,)),
                run([*verify, str(base), "--level", "full"], (1,)),
            ]
            if peers["sbom-diff"]:
                fail_on = [word for condition in FAIL_ON for word in ("--fail-on", condition)]
                cells.append(run([peers["sbom-diff"], str(base), str(mutant), *fail_on], (3,)))
            if peers["sbomdiff"]:
                cells.append(run([peers["sbomdiff"], "--checksum", "SHA256", str(base), str(mutant)], (1,)))
            rows.append((name, is_lie, cells))
    lines = [f"| change | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for name, is_lie, cells in rows:
        words = {True: "found", False: "**missed**"} if is_lie else {True: "**false alarm**", False: "quiet"}
        told = ["cannot tell" if cell is None else words[cell] for cell in cells]
        lines.append(f"| {name} | {' | '.join(told)} |")
    totals = []
    for column in range(len(columns)):
        lies = [cells[column] for _, is_lie, cells in rows if is_lie and cells[column] is not None]
        alarms = sum(bool(cells[column]) for _, is_lie, cells in rows if not is_lie)
        totals.append(f"{sum(map(bool, lies))} of {len(lies)}, {alarms} false alarms")
    lines.append(f"| **together** | {' | '.join(totals)} |")
    table = "\n".join(lines)
    if arguments.page:
        head, _, rest = arguments.page.read_text().partition(BEGIN)
        _, _, tail = rest.partition(END)
        arguments.page.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")
    print(table)
    wrong = [name for name, is_lie, cells in rows if any(cell is not None and cell != is_lie for cell in cells[:2])]
    if wrong:
        print(f"cratetrust is wrong about: {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
