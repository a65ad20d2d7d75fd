//! Mach-O, the programs of Apple's systems, alone or several in a universal file (Apple, `loader.h`
//! and `fat.h`).

use super::{LIST, MAGIC_LENGTH, Order, Program, View, number, unknown};
use crate::error::{Error, Result};

/// A Java class begins with the same bytes; what follows is its version, from 45.
const FIRST_JAVA: u64 = 45;
const SEGMENT: u64 = 1;
const SEGMENT_64: u64 = 0x19;

pub(super) fn read(view: &mut View<'_>) -> Result<Program> {
    let magic = view.read(0, MAGIC_LENGTH)?;
    let (wide, order) = match magic.as_slice() {
        [0xfe, 0xed, 0xfa, last] => (*last == 0xcf, Order::Big),
        [first @ (0xce | 0xcf), 0xfa, 0xed, 0xfe] => (*first == 0xcf, Order::Little),
        _ => return Err(unknown("no Mach-O program").at_offset(view.place(0))),
    };
    let header = view.read(0, if wide { 32 } else { 28 })?;
    let field = |at| number(&header, at, 4, order);
    let mut program = Program {
        arch: arch(field(4)),
        ..Program::default()
    };
    let (count, length) = (field(16), field(20));
    let start = header.len() as u64;
    view.holds(start, length)?;
    view.count(count)?;
    let (mut at, end) = (start, start + length);
    let mut sections = 0;
    for _ in 0..count {
        view.cancel.check()?;
        let odd = |at| Error::parse("a load command reaches beyond the list of them").at_offset(at);
        if end - at < 8 {
            return Err(odd(view.place(at)));
        }
        let head = view.read(at, 8)?;
        let (command, size) = (number(&head, 0, 4, order), number(&head, 4, 4, order));
        if size < 8 || size > end - at {
            return Err(odd(view.place(at)));
        }
        let layout = match command {
            SEGMENT => Some((56, 68, 48)),
            SEGMENT_64 => Some((72, 80, 64)),
            _ => None,
        };
        if let Some((head, stride, count_at)) = layout
            && size >= head
        {
            let count = number(&view.read(at + count_at, 4)?, 0, 4, order);
            let fits = count
                .checked_mul(stride as u64)
                .is_some_and(|all| all <= size - head);
            if !fits {
                return Err(odd(view.place(at)));
            }
            sections += count;
            view.count(sections)?;
            view.table(at + head, stride, count, |view, section| {
                let name = section.get(..16).unwrap_or_default();
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                if name != LIST {
                    return Ok(());
                }
                let field = |at, width| number(section, at, width, order);
                let (length, offset) = if stride == 80 {
                    (field(40, 8), field(48, 4))
                } else {
                    (field(36, 4), field(40, 4))
                };
                let list = view.list(offset, length)?;
                program.set_list(list)
            })?;
        }
        at += size;
    }
    Ok(program)
}

/// Several programs in one file: for each a place, which no other may share.
pub(super) fn read_universal(view: &mut View<'_>) -> Result<Vec<Program>> {
    let header = view.read(0, 8)?;
    let wide = header.get(3) == Some(&0xbf);
    let count = number(&header, 4, 4, Order::Big);
    if count >= FIRST_JAVA && !wide {
        return Err(unknown(
            "a Java class, or a universal file of more programs than there are processors",
        ));
    }
    let mut places = Vec::new();
    view.table(8, if wide { 32 } else { 20 }, count, |view, entry| {
        let field = |at, width| number(entry, at, width, Order::Big);
        let (start, size) = if wide {
            (field(8, 8), field(16, 8))
        } else {
            (field(8, 4), field(12, 4))
        };
        view.holds(start, size)?;
        places.push((start, size));
        Ok(())
    })?;
    if places.is_empty() {
        return Err(Error::parse("a universal file without a program").at_offset(4));
    }
    places.sort_unstable();
    for pair in places.windows(2) {
        if let [(start, size), (next, _)] = pair
            && start + size > *next
        {
            return Err(Error::parse("two programs of a universal file overlap").at_offset(*next));
        }
    }
    let mut programs = Vec::new();
    for (start, size) in places {
        let mut slice = View {
            image: view.image,
            start: view.start + start,
            size,
            limits: view.limits,
            cancel: view.cancel,
        };
        programs.push(read(&mut slice)?);
    }
    Ok(programs)
}

fn arch(cpu: u64) -> Option<&'static str> {
    Some(match cpu {
        7 => "x86",
        12 => "arm",
        18 => "powerpc",
        0x0100_0007 => "x86_64",
        0x0100_000c => "aarch64",
        0x0200_000c => "arm64_32",
        _ => return None,
    })
}
