//! SPDX 2.2 and 2.3, as JSON and as tag-value.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod sbom_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cratetrust_core::bom::*;
use cratetrust_core::error::ErrorKind;
use cratetrust_core::sbom::{Document, Format, LicenseRole, read, write};
use cratetrust_core::{CancelToken, Input, Limits, Options, generate_sbom};
use proptest::prelude::*;
use sbom_support::*;
use serde_json::Value;

const SYNTAXES: [Format; 2] = [Format::SpdxJson, Format::SpdxTagValue];

fn contact(name: &str, email: Option<&str>, url: Option<&str>) -> Contact {
    Contact {
        name: name.into(),
        email: email.map(Into::into),
        url: url.map(Into::into),
    }
}

/// A bill of materials with every fact that enrichment and the caller can give.
fn enriched() -> Bom {
    let mut bom = full_bom();
    let document = &mut bom.document;
    document.manufacturer = Some(contact("Maker", None, Some("https://maker.example.org")));
    document.license = Some("MIT OR Apache-2.0".into());
    document.tools = vec![
        Tool {
            name: "other-tool".into(),
            version: Some("1.2".into()),
        },
        Tool {
            name: "a-1".into(),
            version: None,
        },
    ];
    for (n, package) in bom.packages.iter_mut().enumerate() {
        package.supplier = Some(match n % 3 {
            0 => contact("crates.io", None, None),
            1 => contact("Some (odd) one", Some("s@example.org"), None),
            _ => contact("", None, Some("https://example.org/s")),
        });
        package.authors = vec![format!("Author {n} <author{n}@example.org>")];
        package.copyright = Some("Copyright (c) 2020 A\nCopyright (c) 2021 B".into());
        package.license_concluded = Some("MIT".into());
        package.license.get_or_insert_with(|| "Apache-2.0".into());
        package.vcs = Some(VcsOrigin {
            commit: "ab".repeat(20),
            path: (n % 2 == 0).then(|| "crates/a".into()),
            dirty: n == 3,
        });
        package.enriched_from = Some("crate".into());
    }
    bom.packages[1].license = None;
    bom.packages[1].license_text = Some("A text\n\nof several lines".into());
    bom.packages[3].license_text = Some("A text\n\nof several lines".into());
    bom.packages[4].license_concluded = Some("Nonesuch".into());
    bom
}

fn kept(bom: &Bom) -> Bom {
    let mut bom = bom.clone();
    for evidence in &mut bom.evidence {
        evidence.name.clear();
        evidence.sha256 = None;
    }
    bom
}

fn round_trip(bom: &Bom) {
    for format in SYNTAXES {
        for version in format.versions() {
            let bytes = write(bom, format, Some(version)).unwrap();
            let text = String::from_utf8(bytes.clone()).unwrap();
            let document = parse(&bytes);
            assert_eq!(document.format, format);
            assert_eq!(document.spec_version, *version);
            assert_eq!(document.faults, [], "{text}");
            assert_eq!(document.unknown_refs, []);
            assert_eq!((document.foreign, document.others.len()), (0, 0));
            assert_eq!(document.data_licenses, ["CC0-1.0"]);
            let mut read = document.bom;
            read.normalize();
            assert_eq!(read, kept(bom), "{} {version}: {text}", format.name());
            let again = write(&read, format, Some(version)).unwrap();
            assert_eq!(text, String::from_utf8(again).unwrap());
        }
    }
}

#[test]
fn every_fact_survives() {
    round_trip(&enriched());
    round_trip(&lock_bom());
    round_trip(&Bom::default());
    let mut several = enriched();
    several.roots = vec![0, 3];
    round_trip(&several);
    let mut bare = enriched();
    bare.document = DocumentInfo::default();
    round_trip(&bare);
    let mut callers = enriched();
    for package in &mut callers.packages {
        package.supplier = None;
        package.license = None;
        package.authors.clear();
    }
    round_trip(&callers);
}

