//! Reading SPDX 3.0, as any producer writes it.

mod licenses;
mod package;
mod relationships;

use std::collections::{HashMap, HashSet};

use super::graph::{
    self, Graph, Kind, MOST_VALUES, Node, bare, is_individual, items, list, text_of,
};
use super::{NO_TIME, namespace};
use crate::bom::Contact;
use crate::error::Result;
use crate::progress::CancelToken;
use crate::sbom::claims::{self, Builder, Named, Target};
use crate::sbom::value::{self, Faults, Fields, Json, Place};
use crate::sbom::{Document, Format, names};

/// Whether a JSON-LD context is one of SPDX 3.
pub(crate) fn is_context(context: &Json<'_>) -> bool {
    items(context)
        .iter()
        .filter_map(Json::text)
        .any(|text| text.contains("spdx"))
}

/// Elements that many refer to are copied to each: so much is copied at least, and so many times
/// the size of the document beyond it.
const SHARED: usize = 64 << 20;
const SHARED_TIMES: usize = 4;

/// Reads a document of `size` bytes.
pub(crate) fn read(
    fields: &Fields<'_>,
    size: usize,
    mut faults: Faults,
    cancel: &CancelToken,
) -> Result<Document> {
    let graph = Graph::of(fields, &mut faults, cancel)?;
    let statements = statements(&graph);
    let document = graph.nodes.iter().find(|node| node.kind == Kind::Document);
    let info = document
        .or_else(|| {
            graph
                .nodes
                .iter()
                .find(|node| node.kind == Kind::Collection)
        })
        .and_then(|node| graph::get(node.fields, "creationInfo"))
        .and_then(|value| graph.resolve(value))
        .or_else(|| {
            graph
                .nodes
                .iter()
                .find(|node| node.kind == Kind::CreationInfo)
        });
    let version = info
        .and_then(|info| graph::text(info.fields, "specVersion"))
        .unwrap_or("3.0.1");
    if !matches!(version, "3.0" | "3.0.0" | "3.0.1") {
        let place = info.map(|info| info.at("specVersion")).unwrap_or_default();
        faults.add_at(
            &place,
            "this version of SPDX 3 is not known here; 3.0.0 and 3.0.1 are",
        );
    }
    let mut reader = Reader {
        builder: Builder::new(Format::Spdx3Json, version, faults),
        roots: roots(&graph, document),
        is_root: HashSet::new(),
        left: size.saturating_mul(SHARED_TIMES).saturating_add(SHARED),
        purls: Purls::of(&graph),
        said: said(&statements),
        artifacts: HashMap::new(),
        attached: HashSet::new(),
        declared: HashMap::new(),
        concluded: HashMap::new(),
        sources: HashMap::new(),
        elsewhere: HashSet::new(),
        own: false,
        graph: &graph,
        cancel,
    };
    reader.is_root = reader.roots.iter().copied().collect();
    reader.document(document, info);
    reader.links();
    reader.elements()?;
    reader.root_claims();
    reader.relationships()?;
    let mut document = reader.builder.finish()?;
    claims::drop_derived_serial(&mut document, |bom, tool| namespace(bom, version, tool));
    Ok(document)
}

/// The properties of ours, by the element that they are about: the statements of annotations.
struct Statement<'t> {
    subject: &'t str,
    list: Json<'t>,
    place: String,
}

fn statements<'t>(graph: &Graph<'t>) -> Vec<Statement<'t>> {
    let mut out = Vec::new();
    for node in &graph.nodes {
        if node.kind != Kind::Annotation {
            continue;
        }
        let statement = graph::get(node.fields, "statement").and_then(text_of);
        let subject = graph::get(node.fields, "subject").and_then(text_of);
        if let (Some(statement), Some(subject)) = (statement, subject)
            && statement.contains(names::PREFIX)
            && let Some(list) = value::parse_inner(statement)
        {
            out.push(Statement {
                subject,
                list,
                place: node.at("statement"),
            });
        }
    }
    out
}

fn said<'t>(statements: &'t [Statement<'t>]) -> HashMap<&'t str, Vec<Named<'t>>> {
    let mut out: HashMap<&str, Vec<Named<'_>>> = HashMap::new();
    for statement in statements {
        for item in statement.list.array().unwrap_or_default() {
            let Some(fields) = item.object() else {
                continue;
            };
            let text = |key| value::get(fields, key).and_then(Json::text);
            if let (Some(name), Some(value)) = (text("name"), text("value"))
                && name.starts_with(names::PREFIX)
            {
                out.entry(statement.subject).or_default().push(Named {
                    name,
                    value,
                    place: statement.place.clone(),
                });
            }
        }
    }
    out
}

