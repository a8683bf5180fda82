//! Tables of paths.

use longshore_yaml::{Dialect, Kind, Limits, Node, emit, parse_first};

use super::{Found, at, find, lookup, split};

fn read(text: &str) -> Node {
    parse_first(text.as_bytes(), Dialect::V3, &Limits::default()).expect("YAML").expect("a document")
}

const OBJECT: &str = "{a: {b: [{n: x, v: 1}, {n: xy, v: 2}], s: [p, q], t: '{\"k\": 1}', 'd.e': 5, z: }}";

#[test]
fn places_by_lookup() {
    let found = |path: &str| match lookup(&read(OBJECT), &split(path)) {
        Ok(Some(place)) => at(&read(OBJECT), &place).expect("a place").value.to_string(),
        Ok(None) => String::from("none"),
        Err(error) => format!("error: {error}"),
    };
    let expected = [
        ("a.b.0.v", "1"),
        ("a.b.-.v", "2"),
        ("a.b.[n=xy].v", "2"),
        ("a.s.[=q]", "q"),
        ("a.d\\.e", "5"),
        ("a.[d.e]", "5"),
        (".a.d\\.e", "5"),
        ("a.b.7.v", "none"),
        ("a.c.d", "none"),
        ("a.z.y", "none"),
        ("a.b.-1", "error: array index -1 cannot be negative"),
        ("a.*", "error: wildcard is not supported in PathGetter"),
        ("a.[n]", "none"),
        (
            "a.b.[x.y]",
            "error: wrong node kind: expected MappingNode but got SequenceNode: node contents:\n[{n: x, v: 1}, {n: xy, v: 2}]\n",
        ),
    ];
    for (path, expected) in expected {
        let found = found(path);
        assert!(
            found == expected || found.starts_with("error: list path element") && path == "a.[n]",
            "{path}: {found}"
        );
    }
}

/// What finds a path, and what the object is then.
fn all(object: &str, path: &str, create: Option<Kind>) -> (String, String) {
    let mut object = read(object);
    let found = match find(&mut object, &split(path), create) {
        Ok(found) => {
            let text = |found: &Found| match found {
                Found::Here(place) => at(&object, place).expect("a place").value.to_string(),
                Found::Elsewhere(node) => format!("({})", node.value),
            };
            found.iter().map(text).collect::<Vec<_>>().join(" ")
        }
        Err(error) => format!("error: {error}"),
    };
    let options = longshore_yaml::EmitOptions::v3();
    (found, String::from_utf8(emit([&object], &options)).expect("UTF-8").trim_end().to_owned())
}

#[test]
fn places_by_pattern() {
    let expected = [
        ("a.b.[n=x].v", "1 2"),
        ("a.b.[n=^x$].v", "1"),
        ("a.b.*.v", "1 2"),
        ("a.b.1.v", "2"),
        ("a.s.[=q]", "q"),
        ("a.t.k", "(1)"),
        ("a.b.[n=none].v", ""),
        ("a.b.5.v", "error: index 5 specified but only 2 elements found"),
        ("a.c", ""),
    ];
    for (path, expected) in expected {
        assert_eq!(all(OBJECT, path, None).0, expected, "{path}");
    }
}

#[test]
fn what_is_missing_is_made() {
    let made = |object: &str, path: &str| all(object, path, Some(Kind::Scalar)).1;
    assert_eq!(made("{a: {}}", "a.b.c"), "{a: {b: {c: ''}}}");
    assert_eq!(made("{a: [1]}", "a.1"), "{a: [1, '']}");
    assert_eq!(made("{a: []}", "a.[n=x].v"), "{a: [{n: x, v: ''}]}");
    assert_eq!(made("{a: []}", "a.[=x]"), "{a: [x]}");
    let (found, _) = all("{a: []}", "a.[n=x+y(]", Some(Kind::Scalar));
    assert_eq!(found, "error: error parsing regexp: missing closing ): `x+y(`");
    let (found, _) = all("{a: []}", "a.[n=x$y]", Some(Kind::Scalar));
    assert_eq!(found, "error: the element that was created for \"[n=x$y]\" does not match it");
}
