//! Documents of other producers, broken documents and hostile ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sbom_support;

use cratetrust_core::bom::{EdgeKind, Scope};
use cratetrust_core::package::SourceKind;
use cratetrust_core::sbom::{Document, Format, read, write};
use cratetrust_core::{CancelToken, Error, ErrorKind, Limits};
use proptest::prelude::*;
use sbom_support::*;

const REV: &str = "0123456789abcdef0123456789abcdef01234567";

fn fixture(name: &str) -> Document {
    let path = format!("{}/tests/fixtures/sbom/{name}", env!("CARGO_MANIFEST_DIR"));
    parse(&std::fs::read(path).unwrap())
}

fn fail(bytes: &[u8]) -> Error {
    read(bytes, "x.json", &Limits::default(), &CancelToken::new()).unwrap_err()
}

fn places(document: &Document) -> Vec<&str> {
    document.faults.iter().map(|f| f.place.as_str()).collect()
}

fn edges(document: &Document) -> Vec<(&str, &str)> {
    let name = |i: usize| document.bom.packages[i].name.as_str();
    document
        .bom
        .edges
        .iter()
        .map(|e| (name(e.from), name(e.to)))
        .collect()
}

#[test]
fn cargo_cyclonedx() {
    let document = fixture("cargo-cyclonedx.json");
    assert_eq!(document.faults, []);
    assert_eq!(document.unknown_refs, []);
    assert_eq!(document.foreign, 0);
    assert_eq!(document.spec_version, "1.5");
    assert_eq!(document.tools, ["cargo-cyclonedx 0.5.9"]);
    // The binary inside the main component is no package of its own.
    let names: Vec<_> = document
        .bom
        .packages
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    assert_eq!(names, ["demo", "itoa", "gitsub", "helper"]);
    let kinds: Vec<_> = document
        .bom
        .packages
        .iter()
        .map(|p| p.source.kind)
        .collect();
    use SourceKind::*;
    assert_eq!(kinds, [Path, CratesIo, Git, Path]);
    assert_eq!(document.bom.packages[2].source.rev.as_deref(), Some(REV));
    assert_eq!(
        document.bom.packages[2].source.url.as_deref(),
        Some("https://git.example.org/sub")
    );
    assert_eq!(document.bom.packages[2].scope, Scope::NotBuilt);
    assert_eq!(document.claims[2].scope.as_deref(), Some("excluded"));
    let itoa = &document.bom.packages[1];
    assert!(itoa.checksum.sha256.is_some());
    assert!(document.claims[1].hashes[0].1.starts_with("49F1"));
    assert_eq!(itoa.license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(itoa.authors, ["A. Author <a@example.org>"]);
    assert_eq!(document.bom.roots, [0]);
    assert!(document.claims[0].main && document.has_root && document.has_graph);
    assert_eq!(document.bom.edges.len(), 3);
    assert_eq!(
        document.bom.selection.unwrap().targets,
        ["x86_64-unknown-linux-gnu"]
    );
}

#[test]
fn cargo_sbom() {
    let document = fixture("cargo-sbom.cdx.json");
    assert_eq!(document.faults, []);
    let sources: Vec<_> = document.bom.packages.iter().map(|p| &p.source).collect();
    assert_eq!(sources[0].kind, SourceKind::Path);
    assert_eq!(sources[1].kind, SourceKind::Registry);
    assert_eq!(
        sources[1].url.as_deref(),
        Some("https://index.example.org/crates/")
    );
    assert_eq!(sources[2].kind, SourceKind::Git);
    assert_eq!(sources[2].rev.as_deref(), Some(REV));
    assert_eq!(sources[2].reference.as_deref(), Some("tag=v0.3.0"));
    assert_eq!(
        document.bom.packages[2].license.as_deref(),
        Some("MIT AND Own")
    );
    assert!(!document.has_checksums && document.has_purls);
    assert_eq!(
        edges(&document),
        [("demo", "alphareg"), ("demo", "gitsub"), ("demo", "itoa")]
    );
}

#[test]
fn what_is_no_cargo_package_is_counted_and_its_edges_left_out() {
    let document = fixture("mixed.cdx.json");
    assert_eq!(document.faults, []);
    assert_eq!(document.foreign, 3);
    assert!(!document.has_root);
    assert_eq!(document.bom.roots, [] as [usize; 0]);
    // A component without `bom-ref` is found by its purl.
    assert_eq!(
        edges(&document),
        [("zlib-sys", "nested"), ("zlib-sys", "unreferenced")]
    );
    assert_eq!(document.bom.packages[1].source.kind, SourceKind::Registry);
    assert_eq!(document.claims[1].place, "/components/2/components/0");
    let unknown = &document.unknown_refs;
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        (&*unknown[0].place, &*unknown[0].to),
        ("/dependencies/0/dependsOn/2", "gone")
    );
}

