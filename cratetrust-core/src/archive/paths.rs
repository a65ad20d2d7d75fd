//! What is wrong with one path, and with all paths together.

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;

use super::EntryKind;
use super::collector::Collector;
use super::print::Print;
use crate::limits::Limits;
use crate::report::Code;
use crate::text::is_misleading;

/// A path taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The components joined by single slashes, without `.` and empty ones.
    pub(super) normal: Vec<u8>,
    /// Bytes of the first component in `normal`.
    pub(super) first: usize,
    /// Whether the path may be kept: it is within the limits.
    pub(super) bounded: bool,
    /// Whether it stays where it is put: neither absolute nor climbing.
    pub(super) confined: bool,
}

/// Where a path stands in the archive.
pub(super) struct Place<'a> {
    pub(super) path: &'a [u8],
    pub(super) kind: EntryKind,
    /// The offset of the entry's header.
    pub(super) offset: u64,
}

/// What is seen on the way through a path.
#[derive(Debug, Default)]
pub(super) struct Shape {
    depth: u64,
    /// Bytes of the longest component.
    longest: usize,
    /// Whether there are empty components, ones that are `.`, and ones that are `..`.
    empty: bool,
    dots: bool,
    climbs: bool,
}

impl Parts {
    /// Takes a path apart.
    pub(super) fn take_apart(&mut self, path: &[u8], kind: EntryKind, limits: &Limits) -> Shape {
        self.normal.clear();
        self.first = 0;
        let mut shape = Shape::default();
        for (index, part) in components(path, kind).enumerate() {
            match part {
                b"" => {
                    shape.empty = true;
                    continue;
                }
                b"." => {
                    shape.dots = true;
                    continue;
                }
                _ => shape.climbs |= part == b"..",
            }
            if index > 0 && !self.normal.is_empty() {
                self.normal.push(b'/');
            }
            self.normal.extend_from_slice(part);
            if shape.depth == 0 {
                self.first = self.normal.len();
            }
            shape.depth += 1;
            shape.longest = shape.longest.max(part.len());
        }
        self.bounded = path.len() as u64 <= limits.path_length
            && shape.longest as u64 <= limits.component_length
            && shape.depth <= limits.depth;
        self.confined = !path.starts_with(b"/") && !shape.climbs;
        shape
    }

    /// Takes `place.path` apart and reports what is wrong with it in itself.
    pub(super) fn read(&mut self, place: &Place<'_>, limits: &Limits, findings: &mut Collector) {
        let path = place.path;
        let mut report = |code, message: &str| {
            findings.add(code, |mut f| {
                f.message = message.to_owned();
                f.path_bytes(shown(path)).offset(place.offset)
            });
        };
        let Shape {
            depth,
            longest,
            mut empty,
            dots,
            climbs,
        } = self.take_apart(path, place.kind, limits);
        if path.len() as u64 > limits.path_length {
            report(
                Code::LimitPathLength,
                &format!(
                    "a path of {} bytes, and at most {} are read",
                    path.len(),
                    limits.path_length
                ),
            );
        }
        if path.starts_with(b"/") {
            report(Code::PathAbsolute, "the path is absolute");
        }
        let (mut reserved, mut ending) = (false, false);
        for part in components(path, place.kind).filter(|part| !matches!(*part, b"." | b"..")) {
            reserved |= is_reserved(part);
            ending |= part.ends_with(b".") || part.ends_with(b" ");
        }
        let directory = place.kind == EntryKind::Directory;
        // The slash at the end of a file's name is told by its own code.
        let slash = !directory && path.ends_with(b"/") && path.len() > 1;
        if slash {
            report(
                Code::PathTrailingSlash,
                "the name ends in a slash, but the entry is no directory",
            );
            let body = path.strip_prefix(b"/").unwrap_or(path);
            empty = body
                .strip_suffix(b"/")
                .is_some_and(|body| body.split(|byte| *byte == b'/').any(<[u8]>::is_empty));
        }
        if longest as u64 > limits.component_length {
            report(
                Code::LimitPathLength,
                &format!(
                    "a path component of {longest} bytes, and at most {} are read",
                    limits.component_length
                ),
            );
        }
        if depth > limits.depth {
            report(
                Code::LimitDepth,
                &format!(
                    "a path of {depth} components, and at most {} are read",
                    limits.depth
                ),
            );
        }
        if climbs {
            report(
                Code::PathTraversal,
                "the path has a component `..`, which leads out of its directory",
            );
        }
        if empty || dots {
            report(
                Code::PathNoncanonical,
                "the path has empty or `.` components; the same file has a shorter path",
            );
        }
        let plain = path.iter().fold(true, |plain, byte| {
            plain & (byte.is_ascii_alphanumeric() | matches!(byte, b'_' | b'-' | b'.' | b'/'))
        });
        if !plain && path.contains(&0) {
            report(
                Code::PathNul,
                "the path holds a NUL byte, where some tools end it",
            );
        }
        if !plain && path.contains(&b'\\') {
            report(
                Code::PathBackslash,
                "the path holds a backslash, which separates directories on Windows",
            );
        }
        if reserved {
            report(
                Code::PathWindowsReserved,
                "the path has a name that Windows keeps for a device",
            );
        }
        if ending || (!plain && path.iter().any(|byte| b"<>:\"|?*".contains(byte))) {
            report(
                Code::PathWindowsInvalid,
                "the path has one of < > : \" | ? * or a component that ends in a dot or a space; Windows refuses or drops them",
            );
        }
        if plain {
            return;
        }
        match std::str::from_utf8(path) {
            Err(_) => report(Code::PathNotUtf8, "the path is not UTF-8"),
            Ok(text) => {
                if text.chars().any(|c| c != '\0' && c.is_control()) {
                    report(Code::PathControl, "the path holds a control character");
                }
                if text.chars().any(|c| !c.is_control() && is_misleading(c)) {
                    report(
                        Code::PathBidi,
                        "the path holds bidirectional or invisible characters, so it may be read as another",
                    );
                }
            }
        }
    }

