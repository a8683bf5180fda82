//! One crypto provider in the product: aws-lc-rs.
//!
//! A second one doubles what must be watched and updated, and lets two halves of one program disagree about what is
//! safe.

use super::Finding;
use super::licences::line_in_lock;

/// The package whose tree is looked at.
pub(super) const PRODUCT: &str = "longshore";

/// Packages that bring cryptography of their own for TLS. (`schannel` and `security-framework` come with reading the
/// system's root certificates on Windows and macOS; they are not used for more.)
const REFUSED: &[&str] = &[
    "ring",
    "openssl",
    "openssl-sys",
    "native-tls",
    "boring",
    "boring-sys",
    "mbedtls",
    "rustls-openssl",
    "rustls-graviola",
    "rustls-mbedcrypto-provider",
    "rustls-symcrypt",
    "wolfssl-sys",
];

/// Checks the output of `cargo tree --prefix depth --format " {p}"`: a depth and a package per line.
pub(super) fn check(tree: &str, lock: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name)) = (words.next(), words.next()) else { continue };
        let Ok(depth) = depth.parse::<usize>() else { continue };
        path.truncate(depth);
        path.push(name);
        if REFUSED.contains(&name) {
            let message = format!("a second crypto provider in the product: {}", path.join(" → "));
            let finding = Finding::new("Cargo.lock", line_in_lock(lock, name, None), message);
            // One way to it is enough.
            if !findings.iter().any(|known| known.line == finding.line) {
                findings.push(finding);
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_provider_is_found_with_the_way_to_it() {
        let tree = "0 longshore v0.1.0 (/w)\n1 kube v5.0.0\n2 rustls v0.23.0\n3 aws-lc-rs v1.0.0\n1 reqwest v0.12.0\n2 ring v0.17.0\n1 ring v0.17.0 (*)\n";
        let lock = "[[package]]\nname = \"kube\"\nversion = \"5.0.0\"\n\n[[package]]\nname = \"ring\"\nversion = \"0.17.0\"\n";
        let found: Vec<_> = check(tree, lock).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            ["Cargo.lock:6: a second crypto provider in the product: longshore → reqwest → ring"]
        );
    }

    #[test]
    fn one_provider_is_fine() {
        assert!(check("0 longshore v0.1.0\n1 aws-lc-rs v1.0.0\n2 aws-lc-sys v0.1.0\n", "").is_empty());
    }
}
