//! What the files of one package say of it.

use std::collections::BTreeMap;

use super::copyright;
use crate::archive::{Entry, EntryKind, Sink};
use crate::bom::{Package, VcsOrigin};
use crate::error::Result;
use crate::limits::Limits;
use crate::manifest::{self, Manifest, vcs};
use crate::package::license;

pub(super) const MANIFEST: &str = "Cargo.toml";
pub(super) const VCS_INFO: &str = ".cargo_vcs_info.json";
/// Bytes of one licence file beyond which it is not read.
pub(super) const LARGEST_TEXT: u64 = 1 << 20;
/// Licence files of one package that are read.
pub(super) const MOST_TEXTS: usize = 32;
/// Bytes of all licence files of one package beyond which no more are read.
const LARGEST_TEXTS: usize = 4 << 20;
/// Characters of any one fact that is no licence text.
const LONGEST: usize = 64 << 10;

/// What is known of one package from its own files.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Facts {
    license: Option<String>,
    license_file: Option<String>,
    pub(super) license_text: Option<String>,
    copyright: Option<String>,
    description: Option<String>,
    authors: Vec<String>,
    homepage: Option<String>,
    documentation: Option<String>,
    repository: Option<String>,
    keywords: Vec<String>,
    vcs: Option<vcs::Origin>,
}

impl Facts {
    /// Facts of a manifest, of licence files by their path, and of the file that names the commit.
    pub(super) fn of(
        manifest: Manifest,
        texts: &BTreeMap<String, Vec<u8>>,
        vcs: Option<vcs::Origin>,
    ) -> Self {
        let mut lines = Vec::new();
        for bytes in texts.values() {
            copyright::collect(bytes, &mut lines);
        }
        let license_file =
            text(manifest.license_file).filter(|path| manifest::inside(path).is_some());
        let license_text = license_file
            .as_deref()
            .and_then(manifest::inside)
            .and_then(|path| texts.get(&path))
            .map(|bytes| decode(bytes))
            .filter(|text| !text.trim().is_empty());
        Self {
            license: text(manifest.license).map(|text| license::normalize(&text)),
            license_file,
            license_text,
            copyright: (!lines.is_empty()).then(|| lines.join("\n")),
            description: text(manifest.description),
            authors: list(manifest.authors),
            homepage: text(manifest.homepage),
            documentation: text(manifest.documentation),
            repository: text(manifest.repository),
            keywords: list(manifest.keywords),
            vcs,
        }
    }

    /// The same without what other files say.
    pub(super) fn of_manifest_only(self) -> Self {
        Self {
            license_text: None,
            copyright: None,
            vcs: None,
            ..self
        }
    }

    /// Writes the facts into a package. Facts that nothing proves leave standing what the evidence
    /// itself says.
    pub(super) fn fill(self, package: &mut Package, from: &str, proven: bool) {
        for (fact, slot) in [
            (self.license, &mut package.license),
            (self.license_file, &mut package.license_file),
            (self.license_text, &mut package.license_text),
            (self.copyright, &mut package.copyright),
            (self.description, &mut package.description),
            (self.homepage, &mut package.homepage),
            (self.documentation, &mut package.documentation),
            (self.repository, &mut package.repository),
        ] {
            if fact.is_some() && (proven || slot.is_none()) {
                *slot = fact;
            }
        }
        for (facts, slot) in [
            (self.authors, &mut package.authors),
            (self.keywords, &mut package.keywords),
        ] {
            if !facts.is_empty() && (proven || slot.is_empty()) {
                *slot = facts;
            }
        }
        if let Some(origin) = self.vcs.filter(|_| proven || package.vcs.is_none()) {
            package.vcs = Some(VcsOrigin {
                commit: origin.commit,
                path: origin.path,
                dirty: origin.dirty,
            });
        }
        package.enriched_from = Some(from.to_owned());
    }
}

/// UTF-8 text; bytes that are none become U+FFFD. A byte order mark is no part of it.
fn decode(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
}

/// A text without blanks around it; nothing where that is empty or too long to be meant.
fn text(text: Option<String>) -> Option<String> {
    let text = text?;
    let trimmed = text.trim();
    match trimmed.is_empty() || trimmed.len() > LONGEST {
        true => None,
        false if trimmed.len() == text.len() => Some(text),
        false => Some(trimmed.to_owned()),
    }
}

fn list(items: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = items
        .into_iter()
        .filter_map(|item| text(Some(item)))
        .collect();
    let mut seen = std::collections::HashSet::new();
    out.retain(|item| seen.insert(item.clone()));
    out
}

