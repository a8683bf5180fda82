//! The readiness table: one file per kind in `tests/readiness`, one document per case, with the verdict above it.
//! `docs/readiness.md` is made of the same files: `UPDATE_DOCS=1 cargo test -p longshore-object --test it`.

#![expect(clippy::unwrap_used, reason = "what the tests share is a part of them")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use longshore_object::parse_manifests;
use longshore_object::readiness::{
    Grace, GraceValue, Readiness, Rules, custom::annotation, is_ruled, readiness_by,
};

struct Row {
    kind: String,
    ready: String,
    failed: String,
    note: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    verdict: String,
    found: String,
}

/// The value of a comment `# KEY: value` in front of a document.
fn comment(text: &str, key: &str) -> String {
    let start = format!("# {key}: ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_default().to_owned()
}

fn rows() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readiness");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| row(&fs::read_to_string(file).unwrap())).collect()
}

fn row(text: &str) -> Row {
    let mut parts = text.split("\n---\n");
    let head = parts.next().unwrap();
    let cases = parts
        .map(|part| {
            let live = parse_manifests(part, "case.yaml").unwrap().remove(0).to_json();
            let name = comment(part, "case");
            let rules = Rules {
                load_balancer_address: name.contains("`loadBalancerAddress: true`"),
                ingress_address: name.contains("`ingressAddress: true`"),
                ..Rules::default()
            };
            let found = match readiness_by(&live, &rules) {
                Readiness::Ready if is_ruled(&live, &rules) => "ready".to_owned(),
                Readiness::Ready => "ready, no rule".to_owned(),
                Readiness::Progressing { reason } => format!("progressing: {reason}"),
                Readiness::Failed { reason, certain: true } => format!("failed: {reason}"),
                Readiness::Failed { reason, certain: false } => format!("failing: {reason}"),
            };
            Case { name, verdict: comment(part, "verdict"), found }
        })
        .collect();
    let of = |key| comment(head, key);
    Row { kind: of("kind"), ready: of("ready"), failed: of("failed"), note: of("note"), cases }
}

#[test]
fn every_case_has_its_verdict() {
    let rows = rows();
    assert_eq!(rows.len(), 24);
    for row in &rows {
        assert!(!row.kind.is_empty() && !row.ready.is_empty() && !row.cases.is_empty(), "{}", row.kind);
        for case in &row.cases {
            assert_eq!(case.found, case.verdict, "{}: {}", row.kind, case.name);
        }
    }
}

#[test]
fn the_page_is_made_of_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/readiness.md");
    let page = page(&rows());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == page, "docs/readiness.md is not what the table says: run this test with UPDATE_DOCS=1");
}

fn page(rows: &[Row]) -> String {
    let mut page = String::from(
        "# When an object is ready\n\n\
         *Made by `UPDATE_DOCS=1 cargo test -p longshore-object --test it` from `crates/longshore-object/tests/readiness`, where each row has its cases as YAML with the verdict of each. A test holds this page and the cases to the rules.*\n\n\
         `longshore deploy` and `rollback` wait until every object of a release is ready, and stop at the first failure that is certain. An object that is being deleted, or whose newest change its controller has not seen, is on its way; one that is still there with its deletion after the grace `other` fails, with whose finalizer holds it. Rules start from [kstatus](https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md); where they differ, the last column says so.\n\n\
         | kind | ready when | failed when | note |\n|---|---|---|---|\n",
    );
    for row in rows {
        writeln!(page, "| {} | {} | {} | {} |", row.kind, row.ready, row.failed, row.note).unwrap();
    }
    page.push_str(
        "\n## What is borne for a while\n\n\
         A failure that may heal becomes certain when it outlasts the grace of its cause, measured from when it was first seen. Each is settable, in the project file under `wait: {grace: {…}}` (of the project or of an environment) or by `--grace CAUSE=LIMIT`:\n\n\
         | cause | limit | what it is |\n|---|---|---|\n",
    );
    let grace = Grace::default();
    for (name, what) in Grace::NAMES {
        let limit = match grace.get(name).unwrap() {
            GraceValue::Restarts(restarts) => restarts.to_string(),
            GraceValue::Lasting(lasting) => format!("{} s", lasting.as_secs()),
        };
        writeln!(page, "| `{name}` | {limit} | {what} |").unwrap();
    }
    write!(
        page,
        "\nA pod that fits no node is waited for as long as an autoscaler says that it makes one. A claim of a class that does not exist is certain with `unschedulable`, any other with `volume`. What a startup probe and the delay of a readiness probe allow comes on top of `probe`. The other way round, a container without a readiness probe is ready from the moment it runs, so that one that crashes at once is ready now and then: a workload with such a container has to stay ready for `settle`, twice as long after it has fallen back once, three times after twice, less its `minReadySeconds`; `settle=0s` takes it at its word.\n\n\
         Beside the total `--timeout` (`wait: {{timeout: 5m}}`) there is `--idle-timeout` (`wait: {{idleTimeout: 4m}}`, or `never`): it ends a wait in which nothing gets on. While a grace runs, a node is being made or an image is being pulled, it does not count.\n\n\
         ## Rules of your own\n\n\
         A JSON path and which of its values mean what. In the project file, for every object of a kind (`Kind`, or `Kind.group`):\n\n\
         ```yaml\n\
         wait:\n  readiness:\n  - kind: Database.example.com\n    path: .status.phase\n    ready: [Running]\n    failed: [Error, Lost]\n    message: .status.message       # shown with the value; optional\n\
         ```\n\n\
         or on one object, as annotations:\n\n\
         ```yaml\n\
         metadata:\n  annotations:\n    {}: \".status.conditions[?(@.type=='Healthy')].status\"\n    {}: \"True\"\n    {}: \"Unknown\"\n    {}: \"False\"\n    {}: .status.message\n\
         ```\n\n\
         A value that no list names means that the object is on its way; `*` stands for every value that no list names, several values of one annotation have commas between them, and several values at a path (`[*]`) must all mean ready. An annotation goes before the project file, and both before the table. A path or a list that is wrong is told with file and line before anything is changed.\n",
        annotation::PATH,
        annotation::READY,
        annotation::PROGRESSING,
        annotation::FAILED,
        annotation::MESSAGE
    )
    .unwrap();
    page.push_str("\n## The cases\n\n| kind | case | verdict |\n|---|---|---|\n");
    for row in rows {
        for case in &row.cases {
            writeln!(page, "| {} | {} | {} |", row.kind, case.name, case.verdict).unwrap();
        }
    }
    page
}
