//! The elements of one package: itself, its `.crate` file, and the agents that it names.

use super::super::terms::{
    Body, ExternalIdentifier, ExternalRef, File, Hash, Id, Package as Software,
};
use super::{AgentKind, Writer};
use crate::bom::{Contact, Package, Scope};
use crate::package::SourceKind;
use crate::sbom::names::{self, property};

impl<'a> Writer<'a> {
    /// The package, its file, and what is said of them.
    pub(super) fn package(&mut self, index: usize, package: &'a Package) {
        let bom = self.bom;
        let root = bom.roots.binary_search(&index).is_ok();
        let mut said = names::package_properties(bom, package);
        if package.scope != Scope::Maybe {
            said.push(property(names::SCOPE, package.scope.name()));
        }
        for text in &package.keywords {
            said.push(property(names::KEYWORD, text.as_str()));
        }
        // A web address stands in its own field.
        let mut web = |name, text: &'a Option<String>| {
            let text = text.as_deref();
            let is_web = text.filter(|text| names::is_uri(text));
            if is_web.is_none() {
                said.extend(text.map(|text| property(name, text)));
            }
            is_web
        };
        let homepage = web(names::HOMEPAGE, &package.homepage);
        let documentation = web(names::DOCUMENTATION, &package.documentation);
        let repository = web(names::REPOSITORY, &package.repository);

        // What the caller says of the main component holds for every root that does not say
        // otherwise itself; where both say the same, a property tells that the package says it.
        let given = bom.document.supplier.as_ref().filter(|_| root);
        if let (Some(own), Some(given)) = (&package.supplier, given)
            && own == given
        {
            said.push(property(names::SUPPLIER, names::json_text(own)));
        }
        let supplier = package.supplier.as_ref().or(given);
        let supplied_by = supplier.map(|contact| self.contact(AgentKind::Organization, contact));
        let manufacturer = bom.document.manufacturer.as_ref().filter(|_| root);
        let originated_by = self.creators(package, repository, manufacturer);

        let given = bom.document.license.as_deref().filter(|_| root);
        let license = package.license.as_deref();
        if license.is_some() && license == given {
            said.extend(license.map(|text| property(names::LICENSE, text)));
        }
        let file = package.license_file.as_deref().unwrap_or("LICENSE");
        let declared = match (license.or(given), package.license_text.as_deref()) {
            (Some(license), text) => {
                said.extend(text.map(|text| property(names::LICENSE_TEXT, text)));
                Some(self.license(license))
            }
            (None, Some(text)) => Some(self.license_text(Some(file), text)),
            (None, None) => None,
        };
        let concluded = package.license_concluded.as_deref();
        let concluded = concluded.map(|license| self.license(license));

        let purl = package.purl.as_deref();
        let download = download_location(package);
        let item = Software {
            name: &package.name,
            version: &package.version,
            description: package.description.as_deref(),
            purpose: Some(if root { "application" } else { "library" }),
            purl: purl.filter(|purl| names::is_uri(purl)),
            download: download.clone(),
            homepage,
            copyright: package.copyright.as_deref(),
            originated_by,
            supplied_by,
            verified_using: hashes(package),
            external_identifier: purl
                .map(|purl| ExternalIdentifier::new("packageUrl", purl))
                .into_iter()
                .collect(),
            external_ref: [("documentation", documentation), ("vcs", repository)]
                .into_iter()
                .filter_map(|(kind, url)| Some(ExternalRef::new(kind, url?)))
                .collect(),
        };
        let id = self.package_id(index);
        self.add(
            "software_Package",
            id.clone(),
            Body::Package(Box::new(item)),
        );
        if has_file(package) {
            self.file(index, package, download);
        }
        let annotation = self.part_id("Annotation-", index);
        self.annotate(annotation, id, &said);
        for (prefix, kind, license) in [
            ("Declared-", "hasDeclaredLicense", declared),
            ("Concluded-", "hasConcludedLicense", concluded),
        ] {
            if let Some(license) = license {
                self.relate(prefix, index, kind, license);
            }
        }
    }

    /// The agents that a package originates from: its authors, else, where none of them leaves
    /// an address, the repository that it names.
    fn creators(
        &mut self,
        package: &'a Package,
        repository: Option<&'a str>,
        manufacturer: Option<&'a Contact>,
    ) -> Vec<Id<'a>> {
        let mut out = Vec::new();
        out.extend(manufacturer.map(|contact| self.contact(AgentKind::Organization, contact)));
        let mut reachable = false;
        for author in &package.authors {
            let (name, email) = split_author(author);
            reachable |= email.is_some();
            let id = self.agent((AgentKind::Person, name, email, None));
            out.push(id);
        }
        let address = repository.filter(|url| url.starts_with("http") && !reachable);
        if let Some(url) = address {
            let id = self.agent((AgentKind::Organization, url, None, Some(url)));
            out.push(id);
        }
        out
    }

    /// The package's `.crate` file.
    fn file(&mut self, index: usize, package: &'a Package, download: Option<String>) {
        let web = download.filter(|_| package.source.kind == SourceKind::CratesIo);
        let file = File {
            name: format!("{}-{}.crate", package.name, package.version),
            content_type: "application/gzip",
            kind: "file",
            purpose: "archive",
            // In the words of BSI TR-03183-2: an archive, structured, and not executable.
            additional: &["archive", "container"],
            verified_using: hashes(package),
            external_ref: web
                .map(|url| ExternalRef::new("binaryArtifact", url))
                .into_iter()
                .collect(),
        };
        let id = self.part_id("File-", index);
        self.add("software_File", id.clone(), Body::File(Box::new(file)));
        self.relate("Distributed-", index, "hasDistributionArtifact", id);
    }
}

/// Whether the bytes of the package's `.crate` file were at hand: a lockfile knows neither.
pub(super) fn has_file(package: &Package) -> bool {
    package.checksum.sha512.is_some() || package.size.is_some()
}

fn hashes(package: &Package) -> Vec<Hash> {
    let sha256 = package.checksum.sha256.map(|hash| hash.to_string());
    let sha512 = package.checksum.sha512.map(|hash| hash.to_string());
    [("sha256", sha256), ("sha512", sha512)]
        .into_iter()
        .filter_map(|(algorithm, digits)| {
            Some(Hash {
                r#type: "Hash",
                algorithm,
                hash_value: digits?,
            })
        })
        .collect()
}

/// Where the package can be had: the file that crates.io serves, or a commit. How other
/// registries serve their files only their configuration tells.
fn download_location(package: &Package) -> Option<String> {
    let location = match package.source.kind {
        SourceKind::CratesIo => names::download_url(package)?,
        SourceKind::Git => names::git_address(&package.source)?,
        _ => return None,
    };
    names::is_uri(&location).then_some(location)
}

/// An author as Cargo.toml writes it: `Name <mail>`, or only a name.
fn split_author(text: &str) -> (&str, Option<&str>) {
    text.strip_suffix('>')
        .and_then(|rest| rest.rsplit_once(" <"))
        .filter(|(name, email)| {
            !name.is_empty()
                && email
                    .split_once('@')
                    .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
                && !email.contains(char::is_whitespace)
        })
        .map_or((text, None), |(name, email)| (name, Some(email)))
}
