//! The `cratetrust` command: flags, exit codes, and text a person reads.
//!
//! The native binary and the Python package's command both call [`run`]. It holds no logic of
//! verification: it reads flags, asks `cratetrust-core`, and shows the answer. It ends no process,
//! installs no signal handler and keeps nothing between two calls.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests"
    )
)]

mod args;
mod commands;
mod output;
mod progress;
mod render;
mod session;

use std::ffi::OsString;
use std::io::{IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use clap::Parser;
use clap::error::ErrorKind as UsageKind;

pub use cratetrust_core::CancelToken;

use crate::args::Cli;
use crate::session::Session;

/// Called now and then on the thread that called [`run`], so that a host can look for signals;
/// `Break` cancels the work.
pub type Tick = Arc<dyn Fn() -> ControlFlow<()> + Send + Sync>;

/// Where the command reads and writes.
pub struct Streams<'a> {
    /// What `-` reads.
    pub stdin: Box<dyn Read + Send>,
    /// Reports and documents.
    pub stdout: Box<dyn Write + 'a>,
    /// Errors, and the summary of a document that was made.
    pub stderr: Box<dyn Write + 'a>,
    /// Whether a person looks at `stdout`: it may have colour.
    pub stdout_terminal: bool,
    /// Whether `stderr` is the process's own standard error and a person looks at it: it may have
    /// colour and a progress bar.
    pub stderr_terminal: bool,
}

impl Streams<'_> {
    /// The streams of the process.
    pub fn standard() -> Self {
        Self {
            stdin: Box::new(std::io::stdin()),
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            stdout_terminal: std::io::stdout().is_terminal(),
            stderr_terminal: std::io::stderr().is_terminal(),
        }
    }
}

impl std::fmt::Debug for Streams<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams")
            .field("stdout_terminal", &self.stdout_terminal)
            .field("stderr_terminal", &self.stderr_terminal)
            .finish_non_exhaustive()
    }
}

/// Runs the command once and returns its exit code: 0 pass, 1 the verdict is fail or incomplete,
/// 2 could not run.
///
/// `args` begins with the program's name, as `argv` does. Once `cancel` is triggered, or `tick`
/// breaks, the work stops with exit code 2 and leaves no output file behind. A reader that closes
/// `stdout` early changes nothing about the exit code. The environment is read for
/// `SOURCE_DATE_EPOCH`, `NO_COLOR` and `TERM` only.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    streams: Streams<'_>,
    cancel: CancelToken,
    tick: Option<Tick>,
) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    match Cli::try_parse_from(&args) {
        Ok(cli) => {
            let mut session = Session::new(&cli.common, streams, cancel, tick);
            commands::dispatch(&cli.command, &mut session)
        }
        Err(error) => usage(&error, &args, streams),
    }
}

/// Shows help, the version, or what is wrong with the flags.
fn usage(error: &clap::Error, args: &[OsString], mut streams: Streams<'_>) -> u8 {
    let rendered = error.render();
    if matches!(
        error.kind(),
        UsageKind::DisplayHelp | UsageKind::DisplayVersion
    ) {
        let colour = output::wants_colour(args::Color::Auto, streams.stdout_terminal);
        let text = if colour {
            rendered.ansi().to_string()
        } else {
            rendered.to_string()
        };
        return match output::write_all(&mut streams.stdout, text.as_bytes()) {
            Ok(()) => 0,
            Err(_) => 2,
        };
    }
    // An argument that came from elsewhere may hold escape sequences.
    let text: String = rendered
        .to_string()
        .lines()
        .flat_map(|line| {
            [
                cratetrust_core::text::escape(line).into_owned(),
                "\n".to_owned(),
            ]
        })
        .collect();
    let text = if args::asks_for_json(args) {
        let first = text.split("\n\n").next().unwrap_or_default();
        let message = first.trim().strip_prefix("error: ").unwrap_or(first);
        cratetrust_core::Error::invalid(message).to_json() + "\n"
    } else {
        text
    };
    // Nobody is left to tell where standard error is gone.
    let _ = output::write_all(&mut streams.stderr, text.as_bytes());
    2
}
