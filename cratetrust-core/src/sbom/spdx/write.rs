//! Writing SPDX 2.2 and 2.3.
//!
//! - The document describes its one root; several, or none, get a synthetic package without
//!   version and purl that depends on them.
//! - `DEPENDS_ON` is an ordinary dependency, or one of a kind that the evidence does not tell;
//!   `BUILD_DEPENDENCY_OF` and `DEV_DEPENDENCY_OF` run from the dependency to who declares it.
//! - The supplier of the main package is the caller's, its originator the caller's manufacturer;
//!   the originator of any other package is the first author of its manifest.
//! - What SPDX has no field for, or whose field would read back as something else, stands in
//!   annotations, one property each.
//! - `created` is mandatory; without a time from the caller it is the epoch.

use std::borrow::Cow;
use std::collections::HashMap;

use super::licenses::Licenses;
use super::model::{
    Annotation, Checksum, CreationInfo, DOCUMENT_ID, Document, ExternalRef, NO_ASSERTION, NONE,
    Package as SpdxPackage, Relationship,
};
use super::properties::{self, Syntax};
use super::tag_write;
use super::words::{actor as read_actor, person as read_person};
use crate::bom::{Bom, Contact, Edge, EdgeKind, Package, Scope, Tool};
use crate::digest::Sha256;
use crate::package::SourceKind;
use crate::sbom::Format;
use crate::sbom::names::{self, Property, Unique, property};

/// The versions that can be written, the default first.
pub(crate) const VERSIONS: &[&str] = &["2.3", "2.2"];

/// What stands where a time is demanded and none is given.
pub(super) const NO_TIME: &str = "1970-01-01T00:00:00Z";

pub(crate) fn write(bom: &Bom, version: &str, format: Format) -> serde_json::Result<Vec<u8>> {
    let syntax = match format {
        Format::SpdxTagValue => Syntax::TagValue,
        _ => Syntax::Json,
    };
    let (refs, synthetic) = references(bom);
    let main = match bom.roots.as_slice() {
        [root] if *root < bom.packages.len() => Some(*root),
        _ => None,
    };
    let described = main
        .and_then(|index| refs.get(index))
        .map_or(synthetic.as_str(), String::as_str);
    let created = bom
        .document
        .timestamp
        .as_deref()
        .filter(|time| is_utc_seconds(time))
        .unwrap_or(NO_TIME);
    let tool = format!("Tool: cratetrust-{}", crate::VERSION);
    let annotate = |properties: Vec<Property<'_>>| -> Vec<Annotation<'_>> {
        properties
            .iter()
            .map(|Property { name, value }| Annotation {
                annotation_date: created,
                annotation_type: "OTHER",
                annotator: &tool,
                comment: properties::comment(name, value, syntax),
            })
            .collect()
    };
    let mut licenses = Licenses::default();
    let mut packages = Vec::with_capacity(bom.packages.len() + 1);
    if main.is_none() {
        packages.push(synthetic_root(bom, &synthetic, &mut licenses));
    }
    for (index, (package, id)) in bom.packages.iter().zip(&refs).enumerate() {
        let mut projection = Projection {
            bom,
            package,
            main: Some(index) == main,
            syntax,
            licenses: &mut licenses,
            properties: names::package_properties(bom, package),
        };
        let mut item = projection.item(id);
        item.annotations = annotate(projection.properties);
        packages.push(item);
    }
    if version == "2.2" {
        // What 2.3 brought, and how the schema of 2.2 spells a category.
        for package in &mut packages {
            package.primary_package_purpose = None;
            for reference in &mut package.external_refs {
                reference.reference_category = "PACKAGE_MANAGER";
            }
        }
    }
    let document = Document {
        id: DOCUMENT_ID,
        spdx_version: format!("SPDX-{version}"),
        creation_info: CreationInfo {
            created,
            creators: creators(bom, &tool),
        },
        name: match main.and_then(|index| bom.packages.get(index)) {
            Some(package) => format!("{}-{}", package.name, package.version),
            None => names::SYNTHETIC_ROOT.to_owned(),
        },
        data_license: "CC0-1.0",
        document_namespace: match &bom.document.serial {
            Some(serial) => Cow::Borrowed(serial.as_str()),
            None => Cow::Owned(namespace(bom, version, format, crate::VERSION)),
        },
        document_describes: [described],
        packages,
        has_extracted_licensing_infos: licenses.into_infos(),
        relationships: relationships(bom, &refs, described, main, syntax),
        annotations: annotate(properties_of(bom, &refs)),
    };
    match syntax {
        Syntax::Json => serde_json::to_vec_pretty(&document),
        Syntax::TagValue => Ok(tag_write::write(&document)),
    }
}

/// The namespace that a document has where the caller gives no serial number.
pub(super) fn namespace(bom: &Bom, version: &str, format: Format, tool_version: &str) -> String {
    names::content_uuid(bom, &format!("{} {version}", format.name()), tool_version)
}

