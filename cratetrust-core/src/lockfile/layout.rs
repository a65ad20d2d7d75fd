//! The fast reader: it knows the layout in which cargo writes a Cargo.lock, and nothing else.
//!
//! Whatever is laid out in another way, right or wrong, is left to the TOML reader, so that there
//! is one judge of what a file means. This reader only has to be right about what it accepts.

use std::collections::HashSet;

use super::raw::{CHECKSUM_PREFIX, Raw, RawPackage, Text, missing};
use crate::error::{Error, Result};
use crate::progress::CancelToken;

/// Lines between two looks at the cancel token.
const CHECK_EVERY: u64 = 4096;

/// Reads a Cargo.lock that is laid out as cargo does it; `None` for any other layout.
///
/// # Errors
/// `Parse` for a package without a name or a version: no other reading could give it one. `Cancelled`.
pub(super) fn read<'a>(text: &'a str, cancel: &CancelToken) -> Result<Option<Raw<'a>>> {
    let mut reader = Reader {
        rest: text,
        line: 0,
        table: Table::Top,
        raw: Raw::default(),
        seen_metadata: false,
        fault: None,
    };
    loop {
        if reader.line.is_multiple_of(CHECK_EVERY) {
            cancel.check()?;
        }
        let Some(line) = reader.next_line() else {
            break;
        };
        if reader.take(line).is_none() {
            return reader.fault.map_or(Ok(None), Err);
        }
    }
    if reader.finish().is_none() {
        return reader.fault.map_or(Ok(None), Err);
    }
    Ok(Some(reader.raw))
}

enum Table<'a> {
    Top,
    /// `[[package]]` and `[root]`.
    Package(Fields<'a>),
    /// `[[patch.unused]]`: has the same keys, and is not kept.
    Unused(Fields<'a>),
    Metadata,
}

#[derive(Default)]
struct Fields<'a> {
    line: u64,
    name: Option<Text<'a>>,
    version: Option<Text<'a>>,
    source: Option<Text<'a>>,
    checksum: Option<Text<'a>>,
    replace: Option<Text<'a>>,
    dependencies: Option<std::ops::Range<usize>>,
}

struct Reader<'a> {
    rest: &'a str,
    line: u64,
    table: Table<'a>,
    raw: Raw<'a>,
    seen_metadata: bool,
    fault: Option<Error>,
}

impl<'a> Reader<'a> {
    fn next_line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += 1;
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// Takes in one line; `None` where it is not laid out as cargo does it.
    fn take(&mut self, line: &'a str) -> Option<()> {
        match line.as_bytes().first() {
            None => Some(()),
            Some(b'#') => line.bytes().all(|b| b >= 0x20 && b != 0x7f).then_some(()),
            Some(b'[') => self.header(line),
            Some(_) => self.pair(line),
        }
    }

    fn header(&mut self, line: &str) -> Option<()> {
        let fields = Fields {
            line: self.line,
            ..Fields::default()
        };
        let table = match line {
            "[[package]]" => Table::Package(fields),
            "[root]" if !self.raw.has_root => {
                self.raw.has_root = true;
                Table::Package(fields)
            }
            "[[patch.unused]]" => Table::Unused(fields),
            "[metadata]" if !self.seen_metadata => {
                self.seen_metadata = true;
                Table::Metadata
            }
            _ => return None,
        };
        self.close()?;
        self.table = table;
        Some(())
    }

    fn pair(&mut self, line: &'a str) -> Option<()> {
        let number = self.line;
        let (key, value) = match &self.table {
            // The keys of `[metadata]` are quoted and hold blanks, but no ` = `.
            Table::Metadata => {
                let (key, value) = line.split_once(" = ")?;
                let key = string(key)?.strip_prefix(CHECKSUM_PREFIX)?;
                let entry = (
                    Text::borrowed(key, number),
                    Text::borrowed(string(value)?, number),
                );
                self.raw.checksums.push(entry);
                return Some(());
            }
            _ => line.split_once(" = ")?,
        };
        if key == "dependencies" {
            let range = self.dependencies(value)?;
            let (Table::Package(fields) | Table::Unused(fields)) = &mut self.table else {
                return None;
            };
            return fields.dependencies.replace(range).is_none().then_some(());
        }
        let (Table::Package(fields) | Table::Unused(fields)) = &mut self.table else {
            if key != "version" || self.raw.version.is_some() {
                return None;
            }
            // TOML has no leading zeros, and a sign would be a surprise.
            let plain = value.bytes().all(|b| b.is_ascii_digit()) && !value.starts_with('0');
            self.raw.version = Some(value.parse().ok().filter(|_| plain)?);
            return Some(());
        };
        let field = match key {
            "name" => &mut fields.name,
            "version" => &mut fields.version,
            "source" => &mut fields.source,
            "checksum" => &mut fields.checksum,
            "replace" => &mut fields.replace,
            _ => return None,
        };
        field
            .replace(Text::borrowed(string(value)?, number))
            .is_none()
            .then_some(())
    }

    /// Reads the lines of an array of strings, one string a line.
    fn dependencies(&mut self, value: &str) -> Option<std::ops::Range<usize>> {
        let start = self.raw.dependencies.len();
        if value == "[" {
            loop {
                let line = self.next_line()?;
                if line == "]" {
                    break;
                }
                let text = string(line.strip_prefix(' ')?.strip_suffix(',')?)?;
                self.raw.dependencies.push(Text::borrowed(text, self.line));
            }
        } else if value != "[]" {
            return None;
        }
        Some(start..self.raw.dependencies.len())
    }

    /// Ends the current table.
    fn close(&mut self) -> Option<()> {
        let (fields, keep) = match std::mem::replace(&mut self.table, Table::Top) {
            Table::Top | Table::Metadata => return Some(()),
            Table::Package(fields) => (fields, true),
            Table::Unused(fields) => (fields, false),
        };
        if keep {
            let (name, version) = match (fields.name, fields.version) {
                (Some(name), Some(version)) => (name, version),
                (None, _) => return self.missing("name", fields.line),
                (_, None) => return self.missing("version", fields.line),
            };
            let end = self.raw.dependencies.len();
            self.raw.packages.push(RawPackage {
                line: fields.line,
                name,
                version,
                source: fields.source,
                checksum: fields.checksum,
                replace: fields.replace,
                dependencies: fields.dependencies.unwrap_or(end..end),
            });
        } else if let Some(range) = fields.dependencies {
            self.raw.dependencies.truncate(range.start);
        }
        Some(())
    }

    fn missing(&mut self, key: &str, line: u64) -> Option<()> {
        self.fault = Some(missing(key, line));
        None
    }

    fn finish(&mut self) -> Option<()> {
        self.close()?;
        let mut keys = HashSet::new();
        for (key, _) in &self.raw.checksums {
            if !keys.insert(key.text.as_ref()) {
                return None;
            }
        }
        // A file without any table may be no lockfile at all; that is for the other reader to say.
        (!self.raw.packages.is_empty()).then_some(())
    }
}

/// The content of a basic string without escapes.
fn string(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let odd = inner.bytes().fold(false, |odd, b| {
        odd | (b < 0x20) | (b == b'"') | (b == b'\\') | (b == 0x7f)
    });
    (!odd).then_some(inner)
}
