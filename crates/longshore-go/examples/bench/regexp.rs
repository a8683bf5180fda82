//! Patterns: the same as in `tools/oracle-go/internal/regexp/bench.go`.

use std::hint::black_box;

use longshore_go::regexp::Regexp;

use super::Case;

const NAME: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

pub(crate) const CASES: &[Case] = &[
    ("regexp-compile-name", || compile(NAME)),
    ("regexp-compile-unicode", || compile(r"(?i)\p{L}+[^\s]\d{2,3}")),
    ("regexp-compile-large", || compile(r"(?:[a-z]{1,63}\.){1,8}[a-z]{2,63}")),
    ("regexp-match-name", || matching(NAME, "release-name-of-a-chart")),
    ("regexp-match-none", || matching("foo.*bar", &text())),
    ("regexp-match-hard", || matching("(x+x+)+y", &"x".repeat(32))),
    ("regexp-find-words", || find_all(r"\w+")),
    ("regexp-find-letters", || find_all(r"\pL+")),
    ("regexp-find-either", || find_all("fox|dogs|früher")),
    ("regexp-find-any-case", || find_all("(?i)QUICK|LAZY")),
    ("regexp-replace-groups", || {
        let (pattern, text) = (compiled(r"(\w+)=(\S+)"), text());
        Box::new(move || drop(black_box(pattern.replace_all(text.as_bytes(), b"$2=${1}"))))
    }),
    ("regexp-split", || {
        let (pattern, text) = (compiled(r"[,;]\s*"), text());
        Box::new(move || drop(black_box(pattern.split(text.as_bytes(), None))))
    }),
    ("regexp-sprig-replace", || {
        Box::new(|| {
            let pattern = Regexp::cached(black_box(b"[^a-z0-9-]+")).expect("it is valid");
            black_box(pattern.replace_all(b"Feature/ABC_123 release", b"-"));
        })
    }),
];

fn text() -> String {
    "The quick brown fox, key=value jumps over 13 lazy dogs; größer als früher. ".repeat(150)
}

fn compiled(pattern: &str) -> Regexp {
    Regexp::compile(pattern.as_bytes()).expect("it is valid")
}

fn compile(pattern: &'static str) -> Box<dyn FnMut()> {
    Box::new(move || drop(black_box(compiled(black_box(pattern)))))
}

fn matching(pattern: &str, text: &str) -> Box<dyn FnMut()> {
    let (pattern, text) = (compiled(pattern), text.to_owned());
    Box::new(move || {
        black_box(pattern.is_match(black_box(text.as_bytes())));
    })
}

fn find_all(pattern: &str) -> Box<dyn FnMut()> {
    let (pattern, text) = (compiled(pattern), text());
    Box::new(move || drop(black_box(pattern.find_all(text.as_bytes(), None))))
}
