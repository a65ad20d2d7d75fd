#![no_std]
#![no_main]
use num_traits::ToPrimitive;
#[derive(Debug, thiserror::Error)]
#[error("none")]
struct None;
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    // What the messages hold must stay in the program.
    core::hint::black_box(info.location().map(|place| place.file().as_ptr()));
    loop {}
}
#[no_mangle]
pub extern "C" fn _start() -> ! {
    let hay = core::hint::black_box(&b"a needle"[..]);
    let at = memchr::memmem::Finder::new(b"needle").find(hay).ok_or(None);
    let mut buffer = itoa::Buffer::new();
    let text = buffer.format(at.map_or(0, |at| at.to_u8().unwrap_or(0)));
    core::hint::black_box(text.as_bytes()[core::hint::black_box(0)]);
    core::hint::black_box(env!("SEED"));
    loop {}
}
#[no_mangle]
pub unsafe extern "C" fn memcpy(d: *mut u8, s: *const u8, n: usize) -> *mut u8 {
    let mut i = 0;
    while i < n {
        *d.add(i) = *s.add(i);
        i += 1;
    }
    d
}
#[no_mangle]
pub unsafe extern "C" fn memset(d: *mut u8, c: i32, n: usize) -> *mut u8 {
    let mut i = 0;
    while i < n {
        *d.add(i) = c as u8;
        i += 1;
    }
    d
}
#[no_mangle]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    let mut i = 0;
    while i < n {
        let (x, y) = (*a.add(i), *b.add(i));
        if x != y {
            return x as i32 - y as i32;
        }
        i += 1;
    }
    0
}
#[no_mangle]
pub unsafe extern "C" fn memmove(d: *mut u8, s: *const u8, n: usize) -> *mut u8 {
    if (d as usize) < s as usize {
        memcpy(d, s, n)
    } else {
        let mut i = n;
        while i > 0 {
            i -= 1;
            *d.add(i) = *s.add(i);
        }
        d
    }
}
#[no_mangle]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    memcmp(a, b, n)
}
#[no_mangle]
pub extern "C" fn rust_eh_personality() {}
