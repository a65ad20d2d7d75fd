#!/usr/bin/env python3
"""Hold every finding of ``verify-sbom`` on other tools' SBOMs to a reading of our own.

For each document beside this file the lock and the document are read here, with nothing but the
standard library, and compared; the command's report must say the same: no package, edge, digest or
root more, and none less. ``--page FILE`` writes what each tool's documents lack into that page, as
a table in Markdown.

    python3 tests/peers/check.py --command PATH --corpus .corpus
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Id = tuple[str, str]
# At least so many documents of so many tools, or the check has lost its input.
DOCUMENTS, TOOLS = 49, 5
# The share of a document's packages that the command must find.
READ = 0.99
BEGIN, END = "<!-- documents: begin -->", "<!-- documents: end -->"


@dataclass
class Facts:
    """What a lock or a document says, reduced to what can be compared."""

    packages: Counter[Id] = field(default_factory=Counter)
    edges: set[tuple[Id, Id]] = field(default_factory=set)
    sha256: dict[Id, str] = field(default_factory=dict)
    purls: dict[Id, str] = field(default_factory=dict)
    roots: set[Id] = field(default_factory=set)
    local: set[Id] = field(default_factory=set)
    foreign: int = 0
    has_root: bool = False


def show(package: Id) -> str:
    """The id that reports use where name and version are unique."""
    return f"{package[0]}@{package[1]}"


# --- the lock ---------------------------------------------------------------------------------


def tables(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The tables of a file that cargo wrote: one key a line, strings and lists of strings."""
    out: list[tuple[str, dict[str, Any]]] = []
    for name, body in re.findall(r"^\[+([^\]]+)\]+\n(.*?)(?=^\[|\Z)", text, re.DOTALL | re.MULTILINE):
        pairs = re.findall(r'^("[^"]*"|[\w-]+) = ("[^"]*"|\[.*?\n?\])$', body, re.DOTALL | re.MULTILINE)
        lists = {key.strip('"'): re.findall('"([^"]*)"', value) for key, value in pairs}
        keys = {key.strip('"'): value.startswith("[") for key, value in pairs}
        out.append((name, {key: value if keys[key] else value[0] for key, value in lists.items()}))
    return out


def read_lock(path: Path) -> Facts:
    """A Cargo.lock of version 1 to 4 in which name and version are unique."""
    listed = tables(path.read_text())
    facts = Facts()
    by_name: dict[str, list[Id]] = {}
    entries = [table for name, table in listed if name in ("package", "root")]
    metadata = {key: value for name, table in listed if name == "metadata" for key, value in table.items()}
    for entry in entries:
        package = (entry["name"], entry["version"])
        facts.packages[package] += 1
        by_name.setdefault(entry["name"], []).append(package)
        if "source" not in entry:
            facts.local.add(package)
        if "checksum" in entry:
            facts.sha256[package] = entry["checksum"]
    for key, digest in metadata.items():
        if key.startswith("checksum ") and digest != "<none>":
            _, name, version, _ = key.split(" ", 3)
            facts.sha256[(name, version)] = digest
    for entry in entries:
        package = (entry["name"], entry["version"])
        for dependency in entry.get("dependencies", []):
            words = dependency.split(" ")
            (target,) = by_name[words[0]] if len(words) == 1 else [(words[0], words[1])]
            facts.edges.add((package, target))
    used = {target for package, target in facts.edges if target != package}
    facts.roots = {package for package in facts.local if package not in used}
    return facts


# --- documents --------------------------------------------------------------------------------


def cargo_id(purl: str | None) -> Id | None:
    """Name and version of a cargo purl."""
    if not purl or not purl.lower().startswith("pkg:cargo/"):
        return None
    name, _, version = re.split("[?#&]", purl[len("pkg:cargo/") :])[0].partition("@")
    return urllib.parse.unquote(name), urllib.parse.unquote(version)


def graph(facts: Facts, ids: dict[str, Id], links: dict[str, list[str]]) -> None:
    """Edges between references that are cargo packages."""
    for source, targets in links.items():
        for target in targets:
            if source in ids and target in ids:
                facts.edges.add((ids[source], ids[target]))


