//! Functions with odd arguments; what they give is printed in several ways.

use super::expression;
use crate::odd::case::Case;
use crate::random::Random;

const VALUES: &str = "i: 7\nf: 1.5\nbig: 1e6\nhuge: 1e300\ntiny: 1e-9\nneg: -12\ns: hello\ne: \"\"\nt: true\nl: [b, 1, null, a]\nm: {k: v, a: 1}\nnone: null\nel: []\nem: {}\ndeep: {a: {b: [1.0, two]}}\n";

/// The chart around an expression.
pub(super) fn chart(notes: String) -> Case {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    Case {
        files: vec![
            file(
                "Chart.yaml",
                "{apiVersion: v2, name: c, version: 1.0.0, appVersion: \"2\", keywords: [k], maintainers: [{name: n}], annotations: {a: b}}",
            ),
            file("values.yaml", VALUES),
            file("f.txt", "one\ntwo\n"),
            file(
                "templates/_h.tpl",
                "{{ define \"t1\" }}[{{ . }}]{{ end }}{{ define \"t2\" }}{{ fail \"no\" }}{{ end }}",
            ),
            ("templates/NOTES.txt".to_owned(), notes.into_bytes()),
        ],
        flags: vec![("set".to_owned(), "n64=5".to_owned())],
        ..Case::default()
    }
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    let call = expression::call(random, 2);
    let shown = random
        .one(&[
            "{{ CALL }}",
            "{{ $r := CALL }}{{ printf \"%T %v\" $r $r }} {{ toJson $r }}",
            "{{ $r := CALL }}{{ printf \"%#v\" $r }}",
            "{{ $r := CALL }}{{ quote $r }} {{ kindOf $r }} {{ typeOf $r }}",
            "{{ CALL | toYaml }}",
            "{{ CALL | quote }}",
            "{{ range $k, $v := CALL }}{{ printf \"%v=%v,\" $k $v }}{{ else }}none{{ end }}",
            "{{ with CALL }}{{ printf \"%q\" . }}{{ else }}none{{ end }}",
            "{{ $r := CALL }}{{ toString $r }}|{{ $r | toJson | fromJson }}|{{ int $r }}|{{ float64 $r }}",
            "{{ if CALL }}yes{{ else }}no{{ end }}",
            "{{ len (CALL) }}",
            "{{ index (CALL) 0 }}",
            "{{ (CALL).a }}",
            "{{ CALL | toPrettyJson }}{{ CALL | toToml }}",
        ])
        .replace("CALL", &call);
    // Go names the zone of the machine `time.Local` there, whatever it is.
    let shown = if call.contains("Date") { shown.replace("%#v", "%v") } else { shown };
    chart(shown)
}
