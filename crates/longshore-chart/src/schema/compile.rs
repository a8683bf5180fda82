//! Schemas made ready for checking: every reference followed, every keyword read.
//!
//! What is compiled first, and so which mistake is told, is as in the library that Helm uses: one schema after another
//! in the order in which they are met. Where that goes by a Go map, in random order, we go by name.

mod keywords;

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_go::regexp::Regexp;

use super::address::{lookup, shown};
use super::draft::Draft;
use super::json::Json;
use super::number::Decimal;
use super::root::Roots;

/// Schemas that refer to each other by their indexes; the first is the one that was asked for.
#[derive(Debug, Default)]
pub(super) struct Set(Vec<Schema>);

impl Set {
    pub(super) fn get(&self, index: usize) -> &Schema {
        &self.0[index]
    }
}

/// A schema.
#[derive(Debug)]
pub(super) struct Schema {
    url: Arc<str>,
    pointer: String,
    pub(super) draft: Draft,
    /// The schema of the resource that it is in.
    pub(super) resource: usize,
    /// Of a resource: what `$dynamicRef`s may mean.
    pub(super) dynamic_anchors: BTreeMap<String, usize>,
    /// The schema that allows everything or nothing.
    pub(super) always: Option<bool>,
    pub(super) types: Types,
    pub(super) constant: Option<Box<Json>>,
    pub(super) choices: Option<Box<Choices>>,
    pub(super) format: Option<Box<str>>,
    pub(super) references: References,
    pub(super) object: Option<Box<ObjectRules>>,
    pub(super) array: Option<Box<ArrayRules>>,
    pub(super) text: Option<Box<TextRules>>,
    pub(super) number: Option<Box<NumberRules>>,
    pub(super) combined: Option<Box<Combined>>,
    /// What is allowed of what nothing else has looked at.
    pub(super) unevaluated_properties: Option<usize>,
    pub(super) unevaluated_items: Option<usize>,
    pub(super) all_properties_evaluated: bool,
    pub(super) all_items_evaluated: bool,
    pub(super) items_evaluated: usize,
}

impl Schema {
    fn new(url: Arc<str>, pointer: String) -> Self {
        Self {
            url,
            pointer,
            draft: Draft::LATEST,
            resource: 0,
            dynamic_anchors: BTreeMap::new(),
            always: None,
            types: Types::default(),
            constant: None,
            choices: None,
            format: None,
            references: References::default(),
            object: None,
            array: None,
            text: None,
            number: None,
            combined: None,
            unevaluated_properties: None,
            unevaluated_items: None,
            all_properties_evaluated: false,
            all_items_evaluated: false,
            items_evaluated: 0,
        }
    }

    /// Where it is.
    pub(super) fn location(&self) -> String {
        shown(&self.url, &self.pointer)
    }
}

/// A set of types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    const NAMES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

    /// Names that are none are passed over.
    fn add(&mut self, name: &str) {
        if let Some(bit) = Self::NAMES.iter().position(|known| *known == name) {
            self.0 |= 1 << bit;
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn contains(self, name: &str) -> bool {
        Self::NAMES.iter().position(|known| *known == name).is_some_and(|bit| self.0 & 1 << bit != 0)
    }

    pub(super) fn names(self) -> Vec<&'static str> {
        Self::NAMES.into_iter().filter(|name| self.contains(name)).collect()
    }
}

/// `enum`
#[derive(Debug)]
pub(super) struct Choices {
    pub(super) types: Types,
    pub(super) values: Vec<Json>,
}

/// Keywords that lead to other schemas.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) plain: Option<usize>,
    pub(super) recursive: Option<usize>,
    pub(super) recursive_anchor: bool,
    /// With the name that is looked for along the way.
    pub(super) dynamic: Option<(usize, String)>,
    pub(super) dynamic_anchor: Option<String>,
}

/// What is allowed of the rest.
#[derive(Debug, Clone, Copy)]
pub(super) enum Additional {
    Bool(bool),
    Schema(usize),
}

/// What a key's presence asks for.
#[derive(Debug)]
pub(super) enum Dependency {
    Names(Vec<String>),
    Schema(usize),
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    pub(super) least: Option<usize>,
    pub(super) most: Option<usize>,
    pub(super) required: Vec<String>,
    pub(super) properties: BTreeMap<String, usize>,
    pub(super) patterns: Vec<(Regexp, usize)>,
    pub(super) additional: Option<Additional>,
    pub(super) names: Option<usize>,
    pub(super) dependencies: BTreeMap<String, Dependency>,
    pub(super) dependent_schemas: BTreeMap<String, usize>,
    pub(super) dependent_required: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Default)]
