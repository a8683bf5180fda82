//! The project file, `longshore.yaml`: releases, what each needs, and the environments.
//!
//! It is data, never a template: after parsing, scalars may hold `${env.name}`, `${env.namespace}`, `${env.vars.KEY}`,
//! `${cluster.name}`, `${cluster.vars.KEY}`, `${secret.NAME}` and `${release.NAME.OUTPUT}`, and nothing else is computed. Every value knows its line, so that a
//! mistake found late (a missing values file, a cycle) is still reported where it was written.

mod chart;
mod check;
mod cluster;
mod drift;
mod familiar;
mod fields;
mod given;
mod hooks;
mod interpolate;
mod layer;
mod lock;
mod moved;
mod names;
mod namespace;
mod order;
mod outputs;
mod parse;
mod release;
mod schema;
mod secret;
mod vars;
mod vars_schema;
mod waiting;

use std::collections::BTreeMap;

use longshore_chart::Level;
use longshore_diag::{Diagnostic, Place};
use longshore_release::IgnoreRule;

pub use chart::{ChartSpec, RemoteChart};
pub(crate) use chart::{is_address, is_name};
pub use check::CheckSpec;
pub(crate) use check::is_rule;
pub use cluster::{ClusterSpec, Placement};
pub use given::GivenVar;
pub(crate) use given::told as with_given;
pub use hooks::{HookRuns, HookSpec, Hooks};
pub(crate) use interpolate::Scope;
pub use layer::{Layer, Switch};
pub use lock::{
    Lock, LockedBase, LockedChart, LockedFile, LockedImage, WantedBase, WantedChart, WantedFile, parse_lock,
};
pub use moved::Moved;
pub use namespace::CreateNamespace;
pub(crate) use namespace::check_label;
pub use order::waves;
pub(crate) use outputs::{Asked, asked_by_hook, asked_by_node, asked_to_render};
pub use outputs::{ObjectOutput, OutputFrom, OutputRead, OutputSpec};
pub(crate) use parse::check_namespace;
pub use parse::{given_namespace, parse};
pub use schema::schema;
pub use secret::{SecretFrom, SecretSpec};
pub use vars::{Var, Vars};
pub use vars_schema::VarsSchema;
pub use waiting::{IdleTimeout, WaitSpec, duration, limit};

/// The `apiVersion` that this version of Longshore reads.
pub const API_VERSION: &str = "longshore.dev/v1alpha1";

/// The file's usual name.
pub const FILE_NAME: &str = "longshore.yaml";

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// How a release's objects are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// From its chart.
    Helm,
    /// From its plain manifests.
    Manifests,
    /// From its kustomization.
    Kustomize,
}

impl Method {
    /// All methods, in the words of the project file and of `--method`.
    pub const NAMES: [(&'static str, Method); 3] =
        [("helm", Self::Helm), ("manifests", Self::Manifests), ("kustomize", Self::Kustomize)];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Helm => "helm",
            Self::Manifests => "manifests",
            Self::Kustomize => "kustomize",
        }
    }

    /// The key of a release that names its source.
    pub fn source_key(self) -> &'static str {
        match self {
            Self::Helm => "chart",
            Self::Manifests => "manifests",
            Self::Kustomize => "kustomize",
        }
    }
}

/// The whole project file.
#[derive(Debug, Clone)]
pub struct Project {
    /// The platform's name: what the records are labelled with.
    pub name: Placed<String>,
    /// One line about it.
    pub description: Option<String>,
    /// The method for releases that offer several; `None` leaves it to what each release has.
    pub method: Option<Method>,
    /// Which Helm its charts are rendered as.
    pub helm_compat: Level,
    /// By name, in the file's order.
    pub clusters: Vec<ClusterSpec>,
    /// By name, in the file's order.
    pub environments: Vec<Environment>,
    /// The environment used without `-e`.
    pub default_environment: Option<Placed<String>>,
    /// How deploys wait, unless an environment or a flag says otherwise.
    pub wait: WaitSpec,
    /// Host names that `status` prints with the ingress' address; may have variables.
    pub hosts: Vec<Placed<String>>,
    /// Differences from what was deployed that are known and no drift.
    pub ignored_drift: Vec<Placed<IgnoreRule>>,
    /// What `check` looks for.
    pub check: CheckSpec,
    /// By name, in the file's order.
    pub releases: Vec<ReleaseSpec>,
    /// The variables of environments that texts of the file ask for, as paths with dots between names.
    pub asked_vars: Vec<String>,
    /// What the variables of environments must be.
    pub vars_schema: Option<VarsSchema>,
    /// Where secret values come from.
    pub secrets: Vec<SecretSpec>,
    /// Whether images are deployed by the digests of the lock: `lock: {images: true}`.
    pub locks_images: bool,
    /// Releases that had another name.
    pub moved: Vec<Moved>,
    /// Environments that had another name.
    pub moved_environments: Vec<Moved>,
    /// The file as the user named it.
    pub file: String,
}

