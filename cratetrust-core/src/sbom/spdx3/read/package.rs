//! What a package says.

use super::super::graph::{self, Kind, MOST_VALUES, Node, bare, list};
use super::Reader;
use super::licenses::{Licenses, bracket};
use crate::bom::Package;
use crate::package::Source;
use crate::sbom::claims::{self, Named, Target};
use crate::sbom::value::{self, Json};
use crate::sbom::{Claim, Distribution, LicenseRole, OtherComponent, claimed, names};

const NO_ASSERTION: &str = "NOASSERTION";

pub(super) fn is_cargo(purl: &str) -> bool {
    purl.get(..10)
        .is_some_and(|head| head.eq_ignore_ascii_case("pkg:cargo/"))
}

/// The purls of a package, as written.
pub(super) fn purls<'t>(node: &Node<'t>) -> impl Iterator<Item = &'t str> {
    let own = graph::text(node.fields, "packageUrl");
    own.into_iter().chain(
        list(node.fields, "externalIdentifier")
            .iter()
            .filter_map(Json::object)
            .filter(|identifier| {
                let kind = graph::text(identifier, "externalIdentifierType").map(bare);
                kind.is_some_and(|kind| {
                    kind.eq_ignore_ascii_case("packageUrl") || kind.eq_ignore_ascii_case("purl")
                })
            })
            .filter_map(|identifier| graph::text(identifier, "identifier")),
    )
}

/// The value of the last property of that name.
fn find<'p>(said: &[Named<'p>], name: &str) -> Option<&'p str> {
    said.iter()
        .rev()
        .find(|property| property.name == name)
        .map(|property| property.value)
}

impl<'t> Reader<'_, 't, '_> {
    /// A component that is no cargo package.
    pub(super) fn foreign(&mut self, node: &Node<'t>, purl: Option<&str>) {
        let mut claim = Claim {
            reference: node.id.unwrap_or_default().to_owned(),
            place: node.place.clone(),
            purl: purl.map(str::to_owned),
            ..Claim::default()
        };
        let mut scratch = Package::new("", "", claims::untold(false));
        self.facts(node, &mut scratch, &mut claim);
        self.builder.add_other(OtherComponent {
            name: graph::text(node.fields, "name")
                .unwrap_or_default()
                .to_owned(),
            version: graph::text(node.fields, "packageVersion").map(str::to_owned),
            is_file: node.kind == Kind::File,
            claim,
        });
        self.register(node, Target::Foreign);
    }

    fn register(&mut self, node: &Node<'t>, target: Target) {
        let Some(id) = node.id else {
            return;
        };
        if self.builder.target(id).is_some() {
            let short: String = id.chars().take(200).collect();
            self.builder.faults.add_at(
                &node.place,
                format!("the identifier `{short}` is not unique"),
            );
        }
        self.builder.register_if_free(id, target);
    }