    /// The first component.
    pub(super) fn first(&self) -> &[u8] {
        self.normal.get(..self.first).unwrap_or_default()
    }

    /// What follows the first component, if it is `prefix`.
    pub(super) fn below(&self, prefix: &[u8]) -> Option<&[u8]> {
        if prefix.is_empty() || self.first() != prefix {
            return None;
        }
        let rest = self.normal.get(self.first..).unwrap_or_default();
        Some(rest.strip_prefix(b"/").unwrap_or(rest))
    }
}

/// What stands between slashes, but the one at the beginning and the one that ends a directory's name.
fn components(path: &[u8], kind: EntryKind) -> impl Iterator<Item = &[u8]> {
    let body = match path.strip_suffix(b"/") {
        Some(body) if kind == EntryKind::Directory => body,
        _ => path,
    };
    let body = body.strip_prefix(b"/").unwrap_or(body);
    body.split(|byte| *byte == b'/')
}

/// As much of a path as a finding holds; a hostile one may be a megabyte long.
pub(super) fn shown(path: &[u8]) -> &[u8] {
    path.get(..4096).unwrap_or(path)
}

/// Whether Windows takes the component for a device, whatever its extension.
fn is_reserved(part: &[u8]) -> bool {
    let stem = part.split(|byte| *byte == b'.').next().unwrap_or_default();
    let stem = stem.trim_ascii_end();
    let is = |name: &str| stem.eq_ignore_ascii_case(name.as_bytes());
    if ["con", "prn", "aux", "nul", "conin$", "conout$"]
        .into_iter()
        .any(is)
    {
        return true;
    }
    let Some((device, number)) = stem.split_at_checked(3) else {
        return false;
    };
    (device.eq_ignore_ascii_case(b"com") || device.eq_ignore_ascii_case(b"lpt"))
        && match number {
            [digit] => (b'1'..=b'9').contains(digit),
            // The superscripts one, two and three count as digits there.
            [0xc2, 0xb9 | 0xb2 | 0xb3] => true,
            _ => false,
        }
}

struct Seen {
    path: Box<[u8]>,
    /// The path without case and composed (NFC), where that is another.
    folded: Option<Box<[u8]>>,
    kind: EntryKind,
    offset: u64,
    size: u64,
    print: Print,
}

impl Seen {
    fn key(&self) -> &[u8] {
        self.folded.as_deref().unwrap_or(&self.path)
    }
}

/// All paths of an archive, at most as many as the limits allow entries, each within its limits.
#[derive(Default)]
pub(super) struct Paths(Vec<Seen>);

impl Paths {
    /// Keeps an entry whose body is complete.
    pub(super) fn add(
        &mut self,
        path: &[u8],
        kind: EntryKind,
        offset: u64,
        size: u64,
        print: Print,
    ) {
        let folded = if path.iter().any(u8::is_ascii_uppercase) || !path.is_ascii() {
            let folded = fold(path);
            (folded != path).then(|| folded.into_boxed_slice())
        } else {
            None
        };
        self.0.push(Seen {
            path: path.into(),
            folded,
            kind,
            offset,
            size,
            print,
        });
    }

