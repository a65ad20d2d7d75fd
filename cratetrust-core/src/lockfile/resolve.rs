//! From the tables of the file to packages whose dependencies are indexes.
//!
//! Every look-up is one in a hash map, so that the work is linear in the file also where thousands
//! of packages share a name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::raw::{Raw, RawPackage, Text};
use super::{LockedPackage, Lockfile};
use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::package::{Source, SourceKind, report_ids};
use crate::progress::CancelToken;
use crate::report::{Code, Finding};
use crate::text::{is_misleading, unhex};

/// The newest version of the format that is known here.
const NEWEST: u32 = 4;
/// Packages between two looks at the cancel token.
const CHECK_EVERY: usize = 1024;
/// Characters of a string of the file that an error quotes.
const QUOTE: usize = 120;

/// Checks and resolves what a reader gave.
///
/// # Errors
/// `Parse` with the line; `Cancelled`.
pub(super) fn resolve(raw: &Raw<'_>, cancel: &CancelToken) -> Result<Lockfile> {
    let mut packages = Vec::with_capacity(raw.packages.len());
    for (at, package) in raw.packages.iter().enumerate() {
        if at.is_multiple_of(CHECK_EVERY) {
            cancel.check()?;
        }
        packages.push(check(package)?);
    }
    let index = Index::of(&packages)?;
    let mut abbreviated = false;
    let mut spelled_out = false;
    let mut links = Vec::with_capacity(packages.len());
    for (at, package) in raw.packages.iter().enumerate() {
        if at.is_multiple_of(CHECK_EVERY) {
            cancel.check()?;
        }
        let wanted = raw
            .dependencies
            .get(package.dependencies.clone())
            .unwrap_or_default();
        let mut dependencies = Vec::with_capacity(wanted.len());
        for text in wanted {
            let reference = Reference::parse(text, "dependency")?;
            match reference.version {
                None => abbreviated = true,
                Some(_) => spelled_out |= index.versions(reference.name) == 1,
            }
            dependencies.push(
                index
                    .find(&reference)
                    .map_err(|problem| problem.error(&reference, text, "dependency", package))?,
            );
        }
        dependencies.sort_unstable();
        dependencies.dedup();
        let replace =
            match &package.replace {
                None => None,
                Some(text) => {
                    let reference = Reference::parse(text, "replacement")?;
                    Some(index.find(&reference).map_err(|problem| {
                        problem.error(&reference, text, "replacement", package)
                    })?)
                }
            };
        links.push((dependencies, replace));
    }
    let old_checksums = metadata(raw, &index)?;
    for (package, (dependencies, replace)) in packages.iter_mut().zip(links) {
        package.dependencies = dependencies;
        package.replace = replace;
    }
    let new_style = raw.packages.iter().any(|p| p.checksum.is_some());
    let version = raw.version.unwrap_or({
        if new_style || abbreviated {
            2
        } else if raw.has_root || spelled_out || !raw.checksums.is_empty() {
            1
        } else {
            2
        }
    });
    let mut findings = Vec::new();
    if version > NEWEST {
        findings.push(
            Finding::new(
                Code::LockVersionUnknown,
                format!("the lockfile is of version {version}, which is not known here"),
            )
            .values(format!("1 to {NEWEST}"), version.to_string()),
        );
    }
    if new_style && !raw.checksums.is_empty() {
        findings.push(Finding::new(
            Code::LockMixedChecksums,
            "checksums stand both in the packages and in `[metadata]`",
        ));
    }
    let mut disagreeing = Vec::new();
    for (at, checksum) in old_checksums {
        let Some(package) = packages.get_mut(at) else {
            continue;
        };
        match package.checksum {
            None => package.checksum = Some(checksum),
            Some(own) if own != checksum => disagreeing.push((at, own, checksum)),
            Some(_) => {}
        }
    }
    if !disagreeing.is_empty() {
        let ids = report_ids(
            packages
                .iter()
                .map(|p| (p.name.as_str(), p.version.as_str(), &p.source)),
        );
        for (at, own, old) in disagreeing {
            let finding = Finding::new(
                Code::LockMixedChecksums,
                "`[metadata]` gives the package another checksum than its own table",
            )
            .values(own.to_string(), old.to_string());
            findings.push(match ids.get(at) {
                Some(id) => finding.package(id),
                None => finding,
            });
        }
    }
    Ok(Lockfile {
        version,
        packages,
        findings,
    })
}

