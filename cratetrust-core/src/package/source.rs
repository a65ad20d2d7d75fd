//! Where a package comes from, and how Cargo.lock spells that.

use std::borrow::Cow;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::text::is_misleading;

/// How every Cargo.lock names crates.io, also where its packages came over the sparse protocol.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// The other name of crates.io, which cargo uses in configuration.
const CRATES_IO_SPARSE: &str = "sparse+https://index.crates.io/";
/// What stands for a URL of the local file system where the path must not be told.
const LOCAL: &str = "file:///";

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum SourceKind {
    /// The default registry, however it is reached.
    #[serde(rename = "crates.io")]
    CratesIo,
    /// Any other registry.
    #[serde(rename = "registry")]
    Registry,
    /// A git repository at a commit.
    #[serde(rename = "git")]
    Git,
    /// A path or workspace package: Cargo.lock names no source.
    #[serde(rename = "path")]
    Path,
    /// The standard library.
    #[serde(rename = "std")]
    Std,
    /// The evidence does not say.
    #[serde(rename = "unknown")]
    Unknown,
}

impl SourceKind {
    /// The kind's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CratesIo => "crates.io",
            Self::Registry => "registry",
            Self::Git => "git",
            Self::Path => "path",
            Self::Std => "std",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::CratesIo,
            Self::Registry,
            Self::Git,
            Self::Path,
            Self::Std,
            Self::Unknown,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Source {
    /// The kind.
    pub kind: SourceKind,
    /// The registry's index URL (with `sparse+` where cargo writes it) or the repository's URL;
    /// `None` for crates.io and where there is none.
    pub url: Option<String>,
    /// What of a git repository was asked for: `branch=…`, `tag=…` or `rev=…`, decoded.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The commit of a git repository, in hexadecimal digits.
    pub rev: Option<String>,
}

impl Source {
    /// A source of a kind, with nothing else known.
    pub const fn of(kind: SourceKind) -> Self {
        Self {
            kind,
            url: None,
            reference: None,
            rev: None,
        }
    }

    /// Reads the `source` string of a Cargo.lock of any version.
    ///
    /// `path+URL`, which cargo reads but never writes, is a path package; its path is not kept.
    /// Source kinds that cargo keeps out of lockfiles (`directory+`, `local-registry+`) and unknown
    /// ones are refused, as cargo refuses them. A `+` in the query of a git source is a plus sign,
    /// not a blank: no branch or tag can hold a blank, and versions 1 to 3 do not encode it.
    ///
    /// # Errors
    /// `Parse` where it is of no form that cargo reads. The message never quotes the URL, which may
    /// hold credentials.
    pub fn from_lock(text: &str) -> Result<Self> {
        if text == CRATES_IO || text == CRATES_IO_SPARSE {
            return Ok(Self::of(SourceKind::CratesIo));
        }
        let Some((protocol, rest)) = text.split_once('+') else {
            return Err(malformed("it names no protocol such as `registry+`"));
        };
        match protocol {
            "registry" => {
                // `sparse+` would make it another source when written again.
                if rest.starts_with("sparse+") {
                    return Err(malformed("`registry+` and `sparse+` exclude each other"));
                }
                check_url(rest)?;
                Ok(Self {
                    url: Some(rest.to_owned()),
                    ..Self::of(SourceKind::Registry)
                })
            }
            "sparse" => {
                check_url(rest)?;
                Ok(Self {
                    url: Some(text.to_owned()),
                    ..Self::of(SourceKind::Registry)
                })
            }
            "git" => git(rest),
            "path" => {
                check_url(rest)?;
                Ok(Self::of(SourceKind::Path))
            }
            _ => Err(malformed(
                "its protocol is none of `registry+`, `sparse+`, `git+` and `path+`",
            )),
        }
    }

