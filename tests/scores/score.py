"""Scores SBOMs of this tool with cdxgen's cdx-validate, beside those of a peer where one is named.

    score.py --command BIN --lock FILE --crates DIR --validator CDX_VALIDATE [--peer NAME=FILE]…

Prints a table, and fails where the CRA card is not full or more than one control of SCVS is open.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TOLD = [
    *("--supplier", "Example", "--contact", "sbom@example.org"),
    *("--manufacturer", "Example", "--manufacturer-contact", "sbom@example.org"),
    *("--author", "Example", "--license", "MIT", "--timestamp", "2026-01-02T03:04:05Z"),
    *("--conclude-declared", "--component-supplier", "registry"),
]


def score(validator: Path, document: Path, folder: Path) -> dict[str, Any]:
    """Run cdx-validate; it exits with 3 where a control of high severity, such as the signature, fails."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    command = [str(validator), "-i", str(document), "-r", "json", "-o", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3) or not report.exists():
        sys.exit(f"{document.name}: cdx-validate exited with {done.returncode}: {done.stderr[-2000:]}")
    loaded: dict[str, Any] = json.loads(report.read_text())
    return loaded


def row(name: str, found: dict[str, Any]) -> tuple[bool, str]:
    """Give whether a document reaches what is asked, and its line of the table."""
    cards = {card["id"]: card for card in found["benchmarks"]}
    cra, scvs = cards["cra"], cards["scvs"]
    missing = [c["id"] for card in (cra, scvs) for c in card["controls"] if c["status"] == "fail"]
    line = (
        f"{name:<24} schema {'ok' if found['schemaValid'] else 'NO':<3}"
        f" CRA {cra['pass']}/{cra['automatable']}  SCVS {scvs['pass']}/{scvs['automatable']}"
        f"  open: {', '.join(missing) or 'none'}"
    )
    reached = found["schemaValid"] and cra["pass"] == cra["automatable"] == 8
    return reached and scvs["pass"] >= 21 and scvs["automatable"] == 22, line


def main() -> int:
    """Make the documents, score them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", type=Path, required=True)
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--crates", type=Path, required=True)
    parser.add_argument("--validator", type=Path, required=True)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=FILE")
    args = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for version in ("1.6", "1.7"):
            document = folder / f"{version}.cdx.json"
            command = [str(args.command), "sbom", str(args.lock), "--crates", str(args.crates)]
            command += ["--spec-version", version, "-o", str(document), *TOLD]
            subprocess.run(command, check=True, capture_output=True)
            reached, line = row(f"cratetrust, {version}", score(args.validator, document, folder))
            good &= reached
            print(line)
        for peer in args.peer:
            label, _, path = peer.partition("=")
            print(row(label, score(args.validator, Path(path), folder))[1])
    if not good:
        print("CRA 8 of 8 and SCVS 21 of 22 are asked", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
