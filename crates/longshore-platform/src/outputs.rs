//! The outputs of releases, as a selection sees them: where each one is, and its value as far as it is known.
//!
//! What is read from a cluster is read before a release that uses it is rendered ([`live`]). Where nothing was read a text
//! stands in for it that says so: offline always, and in a plan until the release that has the output is deployed. What
//! was rendered with such a text is rendered anew before it is deployed, and refused if the text is still in it.

pub(crate) mod live;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use longshore_cluster::Cluster;
use longshore_diag::{Diagnostic, Place};

use crate::project::{Asked, ClusterSpec, OutputFrom, OutputSpec, ReleaseSpec, Var};
use crate::selection::Selection;

/// How every text begins that stands in for an output. It may be part of a name of DNS.
pub(crate) const STAND_IN: &str = "longshore-stand-in-for-";

/// A cluster and namespace of the environment, with the releases that are wanted there.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) cluster: Option<ClusterSpec>,
    /// The namespaces of its releases.
    namespaces: BTreeMap<String, String>,
    /// That of the environment, if it has one.
    namespace: Option<String>,
    wanted: Vec<String>,
    /// Of those the ones that the command is about.
    chosen: Vec<String>,
}

impl Home {
    /// The home that a selection is about; `is_chosen` says whether its command is about it at all.
    pub(crate) fn of(selection: &Selection, is_chosen: bool) -> Self {
        let chosen = selection.releases().filter(|_| is_chosen);
        let namespace = |name: &String| (name.clone(), selection.namespace_of(name).to_owned());
        Self {
            cluster: selection.cluster.clone(),
            namespaces: selection.wanted.iter().map(namespace).collect(),
            namespace: selection.environment_namespace().map(str::to_owned),
            wanted: selection.wanted.clone(),
            chosen: chosen.map(|release| release.name.clone()).collect(),
        }
    }

    /// The namespace of a release.
    pub(crate) fn namespace_of(&self, release: &str) -> &str {
        self.namespaces.get(release).or(self.namespace.as_ref()).map_or("", String::as_str)
    }

    /// The environment's namespace, if it has one.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    fn name(&self) -> &str {
        self.cluster.as_ref().map_or("", |cluster| cluster.name.as_str())
    }
}

/// What is known of outputs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    /// Empty while it is still being found out where releases are.
    pub(crate) homes: Arc<Vec<Home>>,
    /// The selection's own.
    pub(crate) here: usize,
    state: Arc<Mutex<State>>,
}

/// By home, since each cluster may have a release of its own under one name.
#[derive(Default)]
struct State {
    clusters: BTreeMap<usize, Cluster>,
    known: BTreeMap<(usize, Asked), Var>,
}

impl fmt::Debug for State {
    /// Values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} outputs known)", self.known.len())
    }
}

impl Outputs {
    pub(crate) fn new(homes: Arc<Vec<Home>>, here: usize) -> Self {
        Self { homes, here, state: Arc::default() }
    }

    /// Takes note of how a home is reached.
    pub(crate) fn connect(&self, home: usize, cluster: &Cluster) {
        self.state().clusters.insert(home, cluster.clone());
    }

    fn cluster(&self, home: usize) -> Option<Cluster> {
        self.state().clusters.get(&home).cloned()
    }

    fn known(&self, home: usize, asked: &Asked) -> Option<Var> {
        self.state().known.get(&(home, asked.clone())).cloned()
    }

