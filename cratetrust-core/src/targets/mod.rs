//! Targets and the conditions on them: the cfgs of every target that rustc knows, and the keys of
//! `[target.'…'.dependencies]` tables.
//!
//! A key is a target triple or `cfg(…)`; [`Platform`] reads both as cargo does. What it is asked
//! about are the [`Cfgs`] of a target, which [`Table`] holds for the rustc release that it names.

pub mod cfg;
mod table;

pub use cfg::{Cfg, Cfgs, Expr, Platform};
pub use table::Table;
