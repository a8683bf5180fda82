//! What is read, over the ways in which charts hand their values on.

use crate::{Chart, Engine, File, Level, Reads, values};

fn chart(files: &[(&str, &str)]) -> Chart {
    let head = [("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}")];
    let has_head = files.iter().any(|(name, _)| *name == "Chart.yaml");
    let all = head.iter().filter(|_| !has_head).chain(files);
    Chart::load(all.map(|(name, text)| File::new(*name, *text)), Level::default()).unwrap()
}

fn reads_of(files: &[(&str, &str)], values: &str) -> Reads {
    let chart = chart(files);
    let level = Level::default();
    let values = values::read(values.as_bytes(), level).unwrap();
    let resolved = crate::dependencies::resolve(&chart, &values, level.rules(), &mut Vec::new()).unwrap();
    Engine::new(level).reads(&chart, &resolved, &values).unwrap()
}

/// One template and perhaps a library: `yes` is read, `no` is not.
#[track_caller]
fn check(template: &str, yes: &[&str], no: &[&str]) {
    check_all(&[("templates/t.yaml", template)], yes, no);
}

#[track_caller]
fn check_all(files: &[(&str, &str)], yes: &[&str], no: &[&str]) {
    let reads = reads_of(files, "");
    let covers = |path: &&&str| reads.covers(&path.split('.').collect::<Vec<_>>());
    let missed: Vec<_> = yes.iter().filter(|path| !covers(path)).collect();
    let invented: Vec<_> = no.iter().filter(covers).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:?}, invented {invented:?}: {reads:?}");
}

