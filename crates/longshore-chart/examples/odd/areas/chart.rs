//! Whole charts: named templates across files and subcharts, `include` and `tpl`, documents, hooks, notes.

use super::{expression, text};
use crate::odd::case::Case;
use crate::random::Random;

const VALUES: &str = "a: 1\nname: web\nlist: [x, 2, null]\nmap: {k: v, n: {m: 1.5}}\ntext: \"{{ .Values.a }}-{{ .Template.Name }}\"\nflag: true\nsub: {a: 2}\n";

const KINDS: &str = "Deployment Service ConfigMap Secret Namespace CustomResourceDefinition Job Pod Unknown Ingress ServiceAccount ClusterRole ClusterRoleBinding RoleBinding Role PersistentVolumeClaim List APIService StatefulSet CronJob ValidatingWebhookConfiguration MutatingWebhookConfiguration NetworkPolicy PriorityClass HorizontalPodAutoscaler Zed IngressClass";

const HOOKS: &[&str] = &[
    "pre-install",
    "post-install",
    "pre-install,post-upgrade",
    "test",
    "test-success",
    "crd-install",
    "unknown",
    "pre-install, unknown",
    "",
    "PRE-INSTALL",
    " pre-delete ",
    "test-failure",
    "pre-install,pre-install",
    "post-rollback",
];

fn action(random: &mut Random, depth: usize) -> String {
    let name = random.word("n1 n2 n3 c.name s.name");
    match random.below(26) {
        0 => format!("{{{{ include \"{name}\" . }}}}"),
        1 => format!("{{{{ include \"{name}\" (dict \"a\" 1) | indent 2 }}}}"),
        2 => format!("{{{{- template \"{name}\" . -}}}}"),
        3 => "{{ tpl .Values.text . }}".to_owned(),
        4 => format!(
            "{{{{ tpl \"{}\" $ }}}}",
            random.one(&[
                "{{ .Values.a }}",
                "x",
                "{{ define \\\"n1\\\" }}tpl{{ end }}{{ include \\\"n1\\\" . }}",
                "{{",
                "{{ .Template.Name }}",
                "{{ fail \\\"t\\\" }}",
                "{{ include \\\"nope\\\" . }}",
                "{{ tpl \\\"{{ .Values.a }}\\\" . }}",
                "{{ .Nope.x }}",
                "{{ template \\\"n2\\\" . }}"
            ])
        ),
        5 => "{{ .Template.Name }} {{ .Template.BasePath }}".to_owned(),
        6 => "{{ .Values.absent }}".to_owned(),
        7 => "{{ .Values.map | toYaml | nindent 2 }}".to_owned(),
        8 => "{{- /* comment */ -}}".to_owned(),
        9 if depth > 0 => format!(
            "{{{{ if {} }}}}{}{{{{ else }}}}{}{{{{ end }}}}",
            random.one(&[
                ".Values.flag",
                ".Values.absent",
                "eq 1 1",
                "and .Values.a .Values.b",
                "not .Values.flag"
            ]),
            action(random, depth - 1),
            action(random, depth - 1)
        ),
        10 if depth > 0 => format!(
            "{{{{ range $i, $x := .Values.{} }}}}{{{{ $i }}}}={{{{ $x }}}} {}{{{{ end }}}}",
            random.word("list map absent a name"),
            action(random, depth - 1)
        ),
        11 if depth > 0 => format!(
            "{{{{ with .Values.{} }}}}{{{{ . }}}}{}{{{{ end }}}}",
            random.word("map absent name list"),
            action(random, depth - 1)
        ),
        12 => format!("{{{{ {} }}}}", expression::call(random, 1)),
        13 => "{{ .Values.map.n.m.x }}".to_owned(),
        14 => "{{ required \"need it\" .Values.absent }}".to_owned(),
        15 => "{{ fail \"stop\" }}".to_owned(),
        16 => "{{ .Values.absent.x }}".to_owned(),
        17 => "{{ $.Release.Name }}-{{ .Chart.Name }}-{{ .Chart.Version }}".to_owned(),
        18 => "{{ .Subcharts.s.Values.a }}".to_owned(),
        19 => "{{ block \"b1\" . }}blocked{{ .Values.a }}{{ end }}".to_owned(),
        20 => "{{ $x := 1 }}{{ $x = 2 }}{{ $x }}".to_owned(),
        21 => "{{ .Capabilities.APIVersions.Has \"apps/v1\" }}{{ .Capabilities.KubeVersion }}".to_owned(),
        22 => "{{ .Files.Get \"f.txt\" }}".to_owned(),
        23 => "{{ lookup \"v1\" \"Pod\" \"\" \"\" }}".to_owned(),
        _ => "{{ .Values.name | quote }}".to_owned(),
    }
}