/// Whether a file in a package's own directory is a licence file by its name.
pub(super) fn is_license_file(name: &str) -> bool {
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"]
        .iter()
        .any(|prefix| {
            name.get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        })
        // Sources of packages about licences.
        && !name.ends_with(".rs")
}

/// Licence files under their limits.
#[derive(Default)]
pub(super) struct Texts {
    files: BTreeMap<String, Vec<u8>>,
    bytes: usize,
}

impl Texts {
    pub(super) fn has_room(&self) -> bool {
        self.files.len() < MOST_TEXTS && self.bytes < LARGEST_TEXTS
    }

    /// A file of a path that was there before takes the place of the older one, as it does where an
    /// archive is unpacked.
    pub(super) fn add(&mut self, path: String, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        if let Some(before) = self.files.insert(path, bytes) {
            self.bytes -= before.len();
        }
    }

    pub(super) fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files
    }
}

/// A sink that keeps the few files of an archive that say something of the package.
pub(super) struct FactsSink<'a> {
    limits: &'a Limits,
    texts: Texts,
    /// The last manifest, as cargo would read it; where it cannot be read, why.
    pub(super) manifest: Option<Result<Manifest>>,
    vcs: Option<vcs::Origin>,
    current: Option<(Wanted, Vec<u8>)>,
    /// Bytes that the current file may still have; a larger one is dropped.
    room: u64,
}

enum Wanted {
    Manifest,
    Vcs,
    Text(String),
}

impl<'a> FactsSink<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            texts: Texts::default(),
            manifest: None,
            vcs: None,
            current: None,
            room: 0,
        }
    }

    /// The manifest, and what the other files say.
    pub(super) fn finish(self) -> (Option<Result<Manifest>>, Texts, Option<vcs::Origin>) {
        (self.manifest, self.texts, self.vcs)
    }

    fn wanted(&self, path: &str) -> Option<(Wanted, u64)> {
        if path == MANIFEST {
            // One byte more, so that a manifest that is too large is told as such.
            return Some((
                Wanted::Manifest,
                self.limits.manifest_size.saturating_add(1),
            ));
        }
        if path == VCS_INFO {
            return Some((Wanted::Vcs, LARGEST_TEXT.min(self.limits.manifest_size)));
        }
        let declared = || match &self.manifest {
            Some(Ok(manifest)) => manifest.license_file.as_deref().and_then(manifest::inside),
            _ => None,
        };
        let text =
            is_license_file(path) && !path.contains('/') || declared().as_deref() == Some(path);
        (text && self.texts.has_room()).then(|| (Wanted::Text(path.to_owned()), LARGEST_TEXT))
    }
}

impl Sink for FactsSink<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.current = None;
        if entry.kind == EntryKind::File
            && let Some((wanted, room)) = std::str::from_utf8(entry.relative)
                .ok()
                .and_then(|path| self.wanted(path))
        {
            self.current = Some((wanted, Vec::new()));
            self.room = room;
        }
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some((wanted, kept)) = &mut self.current {
            let room = usize::try_from(self.room).unwrap_or(usize::MAX) - kept.len();
            match wanted {
                Wanted::Manifest => kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes)),
                _ if bytes.len() > room => self.current = None,
                _ => kept.extend_from_slice(bytes),
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        match self.current.take() {
            None => {}
            Some((Wanted::Manifest, bytes)) => {
                self.manifest = Some(Manifest::parse(&bytes, self.limits));
            }
            Some((Wanted::Vcs, bytes)) => self.vcs = vcs::origin(&bytes, self.limits.nesting),
            Some((Wanted::Text(path), bytes)) => self.texts.add(path, bytes),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_files_by_name() {
        for name in [
            "LICENSE",
            "license.txt",
            "LICENSE-MIT",
            "COPYING.LIB",
            "Notice",
            "COPYRIGHT",
            "UNLICENSE",
            "LICENCE.md",
        ] {
            assert!(is_license_file(name), "{name}");
        }
        for name in ["LIC", "readme", "license.rs", "élicense"] {
            assert!(!is_license_file(name), "{name}");
        }
    }

    #[test]
    fn an_empty_fact_is_none() {
        assert_eq!(text(Some(" \n".to_owned())), None);
        assert_eq!(text(Some(" a ".to_owned())).as_deref(), Some("a"));
        assert_eq!(
            list(vec!["a".to_owned(), String::new(), "a".to_owned()]),
            ["a"]
        );
        assert_eq!(decode(b"\xef\xbb\xbfa\xff"), "a\u{fffd}");
    }
}
