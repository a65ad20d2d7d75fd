//! SBOM formats, each written and read as a projection of [`Bom`]. A format is one file.

mod claimed;
mod claims;
mod cyclonedx;
mod json;
mod names;
mod plain;
mod prepare;
mod spdx;
mod spdx3;
mod value;

use crate::bom::{Bom, Contact};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// An SBOM format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// CycloneDX as JSON; versions 1.4 to 1.7 are written, 1.6 by default.
    CycloneDxJson,
    /// CycloneDX as XML, in the same versions; needs the cargo feature `xml`.
    CycloneDxXml,
    /// SPDX 2 as JSON; versions 2.2 and 2.3 are written, 2.3 by default.
    SpdxJson,
    /// SPDX 2 as tag-value, in the same versions.
    SpdxTagValue,
    /// SPDX 3 as JSON-LD; version 3.0.1 is written.
    Spdx3Json,
    /// The library's own view, schema `cratetrust.bom/1`.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::CycloneDxJson,
        Self::CycloneDxXml,
        Self::SpdxJson,
        Self::SpdxTagValue,
        Self::Spdx3Json,
        Self::Json,
    ];

    /// The format's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CycloneDxJson => "cyclonedx-json",
            Self::CycloneDxXml => "cyclonedx-xml",
            Self::SpdxJson => "spdx-json",
            Self::SpdxTagValue => "spdx-tag-value",
            Self::Spdx3Json => "spdx3-json",
            Self::Json => "json",
        }
    }

    /// The specification versions that can be written, the default one first.
    pub const fn versions(self) -> &'static [&'static str] {
        match self {
            Self::CycloneDxJson | Self::CycloneDxXml => cyclonedx::VERSIONS,
            Self::SpdxJson | Self::SpdxTagValue => spdx::VERSIONS,
            Self::Spdx3Json => spdx3::VERSIONS,
            Self::Json => json::VERSIONS,
        }
    }

    /// The format of that name.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that is no format.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|format| format.name()).collect();
                Error::invalid(format!(
                    "no format is called `{name}`; known: {}",
                    known.join(", ")
                ))
            })
    }
}

/// An SBOM that was read: the bill of materials it claims, and how it claims it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The format.
    pub format: Format,
    /// The version of its specification.
    pub spec_version: String,
    /// Its cargo packages, edges, roots and document facts, in the order of the document.
    pub bom: Bom,
    /// How each package of `bom` is claimed, by index.
    pub claims: Vec<Claim>,
    /// Components that are no cargo packages: other purl types, files, operating systems.
    pub foreign: u64,
    /// Those components.
    pub others: Vec<OtherComponent>,
    /// Ends of dependencies that name no component: the place, the component that depends, and the unknown reference.
    pub unknown_refs: Vec<UnknownRef>,
    /// Breaches of the format that still let it be read: the place and what is wrong.
    pub faults: Vec<Fault>,
    /// Whether the document has a dependency graph at all.
    pub has_graph: bool,
    /// Whether it states any digest of a cargo package.
    pub has_checksums: bool,
    /// Whether it states any package URL.
    pub has_purls: bool,
    /// Whether it states the main component.
    pub has_root: bool,
    /// The tools that it says made it: `name version`.
    pub tools: Vec<String>,
    /// The licences of the document itself.
    pub data_licenses: Vec<String>,
    /// The document's own address or identifier: serial number, BOM link, namespace.
    pub identifier: Option<String>,
    /// The phases of the life cycle that it says it was made in, as written.
    pub lifecycles: Vec<String>,
    /// Whether it lists vulnerabilities.
    pub has_vulnerabilities: bool,
    /// Where its own facts stand, where the format leaves that open (SPDX 3).
    pub creation_place: Option<String>,
}

impl Document {
    /// A document of that format that claims nothing.
    pub fn new(format: Format, spec_version: &str) -> Self {
        Self {
            format,
            spec_version: spec_version.to_owned(),
            bom: Bom::default(),
            claims: Vec::new(),
            foreign: 0,
            others: Vec::new(),
            unknown_refs: Vec::new(),
            faults: Vec::new(),
            has_graph: false,
            has_checksums: false,
            has_purls: false,
            has_root: false,
            tools: Vec::new(),
            data_licenses: Vec::new(),
            identifier: None,
            lifecycles: Vec::new(),
            has_vulnerabilities: false,
            creation_place: None,
        }
    }
}

