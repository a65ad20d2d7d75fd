//! Index entries: plain index files (one JSON object a line) and cargo's own index cache files.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Directory, Input};
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
    faults: Vec<IndexFault>,
}

/// What of an index file could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexFault {
    /// A cache file that ends early or is of another version.
    Format(String),
    /// A line, counted from 1, that is no index entry.
    Line(u64, String),
}

/// Faults that are kept of one file.
const FAULTS: usize = 16;

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
    /// `Parse` for a file in which no line is an index entry; errors of reading. Where some are,
    /// [`Index::faults`] tells of the rest.
    pub fn read(input: &Input, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let index = Self::load(input, limits, cancel)?;
        match index.faults.first() {
            Some(IndexFault::Line(line, why)) if index.entries.is_empty() => {
                Err(Error::parse(why.clone())
                    .at_line(*line, None)
                    .at_path(input.label()))
            }
            _ => Ok(index),
        }
    }

    fn load(input: &Input, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let bytes = input.read("lockfile-size", limits.lockfile_size, cancel)?;
        Ok(Self::parse(&bytes))
    }

    /// Every package of an index directory, by the path of its file in it. Links are not followed.
    ///
    /// # Errors
    /// Errors of the directory itself, and `Cancelled`.
    pub fn all(
        directory: &Path,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<Vec<(String, Self)>> {
        let root = Directory::open(directory)?;
        let hidden = |name: &[u8]| name.starts_with(b".");
        let tree = super::FileTree::walk_but(root, limits, cancel, hidden)?;
        let mut all = Vec::new();
        for path in &tree.files {
            if path == "config.json" || path.starts_with('.') {
                continue;
            }
            let bytes = tree.read(path, "lockfile-size", limits.lockfile_size, cancel)?;
            all.push((path.clone(), Self::parse(&bytes.unwrap_or_default())));
        }
        Ok(all)
    }

    /// The entries of one package in an index directory: as cargo caches it (`.cache`), or plain.
    /// `None` where the directory has no file for the package. A link in its place is not followed.
    ///
    /// # Errors
    /// Errors of reading, also of a link or a special file; what cannot be understood is told by [`Index::faults`].
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
        let root = match Directory::open(directory) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        for path in [format!(".cache/{relative}"), relative] {
            let (file, size) = match root.file(path.as_bytes()) {
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                opened => opened?,
            };
            let label = root.path_of(path.as_bytes()).display().to_string();
            let input = Input::from_reader(label, Some(size), file);
            return Self::load(&input, limits, cancel).map(Some);
        }
        Ok(None)
    }

    fn parse(bytes: &[u8]) -> Self {
        match bytes.first() {
            Some(3) => Self::parse_cache(bytes),
            Some(version) if *version < b'\t' => Self {
                faults: vec![IndexFault::Format(format!(
                    "the index cache has version {version}, and 3 is known"
                ))],
                ..Self::default()
            },
            // No line of an index holds a NUL, and every cache file has one soon.
            Some(version) if bytes.iter().take(64).any(|byte| *byte == 0) => Self {
                faults: vec![IndexFault::Format(format!(
                    "the index cache has version {version}, and 3 is known"
                ))],
                ..Self::default()
            },
            _ => Self::parse_lines(bytes),
        }
    }

    fn parse_lines(bytes: &[u8]) -> Self {
        let mut index = Self::default();
        for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if !line.trim_ascii().is_empty() {
                index.take(number as u64 + 1, line);
            }
        }
        index
    }

    fn take(&mut self, number: u64, json: &[u8]) {
        match entry(json) {
            Ok(entry) => self.entries.push(entry),
            Err(error) => self.fault(IndexFault::Line(number, error.message().to_owned())),
        }
    }

    fn fault(&mut self, fault: IndexFault) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        }
    }

    /// Byte 3, the index schema (u32), the index's own version, NUL, then version NUL JSON NUL repeated.
    fn parse_cache(bytes: &[u8]) -> Self {
        let mut index = Self::default();
        let early = || IndexFault::Format("the index cache ends early".to_owned());
        let body = match bytes.get(1..5) {
            Some([2, 0, 0, 0]) => bytes.get(5..).unwrap_or_default(),
            Some(_) => {
                index.fault(IndexFault::Format(
                    "the index cache has another schema than 2".to_owned(),
                ));
                return index;
            }
            None => {
                index.fault(early());
                return index;
            }
        };
        // Every field ends with NUL, the last one too.
        let Some(body) = body.strip_suffix(&[0]) else {
            index.fault(early());
            return index;
        };
        let mut fields = body.split(|b| *b == 0).skip(1);
        let mut number = 0;
        while fields.next().is_some() {
            number += 1;
            match fields.next() {
                Some(json) => index.take(number, json),
                None => index.fault(early()),
            }
        }
        index
    }

    /// What of the file could not be understood; the first faults only.
    pub fn faults(&self) -> &[IndexFault] {
        &self.faults
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
    let fields: Fields<'_> = std::str::from_utf8(json)
        .map_err(|e| Error::parse(format!("an index entry is not UTF-8: {e}")))
        .and_then(|text| {
            serde_json::from_str(text).map_err(|e| {
                Error::parse(match e.is_data() {
                    true => "an index entry is no JSON object".to_owned(),
                    false => format!("an index entry is no JSON: {e}"),
                })
            })
        })?;
    let text = |value: Value<'_>, key: &str| match value {
        Value::Text(text) => Ok(text.into_owned()),
        _ => Err(Error::parse(format!("an index entry has no `{key}`"))),
    };
    Ok(IndexEntry {
        name: text(fields.name, "name")?,
        version: text(fields.version, "vers")?,
        checksum: text(fields.checksum, "cksum")?
            .parse()
            .map_err(|_| Error::parse("an index entry's `cksum` is no SHA-256 digest"))?,
        yanked: matches!(fields.yanked, Value::Flag(true)),
    })
}