#[test]
fn syft_spdx() {
    let document = fixture("syft.spdx.json");
    assert_eq!(document.faults, []);
    assert_eq!(document.foreign, 2);
    assert!(!document.has_root && document.has_graph && document.has_purls);
    assert_eq!(document.tools, ["syft 1.18.1"]);
    assert_eq!(document.bom.document.authors[0].name, "Anchore, Inc");
    assert_eq!(document.bom.packages[1].source.kind, SourceKind::Git);
    assert_eq!(document.bom.packages[1].source.rev.as_deref(), Some(REV));
    // Both directions of one relationship are one edge.
    let kinds: Vec<_> = document.bom.edges.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EdgeKind::Unknown, EdgeKind::Dev]);
    assert_eq!(edges(&document)[0], ("bstr", "gitsub"));
    assert_eq!(document.unknown_refs.len(), 1);
    assert_eq!(
        document.unknown_refs[0].place,
        "/relationships/2/relatedSpdxElement"
    );
}

#[test]
fn a_main_component_without_a_version_stands_for_what_it_depends_on() {
    let document = parse(
        br#"{"bomFormat":"CycloneDX","specVersion":"1.4","metadata":{"component":{"type":"application","bom-ref":"r","name":"dir"}},
        "components":[{"type":"library","bom-ref":"a","name":"a","version":"1.0.0"},{"type":"library","bom-ref":"b","name":"b","version":"1.0.0"}],
        "dependencies":[{"ref":"r","dependsOn":["b"]}]}"#,
    );
    assert_eq!(document.bom.packages.len(), 2);
    assert_eq!(document.bom.roots, [1]);
    assert!(document.has_root && !document.claims[1].main);
    assert_eq!(document.bom.packages[0].source.kind, SourceKind::Unknown);
}

#[test]
fn a_document_of_another_ecosystem_has_no_cargo_packages() {
    let document = parse(
        br#"{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"},
        {"type":"library","name":"b","version":"1"}]}"#,
    );
    assert_eq!(document.bom.packages, []);
    assert_eq!(document.foreign, 2);
    assert!(!document.has_graph);
}

#[test]
fn wrong_types_are_faults_with_their_place_and_reading_goes_on() {
    let document = parse(
        br#"{"bomFormat":"CycloneDX","specVersion":"9.9","serialNumber":"x","metadata":[],"components":[
        7, {"type":"library","name":"a","version":1,"bom-ref":"a","hashes":[{"alg":"SHA-256","content":"zz"},3],"purl":"pkg:cargo/a","licenses":{},"scope":"x"},
        {"name":"b","bom-ref":"a","purl":"nonsense","hashes":[{"alg":"SHA-256","content":"49F1F14873335454500D59611F1CF4A4B0F786F9AC11F4312A78E4CF2566695B"},{"alg":"SHA-256","content":"59F1F14873335454500D59611F1CF4A4B0F786F9AC11F4312A78E4CF2566695B"}]},
        {"type":"library","name":"c","version":"1.0.0","bom-ref":"c","components":null}],
        "dependencies":[null,{"dependsOn":[]},{"ref":"c","dependsOn":["a","a",1]}]}"#,
    );
    assert_eq!(
        places(&document),
        [
            "/specVersion",
            "/serialNumber",
            "/metadata",
            "/components/0",
            "/components/1/version",
            "/components/1/scope",
            "/components/1/hashes/0/content",
            "/components/1/hashes/1",
            "/components/1/licenses",
            "/components/2",
            "/components/2/purl",
            "/components/2/hashes/1/content",
            "/components/2/bom-ref",
            "/components/3/components",
            "/dependencies/0",
            "/dependencies/1",
            "/dependencies/2/dependsOn/1",
            "/dependencies/2/dependsOn/2",
        ]
    );
    assert_eq!(edges(&document), [("c", "a")]);
    assert_eq!(document.bom.packages.len(), 3);
}

