//! A bill of materials as a CycloneDX document.
//!
//! - One root is the main component; several, or none, get a synthetic main component without
//!   version and purl that depends on them.
//! - `bom-ref` is the purl where there is one that no other component has, else `name@version`,
//!   with the source where that is not unique either.
//! - Every component has an entry in `dependencies`. With a lockfile as evidence a composition
//!   calls them complete: a lockfile lists every dependency that any build can have. The entries
//!   of packages with gaps, and all entries without a lockfile, are `unknown`.
//! - A fact that the version or the syntax cannot hold exactly stands in a property too, unless it
//!   follows from the others.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::entity::{Organization, author, is_plain, organization, person};
use super::license::{data_license, declared, licenses};
use super::model::{
    Component, Composition, Dependency, Document, Hash, Lifecycle, Metadata, Reference, Tool, Tools,
};
use super::{Spec, is_xml_char};
use crate::bom::{Bom, DocumentInfo, Edge, EvidenceLevel, Package, Scope};
use crate::sbom::names::{self, Property, Unique, property};

/// The lifecycle phases that CycloneDX defines.
const PHASES: [&str; 7] = [
    "design",
    "pre-build",
    "build",
    "post-build",
    "operations",
    "discovery",
    "decommission",
];

/// Writes a document in that version, as XML where `xml` says so.
pub(crate) fn write(bom: &Bom, version: &str, xml: bool) -> serde_json::Result<Vec<u8>> {
    let spec = Spec::new(version, xml);
    let refs = references(bom, spec);
    let document = document(bom, version, spec, &refs);
    if !xml {
        return serde_json::to_vec_pretty(&document);
    }
    #[cfg(feature = "xml")]
    return super::xml_write::write(&document).map_err(serde::ser::Error::custom);
    #[cfg(not(feature = "xml"))]
    Err(serde::ser::Error::custom("built without the feature `xml`"))
}

fn document<'a>(bom: &'a Bom, version: &'a str, spec: Spec, refs: &'a [String]) -> Document<'a> {
    let main = match bom.roots.as_slice() {
        [root] if *root < bom.packages.len() => Some(*root),
        _ => None,
    };
    let mut said = edge_properties(bom, refs);
    let mut component_of = |index: usize, package, root| {
        let reference = refs.get(index).map_or("", String::as_str);
        let mut component = component(bom, package, reference, spec, root);
        if let Some(properties) = said.remove(&index) {
            component.properties.extend(properties);
        }
        component
    };
    let info = &bom.document;
    let root = match main.and_then(|i| Some((i, bom.packages.get(i)?))) {
        Some((index, package)) => component_of(index, package, Some(info)),
        None => synthetic_root(info, spec),
    };
    let components = bom
        .packages
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != main)
        .map(|(index, package)| component_of(index, package, None))
        .collect();
    let manufacturer = info.manufacturer.as_ref().map(organization);
    let (manufacturer, manufacture) = if spec.has_manufacturers() {
        (manufacturer, None)
    } else {
        (None, manufacturer)
    };
    Document {
        bom_format: "CycloneDX",
        spec_version: version,
        serial_number: match &info.serial {
            Some(serial) => Cow::Borrowed(serial.as_str()),
            None => Cow::Owned(serial(bom, version, spec.xml, crate::VERSION)),
        },
        version: 1,
        metadata: Metadata {
            timestamp: info.timestamp.as_deref(),
            lifecycles: lifecycle(bom)
                .into_iter()
                .filter(|_| spec.has_lifecycles())
                .collect(),
            tools: tools(info, spec),
            authors: info.authors.iter().map(person).collect(),
            component: root,
            manufacturer,
            manufacture,
            supplier: info.supplier.as_ref().map(organization),
            licenses: [data_license()],
            properties: properties(bom, refs, spec),
        },
        components,
        dependencies: dependencies(bom, refs, main),
        compositions: compositions(bom, refs, main),
    }
}

