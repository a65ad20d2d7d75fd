//! From what is at hand to a bill of materials, with the level of the evidence stated.
