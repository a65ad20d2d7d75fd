//! `inspect` with a profile: which of the fields that regulators ask for a document has, where, and
//! which components lack them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::path::{Path, PathBuf};

use cratetrust_core::options::ComponentSupplier;
use cratetrust_core::profile::{Assessment, Demand, Field, MOST_NAMED, Profile, Subject};
use cratetrust_core::sbom::Format;
use cratetrust_core::{ErrorKind, Input, Options, generate_sbom, inspect};
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn corpus() -> PathBuf {
    let dir = std::env::var_os("CRATETRUST_CORPUS").map_or(root().join(".corpus"), PathBuf::from);
    assert!(dir.join("locks").is_dir(), "no corpus: run `make corpus`");
    dir
}

fn held(bytes: &[u8], profile: Profile) -> Assessment {
    let mut options = Options::new();
    options.profile = Some(profile);
    let input = Input::from_bytes("bom", bytes.to_vec());
    inspect(&input, &options).unwrap().assessment.unwrap()
}

fn of<'a>(assessment: &'a Assessment, name: &str) -> &'a Field {
    let found = assessment.fields.iter().find(|field| field.field == name);
    found.unwrap_or_else(|| panic!("no field {name}"))
}

/// The names of the fields of which something is missing.
fn open(assessment: &Assessment, demand: Demand) -> Vec<&'static str> {
    let fields = assessment.fields.iter();
    fields
        .filter(|field| field.demand == demand && !field.is_complete())
        .map(|field| field.field)
        .collect()
}

fn written(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// What the caller can say of a document.
fn told() -> Options {
    Options::from_json(
        r#"{"supplier": "Example", "contact": "sbom@example.org", "manufacturer": "Example",
            "manufacturer_contact": "https://example.org", "author": ["Example"], "license": "MIT",
            "timestamp": "2026-01-02T03:04:05Z", "conclude_declared": true,
            "component_supplier": "registry",
            "vcs_url": "git+https://git.example/p/r@0123456789abcdef0123456789abcdef01234567"}"#,
    )
    .unwrap()
}

/// A lockfile whose packages from crates.io are the crates of the corpus.
fn at_hand() -> Input {
    let mut lock =
        String::from("version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\n");
    let names = ["bytes", "itoa", "log", "memchr", "semver", "same-file"];
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(corpus().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some((name, version)) = stem.rsplit_once('-') else {
            continue;
        };
        if names.contains(&name) && path.extension().is_some_and(|e| e == "crate") {
            let bytes = std::fs::read(&path).unwrap();
            let sha256 = cratetrust_core::digest::Sha256::of(&bytes).to_string();
            packages.push((name.to_owned(), version.to_owned(), sha256));
        }
    }
    packages.sort();
    packages.dedup_by(|a, b| a.0 == b.0);
    assert!(packages.len() >= 4, "no crates: run `make corpus`");
    let list: Vec<String> = packages.iter().map(|p| format!(" \"{}\",", p.0)).collect();
    lock.push_str(&format!("dependencies = [\n{}\n]\n", list.join("\n")));
    for (name, version, sha256) in packages {
        lock.push_str(&format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{sha256}\"\n"
        ));
    }
    Input::from_bytes("Cargo.lock", lock.into_bytes())
}

fn enriched(format: Format, version: &str) -> Vec<u8> {
    let mut options = told();
    options.crates = vec![Input::from_path(corpus().join("crates"))];
    let made = generate_sbom(&[at_hand()], &options).unwrap();
    made.write(format, Some(version)).unwrap()
}

#[test]
fn a_full_document_has_every_field_of_bsi() {
    for (format, version) in [
        (Format::CycloneDxJson, "1.7"),
        (Format::CycloneDxXml, "1.7"),
        (Format::Spdx3Json, "3.0.1"),
    ] {
        let assessment = held(&enriched(format, version), Profile::BsiTr031832);
        assert!(assessment.complete, "{version}: {assessment:#?}");
        let open = open(&assessment, Demand::IfItExists);
        assert_eq!(open, [""; 0], "{version}: {assessment:#?}");
        // The main component is no file; it is not asked for facts about one.
        assert_eq!(of(&assessment, "filename").of + 1, assessment.components);
    }
}

