//! Tests of what the recorded cases in `compat/go` do not show: objects and depth.

use super::{sprint, sprintf, sprintln};
use crate::{Map, Value};

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
    assert!(sprint(&[value]).len() < 70 << 20);
}
