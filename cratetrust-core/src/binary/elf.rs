//! ELF, of 32 and 64 bits and either byte order (System V ABI, "Object Files").

use super::{LIST, Order, Program, View, number, unknown};
use crate::error::{Error, Result};

/// Bytes of section names beyond which nobody needs to look: a linked program has a few dozen names.
const LONGEST_NAMES: u64 = 1 << 20;
/// A section that takes no bytes in the file.
const NOBITS: u64 = 8;

pub(super) fn read(view: &mut View<'_>) -> Result<Program> {
    let ident = view.read(0, 16)?;
    let wide = match ident.get(4) {
        Some(1) => false,
        Some(2) => true,
        _ => return Err(unknown("an ELF file of neither 32 nor 64 bits")),
    };
    let order = match ident.get(5) {
        Some(1) => Order::Little,
        Some(2) => Order::Big,
        _ => return Err(unknown("an ELF file of an unknown byte order")),
    };
    let header = view.read(0, if wide { 64 } else { 52 })?;
    let field = |narrow_at, wide_at, width| {
        number(
            &header,
            if wide { wide_at } else { narrow_at },
            width,
            order,
        )
    };
    let mut program = Program {
        arch: arch(field(18, 18, 2)),
        ..Program::default()
    };
    let table = field(32, 40, if wide { 8 } else { 4 });
    if table == 0 {
        // Stripped down to what is loaded.
        return Ok(program);
    }
    let stride = usize::try_from(field(46, 58, 2)).unwrap_or(0);
    if stride < if wide { 64 } else { 40 } {
        return Err(
            Error::parse("the headers of sections are too short").at_offset(view.place(table))
        );
    }
    let (mut count, mut names) = (field(48, 60, 2), field(50, 62, 2));
    let section = |bytes: &[u8]| Header::read(bytes, wide, order);
    if count == 0 || names == 0xffff {
        // Numbers that do not fit stand in the first section.
        let first = section(&view.read(table, stride)?);
        if count == 0 {
            count = first.size;
        }
        if names == 0xffff {
            names = first.link;
        }
    }
    if count == 0 {
        return Ok(program);
    }
    if names >= count {
        return Err(
            Error::parse("the section of names does not exist").at_offset(view.place(table))
        );
    }
    view.count(count)?;
    let at = table.saturating_add(names.saturating_mul(stride as u64));
    let names = section(&view.read(at, stride)?);
    if names.size > LONGEST_NAMES {
        return Err(
            Error::parse("the names of sections are longer than any program's")
                .at_offset(view.place(at)),
        );
    }
    let length = usize::try_from(names.size).unwrap_or(0);
    let names = view.read(names.offset, length)?;
    view.table(table, stride, count, |view, bytes| {
        let header = section(bytes);
        let name = usize::try_from(header.name)
            .ok()
            .and_then(|at| names.get(at..));
        let name = name.unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if name == LIST {
            if header.kind == NOBITS {
                return Err(Error::parse("the section `.dep-v0` has no bytes")
                    .at_offset(view.place(header.offset)));
            }
            let list = view.list(header.offset, header.size)?;
            program.set_list(list)?;
        } else if name == b".comment" && header.kind != NOBITS {
            for text in view.comment(header.offset, header.size)?.split(|b| *b == 0) {
                let text = String::from_utf8_lossy(text);
                let version = text.strip_prefix("rustc version ");
                if let Some(version) = version.and_then(|rest| rest.split(' ').next()) {
                    program.add_compiler(version);
                }
            }
        }
        Ok(())
    })?;
    Ok(program)
}

struct Header {
    name: u64,
    kind: u64,
    offset: u64,
    size: u64,
    link: u64,
}

impl Header {
    fn read(bytes: &[u8], wide: bool, order: Order) -> Self {
        let field = |at, width| number(bytes, at, width, order);
        let (offset, size, link) = if wide {
            (field(24, 8), field(32, 8), field(40, 4))
        } else {
            (field(16, 4), field(20, 4), field(24, 4))
        };
        Self {
            name: field(0, 4),
            kind: field(4, 4),
            offset,
            size,
            link,
        }
    }
}

fn arch(machine: u64) -> Option<&'static str> {
    Some(match machine {
        2 => "sparc",
        3 => "x86",
        8 => "mips",
        20 => "powerpc",
        21 => "powerpc64",
        22 => "s390x",
        40 => "arm",
        43 => "sparc64",
        62 => "x86_64",
        183 => "aarch64",
        243 => "riscv",
        258 => "loongarch",
        _ => return None,
    })
}
