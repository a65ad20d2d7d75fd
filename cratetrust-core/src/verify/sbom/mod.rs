//! Does an SBOM tell the truth about the evidence?

mod component;
mod full;
mod graph;
mod identity;
mod license;
mod matching;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use identity::{Claimed, PurlClaim};
use matching::{Matching, Rule, match_components};

use crate::bom::{Bom, EvidenceLevel, Package, Scope};
use crate::options::Level;
use crate::package::{Source, SourceKind, report_ids};
use crate::report::{Code, Counts, Draft, Finding, PackageReport, Status};
use crate::sbom::{Claim, Document};

/// Compares what a document claims with what the evidence holds. The caller fills in the inputs.
pub(crate) fn compare_sbom(document: &Document, evidence: &Bom, level: Level) -> Draft {
    let nothing = Claim::default();
    let claims: Vec<Claimed<'_>> = document
        .bom
        .packages
        .iter()
        .enumerate()
        .map(|(index, package)| {
            Claimed::new(package, document.claims.get(index).unwrap_or(&nothing))
        })
        .collect();
    let replaced = replacements(evidence);
    let matching = match_components(evidence, &claims, &replaced, level >= Level::Graph);
    let mut comparison = Comparison {
        document,
        evidence,
        may_leave_out: may_leave_out(document, evidence),
        may_hold_more: evidence.is_of_one_build() && !document.bom.is_of_one_build(),
        extras: extras(&claims, &matching, level),
        claims,
        matching,
        replaced,
        ids: Vec::new(),
        extra_ids: HashMap::new(),
        other_packages: HashSet::new(),
        anchored: HashSet::new(),
        findings: Vec::new(),
    };
    comparison.name();
    comparison.document_facts();
    comparison.missing();
    comparison.extra();
    comparison.components();
    let mut checks = vec!["components".to_owned()];
    if level >= Level::Graph {
        comparison.graph();
        checks.push("graph".to_owned());
    }
    if level >= Level::Full {
        comparison.full();
        checks.push("full".to_owned());
    }
    Draft {
        checks,
        packages: comparison.package_reports(),
        findings: comparison.findings,
        ..Draft::default()
    }
}

struct Comparison<'a> {
    document: &'a Document,
    evidence: &'a Bom,
    claims: Vec<Claimed<'a>>,
    matching: Matching,
    /// The `[replace]`d originals, and what replaces each.
    replaced: HashMap<usize, usize>,
    /// Components that stand for no package of the evidence.
    extras: Vec<usize>,
    /// The report `id` of each package of the evidence.
    ids: Vec<String>,
    /// The report `id` of each extra component.
    extra_ids: HashMap<usize, String>,
    /// Packages whose component has another version or source.
    other_packages: HashSet<usize>,
    /// Packages of which a digest was compared.
    anchored: HashSet<usize>,
    /// Whether the document states a selection that is not the evidence's, so that what it leaves
    /// out may not belong to it.
    may_leave_out: bool,
    /// Whether the evidence is of one selection and the document of more than that, or of one that
    /// it does not state.
    may_hold_more: bool,
    findings: Vec<Finding>,
}

/// A lockfile holds a superset of every build; a document that states what it was resolved for may
/// be right to hold less. So it may where the evidence is what cargo-auditable made of
/// `cargo metadata`, which may list what is not built, and where it was resolved for other targets.
fn may_leave_out(document: &Document, evidence: &Bom) -> bool {
    let Some(claimed) = &document.bom.selection else {
        return false;
    };
    if claimed.targets.is_empty() || document.bom.is_lockfile_only() {
        return false;
    }
    match &evidence.selection {
        // Nor does another document that states none say that it holds what only this one is of.
        None => {
            use EvidenceLevel::{Lockfile, LockfileIndex, Sbom};
            let mut levels = evidence.evidence.iter().map(|source| source.level);
            levels.all(|level| matches!(level, Lockfile | LockfileIndex | Sbom))
                || is_metadata(evidence)
        }
        Some(known) => known
            .targets
            .iter()
            .any(|target| !claimed.targets.contains(target)),
    }
}

