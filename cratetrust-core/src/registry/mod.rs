//! Where crates live on disk: one detector tells what a path is, one walk lists what lies there.
