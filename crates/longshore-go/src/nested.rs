//! Freeing values within values without recursion: one line of a template nests a million lists, and
//! freeing them one inside the other would overflow the stack.

use crate::Value;

/// Whether freeing the value may free others within it.
pub(crate) fn holds_values(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}

/// Frees values and all that only they hold.
pub(crate) fn free(values: impl Iterator<Item = Value>) {
    let mut waiting: Vec<Value> = values.filter(holds_values).collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::List(list) => list.take_apart(&mut waiting),
            Value::Map(map) => map.take_apart(&mut waiting),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{List, Map, Value};

    #[test]
    fn a_million_levels_are_freed() {
        let mut value = Value::Nil;
        for level in 0..1_000_000 {
            value = if level % 2 == 0 {
                Value::List(List::new(vec![Value::Bool(true), value]))
            } else {
                Value::Map(Map::from_iter([("a", value)]))
            };
        }
        let shared = value.clone();
        drop(value);
        assert!(matches!(&shared, Value::Map(map) if map.len() == 1));
    }
}
