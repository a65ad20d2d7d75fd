//! One component against the package that it stands for: version, source, package URL, digests.

use super::identity::{Agreement, Claimed, Origin, PurlClaim, agreement, host, name_at_version};
use super::matching::Rule;
use crate::bom::Package;
use crate::package::{Purl, Source, SourceKind, package_purl};
use crate::report::{Code, Finding, Severity};

/// What the comparison of one component comes to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    /// Whether its version or source is another one, so that its dependencies may well be others.
    pub(super) other_package: bool,
    /// Whether a digest was compared.
    pub(super) digest_compared: bool,
    /// Whether a digest was compared, or told to be none that could be.
    pub(super) digest_told: bool,
    /// Whether the evidence knows a digest that the component does not state.
    pub(super) lacks_digest: bool,
    /// Whether the package has a package URL that the component does not state.
    pub(super) lacks_purl: bool,
}

/// The package URL that the package should have.
pub(super) fn expected_purl(package: &Package) -> Option<String> {
    package
        .purl
        .clone()
        .or_else(|| package_purl(&package.name, &package.version, &package.source))
}

pub(super) fn compare(
    package: &Package,
    claimed: &Claimed<'_>,
    rule: Rule,
    reader_faulted: &dyn Fn(&str) -> bool,
) -> Outcome {
    let mut comparison = Comparison {
        package,
        claimed,
        rule,
        outcome: Outcome::default(),
    };
    comparison.version();
    comparison.purl(reader_faulted);
    comparison.stated_source();
    comparison.digests(reader_faulted);
    comparison.outcome
}

struct Comparison<'a> {
    package: &'a Package,
    claimed: &'a Claimed<'a>,
    rule: Rule,
    outcome: Outcome,
}