/// Where the platform runs: a namespace of a cluster, with variables.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name: `dev`, `staging`, `production`.
    pub name: String,
    /// The namespace of releases that have none of their own, unless `-n` names another.
    pub namespace: Option<Placed<String>>,
    /// Whether missing namespaces may be created, and what they carry then.
    pub create_namespace: Option<CreateNamespace>,
    /// The kubeconfig context, unless `--context` names another.
    pub context: Option<Placed<String>>,
    /// The environment that it takes unset fields from.
    pub extends: Option<Placed<String>>,
    /// On which clusters of the project, instead of a context.
    pub placement: Placement,
    /// Variables for `${env.vars.KEY}`.
    pub vars: Vars,
    /// What is special about releases here; what it inherits stands before its own.
    pub releases: Vec<Placed<(String, Layer)>>,
    /// Where secret values come from here.
    pub secrets: Vec<SecretSpec>,
    /// To whom frozen plans are sealed: age recipients.
    pub recipients: Vec<Placed<String>>,
    /// How deploys wait here.
    pub wait: WaitSpec,
    /// Where it is written.
    pub place: Place,
}

/// One release as the file has it.
#[derive(Debug, Clone)]
pub struct ReleaseSpec {
    /// Its name, which is the Helm release's.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// Its namespace, if it is another than the environment's; may have variables.
    pub namespace: Option<Placed<String>>,
    /// Releases that must be ready before it.
    pub needs: Vec<Placed<String>>,
    /// API versions that the cluster must have before it: `group/version` or `group/version/Kind`.
    pub requires: Vec<Placed<String>>,
    /// The chart.
    pub chart: Option<ChartSpec>,
    /// Its values, and whether and where it is wanted: its own layer, and in a [`crate::Selection`] those of the
    /// environment and the cluster behind it.
    pub layers: Vec<Layer>,
    /// Manifest files or folders, relative to the project file.
    pub manifests: Vec<Placed<String>>,
    /// The kustomization.
    pub kustomize: Option<KustomizeSpec>,
    /// What is run before and after it is deployed, rolled back or destroyed.
    pub hooks: Hooks,
    /// Secrets made once and kept, for the methods `manifests` and `kustomize`.
    pub generate: Vec<GeneratedSecret>,
    /// What others may use of it.
    pub outputs: Vec<OutputSpec>,
}

/// A kustomization as the source of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KustomizeSpec {
    /// Its folder, relative to the project file, or the address of a repository with a folder in it.
    pub path: Placed<String>,
    /// Whether it may inflate charts, as `kustomize build --enable-helm` lets it.
    pub enable_helm: bool,
}

impl ReleaseSpec {
    /// The methods that it has a source for.
    pub fn methods(&self) -> Vec<Method> {
        let has = |method: &Method| match method {
            Method::Helm => self.chart.is_some(),
            Method::Manifests => !self.manifests.is_empty(),
            Method::Kustomize => self.kustomize.is_some(),
        };
        Method::NAMES.map(|(_, method)| method).into_iter().filter(has).collect()
    }
}

/// A Secret whose keys are drawn once and kept over upgrades.
#[derive(Debug, Clone)]
pub struct GeneratedSecret {
    /// Name of the Secret.
    pub name: String,
    /// Keys to draw, with the number of characters of each.
    pub keys: BTreeMap<String, u32>,
    /// Keys with given values.
    pub string_data: BTreeMap<String, String>,
    /// Where it is written.
    pub place: Place,
}

/// What to do where no environment can be chosen.
const NO_ENVIRONMENTS: &str = "the project file names none: add `environments: {dev: {namespace: shop-dev}}`";

