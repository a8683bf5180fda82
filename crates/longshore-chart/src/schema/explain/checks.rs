//! The keywords that add up: of objects, lists, strings, numbers, and those that combine schemas.

use serde_json::{Map as JsonMap, Value as Json};

use super::{Cause, Found, Walk};
use crate::schema::words::{count, float, quote, quote_all};

type Keywords = JsonMap<String, Json>;

/// Equality of JSON Schema: numbers by value.
pub(super) fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

fn limit(keywords: &Keywords, name: &str) -> Option<usize> {
    keywords.get(name).and_then(Json::as_f64).map(|number| number as usize)
}

fn bound(keywords: &Keywords, name: &str) -> Option<f64> {
    keywords.get(name).and_then(Json::as_f64)
}

/// Adds `name: got 1, want 2` where a size is outside its limits.
fn sizes(keywords: &Keywords, least: &str, most: &str, got: usize, found: &mut Found<'_>) {
    if let Some(want) = limit(keywords, least).filter(|want| got < *want) {
        found.text(format!("{least}: got {}, want {}", count(got), count(want)));
    }
    if let Some(want) = limit(keywords, most).filter(|want| got > *want) {
        found.text(format!("{most}: got {}, want {}", count(got), count(want)));
    }
}

fn names(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn missing(map: &JsonMap<String, Json>, wanted: &Json) -> Vec<String> {
    names(wanted).into_iter().filter(|name| !map.contains_key(name)).collect()
}

fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}

impl<'s> Walk<'s> {
    pub(super) fn object(
        &self,
        keywords: &'s Keywords,
        map: &JsonMap<String, Json>,
        depth: usize,
        found: &mut Found<'_>,
    ) {
        sizes(keywords, "minProperties", "maxProperties", map.len(), found);
        if let Some(required) = keywords.get("required") {
            match missing(map, required).as_slice() {
                [] => {}
                [one] => found.text(format!("missing property {}", quote(one))),
                many => found.text(format!("missing properties {}", quote_all(many))),
            }
        }
        let whole = Json::Object(map.clone());
        let dependencies = keywords.get("dependencies").and_then(Json::as_object);
        for (name, dependency) in
            dependencies.into_iter().flatten().filter(|(name, _)| map.contains_key(*name))
        {
            if dependency.is_array() {
                Self::needs(map, name, dependency, found);
            } else {
                found.causes.extend(self.check(dependency, &whole, found.path, depth + 1));
            }
        }
        self.properties(keywords, map, depth, found);
        if self.draft == 4 {
            return;
        }
        if let Some(schema) = keywords.get("propertyNames") {
            for name in map.keys() {
                if let Some(cause) = self.check(schema, &Json::from(name.as_str()), "", depth + 1) {
                    found.with(format!("invalid propertyName {}", quote(name)), vec![cause]);
                }
            }
        }
        if self.draft == 6 {
            return;
        }
        let schemas = keywords.get("dependentSchemas").and_then(Json::as_object);
        for (_, schema) in schemas.into_iter().flatten().filter(|(name, _)| map.contains_key(*name)) {
            found.causes.extend(self.check(schema, &whole, found.path, depth + 1));
        }
        let required = keywords.get("dependentRequired").and_then(Json::as_object);
        for (name, wanted) in required.into_iter().flatten().filter(|(name, _)| map.contains_key(*name)) {
            Self::needs(map, name, wanted, found);
        }
    }

    fn needs(map: &JsonMap<String, Json>, name: &str, wanted: &Json, found: &mut Found<'_>) {
        let missing = missing(map, wanted);
        if !missing.is_empty() {
            found.text(format!("properties {} required, if {} exists", quote_all(&missing), quote(name)));
        }
    }

    fn properties(
        &self,
        keywords: &'s Keywords,
        map: &JsonMap<String, Json>,
        depth: usize,
        found: &mut Found<'_>,
    ) {
        let properties = keywords.get("properties").and_then(Json::as_object);
        let patterns = keywords.get("patternProperties").and_then(Json::as_object);
        let mut additional = Vec::new();
        for (name, value) in map {
            let path = below(found.path, name);
            let mut known = false;
            if let Some(schema) = properties.and_then(|properties| properties.get(name)) {
                known = true;
                found.causes.extend(self.check(schema, value, &path, depth + 1));
            }
            for (pattern, schema) in patterns.into_iter().flatten() {
                if self.alone("pattern", &Json::from(pattern.as_str()), &Json::from(name.as_str())) {
                    known = true;
                    found.causes.extend(self.check(schema, value, &path, depth + 1));
                }
            }
            match keywords.get("additionalProperties").filter(|_| !known) {
                Some(Json::Bool(false)) => additional.push(name.clone()),
                Some(schema) => found.causes.extend(self.check(schema, value, &path, depth + 1)),
                None => {}
            }
        }
        if !additional.is_empty() {
            found.text(format!("additional properties {} not allowed", quote_all(&additional)));
        }
    }

