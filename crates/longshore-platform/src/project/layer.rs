//! What one part of the project file says about a release's values: the release itself, an environment, a cluster.
//!
//! Layers are taken in that order, an environment that is extended before the one that extends it. A later layer wins,
//! and within one `set` wins over its files.

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};
use serde_json::{Map, Value};

use super::cluster::once;
use super::fields::{Fields, boolean, expected, place};
use super::vars::json;
use super::{Placed, ReleaseSpec};

/// Values for a release from one part of the project file.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Which part: ``release `web` ``, ``environment `staging` ``.
    pub origin: String,
    /// Values files, later ones win.
    pub values: Vec<Placed<String>>,
    /// Values over those of the files, as they are written.
    pub set: Option<Node>,
    /// Whether the release is wanted at all.
    pub enabled: Option<Placed<Switch>>,
    /// On which clusters; `None` says nothing of it.
    pub clusters: Option<Vec<Placed<String>>>,
    /// Where it is written.
    pub place: Place,
}

/// `enabled`, or its opposite `disabled`: true, false, or a variable that is one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    /// As it is written.
    Is(bool),
    /// A text with a variable.
    Asks(String),
    /// A text with a variable, of which it is the opposite: `disabled`.
    Unless(String),
}

impl Layer {
    /// The values of `set` with what stands for variables in them, which is still to be replaced.
    ///
    /// # Errors
    /// A scalar that its tag does not fit.
    pub fn set_values(&self, file: &str) -> Result<Map<String, Value>, Diagnostic> {
        match self.set.as_ref().map(|node| json(file, node)).transpose()? {
            Some(Value::Object(map)) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    /// Whether it says anything about values.
    pub(super) fn has_values(&self) -> bool {
        !self.values.is_empty() || self.set.is_some()
    }
}

/// The keys of a layer inside of a release.
pub(super) const LAYER_KEYS: [&str; 5] = ["values", "set", "enabled", "disabled", "clusters"];

/// Reads the layer that `fields` hold.
///
/// # Errors
/// A mistake in one of its keys.
pub(super) fn layer(file: &str, origin: String, fields: &Fields<'_>) -> Result<Layer, Diagnostic> {
    let set = match fields.get("set") {
        Some(node) if node.kind != Kind::Mapping => {
            return Err(expected(&fields.path("set"), "a mapping", node, file)
                .hint("write the values as in a values file: `set: {image: {tag: v1.2}}`"));
        }
        set => set.cloned(),
    };
    let written_here = fields.get("values").filter(|node| node.kind != Kind::Scalar);
    let written_here = written_here.filter(|node| {
        node.kind == Kind::Mapping || node.content.iter().any(|entry| entry.kind == Kind::Mapping)
    });
    if let Some(node) = written_here {
        return Err(expected(
            &fields.path("values"),
            "the name of a values file, or a list of them",
            node,
            file,
        )
        .hint("values themselves are written under `set`"));
    }
    let clusters = fields.get("clusters").map(|_| fields.strings("clusters")).transpose()?;
    once(clusters.as_deref().unwrap_or_default(), "is named twice")?;
    let layer = Layer {
        origin,
        values: fields.strings("values")?,
        set,
        enabled: enabled(file, fields)?,
        clusters,
        place: fields.place(),
    };
    // What cannot be read is told now, not when somebody deploys.
    layer.set_values(file)?;
    Ok(layer)
}

fn enabled(file: &str, fields: &Fields<'_>) -> Result<Option<Placed<Switch>>, Diagnostic> {
    let (key, node) = match (fields.given("enabled"), fields.given("disabled")) {
        (None, None) => return Ok(None),
        (Some(node), None) => ("enabled", node),
        (None, Some(node)) => ("disabled", node),
        (Some(_), Some(node)) => {
            let message = format!("{} and `enabled` are both there", fields.path("disabled"));
            return Err(Diagnostic::error("project/enabled-and-disabled", message)
                .at(place(file, node))
                .hint("one is the opposite of the other: leave one of them out"));
        }
    };
    let is_opposite = key == "disabled";
    let value = match (boolean(node), node.as_str()) {
        (Some(is), _) => Switch::Is(is != is_opposite),
        (None, Some(text)) if text.contains("${") && is_opposite => Switch::Unless(text.to_owned()),
        (None, Some(text)) if text.contains("${") => Switch::Asks(text.to_owned()),
        _ => {
            let wanted = "true, false or a variable";
            return Err(expected(&fields.path(key), wanted, node, file));
        }
    };
    Ok(Some(Placed { value, place: place(file, node) }))
}

/// Reads `releases` of an environment or a cluster, `origin`: what is special about releases there. `keys` are those
/// that may be said there.
///
/// # Errors
/// A mistake in one of them.
pub(super) fn overrides(
    file: &str,
    origin: &str,
    fields: &Fields<'_>,
    keys: &[&str],
) -> Result<Vec<Placed<(String, Layer)>>, Diagnostic> {
    let Some(node) = fields.get("releases") else { return Ok(Vec::new()) };
    Fields::any(file, fields.path("releases"), node)?
        .entries()
        .map(|(name, place, node)| {
            let inner = Fields::read(file, format!("release `{name}` of {origin}"), node, keys)?;
            let layer = layer(file, origin.to_owned(), &inner)?;
            Ok(Placed { value: (name, layer), place })
        })
        .collect()
}

/// Checks that `overrides` name releases that are there, and give values only to charts.
///
/// # Errors
/// One does not.
pub(super) fn fit<'a>(
    overrides: impl IntoIterator<Item = &'a Placed<(String, Layer)>>,
    release: impl Fn(&str) -> Result<&'a ReleaseSpec, Diagnostic>,
) -> Result<(), Diagnostic> {
    for placed in overrides {
        let (name, layer) = &placed.value;
        let spec = release(name).map_err(|error| error.at(placed.place.clone()))?;
        if layer.has_values() && spec.chart.is_none() {
            let message = format!("{} has values for release `{name}`, which has no `chart`", layer.origin);
            return Err(Diagnostic::error("project/no-chart", message).at(placed.place.clone()));
        }
    }
    Ok(())
}