#[test]
fn what_older_formats_cannot_hold_is_named() {
    let assessment = held(
        &enriched(Format::CycloneDxJson, "1.6"),
        Profile::BsiTr031832,
    );
    assert_eq!(
        open(&assessment, Demand::Required),
        ["distribution-license"]
    );
    assert_eq!(open(&assessment, Demand::IfItExists), [""; 0]);

    let assessment = held(
        &enriched(Format::CycloneDxJson, "1.5"),
        Profile::BsiTr031832,
    );
    assert!(open(&assessment, Demand::Required).contains(&"format"));
    let assessment = held(&enriched(Format::SpdxJson, "2.3"), Profile::BsiTr031832);
    let open = open(&assessment, Demand::Required);
    assert!(open.contains(&"format"), "{open:?}");
    // What decides on a licence is there in every format.
    assert!(!open.contains(&"distribution-license"), "{open:?}");
}

#[test]
fn ntia_and_cra_are_full_in_every_common_format() {
    for format in Format::ALL {
        for version in format.versions() {
            let document = enriched(format, version);
            for profile in [Profile::Ntia, Profile::Cra] {
                let assessment = held(&document, profile);
                let open = open(&assessment, Demand::Required);
                // The library's own view is no format that regulators know.
                let want: &[&str] = match format {
                    Format::Json => &["format"],
                    _ => &[],
                };
                assert_eq!(open, want, "{} {version}", format.name());
                assert_eq!(assessment.complete, want.is_empty());
            }
        }
    }
}

#[test]
fn cisa_misses_the_hash_of_what_is_not_built_yet() {
    for (format, version, want) in [
        (Format::CycloneDxJson, "1.6", vec!["hash"]),
        (Format::CycloneDxXml, "1.5", vec!["hash"]),
        (
            Format::CycloneDxJson,
            "1.4",
            vec!["generation-context", "hash"],
        ),
        (Format::Spdx3Json, "3.0.1", vec!["hash"]),
        (
            Format::SpdxTagValue,
            "2.3",
            vec!["generation-context", "hash"],
        ),
    ] {
        let assessment = held(&enriched(format, version), Profile::Cisa2025);
        assert_eq!(open(&assessment, Demand::Required), want, "{version}");
        assert_eq!(of(&assessment, "hash").missing, ["app@1.0.0"]);
    }
}

#[test]
fn a_bare_lockfile_says_what_is_missing() {
    let lock = corpus().join("locks/ripgrep-14.1.1.lock");
    let made = generate_sbom(&[Input::from_path(lock)], &Options::new()).unwrap();
    for format in Format::ALL.into_iter().filter(|f| *f != Format::Json) {
        let assessment = held(&made.write(format, None).unwrap(), Profile::Ntia);
        let want = ["sbom-author", "timestamp", "supplier"];
        assert_eq!(
            open(&assessment, Demand::Required),
            want,
            "{}",
            format.name()
        );
        let supplier = of(&assessment, "supplier");
        assert_eq!((supplier.present, supplier.of), (0, 58));
        assert_eq!((supplier.missing.len(), &supplier.place), (58, &None));
        assert_eq!(open(&assessment, Demand::IfItExists), ["identifier"]);
        assert_eq!(of(&assessment, "identifier").missing, ["ripgrep@14.1.1"]);
    }
}

