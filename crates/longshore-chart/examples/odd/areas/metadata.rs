//! Chart.yaml, Chart.lock and .helmignore with odd fields, types and patterns.

use super::text;
use crate::odd::case::Case;
use crate::random::Random;

const SHOW: &str = "{{ toJson .Chart }}\n{{ printf \"%v\" .Chart.Keywords }}\n{{ range $name, $_ := .Files }}{{ $name }} {{ end }}\n";

const FIELDS: &[&str] = &[
    "apiVersion",
    "name",
    "version",
    "appVersion",
    "kubeVersion",
    "description",
    "type",
    "keywords",
    "home",
    "sources",
    "maintainers",
    "icon",
    "deprecated",
    "annotations",
    "condition",
    "tags",
    "dependencies",
    "unknown",
    "Name",
    "APIVERSION",
];

const GOOD: &[&str] = &[
    "apiVersion: v2\n",
    "name: c\n",
    "version: 1.0.0\n",
    "appVersion: \"1.16\"\n",
    "kubeVersion: \">=1.20.0-0\"\n",
    "description: some\n",
    "type: application\n",
    "keywords: [a, b]\n",
    "home: http://x\n",
    "sources: [x]\n",
    "maintainers: [{name: n, email: e, url: u}]\n",
    "icon: i\n",
    "deprecated: true\n",
    "annotations: {a: b}\n",
    "condition: a\n",
    "tags: t\n",
    "dependencies: []\n",
    "x: y\n",
];

const ODD: &[&str] = &[
    "v1",
    "v2",
    "v3",
    "v4",
    "\"\"",
    "1",
    "1.5",
    "1e6",
    "true",
    "null",
    "[]",
    "{}",
    "[1]",
    "[a, null]",
    "[null]",
    "{a: 1}",
    "{a: null}",
    "\"a b\"",
    "a/b",
    "..",
    ".",
    "\"a\\nb\"",
    "\"\\u0000x\"",
    "\"\\u200bz\"",
    "1.2",
    "1.2.3.4",
    "v1.2.3",
    "1.0.0-a+b",
    "01.0.0",
    "x",
    "1",
    "\"1.0\"",
    "library",
    "application",
    "Library",
    "\"yes\"",
    "yes",
    "[{name: n}]",
    "[{name: 1}]",
    "[{email: e}]",
    "[{name: n, x: y}]",
    "{a: b, c: [1]}",
    "[{name: sub, version: 1}]",
    "[{name: sub, version: \"1\", repository: r}]",
    "[{}]",
    "[{name: sub, alias: \"a b\"}]",
    "\">=1.20\"",
    "\">1.99\"",
    "\"< 1.0 ||\"",
    "\"*\"",
    "\"x\"",
    "2001-01-01",
    "\"  padded  \"",
    "\"é\\t\"",
    "[[a]]",
    "{true: a}",
    "0x10",
    "!!binary aGk=",
    "\"\\u2028\"",
    "~",
    "[{name: a, tags: [1]}]",
    "[{name: a, enabled: 1}]",
    "[{name: a, import-values: [1, {child: a}]}]",
    "[{name: a, import-values: x}]",
    "[{name: a, condition: [x]}]",
    "[1, {name: a}]",
    "text",
    "[{name: n, email: [1]}]",
    "-1",
    "\"1.0.0 \"",
    "1.0.0-01",
    "\"a\\\\b\"",
    "9223372036854775808",
    "[{name: n},\nnull]",
    "{\"a\": {\"b\": 1}}",
];

const IGNORED: &[&str] = &[
    "*.txt",
    "a",
    "a/",
    "/a",
    "a/*",
    "*/b.txt",
    "!a",
    "!*.txt",
    "[",
    "[a-z]*",
    "**",
    "a/**",
    "\\*",
    "?",
    "#x",
    "",
    " ",
    "a b",
    "*",
    "/*",
    "templates",
    "templates/",
    "templates/*.yaml",
    ".*",
    "!.helmignore",
    "*.t?t",
    "[^a]*",
    "a/b.txt",
    "/a/b.txt",
    "./a",
    "a//b.txt",
    "!/a",
    "!",
    "/",
    "charts/",
    "values.yaml",
    "Chart.yaml",
    "*/",
    "é*",
    "{a,b}",
    "a\\",
    "\u{FEFF}a",
    "*.txt #c",
    "\t*.txt",
    "!templates/",
    "[]",
    "[a-",
    "a*b*c",
    "*[.]txt",
    "b",
    "!b.txt",
    "[!a]*",
];

