//! Tests of what the recorded cases in `compat/go` do not show: objects and depth.

use super::{MAX_OUTPUT, sprint, sprintf, sprintln};
use std::rc::Rc;

use crate::{Complex, Func, Kind, Map, TypeInfo, Value};

#[test]
fn spaces_stand_between_two_that_are_not_strings() {
    let values = [Value::int(1), Value::int(2), "a".into(), true.into()];
    assert_eq!(sprint(&values), b"1 2atrue");
    assert_eq!(sprintln(&values), b"1 2 a true\n");
}

#[test]
fn a_map_that_holds_itself_ends() {
    let map = Map::new();
    map.insert("m", Value::Map(map.clone()));
    let text = sprintf(b"%v", &[map.into()]);
    assert!(text.starts_with(b"map[m:map[m:"));
    assert!(text.len() < 10_000);
}

#[test]
fn parts_shared_a_billion_times_are_not_printed_a_billion_times() {
    let mut value = Value::from("a rather long piece of text that repeats itself");
    for _ in 0..30 {
        value = Value::list(vec![value.clone(), value.clone(), value]);
    }
    let length = sprint(&[value]).len();
    assert!((MAX_OUTPUT..MAX_OUTPUT + 1000).contains(&length), "{length}");
}

#[test]
fn functions_and_errors_print_as_go_prints_them() {
    static TYPE: TypeInfo = TypeInfo::plain("func() string", Kind::Func);
    let func = |func: Func| Value::Func(Rc::new(func));
    let some = func(Func::new(&TYPE, &[], false, |_| Ok("x".into())));
    let none = func(Func::nil(&TYPE));
    let shown = sprintf(b"%v %#v %T %s %t", &[none.clone(), none.clone(), none, some.clone(), some]);
    let shown = String::from_utf8(shown).unwrap();
    assert_eq!(
        shown,
        "<nil> (func() string)(nil) func() string %!s(func() string=0x4a0000) %!t(func() string=0x4a0000)"
    );
    let error = Value::error("gone");
    assert_eq!(
        sprintf(b"%v|%5s|%#v|%d", &[error.clone(), error.clone(), error.clone(), error]),
        b"gone| gone|&errors.errorString{s:\"gone\"}|&{%!d(string=gone)}"
    );
}

#[test]
fn complex_numbers_have_two_parts() {
    let value = Value::Complex(Complex { re: 1.5, im: -0.0 });
    assert_eq!(
        sprintf(b"%v|%8.1f|%+g|%d", &[value.clone(), value.clone(), value.clone(), value]),
        b"(1.5-0i)|(     1.5    -0.0i)|(+1.5-0i)|%!d(complex128=(1.5-0i))"
    );
}

#[test]
fn a_nil_pointer_prints_as_nil_and_not_its_fields() {
    #[derive(Debug)]
    struct Nothing;
    static TYPE: TypeInfo = TypeInfo::plain("*main.Point", Kind::Ptr);
    impl crate::Object for Nothing {
        fn type_info(&self) -> &'static TypeInfo {
            &TYPE
        }
        fn field(&self, _: &str) -> Option<Value> {
            None
        }
        fn field_names(&self) -> &'static [&'static str] {
            &["X"]
        }
        fn is_nil(&self) -> bool {
            true
        }
    }
    let nil = Value::Object(Rc::new(Nothing));
    assert!(!nil.truth());
    assert_eq!(
        sprintf(b"%v|%6v|%s|%d|%#v", &[nil.clone(), nil.clone(), nil.clone(), nil.clone(), nil]),
        b"<nil>| <nil>|%!s(*main.Point=<nil>)|0|(*main.Point)(nil)"
    );
}