/// A document of another ecosystem, with every field that BSI asks for.
fn foreign() -> Value {
    let file = |name: &str| {
        json!({
            "type": "library", "bom-ref": name, "name": name, "version": "1",
            "purl": format!("pkg:npm/{name}@1"),
            "supplier": {"name": "Example"},
            "manufacturer": {"url": ["https://example.org"]},
            "hashes": [{"alg": "SHA-256", "content": "ab".repeat(32)}],
            "licenses": [
                {"license": {"id": "MIT", "acknowledgement": "declared"}},
                {"license": {"id": "MIT", "acknowledgement": "concluded"}}
            ],
            "externalReferences": [
                {"type": "distribution", "url": "https://example.org/a.tgz",
                 "hashes": [{"alg": "SHA-512", "content": "cd".repeat(64)}]},
                {"type": "source-distribution", "url": "https://example.org/src"}
            ],
            "properties": [
                {"name": "bsi:component:filename", "value": format!("{name}.tgz")},
                {"name": "bsi:component:executable", "value": "executable"},
                {"name": "bsi:component:archive", "value": "no archive"},
                {"name": "bsi:component:structured", "value": "unstructured"}
            ]
        })
    };
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "metadata": {
            "timestamp": "2026-01-02T03:04:05Z",
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "maker", "version": "1"}]},
            "authors": [{"name": "Somebody", "email": "a@example.org"}],
            "supplier": {"name": "Example", "contact": [{"email": "a@example.org"}]},
            "component": file("main")
        },
        "components": [file("a"), file("b")],
        "dependencies": [
            {"ref": "main", "dependsOn": ["a", "b"]}, {"ref": "a"}, {"ref": "b"}
        ],
        "compositions": [{"aggregate": "incomplete", "dependencies": ["main", "a", "b"]}]
    })
}

#[test]
fn components_of_any_kind_count() {
    for profile in Profile::ALL {
        let assessment = held(&written(&foreign()), profile);
        assert!(assessment.complete, "{assessment:#?}");
        assert_eq!(assessment.components, 3);
        assert_eq!(open(&assessment, Demand::IfItExists), [""; 0]);
    }
}

