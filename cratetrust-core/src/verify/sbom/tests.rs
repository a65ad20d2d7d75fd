//! One test for each rule and for each way in which a document can lie.

mod digests;
mod graph;
mod identity;

use super::*;
use crate::bom::{Edge, EdgeKind, EvidenceSource, Selection};
use crate::digest::{Sha256, Sha512};
use crate::package::package_purl;
use crate::report::{Report, Severities, Severity, Verdict};
use crate::sbom::{Fault, Format, UnknownRef};

const REV: &str = "0123456789abcdef0123456789abcdef01234567";

fn crates_io() -> Source {
    Source::of(SourceKind::CratesIo)
}

fn git(url: &str, rev: &str) -> Source {
    Source {
        kind: SourceKind::Git,
        url: Some(url.to_owned()),
        reference: None,
        rev: Some(rev.to_owned()),
    }
}

fn registry(url: &str) -> Source {
    Source {
        kind: SourceKind::Registry,
        url: Some(url.to_owned()),
        reference: None,
        rev: None,
    }
}

fn package(name: &str, version: &str, source: Source) -> Package {
    let mut package = Package::new(name, version, source);
    package.purl = package_purl(name, version, &package.source);
    if matches!(
        package.source.kind,
        SourceKind::CratesIo | SourceKind::Registry
    ) {
        let text = format!("{name} {version} {:?}", package.source);
        package.checksum.sha256 = Some(Sha256::of(text.as_bytes()));
    }
    package
}

fn bom(packages: Vec<Package>, edges: &[(usize, usize)], roots: &[usize]) -> Bom {
    let mut bom = Bom {
        packages,
        roots: roots.to_vec(),
        evidence: vec![EvidenceSource {
            level: EvidenceLevel::Lockfile,
            name: "Cargo.lock".to_owned(),
            sha256: None,
        }],
        ..Bom::default()
    };
    bom.edges = edges
        .iter()
        .map(|(from, to)| Edge {
            from: *from,
            to: *to,
            kind: EdgeKind::Unknown,
            name: None,
            evidence: Vec::new(),
        })
        .collect();
    for (index, package) in bom.packages.iter_mut().enumerate() {
        package.id = index;
    }
    bom
}

const APP: usize = 0;
const LIBC: usize = 1;
const RAND7: usize = 2;
const RAND8: usize = 3;
const SERDE: usize = 4;
const GITSUB: usize = 5;
const ALPHA: usize = 6;

/// A local application with two versions of one name, a git package and another registry's.
fn evidence() -> Bom {
    bom(
        vec![
            package("app", "0.1.0", Source::of(SourceKind::Path)),
            package("libc", "0.2.170", crates_io()),
            package("rand", "0.7.3", crates_io()),
            package("rand", "0.8.5", crates_io()),
            package("serde", "1.0.219+meta", crates_io()),
            package("gitsub", "0.3.0", git("https://example.org/sub", REV)),
            package(
                "alphareg",
                "0.4.2",
                registry("sparse+https://example.org/index/"),
            ),
        ],
        &[
            (APP, RAND7),
            (APP, RAND8),
            (APP, SERDE),
            (APP, GITSUB),
            (APP, ALPHA),
            (RAND7, LIBC),
            (RAND8, LIBC),
            (GITSUB, SERDE),
        ],
        &[APP],
    )
}

/// The document that tells the truth about a bill of materials, in the same order.
fn truth(bom: &Bom) -> Document {
    let claims = bom
        .packages
        .iter()
        .enumerate()
        .map(|(index, package)| Claim {
            reference: format!("ref-{index}"),
            place: format!("/components/{index}"),
            purl: package.purl.clone(),
            hashes: package
                .checksum
                .sha256
                .iter()
                .map(|digest| ("SHA-256".to_owned(), digest.to_string()))
                .collect(),
            main: bom.roots == [index],
            ..Claim::default()
        })
        .collect();
    Document {
        bom: bom.clone(),
        claims,
        has_graph: true,
        has_checksums: true,
        has_purls: true,
        has_root: true,
        ..Document::new(Format::CycloneDxJson, "1.6")
    }
}

