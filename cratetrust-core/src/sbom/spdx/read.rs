//! Reading SPDX 2.2 and 2.3, as any producer writes it.

use std::collections::HashSet;

use super::write::{self, DOCUMENT_ID, NO_ASSERTION, NO_TIME};
use crate::bom::{Contact, EdgeKind, Package};
use crate::error::Result;
use crate::package::Source;
use crate::progress::CancelToken;
use crate::sbom::claimed;
use crate::sbom::claims::{self, Builder, HashKeys, Identity, Named, PurlCensus, Target};
use crate::sbom::value::{Faults, Fields, Json, Place, get};
use crate::sbom::{Claim, Document, Format, names};

const CHECKSUMS: HashKeys = HashKeys {
    list: "checksums",
    algorithm: "algorithm",
    digits: "checksumValue",
};

pub(crate) fn read(
    fields: &Fields<'_>,
    mut faults: Faults,
    cancel: &CancelToken,
) -> Result<Document> {
    let root = Place::Root;
    let version = faults
        .text(fields, "spdxVersion", &root)
        .unwrap_or_default();
    let version = version.strip_prefix("SPDX-").unwrap_or(version);
    if !matches!(version, "2.2" | "2.3") {
        faults.add(
            &root.key("spdxVersion"),
            "this version of SPDX 2 is not known here; 2.2 and 2.3 are",
        );
    }
    let described = described(fields);
    let mut reader = Reader {
        builder: Builder::new(Format::SpdxJson, version, faults),
        cargo_only: cargo_only(fields),
        described,
        cancel,
    };
    reader.document(fields)?;
    let mut document = reader.builder.finish();
    claims::drop_derived_serial(&mut document, |bom, tool| {
        write::namespace(bom, version, tool)
    });
    Ok(document)
}

/// Whether packages without a purl may be cargo packages.
fn cargo_only(fields: &Fields<'_>) -> bool {
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
fn purls<'t>(package: &'t Fields<'_>) -> impl Iterator<Item = &'t str> {
    get(package, "externalRefs")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::object)
        .filter(|r| get(r, "referenceType").and_then(Json::text) == Some("purl"))
        .filter_map(|r| get(r, "referenceLocator").and_then(Json::text))
}