/// The serial number that a document has where the caller gives none.
pub(super) fn serial(bom: &Bom, version: &str, xml: bool, tool_version: &str) -> String {
    let syntax = if xml { "xml" } else { "json" };
    names::content_uuid(bom, &format!("cyclonedx-{syntax} {version}"), tool_version)
}

/// The phase where the caller names none: a lockfile is written before the build, a record of
/// cargo's while it builds, and a binary is looked at after it.
pub(super) fn default_phase(bom: &Bom) -> Option<&'static str> {
    let has = |wanted: &[EvidenceLevel]| bom.evidence.iter().any(|e| wanted.contains(&e.level));
    use EvidenceLevel::{
        Auditable, AuditableSbom, BinaryHeuristic, CargoMetadata, CargoSbom, Lockfile,
        LockfileIndex, Manifests,
    };
    if has(&[CargoSbom]) {
        Some("build")
    } else if has(&[Auditable, AuditableSbom, BinaryHeuristic]) {
        Some("post-build")
    } else if has(&[Lockfile, LockfileIndex, CargoMetadata, Manifests]) {
        Some("pre-build")
    } else {
        None
    }
}

fn lifecycle(bom: &Bom) -> Option<Lifecycle<'_>> {
    match bom.document.lifecycle.as_deref() {
        None => default_phase(bom).map(Lifecycle::Phase),
        Some(phase) if PHASES.contains(&phase) => Some(Lifecycle::Phase(phase)),
        Some(name) => Some(Lifecycle::Name(name)),
    }
}

/// This tool first, then the caller's.
fn tools(info: &DocumentInfo, spec: Spec) -> Tools<'_> {
    let tool = |name, version| Tool {
        r#type: spec.has_lifecycles().then_some("application"),
        name,
        version,
    };
    let mut list = vec![tool("cratetrust", Some(crate::VERSION))];
    list.extend(
        info.tools
            .iter()
            .map(|t| tool(t.name.as_str(), t.version.as_deref())),
    );
    if spec.has_lifecycles() {
        Tools::Components { components: list }
    } else {
        Tools::List(list)
    }
}

fn properties<'a>(bom: &'a Bom, refs: &[String], spec: Spec) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    match &bom.selection {
        // A program is of one target, which it does not name.
        None if bom.is_of_one_build() => {}
        None => out.push(property(names::ALL_TARGETS, "true")),
        Some(selection) => out.extend(
            selection
                .targets
                .iter()
                .map(|triple| property(names::TARGET_TRIPLE, triple.as_str())),
        ),
    }
    let info = &bom.document;
    let lifecycle_kept = match info.lifecycle.as_deref() {
        None => true,
        Some(phase) => {
            spec.has_lifecycles() && Some(phase) != default_phase(bom) && spec.keeps(phase)
        }
    };
    let organization_kept = |contact: &Option<_>| {
        contact
            .as_ref()
            .is_none_or(|contact| is_plain(contact, spec))
    };
    let kept = lifecycle_kept
        && info.license.is_none()
        && info
            .authors
            .iter()
            .all(|author| author.url.is_none() && is_plain(author, spec))
        && organization_kept(&info.supplier)
        && organization_kept(&info.manufacturer)
        && info.tools.iter().all(|tool| {
            let kept = |text: &str| !text.is_empty() && spec.keeps(text);
            kept(&tool.name) && tool.version.as_deref().is_none_or(kept)
        });
    if !kept {
        let mut facts = info.clone();
        facts.timestamp = None;
        facts.serial = None;
        out.push(property(names::DOCUMENT, names::json_text(&facts)));
    }
    out.extend(names::document_properties(bom, refs));
    out
}

fn synthetic_root(info: &DocumentInfo, spec: Spec) -> Component<'_> {
    Component {
        r#type: "application",
        bom_ref: names::SYNTHETIC_ROOT,
        supplier: info.supplier.as_ref().map(organization),
        manufacturer: manufacturer(None, Some(info), spec),
        authors: Vec::new(),
        author: None,
        name: names::SYNTHETIC_ROOT,
        version: "",
        description: None,
        scope: None,
        hashes: Vec::new(),
        licenses: info
            .license
            .as_deref()
            .map(|text| declared(text, spec))
            .into_iter()
            .collect(),
        copyright: None,
        purl: None,
        external_references: Vec::new(),
        properties: Vec::new(),
        tags: &[],
    }
}

