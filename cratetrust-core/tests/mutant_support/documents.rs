//! Changes that only the text of a document can hold, for each syntax.

use cratetrust_core::bom::Package;
use cratetrust_core::sbom::Format;
use serde_json::{Value, json};

/// A change of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    // Lies.
    RelabelledAlgorithm,
    MalformedDigest,
    NoDependencies,
    UnknownReference,
    DuplicateEntry,
    TruncatedDigest,
    SecondDigest,
    OtherDigestOfArchive,
    RepeatedDependencies,
    CalledIncomplete,
    // No lies.
    Whitespace,
    UpperCaseDigits,
    UnknownProperties,
    Order,
    MoreHashes,
    LineEndings,
    Nested,
}

impl Edit {
    pub(crate) const LIES: [Self; 10] = [
        Self::RelabelledAlgorithm,
        Self::MalformedDigest,
        Self::NoDependencies,
        Self::UnknownReference,
        Self::DuplicateEntry,
        Self::TruncatedDigest,
        Self::SecondDigest,
        Self::OtherDigestOfArchive,
        Self::RepeatedDependencies,
        Self::CalledIncomplete,
    ];
    pub(crate) const TRUTHS: [Self; 7] = [
        Self::Whitespace,
        Self::UpperCaseDigits,
        Self::UnknownProperties,
        Self::Order,
        Self::MoreHashes,
        Self::LineEndings,
        Self::Nested,
    ];

    /// Whether some formats have no room for it.
    pub(crate) const fn is_of_some_formats(self) -> bool {
        matches!(
            self,
            Self::SecondDigest
                | Self::OtherDigestOfArchive
                | Self::RepeatedDependencies
                | Self::CalledIncomplete
        )
    }

    /// Whether what is found of it names the package.
    pub(crate) const fn is_about_package(self) -> bool {
        matches!(
            self,
            Self::RelabelledAlgorithm
                | Self::TruncatedDigest
                | Self::SecondDigest
                | Self::OtherDigestOfArchive
        )
    }
}

/// Digits of an MD5 and of an algorithm that nobody knows.
const OTHER_DIGITS: &str = "0123456789abcdef0123456789abcdef";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    CycloneDx,
    Xml,
    Spdx,
    TagValue,
    Spdx3,
    Own,
}

fn syntax(format: Format) -> Syntax {
    match format.name() {
        "cyclonedx-json" => Syntax::CycloneDx,
        "cyclonedx-xml" => Syntax::Xml,
        "spdx-json" => Syntax::Spdx,
        "spdx-tag-value" => Syntax::TagValue,
        "spdx3-json" => Syntax::Spdx3,
        "json" => Syntax::Own,
        other => panic!("no editor for `{other}`: write one"),
    }
}