/// What is used of an entry; the rest, most of it, is passed over. Of several values of one key the
/// last counts.
#[derive(Default)]
struct Fields<'a> {
    name: Value<'a>,
    version: Value<'a>,
    checksum: Value<'a>,
    yanked: Value<'a>,
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                let mut fields = Fields::default();
                while let Some(key) = map.next_key::<Value<'de>>()? {
                    let field = match key {
                        Value::Text(key) if key == "name" => &mut fields.name,
                        Value::Text(key) if key == "vers" => &mut fields.version,
                        Value::Text(key) if key == "cksum" => &mut fields.checksum,
                        Value::Text(key) if key == "yanked" => &mut fields.yanked,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *field = map.next_value()?;
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// A value of a kind that entries use, without copying its text where it holds no escape.
#[derive(Default)]
enum Value<'a> {
    #[default]
    Other,
    Flag(bool),
    Text(Cow<'a, str>),
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Kinds;
        impl<'de> Visitor<'de> for Kinds {
            type Value = Value<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_bool<E>(self, flag: bool) -> std::result::Result<Self::Value, E> {
                Ok(Value::Flag(flag))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Self::Value, E> {
                Ok(Value::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Self::Value, E> {
                Ok(Value::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
                Ok(Value::Other)
            }

            fn visit_i64<E>(self, _: i64) -> std::result::Result<Self::Value, E> {
                Ok(Value::Other)
            }

            fn visit_u64<E>(self, _: u64) -> std::result::Result<Self::Value, E> {
                Ok(Value::Other)
            }

            fn visit_f64<E>(self, _: f64) -> std::result::Result<Self::Value, E> {
                Ok(Value::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                seq: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                IgnoredAny.visit_seq(seq).map(|_| Value::Other)
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                map: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                IgnoredAny.visit_map(map).map(|_| Value::Other)
            }
        }
        deserializer.deserialize_any(Kinds)
    }
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
        let plain = Index::parse(format!("{line}\n").as_bytes());
        let mut cache = vec![3, 2, 0, 0, 0];
        cache.extend_from_slice(b"etag: x\0");
        cache.extend_from_slice(format!("1.0.0\0{line}\0").as_bytes());
        assert_eq!(Index::parse(&cache), plain);
        // An index cache without versions ends after the index's own version.
        assert_eq!(Index::parse(&cache[..13]), Index::default());
        for end in (1..cache.len()).filter(|end| *end != 13) {
            let cut = Index::parse(&cache[..end]);
            assert!(matches!(cut.faults(), [IndexFault::Format(_)]), "{end}");
        }
        assert!(plain.find("a", "1.0.0").all(|entry| entry.yanked));
        assert_eq!(plain.entries().len(), 1);
    }

    #[test]
    fn entries_are_read_as_a_json_reader_takes_them() {
        use serde_json::{Value, json};
        let entry = json!({"name": "a", "vers": "1.0.0", "cksum": HEX, "yanked": false,
            "deps": [{"name": "b", "yanked": true}], "features": {"name": ["x"]}, "links": null});
        let others = [
            json!(null),
            json!(true),
            json!(7),
            json!(-7),
            json!(0.5),
            json!("b"),
            json!([[1, {"name": 1}]]),
            json!({"vers": {"a": [1]}}),
            json!(HEX.to_uppercase()),
        ];
        let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
        for key in ["name", "vers", "cksum", "yanked", "deps", "other"] {
            for other in &others {
                let mut value = entry.clone();
                value[key] = other.clone();
                let read = super::entry(value.to_string().as_bytes()).ok();
                let expected = (|| {
                    Some(IndexEntry {
                        name: text(&value, "name")?,
                        version: text(&value, "vers")?,
                        checksum: text(&value, "cksum")?.parse().ok()?,
                        yanked: value["yanked"].as_bool().unwrap_or(false),
                    })
                })();
                assert_eq!(read, expected, "{value}");
            }
        }
        let escaped = format!(
            r#" {{"na\u006de":"\u0061\n","vers":"0","vers":"1","cksum":"{HEX}","\u00e9":"\""}} "#
        );
        let read = super::entry(escaped.as_bytes()).unwrap();
        assert_eq!((read.name.as_str(), read.version.as_str()), ("a\n", "1"));
        for broken in [
            &b"[]"[..],
            b"1",
            b"\"a\"",
            b"null",
            b"{}x",
            b"{\"a\":tru}",
            b"",
        ] {
            assert!(super::entry(broken).is_err(), "{}", broken.escape_ascii());
        }
        let latin1 = [
            &escaped.as_bytes()[..escaped.len() - 2],
            b",\"x\":\"\xe9\"}",
        ]
        .concat();
        assert!(super::entry(&latin1).is_err());
        let deep = format!("{{\"deps\":{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(super::entry(deep.as_bytes()).is_err());
    }

    #[test]
    fn broken_lines_name_their_place() {
        let read = |text: &str| {
            let input = Input::from_bytes("i", text.as_bytes());
            Index::read(&input, &Limits::default(), &CancelToken::new())
        };
        let good = format!("{{\"name\":\"a\",\"vers\":\"1\",\"cksum\":\"{HEX}\"}}\n");
        let index = read(&format!("{good}{{\n")).unwrap();
        assert_eq!(index.entries().len(), 1);
        assert!(matches!(index.faults(), [IndexFault::Line(2, _)]));
        assert_eq!(read("\n{\n").unwrap_err().line(), Some(2));
        assert_eq!(read("no index\n").unwrap_err().line(), Some(1));
        for other in [&[1u8, 1][..], &[3], &[3, 1, 0, 0, 0, 0]] {
            let faults = Index::parse(other).faults;
            assert!(matches!(faults.as_slice(), [IndexFault::Format(_)]));
        }
    }
}
