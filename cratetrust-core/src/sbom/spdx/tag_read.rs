//! SPDX 2 as tag-value, read into the tree that its JSON is read into.

use std::borrow::Cow;
use std::collections::HashMap;

use super::model::DOCUMENT_ID;
use super::properties;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;
use crate::sbom::value::{Faults, Json, Place, get, too_many};
use crate::sbom::{Document, Format};

const OPEN: &str = "<text>";
const CLOSE: &str = "</text>";

/// The text without a byte order mark.
fn body(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether the first line that is no comment opens an SPDX document in tag-value.
pub(crate) fn is_tag_value(bytes: &[u8]) -> bool {
    let first = body(bytes)
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty() && line.first() != Some(&b'#'));
    let Some((tag, _)) = first
        .and_then(|line| std::str::from_utf8(line).ok())
        .and_then(|line| line.split_once(':'))
    else {
        return false;
    };
    // The words that YAML spells alike, such as `SPDXID`, do not tell.
    matches!(
        tag.trim_end(),
        "SPDXVersion" | "DataLicense" | "DocumentName" | "DocumentNamespace" | "Creator"
    )
}

/// Reads a document; the places in it are lines.
pub(crate) fn read(bytes: &[u8], limits: &Limits, cancel: &CancelToken) -> Result<Document> {
    let body = body(bytes);
    let text = std::str::from_utf8(body).map_err(|e| {
        let offset = e.valid_up_to() + bytes.len() - body.len();
        Error::new(ErrorKind::InvalidUtf8, "the text is not UTF-8").at_offset(offset as u64)
    })?;
    let mut faults = Faults::new(limits);
    let mut parser = Parser::new(&mut faults);
    parser.parse(text, cancel)?;
    let (tree, lines) = parser.finish();
    faults.repeated_keys(&tree, &Place::Root);
    cancel.check()?;
    let fields = tree.object().unwrap_or_default();
    let version = get(fields, "spdxVersion").and_then(Json::text);
    if let Some(version) = version.filter(|text| !text.starts_with("SPDX-2.")) {
        return Err(super::unsupported_version(version));
    }
    let mut document = super::read(fields, Format::SpdxTagValue, faults, cancel)?;
    lines.name_places(&mut document);
    Ok(document)
}

type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// An element under construction, and the line that it begins at.
#[derive(Default)]
struct Element<'a> {
    line: u64,
    fields: Fields<'a>,
    lists: Vec<(&'static str, Vec<Json<'a>>)>,
}

impl<'a> Element<'a> {
    fn at(line: u64) -> Self {
        Self {
            line,
            ..Self::default()
        }
    }

    fn set(&mut self, key: &'static str, value: Json<'a>) {
        self.fields.push((Cow::Borrowed(key), value));
    }

    /// Adds to a list. An element has few kinds of them.
    fn push(&mut self, key: &'static str, value: Json<'a>) {
        match self.lists.iter_mut().find(|(name, _)| *name == key) {
            Some((_, list)) => list.push(value),
            None => self.lists.push((key, vec![value])),
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().rev().find(|(name, _)| name == key)?;
        value.text()
    }

    fn into_json(self) -> Json<'a> {
        let mut fields = self.fields;
        for (key, list) in self.lists {
            fields.push((Cow::Borrowed(key), Json::Array(list)));
        }
        Json::Object(fields)
    }
}

fn object<'a>(fields: impl IntoIterator<Item = (&'static str, Cow<'a, str>)>) -> Json<'a> {
    Json::Object(
        fields
            .into_iter()
            .map(|(key, value)| (Cow::Borrowed(key), Json::Text(value)))
            .collect(),
    )
}

/// What the tags that follow are about.
#[derive(Clone, Copy)]
enum Section {
    Document,
    Package,
    File,
    Snippet,
    License,
    Relationship,
    Annotation,
}

#[derive(Default)]
struct Elements<'a> {
    packages: Vec<Element<'a>>,
    files: Vec<Element<'a>>,
    snippets: Vec<Element<'a>>,
    licenses: Vec<Element<'a>>,
    relationships: Vec<Element<'a>>,
    annotations: Vec<Element<'a>>,
}

struct Parser<'a, 'f> {
    faults: &'f mut Faults,
    /// How many values were kept.
    values: u64,
    section: Section,
    document: Element<'a>,
    creation: Element<'a>,
    elements: Elements<'a>,
}