/// Texts that could end a block or a line, look like a field, or stand for nothing.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "NONE",
    "NOASSERTION",
    "</text>",
    "<text>",
    "a</text>\nPackageName: evil",
    "a\r\nb\rc",
    "\nPackageName: evil\nSPDXID: SPDXRef-evil\n",
    "\u{0}\u{7f}\u{85}\u{2028}",
    "LicenseRef-0123456789abcdef",
    "DocumentRef-a:LicenseRef-b",
    "MIT/Apache-2.0",
    "MIT OR Apache-2.0",
    "(MIT",
    "cratetrust:license=x",
    "A <b> <c@example.org>",
    "A (b) (c)",
    "Name <>",
    "<a@example.org>",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => "\\PC{0,10}",
        1 => "[a-z\r\n<>/:= ]{0,12}",
    ]
}

fn optional() -> impl Strategy<Value = Option<String>> {
    prop::option::of(text())
}

fn any_contact() -> impl Strategy<Value = Option<Contact>> {
    prop::option::of(
        (text(), optional(), optional()).prop_map(|(name, email, url)| Contact {
            name,
            email,
            url,
        }),
    )
}

prop_compose! {
    fn any_facts()(
        texts in prop::collection::vec(optional(), 6),
        authors in prop::collection::vec(text(), 0..3),
        supplier in any_contact(),
        vcs in prop::option::of((text(), optional(), any::<bool>())),
    ) -> Package {
        let mut texts = texts.into_iter();
        let mut package = lock_bom().packages.remove(1);
        package.license = texts.next().flatten();
        package.license_text = texts.next().flatten();
        package.license_concluded = texts.next().flatten();
        package.copyright = texts.next().flatten();
        package.description = texts.next().flatten();
        package.enriched_from = texts.next().flatten();
        package.authors = authors;
        package.supplier = supplier;
        package.vcs = vcs.map(|(commit, path, dirty)| VcsOrigin { commit, path, dirty });
        package
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_facts_survive(
        facts in prop::collection::vec(any_facts(), 8),
        contacts in prop::collection::vec(any_contact(), 3),
        license in optional(),
        timestamp in prop::option::of(prop_oneof![
            Just("2026-11-22T10:20:30Z".to_owned()), Just("1970-01-01T00:00:00Z".to_owned()), text(),
        ]),
        tools in prop::collection::vec((text(), optional()), 0..3),
        roots in 0usize..3,
    ) {
        let mut bom = lock_bom();
        for (package, facts) in bom.packages.iter_mut().zip(facts) {
            *package = Package {
                id: package.id,
                name: package.name.clone(),
                version: package.version.clone(),
                source: package.source.clone(),
                purl: package.purl.clone(),
                ..facts
            };
        }
        let mut contacts = contacts.into_iter();
        bom.document.supplier = contacts.next().flatten();
        bom.document.manufacturer = contacts.next().flatten();
        bom.document.authors = contacts.flatten().collect();
        bom.document.license = license;
        bom.document.timestamp = timestamp;
        bom.document.tools = tools.into_iter().map(|(name, version)| Tool { name, version }).collect();
        bom.roots = (0..roots).collect();
        round_trip(&bom);
    }

    /// A cut tag-value document is a shorter one, unless it ends inside a block.
    #[test]
    fn a_cut_tag_value_document_is_shorter_or_refused(at in any::<prop::sample::Index>()) {
        let bom = enriched();
        let bytes = write(&bom, Format::SpdxTagValue, None).unwrap();
        let end = at.index(bytes.len());
        match read(&bytes[..end], "x", &Limits::default(), &CancelToken::new()) {
            Ok(document) => assert!(document.bom.packages.len() <= bom.packages.len()),
            Err(error) => assert!(matches!(
                error.kind(),
                ErrorKind::Parse | ErrorKind::InvalidUtf8 | ErrorKind::UnsupportedFormat
            )),
        }
    }

    #[test]
    fn any_tag_value_text_is_read_or_refused(
        lines in prop::collection::vec(prop_oneof![
            "[A-Z][A-Za-z]{0,8}: ?[ -~]{0,12}",
            "(PackageName|SPDXID|FileName|LicenseID|Annotator|SPDXREF|AnnotationComment|Relationship|ExternalRef|PackageChecksum|SnippetSPDXID|FilesAnalyzed): ?(<text>)?[ -~\n]{0,20}(</text>)?",
            "\\PC{0,20}",
        ], 0..40),
        crlf in any::<bool>(),
    ) {
        let mut text = format!("SPDXVersion: SPDX-2.3\n{}", lines.join("\n"));
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let result = read(text.as_bytes(), "x", &Limits::default(), &CancelToken::new());
        match result {
            Ok(document) => assert!(document.faults.iter().all(|f| f.place.is_empty() || f.place.starts_with("line "))),
            Err(error) => assert!(error.line().is_some(), "{error}"),
        }
    }
}

/// A document by another hand: comments, a byte order mark, CRLF, blocks, files and snippets.
const OTHERS: &str = "\u{feff}# by hand\r
SPDXVersion: SPDX-2.2\r
DataLicense: CC0-1.0\r
SPDXID: SPDXRef-DOCUMENT\r
DocumentName: thing\r
DocumentNamespace: https://example.org/thing\r
Creator: Tool: sometool-v1.2\r
Creator: Person: A Person (a@example.org)\r
Created: 2020-01-02T03:04:05Z\r
\r
##### Package: itoa\r
PackageName: itoa\r
SPDXID: SPDXRef-itoa\r
PackageVersion: 1.0.11\r
PackageFileName: itoa.crate\r
PackageSupplier: Organization: Supplier Inc (s@example.org)\r
PackageOriginator: Person: David (d@example.org)\r
PackageDownloadLocation: https://static.crates.io/crates/itoa/itoa-1.0.11.crate\r
FilesAnalyzed: false\r
PackageChecksum: SHA256: 49f1f14873335454500d59611f1cf4a4b0f786f9ac11f4312a78e4cf2566695b\r
PackageChecksum: SHA1: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12\r
PackageLicenseConcluded: LicenseRef-1\r
PackageLicenseDeclared: MIT OR Apache-2.0\r
PackageCopyrightText: <text>Copyright 2020\r
Somebody</text>\r
PackageDescription:\r
 <text>Fast: integers</text>\r
ExternalRef: PACKAGE-MANAGER purl pkg:cargo/itoa@1.0.11\r
ExternalRef: SECURITY cpe23Type cpe:2.3:a:x:itoa:1.0.11:*:*:*:*:*:*:*\r
PackageName: app\r
SPDXID: SPDXRef-app\r
PackageVersion: 0.1.0\r
PackageDownloadLocation: NOASSERTION\r
PackageLicenseDeclared: LicenseRef-2\r
FileName: ./src/lib.rs\r
SPDXID: SPDXRef-file\r
FileChecksum: SHA1: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12\r
LicenseConcluded: MIT\r
SnippetSPDXID: SPDXRef-snippet\r
SnippetFromFileSPDXID: SPDXRef-file\r
PackageName: zlib\r
SPDXID: SPDXRef-zlib\r
PackageVersion: 1.3\r
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/zlib@1.3\r
LicenseID: LicenseRef-1\r
ExtractedText: <text>MIT/Apache-2.0</text>\r
LicenseID: LicenseRef-2\r
ExtractedText: <text>Do what\r
you like</text>\r
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app\r
Relationship: SPDXRef-app DEPENDS_ON SPDXRef-itoa\r
RelationshipComment: <text>directly</text>\r
Relationship: SPDXRef-itoa DEPENDS_ON NONE\r
Relationship: SPDXRef-app DEPENDS_ON SPDXRef-gone\r
";

fn check_others(document: &Document) {
    assert_eq!(document.format, Format::SpdxTagValue);
    assert_eq!(document.spec_version, "2.2");
    assert_eq!(document.faults, []);
    assert_eq!(document.tools, ["sometool v1.2"]);
    assert_eq!(
        document.identifier.as_deref(),
        Some("https://example.org/thing")
    );
    let bom = &document.bom;
    assert_eq!(
        bom.document.timestamp.as_deref(),
        Some("2020-01-02T03:04:05Z")
    );
    assert_eq!(bom.document.authors[0].name, "A Person");
    assert_eq!(bom.document.tools[0].version.as_deref(), Some("v1.2"));
    assert_eq!(bom.packages.len(), 2);
    let (itoa, claim) = (&bom.packages[0], &document.claims[0]);
    assert_eq!(itoa.license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(itoa.license_concluded.as_deref(), Some("MIT/Apache-2.0"));
    assert_eq!(itoa.copyright.as_deref(), Some("Copyright 2020\nSomebody"));
    assert_eq!(itoa.description.as_deref(), Some("Fast: integers"));
    assert_eq!(itoa.authors, ["David <d@example.org>"]);
    assert_eq!(itoa.supplier.as_ref().unwrap().name, "Supplier Inc");
    assert!(itoa.checksum.sha256.is_some());
    assert_eq!(claim.place, "line 12");
    assert_eq!(claim.hashes.len(), 2);
    assert_eq!(claim.filename.as_deref(), Some("itoa.crate"));
    assert_eq!(claim.supplier, itoa.supplier);
    assert_eq!(claim.creators[0].email.as_deref(), Some("d@example.org"));
    assert_eq!(
        claim.licenses,
        [
            (LicenseRole::Declared, "MIT OR Apache-2.0".to_owned()),
            (LicenseRole::Concluded, "MIT/Apache-2.0".to_owned()),
        ]
    );
    assert_eq!(claim.distributions[0].hashes, claim.hashes);
    assert!(claim.identifiers[0].starts_with("cpe:2.3"));
    assert_eq!(claim.completeness.as_deref(), Some("complete"));
    let app = &bom.packages[1];
    assert_eq!(app.license_text.as_deref(), Some("Do what\nyou like"));
    assert!(document.claims[1].main);
    assert_eq!(bom.roots, [1]);
    assert_eq!((bom.edges[0].from, bom.edges[0].to), (1, 0));
    assert_eq!(document.foreign, 2);
    let names: Vec<&str> = document.others.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["zlib", "./src/lib.rs"]);
    assert_eq!(document.others[1].claim.hashes.len(), 1);
    assert_eq!(
        document.others[0].claim.purl.as_deref(),
        Some("pkg:deb/debian/zlib@1.3")
    );
    assert_eq!(document.unknown_refs.len(), 1);
    assert!(document.unknown_refs[0].place.starts_with("line "));
}

#[test]
fn tag_value_by_another_hand_is_read() {
    check_others(&parse(OTHERS.as_bytes()));
    check_others(&parse(OTHERS.replace("\r\n", "\n").as_bytes()));
}

#[test]
fn breaches_of_tag_value_have_lines() {
    let head = "SPDXVersion: SPDX-2.3\nDocumentNamespace: urn:x\n";
    for (line, place) in [
        ("no tag here", "line 3"),
        ("PackageVersion: 1", "line 3"),
        ("\n\nExternalRef: PACKAGE-MANAGER", "line 5"),
        (
            "PackageName: a\nSPDXID: SPDXRef-a\nPackageChecksum: x",
            "line 5",
        ),
        (
            "PackageName: a\nSPDXID: SPDXRef-a\nPackageChecksum: SHA256: 12",
            "line 3",
        ),
        (
            "PackageName: a\nSPDXID: SPDXRef-a\nFilesAnalyzed: maybe",
            "line 5",
        ),
        (
            "# x\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\nPackageVersion: 2",
            "line 4",
        ),
        ("DocumentComment: <text>\n\n</text> more", "line 3"),
        ("DocumentComment: <text>\n\n</text>\nbad", "line 6"),
        ("Relationship: SPDXRef-a", "line 3"),
        ("Relationship: a DEPENDS_ON b c", "line 3"),
        ("LicenseID: LicenseRef-1\nSPDXID: x", "line 4"),
    ] {
        let document = parse(format!("{head}{line}\n").as_bytes());
        let places: Vec<&str> = document.faults.iter().map(|f| f.place.as_str()).collect();
        assert!(places.contains(&place), "{line}: {:?}", document.faults);
    }
    let fail = |text: &str| {
        read(
            text.as_bytes(),
            "x.spdx",
            &Limits::default(),
            &CancelToken::new(),
        )
        .unwrap_err()
    };
    let error = fail(&format!("{head}\nDocumentComment: <text>open\n"));
    assert_eq!((error.kind(), error.line()), (ErrorKind::Parse, Some(4)));
    assert_eq!(error.path(), Some("x.spdx"));
    let error = fail("SPDXVersion: SPDX-3.0\n");
    assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    let bytes = b"SPDXVersion: SPDX-2.3\nDocumentName: \xff\n";
    let error = read(bytes, "x", &Limits::default(), &CancelToken::new()).unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::InvalidUtf8, Some(36))
    );
}