    pub(super) fn package(&mut self, node: &Node<'t>) {
        let faults = &mut self.builder.faults;
        let name = node.text("name", faults).unwrap_or_default();
        let version = node.text("packageVersion", faults).unwrap_or_default();
        let id = node.id.unwrap_or_default();
        if id.is_empty() {
            faults.add_at(&node.place, "the package has no `spdxId`");
        } else if !id.contains(':') {
            faults.add_at(&node.place, "the identifier of an element is an IRI");
        }
        if name.is_empty() {
            faults.add_at(&node.place, "the package has no `name`");
        }
        node.text("packageUrl", faults);
        let purl = purls(node)
            .find(|purl| is_cargo(purl))
            .or_else(|| purls(node).next());
        let parts = purl.and_then(claimed::purl_parts);
        if let Some(purl) = purl
            && parts.is_none()
        {
            let short: String = purl.chars().take(200).collect();
            faults.add_at(&node.place, format!("`{short}` is no package URL"));
        }
        let purpose = graph::text(node.fields, "primaryPurpose").map(bare);
        let library = matches!(
            purpose,
            None | Some(
                "library"
                    | "application"
                    | "framework"
                    | "source"
                    | "other"
                    | "archive"
                    | "module"
                    | "executable"
                    | "install"
            )
        );
        let only_root = self.roots.as_slice() == [id];
        if only_root && purl.is_none() && version.is_empty() && library {
            self.register(node, Target::SyntheticRoot);
            return;
        }
        let cargo_only = self.purls.cargo_only;
        let cargo = match purl {
            Some(purl) if parts.is_some() => is_cargo(purl),
            Some(purl) => is_cargo(purl) || (library && cargo_only),
            None => library && cargo_only,
        };
        if !cargo {
            self.foreign(node, purl);
            return;
        }
        // Two tellings of one element share its properties; the first takes them.
        let said = self.said.remove(id).unwrap_or_default();
        let known = purl.zip(parts.as_ref());
        let source = claims::source_of(name, version, known, &said, || {
            let main = only_root && purl.is_none();
            told_elsewhere(node).unwrap_or_else(|| claims::untold(main))
        });
        let named = match &parts {
            Some(parts) if name.is_empty() => parts.name.clone(),
            _ => name.to_owned(),
        };
        let mut package = Package::new(named, version, source);
        package.purl = known.map(|(purl, _)| purl.to_owned());
        let mut claim = Claim {
            reference: id.to_owned(),
            place: node.place.clone(),
            purl: purl.map(str::to_owned),
            ..Claim::default()
        };
        self.facts(node, &mut package, &mut claim);
        if self.own {
            self.own_facts(id, &said, &mut package);
        }
        let index = self.builder.add(package, claim);
        self.builder.package_properties(index, &said);
        self.register(node, Target::Package(index));
    }

    fn facts(&mut self, node: &Node<'t>, package: &mut Package, claim: &mut Claim) {
        let own = self.own;
        let faults = &mut self.builder.faults;
        let told = |text: &&str| own || !matches!(*text, NO_ASSERTION | "NONE" | "");
        package.description = node
            .text("description", faults)
            .or_else(|| node.text("summary", faults))
            .map(str::to_owned);
        package.homepage = node.text("homePage", faults).map(str::to_owned);
        package.copyright = node
            .text("copyrightText", faults)
            .filter(told)
            .map(str::to_owned);
        claim.copyright.clone_from(&package.copyright);
        for (algorithm, digits) in hashes(node, faults) {
            let place = node.at("verifiedUsing");
            let place = value::Place::At(&place);
            claims::take_hash(package, algorithm, digits, faults, &place);
            claim.hashes.push((algorithm.to_owned(), digits.to_owned()));
        }
        if let Some(location) = node.text("downloadLocation", faults).filter(told) {
            if location.starts_with("git+") {
                claim.sources.push(location.to_owned());
            } else {
                claim.distributions.push(Distribution {
                    url: location.to_owned(),
                    hashes: Vec::new(),
                });
            }
        }
        for reference in node.objects("externalRef", faults) {
            let kind = graph::text(reference, "externalRefType").map(bare);
            for locator in list(reference, "locator").iter().filter_map(Json::text) {
                match kind {
                    Some("documentation") if package.documentation.is_none() => {
                        package.documentation = Some(locator.to_owned());
                    }
                    Some("vcs") => {
                        claim.sources.push(locator.to_owned());
                        if package.repository.is_none() {
                            package.repository = Some(locator.to_owned());
                        }
                    }
                    Some("sourceArtifact") => claim.sources.push(locator.to_owned()),
                    Some("binaryArtifact" | "altDownloadLocation") => {
                        claim.distributions.push(Distribution {
                            url: locator.to_owned(),
                            hashes: Vec::new(),
                        });
                    }
                    _ => {}
                }
            }
        }
        for identifier in node.objects("externalIdentifier", faults) {
            let kind = graph::text(identifier, "externalIdentifierType").map(bare);
            let text = graph::text(identifier, "identifier");
            if let (Some("cpe22" | "cpe23" | "swid" | "swhid" | "gitoid"), Some(text)) =
                (kind, text)
            {
                claim.identifiers.push(text.to_owned());
            }
        }
        for identifier in node.objects("contentIdentifier", faults) {
            let text = graph::text(identifier, "contentIdentifierValue");
            claim.identifiers.extend(text.map(str::to_owned));
        }
        let supplier = graph::get(node.fields, "suppliedBy")
            .and_then(|value| graph::items(value).first())
            .and_then(|value| self.agent(value));
        package.supplier = supplier.map(|(_, contact)| contact);
        claim.supplier.clone_from(&package.supplier);
        for value in list(node.fields, "originatedBy") {
            let Some((kind, contact)) = self.agent(value) else {
                continue;
            };
            if kind == Kind::Person || !own {
                let author = match &contact.email {
                    Some(email) => format!("{} <{email}>", contact.name),
                    None => contact.name.clone(),
                };
                package.authors.push(author);
            }
            claim.creators.push(contact);
        }
        if let Some(id) = node.id {
            self.artifacts(id, package, claim);
            self.licenses(id, package, claim);
            for from in self.sources.get(id).cloned().unwrap_or_default() {
                let Some(from) = self.graph.find(from) else {
                    continue;
                };
                let purpose = graph::text(from.fields, "primaryPurpose").map(bare);
                if purpose != Some("source") || !self.may_copy(shared_size(from)) {
                    continue;
                }
                let references = list(from.fields, "externalRef").iter().take(MOST_VALUES);
                for reference in references.filter_map(Json::object) {
                    let locator = graph::text(reference, "locator");
                    claim.sources.extend(locator.map(str::to_owned));
                }
            }
        }
    }

