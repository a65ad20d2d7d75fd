//! Building a [`Document`] while a format is read: packages, references, edges, and the properties
//! that are ours in any format.

use std::collections::{HashMap, HashSet};

use super::claimed::{self, PurlParts};
use super::names;
use super::plain::{contact, indexes, selection, tool, toolchain, unit, vcs};
use super::value::{self, Faults, Fields, Json, Place};
use super::{Claim, Document, Format, UnknownRef};
use crate::bom::{
    Bom, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Gap, Package, Scope, Selection,
};
use crate::digest::{Sha256, Sha512};
use crate::package::{Source, SourceKind, package_purl};

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
        }
    }

    /// Adds a package; tells its index.
    pub(super) fn add(&mut self, mut package: Package, claim: Claim) -> usize {
        let index = self.document.bom.packages.len();
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

    /// Takes in a property of the document.
    pub(super) fn document_property(&mut self, name: &str, value: &str, place: &str) {
        let bom = &mut self.document.bom;
        let understood = match name {
            names::EVIDENCE_LEVEL => {
                let level = EvidenceLevel::from_name(value);
                bom.evidence.extend(level.map(|level| EvidenceSource {
                    level,
                    name: String::new(),
                    sha256: None,
                }));
                true
            }
            names::SELECTION => {
                bom.selection = value::parse_inner(value).as_ref().and_then(selection);
                self.own_selection = bom.selection.is_some();
                self.own_selection
            }
            names::TOOLCHAIN => {
                bom.toolchain = value::parse_inner(value).as_ref().and_then(toolchain);
                bom.toolchain.is_some()
            }
            names::GAP => value::parse_inner(value)
                .as_ref()
                .and_then(gap)
                .map(|gap| self.gaps.push(gap))
                .is_some(),
            names::DOCUMENT => self.facts(value),
            names::TARGET_TRIPLE => {
                self.triples.push(value.to_owned());
                true
            }
            _ => true,
        };
        if !understood {
            self.faults
                .add_at(place, format!("the value of `{name}` is not understood"));
        }
    }

    fn facts(&mut self, value: &str) -> bool {
        let inner = value::parse_inner(value);
        let Some(fields) = inner.as_ref().and_then(Json::object) else {
            return false;
        };
        let text = |key| {
            value::get(fields, key)
                .and_then(Json::text)
                .map(str::to_owned)
        };
        let document = &mut self.document.bom.document;
        document.supplier = value::get(fields, "supplier").and_then(contact);
        document.authors = value::get(fields, "authors")
            .and_then(Json::array)
            .unwrap_or_default()
            .iter()
            .filter_map(contact)
            .collect();
        document.lifecycle = text("lifecycle");
        document.manufacturer = value::get(fields, "manufacturer").and_then(contact);
        document.license = text("license");
        document.tools = value::get(fields, "tools")
            .and_then(Json::array)
            .unwrap_or_default()
            .iter()
            .filter_map(tool)
            .collect();
        if let Some(timestamp) = text("timestamp") {
            document.timestamp = Some(timestamp);
        }
        self.own_facts = true;
        true
    }

    /// Takes in the properties of a package that is already added.
    pub(super) fn package_properties(&mut self, index: usize, properties: &[Named<'_>]) {
        let (mut own_authors, mut own_keywords) = (false, false);
        for property in properties {
            let Named { name, value, place } = property;
            let Some(package) = self.document.bom.packages.get_mut(index) else {
                return;
            };
            let text = || Some((*value).to_owned());
            let understood = match *name {
                names::SCOPE => Scope::from_name(value)
                    .map(|scope| package.scope = scope)
                    .is_some(),
                names::SIZE => value.parse().map(|size| package.size = Some(size)).is_ok(),
                names::LICENSE => {
                    package.license = text();
                    true
                }
                names::LICENSE_FILE => {
                    package.license_file = text();
                    true
                }
                names::LICENSE_CONCLUDED => {
                    package.license_concluded = text();
                    true
                }
                names::LICENSE_TEXT => {
                    package.license_text = text();
                    true
                }
                names::COPYRIGHT => {
                    package.copyright = text();
                    true
                }
                names::DESCRIPTION => {
                    package.description = text();
                    true
                }
                names::ENRICHED_FROM => {
                    package.enriched_from = text();
                    true
                }
                names::SUPPLIER => {
                    let said = value::parse_inner(value);
                    package.supplier = said.as_ref().and_then(contact);
                    package.supplier.is_some() || said == Some(Json::Null)
                }
                names::VCS => {
                    package.vcs = value::parse_inner(value).as_ref().and_then(vcs);
                    package.vcs.is_some()
                }
                // Where there are any, they stand for what a field of the format cannot hold.
                names::AUTHOR => {
                    if !std::mem::replace(&mut own_authors, true) {
                        package.authors.clear();
                    }
                    package.authors.extend(text());
                    true
                }
                names::KEYWORD => {
                    if !std::mem::replace(&mut own_keywords, true) {
                        package.keywords.clear();
                    }
                    package.keywords.extend(text());
                    true
                }
                names::HOMEPAGE => {
                    package.homepage = text();
                    true
                }
                names::DOCUMENTATION => {
                    package.documentation = text();
                    true
                }
                names::REPOSITORY => {
                    package.repository = text();
                    true
                }
                names::UNIT => value::parse_inner(value)
                    .as_ref()
                    .and_then(unit)
                    .map(|unit| package.units.push(unit))
                    .is_some(),
                names::EVIDENCE => value::parse_inner(value)
                    .as_ref()
                    .and_then(indexes)
                    .map(|evidence| {
                        package.evidence = evidence;
                        self.own_evidence.insert(index);
                    })
                    .is_some(),
                names::DEPENDENCY => edge_facts(value)
                    .map(|(to, facts)| {
                        self.edge_facts.entry((index, to)).or_default().push(facts);
                    })
                    .is_some(),
                _ => true,
            };
            if !understood {
                self.faults
                    .add_at(place, format!("the value of `{name}` is not understood"));
            }
        }
    }

    /// Ends the reading: applies what holds for the document as a whole.
    pub(super) fn finish(mut self) -> Document {
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
        self.document
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

/// A property of a component, with its place.
pub(super) struct Named<'t> {
    pub name: &'t str,
    pub value: &'t str,
    pub place: String,
}

/// The value of the last property of that name.
pub(super) fn find<'t>(properties: &[Named<'t>], name: &str) -> Option<&'t str> {
    properties
        .iter()
        .rev()
        .find(|property| property.name == name)
        .map(|property| property.value)
}

