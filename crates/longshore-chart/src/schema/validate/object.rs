//! Keywords of objects.

use std::collections::BTreeMap;

use super::{Check, Item, Step, meta, whole};
use crate::schema::cause::{Cause, Kind, Place};
use crate::schema::compile::{Additional, Dependency, ObjectRules};
use crate::schema::draft::Draft;
use crate::schema::json::Json;
use crate::schema::words::{count, quote, quote_all};

type Map = BTreeMap<String, Json>;

fn missing<'n>(map: &Map, wanted: &'n [String]) -> Vec<&'n str> {
    wanted.iter().map(String::as_str).filter(|name| !map.contains_key(*name)).collect()
}

impl<'v> Check<'_, 'v> {
    pub(super) fn object(&mut self, map: &'v Map) {
        let schema = self.schema.schema();
        let Some(rules) = schema.object.as_deref() else { return };
        self.size(("minProperties", rules.least), ("maxProperties", rules.most), map.len());
        match missing(map, &rules.required).as_slice() {
            [] => {}
            [one] => self.add(|| format!("missing property {}", quote(one))),
            many => self.add(|| format!("missing properties {}", quote_all(many))),
        }
        if self.brief && !self.causes.is_empty() {
            return;
        }
        for (name, dependency) in &rules.dependencies {
            if map.contains_key(name) {
                match dependency {
                    Dependency::Names(wanted) => self.needs(map, name, wanted),
                    Dependency::Schema(index) => {
                        let cause = self.same(self.schema.other(*index), "", false);
                        self.causes.extend(cause.map(|cause| *cause));
                    }
                }
            }
        }
        self.properties(rules, map);
        if schema.draft == Draft::V4 || self.brief && !self.causes.is_empty() {
            return;
        }
        if let Some(index) = rules.names {
            for name in map.keys() {
                self.name(index, name);
            }
        }
        if schema.draft == Draft::V6 {
            return;
        }
        for (name, index) in &rules.dependent_schemas {
            if map.contains_key(name) {
                let cause = self.same(self.schema.other(*index), "", false);
                self.causes.extend(cause.map(|cause| *cause));
            }
        }
        for (name, wanted) in &rules.dependent_required {
            if map.contains_key(name) {
                self.needs(map, name, wanted);
            }
        }
    }

    fn needs(&mut self, map: &Map, name: &str, wanted: &[String]) {
        let missing = missing(map, wanted);
        if !missing.is_empty() {
            self.add(|| format!("properties {} required, if {} exists", quote_all(&missing), quote(name)));
        }
    }

    fn properties(&mut self, rules: &ObjectRules, map: &'v Map) {
        let mut refused: Vec<&str> = Vec::new();
        for (name, value) in map {
            if self.brief && !self.causes.is_empty() {
                return;
            }
            let own = rules.properties.get(name).copied();
            let matching = rules.patterns.iter().filter(|(pattern, _)| pattern.is_match(name.as_bytes()));
            let mut schemas: Vec<usize> = own.into_iter().chain(matching.map(|(_, index)| *index)).collect();
            let mut evaluated = !schemas.is_empty();
            if let Some(additional) = rules.additional.filter(|_| !evaluated) {
                evaluated = true;
                match additional {
                    Additional::Bool(true) => {}
                    Additional::Bool(false) => refused.push(name),
                    Additional::Schema(index) => schemas.push(index),
                }
            }
            for index in schemas {
                let cause = self.part(index, value, Step::Key(name));
                self.causes.extend(cause);
            }
            if evaluated {
                self.unevaluated.properties.remove(name.as_str());
            }
        }
        if !refused.is_empty() {
            self.add(|| format!("additional properties {} not allowed", quote_all(&refused)));
        }
    }

    /// Holds the name of a property against a schema.
    fn name(&mut self, index: usize, name: &'v str) {
        let (mut schema, mut meta) = (self.schema.other(index), self.meta);
        if let (Some(outer), Some(resources)) = (self.meta, self.run.resources)
            && schema.is(outer)
            && let Some(resource) = resources.get(&self.steps.pointer())
        {
            schema = meta::schema(resource.draft);
            meta = Some(schema);
        }
        if let Err(causes) = whole(self.run, Item::Name(name), schema, meta, self.brief) {
            let kind = Kind::Text(format!("invalid propertyName {}", quote(name)));
            self.causes.push(Cause { place: Place::Shared(self.steps.keep()), kind, causes });
        }
    }

    /// Adds `name: got 1, want 2` where a size is outside its limits.
    pub(super) fn size(
        &mut self,
        (least, at_least): (&str, Option<usize>),
        (most, at_most): (&str, Option<usize>),
        got: usize,
    ) {
        if let Some(want) = at_least.filter(|want| got < *want) {
            self.add(|| format!("{least}: got {}, want {}", count(got), count(want)));
        }
        if let Some(want) = at_most.filter(|want| got > *want) {
            self.add(|| format!("{most}: got {}, want {}", count(got), count(want)));
        }
    }
}
