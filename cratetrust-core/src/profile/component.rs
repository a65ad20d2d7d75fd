//! The fields that a profile asks of each component.

use super::document::{is_reachable, is_somebody};
use super::place::Keys;
use super::{Demand, Field, Profile, Subject};
use crate::package::SourceKind;
use crate::sbom::{Claim, Document, Format, LicenseRole};

/// As many components that lack a field are named.
pub const MOST_NAMED: usize = 100;

/// A component of any kind.
pub(super) struct Component<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub claim: &'a Claim,
    /// Whether it is a main component, or one of those that a synthetic one stands for.
    pub root: bool,
    /// Whether it stands for what is made of others and is no file itself: BSI's logical component.
    logical: bool,
    /// Whether its format cannot say that it depends on nothing.
    mute: bool,
}

impl<'a> Component<'a> {
    /// All components of a document: its packages, and what is none of cargo's. Files that SPDX
    /// lists beside the packages are none.
    pub(super) fn all(document: &'a Document) -> Vec<Self> {
        let bom = &document.bom;
        let mute = document.format == Format::Spdx3Json;
        let mut roots = vec![false; bom.packages.len()];
        for root in &bom.roots {
            if let Some(slot) = roots.get_mut(*root) {
                *slot = true;
            }
        }
        let own = bom.packages.iter().zip(&document.claims).zip(roots);
        let own = own.map(|((package, claim), root)| {
            let root = root || claim.main;
            // A local package is compiled from sources into the product; it is never a file.
            let local = package.source.kind == SourceKind::Path;
            Component {
                name: &package.name,
                version: &package.version,
                claim,
                root,
                logical: (root || local) && !has_file(claim),
                mute,
            }
        });
        let others = document.others.iter().filter(|other| !other.is_file);
        let others = others.map(|other| Component {
            name: &other.name,
            version: other.version.as_deref().unwrap_or_default(),
            claim: &other.claim,
            root: other.claim.main,
            logical: other.claim.main && !has_file(&other.claim),
            mute,
        });
        own.chain(others).collect()
    }

    /// Whether it has its place in the graph, and the format no way to say that it depends on nothing.
    fn is_mute(&self) -> bool {
        self.mute && (self.claim.in_graph || self.root)
    }

    fn label(&self) -> String {
        let mut label = if self.name.is_empty() {
            self.claim.place.clone()
        } else {
            self.name.chars().take(200).collect()
        };
        if !self.version.is_empty() {
            label.push('@');
            label.extend(self.version.chars().take(100));
        }
        label
    }
}

fn has_file(claim: &Claim) -> bool {
    claim.filename.is_some() || !claim.file_properties.is_empty() || !claim.hashes.is_empty()
}

/// A field that is asked of components.
struct Asked {
    field: &'static str,
    demand: Demand,
    /// Whether it is asked of a component that is no file itself.
    of_logical: bool,
    has: fn(&Component<'_>) -> bool,
    keys: Keys,
}

/// A field that is required of every component.
const fn asked(field: &'static str, keys: Keys, has: fn(&Component<'_>) -> bool) -> Asked {
    Asked {
        field,
        demand: Demand::Required,
        of_logical: true,
        has,
        keys,
    }
}

impl Asked {
    /// Asked of components that are files alone.
    const fn of_files(self) -> Self {
        Self {
            of_logical: false,
            ..self
        }
    }

    /// Wanted where there is such a thing.
    const fn where_it_exists(self) -> Self {
        Self {
            demand: Demand::IfItExists,
            ..self
        }
    }
}

const fn keys(
    cyclonedx: &'static str,
    spdx: &'static str,
    spdx3: &'static str,
    plain: &'static str,
) -> Keys {
    Keys {
        cyclonedx,
        spdx,
        spdx3,
        plain,
    }
}

const NAME: Asked = asked("name", keys("name", "name", "name", "name"), |component| {
    !component.name.trim().is_empty()
});

