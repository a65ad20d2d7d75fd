//! What one run of the command holds: its streams, how it speaks, and the worst exit code so far.

use std::io::Read;
use std::path::Path;

use cratetrust_core::report::{Report, Verdict};
use cratetrust_core::{CancelToken, Error, ErrorKind, Input, Options, Result};

use crate::args::{Common, Judging, Output};
use crate::output::{wants_colour, write_all};
use crate::progress::{Meter, TickingReader};
use crate::render::{self, Paint};
use crate::{Streams, Tick};

/// The verdict is fail or incomplete.
pub(crate) const FOUND: u8 = 1;
/// The work could not be done.
pub(crate) const FAULT: u8 = 2;

pub(crate) struct Session<'a> {
    streams: Streams<'a>,
    stdin: Option<Box<dyn Read + Send>>,
    cancel: CancelToken,
    tick: Option<Tick>,
    format: Output,
    quiet: bool,
    out_paint: Paint,
    err_paint: Paint,
    options: Options,
    last_error: Option<Error>,
    code: u8,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        common: &Common,
        mut streams: Streams<'a>,
        cancel: CancelToken,
        tick: Option<Tick>,
    ) -> Self {
        let mut options = Options::new();
        for (name, value) in &common.limits {
            // The names were checked when the flags were read.
            let _ = options.limits.set(name, *value);
        }
        options.cancel = cancel.clone();
        options.jobs = common.jobs.map_or(0, usize::from);
        let stdin = std::mem::replace(&mut streams.stdin, Box::new(std::io::empty()));
        Self {
            stdin: Some(stdin),
            cancel,
            tick,
            format: common.format,
            quiet: common.quiet,
            out_paint: Paint::new(wants_colour(common.color, streams.stdout_terminal)),
            err_paint: Paint::new(wants_colour(common.color, streams.stderr_terminal)),
            options,
            streams,
            last_error: None,
            code: 0,
        }
    }

    /// Options with what all verbs share.
    pub(crate) fn options(&self, judging: Option<&Judging>) -> Options {
        let mut options = self.options.clone();
        if let Some(judging) = judging {
            options.severities.set_preset(judging.preset());
            for (code, severity) in &judging.severities {
                options.severities.set(*code, *severity);
            }
        }
        options
    }

    /// The file or directory at `path`, or standard input where it is `-`.
    pub(crate) fn input(&mut self, path: &Path) -> Result<Input> {
        if path != Path::new("-") {
            return Ok(Input::from_path(path));
        }
        let stdin = self
            .stdin
            .take()
            .ok_or_else(|| Error::invalid("standard input can be read only once; give `-` once"))?;
        let stdin = TickingReader::new(stdin, self.tick.clone(), self.cancel.clone());
        Ok(Input::from_reader("stdin", None, stdin))
    }

    /// As [`Session::input`], for what is read more than once: standard input is kept in memory.
    pub(crate) fn kept_input(&mut self, path: &Path) -> Result<Input> {
        let input = self.input(path)?;
        if input.path().is_some() {
            return Ok(input);
        }
        let bytes = input.read(
            "lockfile-size",
            self.options.limits.lockfile_size,
            &self.cancel,
        )?;
        Ok(Input::from_bytes(input.label(), bytes))
    }

    /// Watches the next piece of work.
    pub(crate) fn meter(&self) -> Meter {
        let visible = self.streams.stderr_terminal && !self.quiet;
        Meter::new(visible, self.tick.clone())
    }

    /// Whether people read what is said.
    pub(crate) fn speaks(&self) -> bool {
        self.format == Output::Text
    }

    pub(crate) fn json(&self) -> bool {
        self.format == Output::Json
    }

    pub(crate) fn sarif(&self) -> bool {
        self.format == Output::Sarif
    }

    /// A report as programs read it, where it was asked for in such a form.
    pub(crate) fn for_programs(&self, report: &Report) -> Option<String> {
        match self.format {
            Output::Text => None,
            Output::Json => Some(report.to_json() + "\n"),
            Output::Sarif => Some(report.to_sarif() + "\n"),
        }
    }

    pub(crate) fn out_paint(&self) -> Paint {
        self.out_paint
    }

    pub(crate) fn err_paint(&self) -> Paint {
        self.err_paint
    }

    /// Lets the verdict count in the exit code.
    pub(crate) fn judge(&mut self, report: &Report) {
        if report.verdict != Verdict::Pass {
            self.code = self.code.max(FOUND);
        }
    }

    /// Raises the exit code.
    pub(crate) fn raise(&mut self, code: u8) {
        self.code = self.code.max(code);
    }

    /// The exit code so far.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Writes a result to standard output.
    pub(crate) fn print(&mut self, text: &str) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.print_document(text.as_bytes())
    }

    /// Writes what was asked for to standard output, also when quiet.
    pub(crate) fn print_document(&mut self, bytes: &[u8]) -> Result<()> {
        write_all(&mut self.streams.stdout, bytes)
            .map_err(|error| Error::from_io(&error).at_path("standard output"))
    }

    /// Writes a remark to standard error. That nobody reads it changes nothing.
    pub(crate) fn remark(&mut self, text: &str) {
        if !self.quiet {
            let _ = write_all(&mut self.streams.stderr, text.as_bytes());
        }
    }

    /// Shows an error, once, and makes the exit code 2.
    pub(crate) fn fail(&mut self, error: &Error) {
        self.raise(FAULT);
        let error = if self.cancel.is_cancelled() && error.kind() != ErrorKind::Cancelled {
            // An interrupted read shows as an I/O error.
            self.cancel.check().err().unwrap_or_else(|| error.clone())
        } else {
            error.clone()
        };
        if self.last_error.as_ref() == Some(&error) {
            return;
        }
        let text = if self.json() {
            error.to_json() + "\n"
        } else {
            render::error(&error, self.err_paint)
        };
        // Nobody is left to tell where standard error is gone.
        let _ = write_all(&mut self.streams.stderr, text.as_bytes());
        self.last_error = Some(error);
    }
}
