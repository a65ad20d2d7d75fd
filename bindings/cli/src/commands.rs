//! The subcommands: from flags to a verb of the library, and from its answer to the streams.

mod config;
mod sbom;
mod stores;

use std::path::{Path, PathBuf};

use cratetrust_core::bom::{Bom, EvidenceLevel};
use cratetrust_core::profile::Profile;
use cratetrust_core::report::{Report, sarif_log};
use cratetrust_core::{Error, Input, Options, Result};

use crate::args::{Command, Diff, Inspect, Verify, VerifySbom};
use crate::render;
use crate::session::{FOUND, Session};
use stores::Stores;

/// Runs a subcommand and returns the exit code.
pub(crate) fn dispatch(command: &Command, session: &mut Session<'_>) -> u8 {
    let result = match command {
        Command::Verify(args) => verify(args, session),
        Command::Sbom(args) => sbom::run(args, session),
        Command::VerifySbom(args) => verify_sbom(args, session),
        Command::Diff(args) => diff(args, session),
        Command::Inspect(args) => inspect(args, session),
    };
    if let Err(error) = result {
        session.fail(&error);
    }
    session.code()
}

fn verify(args: &Verify, session: &mut Session<'_>) -> Result<()> {
    let mut options = session.options(Some(&args.judging));
    options.jobs = jobs(options.jobs);
    options.checks = args.checks();
    options.sha256 = args.sha256;
    if let Some(expect) = &args.expect {
        options.set_expect(expect)?;
    }
    let several = args.paths.len() > 1;
    if several && (args.sha256.is_some() || args.expect.is_some()) {
        return Err(Error::invalid(
            "--sha256 and --expect are about one package; give one PATH with them",
        ));
    }
    options.selection = args.selection.request();
    if options.selection.is_some() && args.lockfile.is_none() {
        return Err(Error::invalid(
            "selection flags are about the project beside the lockfile; name it with --lockfile",
        ));
    }
    if options.selection.is_some()
        && let Some(directory) = args.lockfile.as_deref().and_then(Path::parent)
    {
        config::remark(directory, false, session);
    }
    options.lockfile = kept(args.lockfile.as_deref(), session)?;
    options.index = kept(args.index.as_deref(), session)?;
    options.against = kept(args.against.as_deref(), session)?;
    let mut first = true;
    let mut reports = Vec::new();
    for path in &args.paths {
        let input = session.input(path)?;
        let answer = watched(session, &mut options, |options| {
            cratetrust_core::verify_package(&input, options)
        });
        match answer {
            // A log of SARIF is one document, however many reports it holds.
            Ok(report) if session.sarif() => {
                session.judge(&report);
                reports.push(report);
            }
            Ok(report) => {
                let heading = several.then(|| input.label());
                show(&report, heading.as_deref(), &mut first, session)?;
            }
            // The next path may fare better, but not when the user wants to stop.
            Err(error) => session.fail(&error),
        }
        if options.cancel.is_cancelled() {
            break;
        }
    }
    if !reports.is_empty() {
        let reports: Vec<&Report> = reports.iter().collect();
        session.print(&(sarif_log(&reports) + "\n"))?;
    }
    Ok(())
}

fn kept(path: Option<&Path>, session: &mut Session<'_>) -> Result<Option<Input>> {
    path.map(|path| session.kept_input(path)).transpose()
}

/// The project's directory, where one is among the evidence.
fn directory(evidence: &[PathBuf]) -> Option<&Path> {
    evidence
        .iter()
        .map(PathBuf::as_path)
        .find(|path| path.is_dir())
}

fn inputs(paths: &[PathBuf], session: &mut Session<'_>) -> Result<Vec<Input>> {
    paths.iter().map(|path| session.input(path)).collect()
}

/// Whether evidence tells what was built, so that no selection was applied.
fn is_record(bom: &Bom) -> bool {
    let mut levels = bom.evidence.iter().map(|source| source.level);
    levels.any(|level| level >= EvidenceLevel::AuditableSbom)
}

