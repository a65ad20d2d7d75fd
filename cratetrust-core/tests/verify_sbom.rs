//! An SBOM of ours about a lockfile tells the truth about it, in every format; and every single lie
//! put into one is found, with its class.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::path::PathBuf;

use cratetrust_core::report::{Report, Verdict};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, generate_sbom, verify_sbom};
use serde_json::{Value, json};

fn locks() -> Vec<PathBuf> {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.corpus")),
        PathBuf::from,
    );
    let mut found: Vec<PathBuf> = std::fs::read_dir(corpus.join("locks"))
        .expect("the corpus is not here: run `make corpus`")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lock"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "the corpus is empty: run `make corpus`");
    found
}

fn verify(document: &[u8], lock: &[u8]) -> Report {
    let document = Input::from_bytes("sbom.json", document);
    let lock = Input::from_bytes("Cargo.lock", lock);
    verify_sbom(&document, &[lock], &Options::default()).unwrap()
}

#[test]
fn our_own_documents_tell_the_truth() {
    for path in locks() {
        let lock = std::fs::read(&path).unwrap();
        let input = Input::from_bytes("Cargo.lock", &*lock);
        let bom = generate_sbom(&[input], &Options::default()).unwrap();
        for format in Format::ALL {
            let document = bom.write(format, None).unwrap();
            let report = verify(&document, &lock);
            let own: Vec<_> = report
                .findings
                .iter()
                .filter(|finding| !finding.code.name().starts_with("lock-"))
                .take(3)
                .collect();
            let of = format!("{} as {}", path.display(), format.name());
            assert!(own.is_empty(), "{of}: {own:#?}");
            assert!(report.summary.packages > 0, "{of}");
        }
    }
}

/// A lockfile of the corpus and its SBOM.
fn sample(name: &str) -> (Vec<u8>, Value) {
    let path = locks()
        .into_iter()
        .find(|path| path.file_stem().is_some_and(|stem| stem == name))
        .expect("the corpus lacks a lockfile: run `make corpus`");
    let lock = std::fs::read(path).unwrap();
    let input = Input::from_bytes("Cargo.lock", &*lock);
    let bom = generate_sbom(&[input], &Options::default()).unwrap();
    let document = bom.write(Format::CycloneDxJson, None).unwrap();
    (lock, serde_json::from_slice(&document).unwrap())
}

/// The codes that a changed document gives, each with its package, without what the lock itself has.
fn codes(document: &Value, lock: &[u8]) -> Vec<(String, Option<String>)> {
    let report = verify(&serde_json::to_vec(document).unwrap(), lock);
    let mut codes: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| !finding.code.name().starts_with("lock-"))
        .map(|finding| (finding.code.name().to_owned(), finding.package.clone()))
        .collect();
    codes.sort();
    if !codes.is_empty() {
        assert_ne!(report.verdict, Verdict::Pass, "{codes:?}");
    }
    codes
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// One lie at a time in every eleventh component of crates.io: one finding each, of its own class.
#[test]
fn each_lie_about_a_component_is_one_finding() {
    for name in ["ripgrep-14.1.1", "bat-0.25.0"] {
        let (lock, honest) = sample(name);
        assert_eq!(codes(&honest, &lock), []);
        let count = honest["components"].as_array().unwrap().len();
        let mut tried = 0;
        for index in (0..count).step_by(11) {
            let component = &honest["components"][index];
            if component["hashes"].is_null() {
                continue;
            }
            tried += 1;
            let (crate_name, version) = (text(&component["name"]), text(&component["version"]));
            let (purl, digest) = (
                text(&component["purl"]),
                text(&component["hashes"][0]["content"]),
            );
            let id = format!("{crate_name}@{version}");
            let lie = |code: &str, change: &dyn Fn(&mut Value)| {
                let mut document = honest.clone();
                change(&mut document["components"][index]);
                let wanted = [(code.to_owned(), Some(id.clone()))];
                assert_eq!(codes(&document, &lock), wanted, "{name}: {code} of {id}");
            };
            lie("version-mismatch", &|c| c["version"] = json!("99.0.0"));
            lie("version-mismatch", &|c| {
                c["version"] = json!("99.0.0");
                c["purl"] = json!(format!("pkg:cargo/{crate_name}@99.0.0"));
            });
            lie("checksum-mismatch", &|c| {
                c["hashes"][0]["content"] = json!("0".repeat(64));
            });
            lie("checksum-mismatch", &|c| {
                c["hashes"][0]["alg"] = json!("SHA3-256")
            });
            lie("checksum-missing", &|c| {
                c.as_object_mut().unwrap().remove("hashes");
            });
            lie("purl-missing", &|c| {
                c.as_object_mut().unwrap().remove("purl");
            });
            lie("source-mismatch", &|c| {
                let purl = format!("{purl}?repository_url=https:%2F%2Fregistry.example%2Findex");
                c["purl"] = json!(purl);
            });
            lie("source-mismatch", &|c| {
                let index = "registry+https://registry.example/index";
                c["externalReferences"] = json!([{"type": "distribution", "url": index}]);
            });
            lie("checksum-mismatch", &|c| {
                let archive = format!("https://mirror.example/{crate_name}-{version}.crate");
                let hash = json!({"alg": "SHA-256", "content": "0".repeat(64)});
                c["externalReferences"] =
                    json!([{"type": "distribution", "url": archive, "hashes": [hash]}]);
            });
            lie("document-invalid", &|c| {
                c["hashes"][0]["content"] = json!(digest[1..]);
            });
            lie("purl-mismatch", &|c| {
                c["purl"] = json!(format!("pkg:cargo/another@{version}"));
            });
            let mut same = honest.clone();
            same["components"][index]["hashes"][0]["content"] = json!(digest.to_uppercase());
            same["components"][index]["properties"] = json!([{"name": "x:y", "value": "z"}]);
            // The index of crates.io where an address is wanted, and a mirror; and what is built of it.
            same["components"][index]["externalReferences"] = json!([
                {"type": "distribution", "url": "registry+https://github.com/rust-lang/crates.io-index"},
                {"type": "distribution", "url": format!("https://mirror.example/{crate_name}-{version}.crate"),
                 "hashes": [{"alg": "SHA-256", "content": digest}]},
                {"type": "distribution", "url": "https://example.org/build.tar.gz",
                 "hashes": [{"alg": "SHA-256", "content": "0".repeat(64)}]}
            ]);
            assert_eq!(codes(&same, &lock), [], "{name}: {id}");
        }
        assert!(tried > 3, "{name}: too few components were tried");
    }
}