/// Whether text is a time as SPDX 2.3 (6.9) has it: `YYYY-MM-DDThh:mm:ssZ`.
fn is_utc_seconds(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00Z";
    text.len() == form.len()
        && text.bytes().zip(form).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            wanted => byte == *wanted,
        })
}

/// Who made the document: this tool first, then the caller's tools, the supplier and the authors.
fn creators(bom: &Bom, tool: &str) -> Vec<String> {
    let document = &bom.document;
    let mut out = vec![tool.to_owned()];
    out.extend(document.tools.iter().map(tool_text));
    out.extend(
        document
            .supplier
            .iter()
            .map(|contact| actor("Organization", contact)),
    );
    out.extend(
        document
            .authors
            .iter()
            .map(|contact| actor("Person", contact)),
    );
    out
}

fn tool_text(tool: &Tool) -> String {
    match &tool.version {
        Some(version) => format!("Tool: {}-{}", tidy(&tool.name), tidy(version)),
        None => format!("Tool: {}", tidy(&tool.name)),
    }
}

fn properties_of<'a>(bom: &'a Bom, refs: &[String]) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    let mut facts = bom.document.clone();
    facts.serial = None;
    // `created` holds any time but the one that stands for none.
    if facts
        .timestamp
        .as_deref()
        .is_some_and(|time| time != NO_TIME && is_utc_seconds(time))
    {
        facts.timestamp = None;
    }
    if facts != Default::default() {
        out.push(property(names::DOCUMENT, names::json_text(&facts)));
    }
    out.extend(names::document_properties(bom, refs));
    out
}

/// Text that can be part of an actor.
fn tidy(text: &str) -> String {
    let plain = |c: char| match c {
        '(' | ')' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let text: String = text.chars().map(plain).collect();
    match text.trim() {
        "" => "anonymous".to_owned(),
        text => text.to_owned(),
    }
}

/// An actor as SPDX 2.3 (6.8) spells it: `Organization: Name (mail)`.
fn actor(kind: &str, contact: &Contact) -> String {
    let name = tidy(&contact.name);
    match contact.email.as_deref().map(tidy) {
        Some(email) => format!("{kind}: {name} ({email})"),
        None => format!("{kind}: {name}"),
    }
}

/// An author as Cargo.toml writes it: `Name <mail>`, or only a name.
fn author(text: &str) -> Contact {
    let split = text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
        .filter(|(name, email)| !name.trim().is_empty() && !email.trim().is_empty());
    match split {
        Some((name, email)) => Contact {
            name: name.trim().to_owned(),
            email: Some(email.to_owned()),
            url: None,
        },
        None => Contact {
            name: text.to_owned(),
            ..Contact::default()
        },
    }
}

fn supplier_text(supplier: Option<&Contact>) -> Cow<'static, str> {
    match supplier {
        Some(contact) => Cow::Owned(actor("Organization", contact)),
        None => Cow::Borrowed(NO_ASSERTION),
    }
}

fn synthetic_root<'a>(bom: &'a Bom, id: &'a str, licenses: &mut Licenses) -> SpdxPackage<'a> {
    let document = &bom.document;
    SpdxPackage {
        id,
        name: names::SYNTHETIC_ROOT,
        version_info: "",
        package_file_name: None,
        supplier: supplier_text(document.supplier.as_ref()),
        originator: document
            .manufacturer
            .as_ref()
            .map(|contact| actor("Organization", contact)),
        download_location: Cow::Borrowed(NO_ASSERTION),
        files_analyzed: false,
        checksums: Vec::new(),
        homepage: None,
        license_concluded: Cow::Borrowed(NO_ASSERTION),
        license_declared: match &document.license {
            Some(license) => licenses.field(license),
            None => Cow::Borrowed(NO_ASSERTION),
        },
        copyright_text: NO_ASSERTION,
        description: None,
        primary_package_purpose: Some("APPLICATION"),
        external_refs: Vec::new(),
        annotations: Vec::new(),
    }
}

/// One package on its way into the document: its fields, and as properties what they cannot hold.
struct Projection<'a, 'w> {
    bom: &'a Bom,
    package: &'a Package,
    main: bool,
    syntax: Syntax,
    licenses: &'w mut Licenses,
    properties: Vec<Property<'a>>,
}