    fn learn(&self, home: usize, asked: &Asked, value: Option<Var>) {
        let mut state = self.state();
        match value {
            Some(value) => drop(state.known.insert((home, asked.clone()), value)),
            None => drop(state.known.remove(&(home, asked.clone()))),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, or what stands in for it.
    pub(crate) fn value(&self, home: usize, asked: &Asked) -> Var {
        self.known(home, asked).unwrap_or_else(|| {
            let text = format!(
                "{STAND_IN}{}-of-{}",
                asked.output.to_ascii_lowercase().replace('_', "-"),
                asked.release
            );
            Var::Scalar(text.clone().into(), text)
        })
    }

    /// Where the release is whose output is asked for at `place` by something at the home `here`: on the same cluster if
    /// it is wanted there, else on the only one that has it.
    ///
    /// # Errors
    /// It is wanted nowhere, or on several other clusters; the output is asked for where releases are being placed.
    pub(crate) fn home(
        &self,
        asked: &Asked,
        here: usize,
        environment: &str,
        place: &Place,
    ) -> Result<usize, Diagnostic> {
        let has = |home: &Home| home.wanted.contains(&asked.release);
        let Some(own) = self.homes.get(here) else {
            let message =
                format!("{} is asked for where it is not known yet where releases are", asked.told());
            return Err(Diagnostic::error("project/early-output", message)
                .at(place.clone())
                .hint("an output may stand in `set`, in `stringData`, in hooks and in other outputs"));
        };
        if has(own) {
            return Ok(here);
        }
        let found: Vec<usize> = (0..self.homes.len()).filter(|at| has(&self.homes[*at])).collect();
        match found[..] {
            [home] => Ok(home),
            [] => {
                let message = format!(
                    "release `{}` is not wanted in environment `{environment}`, so that its output `{}` never comes",
                    asked.release, asked.output
                );
                Err(Diagnostic::error("project/no-output", message)
                    .at(place.clone())
                    .hint(format!("want `{}` there, or leave out who asks for it", asked.release)))
            }
            _ => {
                let names: Vec<String> =
                    found.iter().map(|at| format!("`{}`", self.homes[*at].name())).collect();
                let message = format!(
                    "release `{}` is on the clusters {} and not on `{}`: which one's output `{}` is meant cannot be told",
                    asked.release,
                    names.join(" and "),
                    own.name(),
                    asked.output
                );
                Err(Diagnostic::error("project/ambiguous-output", message).at(place.clone()).hint(format!(
                    "place `{}` on one cluster, or on `{}` too: `clusters` of a release says where it is",
                    asked.release,
                    own.name()
                )))
            }
        }
    }
}

/// An output of releases by its name.
pub(crate) fn spec<'a>(releases: &'a [ReleaseSpec], asked: &Asked) -> Option<&'a OutputSpec> {
    let release = releases.iter().find(|release| release.name == asked.release)?;
    release.outputs.iter().find(|output| output.name.value == asked.output)
}

/// Whether a text asks for an output that must not be shown, or is made of one. Circles were refused.
pub(crate) fn has_secrets(releases: &[ReleaseSpec], text: &str) -> bool {
    Asked::all(text).any(|asked| match spec(releases, &asked).map(|spec| &spec.from) {
        Some(OutputFrom::Object(object)) => object.is_secret(),
        Some(OutputFrom::Value(node)) => {
            let text = node.value.as_str();
            text.contains("${secret.") || has_secrets(releases, text)
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use longshore_diag::Place;

    use super::{Home, Outputs};
    use crate::project::Asked;

    #[test]
    fn the_own_cluster_gives_what_it_has() {
        let home = |wanted: &[&str]| Home {
            cluster: None,
            namespaces: BTreeMap::new(),
            namespace: None,
            wanted: wanted.iter().map(|name| (*name).to_owned()).collect(),
            chosen: Vec::new(),
        };
        let homes = vec![home(&["db", "edge"]), home(&["db"]), home(&["web"])];
        let outputs = Outputs::new(Arc::new(homes), 0);
        let of = |release: &str, here| {
            let asked = Asked { release: release.to_owned(), output: "url".to_owned() };
            outputs.home(&asked, here, "dev", &Place::file("a")).map_err(|error| error.code)
        };
        assert_eq!([of("db", 0), of("db", 1), of("edge", 1)], [Ok(0), Ok(1), Ok(0)]);
        assert_eq!(of("db", 2), Err("project/ambiguous-output"));
        assert_eq!(of("mail", 2), Err("project/no-output"));
    }
}
