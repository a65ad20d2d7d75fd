//! Index entries: plain index files (one JSON object a line) and cargo's own index cache files.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::progress::CancelToken;

/// One published version, as an index states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The package's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The SHA-256 of its `.crate` file.
    pub checksum: Sha256,
    /// Whether it was yanked.
    pub yanked: bool,
}

/// The index entries of one or more packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    entries: Vec<IndexEntry>,
}

/// Where the entries of a package lie in an index: `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd`, lower case.
pub fn index_path(name: &str) -> String {
    let lower = name.to_lowercase();
    let mut chars = lower.chars();
    let head: String = chars.by_ref().take(2).collect();
    match lower.chars().count() {
        0..=2 => format!("{}/{lower}", lower.chars().count()),
        3 => format!("3/{}/{lower}", head.chars().take(1).collect::<String>()),
        _ => format!("{head}/{}/{lower}", chars.take(2).collect::<String>()),
    }
}

impl Index {
    /// Reads an index file: plain lines, or a cache file of cargo's (format version 3).
    ///
    /// # Errors
    /// `Parse` with the line for a line that is no index entry; `Unsupported` for a cache file of
    /// another version; errors of reading.
    pub fn read(input: &Input, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let bytes = input.read("lockfile-size", limits.lockfile_size, cancel)?;
        Self::parse(&bytes).map_err(|e| e.at_path(input.label()))
    }

    /// The entries of one package in an index directory: as cargo caches it (`.cache`), or plain.
    /// `None` where the directory has no file for the package.
    ///
    /// # Errors
    /// As [`Index::read`].
    pub fn lookup(
        directory: &Path,
        name: &str,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<Option<Self>> {
        if !is_plain_name(name) {
            return Ok(None);
        }
        let relative = index_path(name);
        let candidates: [PathBuf; 2] = [
            directory.join(".cache").join(&relative),
            directory.join(&relative),
        ];
        for path in candidates {
            match Self::read(&Input::from_path(path), limits, cancel) {
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                other => return other.map(Some),
            }
        }
        Ok(None)
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        match bytes.first() {
            Some(b'{') | Some(b'\n') | Some(b'\r') | None => Self::parse_lines(bytes),
            Some(3) => Self::parse_cache(bytes),
            Some(version) => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "neither index lines nor an index cache of version 3 (first byte {version})"
                ),
            )),
        }
    }

    fn parse_lines(bytes: &[u8]) -> Result<Self> {
        let mut entries = Vec::new();
        for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if !line.trim_ascii().is_empty() {
                entries.push(entry(line).map_err(|e| e.at_line(number as u64 + 1, None))?);
            }
        }
        Ok(Self { entries })
    }

    /// Byte 3, the index schema (u32), the index's own version, NUL, then version NUL JSON NUL repeated.
    fn parse_cache(bytes: &[u8]) -> Result<Self> {
        let body = bytes
            .get(5..)
            .ok_or_else(|| Error::parse("the index cache ends early"))?;
        let mut fields = body.split(|b| *b == 0).skip(1);
        let mut entries = Vec::new();
        while let Some(version) = fields.next() {
            if version.is_empty() {
                break;
            }
            let json = fields
                .next()
                .ok_or_else(|| Error::parse("the index cache ends early"))?;
            entries.push(entry(json)?);
        }
        Ok(Self { entries })
    }

    /// The entries of one version.
    pub fn find<'a>(
        &'a self,
        name: &'a str,
        version: &'a str,
    ) -> impl Iterator<Item = &'a IndexEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.name == name && entry.version == version)
    }

    /// All entries.
    pub fn entries(&self) -> &[IndexEntry] {
        &self.entries
    }
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

fn entry(json: &[u8]) -> Result<IndexEntry> {
    let value: Value = serde_json::from_slice(json)
        .map_err(|e| Error::parse(format!("an index entry is no JSON: {e}")))?;
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| Error::parse(format!("an index entry has no `{key}`")))
    };
    Ok(IndexEntry {
        name: text("name")?.to_owned(),
        version: text("vers")?.to_owned(),
        checksum: text("cksum")?
            .parse()
            .map_err(|_| Error::parse("an index entry's `cksum` is no SHA-256 digest"))?,
        yanked: value
            .get("yanked")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn paths_follow_the_index_rule() {
        for (name, path) in [
            ("a", "1/a"),
            ("ab", "2/ab"),
            ("abc", "3/a/abc"),
            ("serde", "se/rd/serde"),
            ("Inflector", "in/fl/inflector"),
        ] {
            assert_eq!(index_path(name), path);
        }
    }

    #[test]
    fn lines_and_cache_files_say_the_same() {
        let line = format!(
            r#"{{"name":"a","vers":"1.0.0","deps":[],"cksum":"{HEX}","features":{{}},"yanked":true}}"#
        );
        let plain = Index::parse(format!("{line}\n").as_bytes()).unwrap();
        let mut cache = vec![3, 2, 0, 0, 0];
        cache.extend_from_slice(b"etag: x\0");
        cache.extend_from_slice(format!("1.0.0\0{line}\0").as_bytes());
        assert_eq!(Index::parse(&cache).unwrap(), plain);
        assert!(plain.find("a", "1.0.0").all(|entry| entry.yanked));
        assert_eq!(plain.entries().len(), 1);
    }

    #[test]
    fn broken_lines_name_their_place() {
        let text = format!("{{\"name\":\"a\",\"vers\":\"1\",\"cksum\":\"{HEX}\"}}\n{{\n");
        assert_eq!(Index::parse(text.as_bytes()).unwrap_err().line(), Some(2));
        assert!(Index::parse(&[9, 1]).is_err());
        assert!(Index::parse(&[3]).is_err());
        assert!(Index::parse(b"\x03\x02\0\0\0etag\x001.0.0\0").is_err());
    }
}