/// The identifiers of what the document is about, in its order: the root elements of the document,
/// those of an SBOM that is one, and what either is said to describe.
fn roots<'t>(graph: &Graph<'t>, document: Option<&Node<'t>>) -> Vec<&'t str> {
    let mut about: HashMap<&str, Vec<&'t str>> = HashMap::new();
    for node in &graph.nodes {
        if node.kind == Kind::Relationship && relation(node) == "describes" {
            let to = list(node.fields, "to").iter().filter_map(text_of);
            if let Some(from) = graph::text(node.fields, "from") {
                about.entry(from).or_default().extend(to);
            }
        }
    }
    let of = |node: &Node<'t>| -> Vec<&'t str> {
        let described = node.id.and_then(|id| about.get(id));
        list(node.fields, "rootElement")
            .iter()
            .filter_map(text_of)
            .chain(described.into_iter().flatten().copied())
            .collect()
    };
    let collections = || {
        let nodes = graph.nodes.iter();
        nodes.filter(|node| node.kind == Kind::Collection)
    };
    let mut seen: HashSet<&str> = HashSet::new();
    let mut out = Vec::new();
    let mut open: Vec<&'t str> = match document.map(of) {
        Some(roots) if !roots.is_empty() => roots,
        _ => collections().flat_map(of).collect(),
    };
    open.reverse();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match graph.find(id) {
            Some(node) if matches!(node.kind, Kind::Collection | Kind::Document) => {
                open.extend(of(node).into_iter().rev());
            }
            _ => out.push(id),
        }
    }
    out
}

/// The kind of a relationship, in small letters without underscores.
fn relation(node: &Node<'_>) -> String {
    let term = graph::text(node.fields, "relationshipType").unwrap_or_default();
    bare(term)
        .chars()
        .filter(|c| *c != '_')
        .take(40)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Which package URLs the packages have.
struct Purls {
    cargo_only: bool,
}

impl Purls {
    /// Packages without a purl may be cargo packages where no purl of the document names anything
    /// else, or one names a cargo package.
    fn of(graph: &Graph<'_>) -> Self {
        let (mut cargo, mut other) = (false, false);
        for node in &graph.nodes {
            if node.kind == Kind::Package {
                for purl in package::purls(node) {
                    if package::is_cargo(purl) {
                        cargo = true;
                    } else {
                        other = true;
                    }
                }
            }
        }
        Self {
            cargo_only: cargo || !other,
        }
    }
}

struct Reader<'g, 't, 'c> {
    builder: Builder<'t>,
    graph: &'g Graph<'t>,
    roots: Vec<&'t str>,
    is_root: HashSet<&'t str>,
    /// How many bytes of what is referred to may still be copied.
    left: usize,
    purls: Purls,
    said: HashMap<&'g str, Vec<Named<'g>>>,
    /// By package, the files that it is distributed as.
    artifacts: HashMap<&'t str, Vec<&'t str>>,
    /// Those files.
    attached: HashSet<&'t str>,
    /// By package, its licences.
    declared: HashMap<&'t str, Vec<&'t str>>,
    concluded: HashMap<&'t str, Vec<&'t str>>,
    /// By package, what it was made from.
    sources: HashMap<&'t str, Vec<&'t str>>,
    /// Elements that the document says to be in other documents.
    elsewhere: HashSet<&'t str>,
    /// Whether this library wrote the document.
    own: bool,
    cancel: &'c CancelToken,
}

impl<'t> Reader<'_, 't, '_> {
    /// Whether so much of what others share may be copied once more.
    fn may_copy(&mut self, bytes: usize) -> bool {
        let before = self.left;
        self.left = before.saturating_sub(bytes);
        if before > 0 && self.left == 0 {
            let message = "what elements share is too large for as many; no more is followed";
            self.builder.faults.add_at("", message);
        }
        self.left > 0
    }

