//! The keywords of one schema.

use std::collections::BTreeMap;

use longshore_go::regexp::Regexp;

use super::{
    Additional, ArrayRules, Choices, Combined, Compiler, Dependency, NumberRules, ObjectRules, Schema,
    TextRules, Types,
};
use crate::schema::address::{below, join, quoted, shown, split_fragment};
use crate::schema::draft::Draft;
use crate::schema::json::Json;
use crate::schema::number::Decimal;
use crate::schema::words::type_of;

/// A schema that is being read.
pub(super) struct Keywords<'c, 'j> {
    pub(super) compiler: &'c mut Compiler,
    pub(super) map: &'j BTreeMap<String, Json>,
    /// What references are relative to.
    pub(super) base: &'j str,
}

impl<'j> Keywords<'_, 'j> {
    pub(super) fn read(&mut self, schema: &mut Schema) -> Result<(), String> {
        let draft = schema.draft;
        schema.references.plain = self.reference("$ref", schema)?;
        if draft < Draft::V2019 && schema.references.plain.is_some() {
            // Nothing beside a reference counts.
            return Ok(());
        }
        let mut combined = Combined {
            all: self.each("allOf", schema),
            any: self.each("anyOf", schema),
            one: self.each("oneOf", schema),
            not: self.one("not", schema),
            ..Combined::default()
        };
        let mut array = ArrayRules::default();
        if draft < Draft::V2020 {
            if self.get("items").is_some_and(|items| items.as_array().is_some()) {
                array.first = self.each("items", schema);
                array.rest = self.additional("additionalItems", schema);
                schema.all_items_evaluated = array.rest.is_some();
            } else {
                array.rest = self.one("items", schema).map(Additional::Schema);
                schema.all_items_evaluated = array.rest.is_some();
            }
        }
        let mut object = self.object(schema)?;
        self.scalars(&mut array, schema)?;
        if draft >= Draft::V6 {
            array.contains = self.one("contains", schema);
            object.names = self.one("propertyNames", schema);
            schema.constant = self.get("const").cloned().map(Box::new);
        }
        if draft >= Draft::V7 {
            combined.test = self.one("if", schema);
            let known = self.get("if").and_then(Json::as_bool);
            if combined.test.is_some() && known != Some(false) {
                combined.then = self.one("then", schema);
            }
            if combined.test.is_some() && known != Some(true) {
                combined.otherwise = self.one("else", schema);
            }
        }
        if draft >= Draft::V2019 {
            self.since_2019(&mut object, &mut array, schema)?;
        }
        if draft >= Draft::V2020 {
            self.since_2020(&mut array, schema)?;
        }
        schema.all_properties_evaluated = object.additional.is_some();
        schema.items_evaluated = array.first.len();
        schema.object = Some(Box::new(object)).filter(|rules| !rules.is_empty());
        schema.array = Some(Box::new(array)).filter(|rules| !rules.is_empty());
        schema.combined = Some(Box::new(combined)).filter(|rules| !rules.is_empty());
        Ok(())
    }

    fn object(&mut self, schema: &Schema) -> Result<ObjectRules, String> {
        let properties = self.named("properties", schema);
        let mut patterns = Vec::new();
        for (pattern, index) in self.named("patternProperties", schema) {
            patterns.push((regexp(&pattern, "patternProperties", schema)?, index));
        }
        let additional = self.additional("additionalProperties", schema);
        let mut dependencies = BTreeMap::new();
        for (name, wanted) in self.get("dependencies").and_then(Json::as_object).into_iter().flatten() {
            let dependency = if wanted.as_array().is_some() {
                Dependency::Names(texts(wanted))
            } else {
                let place = below(&below(&schema.pointer, "dependencies"), name);
                Dependency::Schema(self.compiler.wanted(&schema.url, place))
            };
            dependencies.insert(name.clone(), dependency);
        }
        Ok(ObjectRules {
            least: self.count("minProperties"),
            most: self.count("maxProperties"),
            required: self.get("required").map(texts).unwrap_or_default(),
            properties,
            patterns,
            additional,
            dependencies,
            ..ObjectRules::default()
        })
    }

    /// Keywords that hold no schemas.
    fn scalars(&mut self, array: &mut ArrayRules, schema: &mut Schema) -> Result<(), String> {
        match self.get("type") {
            Some(Json::String(name)) => schema.types.add(name),
            Some(Json::Array(names)) => {
                names.iter().filter_map(Json::as_str).for_each(|name| schema.types.add(name));
            }
            _ => {}
        }
        if let Some(Json::Array(values)) = self.get("enum") {
            let mut types = Types::default();
            for value in values {
                types.add(type_of(value));
            }
            schema.choices = Some(Box::new(Choices { types, values: values.clone() }));
        }
        let is_true = |this: &Self, keyword| this.get(keyword).and_then(Json::as_bool) == Some(true);
        // In draft 4 the exclusive ones are bools that sharpen the others.
        let bounds = |this: &Self, plain, exclusive| {
            if is_true(this, exclusive) {
                (None, this.number(plain))
            } else {
                (this.number(plain), this.number(exclusive))
            }
        };
        let (maximum, exclusive_maximum) = bounds(self, "maximum", "exclusiveMaximum");
        let (minimum, exclusive_minimum) = bounds(self, "minimum", "exclusiveMinimum");
        let multiple_of = self.number("multipleOf");
        let rules = NumberRules { minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of };
        schema.number = Some(Box::new(rules)).filter(|rules| !rules.is_empty());
        let pattern = match self.get("pattern").and_then(Json::as_str) {
            Some(pattern) => Some((regexp(pattern, "pattern", schema)?, pattern.to_owned())),
            None => None,
        };
        let rules = TextRules { least: self.count("minLength"), most: self.count("maxLength"), pattern };
        schema.text = Some(Box::new(rules)).filter(|rules| !rules.is_empty());
        (array.least, array.most) = (self.count("minItems"), self.count("maxItems"));
        array.unique = is_true(self, "uniqueItems");
        if self.compiler.asserts_formats || schema.draft < Draft::V2019 {
            schema.format = self.get("format").and_then(Json::as_str).map(Into::into);
        }
        Ok(())
    }

    fn since_2019(
        &mut self,
        object: &mut ObjectRules,
        array: &mut ArrayRules,
        schema: &mut Schema,
    ) -> Result<(), String> {
        schema.references.recursive = self.reference("$recursiveRef", schema)?;
        schema.references.recursive_anchor =
            self.get("$recursiveAnchor").and_then(Json::as_bool) == Some(true);
        if array.contains.is_some() {
            array.least_contained = self.count("minContains");
            array.most_contained = self.count("maxContains");
        }
        for (name, wanted) in self.get("dependentRequired").and_then(Json::as_object).into_iter().flatten() {
            if wanted.as_array().is_some() {
                object.dependent_required.insert(name.clone(), texts(wanted));
            }
        }
        object.dependent_schemas = self.named("dependentSchemas", schema);
        schema.unevaluated_items = self.one("unevaluatedItems", schema);
        schema.unevaluated_properties = self.one("unevaluatedProperties", schema);
        Ok(())
    }

    fn since_2020(&mut self, array: &mut ArrayRules, schema: &mut Schema) -> Result<(), String> {
        if let Some(index) = self.reference("$dynamicRef", schema)? {
            let text = self.get("$dynamicRef").and_then(Json::as_str).unwrap_or_default();
            let (_, fragment) = split_fragment(text)?;
            let name = Some(fragment).filter(|fragment| !fragment.starts_with('/')).unwrap_or_default();
            schema.references.dynamic = Some((index, name));
        }
        schema.references.dynamic_anchor =
            self.get("$dynamicAnchor").and_then(Json::as_str).map(str::to_owned);
        array.first = self.each("prefixItems", schema);
        array.rest = self.one("items", schema).map(Additional::Schema);
        schema.all_items_evaluated = array.rest.is_some();
        Ok(())
    }

    fn get(&self, keyword: &str) -> Option<&'j Json> {
        self.map.get(keyword)
    }

    fn number(&self, keyword: &str) -> Option<Decimal> {
        match self.get(keyword)? {
            Json::Number(text) => Decimal::parse(text),
            _ => None,
        }
    }

    fn count(&self, keyword: &str) -> Option<usize> {
        self.number(keyword)?.to_count()
    }

    /// The schema that a reference leads to.
    fn reference(&mut self, keyword: &str, schema: &Schema) -> Result<Option<usize>, String> {
        let Some(reference) = self.get(keyword).and_then(Json::as_str) else { return Ok(None) };
        let (url, fragment) = join(self.base, reference)?;
        let roots = &mut self.compiler.roots;
        let place = match roots.load(&schema.url)?.resolve(&url, &fragment) {
            Some(pointer) => (schema.url.clone(), pointer?),
            None => roots.resolve(&url, &fragment)?,
        };
        Ok(Some(self.compiler.wanted(&place.0, place.1)))
    }

    fn one(&mut self, keyword: &str, schema: &Schema) -> Option<usize> {
        self.get(keyword)?;
        Some(self.compiler.wanted(&schema.url, below(&schema.pointer, keyword)))
    }

    fn each(&mut self, keyword: &str, schema: &Schema) -> Vec<usize> {
        let items = self.get(keyword).and_then(Json::as_array).map_or(0, <[Json]>::len);
        let place = below(&schema.pointer, keyword);
        (0..items).map(|index| self.compiler.wanted(&schema.url, format!("{place}/{index}"))).collect()
    }

    fn named(&mut self, keyword: &str, schema: &Schema) -> BTreeMap<String, usize> {
        let place = below(&schema.pointer, keyword);
        let map = self.get(keyword).and_then(Json::as_object).into_iter().flatten();
        map.map(|(name, _)| (name.clone(), self.compiler.wanted(&schema.url, below(&place, name)))).collect()
    }

    fn additional(&mut self, keyword: &str, schema: &Schema) -> Option<Additional> {
        match self.get(keyword)? {
            Json::Bool(allowed) => Some(Additional::Bool(*allowed)),
            _ => self.one(keyword, schema).map(Additional::Schema),
        }
    }
}

