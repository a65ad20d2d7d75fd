//! The selection, the scopes and the licences: what `full` adds to the graph.

use super::identity::Claimed;
use super::license::Normalizer;
use super::matching::{Pair, Rule};
use super::{Comparison, is_metadata, section_missing};
use crate::bom::{EvidenceLevel, Package, Scope, Selection};
use crate::report::{Code, Finding, Severity};
use crate::sbom::LicenseRole;

/// How many packages of a list a message names.
const NAMED: usize = 5;

/// What a component says about its part in the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    /// CycloneDX `required`: it is there when the program runs.
    Required,
    /// CycloneDX `optional`: the program runs without it.
    Optional,
    /// CycloneDX `excluded`: it is not there when the program runs.
    Excluded,
    /// One of this library's own scopes.
    Exact(Scope),
}

impl Said {
    /// Whether the evidence contradicts it.
    fn is_false(self, known: Scope) -> bool {
        match self {
            Self::Nothing => false,
            Self::Required => known != Scope::Linked,
            Self::Optional | Self::Excluded => known == Scope::Linked,
            Self::Exact(scope) => scope != known,
        }
    }
}

/// How the document's selection stands to that of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selections {
    /// Both state the same one.
    Same,
    /// The document states none.
    Unstated,
    /// They differ, so that scopes are those of different builds.
    Different,
    /// The evidence states none.
    Untold,
}