    fn document(&mut self, node: Option<&Node<'t>>, info: Option<&Node<'t>>) {
        match node {
            Some(node) => self.head(node),
            None => {
                let message = "the document has no `SpdxDocument`";
                self.builder.faults.add_at("", message);
            }
        }
        match info {
            Some(info) => self.creation(info),
            None => {
                let message = "the document has no `CreationInfo`";
                self.builder.faults.add_at("", message);
            }
        }
        self.own = self.builder.own_version().is_some();
        let kinds = self
            .graph
            .nodes
            .iter()
            .filter(|n| n.kind == Kind::Collection);
        let kinds = kinds.flat_map(|node| list(node.fields, "sbomType"));
        let kinds: Vec<&str> = kinds.filter_map(text_of).take(MOST_VALUES).collect();
        let assessed = |node: &Node<'_>| {
            let kind = graph::type_of(node.fields).map(bare);
            kind.is_some_and(|kind| {
                kind.ends_with("VulnAssessmentRelationship") || kind.ends_with("Vulnerability")
            })
        };
        let document = &mut self.builder.document;
        document.has_vulnerabilities = self.graph.nodes.iter().any(assessed);
        document.lifecycles = kinds.iter().map(|kind| bare(kind).to_owned()).collect();
        if self.own {
            document
                .bom
                .document
                .serial
                .clone_from(&document.identifier);
            if document.bom.document.timestamp.as_deref() == Some(NO_TIME) {
                document.bom.document.timestamp = None;
            }
        } else {
            let kind = kinds.first().copied();
            document.bom.document.lifecycle = kind.and_then(lifecycle).map(str::to_owned);
        }
        let subject = node.and_then(|node| node.id);
        if let Some(said) = subject.and_then(|id| self.said.get(id)) {
            for Named { name, value, place } in said {
                self.builder.document_property(name, value, place);
            }
        }
        if self.own && !self.builder.own_facts {
            let document = &mut self.builder.document.bom.document;
            document.authors.clear();
            document.supplier = None;
        }
    }

    fn head(&mut self, node: &Node<'t>) {
        let document = &mut self.builder.document;
        document.identifier = node.id.map(str::to_owned);
        document.bom.document.serial = node
            .id
            .filter(|id| id.starts_with("urn:uuid:"))
            .and_then(|id| id.split('#').next())
            .map(str::to_owned);
        if node.id.is_none() {
            let message = "the document has no `spdxId`";
            self.builder.faults.add_at(&node.place, message);
        }
        for value in list(node.fields, "dataLicense") {
            let license = licenses::Licenses::new(self.graph).of_value(value);
            self.builder.document.data_licenses.extend(license);
        }
        for import in ["import", "imports"]
            .into_iter()
            .flat_map(|name| list(node.fields, name))
            .filter_map(Json::object)
        {
            self.elsewhere.extend(graph::text(import, "externalSpdxId"));
        }
    }

    fn creation(&mut self, info: &Node<'t>) {
        self.builder.document.creation_place = Some(info.place.clone());
        let created = info.text("created", &mut self.builder.faults);
        self.builder.document.bom.document.timestamp = created.map(str::to_owned);
        for value in list(info.fields, "createdUsing") {
            let name = self
                .graph
                .resolve(value)
                .and_then(|node| graph::text(node.fields, "name"))
                .or_else(|| text_of(value));
            self.tool(name);
        }
        for value in list(info.fields, "createdBy") {
            let Some((kind, contact)) = self.agent(value) else {
                continue;
            };
            match kind {
                Kind::SoftwareAgent | Kind::Tool => self.tool(Some(&contact.name)),
                _ => self.builder.document.bom.document.authors.push(contact),
            }
        }
    }

    fn tool(&mut self, name: Option<&str>) {
        let tools = &mut self.builder.document.tools;
        if let Some(name) = name {
            // `name-version` as `name version`.
            let name = match name.rsplit_once('-') {
                Some((front, version))
                    if version.starts_with(|c: char| c.is_ascii_digit()) && !name.contains(' ') =>
                {
                    format!("{front} {version}")
                }
                _ => name.to_owned(),
            };
            if !tools.contains(&name) && tools.len() < 64 {
                tools.push(name);
            }
        }
    }

    /// The agent that a value is, or refers to.
    fn agent(&mut self, value: &Json<'t>) -> Option<(Kind, Contact)> {
        let found = self.find_agent(value)?;
        let (_, contact) = &found;
        let part = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let size = contact.name.len() + part(&contact.email) + part(&contact.url);
        self.may_copy(size).then_some(found)
    }

    fn find_agent(&self, value: &Json<'t>) -> Option<(Kind, Contact)> {
        let node = self.graph.resolve(value);
        let fields = match (node, value) {
            (Some(node), _) => node.fields,
            (None, Json::Object(fields)) => fields,
            (None, _) => {
                // An agent that the document only names.
                let id = text_of(value).filter(|id| !is_individual(id))?;
                let contact = Contact {
                    name: id.to_owned(),
                    email: None,
                    url: Some(id.to_owned()).filter(|id| id.starts_with("http")),
                };
                return Some((Kind::OtherAgent, contact));
            }
        };
        let kind = node.map_or(Kind::OtherAgent, |node| node.kind);
        if !kind.is_agent() && kind != Kind::Tool {
            return None;
        }
        let mut contact = Contact {
            name: graph::text(fields, "name").unwrap_or_default().to_owned(),
            email: None,
            url: None,
        };
        // Drafts of 3.0 had the property in the plural.
        for identifier in ["externalIdentifier", "externalIdentifiers"]
            .into_iter()
            .flat_map(|name| list(fields, name).iter().take(MOST_VALUES))
            .filter_map(Json::object)
        {
            let kind = graph::text(identifier, "externalIdentifierType").map(bare);
            let text = graph::text(identifier, "identifier")
                .or_else(|| graph::text(identifier, "identifierLocator"));
            let Some(text) = text else {
                continue;
            };
            match kind {
                Some("email") => contact.email = Some(text.to_owned()),
                Some("urlScheme") => contact.url = Some(text.to_owned()),
                _ if contact.url.is_none() && text.starts_with("http") => {
                    contact.url = Some(text.to_owned());
                }
                _ => {}
            }
        }
        Some((kind, contact))
    }

    /// Relationships that tell of packages rather than between them.
    fn links(&mut self) {
        for node in &self.graph.nodes {
            if node.kind != Kind::Relationship {
                continue;
            }
            let relation = relation(node);
            let lists = match relation.as_str() {
                "hasdistributionartifact" => &mut self.artifacts,
                "hasdeclaredlicense" => &mut self.declared,
                "hasconcludedlicense" => &mut self.concluded,
                "generates" => &mut self.sources,
                _ => continue,
            };
            let (from, to) = (list(node.fields, "from"), list(node.fields, "to"));
            if relation == "generates" {
                if let Some(from) = from.iter().find_map(text_of) {
                    for to in to.iter().filter_map(text_of) {
                        lists.entry(to).or_default().push(from);
                    }
                }
                continue;
            }
            // Where a producer writes several, the first is the one that the others follow.
            let Some(from) = from.iter().find_map(text_of) else {
                continue;
            };
            let to = to.iter().filter_map(text_of);
            if relation == "hasdistributionartifact" {
                self.attached.extend(to.clone());
            }
            lists.entry(from).or_default().extend(to);
        }
    }

    fn elements(&mut self) -> Result<()> {
        let graph = self.graph;
        for (index, node) in graph.nodes.iter().enumerate() {
            if index & 0xfff == 0 {
                self.cancel.check()?;
            }
            if graph.is_retold(index, node) {
                continue;
            }
            match node.kind {
                Kind::Package => self.package(node),
                Kind::OtherPackage => self.foreign(node, None),
                Kind::File => {
                    let attached = node.id.is_some_and(|id| self.attached.contains(id));
                    if attached {
                        if let Some(id) = node.id {
                            self.builder.register_if_free(id, Target::Foreign);
                        }
                    } else {
                        self.foreign(node, None);
                    }
                }
                _ => {}
            }
        }
        // All other elements: edges to and from them are left out.
        for node in &graph.nodes {
            if let Some(id) = node.id {
                self.builder.register_if_free(id, Target::Foreign);
            }
        }
        Ok(())
    }

    /// The roots, in the order in which the document names them.
    fn root_claims(&mut self) {
        self.builder.document.has_graph |= self.own;
        let (mut packages, mut known) = (Vec::new(), false);
        for id in std::mem::take(&mut self.roots) {
            match self.builder.target(id) {
                Some(Target::Package(index)) => {
                    known = true;
                    packages.push(index);
                }
                Some(Target::SyntheticRoot) => known = true,
                Some(Target::Foreign) => {}
                None if self.is_elsewhere(id) => {}
                None => {
                    let from = self.builder.document.identifier.clone().unwrap_or_default();
                    self.builder.unknown(&Place::Root, &from, id);
                }
            }
        }
        if let [only] = packages.as_slice()
            && let Some(claim) = self.builder.document.claims.get_mut(*only)
        {
            claim.main = true;
        }
        self.builder.document.bom.roots = packages;
        self.builder.document.has_root = known;
    }

    /// Whether a reference needs no element here.
    fn is_elsewhere(&self, id: &str) -> bool {
        is_individual(id) || self.elsewhere.contains(id)
    }
}

/// The lifecycle phase in which an SBOM of that kind is made.
fn lifecycle(kind: &str) -> Option<&'static str> {
    match bare(kind) {
        "design" => Some("design"),
        "source" => Some("pre-build"),
        "build" => Some("build"),
        "analyzed" => Some("post-build"),
        "deployed" | "runtime" => Some("operations"),
        _ => None,
    }
}
