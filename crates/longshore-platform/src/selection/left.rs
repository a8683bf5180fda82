//! Selections that are only about what was left behind: on clusters that an environment is not on any more, and of
//! environments that the project file does not name any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_diag::{Diagnostic, Place};

use super::placed::layered;
use super::{Choice, Marks, Selection};
use crate::kustomize::Kustomizations;
use crate::outputs::Outputs;
use crate::platform::Platform;
use crate::project::{ClusterSpec, Environment, GivenVar, Placement, Project, Vars, WaitSpec, waves};
use crate::secrets::Secrets;

/// An environment of which only the name is known.
fn unnamed(project: &Project, name: &str) -> Environment {
    Environment {
        name: name.to_owned(),
        namespace: None,
        create_namespace: None,
        context: None,
        placement: Placement::default(),
        extends: None,
        vars: Vars::new(),
        releases: Vec::new(),
        secrets: Vec::new(),
        recipients: Vec::new(),
        wait: WaitSpec::default(),
        place: Place::file(&project.file),
    }
}

/// The namespace that is worked in where nothing else is known; what is looked for lies in any.
const SOME_NAMESPACE: &str = "default";

impl Selection {
    /// The clusters of the project that the environment is not on, where something of it may have been left. None if the
    /// command line has chosen where to look.
    ///
    /// # Errors
    /// The environment is not known.
    pub fn left(
        platform: &Platform,
        choice: &Choice,
        kustomizations: &Arc<dyn Kustomizations>,
    ) -> Result<Vec<Self>, Diagnostic> {
        let chosen = choice.context.is_some() || choice.namespace.is_some() || !choice.clusters.is_empty();
        let environment = platform.project.environment(choice.environment.as_deref())?;
        let is_on = |cluster: &ClusterSpec| environment.placement.is_on(&cluster.name);
        let others = platform.project.clusters.iter().filter(|cluster| !chosen && !is_on(cluster));
        let one = |cluster: &ClusterSpec| {
            Self::of_left(platform, environment.clone(), Some(cluster.clone()), None, true, kustomizations)
        };
        Ok(others.map(one).collect())
    }

    /// What an environment has left where the file does not lead: all of one that the file does not name, on the clusters
    /// that were chosen (all of the project, if none was, and the kubeconfig's current one, if the project has none); and
    /// what one that it names has on other clusters than its own, if those were chosen. A cluster that the file does not
    /// name needs a context.
    ///
    /// # Errors
    /// `unknown`, which is what is wrong with the choice otherwise, if there is nothing of that kind to look for; or
    /// releases were chosen, for what was left goes as a whole.
    pub fn outside(
        platform: &Platform,
        choice: &Choice,
        unknown: Diagnostic,
        kustomizations: &Arc<dyn Kustomizations>,
    ) -> Result<Vec<Self>, Diagnostic> {
        let project = &platform.project;
        let name = choice.environment.as_deref();
        let (environment, is_known) = match (project.environment(name), name) {
            (Ok(environment), _) => (environment, true),
            (Err(_), Some(name)) if !project.names_environment(name) => (unnamed(project, name), false),
            (Err(_), name) => {
                return Err(match name.and_then(|name| project.renamed_environment(name)) {
                    Some(now) => unknown.hint(format!("it is called `{now}` now")),
                    None => unknown,
                });
            }
        };
        if is_known
            && (choice.clusters.is_empty()
                || choice.clusters.iter().any(|name| environment.placement.is_on(name)))
        {
            return Err(unknown);
        }
        if let Some(only) = choice.only.first() {
            let message = format!(
                "what environment `{}` has where the project file does not lead goes as a whole, without `--only {only}`",
                environment.name
            );
            return Err(Diagnostic::error("project/unknown-environment", message)
                .at(Place::file(&project.file))
                .hint("`longshore helm uninstall` removes a single release"));
        }
        let one = |cluster| {
            Self::of_left(platform, environment.clone(), cluster, Some(choice), is_known, kustomizations)
        };
        let named = choice.clusters.iter().map(|name| project.cluster(name));
        match (named.collect::<Option<Vec<_>>>(), &choice.context) {
            (Some(named), None) if !named.is_empty() => {
                Ok(named.into_iter().cloned().map(Some).map(one).collect())
            }
            (Some(_), None) if !project.clusters.is_empty() => {
                Ok(project.clusters.iter().cloned().map(Some).map(one).collect())
            }
            (None, None) => {
                let way = "a cluster that the project file does not name (any more) is reached with `--cluster NAME --context CONTEXT`";
                Err(unknown.note(way))
            }
            _ => Ok(vec![one(None)]),
        }
    }

    fn of_left(
        platform: &Platform,
        environment: Environment,
        cluster: Option<ClusterSpec>,
        choice: Option<&Choice>,
        is_known: bool,
        kustomizations: &Arc<dyn Kustomizations>,
    ) -> Self {
        let layers = |release| layered(release, &environment, cluster.as_ref());
        // Of an environment that it does not name the file says nothing.
        let known = platform.project.releases.iter().filter(|_| is_known);
        let resolved = known.map(layers).collect();
        let namespace = choice.and_then(|choice| choice.namespace.clone());
        let of_cluster = cluster.as_ref().and_then(|cluster| cluster.context.as_ref());
        let context = choice.and_then(|choice| choice.context.clone());
        Self {
            context: context.or_else(|| of_cluster.map(|placed| placed.value.clone())),
            namespace_chosen: namespace.is_some(),
            namespace: namespace.unwrap_or_else(|| SOME_NAMESPACE.to_owned()),
            namespaces: BTreeMap::new(),
            has_namespace: true,
            marks: Marks::default(),
            platform: platform.clone(),
            environment,
            cluster,
            hosts: Vec::new(),
            waves: Vec::new(),
            resolved,
            wanted: Vec::new(),
            only_some: false,
            left: true,
            given: choice.map(|choice| GivenVar::shown(&choice.vars)).unwrap_or_default(),
            outputs: Outputs::default(),
            secrets: Secrets::default(),
            kustomizations: Arc::clone(kustomizations),
            method: None,
        }
    }

    /// Whether all releases that are wanted here were chosen.
    pub(crate) fn is_whole(&self) -> bool {
        !self.only_some
    }

    /// Whether the environment is on one of the project's clusters.
    pub(crate) fn is_on(&self, cluster: &str) -> bool {
        self.environment.placement.is_on(cluster)
    }

    /// The clusters that the environment is on.
    pub(crate) fn all_clusters(&self) -> Vec<String> {
        self.environment.placement.clusters.iter().map(|placed| placed.value.clone()).collect()
    }

    /// The place of a release of the file in the order of deploying.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        // A circle was refused when the file was read.
        let waves = waves(&self.platform.project.releases).unwrap_or_default();
        waves.into_iter().flatten().position(|release| release.name == name)
    }
}
