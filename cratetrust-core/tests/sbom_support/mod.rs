//! Bills of materials for the tests of the SBOM formats.
#![allow(
    dead_code,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "shared by several test programs, each of which uses a part; a skipped test says so"
)]

use cratetrust_core::bom::*;
use cratetrust_core::digest::{Sha256, Sha512};
use cratetrust_core::package::{Source, SourceKind};
use cratetrust_core::sbom::{Document, read};
use cratetrust_core::{CancelToken, Limits};

/// A registry other than crates.io.
pub(crate) const INDEX: &str = "sparse+https://index.example.org/crates/";
/// A git repository.
pub(crate) const REPOSITORY: &str = "https://git.example.org/team/tools";

pub(crate) fn registry() -> Source {
    Source {
        url: Some(INDEX.into()),
        ..Source::of(SourceKind::Registry)
    }
}

pub(crate) fn git(reference: Option<&str>) -> Source {
    Source {
        kind: SourceKind::Git,
        url: Some(REPOSITORY.into()),
        reference: reference.map(Into::into),
        rev: Some("0123456789abcdef0123456789abcdef01234567".into()),
    }
}

/// A package with the purl that its source has.
pub(crate) fn package(name: &str, version: &str, source: Source) -> Package {
    let base = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
    let encode = |text: &str| {
        text.replace('/', "%2F")
            .replace('+', "%2B")
            .replace('@', "%40")
    };
    let purl = match source.kind {
        SourceKind::CratesIo => Some(base),
        SourceKind::Registry => source.url.as_deref().map(|url| {
            format!(
                "{base}?repository_url={}",
                encode(url.trim_start_matches("sparse+"))
            )
        }),
        SourceKind::Git => source.url.as_deref().map(|url| {
            let rev = source.rev.as_deref().unwrap_or_default();
            format!("{base}?vcs_url={}", encode(&format!("git+{url}@{rev}")))
        }),
        _ => None,
    };
    let mut package = Package::new(name, version, source);
    if package.source.kind != SourceKind::Path {
        package.checksum.sha256 = Some(Sha256::of(format!("{name} {version}").as_bytes()));
    }
    package.purl = purl;
    package.evidence = vec![0];
    package
}

pub(crate) fn edge(from: usize, to: usize) -> Edge {
    Edge {
        from,
        to,
        kind: EdgeKind::Unknown,
        name: None,
        evidence: vec![0],
    }
}

pub(crate) fn lock_evidence() -> EvidenceSource {
    EvidenceSource {
        level: EvidenceLevel::Lockfile,
        name: "Cargo.lock".into(),
        sha256: Some(Sha256::of(b"a lockfile")),
    }
}

/// What a lockfile with one root gives: all kinds of sources, a name twice, and a name and version
/// from two sources.
pub(crate) fn lock_bom() -> Bom {
    let mut bom = Bom {
        evidence: vec![lock_evidence()],
        roots: vec![0],
        packages: vec![
            package("app", "0.1.0", Source::of(SourceKind::Path)),
            package("itoa", "1.0.11", Source::of(SourceKind::CratesIo)),
            package("itoa", "1.0.11", git(Some("tag=v1.0.11"))),
            package("rand", "0.7.3", Source::of(SourceKind::CratesIo)),
            package("rand", "0.8.5", Source::of(SourceKind::CratesIo)),
            package(
                "zstd-sys",
                "2.0.9+zstd.1.5.5",
                Source::of(SourceKind::CratesIo),
            ),
            package("alphareg", "0.4.2", registry()),
            package("member", "0.2.0", Source::of(SourceKind::Path)),
        ],
        edges: vec![
            edge(0, 1),
            edge(0, 3),
            edge(0, 7),
            edge(7, 2),
            edge(7, 4),
            edge(7, 6),
            edge(6, 5),
        ],
        ..Bom::default()
    };
    bom.packages[1].checksum.sha512 = Some(Sha512::of(b"itoa"));
    renumber(&mut bom);
    bom
}

