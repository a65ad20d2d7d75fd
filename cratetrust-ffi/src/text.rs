//! Text and bytes across the boundary.

use libc::{c_char, size_t};

use cratetrust_core::{Error, ErrorKind};

use crate::boundary::{Failure, Outcome, guard};

/// UTF-8 text with a NUL after it, made once, so that lending it cannot fail.
///
/// A NUL inside the text stays: the length tells the truth, and C's view stops there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(Box<str>);

impl Text {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.push('\0');
        Self(text.into())
    }

    pub(crate) fn opt(text: Option<impl Into<String>>) -> Option<Self> {
        text.map(Self::new)
    }

    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    /// The text without the NUL after it.
    pub(crate) fn as_str(&self) -> &str {
        self.0.get(..self.0.len() - 1).unwrap_or_default()
    }
}

/// Lends a text of an object and stores its length; NULL and 0 where there is none.
pub(crate) fn lend<O>(
    object: Option<&O>,
    len: Option<&mut size_t>,
    get: impl FnOnce(&O) -> Option<&Text>,
) -> *const c_char {
    let (text, length) = guard((std::ptr::null(), 0), || {
        let text = object.and_then(get);
        text.map_or((std::ptr::null(), 0), |text| {
            (text.as_ptr(), text.as_str().len())
        })
    });
    if let Some(len) = len {
        *len = length;
    }
    text
}

/// Bytes given by the caller; NULL with a length of 0 is empty.
///
/// # Safety
/// `data` is NULL or points at `len` readable bytes that nobody changes meanwhile.
pub(crate) unsafe fn bytes<'a>(
    data: *const u8,
    len: size_t,
    name: &'static str,
) -> Outcome<&'a [u8]> {
    if data.is_null() {
        return if len == 0 {
            Ok(&[])
        } else {
            Err(Failure::Null(name))
        };
    }
    if isize::try_from(len).is_err() {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!("`{name}` cannot be {len} bytes long"),
        )
        .into());
    }
    // SAFETY: not NULL, of a possible length, and readable, says the caller.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// Text given by the caller, which must be UTF-8; NULL is `None`.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn optional<'a>(
    text: *const c_char,
    len: size_t,
    name: &'static str,
) -> Outcome<Option<&'a str>> {
    // SAFETY: the same contract.
    let bytes = unsafe { bytes(text.cast(), len, name) }?;
    if text.is_null() {
        return Ok(None);
    }
    std::str::from_utf8(bytes).map(Some).map_err(|e| {
        Error::new(ErrorKind::InvalidUtf8, format!("`{name}` is not UTF-8"))
            .at_offset(e.valid_up_to() as u64)
            .into()
    })
}

/// As [`optional`], where NULL is a failure.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn required<'a>(
    text: *const c_char,
    len: size_t,
    name: &'static str,
) -> Outcome<&'a str> {
    // SAFETY: the same contract.
    unsafe { optional(text, len, name) }?.ok_or(Failure::Null(name))
}

/// The caller's text, required: pointer and length.
macro_rules! text {
    ($text:ident, $len:ident) => {
        // SAFETY: the exported function's contract: NULL or that many readable bytes.
        unsafe { $crate::text::required($text, $len, stringify!($text)) }
    };
}

/// The caller's text, where NULL stands for none: pointer and length.
macro_rules! optional_text {
    ($text:ident, $len:ident) => {
        // SAFETY: the exported function's contract: NULL or that many readable bytes.
        unsafe { $crate::text::optional($text, $len, stringify!($text)) }
    };
}

/// The caller's bytes: pointer and length.
macro_rules! bytes {
    ($data:ident, $len:ident) => {
        // SAFETY: the exported function's contract: NULL or that many readable bytes.
        unsafe { $crate::text::bytes($data, $len, stringify!($data)) }
    };
}

/// The whole body of a getter of a text.
macro_rules! lend_text {
    ($handle:ident, $len:ident, $get:expr) => {{
        // SAFETY: the exported function's contract: NULL or writable.
        let len = unsafe { $len.as_mut() };
        $crate::text::lend(borrow!($handle).ok(), len, $get)
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_inside_stays_and_the_length_tells() {
        let text = Text::new("a\0b");
        assert_eq!(text.as_str(), "a\0b");
        assert_eq!(&*text.0, "a\0b\0");
        assert_eq!(Text::new("").as_str(), "");
    }

    #[test]
    fn caller_text_is_checked() {
        let good = "é";
        let bad = [b'a', 0xff];
        // SAFETY: every pointer is NULL or points at that many bytes; the huge length is refused
        // before anything is read.
        unsafe {
            assert_eq!(
                required(good.as_ptr().cast(), good.len(), "t").unwrap(),
                good
            );
            assert!(matches!(
                required(std::ptr::null(), 0, "t"),
                Err(Failure::Null("t"))
            ));
            assert!(matches!(
                optional(std::ptr::null(), 3, "t"),
                Err(Failure::Null("t"))
            ));
            assert!(optional(std::ptr::null(), 0, "t").unwrap().is_none());
            let Err(Failure::Core(error)) = required(bad.as_ptr().cast(), 2, "t") else {
                panic!("not UTF-8");
            };
            assert_eq!(
                (error.kind(), error.offset()),
                (ErrorKind::InvalidUtf8, Some(1))
            );
            let Err(Failure::Core(error)) = bytes(bad.as_ptr(), usize::MAX, "t") else {
                panic!("too long");
            };
            assert_eq!(error.kind(), ErrorKind::OutOfRange);
        }
    }
}