const VERSION: Asked = asked(
    "version",
    keys(
        "version",
        "versionInfo",
        "software_packageVersion",
        "version",
    ),
    |component| is_told(component.version),
);

const SUPPLIER: Asked = asked(
    "supplier",
    keys("supplier", "supplier", "suppliedBy", ""),
    |component| component.claim.supplier.as_ref().is_some_and(is_somebody),
);

/// CISA: who creates, defines and identifies the component.
const PRODUCER: Asked = asked("producer", keys("", "", "", ""), |component| {
    let claim = component.claim;
    claim
        .supplier
        .iter()
        .chain(&claim.creators)
        .any(is_somebody)
});

/// BSI: with a mail or a web address.
const CREATOR: Asked = asked(
    "creator",
    keys("", "originator", "originatedBy", ""),
    |component| component.claim.creators.iter().any(is_reachable),
);

const IDENTIFIER: Asked = asked(
    "identifier",
    keys("", "externalRefs", "", "purl"),
    |component| {
        let claim = component.claim;
        let purl = claim.purl.as_deref();
        purl.is_some_and(is_told) || claim.identifiers.iter().any(|text| is_told(text))
    },
);

const DEPENDENCIES: Asked = asked(
    "dependency-relationship",
    keys("", "", "", ""),
    |component| {
        let claim = component.claim;
        claim.in_graph || claim.completeness.is_some() || component.is_mute()
    },
);

/// BSI: and whether they are all. Validators of SPDX 3 take the individual `NoneElement` for a missing
/// one, so that there a component that only others depend on has nothing to be called complete.
const COMPLETENESS: Asked = asked(
    "dependencies-and-completeness",
    keys("", "", "", ""),
    |component| {
        let claim = component.claim;
        claim.completeness.is_some() || (component.is_mute() && !claim.has_dependencies)
    },
);

const HASH: Asked = asked("hash", keys("", "checksums", "", "checksum"), |component| {
    let claim = component.claim;
    let elsewhere = claim.distributions.iter().flat_map(|place| &place.hashes);
    claim
        .hashes
        .iter()
        .chain(elsewhere)
        .any(|(algorithm, digits)| is_told(algorithm) && is_told(digits))
});

const LICENSE: Asked = asked("license", keys("licenses", "", "", ""), |component| {
    component
        .claim
        .licenses
        .iter()
        .any(|(_, text)| is_told(text))
});

const DISTRIBUTION_LICENSE: Asked = asked(
    "distribution-license",
    keys("licenses", "licenseConcluded", "", "license_concluded"),
    |component| has_license(component, LicenseRole::Concluded),
);

const ORIGINAL_LICENSE: Asked = asked(
    "original-license",
    keys("licenses", "licenseDeclared", "", ""),
    |component| has_license(component, LicenseRole::Declared),
)
.where_it_exists();

const FILENAME: Asked = asked(
    "filename",
    keys("properties", "packageFileName", "", ""),
    |component| component.claim.filename.as_deref().is_some_and(is_told),
)
.of_files();

const DEPLOYABLE_HASH: Asked = asked(
    "deployable-hash",
    keys("externalReferences", "", "", ""),
    |component| {
        let mut hashes = component
            .claim
            .distributions
            .iter()
            .flat_map(|place| &place.hashes);
        hashes.any(|(algorithm, digits)| is_sha512(algorithm, digits))
    },
)
.of_files();

const EXECUTABLE: Asked = asked("executable", keys("properties", "", "", ""), |component| {
    says(component, "executable", &["executable", "non-executable"])
})
.of_files();

const ARCHIVE: Asked = asked("archive", keys("properties", "", "", ""), |component| {
    says(component, "archive", &["archive", "no archive"])
})
.of_files();

const STRUCTURED: Asked = asked("structured", keys("properties", "", "", ""), |component| {
    says(component, "structured", &["structured", "unstructured"])
})
.of_files();

