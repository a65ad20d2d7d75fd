//! PE, the programs of Windows (Microsoft, "PE Format").

use super::{LIST, Order, Program, View, number, unknown};
use crate::error::Result;

/// The header of the DOS program that every one of them begins with.
const DOS_HEADER: u64 = 64;

pub(super) fn read(view: &mut View<'_>) -> Result<Program> {
    if view.size < DOS_HEADER {
        return Err(unknown(
            "it begins like a program of DOS and ends before its header",
        ));
    }
    let le = |bytes: &[u8], at, width| number(bytes, at, width, Order::Little);
    let start = le(&view.read(0x3c, 4)?, 0, 4);
    let header = view.read(start, 24)?;
    if !header.starts_with(b"PE\0\0") {
        return Err(unknown("a program of DOS, or no program").at_offset(view.place(start)));
    }
    let mut program = Program {
        arch: match le(&header, 4, 2) {
            0x14c => Some("x86"),
            0x1c0 | 0x1c4 => Some("arm"),
            0x8664 => Some("x86_64"),
            0xaa64 => Some("aarch64"),
            _ => None,
        },
        ..Program::default()
    };
    let (count, optional) = (le(&header, 6, 2), le(&header, 20, 2));
    view.table(start + 24 + optional, 40, count, |view, section| {
        let name = section.get(..8).unwrap_or_default();
        if name.strip_prefix(LIST) != Some(&[0]) {
            return Ok(());
        }
        // What lies in the file is rounded up; a linker may leave the other size out.
        let (in_memory, in_file) = (le(section, 8, 4), le(section, 16, 4));
        let length = if in_memory == 0 {
            in_file
        } else {
            in_memory.min(in_file)
        };
        let list = view.list(le(section, 20, 4), length)?;
        program.set_list(list)
    })?;
    Ok(program)
}
