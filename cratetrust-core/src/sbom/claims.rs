//! Building a [`Document`] while a format is read: packages, references, edges, and the properties
//! that are ours in any format.

mod digests;
mod identity;
mod properties;

use std::collections::{HashMap, HashSet};

pub(super) use digests::{HashKeys, hashes, take_hash, take_hashes};
pub(super) use identity::{Identity, PurlCensus, purl_parts, source_of, untold};
use properties::edge_facts;
pub(super) use properties::{Named, find};

use super::names;
use super::value::{Faults, Place, too_many};
use super::{Claim, Document, Format, OtherComponent, UnknownRef};
use crate::bom::{Bom, Edge, EdgeKind, Gap, Package, Selection};
use crate::error::{Error, Result};

/// What a reference of the document names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A cargo package, by index.
    Package(usize),
    /// Something else; edges to and from it are left out.
    Foreign,
    /// What stands for several roots.
    SyntheticRoot,
}

/// What a property says about one edge.
#[derive(Debug, Clone)]
struct EdgeFacts {
    kind: EdgeKind,
    name: Option<String>,
    evidence: Option<Vec<usize>>,
}

/// A document under construction.
pub(super) struct Builder<'t> {
    pub document: Document,
    pub faults: Faults,
    targets: HashMap<&'t str, Target>,
    /// By the package that depends and the reference depended on.
    edge_facts: HashMap<(usize, String), Vec<EdgeFacts>>,
    seen_edges: HashSet<(usize, usize, Option<EdgeKind>, Option<String>)>,
    /// Edges to which the document's default evidence applies, and those of the default kind.
    plain_evidence: Vec<usize>,
    plain_kind: Vec<usize>,
    /// Packages with evidence of their own.
    own_evidence: HashSet<usize>,
    gaps: Vec<(String, Gap)>,
    triples: Vec<String>,
    /// The references that the dependency graph names, and whether it lists dependencies of them.
    linked: HashMap<&'t str, bool>,
    /// What is said of the completeness of the dependencies of what is no cargo package.
    completeness: HashMap<&'t str, &'t str>,
    /// Whether a selection of ours was read.
    pub own_selection: bool,
    /// Whether the caller's facts were read in full.
    pub own_facts: bool,
    /// Why reading cannot go on: more components or dependencies than the limits allow.
    exceeded: Option<Error>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(format: Format, spec_version: &str, faults: Faults) -> Self {
        Self {
            document: Document::new(format, spec_version),
            faults,
            targets: HashMap::new(),
            edge_facts: HashMap::new(),
            seen_edges: HashSet::new(),
            plain_evidence: Vec::new(),
            plain_kind: Vec::new(),
            own_evidence: HashSet::new(),
            gaps: Vec::new(),
            triples: Vec::new(),
            linked: HashMap::new(),
            completeness: HashMap::new(),
            own_selection: false,
            own_facts: false,
            exceeded: None,
        }
    }

    /// Whether there is room for one more component. Those beyond the limit are not kept, and the
    /// reading ends with an error.
    fn has_room(&mut self) -> bool {
        let document = &self.document;
        let most = self.faults.limits.sbom_components;
        let full = (document.claims.len() + document.others.len()) as u64 >= most;
        if full && self.exceeded.is_none() {
            self.exceeded = Some(too_many("components", most, &self.faults.limits));
        }
        !full
    }

    /// # Errors
    /// `LimitExceeded`, where there were more components or dependencies than the limits allow.
    pub(super) fn within_limits(&mut self) -> Result<()> {
        self.exceeded.take().map_or(Ok(()), Err)
    }

    /// Whether there is room for one more dependency.
    pub(super) fn has_room_for_edge(&mut self) -> bool {
        let document = &self.document;
        let most = self.faults.limits.sbom_edges();
        let full = (document.bom.edges.len() + document.unknown_refs.len()) as u64 >= most;
        if full && self.exceeded.is_none() {
            self.exceeded = Some(too_many("dependencies", most, &self.faults.limits));
        }
        !full
    }

    /// Adds a component that is no cargo package.
    pub(super) fn add_other(&mut self, other: OtherComponent) {
        if self.has_room() {
            self.document.foreign += 1;
            self.document.others.push(other);
        }
    }

    /// Adds a package; tells its index.
    pub(super) fn add(&mut self, mut package: Package, claim: Claim) -> usize {
        let index = self.document.bom.packages.len();
        if !self.has_room() {
            return index;
        }
        package.id = index;
        self.document.has_checksums |= !claim.hashes.is_empty();
        self.document.has_purls |= claim.purl.is_some();
        self.document.bom.packages.push(package);
        self.document.claims.push(claim);
        index
    }

    /// Makes a reference known.
    pub(super) fn register(&mut self, reference: &'t str, target: Target, place: &Place<'_>) {
        match self.targets.entry(reference) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(target);
            }
            std::collections::hash_map::Entry::Occupied(_) => {
                let short: String = reference.chars().take(200).collect();
                self.faults
                    .add(place, format!("the reference `{short}` is not unique"));
            }
        }
    }

    /// Makes a reference known unless it is.
    pub(super) fn register_if_free(&mut self, reference: &'t str, target: Target) {
        self.targets.entry(reference).or_insert(target);
    }

    /// Tells that the dependency graph names a reference, and whether it lists dependencies of it.
    pub(super) fn link(&mut self, reference: &'t str, depends: bool) {
        *self.linked.entry(reference).or_default() |= depends;
    }

    /// Tells of the completeness of the dependencies of what may be no cargo package; of several
    /// words one that is not `complete` stands.
    pub(super) fn complete(&mut self, reference: &'t str, said: &'t str) {
        let told = self.completeness.entry(reference).or_insert(said);
        if *told == "complete" {
            *told = said;
        }
    }

    pub(super) fn target(&self, reference: &str) -> Option<Target> {
        self.targets.get(reference).copied()
    }

    /// Tells of a reference that names nothing.
    pub(super) fn unknown(&mut self, place: &Place<'_>, from: &str, to: &str) {
        if !self.has_room_for_edge() {
            return;
        }
        self.document.unknown_refs.push(UnknownRef {
            place: place.to_string(),
            from: from.to_owned(),
            to: to.to_owned(),
        });
    }

    /// Adds the edge between two packages, with what properties say about it.
    pub(super) fn add_edge(
        &mut self,
        from: usize,
        to: usize,
        to_ref: &str,
        kind: Option<EdgeKind>,
    ) {
        let facts = if self.edge_facts.is_empty() {
            None
        } else {
            self.edge_facts.remove(&(from, to_ref.to_owned()))
        };
        match facts {
            Some(facts) => {
                for EdgeFacts {
                    kind,
                    name,
                    evidence,
                } in facts
                {
                    self.push_edge(from, to, Some(kind), name, evidence);
                }
            }
            None => self.push_edge(from, to, kind, None, None),
        }
    }

    /// Adds one edge as a comment of ours describes it; `false` where it is none.
    pub(super) fn add_edge_with(&mut self, from: usize, to: usize, comment: &str) -> bool {
        let Some(facts) = comment
            .strip_prefix(names::DEPENDENCY)
            .and_then(|text| text.strip_prefix('='))
            .and_then(edge_facts)
        else {
            return false;
        };
        let (
            _,
            EdgeFacts {
                kind,
                name,
                evidence,
            },
        ) = facts;
        self.push_edge(from, to, Some(kind), name, evidence);
        true
    }

    fn push_edge(
        &mut self,
        from: usize,
        to: usize,
        kind: Option<EdgeKind>,
        name: Option<String>,
        evidence: Option<Vec<usize>>,
    ) {
        if !self.has_room_for_edge() {
            return;
        }
        // What no kind stands for is not known before the whole document is read.
        let key = (from, to, kind, name.clone());
        if !self.seen_edges.insert(key) {
            return;
        }
        let index = self.document.bom.edges.len();
        if evidence.is_none() {
            self.plain_evidence.push(index);
        }
        if kind.is_none() {
            self.plain_kind.push(index);
        }
        self.document.bom.edges.push(Edge {
            from,
            to,
            kind: kind.unwrap_or(EdgeKind::Unknown),
            name,
            evidence: evidence.unwrap_or_default(),
        });
    }

    /// Ends the reading: applies what holds for the document as a whole.
    ///
    /// # Errors
    /// `LimitExceeded`, where there were more components or dependencies than the limits allow.
    pub(super) fn finish(mut self) -> Result<Document> {
        self.within_limits()?;
        let bom = &mut self.document.bom;
        if bom.selection.is_none() && !self.triples.is_empty() {
            bom.selection = Some(Selection {
                targets: self.triples,
                default_features: true,
                ..Selection::default()
            });
        }
        let evidence = names::default_evidence(&bom.evidence);
        for (index, package) in bom.packages.iter_mut().enumerate() {
            if !self.own_evidence.contains(&index) {
                package.evidence = evidence.to_vec();
            }
        }
        for index in self.plain_evidence {
            if let Some(edge) = bom.edges.get_mut(index) {
                edge.evidence = evidence.to_vec();
            }
        }
        let default = if self.own_selection {
            EdgeKind::Normal
        } else {
            EdgeKind::Unknown
        };
        let mut told = HashSet::new();
        for (from, to, kind, name) in self.seen_edges {
            if kind == Some(default) {
                told.insert((from, to, name));
            }
        }
        let mut twice = HashSet::new();
        for index in &self.plain_kind {
            if let Some(edge) = bom.edges.get(*index)
                && told.contains(&(edge.from, edge.to, edge.name.clone()))
            {
                twice.insert(*index);
            }
        }
        if self.own_selection {
            for index in self.plain_kind {
                if let Some(edge) = bom.edges.get_mut(index) {
                    edge.kind = EdgeKind::Normal;
                }
            }
        }
        if !twice.is_empty() {
            let mut index = 0;
            bom.edges.retain(|_| {
                index += 1;
                !twice.contains(&(index - 1))
            });
        }
        for (reference, mut gap) in self.gaps {
            if let Some(Target::Package(package)) = self.targets.get(reference.as_str()) {
                gap.package = *package;
                bom.gaps.push(gap);
            }
        }
        let others = self
            .document
            .others
            .iter_mut()
            .map(|other| &mut other.claim);
        for claim in self.document.claims.iter_mut().chain(others) {
            let reference = claim.reference.as_str();
            let linked = self.linked.get(reference).copied();
            claim.in_graph = linked.is_some();
            claim.has_dependencies = linked.unwrap_or_default();
            if claim.completeness.is_none() {
                let said = self.completeness.get(reference);
                claim.completeness = said.map(|said| (*said).to_owned());
            }
        }
        self.document.faults = self.faults.finish();
        Ok(self.document)
    }

    /// The version of this tool, where the document names it as its maker.
    pub(super) fn own_version(&self) -> Option<&str> {
        own_version(&self.document.tools)
    }
}

/// The version of this tool, where it is one of `tools`.
pub(super) fn own_version(tools: &[String]) -> Option<&str> {
    tools
        .iter()
        .find_map(|tool| tool.strip_prefix("cratetrust "))
}

/// Drops a serial number that was derived from the content: whoever writes the document again
/// derives it again.
pub(super) fn drop_derived_serial(document: &mut Document, derive: impl Fn(&Bom, &str) -> String) {
    let Some(version) = own_version(&document.tools) else {
        return;
    };
    if document.bom.document.serial.is_none() {
        return;
    }
    let derived = derive(&super::prepare::prepare(&document.bom), version);
    if document.bom.document.serial == Some(derived) {
        document.bom.document.serial = None;
    }
}