def cyclonedx_json(document: dict[str, Any]) -> Facts:
    """CycloneDX as JSON."""
    facts, ids, standing_for = Facts(), {}, None
    main = document.get("metadata", {}).get("component")
    listed = document.get("components", []) + ([main] if main else [])
    if main and not main.get("purl"):
        # cargo-sbom puts the package inside a main component that is none.
        listed += main.get("components", [])
    for component in listed:
        purl = component.get("purl")
        package = (component["name"], component.get("version", ""))
        foreign = (purl and not cargo_id(purl)) or component.get("type") in ("file", "operating-system")
        if foreign:
            facts.foreign += 1
            continue
        if component is main and not purl and not component.get("version"):
            standing_for = component.get("bom-ref")
            continue
        if component is main:
            facts.roots.add(package)
            facts.has_root = True
        facts.packages[package] += 1
        ids[component.get("bom-ref", "")] = package
        if purl:
            facts.purls[package] = purl
        for digest in component.get("hashes", []):
            if digest["alg"] == "SHA-256":
                facts.sha256[package] = digest["content"]
        for part in component.get("components", []):
            # cargo-cyclonedx names a package's own binaries and libraries inside it.
            ids.setdefault(part.get("bom-ref", ""), package)
    links = {d["ref"]: d.get("dependsOn", []) for d in document.get("dependencies", [])}
    graph(facts, ids, links)
    # A main component that is no package stands for those that it depends on.
    for target in links.get(standing_for or "", []):
        facts.has_root = True
        facts.roots.add(ids[target])
    return facts


def cyclonedx_xml(text: bytes) -> Facts:
    """CycloneDX as XML, through the same reading as JSON."""

    def name(element: ET.Element) -> str:
        return element.tag.rpartition("}")[2]

    def component(element: ET.Element) -> dict[str, Any]:
        out: dict[str, Any] = dict(element.attrib)
        for child in element:
            if name(child) in ("name", "version", "purl"):
                out[name(child)] = child.text or ""
            elif name(child) == "hashes":
                out["hashes"] = [{"alg": h.get("alg"), "content": h.text} for h in child]
            elif name(child) == "components":
                out["components"] = [component(c) for c in child]
        return out

    document: dict[str, Any] = {"metadata": {}, "components": [], "dependencies": []}
    for part in ET.fromstring(text):
        if name(part) == "metadata":
            for child in part:
                if name(child) == "component":
                    document["metadata"]["component"] = component(child)
        elif name(part) == "components":
            document["components"] = [component(child) for child in part]
        elif name(part) == "dependencies":
            document["dependencies"] = [{"ref": d.get("ref"), "dependsOn": [c.get("ref") for c in d]} for d in part]
    return cyclonedx_json(document)


def spdx(packages: list[dict[str, Any]], relations: list[tuple[str, str, str]]) -> Facts:
    """SPDX 2 in one shape: id, name, version, purl and sha256 of packages, and relationships."""
    facts, ids = Facts(), {}
    described = {b for a, kind, b in relations if kind == "DESCRIBES" and a == "SPDXRef-DOCUMENT"}
    for item in packages:
        purl, package = item.get("purl"), (item["name"], item.get("version") or "")
        if (purl and not cargo_id(purl)) or item.get("purpose") == "FILE" or (not purl and not package[1]):
            facts.foreign += 1
            continue
        facts.packages[package] += 1
        ids[item["id"]] = package
        if purl:
            facts.purls[package] = purl
        if item.get("sha256"):
            facts.sha256[package] = item["sha256"]
        if item["id"] in described:
            facts.roots.add(package)
            facts.has_root = True
    links: dict[str, list[str]] = {}
    for a, kind, b in relations:
        if kind in ("DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK"):
            links.setdefault(a, []).append(b)
        elif kind.endswith("DEPENDENCY_OF"):
            links.setdefault(b, []).append(a)
    graph(facts, ids, links)
    return facts


