"""CycloneDX XML documents against the published XSD of each version, through libxml2."""

from __future__ import annotations

import os
from pathlib import Path

import cratetrust
import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CRATETRUST_CORPUS", ROOT / ".corpus"))
SCHEMAS = Path(os.environ.get("CRATETRUST_SPEC_DATA", ROOT / "../shared/data")) / "cyclonedx"
# What the library's own tests wrote: every field, and text that XML cannot hold.
WRITTEN = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "tmp/cyclonedx-xml"

VERSIONS = ("1.4", "1.5", "1.6", "1.7")
LOCKS = sorted(CORPUS.glob("locks/*.lock"))
CASES = [ROOT / "tests/conformance/inputs/locks" / f"{name}.lock" for name in ("v1", "v4", "fx")]
NAMESPACE = "{http://cyclonedx.org/schema/bom/%s}"


@pytest.fixture(scope="module", params=VERSIONS)
def schema(request: pytest.FixtureRequest) -> tuple[str, etree.XMLSchema]:
    version: str = request.param
    path = SCHEMAS / f"bom-{version}.xsd"
    if not path.exists():
        assert os.environ.get("CI") != "true", f"{path} is needed in CI, set CRATETRUST_SPEC_DATA"
        pytest.skip(f"no {path}; set CRATETRUST_SPEC_DATA to the specifications' data")
    tree = etree.parse(str(path))
    # The schema of the SPDX identifiers comes from disk; nothing is fetched.
    for imported in tree.iterfind("{http://www.w3.org/2001/XMLSchema}import"):
        imported.set("schemaLocation", (SCHEMAS / "spdx.xsd").resolve().as_uri())
    return version, etree.XMLSchema(tree)


def errors(schema: etree.XMLSchema, document: etree._Element) -> str:
    return "" if schema.validate(document) else str(schema.error_log) or "invalid"


def test_the_corpus_is_there() -> None:
    assert len(LOCKS) >= 12, "no corpus: run `make corpus`"


def test_the_schema_holds(schema: tuple[str, etree.XMLSchema]) -> None:
    version, xsd = schema
    for path in [*LOCKS, *CASES]:
        lockfile = cratetrust.Lockfile.read(path)
        written = cratetrust.generate_sbom(path).write("cyclonedx-xml", version)
        document = etree.fromstring(written)
        assert errors(xsd, document) == "", path.stem
        hashes = document.findall(f".//{NAMESPACE % version}component/{NAMESPACE % version}hashes")
        assert len(hashes) == sum(1 for package in lockfile if package.checksum), path.stem
        entries = document.find(f"{NAMESPACE % version}dependencies")
        assert entries is not None
        edges = sum(len(entry) for entry in entries)
        assert edges >= sum(len(package.dependencies) for package in lockfile), path.stem


def test_the_schema_holds_for_every_field(schema: tuple[str, etree.XMLSchema]) -> None:
    version, xsd = schema
    documents = sorted(WRITTEN.glob(f"{version}-*.xml"))
    assert len(documents) >= 5, "run `cargo test -p cratetrust-core --test sbom_cyclonedx` first"
    for path in documents:
        assert errors(xsd, etree.parse(str(path)).getroot()) == "", path.name


def test_the_validator_is_awake(schema: tuple[str, etree.XMLSchema]) -> None:
    version, xsd = schema
    written = cratetrust.generate_sbom(CASES[0]).write("cyclonedx-xml", version)
    broken = written.replace(b'type="library"', b'type="crate"', 1)
    assert broken != written
    assert errors(xsd, etree.fromstring(broken)) != ""