/// Who made a component where its authors cannot be reached: for the main component the caller's
/// manufacturer, else whoever is behind the repository.
fn manufacturer<'a>(
    package: Option<&'a Package>,
    root: Option<&'a DocumentInfo>,
    spec: Spec,
) -> Option<Organization<'a>> {
    if !spec.has_manufacturers() {
        return None;
    }
    if let Some(contact) = root.and_then(|info| info.manufacturer.as_ref()) {
        return Some(organization(contact));
    }
    let package = package?;
    let reachable = package
        .authors
        .iter()
        .any(|text| author(text).email.is_some());
    let url = package
        .repository
        .as_deref()
        .filter(|url| !reachable && names::is_uri(url))?;
    Some(Organization {
        name: None,
        url: vec![url],
        contact: Vec::new(),
    })
}

/// `root` is given for the main component.
fn component<'a>(
    bom: &Bom,
    package: &'a Package,
    reference: &'a str,
    spec: Spec,
    root: Option<&'a DocumentInfo>,
) -> Component<'a> {
    let mut properties = names::package_properties(bom, package);
    let scope = match package.scope {
        Scope::Linked => Some("required"),
        Scope::Maybe => None,
        scope @ (Scope::Build | Scope::Dev | Scope::NotBuilt) => {
            properties.push(property(names::SCOPE, scope.name()));
            Some("excluded")
        }
    };
    for (name, text) in [
        (names::DESCRIPTION, package.description.as_deref()),
        (names::COPYRIGHT, package.copyright.as_deref()),
    ] {
        let said_nothing = |text: &str| name == names::COPYRIGHT && text == names::NO_ASSERTION;
        properties.extend(
            text.filter(|text| !spec.keeps(text) || said_nothing(text))
                .map(|text| property(name, text)),
        );
    }
    let authors = package.authors.as_slice();
    let lists = spec.has_manufacturers();
    let kept = |list: &[String]| list.iter().all(|text| spec.keeps(text));
    if !kept(authors) || !(lists || authors.len() < 2) {
        properties.extend(
            authors
                .iter()
                .map(|text| property(names::AUTHOR, text.as_str())),
        );
    }
    if !kept(&package.keywords) || !lists {
        let keywords = package.keywords.iter();
        properties.extend(keywords.map(|text| property(names::KEYWORD, text.as_str())));
    }
    let supplier = package.supplier.as_ref();
    let given = root.and_then(|info| info.supplier.as_ref());
    if let Some(supplier) = supplier
        && (given.is_some() || !is_plain(supplier, spec))
    {
        properties.push(property(names::SUPPLIER, names::json_text(supplier)));
    }
    let license = root.and_then(|info| info.license.as_deref());
    let (licenses, license_properties) = licenses(package, license, spec);
    properties.extend(license_properties);
    let external_references = references_of(package, spec, &mut properties);
    bsi_properties(package, &mut properties);
    Component {
        r#type: if root.is_some() {
            "application"
        } else {
            "library"
        },
        bom_ref: reference,
        supplier: supplier.or(given).map(organization),
        manufacturer: manufacturer(Some(package), root, spec),
        authors: authors
            .iter()
            .filter(|_| lists)
            .map(|text| author(text))
            .collect(),
        author: match authors {
            [] => None,
            _ if lists => None,
            [one] => Some(Cow::Borrowed(one.as_str())),
            many => Some(Cow::Owned(many.join(", "))),
        },
        name: &package.name,
        version: &package.version,
        description: package.description.as_deref(),
        scope,
        hashes: hashes(package),
        licenses,
        // Looked for, and none found.
        copyright: package.copyright.as_deref().or_else(|| {
            let looked = package.enriched_from.is_some();
            looked.then_some(names::NO_ASSERTION)
        }),
        purl: package.purl.as_deref(),
        external_references,
        properties,
        tags: if lists { &package.keywords } else { &[] },
    }
}

