//! Package id specs, as cargo's own records name packages (the Cargo book, "Package ID
//! Specifications").

use crate::bom::Package;
use crate::error::{Error, Result};
use crate::package::{Source, SourceKind, package_purl};
use crate::text::is_misleading;

/// Longer names and versions are no package's: they end in messages and in documents.
const LONGEST: usize = 1_024;

/// Reads a spec: `URL#name@version`, `URL#version` and `URL#name`, where what is left out is the
/// URL's last segment or not told, and the same without a URL.
///
/// The package has an empty version where the spec names none. Local paths are not kept.
///
/// # Errors
/// `Parse` where it names no package. The message does not quote the URL.
pub(super) fn package(spec: &str) -> Result<Package> {
    let (url, fragment) = match spec.rsplit_once('#') {
        Some((url, fragment)) => (Some(url), Some(fragment)),
        None if spec.contains("://") => (Some(spec), None),
        None => (None, Some(spec)),
    };
    let last = || {
        let url = url?.split(['?', '#']).next()?;
        let path = url.split_once("://").map_or(url, |(_, path)| path);
        let url = path.trim_end_matches(['/', '\\']);
        url.rsplit(['/', '\\']).next()
    };
    let (name, version) = match fragment {
        Some(fragment) => match fragment.split_once('@') {
            Some((name, version)) => (Some(name), version),
            None if url.is_some() && fragment.starts_with(|c: char| c.is_ascii_digit()) => {
                (last(), fragment)
            }
            None => (Some(fragment), ""),
        },
        None => (last(), ""),
    };
    let source = match url {
        None => Source::of(SourceKind::Unknown),
        Some(url) => source(url)?,
    };
    named(name.unwrap_or_default(), version, source)
}

/// A package of that name, version (empty where it is not told) and source.
///
/// # Errors
/// `Parse` where name or version are none.
pub(super) fn named(name: &str, version: &str, source: Source) -> Result<Package> {
    let is_odd = |text: &str| {
        text.len() > LONGEST
            || text
                .chars()
                .any(|c| c.is_whitespace() || is_misleading(c) || matches!(c, '/' | '\\'))
    };
    if name.is_empty() || is_odd(name) {
        return Err(Error::parse("it names no package"));
    }
    if is_odd(version) || (!version.is_empty() && semver::Version::parse(version).is_err()) {
        return Err(Error::parse("its version is none (SemVer 2.0)"));
    }
    let mut package = Package::new(name, version, source.public().into_owned());
    package.purl = purl(&package);
    Ok(package)
}

/// The package URL, as far as name, version and source are known.
pub(super) fn purl(package: &Package) -> Option<String> {
    let incomplete = package.version.is_empty()
        || (matches!(package.source.kind, SourceKind::Git | SourceKind::Registry)
            && package.source.url.is_none());
    if incomplete {
        return None;
    }
    package_purl(&package.name, &package.version, &package.source)
}

/// The source that a spec's URL names; unknown where it does not name its kind.
///
/// # Errors
/// As [`Source::from_lock`].
pub(super) fn source(url: &str) -> Result<Source> {
    match url.split_once('+') {
        Some(("registry" | "sparse" | "git" | "path", _)) => Source::from_lock(url),
        // Before specs named their kind, and for kinds that are a mirror of another source.
        _ => Ok(Source::of(SourceKind::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn specs_name_packages_in_every_form() {
        for (spec, name, version, kind, url) in [
            (
                "registry+https://github.com/rust-lang/crates.io-index#itoa@1.0.1",
                "itoa",
                "1.0.1",
                SourceKind::CratesIo,
                None,
            ),
            (
                "path+file:///home/somebody/app#0.1.0",
                "app",
                "0.1.0",
                SourceKind::Path,
                None,
            ),
            (
                "path+file:///C:/Users/somebody/dir#other@0.1.0-rc.1+b",
                "other",
                "0.1.0-rc.1+b",
                SourceKind::Path,
                None,
            ),
            (
                "git+https://h.example/glib?branch=main#0.2.0",
                "glib",
                "0.2.0",
                SourceKind::Git,
                Some("https://h.example/glib"),
            ),
            (
                "git+file:///home/somebody/r#glib@0.1.0",
                "glib",
                "0.1.0",
                SourceKind::Git,
                Some("file:///"),
            ),
            (
                "git+ssh://git@h.example/r?branch=fix-#12#glib@0.1.0",
                "glib",
                "0.1.0",
                SourceKind::Git,
                Some("ssh://h.example/r"),
            ),
            (
                "sparse+https://r.example/index/#x@1.0.0",
                "x",
                "1.0.0",
                SourceKind::Registry,
                Some("sparse+https://r.example/index/"),
            ),
            (
                "path+file:///home/x/app#app",
                "app",
                "",
                SourceKind::Path,
                None,
            ),
            (
                "path+file:///home/x/app/",
                "app",
                "",
                SourceKind::Path,
                None,
            ),
            (
                "https://h.example/a/b#1.0.0",
                "b",
                "1.0.0",
                SourceKind::Unknown,
                None,
            ),
            ("itoa@1.0.1", "itoa", "1.0.1", SourceKind::Unknown, None),
            ("itoa", "itoa", "", SourceKind::Unknown, None),
        ] {
            let package = package(spec).unwrap_or_else(|e| panic!("{spec}: {e}"));
            assert_eq!(
                (&*package.name, &*package.version),
                (name, version),
                "{spec}"
            );
            assert_eq!(package.source.kind, kind, "{spec}");
            assert_eq!(package.source.url.as_deref(), url, "{spec}");
            assert!(!format!("{package:?}").contains("somebody"), "{package:?}");
        }
    }

    #[test]
    fn what_names_no_package_is_refused() {
        for spec in [
            "",
            "#",
            "path+file:///secret#",
            "path+file:///#1.0.0",
            "path+file:///secret#a b@1.0.0",
            "path+file:///secret#a@one",
            "git+nothing#a@1.0.0",
            "path+file:///secret#a\u{202e}b@1.0.0",
        ] {
            let error = package(spec).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Parse, "{spec}");
            assert!(!error.message().contains("secret"), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn any_text_is_read_or_refused(text in "(path|git|registry|sparse)?\\+?[a-z]{0,4}:?/{0,3}\\PC{0,20}#?\\PC{0,12}@?[0-9.]{0,6}") {
            if let Ok(package) = package(&text) {
                prop_assert!(!package.name.is_empty());
            }
        }
    }
}
