//! Charts made to hurt: each is refused, quickly and with a word.

use longshore_chart::{
    Capabilities, Chart, Error, File, Level, Options, Release, RenderInput, Rendered, Services, render,
};

struct Nothing;

impl Services for Nothing {
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// The error of a chart with one template and values.
fn refused(template: &str, values: &str) -> String {
    match ended(template, values) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it must be refused: {template}"),
    }
}

/// What comes of a chart with one template and values. A budget that is missing shows by a test that does not end.
fn ended(template: &str, values: &str) -> Result<Rendered, Error> {
    let level = Level::default();
    Chart::load(
        [
            File::new("Chart.yaml", "{apiVersion: v2, name: bad, version: 1.0.0}"),
            File::new("values.yaml", values),
            File::new("templates/t.yaml", template),
        ],
        level,
    )
    .and_then(|chart| {
        let input = RenderInput {
            values: longshore_go::Map::new(),
            release: Release { name: "r", namespace: "n", revision: 1, is_upgrade: false },
            capabilities: Capabilities::assumed(level.rules()),
            services: &Nothing,
            options: Options::default(),
        };
        render(&chart, &input, level)
    })
}

#[test]
fn endless_templates_end() {
    let include = refused("{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}", "");
    assert!(include.contains("rendering template has a nested reference name: x"), "{include}");
    let template = refused("{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}", "");
    assert!(template.contains("exceeded maximum template depth"), "{template}");
    refused("{{ range $i := until 2000000000 }}{{ $i }}{{ end }}", "");
    refused("{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}", "");
    refused("{{ repeat 2000000000 \"xxxxxxxxxx\" }}", "");
    refused("{{ define \"t\" }}{{ tpl \"{{ include \\\"t\\\" . }}\" . }}{{ end }}{{ include \"t\" . }}", "");
}

/// What functions make may be kept, and what they read takes time.
#[test]
fn loops_around_functions_end() {
    for template in [
        r#"{{ $l := list }}{{ range until 1000 }}{{ $l = append $l (repeat 50000000 "x") }}{{ end }}"#,
        r#"{{ $x := "ab" }}{{ range until 100 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ len $x }}"#,
        r#"{{ $x := "ab" }}{{ range until 100 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}"#,
        r#"{{ $x := "<>" }}{{ range until 100 }}{{ $x = html $x $x }}{{ end }}{{ len $x }}"#,
        "{{ $x := list 1 2 }}{{ range until 100 }}{{ $x = concat $x $x }}{{ end }}{{ len $x }}",
        r#"{{ $x := dict }}{{ range until 100 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ $x }}"#,
        r#"{{ $x := dict }}{{ range until 100 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ deepCopy $x }}"#,
        "{{ range untilStep 0 2000000000 1 }}{{ end }}",
        r#"{{ range seq 1 2000000000 | splitList " " }}{{ end }}"#,
    ] {
        refused(template, "");
    }
    // `toYaml` has no errors; what is too large or too deep is nothing.
    for grow in [
        r#"{{ range until 100 }}{{ $x = dict "a" $x "b" $x }}{{ end }}"#,
        r#"{{ range until 200000 }}{{ $x = dict "a" $x }}{{ end }}"#,
        "{{ range until 200000 }}{{ $x = list $x }}{{ end }}",
    ] {
        ended(&format!("{{{{ $x := dict }}}}{grow}{{{{ toYaml $x }}}}"), "").expect("it is empty");
    }
    let verbs = "%0999999d".repeat(2000);
    refused(&format!("{{{{ $x := printf {verbs:?} }}}}{{{{ len $x }}}}{{{{ fail `whole` }}}}"), "");
    refused(
        &format!("{{{{ $x := printf {:?} }}}}{{{{ len $x }}}}", "%0999999[1]d".repeat(2000))
            .replace(" }}{{ len", " 1 }}{{ len"),
        "",
    );
}

/// What is nested too deeply, or repeated too often by counts within counts.
#[test]
fn patterns_and_deep_texts_are_refused() {
    refused(r#"{{ regexMatch "((((x{100}){100}){100}){100})" "x" }}"#, "");
    refused(&format!(r#"{{{{ regexMatch `{}` "x" }}}}"#, "(".repeat(10_000)), "");
    refused(&format!("{{{{ ({}", "(".repeat(20_000)), "");
    refused(&format!("{{{{ fromYaml `{}` | toYaml | fail }}}}", "[".repeat(10_000)), "");
    refused(&format!("{{{{ mustFromJson `{}` }}}}", "[".repeat(20_000)), "");
}

#[test]
fn bombs_in_values_are_refused() {
    use std::fmt::Write as _;
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let items = vec![format!("*a{}", i - 1); 10].join(", ");
        let _ = writeln!(laughs, "a{i}: &a{i} [{items}]");
    }
    assert!(refused("a: 1", &laughs).contains("excessive aliasing"));
    assert!(refused("a: 1", &"[".repeat(100_000)).contains("exceeded max depth"));
}

#[test]
fn charts_in_charts_end() {
    let name = |depth: usize| format!("{}Chart.yaml", "charts/c/".repeat(depth));
    let files = (0..200).map(|depth| File::new(name(depth), "{apiVersion: v2, name: c, version: 1.0.0}"));
    let error = Chart::load(files, Level::default()).unwrap_err();
    assert!(error.to_string().ends_with("charts are nested too deeply"), "{error}");
}
