//! No template runs for ever, fills the memory or overflows the stack.

use longshore_go::Value;
use longshore_template::{Budget, ExecError, FuncError, Problem, Set};

use super::support::functions::{Mine, table};

fn execute(source: &str, budget: Budget) -> Result<String, ExecError> {
    let mut set = Set::new("root", table());
    set.parse("t", source).expect("the source parses");
    let mut out = Vec::new();
    set.execute(b"t", Value::Nil, &Mine, &budget, &mut out)?;
    Ok(String::from_utf8(out).expect("text"))
}

fn error(source: &str, budget: Budget) -> String {
    execute(source, budget).expect_err("a budget runs out").to_string()
}

#[test]
fn endless_template_recursion_has_gos_error() {
    let text = error(r#"{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}"#, Budget::default());
    assert_eq!(
        text,
        r#"template: t:1:28: executing "r" at <{{template "r"}}>: exceeded maximum template depth (100000)"#
    );
}

#[test]
fn endless_include_recursion_ends() {
    let budget = Budget { depth: 5000, ..Budget::default() };
    let source = r#"{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}"#;
    let failure = execute(source, budget).expect_err("a budget runs out");
    let innermost = failure.innermost();
    assert_eq!(innermost.problem, Problem::Budget("exceeded maximum template depth (5000)".to_owned()));
    assert_eq!(failure.to_string().matches("error calling include").count(), 5000);
}

#[test]
fn native_recursion_ends() {
    for source in [
        r#"{{ define "r" }}{{ reenter "r" . }}{{ end }}{{ reenter "r" . }}"#,
        r#"{{ define "r" }}{{ tpl "{{ include \"r\" . }}" . }}{{ end }}{{ include "r" . }}"#,
    ] {
        let failure = execute(source, Budget::default()).expect_err("a budget runs out");
        let text = failure.to_string();
        assert!(text.ends_with("exceeded maximum template depth (100)"), "{text}");
    }
}

#[test]
fn endless_loop_ends() {
    let budget = Budget { steps: 1_000_000, ..Budget::default() };
    let text = error("{{ range 9223372036854775807 }}{{ end }}", budget);
    assert!(text.ends_with("exceeded maximum number of template steps"), "{text}");
}

#[test]
fn growing_output_ends() {
    let budget = Budget { output: 1 << 20, ..Budget::default() };
    let text = error("{{ range 9223372036854775807 }}a piece of text{{ end }}", budget);
    assert!(text.ends_with("exceeded maximum output of 1048576 bytes"), "{text}");
    let text = error(r#"{{ range 1000000000 }}{{ print "piece" }}{{ end }}"#, budget);
    assert!(text.ends_with("exceeded maximum output of 1048576 bytes"), "{text}");
}

#[test]
fn a_text_printed_a_thousand_times_is_refused_before() {
    let grow = r#"{{ $x := "abcd" }}{{ range 20 }}{{ $x = print $x $x }}{{ end }}"#;
    let text = error(&format!("{grow}{{{{ print {} }}}}", "$x ".repeat(1000)), Budget::default());
    assert!(text.ends_with("exceeded maximum size of strings"), "{text}");
    let text = error(&format!("{{{{ printf \"{}\" 1 }}}}", "%0999999[1]d".repeat(1000)), Budget::default());
    assert!(text.ends_with("exceeded maximum size of strings"), "{text}");
}

#[test]
fn a_swallowed_error_leaves_the_execution_as_it_was() {
    struct Swallow;
    impl longshore_template::Functions for Swallow {
        fn call(
            &self,
            exec: &mut dyn longshore_template::Executor,
            _: usize,
            args: &mut Vec<Value>,
        ) -> Result<longshore_template::Return, FuncError> {
            let name = args[0].as_str().expect("checked to be a string").clone();
            let shown = match exec.execute(&name, Value::from("dot")) {
                Ok(text) => Value::str(text),
                Err(_) => Value::from("failed"),
            };
            Ok(shown.into())
        }
    }
    let mut set = Set::new("root", table());
    set.parse(
        "t",
        r#"{{ define "bad" }}out{{ $a := 1 }}{{ range 3 }}{{ with 5 }}{{ print 1 (index 1 2) }}{{ end }}{{ end }}{{ end -}}
{{ $x := 7 }}{{ range $i, $e := .l }}{{ print $e (reenter "bad" .) $x }}{{ end }}"#,
    )
    .expect("the source parses");
    let data =
        Value::Map([("l", Value::list(vec![Value::from("a"), Value::from("b")]))].into_iter().collect());
    let mut out = Vec::new();
    set.execute(b"t", data, &Swallow, &Budget::default(), &mut out).expect("nothing fails");
    assert_eq!(String::from_utf8_lossy(&out), "afailed7bfailed7");
}

#[test]
fn ten_thousand_parentheses_and_no_more() {
    let nested = |count: usize| format!("{{{{ {}1{} }}}}", "(".repeat(count), ")".repeat(count));
    assert_eq!(execute(&nested(10_000), Budget::default()).expect("deep enough"), "1");
    let mut set = Set::default();
    let refused = set.parse("t", nested(10_001).as_str()).expect_err("too deep");
    assert_eq!(refused.to_string(), "template: t:1: max expression depth exceeded");
}

#[test]
fn deep_blocks_need_no_stack() {
    let count = 50_000;
    let source = format!(
        "{}x{}",
        "{{ if true }}{{ with 1 }}{{ range 1 }}".repeat(count),
        "{{ end }}{{ end }}{{ end }}".repeat(count)
    );
    assert_eq!(execute(&source, Budget::default()).expect("deep enough"), "x");
    let chain = format!("{{{{ if false }}}}{}{{{{ end }}}}", "{{ else if false }}".repeat(count));
    assert_eq!(execute(&chain, Budget::default()).expect("long enough"), "");
    // Printing such a node for an error needs no stack either.
    let failing = format!("{{{{ {}1{} | add }}}}", "(print ".repeat(9000), ")".repeat(9000));
    assert!(error(&failing, Budget::default()).contains("wrong number of args for add"));
}

#[test]
fn sets_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Set>();
}

#[test]
fn strings_that_double_end() {
    let source = r#"{{ $x := "x" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}"#;
    assert!(error(source, Budget::default()).ends_with("exceeded maximum size of strings"));
    let wide = r#"{{ range 1000 }}{{ $x := printf "%1000000d" 1 }}{{ end }}"#;
    assert!(error(wide, Budget::default()).ends_with("exceeded maximum size of strings"));
}

#[test]
fn a_sequence_of_single_values_has_no_second_variable() {
    let mut set = Set::new("root", table());
    set.parse("t", "{{ range $a, $b := . }}{{ end }}").expect("the source parses");
    let sequence = super::support::values::function("seq");
    let failed = set.execute(b"t", sequence, &Mine, &Budget::default(), &mut Vec::new());
    let text = failed.expect_err("one value is not two").to_string();
    assert!(text.contains("can't use 0x") && text.ends_with("iterate over more than one variable"), "{text}");
}

#[test]
fn a_megabyte_of_open_delimiters_is_refused() {
    let refused = Set::default().parse("t", "{{".repeat(500_000).as_str()).expect_err("no template");
    assert_eq!(refused.to_string(), "template: t:1: unexpected \"{\" in command");
}