fn verify_sbom(args: &VerifySbom, session: &mut Session<'_>) -> Result<()> {
    let mut options = session.options(Some(&args.judging));
    options.level = args.level();
    options.selection = args.selection.request();
    if let Some(directory) = directory(&args.evidence) {
        let mut obeys = false;
        if options.selection.is_some() || !args.crates.is_empty() || args.index.is_some() {
            let stores = Stores::find(&args.crates, Some(directory), session)?;
            stores.tell(session);
            obeys = stores.obeys;
            if options.selection.is_none() {
                options.selection = stores.host_build(directory).ok();
            }
            options.crates = stores.inputs;
        }
        if options.selection.is_some() {
            config::remark(directory, obeys, session);
        }
    } else if options.selection.is_some() {
        return Err(Error::invalid(SELECTION_OF_A_FILE));
    }
    options.index = kept(args.index.as_deref(), session)?;
    let document = session.input(&args.sbom)?;
    let evidence = inputs(&args.evidence, session)?;
    let report = watched(session, &mut options, |options| {
        cratetrust_core::verify_sbom(&document, &evidence, options)
    })?;
    show(&report, None, &mut true, session)
}

/// Where a selection cannot be applied.
const SELECTION_OF_A_FILE: &str =
    "selection flags are about a project; the evidence they need is its directory";

fn diff(args: &Diff, session: &mut Session<'_>) -> Result<()> {
    let mut options = session.options(Some(&args.judging));
    let old = session.input(&args.old)?;
    let new = session.input(&args.new)?;
    let report = watched(session, &mut options, |options| {
        cratetrust_core::diff_lockfiles(&old, &new, options)
    })?;
    session.judge(&report);
    let text = session
        .for_programs(&report)
        .unwrap_or_else(|| render::diff(&report, session.out_paint()));
    session.print(&text)
}

fn inspect(args: &Inspect, session: &mut Session<'_>) -> Result<()> {
    if session.sarif() {
        return Err(Error::invalid(
            "--format sarif is a form of reports, and `inspect` makes none; --format json shows what it finds",
        ));
    }
    let mut options = session.options(None);
    options.profile = args
        .profile
        .as_deref()
        .map(Profile::from_name)
        .transpose()?;
    let input = session.input(&args.file)?;
    let inspection = watched(session, &mut options, |options| {
        cratetrust_core::inspect(&input, options)
    })?;
    if inspection.assessment.as_ref().is_some_and(|a| !a.complete) {
        session.raise(FOUND);
    }
    let text = if session.json() {
        inspection.to_json() + "\n"
    } else {
        render::inspection(&inspection, session.out_paint())
    };
    session.print(&text)
}

/// Prints a report and lets its verdict count.
fn show(
    report: &Report,
    heading: Option<&str>,
    first: &mut bool,
    session: &mut Session<'_>,
) -> Result<()> {
    session.judge(report);
    if let Some(text) = session.for_programs(report) {
        return session.print(&text);
    }
    let mut text = String::new();
    if !std::mem::replace(first, false) {
        text.push('\n');
    }
    if let Some(heading) = heading {
        text.push_str(&render::heading(heading, session.out_paint()));
    }
    text.push_str(&render::report(report, session.out_paint()));
    session.print(&text)
}

/// Does work under a progress bar and the host's tick.
fn watched<T>(
    session: &Session<'_>,
    options: &mut Options,
    work: impl FnOnce(&Options) -> Result<T>,
) -> Result<T> {
    let meter = session.meter();
    options.progress = meter.observer();
    let result = work(options);
    options.progress = None;
    result
}

/// The threads to use: as asked, else one for each processor, at most 8.
fn jobs(asked: usize) -> usize {
    if asked > 0 {
        return asked;
    }
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8))
}
