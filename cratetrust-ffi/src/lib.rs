//! libcratetrust: the C ABI.
#![allow(unsafe_code, reason = "this crate is the boundary to C")]
