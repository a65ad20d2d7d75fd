//! What a purl or an index address says about a package's source, read as leniently as producers
//! write them. The strict reading is [`crate::package::Purl`].

use std::borrow::Cow;

use crate::package::{Source, SourceKind};

/// The parts of a purl as far as they can be told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PurlParts<'a> {
    /// The type, lower case.
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
    pub version: Option<String>,
    pub qualifiers: Vec<(&'a str, Cow<'a, str>)>,
    pub subpath: Option<String>,
}

impl PurlParts<'_> {
    fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers
            .iter()
            .find(|(k, _)| k.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.as_ref())
    }
}

/// Decodes `%XX`; what is no such escape or no UTF-8 stays as it is.
pub(super) fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match (byte, hex_pair(bytes.clone())) {
            (b'%', Some(value)) => {
                out.push(value);
                bytes.next();
                bytes.next();
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The byte that the next two characters spell.
fn hex_pair(mut ahead: std::str::Bytes<'_>) -> Option<u8> {
    let high = char::from(ahead.next()?).to_digit(16)?;
    let low = char::from(ahead.next()?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// Splits a purl. Accepts values that are not encoded, and `&` in place of the `?` that opens the
/// qualifiers, as some producers write.
pub(super) fn purl_parts(text: &str) -> Option<PurlParts<'_>> {
    let head = text.get(..4)?;
    if !head.eq_ignore_ascii_case("pkg:") {
        return None;
    }
    let rest = text.get(4..)?.trim_start_matches('/');
    // Qualifiers may hold a bare `#`, where their values are not encoded: only what precedes the
    // qualifiers, or follows their last `#`, can be a subpath.
    let (path, tail) = match rest.find(['?', '&', '#']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let (query, subpath) = match tail.rsplit_once('#') {
        Some((query, subpath)) => (query, Some(subpath)),
        None => (tail, None),
    };
    let query = query.trim_start_matches(['?', '&']);
    let (kind, path) = path.split_once('/')?;
    let path = path.trim_matches('/');
    let (path, version) = match path.rsplit_once('@') {
        // An `@` at the front opens an unencoded npm scope.
        Some((path, version)) if !path.is_empty() && !version.contains('/') => {
            (path, Some(version))
        }
        _ => (path, None),
    };
    let (namespace, name) = match path.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, path),
    };
    if kind.is_empty() || name.is_empty() {
        return None;
    }
    Some(PurlParts {
        kind: kind.to_ascii_lowercase(),
        namespace: namespace.map(|text| percent_decode(text).into_owned()),
        name: percent_decode(name).into_owned(),
        version: version.map(|text| percent_decode(text).into_owned()),
        qualifiers: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key, percent_decode(value)))
            .collect(),
        subpath: subpath.map(|text| percent_decode(text).into_owned()),
    })
}

/// Whether a purl is one of a cargo package, also where the rest of it cannot be read.
pub(super) fn is_cargo(purl: &str) -> bool {
    purl_parts(purl).map_or_else(
        || {
            purl.get(..9)
                .is_some_and(|head| head.eq_ignore_ascii_case("pkg:cargo"))
        },
        |parts| parts.kind == "cargo",
    )
}

/// The addresses under which crates.io is known.
fn is_crates_io(url: &str) -> bool {
    let url = url
        .trim_start_matches("sparse+")
        .trim_start_matches("registry+");
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    matches!(
        rest.trim_end_matches('/').trim_end_matches(".git"),
        "crates.io"
            | "www.crates.io"
            | "index.crates.io"
            | "static.crates.io"
            | "static.crates.io/crates"
            | "crates.io/api/v1/crates"
            | "github.com/rust-lang/crates.io-index"
    )
}

/// The registry at an index address, with or without `registry+`.
fn registry(url: &str) -> Source {
    if is_crates_io(url) {
        return Source::of(SourceKind::CratesIo);
    }
    Source {
        url: Some(url.strip_prefix("registry+").unwrap_or(url).to_owned()),
        ..Source::of(SourceKind::Registry)
    }
}

/// A git repository in the form `git+URL@REV#SUBPATH` of SPDX download locations.
pub(super) fn git_location(text: &str) -> Source {
    let text = text.strip_prefix("git+").unwrap_or(text);
    let text = text.split('#').next().unwrap_or(text);
    let path = text.find("://").map_or(0, |at| at + 3);
    let path = text
        .get(path..)
        .and_then(|rest| rest.find('/'))
        .map_or(path, |slash| path + slash);
    let (url, rev) = match text.rfind('@') {
        Some(at) if at > path => (text.get(..at), text.get(at + 1..)),
        _ => (Some(text), None),
    };
    Source {
        url: url.map(str::to_owned),
        rev: rev.filter(|rev| !rev.is_empty()).map(str::to_owned),
        ..Source::of(SourceKind::Git)
    }
}

