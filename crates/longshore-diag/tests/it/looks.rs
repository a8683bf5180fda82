//! How diagnostics look, whole.

use insta::assert_snapshot;
use longshore_diag::{Diagnostic, Place, Render, Style};

const PROJECT: &str = "name: shop\nreleases:\n  web:\n    chart: web\n    need: [db]\n";
const HELPERS: &str = "{{- define \"app.labels\" -}}\n{{ .Values.labels.app | upper }}\n{{- end }}\n";

fn read(file: &str) -> Option<String> {
    match file {
        "longshore.yaml" => Some(PROJECT.to_owned()),
        "chart/templates/_helpers.tpl" => Some(HELPERS.to_owned()),
        "chart/templates/web.yaml" => Some("kind: Pod\nlabels: {{ include \"app.labels\" . }}\n".to_owned()),
        _ => None,
    }
}

fn unknown_key() -> Diagnostic {
    Diagnostic::error("project/unknown-key", "unknown key `need` in release `web`")
        .at(Place::new("longshore.yaml", 5, 5).spanning(4))
        .hint("did you mean `needs`?")
}

#[test]
fn a_mistake_with_its_line() {
    assert_snapshot!(Render::new(&unknown_key(), Style::Plain).sources(&read), @r"
    error[project/unknown-key]: unknown key `need` in release `web`
      --> longshore.yaml:5:5
       |
     5 |     need: [db]
       |     ^^^^
    hint: did you mean `needs`?
    ");
}

#[test]
fn colours() {
    let shown = Render::new(&unknown_key(), Style::Colour).sources(&read).to_string();
    assert_snapshot!(shown.replace('\u{1b}', "ESC"), @r"
    ESC[31;1merror[project/unknown-key]ESC[0m: unknown key `need` in release `web`
      ESC[34m-->ESC[0m longshore.yaml:5:5
       ESC[34m|ESC[0m
     ESC[34m5ESC[0m ESC[34m|ESC[0m     need: [db]
       ESC[34m|ESC[0m     ESC[31;1m^^^^ESC[0m
    ESC[36mhintESC[0m: did you mean `needs`?
    ");
}

#[test]
fn the_way_there_has_lines_too() {
    let error = Diagnostic::error("template/execute", "nil pointer evaluating interface {}.app")
        .at(Place::new("chart/templates/_helpers.tpl", 2, 11).spanning(11))
        .within("in `include \"app.labels\" .`", Some(Place::new("chart/templates/web.yaml", 2, 12)))
        .within("in release `web`", Some(Place::new("elsewhere.yaml", 3, 0)))
        .within("in `longshore render`", None)
        .note("values come from values.yaml");
    assert_snapshot!(Render::new(&error, Style::Plain).sources(&read), @r#"
    error[template/execute]: nil pointer evaluating interface {}.app
      --> chart/templates/_helpers.tpl:2:11
       |
     2 | {{ .Values.labels.app | upper }}
       |           ^^^^^^^^^^^
      in `include "app.labels" .`
      --> chart/templates/web.yaml:2:12
       |
     2 | labels: {{ include "app.labels" . }}
       |            -
      in release `web` (elsewhere.yaml:3)
      in `longshore render`
      values come from values.yaml
    "#);
}

#[test]
fn a_long_way_is_cut() {
    let start = Diagnostic::warning("template/deep", "deep\nin two lines").at(Place::file("a.yaml"));
    let error = (0..1000).fold(start, |error, step| error.within(format!("in step {step}"), None));
    assert_snapshot!(Render::new(&error, Style::Plain), @r"
    warning[template/deep]: deep
    in two lines
      --> a.yaml
      in step 0
      in step 1
      in step 2
      in step 3
      … and 992 steps more
      in step 996
      in step 997
      in step 998
      in step 999
    ");
}

#[test]
fn hostile_text_stays_where_it_is() {
    let read = |_: &str| Some(format!("{}\u{1b}[2J\u{202e}bad\t日本\n", "x".repeat(300)));
    let error = Diagnostic::remark("a/b", "\u{1b}]0;title\u{7}\u{9b}1m")
        .at(Place::new("a\nb", 1, 309).spanning(2))
        .within("in \r\u{1b}[A", None)
        .hint("\u{8}\u{8}");
    assert_snapshot!(Render::new(&error, Style::Plain).sources(&read).width(40), @r"
    note[a/b]: ␛]0;title␇�1m
      --> a␊b:1:309
       |
     1 | …xxxxxxxxxxxxxxxxxxxx␛[2J�bad 日本
       |                              ^^^
      in ␍␛[A
    hint: ␈␈
    ");
    assert_snapshot!(error.to_json(), @r#"{"severity":"note","code":"a/b","message":"\u001b]0;title\u0007\u009b1m","place":{"file":"a\nb","line":1,"column":309,"length":2},"chain":[{"doing":"in \r\u001b[A"}],"hint":"\b\b"}"#);
}
