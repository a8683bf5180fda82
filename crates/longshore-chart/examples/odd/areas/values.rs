//! Values of charts and users, merged: nulls, lists, globals, subcharts with conditions, tags, aliases, imports.

use super::{set, text};
use crate::odd::case::Case;
use crate::random::Random;

const SHOW: &str = "kind: Show\nvalues: {{ toJson .Values }}\nname: {{ .Chart.Name }}\nsubs: {{ keys .Subcharts | sortAlpha | toJson }}\n";

/// A map of YAML in flow style with keys that the charts share.
fn map(random: &mut Random, depth: usize) -> String {
    let mut text = String::from("{");
    for number in 0..random.below(5) {
        if number > 0 {
            text.push_str(", ");
        }
        let key = random.one(&[
            "a", "b", "c", "sub", "other", "al", "global", "tags", "enabled", "exports", "data", "x",
            "front", "nested", "a", "b", "\"a.b\"", "1", "true", "sub", "global",
        ]);
        text.push_str(key);
        text.push_str(": ");
        text.push_str(&value(random, depth, key));
    }
    text.push('}');
    text
}

fn value(random: &mut Random, depth: usize, key: &str) -> String {
    match key {
        "enabled" | "front" if random.chance(80) => random.word("true false null \"true\" 1"),
        "sub" | "other" | "al" | "global" | "tags" | "exports" | "data" | "nested"
            if depth > 0 && random.chance(85) =>
        {
            map(random, depth - 1)
        }
        _ if depth > 0 && random.chance(35) => map(random, depth - 1),
        _ if random.chance(25) => "null".to_owned(),
        _ => text::scalar(random).to_owned(),
    }
}

/// A values file: flow style, or the top in block style, or several documents, or broken.
pub(super) fn file(random: &mut Random) -> String {
    let mut made = map(random, 3);
    if random.chance(30) {
        let inner = value(random, 2, "sub");
        made = format!("a: 1\nsub: {inner}\nglobal:\n  g: {}\nb:\n", text::scalar(random));
    }
    if random.chance(15) {
        made = format!("{made}\n---\n{}\n", map(random, 2));
    }
    match random.below(40) {
        0 => random
            .one(&[
                "",
                "---\n",
                "null",
                "[]",
                "x",
                "# nothing\n",
                "---\n---\na: 1",
                "\u{FEFF}a: 1",
                "a: 1\n...\n",
                "\"\"",
                "- a\n",
                "%YAML 1.1\n---\na: 1",
                "{}\n---\n[1]",
                "a: 1\n--- \nb: 2",
                "---\na: 1\n---\n",
            ])
            .to_owned(),
        1 => {
            text::mutate(random, &mut made);
            made
        }
        _ => made,
    }
}

fn dependency(random: &mut Random, name: &str) -> String {
    let mut text = format!(
        "- name: {name}\n  version: \"{}\"\n",
        random.one(&["*", "1.0.0", ">=0", "^1", "2.x", "x", "", ">=1.0.0-0"])
    );
    if random.chance(40) {
        text.push_str(&format!(
            "  condition: {}\n",
            random.one(&[
                "sub.enabled",
                "global.enabled",
                "front",
                "sub.enabled,other.enabled",
                "a",
                "sub.a, front",
                "absent.x",
                "tags.front",
                "\"\"",
                "a.b.c",
                ".",
                "sub.",
                ","
            ])
        ));
    }
    if random.chance(30) {
        text.push_str(random.one(&[
            "  tags: [front]\n",
            "  tags: [front, b]\n",
            "  tags: []\n",
            "  tags: [a, x]\n",
        ]));
    }
    if random.chance(25) {
        text.push_str(random.one(&[
            "  alias: al\n",
            "  alias: other\n",
            "  alias: sub\n",
            "  alias: \"a b\"\n",
            "  alias: a.b\n",
            "  alias: \"\"\n",
        ]));
    }
    if random.chance(40) {
        text.push_str("  import-values:\n");
        for _ in 0..1 + random.below(2) {
            text.push_str(random.one(&[
                "  - data\n",
                "  - {child: exports.data, parent: x}\n",
                "  - {child: a, parent: b}\n",
                "  - {child: a, parent: .}\n",
                "  - {child: ., parent: x}\n",
                "  - {child: x.y, parent: a.b}\n",
                "  - absent\n",
                "  - {child: nested, parent: nested}\n",
                "  - {child: sub.a, parent: c}\n",
                "  - {parent: x}\n",
                "  - {child: a}\n",
                "  - 1\n",
                "  - {child: 1, parent: a}\n",
                "  - null\n",
                "  - [a]\n",
                "  - \"\"\n",
                "  - {child: b, parent: global.z}\n",
                "  - {child: global, parent: x}\n",
                "  - x\n",
            ]));
        }
    }
    if random.chance(5) {
        text.push_str(random.one(&[
            "  enabled: false\n",
            "  enabled: true\n",
            "  repository: x\n",
            "  enabled: 1\n",
        ]));
    }
    text
}

fn chart(random: &mut Random, files: &mut Vec<(String, Vec<u8>)>, at: &str, name: &str, depth: usize) {
    let mut about = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    if random.chance(3) {
        about.push_str(random.one(&[
            "type: library\n",
            "type: x\n",
            "kubeVersion: \">=1.30\"\n",
            "kubeVersion: <1.0\n",
        ]));
    }
    let mut listed = String::new();
    if depth > 0 {
        for child in ["sub", "other"] {
            if random.chance(60) {
                chart(random, files, &format!("{at}charts/{child}/"), child, depth - 1);
                if random.chance(75) {
                    listed.push_str(&dependency(random, child));
                }
                if random.chance(15) {
                    listed.push_str(&dependency(random, child));
                }
            }
        }
        if random.chance(2) {
            listed.push_str(&dependency(random, "absent"));
        }
    }
    if !listed.is_empty() {
        about.push_str("dependencies:\n");
        about.push_str(&listed);
    }
    files.push((format!("{at}Chart.yaml"), about.into_bytes()));
    if random.chance(85) {
        files.push((format!("{at}values.yaml"), file(random).into_bytes()));
    }
    files.push((format!("{at}templates/show.yaml"), SHOW.into()));
    if random.chance(10) {
        files.push((
            format!("{at}templates/more.yaml"),
            b"a: {{ .Values.global | toJson }}\nb: {{ toJson .Values.sub }}\n".to_vec(),
        ));
    }
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    let mut case = Case::default();
    chart(random, &mut case.files, "", "top", 2);
    for _ in 0..random.below(3) {
        case.values.push(file(random).into_bytes());
    }
    if random.chance(30) {
        let kind = random.word("set set set-json set-string");
        let text = if random.chance(50) {
            random
                .one(&[
                    "sub.enabled=false",
                    "tags.front=false",
                    "sub=null",
                    "sub.a=null",
                    "global=null",
                    "global.a=1",
                    "other.enabled=true",
                    "sub.sub.a=1",
                    "tags.front=true",
                    "al.a=2",
                    "front=true",
                    "sub.global.b=1",
                    "a=null,b=null",
                    "sub[0]=1",
                    "global.a.b=null",
                ])
                .to_owned()
        } else {
            set::flag(random, &kind)
        };
        case.flags.push((kind, text));
    }
    case
}
