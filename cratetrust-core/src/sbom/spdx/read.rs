//! Reading SPDX 2.1, 2.2 and 2.3, as any producer writes it.

use std::collections::{HashMap, HashSet};

use super::licenses::{self, LICENSE_REF};
use super::model::{DOCUMENT_ID, NO_ASSERTION, NONE};
use super::properties;
use super::survey::{cargo_only, completeness, described, purls, texts};
use super::words::{actor, is_elsewhere, is_id, is_told, person, told_elsewhere, tool};
use super::write::{self, NO_TIME};
use crate::bom::{EdgeKind, Package};
use crate::error::Result;
use crate::progress::CancelToken;
use crate::sbom::claimed;
use crate::sbom::claims::{self, Builder, HashKeys, Identity, Named, Target};
use crate::sbom::value::{Faults, Fields, Json, Place, get};
use crate::sbom::{Claim, Distribution, Document, Format, LicenseRole, OtherComponent, names};

const CHECKSUMS: HashKeys = HashKeys {
    list: "checksums",
    algorithm: "algorithm",
    digits: "checksumValue",
};

pub(crate) fn read(
    fields: &Fields<'_>,
    format: Format,
    mut faults: Faults,
    cancel: &CancelToken,
) -> Result<Document> {
    let root = Place::Root;
    let version = faults
        .text(fields, "spdxVersion", &root)
        .unwrap_or_default();
    let version = version.strip_prefix("SPDX-").unwrap_or(version);
    if !matches!(version, "2.1" | "2.2" | "2.3") {
        let message = match version {
            "" => "the document states no version",
            _ => "this version of SPDX 2 is not known here; 2.1, 2.2 and 2.3 are",
        };
        faults.add(&root.key("spdxVersion"), message);
    }
    let described = described(fields);
    let mut reader = Reader {
        builder: Builder::new(format, version, faults),
        cargo_only: cargo_only(fields),
        texts: texts(fields),
        described,
        completeness: completeness(fields),
        cancel,
    };
    reader.document(fields)?;
    let mut document = reader.builder.finish()?;
    claims::drop_derived_serial(&mut document, |bom, tool| {
        write::namespace(bom, version, format, tool)
    });
    Ok(document)
}

