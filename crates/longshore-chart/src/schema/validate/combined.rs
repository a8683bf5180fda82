//! Keywords that combine schemas, and those that refer to one.

use super::{At, Check, Item, Step};
use crate::schema::cause::{Cause, Kind};
use crate::schema::json::Json;
use crate::schema::words::count;

impl<'v> Check<'_, 'v> {
    /// Holds the value against the schema that a keyword refers to.
    pub(super) fn reference(&mut self, schema: At<'v>, keyword: &'static str) -> Option<Box<Cause<'v>>> {
        let cause = self.same(schema, keyword, false)?;
        Some(Box::new(Cause { causes: cause.ungrouped(), ..self.cause(Kind::Reference) }))
    }

    /// `$recursiveRef` and `$dynamicRef`: the outermost schema on the way here that answers.
    pub(super) fn references(&mut self) {
        let references = &self.schema.schema().references;
        if let Some(index) = references.recursive {
            let mut target = self.schema.other(index);
            if target.schema().references.recursive_anchor {
                let mut scope = Some(&self.scope);
                while let Some(inner) = scope {
                    let resource = inner.schema.other(inner.schema.schema().resource);
                    if resource.schema().references.recursive_anchor {
                        target = inner.schema;
                    }
                    scope = inner.parent;
                }
            }
            let cause = self.reference(target, "$recursiveRef");
            self.causes.extend(cause.map(|cause| *cause));
        }
        if let Some((index, name)) = &references.dynamic {
            let mut target = self.schema.other(*index);
            if !name.is_empty() && target.schema().references.dynamic_anchor.as_ref() == Some(name) {
                let mut scope = Some(&self.scope);
                while let Some(inner) = scope {
                    let resource = inner.schema.other(inner.schema.schema().resource);
                    if let Some(index) = resource.schema().dynamic_anchors.get(name) {
                        target = resource.other(*index);
                    }
                    scope = inner.parent;
                }
            }
            let cause = self.reference(target, "$dynamicRef");
            self.causes.extend(cause.map(|cause| *cause));
        }
    }

    pub(super) fn combined(&mut self) {
        let Some(rules) = self.schema.schema().combined.as_deref() else { return };
        let at = self.schema;
        if let Some(index) = rules.not
            && self.same(at.other(index), "", true).is_none()
        {
            self.add(|| "'not' failed".to_owned());
        }
        let mut causes = Vec::new();
        for index in &rules.all {
            causes.extend(self.same(at.other(*index), "", false).map(|cause| *cause));
            if self.brief && !causes.is_empty() {
                break;
            }
        }
        if !causes.is_empty() {
            self.add_with(|| "'allOf' failed".to_owned(), causes);
        }
        self.any(&rules.any);
        self.one(&rules.one);
        if let Some(test) = rules.test {
            let holds = self.same(at.other(test), "", true).is_none();
            if let Some(next) = if holds { rules.then } else { rules.otherwise } {
                let cause = self.same(at.other(next), "", false);
                self.causes.extend(cause.map(|cause| *cause));
            }
        }
    }

    fn any(&mut self, schemas: &[usize]) {
        let (mut matched, mut causes) = (schemas.is_empty(), Vec::new());
        for index in schemas {
            if let Some(cause) = self.same(self.schema.other(*index), "", false) {
                causes.push(*cause);
                continue;
            }
            matched = true;
            // All are asked where it matters what they look at.
            if self.unevaluated.is_empty() {
                break;
            }
        }
        if !matched {
            self.add_with(|| "'anyOf' failed".to_owned(), causes);
        }
    }

    fn one(&mut self, schemas: &[usize]) {
        let (mut matched, mut causes) = (None, Vec::new());
        for (number, index) in schemas.iter().enumerate() {
            match self.same(self.schema.other(*index), "", matched.is_some()) {
                Some(cause) => causes.push(*cause),
                None => match matched {
                    None => matched = Some(number),
                    Some(first) => {
                        let (first, second) = (count(first), count(number));
                        self.add(|| format!("'oneOf' failed, subschemas {first}, {second} matched"));
                        break;
                    }
                },
            }
        }
        if matched.is_none() && !schemas.is_empty() {
            self.add_with(|| "'oneOf' failed, none matched".to_owned(), causes);
        }
    }

    /// What nothing else has looked at.
    pub(super) fn unevaluated(&mut self) {
        let schema = self.schema.schema();
        match self.item {
            Item::Json(Json::Object(map)) => {
                let Some(index) = schema.unevaluated_properties else { return };
                for name in std::mem::take(&mut self.unevaluated.properties) {
                    if let Some(value) = map.get(name) {
                        let cause = self.part(index, value, Step::Key(name));
                        self.causes.extend(cause);
                    }
                }
            }
            Item::Json(Json::Array(items)) => {
                let Some(index) = schema.unevaluated_items else { return };
                for at in std::mem::take(&mut self.unevaluated.items) {
                    let cause = self.part(index, &items[at], Step::Index(at));
                    self.causes.extend(cause);
                }
            }
            _ => {}
        }
    }
}
