//! Reading CycloneDX 1.2 to 1.7, as any producer writes it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::entity::read_organization;
use super::{facts, license, write};
use crate::bom::{Package, Tool};
use crate::error::Result;
use crate::package::Source;
use crate::progress::CancelToken;
use crate::sbom::claimed;
use crate::sbom::claims::{self, Builder, Identity, Named, PurlCensus, Target};
use crate::sbom::value::{self, Faults, Fields, Json, Place, get};
use crate::sbom::{Document, Format, OtherComponent, names, plain};

/// The versions of the format; 2.0 is a draft that keeps what is read here.
const KNOWN: [&str; 8] = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0", "2.0-dev"];

/// Reads the tree of a document; the tree of an XML one is that of the JSON one that says the same.
pub(crate) fn read(
    fields: &Fields<'_>,
    format: Format,
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
            format!("`{short}` is no version of CycloneDX that is known here"),
        );
    }
    let mut reader = Reader {
        builder: Builder::new(format, version, faults),
        cargo_only: cargo_only(fields),
        cancel,
        count: 0,
        main: None,
    };
    reader.document(fields)?;
    let mut document = reader.builder.finish()?;
    let xml = format == Format::CycloneDxXml;
    claims::drop_derived_serial(&mut document, |bom, tool| {
        write::serial(bom, version, xml, tool)
    });
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

