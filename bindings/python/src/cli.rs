//! The command, in this process.

use std::ffi::OsString;
use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

use cratetrust_cli::{Streams, run};
use pyo3::prelude::*;

use crate::call::{Call, INTERVAL, Raised};
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
            stdin: Box::new(Stdin::new(call.raised.clone())),
            ..Streams::standard()
        };
        Ok(run(args.0, streams, call.token.clone(), Some(call.tick())))
    })
}

/// Standard input that a signal can stop while it waits for more.
///
/// A thread of its own reads it: a signal that comes just before a read would not end that read.
struct Stdin {
    raised: Raised,
    chunks: Option<Receiver<io::Result<Vec<u8>>>>,
    chunk: Cursor<Vec<u8>>,
}

impl Stdin {
    fn new(raised: Raised) -> Self {
        Self {
            raised,
            chunks: None,
            chunk: Cursor::default(),
        }
    }

    /// The next chunk; an empty one at the end.
    fn next(&mut self) -> io::Result<Vec<u8>> {
        let chunks = self.chunks.get_or_insert_with(|| {
            let (sender, receiver) = sync_channel(1);
            std::thread::spawn(move || read_chunks(&sender));
            receiver
        });
        loop {
            match chunks.recv_timeout(INTERVAL) {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            match Python::try_attach(|py| py.check_signals()) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    self.raised.keep(error);
                    return Err(io::Error::other("stopped by a signal"));
                }
                None => return Err(io::Error::other("the Python interpreter is shutting down")),
            }
        }
    }
}

impl Read for Stdin {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.chunk.read(into)?;
        if read > 0 || into.is_empty() {
            return Ok(read);
        }
        self.chunk = Cursor::new(self.next()?);
        self.chunk.read(into)
    }
}

fn read_chunks(sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let chunk = match io::stdin().read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
            Ok(count) => Ok(buffer.get(..count).unwrap_or_default().to_vec()),
        };
        let last = chunk.as_ref().map_or(true, Vec::is_empty);
        if sender.send(chunk).is_err() || last {
            return;
        }
    }
}