/// The changed document and the codes of which it must earn one; `None` where the format has no
/// room for the change.
pub(crate) fn edit(
    document: &str,
    format: Format,
    edit: Edit,
    package: &Package,
) -> Option<(String, &'static [&'static str])> {
    let syntax = syntax(format);
    let digest = package.checksum.sha256.unwrap().to_string();
    let own = syntax == Syntax::Own;
    let (changed, codes): (_, &'static [&'static str]) = match edit {
        Edit::RelabelledAlgorithm if own => (relabelled(document, &digest)?, &["checksum-missing"]),
        Edit::RelabelledAlgorithm => (relabelled(document, &digest)?, &["checksum-mismatch"]),
        Edit::MalformedDigest => {
            let broken = format!("{}g", &digest[..63]);
            (document.replace(&digest, &broken), &["document-invalid"])
        }
        Edit::UpperCaseDigits => (document.replace(&digest, &digest.to_uppercase()), &[]),
        Edit::NoDependencies if own => (
            no_dependencies(document, syntax)?,
            &["document-incomplete", "edge-missing"],
        ),
        Edit::NoDependencies => (no_dependencies(document, syntax)?, &["document-incomplete"]),
        Edit::UnknownReference if own => (
            unknown_reference(document, syntax)?,
            &["edge-unknown-ref", "document-invalid"],
        ),
        Edit::UnknownReference => (unknown_reference(document, syntax)?, &["edge-unknown-ref"]),
        // One node twice is one node in JSON-LD; an index of the own form names one package.
        Edit::DuplicateEntry if own || syntax == Syntax::Spdx3 => (
            duplicate(document, syntax, package)?,
            &["component-duplicate", "document-invalid"],
        ),
        Edit::DuplicateEntry => (
            duplicate(document, syntax, package)?,
            &["component-duplicate"],
        ),
        Edit::TruncatedDigest => (
            document.replace(&digest, &digest[..63]),
            &["document-invalid"],
        ),
        Edit::SecondDigest => (
            second_digest(document, syntax, package, &digest)?,
            &["checksum-mismatch"],
        ),
        Edit::OtherDigestOfArchive => (
            other_digest_of_archive(document, syntax, package)?,
            &["checksum-mismatch"],
        ),
        Edit::RepeatedDependencies => (
            repeated_dependencies(document, syntax)?,
            &["document-invalid"],
        ),
        Edit::CalledIncomplete => (
            called_incomplete(document, syntax)?,
            &["document-incomplete"],
        ),
        Edit::LineEndings => (whitespace(document, syntax).replace('\n', "\r\n"), &[]),
        Edit::Nested => (nested(document, syntax, package)?, &[]),
        Edit::Whitespace => (whitespace(document, syntax), &[]),
        Edit::UnknownProperties => (unknown_properties(document, syntax)?, &[]),
        Edit::Order => (other_order(document, syntax)?, &[]),
        Edit::MoreHashes => (more_hashes(document, syntax, package, &digest)?, &[]),
    };
    Some((changed, codes))
}

fn parse(document: &str) -> Value {
    serde_json::from_str(document).unwrap()
}

/// Gives the digest wherever it stands the name of another algorithm with as many digits.
fn relabelled(document: &str, digest: &str) -> Option<String> {
    const NEAR: usize = 160;
    let mut out = document.to_owned();
    let mut any = false;
    let places: Vec<usize> = document.match_indices(digest).map(|(at, _)| at).collect();
    for at in places.into_iter().rev() {
        let start = at.saturating_sub(NEAR);
        let before = &document[start..at];
        for (name, other) in [
            ("SHA-256", "SHA3-256"),
            ("SHA256", "SHA3-256"),
            ("sha256", "sha3_256"),
        ] {
            if let Some(offset) = before.rfind(name) {
                let place = start + offset;
                out.replace_range(place..place + name.len(), other);
                any = true;
                break;
            }
        }
    }
    any.then_some(out)
}

fn is_dependency(item: &Value) -> bool {
    let kind = item["relationshipType"].as_str().unwrap_or("");
    kind.contains("DEPEND") || kind == "dependsOn"
}

fn no_dependencies(document: &str, syntax: Syntax) -> Option<String> {
    let mut value = match syntax {
        Syntax::Xml => {
            let (start, end) = (
                document.find("<dependencies>")?,
                document.find("</dependencies>")?,
            );
            let end = end + "</dependencies>".len();
            return Some(format!("{}{}", &document[..start], &document[end..]));
        }
        Syntax::TagValue => {
            let lines = document.lines().filter(|line| !is_dependency_line(line));
            return Some(lines.collect::<Vec<_>>().join("\n") + "\n");
        }
        _ => parse(document),
    };
    match syntax {
        Syntax::CycloneDx => {
            value.as_object_mut()?.remove("dependencies");
        }
        Syntax::Spdx => value["relationships"]
            .as_array_mut()?
            .retain(|r| !is_dependency(r)),
        Syntax::Spdx3 => value["@graph"]
            .as_array_mut()?
            .retain(|r| !is_dependency(r)),
        _ => value["edges"] = json!([]),
    }
    Some(value.to_string())
}

fn is_dependency_line(line: &str) -> bool {
    line.starts_with("Relationship:") && line.contains("DEPEND")
}