    /// Reports paths that are the same, that differ in case or in Unicode form only, or that are a file
    /// and a directory. Directories that are one where case does not count lose nothing, and are no
    /// finding.
    ///
    /// In the order by components a path is followed by all paths below it, so that neighbours are
    /// all that must be compared.
    pub(super) fn finish(mut self, findings: &mut Collector) {
        self.0.sort_by(|a, b| {
            by_components(a.key(), b.key())
                .then_with(|| a.path.cmp(&b.path))
                .then(a.offset.cmp(&b.offset))
        });
        // The first of all entries with the current key, and of those with the current path.
        let mut same_key: Option<&Seen> = None;
        let mut same_path: Option<&Seen> = None;
        for seen in &self.0 {
            match (same_key, same_path) {
                (Some(_), Some(first)) if first.path == seen.path => {
                    duplicate(first, seen, findings)
                }
                (Some(first), _) if first.key() == seen.key() => {
                    collision(first, seen, findings);
                    same_path = Some(seen);
                }
                (first, _) => {
                    // A file stays the one to compare with while paths below it go by.
                    if let Some(first) = first.filter(|first| {
                        first.kind == EntryKind::File && is_below(seen.key(), first.key())
                    }) {
                        findings.add(Code::PathFileDirConflict, |mut f| {
                            f.message = format!(
                                "the path lies below `{}`, which is a file",
                                String::from_utf8_lossy(&first.path)
                            );
                            f.path_bytes(&seen.path).offset(seen.offset)
                        });
                    } else {
                        same_key = Some(seen);
                        same_path = Some(seen);
                    }
                }
            }
        }
    }
}

fn duplicate(first: &Seen, again: &Seen, findings: &mut Collector) {
    let (code, message) = if (first.kind == EntryKind::Directory)
        != (again.kind == EntryKind::Directory)
    {
        (
            Code::PathFileDirConflict,
            "the path is a directory in one entry and none in another",
        )
    } else if first.kind == again.kind && first.size == again.size && first.print == again.print {
        (
            Code::PathDuplicate,
            "the path stands in two entries with the same content",
        )
    } else {
        (
            Code::PathDuplicateConflict,
            "the path stands in two entries with different content; which one counts depends on the tool",
        )
    };
    findings.add(code, |mut f| {
        f.message = format!("{message} (the other header is at byte {})", first.offset);
        f.path_bytes(&again.path).offset(again.offset)
    });
}

fn collision(first: &Seen, again: &Seen, findings: &mut Collector) {
    let form = "the form of its Unicode characters, composed or decomposed,";
    let (code, what) = if composed(&first.path) == composed(&again.path) {
        (Code::PathUnicodeCollision, form)
    } else if caseless(&first.path) == caseless(&again.path) {
        (Code::PathCaseCollision, "case")
    } else {
        (
            Code::PathUnicodeCollision,
            "case and the form of its Unicode characters",
        )
    };
    findings.add(code, |mut f| {
        f.message = format!(
            "the path differs from `{}` in {what} only; some file systems hold only one of the two",
            String::from_utf8_lossy(&first.path)
        );
        f.path_bytes(&again.path).offset(again.offset)
    });
}

/// The path with its characters composed (NFC); bytes that are no UTF-8 as they stand.
fn composed(path: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(path) {
        Ok(text) if !path.is_ascii() => text.nfc().collect::<String>().into_bytes(),
        _ => path.to_vec(),
    }
}

/// Unicode's full case folding: `ß` is `ss`, and the final sigma a sigma. Of all characters only the
/// dotless i has a capital letter that folds to another one.
fn folded(text: impl Iterator<Item = char>, length: usize) -> String {
    let mut out = String::with_capacity(length);
    for c in text {
        match c {
            '\u{131}' => out.push(c),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => {
                let capitals = c.to_lowercase().flat_map(char::to_uppercase);
                out.extend(capitals.flat_map(char::to_lowercase));
            }
        }
    }
    out
}

fn caseless(path: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(path) {
        Ok(text) if !path.is_ascii() => folded(text.chars(), path.len()).into_bytes(),
        _ => path.to_ascii_lowercase(),
    }
}

