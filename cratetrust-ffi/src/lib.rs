//! libcratetrust: the C ABI, number 0.
//!
//! C programs read `include/cratetrust.h`, which is made from this crate. Every exported function
//! has the same shape: it turns pointers into references through the macros of `handle` and
//! `text`, does its work inside the panic boundary of `boundary`, and hands a status back. Nothing
//! is decided here; verdicts, parsing and hashing are the core's.
#![allow(unsafe_code, reason = "this crate is the boundary to C")]
#![allow(
    non_camel_case_types,
    reason = "the handle types carry their C names, so that a search finds both"
)]
#![allow(
    clippy::missing_safety_doc,
    reason = "the NULL, Ownership and Threads lines of each function are its contract, in C's words"
)]

#[macro_use]
mod boundary;
#[macro_use]
mod handle;
#[macro_use]
mod text;

// The header has this order; blank lines keep it from being sorted by name.
mod version;

mod status;

mod error;

mod buf;

mod cancel;

mod input;

mod options;

mod selection;

mod verifier;

mod lockfile;

mod report;

mod finding;

mod bom;

mod verbs;

#[cfg(feature = "test-hooks")]
mod test_hooks;

pub use bom::*;
pub use buf::*;
pub use cancel::*;
pub use error::*;
pub use finding::*;
pub use input::*;
pub use lockfile::*;
pub use options::*;
pub use report::*;
pub use selection::*;
pub use status::*;
#[cfg(feature = "test-hooks")]
pub use test_hooks::*;
pub use verbs::*;
pub use verifier::*;
pub use version::*;
