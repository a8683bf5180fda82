//! JSON as YAML, in the form in which Helm and kubectl write objects.

use longshore_chart::values::from_json;

/// Block style, keys in natural order, strings quoted where another reading would be possible.
///
/// ```
/// let json = serde_json::json!({"b": "true", "a": [1]});
/// assert_eq!(longshore_platform::to_yaml(&json), "a:\n- 1\nb: \"true\"\n");
/// ```
pub fn to_yaml(json: &serde_json::Value) -> String {
    let bytes =
        longshore_yaml::sigs::marshal(&from_json(json)).expect("JSON holds nothing that YAML does not");
    String::from_utf8(bytes).expect("YAML made from UTF-8 is UTF-8")
}