/// Checks the values of one package; its links come later.
fn check(raw: &RawPackage<'_>) -> Result<LockedPackage> {
    if !is_name(&raw.name.text) {
        return Err(
            Error::parse(format!("`{}` is no package name", quote(&raw.name.text)))
                .at_line(raw.name.line, None),
        );
    }
    if let Err(error) = semver::Version::parse(&raw.version.text) {
        return Err(Error::parse(format!(
            "`{}`, the version of `{}`, is no SemVer version: {error}",
            quote(&raw.version.text),
            raw.name.text
        ))
        .at_line(raw.version.line, None));
    }
    let source = match &raw.source {
        None => Source::of(SourceKind::Path),
        Some(text) => {
            Source::from_lock(&text.text).map_err(|error| error.at_line(text.line, None))?
        }
    };
    let checksum = match &raw.checksum {
        None => None,
        Some(text) => Some(sha256(text)?),
    };
    Ok(LockedPackage {
        name: raw.name.text.clone().into_owned(),
        version: raw.version.text.clone().into_owned(),
        source,
        checksum,
        dependencies: Vec::new(),
        replace: None,
        line: raw.line,
    })
}

fn sha256(text: &Text<'_>) -> Result<Sha256> {
    unhex(&text.text).map(Sha256).ok_or_else(|| {
        Error::parse(format!(
            "the checksum `{}` is not 64 hexadecimal digits",
            quote(&text.text)
        ))
        .at_line(text.line, None)
    })
}

/// Whether cargo could have a package of that name: it also is a directory's and a file's name.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii())
        && name.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, '-' | '_' | '+' | '.')
                || (!c.is_ascii() && !c.is_whitespace() && !is_misleading(c))
        })
}

/// The beginning of a text, for a message.
fn quote(text: &str) -> &str {
    match text.char_indices().nth(QUOTE) {
        Some((at, _)) => text.get(..at).unwrap_or_default(),
        None => text,
    }
}

/// The checksums of `[metadata]`, by package. As in cargo, those of packages that the file does not
/// have are ignored.
fn metadata(raw: &Raw<'_>, index: &Index<'_>) -> Result<Vec<(usize, Sha256)>> {
    let mut out = Vec::with_capacity(raw.checksums.len());
    for (key, value) in &raw.checksums {
        let reference = Reference::parse(key, "checksum key")?;
        if value.text == "<none>" {
            continue;
        }
        let checksum = sha256(value)?;
        if let Ok(at) = index.find(&reference) {
            out.push((at, checksum));
        }
    }
    Ok(out)
}

/// `name`, `name version` or `name version (source)`.
struct Reference<'a> {
    name: &'a str,
    version: Option<&'a str>,
    source: Option<Source>,
}

impl<'a> Reference<'a> {
    fn parse(text: &'a Text<'_>, what: &str) -> Result<Self> {
        let malformed = || {
            Error::parse(format!("malformed {what} `{}`", without_source(&text.text)))
                .at_line(text.line, None)
        };
        let mut parts = text.text.splitn(3, ' ');
        let name = parts.next().filter(|name| is_name(name));
        let version = parts.next();
        if version.is_some_and(str::is_empty) {
            return Err(malformed());
        }
        let source = match parts.next() {
            None => None,
            Some(part) => {
                let inner = part
                    .strip_prefix('(')
                    .and_then(|part| part.strip_suffix(')'))
                    .ok_or_else(malformed)?;
                Some(Source::from_lock(inner).map_err(|e| e.at_line(text.line, None))?)
            }
        };
        Ok(Self {
            name: name.ok_or_else(malformed)?,
            version,
            source,
        })
    }
}

/// A dependency string without its source, whose URL may hold credentials.
fn without_source(text: &str) -> &str {
    let end = text
        .match_indices(' ')
        .nth(1)
        .map_or(text.len(), |(at, _)| at);
    quote(text.get(..end).unwrap_or_default())
}