fn document(random: &mut Random) -> String {
    let mut made = String::new();
    if random.chance(85) {
        made.push_str(&format!(
            "apiVersion: {}\nkind: {}\n",
            random.one(&["v1", "apps/v1", "x/v1", "batch/v1"]),
            random.word(KINDS)
        ));
        made.push_str(&format!("metadata:\n  name: {}\n", random.word("a b c web-1")));
        if random.chance(25) {
            made.push_str(&format!("  annotations:\n    \"helm.sh/hook\": \"{}\"\n", random.one(HOOKS)));
            if random.chance(40) {
                made.push_str(random.one(&[
                    "    \"helm.sh/hook-weight\": \"5\"\n",
                    "    \"helm.sh/hook-weight\": \"-1\"\n",
                    "    \"helm.sh/hook-weight\": x\n",
                    "    \"helm.sh/hook-weight\": 3\n",
                    "    \"helm.sh/hook-delete-policy\": hook-succeeded\n",
                    "    \"helm.sh/hook-delete-policy\": x,hook-failed\n",
                ]));
            }
        }
    }
    for _ in 0..random.below(3) {
        match random.below(8) {
            0 => made.push_str("# comment\n"),
            1 => made.push('\n'),
            2 => made.push_str(&format!("list:\n- {}\n", text::scalar(random))),
            3 => {
                made.push_str(&format!("block: |\n  {}\n  text\n", random.one(&["---", "a", "  b", "--- x"])))
            }
            4 if random.chance(15) => made.push_str(random.one(&[
                "a: b: c\n",
                "\tx: 1\n",
                "- x\n",
                "just text\n",
                "a: &x 1\nb: *x\n",
                "a: *nope\n",
                "? a\n",
                "kind: Again\n",
                "{",
                "a: 1\na: 2\n",
                "%YAML 1.1\n",
                "kind: 1\n",
                "metadata: x\n",
                "metadata: {annotations: [1]}\n",
                "metadata: {annotations: {\"helm.sh/hook\": 1}}\n",
                "apiVersion: [1]\n",
            ])),
            _ => made.push_str(&format!(
                "key{}: {}\n",
                random.below(3),
                if random.chance(40) { action(random, 1) } else { text::scalar(random).to_owned() }
            )),
        }
    }
    made
}

fn template(random: &mut Random) -> String {
    let mut made = String::new();
    for number in 0..1 + random.below(4) {
        if number > 0 || random.chance(20) {
            made.push_str(random.one(&[
                "---\n",
                "---\n",
                "---\n",
                "--- \n",
                "---\n---\n",
                "\n---\n",
                "---\n# c\n",
                "--- # c\n",
                "----\n",
                "...\n",
                " ---\n",
                "\n---",
                "---\r\n",
                "---\t\n",
                "{{ \"---\" }}\n",
                "---\n\n\n",
            ]));
        }
        made.push_str(&document(random));
    }
    if random.chance(15) {
        made.push_str(&definition(random));
    }
    match random.below(30) {
        0 => made = made.replace('\n', "\r\n"),
        1 => made.insert(0, '\u{FEFF}'),
        2 => text::mutate(random, &mut made),
        3 => {
            made = random
                .one(&[
                    "",
                    "\n",
                    "# only\n",
                    "---\n",
                    "{{- if false }}\nkind: X\n{{- end }}\n",
                    "---\n---\n",
                    "null\n",
                    "~",
                    "--- \n",
                    " \n---\n \n",
                    "{{ define \"only\" }}x{{ end }}",
                    "kind: X",
                    "kind: X\n\n\n---\n\n\nkind: Y\n\n\n",
                ])
                .to_owned()
        }
        4 => made = format!("{}\n", made.trim_end()),
        5 => made = format!("\n\n{made}\n\n"),
        _ => {}
    }
    made
}