    /// The files that a package is distributed as.
    fn artifacts(&mut self, id: &str, package: &mut Package, claim: &mut Claim) {
        let files = self.artifacts.get(id).cloned().unwrap_or_default();
        for file in files.into_iter().filter_map(|id| self.graph.find(id)) {
            if !self.may_copy(shared_size(file)) {
                return;
            }
            let faults = &mut self.builder.faults;
            let name = graph::text(file.fields, "name");
            let digests = hashes(file, faults);
            // The digest of a package is that of its crate, and of no other form of it.
            if name.is_some_and(|name| name.ends_with(".crate")) {
                let place = file.at("verifiedUsing");
                for (algorithm, digits) in &digests {
                    let place = value::Place::At(&place);
                    claims::take_hash(package, algorithm, digits, faults, &place);
                }
            }
            let owned: Vec<(String, String)> = digests
                .into_iter()
                .map(|(algorithm, digits)| (algorithm.to_owned(), digits.to_owned()))
                .collect();
            for reference in list(file.fields, "externalRef")
                .iter()
                .take(MOST_VALUES)
                .filter_map(Json::object)
            {
                let kind = graph::text(reference, "externalRefType").map(bare);
                if !matches!(kind, Some("binaryArtifact" | "altDownloadLocation")) {
                    continue;
                }
                if let Some(locator) = graph::text(reference, "locator") {
                    let hashes = owned.clone();
                    claim.distributions.push(Distribution {
                        url: locator.to_owned(),
                        hashes,
                    });
                }
            }
            if claim.filename.is_none() {
                claim.filename = name.map(str::to_owned);
                claim.file_properties = file_properties(file);
            }
        }
    }

    fn licenses(&mut self, id: &str, package: &mut Package, claim: &mut Claim) {
        for role in [LicenseRole::Declared, LicenseRole::Concluded] {
            let lists = match role {
                LicenseRole::Concluded => &self.concluded,
                _ => &self.declared,
            };
            let mut all = Vec::new();
            for license in lists.get(id).cloned().unwrap_or_default() {
                let text = Licenses::new(self.graph).text(license);
                let size = text.as_ref().map_or(256, |text| text.text.len());
                if !self.may_copy(size) {
                    return;
                }
                let mut licenses = Licenses::new(self.graph);
                let expression = match text {
                    // Ours: a declared text that is no expression stands without a name.
                    Some(text) if self.own && text.name.is_none() => Some(text.text.to_owned()),
                    Some(text) if self.own => {
                        package.license_text = Some(text.text.to_owned());
                        claim
                            .licenses
                            .extend(licenses.of(license).map(|l| (role, l)));
                        continue;
                    }
                    _ => licenses.of(license),
                };
                if let Some(expression) = expression.filter(|text| self.may_copy(text.len())) {
                    claim.licenses.push((role, expression.clone()));
                    all.push(expression);
                }
            }
            let whole = match all.len() {
                0 => None,
                1 => all.pop(),
                _ => Some(
                    all.into_iter()
                        .map(bracket)
                        .collect::<Vec<_>>()
                        .join(" AND "),
                ),
            };
            match role {
                LicenseRole::Concluded => package.license_concluded = whole,
                _ => package.license = whole,
            }
        }
    }

