//! The examples of `docs/command.md` show what the command prints.
//!
//! They are run in the inputs of the conformance cases. `UPDATE_PAGE=1` writes the answers anew;
//! read the difference before you commit it.

use std::path::{Path, PathBuf};

use crate::support::Dir;

const OPENING: &str = "```console\n";
const CLOSING: &str = "```\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Copies a tree, so that an example may write a file.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a terminal shows after one `cratetrust …` line.
fn answer(dir: &Dir, line: &str) -> (String, i32) {
    let args: Vec<&str> = line
        .strip_prefix("$ cratetrust ")
        .unwrap()
        .split(' ')
        .collect();
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = dir.command(&args);
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.spawn().unwrap();
    // The command holds the writing end too; without it the reading ends.
    drop(command);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    (text, child.wait().unwrap().code().unwrap())
}

/// A block as it should be: its `$` lines, each with its answer.
fn fresh(dir: &Dir, block: &str) -> String {
    let mut text = String::new();
    let mut status = 0;
    for line in block.lines().filter(|line| line.starts_with("$ ")) {
        text.push_str(line);
        text.push('\n');
        if line == "$ echo $?" {
            text.push_str(&format!("{status}\n"));
        } else {
            let (answer, code) = answer(dir, line);
            text.push_str(&answer);
            status = code;
        }
    }
    text
}

#[test]
fn the_examples_are_what_the_command_prints() {
    let path = root().join("docs/command.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let dir = Dir::new();
    copy(&root().join("tests/conformance/inputs"), dir.path());
    let mut wanted = String::new();
    let mut blocks = 0;
    for (position, part) in page.split(OPENING).enumerate() {
        if position == 0 {
            wanted.push_str(part);
            continue;
        }
        let (block, rest) = part.split_once(CLOSING).unwrap();
        wanted.push_str(OPENING);
        wanted.push_str(&fresh(&dir, block));
        wanted.push_str(CLOSING);
        wanted.push_str(rest);
        blocks += 1;
    }
    assert!(blocks >= 5, "the page has lost its examples");
    if std::env::var_os("UPDATE_PAGE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(
        page == wanted || std::env::var_os("UPDATE_PAGE").is_some(),
        "docs/command.md shows other answers; UPDATE_PAGE=1 writes them anew:\n{wanted}"
    );
}
