//! Megabytes that mean harm, to every way of reading: each is done or refused in time, on a small stack.
//! The tests in `limits` say with which words.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use longshore_yaml::{Dialect, Limits, check_syntax, parse, sigs, to_json_value};

/// What a quiet machine does within a second; this one may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the compiler does not optimise, all is smaller by this.
const LESS: usize = if cfg!(debug_assertions) { 20 } else { 1 };

/// The stack of most threads.
const STACK: usize = 2 << 20;

/// Reads `input` in all ways, each in time; whether reading to a value succeeds.
fn survives(what: &str, input: &str) -> bool {
    let timed = |way: &str, read: &dyn Fn() -> bool| {
        let start = Instant::now();
        let done = read();
        let took = start.elapsed();
        assert!(took < PATIENCE, "{way} of {what} took {took:?}");
        done
    };
    let limits = Limits::default();
    let all = || {
        let bytes = input.as_bytes();
        let value = timed("value", &|| sigs::to_value(bytes).is_ok());
        for dialect in [Dialect::V2, Dialect::V3] {
            timed("syntax", &|| check_syntax(bytes, dialect, &limits).is_ok());
            let nodes = parse(bytes, dialect, &limits);
            timed("nodes", &|| parse(bytes, dialect, &limits).is_ok());
            if let Some(first) = nodes.ok().as_deref().and_then(<[_]>::first) {
                timed("value of nodes", &|| to_json_value(first, dialect).is_ok());
            }
        }
        value
    };
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, all);
        reader.expect("a thread").join().expect("no panic")
    })
}

fn refused(what: &str, input: &str) {
    assert!(!survives(what, input), "{what} is read");
}

fn read(what: &str, input: &str) {
    assert!(survives(what, input), "{what} is refused");
}

#[test]
fn a_million_deep() {
    for open in ["[", "{", "{a: ", "- ", "? ", "[a: ", "{? ", "- ? ", "&a [", "!!seq [", "a: [", "- - ? "] {
        refused(open, &open.repeat(1_000_000 / LESS));
        let (open, close) = (open.repeat(10_000), if open.contains('{') { "}" } else { "]" });
        refused("and closed", &(open + &close.repeat(10_000)));
    }
}

#[test]
fn one_thing_again_and_again() {
    for word in
        ["&a ", "*a ", "!a ", "]", "}", ": ", ", ", "%", "@", "|", ">", "'", "\"", "? : ", "--- ", "\t"]
    {
        survives(word, &word.repeat(1_000_000 / LESS));
    }
    for line in [
        "&a\n",
        "#\n",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%TAG !a! b\n",
        "? \n",
        ":\n",
        " #\n#\n",
        "a\n",
        "\r",
    ] {
        survives(line, &line.repeat(300_000 / LESS));
    }
}

#[test]
fn long_scalars() {
    let long = "x".repeat((8 << 20) / LESS);
    read("plain", &long.clone());
    read("double quoted", &format!("\"{long}\""));
    read("literal", &format!("|\n {long}"));
    refused("key", &format!("{long}: 1"));
    read("anchor", &format!("&{long} a"));
    survives("tag", &format!("!<{long}> a"));
    survives("escaped tag", &format!("!{} a", "%41".repeat((1 << 20) / LESS)));
    read("lines", &"x\n".repeat((2 << 20) / LESS));
    read("blank lines", &format!("a{}b", "\n".repeat((4 << 20) / LESS)));
    read("escapes", &format!("\"{}\"", "\\U0001F600".repeat((1 << 18) / LESS)));
    read("folded", &format!(">\n{}", " a\n\n  b\n".repeat((1 << 19) / LESS)));
    survives(
        "stairs of blank lines",
        &((0..3000).fold("|\n".to_owned(), |text, i| text + &" ".repeat(i) + "\n") + "x"),
    );
    survives("base64", &format!("!!binary {}", "QUFB".repeat((1 << 20) / LESS)));
}

#[test]
fn huge_numbers() {
    for part in ["1", "9", "0", "1_", "1:", "1:59", "0x", "0.", ".5", "1e", "e9", "-", "+", "2020-1-1 "] {
        for start in [
            "",
            "0x",
            "0b",
            "0o",
            "0",
            "-",
            "1.",
            ".",
            "1e",
            "2020-",
            "2020-01-01T",
            "190:",
            "-0b",
            "!!int ",
            "!!float ",
        ] {
            survives(start, &format!("{start}{}", part.repeat(200_000 / LESS)));
        }
    }
}