#[test]
fn repeated_keys_are_faults() {
    let document = parse(
        br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"good","name":"evil","version":"1"}],"a/b~":{"x":1,"\u0078":2}}"#,
    );
    assert_eq!(places(&document), ["/components/0/name", "/a~1b~0/x"]);
    assert_eq!(document.bom.packages[0].name, "evil");
}

#[test]
fn plain_json_is_checked_too() {
    let document = parse(
        br#"{"schema":"cratetrust.bom/1","document":{},"selection":3,"evidence":[{"level":"x"}],"roots":[9],
        "packages":[{"id":5,"name":"a","version":"1","source":{"kind":"moon"},"checksum":{"sha256":"zz"}},1],
        "edges":[{"from":0,"to":1,"kind":"normal"},{"from":0,"to":7}],"gaps":[{"package":8}]}"#,
    );
    assert_eq!(document.bom.packages.len(), 2);
    assert_eq!(document.bom.edges.len(), 1);
    let unknown: Vec<_> = document
        .unknown_refs
        .iter()
        .map(|u| u.place.as_str())
        .collect();
    assert_eq!(unknown, ["/roots/0", "/edges/1/to"]);
    for place in [
        "/selection",
        "/evidence/0/level",
        "/packages/0/id",
        "/packages/0/source/kind",
        "/packages/0/checksum/sha256",
        "/packages/1",
        "/gaps/0/package",
    ] {
        assert!(places(&document).contains(&place), "{place}");
    }
}

#[test]
fn what_is_no_sbom_is_named() {
    for (bytes, kind, word) in [
        (&b""[..], ErrorKind::UnsupportedFormat, "empty"),
        (b"  \n", ErrorKind::UnsupportedFormat, "empty"),
        (b"<bom/>", ErrorKind::UnsupportedFormat, "XML"),
        (b"[]", ErrorKind::UnsupportedFormat, "array"),
        (
            b"SPDXVersion: SPDX-1.2\n",
            ErrorKind::UnsupportedFormat,
            "SPDX-1.2",
        ),
        (b"\x1f\x8b\x08", ErrorKind::UnsupportedFormat, "gzip"),
        (b"{}", ErrorKind::UnsupportedFormat, "empty JSON object"),
        (b"{\"a\":1}", ErrorKind::UnsupportedFormat, "keys a"),
        (b"{\"@context\":1}", ErrorKind::UnsupportedFormat, "SPDX 3"),
        (
            b"{\"bomFormat\":\"Cyclone\"}",
            ErrorKind::UnsupportedFormat,
            "Cyclone",
        ),
        (
            b"{\"spdxVersion\":\"SPDX-3.0\"}",
            ErrorKind::UnsupportedFormat,
            "SPDX-3.0",
        ),
        (
            b"{\"spdxVersion\":2}",
            ErrorKind::UnsupportedFormat,
            "string",
        ),
        (
            b"{\"schema\":\"cratetrust.bom/2\"}",
            ErrorKind::UnsupportedFormat,
            "cratetrust.bom/2",
        ),
        (b"\xef\xbb\xbf{}", ErrorKind::Parse, "byte order mark"),
        (b"\xff\xfe{\0}\0", ErrorKind::InvalidUtf8, "UTF-16"),
        (b"{\0}\0", ErrorKind::InvalidUtf8, "UTF-16"),
        (b"{\"a\":\"\xff\"}", ErrorKind::InvalidUtf8, "UTF-8"),
        (b"{\"a\":\n 1,}", ErrorKind::Parse, "trailing comma"),
        (b"{\"a\":1} x", ErrorKind::Parse, "trailing"),
        (b"{\"a\":", ErrorKind::Parse, "EOF"),
    ] {
        let error = fail(bytes);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(word), "{word}: {error}");
        assert_eq!(error.path(), Some("x.json"));
    }
    let error = fail(b"{\"a\":\n 1,}");
    assert_eq!((error.line(), error.column()), (Some(2), Some(4)));
    assert_eq!(fail(b"{\"a\":\"\xff\"}").offset(), Some(6));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        format!(
            "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"x\":{}{}}}",
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        )
    };
    assert_eq!(parse(nested(127).as_bytes()).faults, []);
    let error = fail(nested(128).as_bytes());
    assert_eq!(error.limit_met(), Some(("nesting", 127)));
    let limits = Limits {
        nesting: 5,
        ..Limits::default()
    };
    let error = read(nested(6).as_bytes(), "x", &limits, &CancelToken::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(read(nested(5).as_bytes(), "x", &limits, &CancelToken::new()).is_ok());
    // Brackets in strings are no nesting; a million open ones are refused at once.
    let text = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"x\":\"\\\"{}\"}}",
        "[".repeat(1000)
    );
    parse(text.as_bytes());
    fail(format!("{{\"a\":{}", "[".repeat(1_000_000)).as_bytes());
    // Components nested as deep as can be.
    let mut component = String::from("{\"type\":\"library\",\"name\":\"a\",\"version\":\"1\"}");
    for _ in 0..60 {
        component = format!(
            "{{\"type\":\"library\",\"name\":\"a\",\"version\":\"1\",\"components\":[{component}]}}"
        );
    }
    let text = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{component}]}}"
    );
    assert_eq!(parse(text.as_bytes()).bom.packages.len(), 61);
}

