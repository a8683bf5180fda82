//! Every byte of the output can be followed to where it is written, and following changes nothing.

use std::fs;
use std::path::Path;

use longshore_go::{Map, Value};
use longshore_template::{Budget, Piece, Set, Trace};

use super::support::case;
use super::support::functions::{Mine, table};

fn place(source: &str, line: u32, column: u32) -> String {
    format!("{source}:{line}:{column}")
}

fn shown(piece: &Piece) -> String {
    let at = &piece.position;
    let calls = piece.calls.iter().map(|call| place(&call.source.to_string(), call.line, call.column));
    let calls: Vec<String> = calls.collect();
    format!("{} [{}]", place(&at.source.to_string(), at.line, at.column), calls.join(" "))
}

/// Executes the last of the sources and gives the output and its trace.
fn trace(sources: &[(&str, &str)]) -> (String, Trace) {
    let mut set = Set::new("root", table());
    for (name, text) in sources {
        set.parse(name, *text).expect("the source parses");
    }
    let data: Map = [("x", Value::from("ex")), ("n", Value::int(2))].into_iter().collect();
    let (mut out, mut trace) = (Vec::new(), Trace::default());
    let name = sources.last().expect("a source").0.as_bytes();
    set.execute_traced(name, data.into(), &Mine, &Budget::default(), &mut out, &mut trace)
        .expect("nothing fails");
    (String::from_utf8(out).expect("text"), trace)
}

/// The innermost piece behind each place of the output where the text `of` stands.
fn check(sources: &[(&str, &str)], expected: &[(&str, &str)]) {
    let (output, trace) = trace(sources);
    for (of, origin) in expected {
        let offset = output.find(of).unwrap_or_else(|| panic!("{of:?} is not in {output:?}"));
        let piece = trace.at(offset).expect("the output is covered");
        assert_eq!(shown(piece), *origin, "{of:?} of {output:?}");
    }
}

#[test]
fn texts_and_actions() {
    check(
        &[("t", "one\n{{ .x }} {{ print .n 3 }}{{ if true }}yes{{ end }}")],
        &[
            ("one", "t:1:0 []"),
            ("ex", "t:2:3 []"),
            (" 2", "t:2:8 []"),
            ("2 3", "t:2:12 []"),
            ("yes", "t:2:38 []"),
        ],
    );
}

#[test]
fn templates_within_templates() {
    check(
        &[
            (
                "lib",
                "{{ define \"in\" }}<{{ . }}>{{ end }}\n{{ define \"mid\" }}({{ template \"in\" .x }}){{ end }}",
            ),
            ("t", "{{ range .n }}{{ end }}\n{{ template \"mid\" . }}"),
        ],
        &[("(", "lib:2:18 [t:2:12]"), ("ex", "lib:1:21 [t:2:12 lib:2:31]")],
    );
}

#[test]
fn what_a_function_captures_is_followed_if_it_is_printed_as_it_is() {
    let lib = ("lib", "{{ define \"in\" }}<{{ .x }}>{{ end }}");
    check(&[lib, ("t", "{{ include \"in\" . }}")], &[("ex", "lib:1:21 [t:1:3]")]);
    check(&[lib, ("t", "{{ reenter \"in\" . }}")], &[("ex", "lib:1:21 [t:1:3]")]);
    check(&[lib, ("t", "{{ tpl `a{{ include \"in\" . }}` . }}")], &[("ex", "lib:1:21 [t:1:3 root:1:4]")]);
    // What is made of it is the action's own; the pieces can be asked for.
    let (output, trace) = trace(&[lib, ("t", "{{ include \"in\" . | upper }}")]);
    let piece = trace.at(1).expect("the output is covered");
    assert_eq!((output.as_str(), shown(piece).as_str(), piece.copy), ("<EX>", "t:1:3 []", None));
    let capture = &trace.captures()[piece.captures.start];
    assert_eq!((capture.text.as_slice(), capture.pieces.len()), (&b"<ex>"[..], 3));
    assert_eq!(shown(&capture.pieces[1]), "lib:1:21 [t:1:3]");
}

#[test]
fn captures_belong_to_the_action_that_asked_for_them() {
    let lib = ("lib", "{{ define \"a\" }}A{{ end }}{{ define \"b\" }}B{{ include \"a\" . }}{{ end }}");
    let (output, trace) = trace(&[lib, ("t", "{{ print (include \"a\" .) (include \"b\" .) }}-")]);
    assert_eq!(output, "ABA-");
    let texts = |piece: &Piece| -> Vec<&[u8]> {
        trace.captures()[piece.captures.clone()].iter().map(|capture| capture.text.as_slice()).collect()
    };
    assert_eq!(texts(&trace.pieces()[0]), [&b"A"[..], b"A", b"BA"]);
    assert_eq!(texts(&trace.pieces()[1]), Vec::<&[u8]>::new());
    let inner = &trace.captures()[2].pieces;
    assert_eq!((texts(&inner[0]), texts(&inner[1]), inner[1].copy), (vec![], vec![&b"A"[..]], Some(1)));
}

#[test]
fn pieces_cover_the_output_and_tracing_changes_nothing() {
    let mut bytes = 0;
    for file in ["actions.jsonl", "exec-errors.jsonl", "generated.jsonl"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/template").join(file);
        let cases = case::read(&fs::read_to_string(path).expect("the case file is there")).1;
        for case in cases {
            let Ok(set) = case.set() else { continue };
            let (name, data) = case.entry();
            let (mut out, mut trace) = (b"before".to_vec(), Trace::default());
            let budget = Budget::default();
            let result =
                set.execute_traced(name.as_bytes(), data.clone(), &Mine, &budget, &mut out, &mut trace);
            let mut plain = b"before".to_vec();
            let expected = set.execute(name.as_bytes(), data, &Mine, &budget, &mut plain);
            assert_eq!((&out, &result), (&plain, &expected), "{}", case.name);
            let mut end = 6;
            for piece in trace.pieces() {
                assert_eq!(piece.range.start, end, "{}: a gap or an overlap", case.name);
                assert!(!piece.range.is_empty(), "{}", case.name);
                end = piece.range.end;
            }
            assert_eq!(end, out.len(), "{}: the end has no piece", case.name);
            bytes += end;
        }
    }
    assert!(bytes > 10_000, "only {bytes} bytes were followed");
}
