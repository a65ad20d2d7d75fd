//! Reading CycloneDX 1.2 to 1.7, as any producer writes it.

use std::collections::HashSet;

use super::write;
use crate::bom::{Contact, Package, Scope};
use crate::error::Result;
use crate::package::Source;
use crate::progress::CancelToken;
use crate::sbom::claimed;
use crate::sbom::claims::{self, Builder, HashKeys, Identity, Named, PurlCensus, Target};
use crate::sbom::value::{self, Faults, Fields, Json, Place, get};
use crate::sbom::{Claim, Document, Format, names, plain};

const HASHES: HashKeys = HashKeys {
    list: "hashes",
    algorithm: "alg",
    digits: "content",
};

/// The versions of the JSON format; 2.0 is a draft that keeps what is read here.
const KNOWN: [&str; 8] = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0", "2.0-dev"];

pub(crate) fn read(
    fields: &Fields<'_>,
    mut faults: Faults,
    cancel: &CancelToken,
) -> Result<Document> {
    let root = Place::Root;
    let version = faults
        .text(fields, "specVersion", &root)
        .unwrap_or_default();
    if !KNOWN.contains(&version) {
        let short: String = version.chars().take(80).collect();
        faults.add(
            &root.key("specVersion"),
            format!("`{short}` is no version of CycloneDX in JSON that is known here"),
        );
    }
    let mut reader = Reader {
        builder: Builder::new(Format::CycloneDxJson, version, faults),
        cargo_only: cargo_only(fields),
        cancel,
        count: 0,
    };
    reader.document(fields)?;
    let mut document = reader.builder.finish();
    claims::drop_derived_serial(&mut document, |bom, tool| write::serial(bom, version, tool));
    Ok(document)
}

/// Whether components without a purl may be cargo packages.
fn cargo_only(fields: &Fields<'_>) -> bool {
    fn look(component: &Json<'_>, census: &mut PurlCensus) {
        let Some(fields) = component.object() else {
            return;
        };
        if let Some(purl) = get(fields, "purl").and_then(Json::text) {
            census.see(purl);
        }
        for nested in get(fields, "components")
            .and_then(Json::array)
            .unwrap_or_default()
        {
            look(nested, census);
        }
    }
    let mut census = PurlCensus::default();
    let main = get(fields, "metadata")
        .and_then(Json::object)
        .and_then(|metadata| get(metadata, "component"));
    let components = get(fields, "components")
        .and_then(Json::array)
        .unwrap_or_default();
    for component in components.iter().chain(main) {
        look(component, &mut census);
    }
    census.cargo_only()
}

/// What a nested component is nested in.
#[derive(Clone, Copy)]
struct Parent<'t> {
    index: usize,
    name: &'t str,
    version: &'t str,
    reference: &'t str,
}

struct Reader<'t, 'c> {
    builder: Builder<'t>,
    cargo_only: bool,
    cancel: &'c CancelToken,
    count: u64,
}

