//! What of a project is built, in the words of the command's flags.

/// What is built, and for what. Nothing stated is the host's default build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectionRequest {
    /// `--target`: target triples. Several are resolved one by one, and their answers united.
    pub targets: Vec<String>,
    /// `--host`: the triple of the machine that builds: what build scripts and procedural macros
    /// are for. Without a target, also the target.
    pub host: Option<String>,
    /// `--features`.
    pub features: Vec<String>,
    /// `--no-default-features`.
    pub no_default_features: bool,
    /// `--all-features`.
    pub all_features: bool,
    /// `--package`: members of the workspace, by `NAME` or `NAME@VERSION`; empty for the default
    /// members.
    pub packages: Vec<String>,
    /// `--bin`: binaries; empty for all.
    pub bins: Vec<String>,
    /// `--lib`: libraries too, where there are binaries.
    pub lib: bool,
    /// `--cfg`: cfgs that the target has beside its own, such as `tokio_unstable`.
    pub cfgs: Vec<String>,
    /// `--dev`: tests too, and with them dev-dependencies.
    pub dev: bool,
}

impl SelectionRequest {
    /// Whether it names what to build for, without which nothing can be resolved.
    pub fn is_stated(&self) -> bool {
        !self.targets.is_empty() || self.host.is_some()
    }

    /// Turns features on: names separated by commas or blanks, as `--features` takes them.
    pub fn add_features(&mut self, list: &str) {
        let names = list.split(|c: char| c == ',' || c.is_whitespace());
        let names = names.filter(|name| !name.is_empty());
        self.features.extend(names.map(str::to_owned));
    }
}