/// The source that the purl of a cargo package claims.
pub(super) fn source_of_purl(parts: &PurlParts<'_>) -> Source {
    if let Some(url) = parts.qualifier("vcs_url") {
        return git_location(url);
    }
    if let Some(url) = parts.qualifier("repository_url") {
        return registry(url);
    }
    match parts.qualifier("download_url") {
        None => Source::of(SourceKind::CratesIo),
        Some(url)
            if url
                .get(..5)
                .is_some_and(|s| s.eq_ignore_ascii_case("file:")) =>
        {
            Source::of(SourceKind::Path)
        }
        Some(url) => source_of_download(url),
    }
}

/// The source that the address of a download names, as far as it can be told.
pub(super) fn source_of_download(url: &str) -> Source {
    for store in [
        "https://static.crates.io/crates/",
        "https://crates.io/api/v1/crates/",
    ] {
        if url.starts_with(store) {
            return Source::of(SourceKind::CratesIo);
        }
    }
    if url.starts_with("git+") {
        return git_location(url);
    }
    Source {
        url: Some(url.to_owned()),
        ..Source::of(SourceKind::Unknown)
    }
}

/// The source that an index string such as `registry+https://…` or `git+https://…#commit` names;
/// `None` for other text.
pub(super) fn source_of_index(text: &str) -> Option<Source> {
    if text.starts_with("registry+") || text.starts_with("sparse+") {
        let end = text.find('#').unwrap_or(text.len());
        return text.get(..end).map(registry);
    }
    let rest = text.strip_prefix("git+")?;
    let Some((rest, fragment)) = rest.split_once('#') else {
        return Some(git_location(text));
    };
    // In a lockfile the fragment is a commit, in cargo's package ids a name and version.
    let rev = Some(fragment).filter(|rev| rev.bytes().all(|b| b.is_ascii_hexdigit()));
    let (url, query) = match rest.split_once('?') {
        Some((url, query)) => (url, query),
        None => (rest, ""),
    };
    let reference = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| matches!(*key, "branch" | "tag" | "rev"))
        .map(|(key, value)| format!("{key}={}", percent_decode(value)));
    Some(Source {
        kind: SourceKind::Git,
        url: Some(url.to_owned()),
        reference,
        rev: rev.filter(|rev| !rev.is_empty()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(purl: &str) -> Source {
        source_of_purl(&purl_parts(purl).unwrap())
    }

    #[test]
    fn purls_of_many_hands() {
        let plain = purl_parts("pkg:cargo/a_b@1.0.0%2Bx").unwrap();
        assert_eq!((&*plain.kind, &*plain.name), ("cargo", "a_b"));
        assert_eq!(plain.version.as_deref(), Some("1.0.0+x"));
        let rev = "0123456789012345678901234567890123456789";
        for url in [
            format!("pkg:cargo/a@1?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fr%40{rev}"),
            format!("pkg:cargo/a@1?vcs_url=git+https://example.org/r@{rev}#sub/dir"),
            format!("pkg:cargo/a@1?vcs_url=git%2Bhttps://example.org/r%40{rev}"),
        ] {
            let source = source(&url);
            assert_eq!(source.kind, SourceKind::Git, "{url}");
            assert_eq!(source.url.as_deref(), Some("https://example.org/r"));
            assert_eq!(source.rev.as_deref(), Some(rev));
        }
        assert_eq!(
            source("pkg:cargo/a@1?repository_url=https://index.crates.io/").kind,
            SourceKind::CratesIo
        );
        assert_eq!(
            source("pkg:cargo/a@1?repository_url=https:%2F%2Fexample.org%2Fi").url,
            Some("https://example.org/i".to_owned())
        );
        assert_eq!(
            source("pkg:cargo/a@1?download_url=file:///x/y").kind,
            SourceKind::Path
        );
        assert_eq!(
            source("pkg:cargo/a@1&download_url=redacted").kind,
            SourceKind::Unknown
        );
        let npm = purl_parts("pkg:npm/@scope/x@1").unwrap();
        assert_eq!(npm.namespace.as_deref(), Some("@scope"));
        assert_eq!(purl_parts("pkg:cargo/@scope").unwrap().version, None);
        for bad in [
            "",
            "pkg:",
            "pkg:cargo",
            "pkg:cargo/",
            "cargo/a@1",
            "pkg:/a",
            "é:ñü",
        ] {
            assert_eq!(purl_parts(bad), None, "{bad}");
        }
    }

    #[test]
    fn index_strings() {
        let git = source_of_index("git+https://example.org/r?branch=a%2Fb#abc").unwrap();
        assert_eq!(git.reference.as_deref(), Some("branch=a/b"));
        assert_eq!(git.rev.as_deref(), Some("abc"));
        let index = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source_of_index(index).unwrap().kind, SourceKind::CratesIo);
        let other = source_of_index("sparse+https://example.org/i/#a@1").unwrap();
        assert_eq!(other.url.as_deref(), Some("sparse+https://example.org/i/"));
        assert_eq!(source_of_index("https://example.org"), None);
    }
}
