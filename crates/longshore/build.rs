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
            // At a fixed address, as Helm and kubectl are: else 32,000 addresses are filled in at each start, which touches
            // 150 pages and takes a fifth of it.
            println!("cargo::rustc-link-arg-bins=-no-pie");
            // Functions that run come first (`cargo xtask order`), so that fewer pages of the program are touched.
            let folder = variable("CARGO_MANIFEST_DIR");
            // Not by `-Wl,`: a comma in the folder's name would part it.
            for arg in [&format!("--symbol-ordering-file={folder}/order.txt"), "--no-warn-symbol-ordering"] {
                println!("cargo::rustc-link-arg-bins=-Xlinker");
                println!("cargo::rustc-link-arg-bins={arg}");
            }
        }
    }
}