/// The section that a tag belongs to, and where in JSON its value stands.
fn single(tag: &str) -> Option<(Section, Put)> {
    use Section::{Annotation, Document, File, License, Package, Relationship, Snippet};
    let (section, key) = match tag {
        "PackageChecksum" => return Some((Package, Put::Checksum)),
        "FileChecksum" => return Some((File, Put::Checksum)),
        "ExternalRef" => return Some((Package, Put::Reference)),
        "FilesAnalyzed" => return Some((Package, Put::Flag("filesAnalyzed"))),
        "RelationshipComment" => return Some((Relationship, Put::Comment("comment"))),
        "AnnotationComment" => return Some((Annotation, Put::Comment("comment"))),
        "AnnotationDate" => (Annotation, "annotationDate"),
        "AnnotationType" => (Annotation, "annotationType"),
        "SPDXREF" => (Annotation, "SPDXREF"),
        "SPDXVersion" => (Document, "spdxVersion"),
        "DataLicense" => (Document, "dataLicense"),
        "DocumentName" => (Document, "name"),
        "DocumentNamespace" => (Document, "documentNamespace"),
        "DocumentComment" => (Document, "comment"),
        "PackageVersion" => (Package, "versionInfo"),
        "PackageFileName" => (Package, "packageFileName"),
        "PackageSupplier" => (Package, "supplier"),
        "PackageOriginator" => (Package, "originator"),
        "PackageDownloadLocation" => (Package, "downloadLocation"),
        "PackageHomePage" => (Package, "homepage"),
        "PackageSourceInfo" => (Package, "sourceInfo"),
        "PackageLicenseConcluded" => (Package, "licenseConcluded"),
        "PackageLicenseDeclared" => (Package, "licenseDeclared"),
        "PackageLicenseComments" => (Package, "licenseComments"),
        "PackageCopyrightText" => (Package, "copyrightText"),
        "PackageSummary" => (Package, "summary"),
        "PackageDescription" => (Package, "description"),
        "PackageComment" => (Package, "comment"),
        "PrimaryPackagePurpose" => (Package, "primaryPackagePurpose"),
        "BuiltDate" => (Package, "builtDate"),
        "ReleaseDate" => (Package, "releaseDate"),
        "ValidUntilDate" => (Package, "validUntilDate"),
        "LicenseConcluded" => (File, "licenseConcluded"),
        "FileCopyrightText" => (File, "copyrightText"),
        "FileComment" => (File, "comment"),
        "SnippetName" => (Snippet, "name"),
        "SnippetFromFileSPDXID" => (Snippet, "snippetFromFile"),
        "ExtractedText" => (License, "extractedText"),
        "LicenseName" => (License, "name"),
        "LicenseComment" => (License, "comment"),
        _ => return None,
    };
    Some((section, Put::Text(key)))
}

impl<'a, 'f> Parser<'a, 'f> {
    fn new(faults: &'f mut Faults) -> Self {
        Self {
            faults,
            values: 0,
            section: Section::Document,
            document: Element::at(1),
            creation: Element::at(1),
            elements: Elements::default(),
        }
    }

    /// Walks the text once.
    fn parse(&mut self, text: &'a str, cancel: &CancelToken) -> Result<()> {
        let from = |at: usize| text.get(at..).unwrap_or_default();
        let line_end = |at: usize| from(at).find('\n').map_or(text.len(), |n| at + n);
        let (mut at, mut line, mut steps) = (0, 1u64, 0u32);
        while at < text.len() {
            if steps & 0xfff == 0 {
                cancel.check()?;
            }
            steps = steps.wrapping_add(1);
            let mut end = line_end(at);
            let this = text.get(at..end).unwrap_or_default();
            let entry = this.trim();
            if !entry.is_empty() && !entry.starts_with('#') {
                match this.split_once(':') {
                    Some((tag, value)) if is_tag(tag.trim()) => {
                        // A block may open on a line after its tag.
                        let value_at = end - value.len();
                        let value = match from(value_at).trim_start().strip_prefix(OPEN) {
                            None => Cow::Borrowed(value.trim()),
                            Some(inside) => {
                                let (inner, after) = inside.split_once(CLOSE).ok_or_else(|| {
                                    Error::parse(format!("`{OPEN}` has no `{CLOSE}`"))
                                        .at_line(line, None)
                                })?;
                                let closed = text.len() - after.len();
                                end = line_end(closed);
                                if !text.get(closed..end).unwrap_or_default().trim().is_empty() {
                                    self.fault(line, "something follows the end of a block");
                                }
                                if inner.contains('\r') {
                                    Cow::Owned(inner.replace("\r\n", "\n"))
                                } else {
                                    Cow::Borrowed(inner)
                                }
                            }
                        };
                        self.values += 1;
                        let limits = &self.faults.limits;
                        if self.values > limits.sbom_values() {
                            let error = too_many("values", limits.sbom_values(), limits);
                            return Err(error.at_line(line, None));
                        }
                        self.tag(tag.trim(), value, line);
                    }
                    _ => self.fault(line, "the line has no tag"),
                }
            }
            let lines = text.get(at..end).unwrap_or_default().matches('\n').count();
            line += lines as u64 + 1;
            at = end + 1;
        }
        Ok(())
    }

