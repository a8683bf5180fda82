//! How the program is linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // What unwinds the stack comes along: one library less to find and load at each start.
        println!("cargo::rustc-link-lib=static=gcc_eh");
    }
}