/// Takes one thing out of the document: the profile, the field and the component that lacks it then.
#[test]
fn each_thing_taken_out_is_found_and_nothing_else() {
    type Case = (
        &'static str,
        &'static str,
        Value,
        Profile,
        &'static [&'static str],
    );
    use Profile::{BsiTr031832 as Bsi, Cisa2025 as Cisa, Cra, Ntia};
    let null = || Value::Null;
    let unnamed = || json!([{"name": " "}]);
    let cases: Vec<Case> = vec![
        ("/metadata", "timestamp", null(), Ntia, &["timestamp"]),
        (
            "/metadata",
            "timestamp",
            json!("once"),
            Cisa,
            &["timestamp"],
        ),
        ("/metadata", "authors", null(), Ntia, &["sbom-author"]),
        ("/metadata", "authors", unnamed(), Cisa, &["sbom-author"]),
        (
            "/metadata",
            "authors",
            json!([{"name": "S", "email": "none"}]),
            Bsi,
            &["sbom-creator"],
        ),
        ("/metadata", "tools", null(), Cisa, &["tool-name"]),
        (
            "/metadata",
            "lifecycles",
            json!([]),
            Cisa,
            &["generation-context"],
        ),
        ("/metadata", "supplier", null(), Cra, &[]),
        ("", "specVersion", json!("1.5"), Bsi, &["format"]),
        ("", "serialNumber", null(), Bsi, &["sbom-uri"]),
        (
            "",
            "vulnerabilities",
            json!([{"id": "X-1"}]),
            Bsi,
            &["no-vulnerabilities"],
        ),
        ("", "vulnerabilities", json!([]), Bsi, &[]),
        (
            "",
            "dependencies",
            json!([]),
            Cra,
            &["top-level-dependencies"],
        ),
        (
            "",
            "compositions",
            null(),
            Bsi,
            &["dependencies-and-completeness"],
        ),
        ("/components/1", "supplier", null(), Ntia, &["supplier"]),
        (
            "/components/1",
            "supplier",
            json!({"name": "NOASSERTION"}),
            Ntia,
            &["supplier"],
        ),
        ("/components/1", "supplier", null(), Cisa, &[]),
        ("/components/1", "version", json!(""), Ntia, &["version"]),
        ("/components/1", "name", json!(""), Cra, &["name"]),
        ("/components/1", "purl", null(), Cisa, &["identifier"]),
        ("/components/1", "purl", null(), Ntia, &["identifier"]),
        ("/components/1", "licenses", null(), Cisa, &["license"]),
        (
            "/components/1",
            "manufacturer",
            json!({"name": "E"}),
            Bsi,
            &["creator"],
        ),
        (
            "/components/1",
            "licenses",
            json!([{"expression": "MIT", "acknowledgement": "declared"}]),
            Bsi,
            &["distribution-license"],
        ),
        (
            "/components/1",
            "licenses",
            json!([{"expression": "MIT", "acknowledgement": "concluded"}]),
            Bsi,
            &["original-license"],
        ),
        (
            "/components/1",
            "licenses",
            json!([{"license": {"name": "Our own licence", "acknowledgement": "concluded"}}]),
            Bsi,
            &["distribution-license", "original-license"],
        ),
        (
            "/components/1",
            "properties",
            json!([]),
            Bsi,
            &["filename", "executable", "archive", "structured"],
        ),
        (
            "/components/1/properties/1",
            "value",
            json!("yes"),
            Bsi,
            &["executable"],
        ),
        (
            "/components/1/externalReferences/0/hashes/0",
            "alg",
            json!("SHA-256"),
            Bsi,
            &["deployable-hash"],
        ),
        (
            "/components/1/externalReferences/0",
            "type",
            json!("other"),
            Bsi,
            &["deployable-hash", "deployable-uri"],
        ),
        (
            "/components/1/externalReferences/1",
            "type",
            json!("other"),
            Bsi,
            &["source-uri"],
        ),
    ];
    for (place, key, value, profile, want) in cases {
        let mut document = foreign();
        let fields = document
            .pointer_mut(place)
            .unwrap()
            .as_object_mut()
            .unwrap();
        match value {
            Value::Null => {
                fields.remove(key);
            }
            value => {
                fields.insert(key.to_owned(), value);
            }
        }
        let assessment = held(&written(&document), profile);
        let found: Vec<&str> = assessment
            .fields
            .iter()
            .filter(|field| !field.is_complete())
            .map(|field| field.field)
            .collect();
        assert_eq!(found, want, "{place}/{key} in {}", profile.name());
        let required = assessment
            .fields
            .iter()
            .any(|field| field.demand == Demand::Required && !field.is_complete());
        assert_eq!(assessment.complete, !required);
        if place.starts_with("/components/1") {
            for name in want {
                let field = of(&assessment, name);
                assert_eq!(field.subject, Subject::Component);
                assert_eq!((field.present, field.of), (2, 3), "{name}");
                let label = match key {
                    "name" => "/components/1@1",
                    "version" => "b",
                    _ => "b@1",
                };
                assert_eq!(field.missing, [label]);
            }
        }
    }
}

#[test]
fn the_hash_may_stand_at_the_address_only() {
    let mut document = foreign();
    let component = document.pointer_mut("/components/1").unwrap();
    component.as_object_mut().unwrap().remove("hashes");
    let assessment = held(&written(&document), Profile::Cisa2025);
    assert!(assessment.complete, "{assessment:#?}");
    let component = document.pointer_mut("/components/1").unwrap();
    component
        .as_object_mut()
        .unwrap()
        .remove("externalReferences");
    let assessment = held(&written(&document), Profile::Cisa2025);
    assert_eq!(of(&assessment, "hash").missing, ["b@1"]);
}

/// Every place of a JSON document is a pointer to something that is there.
#[test]
fn places_are_pointers_into_the_document() {
    let documents = [
        written(&foreign()),
        enriched(Format::CycloneDxJson, "1.7"),
        enriched(Format::SpdxJson, "2.3"),
        enriched(Format::Json, "1"),
    ];
    for bytes in documents {
        let tree: Value = serde_json::from_slice(&bytes).unwrap();
        for profile in Profile::ALL {
            for field in held(&bytes, profile).fields {
                if let Some(place) = field.place {
                    let there = tree.pointer(&place).is_some_and(|value| !value.is_null());
                    assert!(there, "{}: {place}", field.field);
                }
            }
        }
    }
    // In SPDX 3 some facts are elements of their own, and a term stands for where they are.
    let bytes = enriched(Format::Spdx3Json, "3.0.1");
    let tree: Value = serde_json::from_slice(&bytes).unwrap();
    for field in held(&bytes, Profile::Cisa2025).fields {
        if let Some(place) = field.place.filter(|place| place.starts_with('/')) {
            assert!(tree.pointer(&place).is_some(), "{}: {place}", field.field);
        }
    }
    let xml = held(&enriched(Format::CycloneDxXml, "1.6"), Profile::Ntia);
    let place = |name| of(&xml, name).place.clone().unwrap();
    assert_eq!(place("timestamp"), "/bom/metadata/timestamp");
    assert_eq!(place("name"), "/bom/metadata/component/name");
}

