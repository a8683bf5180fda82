//! Configurations as messages show them: as YAML, without what is empty.

use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use crate::kustomization::Selector;

/// A mapping of the fields that are there.
pub(crate) fn map<'f>(fields: impl IntoIterator<Item = (&'f str, Option<Value>)>) -> Value {
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect::<Map>().into()
}

/// A text; none if it is empty.
pub(crate) fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::str(text))
}

/// A list of texts.
pub(crate) fn texts(list: &[String]) -> Value {
    Value::list(list.iter().map(|text| Value::str(text.as_str())).collect())
}

/// What chooses resources.
pub(crate) fn selector(selector: &Selector) -> Value {
    map([
        ("group", text(&selector.group)),
        ("version", text(&selector.version)),
        ("kind", text(&selector.kind)),
        ("name", text(&selector.name)),
        ("namespace", text(&selector.namespace)),
        ("annotationSelector", text(&selector.annotation_selector)),
        ("labelSelector", text(&selector.label_selector)),
    ])
}

/// The value as YAML.
pub(crate) fn yaml(value: &Value) -> String {
    sigs::marshal(value).map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
}