impl Comparison<'_> {
    /// What `full` adds to `graph`.
    pub(super) fn full(&mut self) {
        let selections = self.selections();
        self.scopes(selections);
        self.licenses();
    }

    fn selections(&mut self) -> Selections {
        let (document, evidence) = (&self.document.bom, self.evidence);
        let Some(known) = &evidence.selection else {
            if let Some(claimed) = &document.selection {
                let message = "the SBOM states what it was resolved for, and the evidence does not; it could not be compared";
                self.findings
                    .push(Finding::new(Code::NotChecked, message).actual(targets(claimed)));
            }
            return Selections::Untold;
        };
        let Some(claimed) = &document.selection else {
            if document.is_lockfile_only() {
                let message = "the SBOM describes every build that the lockfile allows, the evidence one of them";
                self.findings.push(
                    Finding::new(Code::SelectionMismatch, message)
                        .values(targets(known), "all targets"),
                );
                return Selections::Different;
            }
            let message = "the SBOM does not say what it was resolved for";
            self.findings
                .push(Finding::new(Code::DocumentIncomplete, message).expected(targets(known)));
            return Selections::Unstated;
        };
        // A record of a build tells what came of it, not what was asked for.
        let asked = evidence.evidence.iter().all(|source| {
            !matches!(
                source.level,
                EvidenceLevel::CargoSbom | EvidenceLevel::CargoMetadata
            )
        });
        let differences = differences(known, claimed, asked && self.is_own());
        if differences.is_empty() {
            return Selections::Same;
        }
        let part = |side: fn(&Difference) -> &String| {
            let parts: Vec<String> = differences
                .iter()
                .map(|d| format!("{} {}", d.what, side(d)))
                .collect();
            parts.join("; ")
        };
        let what: Vec<&str> = differences.iter().map(|d| d.what).collect();
        let message = format!(
            "the SBOM was made for another selection than the evidence: other {}",
            what.join(", ")
        );
        self.findings.push(
            Finding::new(Code::SelectionMismatch, message)
                .values(part(|d| &d.expected), part(|d| &d.actual)),
        );
        Selections::Different
    }

    /// Whether this library wrote the document, so that an absent scope means `maybe`.
    fn is_own(&self) -> bool {
        let mut tools = self.document.tools.iter();
        tools.any(|tool| tool.split(' ').next() == Some("cratetrust"))
    }

    fn said(&self, claimed: &Claimed<'_>) -> Said {
        let scope = claimed.package.scope;
        match (claimed.claim.scope.as_deref(), scope) {
            (Some("required"), Scope::Linked) => Said::Required,
            (Some("optional"), Scope::Maybe) => Said::Optional,
            // Beside a property of ours it stands for that property.
            (Some("excluded"), Scope::NotBuilt) if !self.is_own() => Said::Excluded,
            (_, Scope::Maybe) => Said::Nothing,
            (_, scope) => Said::Exact(scope),
        }
    }

    fn scopes(&mut self, selections: Selections) {
        if selections == Selections::Different {
            return;
        }
        let said: Vec<Said> = self.claims.iter().map(|c| self.said(c)).collect();
        let any = said.iter().any(|said| *said != Said::Nothing);
        // CycloneDX: a component without a scope counts as required. Where no component has one,
        // the producer does not tell scopes at all.
        let implied = any && !self.is_own() && self.document.format.name().starts_with("cyclonedx");
        let mut findings = Vec::new();
        let (mut lacking, mut untold) = (Vec::new(), Vec::new());
        for (index, claimed) in self.claims.iter().enumerate() {
            let (Some(pair), Some(said)) = (self.compared(index), said.get(index)) else {
                continue;
            };
            let Some(package) = self.evidence.packages.get(pair.package) else {
                continue;
            };
            if claimed.claim.main {
                continue;
            }
            if package.scope == Scope::Maybe {
                if *said != Said::Nothing {
                    untold.push(pair.package);
                }
                continue;
            }
            let counts = if *said == Said::Nothing && implied {
                Said::Required
            } else {
                *said
            };
            let outside = package.scope == Scope::NotBuilt
                && counts == Said::Nothing
                && (any || selections == Selections::Same);
            if counts.is_false(package.scope) && is_metadata(self.evidence) {
                // What it counts as linked may be needed by build scripts only.
                untold.push(pair.package);
            } else if outside || counts.is_false(package.scope) {
                findings.push(self.scope_finding(pair.package, package, claimed, counts));
            } else if *said == Said::Nothing && !implied {
                lacking.push(pair.package);
            }
        }
        self.findings.append(&mut findings);
        self.lacking_section("scope", any, &lacking);
        self.untold("scope", &untold);
    }

    fn scope_finding(
        &self,
        index: usize,
        package: &Package,
        claimed: &Claimed<'_>,
        said: Said,
    ) -> Finding {
        let id = self.id(index);
        let actual = match (&claimed.claim.scope, said) {
            (Some(scope), _) => scope.clone(),
            (None, Said::Exact(scope)) => scope.name().to_owned(),
            (None, _) => "none".to_owned(),
        };
        let truth = match package.scope {
            Scope::Linked => "is linked into what is built",
            Scope::Build => "is used by build scripts and procedural macros only",
            Scope::Dev => "is used by tests, examples and benchmarks only",
            Scope::NotBuilt | Scope::Maybe => "is not part of this build",
        };
        let message = match said {
            Said::Nothing => format!("`{id}` {truth}, and its component does not say so"),
            _ if claimed.claim.scope.is_none() && said == Said::Required => {
                format!("`{id}` {truth}; a component without a scope counts as required")
            }
            _ => format!("`{id}` {truth}; the component says `{actual}`"),
        };
        let finding = Finding::new(Code::ScopeMismatch, message)
            .package(id)
            .path(&claimed.claim.place)
            .values(package.scope.name(), actual);
        // A package may be linked and yet be one that its user could switch off.
        if said == Said::Optional {
            return finding.at_most(Severity::Warning);
        }
        finding
    }

    fn licenses(&mut self) {
        let mut normalizer = Normalizer::new();
        let mut findings = Vec::new();
        let (mut lacking, mut untold) = (Vec::new(), Vec::new());
        let mut any = false;
        for (index, claimed) in self.claims.iter().enumerate() {
            let Some(pair) = self.compared(index) else {
                continue;
            };
            let Some(package) = self.evidence.packages.get(pair.package) else {
                continue;
            };
            let stated = claimed.package.license.as_deref();
            any |= stated.is_some();
            let (known, stated) = match (package.license.as_deref(), stated) {
                (Some(known), Some(stated)) => (known, stated),
                (Some(_), None) => {
                    lacking.push(pair.package);
                    continue;
                }
                // A declared licence file is no expression, and says nothing about one.
                (None, Some(_)) if package.license_file.is_none() => {
                    untold.push(pair.package);
                    continue;
                }
                (None, _) => continue,
            };
            // A list of several licences does not say whether all or any of them apply.
            let list: Vec<&str> = claimed
                .claim
                .licenses
                .iter()
                .filter(|(role, _)| *role != LicenseRole::Concluded)
                .map(|(_, text)| text.as_str())
                .collect();
            if normalizer.same(known, stated)
                || (list.len() > 1 && normalizer.same_terms(&list, known))
            {
                continue;
            }
            let id = self.id(pair.package);
            let message = format!("`{id}` declares another licence than its component states");
            findings.push(
                Finding::new(Code::LicenseMismatch, message)
                    .package(id)
                    .path(&claimed.claim.place)
                    .values(known, stated),
            );
        }
        self.findings.append(&mut findings);
        self.lacking_section("licence", any, &lacking);
        self.untold("licence", &untold);
    }

    /// The package that a component stands for, where the component is about that very package.
    fn compared(&self, claim: usize) -> Option<Pair> {
        let pair = self.pair(claim)?;
        (pair.rule != Rule::Root && !self.other_packages.contains(&pair.package)).then_some(pair)
    }

    /// What the evidence knows and the components do not state: one finding, however many lack it.
    fn lacking_section(&mut self, what: &str, any: bool, lacking: &[usize]) {
        if lacking.is_empty() {
            return;
        }
        if !any {
            self.findings.push(section_missing(
                &format!("the SBOM states no {what}"),
                &format!("packages whose {what} the evidence knows:"),
                lacking.len(),
            ));
            return;
        }
        let message = format!(
            "components that state no {what}, where the evidence knows it: {}",
            self.some_of(lacking)
        );
        self.findings.push(
            Finding::new(Code::DocumentIncomplete, message).expected(lacking.len().to_string()),
        );
    }

    /// What the components state and the evidence cannot tell.
    fn untold(&mut self, what: &str, packages: &[usize]) {
        if packages.is_empty() {
            return;
        }
        let message = format!(
            "the evidence does not tell the {what} of packages whose component states one, so it could not be compared: {}",
            self.some_of(packages)
        );
        self.findings
            .push(Finding::new(Code::NotChecked, message).actual(packages.len().to_string()));
    }

    fn some_of(&self, packages: &[usize]) -> String {
        let ids: Vec<String> = packages.iter().map(|package| self.id(*package)).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        some_of(&ids)
    }
}

