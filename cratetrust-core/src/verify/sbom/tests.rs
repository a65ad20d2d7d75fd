//! One test for each rule and for each way in which a document can lie.

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
fn an_added_component_is_extra() {
    let finding = only(|d| {
        d.add(package("evil", "6.6.6", crates_io()));
    });
    check(
        &finding,
        Code::ComponentExtra,
        "evil@6.6.6",
        None,
        Some("pkg:cargo/evil@6.6.6"),
    );
    assert_eq!(finding.path.as_deref(), Some("/components/7"));
}

#[test]
fn a_second_version_of_a_name_is_extra() {
    let finding = only(|d| {
        d.add(package("libc", "0.2.1", crates_io()));
    });
    check(
        &finding,
        Code::ComponentExtra,
        "libc@0.2.1",
        None,
        Some("pkg:cargo/libc@0.2.1"),
    );
    let finding = only(|d| {
        d.add(package("app", "9.0.0", crates_io()));
    });
    assert_eq!(finding.code, Code::ComponentExtra);
}

#[test]
fn extra_components_are_failed_packages_of_the_report() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.add(package("evil", "6.6.6", crates_io()));
    document.add(package("evil", "6.6.6", crates_io()));
    let report = report(&document, &evidence);
    assert_eq!(report.findings.len(), 2);
    assert_eq!((report.summary.packages, report.summary.failed), (8, 1));
}

#[test]
fn a_removed_component_is_missing_once() {
    let finding = only(|d| d.remove(LIBC));
    check(
        &finding,
        Code::ComponentMissing,
        "libc@0.2.170",
        Some("pkg:cargo/libc@0.2.170"),
        None,
    );
}

#[test]
fn a_selection_may_leave_out_components_and_edges() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.bom.selection = Some(Selection {
        targets: vec!["x86_64-unknown-linux-gnu".to_owned()],
        ..Selection::default()
    });
    document.bom.evidence.clear();
    document
        .bom
        .edges
        .retain(|e| (e.from, e.to) != (APP, RAND7));
    document.remove(LIBC);
    let report = report(&document, &evidence);
    assert_eq!(
        codes(&report),
        [
            ("edge-missing", Some("app@0.1.0")),
            ("component-unlisted", Some("libc@0.2.170")),
        ]
    );
    assert_eq!(report.findings[0].severity, Severity::Info);
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert_eq!(report.summary.unchecked, 1);
}

#[test]
fn a_claim_of_all_targets_or_of_a_lockfile_may_not() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.remove(LIBC);
    document.bom.selection = Some(Selection::default());
    document.bom.evidence.clear();
    assert_eq!(
        report(&document, &evidence).findings[0].code,
        Code::ComponentMissing
    );
    document.bom.selection = Some(Selection {
        targets: vec!["x86_64-unknown-linux-gnu".to_owned()],
        ..Selection::default()
    });
    document.bom.evidence.clone_from(&evidence.evidence);
    assert_eq!(
        report(&document, &evidence).findings[0].code,
        Code::ComponentMissing
    );
}

#[test]
fn a_changed_version_is_told_once_whether_or_not_the_purl_goes_along() {
    for purl in ["pkg:cargo/libc@0.2.170", "pkg:cargo/libc@0.2.169"] {
        let finding = only(|d| {
            d.set_version(LIBC, "0.2.169");
            d.set_purl(LIBC, purl);
        });
        check(
            &finding,
            Code::VersionMismatch,
            "libc@0.2.170",
            Some("0.2.170"),
            Some("0.2.169"),
        );
    }
}

#[test]
fn exact_versions_pair_first() {
    let finding = only(|d| {
        d.set_version(RAND7, "0.6.0");
        d.set_purl(RAND7, "pkg:cargo/rand@0.6.0");
    });
    check(
        &finding,
        Code::VersionMismatch,
        "rand@0.7.3",
        Some("0.7.3"),
        Some("0.6.0"),
    );
    assert!(finding.message.contains("by name alone"));
}

#[test]
fn two_wrong_versions_of_one_name_are_missing_and_extra() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    for (index, version) in [(RAND7, "1.0.0"), (RAND8, "2.0.0")] {
        document.set_version(index, version);
        document.set_purl(index, &format!("pkg:cargo/rand@{version}"));
    }
    assert_eq!(
        codes(&report(&document, &evidence)),
        [
            ("component-missing", Some("rand@0.7.3")),
            ("component-missing", Some("rand@0.8.5")),
            ("component-extra", Some("rand@1.0.0")),
            ("component-extra", Some("rand@2.0.0")),
        ]
    );
}