/// The `[replace]`d originals, and what replaces each.
///
/// No one depends on a replacement by its own identity, and yet it is no root: that is what tells
/// it. The original has its name and version, and no dependencies of its own.
fn replacements(evidence: &Bom) -> HashMap<usize, usize> {
    let count = evidence.packages.len();
    let (mut used, mut uses) = (vec![false; count], vec![false; count]);
    for edge in evidence.edges.iter().filter(|edge| edge.from != edge.to) {
        if let (Some(used), Some(uses)) = (used.get_mut(edge.to), uses.get_mut(edge.from)) {
            (*used, *uses) = (true, true);
        }
    }
    for root in &evidence.roots {
        if let Some(used) = used.get_mut(*root) {
            *used = true;
        }
    }
    let numbered = || evidence.packages.iter().enumerate();
    let is = |marks: &[bool], index: usize| marks.get(index).copied().unwrap_or_default();
    let by: HashMap<(&str, &str), usize> = numbered()
        .filter(|(index, _)| !is(&used, *index))
        .map(|(index, package)| ((package.name.as_str(), package.version.as_str()), index))
        .collect();
    numbered()
        .filter(|(index, _)| is(&used, *index) && !is(&uses, *index))
        .filter_map(|(index, package)| {
            let by = by.get(&(package.name.as_str(), package.version.as_str()))?;
            Some((index, *by))
        })
        .collect()
}

