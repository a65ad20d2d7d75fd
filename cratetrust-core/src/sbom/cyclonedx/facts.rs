//! What a component says beyond its identity.

use super::entity::{author_contact, author_text, read_organization};
use super::license;
use crate::bom::{Contact, Package, Scope};
use crate::sbom::claims::{self, HashKeys, Named};
use crate::sbom::value::{Faults, Fields, Json, Place, get};
use crate::sbom::{Claim, Distribution, LicenseRole, names, plain};

const HASHES: HashKeys = HashKeys {
    list: "hashes",
    algorithm: "alg",
    digits: "content",
};

/// Takes a component's facts into its package and its claim.
pub(super) fn take(
    fields: &Fields<'_>,
    properties: &[Named<'_>],
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    let text = |faults: &mut Faults, key| faults.text(fields, key, place).map(str::to_owned);
    package.description = text(faults, "description");
    package.copyright = text(faults, "copyright").filter(|text| text != names::NO_ASSERTION);
    claim.copyright.clone_from(&package.copyright);
    scope(fields, faults, place, package, claim);
    claims::take_hashes(fields, &HASHES, faults, place, package, claim);
    references(fields, faults, place, package, claim);
    licenses(fields, properties, faults, place, package, claim);
    people(fields, faults, place, package, claim);
    for tag in faults.array(fields, "tags", place) {
        package.keywords.extend(tag.text().map(str::to_owned));
    }
    identifiers(fields, claim);
    for property in properties {
        match property.name.strip_prefix(names::BSI) {
            Some("filename") => claim.filename = Some(property.value.to_owned()),
            Some(word) => {
                let fact = (word.to_owned(), property.value.to_owned());
                claim.file_properties.push(fact);
            }
            None => {}
        }
    }
}

fn scope(
    fields: &Fields<'_>,
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    let Some(scope) = faults.text(fields, "scope", place) else {
        return;
    };
    claim.scope = Some(scope.to_owned());
    package.scope = match scope {
        "required" => Scope::Linked,
        "excluded" => Scope::NotBuilt,
        "optional" => Scope::Maybe,
        _ => {
            let message = "a scope is `required`, `optional` or `excluded`";
            faults.add(&place.key("scope"), message);
            Scope::Maybe
        }
    };
}

fn references(
    fields: &Fields<'_>,
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    let list_place = place.key("externalReferences");
    let list = faults.array(fields, "externalReferences", place);
    for (index, item) in list.iter().enumerate() {
        let place = list_place.index(index);
        let Some(reference) = faults.as_object(item, &place) else {
            continue;
        };
        let kind = faults.text(reference, "type", &place).unwrap_or_default();
        let url = faults.text(reference, "url", &place).map(str::to_owned);
        let slot = match kind {
            "vcs" => {
                claim.sources.extend(url.clone());
                &mut package.repository
            }
            "website" => &mut package.homepage,
            "documentation" => &mut package.documentation,
            "source-distribution" => {
                claim.sources.extend(url);
                continue;
            }
            "distribution" | "distribution-intake" => {
                let mut distribution = Distribution {
                    url: url.unwrap_or_default(),
                    hashes: Vec::new(),
                };
                // The digests of the file that the component is, where it states none itself.
                if claim.hashes.is_empty() {
                    claims::take_hashes(reference, &HASHES, faults, &place, package, claim);
                    distribution.hashes.clone_from(&claim.hashes);
                } else {
                    claims::hashes(reference, &HASHES, faults, &place, |alg, digits, _, _| {
                        let hash = (alg.to_owned(), digits.to_owned());
                        distribution.hashes.push(hash);
                    });
                }
                claim.distributions.push(distribution);
                continue;
            }
            _ => continue,
        };
        if slot.is_none() {
            *slot = url;
        }
    }
}

/// The licences: several that are declared count as all applying, as do several concluded ones.
fn licenses(
    fields: &Fields<'_>,
    properties: &[Named<'_>],
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    let file = properties
        .iter()
        .rev()
        .find(|property| property.name == names::LICENSE_FILE)
        .map(|property| property.value);
    let (mut declared, mut concluded) = (Vec::new(), Vec::new());
    for license in license::read(fields, faults, place) {
        claim.licenses.push((license.role, license.text.to_owned()));
        let has_content = license.content.is_some();
        if let Some(content) = license.content
            && package.license_text.is_none()
        {
            package.license_text = Some(content);
        }
        match license.role {
            LicenseRole::Concluded => concluded.push(license.text),
            // Named after the declared file, with its text: no licence of that name.
            _ if has_content && file == Some(license.text) => {}
            LicenseRole::Declared | LicenseRole::Unstated => declared.push(license.text),
        }
    }
    package.license = license::join(&declared);
    package.license_concluded = license::join(&concluded);
}

fn people(
    fields: &Fields<'_>,
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    package.supplier = get(fields, "supplier").and_then(read_organization);
    claim.supplier.clone_from(&package.supplier);
    let manufacturer = get(fields, "manufacturer").and_then(read_organization);
    claim.creators.extend(manufacturer);
    for author in faults.array(fields, "authors", place) {
        if let Some(contact) = plain::contact(author) {
            package.authors.push(author_text(&contact));
            claim.creators.push(contact);
        }
    }
    let author = faults.text(fields, "author", place);
    if package.authors.is_empty()
        && let Some(author) = author
    {
        package.authors.push(author.to_owned());
        claim.creators.push(author_contact(author));
    }
    if let Some(publisher) = faults.text(fields, "publisher", place) {
        claim.creators.push(Contact {
            name: publisher.to_owned(),
            ..Contact::default()
        });
    }
}

fn identifiers(fields: &Fields<'_>, claim: &mut Claim) {
    let text = |key| get(fields, key).and_then(Json::text);
    claim.identifiers.extend(text("cpe").map(str::to_owned));
    let swid = get(fields, "swid").and_then(Json::object);
    let tag = swid
        .and_then(|swid| get(swid, "tagId"))
        .and_then(Json::text);
    claim.identifiers.extend(tag.map(str::to_owned));
    for key in ["omniborId", "swhid"] {
        let list = get(fields, key).and_then(Json::array).unwrap_or_default();
        let list = list.iter().filter_map(Json::text).map(str::to_owned);
        claim.identifiers.extend(list);
    }
}