impl Document {
    fn set_purl(&mut self, index: usize, purl: &str) {
        self.claims[index].purl = Some(purl.to_owned());
        self.bom.packages[index].purl = Some(purl.to_owned());
    }

    fn set_version(&mut self, index: usize, version: &str) {
        self.bom.packages[index].version = version.to_owned();
    }

    /// Takes a component and all its edges out.
    fn remove(&mut self, index: usize) {
        self.bom.packages.remove(index);
        self.claims.remove(index);
        self.bom.edges.retain(|e| e.from != index && e.to != index);
        self.bom.roots.retain(|root| *root != index);
        let down = |i: &mut usize| *i -= usize::from(*i > index);
        for edge in &mut self.bom.edges {
            down(&mut edge.from);
            down(&mut edge.to);
        }
        self.bom.roots.iter_mut().for_each(down);
    }

    fn add(&mut self, package: Package) -> usize {
        let index = self.bom.packages.len();
        self.claims.push(Claim {
            reference: format!("ref-new-{index}"),
            place: format!("/components/{index}"),
            purl: package.purl.clone(),
            ..Claim::default()
        });
        self.bom.packages.push(package);
        index
    }

    fn add_edge(&mut self, from: usize, to: usize) {
        self.bom.edges.push(Edge {
            from,
            to,
            kind: EdgeKind::Unknown,
            name: None,
            evidence: Vec::new(),
        });
    }
}

fn report(document: &Document, evidence: &Bom) -> Report {
    compare_sbom(document, evidence, Level::Graph).finish(&Severities::default(), 1000)
}

fn codes(report: &Report) -> Vec<(&'static str, Option<&str>)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.code.name(), finding.package.as_deref()))
        .collect()
}

/// The one finding of a document that was changed in one way.
fn only(change: impl FnOnce(&mut Document)) -> Finding {
    let evidence = evidence();
    let mut document = truth(&evidence);
    change(&mut document);
    let report = report(&document, &evidence);
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    report.findings.into_iter().next().unwrap()
}

fn check(
    finding: &Finding,
    code: Code,
    package: &str,
    expected: Option<&str>,
    actual: Option<&str>,
) {
    assert_eq!(finding.code, code, "{finding:?}");
    assert_eq!(finding.package.as_deref(), Some(package), "{finding:?}");
    assert_eq!(finding.expected.as_deref(), expected, "{finding:?}");
    assert_eq!(finding.actual.as_deref(), actual, "{finding:?}");
}

fn sha(index: usize) -> String {
    evidence().packages[index]
        .checksum
        .sha256
        .unwrap()
        .to_string()
}

#[test]
fn the_truth_has_no_findings() {
    let evidence = evidence();
    let report = report(&truth(&evidence), &evidence);
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(report.checks, ["components", "graph"]);
    assert_eq!(report.summary.packages, 7);
    assert_eq!((report.summary.ok, report.summary.local), (6, 1));
    let anchors: Vec<_> = report
        .packages
        .iter()
        .map(|p| (p.name.as_str(), p.anchors.len()))
        .collect();
    assert!(anchors.contains(&("libc", 1)));
    assert!(anchors.contains(&("gitsub", 0)));
}

#[test]
fn order_is_no_lie() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    let last = document.bom.packages.len() - 1;
    document.bom.packages.reverse();
    document.claims.reverse();
    for edge in &mut document.bom.edges {
        (edge.from, edge.to) = (last - edge.from, last - edge.to);
    }
    document.bom.edges.reverse();
    document.bom.roots = vec![last - APP];
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn upper_case_digits_and_other_spellings_of_the_algorithm_are_no_lie() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    for claim in &mut document.claims {
        for (label, digits) in &mut claim.hashes {
            *label = "sha256".to_owned();
            *digits = digits.to_uppercase();
        }
    }
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn a_source_that_is_not_stated_is_no_lie() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    for package in &mut document.bom.packages {
        package.source = Source::of(SourceKind::Unknown);
    }
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn foreign_components_are_one_note() {
    let finding = only(|d| d.foreign = 3);
    assert_eq!(finding.code, Code::ComponentForeign);
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(finding.actual.as_deref(), Some("3"));
}

