//! The built command, as a user runs it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod evidence;
mod files;
mod page;
mod selection;
mod support;
mod usage;
mod users;
mod verbs;