    /// What documents of this library say otherwise.
    fn own_facts(&self, id: &str, said: &[Named<'_>], package: &mut Package) {
        // What a root shares with the document is the document's; properties tell otherwise.
        if self.is_root.contains(id) {
            let document = &self.builder.document.bom.document;
            if package.supplier == document.supplier {
                package.supplier = None;
            }
            if package.license == document.license && find(said, names::LICENSE).is_none() {
                package.license = None;
            }
        }
    }
}

/// How much is copied of an element for each that refers to it: its first digests and addresses.
fn shared_size(node: &Node<'_>) -> usize {
    let mut size = graph::text(node.fields, "name").map_or(0, str::len);
    for (list_name, keys) in [
        ("verifiedUsing", ["algorithm", "hashValue"]),
        ("externalRef", ["locator", "externalRefType"]),
    ] {
        for item in list(node.fields, list_name).iter().take(MOST_VALUES) {
            let fields = item.object().unwrap_or_default();
            let texts = keys.into_iter().filter_map(|key| graph::text(fields, key));
            size += texts.map(str::len).sum::<usize>();
        }
    }
    size.saturating_mul(MOST_VALUES)
}

/// The digests of an artifact: the algorithm as the document names it, and the digits.
fn hashes<'t>(node: &Node<'t>, faults: &mut crate::sbom::value::Faults) -> Vec<(&'t str, &'t str)> {
    let mut out = Vec::new();
    let listed = list(node.fields, "verifiedUsing").iter().take(MOST_VALUES);
    for item in listed {
        let Some(hash) = item.object() else {
            let message = format!("an object is wanted, this is {}", item.what());
            faults.add_at(&node.at("verifiedUsing"), message);
            continue;
        };
        let algorithm = graph::text(hash, "algorithm").map(bare);
        let digits = graph::text(hash, "hashValue");
        match (algorithm, digits) {
            (Some(algorithm), Some(digits)) => out.push((algorithm, digits)),
            _ if graph::type_of(hash).map(bare) == Some("Hash") => faults.add_at(
                &node.at("verifiedUsing"),
                "a digest needs `algorithm` and `hashValue`, both strings",
            ),
            _ => {}
        }
    }
    out
}

/// The properties of BSI TR-03183-2, which its authors map to additional purposes: what is not
/// said to be executable or an archive is not, once it is said whether it is structured.
fn file_properties(file: &Node<'_>) -> Vec<(String, String)> {
    let purposes: Vec<&str> = list(file.fields, "additionalPurpose")
        .iter()
        .take(MOST_VALUES)
        .filter_map(graph::text_of)
        .map(bare)
        .collect();
    let has = |purpose: &str| purposes.contains(&purpose);
    let mut out = Vec::new();
    let mut say = |name: &str, value: &str| out.push((name.to_owned(), value.to_owned()));
    let structured = has("container") || has("firmware");
    match (has("executable"), structured) {
        (true, _) => say("executable", "executable"),
        (false, true) => say("executable", "non-executable"),
        _ => {}
    }
    match (has("archive"), structured) {
        (true, _) => say("archive", "archive"),
        (false, true) => say("archive", "no archive"),
        _ => {}
    }
    match (has("container"), has("firmware")) {
        (true, _) => say("structured", "structured"),
        (false, true) => say("structured", "unstructured"),
        _ => {}
    }
    out
}

/// The source that the download location of a package without purl names.
fn told_elsewhere(node: &Node<'_>) -> Option<Source> {
    let location = graph::text(node.fields, "downloadLocation")?;
    if let Some(source) = claimed::source_of_index(location) {
        return Some(source);
    }
    let source = claimed::source_of_download(location);
    source.url.is_none().then_some(source)
}
