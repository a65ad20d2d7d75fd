//! What only the caller says of packages: where local ones come from, who supplies which, and that
//! declared licences are concluded.

use std::collections::BTreeMap;

use crate::bom::{Bom, Contact, Package};
use crate::error::{Error, Result};
use crate::options::{ComponentSupplier, Options};
use crate::package::{Purl, Source, SourceKind, license, package_purl};

/// Where the local packages come from, `git+URL@COMMIT`, and the project's directory there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    source: Source,
    directory: String,
}

impl Whereabouts {
    /// Reads `git+URL@COMMIT` or `git+URL@COMMIT#DIRECTORY`; `git+` may be left out.
    ///
    /// # Errors
    /// `InvalidArgument` for what is of another form, and for a place on somebody's own machine. The
    /// message does not quote the text, which may hold credentials.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::invalid(format!(
                "`vcs_url` {why}; git+https://HOST/PATH@COMMIT is wanted"
            ))
        };
        let text = text.trim();
        let bare = text.strip_prefix("git+").unwrap_or(text);
        let (bare, directory) = bare.split_once('#').unwrap_or((bare, ""));
        let (url, commit) = bare
            .rsplit_once('@')
            .filter(|(url, _)| url.splitn(4, '/').nth(3).is_some())
            .ok_or_else(|| wrong("names no commit"))?;
        if !matches!(commit.len(), 40 | 64) || !commit.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong("names no commit of 40 or 64 hexadecimal digits"));
        }
        let commit = commit.to_ascii_lowercase();
        let mut source = Source::from_lock(&format!("git+{url}#{commit}"))
            .map_err(|_| wrong("holds no URL of a repository"))?;
        let public = source
            .public_url()
            .ok_or_else(|| wrong("names a repository that others cannot reach"))?;
        source.url = Some(public);
        let directory = crate::manifest::inside(directory)
            .ok_or_else(|| wrong("names a directory outside the repository"))?;
        Ok(Self { source, directory })
    }

    /// The package URL of a local package that lies in that directory of the project.
    fn purl(&self, package: &Package, directory: Option<&str>) -> Option<String> {
        let plain = package_purl(&package.name, &package.version, &self.source)?;
        let parts = [self.directory.as_str(), directory?];
        let path: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if path.is_empty() {
            return Some(plain);
        }
        let mut purl: Purl = plain.parse().ok()?;
        purl.subpath = Some(path.join("/"));
        purl.canonical().ok()
    }
}

/// Writes what the caller says into the packages. `places` holds the directories of local packages,
/// where they are known.
pub(crate) fn describe(
    bom: &mut Bom,
    whereabouts: Option<&Whereabouts>,
    places: &BTreeMap<usize, String>,
    options: &Options,
) {
    if let Some(text) = &options.license {
        bom.document.license = Some(license::normalize(text));
    }
    let main = match bom.roots.as_slice() {
        [root] => Some(*root),
        _ => None,
    };
    for (index, package) in bom.packages.iter_mut().enumerate() {
        if package.source.kind == SourceKind::Path
            && let Some(whereabouts) = whereabouts
        {
            let place = places.get(&index).map(String::as_str);
            package.purl = whereabouts
                .purl(package, place)
                .or_else(|| package_purl(&package.name, &package.version, &whereabouts.source));
        }
        // What the caller gives for the main component stands before its own.
        let given = bom.document.license.as_deref();
        let given = given.filter(|_| main == Some(index));
        if options.conclude_declared
            && let Some(declared) = given.or(package.license.as_deref())
            && license::is_valid(declared)
        {
            package.license_concluded = Some(declared.to_owned());
        }
        if main != Some(index)
            && let Some(supplier) = supplier(package, options.component_supplier)
        {
            package.supplier = Some(supplier);
        }
    }
}

