//! Writing CycloneDX 1.6.
//!
//! - One root is the main component; several, or none, get a synthetic main component without
//!   version and purl that depends on them.
//! - `bom-ref` is the purl where there is one that no other component has, else `name@version`,
//!   with the source where that is not unique either.
//! - Every component has an entry in `dependencies`. With a lockfile as evidence a composition
//!   calls them complete: a lockfile lists every dependency that any build can have. The entries
//!   of packages with gaps, and all entries without a lockfile, are `unknown`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::bom::{Bom, Contact, Edge, Package, Scope};
use crate::sbom::names::{self, Property, Unique, property};

/// The versions that can be written, the default first.
pub(crate) const VERSIONS: &[&str] = &["1.6"];

/// The lifecycle phases that CycloneDX defines.
pub(super) const PHASES: [&str; 7] = [
    "design",
    "pre-build",
    "build",
    "post-build",
    "operations",
    "discovery",
    "decommission",
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    bom_format: &'static str,
    spec_version: &'a str,
    serial_number: Cow<'a, str>,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component<'a>>,
    dependencies: Vec<Dependency<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compositions: Vec<Composition<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lifecycles: Vec<Lifecycle<'a>>,
    tools: Tools,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Person<'a>>,
    component: Component<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Lifecycle<'a> {
    Phase(&'a str),
    Name(&'a str),
}

#[derive(Serialize)]
struct Tools {
    components: [Tool; 1],
}

#[derive(Serialize)]
struct Tool {
    r#type: &'static str,
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, Clone)]
struct Person<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

#[derive(Serialize, Clone)]
struct Organization<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    url: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contact: Vec<Person<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Component<'a> {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    bom_ref: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Person<'a>>,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<License<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum License<'a> {
    Expression {
        expression: &'a str,
        acknowledgement: &'static str,
    },
    Named {
        license: NamedLicense<'a>,
    },
}

#[derive(Serialize)]
struct NamedLicense<'a> {
    name: &'a str,
    acknowledgement: &'static str,
}

#[derive(Serialize)]
struct Reference<'a> {
    url: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'a> {
    r#ref: &'a str,
    depends_on: Vec<&'a str>,
}

#[derive(Serialize)]
struct Composition<'a> {
    aggregate: &'static str,
    dependencies: Vec<&'a str>,
}

pub(crate) fn write(bom: &Bom, version: &str) -> serde_json::Result<Vec<u8>> {
    let refs = references(bom);
    let main = match bom.roots.as_slice() {
        [root] if *root < bom.packages.len() => Some(*root),
        _ => None,
    };
    let mut said = edge_properties(bom, &refs);
    let mut component_of = |index: usize, package| {
        let reference = refs.get(index).map_or("", String::as_str);
        let mut component = component(bom, package, reference);
        if let Some(properties) = said.remove(&index) {
            component.properties.extend(properties);
        }
        component
    };
    let supplier = bom.document.supplier.as_ref().map(organization);
    let mut root = match main.and_then(|i| Some((i, bom.packages.get(i)?))) {
        Some((index, package)) => component_of(index, package),
        None => synthetic_root(),
    };
    root.r#type = "application";
    root.supplier.clone_from(&supplier);
    let components = bom
        .packages
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != main)
        .map(|(index, package)| component_of(index, package))
        .collect();
    let serial_number = match &bom.document.serial {
        Some(serial) => Cow::Borrowed(serial.as_str()),
        None => Cow::Owned(serial(bom, version, crate::VERSION)),
    };
    let document = Document {
        bom_format: "CycloneDX",
        spec_version: version,
        serial_number,
        version: 1,
        metadata: Metadata {
            timestamp: bom.document.timestamp.as_deref(),
            lifecycles: lifecycle(bom).into_iter().collect(),
            tools: Tools {
                components: [Tool {
                    r#type: "application",
                    name: "cratetrust",
                    version: crate::VERSION,
                }],
            },
            authors: bom.document.authors.iter().map(person).collect(),
            component: root,
            supplier,
            properties: properties(bom, &refs),
        },
        components,
        dependencies: dependencies(bom, &refs, main),
        compositions: compositions(bom, &refs, main),
    };
    serde_json::to_vec_pretty(&document)
}

/// The serial number that a document has where the caller gives none.
pub(super) fn serial(bom: &Bom, version: &str, tool_version: &str) -> String {
    names::content_uuid(bom, &format!("cyclonedx-json {version}"), tool_version)
}

/// The phase where the caller names none: a lockfile is written before the build.
pub(super) fn default_phase(bom: &Bom) -> Option<&'static str> {
    names::from_lockfile(&bom.evidence).then_some("pre-build")
}

fn lifecycle(bom: &Bom) -> Option<Lifecycle<'_>> {
    match bom.document.lifecycle.as_deref() {
        None => default_phase(bom).map(Lifecycle::Phase),
        Some(phase) if PHASES.contains(&phase) => Some(Lifecycle::Phase(phase)),
        Some(name) => Some(Lifecycle::Name(name)),
    }
}

