//! What is written reads back to what was written, and writes again to the same bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sbom_support;

use cratetrust_core::bom::*;
use cratetrust_core::package::{Source, SourceKind};
use cratetrust_core::sbom::{Format, write};
use proptest::prelude::*;
use sbom_support::*;

/// What a format other than the plain one can keep: all but the evidence files' own names and digests.
fn kept(bom: &Bom, format: Format) -> Bom {
    let mut bom = bom.clone();
    if format != Format::Json {
        for evidence in &mut bom.evidence {
            evidence.name.clear();
            evidence.sha256 = None;
        }
    }
    bom
}

fn check(bom: &Bom) {
    for format in Format::ALL {
        for version in format.versions() {
            check_as(bom, format, version);
        }
    }
}

fn check_as(bom: &Bom, format: Format, version: &str) {
    let bytes = write(bom, format, Some(version)).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let what = || format!("{} {version}: {text}", format.name());
    let document = parse(&bytes);
    assert_eq!(document.format, format);
    assert_eq!(document.spec_version, version);
    assert_eq!(document.faults, [], "{}", what());
    assert_eq!(document.unknown_refs, []);
    assert_eq!(document.foreign, 0);
    assert_eq!(document.claims.len(), document.bom.packages.len());
    assert!(document.has_graph && document.has_root);
    let any_hash = |p: &Package| p.checksum.sha256.is_some() || p.checksum.sha512.is_some();
    assert_eq!(document.has_checksums, bom.packages.iter().any(any_hash));
    assert_eq!(
        document.has_purls,
        bom.packages.iter().any(|p| p.purl.is_some())
    );
    let mains = document.claims.iter().filter(|claim| claim.main).count();
    assert_eq!(mains, usize::from(bom.roots.len() == 1));
    let mut read = document.bom;
    read.normalize();
    assert_eq!(read, kept(bom, format), "{}", what());
    let again = String::from_utf8(write(&read, format, Some(version)).unwrap()).unwrap();
    assert_eq!(text, again);
}

#[test]
fn samples() {
    check(&lock_bom());
    check(&full_bom());
    check(&Bom::default());
    let mut several = full_bom();
    several.roots = vec![0, 3];
    check(&several);
    let mut none = lock_bom();
    none.roots.clear();
    none.edges.clear();
    check(&none);
    let mut given = lock_bom();
    given.document.lifecycle = Some("pre-build".into());
    given.document.timestamp = Some("1970-01-01T00:00:00Z".into());
    check(&given);
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        4 => Just(Source::of(SourceKind::CratesIo)),
        1 => Just(registry()),
        1 => Just(git(None)),
        1 => Just(git(Some("branch=a/b c"))),
        1 => Just(Source::of(SourceKind::Path)),
        1 => Just(Source::of(SourceKind::Std)),
        1 => Just(Source::of(SourceKind::Unknown)),
    ]
}

fn optional_text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        4 => Just(None),
        1 => "\\PC{0,12}".prop_map(Some),
        1 => Just(Some("https://example.org/a?b=c#d".to_owned())),
        1 => Just(Some("MIT OR Apache-2.0".to_owned())),
        1 => Just(Some("NOASSERTION".to_owned())),
        1 => Just(Some("line\nbreak \u{0} \u{202e} 漢".to_owned())),
    ]
    // What names a place or a user is not kept, by design.
    .prop_filter("redacted", |text| {
        text.as_deref().is_none_or(|text| {
            !text.contains(['@', '\\', ':']) && !text.starts_with(['/', '~', '.'])
                || text.starts_with("https://example.org/")
        })
    })
}

fn optional_contact() -> impl Strategy<Value = Option<Contact>> {
    let part = || {
        prop_oneof![
            Just(None),
            Just(Some("https://example.org".to_owned())),
            Just(Some("a@example.org".to_owned())),
            "\\PC{0,6}".prop_map(Some)
        ]
    };
    prop::option::of(
        (part(), part(), part()).prop_map(|(name, email, url)| Contact {
            name: name.unwrap_or_default(),
            email,
            url,
        }),
    )
}

fn scope() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec![
        Scope::Linked,
        Scope::Build,
        Scope::Dev,
        Scope::Maybe,
        Scope::NotBuilt,
    ])
}

