//! Which fields a kustomization file has, of which types, and which of them are written although they are empty: the
//! struct tags of Kustomize's types
//! (<https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/types>).

use longshore_go::{Map, Str, Value};

/// The fields that are written, new ones in this order. `imageTags` never are: reading makes `images` of them.
pub(super) fn written_fields() -> impl Iterator<Item = &'static str> {
    ROOT.iter().map(|(name, _)| *name).filter(|name| *name != "imageTags")
}

/// What a value is, as far as writing it is concerned.
#[derive(Debug, Clone, Copy)]
enum Type {
    /// Text, a number, a switch, a list of texts or a map of anything: written if it is not empty.
    Plain,
    /// The same, written always.
    Kept,
    /// A whole number, written always.
    Number,
    /// An object behind a pointer: written if it is there.
    Optional(Fields),
    /// An object: written always.
    Object(Fields),
    /// Objects.
    List(Fields),
}

type Fields = &'static [(&'static str, Type)];

use Type::{Kept, List, Number, Object, Optional, Plain};

const OBJECT_META: Fields =
    &[("name", Plain), ("namespace", Plain), ("labels", Plain), ("annotations", Plain)];

const SORT_OPTIONS: Fields =
    &[("order", Plain), ("legacySortOptions", Optional(&[("orderFirst", Kept), ("orderLast", Kept)]))];

const FIELD_SPEC: Fields =
    &[("group", Plain), ("version", Plain), ("kind", Plain), ("path", Plain), ("create", Plain)];

const LABEL: Fields = &[
    ("pairs", Plain),
    ("includeSelectors", Plain),
    ("includeTemplates", Plain),
    ("fields", List(FIELD_SPEC)),
];

const SELECTOR: Fields = &[
    ("group", Plain),
    ("version", Plain),
    ("kind", Plain),
    ("name", Plain),
    ("namespace", Plain),
    ("annotationSelector", Plain),
    ("labelSelector", Plain),
];

const PATCH: Fields = &[
    ("path", Plain),
    ("patch", Plain),
    ("target", Optional(SELECTOR)),
    ("options", Optional(&[("allowNameChange", Plain), ("allowKindChange", Plain)])),
];

const GENERATOR_OPTIONS: Fields =
    &[("labels", Plain), ("annotations", Plain), ("disableNameSuffixHash", Plain), ("immutable", Plain)];

const GENERATOR: Fields = &[
    ("namespace", Plain),
    ("name", Plain),
    ("behavior", Plain),
    ("literals", Plain),
    ("files", Plain),
    ("envs", Plain),
    ("env", Plain),
    ("options", Optional(GENERATOR_OPTIONS)),
    // Only of Secrets.
    ("type", Plain),
];

const VAR: Fields = &[
    ("name", Kept),
    (
        "objref",
        Object(&[
            ("apiVersion", Plain),
            ("group", Plain),
            ("version", Plain),
            ("kind", Plain),
            ("name", Kept),
            ("namespace", Plain),
        ]),
    ),
    ("fieldref", Object(&[("fieldPath", Plain)])),
];

const IMAGE: Fields =
    &[("name", Plain), ("newName", Plain), ("tagSuffix", Plain), ("newTag", Plain), ("digest", Plain)];

const FIELD_OPTIONS: Fields =
    &[("delimiter", Plain), ("index", Plain), ("encoding", Plain), ("create", Plain)];

const REPLACEMENT: Fields = &[
    (
        "source",
        Optional(&[
            ("group", Plain),
            ("version", Plain),
            ("kind", Plain),
            ("name", Plain),
            ("namespace", Plain),
            ("fieldPath", Plain),
            ("options", Optional(FIELD_OPTIONS)),
        ]),
    ),
    (
        "targets",
        List(&[
            ("select", Optional(SELECTOR)),
            ("reject", List(SELECTOR)),
            ("fieldPaths", Plain),
            ("options", Optional(FIELD_OPTIONS)),
        ]),
    ),
    // Behind a pointer: an empty text is one.
    ("sourceValue", Kept),
    ("path", Plain),
];

const HELM_CHART: Fields = &[
    ("name", Plain),
    ("version", Plain),
    ("repo", Plain),
    ("releaseName", Plain),
    ("namespace", Plain),
    ("additionalValuesFiles", Plain),
    ("valuesFile", Plain),
    ("valuesInline", Plain),
    ("valuesMerge", Plain),
    ("includeCRDs", Plain),
    ("skipHooks", Plain),
    ("apiVersions", Plain),
    ("kubeVersion", Plain),
    ("nameTemplate", Plain),
    ("skipTests", Plain),
    ("debug", Plain),
    ("devel", Plain),
];