#[test]
fn each_lie_about_the_whole_is_one_finding() {
    let (lock, honest) = sample("ripgrep-14.1.1");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut document = honest.clone();
        change(&mut document);
        let found = codes(&document, &lock);
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().unwrap().0
    };
    // Digests of an algorithm that the lockfile does not know are one part that is left out.
    assert_eq!(
        with(&|d| {
            for component in d["components"].as_array_mut().unwrap() {
                if component["hashes"].is_array() {
                    component["hashes"] = json!([{"alg": "MD5", "content": "0".repeat(32)}]);
                }
            }
        }),
        "document-incomplete"
    );
    assert_eq!(
        with(&|d| d["compositions"][0]["aggregate"] = json!("incomplete_first_party_only")),
        "document-incomplete"
    );
    let added = json!({"type": "library", "bom-ref": "new", "name": "evil", "version": "6.6.6",
        "purl": "pkg:cargo/evil@6.6.6"});
    assert_eq!(
        with(&|d| d["components"].as_array_mut().unwrap().push(added.clone())),
        "component-extra"
    );
    assert_eq!(
        with(&|d| {
            let mut copy = d["components"][3].clone();
            copy["bom-ref"] = json!("copy");
            d["components"].as_array_mut().unwrap().push(copy);
        }),
        "component-duplicate"
    );
    let dependent = |d: &Value| {
        let list = d["dependencies"].as_array().unwrap();
        list.iter()
            .position(|entry| {
                entry["dependsOn"]
                    .as_array()
                    .is_some_and(|on| !on.is_empty())
            })
            .unwrap()
    };
    assert_eq!(
        with(&|d| {
            let at = dependent(d);
            let on = d["dependencies"][at]["dependsOn"].as_array_mut();
            on.unwrap().pop();
        }),
        "edge-missing"
    );
    assert_eq!(
        with(&|d| {
            let at = dependent(d);
            let on = d["dependencies"][at]["dependsOn"].as_array_mut();
            on.unwrap().push(json!("nowhere"));
        }),
        "edge-unknown-ref"
    );
    assert_eq!(
        with(&|d| {
            let root = d["metadata"]["component"]["bom-ref"].clone();
            let list = d["dependencies"].as_array_mut().unwrap();
            let leaf = list
                .iter_mut()
                .find(|e| e["dependsOn"].as_array().is_none_or(Vec::is_empty) && e["ref"] != root)
                .unwrap();
            leaf["dependsOn"] = json!([root]);
        }),
        "edge-extra"
    );
    assert_eq!(
        with(&|d| {
            d.as_object_mut().unwrap().remove("dependencies");
            d.as_object_mut().unwrap().remove("compositions");
        }),
        "document-incomplete"
    );
    assert_eq!(
        with(&|d| d["metadata"]["component"]["name"] = json!("other")),
        "root-mismatch"
    );
    assert_eq!(
        with(&|d| {
            for component in d["components"].as_array_mut().unwrap() {
                component.as_object_mut().unwrap().remove("hashes");
            }
        }),
        "document-incomplete"
    );
    assert_eq!(
        codes(
            &{
                let mut document = honest.clone();
                document["components"].as_array_mut().unwrap().reverse();
                document["dependencies"].as_array_mut().unwrap().reverse();
                document
            },
            &lock
        ),
        []
    );
}

#[test]
fn a_removed_component_is_missing_whatever_still_points_to_it() {
    let (lock, mut document) = sample("ripgrep-14.1.1");
    let gone = document["components"].as_array_mut().unwrap().remove(5);
    let id = format!("{}@{}", text(&gone["name"]), text(&gone["version"]));
    let found = codes(&document, &lock);
    assert!(
        found.contains(&("component-missing".to_owned(), Some(id))),
        "{found:?}"
    );
    // What still points to it is told once, not once for each that does.
    assert!(found.len() <= 3, "{found:?}");
}