/// What properties of ours say about the main component, whatever its own fields do.
struct Main {
    index: usize,
    license: bool,
    supplier: bool,
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
    main: Option<Main>,
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
            self.builder.document.identifier = Some(serial.to_owned());
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
        self.builder.document.has_vulnerabilities = get(fields, "vulnerabilities")
            .and_then(Json::array)
            .is_some_and(|list| !list.is_empty());
        self.dependencies(fields)?;
        self.compositions(fields)?;
        if self.builder.own_version().is_some() {
            // The facts, where there are any, hold the phase that the caller gave.
            if !self.builder.own_facts {
                self.drop_default_phase();
            }
            self.drop_given_facts();
        }
        Ok(())
    }

    /// In a document of ours the main component has what the caller gave for it, unless a property
    /// says that it is the package's own.
    fn drop_given_facts(&mut self) {
        let bom = &mut self.builder.document.bom;
        let Some(main) = &self.main else {
            return;
        };
        if let Some(package) = bom.packages.get_mut(main.index) {
            if bom.document.license.is_some() && !main.license {
                package.license = None;
            }
            if bom.document.supplier.is_some() && !main.supplier {
                package.supplier = None;
            }
        }
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
        let lifecycles = self.faults().array(fields, "lifecycles", place);
        let phase = |item: &Json<'_>| {
            let item = item.object()?;
            let text = get(item, "phase").or_else(|| get(item, "name"))?.text()?;
            Some(text.to_owned())
        };
        let document = &mut self.builder.document;
        document.lifecycles = lifecycles.iter().filter_map(phase).collect();
        document.bom.document.lifecycle = lifecycles.first().and_then(phase);
        self.tools(fields, place);
        let authors = self.faults().array(fields, "authors", place);
        self.builder.document.bom.document.authors =
            authors.iter().filter_map(plain::contact).collect();
        let organization = |key| get(fields, key).and_then(read_organization);
        let document = &mut self.builder.document;
        document.bom.document.supplier = organization("supplier");
        document.bom.document.manufacturer =
            organization("manufacturer").or_else(|| organization("manufacture"));
        document.data_licenses = license::read(fields, &mut self.builder.faults, place)
            .into_iter()
            .map(|license| license.text.to_owned())
            .collect();
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
        let mut ours = false;
        for tool in list {
            let text = |key| tool.object().and_then(|t| get(t, key)).and_then(Json::text);
            let name = text("name").unwrap_or_default();
            let version = text("version").unwrap_or_default();
            let document = &mut self.builder.document;
            let both = format!("{name} {version}");
            document.tools.push(both.trim().to_owned());
            // The first of this name is this tool itself, the rest are others that had a part.
            if name == "cratetrust" && !std::mem::replace(&mut ours, true) {
                continue;
            }
            document.bom.document.tools.push(Tool {
                name: name.to_owned(),
                version: Some(version.to_owned()).filter(|version| !version.is_empty()),
            });
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
            let known = name.starts_with(names::PREFIX)
                || name.starts_with(names::BSI)
                || (document && name == names::TARGET_TRIPLE);
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
        let properties = self.properties(fields, place, false);
        if !cargo {
            self.foreign(fields, place, &identity, &properties);
            return Target::Foreign;
        }
        let mut claim = identity.claim(place);
        let mut package = identity.package(&properties, || {
            told_elsewhere(fields, reference).unwrap_or_else(|| match purl {
                // A purl that cannot be read claims something, but nobody can tell what.
                Some(_) => claims::untold(false),
                None => claims::untold(main),
            })
        });
        let faults = &mut self.builder.faults;
        facts::take(fields, &properties, faults, place, &mut package, &mut claim);
        let index = self.builder.add(package, claim);
        self.builder.package_properties(index, &properties);
        if main {
            let says = |name| properties.iter().any(|property| property.name == name);
            self.main = Some(Main {
                index,
                license: says(names::LICENSE),
                supplier: says(names::SUPPLIER),
            });
            self.builder.document.has_root = true;
            self.builder.document.bom.roots.push(index);
        }
        Target::Package(index)
    }

    /// A component that is no cargo package: its facts are kept, but it takes no part in the graph.
    fn foreign(
        &mut self,
        fields: &'t Fields<'t>,
        place: &Place<'_>,
        identity: &Identity<'t>,
        properties: &[Named<'t>],
    ) {
        let mut claim = identity.claim(place);
        let mut package = Package::new("", "", claims::untold(false));
        let faults = &mut self.builder.faults;
        facts::take(fields, properties, faults, place, &mut package, &mut claim);
        self.builder.add_other(OtherComponent {
            name: identity.name.to_owned(),
            version: Some(identity.version)
                .filter(|version| !version.is_empty())
                .map(str::to_owned),
            is_file: false,
            claim,
        });
    }

    /// What the document says of the completeness of each component's dependencies.
    fn compositions(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let list = get(fields, "compositions").and_then(Json::array);
        for item in list.unwrap_or_default() {
            self.cancel.check()?;
            let Some(composition) = item.object() else {
                continue;
            };
            let Some(aggregate) = get(composition, "aggregate").and_then(Json::text) else {
                continue;
            };
            for reference in get(composition, "dependencies")
                .and_then(Json::array)
                .unwrap_or_default()
            {
                let Some(text) = reference.text() else {
                    continue;
                };
                match self.builder.target(text) {
                    Some(Target::Package(index)) => {
                        if let Some(claim) = self.builder.document.claims.get_mut(index) {
                            claim.completeness = Some(aggregate.to_owned());
                        }
                    }
                    _ => self.builder.complete(text, aggregate),
                }
            }
        }
        Ok(())
    }

    fn dependencies(&mut self, fields: &'t Fields<'t>) -> Result<()> {
        let root = Place::Root;
        let list = self.faults().array(fields, "dependencies", &root);
        self.builder.document.has_graph = !list.is_empty();
        let list_place = root.key("dependencies");
        let mut seen = HashSet::new();
        let mut entries: HashMap<&str, &Json<'_>> = HashMap::new();
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
            // Some producers tell of a component in several entries, which together are its
            // dependencies; the same entry once more is a breach of the schema.
            match entries.entry(from) {
                Entry::Vacant(slot) => {
                    slot.insert(item);
                }
                Entry::Occupied(slot) if *slot.get() == item => {
                    let message = "the dependency entry is listed twice";
                    self.builder.faults.add(&place, message);
                    continue;
                }
                Entry::Occupied(_) => {}
            }
            let source = self.builder.target(from);
            if source.is_none() && !is_link(from) {
                self.builder.unknown(&place.key("ref"), from, from);
            }
            seen.clear();
            let on = self.builder.faults.array(entry, "dependsOn", &place);
            self.builder.link(from, !on.is_empty());
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
                self.builder.link(to, false);
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