    fn fault(&mut self, line: u64, message: impl Into<String>) {
        self.faults.add_at(&place(line), message);
    }

    fn tag(&mut self, tag: &str, value: Cow<'a, str>, line: u64) {
        let elements = &mut self.elements;
        // What opens an element.
        let opened = match tag {
            "PackageName" => Some((Section::Package, &mut elements.packages, "name")),
            "FileName" => Some((Section::File, &mut elements.files, "fileName")),
            "SnippetSPDXID" | "SnippetSPDXIdentifier" => {
                Some((Section::Snippet, &mut elements.snippets, "SPDXID"))
            }
            "LicenseID" => Some((Section::License, &mut elements.licenses, "licenseId")),
            _ => None,
        };
        if let Some((section, list, key)) = opened {
            self.section = section;
            let mut element = Element::at(line);
            element.set(key, Json::Text(value));
            list.push(element);
            return;
        }
        match tag {
            "Relationship" => {
                let mut element = Element::at(line);
                let keys = ["spdxElementId", "relationshipType", "relatedSpdxElement"];
                let mut words = value.split_whitespace();
                for (key, word) in keys.into_iter().zip(&mut words) {
                    element.set(key, Json::Text(Cow::Owned(word.to_owned())));
                }
                let more = words.next().is_some();
                elements.relationships.push(element);
                if more {
                    self.fault(line, "a relationship is two identifiers and a type");
                }
                return;
            }
            "Annotator" => {
                let mut element = Element::at(line);
                element.set("annotator", Json::Text(value));
                elements.annotations.push(element);
                return;
            }
            "Creator" => return self.creation.push("creators", Json::Text(value)),
            "Created" => return self.creation.set("created", Json::Text(value)),
            "SPDXID" => {
                let element = match self.section {
                    Section::Document => Some(&mut self.document),
                    Section::Package => elements.packages.last_mut(),
                    Section::File => elements.files.last_mut(),
                    _ => None,
                };
                match element {
                    Some(element) => element.set("SPDXID", Json::Text(value)),
                    None => self.fault(line, "there is nothing that `SPDXID` could name"),
                }
                return;
            }
            _ => {}
        }
        let found = single(tag).map(|(section, put)| {
            let element = match section {
                Section::Document => Some(&mut self.document),
                Section::Package => elements.packages.last_mut(),
                Section::File => elements.files.last_mut(),
                Section::Snippet => elements.snippets.last_mut(),
                Section::License => elements.licenses.last_mut(),
                Section::Relationship => elements.relationships.last_mut(),
                Section::Annotation => elements.annotations.last_mut(),
            };
            (element, put)
        });
        match found {
            // A tag of another version, or one that tells nothing that is read here.
            None => {}
            Some((None, _)) => self.fault(line, format!("`{tag}` stands before what it is about")),
            Some((Some(element), put)) => {
                if let Err(message) = put.into(element, value) {
                    self.fault(line, message);
                }
            }
        }
    }

