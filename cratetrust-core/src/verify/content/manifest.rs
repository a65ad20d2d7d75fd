//! What the files that were kept say: the manifest, the author's one, and the commit.

use super::{BUILD_SCRIPT, Captured, ContentSink, Identity};
use crate::archive::collector::Collector;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::manifest::{self, BuildScript, Manifest, Shape, vcs};
use crate::report::{Code, Finding, Severity};

impl ContentSink<'_> {
    /// Reads a captured file, or says why it cannot be read.
    fn parse<T>(
        &mut self,
        captured: &Captured,
        what: &str,
        fault: Code,
        parse: impl FnOnce(&[u8], &Limits) -> Result<T>,
    ) -> Option<T> {
        if !captured.complete {
            return None;
        }
        let limits = self.limits;
        let at = |f: Finding| f.path(captured.path.as_str()).offset(captured.offset);
        let Some(bytes) = &captured.bytes else {
            self.findings.add(Code::LimitParse, |mut f| {
                f.message = format!(
                    "{what} has more than {} bytes; it was not read (limit manifest-size)",
                    limits.manifest_size
                );
                at(f)
            });
            return None;
        };
        match parse(bytes, limits) {
            Ok(read) => Some(read),
            Err(error) => {
                let code = match error.kind() {
                    ErrorKind::LimitExceeded => Code::LimitParse,
                    _ => fault,
                };
                self.findings.add(code, |mut f| {
                    f.message = format!("{what} cannot be read: {error}");
                    at(f)
                });
                None
            }
        }
    }

    pub(super) fn manifest(&mut self, captured: &Captured) -> Option<(Manifest, Shape)> {
        self.parse(
            captured,
            "the manifest",
            Code::ManifestParse,
            Manifest::parse_with_shape,
        )
    }

    /// What is wrong with a manifest that could be read, and what it makes run.
    pub(super) fn judge(
        &mut self,
        manifest: &Manifest,
        shape: &Shape,
        captured: &Captured,
        complete: bool,
    ) {
        let original = self.original.take().and_then(|original| {
            let shape = self.parse(
                &original,
                "the author's manifest",
                Code::ManifestOrigMismatch,
                manifest::shape,
            );
            shape.map(|shape| (shape, original))
        });
        let script = self.build_script(manifest, captured, complete);
        // Whoever depends on the package builds no tests, benches and examples of it, and older cargo
        // published their paths as they stood.
        let outside = shape
            .targets
            .iter()
            .filter(|(_, path)| manifest::inside(path).is_none());
        for (kind, path) in outside {
            let severity = match *kind {
                "test" | "bench" | "example" => Severity::Warning,
                _ => Severity::Error,
            };
            self.findings.add(Code::ManifestTargetPath, |mut f| {
                f.message = format!(
                    "the source file `{path}` of a target `{kind}` lies outside the package"
                );
                f.at_most(severity)
                    .path(captured.path.as_str())
                    .offset(captured.offset)
            });
        }
        let mut report = |code, message: String| {
            self.findings.add(code, |mut f| {
                f.message = message;
                f.path(captured.path.as_str()).offset(captured.offset)
            });
        };
        for table in &shape.root_tables {
            report(
                Code::ManifestForbiddenTable,
                format!(
                    "the manifest has a table `{table}`; only the root of a workspace has one, and cargo leaves it out when it publishes"
                ),
            );
        }
        if !shape.path_only.is_empty() {
            report(
                Code::ManifestPathDep,
                format!(
                    "dependencies with a path and no version: {}; cargo publishes none such",
                    listed(&shape.path_only)
                ),
            );
        }
        if let Some((original, _)) = original {
            let beyond = shape.beyond(&original);
            if !beyond.is_empty() {
                report(
                    Code::ManifestOrigMismatch,
                    format!(
                        "Cargo.toml has what Cargo.toml.orig, of which cargo made it, has not: {}",
                        listed(&beyond)
                    ),
                );
            }
        }
        if let Some(script) = script {
            report(
                Code::BuildScript,
                format!("the build script {script} runs when the package is built"),
            );
        }
        if manifest.proc_macro {
            report(
                Code::ProcMacro,
                "the package is a procedural macro; it runs when a package that uses it is built"
                    .to_owned(),
            );
        }
    }

    /// The build scripts that the package has; a fault of the manifest's key is told.
    fn build_script(
        &mut self,
        manifest: &Manifest,
        captured: &Captured,
        complete: bool,
    ) -> Option<String> {
        let files = match &manifest.build {
            BuildScript::Disabled => return None,
            BuildScript::Default => {
                return self
                    .holds(BUILD_SCRIPT)
                    .then(|| format!("`{BUILD_SCRIPT}`"));
            }
            BuildScript::Files(files) => files,
        };
        for file in files {
            let message = match manifest::inside(file) {
                None => format!("the build script `{file}` lies outside the package"),
                Some(file) if complete && !self.holds(&file) => {
                    format!("the archive lacks the build script `{file}`")
                }
                Some(_) => continue,
            };
            self.findings.add(Code::ManifestTargetPath, |mut f| {
                f.message = message;
                f.path(captured.path.as_str()).offset(captured.offset)
            });
        }
        (!files.is_empty()).then(|| listed(files))
    }

    /// What the package says of the commit that it was made of.
    pub(super) fn vcs(&mut self) {
        let Some(captured) = self.vcs.take() else {
            return;
        };
        let read = self.parse(
            &captured,
            "`.cargo_vcs_info.json`",
            Code::VcsMalformed,
            |bytes, limits| match vcs::read(bytes, limits.nesting) {
                vcs::Vcs::Clean => Ok(false),
                vcs::Vcs::Dirty => Ok(true),
                vcs::Vcs::Malformed(what) => Err(Error::parse(what)),
                vcs::Vcs::Deep(limit) => Err(Error::limit(
                    "nesting",
                    limit,
                    "it nests deeper than the limit allows",
                )),
            },
        );
        if read == Some(true) {
            self.findings.add(Code::VcsDirty, |mut f| {
                "the package was made of a working copy with changes that no commit has"
                    .clone_into(&mut f.message);
                f.path(captured.path.as_str()).offset(captured.offset)
            });
        }
    }
}