#[test]
fn long_lists_are_cut_and_counted() {
    let components: Vec<Value> = (0..MOST_NAMED + 7)
        .map(|i| json!({"type": "library", "bom-ref": i.to_string(), "name": format!("c{i}")}))
        .collect();
    let document =
        json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components});
    let assessment = held(&written(&document), Profile::Ntia);
    let version = of(&assessment, "version");
    assert_eq!(version.missing.len(), MOST_NAMED);
    assert_eq!((version.present, version.of), (0, MOST_NAMED as u64 + 7));
}

#[test]
fn an_empty_document_lacks_what_is_asked_of_it() {
    let document = json!({"bomFormat": "CycloneDX", "specVersion": "1.6"});
    for profile in Profile::ALL {
        let assessment = held(&written(&document), profile);
        assert!(!assessment.complete, "{}", profile.name());
        assert_eq!(assessment.components, 0);
    }
}

#[test]
fn files_beside_packages_are_no_components() {
    let document = json!({
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x",
        "dataLicense": "CC0-1.0", "documentNamespace": "https://example.org/x",
        "creationInfo": {"created": "2026-01-02T03:04:05Z", "creators": ["Organization: Example"]},
        "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "supplier": "Organization: E",
            "downloadLocation": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                "referenceLocator": "pkg:pypi/a@1"}]}],
        "files": [{"SPDXID": "SPDXRef-f", "fileName": "./f", "checksums": []}],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"},
            {"spdxElementId": "SPDXRef-a", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NONE"}
        ]
    });
    let assessment = held(&written(&document), Profile::Ntia);
    assert_eq!(assessment.components, 1);
    assert!(assessment.complete, "{assessment:#?}");
    let supplier = of(&assessment, "supplier").place.clone();
    assert_eq!(supplier.as_deref(), Some("/packages/0/supplier"));
}

#[test]
fn a_profile_is_about_sboms() {
    let mut options = Options::new();
    options.profile = Some(Profile::Ntia);
    let lock = Input::from_path(corpus().join("locks/hexyl-0.6.0.lock"));
    let error = inspect(&lock, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let error = Profile::from_name("NTIA").unwrap_err();
    assert!(error.to_string().contains("bsi-tr-03183-2"), "{error}");
    for profile in Profile::ALL {
        assert_eq!(Profile::from_name(profile.name()).unwrap(), profile);
    }
}

#[test]
fn the_json_has_a_stable_shape() {
    let mut options = told();
    options.profile = Some(Profile::Ntia);
    options.component_supplier = ComponentSupplier::None;
    let input = Input::from_bytes("bom.json", written(&foreign()));
    let answer: Value =
        serde_json::from_str(&inspect(&input, &options).unwrap().to_json()).unwrap();
    let profile = &answer["facts"]["profile"];
    let keys: Vec<&String> = profile.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["name", "source", "complete", "components", "fields"]);
    assert_eq!(
        profile["fields"][3],
        json!({"field": "supplier", "subject": "component", "demand": "required",
               "present": 3, "of": 3, "place": "/metadata/component/supplier", "missing": []})
    );
    assert_eq!(profile["fields"][6]["demand"], "if-it-exists");
    // Without a profile there is no such fact.
    options.profile = None;
    let plain = inspect(&input, &options).unwrap();
    assert!(plain.assessment.is_none() && !plain.to_json().contains("\"profile\""));
}