fn properties<'a>(bom: &'a Bom, refs: &[String]) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    match &bom.selection {
        None => out.push(property(names::ALL_TARGETS, "true")),
        Some(selection) => out.extend(
            selection
                .targets
                .iter()
                .map(|triple| property(names::TARGET_TRIPLE, triple.as_str())),
        ),
    }
    let document = &bom.document;
    let given_default =
        document.lifecycle.is_some() && document.lifecycle.as_deref() == default_phase(bom);
    if given_default
        || document
            .authors
            .iter()
            .any(|author| author.url.is_some() || !is_plain(author))
        || document
            .supplier
            .as_ref()
            .is_some_and(|supplier| !is_plain(supplier))
    {
        let mut facts = document.clone();
        facts.timestamp = None;
        facts.serial = None;
        out.push(property(names::DOCUMENT, names::json_text(&facts)));
    }
    out.extend(names::document_properties(bom, refs));
    out
}

/// Whether a contact can stand in CycloneDX's own fields without breaking its schema.
fn is_plain(contact: &Contact) -> bool {
    !contact.name.is_empty()
        && contact.email.as_deref().is_none_or(is_email)
        && contact.url.as_deref().is_none_or(names::is_uri)
}

fn is_email(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with(['.', '-'])
            && !part.contains("..")
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+'))
    };
    text.split_once('@')
        .is_some_and(|(user, host)| part(user) && part(host) && !host.contains(['_', '+']))
}

fn person(contact: &Contact) -> Person<'_> {
    Person {
        name: Some(contact.name.as_str()).filter(|name| !name.is_empty()),
        email: contact.email.as_deref().filter(|email| is_email(email)),
    }
}

fn organization(contact: &Contact) -> Organization<'_> {
    let email = contact.email.as_deref().filter(|email| is_email(email));
    Organization {
        name: &contact.name,
        url: contact
            .url
            .as_deref()
            .filter(|url| names::is_uri(url))
            .into_iter()
            .collect(),
        contact: email
            .map(|email| Person {
                name: None,
                email: Some(email),
            })
            .into_iter()
            .collect(),
    }
}

/// An author as Cargo.toml writes it: `Name <mail>`, or only a name.
fn author(text: &str) -> Person<'_> {
    let split = text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once(" <"))
        .filter(|(name, email)| !name.is_empty() && is_email(email));
    match split {
        Some((name, email)) => Person {
            name: Some(name),
            email: Some(email),
        },
        None => Person {
            name: Some(text),
            email: None,
        },
    }
}

fn synthetic_root() -> Component<'static> {
    Component {
        r#type: "application",
        bom_ref: names::SYNTHETIC_ROOT,
        supplier: None,
        authors: Vec::new(),
        name: names::SYNTHETIC_ROOT,
        version: "",
        description: None,
        scope: None,
        hashes: Vec::new(),
        licenses: Vec::new(),
        purl: None,
        external_references: Vec::new(),
        properties: Vec::new(),
        tags: &[],
    }
}

fn component<'a>(bom: &Bom, package: &'a Package, reference: &'a str) -> Component<'a> {
    let mut properties = names::package_properties(bom, package);
    let scope = match package.scope {
        Scope::Linked => Some("required"),
        Scope::Maybe => None,
        scope @ (Scope::Build | Scope::Dev | Scope::NotBuilt) => {
            properties.push(property(names::SCOPE, scope.name()));
            Some("excluded")
        }
    };
    let mut external_references = Vec::new();
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
            Some(url) if names::is_uri(url) => {
                external_references.push(Reference { url, r#type: kind })
            }
            Some(text) => properties.push(property(name, text)),
            None => {}
        }
    }
    let hashes = [
        package.checksum.sha256.map(|hash| Hash {
            alg: "SHA-256",
            content: hash.to_string(),
        }),
        package.checksum.sha512.map(|hash| Hash {
            alg: "SHA-512",
            content: hash.to_string(),
        }),
    ];
    let licenses = package.license.as_deref().map(|license| {
        if names::is_license_expression(license) {
            License::Expression {
                expression: license,
                acknowledgement: "declared",
            }
        } else {
            License::Named {
                license: NamedLicense {
                    name: license,
                    acknowledgement: "declared",
                },
            }
        }
    });
    Component {
        r#type: "library",
        bom_ref: reference,
        supplier: None,
        authors: package.authors.iter().map(|text| author(text)).collect(),
        name: &package.name,
        version: &package.version,
        description: package.description.as_deref(),
        scope,
        hashes: hashes.into_iter().flatten().collect(),
        licenses: licenses.into_iter().collect(),
        purl: package.purl.as_deref(),
        external_references,
        properties,
        tags: &package.keywords,
    }
}

/// A `bom-ref` for each package.
fn references(bom: &Bom) -> Vec<String> {
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
            unique.take(wanted)
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
    [("complete", known), ("unknown", unknown)]
        .into_iter()
        .filter(|(_, dependencies)| !dependencies.is_empty())
        .map(|(aggregate, dependencies)| Composition {
            aggregate,
            dependencies,
        })
        .collect()
}