#[test]
fn swapped_versions_of_two_packages_are_two_mismatches() {
    let evidence = evidence();
    for with_purl in [false, true] {
        let mut document = truth(&evidence);
        for (index, version) in [(LIBC, "1.0.219+meta"), (SERDE, "0.2.170")] {
            document.set_version(index, version);
            if with_purl {
                let name = document.bom.packages[index].name.clone();
                document.set_purl(index, &package_purl(&name, version, &crates_io()).unwrap());
            }
        }
        assert_eq!(
            codes(&report(&document, &evidence)),
            [
                ("version-mismatch", Some("libc@0.2.170")),
                ("version-mismatch", Some("serde@1.0.219+meta")),
            ]
        );
    }
}

#[test]
fn swapped_versions_of_one_name_are_told_by_purl_and_digest() {
    let evidence = evidence();
    for hashes in [true, false] {
        let mut document = truth(&evidence);
        document.set_version(RAND7, "0.8.5");
        document.set_version(RAND8, "0.7.3");
        if !hashes {
            document.claims[RAND7].hashes.clear();
            document.claims[RAND8].hashes.clear();
        }
        let report = report(&document, &evidence);
        let mismatches: Vec<_> = report
            .findings
            .iter()
            .filter(|f| f.class == crate::report::Class::Mismatch)
            .map(|f| f.code)
            .collect();
        assert_eq!(
            mismatches,
            [Code::VersionMismatch; 2],
            "{:#?}",
            report.findings
        );
    }
}