struct Reader<'t, 'c> {
    builder: Builder<'t>,
    cargo_only: bool,
    described: HashSet<&'t str>,
    /// The licence texts that the document carries, by their references.
    texts: HashMap<&'t str, &'t str>,
    /// How the dependencies of elements are called complete or not, by `SPDXID`.
    completeness: HashMap<&'t str, &'static str>,
    cancel: &'c CancelToken,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let root = Place::Root;
        let data_license = self.builder.faults.text(fields, "dataLicense", &root);
        let document = &mut self.builder.document;
        document
            .data_licenses
            .extend(data_license.filter(|text| is_told(text)).map(str::to_owned));
        let namespace = self.builder.faults.text(fields, "documentNamespace", &root);
        self.builder.document.identifier = namespace.map(str::to_owned);
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
            document.tools.clear();
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
            let place = root.key(key);
            let items = self.builder.faults.array(fields, key, &root);
            for (index, item) in items.iter().enumerate() {
                let id = item
                    .object()
                    .and_then(|f| get(f, "SPDXID"))
                    .and_then(Json::text);
                if let Some(id) = id {
                    self.builder.register_if_free(id, Target::Foreign);
                }
                if counts && id.is_some() {
                    self.file(item, &place.index(index));
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
            if let Some(text) = creator.strip_prefix("Tool:") {
                let tool = tool(text.trim());
                let document = &mut self.builder.document;
                document.tools.push(match &tool.version {
                    Some(version) => format!("{} {version}", tool.name),
                    None => tool.name.clone(),
                });
                document.bom.document.tools.push(tool);
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
            self.facts(fields, place, &properties, &mut package, &mut claim);
            let index = self.builder.add(package, claim);
            self.builder.package_properties(index, &properties);
            Target::Package(index)
        } else {
            let identity = Identity {
                reference: id,
                name,
                version,
                purl,
                parts,
                main,
            };
            let mut claim = identity.claim(place);
            let mut package = Package::new(name, version, claims::untold(false));
            self.facts(fields, place, &[], &mut package, &mut claim);
            self.other(name, version, false, claim);
            Target::Foreign
        };
        if !id.is_empty() {
            self.builder.register(id, target, &place.key("SPDXID"));
        }
    }

    /// A component that is no cargo package.
    fn other(&mut self, name: &str, version: &str, is_file: bool, claim: Claim) {
        self.builder.add_other(OtherComponent {
            name: name.to_owned(),
            version: Some(version)
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            is_file,
            claim,
        });
    }

    fn file(&mut self, item: &'t Json<'t>, place: &Place<'_>) {
        let faults = &mut self.builder.faults;
        let Some(fields) = faults.as_object(item, place) else {
            return;
        };
        let name = faults.text(fields, "fileName", place).unwrap_or_default();
        let mut claim = Claim {
            reference: faults
                .text(fields, "SPDXID", place)
                .unwrap_or_default()
                .to_owned(),
            place: place.to_string(),
            filename: Some(name.to_owned()),
            ..Claim::default()
        };
        let copyright = faults.text(fields, "copyrightText", place);
        claim.copyright = copyright.filter(|text| is_told(text)).map(str::to_owned);
        let concluded = faults.text(fields, "licenseConcluded", place);
        if let Some(text) = concluded.filter(|text| is_told(text)) {
            claim
                .licenses
                .push((LicenseRole::Concluded, text.to_owned()));
        }
        claims::hashes(
            fields,
            &CHECKSUMS,
            faults,
            place,
            |algorithm, digits, _, _| {
                claim.hashes.push((algorithm.to_owned(), digits.to_owned()));
            },
        );
        self.other(name, "", true, claim);
    }

    fn facts(
        &mut self,
        fields: &'t Fields<'t>,
        place: &Place<'_>,
        properties: &[Named<'t>],
        package: &mut Package,
        claim: &mut Claim,
    ) {
        let faults = &mut self.builder.faults;
        claims::take_hashes(fields, &CHECKSUMS, faults, place, package, claim);
        let mut text = |key| faults.text(fields, key, place);
        package.description = text("description")
            .or_else(|| text("summary"))
            .map(str::to_owned);
        package.homepage = text("homepage")
            .filter(|text| is_told(text))
            .map(str::to_owned);
        claim.filename = text("packageFileName").map(str::to_owned);
        let supplier = text("supplier").and_then(actor);
        let originator = text("originator");
        let location = text("downloadLocation").filter(|text| is_told(text));
        let copyright = text("copyrightText").filter(|text| *text != NO_ASSERTION);
        let declared = text("licenseDeclared").filter(|text| is_told(text));
        let concluded = text("licenseConcluded").filter(|text| is_told(text));

        claim.creators.extend(originator.and_then(actor));
        let told = |name| properties.iter().any(|property| property.name == name);
        if !told(names::AUTHOR) {
            package.authors.extend(originator.and_then(person));
        }
        claim.supplier.clone_from(&supplier);
        package.supplier = supplier;
        claim.copyright = copyright.map(str::to_owned);
        package.copyright = copyright.filter(|text| *text != NONE).map(str::to_owned);
        self.licenses(declared, concluded, properties, package, claim);
        // Of the main package, the caller's part of the facts stands among those of the document.
        if claim.main && self.builder.own_facts {
            let facts = &self.builder.document.bom.document;
            if facts.supplier.is_some() {
                package.supplier = None;
            }
            if facts.license.is_some() {
                package.license = None;
            }
        }
        match location {
            Some(url) if url.starts_with("git") || url.starts_with("hg+") => {
                claim.sources.push(url.to_owned());
            }
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                claim.distributions.push(Distribution {
                    url: url.to_owned(),
                    hashes: claim.hashes.clone(),
                });
            }
            _ => {}
        }
        for reference in get(fields, "externalRefs")
            .and_then(Json::array)
            .unwrap_or_default()
            .iter()
            .filter_map(Json::object)
        {
            let text = |key| get(reference, key).and_then(Json::text);
            // SPDX 2 lets a type be an address that ends with its name.
            let kind = text("referenceType").and_then(|kind| kind.rsplit(['/', '#']).next());
            if let (Some("cpe22Type" | "cpe23Type" | "swid" | "swh" | "gitoid"), Some(identifier)) =
                (kind, text("referenceLocator"))
            {
                claim.identifiers.push(identifier.to_owned());
            }
        }
        claim.completeness = self
            .completeness
            .get(claim.reference.as_str())
            .map(|text| (*text).to_owned());
    }

    fn licenses(
        &self,
        declared: Option<&'t str>,
        concluded: Option<&'t str>,
        properties: &[Named<'t>],
        package: &mut Package,
        claim: &mut Claim,
    ) {
        // A reference alone stands for the text that the document carries under it.
        let resolve = |text: &'t str| {
            let carried = text
                .starts_with(LICENSE_REF)
                .then(|| self.texts.get(text).copied())
                .flatten();
            match carried {
                Some(name) if licenses::is_name(name) => (name, None),
                carried => (text, carried),
            }
        };
        if let Some(text) = declared {
            let (license, carried) = resolve(text);
            claim
                .licenses
                .push((LicenseRole::Declared, license.to_owned()));
            package.license = Some(license.to_owned());
            // What this tool wrote says itself which text is a licence file's.
            let told = self.builder.own_version().is_some();
            package.license_text = carried.filter(|_| !told).map(str::to_owned);
        }
        if let Some(text) = concluded {
            let (license, _) = resolve(text);
            claim
                .licenses
                .push((LicenseRole::Concluded, license.to_owned()));
            package.license_concluded = Some(license.to_owned());
        }
        let reference = claims::find(properties, properties::LICENSE_TEXT_REF);
        let text = reference
            .and_then(|id| self.texts.get(id).copied())
            .or_else(|| claims::find(properties, names::LICENSE_TEXT));
        if let Some(carried) = text {
            package.license_text = Some(carried.to_owned());
            // The file is declared, and no expression beside it.
            if declared == Some(licenses::reference(carried).as_str()) {
                package.license = None;
            }
        }
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
            self.builder.link(from, !is_elsewhere(to));
            self.builder.link(to, false);
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
