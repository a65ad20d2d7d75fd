//! Writing SPDX 2.3.
//!
//! - The document describes its one root; several, or none, get a synthetic package without
//!   version and purl that depends on them.
//! - `DEPENDS_ON` is an ordinary dependency, or one of a kind that the evidence does not tell;
//!   `BUILD_DEPENDENCY_OF` and `DEV_DEPENDENCY_OF` run from the dependency to who declares it.
//! - What SPDX has no field for stands in annotations, one property each.
//! - `created` is mandatory; without a time from the caller it is the epoch.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use crate::bom::{Bom, Contact, Edge, EdgeKind, Package, Scope};
use crate::digest::Sha256;
use crate::package::SourceKind;
use crate::sbom::names::{self, Property, Unique, property};

/// The versions that can be written, the default first.
pub(crate) const VERSIONS: &[&str] = &["2.3"];

/// What stands where a time is demanded and none is given.
pub(super) const NO_TIME: &str = "1970-01-01T00:00:00Z";
pub(super) const NO_ASSERTION: &str = "NOASSERTION";
pub(super) const DOCUMENT_ID: &str = "SPDXRef-DOCUMENT";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "SPDXID")]
    id: &'static str,
    spdx_version: String,
    creation_info: CreationInfo<'a>,
    name: String,
    data_license: &'static str,
    document_namespace: Cow<'a, str>,
    document_describes: [&'a str; 1],
    packages: Vec<SpdxPackage<'a>>,
    relationships: Vec<Relationship<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
struct CreationInfo<'a> {
    created: &'a str,
    creators: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpdxPackage<'a> {
    #[serde(rename = "SPDXID")]
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version_info: &'a str,
    supplier: Cow<'a, str>,
    download_location: Cow<'a, str>,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<SpdxChecksum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<&'a str>,
    license_concluded: &'static str,
    license_declared: &'a str,
    copyright_text: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpdxChecksum {
    algorithm: &'static str,
    checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef<'a> {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation<'a> {
    annotation_date: &'a str,
    annotation_type: &'static str,
    annotator: &'a str,
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    spdx_element_id: &'a str,
    relationship_type: &'static str,
    related_spdx_element: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

pub(crate) fn write(bom: &Bom, version: &str) -> serde_json::Result<Vec<u8>> {
    let (refs, synthetic) = references(bom);
    let main = match bom.roots.as_slice() {
        [root] if *root < bom.packages.len() => Some(*root),
        _ => None,
    };
    let described = main
        .and_then(|index| refs.get(index))
        .map_or(synthetic.as_str(), String::as_str);
    let created = bom.document.timestamp.as_deref().unwrap_or(NO_TIME);
    let tool = format!("Tool: cratetrust-{}", crate::VERSION);
    let annotate = |properties: Vec<Property<'_>>| -> Vec<Annotation<'_>> {
        properties
            .iter()
            .map(|Property { name, value }| Annotation {
                annotation_date: created,
                annotation_type: "OTHER",
                annotator: &tool,
                comment: format!("{name}={value}"),
            })
            .collect()
    };
    let supplier = bom.document.supplier.as_ref();
    let mut packages = Vec::with_capacity(bom.packages.len() + 1);
    if main.is_none() {
        packages.push(synthetic_root(&synthetic, supplier));
    }
    for (index, (item, id)) in bom.packages.iter().zip(&refs).enumerate() {
        let (mut item, properties) = package(bom, item, id);
        item.annotations = annotate(properties);
        if Some(index) == main {
            item.primary_package_purpose = "APPLICATION";
            item.supplier = supplier_text(supplier);
        }
        packages.push(item);
    }
    let mut creators = vec![tool.clone()];
    creators.extend(supplier.map(|contact| actor("Organization", contact)));
    creators.extend(
        bom.document
            .authors
            .iter()
            .map(|contact| actor("Person", contact)),
    );
    let document = Document {
        id: DOCUMENT_ID,
        spdx_version: format!("SPDX-{version}"),
        creation_info: CreationInfo { created, creators },
        name: match main.and_then(|index| bom.packages.get(index)) {
            Some(package) => format!("{}-{}", package.name, package.version),
            None => names::SYNTHETIC_ROOT.to_owned(),
        },
        data_license: "CC0-1.0",
        document_namespace: match &bom.document.serial {
            Some(serial) => Cow::Borrowed(serial.as_str()),
            None => Cow::Owned(namespace(bom, version, crate::VERSION)),
        },
        document_describes: [described],
        packages,
        relationships: relationships(bom, &refs, described, main),
        annotations: annotate(properties(bom, &refs)),
    };
    serde_json::to_vec_pretty(&document)
}

/// The namespace that a document has where the caller gives no serial number.
pub(super) fn namespace(bom: &Bom, version: &str, tool_version: &str) -> String {
    names::content_uuid(bom, &format!("spdx-json {version}"), tool_version)
}

fn properties<'a>(bom: &'a Bom, refs: &[String]) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    let document = &bom.document;
    // `created` holds any time but the one that stands for none.
    let epoch = document.timestamp.as_deref() == Some(NO_TIME);
    if epoch
        || document.supplier.is_some()
        || !document.authors.is_empty()
        || document.lifecycle.is_some()
    {
        let mut facts = document.clone();
        facts.serial = None;
        if !epoch {
            facts.timestamp = None;
        }
        out.push(property(names::DOCUMENT, names::json_text(&facts)));
    }
    out.extend(names::document_properties(bom, refs));
    out
}

/// An actor as SPDX 2.3 (6.8) spells it: `Organization: Name (mail)`.
fn actor(kind: &str, contact: &Contact) -> String {
    let tidy = |text: &str| text.replace(['(', ')', '\n', '\r'], " ");
    let name = match contact.name.trim() {
        "" => "anonymous",
        name => name,
    };
    match &contact.email {
        Some(email) => format!("{kind}: {} ({})", tidy(name).trim(), tidy(email).trim()),
        None => format!("{kind}: {}", tidy(name).trim()),
    }
}

fn supplier_text(supplier: Option<&Contact>) -> Cow<'static, str> {
    match supplier {
        Some(contact) => Cow::Owned(actor("Organization", contact)),
        None => Cow::Borrowed(NO_ASSERTION),
    }
}