fn regexp(pattern: &str, keyword: &str, schema: &Schema) -> Result<Regexp, String> {
    Regexp::compile(pattern.as_bytes()).map_err(|error| {
        let place = shown(&schema.url, &below(&schema.pointer, keyword));
        format!("invalid regex {} at {}: {error}", quoted(pattern), quoted(&place))
    })
}

/// The texts of a list.
fn texts(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

impl ObjectRules {
    fn is_empty(&self) -> bool {
        self.least.is_none()
            && self.most.is_none()
            && self.required.is_empty()
            && self.properties.is_empty()
            && self.patterns.is_empty()
            && self.additional.is_none()
            && self.names.is_none()
            && self.dependencies.is_empty()
            && self.dependent_schemas.is_empty()
            && self.dependent_required.is_empty()
    }
}

impl ArrayRules {
    fn is_empty(&self) -> bool {
        self.least.is_none()
            && self.most.is_none()
            && !self.unique
            && self.first.is_empty()
            && self.rest.is_none()
            && self.contains.is_none()
    }
}

impl TextRules {
    fn is_empty(&self) -> bool {
        self.least.is_none() && self.most.is_none() && self.pattern.is_none()
    }
}

impl NumberRules {
    fn is_empty(&self) -> bool {
        self.minimum.is_none()
            && self.maximum.is_none()
            && self.exclusive_minimum.is_none()
            && self.exclusive_maximum.is_none()
            && self.multiple_of.is_none()
    }
}

impl Combined {
    fn is_empty(&self) -> bool {
        self.not.is_none()
            && self.all.is_empty()
            && self.any.is_empty()
            && self.one.is_empty()
            && self.test.is_none()
    }
}
