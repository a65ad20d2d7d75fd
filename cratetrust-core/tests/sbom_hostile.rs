//! SBOMs made to cost: a million components in every format, values and dependencies without end,
//! repeated keys, deep nesting, wrong types everywhere. Each ends in a clear error or in a result, in
//! time and memory that its size bounds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod sbom_support;

use std::fmt::Write as _;

use cratetrust_core::report::{Code, Verdict};
use cratetrust_core::sbom::{Format, read, write};
use cratetrust_core::{CancelToken, Error, ErrorKind, Input, Limits, Options, verify_sbom};
use sbom_support::*;
use serde_json::{Value, json};

const CYCLONEDX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","#;
const XML: &str = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">"#;
const SPDX: &str = r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"x","dataLicense":"CC0-1.0","documentNamespace":"https://example.org/x","#;
const TAG_VALUE: &str = "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: x\nDocumentNamespace: https://example.org/x\n";
const SPDX3: &str = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"SpdxDocument","spdxId":"urn:d"}"#;
const OWN: &str = r#"{"schema":"cratetrust.bom/1","#;

/// A list between a head and a tail, its items made by number.
fn list(
    head: &str,
    tail: &str,
    count: usize,
    comma: &str,
    item: impl Fn(usize, &mut String),
) -> String {
    let mut out = head.to_owned();
    for number in 0..count {
        if number > 0 {
            out.push_str(comma);
        }
        item(number, &mut out);
    }
    out.push_str(tail);
    out
}