pub(super) struct ArrayRules {
    pub(super) least: Option<usize>,
    pub(super) most: Option<usize>,
    pub(super) unique: bool,
    /// Schemas of the first items.
    pub(super) first: Vec<usize>,
    /// Of those behind them.
    pub(super) rest: Option<Additional>,
    pub(super) contains: Option<usize>,
    pub(super) least_contained: Option<usize>,
    pub(super) most_contained: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct TextRules {
    pub(super) least: Option<usize>,
    pub(super) most: Option<usize>,
    /// With its text.
    pub(super) pattern: Option<(Regexp, String)>,
}

#[derive(Debug, Default)]
pub(super) struct NumberRules {
    pub(super) minimum: Option<Decimal>,
    pub(super) maximum: Option<Decimal>,
    pub(super) exclusive_minimum: Option<Decimal>,
    pub(super) exclusive_maximum: Option<Decimal>,
    pub(super) multiple_of: Option<Decimal>,
}

#[derive(Debug, Default)]
pub(super) struct Combined {
    pub(super) not: Option<usize>,
    pub(super) all: Vec<usize>,
    pub(super) any: Vec<usize>,
    pub(super) one: Vec<usize>,
    pub(super) test: Option<usize>,
    pub(super) then: Option<usize>,
    pub(super) otherwise: Option<usize>,
}

/// Compiles schemas.
#[derive(Debug, Default)]
pub(super) struct Compiler {
    roots: Roots,
    set: Set,
    /// What is compiled or will be, by place.
    known: BTreeMap<(Arc<str>, String), usize>,
    asserts_formats: bool,
}

impl Compiler {
    /// With a document at hand.
    pub(super) fn holding(url: &str, document: Json) -> Self {
        let mut compiler = Self::default();
        compiler.roots.add(url, document);
        compiler
    }

    /// For schemas whose `format`s count in all drafts.
    pub(super) fn asserting_formats() -> Self {
        Self { asserts_formats: true, ..Self::default() }
    }

    /// Compiles the schema at an address, and all that it leads to.
    ///
    /// # Errors
    /// In the words of the library that Helm uses.
    pub(super) fn compile(mut self, url: &str) -> Result<Set, String> {
        let (url, pointer) = self.roots.resolve(url, "")?;
        self.wanted(&url, pointer);
        let mut next = 0;
        while next < self.set.0.len() {
            self.compile_one(next)?;
            next += 1;
        }
        Ok(self.set)
    }

    /// The index of a schema that will be compiled.
    fn wanted(&mut self, url: &Arc<str>, pointer: String) -> usize {
        let place = (Arc::clone(url), pointer);
        if let Some(index) = self.known.get(&place) {
            return *index;
        }
        let index = self.set.0.len();
        self.set.0.push(Schema::new(Arc::clone(&place.0), place.1.clone()));
        self.known.insert(place, index);
        index
    }

    fn compile_one(&mut self, index: usize) -> Result<(), String> {
        let schema = &self.set.0[index];
        let (url, pointer) = (Arc::clone(&schema.url), schema.pointer.clone());
        let root = self.roots.holding(&url, &pointer)?;
        let document = Arc::clone(&root.document);
        let (base, resource) = root.resource(&pointer);
        let draft = resource.draft;
        let dynamic: Vec<(String, String)> = if draft >= Draft::V2020 && base == pointer {
            let names = resource.anchors.iter().filter(|(name, _)| resource.dynamic.contains(name));
            names.map(|(name, pointer)| (name.clone(), pointer.clone())).collect()
        } else {
            Vec::new()
        };
        let (base, base_url) = (base.to_owned(), resource.url.clone());
        let resource = self.wanted(&url, base);
        let mut dynamic_anchors = BTreeMap::new();
        for (name, pointer) in dynamic {
            dynamic_anchors.insert(name, self.wanted(&url, pointer));
        }
        let mut schema = Schema::new(Arc::clone(&url), pointer);
        (schema.draft, schema.resource, schema.dynamic_anchors) = (draft, resource, dynamic_anchors);
        match lookup(&document, &url, &schema.pointer)? {
            Json::Bool(allowed) => schema.always = Some(*allowed),
            Json::Object(map) if map.is_empty() => schema.always = Some(true),
            Json::Object(map) => {
                let mut keywords = keywords::Keywords { compiler: self, map, base: &base_url };
                keywords.read(&mut schema)?;
            }
            _ => {}
        }
        self.set.0[index] = schema;
        Ok(())
    }
}