impl Comparison<'_> {
    fn found(&mut self, finding: Finding) {
        self.outcome.findings.push(finding);
    }

    fn finding(&self, code: Code, message: String) -> Finding {
        Finding::new(code, message + self.rule.note()).path(&self.claimed.claim.place)
    }

    fn who(&self) -> String {
        name_at_version(&self.package.name, &self.package.version)
    }

    fn version(&mut self) {
        let (expected, actual) = (&self.package.version, self.claimed.version());
        if expected == actual {
            return;
        }
        let name = &self.package.name;
        let finding = if actual.is_empty() {
            self.finding(
                Code::VersionMismatch,
                format!("the component gives no version of `{name}`; it is {expected}"),
            )
            .expected(expected)
        } else {
            self.finding(
                Code::VersionMismatch,
                format!("the component gives `{name}` the version {actual}; it is {expected}"),
            )
            .values(expected, actual)
        };
        self.found(finding);
        // Named by its purl, it is the package, with a wrong label.
        self.outcome.other_package = self.rule != Rule::Purl;
    }

    fn purl(&mut self, reader_faulted: &dyn Fn(&str) -> bool) {
        let claimed = self.claimed;
        let expected = expected_purl(self.package);
        match &claimed.purl {
            PurlClaim::Absent => self.outcome.lacks_purl = expected.is_some(),
            PurlClaim::Malformed(why) => {
                let place = &claimed.claim.place;
                if !reader_faulted(place) && !reader_faulted(&format!("{place}/purl")) {
                    let mut finding = self.finding(
                        Code::DocumentInvalid,
                        format!("the package URL of `{}` is malformed: {why}", self.who()),
                    );
                    finding.expected = expected;
                    finding.actual.clone_from(&claimed.claim.purl);
                    self.found(finding);
                }
            }
            PurlClaim::Read { purl, .. } => {
                let findings = self.read_purl(purl, expected);
                self.outcome.findings.extend(findings);
            }
        }
    }

    fn read_purl(&mut self, purl: &Purl, expected: Option<String>) -> Option<Finding> {
        let claimed = self.claimed;
        let written = claimed.describe();
        let wanted = expected
            .clone()
            .unwrap_or_else(|| format!("no package URL of a registry for `{}`", self.who()));
        let cargo = purl.kind == "cargo" && purl.namespace.is_none();
        if !cargo {
            // A local package has no registry identity that such a purl could contradict.
            return expected.map(|expected| {
                self.finding(
                    Code::PurlMismatch,
                    format!("the package URL of `{}` names no cargo package", self.who()),
                )
                .values(expected, written)
            });
        }
        if let Some(finding) = self.purl_name(purl, &wanted) {
            return Some(finding);
        }
        self.purl_source(purl, wanted)
    }

    fn purl_name(&self, purl: &Purl, wanted: &str) -> Option<Finding> {
        let claimed = self.claimed;
        let own_name = claimed.package.name.as_str();
        let purl_version = purl.version.as_deref();
        let names_package = purl.name == self.package.name
            && purl_version.is_none_or(|version| version == self.package.version);
        let names_component = claimed.purl_is_consistent();
        if own_name != self.package.name && names_package {
            // The purl is right and the name beside it is not.
            let message = format!(
                "the component calls itself `{own_name}`, and its package URL names `{}`",
                self.who()
            );
            return Some(
                self.finding(Code::PurlMismatch, message)
                    .values(&self.package.name, own_name),
            );
        }
        // A purl that agrees with a wrong version says nothing beyond `version-mismatch`; one that
        // is right beside a wrong version was named there.
        if names_package || names_component {
            return None;
        }
        let named = name_at_version(&purl.name, purl_version.unwrap_or(""));
        let message = format!(
            "the package URL of `{}` names `{named}`, another package",
            name_at_version(own_name, claimed.version())
        );
        Some(
            self.finding(Code::PurlMismatch, message)
                .values(wanted, claimed.describe()),
        )
    }

    fn purl_source(&mut self, purl: &Purl, wanted: String) -> Option<Finding> {
        let claimed = self.claimed;
        let PurlClaim::Read { origins, .. } = &claimed.purl else {
            return None;
        };
        let agreements = || {
            origins
                .iter()
                .map(|origin| agreement(&self.package.source, origin))
        };
        if agreements().any(|a| a == Agreement::Other) {
            self.outcome.other_package = true;
            let message = format!(
                "the package URL of `{}` names another source than {}",
                self.who(),
                source_words(&self.package.source)
            );
            return Some(
                self.finding(Code::SourceMismatch, message)
                    .values(wanted, claimed.describe()),
            );
        }
        if agreements().any(|a| a == Agreement::LocalAsPublic) {
            let message = format!(
                "`{}` is a local package, and its package URL makes it one of the public registry",
                self.who()
            );
            return Some(
                self.finding(Code::PurlMismatch, message)
                    .values(wanted, claimed.describe())
                    .at_most(Severity::Warning),
            );
        }
        // What some producers write where an address is wanted: the index string of a lockfile.
        let index = claimed.claim.distributions.iter().find(|address| {
            let names_index = ["registry+", "sparse+"]
                .iter()
                .any(|prefix| address.url.starts_with(prefix));
            names_index
                && agreement(&self.package.source, &Origin::registry(&address.url))
                    == Agreement::Other
        });
        if let Some(index) = index {
            let message = format!(
                "the component of `{}` names another registry than {}",
                self.who(),
                source_words(&self.package.source)
            );
            return Some(
                self.finding(Code::SourceMismatch, message)
                    .values(source_text(&self.package.source), &index.url),
            );
        }
        let elsewhere = purl
            .qualifiers
            .get("download_url")
            .and_then(|url| host(url))
            .filter(|host| host != "crates.io" && !host.ends_with(".crates.io"));
        if let (SourceKind::CratesIo, Some(host)) = (self.package.source.kind, elsewhere) {
            let message = format!(
                "the package URL of `{}` downloads it from `{host}`, not from its registry",
                self.who()
            );
            return Some(
                self.finding(Code::SourceMismatch, message)
                    .values(wanted, claimed.describe()),
            );
        }
        None
    }

    /// A source that the document states apart from the purl.
    fn stated_source(&mut self) {
        let claimed = self.claimed;
        let Some(stated) = &claimed.stated else {
            return;
        };
        let has_purl = claimed.purl_identity().is_some();
        let differs = match agreement(&self.package.source, stated) {
            Agreement::Same => false,
            Agreement::Other => true,
            // With a purl at hand, this is what was made of it.
            Agreement::LocalAsPublic => !has_purl,
        };
        let told = self
            .outcome
            .findings
            .iter()
            .any(|finding| finding.code == Code::SourceMismatch);
        if !differs || told {
            return;
        }
        self.outcome.other_package = true;
        let finding = self
            .finding(
                Code::SourceMismatch,
                format!(
                    "the component gives `{}` another source than {}",
                    self.who(),
                    source_words(&self.package.source)
                ),
            )
            .values(
                source_text(&self.package.source),
                source_text(&claimed.package.source),
            );
        self.found(finding);
    }

    fn digests(&mut self, reader_faulted: &dyn Fn(&str) -> bool) {
        let checksum = self.package.checksum;
        let known = [
            ("SHA256", "SHA-256", checksum.sha256.map(|d| d.to_string())),
            ("SHA512", "SHA-512", checksum.sha512.map(|d| d.to_string())),
        ];
        let claimed = self.claimed;
        let place = &claimed.claim.place;
        // What each format calls its digests; the places of tag-value are the lines of packages.
        let faulted = ["hashes", "checksums", "checksum", "verifiedUsing"]
            .into_iter()
            .any(|key| reader_faulted(&format!("{place}/{key}")))
            || (place.starts_with("line ") && reader_faulted(place));
        let mut told = faulted;
        for (label, digits) in claimed.hashes() {
            let own = algorithm(label);
            let relabelled = known.iter().find(|(name, _, digest)| {
                own != *name
                    && digest
                        .as_ref()
                        .is_some_and(|digest| digest.eq_ignore_ascii_case(digits))
            });
            if let Some((_, name, digest)) = relabelled {
                told = true;
                let message = format!("the {name} of `{}` is listed as its {label}", self.who());
                let finding = self.finding(Code::ChecksumMismatch, message).values(
                    format!("{name} {}", digest.as_deref().unwrap_or("")),
                    format!("{label} {digits}"),
                );
                self.found(finding);
                continue;
            }
            if let Some(fault) = malformed(&own, digits) {
                told = true;
                if !faulted {
                    let message = format!("a {label} of `{}` {}", self.who(), fault.message);
                    let finding = self
                        .finding(Code::DocumentInvalid, message)
                        .values(fault.expected, digits);
                    self.found(finding);
                }
                continue;
            }
            let Some((_, name, Some(digest))) = known.iter().find(|(name, _, _)| own == *name)
            else {
                continue;
            };
            self.outcome.digest_compared = true;
            if !digest.eq_ignore_ascii_case(digits) {
                let finding = self.other_digest(name, digest, digits);
                self.found(finding);
            }
        }
        self.archive_digests(&known);
        let is_known = known.iter().any(|(_, _, digest)| digest.is_some());
        self.outcome.digest_told = told || self.outcome.digest_compared;
        self.outcome.lacks_digest = is_known && !self.outcome.digest_told;
    }

    /// What is said of the archive where the document says that it can be had from.
    fn archive_digests(&mut self, known: &[(&str, &str, Option<String>)]) {
        let claim = self.claimed.claim;
        for address in &claim.distributions {
            if !is_archive(&address.url, self.package) {
                continue;
            }
            for stated in &address.hashes {
                let (label, digits) = stated;
                let own = algorithm(label);
                let compared = known.iter().find(|(name, _, _)| own == *name);
                if let Some((_, name, Some(digest))) = compared
                    && !digest.eq_ignore_ascii_case(digits)
                    // What the component itself states was compared above.
                    && !claim.hashes.contains(stated)
                {
                    let finding = self.other_digest(name, digest, digits);
                    self.found(finding);
                }
            }
        }
    }

    fn other_digest(&self, name: &str, digest: &str, digits: &str) -> Finding {
        let message = format!(
            "the {name} of `{}` is not the one in the evidence",
            self.who()
        );
        self.finding(Code::ChecksumMismatch, message)
            .values(digest, digits)
    }
}

