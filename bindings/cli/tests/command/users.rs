//! SBOMs of two users, made in two places: the same bytes, and nothing of either in them.

use std::path::{Path, PathBuf};

use crate::support::{Dir, Done};

/// Every format, with the versions of its specification that are written.
const FORMATS: [(&str, &[&str]); 6] = [
    ("cyclonedx-json", &["1.4", "1.5", "1.6", "1.7"]),
    ("cyclonedx-xml", &["1.4", "1.5", "1.6", "1.7"]),
    ("spdx-json", &["2.2", "2.3"]),
    ("spdx-tag-value", &["2.2", "2.3"]),
    ("spdx3-json", &["3.0.1"]),
    ("json", &["1"]),
];

/// Real lockfiles; each is made for both users in some of the versions, and in every format.
const LOCKS: usize = 24;

/// A project whose lockfile names what lies on somebody's machine, and says who they are.
const TELLING: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "local 1.0.0 (git+file:///home/secretuser/local?branch=main#0123456789abcdef0123456789abcdef01234567)",
 "local 1.0.0 (git+ssh://git@git.example.org/team/local.git#0123456789abcdef0123456789abcdef01234567)",
 "mine",
 "other",
 "outside",
 "token",
 "unix",
]

[[package]]
name = "local"
version = "1.0.0"
source = "git+file:///home/secretuser/local?branch=main#0123456789abcdef0123456789abcdef01234567"

[[package]]
name = "local"
version = "1.0.0"
source = "git+ssh://git@git.example.org/team/local.git#0123456789abcdef0123456789abcdef01234567"

[[package]]
name = "mine"
version = "1.0.0"
source = "registry+file:///home/secretuser/index"
checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

[[package]]
name = "other"
version = "1.0.0"
source = "sparse+https://secretuser:secretword@index.example.org/crates/"
checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

[[package]]
name = "outside"
version = "0.3.0"

[[package]]
name = "token"
version = "1.0.0"
source = "git+https://secretuser:secretword@git.example.org/team/token?rev=0123456#0123456789abcdef0123456789abcdef01234567"

[[package]]
name = "unix"
version = "1.0.0"
source = "registry+https://secretword@index.example.org/git?token=secretword"
checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"#;

fn corpus() -> PathBuf {
    std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.corpus"),
        PathBuf::from,
    )
}

/// A user of their own, at home in a directory of their own.
struct User {
    name: &'static str,
    dir: Dir,
}

impl User {
    fn new(name: &'static str) -> Self {
        let dir = Dir::new();
        dir.write(&format!("home/{name}/.cargo/config.toml"), "");
        Self { name, dir }
    }

    fn sbom(&self, arguments: &[&str]) -> Done {
        let home = self.dir.path().join("home").join(self.name);
        let mut all = vec!["sbom"];
        all.extend(arguments);
        let mut command = self.dir.command(&all);
        command
            .env("HOME", &home)
            .env("CARGO_HOME", home.join(".cargo"))
            .env("USER", self.name)
            .env("LOGNAME", self.name)
            .env("HOSTNAME", format!("{}-host", self.name))
            .env("PWD", self.dir.path());
        Done::of(&mut command)
    }

    /// What no document may hold.
    fn secrets(&self) -> Vec<String> {
        let path = self.dir.path().to_str().unwrap().to_owned();
        let real = self.dir.path().canonicalize().unwrap();
        let mut secrets = vec![
            path,
            real.to_str().unwrap().to_owned(),
            self.name.to_owned(),
            "secretuser".to_owned(),
            "secretword".to_owned(),
            "/home/".to_owned(),
        ];
        secrets.extend(hostname());
        secrets
    }
}

/// The name of this machine, where it is one that no text has by chance.
fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| name.len() > 5)
}

