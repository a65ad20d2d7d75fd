//! A rustc that compiles nothing: cargo runs it as `RUSTC_WRAPPER`, so its arguments are the real
//! compiler and what that would be told. Questions go to the real compiler; anything else leaves
//! empty files under the names that cargo waits for. A build script becomes one that does nothing.
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, exit};

const SCRIPT: &str = "#!/bin/sh\nexit 0\n";

/// The values of an option, spelt `--name value` or `--name=value`.
fn values<'a>(arguments: &'a [String], name: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        if argument == name {
            found.extend(arguments.get(at + 1).map(String::as_str));
        } else if let Some(value) = argument
            .strip_prefix(name)
            .and_then(|a| a.strip_prefix('='))
        {
            found.push(value);
        }
    }
    found
}

fn main() {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let (compiler, arguments) = all.split_first().expect("the real compiler comes first");
    let name = values(arguments, "--crate-name").first().copied();
    let asks = |a: &String| a == "-vV" || a == "-" || a.starts_with("--print");
    let Some(name) = name.filter(|name| *name != "___" && !arguments.iter().any(asks)) else {
        // With this variable a stable compiler shows cfgs that only nightly ones have.
        let status = Command::new(compiler)
            .args(arguments)
            .env_remove("RUSTC_BOOTSTRAP")
            .status();
        exit(
            status
                .expect("cannot run the real compiler")
                .code()
                .unwrap_or(1),
        );
    };

    let directory = PathBuf::from(values(arguments, "--out-dir").first().unwrap_or(&"."));
    let extra = values(arguments, "-C")
        .into_iter()
        .find_map(|value| value.strip_prefix("extra-filename="))
        .unwrap_or("");
    let source = arguments
        .iter()
        .find(|a| a.ends_with(".rs"))
        .map_or("", String::as_str);
    let stem = format!("{name}{extra}");
    let write = |file: String, content: &str, mode: u32| {
        let path = directory.join(file);
        fs::write(&path, content).expect("cannot write an output");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("cannot set a mode");
    };

    let rule = directory.join(format!("{stem}.d"));
    write(
        format!("{stem}.d"),
        &format!("{}: {source}\n\n{source}:\n", rule.display()),
        0o644,
    );
    for kind in values(arguments, "--crate-type") {
        match kind {
            "bin" => {
                let content = if name.starts_with("build_script_") {
                    SCRIPT
                } else {
                    ""
                };
                for end in ["", ".exe", ".wasm"] {
                    write(format!("{stem}{end}"), content, 0o755);
                }
            }
            "lib" | "rlib" => {
                for end in ["rlib", "rmeta"] {
                    write(format!("lib{stem}.{end}"), "", 0o644);
                }
            }
            _ => {
                for end in ["so", "a", "dylib", "rmeta"] {
                    write(format!("lib{stem}.{end}"), "", 0o644);
                }
                for end in ["dll", "lib", "dll.lib", "wasm"] {
                    write(format!("{stem}.{end}"), "", 0o644);
                }
            }
        }
    }
}
