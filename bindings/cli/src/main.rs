//! The native `cratetrust` command.

use std::process::ExitCode;

use cratetrust_cli::{CancelToken, Streams, run};

fn main() -> ExitCode {
    ExitCode::from(run(
        std::env::args_os(),
        Streams::standard(),
        CancelToken::new(),
        None,
    ))
}
