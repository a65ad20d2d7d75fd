//! The cfgs of every target of one rustc release, kept as text.

use std::rc::Rc;

use super::cfg::{Cfg, Cfgs};
use crate::error::{Error, ErrorKind, Result};

/// `UPDATE_TARGETS=1 cargo test --test targets` writes it anew from the installed rustc; the lines
/// that begin with `#` tell how it is read.
#[cfg(feature = "targets")]
const TEXT: &str = include_str!("table.txt");
#[cfg(not(feature = "targets"))]
const TEXT: &str = "";

static EMBEDDED: Table = Table { text: TEXT };

const RUSTC: &str = "rustc ";
/// Stands for what the column holds in the row before.
const DITTO: &str = "\"";
/// Stands for no value at all.
const NONE: &str = "-";
/// Stands for the value that is the empty string.
const EMPTY: &str = "_";
/// The column of names that have no value.
const NAMES: &str = "names";

/// The cfgs that rustc sets for its targets, as cargo sees them: asked with all crate types at once,
/// which turns `crt-static` off where it is optional, and without `proc_macro`.
#[derive(Debug)]
pub struct Table {
    text: &'static str,
}

impl Table {
    /// The table of this build; an empty one if it was built without the cargo feature `targets`.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// The rustc release that the table was made with, as in `1.95`; `None` for the empty table.
    pub fn version(&self) -> Option<&'static str> {
        self.text.lines().find_map(|line| line.strip_prefix(RUSTC))
    }

    /// The triples of all targets, sorted.
    pub fn triples(&self) -> impl Iterator<Item = &'static str> {
        self.lines()
            .skip(1)
            .filter_map(|line| line.split(' ').next())
    }

    /// The cfgs of the target `triple`, if rustc has a target of that name.
    pub fn get(&self, triple: &str) -> Option<Cfgs> {
        let mut rows = self.rows();
        rows.find(|(_, row)| row.first() == Some(&triple))
            .map(|(keys, row)| of_row(&keys, &row))
    }

    /// Every target and its cfgs, sorted by triple.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, Cfgs)> {
        let rows = self.rows();
        rows.filter_map(|(keys, row)| Some((*row.first()?, of_row(&keys, &row))))
    }

    /// The columns' names, and the cells of each row, written out.
    fn rows(&self) -> impl Iterator<Item = (Rc<[&'static str]>, Vec<&'static str>)> {
        let mut lines = self.lines();
        let keys: Rc<[&str]> = lines
            .next()
            .map_or_else(|| [].into(), |line| line.split(' ').collect());
        let mut row: Vec<&str> = vec![NONE; keys.len()];
        lines.map(move |line| {
            for (cell, written) in row.iter_mut().zip(line.split(' ')) {
                if written != DITTO {
                    *cell = written;
                }
            }
            (keys.clone(), row.clone())
        })
    }

    /// The cfgs of the target `triple`.
    ///
    /// # Errors
    /// `InvalidArgument` where rustc has no such target, naming a near one; `Unsupported` where this
    /// build has no table.
    pub fn require(&self, triple: &str) -> Result<Cfgs> {
        let Some(version) = self.version() else {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "this build holds no target table (cargo feature `targets`)",
            ));
        };
        self.get(triple).ok_or_else(|| {
            let mut message = format!("rustc {version} has no target `{triple}`");
            if let Some(near) = self.nearest(triple) {
                message.push_str(&format!("; did you mean `{near}`?"));
            }
            Error::invalid(message)
        })
    }

    /// The target that shares most parts of its triple with what was asked for, if two or more.
    fn nearest(&self, triple: &str) -> Option<&'static str> {
        // A hostile argument may be of any length, a triple has five parts at most.
        let parts: Vec<&str> = triple.split('-').take(8).collect();
        self.triples()
            .map(|name| {
                let shared = name.split('-').filter(|part| parts.contains(part)).count();
                (shared, name)
            })
            .filter(|(shared, _)| *shared > 1)
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map(|(_, name)| name)
    }

    /// The row of the columns' names, then a row a target.
    fn lines(&self) -> impl Iterator<Item = &'static str> {
        self.text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.starts_with(RUSTC))
    }
}

/// The cfgs of a row.
fn of_row(keys: &[&str], row: &[&str]) -> Cfgs {
    let columns = keys.iter().zip(row).skip(1);
    columns.flat_map(|(key, cell)| cfgs(key, cell)).collect()
}

/// The cfgs that a cell of the column `key` stands for.
fn cfgs(key: &str, cell: &str) -> impl Iterator<Item = Cfg> {
    let values = (cell != NONE).then_some(cell);
    values
        .into_iter()
        .flat_map(|cell| cell.split(','))
        .flat_map(move |value| {
            if key == NAMES {
                return [Some(Cfg::new(value, None)), None];
            }
            // rustc sets the two oldest families as names too.
            let name = key == "target_family" && matches!(value, "unix" | "windows");
            let value = if value == EMPTY { "" } else { value };
            [
                Some(Cfg::new(key, Some(value))),
                name.then(|| Cfg::new(value, None)),
            ]
        })
        .flatten()
}
