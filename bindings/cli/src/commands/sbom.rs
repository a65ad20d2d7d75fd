//! `cratetrust sbom`: the one subcommand that writes files.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use cratetrust_core::bom::Contact;
use cratetrust_core::report::Verdict;
use cratetrust_core::sbom::Format;
use cratetrust_core::{Error, Generated, Options, Result};

use super::stores::Stores;
use super::watched;
use crate::args::Sbom;
use crate::output::Staged;
use crate::render;
use crate::session::{FOUND, Session};

/// Where a selection cannot be applied.
const SELECTION_OF_A_RECORD: &str =
    "selection flags are about what would be built; this evidence tells what was built";

pub(super) fn run(args: &Sbom, session: &mut Session<'_>) -> Result<()> {
    let mut options = session.options(Some(&args.judging));
    options.jobs = super::jobs(options.jobs);
    describe(args, &mut options)?;
    let directory = super::directory(&args.evidence);
    let stores = Stores::find(&args.crates, directory, session)?;
    options.crates.clone_from(&stores.inputs);
    options.index = super::kept(args.index.as_deref(), session)?;
    options.selection = args.selection.request();
    let asked = options.selection.is_some();
    if asked && directory.is_none() {
        return Err(Error::invalid(super::SELECTION_OF_A_FILE));
    }
    let mut lower = None;
    if let (None, Some(directory)) = (&options.selection, directory) {
        match stores.host_build(directory) {
            Ok(request) => options.selection = Some(request),
            Err(why) => lower = Some(why),
        }
    }
    let format = Format::from_name(&args.output_format)?;
    let output = file(args.output.as_deref());
    let report_file = file(args.report.as_deref());
    refuse_clashes(args, output, report_file)?;
    let evidence = super::inputs(&args.evidence, session)?;
    let (generated, document) = watched(session, &mut options, |options| {
        let generated = cratetrust_core::generate_sbom(&evidence, options)?;
        if asked && super::is_record(&generated.bom) {
            return Err(Error::invalid(SELECTION_OF_A_RECORD));
        }
        let mut document = generated.write(format, args.spec_version.as_deref())?;
        document.push(b'\n');
        Ok((generated, document))
    })?;
    options.cancel.check()?;
    stores.tell(session);
    if let (Some(directory), Some(_)) = (directory, &options.selection) {
        super::config::remark(directory, stores.obeys, session);
    }
    write(args, session, &generated, document, lower)?;
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
    lower: Option<&str>,
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
        let text = render::made(
            generated,
            &args.output_format,
            name,
            lower,
            session.err_paint(),
        );
        session.remark(&text);
    }
    if to_stdout {
        session.print_document(&document)?;
    }
    Ok(())
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
    options.no_units = args.no_units;
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
    let evidence = || {
        args.evidence
            .iter()
            .flat_map(|path| [path.clone(), path.join("Cargo.lock")])
    };
    for path in [output, report].into_iter().flatten() {
        if evidence().any(|evidence| same_file(path, &evidence)) {
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
