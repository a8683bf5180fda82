//! Bad input for every key of the project file, made from the schema that `longshore schema` publishes: another type, a
//! slip of the name, nothing behind it, twice the same, names that are none. Whatever the schema refuses is refused at
//! its line with what was expected, and a key that is new to the schema fails this until the file below has it.

mod keys;
mod tree;

use std::collections::BTreeSet;

use longshore_diag::Diagnostic;
use longshore_platform::project::{API_VERSION, parse};
use longshore_release::Moment;
use longshore_secrets::Identity;
use longshore_testkit::{Outcome, Program, Project};
use longshore_yaml::{Dialect, Limits};
use serde_json::Value;

use keys::{Key, Mapping, Walk};
use tree::{Path, Spot, Tree};

/// A file with every key of the schema in every form that it may have.
const FILE: &str = "
apiVersion: VERSION
kind: Project
name: shop
description: a shop
method: helm
helmCompat: '3.22'
clusters:
  eu: {context: a, kubeconfig: b, vars: {zone: eu, list: [1]}, releases: {web: {values: [v], set: {}, enabled: true}}}
  us: {releases: {web: {disabled: true}}}
varsSchema: {type: object}
environments:
  base: {namespace: shop, createNamespace: true, context: c, vars: {size: 1}}
  prod:
    extends: other
    clusters: [eu, us]
    clusterWaves: [[eu], [us]]
    clustersAtOnce: 1
    vars: {on: true}
    releases: {web: {values: [v], set: {a: 1}, enabled: '${env.vars.on}', clusters: [eu]}, over: {disabled: true}}
    secrets: {a: {env: A}}
    recipients: [RECIPIENT]
    wait: {timeout: 5m, readiness: [{kind: A, path: .a, ready: [b]}]}
  other: {namespace: shop, createNamespace: {labels: {team: shop}, annotations: {note: a}}}
defaultEnvironment: base
hosts: [a.example.com]
drift: {ignore: [{kind: Deployment, group: apps, release: web, name: web, pointers: [/spec/replicas]}]}
lock: {images: true}
check: {external: [Secret/registry], disable: [secrets/plain]}
wait:
  timeout: 10m
  idleTimeout: never
  rollbackOnFailure: true
  loadBalancerAddress: true
  ingressAddress: false
  grace: GRACE
  readiness:
    - {kind: Certificate.cert-manager.io, path: .status.phase, ready: [Ready], failed: [F], progressing: [A], message: .m}
secrets:
  a: {env: A}
  b: {file: b}
  c: {command: [cat, c], timeout: 30s}
  d: {age: d}
  e: {sops: {file: e, key: f}}
  f: {sops: f}
moved: [{from: api, to: web}, {environment: old, to: base}]
releases:
  web:
    namespace: front
    needs: [far]
    requires: [cert-manager.io/v1/Certificate]
    chart: c
    values: [a]
    set: {a: {b: c}}
    enabled: false
    clusters: [eu]
    outputs: {a: 1, c: {object: Service/db, path: .spec.clusterIP}, d: {object: Secret/db, key: k}}
    manifests: [m]
    kustomize: {path: overlays/dev, enableHelm: true}
    generate: {s: {keys: {k: {length: 32}}, stringData: {u: v}}}
    hooks:
HOOKS  far: {chart: {repo: 'https://charts.example.com', name: web, version: ^1.2}}
  over: {kustomize: overlays/dev, disabled: true}
";

/// What a key may be that it must not be.
const OTHERS: [&str; 13] = [
    "7",
    "1.5",
    "true",
    "yes",
    "words",
    "\"\"",
    "\"true\"",
    "\"7\"",
    "null",
    "[]",
    "[7]",
    "[[a]]",
    "{not-a-key: 1}",
];