fn synthetic_root<'a>(id: &'a str, supplier: Option<&Contact>) -> SpdxPackage<'a> {
    SpdxPackage {
        id,
        name: names::SYNTHETIC_ROOT,
        version_info: "",
        supplier: supplier_text(supplier),
        download_location: Cow::Borrowed(NO_ASSERTION),
        files_analyzed: false,
        checksums: Vec::new(),
        homepage: None,
        license_concluded: NO_ASSERTION,
        license_declared: NO_ASSERTION,
        copyright_text: NO_ASSERTION,
        description: None,
        primary_package_purpose: "APPLICATION",
        external_refs: Vec::new(),
        annotations: Vec::new(),
    }
}

fn package<'a>(
    bom: &Bom,
    package: &'a Package,
    id: &'a str,
) -> (SpdxPackage<'a>, Vec<Property<'a>>) {
    let mut properties = names::package_properties(bom, package);
    if package.scope != Scope::Maybe {
        properties.push(property(names::SCOPE, package.scope.name()));
    }
    for text in &package.authors {
        properties.push(property(names::AUTHOR, text.as_str()));
    }
    for text in &package.keywords {
        properties.push(property(names::KEYWORD, text.as_str()));
    }
    let homepage = package.homepage.as_deref();
    for (name, text) in [
        (names::HOMEPAGE, homepage.filter(|url| !is_web(url))),
        (names::DOCUMENTATION, package.documentation.as_deref()),
        (names::REPOSITORY, package.repository.as_deref()),
    ] {
        properties.extend(text.map(|text| property(name, text)));
    }
    let license = package.license.as_deref();
    // A reference to a licence text that the document does not hold would not be valid.
    let declared = license.filter(|text| {
        names::is_license_expression(text)
            && !matches!(*text, NO_ASSERTION | "NONE")
            && !text.contains(':')
            && !text.contains("LicenseRef")
    });
    if declared.is_none() {
        properties.extend(license.map(|text| property(names::LICENSE, text)));
    }
    let download_location = match (&package.source.url, &package.source.rev) {
        (Some(url), Some(rev))
            if package.source.kind == SourceKind::Git
                && is_web(url)
                && names::is_uri(&format!("{url}@{rev}")) =>
        {
            Cow::Owned(format!("git+{url}@{rev}"))
        }
        _ => Cow::Borrowed(NO_ASSERTION),
    };
    let checksums = [
        package.checksum.sha256.map(|hash| SpdxChecksum {
            algorithm: "SHA256",
            checksum_value: hash.to_string(),
        }),
        package.checksum.sha512.map(|hash| SpdxChecksum {
            algorithm: "SHA512",
            checksum_value: hash.to_string(),
        }),
    ];
    let purl = package.purl.as_deref().map(|purl| ExternalRef {
        reference_category: "PACKAGE-MANAGER",
        reference_type: "purl",
        reference_locator: purl,
    });
    let item = SpdxPackage {
        id,
        name: &package.name,
        version_info: &package.version,
        supplier: Cow::Borrowed(NO_ASSERTION),
        download_location,
        files_analyzed: false,
        checksums: checksums.into_iter().flatten().collect(),
        homepage: homepage.filter(|url| is_web(url)),
        license_concluded: NO_ASSERTION,
        license_declared: declared.unwrap_or(NO_ASSERTION),
        copyright_text: NO_ASSERTION,
        description: package.description.as_deref(),
        primary_package_purpose: "LIBRARY",
        external_refs: purl.into_iter().collect(),
        annotations: Vec::new(),
    };
    (item, properties)
}