fn hashes(package: &Package) -> Vec<Hash> {
    let sha256 = package.checksum.sha256.map(|hash| Hash {
        alg: "SHA-256",
        content: hash.to_string(),
    });
    let sha512 = package.checksum.sha512.map(|hash| Hash {
        alg: "SHA-512",
        content: hash.to_string(),
    });
    sha256.into_iter().chain(sha512).collect()
}

fn references_of<'a>(
    package: &'a Package,
    spec: Spec,
    properties: &mut Vec<Property<'a>>,
) -> Vec<Reference<'a>> {
    let mut out = Vec::new();
    for (kind, name, url) in [
        ("vcs", names::REPOSITORY, &package.repository),
        ("website", names::HOMEPAGE, &package.homepage),
        (
            "documentation",
            names::DOCUMENTATION,
            &package.documentation,
        ),
    ] {
        match url.as_deref() {
            Some(url) if names::is_uri(url) && spec.keeps(url) => out.push(Reference {
                url: Cow::Borrowed(url),
                r#type: kind,
                comment: match &package.vcs {
                    Some(vcs) if kind == "vcs" && !vcs.dirty => {
                        Some(format!("commit {}", vcs.commit))
                    }
                    _ => None,
                },
                hashes: Vec::new(),
            }),
            Some(text) => properties.push(property(name, text)),
            None => {}
        }
    }
    // The digests stand here too where they are those of bytes that were seen; a lockfile's only
    // would be the same text twice.
    let at_hand = names::archive_at_hand(package);
    if let Some(url) = names::download_url(package).filter(|url| names::is_uri(url)) {
        let reference = |kind| Reference {
            url: Cow::Owned(url.clone()),
            r#type: kind,
            comment: None,
            hashes: if at_hand { hashes(package) } else { Vec::new() },
        };
        out.push(reference("distribution"));
        if at_hand && spec.has_manufacturers() {
            out.push(reference("source-distribution"));
        }
    } else if spec.has_manufacturers()
        && let Some(url) = names::git_address(&package.source)
        && names::is_uri(&url)
        && spec.keeps(&url)
    {
        out.push(Reference {
            url: Cow::Owned(url),
            r#type: "source-distribution",
            comment: None,
            hashes: Vec::new(),
        });
    }
    out
}

/// What BSI TR-03183-2 (5.2.2) asks of the file that a component is: a `.crate` is an archive whose
/// members can be told apart, and nothing that runs.
fn bsi_properties<'a>(package: &Package, properties: &mut Vec<Property<'a>>) {
    if !names::archive_at_hand(package) {
        return;
    }
    let Some(file) = names::archive_name(package) else {
        return;
    };
    properties.extend([
        property(names::BSI_FILENAME, file),
        property(names::BSI_EXECUTABLE, "non-executable"),
        property(names::BSI_ARCHIVE, "archive"),
        property(names::BSI_STRUCTURED, "structured"),
    ]);
}

