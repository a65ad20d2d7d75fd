//! Repetitions, dependencies and main components.

use super::*;

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
fn of_a_workspace_any_member_may_be_what_was_built() {
    let local = |name| package(name, "0.1.0", Source::of(SourceKind::Path));
    let packages = vec![
        local("tool"),
        local("library"),
        package("libc", "0.2.170", crates_io()),
    ];
    let evidence = bom(packages, &[(0, 1), (1, 2)], &[0]);
    let of = |main: usize, targets: &[&str]| {
        let mut document = truth(&evidence);
        document.claims[0].main = false;
        document.claims[main].main = true;
        document.bom.roots = vec![main];
        document.bom.evidence.clear();
        document.bom.selection = Some(Selection {
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            ..Selection::default()
        });
        report(&document, &evidence)
    };
    let linux = ["x86_64-unknown-linux-gnu"];
    assert_eq!(codes(&of(1, &linux)), []);
    // One that states nothing, or whose main component is somebody else's.
    assert_eq!(codes(&of(1, &[]))[0].0, "root-mismatch");
    assert_eq!(codes(&of(2, &linux))[0].0, "root-mismatch");
}
