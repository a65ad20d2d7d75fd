//! What a document says of its packages in other places, looked at before they are read.

use std::collections::{HashMap, HashSet};

use super::model::{DOCUMENT_ID, NO_ASSERTION, NONE};
use crate::sbom::claims::PurlCensus;
use crate::sbom::value::{Fields, Json, get};

/// Whether packages without a purl may be cargo packages.
pub(super) fn cargo_only(fields: &Fields<'_>) -> bool {
    let mut census = PurlCensus::default();
    get(fields, "packages")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::object)
        .flat_map(purls)
        .for_each(|purl| census.see(purl));
    census.cargo_only()
}

/// The purls of a package, as written.
pub(super) fn purls<'t>(package: &'t Fields<'_>) -> impl Iterator<Item = &'t str> {
    get(package, "externalRefs")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::object)
        .filter(|r| get(r, "referenceType").and_then(Json::text) == Some("purl"))
        .filter_map(|r| get(r, "referenceLocator").and_then(Json::text))
}

/// The licence texts that a document carries, by their references.
pub(super) fn texts<'t>(fields: &'t Fields<'_>) -> HashMap<&'t str, &'t str> {
    get(fields, "hasExtractedLicensingInfos")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(|info| {
            let info = info.object()?;
            let text = |key| get(info, key).and_then(Json::text);
            Some((text("licenseId")?, text("extractedText")?))
        })
        .collect()
}

/// What SPDX 2.3 (11.1) lets stand for the end of a dependency: there are none, or nobody says.
pub(super) fn completeness<'t>(fields: &'t Fields<'_>) -> HashMap<&'t str, &'static str> {
    let mut out = HashMap::new();
    for relationship in get(fields, "relationships")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::object)
    {
        let text = |key| get(relationship, key).and_then(Json::text);
        let told = match text("relatedSpdxElement") {
            Some(NONE) => "complete",
            Some(NO_ASSERTION) => "unknown",
            _ => continue,
        };
        if text("relationshipType") == Some("DEPENDS_ON")
            && let Some(id) = text("spdxElementId")
        {
            out.insert(id, told);
        }
    }
    out
}

/// The identifiers that the document says it describes.
pub(super) fn described<'t>(fields: &'t Fields<'_>) -> HashSet<&'t str> {
    let mut out: HashSet<&str> = get(fields, "documentDescribes")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::text)
        .collect();
    for relationship in get(fields, "relationships")
        .and_then(Json::array)
        .unwrap_or_default()
    {
        let text = |key| {
            relationship
                .object()
                .and_then(|r| get(r, key))
                .and_then(Json::text)
        };
        let (from, to) = (text("spdxElementId"), text("relatedSpdxElement"));
        match text("relationshipType") {
            Some("DESCRIBES") if from == Some(DOCUMENT_ID) => out.extend(to),
            Some("DESCRIBED_BY") if to == Some(DOCUMENT_ID) => out.extend(from),
            _ => {}
        }
    }
    out
}