#[track_caller]
fn nothing_told(users: &[User; 2], document: &str, what: &str) {
    // The crate `home` has its place in the addresses of crates.io.
    let document = document.replace("/crates/home/", "/");
    for secret in users.iter().flat_map(User::secrets) {
        assert!(!document.contains(&secret), "{what} tells `{secret}`");
    }
}

#[test]
fn two_users_get_the_same_bytes_of_real_lockfiles() {
    let users = [User::new("alicesecret"), User::new("bobsecret")];
    let list = std::fs::read_dir(corpus().join("locks")).expect("run `make corpus`");
    let mut locks: Vec<PathBuf> = list.map(|entry| entry.unwrap().path()).collect();
    locks.sort_by_key(|path| (std::fs::metadata(path).unwrap().len(), path.clone()));
    assert!(
        locks.len() >= LOCKS,
        "the corpus is too small: run `make corpus`"
    );
    let crates = corpus().join("crates");
    for (number, path) in locks.iter().take(LOCKS).enumerate() {
        for (place, (format, versions)) in FORMATS.into_iter().enumerate() {
            let version = versions[(number + place) % versions.len()];
            let [one, other] = users.each_ref().map(|user| {
                user.dir
                    .write("project/Cargo.lock", std::fs::read(path).unwrap());
                let lock = ["project/Cargo.lock", "--output-format", format];
                let crates = ["--crates", crates.to_str().unwrap()];
                let more = ["--spec-version", version, "--quiet"];
                let made = user.sbom(&[&lock[..], &crates[..], &more[..]].concat());
                assert!(made.code == 0 && made.err.is_empty(), "{made:?}");
                made.out
            });
            let what = format!("{} {format} {version}", path.display());
            assert!(one == other, "{what}");
            nothing_told(&users, &one, &what);
            let root = corpus().canonicalize().unwrap();
            assert!(!one.contains(root.to_str().unwrap()), "{what}");
        }
    }
}

#[test]
fn no_document_tells_what_a_lockfile_and_manifests_tell_of_a_machine() {
    let users = [User::new("alicesecret"), User::new("bobsecret")];
    for user in &users {
        let own = user.dir.path().to_str().unwrap();
        user.dir.write("work/Cargo.lock", TELLING);
        user.dir.write(
            "work/Cargo.toml",
            format!(
                "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                 repository = \"https://secretuser:secretword@git.example.org/team/app\"\n\
                 homepage = \"file://{own}/home\"\ndocumentation = \"{own}/doc\"\n\
                 license-file = \"../../{}/LICENSE\"\n[dependencies]\n\
                 outside = {{ path = \"{own}/outside\" }}\n",
                user.name
            ),
        );
        user.dir.write("work/src/main.rs", "fn main() {}\n");
        user.dir.write(
            "outside/Cargo.toml",
            "[package]\nname = \"outside\"\nversion = \"0.3.0\"\nrepository = \"git@git.example.org:team/outside\"\n",
        );
        user.dir.write("outside/src/lib.rs", "");
    }
    for evidence in ["work/Cargo.lock", "work"] {
        for (format, versions) in FORMATS {
            for version in versions {
                let what = format!("{evidence} {format} {version}");
                let [one, other] = users.each_ref().map(|user| {
                    let made = user.sbom(
                        &[
                            evidence,
                            "--output-format",
                            format,
                            "--spec-version",
                            version,
                            "--target",
                            "x86_64-unknown-linux-gnu",
                            "--report",
                            "report.json",
                        ][..if evidence == "work" { 9 } else { 5 }],
                    );
                    assert_eq!(made.code, 0, "{what}: {made:?}");
                    let report = user.dir.path().join("report.json");
                    let report = std::fs::read_to_string(report).unwrap_or_default();
                    nothing_told(&users, &report, &format!("the report of {what}"));
                    made.out
                });
                // The plain form names the lockfile's own digest, which is the same here.
                assert!(one == other, "{what}");
                assert!(one.contains("0123456789abcdef"), "{what}");
                nothing_told(&users, &one, &what);
            }
        }
    }
}
