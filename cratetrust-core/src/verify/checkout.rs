//! An archive against a checkout of its source.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Compared, plain_path};
use crate::archive::{Entry, EntryKind, Sink};
use crate::digest::{Sha256, Sha256Hasher};
use crate::error::{ErrorKind, Result};
use crate::options::Options;
use crate::registry::{Checkout, path_in_vcs};
use crate::report::{Code, Finding};

const VCS_INFO: &str = ".cargo_vcs_info.json";
const ORIGINAL: &str = "Cargo.toml.orig";
const MANIFEST: &str = "Cargo.toml";
/// Bytes of `.cargo_vcs_info.json` that are looked at.
const VCS_INFO_SIZE: usize = 64 << 10;
/// Files of the checkout that are named where the archive lacks them; the rest is counted.
const NAMED: usize = 100;

/// The digest of some text, and that of the text with plain line endings.
#[derive(Default)]
struct Digests {
    exact: Sha256Hasher,
    plain: Sha256Hasher,
    /// Whether a carriage return waits for what follows it.
    waits: bool,
}

impl Digests {
    fn update(&mut self, bytes: &[u8]) {
        self.exact.update(bytes);
        let mut start = 0;
        if self.waits && !bytes.is_empty() {
            if bytes.first() != Some(&b'\n') {
                self.plain.update(b"\r");
            }
            self.waits = false;
        }
        for (at, _) in bytes.iter().enumerate().filter(|(_, b)| **b == b'\r') {
            match bytes.get(at + 1) {
                Some(b'\n') => {}
                Some(_) => continue,
                None => self.waits = true,
            }
            self.plain.update(bytes.get(start..at).unwrap_or_default());
            start = at + 1;
        }
        self.plain.update(bytes.get(start..).unwrap_or_default());
    }

    fn finish(mut self) -> (Sha256, Sha256) {
        if self.waits {
            self.plain.update(b"\r");
        }
        (self.exact.finish(), self.plain.finish())
    }
}

/// A sink that takes the digests of all files.
#[derive(Default)]
pub(super) struct CheckoutSink {
    files: BTreeMap<Vec<u8>, (Sha256, Sha256)>,
    current: Option<(Vec<u8>, Digests)>,
    vcs_info: Vec<u8>,
}

impl Sink for CheckoutSink {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.current = None;
        if entry.kind == EntryKind::File && entry.relative.len() != entry.path.len() {
            self.current = plain_path(entry.relative).map(|path| (path, Digests::default()));
        }
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some((path, digests)) = &mut self.current {
            digests.update(bytes);
            if path == VCS_INFO.as_bytes() && self.vcs_info.len() < VCS_INFO_SIZE {
                self.vcs_info.extend_from_slice(bytes);
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some((path, digests)) = self.current.take() {
            self.files.insert(path, digests.finish());
        }
        Ok(())
    }
}

impl CheckoutSink {
    /// Compares what went by with the checkout.
    ///
    /// # Errors
    /// `Cancelled`; what cannot be read in the checkout is a finding.
    pub(super) fn finish(self, checkout: &Checkout, options: &Options) -> Result<Compared> {
        let mut out = Compared {
            complete: true,
            ..Compared::default()
        };
        let stated = path_in_vcs(&self.vcs_info);
        // The directory given may be the package's own or its repository's.
        let base = match checkout.has(&format!("{stated}/{MANIFEST}")) {
            true => format!("{stated}/"),
            false => String::new(),
        };
        let has_original = self.files.contains_key(ORIGINAL.as_bytes());
        let mut met = BTreeSet::new();
        for (path, archived) in &self.files {
            let shown = String::from_utf8_lossy(path).into_owned();
            let generated = match shown.as_str() {
                VCS_INFO | "Cargo.lock" => true,
                MANIFEST => has_original,
                _ => false,
            };
            let name = match shown.as_str() {
                ORIGINAL => MANIFEST,
                other => other,
            };
            let place = format!("{base}{name}");
            let differs = compare(checkout, &place, archived, options, &mut out.bytes)?;
            met.insert(place);
            let code = match differs {
                Differs::No => continue,
                _ if generated => Code::SourceGenerated,
                Differs::LineEndings => Code::SourceLineEndings,
                Differs::Changed => Code::SourceChanged,
                Differs::Unreadable(why) => {
                    out.complete = false;
                    out.findings.push(
                        Finding::new(
                            Code::NotChecked,
                            format!("`{shown}` was not compared: {why}"),
                        )
                        .path_bytes(path),
                    );
                    continue;
                }
                // cargo takes a readme or a licence from further up where the manifest says so.
                Differs::Missing if from_above(checkout, &base, name, archived, options)? => {
                    continue;
                }
                Differs::Missing => Code::SourceExtra,
            };
            let what = match code {
                Code::SourceGenerated => "was written by cargo",
                Code::SourceLineEndings => "differs from the checkout in line endings only",
                Code::SourceChanged => "differs from the checkout",
                _ => "is not in the checkout",
            };
            out.findings
                .push(Finding::new(code, format!("`{shown}` {what}")).path_bytes(path));
        }
        not_packaged(checkout, &base, &met, &mut out.findings);
        Ok(out)
    }
}

enum Differs {
    No,
    LineEndings,
    Changed,
    Missing,
    Unreadable(String),
}

fn compare(
    checkout: &Checkout,
    place: &str,
    archived: &(Sha256, Sha256),
    options: &Options,
    bytes_read: &mut u64,
) -> Result<Differs> {
    let bytes = match checkout.read(place, &options.limits, &options.cancel) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Differs::Missing),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) => return Ok(Differs::Unreadable(error.message().to_owned())),
    };
    *bytes_read += bytes.len() as u64;
    let mut digests = Digests::default();
    digests.update(&bytes);
    let (exact, plain) = digests.finish();
    Ok(match (exact == archived.0, plain == archived.1) {
        (true, _) => Differs::No,
        (_, true) => Differs::LineEndings,
        _ => Differs::Changed,
    })
}