enum Problem {
    Missing,
    Ambiguous,
}

impl Problem {
    fn error(
        self,
        reference: &Reference<'_>,
        text: &Text<'_>,
        what: &str,
        package: &RawPackage<'_>,
    ) -> Error {
        let why = match self {
            Self::Missing => "names no package of the file",
            Self::Ambiguous => "names more than one package of the file",
        };
        let source = reference
            .source
            .as_ref()
            .and_then(|source| source.public().to_lock())
            .map(|source| format!(" ({source})"))
            .unwrap_or_default();
        Error::parse(format!(
            "the {what} `{}{source}` of `{} {}` {why}",
            without_source(&text.text),
            package.name.text,
            package.version.text
        ))
        .at_line(text.line, None)
    }
}

/// What a key leads to: one package, or several.
#[derive(Clone, Copy)]
enum Slot {
    One(usize),
    Many,
}

#[derive(Clone, Copy)]
struct VersionSlot {
    slot: Slot,
    /// The packages without a source among them.
    local: Option<Slot>,
}

#[derive(Default)]
struct NameSlot<'a> {
    /// How many versions there are, and the one where there is but one.
    versions: u32,
    version: Option<&'a str>,
    /// The package, where there is but one.
    package: Option<usize>,
}

/// Hash maps from every way to name a package to its index.
struct Index<'a> {
    packages: &'a [LockedPackage],
    names: HashMap<&'a str, NameSlot<'a>>,
    versions: HashMap<(&'a str, &'a str), VersionSlot>,
    /// Only of names and versions that several packages share.
    sources: HashMap<(&'a str, &'a str, SourceKey<'a>), Slot>,
}

/// How exactly a source has to be met.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Precision {
    /// All of it.
    Exact,
    /// Without the commit, which dependency strings leave out.
    Unpinned,
    /// The same commit of the same repository, however its URL is spelled.
    Commit,
    /// As unpinned, however the URL is spelled, and `branch=master` is the default branch: versions
    /// 1 and 2 do not tell them apart.
    Loose,
}

#[derive(PartialEq, Eq, Hash)]
struct SourceKey<'a> {
    precision: Precision,
    kind: SourceKind,
    url: Option<Cow<'a, str>>,
    reference: Option<&'a str>,
    rev: Option<&'a str>,
}

impl<'a> SourceKey<'a> {
    fn new(source: &'a Source, precision: Precision) -> Self {
        let reference = source.reference.as_deref();
        let url = source.url.as_deref();
        let rev = source.rev.as_deref();
        let (url, reference, rev) = match precision {
            Precision::Exact => (url.map(Cow::Borrowed), reference, rev),
            Precision::Unpinned => (url.map(Cow::Borrowed), reference, None),
            Precision::Commit => (url.map(canonical_repository), None, rev),
            Precision::Loose => (
                url.map(canonical_repository),
                reference.filter(|reference| *reference != "branch=master"),
                None,
            ),
        };
        Self {
            precision,
            kind: source.kind,
            url,
            reference,
            rev,
        }
    }

    /// The precisions to try for a source that is looked for, the best one first.
    fn precisions(source: &Source) -> &'static [Precision] {
        match (source.kind, &source.rev) {
            (SourceKind::Git, Some(_)) => &[Precision::Exact, Precision::Commit],
            (SourceKind::Git, None) => &[Precision::Unpinned, Precision::Loose],
            _ => &[Precision::Exact],
        }
    }
}

/// A repository's URL without what cargo takes for a matter of spelling.
fn canonical_repository(url: &str) -> Cow<'_, str> {
    let url = url.strip_suffix('/').unwrap_or(url);
    let url = url.strip_suffix(".git").unwrap_or(url);
    let host = url
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next());
    if host == Some("github.com") && url.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(url.to_ascii_lowercase())
    } else {
        Cow::Borrowed(url)
    }
}