prop_compose! {
    fn any_package()(
        name in prop_oneof![Just("a"), Just("a_b"), Just("a-b"), Just("workspace"), Just("Z9")],
        version in prop_oneof![Just("1.0.0"), Just("1.0.0+b.1"), Just("1.0.0-rc.1"), Just("0.2.0")],
        source in source(),
        scope in scope(),
        size in prop::option::of(any::<u64>()),
        texts in prop::collection::vec(optional_text(), 10),
        supplier in optional_contact(),
        vcs in prop::option::of(("[0-9a-f]{40}", prop::option::of("[a-z/]{1,9}"), any::<bool>())),
        lists in prop::collection::vec(prop::collection::vec("\\PC{1,8}|An Author <a@example.org>", 0..3), 2),
        evidence in prop_oneof![3 => Just(vec![0]), 1 => Just(vec![]), 1 => Just(vec![0, 1])],
        unit in prop::option::of(scope()),
    ) -> Package {
        let mut package = package(name, version, source);
        let mut texts = texts.into_iter();
        package.license = texts.next().flatten();
        package.license_file = texts.next().flatten();
        package.description = texts.next().flatten();
        package.homepage = texts.next().flatten();
        package.documentation = texts.next().flatten();
        package.repository = texts.next().flatten();
        package.license_concluded = texts.next().flatten();
        package.license_text = texts.next().flatten();
        package.copyright = texts.next().flatten();
        package.enriched_from = texts.next().flatten();
        package.supplier = supplier;
        package.vcs = vcs.map(|(commit, path, dirty)| VcsOrigin { commit, path, dirty });
        let mut lists = lists.into_iter();
        package.authors = lists.next().unwrap();
        package.keywords = lists.next().unwrap();
        package.scope = scope;
        package.size = size;
        package.evidence = evidence;
        package.units.extend(unit.map(|scope| Unit {
            kind: "lib".into(), platform: "host".into(), features: vec!["a".into()], scope,
        }));
        package
    }
}

prop_compose! {
    fn any_bom()(
        packages in prop::collection::vec(any_package(), 0..12),
        edges in prop::collection::vec((0usize..12, 0usize..12, 0usize..4, prop::option::of("[a-z]{1,3}"), any::<bool>()), 0..30),
        roots in prop::collection::vec(0usize..12, 0..4),
        levels in 0usize..3,
        facts in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        manufacturer in optional_contact(),
        license in optional_text(),
        tools in prop::collection::vec(("[a-z]{0,3}|cratetrust|\\PC{1,4}", prop::option::of("[0-9.]{0,4}")), 0..3),
    ) -> Bom {
        let mut packages = packages;
        packages.sort_by(|a, b| (&a.name, &a.version, &a.source).cmp(&(&b.name, &b.version, &b.source)));
        packages.dedup_by(|a, b| (&a.name, &a.version, &a.source) == (&b.name, &b.version, &b.source));
        let count = packages.len();
        let kinds = [EdgeKind::Normal, EdgeKind::Build, EdgeKind::Dev, EdgeKind::Unknown];
        let mut bom = full_bom();
        bom.packages = packages;
        bom.evidence = vec![lock_evidence(); levels];
        bom.roots = roots.into_iter().filter(|root| *root < count).collect();
        bom.edges = edges.into_iter()
            .filter(|(from, to, ..)| *from < count && *to < count)
            .map(|(from, to, kind, name, plain)| Edge {
                from, to, kind: kinds[kind], name,
                evidence: if plain && levels > 0 { vec![0] } else { vec![] },
            })
            .collect();
        // Two edges that differ in their evidence only would be one dependency told twice.
        bom.edges.sort();
        bom.edges.dedup_by(|a, b| (a.from, a.to, a.kind, &a.name) == (b.from, b.to, b.kind, &b.name));
        bom.gaps.retain(|gap| gap.package < count);
        let (selection, supplier, authors, lifecycle, serial) = facts;
        if selection { bom.selection = None; }
        if supplier { bom.document.supplier = None; }
        if authors { bom.document.authors.clear(); }
        if lifecycle { bom.document.lifecycle = None; }
        if serial { bom.document.serial = None; bom.document.timestamp = None; }
        bom.document.manufacturer = manufacturer;
        bom.document.license = license;
        bom.document.tools = tools.into_iter().map(|(name, version)| Tool { name, version }).collect();
        renumber(&mut bom);
        bom
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_bill_of_materials(bom in any_bom()) {
        check(&bom);
    }
}
