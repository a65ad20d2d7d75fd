//! One package of a vendor directory: its files, who it says that it is, and its list
//! (`.cargo-checksum.json`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::FileTree;
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Directory;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::progress::CancelToken;

/// A vendored package as it lies on disk.
#[derive(Debug)]
pub struct VendoredPackage {
    /// Its files.
    pub files: FileTree,
    /// Name and version by its manifest; `None` where it has no Cargo.toml or that states no version.
    pub identity: Result<Option<(String, String)>>,
    /// Its list; `None` where it has none.
    pub list: Result<Option<VendorChecksums>>,
}

impl VendoredPackage {
    /// The file that holds the list.
    pub const LIST: &'static str = ".cargo-checksum.json";

    /// Lists a package's files and reads its manifest and its list. Links are not followed.
    ///
    /// # Errors
    /// As [`FileTree::walk`], and `Cancelled`. What is wrong with one of the two files stands in its
    /// field.
    pub fn open(root: Directory, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let files = FileTree::walk(root, limits, cancel)?;
        let manifest = files.read("Cargo.toml", "manifest-size", limits.manifest_size, cancel);
        let identity = manifest.and_then(|bytes| match bytes {
            None => Ok(None),
            Some(bytes) => Manifest::parse(&bytes, limits)
                .map(|manifest| Some((manifest.name, manifest.version?))),
        });
        let list = files
            .read(Self::LIST, "lockfile-size", limits.lockfile_size, cancel)
            .and_then(|bytes| {
                bytes
                    .map(|bytes| VendorChecksums::parse(&bytes))
                    .transpose()
            });
        match (identity, list) {
            (Err(error), _) | (_, Err(error)) if error.kind() == ErrorKind::Cancelled => Err(error),
            (identity, list) => Ok(Self {
                files,
                identity,
                list,
            }),
        }
    }
}

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