/// What paths have in common that a file system without case, or one that does not tell composed
/// characters from decomposed ones, takes for the same.
fn fold(path: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(path) {
        // Decomposed first: a composed character may fold to another form.
        Ok(text) if !path.is_ascii() => {
            let folded = folded(text.nfd(), path.len());
            folded.nfc().collect::<String>().into_bytes()
        }
        _ => caseless(path),
    }
}

fn is_below(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.starts_with(b"/"))
}

/// Bytewise, with the slash before every other byte.
fn by_components(a: &[u8], b: &[u8]) -> Ordering {
    let weight = |byte: &u8| match byte {
        b'/' => 0,
        byte => u16::from(*byte) + 1,
    };
    // Hostile paths share long beginnings; those are passed a block at a time.
    let same = a
        .chunks_exact(32)
        .zip(b.chunks_exact(32))
        .take_while(|(a, b)| a == b)
        .count()
        * 32;
    let (a, b) = (
        a.get(same..).unwrap_or_default(),
        b.get(same..).unwrap_or_default(),
    );
    a.iter().map(weight).cmp(b.iter().map(weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_names() {
        for name in [
            "con",
            "AUX.rs",
            "nul.tar.gz",
            "Com1",
            "lpt9.txt",
            "com\u{b9}",
            "prn .x",
            "CONIN$",
        ] {
            assert!(is_reserved(name.as_bytes()), "{name}");
        }
        for name in [
            "console",
            "com0",
            "com10",
            "lpt",
            "auxiliary.rs",
            "nul_",
            ".con",
        ] {
            assert!(!is_reserved(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn neighbours_find_what_lies_below_a_file() {
        let mut paths = Paths::default();
        for (offset, path) in ["p/a", "p/a-b", "p/A/c/d", "p/a.txt", "p/ab/x"]
            .into_iter()
            .enumerate()
        {
            paths.add(
                path.as_bytes(),
                EntryKind::File,
                offset as u64,
                0,
                Print::default(),
            );
        }
        let mut findings = Collector::new(100);
        paths.finish(&mut findings);
        let found = findings.finish();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, Code::PathFileDirConflict);
        assert_eq!(found[0].path.as_deref(), Some("p/A/c/d"));
    }

    fn collisions(list: &[&str]) -> Vec<(Code, String)> {
        let mut paths = Paths::default();
        for (offset, path) in list.iter().enumerate() {
            paths.add(
                path.as_bytes(),
                EntryKind::File,
                offset as u64,
                0,
                Print::default(),
            );
        }
        let mut findings = Collector::new(100);
        paths.finish(&mut findings);
        let found = findings.finish();
        found
            .into_iter()
            .map(|finding| (finding.code, finding.path.unwrap()))
            .collect()
    }

    #[test]
    fn what_differs_in_case_or_form() {
        for (one, other, code) in [
            ("a", "A", Code::PathCaseCollision),
            ("\u{e9}", "\u{c9}", Code::PathCaseCollision),
            ("stra\u{df}e", "STRASSE", Code::PathCaseCollision),
            ("\u{1e9e}", "\u{df}", Code::PathCaseCollision),
            ("\u{212a}", "k", Code::PathCaseCollision),
            ("\u{17f}", "s", Code::PathCaseCollision),
            ("\u{3c3}", "\u{3c2}", Code::PathCaseCollision),
            ("\u{fb01}", "FI", Code::PathCaseCollision),
            ("\u{130}", "i\u{307}", Code::PathCaseCollision),
            ("\u{13a0}", "\u{ab70}", Code::PathCaseCollision),
            ("\u{e9}", "E\u{301}", Code::PathUnicodeCollision),
            ("\u{e9}", "e\u{301}", Code::PathUnicodeCollision),
            ("\u{c5}", "\u{212b}", Code::PathUnicodeCollision),
            ("\u{212a}", "K", Code::PathUnicodeCollision),
            ("\u{ac00}", "\u{1100}\u{1161}", Code::PathUnicodeCollision),
        ] {
            for (one, other) in [(one, other), (other, one)] {
                let list = [format!("p/{one}.rs"), format!("p/{other}.rs")];
                let found = collisions(&[&list[0], &list[1]]);
                assert_eq!(found.len(), 1, "{list:?}: {found:?}");
                assert_eq!(found[0].0, code, "{list:?}");
            }
        }
        for (one, other) in [("\u{131}", "i"), ("\u{ff41}", "a"), ("\u{df}", "s")] {
            assert_eq!(
                collisions(&[&format!("p/{one}"), &format!("p/{other}")]),
                []
            );
        }
    }
}
