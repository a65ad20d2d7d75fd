//! The elements of SPDX 3.0.1 that are written here, in the compact form of its JSON-LD context.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// The context, which the JSON schema of 3.0.1 demands to the letter.
pub(super) const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";

/// The one `CreationInfo`, a blank node.
pub(super) const CREATION_INFO: &str = "_:creationInfo";

/// An element's IRI: the document's own, `#`, and a name; without a name the document's.
#[derive(Debug, Clone)]
pub(super) struct Id<'a> {
    pub namespace: &'a str,
    pub prefix: &'static str,
    pub name: Cow<'a, str>,
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.namespace)?;
        if !self.prefix.is_empty() || !self.name.is_empty() {
            f.write_str("#")?;
        }
        f.write_str(self.prefix)?;
        f.write_str(&self.name)
    }
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(rename = "@context")]
    pub context: &'static str,
    #[serde(rename = "@graph")]
    pub graph: Vec<Node<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Node<'a> {
    CreationInfo(CreationInfo<'a>),
    Element(Element<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreationInfo<'a> {
    pub r#type: &'static str,
    #[serde(rename = "@id")]
    pub id: &'static str,
    pub spec_version: &'a str,
    pub created: Cow<'a, str>,
    pub created_by: Vec<Id<'a>>,
    pub created_using: Vec<Id<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Element<'a> {
    pub r#type: &'static str,
    pub spdx_id: Id<'a>,
    pub creation_info: &'static str,
    #[serde(flatten)]
    pub body: Body<'a>,
}

/// What an element holds beside its type and its identifier.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Body<'a> {
    Agent(Agent<'a>),
    Tool(Tool<'a>),
    Document(SpdxDocument<'a>),
    Sbom(Sbom<'a>),
    Package(Box<Package<'a>>),
    File(Box<File<'a>>),
    Relationship(Relationship<'a>),
    Annotation(Annotation<'a>),
    Expression(LicenseExpression<'a>),
    Text(LicenseText<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Agent<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_identifier: Vec<ExternalIdentifier<'a>>,
}

#[derive(Serialize)]
pub(super) struct Tool<'a> {
    pub name: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpdxDocument<'a> {
    pub name: Cow<'a, str>,
    pub data_license: Id<'a>,
    pub profile_conformance: &'static [&'static str],
    pub root_element: [Id<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sbom<'a> {
    pub profile_conformance: &'static [&'static str],
    pub root_element: Vec<Id<'a>>,
    pub element: Vec<Id<'a>>,
    #[serde(rename = "software_sbomType", skip_serializing_if = "Vec::is_empty")]
    pub sbom_type: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package<'a> {
    pub name: &'a str,
    #[serde(
        rename = "software_packageVersion",
        skip_serializing_if = "str::is_empty"
    )]
    pub version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(
        rename = "software_primaryPurpose",
        skip_serializing_if = "Option::is_none"
    )]
    pub purpose: Option<&'static str>,
    #[serde(
        rename = "software_packageUrl",
        skip_serializing_if = "Option::is_none"
    )]
    pub purl: Option<&'a str>,
    #[serde(
        rename = "software_downloadLocation",
        skip_serializing_if = "Option::is_none"
    )]
    pub download: Option<String>,
    #[serde(rename = "software_homePage", skip_serializing_if = "Option::is_none")]
    pub homepage: Option<&'a str>,
    #[serde(
        rename = "software_copyrightText",
        skip_serializing_if = "Option::is_none"
    )]
    pub copyright: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub originated_by: Vec<Id<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplied_by: Option<Id<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verified_using: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_identifier: Vec<ExternalIdentifier<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ref: Vec<ExternalRef<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File<'a> {
    pub name: String,
    pub content_type: &'static str,
    #[serde(rename = "software_fileKind")]
    pub kind: &'static str,
    #[serde(rename = "software_primaryPurpose")]
    pub purpose: &'static str,
    #[serde(rename = "software_additionalPurpose")]
    pub additional: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verified_using: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ref: Vec<ExternalRef<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hash {
    pub r#type: &'static str,
    pub algorithm: &'static str,
    pub hash_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExternalIdentifier<'a> {
    r#type: &'static str,
    external_identifier_type: &'static str,
    identifier: &'a str,
}

impl<'a> ExternalIdentifier<'a> {
    pub(super) fn new(kind: &'static str, identifier: &'a str) -> Self {
        Self {
            r#type: "ExternalIdentifier",
            external_identifier_type: kind,
            identifier,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExternalRef<'a> {
    r#type: &'static str,
    external_ref_type: &'static str,
    locator: [Cow<'a, str>; 1],
}

impl<'a> ExternalRef<'a> {
    pub(super) fn new(kind: &'static str, locator: impl Into<Cow<'a, str>>) -> Self {
        Self {
            r#type: "ExternalRef",
            external_ref_type: kind,
            locator: [locator.into()],
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationship<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub from: Id<'a>,
    pub relationship_type: &'static str,
    pub to: Vec<Id<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotation<'a> {
    pub annotation_type: &'static str,
    pub content_type: &'static str,
    pub subject: Id<'a>,
    pub statement: String,
}

#[derive(Serialize)]
pub(super) struct LicenseExpression<'a> {
    #[serde(rename = "simplelicensing_licenseExpression")]
    pub expression: Cow<'a, str>,
    #[serde(
        rename = "simplelicensing_customIdToUri",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub custom: Vec<DictionaryEntry<'a>>,
}

#[derive(Serialize)]
pub(super) struct DictionaryEntry<'a> {
    pub r#type: &'static str,
    pub key: String,
    pub value: Id<'a>,
}

#[derive(Serialize)]
pub(super) struct LicenseText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(rename = "simplelicensing_licenseText")]
    pub text: &'a str,
}
