//! The main component, the dependencies and the repetitions.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use super::identity::{Claimed, PurlClaim, name_at_version};
use super::matching::{Matching, Pair, Rule};
use super::{Comparison, best, is_metadata, section_missing};
use crate::bom::{Edge, EdgeKind, EvidenceLevel, Scope};
use crate::package::SourceKind;
use crate::report::{Code, Finding, Severity};

impl Comparison<'_> {
    /// What `graph` adds to `components`.
    pub(super) fn graph(&mut self) {
        self.repetitions();
        self.root();
        self.unknown_references();
        self.incomplete_by_its_own_word();
        if self.evidence.is_partial() {
            if !self.document.bom.edges.is_empty() {
                let message = "the binary does not tell what depends on what, so the dependencies could not be compared";
                self.findings.push(
                    Finding::new(Code::NotChecked, message)
                        .actual(distinct_edges(&self.document.bom.edges).to_string()),
                );
            }
        } else if states_graph(self.document) {
            self.edges();
        } else {
            let count = distinct_edges(&self.evidence.edges);
            if count > 0 && holds_graph(self.document) {
                self.findings.push(section_missing(
                    "the SBOM states no dependencies",
                    "the evidence has",
                    count,
                ));
            }
        }
    }

    /// One finding for the components whose dependencies the document itself calls incomplete.
    fn incomplete_by_its_own_word(&mut self) {
        let says = |claimed: &&Claimed<'_>| {
            let said = claimed.claim.completeness.as_deref();
            said.is_some_and(|said| said.starts_with("incomplete"))
        };
        let mut components = self.claims.iter().filter(says);
        let Some(first) = components.next() else {
            return;
        };
        let count = 1 + components.count();
        let message = format!(
            "the SBOM itself calls the dependencies of {} incomplete",
            match count {
                1 => "a component".to_owned(),
                many => format!("{many} components"),
            }
        );
        self.findings.push(
            Finding::new(Code::DocumentIncomplete, message)
                .path(&first.claim.place)
                .values("complete", count.to_string()),
        );
    }

    fn repetitions(&mut self) {
        // The main component stands in a place of its own and may be listed as well.
        let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, pair) in self.matching.pairs.iter().enumerate() {
            if let Some(pair) = pair
                && self.claims.get(index).is_some_and(|c| !c.claim.main)
            {
                places.entry(pair.package).or_default().push(index);
            }
        }
        for (package, claims) in places {
            if let [_, second, ..] = claims.as_slice()
                && let Some(second) = self.claims.get(*second)
            {
                let count = claims.len();
                let message = format!("`{}` is listed {count} times", self.id(package));
                self.findings.push(
                    Finding::new(Code::ComponentDuplicate, message)
                        .package(self.id(package))
                        .path(&second.claim.place)
                        .values("1", count.to_string()),
                );
            }
        }
    }

    fn root(&mut self) {
        let roots = self.evidence.roots.as_slice();
        if roots.is_empty() {
            return;
        }
        let mut mains: Vec<usize> = (0..self.claims.len())
            .filter(|i| self.claims.get(*i).is_some_and(|c| c.claim.main))
            .collect();
        // Without a main component that is a package, the roots are stated as a list: by a
        // synthetic component, or by a format that has no main component.
        let is_list = mains.is_empty();
        if is_list {
            mains.clone_from(&self.document.bom.roots);
        }
        if self.may_be_mains(&mains) {
            return;
        }
        let wanted = self.names(roots);
        if mains.is_empty() {
            if holds_graph(self.document) {
                let message = if self.document.has_root {
                    "the SBOM's main component is no cargo package; the main component is"
                } else {
                    "the SBOM states no main component; the main component is"
                };
                let finding = Finding::new(Code::DocumentIncomplete, format!("{message} {wanted}"))
                    .values(wanted, "0");
                self.findings.push(finding);
            }
            return;
        }
        if let ([main], false) = (mains.as_slice(), is_list) {
            self.single_main(*main, roots, wanted);
            return;
        }
        let mut stated: Vec<Option<usize>> = mains
            .iter()
            .map(|main| self.pair(*main).map(|pair| pair.package))
            .collect();
        stated.sort_unstable();
        stated.dedup();
        if !same_set(&stated, roots) {
            let actual = self.claim_names(&mains);
            let message = format!("the SBOM describes {actual}; the evidence describes {wanted}");
            let mut finding = Finding::new(Code::RootMismatch, message).values(wanted, actual);
            finding.path = mains
                .first()
                .and_then(|main| self.claims.get(*main))
                .map(|claimed| claimed.claim.place.clone());
            self.findings.push(finding);
        }
    }

    /// Whether the document states what it was made for, and the lockfile does not tell which of its
    /// local packages that is about: any member of a workspace can be what is built.
    fn may_be_mains(&self, mains: &[usize]) -> bool {
        let is_local = |main: &usize| {
            let pair = self.pair(*main).filter(|pair| pair.rule != Rule::Root);
            let package = pair.and_then(|pair| self.evidence.packages.get(pair.package));
            package.is_some_and(|package| package.source.kind == SourceKind::Path)
        };
        self.may_leave_out
            && self.evidence.is_lockfile_only()
            && !mains.is_empty()
            && mains.iter().all(is_local)
    }

    fn single_main(&mut self, main: usize, roots: &[usize], wanted: String) {
        let Some(claimed) = self.claims.get(main) else {
            return;
        };
        let pair = self.pair(main);
        match pair {
            Some(pair) if pair.rule != Rule::Root && roots.contains(&pair.package) => return,
            Some(_) => {}
            None => {
                // Several roots have a synthetic one above them; it is no package and has no purl.
                if roots.len() > 1
                    && matches!(claimed.purl, PurlClaim::Absent)
                    && (!self.document.has_graph || same_set(&self.targets(main), roots))
                {
                    return;
                }
            }
        }
        let actual = claimed.describe();
        let message = if roots.len() > 1 {
            format!(
                "the main component is `{actual}`, neither one of {wanted} nor a root above them all"
            )
        } else {
            format!("the main component is `{actual}`, not {wanted}")
        };
        let mut finding = Finding::new(Code::RootMismatch, message)
            .path(&claimed.claim.place)
            .values(wanted, actual);
        if let [root] = roots {
            finding.package = Some(self.id(*root));
        }
        self.findings.push(finding);
    }

    /// What a component of the document depends on: packages of the evidence, or nothing known.
    fn targets(&self, claim: usize) -> Vec<Option<usize>> {
        let mut targets: Vec<Option<usize>> = self
            .document
            .bom
            .edges
            .iter()
            .filter(|edge| edge.from == claim)
            .map(|edge| self.pair(edge.to).map(|pair| pair.package))
            .collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    fn names(&self, packages: &[usize]) -> String {
        listed(packages.iter().map(|package| self.id(*package)))
    }

    fn claim_names(&self, claims: &[usize]) -> String {
        listed(claims.iter().filter_map(|claim| {
            let package = self.claims.get(*claim)?.package;
            Some(name_at_version(&package.name, &package.version))
        }))
    }

    /// One finding for each reference that names nothing, however often it is used.
    fn unknown_references(&mut self) {
        if self.document.unknown_refs.is_empty() {
            return;
        }
        let by_reference: HashMap<&str, usize> = self
            .claims
            .iter()
            .enumerate()
            .map(|(index, claimed)| (claimed.claim.reference.as_str(), index))
            .collect();
        let mut uses: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, unknown) in self.document.unknown_refs.iter().enumerate() {
            uses.entry(&unknown.to).or_default().push(index);
        }
        for (to, uses) in uses {
            let Some(first) = uses
                .first()
                .and_then(|index| self.document.unknown_refs.get(*index))
            else {
                continue;
            };
            let message = match uses.len() {
                1 => format!("`{}` depends on `{to}`, which is no component", first.from),
                many => format!(
                    "`{}` and {} more depend on `{to}`, which is no component",
                    first.from,
                    many - 1
                ),
            };
            let mut finding = Finding::new(Code::EdgeUnknownRef, message)
                .path(&first.place)
                .actual(to);
            if uses.len() == 1 {
                finding.package = by_reference
                    .get(first.from.as_str())
                    .and_then(|claim| self.claim_id(*claim));
            }
            self.findings.push(finding);
        }
    }

    fn edges(&mut self) {
        // A replaced original and its replacement are one end of a dependency: some tools name the
        // one and some the other.
        let at = |package: usize| self.replaced.get(&package).copied().unwrap_or(package);
        let mut known: Vec<(usize, usize, EdgeKind)> = self
            .evidence
            .edges
            .iter()
            .map(|edge| (edge, at(edge.from), at(edge.to)))
            .filter(|(edge, from, to)| from != to || edge.from == edge.to)
            .map(|(edge, from, to)| (from, to, edge.kind))
            .collect();
        let mut claimed: Vec<(usize, usize, EdgeKind)> = self
            .document
            .bom
            .edges
            .iter()
            .filter_map(|edge| {
                let from = at(self.pair(edge.from)?.package);
                let to = at(self.pair(edge.to)?.package);
                // Between an original and its replacement, or the components that both stand for
                // one package; a component that depends on itself is told.
                (from != to || edge.from == edge.to).then_some((from, to, edge.kind))
            })
            .collect();
        for list in [&mut known, &mut claimed] {
            list.sort_unstable();
            list.dedup();
        }
        let comparable = |package: usize| {
            self.matching
                .owners
                .get(package)
                .is_some_and(Option::is_some)
        };
        // Whose dependencies are those of another package, and told as such.
        let is_other = |package: usize| self.other_packages.contains(&package);
        let mut findings = Vec::new();
        let mut missing = |from: usize, to: usize, kind: Option<EdgeKind>| {
            if comparable(from) && comparable(to) && !is_other(from) {
                findings.push(self.edge_finding(Code::EdgeMissing, from, to, kind));
            }
        };
        let mut extra = Vec::new();
        let (mut known, mut claimed) = (Pairs(&known), Pairs(&claimed));
        loop {
            let ((from, to), order) = match (known.peek(), claimed.peek()) {
                (None, None) => break,
                (Some(known), None) => (known, Ordering::Less),
                (None, Some(claimed)) => (claimed, Ordering::Greater),
                (Some(known), Some(claimed)) => (known.min(claimed), known.cmp(&claimed)),
            };
            match order {
                Ordering::Less => {
                    known.take();
                    missing(from, to, None);
                }
                Ordering::Greater => {
                    claimed.take();
                    extra.push((from, to, None));
                }
                Ordering::Equal => {
                    let (ours, theirs) = (known.take(), claimed.take());
                    let untold = |(_, _, kind): &Kinded| *kind == EdgeKind::Unknown;
                    if ours.iter().chain(theirs).any(untold) {
                        continue;
                    }
                    for edge in ours.iter().filter(|edge| !theirs.contains(edge)) {
                        missing(from, to, Some(edge.2));
                    }
                    for edge in theirs.iter().filter(|edge| !ours.contains(edge)) {
                        extra.push((from, to, Some(edge.2)));
                    }
                }
            }
        }
        // What is not built has no dependencies in the evidence, and nothing in the build depends on
        // it; that it is listed at all is told by its scope.
        let outside = |package: usize| {
            self.evidence.is_of_one_build()
                && self
                    .evidence
                    .packages
                    .get(package)
                    .is_some_and(|package| package.scope == Scope::NotBuilt)
        };
        for (from, to, kind) in extra {
            if !is_other(from) && !outside(from) && !outside(to) {
                findings.push(self.edge_finding(Code::EdgeExtra, from, to, kind));
            }
        }
        self.findings.append(&mut findings);
    }

    fn edge_finding(&self, code: Code, from: usize, to: usize, kind: Option<EdgeKind>) -> Finding {
        let kind = kind.map_or(String::new(), |kind| format!(" ({})", kind.name()));
        let (from_id, to_id) = (self.id(from), self.id(to));
        let place = self
            .matching
            .owners
            .get(from)
            .copied()
            .flatten()
            .and_then(|claim| self.claims.get(claim))
            .map(|claimed| claimed.claim.place.clone());
        let mut finding = if code == Code::EdgeMissing {
            Finding::new(
                code,
                format!("`{from_id}` depends on `{to_id}`{kind}, and the SBOM does not say so"),
            )
            .expected(to_id)
        } else {
            Finding::new(
                code,
                format!("the SBOM makes `{from_id}` depend on `{to_id}`{kind}, which the evidence does not"),
            )
            .actual(to_id)
        };
        finding.package = Some(from_id);
        finding.path = place;
        if code == Code::EdgeMissing && self.is_loose() {
            finding.message +=
                "; the list may have an edge to a build script below the wrong package";
        }
        // A document for one selection may leave out what a lockfile holds for another, and what
        // the evidence itself is not sure of.
        let unsure = |package: usize| {
            self.evidence.is_of_one_build()
                && self
                    .evidence
                    .packages
                    .get(package)
                    .is_some_and(|package| package.scope == Scope::Maybe)
        };
        finding.at_most = match code {
            Code::EdgeMissing if self.may_leave_out || unsure(from) => Some(Severity::Info),
            Code::EdgeExtra if unsure(from) => Some(Severity::Info),
            Code::EdgeMissing if self.is_loose() => Some(Severity::Warning),
            Code::EdgeExtra if is_metadata(self.evidence) => Some(Severity::Warning),
            // The lockfile may well hold it, for another build.
            Code::EdgeExtra if self.may_hold_more => Some(Severity::Warning),
            _ => None,
        };
        finding
    }

    /// Whether some edges of the evidence may be none: cargo writes some edges to build scripts below
    /// another package, which cargo-auditable cannot see, and a lockfile beside it would tell.
    fn is_loose(&self) -> bool {
        let mut levels = self.evidence.evidence.iter().map(|source| source.level);
        best(self.evidence) == Some(EvidenceLevel::AuditableSbom)
            && levels.all(|level| level != EvidenceLevel::Lockfile)
    }

    pub(super) fn claim_id(&self, claim: usize) -> Option<String> {
        match self.pair(claim) {
            Some(pair) => Some(self.id(pair.package)),
            None => self.extra_ids.get(&claim).cloned(),
        }
    }

    pub(super) fn pair(&self, claim: usize) -> Option<Pair> {
        let Matching { pairs, .. } = &self.matching;
        pairs.get(claim).copied().flatten()
    }
}