/// A document of so many small components, in each format.
fn components(format: Format, count: usize) -> String {
    match format {
        Format::CycloneDxJson => list(
            &format!("{CYCLONEDX}\"components\":["),
            "]}",
            count,
            ",",
            |n, out| {
                write!(
                    out,
                    r#"{{"type":"library","bom-ref":"c{n}","name":"c{n}"}}"#
                )
                .unwrap();
            },
        ),
        Format::CycloneDxXml => list(
            &format!("{XML}<components>"),
            "</components></bom>",
            count,
            "",
            |n, out| {
                write!(
                    out,
                    r#"<component type="library" bom-ref="c{n}"><name>c{n}</name></component>"#
                )
                .unwrap();
            },
        ),
        Format::SpdxJson => list(
            &format!("{SPDX}\"packages\":["),
            "]}",
            count,
            ",",
            |n, out| {
                write!(out, r#"{{"SPDXID":"SPDXRef-{n}","name":"c{n}"}}"#).unwrap();
            },
        ),
        Format::SpdxTagValue => list(TAG_VALUE, "", count, "", |n, out| {
            writeln!(out, "PackageName: c{n}\nSPDXID: SPDXRef-{n}").unwrap();
        }),
        Format::Spdx3Json => list(&format!("{SPDX3},"), "]}", count, ",", |n, out| {
            write!(
                out,
                r#"{{"type":"software_Package","spdxId":"urn:c{n}","name":"c{n}"}}"#
            )
            .unwrap();
        }),
        Format::Json => list(
            &format!("{OWN}\"packages\":["),
            "]}",
            count,
            ",",
            |n, out| {
                write!(out, r#"{{"id":{n},"name":"c{n}"}}"#).unwrap();
            },
        ),
        other => panic!("write one for {}", other.name()),
    }
}

fn limits(components: u64) -> Limits {
    Limits {
        sbom_components: components,
        ..Limits::default()
    }
}

fn refused(text: &str, limits: &Limits) -> Error {
    let refused = read(text.as_bytes(), "x", limits, &CancelToken::new()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded, "{refused}");
    assert_eq!(
        refused.limit_met(),
        Some(("sbom-components", limits.sbom_components)),
        "{refused}"
    );
    refused
}

#[test]
fn a_million_components_are_more_than_the_limit_allows() {
    for format in Format::ALL {
        let document = components(format, 1_000_000);
        let refused = refused(&document, &Limits::default());
        assert!(
            refused.to_string().contains("more than 262144 components"),
            "{refused}"
        );
    }
}

#[test]
fn the_limit_of_components_is_exact() {
    for format in Format::ALL {
        let document = components(format, 300);
        let document = document.as_bytes();
        let cancel = CancelToken::new();
        let read = read(document, "x", &limits(300), &cancel).unwrap();
        assert_eq!(
            read.claims.len() + read.others.len(),
            300,
            "{}",
            format.name()
        );
        refused(&components(format, 301), &limits(300));
    }
    // Those of other ecosystems count, and so do nested ones.
    let other = |n: usize, out: &mut String| {
        write!(
            out,
            r#"{{"type":"library","name":"c{n}","purl":"pkg:npm/c{n}@1"}}"#
        )
        .unwrap();
    };
    refused(
        &list(
            &format!("{CYCLONEDX}\"components\":["),
            "]}",
            301,
            ",",
            other,
        ),
        &limits(300),
    );
    refused(
        &list(
            &format!(
                "{CYCLONEDX}\"components\":[{{\"type\":\"library\",\"name\":\"a\",\"components\":["
            ),
            "]}]}",
            300,
            ",",
            other,
        ),
        &limits(300),
    );
}

/// Sixteen dependencies and 64 values for each component that the limit allows.
#[test]
fn dependencies_and_values_are_bounded() {
    let ends = |n: usize| (n / 41, n % 41);
    let names = components(Format::CycloneDxJson, 41);
    let names = names.strip_suffix('}').unwrap();
    let document = list(
        &format!("{names},\"dependencies\":["),
        "]}",
        41,
        ",",
        |n, out| {
            let on: Vec<String> = (0..41).map(|to| format!("\"c{to}\"")).collect();
            write!(out, r#"{{"ref":"c{n}","dependsOn":[{}]}}"#, on.join(",")).unwrap();
        },
    );
    let error = refused(&document, &limits(100));
    assert!(
        error.to_string().contains("more than 1600 dependencies"),
        "{error}"
    );
    read(document.as_bytes(), "x", &limits(106), &CancelToken::new()).unwrap();

    let names = components(Format::SpdxTagValue, 41);
    let document = list(&names, "", 1681, "", |n, out| {
        let (from, to) = ends(n);
        writeln!(out, "Relationship: SPDXRef-{from} DEPENDS_ON SPDXRef-{to}").unwrap();
    });
    refused(&document, &limits(100));
    // References to nothing are kept as well.
    let document = list(TAG_VALUE, "", 1601, "", |n, out| {
        writeln!(out, "Relationship: SPDXRef-{n} DEPENDS_ON SPDXRef-none").unwrap();
    });
    refused(&document, &limits(100));

    for document in [
        list(
            &format!("{CYCLONEDX}\"x\":["),
            "]}",
            6_500,
            ",",
            |_, out| out.push('0'),
        ),
        list(
            &format!("{CYCLONEDX}\"components\":["),
            "]}",
            6_500,
            ",",
            |_, out| out.push_str("{}"),
        ),
        list("{\"spdxVersion\":\"SPDX-2.3\"", "}", 6_500, "", |_, out| {
            out.push_str(",\"a\":0")
        }),
        list(
            &format!("{XML}<components>"),
            "</components></bom>",
            6_500,
            "",
            |_, out| {
                out.push_str("<component/>");
            },
        ),
        list(TAG_VALUE, "", 6_500, "", |_, out| {
            out.push_str("Creator: Tool: x\n")
        }),
    ] {
        let error = refused(&document, &limits(100));
        assert!(
            error.to_string().contains("more than 6400 values")
                || error.to_string().contains("more than 100 components"),
            "{error}"
        );
    }
}

/// What a reader must not take: each of the values that stand in an honest document, one after the
/// other, is something else.
#[test]
fn wrong_types_everywhere() {
    let odd = [
        json!(null),
        json!(-1.5e300),
        json!([[[]]]),
        json!({"a": {}}),
        json!("\u{0}\u{202e}"),
    ];
    let evidence = Input::from_bytes("bom.json", write(&full_bom(), Format::Json, None).unwrap());
    let evidence = [evidence];
    for format in [
        Format::CycloneDxJson,
        Format::SpdxJson,
        Format::Spdx3Json,
        Format::Json,
    ] {
        let honest: Value =
            serde_json::from_slice(&write(&full_bom(), format, None).unwrap()).unwrap();
        let mut pointers = Vec::new();
        places(&honest, String::new(), &mut pointers);
        assert!(pointers.len() > 120, "{}", pointers.len());
        for (number, pointer) in pointers.iter().enumerate() {
            let mut changed = honest.clone();
            *changed.pointer_mut(pointer).unwrap() = odd[number % odd.len()].clone();
            let input = Input::from_bytes("x", changed.to_string().into_bytes());
            match verify_sbom(&input, &evidence, &Options::default()) {
                Ok(report) => assert!(report.findings.len() < 5_000),
                Err(error) => assert!(
                    matches!(
                        error.kind(),
                        ErrorKind::UnsupportedFormat | ErrorKind::Parse
                    ),
                    "{pointer}: {error}"
                ),
            }
        }
    }
}

fn places(value: &Value, at: String, out: &mut Vec<String>) {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(12) {
                places(item, step(&index.to_string()), out);
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields {
                places(item, step(key), out);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        out.push(at);
    }
}

/// Keys that repeat are told, the last one counts, and many of them are one pass.
#[test]
fn keys_without_end() {
    let document = list(
        &CYCLONEDX[..CYCLONEDX.len() - 1],
        "}",
        100_000,
        "",
        |n, out| {
            write!(out, ",\"k{}\":{n}", n % 50_000).unwrap();
        },
    );
    let lock = Input::from_bytes(
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n".as_bytes(),
    );
    let input = Input::from_bytes("x", document.into_bytes());
    let report = verify_sbom(&input, &[lock], &Options::default()).unwrap();
    assert_eq!(report.verdict, Verdict::Fail);
    let told = report
        .findings
        .iter()
        .filter(|f| f.code == Code::DocumentInvalid)
        .count();
    assert!((900..=1_001).contains(&told), "{told}");
}

/// Entities, of which a few would be a gigabyte, are refused before any is looked at.
#[test]
fn entities_do_not_expand() {
    let mut types = String::from("<!DOCTYPE bom [<!ENTITY a0 \"aaaaaaaaaa\">");
    for n in 1..12 {
        let all = format!("&a{};", n - 1).repeat(10);
        write!(types, "<!ENTITY a{n} \"{all}\">").unwrap();
    }
    let text = format!(
        "<?xml version=\"1.0\"?>{types}]>{XML}<components><component type=\"library\"><name>&a11;</name></component></components></bom>"
    );
    let error = read(
        text.as_bytes(),
        "x.xml",
        &Limits::default(),
        &CancelToken::new(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("document type"), "{error}");
    let text = format!(
        "{XML}<components><component type=\"library\"><name>&a11;</name></component></components></bom>"
    );
    let error = read(
        text.as_bytes(),
        "x.xml",
        &Limits::default(),
        &CancelToken::new(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("entity"), "{error}");
}