impl<'a> Index<'a> {
    fn of(packages: &'a [LockedPackage]) -> Result<Self> {
        let mut index = Self {
            packages,
            names: HashMap::with_capacity(packages.len()),
            versions: HashMap::with_capacity(packages.len()),
            sources: HashMap::new(),
        };
        let mut shared = false;
        for (at, package) in packages.iter().enumerate() {
            let is_local = package.source.kind == SourceKind::Path;
            let own = Slot::One(at);
            let name = index.names.entry(&package.name).or_default();
            name.package = (name.versions == 0).then_some(at);
            match index.versions.entry((&package.name, &package.version)) {
                Entry::Vacant(entry) => {
                    entry.insert(VersionSlot {
                        slot: own,
                        local: is_local.then_some(own),
                    });
                    name.versions += 1;
                    name.version = (name.versions == 1).then_some(&package.version);
                }
                Entry::Occupied(mut entry) => {
                    shared = true;
                    let slot = entry.get_mut();
                    slot.slot = Slot::Many;
                    if is_local {
                        slot.local = Some(slot.local.map_or(own, |_| Slot::Many));
                    }
                }
            }
        }
        if shared {
            index.add_sources()?;
        }
        Ok(index)
    }

    /// Tells packages of one name and version apart.
    fn add_sources(&mut self) -> Result<()> {
        for (at, package) in self.packages.iter().enumerate() {
            let (name, version) = (package.name.as_str(), package.version.as_str());
            let alone = self
                .versions
                .get(&(name, version))
                .is_none_or(|slot| matches!(slot.slot, Slot::One(_)));
            if alone {
                continue;
            }
            let precisions: &[Precision] = match package.source.kind {
                SourceKind::Git => &[
                    Precision::Exact,
                    Precision::Unpinned,
                    Precision::Commit,
                    Precision::Loose,
                ],
                _ => &[Precision::Exact],
            };
            for precision in precisions {
                let key = (name, version, SourceKey::new(&package.source, *precision));
                match self.sources.entry(key) {
                    Entry::Vacant(entry) => {
                        entry.insert(Slot::One(at));
                    }
                    Entry::Occupied(mut entry) => {
                        if let (Precision::Exact, Slot::One(first)) = (precision, *entry.get()) {
                            let first = self.packages.get(first).map_or(0, |p| p.line);
                            return Err(Error::parse(format!(
                                "the package `{name} {version}` stands twice in the file, \
                                 first on line {first}"
                            ))
                            .at_line(package.line, None));
                        }
                        entry.insert(Slot::Many);
                    }
                }
            }
        }
        Ok(())
    }

    /// How many versions a name has.
    fn versions(&self, name: &str) -> u32 {
        self.names.get(name).map_or(0, |slot| slot.versions)
    }

    /// The package that a reference names, by the rules of cargo: without a version there must be
    /// one version; without a source a path package comes first, else there must be one source.
    fn find(&self, reference: &Reference<'_>) -> std::result::Result<usize, Problem> {
        let version = match reference.version {
            Some(version) => version,
            None => {
                let name = self.names.get(reference.name).ok_or(Problem::Missing)?;
                if let Some(at) = name.package {
                    return Ok(at);
                }
                name.version.ok_or(Problem::Ambiguous)?
            }
        };
        let found = self
            .versions
            .get(&(reference.name, version))
            .ok_or(Problem::Missing)?;
        let slot = match &reference.source {
            None => Some(found.local.unwrap_or(found.slot)),
            Some(source) if source.kind == SourceKind::Path => found.local,
            Some(source) => match found.slot {
                Slot::One(at) => self
                    .packages
                    .get(at)
                    .filter(|package| {
                        package.source == *source
                            || SourceKey::precisions(source).iter().any(|precision| {
                                SourceKey::new(&package.source, *precision)
                                    == SourceKey::new(source, *precision)
                            })
                    })
                    .map(|_| found.slot),
                Slot::Many => SourceKey::precisions(source).iter().find_map(|precision| {
                    let key = (reference.name, version, SourceKey::new(source, *precision));
                    self.sources.get(&key).copied()
                }),
            },
        };
        match slot {
            Some(Slot::One(at)) => Ok(at),
            Some(Slot::Many) => Err(Problem::Ambiguous),
            None => Err(Problem::Missing),
        }
    }
}
