//! Which fields a kustomization file has, of which types, and which of them are written although they are empty: the
//! struct tags of Kustomize's types
//! (<https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/types>).

use longshore_go::{Map, Str, Value};

/// The fields that are written, new ones in this order. `imageTags` never are: reading makes `images` of them.
pub(crate) fn written_fields() -> impl Iterator<Item = &'static str> {
    ROOT.iter().map(|(name, _)| *name).filter(|name| *name != "imageTags")
}

/// The names of the fields that may stand where a way leads: fields of the file, or of what a field of it holds.
pub(crate) fn names_at(path: &[&str]) -> Vec<&'static str> {
    let mut fields = ROOT;
    for name in path {
        let found = fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        let Some((_, Optional(inner) | Nullable(inner) | Object(inner) | List(inner) | Pointers(inner))) =
            found
        else {
            return Vec::new();
        };
        fields = inner;
    }
    fields.iter().map(|(name, _)| *name).collect()
}

/// What a value is, as far as writing it is concerned.
#[derive(Debug, Clone, Copy)]
enum Type {
    /// Text: written if it is not empty.
    Text,
    /// The same, written always.
    KeptText,
    /// Text behind a pointer: an empty one is written, too.
    OptionalText,
    /// A switch or a number: written if it is not off or 0.
    Plain,
    /// A whole number, written always.
    Number,
    /// Texts: written if there are any.
    Texts,
    /// The same, written always.
    KeptTexts,
    /// A map of texts: written if it is not empty.
    TextMap,
    /// A map of anything: written if it is not empty.
    Any,
    /// An object behind a pointer: written if it is there.
    Optional(Fields),
    /// The same, written as null if it is not there.
    Nullable(Fields),
    /// An object: written always.
    Object(Fields),
    /// Objects; one that is null is an empty one.
    List(Fields),
    /// Objects behind pointers: one that is null stays null.
    Pointers(Fields),
}

type Fields = &'static [(&'static str, Type)];

use Type::{
    Any, KeptText, KeptTexts, List, Nullable, Number, Object, Optional, OptionalText, Plain, Pointers, Text,
    TextMap, Texts,
};

const OBJECT_META: Fields =
    &[("name", Text), ("namespace", Text), ("labels", TextMap), ("annotations", TextMap)];

const SORT_OPTIONS: Fields = &[
    ("order", Text),
    ("legacySortOptions", Optional(&[("orderFirst", KeptTexts), ("orderLast", KeptTexts)])),
];

const FIELD_SPEC: Fields =
    &[("group", Text), ("version", Text), ("kind", Text), ("path", Text), ("create", Plain)];

const LABEL: Fields = &[
    ("pairs", TextMap),
    ("includeSelectors", Plain),
    ("includeTemplates", Plain),
    ("fields", List(FIELD_SPEC)),
];

const SELECTOR: Fields = &[
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("name", Text),
    ("namespace", Text),
    ("annotationSelector", Text),
    ("labelSelector", Text),
];

const PATCH: Fields = &[
    ("path", Text),
    ("patch", Text),
    ("target", Optional(SELECTOR)),
    ("options", Optional(&[("allowNameChange", Plain), ("allowKindChange", Plain)])),
];

const GENERATOR_OPTIONS: Fields =
    &[("labels", TextMap), ("annotations", TextMap), ("disableNameSuffixHash", Plain), ("immutable", Plain)];

const GENERATOR: Fields = &[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", Texts),
    ("files", Texts),
    ("envs", Texts),
    ("env", Text),
    ("options", Optional(GENERATOR_OPTIONS)),
    // Only of Secrets.
    ("type", Text),
];

const VAR: Fields = &[
    ("name", KeptText),
    (
        "objref",
        Object(&[
            ("apiVersion", Text),
            ("group", Text),
            ("version", Text),
            ("kind", Text),
            ("name", KeptText),
            ("namespace", Text),
        ]),
    ),
    ("fieldref", Object(&[("fieldPath", Text)])),
];

const IMAGE: Fields =
    &[("name", Text), ("newName", Text), ("tagSuffix", Text), ("newTag", Text), ("digest", Text)];

const FIELD_OPTIONS: Fields = &[("delimiter", Text), ("index", Plain), ("encoding", Text), ("create", Plain)];

const REPLACEMENT: Fields = &[
    (
        "source",
        Optional(&[
            ("group", Text),
            ("version", Text),
            ("kind", Text),
            ("name", Text),
            ("namespace", Text),
            ("fieldPath", Text),
            ("options", Optional(FIELD_OPTIONS)),
        ]),
    ),
    (
        "targets",
        Pointers(&[
            ("select", Nullable(SELECTOR)),
            ("reject", Pointers(SELECTOR)),
            ("fieldPaths", Texts),
            ("options", Optional(FIELD_OPTIONS)),
        ]),
    ),
    ("sourceValue", OptionalText),
    ("path", Text),
];

const HELM_CHART: Fields = &[
    ("name", Text),
    ("version", Text),
    ("repo", Text),
    ("releaseName", Text),
    ("namespace", Text),
    ("additionalValuesFiles", Texts),
    ("valuesFile", Text),
    ("valuesInline", Any),
    ("valuesMerge", Text),
    ("includeCRDs", Plain),
    ("skipHooks", Plain),
    ("apiVersions", Texts),
    ("kubeVersion", Text),
    ("nameTemplate", Text),
    ("skipTests", Plain),
    ("debug", Plain),
    ("devel", Plain),
];

