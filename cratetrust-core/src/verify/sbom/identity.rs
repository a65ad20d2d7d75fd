//! Where a component says it comes from, and whether that agrees with the evidence.

use std::str::FromStr as _;

use crate::bom::Package;
use crate::package::{Purl, Source, SourceKind};
use crate::sbom::Claim;

/// A source in a form in which equal sources are equal, however they are spelled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) kind: SourceKind,
    /// The URL without cargo's prefixes, a trailing slash or `.git`.
    pub(super) url: String,
    /// The commit, lower case.
    pub(super) rev: String,
}

impl Origin {
    const fn of(kind: SourceKind) -> Self {
        Self {
            kind,
            url: String::new(),
            rev: String::new(),
        }
    }

    pub(super) fn of_source(source: &Source) -> Self {
        match (source.kind, &source.url) {
            (SourceKind::Registry, Some(url)) => Self::registry(url),
            (SourceKind::Git, Some(url)) => Self {
                kind: SourceKind::Git,
                url: plain_url(url),
                rev: source.rev.as_deref().unwrap_or("").to_ascii_lowercase(),
            },
            (kind, _) => Self::of(kind),
        }
    }

    /// From the address of an index, with or without cargo's prefix.
    pub(super) fn registry(url: &str) -> Self {
        let url = plain_url(url);
        // The registry that a purl without a qualifier means, by any of its own addresses.
        let address = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        match address {
            "crates.io"
            | "www.crates.io"
            | "index.crates.io"
            | "static.crates.io"
            | "static.crates.io/crates"
            | "crates.io/api/v1/crates"
            | "github.com/rust-lang/crates.io-index" => Self::of(SourceKind::CratesIo),
            _ => Self {
                kind: SourceKind::Registry,
                url,
                rev: String::new(),
            },
        }
    }

    /// From a purl's `vcs_url`: `git+URL@REV#SUBPATH`.
    fn vcs(text: &str) -> Self {
        let text = text.split('#').next().unwrap_or(text);
        let path_start = text.find("://").map_or(0, |at| at + 3);
        let path_start = text
            .get(path_start..)
            .and_then(|rest| rest.find('/'))
            .map_or(text.len(), |at| path_start + at);
        // An `@` before the path belongs to the user name of an ssh address.
        let (url, rev) = match text.rfind('@') {
            Some(at) if at > path_start => (
                text.get(..at).unwrap_or(text),
                text.get(at + 1..).unwrap_or(""),
            ),
            _ => (text, ""),
        };
        Self {
            kind: SourceKind::Git,
            url: plain_url(url),
            rev: rev.to_ascii_lowercase(),
        }
    }
}

/// A URL without the prefixes that cargo and purls put before it, without a user, which documents
/// for others leave out, and without the endings that mean nothing.
fn plain_url(url: &str) -> String {
    let url = ["registry+", "sparse+", "git+"]
        .into_iter()
        .find_map(|prefix| url.strip_prefix(prefix))
        .unwrap_or(url);
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let url = url.trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest
        .find('/')
        .and_then(|at| rest.split_at_checked(at))
        .unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!(
        "{}://{}{path}",
        scheme.to_ascii_lowercase(),
        host.to_ascii_lowercase()
    )
}

/// What is left of a local URL in a document for others.
const LOCAL: &str = "file:";

fn urls_agree(known: &str, claimed: &str) -> bool {
    let is_hidden = known == LOCAL || claimed == LOCAL;
    known == claimed || (is_hidden && known.starts_with(LOCAL) && claimed.starts_with(LOCAL))
}

/// How a claimed source stands to that of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// They agree, or one of them says nothing.
    Same,
    /// A path package is claimed as one of the public registry.
    LocalAsPublic,
    /// They name different places.
    Other,
}

pub(super) fn agreement(evidence: &Source, claimed: &Origin) -> Agreement {
    use SourceKind::{CratesIo, Git, Path, Unknown};
    match (evidence.kind, claimed.kind) {
        (Unknown, _) | (_, Unknown) => return Agreement::Same,
        (Path, CratesIo) => return Agreement::LocalAsPublic,
        // The repository of a local package may be told by the caller.
        (Path, Git) => return Agreement::Same,
        (a, b) if a != b => return Agreement::Other,
        _ => {}
    }
    // A list in a binary names the kind of the source and no more.
    if evidence.url.is_none() {
        return Agreement::Same;
    }
    let known = Origin::of_source(evidence);
    let agree =
        urls_agree(&known.url, &claimed.url) && revisions_agree(evidence, &known.rev, &claimed.rev);
    if agree {
        Agreement::Same
    } else {
        Agreement::Other
    }
}