/// The source that a component claims: the purl first, then properties of ours that agree with it,
/// then what else the document says.
pub(super) fn source_of(
    name: &str,
    version: &str,
    purl: Option<(&str, &PurlParts<'_>)>,
    properties: &[Named<'_>],
    hint: impl FnOnce() -> Source,
) -> Source {
    let implied = purl.map(|(_, parts)| claimed::source_of_purl(parts));
    let kind = find(properties, names::SOURCE_KIND).and_then(SourceKind::from_name);
    let text = |name| find(properties, name).map(str::to_owned);
    let (url, reference, rev) = (
        text(names::SOURCE_URL),
        text(names::SOURCE_REF),
        text(names::SOURCE_REV),
    );
    let Some(implied) = implied else {
        return match kind {
            Some(kind) => Source {
                kind,
                url,
                reference,
                rev,
            },
            None => hint(),
        };
    };
    if kind.is_none() && url.is_none() && reference.is_none() && rev.is_none() {
        return implied;
    }
    let said = Source {
        kind: kind.unwrap_or(implied.kind),
        url: url.or_else(|| implied.url.clone()),
        reference,
        rev: rev.or_else(|| implied.rev.clone()),
    };
    fn bare(source: &Source) -> Option<&str> {
        let url = source.url.as_deref()?;
        Some(url.strip_prefix("sparse+").unwrap_or(url))
    }
    let agrees = (said.kind == implied.kind
        && bare(&said) == bare(&implied)
        && said.rev == implied.rev)
        || purl
            .is_some_and(|(text, _)| package_purl(name, version, &said).as_deref() == Some(text));
    if agrees { said } else { implied }
}

/// Tells of a purl that cannot be taken apart.
pub(super) fn purl_parts<'t>(
    purl: Option<&'t str>,
    faults: &mut Faults,
    place: &Place<'_>,
) -> Option<PurlParts<'t>> {
    let purl = purl?;
    let parts = claimed::purl_parts(purl);
    if parts.is_none() {
        let short: String = purl.chars().take(200).collect();
        faults.add(place, format!("`{short}` is no package URL"));
    }
    parts
}

/// Whether components without a purl may be cargo packages: no purl of the document names
/// anything else, or one names a cargo package.
#[derive(Debug, Default)]
pub(super) struct PurlCensus {
    cargo: bool,
    other: bool,
}

impl PurlCensus {
    pub(super) fn see(&mut self, purl: &str) {
        if claimed::is_cargo(purl) {
            self.cargo = true;
        } else {
            self.other = true;
        }
    }

    pub(super) fn cargo_only(&self) -> bool {
        self.cargo || !self.other
    }
}

/// What a component says that it is, as written.
pub(super) struct Identity<'t> {
    pub reference: &'t str,
    pub name: &'t str,
    pub version: &'t str,
    pub purl: Option<&'t str>,
    pub parts: Option<PurlParts<'t>>,
    pub main: bool,
}

