//! What a program shows without meaning to: the messages of a panic name the source file, and with
//! it the package, also where nobody embedded a list. One pass in fixed chunks, which takes the
//! file's digest as well.

use std::collections::BTreeSet;

use super::Image;
use crate::digest::{Sha256, Sha256Hasher};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// Bytes read at once.
const CHUNK: usize = 256 << 10;
/// Bytes of one component of a path, as file systems allow them.
const LONGEST: usize = 255;
/// Bytes that any sighting fits into: a prefix, two components and what separates them.
const LOOK: usize = 1024;
/// Hexadecimal digits of a commit.
const COMMIT: usize = 40;

/// The beginnings of what is looked for, all of one length.
const BEGINNINGS: [&[u8; LENGTH]; 4] = [b"/rustc/", b"/rust/d", b"/regist", b"\\regist"];
const LENGTH: usize = 7;

/// How far the search may go on after a byte at the end of its window (Horspool), and whether a
/// beginning may end there.
static STEPS: [(u8, bool); 256] = steps();

const fn steps() -> [(u8, bool); 256] {
    let mut steps = [(LENGTH as u8, false); 256];
    let mut word = 0;
    while word < BEGINNINGS.len() {
        #[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
        let beginning = BEGINNINGS[word];
        let mut at = 0;
        while at < LENGTH {
            #[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
            let step = &mut steps[beginning[at] as usize];
            if at == LENGTH - 1 {
                step.1 = true;
            } else if ((LENGTH - 1 - at) as u8) < step.0 {
                step.0 = (LENGTH - 1 - at) as u8;
            }
            at += 1;
        }
        word += 1;
    }
    steps
}

/// Something that a program shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sighting {
    /// A package, unpacked in cargo's directory for that registry.
    Package {
        registry: String,
        name: String,
        version: String,
    },
    /// A crate of the standard library; its own ones have no version.
    Std {
        name: String,
        version: Option<String>,
    },
    /// The commit that the compiler was built from.
    Compiler(String),
}

/// What the pass over a file comes to.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) sightings: BTreeSet<Sighting>,
    pub(crate) sha256: Sha256,
}

/// Looks through a whole file.
///
/// # Errors
/// I/O; `LimitExceeded` for more different sightings than [`Limits::entries`]; `Cancelled`.
pub(crate) fn scan(image: &mut Image, limits: &Limits, cancel: &CancelToken) -> Result<Scan> {
    let mut hasher = Sha256Hasher::default();
    let mut found = Found {
        sightings: BTreeSet::new(),
        limit: limits.entries,
    };
    // What could not be looked at for want of the bytes behind it stands at the front.
    let mut buffer: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < image.size {
        cancel.check()?;
        let now = (image.size - at).min(CHUNK as u64);
        let kept = buffer.len();
        buffer.resize(kept + usize::try_from(now).unwrap_or(CHUNK), 0);
        let fresh = buffer.get_mut(kept..).unwrap_or_default();
        image.read_at(at, fresh)?;
        hasher.update(fresh);
        at += now;
        let is_end = at == image.size;
        let until = if is_end {
            buffer.len()
        } else {
            buffer.len().saturating_sub(LOOK)
        };
        let done = found.search(&buffer, until)?;
        buffer.drain(..done.min(buffer.len()));
    }
    Ok(Scan {
        sightings: found.sightings,
        sha256: hasher.finish(),
    })
}

struct Found {
    sightings: BTreeSet<Sighting>,
    limit: u64,
}

impl Found {
    /// Looks at everything that begins before `until`; gives the place where to go on.
    fn search(&mut self, bytes: &[u8], until: usize) -> Result<usize> {
        let mut at = 0;
        while at < until {
            let Some(last) = bytes.get(at + LENGTH - 1) else {
                return Ok(bytes.len());
            };
            let Some((step, may_end)) = STEPS.get(usize::from(*last)) else {
                break;
            };
            if *may_end
                && let Some(rest) = bytes.get(at..)
                && BEGINNINGS
                    .iter()
                    .any(|beginning| rest.starts_with(*beginning))
            {
                for sighting in look(rest).into_iter().flatten() {
                    self.sightings.insert(sighting);
                }
                if self.sightings.len() as u64 > self.limit {
                    let message = "the program names more packages than the limit allows";
                    return Err(Error::limit("entries", self.limit, message));
                }
            }
            at += usize::from(*step);
        }
        Ok(at)
    }
}

