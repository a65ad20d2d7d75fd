//! cratetrust answers three questions about Rust crates, with no cargo, no network and no trust in
//! its input: is this the crate that the lockfile names, what is in this build, and does this SBOM
//! tell the truth.
//!
//! The library reports findings; the caller decides. It never reads the clock, the environment or
//! the network, never runs code and never writes to disk.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests"
    )
)]

pub mod archive;
mod binary;
pub mod bom;
pub mod digest;
mod enrich;
pub mod error;
pub mod evidence;
pub mod input;
mod inspect;
pub mod limits;
pub mod lockfile;
pub mod manifest;
pub mod options;
pub mod package;
pub mod profile;
pub mod progress;
mod proven;
pub mod registry;
pub mod report;
pub mod resolve;
pub mod sbom;
pub mod targets;
pub mod text;
mod verbs;
pub mod verifier;
pub mod verify;

pub use error::{Error, ErrorKind, Result};
pub use input::Input;
pub use inspect::{Inspection, inspect};
pub use limits::Limits;
pub use options::Options;
pub use progress::{CancelToken, Observer, Progress};
#[doc(hidden)]
pub use verbs::verify_package_with;
pub use verbs::{Generated, diff_lockfiles, generate_sbom, verify_package, verify_sbom};

/// The library's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