#[test]
fn a_component_without_a_version_says_so() {
    let finding = only(|d| {
        d.set_version(LIBC, "");
        d.set_purl(LIBC, "pkg:cargo/libc");
    });
    check(
        &finding,
        Code::VersionMismatch,
        "libc@0.2.170",
        Some("0.2.170"),
        None,
    );
    // The purl may state it.
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.set_version(LIBC, "");
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn a_purl_of_another_source_is_a_source_mismatch() {
    for (index, purl) in [
        (
            LIBC,
            "pkg:cargo/libc@0.2.170?repository_url=https:%2F%2Fevil.example%2Findex",
        ),
        (
            LIBC,
            "pkg:cargo/libc@0.2.170?vcs_url=git%2Bhttps:%2F%2Fevil.example%2Fr%40abc",
        ),
        (
            LIBC,
            "pkg:cargo/libc@0.2.170?download_url=https:%2F%2Fevil.example%2Flibc.crate",
        ),
        (
            LIBC,
            "pkg:cargo/libc@0.2.170?download_url=file:%2F%2F%2Flibc",
        ),
        (GITSUB, "pkg:cargo/gitsub@0.3.0"),
        (
            GITSUB,
            "pkg:cargo/gitsub@0.3.0?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fsub%401111111111111111111111111111111111111111",
        ),
        (
            GITSUB,
            "pkg:cargo/gitsub@0.3.0?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fsup%400123456789abcdef0123456789abcdef01234567",
        ),
        (ALPHA, "pkg:cargo/alphareg@0.4.2"),
        (
            ALPHA,
            "pkg:cargo/alphareg@0.4.2?repository_url=https:%2F%2Fexample.org%2Fother",
        ),
    ] {
        let finding = only(|d| d.set_purl(index, purl));
        let package = &evidence().packages[index];
        check(
            &finding,
            Code::SourceMismatch,
            &format!("{}@{}", package.name, package.version),
            package.purl.as_deref(),
            Some(purl),
        );
        assert_eq!(finding.severity, Severity::Error);
    }
}

#[test]
fn a_false_qualifier_does_not_hide_behind_a_true_one() {
    let finding = only(|d| {
        let purl = d.claims[GITSUB].purl.clone().unwrap();
        d.set_purl(GITSUB, &(purl + "&repository_url=https:%2F%2Fevil.example"));
    });
    assert_eq!(finding.code, Code::SourceMismatch);
}

#[test]
fn other_spellings_of_the_same_source_are_no_lie() {
    let evidence = evidence();
    for (index, purl) in [
        (
            LIBC,
            "pkg:cargo/libc@0.2.170?repository_url=https:%2F%2Fcrates.io",
        ),
        (
            LIBC,
            "pkg:cargo/libc@0.2.170?download_url=https:%2F%2Fstatic.crates.io%2Fcrates%2Flibc%2Flibc-0.2.170.crate",
        ),
        (
            ALPHA,
            "pkg:cargo/alphareg@0.4.2?repository_url=https://example.org/index",
        ),
        (
            GITSUB,
            "pkg:cargo/gitsub@0.3.0?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fsub.git%400123456789ABCDEF0123456789abcdef01234567",
        ),
        (APP, "pkg:cargo/app@0.1.0?download_url=file://."),
        (
            APP,
            "pkg:cargo/app@0.1.0?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fapp%40abcdef0",
        ),
    ] {
        let mut document = truth(&evidence);
        document.set_purl(index, purl);
        assert_eq!(report(&document, &evidence).findings, [], "{purl}");
    }
}

#[test]
fn a_stated_source_that_is_another_is_a_source_mismatch() {
    let finding = only(|d| d.bom.packages[LIBC].source = git("https://evil.example/r", REV));
    assert_eq!(finding.code, Code::SourceMismatch);
    assert!(finding.actual.unwrap().contains("evil.example"));
    // Without a purl beside it, a local package may not be stated as one of the registry.
    let finding = only(|d| d.bom.packages[APP].source = crates_io());
    check(
        &finding,
        Code::SourceMismatch,
        "app@0.1.0",
        Some("local"),
        crates_io().to_lock().as_deref(),
    );
}

#[test]
fn a_purl_that_names_another_crate_is_a_purl_mismatch() {
    for purl in [
        "pkg:cargo/evil@0.2.170",
        "pkg:cargo/libc@0.2.171",
        // One that is in the evidence under its own name as well.
        "pkg:cargo/rand@0.8.5",
        "pkg:npm/libc@0.2.170",
    ] {
        let finding = only(|d| d.set_purl(LIBC, purl));
        check(
            &finding,
            Code::PurlMismatch,
            "libc@0.2.170",
            Some("pkg:cargo/libc@0.2.170"),
            Some(purl),
        );
        assert_eq!(finding.severity, Severity::Error);
    }
}

#[test]
fn swapped_purls_are_two_purl_mismatches() {
    let evidence = evidence();
    for hashes in [true, false] {
        let mut document = truth(&evidence);
        document.set_purl(LIBC, "pkg:cargo/serde@1.0.219%2Bmeta");
        document.set_purl(SERDE, "pkg:cargo/libc@0.2.170");
        if !hashes {
            document.claims[LIBC].hashes.clear();
            document.claims[SERDE].hashes.clear();
        }
        let report = report(&document, &evidence);
        let mismatches: Vec<_> = codes(&report)
            .into_iter()
            .filter(|(code, _)| *code != "checksum-missing")
            .collect();
        assert_eq!(
            mismatches,
            [
                ("purl-mismatch", Some("libc@0.2.170")),
                ("purl-mismatch", Some("serde@1.0.219+meta")),
            ]
        );
    }
}

#[test]
fn a_component_under_another_name_than_its_purl_is_a_purl_mismatch() {
    let finding = only(|d| d.bom.packages[LIBC].name = "harmless".to_owned());
    check(
        &finding,
        Code::PurlMismatch,
        "libc@0.2.170",
        Some("libc"),
        Some("harmless"),
    );
}

#[test]
fn a_look_alike_is_extra_and_says_what_it_looks_like() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.bom.packages[LIBC] = package("LibC", "0.2.170", crates_io());
    document.claims[LIBC].purl = Some("pkg:cargo/LibC@0.2.170".to_owned());
    let report = report(&document, &evidence);
    assert_eq!(
        codes(&report),
        [
            ("component-extra", Some("LibC@0.2.170")),
            ("component-missing", Some("libc@0.2.170")),
        ]
    );
    assert!(
        report.findings[0]
            .message
            .contains("looks like that of `libc`")
    );
}