/// Whether an address ends in the file name of the package's archive, or is where crates.io serves it.
fn is_archive(url: &str, package: &Package) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let (name, version) = (package.name.as_str(), package.version.as_str());
    let encoded = version.replace('+', "%2B");
    [version, encoded.as_str()].into_iter().any(|version| {
        path.ends_with(&format!("/{name}-{version}.crate"))
            || path.ends_with(&format!("/crates/{name}/{version}/download"))
    })
}

/// An algorithm's name as it is compared: `SHA-256`, `sha256` and `SHA_256` are one.
pub(super) fn algorithm(label: &str) -> String {
    label
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

struct MalformedDigest {
    message: String,
    expected: String,
}

/// Whether the digits cannot be a digest of that algorithm. An unknown algorithm may have any.
fn malformed(algorithm: &str, digits: &str) -> Option<MalformedDigest> {
    let wanted = match algorithm {
        "ADLER32" => 8,
        "MD2" | "MD4" | "MD5" => 32,
        "SHA1" => 40,
        "SHA224" | "SHA3224" => 56,
        "SHA256" | "SHA3256" | "BLAKE2B256" | "STREEBOG256" => 64,
        "SHA384" | "SHA3384" | "BLAKE2B384" => 96,
        "SHA512" | "SHA3512" | "BLAKE2B512" | "STREEBOG512" => 128,
        _ => return None,
    };
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && digits.len() == wanted {
        return None;
    }
    Some(MalformedDigest {
        message: if is_hex {
            format!("has {} hexadecimal digits, not {wanted}", digits.len())
        } else {
            "has characters that are no hexadecimal digits".to_owned()
        },
        expected: format!("{wanted} hexadecimal digits"),
    })
}

fn source_text(source: &Source) -> String {
    source.public().to_lock().unwrap_or_else(|| {
        match source.kind {
            SourceKind::CratesIo => "crates.io",
            SourceKind::Path => "local",
            SourceKind::Std => "standard library",
            SourceKind::Registry | SourceKind::Git | SourceKind::Unknown => "unknown",
        }
        .to_owned()
    })
}

fn source_words(source: &Source) -> String {
    match (source.kind, &source.url) {
        (SourceKind::CratesIo, _) => "crates.io, where it comes from".to_owned(),
        (SourceKind::Path, _) => "the local one that it has".to_owned(),
        (SourceKind::Std, _) => "the standard library, where it comes from".to_owned(),
        (_, Some(url)) => format!("`{url}`, where it comes from"),
        _ => "the evidence".to_owned(),
    }
}
