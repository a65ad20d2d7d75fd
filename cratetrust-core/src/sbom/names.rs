//! What the standard formats have no field for, as named properties: `cratetrust:…` in CycloneDX
//! properties and in SPDX annotations. With them a document reads back to the bill of materials
//! that it was written from.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;

use serde::Serialize;

use super::claimed;
use crate::bom::{Bom, DocumentInfo, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Package};
use crate::digest::{Sha256, Sha256Hasher};
use crate::package::{Source, SourceKind};

/// Bytes that are hashed at a time.
const GATHERED: usize = 4 << 10;

/// Ends the name of a property whose value is a JSON string, where the syntax cannot hold the text.
#[cfg(feature = "xml")]
pub(super) const AS_JSON: &str = ":json";

/// What all names of ours begin with.
pub(super) const PREFIX: &str = "cratetrust:";

pub(super) const EVIDENCE_LEVEL: &str = "cratetrust:evidence:level";
pub(super) const SELECTION: &str = "cratetrust:selection";
pub(super) const TOOLCHAIN: &str = "cratetrust:toolchain";
pub(super) const GAP: &str = "cratetrust:gap";
/// The caller's own facts, as JSON, where the format cannot hold them all.
pub(super) const DOCUMENT: &str = "cratetrust:document";

pub(super) const SOURCE_KIND: &str = "cratetrust:source:kind";
pub(super) const SOURCE_URL: &str = "cratetrust:source:url";
pub(super) const SOURCE_REF: &str = "cratetrust:source:ref";
pub(super) const SOURCE_REV: &str = "cratetrust:source:rev";
pub(super) const SCOPE: &str = "cratetrust:scope";
pub(super) const SIZE: &str = "cratetrust:size";
pub(super) const LICENSE: &str = "cratetrust:license";
pub(super) const LICENSE_FILE: &str = "cratetrust:license-file";
pub(super) const LICENSE_CONCLUDED: &str = "cratetrust:license-concluded";
pub(super) const LICENSE_TEXT: &str = "cratetrust:license-text";
pub(super) const COPYRIGHT: &str = "cratetrust:copyright";
pub(super) const DESCRIPTION: &str = "cratetrust:description";
/// A contact, as JSON.
pub(super) const SUPPLIER: &str = "cratetrust:supplier";
/// The commit that an archive was made from, as JSON.
pub(super) const VCS: &str = "cratetrust:vcs";
pub(super) const ENRICHED_FROM: &str = "cratetrust:enriched-from";
pub(super) const AUTHOR: &str = "cratetrust:author";
pub(super) const KEYWORD: &str = "cratetrust:keyword";
pub(super) const HOMEPAGE: &str = "cratetrust:homepage";
pub(super) const DOCUMENTATION: &str = "cratetrust:documentation";
pub(super) const REPOSITORY: &str = "cratetrust:repository";
pub(super) const UNIT: &str = "cratetrust:unit";
/// Indexes into the document's evidence, where they are not the default.
pub(super) const EVIDENCE: &str = "cratetrust:evidence";
/// An edge that is not of the default kind, as JSON; in SPDX the comment of its relationship.
pub(super) const DEPENDENCY: &str = "cratetrust:dependency";

/// The public names of the `rustc` chapter in the CycloneDX property taxonomy.
pub(super) const TARGET_TRIPLE: &str = "cdx:rustc:sbom:target:triple";
pub(super) const ALL_TARGETS: &str = "cdx:rustc:sbom:target:all_targets";

/// What the names of BSI TR-03183-2 begin with; its taxonomy for CycloneDX defines the words.
pub(super) const BSI: &str = "bsi:component:";
pub(super) const BSI_FILENAME: &str = "bsi:component:filename";
pub(super) const BSI_EXECUTABLE: &str = "bsi:component:executable";
pub(super) const BSI_ARCHIVE: &str = "bsi:component:archive";
pub(super) const BSI_STRUCTURED: &str = "bsi:component:structured";

/// SPDX's word for what nothing is claimed of.
pub(super) const NO_ASSERTION: &str = "NOASSERTION";

/// What stands in for the main component where several packages are roots, or none. A package
/// always has a version, so that a component without one cannot be taken for a crate.
pub(super) const SYNTHETIC_ROOT: &str = "workspace";

/// A name and a value.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Property<'a> {
    pub name: &'static str,
    pub value: Cow<'a, str>,
}

pub(super) fn property<'a>(name: &'static str, value: impl Into<Cow<'a, str>>) -> Property<'a> {
    Property {
        name,
        value: value.into(),
    }
}

/// A value as compact JSON. The types written here cannot fail; a failure would leave `null`.
pub(super) fn json_text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// The kind that an edge has where nothing else is said about it.
pub(super) fn default_kind(bom: &Bom) -> EdgeKind {
    if bom.selection.is_some() {
        EdgeKind::Normal
    } else {
        EdgeKind::Unknown
    }
}

