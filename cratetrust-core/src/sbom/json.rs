//! The library's own view, schema `cratetrust.bom/1`: nothing lost.

use serde::Serialize;

use super::claims::{self, Builder};
use super::plain;
use super::value::{Faults, Fields, Json, Place, get};
use super::{Claim, Document, Format, LicenseRole};
use crate::bom::{
    Bom, Contact, DocumentInfo, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Gap, Package,
    SCHEMA, Scope,
};
use crate::error::Result;
use crate::package::{Source, SourceKind};
use crate::progress::CancelToken;

/// The versions that can be written, the default first.
pub(super) const VERSIONS: &[&str] = &["1"];

/// The fields of [`Bom`] after the schema's name. Written out rather than flattened: flattening
/// buffers.
#[derive(Serialize)]
struct Plain<'a> {
    schema: &'static str,
    document: &'a DocumentInfo,
    selection: &'a Option<crate::bom::Selection>,
    evidence: &'a [EvidenceSource],
    toolchain: &'a Option<crate::bom::Toolchain>,
    roots: &'a [usize],
    packages: &'a [Package],
    edges: &'a [Edge],
    gaps: &'a [Gap],
}

pub(super) fn write(bom: &Bom) -> serde_json::Result<Vec<u8>> {
    // Taken apart by name, so that a new field cannot be forgotten here.
    let Bom {
        document,
        selection,
        evidence,
        toolchain,
        roots,
        packages,
        edges,
        gaps,
    } = bom;
    serde_json::to_vec(&Plain {
        schema: SCHEMA,
        document,
        selection,
        evidence,
        toolchain,
        roots,
        packages,
        edges,
        gaps,
    })
}

pub(super) fn read(fields: &Fields<'_>, faults: Faults, cancel: &CancelToken) -> Result<Document> {
    let root = Place::Root;
    let mut reader = Reader {
        builder: Builder::new(Format::Json, "1", faults),
    };
    reader.document(fields, &root);
    let place = root.key("packages");
    for (index, item) in reader.array(fields, "packages", &root).iter().enumerate() {
        if index & 0xfff == 0 {
            cancel.check()?;
        }
        reader.package(index, item, &place.index(index));
    }
    reader.links(fields, &root, cancel)?;
    reader.builder.within_limits()?;
    // The plain form states everything itself: nothing is left to defaults.
    let mut document = reader.builder.document;
    for claim in &mut document.claims {
        claim.in_graph = document.has_graph;
        // What is said of the main component once stands at the document.
        if claim.main {
            let info = &document.bom.document;
            if claim.supplier.is_none() {
                claim.supplier.clone_from(&info.supplier);
            }
            claim.creators.extend(info.manufacturer.clone());
            let license = info.license.iter().cloned();
            claim
                .licenses
                .extend(license.map(|text| (LicenseRole::Declared, text)));
        }
    }
    document.lifecycles = document.bom.document.lifecycle.iter().cloned().collect();
    document
        .identifier
        .clone_from(&document.bom.document.serial);
    document.faults = reader.builder.faults.finish();
    Ok(document)
}

struct Reader<'t> {
    builder: Builder<'t>,
}

/// A member that is there and not null.
fn some<'t, 'a>(fields: &'t Fields<'a>, key: &str) -> Option<&'t Json<'a>> {
    get(fields, key).filter(|value| **value != Json::Null)
}

