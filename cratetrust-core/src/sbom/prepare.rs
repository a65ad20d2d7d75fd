//! What every writer does first: a bill of materials in its sorted form, without anything that
//! tells of the machine or the user that it was made on.

use std::borrow::Cow;

use crate::bom::{Bom, Package};
use crate::package::{SourceKind, package_purl};

/// The bill of materials as it may be written: sorted, and free of local paths and user names.
pub(super) fn prepare(bom: &Bom) -> Cow<'_, Bom> {
    let leaks = bom.packages.iter().any(package_leaks)
        || bom.evidence.iter().any(|e| e.name.contains(['/', '\\']));
    if !leaks && is_normal(bom) {
        return Cow::Borrowed(bom);
    }
    let mut owned = bom.clone();
    if leaks {
        owned.packages.iter_mut().for_each(redact_package);
        for evidence in &mut owned.evidence {
            if let Some((_, name)) = evidence.name.rsplit_once(['/', '\\']) {
                evidence.name = name.to_owned();
            }
        }
    }
    owned.normalize();
    Cow::Owned(owned)
}

fn is_normal(bom: &Bom) -> bool {
    bom.packages.iter().enumerate().all(|(i, p)| p.id == i)
        && bom.packages.is_sorted_by(|a, b| {
            (&a.name, &a.version, &a.source) <= (&b.name, &b.version, &b.source)
        })
        && bom.edges.is_sorted_by(|a, b| a < b)
        && bom.roots.is_sorted_by(|a, b| a < b)
        && bom.gaps.is_sorted()
}

/// A URL without user information; `None` for what names a place on this machine.
pub(super) fn redact_url(url: &str) -> Option<Cow<'_, str>> {
    let kind = ["sparse+", "registry+", "git+"]
        .into_iter()
        .find(|kind| url.starts_with(kind))
        .map_or(0, str::len);
    let (prefix, bare) = url.split_at_checked(kind).unwrap_or(("", url));
    let Some((scheme, rest)) = bare.split_once("://") else {
        let local = bare.starts_with(['/', '\\', '~', '.'])
            || bare
                .get(..5)
                .is_some_and(|s| s.eq_ignore_ascii_case("file:"))
            || matches!(bare.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
        // `user@host:path`, the short form of ssh addresses.
        return match bare.split_once('@') {
            _ if local => None,
            Some((user, host)) if !user.contains(['/', ':', '?', '#']) && host.contains(':') => {
                Some(Cow::Owned(format!("{prefix}{host}")))
            }
            _ => Some(Cow::Borrowed(url)),
        };
    };
    let scheme_end = scheme.rsplit('+').next().unwrap_or(scheme);
    if scheme_end.eq_ignore_ascii_case("file") {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    match authority.rfind('@') {
        None => Some(Cow::Borrowed(url)),
        Some(at) => {
            let rest = rest.get(at + 1..).unwrap_or_default();
            Some(Cow::Owned(format!("{prefix}{scheme}://{rest}")))
        }
    }
}

fn url_leaks(url: Option<&str>) -> bool {
    url.is_some_and(|url| !matches!(redact_url(url), Some(Cow::Borrowed(_))))
}

fn package_leaks(package: &Package) -> bool {
    matches!(package.source.public(), Cow::Owned(_))
        || [
            &package.homepage,
            &package.documentation,
            &package.repository,
        ]
        .into_iter()
        .any(|url| url_leaks(url.as_deref()))
        || package.purl.as_deref().is_some_and(purl_leaks)
}

/// Whether a qualifier of a purl names a place on this machine or a user.
fn purl_leaks(purl: &str) -> bool {
    let Some((_, qualifiers)) = purl.split_once('?') else {
        return false;
    };
    qualifiers
        .split(['&', '#'])
        .filter_map(|pair| pair.split_once('='))
        .any(|(key, value)| {
            key != "checksum" && url_leaks(Some(&super::claimed::percent_decode(value)))
        })
}

fn redact_package(package: &mut Package) {
    package.source = package.source.public().into_owned();
    if package.purl.as_deref().is_some_and(purl_leaks) {
        // A purl that only lost its qualifiers would claim crates.io.
        package.purl = match package.source.kind {
            SourceKind::CratesIo => None,
            _ => package_purl(&package.name, &package.version, &package.source),
        };
    }
    for url in [
        &mut package.homepage,
        &mut package.documentation,
        &mut package.repository,
    ] {
        if let Some(text) = url.take() {
            *url = redact_url(&text).map(Cow::into_owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Source;

    #[test]
    fn local_places_and_users_are_redacted() {
        for (url, redacted) in [
            ("https://example.org/a@b", Some("https://example.org/a@b")),
            ("https://me:pw@example.org/a", Some("https://example.org/a")),
            ("https://a@b@example.org", Some("https://example.org")),
            (
                "sparse+https://tok@example.org/i/",
                Some("sparse+https://example.org/i/"),
            ),
            ("git@example.org:a/b", Some("example.org:a/b")),
            ("ssh://git@example.org/a", Some("ssh://example.org/a")),
            ("file:///home/me/a", None),
            ("git+file:///home/me/a", None),
            ("sparse+FILE:///x", None),
            ("local-registry+file:///x", None),
            ("file:relative", None),
            ("/home/me", None),
            ("C:\\me", None),
            (
                "https://example.org/C:\\x",
                Some("https://example.org/C:\\x"),
            ),
            ("", Some("")),
            ("é", Some("é")),
        ] {
            assert_eq!(redact_url(url).as_deref(), redacted, "{url}");
        }
    }

    #[test]
    fn a_leaking_purl_never_becomes_a_registry_claim() {
        let mut source = Source::of(SourceKind::Git);
        source.url = Some("file:///home/me/repo".into());
        source.rev = Some("ab".repeat(20));
        let mut package = Package::new("a", "1.0.0", source);
        package.purl = Some("pkg:cargo/a@1.0.0?vcs_url=git%2Bfile:%2F%2F%2Fhome%2Fme".into());
        let bom = Bom {
            packages: vec![package],
            ..Bom::default()
        };
        let clean = prepare(&bom);
        assert_eq!(clean.packages[0].purl, None);
        assert_eq!(clean.packages[0].source.url.as_deref(), Some("file:///"));
        assert!(clean.packages[0].source.rev.is_some());
    }
}