#[test]
fn a_main_component_that_is_no_cargo_package_is_no_root() {
    let finding = only(|d| {
        d.claims[APP].main = false;
        d.bom.roots.clear();
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert!(finding.message.contains("no cargo package"));
}

#[test]
fn faults_are_breaches_of_the_format_at_every_level() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.faults.push(Fault {
        place: "/serialNumber".to_owned(),
        message: "no URN".to_owned(),
    });
    for level in [Level::Components, Level::Graph] {
        let report = compare_sbom(&document, &evidence, level).finish(&Severities::default(), 9);
        assert_eq!(codes(&report), [("document-invalid", None)]);
        assert_eq!(report.findings[0].path.as_deref(), Some("/serialNumber"));
    }
}

#[test]
fn components_leaves_the_graph_alone() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.bom.edges.clear();
    document.add_edge(SERDE, LIBC);
    document.add(evidence.packages[LIBC].clone());
    document.claims[APP].main = false;
    document.bom.roots.clear();
    document.has_root = false;
    let draft = compare_sbom(&document, &evidence, Level::Components);
    assert_eq!(draft.checks, ["components"]);
    assert_eq!(draft.findings, []);
    document.remove(LIBC);
    document.remove(LIBC);
    let draft = compare_sbom(&document, &evidence, Level::Components);
    assert!(
        draft
            .findings
            .iter()
            .all(|f| f.code != Code::ComponentDuplicate)
    );
}

#[test]
fn nothing_but_local_packages_can_be_checked_too() {
    let evidence = bom(
        vec![package("app", "0.1.0", Source::of(SourceKind::Path))],
        &[],
        &[0],
    );
    let mut document = truth(&evidence);
    document.has_purls = false;
    document.has_checksums = false;
    let report = report(&document, &evidence);
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict, Verdict::Pass);
}

#[test]
fn a_document_that_says_nothing_fails() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.bom = Bom::default();
    document.claims.clear();
    (document.has_root, document.has_graph) = (false, false);
    let report = report(&document, &evidence);
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.summary.failed, 7);
    assert_eq!(report.summary.checked, 7);
}

#[test]
fn another_bill_of_materials_is_no_lockfile() {
    let mut evidence = evidence();
    evidence.evidence[0].level = EvidenceLevel::Sbom;
    let report = report(&truth(&evidence), &evidence);
    let libc = report.packages.iter().find(|p| p.name == "libc").unwrap();
    assert_eq!(libc.anchors, ["self-declared"]);
}

/// Work grows with the input, also where every name and version is the same: were it quadratic,
/// this would not end.
#[test]
fn a_hundred_thousand_packages_of_few_names_are_no_trouble() {
    let count = 100_000;
    let packages: Vec<Package> = (0..count)
        .map(|i| match i % 3 {
            0 => package(
                "same",
                "1.0.0",
                git(&format!("https://example.org/{i}"), REV),
            ),
            1 => package("other", &format!("1.0.{i}"), crates_io()),
            _ => package(&format!("name{i}"), "1.0.0", crates_io()),
        })
        .collect();
    let edges: Vec<(usize, usize)> = (1..count).map(|i| (i / 2, i)).collect();
    let evidence = bom(packages, &edges, &[0]);
    let mut document = truth(&evidence);
    for claim in &mut document.claims {
        claim.purl = None;
    }
    for package in &mut document.bom.packages {
        package.purl = None;
        package.source = Source::of(SourceKind::Unknown);
        package.version.push_str("-x");
    }
    let draft = compare_sbom(&document, &evidence, Level::Graph);
    assert!(!draft.findings.is_empty());
}
