//! The cratetrust command.