fn definition(random: &mut Random) -> String {
    let name = random.word("n1 n2 n3 c.name s.name b1");
    // One that names itself ends after a thousand calls; a few of those will do.
    let kinds = if random.chance(3) { 3 } else { 9 };
    let body = match random.below(kinds) {
        0 => "  ".to_owned(),
        1 => String::new(),
        2 => format!("{{{{ include \"{}\" . }}}}", random.word("n1 n2 n3 nope")),
        3 if name == "n1" => "{{ include \"n2\" . }}{{ .Template.Name }}".to_owned(),
        3 => "{{ .a }}".to_owned(),
        4 => format!("{{{{ {} }}}}", expression::call(random, 1)),
        _ => format!(
            "{}{}",
            random.one(&["def-", "x: ", "{{ .Template.Name }}:", "{{ .Values.a }}", ""]),
            random.one(&[
                "{{ .a }}",
                "{{ .Values.name | upper }}",
                "{{ . | kindOf }}",
                "{{ .Chart.Name }}",
                "{{ $.Release.Name }}",
                "{{ .Values.map | toYaml | nindent 2 }}",
                "{{ tpl .Values.text . }}",
                "{{ fail \"in\" }}",
                "{{ .Values.absent.x }}",
                "{{ .Template.BasePath }}"
            ])
        ),
    };
    format!(
        "{}define \"{name}\"{}{body}{{{{ end }}}}\n",
        random.one(&["{{ ", "{{- "]),
        random.one(&[" }}", " -}}"])
    )
}

fn chart(random: &mut Random, files: &mut Vec<(String, Vec<u8>)>, at: &str, name: &str) {
    let about = format!(
        "apiVersion: v2\nname: {name}\nversion: 1.0.0\n{}",
        if at.is_empty() || random.chance(85) { "" } else { "type: library\n" }
    );
    files.push((format!("{at}Chart.yaml"), about.into_bytes()));
    files.push((format!("{at}values.yaml"), VALUES.into()));
    files.push((format!("{at}f.txt"), b"file\n".to_vec()));
    for name in ["_a.tpl", "_b.tpl", "dir/_c.tpl"] {
        if random.chance(60) {
            let made: String = (0..1 + random.below(3)).map(|_| definition(random)).collect();
            files.push((format!("{at}templates/{name}"), made.into_bytes()));
        }
    }
    for name in ["a.yaml", "b.yml", "z/a.yaml", "c.txt", "d.json", "tests/t.yaml"] {
        if random.chance(35) {
            files.push((format!("{at}templates/{name}"), template(random).into_bytes()));
        }
    }
    if random.chance(30) {
        let notes = format!("notes {}\n", action(random, 1));
        files.push((format!("{at}templates/NOTES.txt"), notes.into_bytes()));
    }
    if random.chance(10) {
        files.push((
            format!("{at}crds/c.yaml"),
            random
                .one(&[
                    "kind: CustomResourceDefinition\n---\nkind: X\n",
                    "",
                    "{{ not a template }}\n",
                    "kind: CustomResourceDefinition",
                ])
                .into(),
        ));
    }
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    let mut case = Case::default();
    chart(random, &mut case.files, "", "c");
    for sub in ["s", "t"] {
        if random.chance(30) {
            chart(random, &mut case.files, &format!("charts/{sub}/"), sub);
        }
    }
    case
}