/// A claimed revision may be absent, shortened, or the branch or tag that the lockfile names.
fn revisions_agree(evidence: &Source, known: &str, claimed: &str) -> bool {
    const SHORTEST_ABBREVIATION: usize = 7;
    known.is_empty()
        || claimed.is_empty()
        || known == claimed
        || (claimed.len() >= SHORTEST_ABBREVIATION && known.starts_with(claimed))
        || evidence
            .reference
            .as_deref()
            .and_then(|reference| reference.split_once('='))
            .is_some_and(|(_, name)| name.eq_ignore_ascii_case(claimed))
}

/// What a component's package URL says.
#[derive(Debug)]
pub(super) enum PurlClaim {
    /// There is none.
    Absent,
    /// It does not parse; why.
    Malformed(String),
    /// It parses.
    Read {
        purl: Purl,
        /// The places that its qualifiers name, the first one being its identity.
        origins: Vec<Origin>,
    },
}

/// One component of the document, made ready for comparing.
#[derive(Debug)]
pub(super) struct Claimed<'a> {
    pub(super) package: &'a Package,
    pub(super) claim: &'a Claim,
    pub(super) purl: PurlClaim,
    /// The source that is stated apart from the purl, where it is stated.
    pub(super) stated: Option<Origin>,
    /// The SHA-256 digits, lower case, where exactly one is given.
    pub(super) sha256: Option<String>,
}

impl<'a> Claimed<'a> {
    pub(super) fn new(package: &'a Package, claim: &'a Claim) -> Self {
        let purl = match claim.purl.as_deref() {
            None => PurlClaim::Absent,
            Some(text) => match Purl::from_str(text) {
                Ok(purl) => {
                    let origins = origins(&purl);
                    PurlClaim::Read { purl, origins }
                }
                Err(error) => PurlClaim::Malformed(error.message().to_owned()),
            },
        };
        let stated = Some(Origin::of_source(&package.source))
            .filter(|origin| origin.kind != SourceKind::Unknown)
            .filter(|origin| match &purl {
                PurlClaim::Read { origins, .. } => !origins.contains(origin),
                _ => true,
            });
        let mut claimed = Self {
            package,
            claim,
            purl,
            stated,
            sha256: None,
        };
        let mut found = claimed
            .hashes()
            .filter(|(label, _)| super::component::algorithm(label) == "SHA256")
            .map(|(_, digits)| digits.to_ascii_lowercase());
        let first = found.next();
        let only = found.next().is_none();
        drop(found);
        claimed.sha256 = first.filter(|_| only);
        claimed
    }

    /// Every digest: those of the component, and those in the purl's `checksum` qualifier.
    pub(super) fn hashes(&self) -> impl Iterator<Item = (&str, &str)> {
        let qualifier = match &self.purl {
            PurlClaim::Read { purl, .. } => purl.qualifiers.get("checksum").map(String::as_str),
            _ => None,
        };
        self.claim
            .hashes
            .iter()
            .map(|(label, digits)| (label.as_str(), digits.as_str()))
            .chain(
                qualifier
                    .into_iter()
                    .flat_map(|list| list.split(','))
                    .filter_map(|item| item.split_once(':')),
            )
    }

    /// The name and version of the purl, where the purl is one of a cargo package.
    pub(super) fn purl_identity(&self) -> Option<(&str, Option<&str>, &Origin)> {
        match &self.purl {
            PurlClaim::Read { purl, origins }
                if purl.kind == "cargo" && purl.namespace.is_none() =>
            {
                Some((&purl.name, purl.version.as_deref(), origins.first()?))
            }
            _ => None,
        }
    }

    /// Whether the purl names the component that it stands on, as far as it names anything.
    pub(super) fn purl_is_consistent(&self) -> bool {
        self.purl_identity().is_some_and(|(name, version, _)| {
            name == self.package.name
                && version
                    .is_none_or(|v| v == self.package.version || self.package.version.is_empty())
        })
    }

    /// The version: the component's own, else that of its purl.
    pub(super) fn version(&self) -> &str {
        if self.package.version.is_empty()
            && let Some((_, Some(version), _)) = self.purl_identity()
        {
            return version;
        }
        &self.package.version
    }

    /// The place that it says it comes from, by its purl or else as stated.
    pub(super) fn origin(&self) -> Option<&Origin> {
        self.purl_identity()
            .map(|(_, _, origin)| origin)
            .or(self.stated.as_ref())
    }