const SOURCE_URI: Asked = asked(
    "source-uri",
    keys("externalReferences", "", "", "repository"),
    |component| component.claim.sources.iter().any(|text| is_told(text)),
)
.of_files()
.where_it_exists();

const DEPLOYABLE_URI: Asked = asked(
    "deployable-uri",
    keys("externalReferences", "downloadLocation", "", ""),
    |component| {
        component
            .claim
            .distributions
            .iter()
            .any(|place| is_told(&place.url))
    },
)
.of_files()
.where_it_exists();

const NTIA: [Asked; 5] = [
    SUPPLIER,
    NAME,
    VERSION,
    IDENTIFIER.where_it_exists(),
    DEPENDENCIES,
];

const CISA_2025: [Asked; 7] = [
    PRODUCER,
    NAME,
    VERSION,
    IDENTIFIER,
    HASH,
    LICENSE,
    DEPENDENCIES,
];

const BSI: [Asked; 13] = [
    CREATOR,
    NAME,
    VERSION,
    FILENAME,
    COMPLETENESS,
    DISTRIBUTION_LICENSE,
    DEPLOYABLE_HASH,
    EXECUTABLE,
    ARCHIVE,
    STRUCTURED,
    SOURCE_URI,
    DEPLOYABLE_URI,
    IDENTIFIER.where_it_exists(),
];

const CRA: [Asked; 1] = [NAME];

/// The fields of the components, in the order in which they are shown.
pub(super) fn fields(
    document: &Document,
    components: &[Component<'_>],
    profile: Profile,
) -> Vec<Field> {
    let asked: &[Asked] = match profile {
        Profile::Ntia => &NTIA,
        Profile::Cisa2025 => &CISA_2025,
        Profile::BsiTr031832 => &BSI,
        Profile::Cra => &CRA,
    };
    let original = matches!(profile, Profile::BsiTr031832).then_some(&ORIGINAL_LICENSE);
    asked
        .iter()
        .chain(original)
        .map(|asked| field(document, components, asked))
        .collect()
}

fn field(document: &Document, components: &[Component<'_>], asked: &Asked) -> Field {
    let mut out = Field {
        field: asked.field,
        subject: Subject::Component,
        demand: asked.demand,
        present: 0,
        of: 0,
        place: None,
        missing: Vec::new(),
    };
    for component in components {
        if component.logical && !asked.of_logical {
            continue;
        }
        out.of += 1;
        if (asked.has)(component) {
            out.present += 1;
            if out.place.is_none() {
                let place = &component.claim.place;
                out.place = Some(asked.keys.below(document.format, place));
            }
        } else if out.missing.len() < MOST_NAMED {
            out.missing.push(component.label());
        }
    }
    out
}

/// Whether text says anything: not the words that stand for nothing.
fn is_told(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !["NOASSERTION", "NONE"].contains(&text)
}

/// A licence in that role, as an expression of the SPDX list or a `LicenseRef-`.
fn has_license(component: &Component<'_>, role: LicenseRole) -> bool {
    let mut licenses = component.claim.licenses.iter();
    licenses.any(|(of, text)| *of == role && is_told(text) && is_expression(text))
}

fn is_expression(text: &str) -> bool {
    let mode = ::spdx::ParseMode {
        allow_deprecated: true,
        ..::spdx::ParseMode::STRICT
    };
    ::spdx::Expression::parse_mode(text, mode).is_ok()
}

fn is_sha512(algorithm: &str, digits: &str) -> bool {
    let plain = algorithm.chars().filter(|c| !matches!(c, '-' | '_'));
    plain.map(|c| c.to_ascii_uppercase()).eq("SHA512".chars())
        && digits.len() == 128
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a property of BSI's is there, with one of the values that it may have.
fn says(component: &Component<'_>, word: &str, values: &[&str]) -> bool {
    let mut properties = component.claim.file_properties.iter();
    properties.any(|(name, value)| name == word && values.contains(&value.as_str()))
}