fn about(random: &mut Random) -> String {
    let mut fields: Vec<String> = Vec::new();
    for (number, good) in GOOD.iter().enumerate() {
        if number < 3 && random.chance(92) || random.chance(12) {
            fields.push((*good).to_owned());
        }
    }
    for _ in 0..random.below(3) {
        fields.push(format!("{}: {}\n", random.one(FIELDS), random.one(ODD)));
    }
    // Of equal keys the last one counts.
    let mut text = fields.concat();
    match random.below(25) {
        0 => text::mutate(random, &mut text),
        1 => {
            text = random
                .one(&[
                    "",
                    "---\n",
                    "[]",
                    "x",
                    "null",
                    "{}",
                    "# c",
                    "apiVersion: v2\n---\nname: c",
                    "\u{FEFF}apiVersion: v2\nname: c\nversion: 1.0.0\n",
                    "name: c\r\nversion: 1.0.0\r\n",
                    "- a",
                    "name: &a c\nversion: *a",
                    "{name: c, version: 1.0.0}x",
                    "name: c\nname: d\nversion: 1.0.0",
                ])
                .to_owned()
        }
        _ => {}
    }
    text
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    let mut case = Case::default();
    let mut add = |name: &str, content: String| case.files.push((name.to_owned(), content.into_bytes()));
    if random.chance(70) {
        add("Chart.yaml", about(random));
    } else {
        add("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n".to_owned());
    }
    add("templates/NOTES.txt", SHOW.to_owned());
    if random.chance(50) {
        let mut lines = String::new();
        for _ in 0..1 + random.below(4) {
            lines.push_str(random.one(IGNORED));
            lines.push_str(random.one(&["\n", "\n", "\n", "\r\n", " \n", ""]));
        }
        add(".helmignore", lines);
        for name in [
            "a/b.txt",
            "a/c/d.txt",
            "b/b.txt",
            "x.txt",
            "é.md",
            "a b",
            ".dot",
            "templates/a.yaml",
            "templates/sub/a.yaml",
            "charts/s/Chart.yaml",
            "charts/s/b.txt",
            "abc",
            "values.yaml",
        ] {
            if random.chance(50) {
                let content = match name {
                    "charts/s/Chart.yaml" => "name: s\nversion: 1.0.0\n",
                    name if name.starts_with("templates") => "kind: X\n",
                    "values.yaml" => "a: 1\n",
                    _ => "x",
                };
                add(name, content.to_owned());
            }
        }
    }
    if random.chance(15) {
        let lock = random.one(&[
            "dependencies: []\n",
            "digest: 1\n",
            "generated: x\n",
            "generated: 2020-01-01T00:00:00Z\n",
            "[]",
            "dependencies: x\n",
            "dependencies: [1]\n",
            "{}",
            "",
            "generated: \"2020-01-01T00:00:00.123456789+02:00\"\n",
            "a: :",
            "dependencies: [{name: 1}]\n",
            "digest: [a]\n",
            "generated: 1\n",
            "generated: null\n",
            "generated: \"\"\n",
            "generated: \"2020-13-01T00:00:00Z\"\n",
        ]);
        add(random.one(&["Chart.lock", "requirements.lock"]), lock.to_owned());
    }
    if random.chance(8) {
        let text = random.one(&[
            "dependencies: []\n",
            "dependencies: [{name: s, version: \"*\"}]\n",
            "name: other\n",
            "[]",
            "dependencies: x\n",
            "",
            "version: 9.9.9\n",
            "x: :",
        ]);
        add("requirements.yaml", text.to_owned());
    }
    case
}