    pub(super) fn array(&self, keywords: &'s Keywords, items: &[Json], depth: usize, found: &mut Found<'_>) {
        sizes(keywords, "minItems", "maxItems", items.len(), found);
        if keywords.get("uniqueItems") == Some(&Json::Bool(true)) {
            let pairs = (0..items.len()).flat_map(|i| (i + 1..items.len()).map(move |j| (i, j)));
            if let Some((i, j)) = { pairs }.find(|(i, j)| equal(&items[*i], &items[*j])) {
                found.text(format!("items at {i} and {j} are equal"));
            }
        }
        let (tuple, rest) = if self.draft >= 2020 {
            (keywords.get("prefixItems"), keywords.get("items"))
        } else {
            match keywords.get("items") {
                tuple @ Some(Json::Array(_)) => (tuple, keywords.get("additionalItems")),
                all => (None, all),
            }
        };
        let tuple = tuple.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        for (i, item) in items.iter().enumerate() {
            let path = below(found.path, &i.to_string());
            let schema = match tuple.get(i) {
                Some(schema) => Some(schema),
                // Before 2020-12 `false` has a text of its own, below.
                None => rest.filter(|rest| self.draft >= 2020 || !rest.is_boolean() || tuple.is_empty()),
            };
            if let Some(schema) = schema {
                found.causes.extend(self.check(schema, item, &path, depth + 1));
            }
        }
        if self.draft < 2020
            && !tuple.is_empty()
            && rest == Some(&Json::Bool(false))
            && items.len() > tuple.len()
        {
            found.text(format!("last {} additionalItem(s) not allowed", count(items.len() - tuple.len())));
        }
        if let Some(schema) = keywords.get("contains").filter(|_| self.draft >= 6) {
            self.contains(keywords, schema, items, depth, found);
        }
    }

    fn contains(
        &self,
        keywords: &Keywords,
        schema: &'s Json,
        items: &[Json],
        depth: usize,
        found: &mut Found<'_>,
    ) {
        let mut causes = Vec::new();
        let mut matched = Vec::new();
        for (i, item) in items.iter().enumerate() {
            match self.check(schema, item, &below(found.path, &i.to_string()), depth + 1) {
                Some(cause) => causes.push(cause),
                None => matched.push(i.to_string()),
            }
        }
        match limit(keywords, "minContains").filter(|_| self.draft >= 2019) {
            Some(want) if matched.len() < want => {
                let text = format!("min {} items required to match contains schema, but ", count(want));
                let text = if matched.is_empty() {
                    text + "none matched"
                } else {
                    format!("{text}matched {} items at {}", count(matched.len()), matched.join(" "))
                };
                found.with(text, causes);
            }
            None if matched.is_empty() => found.with("no items match contains schema", causes),
            _ => {}
        }
        if let Some(want) =
            limit(keywords, "maxContains").filter(|want| self.draft >= 2019 && matched.len() > *want)
        {
            found.text(format!(
                "max {} items required to match contains schema, but matched {} items at {}",
                count(want),
                count(matched.len()),
                matched.join(" ")
            ));
        }
    }

    pub(super) fn string(&self, keywords: &Keywords, text: &str, found: &mut Found<'_>) {
        sizes(keywords, "minLength", "maxLength", text.chars().count(), found);
        if let Some(pattern) = keywords.get("pattern").and_then(Json::as_str)
            && !self.alone("pattern", &Json::from(pattern), &Json::from(text))
        {
            found.text(format!("{} does not match pattern {}", quote(text), quote(pattern)));
        }
    }

    pub(super) fn number(&self, keywords: &Keywords, got: f64, found: &mut Found<'_>) {
        let is_true = |name: &str| keywords.get(name) == Some(&Json::Bool(true));
        let mut add = |name: &str, want: f64, broken: bool| {
            if broken {
                found.text(format!("{name}: got {}, want {}", float(got), float(want)));
            }
        };
        // In draft 4 the exclusive ones are bools that sharpen the others.
        for (plain, exclusive, sign) in
            [("minimum", "exclusiveMinimum", 1.0), ("maximum", "exclusiveMaximum", -1.0)]
        {
            if let Some(want) = bound(keywords, plain).filter(|_| !is_true(exclusive)) {
                add(plain, want, sign * got < sign * want);
            }
        }
        for (plain, exclusive, sign) in
            [("minimum", "exclusiveMinimum", 1.0), ("maximum", "exclusiveMaximum", -1.0)]
        {
            let want = if is_true(exclusive) { bound(keywords, plain) } else { bound(keywords, exclusive) };
            if let Some(want) = want {
                add(exclusive, want, sign * got <= sign * want);
            }
        }
        if let Some(divisor) = bound(keywords, "multipleOf") {
            let passes = self.alone("multipleOf", &Json::from(divisor), &Json::from(got));
            add("multipleOf", divisor, !passes);
        }
    }

    pub(super) fn combined(&self, keywords: &'s Keywords, value: &Json, depth: usize, found: &mut Found<'_>) {
        let path = found.path;
        let check = |schema: &'s Json| self.check(schema, value, path, depth + 1);
        if let Some(schema) = keywords.get("not")
            && check(schema).is_none()
        {
            found.text("'not' failed");
        }
        let list = |name: &str| keywords.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let causes: Vec<Cause> = list("allOf").iter().filter_map(check).collect();
        if !causes.is_empty() {
            found.with("'allOf' failed", causes);
        }
        let any = list("anyOf");
        let causes: Vec<Cause> = any.iter().filter_map(check).collect();
        if !any.is_empty() && causes.len() == any.len() {
            found.with("'anyOf' failed", causes);
        }
        let one = list("oneOf");
        if !one.is_empty() {
            let results: Vec<Option<Cause>> = one.iter().map(check).collect();
            let matched: Vec<usize> = (0..one.len()).filter(|i| results[*i].is_none()).collect();
            match matched.as_slice() {
                [] => found.with("'oneOf' failed, none matched", results.into_iter().flatten().collect()),
                [_] => {}
                [first, second, ..] => {
                    found.text(format!("'oneOf' failed, subschemas {first}, {second} matched"));
                }
            }
        }
        if let Some(schema) = keywords.get("if").filter(|_| self.draft >= 7) {
            let branch = if check(schema).is_none() { "then" } else { "else" };
            found.causes.extend(keywords.get(branch).and_then(check));
        }
    }
}
