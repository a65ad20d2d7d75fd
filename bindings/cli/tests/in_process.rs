//! The command as a part of another process, as the Python package runs it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::ffi::OsString;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cratetrust_cli::{CancelToken, Streams, Tick, run};

/// Runs the command and returns its exit code and what it wrote.
fn command(
    args: &[&str],
    stdin: impl Read + Send + 'static,
    cancel: &CancelToken,
    tick: Option<Tick>,
) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: Box::new(stdin),
        stdout: Box::new(&mut out),
        stderr: Box::new(&mut err),
        stdout_terminal: false,
        stderr_terminal: false,
    };
    let args = std::iter::once("any-name").chain(args.iter().copied());
    let code = run(args.map(OsString::from), streams, cancel.clone(), tick);
    (
        code,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

#[test]
fn one_run_leaves_nothing_for_the_next() {
    let cancel = CancelToken::new();
    let run = |args: &[&str]| command(args, std::io::empty(), &cancel, None);
    let help = run(&["--help"]);
    assert_eq!(help.0, 0);
    // The usage line does not depend on what the program is called.
    assert!(help.1.contains("Usage: cratetrust "));
    assert_eq!(run(&["inspect", "/no/such/file"]).0, 2);
    assert_eq!(run(&["--help"]), help);
}

#[test]
fn a_cancelled_run_is_exit_2_and_writes_no_document() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let lockfile: &[u8] = b"version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n";
    let (code, out, err) = command(&["sbom", "-"], lockfile, &cancel, None);
    assert_eq!(code, 2);
    assert!(out.is_empty());
    assert_eq!(err, "error: the work was cancelled\n");
}

#[test]
fn a_host_that_breaks_stops_a_read_that_would_never_end() {
    let cancel = CancelToken::new();
    let ticks = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&ticks);
    let tick: Tick = Arc::new(move || {
        if seen.fetch_add(1, Ordering::Relaxed) < 5 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let endless = std::io::repeat(b'#');
    let (code, out, err) = command(
        &["sbom", "-", "--format=json"],
        endless,
        &cancel,
        Some(tick),
    );
    assert_eq!(code, 2);
    assert!(out.is_empty());
    assert!(err.contains("\"kind\":\"cancelled\""), "{err}");
    assert!(cancel.is_cancelled());
    assert_eq!(ticks.load(Ordering::Relaxed), 6);
}