impl Reader<'_> {
    fn wrong(&mut self, place: &Place<'_>, wanted: &str, found: &Json<'_>) {
        let message = format!("{wanted} is wanted, this is {}", found.what());
        self.builder.faults.add(place, message);
    }

    fn text(&mut self, fields: &Fields<'_>, key: &str, place: &Place<'_>) -> Option<String> {
        some(fields, key)?;
        self.builder
            .faults
            .text(fields, key, place)
            .map(str::to_owned)
    }

    fn array<'t, 'a>(
        &mut self,
        fields: &'t Fields<'a>,
        key: &str,
        place: &Place<'_>,
    ) -> &'t [Json<'a>] {
        if get(fields, key).is_none() {
            self.builder
                .faults
                .add(&place.key(key), "the member is missing");
        }
        self.builder.faults.array(fields, key, place)
    }

    fn texts(&mut self, fields: &Fields<'_>, key: &str, place: &Place<'_>) -> Vec<String> {
        let list_place = place.key(key);
        let mut out = Vec::new();
        for (index, item) in self.array(fields, key, place).iter().enumerate() {
            let text = self.builder.faults.as_text(item, &list_place.index(index));
            out.extend(text.map(str::to_owned));
        }
        out
    }

    /// A list that documents from before it was added do not have.
    fn later<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        place: &Place<'_>,
        wanted: &str,
        take: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Vec<T> {
        let list_place = place.key(key);
        let mut out = Vec::new();
        if get(fields, key).is_none() {
            return out;
        }
        for (index, item) in self.array(fields, key, place).iter().enumerate() {
            match take(item) {
                Some(taken) => out.push(taken),
                None => self.wrong(&list_place.index(index), wanted, item),
            }
        }
        out
    }

    /// A member that is null or something that `take` understands.
    fn opt<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        place: &Place<'_>,
        wanted: &str,
        take: impl FnOnce(&Json<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = some(fields, key)?;
        let taken = take(value);
        if taken.is_none() {
            self.wrong(&place.key(key), wanted, value);
        }
        taken
    }

    fn document(&mut self, fields: &Fields<'_>, root: &Place<'_>) {
        self.builder.document.tools.push("cratetrust".to_owned());
        if let Some(info) = self.builder.faults.object(fields, "document", root) {
            let place = root.key("document");
            let document = DocumentInfo {
                timestamp: self.text(info, "timestamp", &place),
                supplier: self.opt(info, "supplier", &place, "a contact", plain::contact),
                authors: self
                    .array(info, "authors", &place)
                    .iter()
                    .filter_map(plain::contact)
                    .collect(),
                lifecycle: self.text(info, "lifecycle", &place),
                serial: self.text(info, "serial", &place),
                manufacturer: self.opt(info, "manufacturer", &place, "a contact", plain::contact),
                license: self.text(info, "license", &place),
                tools: self.later(info, "tools", &place, "a tool", plain::tool),
            };
            self.builder.document.bom.document = document;
        }
        self.builder.document.bom.selection =
            self.opt(fields, "selection", root, "a selection", plain::selection);
        self.builder.document.bom.toolchain =
            self.opt(fields, "toolchain", root, "a toolchain", plain::toolchain);
        let place = root.key("evidence");
        for (index, item) in self.array(fields, "evidence", root).iter().enumerate() {
            let place = place.index(index);
            let Some(source) = self.builder.faults.as_object(item, &place) else {
                continue;
            };
            let level = self.opt(source, "level", &place, "an evidence level", |value| {
                EvidenceLevel::from_name(value.text()?)
            });
            let sha256 = self.opt(source, "sha256", &place, "a SHA-256 digest", |value| {
                value.text()?.parse().ok()
            });
            let name = self.text(source, "name", &place).unwrap_or_default();
            self.builder
                .document
                .bom
                .evidence
                .extend(level.map(|level| EvidenceSource {
                    level,
                    name,
                    sha256,
                }));
        }
    }

    fn package(&mut self, index: usize, item: &Json<'_>, place: &Place<'_>) {
        // Indexes elsewhere count every entry, so that one that is no object still takes its place.
        let fields = self
            .builder
            .faults
            .as_object(item, place)
            .unwrap_or_default();
        if get(fields, "id").and_then(Json::number) != Some(index as u64) {
            self.builder.faults.add(
                &place.key("id"),
                format!("the id is not {index}, its index"),
            );
        }
        let name = self.text(fields, "name", place).unwrap_or_default();
        if name.is_empty() {
            self.builder.faults.add(place, "the package has no `name`");
        }
        let version = self.text(fields, "version", place).unwrap_or_default();
        let source = self.source(fields, place);
        let mut package = Package::new(name, version, source);
        let mut claim = Claim {
            reference: index.to_string(),
            place: place.to_string(),
            purl: self.text(fields, "purl", place),
            ..Claim::default()
        };
        package.purl.clone_from(&claim.purl);
        if let Some(checksum) = self.builder.faults.object(fields, "checksum", place) {
            let place = place.key("checksum");
            for key in ["sha256", "sha512"] {
                if let Some(digits) = self.text(checksum, key, &place) {
                    let faults = &mut self.builder.faults;
                    claims::take_hash(&mut package, key, &digits, faults, &place.key(key));
                    claim.hashes.push((key.to_owned(), digits));
                }
            }
        }
        package.size = self.opt(fields, "size", place, "a whole number", |value| {
            value.number()
        });
        if let Some(scope) = self.opt(fields, "scope", place, "a scope", |value| {
            Scope::from_name(value.text()?)
        }) {
            claim.scope = Some(scope.name().to_owned());
            package.scope = scope;
        }
        package.evidence = self
            .opt(
                fields,
                "evidence",
                place,
                "a list of indexes",
                plain::indexes,
            )
            .unwrap_or_default();
        package.license = self.text(fields, "license", place);
        package.license_file = self.text(fields, "license_file", place);
        package.description = self.text(fields, "description", place);
        package.authors = self.texts(fields, "authors", place);
        package.homepage = self.text(fields, "homepage", place);
        package.documentation = self.text(fields, "documentation", place);
        package.repository = self.text(fields, "repository", place);
        package.keywords = self.texts(fields, "keywords", place);
        let list_place = place.key("units");
        for (index, item) in self.array(fields, "units", place).iter().enumerate() {
            match plain::unit(item) {
                Some(unit) => package.units.push(unit),
                None => self.wrong(&list_place.index(index), "a unit", item),
            }
        }
        package.license_concluded = self.text(fields, "license_concluded", place);
        package.license_text = self.text(fields, "license_text", place);
        package.copyright = self.text(fields, "copyright", place);
        package.supplier = self.opt(fields, "supplier", place, "a contact", plain::contact);
        package.vcs = self.opt(fields, "vcs", place, "a commit", plain::vcs);
        package.enriched_from = self.text(fields, "enriched_from", place);
        claim.supplier.clone_from(&package.supplier);
        claim.copyright.clone_from(&package.copyright);
        for (role, text) in [
            (LicenseRole::Declared, &package.license),
            (LicenseRole::Concluded, &package.license_concluded),
        ] {
            claim.licenses.extend(text.clone().map(|text| (role, text)));
        }
        claim
            .creators
            .extend(package.authors.iter().map(|author| Contact {
                name: author.clone(),
                ..Contact::default()
            }));
        self.builder.add(package, claim);
    }

    fn source(&mut self, fields: &Fields<'_>, place: &Place<'_>) -> Source {
        let Some(source) = self.builder.faults.object(fields, "source", place) else {
            return claims::untold(false);
        };
        let place = place.key("source");
        let kind = self.opt(source, "kind", &place, "a kind of source", |value| {
            SourceKind::from_name(value.text()?)
        });
        Source {
            url: self.text(source, "url", &place),
            reference: self.text(source, "ref", &place),
            rev: self.text(source, "rev", &place),
            ..kind.map_or_else(|| claims::untold(false), Source::of)
        }
    }

    /// Roots, edges and gaps: what refers to packages.
    fn links(&mut self, fields: &Fields<'_>, root: &Place<'_>, cancel: &CancelToken) -> Result<()> {
        let count = self.builder.document.bom.packages.len();
        let index_of = |value: &Json<'_>| {
            value
                .number()
                .and_then(|n| usize::try_from(n).ok())
                .filter(|n| *n < count)
        };
        let shown = |value: Option<&Json<'_>>| match value {
            Some(Json::Number(Some(number))) => number.to_string(),
            Some(other) => other.what().to_owned(),
            None => "nothing".to_owned(),
        };
        self.builder.document.has_root = get(fields, "roots").and_then(Json::array).is_some();
        let place = root.key("roots");
        for (index, item) in self.array(fields, "roots", root).iter().enumerate() {
            match index_of(item) {
                Some(package) => {
                    self.builder.document.bom.roots.push(package);
                    let single =
                        get(fields, "roots").and_then(Json::array).map(<[_]>::len) == Some(1);
                    if let Some(claim) = self.builder.document.claims.get_mut(package) {
                        claim.main = single;
                    }
                }
                None => self
                    .builder
                    .unknown(&place.index(index), "roots", &shown(Some(item))),
            }
        }
        self.builder.document.has_graph = get(fields, "edges").and_then(Json::array).is_some();
        let list_place = root.key("edges");
        for (index, item) in self.array(fields, "edges", root).iter().enumerate() {
            if index & 0xfff == 0 {
                cancel.check()?;
            }
            let place = list_place.index(index);
            let Some(edge) = self.builder.faults.as_object(item, &place) else {
                continue;
            };
            let (from_end, to_end) = (get(edge, "from"), get(edge, "to"));
            let (from, to) = (from_end.and_then(index_of), to_end.and_then(index_of));
            for (key, end, found) in [("from", from_end, from), ("to", to_end, to)] {
                if found.is_none() {
                    self.builder
                        .unknown(&place.key(key), &shown(from_end), &shown(end));
                }
            }
            let (Some(from), Some(to)) = (from, to) else {
                continue;
            };
            let kind = self.opt(edge, "kind", &place, "a kind of edge", |value| {
                EdgeKind::from_name(value.text()?)
            });
            let name = self.text(edge, "name", &place);
            let evidence = self
                .opt(
                    edge,
                    "evidence",
                    &place,
                    "a list of indexes",
                    plain::indexes,
                )
                .unwrap_or_default();
            if !self.builder.has_room_for_edge() {
                break;
            }
            self.builder.document.bom.edges.push(Edge {
                from,
                to,
                kind: kind.unwrap_or(EdgeKind::Unknown),
                name,
                evidence,
            });
        }
        let list_place = root.key("gaps");
        for (index, item) in self.array(fields, "gaps", root).iter().enumerate() {
            let place = list_place.index(index);
            let Some(gap) = self.builder.faults.as_object(item, &place) else {
                continue;
            };
            let Some(package) = get(gap, "package").and_then(index_of) else {
                self.builder
                    .faults
                    .add(&place.key("package"), "the gap names no package");
                continue;
            };
            let code = self.text(gap, "code", &place).unwrap_or_default();
            let reason = self.text(gap, "reason", &place).unwrap_or_default();
            self.builder.document.bom.gaps.push(Gap {
                package,
                code,
                reason,
            });
        }
        Ok(())
    }
}
