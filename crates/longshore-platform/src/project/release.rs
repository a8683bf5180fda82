//! One release of the project file: where its objects come from, and what goes with them.

use std::collections::BTreeMap;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};

use super::chart::chart;
use super::fields::{Fields, expected};
use super::hooks::hooks;
use super::layer::layer;
use super::outputs::outputs;
use super::parse::namespace;
use super::{GeneratedSecret, KustomizeSpec, Placed, ReleaseSpec, names};

const RELEASE_KEYS: [&str; 14] = [
    "namespace",
    "needs",
    "requires",
    "hooks",
    "chart",
    "values",
    "set",
    "enabled",
    "disabled",
    "clusters",
    "manifests",
    "kustomize",
    "generate",
    "outputs",
];
const KUSTOMIZE_KEYS: [&str; 2] = ["path", "enableHelm"];
const GENERATE_KEYS: [&str; 2] = ["keys", "stringData"];

/// Reads the release called `name`, which is written at `at`.
///
/// # Errors
/// A mistake in it; it has no source; it has values, and no chart.
pub(super) fn release(file: &str, name: String, at: Place, node: &Node) -> Result<ReleaseSpec, Diagnostic> {
    let origin = format!("release `{name}`");
    let fields = Fields::read(file, &*origin, node, &RELEASE_KEYS)?;
    let mut release = ReleaseSpec {
        namespace: namespace(&fields)?,
        needs: fields.strings("needs")?,
        requires: requires(&fields)?,
        hooks: hooks(file, &fields)?,
        chart: chart(file, &fields)?,
        layers: vec![layer(file, origin, &fields)?],
        manifests: fields.strings("manifests")?,
        kustomize: kustomize(file, &fields)?,
        generate: generate(file, &fields)?,
        outputs: outputs(file, &fields)?,
        place: at,
        name,
    };
    release.need_what_it_asks();
    if release.methods().is_empty() {
        let message =
            format!("release `{}` has neither `chart` nor `manifests` nor `kustomize`", release.name);
        return Err(Diagnostic::error("project/no-source", message)
            .at(release.place)
            .hint("say what it is made from: `chart: charts/web`, `manifests: k8s/web` or `kustomize: overlays/dev`"));
    }
    let values = ["values", "set"].into_iter().find_map(|key| fields.place_of(key));
    match values.filter(|_| release.chart.is_none()) {
        Some(place) => Err(no_chart(&release).at(place)),
        None => Ok(release),
    }
}

/// API versions that a release needs, as charts ask for them.
fn requires(fields: &Fields<'_>) -> Result<Vec<Placed<String>>, Diagnostic> {
    let required = fields.strings("requires")?;
    for (at, placed) in required.iter().enumerate() {
        let parts: Vec<&str> = placed.value.split('/').collect();
        let is_version = |text: &str| {
            text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let is_kind = |text: &str| text.starts_with(|c: char| c.is_ascii_uppercase());
        let is_good = match parts[..] {
            [group, version] => !group.is_empty() && is_version(version),
            [group, version, kind] => !group.is_empty() && is_version(version) && is_kind(kind),
            _ => false,
        };
        if !is_good {
            let message = format!("{} names no API version: `{}`", fields.path("requires"), placed.value);
            return Err(Diagnostic::error("project/requires", message).at(placed.place.clone()).hint(
                "write `group/version` or `group/version/Kind`, as in `cert-manager.io/v1/Certificate`",
            ));
        }
        if let Some(first) = required[..at].iter().find(|first| first.value == placed.value) {
            let message = format!("{} names `{}` twice", fields.path("requires"), placed.value);
            return Err(Diagnostic::error("project/requires", message)
                .at(placed.place.clone())
                .within("the first one is here", Some(first.place.clone())));
        }
    }
    Ok(required)
}

/// Values that nothing takes.
fn no_chart(release: &ReleaseSpec) -> Diagnostic {
    let message = format!("release `{}` has values but no `chart` to give them to", release.name);
    let error = Diagnostic::error("project/no-chart", message);
    if release.kustomize.is_none() {
        return error;
    }
    error.hint(
        "a kustomization takes no values: write what differs into overlays and name them by environment, as in `kustomize: overlays/${env.name}`",
    )
}

/// A folder, or a mapping that says more about it.
fn kustomize(file: &str, fields: &Fields<'_>) -> Result<Option<KustomizeSpec>, Diagnostic> {
    let Some(node) = fields.given("kustomize") else { return Ok(None) };
    match node.kind {
        Kind::Mapping => {
            let inner = Fields::read(file, fields.path("kustomize"), node, &KUSTOMIZE_KEYS)?;
            let path = inner.required_string("path")?;
            Ok(Some(KustomizeSpec { path, enable_helm: inner.boolean("enableHelm")?.unwrap_or_default() }))
        }
        Kind::Sequence => Err(expected(&fields.path("kustomize"), "one folder", node, file)
            .hint("several become one by a kustomization that lists them, or are releases of their own")),
        _ => {
            let path = fields.string("kustomize")?;
            Ok(path.map(|path| KustomizeSpec { path, enable_helm: false }))
        }
    }
}

fn generate(file: &str, fields: &Fields<'_>) -> Result<Vec<GeneratedSecret>, Diagnostic> {
    let Some(node) = fields.get("generate") else { return Ok(Vec::new()) };
    Fields::any(file, fields.path("generate"), node)?
        .entries()
        .map(|(name, at, node)| {
            names::OBJECT.check("a Secret", &name, &at)?;
            let fields = Fields::read(file, format!("generated Secret `{name}`"), node, &GENERATE_KEYS)?;
            let mut keys = BTreeMap::new();
            if let Some(node) = fields.get("keys") {
                for (key, at, node) in Fields::any(file, fields.path("keys"), node)?.entries() {
                    names::KEY.check("a key of a Secret", &key, &at)?;
                    keys.insert(key.clone(), length(file, &key, &at, node)?);
                }
            }
            let string_data = fields.string_map("stringData")?;
            if let Some(node) = fields.get("stringData") {
                for (key, at, _) in Fields::any(file, fields.path("stringData"), node)?.entries() {
                    names::KEY.check("a key of a Secret", &key, &at)?;
                    if keys.contains_key(&key) {
                        let message = format!(
                            "`{key}` of generated Secret `{name}` is drawn by `keys`, and given by `stringData`"
                        );
                        return Err(Diagnostic::error("project/generate", message).at(at));
                    }
                }
            }
            if keys.is_empty() && string_data.is_empty() {
                let message =
                    format!("generated Secret `{name}` has neither `keys` to generate nor `stringData`");
                return Err(Diagnostic::error("project/generate", message).at(at));
            }
            Ok(GeneratedSecret { name, keys, string_data, place: at })
        })
        .collect()
}

/// `{length: 32}`, within sensible bounds.
fn length(file: &str, key: &str, at: &Place, node: &Node) -> Result<u32, Diagnostic> {
    let fields = Fields::read(file, format!("generated key `{key}`"), node, &["length"])?;
    fields.whole("length", 8..=1024)?.ok_or_else(|| {
        let message = format!("generated key `{key}` has no `length`");
        Diagnostic::error("project/generate", message).at(at.clone())
    })
}