/// The schema as it is published.
fn schema() -> Value {
    let project = Project::new("").unwrap();
    let outcome = crate::longshore(&project, "schema");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn value(text: &str) -> Value {
    let documents = longshore_yaml::parse(text.as_bytes(), Dialect::V2, &Limits::default()).unwrap();
    let value = longshore_yaml::to_json_value(documents[0].root(), Dialect::V2).unwrap();
    longshore_chart::values::to_json(&value)
}

/// The file with all of the schema's graces.
fn file(schema: &Value) -> Tree {
    let graces = &schema["definitions"]["wait"]["properties"]["grace"]["properties"];
    let graces = graces.as_object().unwrap().keys();
    let graces = graces.map(|name| format!("{name}: {}", if name == "restarts" { "3" } else { "9s" }));
    let hooks = Moment::ALL.map(|(moment, _)| {
        format!("      {moment}: [{{command: [a, b], env: {{A: b}}, timeout: 5m}}, {{job: j.yaml, timeout: 1h}}]\n")
    });
    let text = FILE
        .replace("VERSION", API_VERSION)
        .replace("RECIPIENT", &Identity::generate().recipient().to_string())
        .replace("HOOKS", &hooks.concat())
        .replace("GRACE", &format!("{{{}}}", graces.collect::<Vec<_>>().join(", ")));
    Tree::new(&value(&text))
}

/// A file with one mistake.
struct Row {
    what: String,
    text: String,
    /// Where it may be told: the node, its key, or what is in it.
    spots: BTreeSet<Spot>,
    /// What must be said.
    says: Vec<String>,
    /// The schema says so too; an editor shows it.
    is_seen: bool,
}

impl Row {
    fn new(what: String, tree: &Tree, at: &[usize], says: &[&str]) -> Self {
        let says = says.iter().map(|words| (*words).to_owned()).collect();
        let written = tree.written();
        let below = written.nodes.iter().filter(|(path, _)| path.starts_with(at));
        let mut spots: BTreeSet<Spot> = below.map(|(_, spot)| *spot).collect();
        spots.extend(written.keys.get(at));
        if let (Tree::Scalar(text), Some((line, column))) = (tree.at(at), written.nodes.get(at)) {
            // What is in a list of one line, too.
            let end = column + u32::try_from(text.len()).unwrap();
            spots.extend((*column..end).map(|column| (*line, column)));
        }
        Self { what, text: written.text, spots, says, is_seen: true }
    }

    /// What is wrong with how it is told; nothing if it is good.
    fn flaw(&self) -> Option<String> {
        let Err(error) = parse(&self.text, "longshore.yaml") else {
            return Some(format!("{}: passes silently", self.what));
        };
        let place = error.place.clone().unwrap();
        let hint = error.hint.as_deref().unwrap_or_default();
        let told = format!("{} {hint}", error.message);
        let is_there = place.file == "longshore.yaml" && self.spots.contains(&(place.line, place.column));
        let is_said = self.says.iter().any(|words| told.contains(&**words));
        (!is_there || !is_said).then(|| {
            format!("{}: {error} (not at {:?} or nothing of {:?})", self.what, self.spots, self.says)
        })
    }
}

/// Words by which an error says what was expected.
const EXPECTED: &[&str] = &[
    "must be ",
    "must have ",
    " has no ",
    "did you mean",
    "known are",
    "write ",
    "no duration",
    "cannot name",
    "as in ",
];

/// Every key with every other type.
fn types(file: &Tree, keys: &[Key], schema: &Value) -> Vec<Row> {
    let validator = jsonschema::draft7::new(schema).unwrap();
    let mut rows = Vec::new();
    for key in keys {
        for other in OTHERS {
            let tree = file.with(&key.path, |node| *node = Tree::Scalar(other.to_owned()));
            let mut row = Row::new(format!("{}: {other}", key.pointer), &tree, &key.path, EXPECTED);
            row.is_seen = !validator.is_valid(&value(&row.text));
            rows.push(row);
        }
    }
    rows
}

fn in_map(file: &Tree, path: &[usize], change: impl FnOnce(&mut Vec<(String, Tree)>)) -> Tree {
    file.with(path, |node| match node {
        Tree::Map(entries) => change(entries),
        other => panic!("{other:?} is no mapping"),
    })
}

fn below(path: &[usize], index: usize) -> Path {
    path.iter().copied().chain([index]).collect()
}

/// Every key with a slip in its name, and every key that must be there taken out.
fn slips(file: &Tree, mappings: &[Mapping]) -> Vec<Row> {
    let mut rows = Vec::new();
    for mapping in mappings {
        let entries = file.at(&mapping.path).entries();
        for key in &mapping.known {
            let slip = format!("{key}x");
            let tree = in_map(file, &mapping.path, |entries| {
                entries.push((slip.clone(), Tree::Scalar("1".to_owned())));
            });
            let at = below(&mapping.path, entries.len());
            let says = format!("did you mean `{key}`?");
            rows.push(Row::new(format!("{:?}: {slip}", mapping.path), &tree, &at, &[&says]));
        }
        for key in &mapping.required {
            let tree = in_map(file, &mapping.path, |entries| entries.retain(|(name, _)| name != key));
            let what = format!("{:?} without {key}", mapping.path);
            rows.push(Row::new(
                what,
                &tree,
                &mapping.path,
                &["has no ", "has neither ", "must have one source"],
            ));
        }
    }
    rows
}

/// Every key twice.
fn twice(file: &Tree, keys: &[Key]) -> Vec<Row> {
    let row = |key: &Key| {
        let (_, above) = key.path.split_last().unwrap();
        let node = file.at(&key.path).clone();
        let at = below(above, file.at(above).children().len());
        let tree = in_map(file, above, |entries| entries.push((key.name.clone(), node)));
        Row::new(format!("{} twice", key.pointer), &tree, &at, &["is there twice"])
    };
    keys.iter().map(row).collect()
}

/// Every name that the user chooses as none that there can be.
fn names(file: &Tree, mappings: &[Mapping]) -> Vec<Row> {
    let mut rows = Vec::new();
    let long = "x".repeat(300);
    for mapping in mappings.iter().filter(|mapping| mapping.known.is_empty()) {
        for name in ["", "a b", "a}", &long] {
            let tree = in_map(file, &mapping.path, |entries| name.clone_into(&mut entries[0].0));
            let what = format!("{:?} with the name {name:?}", mapping.path);
            let at = below(&mapping.path, 0);
            rows.push(Row::new(what, &tree, &at, &["cannot name", "there is no release"]));
        }
    }
    rows
}

#[test]
fn every_key_of_the_schema_is_in_the_file() {
    let schema = schema();
    let file = file(&schema);
    parse(&file.written().text, "longshore.yaml").unwrap();
    assert!(jsonschema::draft7::is_valid(&schema, &value(&file.written().text)));
    let walked: BTreeSet<String> =
        Walk::new(&schema, &file).keys.into_iter().map(|key| key.pointer).collect();
    let missing: Vec<String> = keys::all(&schema).difference(&walked).cloned().collect();
    assert!(missing.is_empty(), "keys without bad input: add them to FILE: {missing:#?}");
}

#[test]
fn whatever_the_schema_refuses_is_told_at_its_line_with_what_was_expected() {
    let schema = schema();
    let file = file(&schema);
    let walk = Walk::new(&schema, &file);
    let mut rows = types(&file, &walk.keys, &schema);
    rows.retain(|row| row.is_seen);
    rows.extend(slips(&file, &walk.mappings));
    rows.extend(twice(&file, &walk.keys));
    rows.extend(names(&file, &walk.mappings));
    assert!(rows.len() > 5 * keys::all(&schema).len(), "{}", rows.len());
    let flaws: Vec<String> = rows.iter().filter_map(Row::flaw).collect();
    assert!(flaws.is_empty(), "{} of {}:\n{}", flaws.len(), rows.len(), flaws.join("\n"));
}

/// What a key holds that the schema takes and the parser does not is told with its place, too, and nothing panics.
#[test]
fn what_only_the_parser_refuses_has_a_place() {
    let schema = schema();
    let file = file(&schema);
    for row in types(&file, &Walk::new(&schema, &file).keys, &schema) {
        if let Err(error) = parse(&row.text, "longshore.yaml") {
            let place = error.place.clone().unwrap();
            assert!(place.line > 0 && place.column > 0, "{}: {place}: {}", row.what, error.message);
        }
    }
}

/// The whole command for each key once: exit code 1, one line for programs, nothing on standard output, nothing changed
/// in the folder, and no cluster asked (there is none).
#[test]
fn a_deploy_with_a_mistake_in_any_key_ends_before_anything_is_done() {
    let schema = schema();
    let file = file(&schema);
    let mut done = BTreeSet::new();
    for key in Walk::new(&schema, &file).keys {
        // Of nothing all keys but a few can be; of a list of lists of mappings none.
        let tree = file.with(&key.path, |node| *node = Tree::Scalar("[[{a: b}]]".to_owned()));
        let row = Row::new(key.pointer.clone(), &tree, &key.path, EXPECTED);
        if !done.insert(key.pointer) {
            continue;
        }
        let Err(expected) = parse(&row.text, "longshore.yaml") else {
            panic!("{}: passes silently", row.what);
        };
        let project = Project::new("").unwrap();
        project.write("longshore.yaml", &row.text).unwrap();
        ends(&deploy(&project), &expected, &row.what);
        let left: Vec<_> =
            std::fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!((left.len(), project.read("longshore.yaml").unwrap()), (1, row.text), "{left:?}");
    }
    assert_eq!(done.len(), keys::all(&schema).len());
}

fn deploy(project: &Project) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.args(["deploy", "--yes", "-e", "base", "-o", "json"]).env("KUBECONFIG", "none");
    program.folder(project.path()).run().unwrap()
}

fn ends(outcome: &Outcome, expected: &Diagnostic, what: &str) {
    assert_eq!((outcome.code, &*outcome.stdout), (Some(1), ""), "{what}: {outcome}");
    let told: Value = serde_json::from_str(outcome.stderr.trim_end()).unwrap();
    assert_eq!(told["message"], expected.message.as_str(), "{what}: {outcome}");
    let place = expected.place.as_ref().unwrap();
    let at = (&told["place"]["file"], &told["place"]["line"], &told["place"]["column"]);
    assert_eq!(at, (&"longshore.yaml".into(), &place.line.into(), &place.column.into()), "{what}: {outcome}");
}
