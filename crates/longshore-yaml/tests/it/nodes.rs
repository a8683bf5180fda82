//! Nodes: positions, access, changes, and the way back to text.

use longshore_yaml::{
    Dialect, EmitOptions, ErrorKind, Kind, Limits, Node, Style, emit, parse, parse_first, sigs,
};

fn read(text: &str, dialect: Dialect) -> Vec<Node> {
    parse(text.as_bytes(), dialect, &Limits::default()).expect("valid YAML")
}

fn write(nodes: &[Node]) -> String {
    String::from_utf8(emit(nodes, &EmitOptions::v3().indent(2))).expect("UTF-8")
}

#[test]
fn documents_know_their_lines() {
    let documents = read("# c\na: 1\n---\n\nb: 2\n--- # x\nc: 3\n...\n---\n", Dialect::V2);
    let lines: Vec<u32> = documents.iter().map(|document| document.line).collect();
    assert_eq!(lines, [2, 3, 6, 9]);
    assert_eq!(documents[1].root().line, 5);
    assert!(documents[3].is_null());
}

#[test]
fn positions_count_characters() {
    let documents = read("é: [x, 日本,\n  y]\n", Dialect::V2);
    let items = documents[0].get("é").expect("the key").items();
    let places: Vec<_> = items.iter().map(|item| (item.line, item.column)).collect();
    assert_eq!(places, [(1, 5), (1, 8), (2, 3)]);
}

#[test]
fn duplicates_have_both_places() {
    let documents = read("a:\n  b: 1\n  c: 2\n  'b': 3\nl: [{x: {y: 1, y: 2}}]\na: 1\n", Dialect::V2);
    let shown = documents[0]
        .duplicate_keys()
        .into_iter()
        .map(|found| (found.path.join("."), found.key, found.first, found.second));
    let expected = [
        (String::new(), String::from("a"), (1, 1), (6, 1)),
        (String::from("a"), String::from("b"), (2, 3), (4, 3)),
        (String::from("l.x"), String::from("y"), (5, 10), (5, 16)),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    let merges = read("x: &x {}\na: {<<: *x, <<: *x, b: 1}\n", Dialect::V2);
    assert_eq!(merges[0].duplicate_keys(), []);
}

#[test]
fn errors_point_at_the_text() {
    let error = parse(b"a: 1\nb: [x\nc: 2\n", Dialect::V2, &Limits::default()).expect_err("no ]");
    assert_eq!(error.kind(), ErrorKind::Parser);
    assert_eq!(error.to_string(), "yaml: line 2: did not find expected ',' or ']'");
    assert_eq!((error.line(), error.column()), (Some(3), Some(2)));
}

#[test]
fn changes_are_written() {
    let text = "# top\nspec:\n  replicas: 3 # how many\n  image: \"a:1\"\n  args:\n    - x\n";
    let mut documents = read(text, Dialect::V3);
    assert_eq!(write(&documents), text);
    let spec = documents[0].get_mut("spec").expect("spec");
    spec.get_mut("replicas").expect("replicas").value = "5".into();
    spec.get_mut("args").expect("args").push(Node::string("yes"));
    spec.set("on", Node::from_iter([("n", Node::int(1)), ("f", Node::float(1e6))]));
    assert!(spec.remove("image").is_some());
    assert!(spec.remove("image").is_none());
    // As go-yaml v3 has it for nodes: what only YAML 1.1 reads as a boolean gets no quotes.
    assert_eq!(
        write(&documents),
        "# top\nspec:\n  replicas: 5 # how many\n  args:\n    - x\n    - yes\n  on:\n    n: 1\n    f: 1e+06\n"
    );
}

#[test]
fn built_nodes_mean_what_they_say() {
    let node = Node::from_iter([
        ("text", Node::string("1")),
        ("number", Node::int(1)),
        ("none", Node::null()),
        ("list", Node::from_iter([Node::bool(true), Node::string("true")])),
    ]);
    let value = sigs::node_to_json_value(&node).expect("valid");
    let text = sigs::marshal(&value).expect("valid");
    assert_eq!(
        String::from_utf8_lossy(&text),
        "list:\n- true\n- \"true\"\nnone: null\nnumber: 1\ntext: \"1\"\n"
    );
}

#[test]
fn converting_nodes_is_reading() {
    for text in [
        "a: yes\nb: 0755\nc: [1.5, ~, 'no', \"1\", |\n x\n]\n".replace("|\n x\n", "x"),
        String::from("x: &a {k: 1}\ny: {<<: *a, k2: 2}\nz: *a\n"),
        String::from("- !!str 1\n- !!int '2'\n- ! 3\n- !x 4\n- !!binary aGk=\n- 2001-01-01\n"),
    ] {
        let node =
            parse_first(text.as_bytes(), Dialect::V2, &Limits::default()).expect("valid").expect("one");
        let by_node = sigs::marshal(&sigs::node_to_value(&node).expect("valid")).expect("valid");
        let directly = sigs::marshal(&sigs::to_value(text.as_bytes()).expect("valid")).expect("valid");
        assert_eq!(String::from_utf8_lossy(&by_node), String::from_utf8_lossy(&directly));
    }
}

#[test]
fn aliases_keep_their_names() {
    let documents = read("a: &x [1]\nb: *x\n", Dialect::V3);
    let alias = documents[0].get("b").expect("b");
    assert_eq!((alias.kind, &*alias.value), (Kind::Alias, "x"));
    assert_eq!(documents[0].get("a").map(|node| node.style), Some(Style::Flow));
    assert_eq!(write(&documents), "a: &x [1]\nb: *x\n");
    let mut broken = documents[0].clone();
    broken.remove("a");
    let error = sigs::node_to_value(&broken).expect_err("no anchor");
    assert_eq!(error.to_string(), "yaml: unknown anchor 'x' referenced");
}