impl Project {
    /// The environment called `name`, or the default one, with everything that it inherits.
    ///
    /// # Errors
    /// The environment is not in the file; none was named and the file has no default; `extends` goes
    /// round in a circle or names nothing.
    pub fn environment(&self, name: Option<&str>) -> Result<Environment, Diagnostic> {
        let Some(name) = name.or(self.default_environment.as_ref().map(|placed| placed.value.as_str()))
        else {
            return Err(self.no_environment());
        };
        let mut environment = self.find(name).cloned().ok_or_else(|| self.unknown_environment(name, None))?;
        let mut seen = vec![environment.name.clone()];
        let mut next = environment.extends.clone();
        while let Some(parent) = next.take() {
            if seen.contains(&parent.value) {
                seen.push(parent.value.clone());
                let message = format!("environments extend one another in a circle: {}", seen.join(" → "));
                return Err(Diagnostic::error("project/extends-cycle", message).at(parent.place));
            }
            let base = self
                .find(&parent.value)
                .ok_or_else(|| self.unknown_environment(&parent.value, Some(parent.place.clone())))?;
            environment.inherit(base);
            seen.push(base.name.clone());
            next.clone_from(&base.extends);
        }
        environment.placement.check_waves(&format!("environment `{}`", environment.name))?;
        secret::inherit(&mut environment.secrets, &self.secrets);
        environment.wait.inherit(&self.wait);
        Ok(environment)
    }

    /// The release called `name`.
    ///
    /// # Errors
    /// There is none; the nearest name is suggested.
    pub fn release(&self, name: &str) -> Result<&ReleaseSpec, Diagnostic> {
        self.releases.iter().find(|release| release.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.releases.iter().map(|release| release.name.as_str()).collect();
            let error = Diagnostic::error(
                "project/unknown-release",
                format!("there is no release `{name}` in the project"),
            )
            .at(Place::file(&self.file));
            suggest(error, name, &names)
        })
    }

    /// The cluster called `name`, if the project has it.
    pub fn cluster(&self, name: &str) -> Option<&ClusterSpec> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }

    /// Whether the file knows an environment by this name, or by another one that it has now.
    pub fn names_environment(&self, name: &str) -> bool {
        self.find(name).is_some() || self.renamed_environment(name).is_some()
    }

    /// The name that an environment has now which had this one before.
    pub fn renamed_environment(&self, name: &str) -> Option<&str> {
        let moved = self.moved_environments.iter().find(|moved| moved.from.value == name)?;
        Some(&moved.to.value)
    }

    /// The names that an environment had before.
    pub fn former_environments(&self, name: &str) -> Vec<String> {
        let moved = self.moved_environments.iter().filter(|moved| moved.to.value == name);
        moved.map(|moved| moved.from.value.clone()).collect()
    }

    fn find(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    fn environment_names(&self) -> Vec<&str> {
        self.environments.iter().map(|environment| environment.name.as_str()).collect()
    }

    fn no_environment(&self) -> Diagnostic {
        let names = self.environment_names();
        let error = Diagnostic::error("project/no-environment", "no environment was chosen")
            .at(Place::file(&self.file));
        let Some(first) = names.first() else { return error.hint(NO_ENVIRONMENTS) };
        let choices: Vec<String> = names.iter().map(|name| format!("`-e {name}`")).collect();
        error.hint(format!(
            "add {}; `defaultEnvironment: {first}` in the file makes one the default",
            choices.join(" or ")
        ))
    }

    fn unknown_environment(&self, name: &str, place: Option<Place>) -> Diagnostic {
        let error = Diagnostic::error(
            "project/unknown-environment",
            format!("there is no environment `{name}` in the project"),
        )
        .at(place.unwrap_or_else(|| Place::file(&self.file)));
        match self.environment_names().as_slice() {
            [] => error.hint(NO_ENVIRONMENTS),
            names => suggest(error, name, names),
        }
    }
}

impl Environment {
    /// Takes what is not set here from `base`.
    fn inherit(&mut self, base: &Environment) {
        self.namespace = self.namespace.take().or_else(|| base.namespace.clone());
        self.create_namespace = self.create_namespace.take().or_else(|| base.create_namespace.clone());
        self.context = self.context.take().or_else(|| base.context.clone());
        // Lists replace: an environment with its own is not readable by those of another.
        if self.recipients.is_empty() {
            self.recipients.clone_from(&base.recipients);
        }
        self.wait.inherit(&base.wait);
        self.placement.inherit(&base.placement);
        secret::inherit(&mut self.secrets, &base.secrets);
        vars::inherit(&mut self.vars, &base.vars);
        self.releases.splice(0..0, base.releases.iter().cloned());
    }
}

/// Adds the nearest known word as a hint, or all of them where none is near.
fn suggest(error: Diagnostic, word: &str, known: &[&str]) -> Diagnostic {
    match longshore_diag::nearest(word, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => error,
        None => error.hint(format!(
            "known are {}",
            known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

#[cfg(test)]
mod tests;