impl<'t> Reader<'t, '_> {
    fn faults(&mut self) -> &mut Faults {
        &mut self.builder.faults
    }

    fn document(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let root = Place::Root;
        let serial = self.faults().text(fields, "serialNumber", &root);
        if let Some(serial) = serial {
            if !is_serial(serial) {
                self.faults().add(
                    &root.key("serialNumber"),
                    "a serial number has the form `urn:uuid:` and a lower-case UUID",
                );
            }
            self.builder.document.bom.document.serial = Some(serial.to_owned());
        }
        if let Some(metadata) = self.faults().object(fields, "metadata", &root) {
            self.metadata(metadata, &root.key("metadata"))?;
        }
        let place = root.key("components");
        for (index, item) in self
            .faults()
            .array(fields, "components", &root)
            .iter()
            .enumerate()
        {
            self.component(item, &place.index(index), None, false)?;
        }
        for service in get(fields, "services")
            .and_then(Json::array)
            .unwrap_or_default()
        {
            let reference = service.object().and_then(|s| get(s, "bom-ref"));
            if let Some(reference) = reference.and_then(Json::text) {
                self.builder.register_if_free(reference, Target::Foreign);
            }
        }
        self.dependencies(fields)?;
        // The facts, where there are any, hold the phase that the caller gave.
        if !self.builder.own_facts && self.builder.own_version().is_some() {
            self.drop_default_phase();
        }
        Ok(())
    }

    /// A document of ours that was given no phase names the default one.
    fn drop_default_phase(&mut self) {
        let bom = &mut self.builder.document.bom;
        if bom.document.lifecycle.as_deref() == write::default_phase(bom) {
            bom.document.lifecycle = None;
        }
    }

    fn metadata(&mut self, fields: &'t Fields<'t>, place: &Place<'_>) -> Result<()> {
        let timestamp = self.faults().text(fields, "timestamp", place);
        self.builder.document.bom.document.timestamp = timestamp.map(str::to_owned);
        let lifecycle = self
            .faults()
            .array(fields, "lifecycles", place)
            .first()
            .and_then(Json::object)
            .and_then(|l| get(l, "phase").or_else(|| get(l, "name")))
            .and_then(Json::text);
        self.builder.document.bom.document.lifecycle = lifecycle.map(str::to_owned);
        self.tools(fields, place);
        let authors = self.faults().array(fields, "authors", place);
        self.builder.document.bom.document.authors =
            authors.iter().filter_map(plain::contact).collect();
        self.builder.document.bom.document.supplier = ["supplier", "manufacturer", "manufacture"]
            .into_iter()
            .find_map(|key| get(fields, key))
            .and_then(organization);
        for property in self.properties(fields, place, true) {
            let Named { name, value, place } = property;
            self.builder.document_property(name, value, &place);
        }
        if let Some(component) = get(fields, "component") {
            self.component(component, &place.key("component"), None, true)?;
        }
        Ok(())
    }

    fn tools(&mut self, fields: &'t Fields<'t>, place: &Place<'_>) {
        let Some(value) = get(fields, "tools") else {
            return;
        };
        // Up to 1.4 an array, since then an object with components.
        let list = match value {
            Json::Array(items) => items.as_slice(),
            Json::Object(tools) => {
                self.builder
                    .faults
                    .array(tools, "components", &place.key("tools"))
            }
            other => {
                let message = format!("an object or an array is wanted, this is {}", other.what());
                return self.builder.faults.add(&place.key("tools"), message);
            }
        };
        for tool in list {
            let text = |key| tool.object().and_then(|t| get(t, key)).and_then(Json::text);
            let name = text("name").unwrap_or_default();
            let version = text("version").unwrap_or_default();
            let tool = format!("{name} {version}");
            self.builder.document.tools.push(tool.trim().to_owned());
        }
    }

    /// The properties of the names that are read here.
    fn properties(
        &mut self,
        fields: &'t Fields<'t>,
        place: &Place<'_>,
        document: bool,
    ) -> Vec<Named<'t>> {
        let mut out = Vec::new();
        let list_place = place.key("properties");
        for (index, item) in self
            .builder
            .faults
            .array(fields, "properties", place)
            .iter()
            .enumerate()
        {
            let place = list_place.index(index);
            let Some(property) = self.builder.faults.as_object(item, &place) else {
                continue;
            };
            let name = get(property, "name")
                .and_then(Json::text)
                .unwrap_or_default();
            let known =
                name.starts_with(names::PREFIX) || (document && name == names::TARGET_TRIPLE);
            if known && let Some(value) = self.builder.faults.text(property, "value", &place) {
                out.push(Named {
                    name,
                    value,
                    place: place.to_string(),
                });
            }
        }
        out
    }

    fn component(
        &mut self,
        item: &'t Json<'t>,
        place: &Place<'_>,
        parent: Option<Parent<'t>>,
        main: bool,
    ) -> Result<()> {
        self.count += 1;
        if self.count & 0xfff == 0 {
            self.cancel.check()?;
        }
        let Some(fields) = self.builder.faults.as_object(item, place) else {
            return Ok(());
        };
        let faults = &mut self.builder.faults;
        let kind = faults.text(fields, "type", place);
        let reference = faults.text(fields, "bom-ref", place).unwrap_or_default();
        let name = faults.text(fields, "name", place).unwrap_or_default();
        let version = faults.text(fields, "version", place).unwrap_or_default();
        let purl = faults.text(fields, "purl", place);
        if kind.is_none() && get(fields, "type").is_none() {
            faults.add(place, "the component has no `type`");
        }
        let parts = claims::purl_parts(purl, faults, &place.key("purl"));
        if name.is_empty() {
            faults.add(place, "the component has no `name`");
        }
        let reference_place = place.key("bom-ref");
        let identity = Identity {
            reference,
            name,
            version,
            purl,
            parts,
            main,
        };
        let target = self.classify(fields, place, kind, identity, parent);
        if !reference.is_empty() {
            self.builder.register(reference, target, &reference_place);
        } else if let Some(purl) = purl {
            self.builder.register_if_free(purl, target);
        }
        let inside = match target {
            Target::Package(index) => Some(Parent {
                index,
                name,
                version,
                reference,
            }),
            _ => None,
        };
        let list_place = place.key("components");
        for (index, nested) in self
            .builder
            .faults
            .array(fields, "components", place)
            .iter()
            .enumerate()
        {
            self.component(nested, &list_place.index(index), inside, false)?;
        }
        Ok(())
    }

    fn classify(
        &mut self,
        fields: &'t Fields<'t>,
        place: &Place<'_>,
        kind: Option<&str>,
        identity: Identity<'t>,
        parent: Option<Parent<'t>>,
    ) -> Target {
        let Identity {
            reference,
            version,
            purl,
            ref parts,
            main,
            ..
        } = identity;
        // The binaries and libraries of a package, which some producers list inside it.
        if let Some(parent) = parent {
            let target_of_parent = parts.as_ref().is_some_and(|parts| {
                parts.subpath.is_some()
                    && parts.name == parent.name
                    && parts.version.as_deref().unwrap_or_default() == parent.version
            });
            let named_after_parent = !parent.reference.is_empty()
                && reference
                    .strip_prefix(parent.reference)
                    .is_some_and(|rest| rest.starts_with(' '));
            if target_of_parent || named_after_parent {
                return Target::Package(parent.index);
            }
        }
        let library = matches!(kind, None | Some("library" | "application" | "framework"));
        if main && purl.is_none() && version.is_empty() && library {
            self.builder.document.has_root = true;
            return Target::SyntheticRoot;
        }
        let cargo = match (purl, parts) {
            (Some(purl), _)
                if purl
                    .get(..4)
                    .is_some_and(|p| p.eq_ignore_ascii_case("pkg:")) =>
            {
                claimed::is_cargo(purl)
            }
            _ => library && self.cargo_only,
        };
        if !cargo {
            self.builder.document.foreign += 1;
            return Target::Foreign;
        }
        let properties = self.properties(fields, place, false);
        let mut claim = identity.claim(place);
        let mut package = identity.package(&properties, || {
            told_elsewhere(fields, reference).unwrap_or_else(|| match purl {
                // A purl that cannot be read claims something, but nobody can tell what.
                Some(_) => claims::untold(false),
                None => claims::untold(main),
            })
        });
        self.facts(fields, place, &mut package, &mut claim);
        let index = self.builder.add(package, claim);
        self.builder.package_properties(index, &properties);
        if main {
            self.builder.document.has_root = true;
            self.builder.document.bom.roots.push(index);
        }
        Target::Package(index)
    }

    /// What a component says about its package beyond its identity.
    fn facts(
        &mut self,
        fields: &'t Fields<'t>,
        place: &Place<'_>,
        package: &mut Package,
        claim: &mut Claim,
    ) {
        let faults = &mut self.builder.faults;
        package.description = faults.text(fields, "description", place).map(str::to_owned);
        if let Some(scope) = faults.text(fields, "scope", place) {
            claim.scope = Some(scope.to_owned());
            package.scope = match scope {
                "required" => Scope::Linked,
                "excluded" => Scope::NotBuilt,
                "optional" => Scope::Maybe,
                _ => {
                    faults.add(
                        &place.key("scope"),
                        "a scope is `required`, `optional` or `excluded`",
                    );
                    Scope::Maybe
                }
            };
        }
        claims::take_hashes(fields, &HASHES, faults, place, package, claim);
        let list = faults.array(fields, "externalReferences", place);
        let list_place = place.key("externalReferences");
        for (index, item) in list.iter().enumerate() {
            let place = list_place.index(index);
            let Some(reference) = faults.as_object(item, &place) else {
                continue;
            };
            let kind = faults.text(reference, "type", &place).unwrap_or_default();
            let url = faults.text(reference, "url", &place);
            let slot = match kind {
                "vcs" => &mut package.repository,
                "website" => &mut package.homepage,
                "documentation" => &mut package.documentation,
                "distribution" if claim.hashes.is_empty() => {
                    claims::take_hashes(reference, &HASHES, faults, &place, package, claim);
                    continue;
                }
                _ => continue,
            };
            if slot.is_none() {
                *slot = url.map(str::to_owned);
            }
        }
        package.license = license(faults, fields, place);
        for tag in faults.array(fields, "tags", place) {
            package.keywords.extend(tag.text().map(str::to_owned));
        }
        for author in faults.array(fields, "authors", place) {
            package
                .authors
                .extend(plain::contact(author).map(|contact| match contact.email {
                    Some(email) => format!("{} <{email}>", contact.name),
                    None => contact.name,
                }));
        }
        if package.authors.is_empty() {
            let author = faults.text(fields, "author", place);
            package.authors.extend(author.map(str::to_owned));
        }
    }

    fn dependencies(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let root = Place::Root;
        let list = self.faults().array(fields, "dependencies", &root);
        self.builder.document.has_graph = !list.is_empty();
        let list_place = root.key("dependencies");
        let mut seen = HashSet::new();
        for (index, item) in list.iter().enumerate() {
            if index & 0xfff == 0 {
                self.cancel.check()?;
            }
            let place = list_place.index(index);
            let Some(entry) = self.builder.faults.as_object(item, &place) else {
                continue;
            };
            let Some(from) = self.builder.faults.text(entry, "ref", &place) else {
                if get(entry, "ref").is_none() {
                    self.faults().add(&place, "the dependency has no `ref`");
                }
                continue;
            };
            let source = self.builder.target(from);
            if source.is_none() && !is_link(from) {
                self.builder.unknown(&place.key("ref"), from, from);
            }
            seen.clear();
            let on = self.builder.faults.array(entry, "dependsOn", &place);
            let on_place = place.key("dependsOn");
            for (index, to) in on.iter().enumerate() {
                let place = on_place.index(index);
                let Some(to) = self.builder.faults.as_text(to, &place) else {
                    continue;
                };
                if !seen.insert(to) {
                    self.faults().add(&place, "the dependency is listed twice");
                    continue;
                }
                match (source, self.builder.target(to)) {
                    (Some(_), None) if !is_link(to) => self.builder.unknown(&place, from, to),
                    (Some(Target::Package(from)), Some(Target::Package(index))) => {
                        self.builder.add_edge(from, index, to, None);
                    }
                    (Some(Target::SyntheticRoot), Some(Target::Package(index))) => {
                        self.builder.document.bom.roots.push(index);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// Whether a reference leads to another document, a BOM-Link.
fn is_link(reference: &str) -> bool {
    reference.starts_with("urn:cdx:")
}

fn is_serial(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else {
        return false;
    };
    uuid.len() == 36
        && uuid.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

fn organization(value: &Json<'_>) -> Option<Contact> {
    let fields = value.object()?;
    let mut contact = plain::contact(value)?;
    if contact.url.is_none() {
        contact.url = get(fields, "url")
            .and_then(Json::array)
            .and_then(|urls| urls.first()?.text())
            .map(str::to_owned);
    }
    contact.email = get(fields, "contact")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .find_map(|person| get(person.object()?, "email")?.text())
        .map(str::to_owned);
    Some(contact)
}

/// The licence: an expression, an identifier or a name; several count as all applying.
fn license(faults: &mut Faults, fields: &Fields<'_>, place: &Place<'_>) -> Option<String> {
    let mut declared = Vec::new();
    let mut others = Vec::new();
    let list_place = place.key("licenses");
    for (index, item) in faults.array(fields, "licenses", place).iter().enumerate() {
        let place = list_place.index(index);
        let Some(choice) = faults.as_object(item, &place) else {
            continue;
        };
        let inner = faults.object(choice, "license", &place);
        let text = match inner {
            Some(license) => get(license, "id").or_else(|| get(license, "name")),
            None => get(choice, "expression"),
        };
        let acknowledged = get(inner.unwrap_or(choice), "acknowledgement").and_then(Json::text);
        if let Some(text) = text.and_then(Json::text) {
            match acknowledged {
                Some("concluded") => others.push(text),
                _ => declared.push(text),
            }
        }
    }
    let list = if declared.is_empty() {
        others
    } else {
        declared
    };
    match list.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        many => Some(
            many.iter()
                .map(|text| {
                    if text.contains(" OR ") {
                        format!("({text})")
                    } else {
                        (*text).to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join(" AND "),
        ),
    }
}

/// The source that a component without purl tells of in other places: references of the form
/// that cargo gives its package ids, and distribution addresses.
fn told_elsewhere(fields: &Fields<'_>, reference: &str) -> Option<Source> {
    if let Some(source) = claimed::source_of_index(reference) {
        return Some(source);
    }
    if reference.starts_with("path+file:") {
        return Some(claims::untold(true));
    }
    value::get(fields, "externalReferences")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::object)
        .filter(|r| {
            let kind = get(r, "type").and_then(Json::text);
            matches!(kind, Some("distribution" | "vcs" | "source-distribution"))
        })
        .filter_map(|r| get(r, "url").and_then(Json::text))
        .find_map(claimed::source_of_index)
}