/// Everything that a bill of materials can hold.
pub(crate) fn full_bom() -> Bom {
    let mut bom = lock_bom();
    bom.document = DocumentInfo {
        timestamp: Some("2026-11-22T10:20:30Z".into()),
        supplier: Some(Contact {
            name: "Example Foundation".into(),
            email: Some("security@example.org".into()),
            url: Some("https://example.org".into()),
        }),
        authors: vec![
            Contact {
                name: "An Author".into(),
                email: Some("author@example.org".into()),
                url: None,
            },
            Contact {
                name: "Ünï (c) ode".into(),
                email: None,
                url: Some("https://example.org/me".into()),
            },
        ],
        lifecycle: Some("build".into()),
        serial: Some("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".into()),
        manufacturer: Some(Contact {
            name: "Example Works".into(),
            email: None,
            url: Some("https://works.example.org".into()),
        }),
        license: Some("MPL-2.0".into()),
        tools: vec![
            Tool {
                name: "packer".into(),
                version: Some("1.2".into()),
            },
            Tool {
                name: "signer".into(),
                version: None,
            },
        ],
    };
    bom.selection = Some(Selection {
        packages: vec!["app".into()],
        targets: vec!["x86_64-unknown-linux-gnu".into()],
        host: Some("x86_64-unknown-linux-gnu".into()),
        features: vec!["a".into()],
        default_features: true,
        resolver: Some("2".into()),
        ..Selection::default()
    });
    bom.toolchain = Some(Toolchain {
        version: Some("1.97.0".into()),
        ..Toolchain::default()
    });
    bom.evidence.push(EvidenceSource {
        level: EvidenceLevel::Sbom,
        name: "other.json".into(),
        sha256: None,
    });
    let scopes = [
        Scope::Linked,
        Scope::Build,
        Scope::Dev,
        Scope::Maybe,
        Scope::NotBuilt,
    ];
    for (package, scope) in bom.packages.iter_mut().zip(scopes.into_iter().cycle()) {
        package.scope = scope;
    }
    let kinds = [
        EdgeKind::Normal,
        EdgeKind::Build,
        EdgeKind::Dev,
        EdgeKind::Unknown,
    ];
    for (edge, kind) in bom.edges.iter_mut().zip(kinds.into_iter().cycle()) {
        edge.kind = kind;
    }
    bom.edges[0].name = Some("renamed".into());
    bom.edges[1].evidence = vec![0, 1];
    let mut second = bom.edges[2].clone();
    second.kind = EdgeKind::Build;
    bom.edges.push(second);
    let itoa = &mut bom.packages[2];
    itoa.size = Some(12_345);
    itoa.evidence = vec![0, 1];
    itoa.license = Some("MIT OR Apache-2.0".into());
    itoa.license_file = Some("LICENSE".into());
    itoa.description = Some("Fast — \"integer\" \\ to 漢 string\nconversion".into());
    itoa.authors = vec![
        "David <d@example.org>".into(),
        "Nobody".into(),
        "Odd <x".into(),
    ];
    itoa.homepage = Some("https://example.org/itoa".into());
    itoa.documentation = Some("https://docs.example.org/itoa".into());
    itoa.repository = Some("not a url".into());
    itoa.keywords = vec!["integer".into()];
    itoa.units = vec![Unit {
        kind: "lib".into(),
        platform: "target".into(),
        features: vec!["no-panic".into()],
        scope: Scope::Linked,
    }];
    itoa.license_concluded = Some("MIT".into());
    itoa.copyright = Some("Copyright (c) 2016 David\nCopyright (c) 2017 Others".into());
    itoa.supplier = Some(Contact {
        name: "crates.io".into(),
        email: None,
        url: Some("https://crates.io".into()),
    });
    itoa.vcs = Some(VcsOrigin {
        commit: "89abcdef0123456789abcdef0123456789abcdef".into(),
        path: Some("itoa".into()),
        dirty: false,
    });
    itoa.enriched_from = Some("crate".into());
    let rand = &mut bom.packages[3];
    rand.license = Some("MIT/Apache-2.0".into());
    rand.authors = vec!["The Rand Project Developers".into()];
    rand.repository = Some("https://github.com/rust-random/rand".into());
    let own = &mut bom.packages[5];
    own.license_file = Some("LICENSE.txt".into());
    own.license_text = Some("  You may\r\nuse this.\n".into());
    own.supplier = Some(Contact {
        name: "Somebody".into(),
        email: Some("no mail".into()),
        url: None,
    });
    let both = &mut bom.packages[6];
    both.license = Some("MIT".into());
    both.license_concluded = Some("Apache-2.0".into());
    both.license_text = Some("MIT\n".into());
    bom.gaps = vec![Gap {
        package: 4,
        code: "crate-gap".into(),
        reason: "its manifest is not at hand".into(),
    }];
    renumber(&mut bom);
    bom
}

pub(crate) fn renumber(bom: &mut Bom) {
    for (id, package) in bom.packages.iter_mut().enumerate() {
        package.id = id;
    }
    bom.normalize();
}

pub(crate) fn parse(bytes: &[u8]) -> Document {
    read(bytes, "test.json", &Limits::default(), &CancelToken::new()).unwrap()
}

/// A published schema, if the specifications' data is at hand; see `docs/architecture.md`.
pub(crate) fn spec_data(path: &str) -> Option<serde_json::Value> {
    let root = std::env::var_os("CRATETRUST_SPEC_DATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        Into::into,
    );
    match std::fs::read(root.join(path)) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "{path} is needed in CI, set CRATETRUST_SPEC_DATA: {error}"
            );
            eprintln!("skipped: no {path}; set CRATETRUST_SPEC_DATA to the specifications' data");
            None
        }
    }
}

/// The published JSON schema of a CycloneDX version, if it is at hand.
pub(crate) fn cyclonedx_validator(version: &str) -> Option<jsonschema::Validator> {
    let schema = spec_data(&format!("cyclonedx/bom-{version}.schema.json"))?;
    let mut registry = jsonschema::Registry::new();
    for name in [
        "spdx.schema.json",
        "jsf-0.82.schema.json",
        "cryptography-defs.schema.json",
    ] {
        let resource = spec_data(&format!("cyclonedx/{name}")).unwrap();
        registry = registry
            .add(format!("http://cyclonedx.org/schema/{name}"), resource)
            .unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    Some(validator)
}

/// Holds CycloneDX JSON of every version to the official schema, where that is at hand; gives the documents.
pub(crate) fn valid_cyclonedx(
    generated: &cratetrust_core::Generated,
    what: &str,
) -> Vec<(&'static str, serde_json::Value)> {
    let mut documents = Vec::new();
    for version in ["1.4", "1.5", "1.6", "1.7"] {
        let document = generated.write(cratetrust_core::sbom::Format::CycloneDxJson, Some(version));
        let tree: serde_json::Value = serde_json::from_slice(&document.unwrap()).unwrap();
        if let Some(validator) = cyclonedx_validator(version) {
            let errors = validator.iter_errors(&tree).map(|e| e.to_string());
            assert_eq!(errors.collect::<Vec<_>>(), [""; 0], "{what} {version}");
        }
        documents.push((version, tree));
    }
    documents
}