/// Every line a breach: the list of them is bounded.
#[test]
fn breaches_are_bounded() {
    let text = format!("SPDXVersion: SPDX-2.3\n{}", "x\n".repeat(200_000));
    let document = parse(text.as_bytes());
    assert!(document.faults.len() as u64 <= Limits::default().findings + 1);
    let text = format!(
        "SPDXVersion: SPDX-2.3\n{}",
        "PackageName:\n".repeat(100_000)
    );
    assert!(!parse(text.as_bytes()).faults.is_empty());
}

#[test]
fn what_each_version_says_of_a_package() {
    let bom = enriched();
    for version in ["2.2", "2.3"] {
        let bytes = write(&bom, Format::SpdxJson, Some(version)).unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let itoa = document["packages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|p| p["name"] == "itoa" && p["packageFileName"].is_string())
            .unwrap();
        assert_eq!(
            itoa["downloadLocation"],
            "https://static.crates.io/crates/itoa/itoa-1.0.11.crate"
        );
        assert_eq!(itoa["packageFileName"], "itoa-1.0.11.crate");
        assert_eq!(itoa["licenseConcluded"], "MIT");
        assert_eq!(
            itoa["copyrightText"],
            "Copyright (c) 2020 A\nCopyright (c) 2021 B"
        );
        let purpose = &itoa["primaryPackagePurpose"];
        let category = &itoa["externalRefs"][0]["referenceCategory"];
        if version == "2.2" {
            assert_eq!(
                (purpose, category.as_str()),
                (&Value::Null, Some("PACKAGE_MANAGER"))
            );
        } else {
            assert_eq!(
                (purpose.as_str(), category.as_str()),
                (Some("LIBRARY"), Some("PACKAGE-MANAGER"))
            );
        }
        let zstd = document["packages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|p| p["name"] == "zstd-sys")
            .unwrap();
        assert_eq!(
            zstd["downloadLocation"],
            "https://static.crates.io/crates/zstd-sys/zstd-sys-2.0.9%2Bzstd.1.5.5.crate"
        );
        let app = document["packages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|p| p["name"] == "app")
            .unwrap();
        assert_eq!(
            app["supplier"],
            "Organization: Example Foundation (security@example.org)"
        );
        assert_eq!(app["originator"], "Organization: Maker");
        let creators: Vec<&str> = document["creationInfo"]["creators"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c.as_str().unwrap())
            .collect();
        assert!(creators[0].starts_with("Tool: cratetrust-"));
        assert_eq!(creators[1..3], ["Tool: other-tool-1.2", "Tool: a-1"]);
        let texts = document["hasExtractedLicensingInfos"].as_array().unwrap();
        assert!(
            texts
                .iter()
                .any(|t| t["extractedText"] == "A text\n\nof several lines")
        );
    }
}

fn locks() -> Vec<PathBuf> {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        PathBuf::from,
    );
    let mut found: Vec<PathBuf> = fs::read_dir(corpus.join("locks"))
        .unwrap_or_else(|e| panic!("{}: {e}: run `make corpus`", corpus.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    assert!(found.len() >= 12, "the corpus is too small");
    found
}

#[test]
fn every_lockfile_in_every_version_and_syntax() {
    for path in locks() {
        let lock = Input::from_path(&path);
        let bom = generate_sbom(&[lock], &Options::default()).unwrap().bom;
        let checksums = bom
            .packages
            .iter()
            .filter(|p| p.checksum.sha256.is_some())
            .count();
        for format in SYNTAXES {
            for version in format.versions() {
                let bytes = write(&bom, format, Some(version)).unwrap();
                let document = parse(&bytes);
                let name = format!("{} {} {version}", path.display(), format.name());
                assert_eq!(document.faults, [], "{name}");
                assert_eq!(document.unknown_refs, [], "{name}");
                let ids: BTreeSet<&str> = document
                    .claims
                    .iter()
                    .map(|c| c.reference.as_str())
                    .collect();
                assert_eq!(ids.len(), bom.packages.len(), "{name}");
                let hashes: usize = document.claims.iter().map(|c| c.hashes.len()).sum();
                assert_eq!(hashes, checksums, "{name}");
                let mut read = document.bom;
                read.normalize();
                assert!(read == kept(&bom), "{name}");
                let text = String::from_utf8(bytes).unwrap();
                // There is a crate of that name.
                let text = text.replace("https://static.crates.io/crates/home/", "");
                for leak in ["/home/", "/root/", "/tmp/", "file://", "/Users/"] {
                    assert!(!text.contains(leak), "{name}: {leak}");
                }
            }
        }
    }
}