/// The first few of a list, and how many more there are.
pub(super) fn some_of(ids: &[&str]) -> String {
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
    match ids.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

struct Difference {
    what: &'static str,
    expected: String,
    actual: String,
}

fn targets(selection: &Selection) -> String {
    format!("targets {}", set(&selection.targets))
}

fn set(items: &[String]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    let mut items: Vec<&str> = items.iter().map(String::as_str).collect();
    items.sort_unstable();
    items.dedup();
    items.join(",")
}

/// Where two selections differ. A document of another tool states targets alone, and
/// so does evidence that does not tell what was asked for.
fn differences(known: &Selection, claimed: &Selection, whole: bool) -> Vec<Difference> {
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let mut all = vec![("targets", set(&known.targets), set(&claimed.targets))];
    if whole {
        all.extend([
            ("packages", set(&known.packages), set(&claimed.packages)),
            ("bins", set(&known.bins), set(&claimed.bins)),
            ("lib", yes(known.lib), yes(claimed.lib)),
            ("features", set(&known.features), set(&claimed.features)),
            (
                "all-features",
                yes(known.all_features),
                yes(claimed.all_features),
            ),
            (
                "default-features",
                yes(known.default_features),
                yes(claimed.default_features),
            ),
            ("cfgs", set(&known.cfgs), set(&claimed.cfgs)),
            ("dev", yes(known.dev), yes(claimed.dev)),
        ]);
        for (what, known, claimed) in [
            ("host", &known.host, &claimed.host),
            ("resolver", &known.resolver, &claimed.resolver),
        ] {
            if let (Some(known), Some(claimed)) = (known, claimed) {
                all.push((what, known.clone(), claimed.clone()));
            }
        }
    }
    all.into_iter()
        .filter(|(_, expected, actual)| expected != actual)
        .map(|(what, expected, actual)| Difference {
            what,
            expected,
            actual,
        })
        .collect()
}
