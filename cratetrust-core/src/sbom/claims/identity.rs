//! What a component says that it is, and the source that it claims.

use super::{Named, find};
use crate::bom::Package;
use crate::package::{Source, SourceKind, package_purl};
use crate::sbom::claimed::{self, PurlParts};
use crate::sbom::value::{Faults, Place};
use crate::sbom::{Claim, names};

/// The source that a component claims: the purl first, then properties of ours that agree with it,
/// then what else the document says.
pub(in crate::sbom) fn source_of(
    name: &str,
    version: &str,
    purl: Option<(&str, &PurlParts<'_>)>,
    properties: &[Named<'_>],
    hint: impl FnOnce() -> Source,
) -> Source {
    let implied = purl.map(|(_, parts)| claimed::source_of_purl(parts));
    let kind = find(properties, names::SOURCE_KIND).and_then(SourceKind::from_name);
    let text = |name| find(properties, name).map(str::to_owned);
    let (url, reference, rev) = (
        text(names::SOURCE_URL),
        text(names::SOURCE_REF),
        text(names::SOURCE_REV),
    );
    let Some(implied) = implied else {
        return match kind {
            Some(kind) => Source {
                kind,
                url,
                reference,
                rev,
            },
            None => hint(),
        };
    };
    if kind.is_none() && url.is_none() && reference.is_none() && rev.is_none() {
        return implied;
    }
    let said = Source {
        kind: kind.unwrap_or(implied.kind),
        url: url.or_else(|| implied.url.clone()),
        reference,
        rev: rev.or_else(|| implied.rev.clone()),
    };
    fn bare(source: &Source) -> Option<&str> {
        let url = source.url.as_deref()?;
        Some(url.strip_prefix("sparse+").unwrap_or(url))
    }
    let agrees = (said.kind == implied.kind
        && bare(&said) == bare(&implied)
        && said.rev == implied.rev)
        || purl
            .is_some_and(|(text, _)| package_purl(name, version, &said).as_deref() == Some(text));
    if agrees { said } else { implied }
}

/// Tells of a purl that cannot be taken apart.
pub(in crate::sbom) fn purl_parts<'t>(
    purl: Option<&'t str>,
    faults: &mut Faults,
    place: &Place<'_>,
) -> Option<PurlParts<'t>> {
    let purl = purl?;
    let parts = claimed::purl_parts(purl);
    if parts.is_none() {
        let short: String = purl.chars().take(200).collect();
        faults.add(place, format!("`{short}` is no package URL"));
    }
    parts
}

/// Whether components without a purl may be cargo packages: no purl of the document names
/// anything else, or one names a cargo package.
#[derive(Debug, Default)]
pub(in crate::sbom) struct PurlCensus {
    cargo: bool,
    other: bool,
}

impl PurlCensus {
    pub(in crate::sbom) fn see(&mut self, purl: &str) {
        if claimed::is_cargo(purl) {
            self.cargo = true;
        } else {
            self.other = true;
        }
    }

    pub(in crate::sbom) fn cargo_only(&self) -> bool {
        self.cargo || !self.other
    }
}

/// What a component says that it is, as written.
pub(in crate::sbom) struct Identity<'t> {
    pub reference: &'t str,
    pub name: &'t str,
    pub version: &'t str,
    pub purl: Option<&'t str>,
    pub parts: Option<PurlParts<'t>>,
    pub main: bool,
}

impl Identity<'_> {
    /// How the component is claimed, before any of its other facts.
    pub(in crate::sbom) fn claim(&self, place: &Place<'_>) -> Claim {
        Claim {
            reference: self.reference.to_owned(),
            place: place.to_string(),
            purl: self.purl.map(str::to_owned),
            main: self.main,
            ..Claim::default()
        }
    }

    /// The package that it is; `hint` gives the source where neither purl nor properties do.
    pub(in crate::sbom) fn package(
        &self,
        properties: &[Named<'_>],
        hint: impl FnOnce() -> Source,
    ) -> Package {
        let known = self.purl.zip(self.parts.as_ref());
        let source = source_of(self.name, self.version, known, properties, hint);
        let name = match &self.parts {
            Some(parts) if self.name.is_empty() => parts.name.clone(),
            _ => self.name.to_owned(),
        };
        let mut package = Package::new(name, self.version, source);
        package.purl = known.map(|(purl, _)| purl.to_owned());
        package
    }
}

/// The source where nothing tells it: a path for the main component, else unknown.
pub(in crate::sbom) fn untold(main: bool) -> Source {
    Source::of(if main {
        SourceKind::Path
    } else {
        SourceKind::Unknown
    })
}