/// The first few of a list.
fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    let mut shown = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST {
        shown.push_str(&format!(" and {} more", names.len() - MOST));
    }
    shown
}

pub(super) fn compare(
    manifest: &Manifest,
    captured: &Captured,
    expected: Option<Identity<'_>>,
    prefix: Option<&str>,
    findings: &mut Collector,
) {
    let mut report = |code, what: &str, expected: &str, actual: &str| {
        findings.add(code, |mut f| {
            f.message = format!("the manifest names the {what} `{actual}`, not `{expected}`");
            f.path(captured.path.as_str())
                .offset(captured.offset)
                .values(expected, actual)
        });
    };
    let version = manifest.version.as_deref();
    if let Some(expected) = expected {
        if manifest.name != expected.name {
            report(Code::ManifestName, "package", expected.name, &manifest.name);
        }
        if let Some(version) = version.filter(|version| *version != expected.version) {
            report(Code::ManifestVersion, "version", expected.version, version);
        }
    } else if let (Some(prefix), Some(version)) = (prefix, version) {
        let rest = prefix
            .strip_prefix(manifest.name.as_str())
            .and_then(|rest| rest.strip_prefix('-'));
        let name = prefix
            .strip_suffix(version)
            .and_then(|name| name.strip_suffix('-'));
        match (rest, name) {
            (Some(rest), _) if rest == version => {}
            // `a-b-1.0.0` of package `a` is another package, not a version `b-1.0.0`.
            (Some(rest), _) if semver::Version::parse(rest).is_ok() => {
                report(Code::ManifestVersion, "version", rest, version);
            }
            (_, Some(name)) => report(Code::ManifestName, "package", name, &manifest.name),
            _ => report(
                Code::ManifestName,
                "package",
                prefix,
                &format!("{}-{version}", manifest.name),
            ),
        }
    }
}

/// Whether the file bears the manifest's name and version.
pub(super) fn is_named(manifest: &Manifest, stem: Option<&str>) -> bool {
    let version = manifest.version.as_deref();
    version.is_some_and(|version| stem == Some(&format!("{}-{version}", manifest.name)))
}

/// The manifest and the file's name agree, and the directory of the entries is another's.
pub(super) fn wrong_directory(
    prefix: &str,
    stem: Option<&str>,
    captured: &Captured,
    findings: &mut Collector,
) {
    let stem = stem.unwrap_or_default();
    findings.add(Code::PathPrefix, |mut f| {
        f.message = format!(
            "the package `{stem}`, by the file's name and by the manifest, lies in `{prefix}/`"
        );
        f.path(captured.path.as_str())
            .offset(captured.offset)
            .values(stem, prefix)
    });
}

/// What was left to a workspace that is not at hand.
pub(super) fn inherits(manifest: &Manifest, captured: &Captured, findings: &mut Collector) {
    if manifest.inherits {
        findings.add(Code::ManifestNotNormalized, |mut f| {
            "the manifest inherits from a workspace that the archive does not hold; cargo writes such values out when it publishes"
                .clone_into(&mut f.message);
            f.path(captured.path.as_str()).offset(captured.offset)
        });
    }
}
