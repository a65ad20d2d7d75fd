//! `cratetrust sbom`: the one subcommand that writes files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use cratetrust_core::bom::Contact;
use cratetrust_core::options::SelectionRequest;
use cratetrust_core::report::Verdict;
use cratetrust_core::sbom::Format;
use cratetrust_core::{Error, Generated, Input, Options, Result};

use super::watched;
use crate::args::Sbom;
use crate::output::Staged;
use crate::render;
use crate::session::{FOUND, Session};

pub(super) fn run(args: &Sbom, session: &mut Session<'_>) -> Result<()> {
    let mut options = session.options(Some(&args.judging));
    options.jobs = super::jobs(options.jobs);
    describe(args, &mut options)?;
    let found;
    (options.crates, found) = crates(&args.crates, &args.evidence, session)?;
    options.selection = args.selection.request();
    if options.selection.is_some() && !args.evidence.is_dir() {
        return Err(Error::invalid(super::SELECTION_OF_A_FILE));
    }
    options.selection = options
        .selection
        .or_else(|| host_build(&args.evidence, &options.crates));
    let format = Format::from_name(&args.output_format)?;
    let output = file(args.output.as_deref());
    let report_file = file(args.report.as_deref());
    refuse_clashes(args, output, report_file)?;
    let evidence = session.input(&args.evidence)?;
    let (generated, document) = watched(session, &mut options, |options| {
        let generated = cratetrust_core::generate_sbom(std::slice::from_ref(&evidence), options)?;
        let mut document = generated.write(format, args.spec_version.as_deref())?;
        document.push(b'\n');
        Ok((generated, document))
    })?;
    options.cancel.check()?;
    tell_home(found, session);
    if options.selection.is_some() {
        super::config::remark(&args.evidence, session);
    }
    write(args, session, &generated, document)?;
    if generated.report.verdict == Verdict::Fail {
        session.raise(FOUND);
    }
    Ok(())
}

/// Writes document and report. Nothing appears unless all files could be written.
fn write(
    args: &Sbom,
    session: &mut Session<'_>,
    generated: &Generated,
    document: Vec<u8>,
) -> Result<()> {
    let for_programs = session.for_programs(&generated.report);
    let stage = |path: Option<&Path>, bytes: Vec<u8>| match file(path) {
        Some(path) => Staged::new(path, bytes).map(|staged| (Some(staged), Vec::new())),
        None => Ok((None, bytes)),
    };
    let (staged_document, document) = stage(args.output.as_deref(), document)?;
    let staged_report = match &args.report {
        Some(path) => {
            let report = for_programs
                .clone()
                .unwrap_or_else(|| generated.report.to_json() + "\n");
            Some(stage(Some(path.as_path()), report.into_bytes())?)
        }
        None => None,
    };
    let to_stdout = staged_document.is_none();
    if let Some(staged) = staged_document {
        staged.commit()?;
    }
    if let Some((staged, bytes)) = staged_report {
        match staged {
            Some(staged) => staged.commit()?,
            None => session.print_document(&bytes)?,
        }
    } else if let Some(report) = for_programs {
        session.remark(&report);
    } else {
        let name = args.output.as_deref().filter(|_| !to_stdout);
        let text = render::made(generated, &args.output_format, name, session.err_paint());
        session.remark(&text);
    }
    if to_stdout {
        session.print_document(&document)?;
    }
    Ok(())
}

/// The build that a project's directory stands for where no flag names one: the host's, as far as
/// there are manifests to resolve it with.
pub(super) fn host_build(evidence: &Path, crates: &[Input]) -> Option<SelectionRequest> {
    let resolvable = evidence.join("Cargo.toml").is_file() && !crates.is_empty();
    resolvable.then(|| SelectionRequest {
        host: Some(crate::args::HOST.to_owned()),
        ..SelectionRequest::default()
    })
}