fn supplier(package: &Package, choice: ComponentSupplier) -> Option<Contact> {
    match (choice, package.source.kind) {
        (ComponentSupplier::Authors, _) => authors(&package.authors),
        (ComponentSupplier::Registry, SourceKind::CratesIo) => Some(Contact {
            name: "crates.io".to_owned(),
            url: Some("https://crates.io".to_owned()),
            ..Contact::default()
        }),
        (ComponentSupplier::Registry, SourceKind::Registry) => {
            let url = package.source.public_url()?;
            let host = url.split_once("://")?.1.split('/').next()?;
            Some(Contact {
                name: host.to_owned(),
                url: Some(url.clone()),
                ..Contact::default()
            })
        }
        _ => None,
    }
}

/// The authors as one contact: all names; the mail address only where there is one author.
fn authors(authors: &[String]) -> Option<Contact> {
    let split = |author: &String| match author.split_once('<') {
        Some((name, rest)) => {
            let email = rest.split('>').next().unwrap_or_default().trim().to_owned();
            let name = match name.trim() {
                "" => email.clone(),
                name => name.to_owned(),
            };
            (name, Some(email).filter(|email| email.contains('@')))
        }
        None => (author.trim().to_owned(), None),
    };
    let people: Vec<(String, Option<String>)> = authors
        .iter()
        .map(split)
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let names: Vec<&str> = people.iter().map(|(name, _)| name.as_str()).collect();
    let email = match people.as_slice() {
        [] => return None,
        [(_, email)] => email.clone(),
        _ => None,
    };
    Some(Contact {
        name: names.join(", "),
        email,
        ..Contact::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn purl(text: &str, place: Option<&str>) -> Option<String> {
        let package = Package::new("a", "1.0.0+b", Source::of(SourceKind::Path));
        Whereabouts::parse(text).unwrap().purl(&package, place)
    }

    #[test]
    fn package_urls_of_local_packages() {
        let head = "pkg:cargo/a@1.0.0%2Bb?vcs_url=git%2Bhttps:%2F%2Fgit.example%2Fp%2Fr";
        let want = format!("{head}%40{COMMIT}");
        for text in [
            format!("git+https://git.example/p/r@{COMMIT}"),
            format!("https://git.example/p/r@{}", COMMIT.to_uppercase()),
            format!("git+https://user:secret@git.example/p/r@{COMMIT}"),
        ] {
            assert_eq!(
                purl(&text, Some("")).as_deref(),
                Some(want.as_str()),
                "{text}"
            );
        }
        let text = format!("git+https://git.example/p/r@{COMMIT}#sub");
        assert_eq!(
            purl(&text, Some("crates/x")).unwrap(),
            format!("{want}#sub/crates/x")
        );
        assert_eq!(purl(&text, Some("")).unwrap(), format!("{want}#sub"));
        assert_eq!(purl(&text, None), None);
    }

    #[test]
    fn what_names_no_place_for_others_is_refused() {
        for text in [
            String::new(),
            "git+https://git.example/p/r".to_owned(),
            "git+https://git.example/p/r@main".to_owned(),
            "git+https://user@git.example".to_owned(),
            format!("git+https://@{COMMIT}"),
            format!("git+file:///home/x/r@{COMMIT}"),
            format!("/home/x/r@{COMMIT}"),
            format!("git+https://git.example/p/r@{COMMIT}#../x"),
            format!("git+https://git.example/p r@{COMMIT}"),
        ] {
            let error = Whereabouts::parse(&text).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument, "{text}");
            assert!(!error.to_string().contains("git.example"), "{error}");
        }
    }

    #[test]
    fn authors_as_a_supplier() {
        let of = |list: &[&str]| {
            let list: Vec<String> = list.iter().map(|s| (*s).to_owned()).collect();
            authors(&list).map(|contact| (contact.name, contact.email))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(
            of(&["A <a@b>"]),
            Some(("A".to_owned(), Some("a@b".to_owned())))
        );
        assert_eq!(of(&["A <a@b>", "B"]), Some(("A, B".to_owned(), None)));
        assert_eq!(
            of(&["<a@b>"]),
            Some(("a@b".to_owned(), Some("a@b".to_owned())))
        );
    }
}
