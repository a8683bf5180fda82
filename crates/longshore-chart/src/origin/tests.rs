//! Lines and where they come from, through includes, indentation and deleted `<no value>`.

use crate::{
    Capabilities, Chart, Engine, Error, File, Level, Options, Release, RenderInput, Rendered, Services,
};

struct NoServices;

impl Services for NoServices {
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(4);
    }
}

/// What is rendered of a chart with these two templates.
fn render(template: &str, library: &str) -> Result<(Rendered, super::Origins), Error> {
    let level = Level::default();
    let files = [
        File::new("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"),
        File::new("values.yaml", "a: 1\nlist: [x, z]\n"),
        File::new("templates/_l.tpl", library),
        File::new("templates/t.yaml", template),
    ];
    let chart = Chart::load(files, level).unwrap();
    let input = RenderInput {
        values: longshore_go::Map::new(),
        release: Release { name: "r", namespace: "n", revision: 1, is_upgrade: false },
        capabilities: Capabilities::assumed(level.rules()),
        services: &NoServices,
        options: Options::default(),
    };
    Engine::new(level).render_traced(&chart, &input)
}

/// Each line of a template's manifest with its origin: place, actions, calls.
fn traced(template: &str, library: &str) -> Vec<String> {
    let (rendered, origins) = render(template, library).unwrap();
    let content = &rendered.manifests[0].content;
    let tell = |(line, origin): (&str, Option<super::Origin>)| {
        let Some(origin) = origin else { return format!("{line} <- ?") };
        let actions: Vec<_> = origin.actions.iter().map(|action| action.text.as_str()).collect();
        let calls: Vec<_> = origin.calls.iter().map(ToString::to_string).collect();
        format!("{line} <- {} {actions:?} {calls:?}", origin.place).replace("c/templates/", "")
    };
    content.lines().zip(origins.of("c/templates/t.yaml", content)).map(tell).collect()
}

#[test]
fn text_and_actions_have_their_places() {
    assert_eq!(
        traced("k: v\n{{- range .Values.list }}\n{{ . }}: {{ upper . | quote -}}\n{{ end }}\n", ""),
        [
            "k: v <- t.yaml:1:1 [] []",
            r#"x: "X" <- t.yaml:3:4 [".", "upper . | quote"] []"#,
            r#"z: "Z" <- t.yaml:3:4 [".", "upper . | quote"] []"#,
        ]
    );
}

#[test]
fn includes_are_followed_through_indentation() {
    let library = "{{ define \"l\" -}}\none: {{ .Values.a }}\n\ntwo:\n  three: x{{ end }}";
    assert_eq!(
        traced(
            "top:\n  {{- include \"l\" . | trim | nindent 4 }}\nsame: {{ include \"l\" . | len }}\n",
            library
        ),
        [
            "top: <- t.yaml:1:1 [] []",
            r#"    one: 1 <- _l.tpl:2:1 [".Values.a"] ["t.yaml:2:7"]"#,
            "     <- ?",
            r#"    two: <- _l.tpl:4:1 [] ["t.yaml:2:7"]"#,
            r#"      three: x <- _l.tpl:5:3 [] ["t.yaml:2:7"]"#,
            r#"same: 23 <- t.yaml:3:1 ["include \"l\" . | len"] []"#,
        ]
    );
}

#[test]
fn what_is_deleted_moves_the_rest() {
    let template = "a: {{ .Values.no }}{{ .Values.of }}1\nb: {{ .Values.a }}\nc: {{ .Values.no }}\nd: 1\n";
    assert_eq!(
        traced(template, ""),
        [
            r#"a: 1 <- t.yaml:1:1 [".Values.no", ".Values.of"] []"#,
            r#"b: 1 <- t.yaml:2:1 [".Values.a"] []"#,
            r#"c:  <- t.yaml:3:1 [".Values.no"] []"#,
            "d: 1 <- t.yaml:4:1 [] []",
        ]
    );
}

#[test]
fn values_are_read_from_the_text_of_an_action() {
    let action = super::Action {
        text: "if and .Values.a.b ($.Values.c) (eq .Values.a.b \"}}\")".to_owned(),
        place: longshore_diag::Place::file("x"),
    };
    assert_eq!(action.values(), [vec!["a", "b"], vec!["c"]]);
}

#[test]
fn an_error_of_yaml_is_told_at_the_template() {
    let library = "{{ define \"l\" }}fine: 1\nbad: {{ .Values.a }}: 2{{ end }}";
    let template = "---\nkind: A\n---\nkind: B\nb:\n{{ include \"l\" . | indent 2 }}\n";
    let diagnostic = render(template, library).unwrap_err().diagnostic();
    assert!(diagnostic.message.starts_with("YAML parse error on c/templates/t.yaml: "), "{diagnostic:?}");
    let chain: Vec<_> = diagnostic.chain.iter().map(|link| link.doing.as_str()).collect();
    assert_eq!(diagnostic.place.as_ref().map(ToString::to_string).as_deref(), Some("c/templates/_l.tpl:2:1"));
    assert_eq!(chain, ["which became the line `bad: 1: 2`", "called"]);
}