fn extras(claims: &[Claimed<'_>], matching: &Matching, level: Level) -> Vec<usize> {
    claims
        .iter()
        .enumerate()
        .filter(|(index, claimed)| {
            let alone = matching.pairs.get(*index).is_some_and(Option::is_none);
            // Who the main component is belongs to the graph; below it, only what claims to be a
            // package of a registry counts.
            let counts = !claimed.claim.main
                || (level == Level::Components && !matches!(claimed.purl, PurlClaim::Absent));
            alone && counts
        })
        .map(|(index, _)| index)
        .collect()
}

/// How exact the most exact piece of evidence is.
fn best(evidence: &Bom) -> Option<EvidenceLevel> {
    evidence.evidence.iter().map(|source| source.level).max()
}

/// Whether the evidence is a list that cargo-auditable made of `cargo metadata`. That may list what
/// is not built, and leave out what build scripts and procedural macros need on the host.
fn is_metadata(evidence: &Bom) -> bool {
    best(evidence) == Some(EvidenceLevel::Auditable)
}

/// Whether the checksums of evidence of that level are a lockfile's.
fn from_lock(level: EvidenceLevel) -> bool {
    use EvidenceLevel::{Lockfile, LockfileIndex, Manifests};
    matches!(level, Lockfile | LockfileIndex | Manifests)
}

/// One finding for a part that the whole document lacks.
fn section_missing(lacks: &str, of: &str, count: usize) -> Finding {
    Finding::new(Code::DocumentIncomplete, format!("{lacks}; {of} {count}"))
        .values(count.to_string(), "0")
}

impl<'a> Comparison<'a> {
    /// Gives every package and every extra component its `id`.
    fn name(&mut self) {
        let evidence = self
            .evidence
            .packages
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), &p.source));
        // The same extra component twice is one package of the report.
        let mut seen: HashMap<(&str, &str, &Source), usize> = HashMap::new();
        let mut distinct: Vec<&Package> = Vec::new();
        let mut which = Vec::new();
        for index in &self.extras {
            let Some(package) = self.document.bom.packages.get(*index) else {
                continue;
            };
            let key = (
                package.name.as_str(),
                package.version.as_str(),
                &package.source,
            );
            let number = *seen.entry(key).or_insert_with(|| {
                distinct.push(package);
                distinct.len() - 1
            });
            which.push((*index, number));
        }
        let extras = distinct
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), &p.source));
        self.ids = report_ids(evidence.chain(extras));
        let extra_ids = self
            .ids
            .split_off(self.evidence.packages.len().min(self.ids.len()));
        self.extra_ids = which
            .into_iter()
            .filter_map(|(index, number)| Some((index, extra_ids.get(number)?.clone())))
            .collect();
    }

    fn id(&self, package: usize) -> String {
        self.ids.get(package).cloned().unwrap_or_default()
    }

    fn document_facts(&mut self) {
        let by_place: HashMap<&str, usize> = if self.document.faults.is_empty() {
            HashMap::new()
        } else {
            let places = self.claims.iter().enumerate();
            places
                .map(|(index, claimed)| (claimed.claim.place.as_str(), index))
                .collect()
        };
        for fault in &self.document.faults {
            // The component that it stands in, the innermost one.
            let component = prefixes(&fault.place)
                .filter_map(|place| by_place.get(place))
                .last();
            let mut finding =
                Finding::new(Code::DocumentInvalid, &fault.message).path(&fault.place);
            finding.package = component.and_then(|claim| self.claim_id(*claim));
            self.findings.push(finding);
        }
        let foreign = self.document.foreign;
        if foreign > 0 {
            let message = match foreign {
                1 => "1 component is no cargo package and was not compared".to_owned(),
                many => format!("{many} components are no cargo packages and were not compared"),
            };
            self.findings
                .push(Finding::new(Code::ComponentForeign, message).actual(foreign.to_string()));
        }
    }

    fn missing(&mut self) {
        for (index, package) in self.evidence.packages.iter().enumerate() {
            let listed = self.matching.owners.get(index).is_some_and(Option::is_some);
            // What is known not to be built may be listed or left out.
            let is_built = package.scope != Scope::NotBuilt && !self.replaced.contains_key(&index);
            // Which crates of the standard library are linked, no lockfile and hardly a tool tells.
            let is_std = package.source.kind == SourceKind::Std;
            if listed || !is_built || is_std {
                continue;
            }
            let id = self.id(index);
            let may_be_built = package.scope == Scope::Maybe && self.may_be_built(package);
            let finding = if may_be_built {
                let message = format!(
                    "the SBOM leaves out `{id}`, which may be part of the build: the evidence cannot tell (maybe)"
                );
                Finding::new(Code::ComponentUnlisted, message)
            } else if self.may_leave_out {
                let why = match self.evidence.selection {
                    None if self
                        .evidence
                        .evidence
                        .iter()
                        .any(|e| e.level == EvidenceLevel::Sbom) =>
                    {
                        "the evidence states no selection and cannot tell whether that of the SBOM needs it"
                    }
                    None => "a lockfile cannot tell whether its selection needs it",
                    Some(_) => "the evidence is of other targets",
                };
                let message = format!("the SBOM leaves out `{id}`; {why}");
                Finding::new(Code::ComponentUnlisted, message)
            } else {
                Finding::new(Code::ComponentMissing, format!("the SBOM lacks `{id}`"))
            };
            let expected = component::expected_purl(package)
                .unwrap_or_else(|| identity::name_at_version(&package.name, &package.version));
            self.findings.push(finding.package(id).expected(expected));
        }
    }

    /// Whether a package of scope `maybe` is one that the build may do without.
    fn may_be_built(&self, package: &Package) -> bool {
        let mut levels = package
            .evidence
            .iter()
            .filter_map(|at| self.evidence.evidence.get(*at));
        self.evidence.selection.is_some()
            || (self.evidence.is_of_one_build()
                && levels.all(|source| source.level == EvidenceLevel::Lockfile))
    }

    fn extra(&mut self) {
        // crates.io holds names that differ in case and in `-` or `_` to be one; a reader's eye too.
        let look = |name: &str| name.to_ascii_lowercase().replace('_', "-");
        let names: HashMap<String, &str> = self
            .evidence
            .packages
            .iter()
            .map(|package| (look(&package.name), package.name.as_str()))
            .collect();
        let mut findings = Vec::new();
        let (mut of_std, mut untold) = (Vec::new(), Vec::new());
        let is_partial = self.evidence.is_partial();
        let is_metadata = is_metadata(self.evidence);
        for index in &self.extras {
            let (Some(claimed), Some(id)) = (self.claims.get(*index), self.extra_ids.get(index))
            else {
                continue;
            };
            if claimed.is_std() {
                of_std.push(id.as_str());
                continue;
            }
            if is_partial || (is_metadata && claimed.package.scope == Scope::Build) {
                untold.push(id.as_str());
                continue;
            }
            let name = claimed.package.name.as_str();
            let alike = names.get(&look(name)).filter(|other| **other != name);
            let message = match alike {
                Some(other) => {
                    format!("`{id}` is not in the evidence; its name looks like that of `{other}`")
                }
                None => format!("`{id}` is not in the evidence"),
            };
            findings.push(
                Finding::new(Code::ComponentExtra, message)
                    .package(id)
                    .path(&claimed.claim.place)
                    .actual(claimed.describe()),
            );
        }
        if !of_std.is_empty() {
            let message = format!(
                "components that are crates of the standard library, of which the evidence does not tell; they were not compared: {}",
                full::some_of(&of_std)
            );
            findings.push(
                Finding::new(Code::ComponentForeign, message).actual(of_std.len().to_string()),
            );
        }
        if !untold.is_empty() {
            let why = match is_partial {
                true => "the binary shows a part of what is linked",
                false => {
                    "the list in the binary leaves out some of what build scripts and procedural macros need"
                }
            };
            let message = format!(
                "components that may be part of the build (maybe): {why}, and not these: {}",
                full::some_of(&untold)
            );
            findings.push(Finding::new(Code::NotChecked, message).actual(untold.len().to_string()));
        }
        self.findings.append(&mut findings);
    }

    fn components(&mut self) {
        let faults: HashSet<&str> = self
            .document
            .faults
            .iter()
            .flat_map(|fault| prefixes(&fault.place))
            .collect();
        let reader_faulted = |place: &str| faults.contains(place);
        let mut findings = Vec::new();
        let (mut no_digest, mut no_purl) = (Vec::new(), Vec::new());
        let mut any_digest = false;
        for (index, claimed) in self.claims.iter().enumerate() {
            let Some(pair) = self.pair(index) else {
                continue;
            };
            // A main component that stands for the root by its place alone is no such package.
            if pair.rule == Rule::Root {
                self.other_packages.insert(pair.package);
                continue;
            }
            let Some(package) = self.evidence.packages.get(pair.package) else {
                continue;
            };
            let outcome = component::compare(package, claimed, pair.rule, &reader_faulted);
            let id = self.id(pair.package);
            findings.extend(
                outcome
                    .findings
                    .into_iter()
                    .map(|finding| finding.package(&id)),
            );
            if outcome.other_package {
                self.other_packages.insert(pair.package);
            }
            any_digest |= outcome.digest_told;
            if outcome.digest_compared {
                self.anchored.insert(pair.package);
            }
            // What one component of a package lacks, another may state.
            if !pair.again {
                if outcome.lacks_digest {
                    no_digest.push((pair.package, index));
                }
                if outcome.lacks_purl {
                    no_purl.push((pair.package, index));
                }
            }
        }
        self.findings.append(&mut findings);
        if any_digest {
            self.lacking(Code::ChecksumMissing, &no_digest);
        } else if !no_digest.is_empty() {
            let lacks = if self.document.has_checksums {
                "the SBOM states no checksum of a cargo package that the evidence can be compared with"
            } else {
                "the SBOM states no checksum of a cargo package"
            };
            self.findings.push(section_missing(
                lacks,
                "packages with one in the evidence:",
                no_digest.len(),
            ));
        }
        if self.document.has_purls {
            self.lacking(Code::PurlMissing, &no_purl);
        } else if !no_purl.is_empty() {
            self.findings.push(section_missing(
                "the SBOM states no package URL",
                "packages that have one:",
                no_purl.len(),
            ));
        }
    }

    /// One finding for each component that lacks its checksum or its package URL.
    fn lacking(&mut self, code: Code, components: &[(usize, usize)]) {
        for (package, claim) in components {
            let (Some(known), Some(claimed)) = (
                self.evidence.packages.get(*package),
                self.claims.get(*claim),
            ) else {
                continue;
            };
            if code == Code::ChecksumMissing && self.anchored.contains(package) {
                continue;
            }
            let id = self.id(*package);
            let (message, expected) = if code == Code::ChecksumMissing {
                let checksum = known.checksum;
                let digest = checksum
                    .sha256
                    .map(|digest| digest.to_string())
                    .or_else(|| checksum.sha512.map(|digest| digest.to_string()));
                let what = if claimed.hashes().next().is_some() {
                    "no checksum that the evidence can be compared with"
                } else {
                    "no checksum"
                };
                (format!("the component of `{id}` states {what}"), digest)
            } else {
                let purl = component::expected_purl(known);
                (
                    format!("the component of `{id}` states no package URL"),
                    purl,
                )
            };
            let mut finding = Finding::new(code, message)
                .package(id)
                .path(&claimed.claim.place);
            finding.expected = expected;
            self.findings.push(finding);
        }
    }

    fn package_reports(&self) -> Vec<PackageReport> {
        // Where all is local, the comparison of local packages is all that there is to check.
        let all_local = self
            .evidence
            .packages
            .iter()
            .all(|package| package.source.kind == SourceKind::Path);
        let mut reports = Vec::with_capacity(self.ids.len() + self.extras.len());
        for (index, package) in self.evidence.packages.iter().enumerate() {
            let owner = self.matching.owners.get(index).copied().flatten();
            let status = match owner {
                Some(_) if package.source.kind == SourceKind::Path && !all_local => Status::Local,
                Some(_) => Status::Ok,
                // An error makes it failed; a gap that is accepted does not make it checked.
                None if matches!(package.source.kind, SourceKind::Path | SourceKind::Std) => {
                    Status::Local
                }
                None => Status::Unchecked,
            };
            let anchors = if self.anchored.contains(&index) {
                vec![self.anchor(package).to_owned()]
            } else {
                Vec::new()
            };
            reports.push(package_report(self.id(index), package, status, anchors));
        }
        let mut seen = HashSet::new();
        for index in &self.extras {
            if let (Some(claimed), Some(id)) = (self.claims.get(*index), self.extra_ids.get(index))
                && seen.insert(id)
            {
                let status = match claimed.is_std() {
                    true => Status::Local,
                    false => Status::Unchecked,
                };
                reports.push(package_report(
                    id.clone(),
                    claimed.package,
                    status,
                    Vec::new(),
                ));
            }
        }
        reports
    }

    /// What the digests of the evidence are: those of a lockfile, or what another document says.
    fn anchor(&self, package: &Package) -> &'static str {
        let levels = package
            .evidence
            .iter()
            .filter_map(|index| self.evidence.evidence.get(*index));
        let mut levels = levels.map(|source| source.level).peekable();
        let lock = if levels.peek().is_some() {
            levels.any(from_lock)
        } else {
            let all = &self.evidence.evidence;
            all.iter().all(|source| from_lock(source.level))
        };
        if lock { "lock" } else { "self-declared" }
    }
}

/// A package of the report before its findings are counted.
pub(super) fn package_report(
    id: String,
    package: &Package,
    status: Status,
    anchors: Vec<String>,
) -> PackageReport {
    PackageReport {
        id,
        name: package.name.clone(),
        version: package.version.clone(),
        source: package.source.public().to_lock(),
        anchors,
        status,
        counts: Counts::default(),
        artifacts: Vec::new(),
        attestations: Vec::new(),
    }
}

/// A JSON pointer and every pointer above it that a component or a part of one may stand at.
fn prefixes(place: &str) -> impl Iterator<Item = &str> {
    const DEEPEST: usize = 8;
    place
        .char_indices()
        .filter(|(_, c)| *c == '/')
        .filter_map(|(at, _)| place.get(..at))
        .chain(std::iter::once(place))
        .take(DEEPEST)
}