/// Whether a file of the package's top directory lies, with the same bytes, further up.
fn from_above(
    checkout: &Checkout,
    base: &str,
    name: &str,
    archived: &(Sha256, Sha256),
    options: &Options,
) -> Result<bool> {
    if name.contains('/') {
        return Ok(false);
    }
    let mut above = base.trim_end_matches('/');
    while !above.is_empty() {
        above = above.rsplit_once('/').map_or("", |(parent, _)| parent);
        let place = match above {
            "" => name.to_owned(),
            _ => format!("{above}/{name}"),
        };
        let mut read = 0;
        if let Differs::No = compare(checkout, &place, archived, options, &mut read)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Files of the package's directory that the archive lacks. Packages further down are others.
fn not_packaged(
    checkout: &Checkout,
    base: &str,
    met: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    let others: BTreeSet<&str> = checkout
        .paths()
        .filter_map(|path| path.strip_suffix("/Cargo.toml"))
        .filter(|directory| directory.starts_with(base) && directory.len() >= base.len())
        .filter(|directory| *directory != base.trim_end_matches('/'))
        .collect();
    let mut count = 0;
    for path in checkout.paths() {
        let Some(name) = path.strip_prefix(base) else {
            continue;
        };
        let elsewhere = path
            .match_indices('/')
            .any(|(at, _)| others.contains(path.get(..at).unwrap_or_default()));
        // A link to a directory, of which files were met.
        let below = format!("{path}/");
        let passed = met
            .range(below.clone()..)
            .next()
            .is_some_and(|next| next.starts_with(&below));
        if met.contains(path) || passed || elsewhere || name == "Cargo.lock" {
            continue;
        }
        count += 1;
        if count <= NAMED {
            findings.push(
                Finding::new(
                    Code::SourceMissing,
                    format!("`{name}` of the checkout is not in the archive"),
                )
                .path(name),
            );
        }
    }
    if count > NAMED {
        let rest = count - NAMED;
        findings.push(Finding::new(
            Code::SourceMissing,
            format!("{rest} more files of the checkout are not in the archive"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_endings_do_not_depend_on_chunks() {
        let digests = |parts: &[&str]| {
            let mut digests = Digests::default();
            for part in parts {
                digests.update(part.as_bytes());
            }
            digests.finish().1
        };
        let plain = digests(&["a\nb\rc\n\r"]);
        for parts in [
            &["a\r\nb\rc\r\n\r"][..],
            &["a\r", "\nb", "\r", "c\r", "\n", "\r"],
            &["a\r", "", "\nb\r", "c\n\r"],
        ] {
            assert_eq!(digests(parts), plain, "{parts:?}");
        }
        assert_ne!(digests(&["a\n\nb\rc\n\r"]), plain);
    }
}