/// Of charts as they were written once; what they become is in [`super::fix`].
const HELM_CHART_ARGS: Fields = &[
    ("chartName", Plain),
    ("chartVersion", Plain),
    ("chartRepoUrl", Plain),
    ("chartHome", Plain),
    ("helmHome", Plain),
    ("values", Plain),
    ("valuesLocal", Plain),
    ("valuesMerge", Plain),
    ("releaseName", Plain),
];

/// The fields of the file.
const ROOT: Fields = &[
    ("apiVersion", Plain),
    ("kind", Plain),
    ("metadata", Optional(OBJECT_META)),
    ("sortOptions", Optional(SORT_OPTIONS)),
    ("resources", Plain),
    ("bases", Plain),
    ("namePrefix", Plain),
    ("nameSuffix", Plain),
    ("namespace", Plain),
    ("crds", Plain),
    ("commonLabels", Plain),
    ("labels", List(LABEL)),
    ("commonAnnotations", Plain),
    ("patchesStrategicMerge", Plain),
    ("patchesJson6902", List(PATCH)),
    ("patches", List(PATCH)),
    ("configMapGenerator", List(GENERATOR)),
    ("secretGenerator", List(GENERATOR)),
    ("helmCharts", List(HELM_CHART)),
    ("helmChartInflationGenerator", List(HELM_CHART_ARGS)),
    ("helmGlobals", Optional(&[("chartHome", Plain), ("configHome", Plain)])),
    ("generatorOptions", Optional(GENERATOR_OPTIONS)),
    ("vars", List(VAR)),
    ("images", List(IMAGE)),
    ("imageTags", List(IMAGE)),
    ("replacements", List(REPLACEMENT)),
    ("replicas", List(&[("name", Plain), ("count", Number)])),
    ("configurations", Plain),
    ("generators", Plain),
    ("transformers", Plain),
    ("validators", Plain),
    ("components", Plain),
    ("openapi", Plain),
    ("buildMetadata", Plain),
];

/// The fields of a file under their own names, whatever the case of those that were typed.
pub(super) fn complete(value: &Value) -> Map {
    value.as_map().map_or_else(Map::new, |map| named(map, ROOT))
}

fn named(map: &Map, fields: Fields) -> Map {
    let named = Map::new();
    for (key, value) in map.snapshot() {
        let exact = fields.iter().find(|(name, _)| name.as_bytes() == key.as_bytes());
        let field = exact
            .or_else(|| fields.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(key.as_bytes())));
        let Some((name, ty)) = field else { continue };
        if value.is_nil() {
            continue;
        }
        let value = match (ty, &value) {
            (Optional(fields) | Object(fields), Value::Map(map)) => Value::Map(self::named(map, fields)),
            (List(fields), Value::List(list)) => {
                let item = |item: &Value| item.as_map().map_or_else(Map::new, |map| self::named(map, fields));
                Value::list(list.iter().map(|value| Value::Map(item(value))).collect())
            }
            _ => value.clone(),
        };
        named.insert(Str::from(*name), value);
    }
    named
}

/// A field as it is written; none if it is left out.
pub(super) fn shown(name: &str, value: &Value) -> Option<Value> {
    let (_, ty) = ROOT.iter().find(|(field, _)| *field == name)?;
    written(*ty, Some(value))
}

fn written(ty: Type, value: Option<&Value>) -> Option<Value> {
    match (ty, value) {
        (Plain, Some(value)) => value.truth().then(|| value.clone()),
        (Kept, value) => value.cloned(),
        (Number, value) => Some(value.map_or(Value::int(0), Clone::clone)),
        (Optional(fields) | Object(fields), Some(Value::Map(map))) => Some(Value::Map(object(fields, map))),
        (Object(fields), _) => Some(Value::Map(object(fields, &Map::new()))),
        (List(fields), Some(Value::List(list))) => {
            let items: Vec<_> =
                list.iter().filter_map(Value::as_map).map(|map| Value::Map(object(fields, map))).collect();
            (!items.is_empty()).then(|| Value::list(items))
        }
        (Plain | Optional(_) | List(_), _) => None,
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
