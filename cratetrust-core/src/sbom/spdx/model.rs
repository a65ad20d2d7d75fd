//! An SPDX 2 document as it is written, in either syntax; the field names are those of its JSON.

use std::borrow::Cow;

use serde::Serialize;

pub(super) const NO_ASSERTION: &str = "NOASSERTION";
pub(super) const NONE: &str = "NONE";
pub(super) const DOCUMENT_ID: &str = "SPDXRef-DOCUMENT";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    #[serde(rename = "SPDXID")]
    pub id: &'static str,
    pub spdx_version: String,
    pub creation_info: CreationInfo<'a>,
    pub name: String,
    pub data_license: &'static str,
    pub document_namespace: Cow<'a, str>,
    pub document_describes: [&'a str; 1],
    pub packages: Vec<Package<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub has_extracted_licensing_infos: Vec<ExtractedLicense>,
    pub relationships: Vec<Relationship<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
pub(super) struct CreationInfo<'a> {
    pub created: &'a str,
    pub creators: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package<'a> {
    #[serde(rename = "SPDXID")]
    pub id: &'a str,
    pub name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub version_info: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_file_name: Option<String>,
    pub supplier: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originator: Option<String>,
    pub download_location: Cow<'a, str>,
    pub files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checksums: Vec<Checksum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<&'a str>,
    pub license_concluded: Cow<'a, str>,
    pub license_declared: Cow<'a, str>,
    pub copyright_text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// Since 2.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_package_purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    pub algorithm: &'static str,
    pub checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExternalRef<'a> {
    pub reference_category: &'static str,
    pub reference_type: &'static str,
    pub reference_locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtractedLicense {
    pub license_id: String,
    pub extracted_text: String,
    pub name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotation<'a> {
    pub annotation_date: &'a str,
    pub annotation_type: &'static str,
    pub annotator: &'a str,
    pub comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationship<'a> {
    pub spdx_element_id: &'a str,
    pub relationship_type: &'static str,
    pub related_spdx_element: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