    /// The `source` string as a Cargo.lock of version 4 spells it; `None` for path packages and
    /// where the source is not known.
    ///
    /// For every source that [`Source::from_lock`] gives, but path packages, the two are inverse.
    /// The string holds the URL as it is; see [`Source::public`].
    pub fn to_lock(&self) -> Option<String> {
        match self.kind {
            SourceKind::CratesIo => Some(CRATES_IO.to_owned()),
            SourceKind::Registry => {
                let url = self.url.as_deref()?;
                if url.starts_with("sparse+") {
                    Some(url.to_owned())
                } else {
                    Some(format!("registry+{url}"))
                }
            }
            SourceKind::Git => {
                let mut out = format!("git+{}", self.url.as_deref()?);
                if let Some(reference) = &self.reference {
                    let (key, value) = reference.split_once('=').unwrap_or(("rev", reference));
                    out.push('?');
                    out.push_str(key);
                    out.push('=');
                    percent_encode(value, b"*-._", &mut out);
                }
                if let Some(rev) = &self.rev {
                    out.push('#');
                    out.push_str(rev);
                }
                Some(out)
            }
            SourceKind::Path | SourceKind::Std | SourceKind::Unknown => None,
        }
    }

    /// The URL that may stand in a document for others: without `sparse+`, user, password, query and
    /// fragment.
    ///
    /// `None` where there is no URL, and where it names nothing that another machine could reach (a
    /// `file:` URL, a local path), because such a URL tells where somebody keeps their files.
    pub fn public_url(&self) -> Option<String> {
        let url = self.url.as_deref()?;
        let url = url.strip_prefix("sparse+").unwrap_or(url);
        let (scheme, rest) = url.split_once("://")?;
        if !is_scheme(scheme) || scheme.eq_ignore_ascii_case("file") || url.contains('\\') {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        if !is_host(host) {
            return None;
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Some(format!("{scheme}://{host}{path}"))
    }

    /// The source as it may stand in a document for others: its URL is [`Source::public_url`], and
    /// `file:///` where that is `None`.
    #[must_use]
    pub fn public(&self) -> Cow<'_, Self> {
        let Some(url) = &self.url else {
            return Cow::Borrowed(self);
        };
        let prefix = if url.starts_with("sparse+") {
            "sparse+"
        } else {
            ""
        };
        let public = match self.public_url() {
            Some(public) => format!("{prefix}{public}"),
            None => format!("{prefix}{LOCAL}"),
        };
        if public == *url {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self {
            url: Some(public),
            ..self.clone()
        })
    }
}

fn malformed(why: &str) -> Error {
    Error::parse(format!("malformed source: {why}"))
}

/// Reads what follows `git+`.
fn git(text: &str) -> Result<Source> {
    // Versions 1 to 3 do not encode the reference, which may hold a `#`; a commit holds none.
    let (text, rev) = match text.rsplit_once('#') {
        Some((text, rev)) => (text, Some(rev).filter(|rev| !rev.is_empty())),
        None => (text, None),
    };
    if rev.is_some_and(|rev| !is_plain(rev)) {
        return Err(malformed("its commit holds blanks or control characters"));
    }
    let (url, query) = match text.split_once('?') {
        Some((url, query)) => (url, Some(query)),
        None => (text, None),
    };
    if url.contains('#') {
        return Err(malformed("it has two fragments"));
    }
    check_url(url)?;
    let mut reference = None;
    for pair in query.into_iter().flat_map(|query| query.split('&')) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = match key {
            // Cargo once wrote `ref` for a branch.
            "branch" | "ref" => "branch",
            "tag" | "rev" => key,
            _ => continue,
        };
        let value = percent_decode(value);
        let value = String::from_utf8_lossy(&value);
        if value.chars().any(char::is_control) {
            return Err(malformed("its reference holds control characters"));
        }
        reference = Some(format!("{key}={value}"));
    }
    Ok(Source {
        kind: SourceKind::Git,
        url: Some(url.to_owned()),
        reference,
        rev: rev.map(str::to_owned),
    })
}

/// Checks that a text has the outer form of a URL (RFC 3986), as far as it matters here.
fn check_url(url: &str) -> Result<()> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(malformed("what follows the protocol is no URL"));
    };
    if !is_scheme(scheme) || rest.is_empty() || !is_plain(url) || url.contains('\\') {
        return Err(malformed("what follows the protocol is no URL"));
    }
    let needs_host = ["http", "https", "ssh", "git"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    if needs_host {
        let authority = rest
            .strip_prefix("//")
            .and_then(|rest| rest.split(['/', '?', '#']).next());
        let host = authority.map(|text| text.rsplit_once('@').map_or(text, |(_, host)| host));
        if !host.is_some_and(is_host) {
            return Err(malformed("its URL names no host"));
        }
    }
    Ok(())
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || is_misleading(c))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Whether a text is `host` or `host:port`; a port that is no number may be a piece of a password.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, after)) => match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None => return false,
        },
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    !host.is_empty()
        && !host.contains(['@', '[', ']'])
        && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()))
}

