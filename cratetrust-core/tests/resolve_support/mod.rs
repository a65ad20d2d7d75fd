//! Projects as directories, short to write down, and what comes of resolving them.
#![allow(dead_code, reason = "each test uses a part")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use cratetrust_core::bom::Bom;
use cratetrust_core::options::SelectionRequest;
use cratetrust_core::{Generated, Input, Options, Result, generate_sbom};

pub(crate) const LINUX: &str = "x86_64-unknown-linux-gnu";
pub(crate) const WINDOWS: &str = "x86_64-pc-windows-msvc";
pub(crate) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A directory of files that goes when the test ends.
pub(crate) struct Project(pub(crate) PathBuf);

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Project {
    /// Files, each below a line `--- PATH`. `lock` is short for a Cargo.lock: a line for each
    /// package, `name version [source]: dependency dependency`.
    pub(crate) fn new(lock: &str, files: &str) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cratetrust-resolve-{}-{number}", std::process::id());
        let project = Self(std::env::temp_dir().join(name));
        project.write("Cargo.lock", lockfile(lock));
        for file in files.split("--- ").skip(1) {
            let (path, text) = file.split_once('\n').unwrap();
            project.write(path.trim(), text);
        }
        project
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn options(&self, change: impl FnOnce(&mut SelectionRequest)) -> Options {
        let mut selection = SelectionRequest {
            targets: vec![LINUX.to_owned()],
            host: Some(LINUX.to_owned()),
            ..SelectionRequest::default()
        };
        change(&mut selection);
        let stores = self.0.join("stores");
        Options {
            selection: Some(selection),
            crates: stores
                .is_dir()
                .then(|| Input::from_path(stores))
                .into_iter()
                .collect(),
            ..Options::default()
        }
    }

    pub(crate) fn generate(&self, change: impl FnOnce(&mut SelectionRequest)) -> Result<Generated> {
        let project = [Input::from_path(&self.0)];
        let mut options = self.options(change);
        let generated = generate_sbom(&project, &options)?;
        // Who asks for no units gets all else, whatever is read less for it.
        options.no_units = true;
        let mut bare = generate_sbom(&project, &options)?;
        for (bare, package) in bare.bom.packages.iter_mut().zip(&generated.bom.packages) {
            assert!(bare.units.is_empty());
            bare.units.clone_from(&package.units);
        }
        assert_eq!(bare, generated);
        Ok(generated)
    }

    pub(crate) fn bom(&self, change: impl FnOnce(&mut SelectionRequest)) -> Bom {
        self.generate(change).unwrap().bom
    }

    pub(crate) fn default_bom(&self) -> Bom {
        self.bom(|_| {})
    }
}

pub(crate) fn lockfile(short: &str) -> String {
    let mut text = "version = 4\n".to_owned();
    for line in short.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (id, dependencies) = line.split_once(" :").unwrap_or((line, ""));
        let mut parts = id.splitn(3, ' ');
        let (name, version) = (parts.next().unwrap(), parts.next().unwrap());
        write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n"
        )
        .unwrap();
        match parts.next() {
            None => {}
            Some("crates.io") => writeln!(text, "source = \"{CRATES_IO}\"").unwrap(),
            Some(source) => {
                let (source, checksum) = source.split_once('!').unwrap_or((source, ""));
                let source = source.replace("crates.io", CRATES_IO);
                writeln!(text, "source = \"{source}\"").unwrap();
                if !checksum.is_empty() {
                    writeln!(text, "checksum = \"{checksum}\"").unwrap();
                }
            }
        }
        let listed: Vec<String> = dependencies
            .split_whitespace()
            .map(|d| format!("\"{}\"", d.replace('@', " ")))
            .collect();
        if !listed.is_empty() {
            writeln!(text, "dependencies = [{}]", listed.join(", ")).unwrap();
        }
    }
    text
}

/// Each package that takes part, as `name:scope`, sorted.
pub(crate) fn scopes(bom: &Bom) -> String {
    let parts: Vec<String> = bom
        .packages
        .iter()
        .filter(|package| package.scope.name() != "not-built")
        .map(|package| format!("{}:{}", package.name, package.scope.name()))
        .collect();
    parts.join(" ")
}

/// The units of a package, as `kind/platform[features]`.
pub(crate) fn units(bom: &Bom, name: &str) -> String {
    let parts: Vec<String> = bom
        .packages
        .iter()
        .filter(|package| package.name == name)
        .flat_map(|package| &package.units)
        .map(|u| format!("{}/{}[{}]", u.kind, u.platform, u.features.join(",")))
        .collect();
    parts.join(" ")
}

pub(crate) fn edges(bom: &Bom) -> String {
    let parts: Vec<String> = bom
        .edges
        .iter()
        .map(|edge| {
            let name = |at: usize| bom.packages[at].name.as_str();
            let toml = edge.name.as_deref().map(|n| format!(" as {n}"));
            format!(
                "{}>{} {}{}",
                name(edge.from),
                name(edge.to),
                edge.kind.name(),
                toml.unwrap_or_default()
            )
        })
        .collect();
    parts.join(", ")
}

pub(crate) fn library(name: &str, rest: &str) -> String {
    format!(
        "--- {name}/src/lib.rs\n--- {name}/Cargo.toml\n[package]\nname='{name}'\nversion='1.0.0'\nedition='2021'\n{rest}\n"
    )
}

pub(crate) const APP: &str =
    "--- src/main.rs\n--- Cargo.toml\n[package]\nname='app'\nversion='1.0.0'\nedition='2021'\n";

/// A `.crate` file.
pub(crate) fn archive(stem: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut tar = tar::Builder::new(gzip);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let path = format!("{stem}/{path}");
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}
