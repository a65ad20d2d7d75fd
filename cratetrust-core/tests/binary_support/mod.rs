//! Small programs of every container, whole and broken, for the tests of evidence in binaries.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by several test programs, each of which uses a part"
)]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// A text as cargo-auditable compresses it.
pub(crate) fn packed(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// An ELF file of 64 bits with these sections; of each the header's kind is `SHT_PROGBITS`.
pub(crate) fn elf(sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut names = vec![0];
    let mut body = vec![0; 64];
    let mut headers = vec![0u8; 64];
    let mut add = |names: &mut Vec<u8>, name: &str, bytes: &[u8], body: &mut Vec<u8>| {
        let at = names.len() as u32;
        names.extend_from_slice(name.as_bytes());
        names.push(0);
        let bytes = if name == ".shstrtab" {
            names.clone()
        } else {
            bytes.to_vec()
        };
        headers.extend(at.to_le_bytes());
        headers.extend(1u32.to_le_bytes());
        headers.extend([0; 16]);
        headers.extend((body.len() as u64).to_le_bytes());
        headers.extend((bytes.len() as u64).to_le_bytes());
        headers.extend([0; 24]);
        body.extend(bytes);
    };
    for (name, bytes) in sections {
        add(&mut names, name, bytes, &mut body);
    }
    add(&mut names, ".shstrtab", &[], &mut body);
    let count = sections.len() as u16 + 2;
    let table = body.len() as u64;
    body[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    body[18..20].copy_from_slice(&62u16.to_le_bytes());
    body[40..48].copy_from_slice(&table.to_le_bytes());
    body[58..60].copy_from_slice(&64u16.to_le_bytes());
    body[60..62].copy_from_slice(&count.to_le_bytes());
    body[62..64].copy_from_slice(&(count - 1).to_le_bytes());
    body.extend(headers);
    body
}

/// An ELF file that holds a list.
pub(crate) fn listing(list: &str) -> Vec<u8> {
    elf(&[(".dep-v0", &packed(list))])
}

/// A PE file with one section.
pub(crate) fn pe(name: &[u8; 8], bytes: &[u8]) -> Vec<u8> {
    let mut out = b"MZ".to_vec();
    out.resize(0x3c, 0);
    out.extend(64u32.to_le_bytes());
    out.extend(b"PE\0\0\x64\x86\x01\0");
    out.extend([0; 16]);
    out.extend(name);
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend([0; 4]);
    // What lies in the file is filled up.
    let size = bytes.len().next_multiple_of(512);
    out.extend((size as u32).to_le_bytes());
    out.extend(512u32.to_le_bytes());
    out.resize(512, 0);
    out.extend(bytes);
    out.resize(512 + size, 0);
    out
}

/// A Mach-O file of 64 bits with one segment of one section.
pub(crate) fn macho(cpu: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0xcf, 0xfa, 0xed, 0xfe];
    out.extend(cpu.to_le_bytes());
    for field in [3u32, 2, 1, 152, 0, 0, 0x19, 152] {
        out.extend(field.to_le_bytes());
    }
    out.extend([0; 56]);
    out.extend(1u32.to_le_bytes());
    out.extend([0; 4]);
    out.extend(b".dep-v0\0\0\0\0\0\0\0\0\0__DATA\0\0\0\0\0\0\0\0\0\0");
    out.extend([0; 8]);
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(184u32.to_le_bytes());
    out.extend([0; 28]);
    assert_eq!(out.len(), 184);
    out.extend(bytes);
    out
}

/// A universal file; of each program the place and the size are as given, where they are given.
pub(crate) fn universal(programs: &[Vec<u8>], places: Option<&[(u32, u32)]>) -> Vec<u8> {
    let mut out = vec![0xca, 0xfe, 0xba, 0xbe];
    out.extend((programs.len() as u32).to_be_bytes());
    let mut body = Vec::new();
    let start = 8 + 20 * programs.len();
    for (at, program) in programs.iter().enumerate() {
        let place = (start + body.len()) as u32;
        let own = (place, program.len() as u32);
        let (place, size) = places.map_or(own, |places| places[at]);
        for field in [0x0100_0007 + at as u32, 3, place, size, 0] {
            out.extend(field.to_be_bytes());
        }
        body.extend_from_slice(program);
    }
    out.extend(body);
    out
}

/// A section of WebAssembly.
pub(crate) fn wasm_section(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    leb(content.len(), &mut out);
    out.extend_from_slice(content);
    out
}

/// A custom section of WebAssembly.
pub(crate) fn wasm_custom(name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    leb(name.len(), &mut body);
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    wasm_section(0, &body)
}

/// A module, or a component, of these sections.
pub(crate) fn wasm(is_component: bool, sections: &[Vec<u8>]) -> Vec<u8> {
    let version: [u8; 4] = if is_component {
        [13, 0, 1, 0]
    } else {
        [1, 0, 0, 0]
    };
    let mut out = b"\0asm".to_vec();
    out.extend(version);
    out.extend(sections.concat());
    out
}

fn leb(mut value: usize, out: &mut Vec<u8>) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}