/// Appends `text`, with every byte but ASCII letters, digits and those in `keep` as `%XX`.
pub(super) fn percent_encode(text: &str, keep: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from(
                    DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'),
                ));
            }
        }
    }
}

/// Decodes `%XX`; a `%` that no two hexadecimal digits follow stays as it is.
fn percent_decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%'
            && let Some((pair, after)) = rest.split_first_chunk()
            && let Some(value) = hex_pair(*pair)
        {
            out.push(value);
            rest = after;
        } else {
            out.push(*byte);
        }
    }
    out
}

/// The byte that two hexadecimal digits spell.
pub(super) fn hex_pair(pair: [u8; 2]) -> Option<u8> {
    let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? << 4 | low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn git_source(url: &str, reference: Option<&str>, rev: Option<&str>) -> Source {
        Source {
            kind: SourceKind::Git,
            url: Some(url.to_owned()),
            reference: reference.map(str::to_owned),
            rev: rev.map(str::to_owned),
        }
    }

    #[test]
    fn both_names_of_the_default_registry_are_one_source() {
        let one = Source::from_lock("registry+https://github.com/rust-lang/crates.io-index");
        let other = Source::from_lock("sparse+https://index.crates.io/");
        assert_eq!(one.unwrap(), Source::of(SourceKind::CratesIo));
        assert_eq!(
            other.unwrap().to_lock().as_deref(),
            Some("registry+https://github.com/rust-lang/crates.io-index")
        );
    }

    #[test]
    fn other_registries_keep_their_protocol() {
        for text in [
            "registry+https://git.example/index",
            "sparse+https://crates.example/api/",
        ] {
            let source = Source::from_lock(text).unwrap();
            assert_eq!(source.kind, SourceKind::Registry);
            assert_eq!(source.to_lock().as_deref(), Some(text));
        }
        let sparse = Source::from_lock("sparse+https://crates.example/api/").unwrap();
        assert_eq!(
            sparse.url.as_deref(),
            Some("sparse+https://crates.example/api/")
        );
        assert_eq!(
            sparse.public_url().as_deref(),
            Some("https://crates.example/api/")
        );
    }

    #[test]
    fn git_references_are_decoded_in_every_version() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        for (text, reference) in [
            ("git+https://h.example/r#S", None),
            ("git+https://h.example/r?branch=a/b#S", Some("branch=a/b")),
            ("git+https://h.example/r?branch=a%2Fb#S", Some("branch=a/b")),
            ("git+https://h.example/r?tag=v1.0%2B2#S", Some("tag=v1.0+2")),
            ("git+https://h.example/r?tag=v1.0+2#S", Some("tag=v1.0+2")),
            ("git+https://h.example/r?rev=abc#S", Some("rev=abc")),
            ("git+https://h.example/r?ref=old#S", Some("branch=old")),
            (
                "git+https://h.example/r?branch=fix-#12#S",
                Some("branch=fix-#12"),
            ),
            ("git+https://h.example/r?x=1#S", None),
        ] {
            let text = text.replace('S', sha);
            assert_eq!(
                Source::from_lock(&text).unwrap(),
                git_source("https://h.example/r", reference, Some(sha)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cargo_does_not_read_is_refused_and_not_quoted() {
        for text in [
            "",
            "https://h.example",
            "registry+",
            "registry+nothing",
            "registry+https://",
            "registry+https://h .example/x",
            "registry+https://user:secret/x@h.example/y",
            "registry+sparse+https://h.example/",
            "directory+file:///secret",
            "local-registry+file:///secret",
            "hg+https://secret.example/",
            "git+git@secret.example:a/b",
            "git+https://h.example/r#a#b",
            "git+https://h.example/r?branch=%00#a",
            "git+https:\\\\secret.example\\x",
            "registry+https://h.example/\u{202e}x",
        ] {
            let error = Source::from_lock(text).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Parse, "{text}");
            assert!(!error.message().contains("secret"), "{error}");
        }
        assert_eq!(
            Source::from_lock("path+file:///home/somebody/x").unwrap(),
            Source::of(SourceKind::Path)
        );
    }

    #[test]
    fn nothing_private_is_public() {
        for (text, public) in [
            (
                "git+https://user:token@h.example:8443/r#a",
                "git+https://h.example:8443/r#a",
            ),
            ("git+ssh://git@h.example/r#a", "git+ssh://h.example/r#a"),
            ("git+https://a@b@h.example/r#a", "git+https://h.example/r#a"),
            ("git+https://u@[::1]:80/r#a", "git+https://[::1]:80/r#a"),
            ("git+file:///home/somebody/r#a", "git+file:///#a"),
            ("git+FILE:///home/somebody/r#a", "git+file:///#a"),
            ("git+c:/Users/somebody/r#a", "git+file:///#a"),
            ("registry+file:///home/somebody/i", "registry+file:///"),
            (
                "sparse+https://u:p@h.example/i/?token=t",
                "sparse+https://h.example/i/",
            ),
            (
                "git+https://h.example/r?tag=x#a",
                "git+https://h.example/r?tag=x#a",
            ),
        ] {
            let source = Source::from_lock(text).unwrap();
            let shown = source.public().to_lock();
            assert_eq!(shown.as_deref(), Some(public), "{text}");
            let again = Source::from_lock(public).unwrap();
            assert_eq!(*again.public(), again, "{text}: not stable");
            assert_eq!(again.public_url(), source.public_url());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn lock_strings_round_trip(
            url in "(https|ssh|git)://([a-z]{1,8}@)?[a-z0-9.-]{1,12}(:[0-9]{1,4})?(/[A-Za-z0-9._~-]{0,9}){0,3}",
            reference in proptest::option::of("(branch|tag|rev)=[^\\pC]{0,12}"),
            rev in proptest::option::of("[0-9a-f]{40}"),
            kind in 0..3,
        ) {
            let source = match kind {
                0 => git_source(&url, reference.as_deref(), rev.as_deref()),
                1 => Source { url: Some(url), ..Source::of(SourceKind::Registry) },
                _ => Source { url: Some(format!("sparse+{url}")), ..Source::of(SourceKind::Registry) },
            };
            let text = source.to_lock().unwrap();
            prop_assert_eq!(Source::from_lock(&text).unwrap(), source);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}", tail in "(git|registry|sparse|path)\\+[a-z]{0,5}:?/{0,3}\\PC{0,30}") {
            for text in [text, tail] {
                if let Ok(source) = Source::from_lock(&text)
                    && let Some(lock) = source.to_lock()
                {
                    prop_assert_eq!(Source::from_lock(&lock).unwrap(), source);
                }
            }
        }
    }
}
