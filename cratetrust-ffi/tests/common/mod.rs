//! What the tests share: the header as text, and what it declares.
#![allow(dead_code, reason = "each test program uses the part that it needs")]

use std::path::{Path, PathBuf};

/// A file of this crate or, with `..`, of the project.
pub(crate) fn file(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

pub(crate) fn read(relative: &str) -> String {
    let path = file(relative);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn header() -> String {
    read("../include/cratetrust.h")
}

/// One declaration of the header.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// The comment before it, without its marks; empty where there is none.
    pub(crate) comment: String,
    /// The declaration on one line, without its semicolon.
    pub(crate) text: String,
}

impl Declaration {
    /// The name, where it is a function.
    pub(crate) fn function(&self) -> Option<&str> {
        let (before, _) = self.text.split_once('(')?;
        if self.text.starts_with("typedef") || self.text.starts_with('#') {
            return None;
        }
        before.rsplit([' ', '*']).next()
    }

    /// The text between the parentheses.
    pub(crate) fn parameters(&self) -> &str {
        let (_, after) = self.text.split_once('(').expect("a function");
        after.trim_end_matches(')')
    }
}

/// Every macro, type and function that the header declares.
pub(crate) fn declarations(header: &str) -> Vec<Declaration> {
    let mut found = Vec::new();
    let mut comment = String::new();
    let mut text = String::new();
    let mut in_comment = false;
    for line in header.lines() {
        let line = line.trim();
        if in_comment || line.starts_with("/*") {
            if !in_comment {
                comment.clear();
            }
            in_comment = !line.ends_with("*/");
            let words = line
                .trim_start_matches('/')
                .trim_end_matches('/')
                .trim_matches('*');
            comment.push_str(words.trim());
            comment.push('\n');
        } else if line.is_empty() {
            if text.is_empty() {
                comment.clear();
            }
        } else if line.starts_with('#') {
            if line.starts_with("#define CRATETRUST_") && !line.ends_with("CRATETRUST_H") {
                found.push(Declaration {
                    comment: std::mem::take(&mut comment),
                    text: line.to_owned(),
                });
            }
            comment.clear();
        } else if line.starts_with("extern \"C\"") || (text.is_empty() && line.starts_with('}')) {
            comment.clear();
        } else {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(line);
            if line.ends_with(';') {
                found.push(Declaration {
                    comment: std::mem::take(&mut comment),
                    text: std::mem::take(&mut text).trim_end_matches(';').to_owned(),
                });
            }
        }
    }
    found
}

/// The names of all functions that the header declares.
pub(crate) fn functions(header: &str) -> Vec<String> {
    declarations(header)
        .iter()
        .filter_map(|declaration| declaration.function().map(str::to_owned))
        .collect()
}