#[test]
fn a_local_package_as_one_of_the_registry_is_a_warning() {
    let finding = only(|d| d.set_purl(APP, "pkg:cargo/app@0.1.0"));
    assert_eq!(finding.code, Code::PurlMismatch);
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.actual.as_deref(), Some("pkg:cargo/app@0.1.0"));
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.set_purl(APP, "pkg:cargo/app@0.1.0");
    document.bom.packages[APP].source = crates_io();
    let draft = compare_sbom(&document, &evidence, Level::Graph);
    assert_eq!(
        draft.clone().finish(&Severities::default(), 9).verdict,
        Verdict::Pass
    );
    // The caller's word goes before what the finding itself allows.
    let mut strict = Severities::default();
    strict.set(Code::PurlMismatch, Severity::Error);
    let failed = draft.finish(&strict, 9);
    assert_eq!(failed.verdict, Verdict::Fail);
    assert!(!failed.to_json().contains("at_most"));
}

#[test]
fn a_local_package_of_another_registry_is_an_error() {
    let finding = only(|d| {
        d.set_purl(
            APP,
            "pkg:cargo/app@0.1.0?repository_url=https:%2F%2Fx.example",
        )
    });
    assert_eq!(finding.code, Code::SourceMismatch);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn a_malformed_purl_is_told_once() {
    let finding = only(|d| d.set_purl(LIBC, "pkg:cargo/ns/libc@0.2.170"));
    assert_eq!(finding.code, Code::DocumentInvalid);
    let change = |d: &mut Document| d.set_purl(LIBC, "cargo:libc");
    let finding = only(change);
    check(
        &finding,
        Code::DocumentInvalid,
        "libc@0.2.170",
        Some("pkg:cargo/libc@0.2.170"),
        Some("cargo:libc"),
    );
    let finding = only(|d| {
        change(d);
        d.faults.push(Fault {
            place: "/components/1/purl".to_owned(),
            message: "no package URL".to_owned(),
        });
    });
    assert_eq!(finding.path.as_deref(), Some("/components/1/purl"));
}

#[test]
fn a_missing_purl_is_told_except_for_local_packages() {
    let finding = only(|d| d.claims[GITSUB].purl = None);
    assert_eq!(finding.code, Code::PurlMissing);
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.expected.unwrap().starts_with("pkg:cargo/gitsub@"));
}

#[test]
fn a_changed_digest_is_a_checksum_mismatch() {
    let other = "0".repeat(64);
    let finding = only(|d| d.claims[LIBC].hashes[0].1 = other.clone());
    check(
        &finding,
        Code::ChecksumMismatch,
        "libc@0.2.170",
        Some(&sha(LIBC)),
        Some(&other),
    );
    // A second one beside the right one is no better, nor is one in the purl.
    let finding = only(|d| {
        d.claims[LIBC]
            .hashes
            .push(("SHA256".to_owned(), other.clone()))
    });
    assert_eq!(finding.code, Code::ChecksumMismatch);
    let purl = format!(
        "pkg:cargo/libc@0.2.170?checksum=sha1:{},sha256:{other}",
        "0".repeat(40)
    );
    let finding = only(|d| d.set_purl(LIBC, &purl));
    assert_eq!(finding.code, Code::ChecksumMismatch);
}

#[test]
fn every_digest_that_the_evidence_knows_is_compared() {
    let mut evidence = evidence();
    let digest = Sha512::of(b"libc");
    evidence.packages[LIBC].checksum.sha512 = Some(digest);
    let mut document = truth(&evidence);
    document.claims[LIBC]
        .hashes
        .push(("SHA-512".to_owned(), digest.to_string()));
    assert_eq!(report(&document, &evidence).findings, []);
    document.claims[LIBC].hashes[1].1 = Sha512::of(b"other").to_string();
    let report = report(&document, &evidence);
    assert_eq!(
        codes(&report),
        [("checksum-mismatch", Some("libc@0.2.170"))]
    );
    assert_eq!(report.findings[0].expected, Some(digest.to_string()));
}

#[test]
fn a_relabelled_digest_is_a_checksum_mismatch() {
    for label in ["SHA-512", "MD5", "SHA3-256", "BLAKE3"] {
        let finding = only(|d| d.claims[LIBC].hashes[0].0 = label.to_owned());
        check(
            &finding,
            Code::ChecksumMismatch,
            "libc@0.2.170",
            Some(&format!("SHA-256 {}", sha(LIBC))),
            Some(&format!("{label} {}", sha(LIBC))),
        );
    }
}

