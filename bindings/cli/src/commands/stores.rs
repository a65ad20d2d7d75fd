//! Where the packages of a project are looked for.

use std::path::{Path, PathBuf};

use cratetrust_core::options::SelectionRequest;
use cratetrust_core::registry::{Layout, detect};
use cratetrust_core::text::escape;
use cratetrust_core::{Error, Input, Result};

use super::config;
use crate::session::Session;

/// Where `cargo vendor` writes to.
const VENDOR: &str = "vendor";

/// Directories with packages.
#[derive(Default)]
pub(super) struct Stores {
    /// The directories.
    pub(super) inputs: Vec<Input>,
    /// Whether those are among them that cargo's configuration names.
    pub(super) obeys: bool,
    /// The directories that nobody named, as the user is told.
    unasked: Vec<String>,
    /// Whether the user wants none.
    none: bool,
}

impl Stores {
    /// As asked; for a directory, else, what its configuration puts in the place of a registry, what
    /// `cargo vendor` wrote there, and CARGO_HOME.
    pub(super) fn find(
        given: &[PathBuf],
        project: Option<&Path>,
        session: &mut Session<'_>,
    ) -> Result<Self> {
        let is_none = |path: &PathBuf| path == Path::new("none");
        let mut stores = Self::default();
        match given {
            [] => {}
            [one] if is_none(one) => {
                stores.none = true;
                return Ok(stores);
            }
            many if many.iter().any(is_none) => {
                return Err(Error::invalid(
                    "--crates none goes with no other --crates; a directory of that name is ./none",
                ));
            }
            many => {
                let inputs: Result<_> = many.iter().map(|path| session.input(path)).collect();
                stores.inputs = inputs?;
                return Ok(stores);
            }
        }
        let Some(project) = project else {
            return Ok(stores);
        };
        let mut paths = config::vendored(project);
        stores.obeys = !paths.is_empty();
        let vendor = project.join(VENDOR);
        if paths.is_empty() && matches!(detect(&vendor), Ok(Layout::Vendor)) {
            paths.push(vendor);
        }
        paths.extend(cargo_home().filter(|home| home.join("registry").is_dir()));
        for path in paths {
            let shown = escape(&path.display().to_string()).into_owned();
            stores.unasked.push(shown);
            stores.inputs.push(Input::from_path(path));
        }
        Ok(stores)
    }

    /// The build that a project's directory stands for where no flag names one: the host's.
    ///
    /// # Errors
    /// Why there is nothing to resolve it with.
    pub(super) fn host_build(
        &self,
        project: &Path,
    ) -> std::result::Result<SelectionRequest, &'static str> {
        if self.none {
            return Err("--crates none, so nothing is resolved: each package may be in the build");
        }
        if !project.join("Cargo.toml").is_file() {
            return Err(
                "the directory has no Cargo.toml, so nothing is resolved: each package may be in the build",
            );
        }
        Ok(SelectionRequest {
            host: Some(crate::args::HOST.to_owned()),
            ..SelectionRequest::default()
        })
    }

    /// Says where packages were looked for that nobody named.
    pub(super) fn tell(&self, session: &mut Session<'_>) {
        if session.speaks() && !self.unasked.is_empty() {
            session.remark(&format!(
                "packages were looked for in {} (--crates none stops that)\n",
                self.unasked.join(" and ")
            ));
        }
    }
}

/// Where cargo keeps what it fetches.
fn cargo_home() -> Option<PathBuf> {
    let given = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    given("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| given("HOME").map(|home| Path::new(&home).join(".cargo")))
        .or_else(|| given("USERPROFILE").map(|home| Path::new(&home).join(".cargo")))
}