fn unknown_reference(document: &str, syntax: Syntax) -> Option<String> {
    let mut value = match syntax {
        Syntax::Xml => {
            let start = document.find("<dependencies>")?;
            let inner = document[start..]
                .match_indices("<dependency ")
                .find_map(|(at, _)| {
                    let end = document[start + at..].find('>')? + start + at;
                    (!document[..end].ends_with('/')).then_some(end + 1)
                })?;
            let (head, tail) = document.split_at(inner);
            return Some(format!("{head}<dependency ref=\"nowhere\"/>{tail}"));
        }
        Syntax::TagValue => {
            let line = document.lines().find(|line| is_dependency_line(line))?;
            let words: Vec<&str> = line.split(' ').collect();
            let added = format!("{} {} {} SPDXRef-nowhere", words[0], words[1], words[2]);
            return Some(document.replacen(line, &format!("{added}\n{line}"), 1));
        }
        _ => parse(document),
    };
    match syntax {
        Syntax::CycloneDx => {
            let lists = value["dependencies"].as_array_mut()?;
            let mut lists = lists
                .iter_mut()
                .filter_map(|d| d["dependsOn"].as_array_mut());
            lists.find(|on| !on.is_empty())?.push(json!("nowhere"));
        }
        Syntax::Spdx => {
            let list = value["relationships"].as_array_mut()?;
            let mut added = list.iter().find(|r| is_dependency(r))?.clone();
            added["relatedSpdxElement"] = json!("SPDXRef-nowhere");
            list.push(added);
        }
        Syntax::Spdx3 => {
            let list = value["@graph"].as_array_mut()?;
            let mut dependencies = list.iter_mut().filter(|r| is_dependency(r));
            let dependency = dependencies.find(|r| r["to"].is_array())?;
            dependency["to"]
                .as_array_mut()?
                .push(json!("urn:example:nowhere"));
        }
        _ => value["edges"][0]["to"] = json!(99_999_999),
    }
    Some(value.to_string())
}

/// The list that holds the packages, with the keys of their name and version.
fn entries(value: &mut Value, syntax: Syntax) -> (&mut Vec<Value>, &'static str, &'static str) {
    let (list, name, version) = match syntax {
        Syntax::CycloneDx => ("components", "name", "version"),
        Syntax::Spdx => ("packages", "name", "versionInfo"),
        Syntax::Spdx3 => ("@graph", "name", "software_packageVersion"),
        _ => ("packages", "name", "version"),
    };
    (value[list].as_array_mut().unwrap(), name, version)
}

fn entry<'v>(value: &'v mut Value, syntax: Syntax, package: &Package) -> &'v mut Value {
    let (list, name, version) = entries(value, syntax);
    list.iter_mut()
        .find(|e| e[name] == package.name.as_str() && e[version] == package.version.as_str())
        .unwrap()
}

fn duplicate(document: &str, syntax: Syntax, package: &Package) -> Option<String> {
    let digest = package.checksum.sha256.unwrap().to_string();
    match syntax {
        Syntax::Xml => {
            let at = document.find(&digest)?;
            let start = document[..at].rfind("<component ")?;
            let end = at + document[at..].find("</component>")? + "</component>".len();
            let (head, tail) = document.split_at(end);
            Some(format!("{head}{}{tail}", &document[start..end]))
        }
        Syntax::TagValue => {
            let at = document.find(&digest)?;
            let start = document[..at].rfind("\nPackageName:")? + 1;
            let rest = ["\nPackageName:", "\nRelationship:", "\nLicenseID:", "\n## "];
            let end = rest
                .iter()
                .filter_map(|next| document[at..].find(next))
                .min()
                .map_or(document.len(), |offset| at + offset + 1);
            let (head, tail) = document.split_at(end);
            Some(format!("{head}{}\n{tail}", &document[start..end]))
        }
        _ => {
            let mut value = parse(document);
            let copy = entry(&mut value, syntax, package).clone();
            entries(&mut value, syntax).0.push(copy);
            Some(value.to_string())
        }
    }
}

