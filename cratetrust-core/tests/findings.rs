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

/// The Rust files below a folder, tests and others.
fn sources(folder: &str, keep: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{folder:?}: {e}")) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && keep(&path) {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// Whether the text speaks of the code by its variant or, in quotes, by its name.
fn speaks_of(text: &str, code: Code) -> bool {
    let variant = format!("Code::{code:?}");
    text.contains(&format!("\"{}\"", code.name()))
        || text
            .match_indices(&variant)
            .any(|(at, _)| !text[at + variant.len()..].starts_with(|c: char| c.is_alphanumeric()))
}

/// A code that nothing can raise would be a promise without a check behind it.
#[test]
fn every_code_is_raised_somewhere() {
    let sources = sources("src", |path| !path.ends_with("report/codes.rs")).concat();
    let unused: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !speaks_of(&sources, **code))
        .map(|code| code.name())
        .collect();
    assert!(unused.is_empty(), "nothing raises {unused:?}");
}

/// And one that no test expects could be raised wrongly, or never, without anybody's seeing it.
#[test]
fn every_code_is_expected_by_a_test() {
    let mut tests = sources("tests", |path| !path.ends_with("findings.rs"));
    tests.extend(sources("../bindings/cli/tests", |_| true));
    for source in sources("src", |_| true) {
        // The tests of a module stand at its end; those in a file of their own have no such mark.
        match source.split_once("#[cfg(test)]") {
            Some((_, own)) => tests.push(own.to_owned()),
            None if source.contains("#[test]") => tests.push(source),
            None => {}
        }
    }
    let tests = tests.concat();
    let untested: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !speaks_of(&tests, **code))
        .map(|code| code.name())
        .collect();
    assert!(untested.is_empty(), "no test expects {untested:?}");
}
