//! The command, in this process.

use std::ffi::OsString;
use std::io::{ErrorKind, Read};

use cratetrust_cli::{Streams, run};
use pyo3::prelude::*;

use crate::call::{Call, Raised};
use crate::convert::Many;

/// Runs the `cratetrust` command on the standard streams of this process and returns its exit
/// code. `args` begins with the program's name.
///
/// A signal handler that raises, as that of Ctrl-C does, stops the command and raises here.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, args: Many<OsString>) -> PyResult<u8> {
    let call = Call::default();
    call.run(py, None, || {
        let streams = Streams {
            stdin: Box::new(Stdin {
                raised: call.raised.clone(),
            }),
            ..Streams::standard()
        };
        Ok(run(args.0, streams, call.token.clone(), Some(call.tick())))
    })
}

/// Standard input that a signal can stop while it waits for more.
struct Stdin {
    raised: Raised,
}

impl Read for Stdin {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = std::io::stdin().read(into);
            if !read
                .as_ref()
                .is_err_and(|e| e.kind() == ErrorKind::Interrupted)
            {
                return read;
            }
            match Python::try_attach(|py| py.check_signals()) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    self.raised.keep(error);
                    return Err(std::io::Error::other("stopped by a signal"));
                }
                None => return read,
            }
        }
    }
}
