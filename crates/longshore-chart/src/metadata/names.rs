//! The names that JSON has for the fields of a chart's metadata, in the order of Helm's structs: digests, indexes and
//! the configuration of a pushed chart depend on it.
//!
//! Source: <https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/metadata.go>.

/// The fields of the metadata themselves.
pub const CHART_FIELDS: &[&str] = match CHART_FIELDS_IN_TEMPLATES.split_last() {
    Some((_, fields)) => fields,
    None => &[],
};

/// The same as templates of 3.x see them: with `IsRoot` behind them.
pub(crate) const CHART_FIELDS_IN_TEMPLATES: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
    "IsRoot",
];

/// Those of a dependency.
pub const DEPENDENCY_FIELDS: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

/// Those of a maintainer.
pub const MAINTAINER_FIELDS: &[&str] = &["name", "email", "url"];

/// The fields of the structs that a field of the metadata lists; none for other fields.
///
/// ```
/// use longshore_chart::metadata::fields_of;
/// assert_eq!(fields_of("maintainers"), ["name", "email", "url"]);
/// assert!(fields_of("annotations").is_empty());
/// ```
pub fn fields_of(field: &str) -> &'static [&'static str] {
    match field {
        "maintainers" => MAINTAINER_FIELDS,
        "dependencies" => DEPENDENCY_FIELDS,
        _ => &[],
    }
}
