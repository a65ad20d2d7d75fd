//! `docs/findings.md` is made from the table of codes. `UPDATE_FINDINGS=1` (`make findings`) writes it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use cratetrust_core::report::{Code, Preset};

fn page() -> String {
    let mut out = String::from(
        "# Findings\n\n\
         Made from `cratetrust-core/src/report/codes.rs` by `make findings`; not edited by hand.\n\n\
         A code keeps its name and its class once it is released. The class is fixed; the severity follows \
         the preset and can be changed for each code (`--severity CODE=LEVEL`). Any `error` makes the verdict \
         `fail`; else any finding of class `coverage` with severity `warning` makes it `incomplete`.\n\n\
         | code | class | strict | crates-io | cargo | what it says |\n|---|---|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let [strict, crates_io, cargo] = Preset::ALL.map(|preset| code.severity(preset).name());
        writeln!(
            out,
            "| `{}` | {} | {strict} | {crates_io} | {cargo} | {} |",
            code.name(),
            code.class().name(),
            code.text()
        )
        .unwrap();
    }
    out
}

#[test]
fn the_page_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/findings.md");
    if std::env::var_os("UPDATE_FINDINGS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page(),
        "docs/findings.md is not the table of codes: run `make findings`"
    );
}

/// A code that nothing can raise would be a promise without a check behind it.
#[test]
fn every_code_is_raised_somewhere() {
    let mut sources = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("report/codes.rs") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let unused: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| {
            let variant = format!("Code::{code:?}");
            !sources.match_indices(&variant).any(|(at, _)| {
                !sources[at + variant.len()..].starts_with(|c: char| c.is_alphanumeric())
            })
        })
        .map(|code| code.name())
        .collect();
    assert!(unused.is_empty(), "nothing raises {unused:?}");
}
