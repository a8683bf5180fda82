//! The selection that a frozen plan is about.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use longshore_chart::Level;
use longshore_diag::Place;
use serde_json::Value;

use super::{Marks, Selection};
use crate::kustomize::Kustomizations;
use crate::outputs::Outputs;
use crate::platform::Platform;
use crate::project::{
    CheckSpec, ClusterSpec, Environment, Moved, Placed, Placement, Project, Vars, WaitSpec,
};
use crate::secrets::Secrets;

/// What a frozen plan says of where it goes.
pub(crate) struct OfPlan<'a> {
    pub(crate) platform: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) namespace: &'a str,
    /// The namespaces of its releases.
    pub(crate) namespaces: BTreeMap<String, String>,
    /// What namespaces that it creates carry.
    pub(crate) marks: Marks,
    /// Whether the command line had chosen the namespace.
    pub(crate) namespace_chosen: bool,
    /// The names that the environment had before.
    pub(crate) former_environments: &'a [String],
    /// The cluster's name in the project, if it had one there.
    pub(crate) cluster: Option<&'a str>,
    /// The kubeconfig file that the project named for it.
    pub(crate) kubeconfig: Option<&'a str>,
    pub(crate) context: Option<String>,
    /// To how many clusters is deployed at once.
    pub(crate) at_once: Option<usize>,
    pub(crate) wait: WaitSpec,
    /// Variables that were given on the command line.
    pub(crate) given: BTreeMap<String, Value>,
    pub(crate) place: Place,
}

impl Selection {
    /// What a frozen plan is about. It has its releases itself, so that none is chosen here.
    pub(crate) fn of_plan(plan: OfPlan<'_>, kustomizations: Arc<dyn Kustomizations>) -> Self {
        let OfPlan { place, .. } = plan;
        let placed = |value: &str| Placed { value: value.to_owned(), place: place.clone() };
        let renamed = |from: &String| Moved { from: placed(from), to: placed(plan.environment) };
        let project = Project {
            name: placed(plan.platform),
            description: None,
            method: None,
            helm_compat: Level::default(),
            clusters: Vec::new(),
            environments: Vec::new(),
            default_environment: None,
            hosts: Vec::new(),
            ignored_drift: Vec::new(),
            check: CheckSpec::default(),
            wait: WaitSpec::default(),
            releases: Vec::new(),
            asked_vars: Vec::new(),
            vars_schema: None,
            secrets: Vec::new(),
            locks_images: false,
            moved: Vec::new(),
            moved_environments: plan.former_environments.iter().map(renamed).collect(),
            file: place.file.clone(),
        };
        let cluster = plan.cluster.map(|name| ClusterSpec {
            name: name.to_owned(),
            context: None,
            kubeconfig: plan.kubeconfig.map(placed),
            vars: Vars::new(),
            releases: Vec::new(),
            place: place.clone(),
        });
        let environment = Environment {
            name: plan.environment.to_owned(),
            namespace: None,
            create_namespace: None,
            context: None,
            placement: Placement { at_once: plan.at_once, ..Placement::default() },
            extends: None,
            vars: Vars::new(),
            releases: Vec::new(),
            secrets: Vec::new(),
            recipients: Vec::new(),
            wait: plan.wait,
            place,
        };
        Self {
            platform: Platform { project, root: PathBuf::from("."), lock: None },
            environment,
            cluster,
            namespace: plan.namespace.to_owned(),
            wanted: plan.namespaces.keys().cloned().collect(),
            namespaces: plan.namespaces,
            marks: plan.marks,
            has_namespace: true,
            namespace_chosen: plan.namespace_chosen,
            hosts: Vec::new(),
            context: plan.context,
            waves: Vec::new(),
            resolved: Vec::new(),
            only_some: false,
            left: false,
            given: plan.given,
            secrets: Secrets::default(),
            outputs: Outputs::default(),
            kustomizations,
            method: None,
        }
    }
}
