//! The clusters of a project, and in which order an environment's clusters are deployed to.

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};

use super::fields::{Fields, expected, place};
use super::layer::{Layer, overrides};
use super::vars::{Vars, vars};
use super::{Placed, Project, names, suggest};

/// A cluster by the name that the project gives it.
#[derive(Debug, Clone)]
pub struct ClusterSpec {
    /// Its name in the project.
    pub name: String,
    /// The kubeconfig context; without one the kubeconfig's current one.
    pub context: Option<Placed<String>>,
    /// The kubeconfig file, relative to the project file, instead of the user's.
    pub kubeconfig: Option<Placed<String>>,
    /// Variables for `${cluster.vars.KEY}`.
    pub vars: Vars,
    /// What is special about releases here.
    pub releases: Vec<Placed<(String, Layer)>>,
    /// Where it is written.
    pub place: Place,
}

/// The clusters of an environment.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// In the order of the file. The first one holds the environment's lock.
    pub clusters: Vec<Placed<String>>,
    /// Those of a wave are deployed to when all of the waves before have succeeded. Empty: all side by side.
    pub waves: Vec<Vec<Placed<String>>>,
    /// To how many is deployed at once.
    pub at_once: Option<usize>,
}

impl Placement {
    /// Takes what is not set from `base`.
    pub(super) fn inherit(&mut self, base: &Self) {
        // Waves are about the clusters that stand beside them.
        if self.clusters.is_empty() {
            self.clusters.clone_from(&base.clusters);
            if self.waves.is_empty() {
                self.waves.clone_from(&base.waves);
            }
        }
        self.at_once = self.at_once.or(base.at_once);
    }

    /// Checks that the waves hold just the clusters; `what` is the environment.
    ///
    /// # Errors
    /// They do not.
    pub(super) fn check_waves(&self, what: &str) -> Result<(), Diagnostic> {
        let (all, clusters): (Vec<_>, Vec<_>) =
            (self.waves.iter().flatten().collect(), self.clusters.iter().collect());
        let missing = |here: &[&Placed<String>], there: &[&Placed<String>]| {
            here.iter()
                .find(|one| there.iter().all(|other| other.value != one.value))
                .map(|one| (*one).clone())
        };
        let (name, message) = if let Some(name) = missing(&all, &clusters) {
            let message = format!("cluster `{}` is in a wave and not in `clusters` of {what}", name.value);
            (name, message)
        } else if let Some(name) = missing(&clusters, &all).filter(|_| !all.is_empty()) {
            let message = format!("cluster `{}` of {what} is in no wave", name.value);
            (name, message)
        } else {
            return Ok(());
        };
        Err(Diagnostic::error("project/cluster-waves", message).at(name.place))
    }

    /// Whether a cluster is one of them.
    pub fn is_on(&self, cluster: &str) -> bool {
        self.clusters.iter().any(|placed| placed.value == cluster)
    }

    /// The wave that a cluster is in.
    pub fn wave(&self, cluster: &str) -> usize {
        self.waves.iter().position(|wave| wave.iter().any(|placed| placed.value == cluster)).unwrap_or(0)
    }
}

const CLUSTER_KEYS: [&str; 4] = ["context", "kubeconfig", "vars", "releases"];
/// What may be said of a release on a cluster. Where it goes is said by the release and the environment.
const OVERRIDE_KEYS: [&str; 4] = ["values", "set", "enabled", "disabled"];

/// Reads `clusters` of the project.
///
/// # Errors
/// A mistake in one of them.
pub(super) fn clusters(file: &str, fields: &Fields<'_>) -> Result<Vec<ClusterSpec>, Diagnostic> {
    let Some(node) = fields.get("clusters") else { return Ok(Vec::new()) };
    Fields::any(file, "`clusters`", node)?
        .entries()
        .map(|(name, at, node)| {
            names::LABEL.check("a cluster", &name, &at)?;
            let empty = Node::mapping();
            let node = if node.is_null() { &empty } else { node };
            let origin = format!("cluster `{name}`");
            let fields = Fields::read(file, &*origin, node, &CLUSTER_KEYS)?;
            Ok(ClusterSpec {
                context: fields.string("context")?,
                kubeconfig: fields.string("kubeconfig")?,
                vars: vars(file, &fields)?,
                releases: overrides(file, &origin, &fields, &OVERRIDE_KEYS)?,
                place: at,
                name,
            })
        })
        .collect()
}

/// Reads `clusters`, `clusterWaves` and `clustersAtOnce` of an environment.
///
/// # Errors
/// A mistake in one of them; a cluster that is named twice, or in a wave and not among the clusters, or the other way
/// round.
pub(super) fn placement(file: &str, fields: &Fields<'_>) -> Result<Placement, Diagnostic> {
    let clusters = fields.strings("clusters")?;
    once(&clusters, "is named twice")?;
    let mut waves = Vec::new();
    if let Some(node) = fields.get("clusterWaves") {
        let what = fields.path("clusterWaves");
        if node.kind != Kind::Sequence || node.content.iter().any(|wave| wave.kind != Kind::Sequence) {
            return Err(expected(&what, "a list of lists of clusters", node, file)
                .hint("as in `clusterWaves: [[canary], [eu, us]]`"));
        }
        for wave in &node.content {
            let names = wave.content.iter().map(|name| match name.as_str() {
                Some(text) if !text.is_empty() => {
                    Ok(Placed { value: text.to_owned(), place: place(file, name) })
                }
                _ => Err(expected(&what, "a list of lists of clusters", name, file)),
            });
            waves.push(names.collect::<Result<Vec<_>, _>>()?);
        }
        let all: Vec<Placed<String>> = waves.iter().flatten().cloned().collect();
        once(&all, "is in two waves")?;
    }
    let at_once = fields.whole("clustersAtOnce", 1..=u32::MAX)?.map(|number| number as usize);
    Ok(Placement { clusters, waves, at_once })
}

/// Checks that no cluster is named twice.
///
/// # Errors
/// One is.
pub(super) fn once(names: &[Placed<String>], what: &str) -> Result<(), Diagnostic> {
    for (at, placed) in names.iter().enumerate() {
        if let Some(first) = names[..at].iter().find(|first| first.value == placed.value) {
            return Err(Diagnostic::error(
                "project/cluster-twice",
                format!("cluster `{}` {what}", placed.value),
            )
            .at(placed.place.clone())
            .within("the first time is here", Some(first.place.clone())));
        }
    }
    Ok(())
}

/// Checks that every cluster that is named is one of the project's.
///
/// # Errors
/// One is not; the nearest name is suggested.
pub(super) fn are_known(project: &Project) -> Result<(), Diagnostic> {
    let known: Vec<&str> = project.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    let environments = project.environments.iter();
    let of_environments = environments.clone().flat_map(|environment| &environment.placement.clusters);
    let overrides = environments.flat_map(|environment| &environment.releases);
    let layers = project.releases.iter().flat_map(|release| &release.layers);
    let layers = layers.chain(overrides.map(|placed| &placed.value.1));
    let of_layers = layers.filter_map(|layer| layer.clusters.as_ref()).flatten();
    for placed in of_environments.chain(of_layers) {
        if !known.contains(&placed.value.as_str()) {
            let message = format!("there is no cluster `{}` in the project", placed.value);
            let error = Diagnostic::error("project/unknown-cluster", message).at(placed.place.clone());
            let error = suggest(error, &placed.value, &known);
            return Err(if known.is_empty() { error.hint("name it under `clusters:`") } else { error });
        }
    }
    Ok(())
}