impl<'a> Projection<'a, '_> {
    fn say(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) {
        self.properties.push(property(name, value));
    }

    fn item(&mut self, id: &'a str) -> SpdxPackage<'a> {
        let package = self.package;
        if package.scope != Scope::Maybe {
            self.say(names::SCOPE, package.scope.name());
        }
        for text in &package.keywords {
            self.say(names::KEYWORD, text.as_str());
        }
        let homepage = package.homepage.as_deref();
        for (name, text) in [
            (names::HOMEPAGE, homepage.filter(|url| !is_web(url))),
            (names::DOCUMENTATION, package.documentation.as_deref()),
            (names::REPOSITORY, package.repository.as_deref()),
        ] {
            if let Some(text) = text {
                self.say(name, text);
            }
        }
        let checksums = [
            package.checksum.sha256.map(|hash| Checksum {
                algorithm: "SHA256",
                checksum_value: hash.to_string(),
            }),
            package.checksum.sha512.map(|hash| Checksum {
                algorithm: "SHA512",
                checksum_value: hash.to_string(),
            }),
        ];
        let purl = package.purl.as_deref().map(|purl| ExternalRef {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: purl,
        });
        let supplier = self.supplier();
        let originator = self.originator();
        let license_declared = self.license_declared();
        let license_concluded = self.license_concluded();
        SpdxPackage {
            id,
            name: &package.name,
            version_info: &package.version,
            package_file_name: file_name(package),
            supplier,
            originator,
            download_location: download_location(package),
            files_analyzed: false,
            checksums: checksums.into_iter().flatten().collect(),
            homepage: homepage.filter(|url| is_web(url)),
            license_concluded,
            license_declared,
            copyright_text: self.copyright(),
            description: self.description(),
            primary_package_purpose: Some(if self.main { "APPLICATION" } else { "LIBRARY" }),
            external_refs: purl.into_iter().collect(),
            annotations: Vec::new(),
        }
    }

    fn supplier(&mut self) -> Cow<'static, str> {
        let callers = self.bom.document.supplier.as_ref().filter(|_| self.main);
        let own = self.package.supplier.as_ref();
        let text = supplier_text(callers.or(own));
        // Of the main package, the reader knows which part of it the caller gave.
        let read = match callers {
            Some(_) => None,
            None => read_actor(&text),
        };
        if read.as_ref() != own {
            self.say(names::SUPPLIER, names::json_text(&own));
        }
        text
    }

    fn originator(&mut self) -> Option<String> {
        let authors = &self.package.authors;
        let maker = self
            .bom
            .document
            .manufacturer
            .as_ref()
            .filter(|_| self.main);
        let first = authors.first().filter(|text| !text.trim().is_empty());
        let text = match maker {
            Some(contact) => Some(actor("Organization", contact)),
            None => first.map(|text| actor("Person", &author(text))),
        };
        let read = text.as_deref().and_then(read_person);
        if authors.as_slice() != read.as_slice() {
            for text in authors {
                self.say(names::AUTHOR, text.as_str());
            }
        }
        text
    }

    fn license_declared(&mut self) -> Cow<'a, str> {
        let package = self.package;
        let callers = self.bom.document.license.as_deref().filter(|_| self.main);
        let own = package.license.as_deref();
        let text_reference = self.license_text();
        let field = match own.or(callers) {
            Some(license) => self.licenses.field(license),
            None => match &text_reference {
                Some(id) => Cow::Owned(id.clone()),
                None => Cow::Borrowed(NO_ASSERTION),
            },
        };
        if let Some(own) = own
            && (field != own || field == NO_ASSERTION || callers.is_some())
        {
            self.say(names::LICENSE, own);
        }
        field
    }

    /// The reference of the licence file's text.
    fn license_text(&mut self) -> Option<String> {
        let text = self.package.license_text.as_deref()?;
        let id = (!text.trim().is_empty()).then(|| self.licenses.text(text));
        match &id {
            Some(id) if self.syntax.keeps_block(text) => {
                self.say(properties::LICENSE_TEXT_REF, id.clone());
            }
            _ => self.say(names::LICENSE_TEXT, text),
        }
        id
    }

    fn license_concluded(&mut self) -> Cow<'a, str> {
        let Some(license) = self.package.license_concluded.as_deref() else {
            return Cow::Borrowed(NO_ASSERTION);
        };
        let field = self.licenses.field(license);
        if field != license || field == NO_ASSERTION {
            self.say(names::LICENSE_CONCLUDED, license);
        }
        field
    }

    fn copyright(&mut self) -> &'a str {
        let Some(text) = self.package.copyright.as_deref() else {
            return NO_ASSERTION;
        };
        let says_nothing = text.trim().is_empty() || matches!(text, NO_ASSERTION | NONE);
        if says_nothing || !self.syntax.keeps_block(text) {
            self.say(names::COPYRIGHT, text);
        }
        if says_nothing { NO_ASSERTION } else { text }
    }

    fn description(&mut self) -> Option<&'a str> {
        let text = self.package.description.as_deref()?;
        if !self.syntax.keeps_block(text) {
            self.say(names::DESCRIPTION, text);
        }
        Some(text)
    }
}

