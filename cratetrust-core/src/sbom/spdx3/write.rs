//! Writing SPDX 3.0.1.
//!
//! - Every element has an IRI under that of its document: the serial number where the caller gives
//!   one, else a UUID of the content. Their names are those of the SPDX 2 writer.
//! - The SBOM names each root as a root element. Where there is none, a package without version
//!   and purl stands in, since a collection that is not empty must have one.
//! - Dependencies are one relationship for each package and table: without a scope where the
//!   evidence does not tell the table, `runtime` for `[dependencies]`, `build` and `development`.
//!   With a lockfile as evidence they are `complete`, except for packages with gaps. A package
//!   without dependencies has none: validators take the individual `NoneElement` for a missing one.
//! - A `.crate` file is an element of its own where its bytes were at hand; the digest that a
//!   lockfile holds is the package's.
//! - What SPDX has no field for stands in one annotation for each element that needs it.
//! - `created` is mandatory; without a time from the caller it is the epoch.

mod licenses;
mod package;

use std::borrow::Cow;
use std::collections::HashMap;

use super::terms::{
    Agent, Annotation, Body, CONTEXT, CREATION_INFO, CreationInfo, Document, Element,
    ExternalIdentifier, Id, Node, Package as Software, Relationship, Sbom, SpdxDocument, Tool,
};
use super::{NO_TIME, created, namespace};
use crate::bom::{Bom, Contact, DocumentInfo, Edge, EdgeKind, EvidenceLevel};
use crate::digest::Sha256;
use crate::sbom::names::{self, Property, property};
use crate::sbom::spdx;

/// The versions that can be written, the default first.
pub(crate) const VERSIONS: &[&str] = &["3.0.1"];

const PROFILES: &[&str] = &["core", "software", "simpleLicensing"];
const DATA_LICENSE: &str = "CC0-1.0";

pub(crate) fn write(bom: &Bom, version: &str) -> serde_json::Result<Vec<u8>> {
    let given = bom
        .document
        .serial
        .as_deref()
        .filter(|serial| names::is_uri(serial) && !serial.contains('#'));
    let namespace = given.map_or_else(
        || Cow::Owned(namespace(bom, version, crate::VERSION)),
        Cow::Borrowed,
    );
    let (refs, synthetic) = spdx::references(bom);
    let writer = Writer {
        bom,
        namespace: &namespace,
        refs: &refs,
        synthetic: &synthetic,
        version,
        graph: Vec::with_capacity(bom.packages.len() * 3 + 8),
        agents: Shared::default(),
        licenses: Shared::default(),
        texts: Shared::default(),
    };
    serde_json::to_vec_pretty(&writer.document())
}

/// Elements that several others refer to, each written once.
struct Shared<K> {
    known: HashMap<K, String>,
}

impl<K> Default for Shared<K> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum AgentKind {
    Person,
    Organization,
    Software,
}

impl AgentKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Organization => "Organization",
            Self::Software => "SoftwareAgent",
        }
    }
}

/// An agent's kind, name, mail address and web address.
type Identity<'a> = (AgentKind, &'a str, Option<&'a str>, Option<&'a str>);

struct Writer<'a> {
    bom: &'a Bom,
    namespace: &'a str,
    refs: &'a [String],
    synthetic: &'a str,
    version: &'a str,
    graph: Vec<Node<'a>>,
    agents: Shared<Identity<'a>>,
    licenses: Shared<&'a str>,
    /// By name, where it is a file's, and text.
    texts: Shared<(Option<&'a str>, &'a str)>,
}

/// The first digits of a digest over what an element is, not over what else is in the document.
fn short_digest(identity: &impl serde::Serialize) -> String {
    let digest = Sha256::of(names::json_text(identity).as_bytes()).to_string();
    digest.get(..16).unwrap_or(&digest).to_owned()
}