impl Identity<'_> {
    /// How the component is claimed, before any of its other facts.
    pub(super) fn claim(&self, place: &Place<'_>) -> Claim {
        Claim {
            reference: self.reference.to_owned(),
            place: place.to_string(),
            purl: self.purl.map(str::to_owned),
            main: self.main,
            ..Claim::default()
        }
    }

    /// The package that it is; `hint` gives the source where neither purl nor properties do.
    pub(super) fn package(
        &self,
        properties: &[Named<'_>],
        hint: impl FnOnce() -> Source,
    ) -> Package {
        let known = self.purl.zip(self.parts.as_ref());
        let source = source_of(self.name, self.version, known, properties, hint);
        let name = match &self.parts {
            Some(parts) if self.name.is_empty() => parts.name.clone(),
            _ => self.name.to_owned(),
        };
        let mut package = Package::new(name, self.version, source);
        package.purl = known.map(|(purl, _)| purl.to_owned());
        package
    }
}

/// What a format calls its list of digests, and in each of them the algorithm and the digits.
pub(super) struct HashKeys {
    pub list: &'static str,
    pub algorithm: &'static str,
    pub digits: &'static str,
}

/// The digests of an object: the algorithm as the document names it, the digits as written, and
/// the place of the digits is told to `each`.
pub(super) fn hashes<'t>(
    fields: &'t Fields<'_>,
    keys: &HashKeys,
    faults: &mut Faults,
    place: &Place<'_>,
    mut each: impl FnMut(&'t str, &'t str, &mut Faults, &Place<'_>),
) {
    let list_place = place.key(keys.list);
    for (index, item) in faults.array(fields, keys.list, place).iter().enumerate() {
        let place = list_place.index(index);
        let Some(hash) = faults.as_object(item, &place) else {
            continue;
        };
        let algorithm = faults.text(hash, keys.algorithm, &place);
        let digits = faults.text(hash, keys.digits, &place);
        if let (Some(algorithm), Some(digits)) = (algorithm, digits) {
            each(algorithm, digits, faults, &place.key(keys.digits));
        }
    }
}

/// Takes the digests of a component into its package and its claim.
pub(super) fn take_hashes(
    fields: &Fields<'_>,
    keys: &HashKeys,
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    hashes(
        fields,
        keys,
        faults,
        place,
        |algorithm, digits, faults, place| {
            take_hash(package, algorithm, digits, faults, place);
            claim.hashes.push((algorithm.to_owned(), digits.to_owned()));
        },
    );
}

/// Takes a digest into the package, where it is one that it has a field for.
pub(super) fn take_hash(
    package: &mut Package,
    algorithm: &str,
    digits: &str,
    faults: &mut Faults,
    place: &Place<'_>,
) {
    let plain: String = algorithm
        .chars()
        .filter(|c| *c != '-' && *c != '_')
        .take(16)
        .collect::<String>()
        .to_ascii_uppercase();
    let clash = match plain.as_str() {
        "SHA256" => match digits.parse::<Sha256>() {
            Ok(hash) => package.checksum.sha256.replace(hash).is_some_and(|old| {
                package.checksum.sha256 = Some(old);
                old != hash
            }),
            Err(_) => return faults.add(place, "a SHA-256 digest has 64 hexadecimal digits"),
        },
        "SHA512" => match digits.parse::<Sha512>() {
            Ok(hash) => package.checksum.sha512.replace(hash).is_some_and(|old| {
                package.checksum.sha512 = Some(old);
                old != hash
            }),
            Err(_) => return faults.add(place, "a SHA-512 digest has 128 hexadecimal digits"),
        },
        _ => false,
    };
    if clash {
        faults.add(
            place,
            "the component has another digest of the same algorithm",
        );
    }
}

/// A gap as a property holds it, with the reference of its package.
fn gap(value: &Json<'_>) -> Option<(String, Gap)> {
    let fields = value.object()?;
    let text = |key| {
        value::get(fields, key)
            .and_then(Json::text)
            .map(str::to_owned)
    };
    let gap = Gap {
        package: 0,
        code: text("code")?,
        reason: text("reason")?,
    };
    Some((text("package")?, gap))
}

fn edge_facts(text: &str) -> Option<(String, EdgeFacts)> {
    let inner = value::parse_inner(text)?;
    let fields = inner.object()?;
    let get = |key| value::get(fields, key).and_then(Json::text);
    let facts = EdgeFacts {
        kind: EdgeKind::from_name(get("kind")?)?,
        name: get("name").map(str::to_owned),
        evidence: Some(indexes(value::get(fields, "evidence")?)?),
    };
    Some((get("ref")?.to_owned(), facts))
}

/// The source where nothing tells it: a path for the main component, else unknown.
pub(super) fn untold(main: bool) -> Source {
    Source::of(if main {
        SourceKind::Path
    } else {
        SourceKind::Unknown
    })
}
