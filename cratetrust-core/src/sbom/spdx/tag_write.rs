//! Writing SPDX 2 as tag-value.

use std::borrow::Cow;

use super::model::{Annotation, DOCUMENT_ID, Document, Package};

pub(super) fn write(document: &Document<'_>) -> Vec<u8> {
    let mut out = Out(String::new());
    out.line("SPDXVersion", &document.spdx_version);
    out.line("DataLicense", document.data_license);
    out.line("SPDXID", document.id);
    out.line("DocumentName", &document.name);
    out.line("DocumentNamespace", &document.document_namespace);
    for creator in &document.creation_info.creators {
        out.line("Creator", creator);
    }
    out.line("Created", document.creation_info.created);
    for annotation in &document.annotations {
        out.annotation(annotation, DOCUMENT_ID);
    }
    for package in &document.packages {
        out.package(package);
        for annotation in &package.annotations {
            out.annotation(annotation, package.id);
        }
    }
    out.gap();
    for relationship in &document.relationships {
        let text = format!(
            "{} {} {}",
            relationship.spdx_element_id,
            relationship.relationship_type,
            relationship.related_spdx_element
        );
        out.line("Relationship", &text);
        if let Some(comment) = &relationship.comment {
            out.block("RelationshipComment", comment);
        }
    }
    for license in &document.has_extracted_licensing_infos {
        out.gap();
        out.line("LicenseID", &license.license_id);
        out.block("ExtractedText", &license.extracted_text);
        out.line("LicenseName", &license.name);
    }
    // No format ends in a line break here; whoever writes a file adds one.
    out.0.truncate(out.0.trim_end_matches('\n').len());
    out.0.into_bytes()
}

struct Out(String);

impl Out {
    fn gap(&mut self) {
        self.0.push('\n');
    }

    /// A value of one line; nothing where there is no value. Whatever could end the line is
    /// replaced.
    fn line(&mut self, tag: &str, value: &str) {
        let value: Cow<'_, str> = if value.chars().any(char::is_control) {
            let plain = |c: char| if c.is_control() { ' ' } else { c };
            Cow::Owned(value.chars().map(plain).collect())
        } else {
            Cow::Borrowed(value)
        };
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.0.push_str(tag);
        self.0.push_str(": ");
        // A block must be closed; a line that only looks like one is none.
        if value.starts_with("<text>") {
            self.0.push('\'');
        }
        self.0.push_str(value);
        self.0.push('\n');
    }

    /// A value of any number of lines. Whatever could end it is replaced.
    fn block(&mut self, tag: &str, value: &str) {
        self.0.push_str(tag);
        self.0.push_str(": <text>");
        let value: Cow<'_, str> = if value.contains("</text>") {
            Cow::Owned(value.replace("</text>", "</ text>"))
        } else {
            Cow::Borrowed(value)
        };
        let mut chars = value.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' if chars.peek() == Some(&'\n') => {}
                '\r' => self.0.push('\n'),
                '\n' | '\t' => self.0.push(c),
                c if c.is_control() => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        self.0.push_str("</text>\n");
    }

    /// A licence or an address or one of the words that stand for none.
    fn package(&mut self, package: &Package<'_>) {
        self.gap();
        self.line("PackageName", package.name);
        self.line("SPDXID", package.id);
        self.line("PackageVersion", package.version_info);
        if let Some(name) = &package.package_file_name {
            self.line("PackageFileName", name);
        }
        self.line("PackageSupplier", &package.supplier);
        if let Some(originator) = &package.originator {
            self.line("PackageOriginator", originator);
        }
        self.line("PackageDownloadLocation", &package.download_location);
        let analyzed = if package.files_analyzed {
            "true"
        } else {
            "false"
        };
        self.line("FilesAnalyzed", analyzed);
        for checksum in &package.checksums {
            let text = format!("{}: {}", checksum.algorithm, checksum.checksum_value);
            self.line("PackageChecksum", &text);
        }
        if let Some(homepage) = package.homepage {
            self.line("PackageHomePage", homepage);
        }
        self.line("PackageLicenseConcluded", &package.license_concluded);
        self.line("PackageLicenseDeclared", &package.license_declared);
        match package.copyright_text {
            word @ (super::model::NO_ASSERTION | super::model::NONE) => {
                self.line("PackageCopyrightText", word);
            }
            text => self.block("PackageCopyrightText", text),
        }
        if let Some(description) = package.description {
            self.block("PackageDescription", description);
        }
        if let Some(purpose) = package.primary_package_purpose {
            self.line("PrimaryPackagePurpose", purpose);
        }
        for reference in &package.external_refs {
            let text = format!(
                "{} {} {}",
                // The one category here; JSON alone spelt it with an underscore.
                reference.reference_category.replace('_', "-"),
                reference.reference_type,
                reference.reference_locator
            );
            self.line("ExternalRef", &text);
        }
    }

    fn annotation(&mut self, annotation: &Annotation<'_>, of: &str) {
        self.line("Annotator", annotation.annotator);
        self.line("AnnotationDate", annotation.annotation_date);
        self.line("AnnotationType", annotation.annotation_type);
        self.line("SPDXREF", of);
        self.block("AnnotationComment", &annotation.comment);
    }
}