#[test]
fn a_digest_that_cannot_be_one_is_a_breach_of_the_format() {
    for (label, digits) in [
        ("SHA-256", "abc".to_owned()),
        ("SHA-512", "0".repeat(64)),
        ("MD5", "z".repeat(32)),
    ] {
        let finding = only(|d| d.claims[LIBC].hashes = vec![(label.to_owned(), digits.clone())]);
        assert_eq!(finding.code, Code::DocumentInvalid);
        assert_eq!(finding.actual, Some(digits));
    }
    let finding = only(|d| {
        d.claims[LIBC].hashes[0].1.pop();
        d.faults.push(Fault {
            place: "/components/1/hashes/0".to_owned(),
            message: "63 digits".to_owned(),
        });
    });
    assert_eq!(finding.message, "63 digits");
}

#[test]
fn a_removed_digest_is_missing() {
    let finding = only(|d| d.claims[LIBC].hashes.clear());
    check(
        &finding,
        Code::ChecksumMissing,
        "libc@0.2.170",
        Some(&sha(LIBC)),
        None,
    );
    let finding = only(|d| {
        d.claims[LIBC].hashes = vec![("SHA-1".to_owned(), "0".repeat(40))];
    });
    assert_eq!(finding.code, Code::ChecksumMissing);
    assert!(finding.message.contains("compared with"));
}

