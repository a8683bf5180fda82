//! Tables while they are being read, when arrays of them still grow.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_go::{List, Map, Str, Value, types};

/// A table, shared between those who fill it.
#[derive(Debug, Clone, Default)]
pub(super) struct Table(Rc<RefCell<BTreeMap<Str, Node>>>);

/// What a key may be.
#[derive(Debug)]
pub(super) enum Node {
    /// A value that is finished.
    Value(Value),
    /// A table.
    Table(Table),
    /// An array of tables, of which the last is being filled.
    Tables(Vec<Table>),
}

impl Table {
    pub(super) fn contains(&self, key: &Str) -> bool {
        self.0.borrow().contains_key(key)
    }

    pub(super) fn insert(&self, key: &Str, node: Node) {
        self.0.borrow_mut().insert(key.clone(), node);
    }

    /// The table of that name, or the last of an array of tables.
    pub(super) fn enter(&self, key: &Str) -> Option<Self> {
        match self.0.borrow().get(key)? {
            Node::Table(table) => Some(table.clone()),
            Node::Tables(tables) => tables.last().cloned(),
            Node::Value(_) => None,
        }
    }

    /// Adds a table to an array of tables; false if there is something else of that name.
    pub(super) fn append(&self, key: &Str) -> bool {
        let mut entries = self.0.borrow_mut();
        match entries.entry(key.clone()).or_insert_with(|| Node::Tables(Vec::new())) {
            Node::Tables(tables) => {
                tables.push(Self::default());
                true
            }
            _ => false,
        }
    }

    /// The table as Go has it: `map[string]interface {}`, arrays of tables being `[]map[string]interface {}`.
    pub(super) fn into_map(self) -> Map {
        let entries = self.0.take();
        let map = |table: Self| Value::Map(table.into_map());
        let value = |node| match node {
            Node::Value(value) => value,
            Node::Table(table) => map(table),
            Node::Tables(tables) => {
                Value::List(List::typed(&types::SLICE_MAP, tables.into_iter().map(map).collect()))
            }
        };
        entries.into_iter().map(|(key, node)| (key, value(node))).collect()
    }
}

/// A key in the text of errors: parts that are not bare are quoted.
pub(super) fn key_text(key: &[Str]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, part) in key.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        super::append_key(&mut out, part);
    }
    out
}