    /// Whether it says that it is a crate of the standard library, which no package URL can say.
    pub(super) fn is_std(&self) -> bool {
        let origin = self.stated.as_ref().map(|origin| origin.kind);
        origin == Some(SourceKind::Std) && matches!(self.purl, PurlClaim::Absent)
    }

    /// The component in a few words: its purl, or its name and version.
    pub(super) fn describe(&self) -> String {
        match &self.claim.purl {
            Some(purl) => purl.clone(),
            None => name_at_version(&self.package.name, self.version()),
        }
    }
}

pub(super) fn name_at_version(name: &str, version: &str) -> String {
    if version.is_empty() {
        name.to_owned()
    } else {
        format!("{name}@{version}")
    }
}

/// The places that a purl names: each qualifier that names one counts, so that a false one cannot
/// hide behind a true one. None at all means the public registry.
fn origins(purl: &Purl) -> Vec<Origin> {
    let mut origins = Vec::new();
    if let Some(url) = purl.qualifiers.get("repository_url") {
        origins.push(Origin::registry(url));
    }
    if let Some(url) = purl.qualifiers.get("vcs_url") {
        origins.push(Origin::vcs(url));
    }
    if let Some(url) = purl.qualifiers.get("download_url")
        && url.starts_with("file:")
    {
        origins.push(Origin::of(SourceKind::Path));
    }
    if origins.is_empty() {
        origins.push(Origin::of(SourceKind::CratesIo));
    }
    origins
}

/// The host of an address, without user, port and case.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(host.split(':').next()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(url: &str, reference: Option<&str>, rev: &str) -> Source {
        Source {
            kind: SourceKind::Git,
            url: Some(url.to_owned()),
            reference: reference.map(str::to_owned),
            rev: Some(rev.to_owned()),
        }
    }

    #[test]
    fn spelling_makes_no_other_registry() {
        let plain = Origin::registry("https://example.org/index");
        for text in [
            "registry+https://example.org/index",
            "sparse+HTTPS://EXAMPLE.org/index/",
            "https://example.org/index.git",
        ] {
            assert_eq!(Origin::registry(text), plain, "{text}");
        }
        assert_ne!(Origin::registry("https://example.org/Index"), plain);
        assert_eq!(
            Origin::registry("sparse+https://index.crates.io/").kind,
            SourceKind::CratesIo
        );
    }

    #[test]
    fn a_repository_address_loses_its_user_and_its_revision() {
        let origin = Origin::vcs("git+ssh://git@example.org/a/b.git@ABCDEF0#sub/dir");
        assert_eq!(origin.url, "ssh://example.org/a/b");
        assert_eq!(origin.rev, "abcdef0");
        assert_eq!(Origin::vcs("git+ssh://git@example.org/a/b").rev, "");
        assert_eq!(Origin::vcs("git+https://example.org").rev, "");
    }

    #[test]
    fn revisions_may_be_short_but_not_others() {
        let rev = "0123456789abcdef0123456789abcdef01234567";
        let source = git("https://example.org/a", Some("tag=v1"), rev);
        let agrees = |text: &str| agreement(&source, &Origin::vcs(text));
        assert_eq!(agrees("git+https://example.org/a"), Agreement::Same);
        assert_eq!(agrees("git+https://example.org/a@0123456"), Agreement::Same);
        assert_eq!(agrees("git+https://example.org/a.git@v1"), Agreement::Same);
        assert_eq!(agrees("git+https://example.org/a@012345"), Agreement::Other);
        assert_eq!(agrees("git+https://example.org/a@v2"), Agreement::Other);
        assert_eq!(
            agrees(&format!("git+https://example.org/b@{rev}")),
            Agreement::Other
        );
        assert_eq!(agrees(&format!("git+file:///@{rev}")), Agreement::Other);
    }

    #[test]
    fn a_local_repository_may_be_told_without_its_path() {
        let source = git("file:///somewhere/r", None, "0123456789");
        let agrees = |text: &str| agreement(&source, &Origin::vcs(text));
        assert_eq!(agrees("git+file:///@0123456789"), Agreement::Same);
        assert_eq!(
            agrees("git+file:///somewhere/r@0123456789"),
            Agreement::Same
        );
        assert_eq!(agrees("git+file:///elsewhere@0123456789"), Agreement::Other);
        assert_eq!(agrees("git+file:///@1123456789"), Agreement::Other);
    }
}
