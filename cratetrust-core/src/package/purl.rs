//! Package URLs (ECMA-427): parsing, canonical form, and the URL of a cargo package.

use std::collections::BTreeMap;
use std::fmt;

use super::source::{hex_pair, percent_encode};
use super::{Source, SourceKind};
use crate::error::{Error, Result};

/// What is never encoded in a canonical package URL, besides letters and digits.
const PLAIN: &[u8] = b".-_~:";

/// A package URL (ECMA-427).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    /// The type, lower case.
    pub kind: String,
    /// The namespace, decoded.
    pub namespace: Option<String>,
    /// The name, decoded.
    pub name: String,
    /// The version, decoded.
    pub version: Option<String>,
    /// The qualifiers, keys lower case and values decoded.
    pub qualifiers: BTreeMap<String, String>,
    /// The subpath, decoded.
    pub subpath: Option<String>,
}

impl Purl {
    /// A package URL of a type and a name; further parts are set as fields.
    ///
    /// # Errors
    /// `InvalidArgument` for an invalid type or an empty name.
    pub fn new(kind: &str, name: &str) -> Result<Self> {
        let purl = Self {
            kind: kind.to_ascii_lowercase(),
            namespace: None,
            name: name.to_owned(),
            version: None,
            qualifiers: BTreeMap::new(),
            subpath: None,
        };
        purl.canonical()?;
        Ok(purl)
    }

    /// The canonical form: qualifiers in the order of their keys, everything but letters, digits
    /// and `.-_~:` percent-encoded, empty parts left out.
    ///
    /// # Errors
    /// `InvalidArgument` where a part is of no allowed form: the type, an empty name, a qualifier's
    /// key, a namespace on a cargo package.
    pub fn canonical(&self) -> Result<String> {
        self.check().map_err(Error::invalid)?;
        Ok(self.to_string())
    }

    /// Where a cargo package comes from by its package URL; `None` for other types.
    ///
    /// Without qualifiers that is crates.io. `repository_url` names another registry, whose protocol
    /// the URL does not tell: it is given without `sparse+`. `vcs_url` names a git repository and,
    /// after the last `@` of its path, a commit.
    pub fn source(&self) -> Option<Source> {
        if self.kind != "cargo" {
            return None;
        }
        if let Some(url) = self.qualifiers.get("vcs_url") {
            let url = url.split('#').next().unwrap_or_default();
            let url = url.strip_prefix("git+").unwrap_or(url);
            let path = url.find("://").map_or(0, |at| at + 3);
            let path = url
                .get(path..)
                .and_then(|rest| rest.find('/'))
                .map_or(url.len(), |at| at + path);
            let (url, rev) = match url.rfind('@').filter(|at| *at > path) {
                Some(at) => (url.get(..at)?, url.get(at + 1..)),
                None => (url, None),
            };
            return Some(Source {
                url: Some(url.to_owned()),
                rev: rev.filter(|rev| !rev.is_empty()).map(str::to_owned),
                ..Source::of(SourceKind::Git)
            });
        }
        match self.qualifiers.get("repository_url") {
            None => Some(Source::of(SourceKind::CratesIo)),
            Some(url) if is_crates_io(url) => Some(Source::of(SourceKind::CratesIo)),
            Some(url) => Some(Source {
                url: Some(url.clone()),
                ..Source::of(SourceKind::Registry)
            }),
        }
    }

    fn check(&self) -> std::result::Result<(), &'static str> {
        check_kind(&self.kind)?;
        if self.name.is_empty() {
            return Err("a package URL needs a name");
        }
        if self.kind == "cargo" && self.namespace.as_deref().is_some_and(|n| !n.is_empty()) {
            return Err("the package URL of a cargo package has no namespace");
        }
        if !self.qualifiers.keys().all(|key| is_key(key)) {
            return Err("a qualifier's key is invalid");
        }
        Ok(())
    }
}

