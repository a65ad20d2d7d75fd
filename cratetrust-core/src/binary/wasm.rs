//! WebAssembly modules, also those inside of components (WebAssembly specification, "Binary Format").

use super::{CHUNK, LIST, Program, View};
use crate::error::{Error, Result};

/// Bytes of a section's number and its length.
const HEAD: u64 = 6;
/// Bytes of a section's name that anybody looks for, with its length.
const NAME: u64 = 16;
const CUSTOM: u8 = 0;
const NESTED_MODULE: u8 = 1;
const NESTED_COMPONENT: u8 = 4;

pub(super) fn read(view: &mut View<'_>) -> Result<Program> {
    let mut program = Program {
        arch: Some("wasm"),
        ..Program::default()
    };
    let mut open = vec![(0, view.size, 0)];
    let mut sections = 0;
    while let Some((start, end, depth)) = open.pop() {
        let header = view.read(start, 8)?;
        if !header.starts_with(b"\0asm") {
            return Err(Error::parse("no module stands here").at_offset(view.place(start)));
        }
        let is_component = match header.get(4..) {
            Some([1, 0, 0, 0]) => false,
            // The layer of components; its versions are still counted up.
            Some([_, _, 1, 0]) => true,
            _ => {
                let message = "a module of a version that is not known";
                return Err(Error::parse(message).at_offset(view.place(start + 4)));
            }
        };
        let mut at = start + 8;
        while at < end {
            view.cancel.check()?;
            sections += 1;
            view.count(sections)?;
            let head = view.read(at, within(HEAD, at, end))?;
            let (kind, rest) = head.split_first().unwrap_or((&CUSTOM, &[]));
            let (size, digits) = leb(rest).ok_or_else(|| odd(view.place(at)))?;
            let content = at + 1 + digits;
            let next = content + size;
            if next > end {
                return Err(odd(view.place(at)));
            }
            match *kind {
                CUSTOM => custom(view, &mut program, content, next)?,
                NESTED_MODULE | NESTED_COMPONENT if is_component => {
                    if depth >= view.limits.nesting {
                        let message = "modules lie deeper in each other than the limit allows";
                        return Err(Error::limit("nesting", view.limits.nesting, message));
                    }
                    open.push((content, next, depth + 1));
                }
                _ => {}
            }
            at = next;
        }
    }
    Ok(program)
}

fn custom(view: &mut View<'_>, program: &mut Program, start: u64, end: u64) -> Result<()> {
    let head = view.read(start, within(NAME, start, end))?;
    let (length, digits) = leb(&head).ok_or_else(|| odd(view.place(start)))?;
    let content = start + digits + length;
    if content > end {
        return Err(odd(view.place(start)));
    }
    let from = usize::try_from(digits).unwrap_or(0);
    let name = head.get(from..).unwrap_or_default();
    let name = usize::try_from(length)
        .ok()
        .and_then(|length| name.get(..length));
    match name {
        Some(name) if name == LIST => {
            let list = view.list(content, end - content)?;
            program.set_list(list)
        }
        Some(b"producers") => {
            let text = view.comment(content, end - content)?;
            producers(&text, program);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The tools that made the module: fields, each a name and a list of tools with their versions.
/// What is no such list tells nothing.
fn producers(bytes: &[u8], program: &mut Program) -> Option<()> {
    let mut rest = bytes;
    let fields = take_number(&mut rest)?;
    for _ in 0..fields {
        take_text(&mut rest)?;
        let tools = take_number(&mut rest)?;
        for _ in 0..tools {
            let (name, version) = (take_text(&mut rest)?, take_text(&mut rest)?);
            if name == b"rustc" {
                let version = String::from_utf8_lossy(version);
                program.add_compiler(version.split(' ').next().unwrap_or_default());
            }
        }
    }
    Some(())
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let (value, digits) = leb(rest)?;
    *rest = rest.get(usize::try_from(digits).ok()?..)?;
    Some(value)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(text)
}

/// An unsigned number of 32 bits, and how many bytes it takes (LEB128).
fn leb(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return (value <= u64::from(u32::MAX)).then_some((value, at as u64 + 1));
        }
    }
    None
}

fn within(wanted: u64, at: u64, end: u64) -> usize {
    usize::try_from(wanted.min(end.saturating_sub(at))).unwrap_or(CHUNK)
}

fn odd(at: u64) -> Error {
    Error::parse("a section reaches beyond what holds it").at_offset(at)
}
