//! Holding JSON against a compiled schema.
//!
//! The walk is that of the library that Helm uses, so that the causes come in its order: in each schema type, const,
//! enum and format end it, everything else adds up. Where it walks a Go map, in random order, we go by name.

mod combined;
mod items;
mod object;
mod scalar;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Cause, Kind, Place, Step, Steps, list};
use super::compile::{Schema, Set};
use super::draft::Draft;
use super::json::Json;
use super::root::Resource;
use super::words::{quote, type_of};
use super::{format, meta};

/// A schema of a set.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'s> {
    set: &'s Set,
    index: usize,
}

impl<'s> At<'s> {
    /// The schema that the set was compiled for.
    pub(super) fn first(set: &'s Set) -> Self {
        Self { set, index: 0 }
    }

    fn schema(self) -> &'s Schema {
        self.set.get(self.index)
    }

    /// Another schema of its set.
    fn other(self, index: usize) -> Self {
        Self { set: self.set, index }
    }

    fn is(self, other: Self) -> bool {
        self.index == other.index && std::ptr::eq(self.set, other.set)
    }
}

/// What is held against a schema.
#[derive(Debug, Clone, Copy)]
enum Item<'v> {
    Json(&'v Json),
    /// The name of a property.
    Name(&'v str),
}

impl Item<'_> {
    fn type_name(self) -> &'static str {
        match self {
            Self::Json(json) => type_of(json),
            Self::Name(_) => "string",
        }
    }
}

/// What all checks of one run share.
struct Run<'v> {
    /// The named parts of what is checked, if it is a schema itself.
    resources: Option<&'v BTreeMap<String, Resource>>,
    /// Schemas that may still be looked at.
    steps: Cell<usize>,
}

impl Run<'_> {
    /// Takes steps; false if there are none left.
    fn step(&self, number: usize) -> bool {
        let left = self.steps.get().saturating_sub(number);
        self.steps.set(left);
        left > 0
    }

    /// The list of causes.
    fn told(&self, causes: &[Cause<'_>]) -> String {
        if self.steps.get() == 0 { format!("\n- at '': {TOO_FAR}") } else { list(causes) }
    }
}

/// Schemas that one run may look at; one that branches at each level would never end.
const MAX_STEPS: usize = 5_000_000;

/// A cause takes room, and counts as so many steps.
const CAUSE: usize = 20;

/// What is said of a run that was ended.
const TOO_FAR: &str = "the schema leads too far";

/// Schemas within schemas: one that refers to itself goes as deep as the values do, several times over.
const MAX_DEPTH: u32 = 600;

/// How a check came to its schema.
struct Scope<'a, 'v> {
    schema: At<'v>,
    /// The keyword, if it is one that refers to elsewhere.
    keyword: &'static str,
    /// Which value it is: the same for all schemas that look at one.
    value: u32,
    depth: u32,
    parent: Option<&'a Self>,
}

impl Scope<'_, '_> {
    /// An outer check of the same value by the same schema.
    fn cycle(&self) -> Option<&Self> {
        let mut outer = self.parent;
        while let Some(scope) = outer.filter(|scope| scope.value == self.value) {
            if scope.schema.is(self.schema) {
                return Some(scope);
            }
            outer = scope.parent;
        }
        None
    }

    /// The keywords that lead here.
    fn keywords(&self) -> String {
        let mut parts = Vec::new();
        let mut scope = self;
        while let Some(parent) = scope.parent {
            if scope.keyword.is_empty() {
                let (own, outer) = (scope.schema.schema().location(), parent.schema.schema().location());
                parts.push(own.get(outer.len()..).unwrap_or_default().to_owned());
            } else {
                parts.push(format!("/{}", scope.keyword));
            }
            scope = parent;
        }
        parts.into_iter().rev().collect()
    }
}

/// What no keyword has looked at yet, where that matters.
#[derive(Debug, Default)]
struct Unevaluated<'v> {
    properties: BTreeSet<&'v str>,
    items: BTreeSet<usize>,
}

impl<'v> Unevaluated<'v> {
    fn of(item: Item<'v>, schema: &Schema, wanted: bool) -> Self {
        let mut found = Self::default();
        let asked = |evaluated: bool, keyword: Option<usize>| !evaluated && (wanted || keyword.is_some());
        match item {
            Item::Json(Json::Object(map))
                if asked(schema.all_properties_evaluated, schema.unevaluated_properties) =>
            {
                found.properties = map.keys().map(String::as_str).collect();
            }
            Item::Json(Json::Array(items)) if asked(schema.all_items_evaluated, schema.unevaluated_items) => {
                found.items = (schema.items_evaluated..items.len()).collect();
            }
            _ => {}
        }
        found
    }

    fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    /// Keeps what the other has not looked at either.
    fn merge(&mut self, other: &Self) {
        self.properties.retain(|name| other.properties.contains(name));
        self.items.retain(|index| other.items.contains(index));
    }
}

type Checked<'v> = Result<Unevaluated<'v>, Box<Cause<'v>>>;

/// One value held against one schema.
struct Check<'a, 'v> {
    run: &'a Run<'v>,
    item: Item<'v>,
    steps: Steps<'v>,
    schema: At<'v>,
    scope: Scope<'a, 'v>,
    unevaluated: Unevaluated<'v>,
    causes: Vec<Cause<'v>>,
    /// Only whether there are causes counts.
    brief: bool,
    /// The schema of schemas, if that is what is checked by.
    meta: Option<At<'v>>,
}

/// Holds values against a schema; the error is the list of causes.
pub(super) fn check_values(values: &Json, schema: At<'_>) -> Result<(), String> {
    let run = Run { resources: None, steps: Cell::new(MAX_STEPS) };
    let causes = whole(&run, Item::Json(values), schema, None, false).err();
    causes.map_or(Ok(()), |causes| Err(run.told(&causes).trim_start_matches('\n').to_owned()))
}

/// Holds a schema against the one of its draft; the error is a headline and the list of causes.
pub(super) fn check_schema(
    json: &Json,
    schema: At<'_>,
    resources: &BTreeMap<String, Resource>,
) -> Result<(), String> {
    let run = Run { resources: Some(resources), steps: Cell::new(MAX_STEPS) };
    whole(&run, Item::Json(json), schema, Some(schema), false).map_err(|causes| {
        let location = quote(&schema.schema().location());
        format!("jsonschema validation failed with {location}{}", run.told(&causes))
    })
}

/// A value with no way to it.
fn whole<'v>(
    run: &Run<'v>,
    item: Item<'v>,
    schema: At<'v>,
    meta: Option<At<'v>>,
    brief: bool,
) -> Result<(), Vec<Cause<'v>>> {
    let check = Check {
        run,
        item,
        steps: Steps::new(),
        schema,
        scope: Scope { schema, keyword: "", value: 0, depth: 0, parent: None },
        unevaluated: Unevaluated::of(item, schema.schema(), false),
        causes: Vec::new(),
        brief,
        meta,
    };
    check.check().map(drop).map_err(|cause| cause.ungrouped())
}