/// The ways in which crates.io is named where it need not be named.
fn is_crates_io(url: &str) -> bool {
    let url = url.strip_suffix('/').unwrap_or(url);
    matches!(
        url,
        "https://crates.io"
            | "https://index.crates.io"
            | "sparse+https://index.crates.io"
            | "https://github.com/rust-lang/crates.io-index"
            | "registry+https://github.com/rust-lang/crates.io-index"
    )
}

fn check_kind(kind: &str) -> std::result::Result<(), &'static str> {
    if kind.is_empty() {
        return Err("a package URL needs a type");
    }
    let plain = kind
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'));
    if !plain || kind.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("the package URL's type is invalid");
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

impl fmt::Display for Purl {
    /// Writes the canonical form; see [`Purl::canonical`] for one that is checked first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::from("pkg:");
        out.push_str(&self.kind.to_ascii_lowercase());
        for segment in segments(self.namespace.as_deref().unwrap_or_default()) {
            out.push('/');
            percent_encode(segment, PLAIN, &mut out);
        }
        out.push('/');
        percent_encode(&self.name, PLAIN, &mut out);
        if let Some(version) = self.version.as_deref().filter(|v| !v.is_empty()) {
            out.push('@');
            percent_encode(version, PLAIN, &mut out);
        }
        let qualifiers: BTreeMap<String, &String> = self
            .qualifiers
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_ascii_lowercase(), value))
            .collect();
        let mut separator = '?';
        for (key, value) in qualifiers {
            out.push(separator);
            out.push_str(&key);
            out.push('=');
            percent_encode(value, PLAIN, &mut out);
            separator = '&';
        }
        let mut separator = '#';
        for segment in segments(self.subpath.as_deref().unwrap_or_default()) {
            if matches!(segment, "." | "..") {
                continue;
            }
            out.push(separator);
            percent_encode(segment, PLAIN, &mut out);
            separator = '/';
        }
        f.write_str(&out)
    }
}

impl std::str::FromStr for Purl {
    type Err = Error;

    /// Parses a package URL, canonical or not.
    ///
    /// # Errors
    /// `Parse` where it is none.
    fn from_str(text: &str) -> Result<Self> {
        parse(text).map_err(Error::parse)
    }
}

fn parse(text: &str) -> std::result::Result<Purl, &'static str> {
    let (text, subpath) = match text.rsplit_once('#') {
        Some((text, subpath)) => (text, Some(subpath)),
        None => (text, None),
    };
    let (text, query) = match text.rsplit_once('?') {
        Some((text, query)) => (text, query),
        None => (text, ""),
    };
    let (scheme, text) = text
        .split_once(':')
        .ok_or("a package URL begins with `pkg:`")?;
    if !scheme.eq_ignore_ascii_case("pkg") {
        return Err("a package URL begins with `pkg:`");
    }
    let (kind, text) = text
        .trim_start_matches('/')
        .split_once('/')
        .ok_or("a package URL needs a type and a name")?;
    check_kind(kind)?;
    let text = text.trim_matches('/');
    // An `@` at the beginning of a segment is a scope, as npm writes it, and no version.
    let at = text.rfind('@').filter(|at| {
        let (before, after) = text.split_at_checked(*at).unwrap_or_default();
        !((before.is_empty() || before.ends_with('/')) && after.contains('/'))
    });
    let (path, version) = match at.and_then(|at| text.split_at_checked(at)) {
        Some((path, version)) => (
            path.trim_end_matches('/'),
            Some(decode(version.get(1..).unwrap_or_default())?),
        ),
        None => (text, None),
    };
    let (namespace, name) = match path.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, path),
    };
    let mut qualifiers = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or("a qualifier has no value")?;
        if !is_key(key) {
            return Err("a qualifier's key is invalid");
        }
        if value.is_empty() {
            continue;
        }
        if qualifiers
            .insert(key.to_ascii_lowercase(), decode(value)?)
            .is_some()
        {
            return Err("a qualifier's key stands twice");
        }
    }
    let purl = Purl {
        kind: kind.to_ascii_lowercase(),
        namespace: path_of(namespace.unwrap_or_default(), false)?,
        name: decode(name)?,
        version: version.filter(|version| !version.is_empty()),
        qualifiers,
        subpath: path_of(subpath.unwrap_or_default(), true)?,
    };
    purl.check()?;
    Ok(purl)
}