/// Whether text is a web address that SPDX validators take: with a host that has a domain.
fn is_web(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.contains("--")
    };
    names::is_uri(text)
        && host.rsplit_once('.').is_some_and(|(front, top)| {
            front.split('.').all(label)
                && (2..=5).contains(&top.len())
                && top.bytes().all(|b| b.is_ascii_alphabetic())
        })
}

/// An SPDX identifier for each package, and one for the synthetic root.
pub(in crate::sbom) fn references(bom: &Bom) -> (Vec<String>, String) {
    let plain: Vec<(String, bool)> = bom
        .packages
        .iter()
        .map(|package| {
            let text = format!("{}-{}", package.name, package.version);
            let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            let lossy = !text.chars().all(|c| legal(c) || c == '_');
            let id = text
                .chars()
                .map(|c| if legal(c) { c } else { '-' })
                .collect();
            (id, lossy)
        })
        .collect();
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for (id, _) in &plain {
        *counts.entry(id).or_default() += 1;
    }
    let mut unique = Unique::default();
    let synthetic = unique.take("SPDXRef-Workspace".to_owned());
    let refs = plain
        .iter()
        .zip(&bom.packages)
        .map(|((id, lossy), package)| {
            let wanted = if *lossy || counts.get(id.as_str()) != Some(&1) {
                // The digest goes by what the package is, not by what else is in the document.
                let identity = (&package.name, &package.version, &package.source);
                let digest = Sha256::of(names::json_text(&identity).as_bytes()).to_string();
                let digest = digest.get(..16).unwrap_or(&digest);
                format!("SPDXRef-Package-{id}-{digest}")
            } else {
                format!("SPDXRef-Package-{id}")
            };
            unique.take(wanted)
        })
        .collect();
    (refs, synthetic)
}

fn relationships<'a>(
    bom: &Bom,
    refs: &'a [String],
    described: &'a str,
    main: Option<usize>,
) -> Vec<Relationship<'a>> {
    let plain = |from: &'a str, kind: &'static str, to: &'a str| Relationship {
        spdx_element_id: from,
        relationship_type: kind,
        related_spdx_element: to,
        comment: None,
    };
    let mut out = Vec::with_capacity(bom.edges.len() + bom.roots.len() + 1);
    out.push(plain(DOCUMENT_ID, "DESCRIBES", described));
    if main.is_none() {
        for root in bom.roots.iter().filter_map(|index| refs.get(*index)) {
            out.push(plain(described, "DEPENDS_ON", root));
        }
    }
    for edge in &bom.edges {
        let (Some(from), Some(to)) = (refs.get(edge.from), refs.get(edge.to)) else {
            continue;
        };
        let mut relationship = match edge.kind {
            EdgeKind::Normal | EdgeKind::Unknown => plain(from, "DEPENDS_ON", to),
            EdgeKind::Build => plain(to, "BUILD_DEPENDENCY_OF", from),
            EdgeKind::Dev => plain(to, "DEV_DEPENDENCY_OF", from),
        };
        relationship.comment = comment(bom, edge, to);
        out.push(relationship);
    }
    out
}

/// What an edge says that its relationship does not.
fn comment(bom: &Bom, edge: &Edge, to: &str) -> Option<String> {
    let told = match edge.kind {
        EdgeKind::Normal | EdgeKind::Unknown => edge.kind == names::default_kind(bom),
        EdgeKind::Build | EdgeKind::Dev => true,
    };
    if told && edge.name.is_none() && edge.evidence == names::default_evidence(&bom.evidence) {
        return None;
    }
    let text = names::json_text(&names::EdgeText {
        reference: to,
        kind: edge.kind,
        name: edge.name.as_deref(),
        evidence: &edge.evidence,
    });
    Some(format!("{}={text}", names::DEPENDENCY))
}
