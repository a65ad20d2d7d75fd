//! evil