/// Decodes segment by segment; of a subpath, `.` and `..` are dropped.
fn path_of(text: &str, is_subpath: bool) -> std::result::Result<Option<String>, &'static str> {
    let mut out = String::new();
    for segment in segments(text) {
        let segment = decode(segment)?;
        if segment.contains('/') {
            return Err("a segment of the package URL holds an encoded `/`");
        }
        if is_subpath && matches!(segment.as_str(), "." | "..") {
            continue;
        }
        if !out.is_empty() {
            out.push('/');
        }
        out.push_str(&segment);
    }
    Ok((!out.is_empty()).then_some(out))
}

fn decode(text: &str) -> std::result::Result<String, &'static str> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let (value, after) = rest
                .split_first_chunk()
                .and_then(|(pair, after)| Some((hex_pair(*pair)?, after)))
                .ok_or("a `%` in the package URL is not followed by two hexadecimal digits")?;
            out.push(value);
            rest = after;
        } else if byte.is_ascii_control() {
            return Err("the package URL holds a control character");
        } else {
            out.push(*byte);
        }
    }
    String::from_utf8(out).map_err(|_| "the package URL is not UTF-8 once decoded")
}

/// The canonical package URL of a cargo package.
///
/// A package of crates.io has no qualifier, one of another registry `repository_url`, the URL of
/// its index without cargo's `sparse+`; one from git has `vcs_url`, as SPDX writes download
/// locations: `git+URL@COMMIT`. URLs are those of [`Source::public_url`].
///
/// `None` for path packages, the standard library and unknown sources, and also for a registry or a
/// repository in somebody's file system: without a qualifier the URL would name a package of
/// crates.io, and with one it would tell the path.
pub fn package_purl(name: &str, version: &str, source: &Source) -> Option<String> {
    let mut purl = Purl {
        kind: "cargo".to_owned(),
        namespace: None,
        name: name.to_owned(),
        version: Some(version.to_owned()),
        qualifiers: BTreeMap::new(),
        subpath: None,
    };
    match source.kind {
        SourceKind::CratesIo => {}
        SourceKind::Registry => {
            purl.qualifiers
                .insert("repository_url".to_owned(), source.public_url()?);
        }
        SourceKind::Git => {
            let mut url = format!("git+{}", source.public_url()?);
            if let Some(rev) = &source.rev {
                url.push('@');
                url.push_str(rev);
            }
            purl.qualifiers.insert("vcs_url".to_owned(), url);
        }
        SourceKind::Path | SourceKind::Std | SourceKind::Unknown => return None,
    }
    (!name.is_empty()).then(|| purl.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn purl(version: &str, source: &str) -> Option<String> {
        package_purl("demo", version, &Source::from_lock(source).unwrap())
    }

    #[test]
    fn each_kind_of_source_has_its_own_form() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        for (version, source, wanted) in [
            (
                "1.0.0+a.b",
                "registry+https://github.com/rust-lang/crates.io-index",
                Some("pkg:cargo/demo@1.0.0%2Ba.b".to_owned()),
            ),
            (
                "1.0.0",
                "sparse+https://user:pass@r.example/i/",
                Some("pkg:cargo/demo@1.0.0?repository_url=https:%2F%2Fr.example%2Fi%2F".to_owned()),
            ),
            (
                "1.0.0",
                &format!("git+https://token@g.example/d.git?branch=x#{sha}"),
                Some(format!(
                    "pkg:cargo/demo@1.0.0?vcs_url=git%2Bhttps:%2F%2Fg.example%2Fd.git%40{sha}"
                )),
            ),
            ("1.0.0", "git+file:///home/somebody/d#abc", None),
            ("1.0.0", "registry+file:///home/somebody/i", None),
            ("1.0.0", "path+file:///home/somebody/d", None),
        ] {
            assert_eq!(purl(version, source), wanted, "{source}");
        }
        for kind in [SourceKind::Path, SourceKind::Std, SourceKind::Unknown] {
            assert_eq!(package_purl("demo", "1.0.0", &Source::of(kind)), None);
        }
    }

    #[test]
    fn sources_come_back_from_package_urls() {
        for source in [
            "registry+https://github.com/rust-lang/crates.io-index",
            "registry+https://r.example/index",
            "git+https://g.example/d.git#0123456789abcdef0123456789abcdef01234567",
            "git+ssh://g.example:22/d#abc",
        ] {
            let text = purl("1.0.0", source).unwrap();
            let parsed: Purl = text.parse().unwrap();
            let back = parsed.source().unwrap().to_lock();
            assert_eq!(back.as_deref(), Some(source));
        }
        let npm: Purl = "pkg:npm/@scope/name@1.0".parse().unwrap();
        assert_eq!(npm.source(), None);
        assert_eq!(npm.namespace.as_deref(), Some("@scope"));
        assert_eq!(npm.to_string(), "pkg:npm/%40scope/name@1.0");
        let bare: Purl = "pkg:npm/@scope/name".parse().unwrap();
        assert_eq!((bare.name.as_str(), bare.version), ("name", None));
    }

    #[test]
    fn malformed_package_urls_are_refused() {
        for text in [
            "",
            "pkg:",
            "pkg:cargo",
            "pkg:cargo/",
            "pkg:cargo/@1.0.0",
            "pkg:cargo/space/name@1.0.0",
            "pkg:cargo/a@1.0?x",
            "pkg:cargo/a@1.0?x=1&X=2",
            "pkg:cargo/a@1.0?1x=2",
            "pkg:cargo/a@1.%zz",
            "pkg:cargo/a@%ff",
            "pkg:cargo/a@1.0%2",
            "pkg:cargo/a\n@1.0",
            "pkg:generic/a%2Fb/c@1",
            "http:cargo/a@1.0",
        ] {
            assert!(text.parse::<Purl>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_canonical_is_made_so() {
        for (text, canonical) in [
            ("PKG:CARGO/Name@1.0", "pkg:cargo/Name@1.0"),
            ("pkg://cargo//name@1.0", "pkg:cargo/name@1.0"),
            ("pkg:cargo/name/@1.0", "pkg:cargo/name@1.0"),
            ("pkg:cargo/name@1.0+b", "pkg:cargo/name@1.0%2Bb"),
            ("pkg:cargo/name@", "pkg:cargo/name"),
            (
                "pkg:cargo/n@1?b=2&A=1&empty=#/./src/../lib/",
                "pkg:cargo/n@1?a=1&b=2#src/lib",
            ),
        ] {
            let purl: Purl = text.parse().unwrap();
            assert_eq!(purl.to_string(), canonical, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_canonical_form_round_trips(
            kind in "[a-z][a-z0-9.-]{0,8}",
            namespace in proptest::option::of("[^/\\pC]{1,6}(/[^/\\pC]{1,6}){0,2}"),
            name in "[^\\pC]{1,12}",
            version in proptest::option::of("[^\\pC]{1,12}"),
            qualifiers in proptest::collection::btree_map("[a-z][a-z0-9._-]{0,6}", "[^\\pC]{1,12}", 0..4),
            subpath in proptest::option::of("[^/.\\pC]{1,6}(/[^/.\\pC]{1,6}){0,2}"),
        ) {
            prop_assume!(kind != "cargo");
            let purl = Purl { kind, namespace, name, version, qualifiers, subpath };
            let text = purl.canonical().unwrap();
            prop_assert!(text.is_ascii());
            let back: Purl = text.parse().unwrap();
            prop_assert_eq!(&back, &purl);
            prop_assert_eq!(back.to_string(), text);
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "(pkg:/{0,2}(cargo|npm)?/?)?[ -~\\pL]{0,40}") {
            if let Ok(purl) = text.parse::<Purl>() {
                let canonical = purl.to_string();
                let again: Purl = canonical.parse().unwrap();
                prop_assert_eq!(again, purl);
            }
        }
    }
}