/// What a path tells, from one of the beginnings on.
fn look(bytes: &[u8]) -> [Option<Sighting>; 2] {
    let mut path = Path(bytes.get(..LOOK.min(bytes.len())).unwrap_or_default());
    let first = match path.next() {
        Some("") => path.next(),
        _ => None,
    };
    match first {
        Some("rustc") => {
            let commit = path.next().filter(|text| is_commit(text));
            let library = commit.and_then(|_| {
                let is_library = path.next() == Some("library");
                let name = path.next().filter(|name| is_library && is_name(name))?;
                (path.next() == Some("src")).then(|| Sighting::Std {
                    name: name.to_owned(),
                    version: None,
                })
            });
            [
                commit.map(|commit| Sighting::Compiler(commit.to_owned())),
                library,
            ]
        }
        Some("rust") if path.next() == Some("deps") => {
            let package = path.next().and_then(split);
            [
                package.map(|(name, version)| Sighting::Std {
                    name: name.to_owned(),
                    version: Some(version.to_owned()),
                }),
                None,
            ]
        }
        Some("registry") if path.next() == Some("src") => {
            let registry = path.next().filter(|name| !name.is_empty());
            let package = path.next().and_then(split);
            [
                registry
                    .zip(package)
                    .map(|(registry, (name, version))| Sighting::Package {
                        registry: registry.to_owned(),
                        name: name.to_owned(),
                        version: version.to_owned(),
                    }),
                None,
            ]
        }
        _ => [None, None],
    }
}

/// A path with the separators of any system, component by component; the last one, which may be cut
/// off, is not given.
struct Path<'a>(&'a [u8]);

impl<'a> Path<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let end = self
            .0
            .iter()
            .take(LONGEST + 1)
            .position(|byte| matches!(byte, b'/' | b'\\'))?;
        let (component, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..)?;
        let is_plain = component.iter().all(u8::is_ascii_graphic);
        std::str::from_utf8(component).ok().filter(|_| is_plain)
    }
}

fn is_commit(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == COMMIT && text.bytes().all(is_digit)
}

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(is_part)
}

