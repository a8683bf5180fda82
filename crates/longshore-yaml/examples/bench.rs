//! Times reading and writing, and measures memory, beside `oracle-yaml bench` in `tools/oracle-yaml`,
//! which does the same with Go's libraries: `cargo xtask oracle bench` runs both in turns.
//!
//! `bench CASE` does the case for half a second and prints nanoseconds for one operation and the
//! process's peak of memory in KiB; `bench` lists the cases.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use longshore_yaml::{Dialect, EmitOptions, Limits, Node, emit, parse, sigs, unmarshal};

const MANIFESTS: &str = include_str!("../../../tools/oracle-yaml/inputs/manifests.yaml");
const VALUES: &str = include_str!("../../../tools/oracle-yaml/inputs/values.yaml");
const BLOCKS: &str = include_str!("../../../tools/oracle-yaml/inputs/blocks.yaml");
const FLOW: &str = include_str!("../../../tools/oracle-yaml/inputs/flow.json");

/// One operation, with what it needs.
type Operation = Box<dyn FnMut()>;

/// Makes an operation.
type Prepare = fn() -> Operation;

/// The cases, each with what makes its operation.
const CASES: [(&str, Prepare); 15] = [
    ("read-v2-value", || read_v2(vec![list(MANIFESTS, 200)])),
    ("read-v2-blocks", || read_v2(vec![list(BLOCKS, 300)])),
    ("read-v2-flow", || read_v2(vec![flow_list(1000)])),
    ("read-v2-small", || read_v2(small())),
    ("read-v3-value", || {
        let text = list(MANIFESTS, 200);
        Box::new(move || {
            let value = unmarshal(text.as_bytes(), Dialect::V3, &Limits::default());
            black_box(value.expect("it has values"));
        })
    }),
    ("read-v3-node", || read_nodes(vec![stream(MANIFESTS, 200)])),
    ("read-v3-node-comments", || read_nodes(vec![mapping(VALUES, 300)])),
    ("read-v3-node-blocks", || read_nodes(vec![stream(BLOCKS, 300)])),
    ("read-v3-node-flow", || read_nodes(vec![flow_list(1000)])),
    ("read-v3-node-small", || read_nodes(small())),
    ("write-v2", || write_v2(&list(MANIFESTS, 200))),
    ("write-v2-blocks", || write_v2(&list(BLOCKS, 300))),
    ("write-v3", || {
        let value = sigs::to_value(list(MANIFESTS, 200).as_bytes()).expect("it is valid");
        Box::new(move || {
            black_box(
                longshore_yaml::marshal(&value, &EmitOptions::v3().indent(2)).expect("it can be written"),
            );
        })
    }),
    ("write-v3-node", || write_nodes(&stream(MANIFESTS, 200))),
    ("write-v3-node-comments", || write_nodes(&mapping(VALUES, 300))),
];

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let wanted = std::env::args().nth(1);
    for (name, prepare) in CASES {
        match &wanted {
            None => writeln!(out, "{name}")?,
            Some(wanted) if wanted == name => {
                let mut operation = prepare();
                operation();
                let (start, mut count) = (Instant::now(), 0);
                while start.elapsed() < Duration::from_millis(500) {
                    operation();
                    count += 1;
                }
                writeln!(out, "{} {}", start.elapsed().as_nanos() / count, peak()?)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The most memory that the process ever held, in KiB.
fn peak() -> io::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    Ok(line.trim().trim_end_matches(" kB").to_owned())
}

/// So many copies of the documents in a row.
fn stream(documents: &str, copies: usize) -> String {
    (0..copies).map(|i| format!("---\n{}", numbered(documents, i))).collect()
}

/// The copies as the items of one document.
fn list(documents: &str, copies: usize) -> String {
    let all = stream(documents, copies);
    let items = all["---\n".len()..].split("---\n").map(|document| format!("-{}", &indented(document)[1..]));
    format!("items:\n{}", items.collect::<String>())
}

/// The copies as the values of one mapping.
fn mapping(document: &str, copies: usize) -> String {
    (0..copies).map(|i| format!("copy{i}:\n{}", indented(document))).collect()
}

/// JSON.
fn flow_list(copies: usize) -> String {
    let items: Vec<_> = (0..copies).map(|i| numbered(FLOW, i)).collect();
    format!("{{\"items\":[{}]}}", items.join(","))
}

/// Documents of one manifest each.
fn small() -> Vec<String> {
    stream(MANIFESTS, 20)["---\n".len()..].split_inclusive("---\n").map(str::to_owned).collect()
}

fn numbered(text: &str, number: usize) -> String {
    text.replace("NUMBER", &number.to_string())
}

fn indented(document: &str) -> String {
    let indent = |line| if line == "\n" { String::from(line) } else { format!("  {line}") };
    document.split_inclusive('\n').map(indent).collect()
}

fn nodes(text: &str) -> Vec<Node> {
    parse(text.as_bytes(), Dialect::V3, &Limits::default()).expect("it is valid")
}

fn read_v2(texts: Vec<String>) -> Operation {
    Box::new(move || {
        for text in &texts {
            black_box(sigs::to_value(text.as_bytes()).expect("it is valid"));
        }
    })
}

fn read_nodes(texts: Vec<String>) -> Operation {
    Box::new(move || {
        for text in &texts {
            black_box(nodes(text));
        }
    })
}

fn write_v2(text: &str) -> Operation {
    let value = sigs::to_value(text.as_bytes()).expect("it is valid");
    Box::new(move || {
        black_box(sigs::marshal(&value).expect("it can be written"));
    })
}

fn write_nodes(text: &str) -> Operation {
    let nodes = nodes(text);
    Box::new(move || {
        black_box(emit(&nodes, &EmitOptions::v3().indent(2)));
    })
}