    /// The tree that the reader of the JSON form takes, and where its elements stand.
    fn finish(self) -> (Json<'a>, Lines) {
        let mut elements = self.elements;
        let lines = |list: &[Element<'_>]| list.iter().map(|element| element.line).collect();
        let mut by_id = HashMap::new();
        for (index, package) in elements.packages.iter().enumerate() {
            if let Some(id) = package.text("SPDXID") {
                by_id.entry(id.to_owned()).or_insert(index);
            }
        }
        let mut own = Vec::new();
        for annotation in elements.annotations {
            let of = annotation.text("SPDXREF").unwrap_or(DOCUMENT_ID);
            if of == DOCUMENT_ID {
                own.push(annotation);
            } else if let Some(package) = by_id
                .get(of)
                .and_then(|index| elements.packages.get_mut(*index))
            {
                package.push("annotations", annotation.into_json());
            }
        }
        let table = Lines {
            creation: self.creation.line,
            lists: [
                ("packages", lines(&elements.packages)),
                ("files", lines(&elements.files)),
                ("snippets", lines(&elements.snippets)),
                ("hasExtractedLicensingInfos", lines(&elements.licenses)),
                ("relationships", lines(&elements.relationships)),
                ("annotations", lines(&own)),
            ],
        };
        let mut document = self.document;
        document.set("creationInfo", self.creation.into_json());
        for (key, list) in [
            ("packages", elements.packages),
            ("files", elements.files),
            ("snippets", elements.snippets),
            ("hasExtractedLicensingInfos", elements.licenses),
            ("relationships", elements.relationships),
            ("annotations", own),
        ] {
            let list = list.into_iter().map(Element::into_json).collect();
            document.set(key, Json::Array(list));
        }
        (document.into_json(), table)
    }
}

fn is_tag(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// How the value of a tag goes into its element.
enum Put {
    Text(&'static str),
    Comment(&'static str),
    Flag(&'static str),
    Checksum,
    Reference,
}

impl Put {
    fn into<'a>(
        self,
        element: &mut Element<'a>,
        value: Cow<'a, str>,
    ) -> std::result::Result<(), &'static str> {
        match self {
            Self::Text(key) => element.set(key, Json::Text(value)),
            Self::Comment(key) => {
                let plain = properties::unquoted(&value).map_or(value, Cow::Owned);
                element.set(key, Json::Text(plain));
            }
            Self::Flag(key) => {
                let flag = match value.as_ref() {
                    "true" => true,
                    "false" => false,
                    _ => return Err("`true` or `false` is wanted"),
                };
                element.set(key, Json::Bool(flag));
            }
            Self::Checksum => {
                let (algorithm, digits) = value
                    .split_once(':')
                    .ok_or("a checksum is an algorithm, a colon and digits")?;
                let text = |text: &str| Cow::Owned(text.trim().to_owned());
                element.push(
                    "checksums",
                    object([
                        ("algorithm", text(algorithm)),
                        ("checksumValue", text(digits)),
                    ]),
                );
            }
            Self::Reference => {
                let mut words = value.split_whitespace().map(str::to_owned).map(Cow::Owned);
                let (Some(category), Some(kind), Some(locator)) =
                    (words.next(), words.next(), words.next())
                else {
                    return Err("an external reference is a category, a type and a locator");
                };
                element.push(
                    "externalRefs",
                    object([
                        ("referenceCategory", category),
                        ("referenceType", kind),
                        ("referenceLocator", locator),
                    ]),
                );
            }
        }
        Ok(())
    }
}

fn place(line: u64) -> String {
    format!("line {line}")
}

/// The lines at which the elements begin, by the lists that they stand in.
struct Lines {
    creation: u64,
    lists: [(&'static str, Vec<u64>); 6],
}

impl Lines {
    /// The line of what a JSON pointer into the tree names.
    fn place(&self, pointer: &str) -> Option<String> {
        let mut steps = pointer.strip_prefix('/')?.split('/');
        let key = steps.next()?;
        let line = match self.lists.iter().find(|(name, _)| *name == key) {
            Some((_, lines)) => *lines.get(steps.next()?.parse::<usize>().ok()?)?,
            None if key == "creationInfo" => self.creation,
            None => 1,
        };
        Some(place(line))
    }

    /// Turns every place that the reader of the tree told into a line.
    fn name_places(&self, document: &mut Document) {
        let claims = document.claims.iter_mut();
        let others = document.others.iter_mut().map(|other| &mut other.claim);
        for place in claims
            .chain(others)
            .map(|claim| &mut claim.place)
            .chain(document.unknown_refs.iter_mut().map(|end| &mut end.place))
            .chain(document.faults.iter_mut().map(|fault| &mut fault.place))
        {
            if let Some(line) = self.place(place) {
                *place = line;
            }
        }
    }
}