type Kinded = (usize, usize, EdgeKind);

/// A sorted list of edges, taken pair by pair.
struct Pairs<'a>(&'a [Kinded]);

impl<'a> Pairs<'a> {
    fn peek(&self) -> Option<(usize, usize)> {
        self.0.first().map(|(from, to, _)| (*from, *to))
    }

    fn take(&mut self) -> &'a [Kinded] {
        let first = self.peek();
        let end = self
            .0
            .iter()
            .position(|(from, to, _)| Some((*from, *to)) != first)
            .unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, &[]));
        self.0 = rest;
        taken
    }
}

fn distinct_edges(edges: &[Edge]) -> usize {
    let mut ends: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.len()
}

fn same_set(sorted: &[Option<usize>], roots: &[usize]) -> bool {
    let mut roots: Vec<Option<usize>> = roots.iter().copied().map(Some).collect();
    roots.sort_unstable();
    roots.dedup();
    sorted == roots
}

/// Whether the document says what depends on what. An entry without dependencies says in CycloneDX
/// that there are none; elsewhere a graph without a single edge is none.
fn states_graph(document: &crate::sbom::Document) -> bool {
    use crate::sbom::Format::{CycloneDxJson, CycloneDxXml};
    document.has_graph
        && (matches!(document.format, CycloneDxJson | CycloneDxXml)
            || !document.bom.edges.is_empty())
}

/// CycloneDX has had dependencies and a main component since 1.2.
fn holds_graph(document: &crate::sbom::Document) -> bool {
    use crate::sbom::Format::{CycloneDxJson, CycloneDxXml};
    !matches!(document.format, CycloneDxJson | CycloneDxXml)
        || !matches!(document.spec_version.as_str(), "1.0" | "1.1")
}

fn listed(names: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let mut text = names.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