/// Whether name and version are such as a registry takes, so that they can stand in an address.
fn is_publishable(package: &Package) -> bool {
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    plain(&package.name, b"-_") && plain(&package.version, b".-+")
}

/// The name of the file that a registry hands out.
fn file_name(package: &Package) -> Option<String> {
    names::archive_name(package).filter(|_| is_publishable(package))
}

/// Where the package can be had: the archive that crates.io hands out, or the commit.
fn download_location(package: &Package) -> Cow<'static, str> {
    let source = &package.source;
    match (source.kind, &source.url, &source.rev) {
        (SourceKind::CratesIo, _, _) if is_publishable(package) => {
            names::download_url(package).map_or(Cow::Borrowed(NO_ASSERTION), Cow::Owned)
        }
        (SourceKind::Git, Some(url), Some(rev))
            if is_web(url) && names::is_uri(&format!("{url}@{rev}")) =>
        {
            Cow::Owned(format!("git+{url}@{rev}"))
        }
        _ => Cow::Borrowed(NO_ASSERTION),
    }
}

/// Whether text is a web address that SPDX validators take: with a host that has a domain.
fn is_web(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.contains("--")
    };
    names::is_uri(text)
        && host.rsplit_once('.').is_some_and(|(front, top)| {
            front.split('.').all(label)
                && (2..=5).contains(&top.len())
                && top.bytes().all(|b| b.is_ascii_alphabetic())
        })
}

/// An SPDX identifier for each package, and one for the synthetic root.
pub(in crate::sbom) fn references(bom: &Bom) -> (Vec<String>, String) {
    let plain: Vec<(String, bool)> = bom
        .packages
        .iter()
        .map(|package| {
            let text = format!("{}-{}", package.name, package.version);
            let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            let lossy = !text.chars().all(|c| legal(c) || c == '_');
            let id = text
                .chars()
                .map(|c| if legal(c) { c } else { '-' })
                .collect();
            (id, lossy)
        })
        .collect();
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for (id, _) in &plain {
        *counts.entry(id).or_default() += 1;
    }
    let mut unique = Unique::default();
    let synthetic = unique.take("SPDXRef-Workspace".to_owned());
    let refs = plain
        .iter()
        .zip(&bom.packages)
        .map(|((id, lossy), package)| {
            let wanted = if *lossy || counts.get(id.as_str()) != Some(&1) {
                // The digest goes by what the package is, not by what else is in the document.
                let identity = (&package.name, &package.version, &package.source);
                let digest = Sha256::of(names::json_text(&identity).as_bytes()).to_string();
                let digest = digest.get(..16).unwrap_or(&digest);
                format!("SPDXRef-Package-{id}-{digest}")
            } else {
                format!("SPDXRef-Package-{id}")
            };
            unique.take(wanted)
        })
        .collect();
    (refs, synthetic)
}

fn relationships<'a>(
    bom: &Bom,
    refs: &'a [String],
    described: &'a str,
    main: Option<usize>,
    syntax: Syntax,
) -> Vec<Relationship<'a>> {
    let plain = |from: &'a str, kind: &'static str, to: &'a str| Relationship {
        spdx_element_id: from,
        relationship_type: kind,
        related_spdx_element: to,
        comment: None,
    };
    let mut out = Vec::with_capacity(bom.edges.len() + bom.roots.len() + 1);
    out.push(plain(DOCUMENT_ID, "DESCRIBES", described));
    if main.is_none() {
        for root in bom.roots.iter().filter_map(|index| refs.get(*index)) {
            out.push(plain(described, "DEPENDS_ON", root));
        }
    }
    for edge in &bom.edges {
        let (Some(from), Some(to)) = (refs.get(edge.from), refs.get(edge.to)) else {
            continue;
        };
        let mut relationship = match edge.kind {
            EdgeKind::Normal | EdgeKind::Unknown => plain(from, "DEPENDS_ON", to),
            EdgeKind::Build => plain(to, "BUILD_DEPENDENCY_OF", from),
            EdgeKind::Dev => plain(to, "DEV_DEPENDENCY_OF", from),
        };
        relationship.comment = comment(bom, edge, to, syntax);
        out.push(relationship);
    }
    out
}

/// What an edge says that its relationship does not.
fn comment(bom: &Bom, edge: &Edge, to: &str, syntax: Syntax) -> Option<String> {
    let told = match edge.kind {
        EdgeKind::Normal | EdgeKind::Unknown => edge.kind == names::default_kind(bom),
        EdgeKind::Build | EdgeKind::Dev => true,
    };
    if told && edge.name.is_none() && edge.evidence == names::default_evidence(&bom.evidence) {
        return None;
    }
    let text = names::json_text(&names::EdgeText {
        reference: to,
        kind: edge.kind,
        name: edge.name.as_deref(),
        evidence: &edge.evidence,
    });
    Some(properties::comment(names::DEPENDENCY, &text, syntax))
}