/// How a document claims one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The document's own reference (`bom-ref`, `SPDXID`).
    pub reference: String,
    /// Where it stands, a JSON pointer.
    pub place: String,
    /// The purl as it is written; also where it is malformed.
    pub purl: Option<String>,
    /// Every digest: the algorithm as the document names it, and the digits as written.
    pub hashes: Vec<(String, String)>,
    /// Whether the component is the document's main component (or a synthetic one standing for several).
    pub main: bool,
    /// The scope as it is written, where the format has one.
    pub scope: Option<String>,
    /// Who supplies it.
    pub supplier: Option<Contact>,
    /// Who made it: manufacturers, authors, originators.
    pub creators: Vec<Contact>,
    /// Licence expressions, identifiers or names, with how they are meant.
    pub licenses: Vec<(LicenseRole, String)>,
    /// The copyright text.
    pub copyright: Option<String>,
    /// The name of its file.
    pub filename: Option<String>,
    /// The properties of BSI TR-03183-2 by their last word: `executable`, `archive`, `structured`.
    pub file_properties: Vec<(String, String)>,
    /// Addresses it can be had from, each with the digests stated there.
    pub distributions: Vec<Distribution>,
    /// Addresses of its source code.
    pub sources: Vec<String>,
    /// Other identifiers: CPE, SWID, SWHID, OmniBOR.
    pub identifiers: Vec<String>,
    /// What the document says of the completeness of its dependencies, such as `complete`.
    pub completeness: Option<String>,
    /// Whether the dependency graph names it, as what depends or as what is depended on.
    pub in_graph: bool,
    /// Whether the dependency graph lists any dependency of it.
    pub has_dependencies: bool,
}

/// How a document means a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LicenseRole {
    /// Declared by its authors.
    Declared,
    /// Concluded by whoever made the document.
    Concluded,
    /// The document does not say.
    Unstated,
}

/// An address that a component can be had from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution {
    /// The address.
    pub url: String,
    /// Every digest: the algorithm as the document names it, and the digits as written.
    pub hashes: Vec<(String, String)>,
}

/// A component that is no cargo package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherComponent {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Whether it is listed as a file beside the packages (SPDX 2).
    pub is_file: bool,
    /// How it is claimed.
    pub claim: Claim,
}

/// A dependency that names no component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRef {
    /// Where it stands, a JSON pointer.
    pub place: String,
    /// The reference of the component that depends, as written.
    pub from: String,
    /// The reference depended on, as written.
    pub to: String,
}

/// A breach of the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands, a JSON pointer.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

/// Writes a bill of materials. `spec_version` is one of [`Format::versions`]; `None` takes the default.
///
/// Equal bills give equal bytes.
///
/// # Errors
/// `Unsupported` for a version that the format does not write here.
pub fn write(bom: &Bom, format: Format, spec_version: Option<&str>) -> Result<Vec<u8>> {
    let version = match spec_version {
        None => format.versions().first().copied().unwrap_or_default(),
        Some(wanted) => format
            .versions()
            .iter()
            .copied()
            .find(|v| *v == wanted)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "{} is not written in version `{wanted}`; known: {}",
                        format.name(),
                        format.versions().join(", ")
                    ),
                )
            })?,
    };
    #[cfg(not(feature = "xml"))]
    if format == Format::CycloneDxXml {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "XML is not written here: the library was built without it",
        ));
    }
    let bom = &*prepare::prepare(bom);
    let bytes = match format {
        Format::CycloneDxJson => cyclonedx::write(bom, version, false),
        Format::CycloneDxXml => cyclonedx::write(bom, version, true),
        Format::SpdxJson | Format::SpdxTagValue => spdx::write(bom, version, format),
        Format::Spdx3Json => spdx3::write(bom, version),
        Format::Json => json::write(bom),
    };
    // Nothing that is written here can fail to be JSON.
    bytes.map_err(|e| Error::new(ErrorKind::Internal, e.to_string()))
}

/// Reads an SBOM of any known format; `label` names it in errors.
///
/// # Errors
/// `UnsupportedFormat` where the bytes are of no known format; `InvalidUtf8`, `Parse` and
/// `LimitExceeded`, with the place. A breach inside a recognised document is a [`Fault`].
pub fn read(bytes: &[u8], label: &str, limits: &Limits, cancel: &CancelToken) -> Result<Document> {
    read_any(bytes, limits, cancel).map_err(|e| e.at_path(label))
}

