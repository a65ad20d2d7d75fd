//! Which component stands for which package, and what it says that it is.

use super::*;

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