fn whitespace(document: &str, syntax: Syntax) -> String {
    match syntax {
        Syntax::Xml => {
            let mut out = String::new();
            let mut rest = document;
            while let Some(at) = rest.find("><") {
                let (head, tail) = rest.split_at(at + 1);
                out.push_str(head);
                // Between an opening tag and its end stands an empty text, which is left empty.
                let opened = head
                    .rfind('<')
                    .is_some_and(|tag| !head[tag..].starts_with("</") && !head.ends_with("/>"));
                if !(opened && tail.starts_with("</")) {
                    out.push_str("\n\t  ");
                }
                rest = tail;
            }
            out + rest + "\n"
        }
        Syntax::TagValue => document
            .replace("\nPackageName:", "\n\n\n# a package\nPackageName:")
            .replace("\nPackageVersion: ", "\nPackageVersion:    "),
        _ => format!(
            "\n  {}\n",
            serde_json::to_string_pretty(&parse(document)).unwrap()
        ),
    }
}

fn unknown_properties(document: &str, syntax: Syntax) -> Option<String> {
    match syntax {
        Syntax::Xml => {
            let note =
                "<x:note xmlns:x=\"urn:example:x\"><x:deep a=\"b\">y</x:deep></x:note></component>";
            Some(document.replace("</component>", note))
        }
        Syntax::TagValue => None,
        _ => {
            let mut value = parse(document);
            let unknown = json!({"a": [1, 2, {"b": null}]});
            for entry in entries(&mut value, syntax).0 {
                entry["x-unknown"] = unknown.clone();
                if syntax == Syntax::CycloneDx {
                    let other = json!({"name": "someone:else", "value": "y"});
                    match entry["properties"].as_array_mut() {
                        Some(list) => list.push(other),
                        None => entry["properties"] = json!([other]),
                    }
                }
            }
            if syntax != Syntax::Spdx3 {
                value["x-unknown"] = unknown;
            }
            Some(value.to_string())
        }
    }
}

fn other_order(document: &str, syntax: Syntax) -> Option<String> {
    let lists: &[&str] = match syntax {
        Syntax::CycloneDx => &["components", "dependencies"],
        Syntax::Spdx => &["packages", "relationships"],
        Syntax::Spdx3 => &["@graph"],
        // Elements of XML and lines of tag-value have an order; an index names a package of ours.
        Syntax::Xml | Syntax::TagValue | Syntax::Own => return None,
    };
    let mut value = parse(document);
    for list in lists {
        value[*list].as_array_mut()?.reverse();
    }
    if syntax == Syntax::CycloneDx {
        for entry in value["dependencies"].as_array_mut()? {
            if let Some(on) = entry["dependsOn"].as_array_mut() {
                on.reverse();
            }
        }
    }
    Some(value.to_string())
}

fn more_hashes(document: &str, syntax: Syntax, package: &Package, digest: &str) -> Option<String> {
    match syntax {
        Syntax::Xml => {
            let own = format!("{digest}</hash>");
            let more = format!("{own}<hash alg=\"MD5\">{OTHER_DIGITS}</hash>");
            document
                .contains(&own)
                .then(|| document.replace(&own, &more))
        }
        Syntax::TagValue => {
            let own = format!("PackageChecksum: SHA256: {digest}");
            let more = format!("PackageChecksum: MD5: {OTHER_DIGITS}\n{own}");
            document
                .contains(&own)
                .then(|| document.replace(&own, &more))
        }
        Syntax::Own => None,
        _ => {
            let mut value = parse(document);
            let entry = entry(&mut value, syntax, package);
            let (list, algorithm, digits, names) = match syntax {
                Syntax::CycloneDx => ("hashes", "alg", "content", ["MD5", "BLAKE3"]),
                Syntax::Spdx => ("checksums", "algorithm", "checksumValue", ["MD5", "MD6"]),
                _ => ("verifiedUsing", "algorithm", "hashValue", ["md5", "other"]),
            };
            let list = entry[list].as_array_mut()?;
            let first = list.first().filter(|item| item.is_object())?.clone();
            for name in names {
                let mut more = first.clone();
                more[algorithm] = json!(name);
                more[digits] = json!(OTHER_DIGITS.repeat(if name == "BLAKE3" { 2 } else { 1 }));
                list.push(more);
            }
            Some(value.to_string())
        }
    }
}

