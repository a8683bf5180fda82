//! The same as a `BTreeMap` does, whatever is done in whatever order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Entries, FEW, Form, MOVED};
use crate::{Str, Value};

/// Keys as they are numbered: of several lengths, and not in the order of their numbers.
fn key(number: u16) -> Str {
    Str::from(format!("{:x}", number.reverse_bits() >> 4))
}

fn pairs(most: usize) -> impl Strategy<Value = Vec<(Str, Value)>> {
    let pair = (0_u16..200, any::<i64>()).prop_map(|(at, value)| (key(at), Value::int(value)));
    prop::collection::vec(pair, 0..most)
}

#[derive(Clone, Debug)]
enum Write {
    Insert(u16, i64),
    Remove(u16),
    /// Keeps what is divisible by it.
    Retain(i64),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = prop_oneof![
        8 => (0_u16..200, any::<i64>()).prop_map(|(at, value)| Write::Insert(at, value)),
        4 => (0_u16..200).prop_map(Write::Remove),
        1 => (2_i64..9).prop_map(Write::Retain),
    ];
    prop::collection::vec(write, 0..200)
}

fn number(value: &Value) -> i64 {
    match value {
        Value::Int(int) => int.value,
        other => panic!("no number was put in: {other:?}"),
    }
}

fn same(ours: &Entries, tree: &BTreeMap<Str, Value>) {
    let all: Vec<_> = tree.iter().map(|(key, value)| (key.clone(), number(value))).collect();
    assert_eq!(ours.iter().map(|(key, value)| (key.clone(), number(value))).collect::<Vec<_>>(), all);
    let mut back: Vec<_> = ours.iter().rev().map(|(key, value)| (key.clone(), number(value))).collect();
    back.reverse();
    assert_eq!(back, all);
    assert_eq!((ours.len(), ours.iter().len(), ours.is_empty()), (all.len(), all.len(), all.is_empty()));
    assert!(ours.keys().eq(tree.keys()));
    assert!(ours.values().map(number).eq(tree.values().map(number)));
    for at in 0..200 {
        let key = key(at);
        assert_eq!(ours.get(&key).map(number), tree.get(&key).map(number));
        assert_eq!(ours.contains_key(&key), tree.contains_key(&key));
    }
    assert!(ours.clone().into_values().map(|value| number(&value)).eq(tree.values().map(number)));
}

proptest! {
    #[test]
    fn a_list_becomes_what_a_tree_makes_of_it(list in pairs(150)) {
        same(&Entries::from(list.clone()), &list.iter().cloned().collect());
        same(&list.iter().cloned().collect(), &list.into_iter().collect());
    }

    #[test]
    fn writing_does_what_it_does_to_a_tree(list in pairs(150), writes in writes()) {
        let mut tree: BTreeMap<Str, Value> = list.iter().cloned().collect();
        let mut ours = Entries::from(list);
        for write in writes {
            match write {
                Write::Insert(at, value) => {
                    let before = ours.insert(key(at), Value::int(value));
                    let expected = tree.insert(key(at), Value::int(value));
                    assert_eq!(before.as_ref().map(number), expected.as_ref().map(number));
                }
                Write::Remove(at) => {
                    let removed = ours.remove(&key(at));
                    assert_eq!(removed.as_ref().map(number), tree.remove(&key(at)).as_ref().map(number));
                }
                Write::Retain(by) => {
                    ours.retain(|_, value| number(value) % by == 0);
                    tree.retain(|_, value| number(value) % by == 0);
                }
            }
        }
        same(&ours, &tree);
    }
}

#[test]
fn large_maps_become_trees_when_written_to_in_the_middle() {
    let mut entries = Entries::new();
    for at in 0..10 * MOVED {
        entries.insert(Str::from(format!("{at:04}")), Value::Nil);
    }
    assert!(matches!(entries.0, Form::Sorted(_)), "filling in order only appends");
    entries.insert(Str::from("0000a"), Value::Nil);
    assert!(matches!(entries.0, Form::Tree(_)));
}

#[test]
fn lists_are_kept_no_larger_than_they_are() {
    let mut list = Vec::with_capacity(1000);
    list.extend((0..FEW).map(|at| (Str::from(format!("{at:04}")), Value::Nil)));
    let entries = Entries::from(list);
    assert!(matches!(&entries.0, Form::Sorted(list) if list.capacity() == FEW));
}
