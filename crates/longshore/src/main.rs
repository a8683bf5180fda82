//! The command line of Longshore.
fn main() {}