#[test]
fn a_million_keys() {
    let block: String = (0..1_000_000 / LESS).fold(String::new(), |mut text, i| {
        writeln!(text, "k{i}: {i}").expect("memory");
        text
    });
    read("block", &block);
}

#[test]
fn keys_that_are_alike() {
    survives("one key", &"a: 1\n".repeat(200_000 / LESS));
    survives("one list as key", &"? [a]\n: 1\n".repeat(100_000 / LESS));
    survives("flow", &format!("{{{}}}", "a, ".repeat(300_000 / LESS)));
    let numbers: String =
        (0..100_000 / LESS).fold(String::new(), |text, i| text + &format!("0x{i:x}: 1\n{i}: 1\n"));
    survives("numbers", &numbers);
}

/// Ten times what is before, level by level.
fn exponential(first: &str, level: impl Fn(usize) -> String) -> String {
    (1..12).fold(first.to_owned(), |text, i| text + &level(i) + "\n")
}

/// `item` with `N` for the number of the level below, ten times.
fn ten(item: &str, level: usize) -> String {
    vec![item.replace('N', &(level - 1).to_string()); 10].join(", ")
}

#[test]
fn exponential_aliases() {
    refused("values", &exponential("a0: &a0 [x, y]\n", |i| format!("a{i}: &a{i} [{}]", ten("*aN", i))));
    refused("maps", &exponential("a0: &a0 {k: x}\n", |i| format!("a{i}: &a{i} [{}]", ten("{k: *aN}", i))));
    refused("keys", &exponential("a0: &a0 [x]\n", |i| format!("? &a{i} [{}]\n: 1", ten("*aN", i))));
    refused(
        "maps as keys",
        &exponential("a0: &a0 {x: y}\n", |i| format!("? &a{i} {{? [{}] : 1}}\n: 1", ten("*aN", i))),
    );
    survives(
        "merges",
        &exponential("a0: &a0 {k: x}\n", |i| format!("a{i}: &a{i} {{<<: [{}]}}", ten("*aN", i))),
    );
    survives(
        "merges beside keys",
        &exponential("a0: &a0 {k: x}\n", |i| {
            format!("a{i}: &a{i} {{k{i}: 1, <<: [{}], l: *a{}}}", ten("*aN", i), i - 1)
        }),
    );
}

#[test]
fn quadratic_aliases() {
    let many = |item: &str, times: usize| vec![item; times].join(", ");
    refused("lists", &format!("a: &a [{}]\nb: [{}]\n", many("x", 30_000), many("*a", 30_000)));
    refused("long text", &format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), many("*a", 1000)));
    refused(
        "long text under keys",
        &format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), many("{k: *a}", 1000)),
    );
    refused(
        "long text as keys",
        &format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), many("{? *a : 1}", 1000)),
    );
    let keys: Vec<String> = (0..3000).map(|i| format!("k{i}: v")).collect();
    let merged = |merge: &str| format!("a: &a {{{}}}\nb: [{}]\n", keys.join(", "), many(merge, 30_000));
    refused("merges", &merged("{<<: *a}"));
    refused("lists of merges", &merged("{<<: [*a, *a]}"));
    refused(
        "one list of merges",
        &format!("a: &a {{{}}}\nb: {{<<: [{}]}}\n", keys.join(", "), many("*a", 30_000)),
    );
    let chain: String = (1..3000).fold("a0: &a0 {k0: 1}\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} {{<<: *a{}, k{i}: 1}}\n", i - 1)
    });
    survives("a chain of merges", &chain);
}

#[test]
fn anchors_and_documents() {
    let anchors: String =
        (0..200_000 / LESS).fold(String::new(), |text, i| text + &format!("- &a{i} x\n- *a{i}\n"));
    survives("anchors", &anchors);
    survives("documents", &"--- &a x\n".repeat(300_000 / LESS));
    survives("itself", "&a [*a]");
    survives("itself as key", "&a {? *a : 1}");
    survives("itself merged", "&a {<<: *a}");
}