#[test]
fn what_the_evidence_lacks_is_not_asked_for() {
    let mut evidence = evidence();
    for package in &mut evidence.packages {
        package.checksum = crate::bom::Checksum::default();
    }
    let mut document = truth(&evidence);
    document.has_checksums = false;
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn a_part_that_the_document_lacks_is_told_once_with_a_count() {
    let finding = only(|d| {
        d.has_checksums = false;
        for claim in &mut d.claims {
            claim.hashes.clear();
        }
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert_eq!(
        (finding.expected.as_deref(), finding.actual.as_deref()),
        (Some("5"), Some("0"))
    );
    let finding = only(|d| {
        d.has_purls = false;
        for claim in &mut d.claims {
            claim.purl = None;
        }
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert_eq!(finding.expected.as_deref(), Some("6"));
    let finding = only(|d| {
        d.has_graph = false;
        d.bom.edges.clear();
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert_eq!(finding.expected.as_deref(), Some("8"));
    let finding = only(|d| {
        d.has_root = false;
        d.bom.roots.clear();
        d.claims[APP].main = false;
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert!(finding.message.contains("app@0.1.0"));
}

#[test]
fn a_format_is_not_blamed_for_what_it_cannot_hold() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.spec_version = "1.1".to_owned();
    document.has_graph = false;
    document.has_root = false;
    document.bom.edges.clear();
    document.bom.roots.clear();
    document.claims[APP].main = false;
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn a_duplicate_is_told_once_and_its_digest_is_compared() {
    let finding = only(|d| {
        let copy = d.bom.packages[LIBC].clone();
        let index = d.add(copy);
        d.claims[index].hashes = d.claims[LIBC].hashes.clone();
    });
    check(
        &finding,
        Code::ComponentDuplicate,
        "libc@0.2.170",
        Some("1"),
        Some("2"),
    );
    assert_eq!(finding.path.as_deref(), Some("/components/7"));
    let evidence = evidence();
    let mut document = truth(&evidence);
    let index = document.add(evidence.packages[LIBC].clone());
    document.claims[index].hashes = vec![("SHA-256".to_owned(), "0".repeat(64))];
    assert_eq!(
        codes(&report(&document, &evidence)),
        [
            ("checksum-mismatch", Some("libc@0.2.170")),
            ("component-duplicate", Some("libc@0.2.170")),
        ]
    );
}

#[test]
fn a_repetition_is_not_taken_for_a_lost_version() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    let index = document.add(evidence.packages[RAND8].clone());
    document.claims[index].hashes = document.claims[RAND8].hashes.clone();
    document.remove(RAND7);
    assert_eq!(
        codes(&report(&document, &evidence)),
        [
            ("component-missing", Some("rand@0.7.3")),
            ("component-duplicate", Some("rand@0.8.5")),
        ]
    );
}

#[test]
fn the_main_component_may_be_listed_as_well() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.add(evidence.packages[APP].clone());
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn same_name_and_version_of_two_sources_are_two_packages() {
    let two = || {
        bom(
            vec![
                package("app", "0.1.0", Source::of(SourceKind::Path)),
                package("itoa", "1.0.11", crates_io()),
                package("itoa", "1.0.11", git("https://example.org/itoa", REV)),
            ],
            &[(0, 1), (0, 2)],
            &[0],
        )
    };
    let evidence = two();
    let mut document = truth(&evidence);
    assert_eq!(report(&document, &evidence).findings, []);
    document.set_purl(2, "pkg:cargo/itoa@1.0.11");
    let both = report(&document, &evidence);
    assert_eq!(both.findings.len(), 1, "{:#?}", both.findings);
    assert_eq!(both.findings[0].code, Code::SourceMismatch);
    let id = both.findings[0].package.clone().unwrap();
    assert!(id.starts_with("itoa@1.0.11 (git+"), "{id}");
    let mut document = truth(&evidence);
    document.remove(2);
    let merged = report(&document, &evidence);
    assert_eq!(merged.findings.len(), 1);
    assert_eq!(merged.findings[0].code, Code::ComponentMissing);
}

#[test]
fn a_component_of_the_same_name_and_version_from_elsewhere_is_extra() {
    let finding = only(|d| {
        d.add(package(
            "libc",
            "0.2.170",
            registry("https://evil.example/i"),
        ));
    });
    assert_eq!(finding.code, Code::ComponentExtra);
    assert!(finding.package.unwrap().contains("evil.example"));
}

#[test]
fn edges_are_compared_both_ways() {
    let finding = only(|d| d.bom.edges.retain(|e| (e.from, e.to) != (GITSUB, SERDE)));
    check(
        &finding,
        Code::EdgeMissing,
        "gitsub@0.3.0",
        Some("serde@1.0.219+meta"),
        None,
    );
    assert_eq!(finding.path.as_deref(), Some("/components/5"));
    assert_eq!(finding.severity, Severity::Error);
    let finding = only(|d| d.add_edge(SERDE, LIBC));
    check(
        &finding,
        Code::EdgeExtra,
        "serde@1.0.219+meta",
        None,
        Some("libc@0.2.170"),
    );
}

#[test]
fn kinds_of_edges_count_where_both_sides_know_them() {
    let mut evidence = evidence();
    for edge in &mut evidence.edges {
        edge.kind = EdgeKind::Normal;
    }
    let mut document = truth(&evidence);
    document.bom.edges[0].kind = EdgeKind::Unknown;
    assert_eq!(report(&document, &evidence).findings, []);
    document.bom.edges[0].kind = EdgeKind::Build;
    assert_eq!(
        codes(&report(&document, &evidence)),
        [
            ("edge-extra", Some("app@0.1.0")),
            ("edge-missing", Some("app@0.1.0"))
        ]
    );
}

#[test]
fn dependencies_of_another_version_are_not_told_again() {
    let finding = only(|d| {
        d.set_version(GITSUB, "0.4.0");
        let purl = d.claims[GITSUB]
            .purl
            .clone()
            .unwrap()
            .replace("0.3.0", "0.4.0");
        d.set_purl(GITSUB, &purl);
        d.bom.edges.retain(|e| e.from != GITSUB);
        d.add_edge(GITSUB, LIBC);
    });
    assert_eq!(finding.code, Code::VersionMismatch);
}

#[test]
fn unknown_references_are_told_once_each() {
    let finding = only(|d| {
        d.unknown_refs.push(UnknownRef {
            place: "/dependencies/1/dependsOn/0".to_owned(),
            from: "ref-1".to_owned(),
            to: "nowhere".to_owned(),
        });
    });
    check(
        &finding,
        Code::EdgeUnknownRef,
        "libc@0.2.170",
        None,
        Some("nowhere"),
    );
    let finding = only(|d| {
        for from in 0..3 {
            d.unknown_refs.push(UnknownRef {
                place: format!("/dependencies/{from}/dependsOn/0"),
                from: format!("ref-{from}"),
                to: "nowhere".to_owned(),
            });
        }
    });
    assert_eq!(finding.package, None);
    assert!(finding.message.contains("2 more"), "{}", finding.message);
}

#[test]
fn another_main_component_is_a_root_mismatch() {
    // Another package of the evidence.
    let finding = only(|d| {
        d.claims[APP].main = false;
        d.claims[LIBC].main = true;
        d.bom.roots = vec![LIBC];
    });
    check(
        &finding,
        Code::RootMismatch,
        "app@0.1.0",
        Some("`app@0.1.0`"),
        Some("pkg:cargo/libc@0.2.170"),
    );
    // A name of its own in the root's place.
    let finding = only(|d| d.bom.packages[APP].name = "other".to_owned());
    check(
        &finding,
        Code::RootMismatch,
        "app@0.1.0",
        Some("`app@0.1.0`"),
        Some("other@0.1.0"),
    );
    // A copy of another component in the root's place.
    let finding = only(|d| {
        d.bom.packages[APP] = d.bom.packages[LIBC].clone();
        d.claims[APP].purl = d.claims[LIBC].purl.clone();
    });
    assert_eq!(finding.code, Code::RootMismatch);
    // Another version of the root is no other root.
    let finding = only(|d| d.set_version(APP, "0.2.0"));
    assert_eq!(finding.code, Code::VersionMismatch);
}

fn workspace() -> Bom {
    bom(
        vec![
            package("one", "0.1.0", Source::of(SourceKind::Path)),
            package("two", "0.1.0", Source::of(SourceKind::Path)),
            package("libc", "0.2.170", crates_io()),
        ],
        &[(0, 2), (1, 2)],
        &[0, 1],
    )
}

#[test]
fn several_roots_may_have_a_synthetic_one_above_them() {
    let evidence = workspace();
    let mut document = truth(&evidence);
    // Without a main component, the roots are stated as such.
    assert_eq!(report(&document, &evidence).findings, []);
    let main = document.add(Package::new(
        "workspace",
        "",
        Source::of(SourceKind::Unknown),
    ));
    document.claims[main].main = true;
    document.bom.roots = vec![main];
    document.add_edge(main, 0);
    document.add_edge(main, 1);
    let right = report(&document, &evidence);
    assert_eq!(right.findings, []);
    assert_eq!(right.summary.packages, 3);
    document.bom.edges.pop();
    let wrong = report(&document, &evidence);
    assert_eq!(codes(&wrong), [("root-mismatch", None)]);
    document.add_edge(main, 1);
    document.claims[main].purl = Some("pkg:cargo/workspace@1.0.0".to_owned());
    assert_eq!(
        codes(&report(&document, &evidence)),
        [("root-mismatch", None)]
    );
}

#[test]
fn one_of_several_roots_may_be_the_main_component() {
    let evidence = workspace();
    let mut document = truth(&evidence);
    document.claims[1].main = true;
    document.bom.roots = vec![1];
    assert_eq!(report(&document, &evidence).findings, []);
    document.claims[1].main = false;
    document.claims[2].main = true;
    document.bom.roots = vec![2];
    assert_eq!(
        codes(&report(&document, &evidence)),
        [("root-mismatch", None)]
    );
}

#[test]
fn stated_roots_must_be_all_of_them() {
    let mut evidence = workspace();
    evidence
        .packages
        .push(package("three", "0.1.0", Source::of(SourceKind::Path)));
    evidence.roots.push(3);
    let mut document = truth(&evidence);
    assert_eq!(report(&document, &evidence).findings, []);
    for _ in 0..2 {
        document.bom.roots.pop();
        assert_eq!(
            codes(&report(&document, &evidence)),
            [("root-mismatch", None)]
        );
    }
}

#[test]
fn a_replaced_original_may_be_listed_or_left_out() {
    let evidence = bom(
        vec![
            package("app", "0.1.0", Source::of(SourceKind::Path)),
            package("dep", "1.0.0", Source::of(SourceKind::Path)),
            package("dep", "1.0.0", crates_io()),
            package("libc", "0.2.170", crates_io()),
        ],
        &[(0, 2), (1, 3)],
        &[0],
    );
    let mut document = truth(&evidence);
    assert_eq!(report(&document, &evidence).findings, []);
    // A tool that resolved names the replacement and has never heard of the original.
    document.remove(2);
    document.add_edge(0, 1);
    let left_out = report(&document, &evidence);
    assert_eq!(left_out.findings, []);
    assert_eq!(left_out.summary.unchecked, 1);
    // The replacement itself is built, and must be there.
    let mut document = truth(&evidence);
    document.remove(1);
    let report = report(&document, &evidence);
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    assert_eq!(report.findings[0].code, Code::ComponentMissing);
}

#[test]
fn what_is_known_not_to_be_built_may_be_left_out() {
    let mut evidence = evidence();
    evidence.packages[LIBC].scope = Scope::NotBuilt;
    let mut document = truth(&evidence);
    document.remove(LIBC);
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