def spdx_json(document: dict[str, Any]) -> Facts:
    """SPDX 2 as JSON."""
    relations = [
        (r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"]) for r in document.get("relationships", [])
    ]
    relations += [("SPDXRef-DOCUMENT", "DESCRIBES", ref) for ref in document.get("documentDescribes", [])]
    packages = [
        {
            "id": p["SPDXID"],
            "name": p["name"],
            "version": p.get("versionInfo"),
            "purpose": p.get("primaryPackagePurpose"),
            "purl": next(
                (r["referenceLocator"] for r in p.get("externalRefs", []) if r["referenceType"] == "purl"), None
            ),
            "sha256": next((c["checksumValue"] for c in p.get("checksums", []) if c["algorithm"] == "SHA256"), None),
        }
        for p in document.get("packages", [])
    ]
    facts = spdx(packages, relations)
    facts.foreign += len(document.get("files", []))
    return facts


def spdx_tag_value(text: str) -> Facts:
    """SPDX 2 as tag-value."""
    packages: list[dict[str, Any]] = []
    relations: list[tuple[str, str, str]] = []
    for line in re.sub(r"<text>.*?</text>", "", text, flags=re.DOTALL).splitlines():
        tag, _, value = (part.strip() for part in line.partition(":"))
        if tag == "PackageName":
            packages.append({"name": value})
        elif tag == "Relationship":
            a, kind, b = value.split()[:3]
            relations.append((a, kind, b))
        elif packages and tag == "SPDXID":
            packages[-1]["id"] = value
        elif packages and tag == "PackageVersion":
            packages[-1]["version"] = value
        elif packages and tag == "ExternalRef" and " purl " in f" {value} ":
            packages[-1]["purl"] = value.split()[-1]
        elif packages and tag == "PackageChecksum" and value.startswith("SHA256:"):
            packages[-1]["sha256"] = value.split()[-1]
    return spdx(packages, relations)


def spdx3_json(document: dict[str, Any]) -> Facts:
    """SPDX 3 as JSON-LD."""
    packages: list[dict[str, Any]] = []
    relations: list[tuple[str, str, str]] = []
    for element in document["@graph"]:
        kind = element.get("type") or element.get("@type")
        if kind == "software_Package":
            digests = element.get("verifiedUsing", [])
            packages.append(
                {
                    "id": element["spdxId"],
                    "name": element["name"],
                    "version": element.get("software_packageVersion"),
                    "purl": element.get("software_packageUrl"),
                    "sha256": next((d["hashValue"] for d in digests if d.get("algorithm") == "sha256"), None),
                }
            )
        elif kind in ("Relationship", "LifecycleScopedRelationship") and element["relationshipType"] == "dependsOn":
            relations += [(element["from"], "DEPENDS_ON", target) for target in element["to"]]
        elif kind == "SpdxDocument":
            relations += [("SPDXRef-DOCUMENT", "DESCRIBES", ref) for ref in element.get("rootElement", [])]
    return spdx(packages, relations)


def read_document(file: str, text: bytes) -> Facts:
    """A document by the name that make.py gave it."""
    if file.endswith(".xml"):
        return cyclonedx_xml(text)
    if file.endswith(".spdx"):
        return spdx_tag_value(text.decode())
    document = json.loads(text)
    if "bomFormat" in document:
        return cyclonedx_json(document)
    return spdx3_json(document) if "@graph" in document else spdx_json(document)


# --- the comparison ---------------------------------------------------------------------------


def expected(lock: Facts, document: Facts, selected: bool) -> Counter[tuple[str, str, str]]:
    """What is wrong with a document, as (code, package, detail)."""
    out: Counter[tuple[str, str, str]] = Counter()
    for package in lock.packages:
        if package not in document.packages:
            out[("component-unlisted" if selected else "component-missing", show(package), "")] += 1
    for package, count in document.packages.items():
        if package not in lock.packages:
            out[("component-extra", show(package), "")] += 1
        elif count > 1:
            out[("component-duplicate", show(package), "")] += count - 1
    both = {package for package in lock.packages if package in document.packages}
    if document.edges:
        for a, b in lock.edges - document.edges:
            if a in both and b in both:
                out[("edge-missing", show(a), show(b))] += 1
        for a, b in document.edges - lock.edges:
            if a in both and b in both:
                out[("edge-extra", show(a), show(b))] += 1
    else:
        out[("document-incomplete", "", "graph")] += 1
    if document.sha256:
        for package in both & set(lock.sha256):
            if package not in document.sha256:
                out[("checksum-missing", show(package), "")] += 1
            elif document.sha256[package].lower() != lock.sha256[package]:
                out[("checksum-mismatch", show(package), "")] += 1
    else:
        out[("document-incomplete", "", "checksum")] += 1
    if not document.has_root:
        out[("document-incomplete", "", "main component")] += 1
    elif document.roots != lock.roots:
        out[("root-mismatch", "", "")] += 1
    if not document.purls:
        out[("document-incomplete", "", "package URL")] += 1
    for package in both:
        purl = document.purls.get(package)
        if purl is None and document.purls and package not in lock.local:
            out[("purl-missing", show(package), "")] += 1
        named = cargo_id(purl)
        if purl and (named != package or (package in lock.local and "?" not in purl and "&" not in purl)):
            out[("purl-mismatch", show(package), "")] += 1
    if document.foreign:
        out[("component-foreign", "", str(document.foreign))] += 1
    return out


SECTIONS = ("graph", "checksum", "main component", "package URL")


def reported(report: dict[str, Any]) -> Counter[tuple[str, str, str]]:
    """A report's findings in the same words."""
    out: Counter[tuple[str, str, str]] = Counter()
    for finding in report["findings"]:
        code, package, detail = finding["code"], finding["package"] or "", ""
        if code == "edge-missing":
            detail = finding["expected"]
        elif code == "edge-extra" or code == "component-foreign":
            detail = finding["actual"]
        elif code == "root-mismatch":
            # A statement about the document; where there is one root, it stands at that package.
            package = ""
        elif code == "document-incomplete":
            detail = next((section for section in SECTIONS if section in finding["message"]), finding["message"])
        out[(code, package, detail)] += 1
    return out


@dataclass
class Outcome:
    """What came of one document."""

    # How many packages it has, and how many of them the command reads by name and version.
    packages: int = 0
    read: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def check(command: Path, lock: Path, file: str, text: bytes) -> Outcome:
    """The codes that a document earns, and where the command and this program disagree."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / file
        path.write_bytes(text)

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [str(command), *arguments], capture_output=True, text=True, check=False, timeout=60
            )  # fmt: skip

        done = run("verify-sbom", str(path), str(lock), "--format", "json")
        # What was read of the document, as the library's own view has it.
        view = run("sbom", str(path), "--crates", "none", "--output-format", "json", "--quiet")
    for ended in (done, view):
        if ended.returncode not in (0, 1):
            return Outcome(wrong=[f"ended with {ended.returncode}: {' '.join(ended.stderr.split())[-400:]}"])
    facts = read_document(file, text)
    found = Counter((p["name"], p["version"]) for p in json.loads(view.stdout)["packages"])
    outcome = Outcome(packages=facts.packages.total(), read=(found & facts.packages).total())
    if outcome.read < READ * outcome.packages:
        lost = [show(package) for package in (facts.packages - found)]
        outcome.wrong.append(f"{outcome.read} of {outcome.packages} packages are read; not {', '.join(lost)}")
    # cargo-sbom takes what the host builds and says of no target; cargo-cyclonedx was asked for all.
    want = expected(read_lock(lock), facts, selected=False)
    have = reported(json.loads(done.stdout))
    outcome.wrong += [f"reported, not so: {' '.join(key)}" for key in sorted((have - want).elements())]
    outcome.wrong += [f"so, not reported: {' '.join(key)}" for key in sorted((want - have).elements())]
    outcome.codes.update(code for code, _, _ in have.elements())
    return outcome


def main() -> int:
    """Check every document beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", type=Path, required=True, help="the cratetrust command")
    parser.add_argument("--corpus", type=Path, required=True, help="the corpus' directory")
    parser.add_argument("--page", type=Path, help="the page whose table of what the documents lack is written anew")
    arguments = parser.parse_args()
    failed, rows, seen = 0, [], set()
    for path in sorted((HERE / "sboms").glob("*/*.gz")):
        tool, file = path.parent.name, path.name.removesuffix(".gz")
        lock_name, form = re.fullmatch(r"(.+?-\d+\.\d+\.\d+)\.(.+)", file).groups()  # type: ignore[union-attr]
        outcome = check(
            arguments.command,
            arguments.corpus / "locks" / f"{lock_name}.lock",
            file,
            gzip.decompress(path.read_bytes()),
        )
        seen.add(tool)
        failed += bool(outcome.wrong)
        rows.append((tool, lock_name, form, outcome))
        for line in outcome.wrong[:20]:
            print(f"{tool} {file}: {line}")
    if arguments.page:
        lines = ["| tool | lock | document | packages read | findings |", "|---|---|---|---|---|"]
        for tool, lock_name, form, outcome in rows:
            told = ", ".join(f"`{code}` {count}" for code, count in sorted(outcome.codes.items())) or "none"
            read = f"{outcome.read} of {outcome.packages}"
            lines.append(f"| {tool} | {lock_name} | {form} | {read} | {told} |")
        head, _, rest = arguments.page.read_text().partition(BEGIN)
        _, _, tail = rest.partition(END)
        table = "\n".join(lines)
        arguments.page.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")
    read, packages = (sum(getattr(row[3], name) for row in rows) for name in ("read", "packages"))
    print(
        f"{len(rows)} documents of {len(seen)} tools, {failed} with a disagreement; "
        f"{read} of {packages} packages read, {READ:.0%} of each document's at least"
    )
    return 1 if failed or len(rows) < DOCUMENTS or len(seen) < TOOLS else 0


if __name__ == "__main__":
    sys.exit(main())
