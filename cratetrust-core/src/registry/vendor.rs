//! One vendored package: `.cargo-checksum.json` and the files beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::progress::CancelToken;

/// What `.cargo-checksum.json` says. Unknown keys, such as `$comment`, are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorChecksums {
    /// The SHA-256 of each listed file, by its path with `/` between components.
    pub files: BTreeMap<String, Sha256>,
    /// The SHA-256 of the `.crate` file; absent for packages from git and paths.
    pub package: Option<Sha256>,
}

impl VendorChecksums {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// `Parse` where they are not of the form that `cargo vendor` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let value: Value = serde_json::from_slice(bytes).map_err(|e| {
            Error::parse(format!("not valid JSON: {e}"))
                .at_line(e.line() as u64, Some(e.column() as u64))
        })?;
        let object = value
            .as_object()
            .ok_or_else(|| Error::parse("not a JSON object"))?;
        let package = match object.get("package") {
            None | Some(Value::Null) => None,
            Some(Value::String(hex)) => Some(digest(hex, "package")?),
            Some(_) => return Err(Error::parse("`package` is neither a string nor null")),
        };
        let listed = object
            .get("files")
            .and_then(Value::as_object)
            .ok_or_else(|| Error::parse("`files` is not an object"))?;
        let mut files = BTreeMap::new();
        for (path, hex) in listed {
            let hex = hex
                .as_str()
                .ok_or_else(|| Error::parse(format!("the hash of `{path}` is no string")))?;
            files.insert(path.clone(), digest(hex, path)?);
        }
        Ok(Self { files, package })
    }
}

fn digest(hex: &str, of: &str) -> Result<Sha256> {
    hex.parse()
        .map_err(|e: Error| Error::parse(format!("{} (of `{of}`)", e.message())))
}

/// The files of one vendored package, as they lie on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorTree {
    /// Regular files by their path relative to the package, with `/` between components, and their sizes.
    pub files: BTreeMap<String, (PathBuf, u64)>,
    /// Symbolic links and special files.
    pub links: Vec<String>,
    /// What could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

impl VendorTree {
    /// Walks a package's directory without following links.
    ///
    /// # Errors
    /// I/O errors of the directory itself; `LimitExceeded` for too many entries or too deep a tree.
    pub fn walk(root: &Path, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let mut tree = Self::default();
        let mut pending = vec![(root.to_owned(), String::new(), 0u64)];
        let mut entries: u64 = 0;
        while let Some((directory, prefix, depth)) = pending.pop() {
            let listing = match std::fs::read_dir(&directory) {
                Ok(listing) => listing,
                Err(e) if prefix.is_empty() => return Err(Error::io(&directory, &e)),
                Err(e) => {
                    tree.unreadable.push((prefix, e.to_string()));
                    continue;
                }
            };
            for entry in listing {
                cancel.check()?;
                entries += 1;
                if entries > limits.entries {
                    return Err(Error::limit(
                        "entries",
                        limits.entries,
                        "the tree has too many entries",
                    ));
                }
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(e) => {
                        tree.unreadable.push((prefix.clone(), e.to_string()));
                        continue;
                    }
                };
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if prefix.is_empty() {
                    name
                } else {
                    format!("{prefix}/{name}")
                };
                match entry.metadata() {
                    Ok(metadata) if metadata.is_dir() => {
                        if depth >= limits.depth {
                            return Err(Error::limit(
                                "depth",
                                limits.depth,
                                "the tree is too deep",
                            ));
                        }
                        pending.push((entry.path(), path, depth + 1));
                    }
                    Ok(metadata) if metadata.is_file() => {
                        tree.files.insert(path, (entry.path(), metadata.len()));
                    }
                    Ok(_) => tree.links.push(path),
                    Err(e) => tree.unreadable.push((path, e.to_string())),
                }
            }
        }
        tree.links.sort();
        tree.unreadable.sort();
        Ok(tree)
    }

    /// The bytes of one file of the tree, at most `limit` of them; `None` where there is no such
    /// regular file.
    ///
    /// # Errors
    /// I/O errors and `LimitExceeded`.
    pub fn read(
        &self,
        path: &str,
        limit: u64,
        cancel: &CancelToken,
    ) -> Result<Option<std::sync::Arc<[u8]>>> {
        match self.files.get(path) {
            None => Ok(None),
            Some((file, _)) => Input::from_path(file)
                .read("manifest-size", limit, cancel)
                .map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_cargo_writes() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let text =
            format!(r#"{{"$comment":"x","files":{{"src/lib.rs":"{hex}"}},"package":"{hex}"}}"#);
        let read = VendorChecksums::parse(text.as_bytes()).unwrap();
        assert_eq!(read.files["src/lib.rs"].to_string(), hex);
        assert_eq!(read.package.unwrap().to_string(), hex);
        let git = VendorChecksums::parse(br#"{"files":{},"package":null}"#).unwrap();
        assert_eq!(git, VendorChecksums::default());
    }

    #[test]
    fn the_rest_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"files":[]}"#,
            r#"{"files":{"a":1}}"#,
            r#"{"files":{"a":"12"}}"#,
            r#"{"files":{},"package":1}"#,
            r#"{"files":{},"package":"xyz"}"#,
        ] {
            assert!(VendorChecksums::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
