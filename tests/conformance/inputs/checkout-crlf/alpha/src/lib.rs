//! alpha