#[test]
fn faults_are_bounded() {
    let limits = Limits {
        findings: 10,
        ..Limits::default()
    };
    let text = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{}1]}}",
        "1,".repeat(5000)
    );
    let document = read(text.as_bytes(), "x", &limits, &CancelToken::new()).unwrap();
    assert_eq!(document.faults.len(), 11);
    assert!(document.faults[10].message.starts_with("4991 further"));
}

#[test]
fn cancelling_stops() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let error = read(b"{}", "x", &Limits::default(), &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_changed_purl_is_not_overruled_by_our_properties() {
    let bytes = write(&lock_bom(), Format::CycloneDxJson, None).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let changed = text.replace("git.example.org", "evil.example.org");
    let document = parse(changed.as_bytes());
    let itoa = document
        .bom
        .packages
        .iter()
        .find(|p| p.source.kind == SourceKind::Git)
        .unwrap();
    assert_eq!(
        itoa.source.url.as_deref(),
        Some("https://evil.example.org/team/tools")
    );
}

/// The formats whose text is JSON.
const JSON: [Format; 4] = [
    Format::CycloneDxJson,
    Format::SpdxJson,
    Format::Spdx3Json,
    Format::Json,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any part of a document may be any JSON: nothing panics, and claims stay beside packages.
    #[test]
    fn damaged_documents(format in 0..JSON.len(), at in any::<prop::sample::Index>(), what in 0usize..8) {
        let bytes = write(&full_bom(), JSON[format], None).unwrap();
        let mut tree: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let count = count(&tree);
        let values = [
            serde_json::json!(null), serde_json::json!(1), serde_json::json!(-1.5e300), serde_json::json!(""),
            serde_json::json!("pkg:cargo/x"), serde_json::json!([]), serde_json::json!({}), serde_json::json!([{"name": []}]),
        ];
        replace(&mut tree, &mut at.index(count), &values[what]);
        match read(tree.to_string().as_bytes(), "x", &Limits::default(), &CancelToken::new()) {
            Ok(document) => {
                let count = document.bom.packages.len();
                assert_eq!(document.claims.len(), count);
                assert!(document.bom.edges.iter().all(|e| e.from < count && e.to < count));
                assert!(document.bom.roots.iter().all(|root| *root < count));
                for format in Format::ALL {
                    write(&document.bom, format, None).unwrap();
                }
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::UnsupportedFormat),
        }
    }

    #[test]
    fn cut_documents(format in 0..Format::ALL.len(), at in any::<prop::sample::Index>()) {
        let format = Format::ALL[format];
        let bytes = write(&full_bom(), format, None).unwrap();
        let end = at.index(bytes.len());
        // Tag-value has no end: what is left of it is a shorter document, and seldom a whole one.
        if format == Format::SpdxTagValue
            && read(&bytes[..end], "x.spdx", &Limits::default(), &CancelToken::new()).is_ok()
         {
            return Ok(());
        }
        let error = fail(&bytes[..end]);
        assert!(matches!(error.kind(), ErrorKind::Parse | ErrorKind::InvalidUtf8 | ErrorKind::UnsupportedFormat));
    }
}

fn count(value: &serde_json::Value) -> usize {
    use serde_json::Value::{Array, Object};
    1 + match value {
        Array(items) => items.iter().map(count).sum(),
        Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts `new` in the place of the value that comes `at` that many values into a walk.
fn replace(value: &mut serde_json::Value, at: &mut usize, new: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    if *at == 0 {
        *value = new.clone();
        return true;
    }
    *at -= 1;
    match value {
        Array(items) => items.iter_mut().any(|item| replace(item, at, new)),
        Object(fields) => fields.values_mut().any(|item| replace(item, at, new)),
        _ => false,
    }
}