/// What only the caller knows about the document.
fn describe(args: &Sbom, options: &mut Options) -> Result<()> {
    let named = |name: &String| Contact {
        name: name.clone(),
        ..Contact::default()
    };
    options.supplier = args.supplier.as_ref().map(named);
    if let (Some(supplier), Some(contact)) = (&mut options.supplier, &args.contact) {
        supplier.set_contact(contact);
    }
    options.manufacturer = args.manufacturer.as_ref().map(named);
    if let (Some(manufacturer), Some(contact)) =
        (&mut options.manufacturer, &args.manufacturer_contact)
    {
        manufacturer.set_contact(contact);
    }
    options.authors = args.authors.iter().map(named).collect();
    options.license.clone_from(&args.license);
    options.lifecycle.clone_from(&args.lifecycle);
    options.vcs_url.clone_from(&args.vcs_url);
    options.conclude_declared = args.conclude_declared;
    options.set_component_supplier(&args.component_supplier)?;
    options.set_enrich(&args.enrich)?;
    if let Some(serial) = &args.serial {
        options.set_serial(serial)?;
    }
    for tool in &args.tools {
        options.add_tool(tool)?;
    }
    if let Some(timestamp) = &args.timestamp {
        return options.set_timestamp(timestamp);
    }
    match std::env::var_os("SOURCE_DATE_EPOCH") {
        None => Ok(()),
        Some(value) => options.set_timestamp_unix(epoch(&value)?),
    }
}

/// Where the packages' bytes lie: as asked; for a directory, else, CARGO_HOME, which the user is told.
pub(super) fn crates(
    given: &[PathBuf],
    evidence: &Path,
    session: &mut Session<'_>,
) -> Result<(Vec<Input>, Option<String>)> {
    let is_none = |path: &PathBuf| path == Path::new("none");
    match given {
        [] => {}
        [one] if is_none(one) => return Ok((Vec::new(), None)),
        many if many.iter().any(is_none) => {
            return Err(Error::invalid(
                "--crates none goes with no other --crates; a directory of that name is ./none",
            ));
        }
        many => {
            let inputs: Result<_> = many.iter().map(|path| session.input(path)).collect();
            return Ok((inputs?, None));
        }
    }
    let home = Some(evidence)
        .filter(|path| path.is_dir())
        .and_then(|_| cargo_home())
        .filter(|home| home.join("registry").is_dir());
    let shown = home
        .as_ref()
        .map(|home| cratetrust_core::text::escape(&home.display().to_string()).into_owned());
    Ok((home.map(Input::from_path).into_iter().collect(), shown))
}

/// Says where packages were looked for that nobody named.
pub(super) fn tell_home(found: Option<String>, session: &mut Session<'_>) {
    if let Some(home) = found.filter(|_| session.speaks()) {
        session.remark(&format!(
            "packages were looked for in {home} (--crates none stops that)\n"
        ));
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

fn epoch(value: &OsStr) -> Result<u64> {
    value
        .to_str()
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            Error::invalid(format!(
                "SOURCE_DATE_EPOCH is `{}`; whole seconds since 1970-01-01T00:00:00Z are wanted",
                value.to_string_lossy().chars().take(80).collect::<String>()
            ))
        })
}

/// The file that a flag names; `-` and no flag are standard output.
fn file(path: Option<&Path>) -> Option<&Path> {
    path.filter(|path| *path != Path::new("-"))
}

/// Refuses outputs that would destroy each other or the evidence.
fn refuse_clashes(args: &Sbom, output: Option<&Path>, report: Option<&Path>) -> Result<()> {
    if args.report.is_some() && output.is_none() && report.is_none() {
        return Err(Error::invalid(
            "document and report cannot both go to standard output; name a file with --output or --report",
        ));
    }
    if let (Some(output), Some(report)) = (output, report)
        && (output == report || same_file(output, report))
    {
        return Err(Error::invalid("--output and --report name the same file")
            .at_path(report.display().to_string()));
    }
    let lockfile = args.evidence.join("Cargo.lock");
    for path in [output, report].into_iter().flatten() {
        if same_file(path, &args.evidence) || same_file(path, &lockfile) {
            return Err(Error::invalid("this would overwrite the evidence")
                .at_path(path.display().to_string()));
        }
    }
    Ok(())
}

/// Whether two paths are one existing regular file.
fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b && a.is_file(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_digits_only() {
        assert_eq!(epoch(OsStr::new("0")), Ok(0));
        assert_eq!(epoch(OsStr::new("1700000000")), Ok(1_700_000_000));
        for wrong in [
            "",
            "+1",
            "-1",
            " 1",
            "1.5",
            "now",
            "99999999999999999999999",
        ] {
            assert!(epoch(OsStr::new(wrong)).is_err(), "{wrong}");
        }
    }
}
