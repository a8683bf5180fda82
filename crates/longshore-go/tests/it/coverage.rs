//! Whether the recorded cases of `fmt` show each verb on each kind of value, and each flag on each verb.

use std::collections::BTreeSet;

use serde_json::Value as Json;

const VERBS: &str = "vdsqxXtTcbeEfFgGoOUwp";

const KINDS: [&str; 16] = [
    "nil",
    "bool",
    "int",
    "uint",
    "float64",
    "complex128",
    "string",
    "[]byte",
    "slice",
    "map",
    "struct",
    "pointer",
    "func",
    "error",
    "named",
    "time.Duration",
];

/// What Go prints only as an address that is another one each time.
const ADDRESSES: [(char, &str); 2] = [('p', "[]byte"), ('p', "error")];

/// The kind of a recorded value, as the table above calls it.
fn kind(arg: &Json) -> &str {
    match arg {
        Json::Null => "nil",
        Json::Bool(_) => "bool",
        Json::String(_) => "string",
        typed => match typed["t"].as_str().unwrap() {
            "[]byte" => "[]byte",
            "*errors.errorString" => "error",
            "time.Month" | "time.Weekday" => "named",
            name if name.starts_with("[]") => "slice",
            name if name.starts_with("map[") => "map",
            name if name.starts_with('*') => "pointer",
            name if name.starts_with("value.") => "struct",
            name if name.starts_with("func(") => "func",
            name if name.starts_with("int") => "int",
            name if name.starts_with("uint") => "uint",
            name => name,
        },
    }
}

/// The verbs of a format with their flags, in the order of their arguments; none if it names or counts them
/// in another way.
fn verbs(format: &str) -> Vec<(char, Vec<char>)> {
    let mut out = Vec::new();
    let mut rest = format.chars();
    while rest.by_ref().any(|c| c == '%') {
        let mut flags = Vec::new();
        let mut in_flags = true;
        let verb = rest.by_ref().find(|&c| {
            in_flags &= "#0+- ".contains(c);
            if in_flags {
                flags.push(c);
            }
            !in_flags && !".0123456789".contains(c)
        });
        match verb {
            Some('*' | '[') => return Vec::new(),
            Some('%') | None => {}
            Some(verb) => out.push((verb, flags)),
        }
    }
    out
}

#[test]
fn each_verb_is_shown_on_each_kind_and_each_flag_on_each_verb() {
    let path = format!("{}/../../compat/go/fmt.jsonl", env!("CARGO_MANIFEST_DIR"));
    let (mut on_kinds, mut under_flags) = (BTreeSet::new(), BTreeSet::new());
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let args = case["args"].as_array().unwrap();
        for (index, (verb, flags)) in
            verbs(case["format"].as_str().unwrap_or_default()).into_iter().enumerate()
        {
            under_flags.extend(flags.into_iter().map(|flag| (flag, verb)));
            if let Some(arg) = args.get(index) {
                on_kinds.insert((verb, kind(arg).to_owned()));
            }
        }
    }
    for verb in VERBS.chars() {
        for kind in KINDS {
            let shown = on_kinds.contains(&(verb, kind.to_owned())) || ADDRESSES.contains(&(verb, kind));
            assert!(shown, "no case shows %{verb} on a value of kind {kind}");
        }
        for flag in "#0+- ".chars() {
            assert!(under_flags.contains(&(flag, verb)), "no case shows the flag {flag:?} on %{verb}");
        }
    }
}
