#!/usr/bin/env python3
"""Runs every conformance case through the command and compares the bytes and the exit status."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

# What the command calls the verbs; it has none for `read_lockfile`.
VERBS = {
    "verify_package": "verify",
    "generate_sbom": "sbom",
    "verify_sbom": "verify-sbom",
    "diff_lockfiles": "diff",
    "inspect": "inspect",
}


def flags(options: dict[str, Any]) -> list[str]:
    """The options of a case as flags."""
    out: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, dict):
            for key, inner in value.items():
                out += [flag, f"{key}={inner}"]
        elif isinstance(value, list) and name != "checks":
            for inner in value:
                out += [flag, str(inner)]
        elif isinstance(value, list):
            out += [flag, ",".join(value)]
        elif value is True:
            out.append(flag)
        else:
            out += [flag, str(value)]
    return out


def arguments(case: dict[str, Any]) -> list[str]:
    """The command line of a case."""
    verb = case["verb"]
    out = [VERBS[verb]]
    if verb == "generate_sbom":
        out += case["evidence"] + ["--output-format", case["format"], "--format", "json"]
        if "spec_version" in case:
            out += ["--spec-version", case["spec_version"]]
    else:
        places = {
            "verify_package": ["input"],
            "verify_sbom": ["sbom"],
            "diff_lockfiles": ["old", "new"],
            "inspect": ["input"],
        }[verb]
        out += [case[place] for place in places] + case.get("evidence", [])
        out += ["--format", case.get("format", "json")]
    return out + flags(case["options"])


def fault_of(command: Path, case: dict[str, Any]) -> str | None:
    """What is wrong with the answer, if anything is."""
    env = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    done = subprocess.run([str(command), *arguments(case)], cwd=HERE, env=env, capture_output=True, check=False)
    if done.returncode != case["status"]:
        return f"exit status {done.returncode}, expected {case['status']}: {done.stderr.decode()}"
    expected = (HERE / "expected" / f"{case['name']}.json").read_bytes()
    if case["status"] == 2:
        if done.stdout:
            return f"wrote to standard output: {done.stdout!r}"
        answer = done.stderr
    else:
        answer = done.stdout
    # The library ends no answer with a line break; the command does.
    if answer not in (expected + b"\n", expected):
        return f"other bytes: {answer.decode()}"
    return None


def main() -> int:
    """Runs all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", type=Path, required=True)
    command = parser.parse_args().command.resolve()
    cases = json.loads((HERE / "cases.json").read_text())["cases"]
    failed = passed = 0
    for case in cases:
        if case["verb"] not in VERBS:
            continue
        fault = fault_of(command, case)
        if fault is None:
            passed += 1
        else:
            failed += 1
            print(f"{case['name']}: {fault}", file=sys.stderr)
    print(f"conformance of the command: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
