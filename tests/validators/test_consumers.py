"""Consumers that others wrote read what is written here, and find the packages that the lockfile names.

cyclonedx-python-lib loads every CycloneDX document, and lib4sbom, the reader of the scanner
cve-bin-tool, takes the package URLs out of it. Nothing here uses the network.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import cratetrust
import pytest
from cyclonedx.model.bom import Bom
from lib4sbom.parser import SBOMParser  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))
LOCKS = sorted(CORPUS.glob("locks/*.lock"))
CASES = [ROOT / "tests/conformance/inputs/locks" / f"{name}.lock" for name in ("v1", "v4", "fx")]

VERSIONS = ("1.4", "1.5", "1.6", "1.7")
TOLD: dict[str, Any] = {
    "supplier": "Example",
    "contact": "sbom@example.org",
    "manufacturer": "Example",
    "manufacturer_contact": "https://example.org",
    "author": "Example",
    "license": "MIT",
    "timestamp": "2026-01-02T03:04:05Z",
    "conclude_declared": True,
    "component_supplier": "registry",
}


def test_the_corpus_is_there() -> None:
    assert len(LOCKS) >= 12, "no corpus: run `make corpus`"
    assert (CORPUS / "crates").is_dir(), "no crates: run `make corpus`"


def purls(made: cratetrust.Bom) -> Counter[str]:
    """Count the package URLs, as the library's own view has them, of all packages but the main component."""
    plain = json.loads(made.write("json"))
    roots = plain["roots"]
    main = roots[0] if len(roots) == 1 else None
    return Counter(p["purl"] for p in plain["packages"] if p["id"] != main and p["purl"])


def roots_of(made: cratetrust.Bom) -> list[str]:
    """Give the package URLs of the main component."""
    plain = json.loads(made.write("json"))
    return [purl for root in plain["roots"] if (purl := plain["packages"][root]["purl"])]


def of_components(bom: Bom) -> Counter[str]:
    return Counter(str(component.purl) for component in bom.components if component.purl)


def plain(found: Counter[str]) -> Counter[str]:
    """Leave the qualifiers out, whose spelling the consumers' purl library normalises."""
    out: Counter[str] = Counter()
    for purl, number in found.items():
        out[purl.split("?")[0].split("#")[0]] += number
    return out


@pytest.mark.parametrize("path", [*LOCKS, *CASES], ids=lambda path: path.stem)
def test_cyclonedx_python_lib_loads_every_document(path: Path) -> None:
    made = cratetrust.generate_sbom(path, crates=CORPUS / "crates", **TOLD)
    wanted = purls(made)
    count = len(list(cratetrust.Lockfile.read(path)))
    small = count <= 250
    # Large documents once: each is read by Python code.
    for version in VERSIONS if small else ("1.6",):
        written = json.loads(made.write("cyclonedx-json", version))
        found = Bom.from_json(written)  # type: ignore[attr-defined]
        assert plain(of_components(found)) == plain(wanted), version
        main = 1 if found.metadata.component and found.metadata.component.version else 0
        assert len(found.components) + main == count
        edges = sum(len(entry.get("dependsOn", [])) for entry in written["dependencies"])
        assert sum(len(entry.dependencies) for entry in found.dependencies) == edges
        if small:
            xml = Bom.from_xml(StringIO(made.write("cyclonedx-xml", version).decode()))  # type: ignore[attr-defined]
            assert of_components(xml) == of_components(found), version


@pytest.mark.parametrize("path", [*LOCKS[:40:4], *CASES], ids=lambda path: path.stem)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_scanners_reader_takes_the_purls(path: Path, version: str, tmp_path: Path) -> None:
    made = cratetrust.generate_sbom(path, crates=CORPUS / "crates", **TOLD)
    written = tmp_path / "bom.cdx.json"
    written.write_bytes(made.write("cyclonedx-json", version))
    parser = SBOMParser()
    parser.parse_file(str(written))
    assert parser.get_type() == "cyclonedx"
    found: Counter[str] = Counter()
    for package in parser.get_packages():
        for category, kind, locator in package.get("externalreference", []):
            if kind == "purl":
                assert category == "PACKAGE_MANAGER"
                found[locator] += 1
    wanted = purls(made)
    assert set(found) <= {*wanted, *roots_of(made)}
    # It keeps one package of a name and version; the other source's purl is lost to it.
    assert set(plain(found)) == set(plain(wanted)) | set(plain(Counter(roots_of(made)) & found))