/// Of charts as they were written once; what they become is in `edit/fix.rs`.
const HELM_CHART_ARGS: Fields = &[
    ("chartName", Text),
    ("chartVersion", Text),
    ("chartRepoUrl", Text),
    ("chartHome", Text),
    ("chartRepoName", Text),
    ("helmBin", Text),
    ("helmHome", Text),
    ("values", Text),
    ("valuesLocal", Any),
    ("valuesMerge", Text),
    ("releaseName", Text),
    ("releaseNamespace", Text),
    ("extraArgs", Texts),
];

/// The fields of the file.
const ROOT: Fields = &[
    ("apiVersion", Text),
    ("kind", Text),
    ("metadata", Optional(OBJECT_META)),
    ("sortOptions", Optional(SORT_OPTIONS)),
    ("resources", Texts),
    ("bases", Texts),
    ("namePrefix", Text),
    ("nameSuffix", Text),
    ("namespace", Text),
    ("crds", Texts),
    ("commonLabels", TextMap),
    ("labels", List(LABEL)),
    ("commonAnnotations", TextMap),
    ("patchesStrategicMerge", Texts),
    ("patchesJson6902", List(PATCH)),
    ("patches", List(PATCH)),
    ("configMapGenerator", List(GENERATOR)),
    ("secretGenerator", List(GENERATOR)),
    ("helmCharts", List(HELM_CHART)),
    ("helmChartInflationGenerator", List(HELM_CHART_ARGS)),
    ("helmGlobals", Optional(&[("chartHome", Text), ("configHome", Text)])),
    ("generatorOptions", Optional(GENERATOR_OPTIONS)),
    ("vars", List(VAR)),
    ("images", List(IMAGE)),
    ("imageTags", List(IMAGE)),
    ("replacements", List(REPLACEMENT)),
    ("replicas", List(&[("name", Text), ("count", Number)])),
    ("configurations", Texts),
    ("generators", Texts),
    ("transformers", Texts),
    ("validators", Texts),
    ("components", Texts),
    ("openapi", TextMap),
    ("buildMetadata", Texts),
];

/// The fields of a file under their own names, whatever the case of those that were typed, and null as what it is for Go.
pub(crate) fn complete(value: &Value) -> Map {
    value.as_map().map_or_else(Map::new, |map| named(map, ROOT))
}

fn named(map: &Map, fields: Fields) -> Map {
    let named = Map::new();
    for (key, value) in map.snapshot() {
        let exact = fields.iter().find(|(name, _)| name.as_bytes() == key.as_bytes());
        let field = exact
            .or_else(|| fields.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(key.as_bytes())));
        let Some((name, ty)) = field else { continue };
        if !value.is_nil() {
            named.insert(Str::from(*name), read(*ty, &value));
        }
    }
    named
}

/// A value that is not null, as Go holds it.
fn read(ty: Type, value: &Value) -> Value {
    let text = |value: &Value| if value.is_nil() { Value::str("") } else { value.clone() };
    let object =
        |fields, value: &Value| Value::Map(value.as_map().map_or_else(Map::new, |map| named(map, fields)));
    match (ty, value) {
        (Texts | KeptTexts, Value::List(list)) => Value::list(list.iter().map(text).collect()),
        (TextMap, Value::Map(map)) => {
            Value::Map(map.snapshot().into_iter().map(|(key, value)| (key, text(&value))).collect())
        }
        (Optional(fields) | Nullable(fields) | Object(fields), Value::Map(_)) => object(fields, value),
        (List(fields), Value::List(list)) => {
            Value::list(list.iter().map(|item| object(fields, item)).collect())
        }
        (Pointers(fields), Value::List(list)) => {
            let item = |item: &Value| if item.is_nil() { Value::Nil } else { object(fields, item) };
            Value::list(list.iter().map(item).collect())
        }
        _ => value.clone(),
    }
}

/// A field as it is written; none if it is left out.
pub(crate) fn shown(name: &str, value: &Value) -> Option<Value> {
    let (_, ty) = ROOT.iter().find(|(field, _)| *field == name)?;
    written(*ty, Some(value))
}

/// All fields as they are written.
pub(crate) fn shown_all(fields: &Map) -> Value {
    Value::Map(object(ROOT, fields))
}

fn written(ty: Type, value: Option<&Value>) -> Option<Value> {
    match (ty, value) {
        (Text | Plain | Texts | TextMap | Any, Some(value)) => value.truth().then(|| value.clone()),
        (OptionalText, value) => value.cloned(),
        (KeptText, value) => Some(value.map_or(Value::str(""), Clone::clone)),
        (Number, value) => Some(value.map_or(Value::int(0), Clone::clone)),
        (KeptTexts, value) => Some(value.map_or(Value::Nil, Clone::clone)),
        (Optional(fields) | Nullable(fields) | Object(fields), Some(Value::Map(map))) => {
            Some(Value::Map(object(fields, map)))
        }
        (Object(fields), _) => Some(Value::Map(object(fields, &Map::new()))),
        (Nullable(_), _) => Some(Value::Nil),
        (List(fields) | Pointers(fields), Some(Value::List(list))) => {
            let item = |item: &Value| item.as_map().map_or(Value::Nil, |map| Value::Map(object(fields, map)));
            let items: Vec<_> = list.iter().map(item).collect();
            (!items.is_empty()).then(|| Value::list(items))
        }
        _ => None,
    }
}

fn object(fields: Fields, map: &Map) -> Map {
    let shown = Map::new();
    for (name, ty) in fields {
        if let Some(value) = written(*ty, map.get(name.as_bytes()).as_ref()) {
            shown.insert(Str::from(*name), value);
        }
    }
    shown
}