impl<'v> Check<'_, 'v> {
    fn check(mut self) -> Checked<'v> {
        let schema = self.schema.schema();
        match schema.always {
            Some(true) => return Ok(self.unevaluated),
            Some(false) => return self.fails(|| "false schema".to_owned()),
            None => {}
        }
        if let Some(outer) = self.scope.cycle() {
            let (own, outer) = (self.scope.keywords(), outer.keywords());
            let location = super::address::quoted(&schema.location());
            return self
                .fails(|| format!("both {own} and {outer} resolve to {location} causing reference cycle"));
        }
        if self.scope.depth > MAX_DEPTH {
            self.run.steps.set(0);
        }
        if !self.run.step(1) {
            return self.fails(|| TOO_FAR.to_owned());
        }
        if let Some(text) = self.mismatch(schema) {
            return self.fails(|| text);
        }
        if let Some(index) = schema.references.plain {
            let checked = self.reference(self.schema.other(index), "$ref");
            if schema.draft < Draft::V2019 {
                return checked.map_or(Ok(self.unevaluated), Err);
            }
            self.causes.extend(checked.map(|cause| *cause));
        }
        match self.item {
            Item::Json(Json::Object(map)) => self.object(map),
            Item::Json(Json::Array(items)) => self.array(items),
            Item::Json(Json::String(text)) => self.text(text),
            Item::Name(text) => self.text(text),
            Item::Json(Json::Number(number)) => self.number(number),
            Item::Json(_) => {}
        }
        if self.causes.is_empty() || !self.brief {
            if schema.draft >= Draft::V2019 {
                self.references();
            }
            self.combined();
            if schema.draft >= Draft::V2019 {
                self.unevaluated();
            }
        }
        match self.causes.len() {
            0 => Ok(self.unevaluated),
            1 => Err(self.causes.pop().map(Box::new).expect("there is one")),
            _ => {
                let causes = std::mem::take(&mut self.causes);
                Err(Box::new(Cause { causes, ..self.cause(Kind::Group) }))
            }
        }
    }

    /// A cause at this place.
    fn cause(&self, kind: Kind) -> Cause<'v> {
        let pointer = if self.brief || !self.run.step(CAUSE) { String::new() } else { self.steps.pointer() };
        Cause { place: Place::Told(pointer), kind, causes: Vec::new() }
    }

    /// The one cause that ends a check.
    fn fails(&self, text: impl FnOnce() -> String) -> Checked<'v> {
        let text = if self.brief { String::new() } else { text() };
        Err(Box::new(self.cause(Kind::Text(text))))
    }

    /// Adds a cause.
    fn add(&mut self, text: impl FnOnce() -> String) {
        self.add_with(text, Vec::new());
    }

    /// Adds a cause with causes of its own.
    fn add_with(&mut self, text: impl FnOnce() -> String, causes: Vec<Cause<'v>>) {
        let text = if self.brief { String::new() } else { text() };
        let cause = Cause { causes, ..self.cause(Kind::Text(text)) };
        self.causes.push(cause);
    }

    /// Holds the same value against another schema.
    fn same(&mut self, schema: At<'v>, keyword: &'static str, brief: bool) -> Option<Box<Cause<'v>>> {
        let wanted = !self.unevaluated.is_empty();
        let checked = Check {
            run: self.run,
            item: self.item,
            steps: self.steps.clone(),
            schema,
            scope: Scope {
                schema,
                keyword,
                value: self.scope.value,
                depth: self.scope.depth + 1,
                parent: Some(&self.scope),
            },
            unevaluated: Unevaluated::of(self.item, schema.schema(), wanted),
            causes: Vec::new(),
            brief: self.brief || brief,
            meta: self.meta,
        }
        .by_own_draft()
        .check();
        match checked {
            Ok(other) => {
                self.unevaluated.merge(&other);
                None
            }
            Err(cause) => Some(cause),
        }
    }

    /// Holds a part of the value against a schema.
    fn part(&self, index: usize, part: &'v Json, step: Step<'v>) -> Option<Cause<'v>> {
        let schema = self.schema.other(index);
        let item = Item::Json(part);
        let check = Check {
            run: self.run,
            item,
            steps: self.steps.append(step),
            schema,
            scope: Scope {
                schema,
                keyword: "",
                value: self.scope.value + 1,
                depth: self.scope.depth + 1,
                parent: Some(&self.scope),
            },
            unevaluated: Unevaluated::of(item, schema.schema(), false),
            causes: Vec::new(),
            brief: self.brief,
            meta: self.meta,
        };
        check.by_own_draft().check().err().map(|cause| *cause)
    }

    /// A part of a schema that names a draft of its own is held against that one's schema.
    fn by_own_draft(mut self) -> Self {
        let (Some(meta), Some(resources)) = (self.meta, self.run.resources) else { return self };
        if self.schema.is(meta)
            && let Some(resource) = resources.get(&self.steps.pointer())
        {
            self.schema = meta::schema(resource.draft);
            self.meta = Some(self.schema);
        }
        self
    }

    /// Type, const, enum and format: the first that fails ends a check.
    fn mismatch(&self, schema: &Schema) -> Option<String> {
        let got = self.item.type_name();
        if let Item::Json(Json::Other(name)) = self.item {
            return Some(format!("invalid jsonType {name}"));
        }
        if !schema.types.is_empty() && !schema.types.contains(got) {
            let whole = || match self.item {
                Item::Json(Json::Number(number)) => scalar::is_integer(number),
                _ => false,
            };
            if !(schema.types.contains("integer") && whole()) {
                return Some(format!("got {got}, want {}", schema.types.names().join(" or ")));
            }
        }
        if let Some(wanted) = &schema.constant
            && !scalar::item_equal(self.item, wanted)
        {
            return Some(scalar::constant_text(wanted));
        }
        if let Some(choices) = &schema.choices
            && !(choices.types.contains(got)
                && choices.values.iter().any(|value| scalar::item_equal(self.item, value)))
        {
            return Some(scalar::choices_text(&choices.values));
        }
        let name = schema.format.as_deref()?;
        let text = match self.item {
            Item::Json(Json::String(text)) => text,
            Item::Name(text) => text,
            Item::Json(_) => return None,
        };
        let problem = format::check(name, text).err()?;
        Some(format!("{} is not valid {name}: {problem}", quote(text)))
    }
}