/// A `bom-ref` for each package.
fn references(bom: &Bom, spec: Spec) -> Vec<String> {
    let mut purls = HashMap::new();
    let mut names = HashMap::new();
    for package in &bom.packages {
        if let Some(purl) = &package.purl {
            *purls.entry(purl.as_str()).or_insert(0u32) += 1;
        }
        *names
            .entry((package.name.as_str(), package.version.as_str()))
            .or_insert(0u32) += 1;
    }
    let mut unique = Unique::default();
    unique.take(names::SYNTHETIC_ROOT.to_owned());
    bom.packages
        .iter()
        .map(|package| {
            let Package {
                name,
                version,
                source,
                ..
            } = package;
            let wanted = match &package.purl {
                Some(purl) if purls.get(purl.as_str()) == Some(&1) => purl.clone(),
                _ if names.get(&(name.as_str(), version.as_str())) == Some(&1) => {
                    format!("{name}@{version}")
                }
                _ => {
                    let mut text = format!("{name}@{version} ({}", source.kind.name());
                    for part in [&source.url, &source.reference, &source.rev]
                        .into_iter()
                        .flatten()
                    {
                        text.push(' ');
                        text.push_str(part);
                    }
                    text.push(')');
                    text
                }
            };
            // References must be what they are after reading, whatever a name holds.
            if spec.keeps(&wanted) {
                unique.take(wanted)
            } else {
                unique.take(
                    wanted
                        .replace(|c| !is_xml_char(c), "\u{fffd}")
                        .trim()
                        .to_owned(),
                )
            }
        })
        .collect()
}

/// For each package, the properties that say more about its edges than `dependsOn` can.
fn edge_properties<'a>(bom: &'a Bom, refs: &[String]) -> HashMap<usize, Vec<Property<'a>>> {
    let mut out: HashMap<usize, Vec<Property<'a>>> = HashMap::new();
    let mut pairs: BTreeMap<(usize, usize), Vec<&Edge>> = BTreeMap::new();
    // All edges are plain in the common case of a lockfile.
    let mut edges = bom.edges.iter().peekable();
    let plain = edges.all(|edge| names::is_default_edge(bom, edge))
        && bom
            .edges
            .is_sorted_by(|a, b| (a.from, a.to) < (b.from, b.to));
    if plain {
        return out;
    }
    for edge in &bom.edges {
        pairs.entry((edge.from, edge.to)).or_default().push(edge);
    }
    for ((from, to), edges) in pairs {
        let plain = matches!(edges.as_slice(), [edge] if names::is_default_edge(bom, edge));
        let Some(reference) = refs.get(to).filter(|_| !plain) else {
            continue;
        };
        for edge in edges {
            let text = names::json_text(&names::EdgeText {
                reference,
                kind: edge.kind,
                name: edge.name.as_deref(),
                evidence: &edge.evidence,
            });
            out.entry(from)
                .or_default()
                .push(property(names::DEPENDENCY, text));
        }
    }
    out
}

fn dependencies<'a>(bom: &Bom, refs: &'a [String], main: Option<usize>) -> Vec<Dependency<'a>> {
    let reference = |index: &usize| refs.get(*index).map(String::as_str);
    let entry = |of: &'a str, on: &[usize]| {
        let mut depends_on: Vec<&str> = on.iter().filter_map(reference).collect();
        depends_on.sort_unstable();
        depends_on.dedup();
        Dependency {
            r#ref: of,
            depends_on,
        }
    };
    let mut out = Vec::with_capacity(refs.len() + 1);
    if main.is_none() {
        out.push(entry(names::SYNTHETIC_ROOT, &bom.roots));
    }
    out.extend(
        refs.iter()
            .zip(bom.dependencies())
            .map(|(of, on)| entry(of, &on)),
    );
    out
}

fn compositions<'a>(bom: &Bom, refs: &'a [String], main: Option<usize>) -> Vec<Composition<'a>> {
    let gaps: std::collections::HashSet<usize> = bom.gaps.iter().map(|gap| gap.package).collect();
    let complete = names::from_lockfile(&bom.evidence);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    if main.is_none() && complete {
        known.push(names::SYNTHETIC_ROOT);
    }
    for (index, reference) in refs.iter().enumerate() {
        if complete && !gaps.contains(&index) {
            known.push(reference.as_str());
        } else {
            unknown.push(reference.as_str());
        }
    }
    let unknown_as = if bom.is_partial() {
        "incomplete"
    } else {
        "unknown"
    };
    [("complete", known), (unknown_as, unknown)]
        .into_iter()
        .filter(|(_, dependencies)| !dependencies.is_empty())
        .map(|(aggregate, dependencies)| Composition {
            aggregate,
            dependencies,
        })
        .collect()
}