/// The identifiers that the document says it describes.
fn described<'t>(fields: &'t Fields<'_>) -> HashSet<&'t str> {
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

struct Reader<'t, 'c> {
    builder: Builder<'t>,
    cargo_only: bool,
    described: HashSet<&'t str>,
    cancel: &'c CancelToken,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let root = Place::Root;
        let namespace = self.builder.faults.text(fields, "documentNamespace", &root);
        self.builder.document.bom.document.serial = namespace
            .filter(|text| text.starts_with("urn:uuid:"))
            .map(str::to_owned);
        if namespace.is_none() {
            let place = root.key("documentNamespace");
            self.builder
                .faults
                .add(&place, "the document has no namespace");
        }
        if let Some(info) = self.builder.faults.object(fields, "creationInfo", &root) {
            self.creation(info, &root.key("creationInfo"));
        }
        for Named { name, value, place } in self.annotations(fields, &root) {
            self.builder.document_property(name, value, &place);
        }
        let own = self.builder.own_version().is_some();
        if own && !self.builder.own_facts {
            let document = &mut self.builder.document.bom.document;
            document.authors.clear();
            document.supplier = None;
        }
        let place = root.key("packages");
        let packages = self.builder.faults.array(fields, "packages", &root);
        for (index, item) in packages.iter().enumerate() {
            if index & 0xfff == 0 {
                self.cancel.check()?;
            }
            self.package(item, &place.index(index));
        }
        for (key, counts) in [("files", true), ("snippets", false)] {
            for item in self.builder.faults.array(fields, key, &root) {
                let id = item
                    .object()
                    .and_then(|f| get(f, "SPDXID"))
                    .and_then(Json::text);
                if let Some(id) = id {
                    self.builder.register_if_free(id, Target::Foreign);
                    self.builder.document.foreign += u64::from(counts);
                }
            }
        }
        self.builder.register_if_free(DOCUMENT_ID, Target::Foreign);
        self.builder.document.has_graph = own;
        self.describes(fields);
        self.relationships(fields)
    }

    fn creation(&mut self, info: &'t Fields<'t>, place: &Place<'_>) {
        let created = self.builder.faults.text(info, "created", place);
        let list_place = place.key("creators");
        for (index, item) in self
            .builder
            .faults
            .array(info, "creators", place)
            .iter()
            .enumerate()
        {
            let Some(creator) = self.builder.faults.as_text(item, &list_place.index(index)) else {
                continue;
            };
            if let Some(tool) = creator.strip_prefix("Tool:") {
                self.builder.document.tools.push(tool_name(tool.trim()));
            } else if let Some(contact) = actor(creator) {
                self.builder.document.bom.document.authors.push(contact);
            }
        }
        let own = self.builder.own_version().is_some();
        self.builder.document.bom.document.timestamp = created
            .filter(|time| !own || *time != NO_TIME)
            .map(str::to_owned);
    }

    /// The properties of ours among the annotations.
    fn annotations(&mut self, fields: &'t Fields<'t>, place: &Place<'_>) -> Vec<Named<'t>> {
        let mut out = Vec::new();
        let list_place = place.key("annotations");
        let list = self.builder.faults.array(fields, "annotations", place);
        for (index, item) in list.iter().enumerate() {
            let place = list_place.index(index);
            let Some(annotation) = self.builder.faults.as_object(item, &place) else {
                continue;
            };
            let comment = self.builder.faults.text(annotation, "comment", &place);
            let ours = comment
                .filter(|text| text.starts_with(names::PREFIX))
                .and_then(|text| text.split_once('='));
            if let Some((name, value)) = ours {
                out.push(Named {
                    name,
                    value,
                    place: place.to_string(),
                });
            }
        }
        out
    }

    fn package(&mut self, item: &'t Json<'t>, place: &Place<'_>) {
        let faults = &mut self.builder.faults;
        let Some(fields) = faults.as_object(item, place) else {
            return;
        };
        let id = faults.text(fields, "SPDXID", place).unwrap_or_default();
        let name = faults.text(fields, "name", place).unwrap_or_default();
        let version = faults
            .text(fields, "versionInfo", place)
            .unwrap_or_default();
        if id.is_empty() {
            faults.add(place, "the package has no `SPDXID`");
        } else if !is_id(id) {
            let message = "an SPDX identifier has letters, digits, `.` and `-` after `SPDXRef-`";
            faults.add(&place.key("SPDXID"), message);
        }
        if name.is_empty() {
            faults.add(place, "the package has no `name`");
        }
        // The array is walked for faults once; the purls in it are then taken leniently.
        faults.array(fields, "externalRefs", place);
        let purl = purls(fields)
            .find(|purl| claimed::is_cargo(purl))
            .or_else(|| purls(fields).next());
        let parts = claims::purl_parts(purl, faults, &place.key("externalRefs"));
        let purpose = faults.text(fields, "primaryPackagePurpose", place);
        let library = matches!(
            purpose.map(str::to_ascii_uppercase).as_deref(),
            None | Some("LIBRARY" | "APPLICATION" | "FRAMEWORK" | "SOURCE" | "OTHER" | "ARCHIVE")
        );
        let main = self.described.contains(id);
        let target = if main && purl.is_none() && version.is_empty() && library {
            Target::SyntheticRoot
        } else if match purl {
            Some(purl) if parts.is_some() => claimed::is_cargo(purl),
            Some(purl) => claimed::is_cargo(purl) || (library && self.cargo_only),
            None => library && self.cargo_only,
        } {
            let properties = self.annotations(fields, place);
            let identity = Identity {
                reference: id,
                name,
                version,
                purl,
                parts,
                main,
            };
            let mut claim = identity.claim(place);
            let mut package = identity.package(&properties, || {
                told_elsewhere(fields).unwrap_or_else(|| claims::untold(main && purl.is_none()))
            });
            self.facts(fields, place, &mut package, &mut claim);
            let index = self.builder.add(package, claim);
            self.builder.package_properties(index, &properties);
            Target::Package(index)
        } else {
            self.builder.document.foreign += 1;
            Target::Foreign
        };
        if !id.is_empty() {
            self.builder.register(id, target, &place.key("SPDXID"));
        }
    }

    fn facts(
        &mut self,
        fields: &'t Fields<'t>,
        place: &Place<'_>,
        package: &mut Package,
        claim: &mut Claim,
    ) {
        let faults = &mut self.builder.faults;
        let mut text = |key| faults.text(fields, key, place);
        let told = |text: &&str| !matches!(*text, NO_ASSERTION | "NONE");
        package.description = text("description")
            .or_else(|| text("summary"))
            .map(str::to_owned);
        package.homepage = text("homepage").filter(told).map(str::to_owned);
        package.license = text("licenseDeclared").filter(told).map(str::to_owned);
        claims::take_hashes(fields, &CHECKSUMS, faults, place, package, claim);
    }

    /// The roots, in the order in which the document names them.
    fn describes(&mut self, fields: &'t Fields<'t>) {
        let root = Place::Root;
        let listed = self
            .builder
            .faults
            .array(fields, "documentDescribes", &root);
        let place = root.key("documentDescribes");
        for (index, item) in listed.iter().enumerate() {
            let place = place.index(index);
            if let Some(id) = self.builder.faults.as_text(item, &place)
                && self.builder.target(id).is_none()
            {
                self.builder.unknown(&place, DOCUMENT_ID, id);
            }
        }
        for (index, claim) in self.builder.document.claims.iter().enumerate() {
            if claim.main {
                self.builder.document.bom.roots.push(index);
            }
        }
        self.builder.document.has_root = self.described.iter().any(|id| {
            matches!(
                self.builder.target(id),
                Some(Target::Package(_) | Target::SyntheticRoot)
            )
        });
    }

    fn relationships(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let root = Place::Root;
        let list_place = root.key("relationships");
        let list = self.builder.faults.array(fields, "relationships", &root);
        for (index, item) in list.iter().enumerate() {
            if index & 0xfff == 0 {
                self.cancel.check()?;
            }
            let place = list_place.index(index);
            let faults = &mut self.builder.faults;
            let Some(relationship) = faults.as_object(item, &place) else {
                continue;
            };
            let element = faults.text(relationship, "spdxElementId", &place);
            let kind = faults.text(relationship, "relationshipType", &place);
            let related = faults.text(relationship, "relatedSpdxElement", &place);
            let (Some(element), Some(kind), Some(related)) = (element, kind, related) else {
                if ["spdxElementId", "relationshipType", "relatedSpdxElement"]
                    .iter()
                    .any(|key| get(relationship, key).is_none())
                {
                    faults.add(&place, "the relationship lacks an end or its type");
                }
                continue;
            };
            let (near, far) = ("spdxElementId", "relatedSpdxElement");
            let ((from, from_key), (to, to_key), kind) = match kind.to_ascii_uppercase().as_str() {
                "DEPENDS_ON" | "HAS_PREREQUISITE" => ((element, near), (related, far), None),
                "DEPENDENCY_OF"
                | "PREREQUISITE_FOR"
                | "OPTIONAL_DEPENDENCY_OF"
                | "PROVIDED_DEPENDENCY_OF" => ((related, far), (element, near), None),
                "RUNTIME_DEPENDENCY_OF" => {
                    ((related, far), (element, near), Some(EdgeKind::Normal))
                }
                "BUILD_DEPENDENCY_OF" => ((related, far), (element, near), Some(EdgeKind::Build)),
                "DEV_DEPENDENCY_OF" | "TEST_DEPENDENCY_OF" => {
                    ((related, far), (element, near), Some(EdgeKind::Dev))
                }
                "DESCRIBES" | "DESCRIBED_BY" => {
                    for (end, key) in [(element, near), (related, far)] {
                        if self.builder.target(end).is_none() && !is_elsewhere(end) {
                            self.builder.unknown(&place.key(key), DOCUMENT_ID, end);
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            self.builder.document.has_graph = true;
            let (source, target) = (self.builder.target(from), self.builder.target(to));
            for (end, key, found) in [(from, from_key, source), (to, to_key, target)] {
                if found.is_none() && !is_elsewhere(end) {
                    self.builder.unknown(&place.key(key), from, end);
                }
            }
            match (source, target) {
                (Some(Target::Package(from)), Some(Target::Package(index))) => {
                    let comment = get(relationship, "comment").and_then(Json::text);
                    if !comment.is_some_and(|text| self.builder.add_edge_with(from, index, text)) {
                        self.builder.add_edge(from, index, to, kind);
                    }
                }
                (Some(Target::SyntheticRoot), Some(Target::Package(index))) => {
                    let roots = &mut self.builder.document.bom.roots;
                    if roots.last() != Some(&index) {
                        roots.push(index);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether an end of a relationship needs no element here: one of another document, or none.
fn is_elsewhere(id: &str) -> bool {
    id.starts_with("DocumentRef-") || matches!(id, NO_ASSERTION | "NONE")
}

fn is_id(id: &str) -> bool {
    id.strip_prefix("SPDXRef-").is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    })
}

/// `name-version` as `name version`.
fn tool_name(text: &str) -> String {
    match text.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
            format!("{name} {version}")
        }
        _ => text.to_owned(),
    }
}

/// A person or an organisation: `Person: Name (mail)`.
fn actor(text: &str) -> Option<Contact> {
    let rest = text
        .strip_prefix("Person:")
        .or_else(|| text.strip_prefix("Organization:"))?
        .trim();
    let (name, email) = match rest
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
    {
        Some((name, email)) => (name.trim(), Some(email.trim()).filter(|e| !e.is_empty())),
        None => (rest, None),
    };
    Some(Contact {
        name: name.to_owned(),
        email: email.map(str::to_owned),
        url: None,
    })
}

/// The source that the download location of a package without purl names.
fn told_elsewhere(fields: &Fields<'_>) -> Option<Source> {
    let location = get(fields, "downloadLocation").and_then(Json::text)?;
    if let Some(source) = claimed::source_of_index(location) {
        return Some(source);
    }
    let source = claimed::source_of_download(location);
    (source.url.is_none()).then_some(source)
}