/// The evidence that knows a package or an edge where nothing else is said about it.
pub(super) fn default_evidence(evidence: &[EvidenceSource]) -> &'static [usize] {
    if evidence.is_empty() { &[] } else { &[0] }
}

/// The package's properties that no format here has a field for.
pub(super) fn package_properties<'a>(bom: &Bom, package: &'a Package) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    let source = &package.source;
    let implied = match &package.purl {
        None => None,
        // By far the most common form, told without taking it apart.
        Some(purl) if source.kind == SourceKind::CratesIo && !purl.contains(['?', '&', '#']) => {
            Some(Source::of(SourceKind::CratesIo))
        }
        Some(purl) => claimed::purl_parts(purl).map(|parts| claimed::source_of_purl(&parts)),
    };
    if implied.as_ref() != Some(source) {
        let implied = implied.as_ref();
        if implied.is_none_or(|i| i.kind != source.kind) {
            out.push(property(SOURCE_KIND, source.kind.name()));
        }
        for (name, value, known) in [
            (SOURCE_URL, &source.url, implied.map(|i| &i.url)),
            (SOURCE_REF, &source.reference, None),
            (SOURCE_REV, &source.rev, implied.map(|i| &i.rev)),
        ] {
            if let Some(text) = value
                && known != Some(value)
            {
                out.push(property(name, text.as_str()));
            }
        }
    }
    if let Some(size) = package.size {
        out.push(property(SIZE, size.to_string()));
    }
    if let Some(file) = &package.license_file {
        out.push(property(LICENSE_FILE, file.as_str()));
    }
    if package.evidence != default_evidence(&bom.evidence) {
        out.push(property(EVIDENCE, json_text(&package.evidence)));
    }
    for unit in &package.units {
        out.push(property(UNIT, json_text(unit)));
    }
    if let Some(vcs) = &package.vcs {
        out.push(property(VCS, json_text(vcs)));
    }
    if let Some(kind) = &package.enriched_from {
        out.push(property(ENRICHED_FROM, kind.as_str()));
    }
    out
}

/// A gap, naming its package by the document's own reference.
#[derive(Serialize)]
struct GapText<'a> {
    package: &'a str,
    code: &'a str,
    reason: &'a str,
}

/// The document's properties that no format here has a field for.
pub(super) fn document_properties<'a>(bom: &'a Bom, refs: &[String]) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    for evidence in &bom.evidence {
        out.push(property(EVIDENCE_LEVEL, evidence.level.name()));
    }
    if let Some(selection) = &bom.selection {
        out.push(property(SELECTION, json_text(selection)));
    }
    if let Some(toolchain) = &bom.toolchain {
        out.push(property(TOOLCHAIN, json_text(toolchain)));
    }
    for gap in &bom.gaps {
        let package = refs.get(gap.package).map_or("", String::as_str);
        let text = json_text(&GapText {
            package,
            code: &gap.code,
            reason: &gap.reason,
        });
        out.push(property(GAP, text));
    }
    out
}

/// What an edge says beyond its ends.
#[derive(Serialize)]
pub(super) struct EdgeText<'a> {
    #[serde(rename = "ref")]
    pub reference: &'a str,
    pub kind: EdgeKind,
    pub name: Option<&'a str>,
    pub evidence: &'a [usize],
}

/// Whether an edge says nothing beyond its ends.
pub(super) fn is_default_edge(bom: &Bom, edge: &Edge) -> bool {
    edge.kind == default_kind(bom)
        && edge.name.is_none()
        && edge.evidence == default_evidence(&bom.evidence)
}

/// The address of a crate's archive, where its registry is known to serve it.
pub(super) fn download_url(package: &Package) -> Option<String> {
    (package.source.kind == SourceKind::CratesIo).then(|| {
        let Package { name, version, .. } = package;
        let version = version.replace('+', "%2B");
        format!("https://static.crates.io/crates/{name}/{name}-{version}.crate")
    })
}

/// Where the sources of a git package can be had, where that is no place on somebody's own machine.
pub(super) fn git_address(source: &Source) -> Option<String> {
    let url = source.public_url()?;
    let rev = source.rev.as_deref()?;
    Some(format!("git+{url}@{rev}"))
}

/// The file name of a crate's archive.
pub(super) fn archive_name(package: &Package) -> Option<String> {
    matches!(
        package.source.kind,
        SourceKind::CratesIo | SourceKind::Registry
    )
    .then(|| format!("{}-{}.crate", package.name, package.version))
}

/// Whether something beyond what a lockfile says is known of the archive itself.
pub(super) fn archive_at_hand(package: &Package) -> bool {
    package.checksum.sha512.is_some() || package.size.is_some() || package.enriched_from.is_some()
}

/// Whether the evidence holds a lockfile: then every package and every edge is listed.
pub(super) fn from_lockfile(evidence: &[EvidenceSource]) -> bool {
    evidence
        .iter()
        .any(|source| source.level == EvidenceLevel::Lockfile)
}

