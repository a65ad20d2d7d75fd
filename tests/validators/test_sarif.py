"""SARIF logs through a consumer of somebody else's: sarif-tools counts what the report counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sarif import loader  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))
LOCKS = CORPUS / "locks"


def run(*arguments: str) -> str:
    """Standard output of the command that the package carries; 1 is a verdict, not a fault."""
    done = subprocess.run(
        [sys.executable, "-m", "cratetrust", *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_sarif_tools_counts_what_the_report_counts(tmp_path: Path) -> None:
    document = tmp_path / "bom.json"
    document.write_text(run("sbom", str(LOCKS / "ripgrep-14.1.1.lock"), "--quiet"))
    arguments = ["verify-sbom", str(document), str(LOCKS / "ripgrep-11.0.2.lock")]
    findings = json.loads(run(*arguments, "--format", "json"))["findings"]
    assert len(findings) > 20
    log = tmp_path / "findings.sarif"
    log.write_text(run(*arguments, "--format", "sarif"))
    read = loader.load_sarif_file(str(log))
    assert read.get_distinct_tool_names() == ["cratetrust"]
    assert read.get_result_count() == len(findings)
    levels = {"error": "error", "warning": "warning", "info": "note"}
    counted = read.get_report()
    for severity, level in levels.items():
        assert counted.get_issue_count_for_severity(level) == sum(f["severity"] == severity for f in findings)
    assert {record["Location"] for record in read.get_records()} == {"bom.json"}