/// Whether bytes begin like an SBOM of some format that is read here.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    #[cfg(feature = "xml")]
    if is_xml(bytes) {
        return true;
    }
    bytes.trim_ascii_start().first() == Some(&b'{') || spdx::is_tag_value(bytes)
}

/// Reads JSON that is no SBOM into a type of the caller's, under the same guard.
///
/// # Errors
/// `UnsupportedFormat` for what is no JSON object, `InvalidUtf8`, `LimitExceeded` and `Parse`, with
/// the place.
pub(crate) fn read_json<'a, T: serde::Deserialize<'a>>(
    bytes: &'a [u8],
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<T> {
    let text = value::text(bytes, limits, cancel)?;
    serde_json::from_str(text).map_err(|error| value::json_error(&error))
}

fn read_any(bytes: &[u8], limits: &Limits, cancel: &CancelToken) -> Result<Document> {
    if spdx::is_tag_value(bytes) {
        return spdx::read_tag_value(bytes, limits, cancel);
    }
    #[cfg(feature = "xml")]
    if is_xml(bytes) {
        return read_xml(bytes, limits, cancel);
    }
    let tree = value::parse(bytes, limits, cancel)?;
    let fields = tree.object().unwrap_or_default();
    let text = |key| value::get(fields, key).and_then(value::Json::text);
    let mut faults = value::Faults::new(limits);
    faults.repeated_keys(&tree, &value::Place::Root);
    cancel.check()?;
    if text("bomFormat").or_else(|| text("specFormat")) == Some("CycloneDX") {
        cyclonedx::read(fields, Format::CycloneDxJson, faults, cancel)
    } else if value::get(fields, "spdxVersion").is_some() {
        match text("spdxVersion") {
            Some(version) if version.starts_with("SPDX-2.") => {
                spdx::read(fields, Format::SpdxJson, faults, cancel)
            }
            Some(version) => Err(spdx::unsupported_version(version)),
            None => Err(unsupported("`spdxVersion` is no string")),
        }
    } else if text("schema") == Some(crate::bom::SCHEMA) {
        json::read(fields, faults, cancel)
    } else if value::get(fields, "@context").is_some_and(spdx3::is_context) {
        spdx3::read(fields, bytes.len(), faults, cancel)
    } else {
        Err(unsupported(unknown_object(fields)))
    }
}

#[cfg(feature = "xml")]
fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A zero byte next to it tells of UTF-16, which is refused with the other encodings.
    let bytes = bytes.trim_ascii_start();
    bytes.first() == Some(&b'<') && bytes.get(1) != Some(&0)
}

/// XML is read into the tree of the JSON form; the places are then those in the XML.
#[cfg(feature = "xml")]
fn read_xml(bytes: &[u8], limits: &Limits, cancel: &CancelToken) -> Result<Document> {
    let tree = cyclonedx::read_xml(bytes, limits, cancel)?;
    let fields = tree.object().unwrap_or_default();
    let mut faults = value::Faults::new(limits);
    faults.repeated_keys(&tree, &value::Place::Root);
    cancel.check()?;
    let mut document = cyclonedx::read(fields, Format::CycloneDxXml, faults, cancel)?;
    let others = document.others.iter_mut().map(|other| &mut other.claim);
    let claims = document.claims.iter_mut().chain(others);
    let places = claims
        .map(|claim| &mut claim.place)
        .chain(document.unknown_refs.iter_mut().map(|end| &mut end.place))
        .chain(document.faults.iter_mut().map(|fault| &mut fault.place));
    for place in places {
        *place = cyclonedx::xml_path(place);
    }
    Ok(document)
}

fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, message)
}

/// Text from the input, cut to a length that a message bears.
fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

/// What a JSON object of no known format looks like.
fn unknown_object(fields: &value::Fields<'_>) -> String {
    let text = |key| value::get(fields, key).and_then(value::Json::text);
    let seen = if value::get(fields, "@context").is_some() {
        "JSON-LD whose context is none of SPDX 3".to_owned()
    } else if let Some(format) = text("bomFormat") {
        format!("`bomFormat` is `{}`", short(format))
    } else if let Some(schema) = text("schema") {
        format!("`schema` is `{}`", short(schema))
    } else if fields.is_empty() {
        "an empty JSON object".to_owned()
    } else {
        let keys: Vec<String> = fields.iter().take(6).map(|(key, _)| short(key)).collect();
        format!("a JSON object with the keys {}", keys.join(", "))
    };
    format!(
        "no known SBOM format: {seen}; a CycloneDX, SPDX or {} document is wanted",
        crate::bom::SCHEMA
    )
}