/// A second SHA-256 beside the right one.
fn second_digest(
    document: &str,
    syntax: Syntax,
    package: &Package,
    digest: &str,
) -> Option<String> {
    let other = OTHER_DIGITS.repeat(2);
    let (own, more) = match syntax {
        Syntax::Xml => {
            let own = format!("{digest}</hash>");
            let more = format!("{own}<hash alg=\"SHA-256\">{other}</hash>");
            (own, more)
        }
        Syntax::TagValue => {
            let own = format!("PackageChecksum: SHA256: {digest}");
            let more = format!("{own}\nPackageChecksum: SHA256: {other}");
            (own, more)
        }
        Syntax::Own => return None,
        _ => {
            let mut value = parse(document);
            let entry = entry(&mut value, syntax, package);
            let (list, digits) = match syntax {
                Syntax::CycloneDx => ("hashes", "content"),
                Syntax::Spdx => ("checksums", "checksumValue"),
                _ => ("verifiedUsing", "hashValue"),
            };
            let list = entry[list].as_array_mut()?;
            let mut second = list.first().filter(|item| item.is_object())?.clone();
            second[digits] = json!(other);
            list.push(second);
            return Some(value.to_string());
        }
    };
    document
        .contains(&own)
        .then(|| document.replace(&own, &more))
}

/// Another digest at the address of the archive, beside the component's own right one.
fn other_digest_of_archive(document: &str, syntax: Syntax, package: &Package) -> Option<String> {
    if syntax != Syntax::CycloneDx {
        return None;
    }
    let mut value = parse(document);
    let references = entry(&mut value, syntax, package)["externalReferences"].as_array_mut()?;
    let mut archives = references
        .iter_mut()
        .filter(|r| r["type"] == "distribution");
    let hash = json!({"alg": "SHA-256", "content": OTHER_DIGITS.repeat(2)});
    archives.next()?["hashes"] = json!([hash]);
    Some(value.to_string())
}

/// The same dependency entry once more.
fn repeated_dependencies(document: &str, syntax: Syntax) -> Option<String> {
    match syntax {
        Syntax::CycloneDx => {
            let mut value = parse(document);
            let entries = value["dependencies"].as_array_mut()?;
            let again = entries.first()?.clone();
            entries.push(again);
            Some(value.to_string())
        }
        Syntax::Xml => {
            let start = document.find("<dependencies>")? + "<dependencies>".len();
            let start = start + document[start..].find('<')?;
            let (mut depth, mut end) = (0, start);
            loop {
                let tag = end + document[end..].find('<')?;
                end = tag + document[tag..].find('>')? + 1;
                let tag = &document[tag..end];
                if tag.starts_with("</") {
                    depth -= 1;
                } else if !tag.ends_with("/>") {
                    depth += 1;
                }
                if depth == 0 {
                    break;
                }
            }
            let (head, tail) = document.split_at(end);
            Some(format!("{head}{}{tail}", &document[start..end]))
        }
        _ => None,
    }
}

/// The document's own word that there is more than it says.
fn called_incomplete(document: &str, syntax: Syntax) -> Option<String> {
    let (complete, incomplete) = match syntax {
        Syntax::CycloneDx => (
            "\"aggregate\": \"complete\"",
            "\"aggregate\": \"incomplete\"",
        ),
        Syntax::Xml => ("<aggregate>complete<", "<aggregate>incomplete<"),
        Syntax::Spdx3 => (
            "\"completeness\": \"complete\"",
            "\"completeness\": \"incomplete\"",
        ),
        _ => return None,
    };
    let changed = document.replace(complete, incomplete);
    let changed = changed.replace(&complete.replace(": ", ":"), &incomplete.replace(": ", ":"));
    (changed != document).then_some(changed)
}

/// A component inside another one: what holds what is not what depends on what.
fn nested(document: &str, syntax: Syntax, package: &Package) -> Option<String> {
    if syntax != Syntax::CycloneDx {
        return None;
    }
    let mut value = parse(document);
    let moved = entry(&mut value, syntax, package).clone();
    let list = value["components"].as_array_mut()?;
    list.retain(|component| *component != moved);
    list.last_mut()?["components"] = json!([moved]);
    Some(value.to_string())
}