/// Makes texts unique that are to be references.
#[derive(Default)]
pub(super) struct Unique {
    taken: HashSet<String>,
    next: HashMap<String, u64>,
}

impl Unique {
    /// Takes `wanted`, or `wanted` with a number where it is taken.
    pub(super) fn take(&mut self, wanted: String) -> String {
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let next = self.next.entry(wanted.clone()).or_insert(2);
        loop {
            let candidate = format!("{wanted}-{next}");
            *next += 1;
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

/// A UUID of version 8 (RFC 9562, 5.8): the first bits of a SHA-256 over the content, the format
/// and the tool's version, but not over the evidence files' own names and digests: a lockfile under
/// another name or in another order is the same content.
pub(super) fn content_uuid(bom: &Bom, format: &str, tool_version: &str) -> String {
    #[derive(Serialize)]
    struct Content<'a>(&'a str, &'a str, DocumentInfo, Vec<EvidenceSource>);

    let document = DocumentInfo {
        serial: None,
        ..bom.document.clone()
    };
    let evidence = bom
        .evidence
        .iter()
        .map(|source| EvidenceSource {
            level: source.level,
            name: String::new(),
            sha256: None,
        })
        .collect();
    let mut out = HashWriter::default();
    let head = Content(format, tool_version, document, evidence);
    let body = (
        &bom.selection,
        &bom.toolchain,
        &bom.roots,
        &bom.packages,
        &bom.edges,
        &bom.gaps,
    );
    // Writing into a hash cannot fail.
    let _ = serde_json::to_writer(&mut out, &(head, body));
    let Sha256(mut bytes) = out.finish();
    if let Some(byte) = bytes.get_mut(6) {
        *byte = (*byte & 0x0f) | 0x80;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = (*byte & 0x3f) | 0x80;
    }
    let digits = crate::text::hex(&bytes);
    let group = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        group(0, 8),
        group(8, 12),
        group(12, 16),
        group(16, 20),
        group(20, 32)
    )
}

/// Hashes what is written; JSON comes in pieces of a few bytes, which are gathered first.
#[derive(Default)]
struct HashWriter {
    hasher: Sha256Hasher,
    gathered: Vec<u8>,
}

impl HashWriter {
    fn finish(mut self) -> Sha256 {
        self.hasher.update(&self.gathered);
        self.hasher.finish()
    }
}

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED {
            self.hasher.update(&self.gathered);
            self.gathered.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether text has the form of an SPDX licence expression (SPDX 2.3, annex D), its identifiers
/// not looked up.
pub(super) fn is_license_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let (mut depth, mut want_operand, mut with) = (0usize, true, false);
    for token in spaced.split_ascii_whitespace() {
        match token {
            "(" if want_operand && !with => depth += 1,
            ")" if !want_operand && depth > 0 => depth -= 1,
            "AND" | "OR" if !want_operand => (want_operand, with) = (true, false),
            "WITH" if !want_operand && !with => (want_operand, with) = (true, true),
            "(" | ")" | "AND" | "OR" | "WITH" => return false,
            id if want_operand => {
                let bare = id.strip_suffix('+').unwrap_or(id);
                let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':');
                if bare.is_empty() || !bare.bytes().all(known) {
                    return false;
                }
                want_operand = false;
            }
            _ => return false,
        }
    }
    !want_operand && depth == 0
}

/// Whether text is an absolute URI or IRI that any validator takes.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !rest.chars().any(|c| {
            c.is_whitespace() || crate::text::is_misleading(c) || "\"<>\\^`{|}[]".contains(c)
        })
        && rest.split('%').skip(1).all(|after| {
            let mut bytes = after.bytes();
            let digit = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
            digit(bytes.next()) && digit(bytes.next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn license_expressions() {
        for text in [
            "MIT",
            "MIT OR Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0+",
            "LicenseRef-x",
        ] {
            assert!(is_license_expression(text), "{text}");
        }
        for text in [
            "",
            "MIT/Apache-2.0",
            "MIT OR",
            "OR MIT",
            "MIT MIT",
            "(MIT",
            "MIT)",
            "()",
            "Ünï",
            "+",
        ] {
            assert!(!is_license_expression(text), "{text}");
        }
    }

    #[test]
    fn uris() {
        for text in [
            "https://example.org/a?b#c",
            "mailto:a@b",
            "https://例え.jp/%E3",
        ] {
            assert!(is_uri(text), "{text}");
        }
        for text in [
            "",
            "a",
            "https:",
            "ht tp://a",
            "https://a b",
            "git@h:p",
            "https://a/%zz",
            "https://a/<b>",
        ] {
            assert!(!is_uri(text), "{text}");
        }
    }

    #[test]
    fn references_become_unique() {
        let mut unique = Unique::default();
        let taken: Vec<_> = ["a", "a", "a-2", "a", "b"]
            .into_iter()
            .map(|text| unique.take(text.to_owned()))
            .collect();
        assert_eq!(taken, ["a", "a-2", "a-2-2", "a-3", "b"]);
    }
}
