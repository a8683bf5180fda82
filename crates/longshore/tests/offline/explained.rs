//! The mistakes that users of charts make most often, and what `longshore render` says of each: the line of the
//! template, the values that led there, the way, and what to do. Each is a snapshot, looked at by a person.

use longshore_testkit::Project;

use crate::longshore;

/// What is said of a project with a chart `web` that has one template, a helper and a values file.
fn told(template: &str, values: &str) -> String {
    told_of(&[("chart/templates/config.yaml", template)], values)
}

fn told_of(files: &[(&str, &str)], values: &str) -> String {
    let mut text = String::from(
        "//- longshore.yaml
apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
environments: {dev: {namespace: shop}}
defaultEnvironment: dev
releases: {web: {chart: chart, values: [values.yaml]}}
//- chart/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
//- chart/values.yaml
image:
  repository: nginx
port: 80
//- chart/templates/_helpers.tpl
{{- define \"web.image\" -}}
{{ .Values.image.repository }}:{{ .Values.image.digest.sha }}
{{- end }}
{{- define \"web.labels\" -}}
app: web
part: {{ .Release.Name }}
{{- end }}
",
    );
    for (name, content) in files.iter().chain(&[("values.yaml", values)]) {
        text.extend(["//- ", name, "\n", content, "\n"]);
    }
    let outcome = longshore(&Project::new(&text).unwrap(), "render");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    outcome.stderr
}

/// 1. A value whose parent is not set: misspelt.
#[test]
fn nil_pointer() {
    insta::assert_snapshot!(told("host: {{ .Values.ingress.host.name }}", "ingres: {host: {name: a}}"));
}

/// 2. The same in a helper, which was called from elsewhere.
#[test]
fn nil_pointer_in_a_helper() {
    insta::assert_snapshot!(told("kind: Pod\nimage: {{ include \"web.image\" . }}", "{}"));
}

/// 3. A value that the chart requires.
#[test]
fn required_value() {
    insta::assert_snapshot!(told(
        "host: {{ required \"a host is needed\" .Values.ingress.host }}",
        "ingress: {class: nginx}"
    ));
}

/// 4. A text where a map is wanted.
#[test]
fn text_instead_of_a_map() {
    insta::assert_snapshot!(told("tag: {{ .Values.image.tag }}", "image: nginx:1.27"));
}

/// 5. A number where a function wants a text.
#[test]
fn number_instead_of_a_text() {
    insta::assert_snapshot!(told("port: {{ .Values.port | b64enc }}", "port: 8080"));
}

/// 6. Numbers of values are floats.
#[test]
fn comparing_a_number() {
    insta::assert_snapshot!(told("{{ if eq .Values.port 80 }}a: 1{{ end }}", "port: 80"));
}

/// 7. `range` over a number.
#[test]
fn range_over_a_bool() {
    insta::assert_snapshot!(told("{{ range .Values.hosts }}{{ . }}{{ end }}", "hosts: true"));
}

/// 8. A helper's name is misspelt.
#[test]
fn unknown_template() {
    insta::assert_snapshot!(told("{{ include \"web.lables\" . }}", "{}"));
}

/// 9. A function's name is misspelt.
#[test]
fn unknown_function() {
    insta::assert_snapshot!(told("a: 1\nb: {{ .Values.port | qoute }}", "{}"));
}

/// 10. A block without its end.
#[test]
fn missing_end() {
    insta::assert_snapshot!(told("{{ if .Values.port }}\na: {{ .Values.port }}\n", "{}"));
}

/// 11. A key with a dash, read as a field.
#[test]
fn key_with_a_dash() {
    insta::assert_snapshot!(told("a: {{ .Values.my-key }}", "my-key: 1"));
}

/// 12. What a helper prints is not indented, so that the manifest is no YAML.
#[test]
fn indentation() {
    let template = "kind: ConfigMap\nmetadata:\n  labels:\n    {{ include \"web.labels\" . }}\n  name: web\n";
    insta::assert_snapshot!(told(template, "{}"));
}

/// 13. A value with a colon that is not quoted.
#[test]
fn unquoted_value() {
    insta::assert_snapshot!(told("kind: ConfigMap\ndata:\n  note: {{ .Values.note }}", "note: 'a: b'"));
}

/// 14. A value that the schema refuses.
#[test]
fn schema() {
    let schema = r#"{"properties": {"port": {"type": "integer"}, "image": {"required": ["tag"]}}}"#;
    let files = [("chart/values.schema.json", schema), ("chart/templates/a.yaml", "a: 1")];
    insta::assert_snapshot!(told_of(&files, "port: http"));
}

/// 15. A dependency that was not fetched.
#[test]
fn missing_dependency() {
    let metadata = "{apiVersion: v2, name: web, version: 1.0.0, dependencies: [{name: db, version: 1.0.0}]}";
    insta::assert_snapshot!(told_of(&[("chart/Chart.yaml", metadata)], "{}"));
}

/// 16. The field is asked of something else than the author thought: dot is another inside of `range`.
#[test]
fn dot_in_range() {
    insta::assert_snapshot!(told(
        "{{ range .Values.hosts }}\nhost: {{ .Values.domain }}\n{{ end }}",
        "hosts: [a]\ndomain: b"
    ));
}

/// 17. A text that goes through `tpl` and is no template.
#[test]
fn text_for_tpl() {
    insta::assert_snapshot!(told("{{ tpl .Values.note . }}", "note: 'use {{ name }}'"));
}

/// 18. The chart gives up by itself; a value that may be secret is not shown.
#[test]
fn given_up() {
    let template = "{{ if .Values.auth.password }}{{ fail \"give a secret's name, no password\" }}{{ end }}";
    let told = told(template, "auth: {password: hunter2}");
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
}

/// 19. A subchart fails: its values lie below its name.
#[test]
fn subchart() {
    let files = [
        ("chart/charts/db/Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}"),
        ("chart/charts/db/templates/a.yaml", "{{ with .Values.storage }}size: {{ .disk.size }}{{ end }}"),
    ];
    insta::assert_snapshot!(told_of(&files, "db: {storage: {disc: {size: 1}}}"));
}