impl<'a> Writer<'a> {
    fn id(&self, prefix: &'static str, name: impl Into<Cow<'a, str>>) -> Id<'a> {
        Id {
            namespace: self.namespace,
            prefix,
            name: name.into(),
        }
    }

    /// The identifier of a package.
    fn package_id(&self, index: usize) -> Id<'a> {
        self.id("", self.refs.get(index).map_or("", String::as_str))
    }

    /// The identifier of what belongs to a package.
    fn part_id(&self, prefix: &'static str, index: usize) -> Id<'a> {
        let whole = self.refs.get(index).map_or("", String::as_str);
        self.id(prefix, whole.strip_prefix("SPDXRef-").unwrap_or(whole))
    }

    fn add(&mut self, kind: &'static str, spdx_id: Id<'a>, body: Body<'a>) {
        self.graph.push(Node::Element(Element {
            r#type: kind,
            spdx_id,
            creation_info: CREATION_INFO,
            body,
        }));
    }

    fn document(mut self) -> Document<'a> {
        let info = &self.bom.document;
        let mut authors: Vec<Id<'_>> = Vec::new();
        if let Some(supplier) = &info.supplier {
            authors.push(self.contact(AgentKind::Organization, supplier));
        }
        for author in &info.authors {
            let id = self.contact(AgentKind::Person, author);
            authors.push(id);
        }
        if authors.is_empty() {
            authors.push(self.agent((AgentKind::Software, "cratetrust", None, None)));
        }
        let mut tools = Vec::new();
        let own = Cow::Owned(format!("cratetrust {}", crate::VERSION));
        let others = info.tools.iter().map(|tool| match &tool.version {
            Some(version) => Cow::Owned(format!("{} {version}", tool.name)),
            None => Cow::Borrowed(tool.name.as_str()),
        });
        for (index, name) in std::iter::once(own).chain(others).enumerate() {
            let id = self.id("Tool-", index.to_string());
            tools.push(id.clone());
            self.add("Tool", id, Body::Tool(Tool { name }));
        }
        let time = info.timestamp.as_deref().and_then(created);
        let creation = CreationInfo {
            r#type: "CreationInfo",
            id: CREATION_INFO,
            spec_version: self.version,
            created: time.map_or(Cow::Borrowed(NO_TIME), Cow::Owned),
            created_by: authors,
            created_using: tools,
        };
        self.graph.insert(0, Node::CreationInfo(creation));
        self.heads();
        let roots = &self.bom.roots;
        if roots.iter().all(|root| *root >= self.bom.packages.len()) {
            self.synthetic_root();
        }
        let with_gaps: std::collections::HashSet<usize> =
            self.bom.gaps.iter().map(|gap| gap.package).collect();
        let complete = names::from_lockfile(&self.bom.evidence);
        let mut edges = self.bom.edges.as_slice();
        for (index, package) in self.bom.packages.iter().enumerate() {
            // Edges are sorted by the package that depends.
            let skip = edges.partition_point(|edge| edge.from < index);
            let rest = edges.get(skip..).unwrap_or_default();
            let end = rest.partition_point(|edge| edge.from == index);
            let (own, rest) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            edges = rest;
            self.package(index, package);
            let completeness = if complete && !with_gaps.contains(&index) {
                "complete"
            } else {
                "noAssertion"
            };
            self.dependencies(index, own, completeness);
        }
        Document {
            context: CONTEXT,
            graph: self.graph,
        }
    }

    /// The document, its SBOM, and what is said about them.
    fn heads(&mut self) {
        let bom = self.bom;
        let data_license = self.license(DATA_LICENSE);
        let main = match bom.roots.as_slice() {
            [root] => bom.packages.get(*root),
            _ => None,
        };
        let name = match main {
            Some(package) => Cow::Owned(format!("{}-{}", package.name, package.version)),
            None => Cow::Borrowed(names::SYNTHETIC_ROOT),
        };
        let document = SpdxDocument {
            name,
            data_license,
            profile_conformance: PROFILES,
            root_element: [self.id("", "SPDXRef-SBOM")],
        };
        self.add("SpdxDocument", self.id("", ""), Body::Document(document));
        let count = bom.packages.len();
        let mut roots: Vec<Id<'_>> = bom
            .roots
            .iter()
            .filter(|root| **root < count)
            .map(|root| self.package_id(*root))
            .collect();
        let mut element = Vec::with_capacity(count + 1);
        if roots.is_empty() {
            roots.push(self.id("", self.synthetic));
            element.push(self.id("", self.synthetic));
        }
        for (index, package) in bom.packages.iter().enumerate() {
            element.push(self.package_id(index));
            if package::has_file(package) {
                element.push(self.part_id("File-", index));
            }
        }
        let sbom = Sbom {
            profile_conformance: PROFILES,
            root_element: roots,
            element,
            sbom_type: sbom_types(bom),
        };
        self.add(
            "software_Sbom",
            self.id("", "SPDXRef-SBOM"),
            Body::Sbom(sbom),
        );
        let mut said = Vec::new();
        said.extend(facts(&bom.document).map(|text| property(names::DOCUMENT, text)));
        // Gaps name their package by its full identifier.
        let full: Vec<String> = if bom.gaps.is_empty() {
            Vec::new()
        } else {
            (0..count).map(|i| self.package_id(i).to_string()).collect()
        };
        said.extend(names::document_properties(bom, &full));
        let subject = self.id("", "");
        self.annotate(self.id("", "Annotation-Document"), subject, &said);
    }

    fn annotate(&mut self, id: Id<'a>, subject: Id<'a>, said: &[Property<'_>]) {
        if said.is_empty() {
            return;
        }
        let annotation = Annotation {
            annotation_type: "other",
            content_type: "application/json",
            subject,
            statement: names::json_text(&said),
        };
        self.add("Annotation", id, Body::Annotation(annotation));
    }

    fn contact(&mut self, kind: AgentKind, contact: &'a Contact) -> Id<'a> {
        self.agent((
            kind,
            &contact.name,
            contact.email.as_deref(),
            contact.url.as_deref(),
        ))
    }

    fn agent(&mut self, identity: Identity<'a>) -> Id<'a> {
        if let Some(known) = self.agents.known.get(&identity) {
            return self.id("Agent-", known.clone());
        }
        let (kind, name, email, url) = identity;
        let digest = short_digest(&(kind.name(), name, email, url));
        self.agents.known.insert(identity, digest.clone());
        let mail = email.map(|email| ExternalIdentifier::new("email", email));
        let web = url.map(|url| ExternalIdentifier::new("urlScheme", url));
        let agent = Agent {
            name,
            external_identifier: mail.into_iter().chain(web).collect(),
        };
        let id = self.id("Agent-", digest);
        self.add(kind.name(), id.clone(), Body::Agent(agent));
        id
    }

    fn synthetic_root(&mut self) {
        let supplier = self.bom.document.supplier.as_ref();
        let supplied_by = supplier.map(|contact| self.contact(AgentKind::Organization, contact));
        let id = self.id("", self.synthetic);
        let package = Software {
            name: names::SYNTHETIC_ROOT,
            version: "",
            description: None,
            purpose: Some("application"),
            purl: None,
            download: None,
            homepage: None,
            copyright: None,
            originated_by: Vec::new(),
            supplied_by,
            verified_using: Vec::new(),
            external_identifier: Vec::new(),
            external_ref: Vec::new(),
        };
        self.add("software_Package", id, Body::Package(Box::new(package)));
    }

    fn relate(&mut self, prefix: &'static str, index: usize, kind: &'static str, to: Id<'a>) {
        let relationship = Relationship {
            comment: None,
            from: self.package_id(index),
            relationship_type: kind,
            to: vec![to],
            scope: None,
            completeness: None,
        };
        let id = self.part_id(prefix, index);
        self.add("Relationship", id, Body::Relationship(relationship));
    }

    fn dependencies(&mut self, index: usize, edges: &[Edge], completeness: &'static str) {
        let default = names::default_evidence(&self.bom.evidence);
        let plain = |edge: &&Edge| edge.name.is_none() && edge.evidence == default;
        for (prefix, kind) in [
            ("Depends-", EdgeKind::Unknown),
            ("Depends-runtime-", EdgeKind::Normal),
            ("Depends-build-", EdgeKind::Build),
            ("Depends-development-", EdgeKind::Dev),
        ] {
            let mut to: Vec<Id<'_>> = Vec::new();
            for edge in edges.iter().filter(|e| e.kind == kind).filter(plain) {
                if edge.to < self.bom.packages.len() {
                    to.push(self.package_id(edge.to));
                }
            }
            if !to.is_empty() {
                let id = self.part_id(prefix, index);
                self.depend(id, index, kind, to, completeness, None);
            }
        }
        let named = edges.iter().filter(|edge| !plain(edge));
        for (number, edge) in named.enumerate() {
            if edge.to >= self.bom.packages.len() {
                continue;
            }
            let to = self.package_id(edge.to);
            let text = names::json_text(&names::EdgeText {
                reference: &to.name,
                kind: edge.kind,
                name: edge.name.as_deref(),
                evidence: &edge.evidence,
            });
            let comment = format!("{}={text}", names::DEPENDENCY);
            let part = self.part_id("Dependency-", index);
            let id = self.id("Dependency-", format!("{number}-{}", part.name));
            self.depend(id, index, edge.kind, vec![to], completeness, Some(comment));
        }
    }

    fn depend(
        &mut self,
        id: Id<'a>,
        from: usize,
        kind: EdgeKind,
        to: Vec<Id<'a>>,
        completeness: &'static str,
        comment: Option<String>,
    ) {
        let scope = match kind {
            EdgeKind::Unknown => None,
            EdgeKind::Normal => Some("runtime"),
            EdgeKind::Build => Some("build"),
            EdgeKind::Dev => Some("development"),
        };
        let relationship = Relationship {
            comment,
            from: self.package_id(from),
            relationship_type: "dependsOn",
            to,
            scope,
            completeness: Some(completeness),
        };
        let kind = match scope {
            None => "Relationship",
            Some(_) => "LifecycleScopedRelationship",
        };
        self.add(kind, id, Body::Relationship(relationship));
    }
}

/// The kinds of SBOM that this is: as the caller says, else as its evidence makes it.
fn sbom_types(bom: &Bom) -> Vec<&'static str> {
    let told = match bom.document.lifecycle.as_deref() {
        Some("design") => Some("design"),
        Some("pre-build") => Some("source"),
        Some("build") => Some("build"),
        Some("post-build") => Some("analyzed"),
        Some("operations") => Some("deployed"),
        _ => None,
    };
    if let Some(told) = told {
        return vec![told];
    }
    let mut out = Vec::new();
    for source in &bom.evidence {
        let kind = match source.level {
            EvidenceLevel::Lockfile
            | EvidenceLevel::LockfileIndex
            | EvidenceLevel::CargoMetadata
            | EvidenceLevel::Manifests => "source",
            EvidenceLevel::CargoSbom => "build",
            EvidenceLevel::BinaryHeuristic
            | EvidenceLevel::Auditable
            | EvidenceLevel::AuditableSbom => "analyzed",
            EvidenceLevel::Sbom => continue,
        };
        if !out.contains(&kind) {
            out.push(kind);
        }
    }
    out
}

/// The caller's facts as JSON, where the elements do not tell them all.
fn facts(document: &DocumentInfo) -> Option<String> {
    let told = document
        .timestamp
        .as_deref()
        .is_none_or(|time| time != NO_TIME && created(time).as_deref() == Some(time));
    let mut facts = DocumentInfo {
        serial: None,
        ..document.clone()
    };
    if told {
        facts.timestamp = None;
    }
    (facts != DocumentInfo::default()).then(|| names::json_text(&facts))
}