#[test]
fn fields_are_read_by_name() {
    check("{{ .Values.a.b }}{{ $.Values.c }}", &["a", "a.b", "a.b.c", "c"], &["b", "a.c", "d"]);
    check(
        "{{ if .Values.a }}{{ .Values.b.x }}{{ else }}{{ .Values.c }}{{ end }}",
        &["a", "b.x", "c"],
        &["b.y"],
    );
    check("{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ end }}", &["a.b", "c"], &["b", "a.c"]);
    check("{{ $v := .Values }}{{ $v.a.b }}{{ ($v.c).d }}", &["a.b", "c.d"], &["a.c", "c.e"]);
    check(
        "{{ $x := .Values.a }}{{ if 1 }}{{ $x = .Values.b }}{{ end }}{{ $x.c }}",
        &["a.c", "b.c"],
        &["a.d"],
    );
    check("{{ default .Values.a .Values.b | default .Values.c }}", &["a", "b", "c"], &["d"]);
    check(
        "{{ required `x` .Values.a.b }}{{ (.Values.c | default dict).d }}",
        &["a.b", "c.d"],
        &["a.c", "c.e"],
    );
    check(
        r#"{{ index .Values "my-key" "x" }}{{ get .Values.a "b" }}{{ hasKey .Values.c "d" }}{{ dig "e" "f" 1 .Values }}"#,
        &["my-key.x", "a.b", "c.d", "e.f"],
        &["my-key.y", "a.c", "c.e", "e.g", "f"],
    );
    check(r#"{{ (pluck "b" .Values.a .Values.c | first).d }}"#, &["a.b.d", "c.b.d"], &["a.d", "a.b.e"]);
}

#[test]
fn what_goes_out_of_sight_is_read_whole() {
    check("{{ toYaml .Values.a }}", &["a.x", "a.x.y"], &["b"]);
    check("{{ range $k, $v := .Values.a }}{{ $v.x }}{{ end }}", &["a.q.y"], &["b"]);
    check("{{ range .Values.a }}{{ .x }}{{ end }}", &["a.q.y"], &["b"]);
    check("{{ .Values }}", &["anything"], &[]);
    check("{{ . | toYaml }}", &["anything"], &[]);
    check("{{ index .Values .Release.Name }}", &["anything"], &[]);
    check(
        r#"{{ range list "web" "db-one" }}{{ (index $.Values .).x }}{{ get $.Values (printf "%sPass" .) }}{{ end }}"#,
        &["web.q", "db-one", "webPass", "c"],
        &["wob", "dbone"],
    );
    check(
        "{{ include (printf `%s` .Values.a) .Values.b }}{{ define `x` }}{{ .c }}{{ end }}",
        &["b.c"],
        &["b.d", "c"],
    );
    check("{{ index .Values.a 0 `x` }}", &["a"], &["b"]);
    check("{{ $x := dict }}{{ $_ := merge $x .Values.a }}{{ $x.b }}", &["a.q"], &["b"]);
    check("{{ $_ := set $ `k` .Values.a }}{{ .k.b }}", &["a.q"], &["b"]);
}

#[test]
fn named_templates_are_followed() {
    let library = "{{ define \"a\" }}{{ .Values.x.y }}{{ end }}{{ define \"b\" }}{{ .w.p }}{{ .c.Values.q }}{{ end }}\
                   {{ define \"unused\" }}{{ .Values.dead }}{{ end }}";
    check_all(
        &[
            ("templates/_l.tpl", library),
            (
                "templates/t.yaml",
                r#"{{ include "a" . }}{{ include "b" (dict "w" .Values.r "c" $) }}{{ template "a" . }}"#,
            ),
        ],
        &["x.y", "r.p", "q"],
        &["x.z", "r.q", "p", "dead"],
    );
    let again = "{{ define \"r\" }}{{ include \"r\" (dict \"v\" .v.n \"w\" (dict \"x\" .w)) }}{{ end }}";
    check_all(
        &[
            ("templates/_l.tpl", again),
            ("templates/t.yaml", "{{ include \"r\" (dict \"v\" .Values.a \"w\" 1) }}"),
        ],
        &["a.n.n.n"],
        &["b"],
    );
    check(
        r#"{{ range tuple (dict "v" .Values.a) (dict "v" .Values.b) }}{{ .v.c }}{{ end }}{{ (index (list 1 .Values.d) 1).e }}"#,
        &["a.c", "b.c", "d.e"],
        &["a.d", "d.f"],
    );
    check(
        r#"{{ include "m" (merge (dict "n" .Values.a) .) }}{{ define "m" }}{{ .n.b }}{{ .Values.c }}{{ end }}"#,
        &["a.b", "c"],
        &["a.c", "b"],
    );
}

#[test]
fn texts_of_values_and_files_are_templates_for_tpl() {
    let files = [
        ("templates/t.yaml", "{{ tpl .Values.text . }}{{ tpl `{{ .Values.direct }}` . }}"),
        ("values.yaml", "text: '{{ .Values.hidden.key }}'\nother: '{{ .Values.'\n"),
        ("files/x.conf", "{{ .Values.filed }}"),
    ];
    check_all(&files, &["text", "hidden.key", "direct", "filed"], &["hidden.kay", "x"]);
    let reads = reads_of(&files, "more: '{{ .Values.given }} {{ bad'\n");
    assert!(reads.covers(&["given"]), "a text that does not parse may read what it names");
    assert!(!reads.covers(&["gone"]));
    let plain =
        [("templates/t.yaml", "{{ .Values.text }}"), ("values.yaml", "text: '{{ .Values.hidden }}'\n")];
    check_all(&plain, &["text"], &["hidden"]);
}

#[test]
fn subcharts_read_below_their_names_and_the_globals() {
    let parent = "{apiVersion: v2, name: c, version: 1.0.0, dependencies: [\
        {name: s, version: 1.0.0, alias: sub, tags: [front], condition: 'sub.enabled,flag', import-values: [data, {child: inner, parent: up}]}, \
        {name: s, version: 1.0.0, alias: idle, condition: idle.enabled}]}";
    let files = [
        ("Chart.yaml", parent),
        ("values.yaml", "idle: {enabled: false}\n"),
        ("templates/t.yaml", "{{ .Values.own }}{{ .Subcharts.sub.Values.seen }}"),
        ("charts/s/Chart.yaml", "{apiVersion: v2, name: s, version: 1.0.0}"),
        ("charts/s/values.yaml", "exports: {data: {}}\ninner: {}\n"),
        ("charts/s/templates/t.yaml", "{{ .Values.port }}{{ .Values.global.zone }}"),
    ];
    check_all(
        &files,
        &[
            "own",
            "sub.port",
            "sub.seen",
            "global.zone",
            "sub.global.zone",
            "sub.enabled",
            "flag",
            "tags.front",
            "sub.exports.data.x",
            "sub.inner.x",
            "idle.whatever",
        ],
        &["port", "sub.own", "sub.prt", "global.zon", "sub.global.zon", "s.port", "tags.back"],
    );
}

#[test]
fn schemas_know_keys() {
    let schema = r#"{"properties": {"a": {"type": "object"}, "b": {"anyOf": [{"properties": {"c": {}}}]}}}"#;
    check_all(&[("values.schema.json", schema), ("templates/t.yaml", "x")], &["a", "b", "b.c"], &["d"]);
}

#[test]
fn deep_templates_end() {
    let deep = format!("{}{{{{ .Values.a }}}}{}", "{{ if 1 }}".repeat(900), "{{ end }}".repeat(900));
    check(&deep, &["anything"], &[]);
    let reads =
        reads_of(&[("templates/t.yaml", "{{ get }}{{ index }}{{ dig `a` }}{{ tpl }}{{ dict 1 }}")], "");
    assert!(!reads.covers(&["a"]));
}
