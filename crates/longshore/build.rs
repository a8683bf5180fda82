//! How the program is linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=order.txt");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let target = |part: &str| variable(&format!("CARGO_CFG_TARGET_{part}"));
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // What unwinds the stack comes along: one library less to find and load at each start.
        println!("cargo::rustc-link-lib=static=gcc_eh");
        // Here Rust links with LLD, unless it is told otherwise.
        let is_other =
            variable("CARGO_ENCODED_RUSTFLAGS").contains("link") || !variable("RUSTC_LINKER").is_empty();
        if target("ARCH") == "x86_64" && variable("PROFILE") == "release" && !is_other {
            // Functions that run come first (`cargo xtask order`), so that fewer pages of the program are touched.
            let folder = variable("CARGO_MANIFEST_DIR");
            println!("cargo::rustc-link-arg-bins=-Wl,--symbol-ordering-file={folder}/order.txt");
            println!("cargo::rustc-link-arg-bins=-Wl,--no-warn-symbol-ordering");
        }
    }
}
