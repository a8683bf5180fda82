//! Versions and constraints: the same as in `tools/oracle-go/internal/semver/bench.go`.

use std::hint::black_box;

use longshore_go::semver::{Constraint, Version};

use super::Case;

pub(crate) const CASES: &[Case] = &[
    ("semver-parse", || Box::new(|| drop(black_box(Version::parse(black_box(b"v1.27.3-gke.100+build.5")))))),
    ("semver-compare", || {
        let (a, b) = (version("1.27.3-gke.100"), version("1.27.3-gke.99"));
        Box::new(move || {
            black_box(black_box(&a).cmp(&b));
        })
    }),
    ("semver-constraint", || {
        Box::new(|| drop(black_box(constraint(black_box(">=1.21.0-0 <1.30.0-0 || ^2.1 || 3.1 - 3.4")))))
    }),
    ("semver-check", || {
        let (a, constraint) = (version("1.27.3-gke.100"), constraint(">=1.21.0-0 <1.30.0-0 || ^2.1"));
        Box::new(move || {
            black_box(constraint.check(black_box(&a)));
        })
    }),
    ("semver-sprig-compare", || {
        Box::new(|| {
            black_box(constraint(black_box(">=1.21-0")).check(&version("v1.27.3")));
        })
    }),
];

fn version(text: &str) -> Version {
    Version::parse(text.as_bytes()).expect("it is valid")
}

fn constraint(text: &str) -> Constraint {
    Constraint::parse(text.as_bytes()).expect("it is valid")
}