/// Name and version of a directory `NAME-VERSION`. No name of a package holds a dot and every version
/// begins with `NUMBER.`, so the version begins behind the last dash before the first dot.
fn split(text: &str) -> Option<(&str, &str)> {
    let (before, _) = text.split_once('.')?;
    let (name, _) = before.rsplit_once('-')?;
    let version = text.get(name.len() + 1..)?;
    let is_version = semver::Version::parse(version).is_ok();
    (is_name(name) && is_version).then_some((name, version))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::input::Input;
    use proptest::prelude::*;

    fn seen(bytes: &[u8]) -> Vec<Sighting> {
        let limits = Limits::default();
        let cancel = CancelToken::new();
        let input = Input::from_bytes("x", bytes.to_vec());
        let mut image = Image::open(&input, &limits, &cancel).unwrap();
        let scan = scan(&mut image, &limits, &cancel).unwrap();
        assert_eq!(scan.sha256, Sha256::of(bytes));
        scan.sightings.into_iter().collect()
    }

    fn package(registry: &str, name: &str, version: &str) -> Sighting {
        Sighting::Package {
            registry: registry.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }

    #[test]
    fn a_directory_is_split_where_the_version_begins() {
        for (text, name, version) in [
            ("memchr-2.8.3", "memchr", "2.8.3"),
            ("openssl-src-300.5.5+3.5.5", "openssl-src", "300.5.5+3.5.5"),
            ("md-5-0.10.6", "md-5", "0.10.6"),
            ("sha-1-0.10.1", "sha-1", "0.10.1"),
            ("rand-0.9.0-alpha.1", "rand", "0.9.0-alpha.1"),
            ("a-1.0.0-b-2.0.0", "a", "1.0.0-b-2.0.0"),
            (
                "wasi-0.11.1+wasi-snapshot-preview1",
                "wasi",
                "0.11.1+wasi-snapshot-preview1",
            ),
            ("windows_x86_64_gnu-0.53.1", "windows_x86_64_gnu", "0.53.1"),
        ] {
            assert_eq!(split(text), Some((name, version)), "{text}");
        }
        for text in [
            "",
            "-",
            "-1.0.0",
            "memchr",
            "memchr-2",
            "memchr-2.8",
            "memchr-v2.8.3",
            "2.8.3",
            "a b-1.0.0",
            "a-01.0.0",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn paths_of_every_system_are_seen() {
        let commit = "59807616e1fa2540724bfbac14d7976d7e4a3860";
        let text = format!(
            "junk/home/x/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/memchr-2.8.3/src/lib.rs\
             C:\\Users\\x\\.cargo\\registry\\src\\index.crates.io-1949cf8c6b5b557f\\openssl-src-300.5.5+3.5.5\\src\\lib.rs\
             /rustc/{commit}\\library\\std\\src\\io.rs/rustc/{commit}/library/core/src/x.rs\
             /rustc/{commit}/library/std/src/../../backtrace/src/lib.rs\
             /rust/deps/gimli-0.32.3/src/x.rs/rust/deps\\hashbrown-0.16.1\\src\\x.rs"
        );
        let std = |name: &str, version: Option<&str>| Sighting::Std {
            name: name.to_owned(),
            version: version.map(str::to_owned),
        };
        let expected = vec![
            package("index.crates.io-1949cf8c6b5b557f", "memchr", "2.8.3"),
            package(
                "index.crates.io-1949cf8c6b5b557f",
                "openssl-src",
                "300.5.5+3.5.5",
            ),
            std("core", None),
            std("gimli", Some("0.32.3")),
            std("hashbrown", Some("0.16.1")),
            std("std", None),
            Sighting::Compiler(commit.to_owned()),
        ];
        assert_eq!(seen(text.as_bytes()), expected);
    }

    #[test]
    fn what_is_no_path_of_a_package_is_not_seen() {
        for text in [
            "registry/src/index.crates.io-1/memchr-2.8.3/",
            "/registry/src/index.crates.io-1/memchr-2.8.3",
            "/registry/src/index.crates.io-1/memchr/2.8.3/",
            "/registry/src//memchr-2.8.3/",
            "/registry/cache/index.crates.io-1/memchr-2.8.3/",
            "/registry/src/index\n/memchr-2.8.3/",
            "/rustc/59807616e1fa2540724bfbac14d7976d7e4a386/library/std/src/",
            "/rustc/59807616E1fa2540724bfbac14d7976d7e4a3860/library/std/src/",
            "/rust/deps/gimli/src/",
        ] {
            assert_eq!(seen(text.as_bytes()), Vec::new(), "{text}");
        }
    }

    #[test]
    fn nothing_is_lost_between_two_chunks() {
        let path = b"/registry/src/index.crates.io-1949cf8c6b5b557f/openssl-src-300.5.5+3.5.5/src";
        let name = package(
            "index.crates.io-1949cf8c6b5b557f",
            "openssl-src",
            "300.5.5+3.5.5",
        );
        for end in [CHUNK, CHUNK - LOOK, 2 * CHUNK, 2 * CHUNK - LOOK] {
            for before in 0..path.len() + 8 {
                let start = end + 4 - before;
                for behind in [0, CHUNK] {
                    let mut bytes = vec![b'/'; start];
                    bytes.extend_from_slice(path);
                    bytes.extend(vec![0; behind]);
                    assert_eq!(seen(&bytes), std::slice::from_ref(&name), "{end} {before}");
                }
            }
        }
    }

    #[test]
    fn a_program_of_a_million_names_meets_the_limit() {
        let mut bytes = Vec::new();
        for nth in 0..70_000 {
            bytes.extend_from_slice(format!("/registry/src/i/a-{nth}.0.0/").as_bytes());
        }
        let (limits, cancel) = (Limits::default(), CancelToken::new());
        let mut image = Image::open(&Input::from_bytes("x", bytes), &limits, &cancel).unwrap();
        let error = scan(&mut image, &limits, &cancel).unwrap_err();
        assert_eq!(error.limit_met(), Some(("entries", 65_536)));
        cancel.cancel();
        let error = scan(&mut image, &limits, &cancel).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Cancelled);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_search_finds_what_a_plain_one_finds(text in "(/rustc/|/rust/d|/regist|\\\\regist|/|r|e|g|i|s|t|u|c|d|[a-z]){0,60}") {
            let bytes = text.as_bytes();
            let mut at = 0;
            let mut hits = Vec::new();
            while let Some(last) = bytes.get(at + LENGTH - 1) {
                let (step, may_end) = STEPS[usize::from(*last)];
                if may_end && BEGINNINGS.iter().any(|b| bytes[at..].starts_with(*b)) {
                    hits.push(at);
                }
                at += usize::from(step);
            }
            let plain: Vec<usize> = (0..bytes.len())
                .filter(|at| BEGINNINGS.iter().any(|b| bytes[*at..].starts_with(*b)))
                .collect();
            prop_assert_eq!(hits, plain);
        }
    }
}
