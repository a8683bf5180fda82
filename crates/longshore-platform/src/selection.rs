//! Which part of the project a command is about: an environment, a namespace, some of the releases.

mod left;
mod placed;
mod planned;
mod spaces;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use longshore_chart::Level;
use longshore_diag::{Diagnostic, Place};
use serde_json::{Map, Value};

use crate::kustomize::Kustomizations;
use crate::outputs::{Home, Outputs};
use crate::platform::Platform;
use crate::project::{
    ClusterSpec, Environment, GeneratedSecret, GivenVar, Layer, Lock, Method, Placed, ReleaseSpec, Scope,
    waves, with_given,
};
use crate::secrets::{Identities, Secrets};
use placed::{chosen_clusters, is_wanted, layered};
pub(crate) use planned::OfPlan;
pub(crate) use spaces::Marks;

/// What was chosen on the command line.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// `-e`
    pub environment: Option<String>,
    /// `-n`
    pub namespace: Option<String>,
    /// `--only`
    pub only: Vec<String>,
    /// `--method`
    pub method: Option<Method>,
    /// `--context`
    pub context: Option<String>,
    /// `--cluster`
    pub clusters: Vec<String>,
    /// `--var`
    pub vars: Vec<GivenVar>,
    /// The keys that open sealed secrets.
    pub identities: Identities,
}

/// The part of a platform that a command is about.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The platform.
    pub platform: Platform,
    /// The environment, with what it inherits.
    pub environment: Environment,
    /// The cluster by its name in the project, if the environment names any.
    pub cluster: Option<ClusterSpec>,
    /// The environment's namespace: that of releases which have none of their own.
    pub namespace: String,
    /// The namespaces of the releases that are wanted here.
    namespaces: BTreeMap<String, String>,
    /// Whether the environment has a namespace, and not only its releases.
    has_namespace: bool,
    /// What namespaces that are created carry.
    pub(crate) marks: Marks,
    /// Whether the command line has chosen it, so that the environment may lie in others as well.
    pub(crate) namespace_chosen: bool,
    /// Host names that `status` prints with the ingress' address.
    pub hosts: Vec<String>,
    /// The kubeconfig context, if one was named.
    pub context: Option<String>,
    /// The chosen releases in waves: each needs only releases of earlier waves.
    pub waves: Vec<Vec<ReleaseSpec>>,
    /// All releases of the project, chosen or not, wanted here or not, with all their layers.
    pub(crate) resolved: Vec<ReleaseSpec>,
    /// Releases that are wanted here, chosen or not.
    pub(crate) wanted: Vec<String>,
    /// Whether releases were chosen.
    pub(crate) only_some: bool,
    /// Whether this is only about what was left behind: the environment is not on this cluster, or the file does not name
    /// it.
    pub(crate) left: bool,
    /// Variables that were given on the command line, as they are shown.
    pub(crate) given: BTreeMap<String, Value>,
    secrets: Secrets,
    /// What is known of what releases give to one another.
    pub(crate) outputs: Outputs,
    /// What kustomizations are built from.
    pub kustomizations: Arc<dyn Kustomizations>,
    method: Option<Method>,
}

impl Selection {
    /// Which Helm charts are rendered as.
    pub fn level(&self) -> Level {
        self.platform.project.helm_compat
    }

    /// Applies a choice to a platform that is about one cluster.
    ///
    /// # Errors
    /// As of [`Selection::all`]; the environment has several clusters, and none was chosen.
    pub fn new(
        platform: &Platform,
        choice: &Choice,
        kustomizations: &Arc<dyn Kustomizations>,
    ) -> Result<Self, Diagnostic> {
        let mut all = Self::all(platform, choice, kustomizations)?;
        if all.len() > 1 {
            let names: Vec<&str> = all.iter().filter_map(Self::cluster_name).collect();
            let message = format!(
                "environment `{}` is on {} clusters, and this is about one",
                all[0].environment.name,
                all.len()
            );
            return Err(Diagnostic::error("project/which-cluster", message)
                .at(all[0].environment.place.clone())
                .hint(format!("choose one with `--cluster {}`", names.join("|"))));
        }
        Ok(all.remove(0))
    }

    /// Applies a choice to a platform: a selection for each cluster of the environment, at least one.
    ///
    /// # Errors
    /// An environment, cluster, release or variable is not known, or the project has no environment with a namespace and
    /// none was given.
    pub fn all(
        platform: &Platform,
        choice: &Choice,
        kustomizations: &Arc<dyn Kustomizations>,
    ) -> Result<Vec<Self>, Diagnostic> {
        let mut environment = platform.project.environment(choice.environment.as_deref())?;
        GivenVar::set(&choice.vars, &mut environment, &platform.project, &platform.root)?;
        if let Some(schema) = &platform.project.vars_schema {
            let checked = schema.check(&environment, &platform.root);
            checked.map_err(|error| with_given(error, &choice.vars))?;
        }
        for name in &choice.only {
            platform.project.release(name)?;
        }
        let clusters = chosen_clusters(&platform.project, &environment, choice)?;
        let one = |cluster| {
            Self::on(platform.clone(), environment.clone(), cluster, choice, Arc::clone(kustomizations))
        };
        let mut selections = if clusters.is_empty() {
            vec![one(None)?]
        } else {
            clusters.into_iter().map(|cluster| one(Some(cluster))).collect::<Result<Vec<_>, _>>()?
        };
        if platform.project.releases.iter().any(|release| !release.outputs.is_empty()) {
            let mut homes: Vec<Home> = selections.iter().map(|chosen| Home::of(chosen, true)).collect();
            for placed in &environment.placement.clusters {
                let is_chosen = selections.iter().any(|one| one.cluster_name() == Some(&placed.value));
                let other = platform.project.cluster(&placed.value).filter(|_| !is_chosen);
                if let Some(other) = other {
                    homes.push(Home::of(&one(Some(other.clone()))?, false));
                }
            }
            let homes = Arc::new(homes);
            for (here, selection) in selections.iter_mut().enumerate() {
                selection.outputs = Outputs::new(Arc::clone(&homes), here);
            }
        }
        Ok(selections)
    }

    fn on(
        platform: Platform,
        environment: Environment,
        cluster: Option<ClusterSpec>,
        choice: &Choice,
        kustomizations: Arc<dyn Kustomizations>,
    ) -> Result<Self, Diagnostic> {
        let project = &platform.project;
        let secrets = Secrets::new(choice.identities.clone());
        let nothing_known = Outputs::default();
        let nowhere = Scope {
            environment: &environment,
            cluster: cluster.as_ref(),
            namespace: None,
            secrets: &secrets,
            root: &platform.root,
            releases: &project.releases,
            outputs: &nothing_known,
            here: 0,
        };
        let home = spaces::of_environment(&environment, choice, &nowhere)?;
        let text = environment.namespace.as_ref();
        let of_file = text.and_then(|placed| nowhere.text(&placed.value, &placed.place).ok());
        // One that a `--var` is in is chosen as well: `preview-41` is no leftover of `preview-42`.
        let mut texts =
            text.into_iter().chain(project.releases.iter().filter_map(|one| one.namespace.as_ref()));
        let namespace_chosen = choice.namespace.is_some() && of_file != choice.namespace
            || texts.any(|placed| GivenVar::are_in(&choice.vars, &placed.value));
        let scope = Scope { namespace: home.as_deref(), ..nowhere };
        let hosts = project.hosts.iter().map(|host| scope.text(&host.value, &host.place));
        let hosts = hosts.collect::<Result<_, _>>()?;
        let resolved: Vec<ReleaseSpec> =
            project.releases.iter().map(|release| layered(release, &environment, cluster.as_ref())).collect();
        let mut wanted = Vec::new();
        for release in &resolved {
            if is_wanted(release, cluster.as_ref(), &scope)? {
                wanted.push(release.name.clone());
            }
        }
        let (namespace, namespaces) =
            spaces::of_releases(&environment, &resolved, &wanted, home.as_deref(), &scope)?;
        let marks = Marks::of(environment.create_namespace.as_ref(), &scope)?;
        let has_namespace = home.is_some();
        let chosen = |release: &&ReleaseSpec| {
            wanted.contains(&release.name) && (choice.only.is_empty() || choice.only.contains(&release.name))
        };
        let waves: Vec<Vec<ReleaseSpec>> = waves(&resolved)?
            .into_iter()
            .map(|wave| wave.into_iter().filter(chosen).cloned().collect::<Vec<_>>())
            .filter(|wave| !wave.is_empty())
            .collect();
        let context = choice.context.clone().or_else(|| {
            let of_cluster = cluster.as_ref().and_then(|cluster| cluster.context.as_ref());
            of_cluster.or(environment.context.as_ref()).map(|placed| placed.value.clone())
        });
        let method = choice.method;
        Ok(Self {
            platform,
            environment,
            cluster,
            namespace,
            namespaces,
            has_namespace,
            marks,
            namespace_chosen,
            hosts,
            context,
            waves,
            resolved,
            wanted,
            only_some: !choice.only.is_empty(),
            left: false,
            given: GivenVar::shown(&choice.vars),
            secrets,
            outputs: Outputs::default(),
            kustomizations,
            method,
        })
    }

    /// The same with something that stands in for each secret, so that none is read and no program is run for one.
    #[must_use]
    pub fn without_secrets(self) -> Self {
        Self { secrets: Secrets::assumed(), ..self }
    }

    /// The same with another lock.
    pub(crate) fn with_lock(&self, lock: &Lock) -> Self {
        let mut selection = self.clone();
        selection.platform.lock = Some(lock.clone());
        selection
    }

    /// The same with images as they are named in files.
    pub(crate) fn without_pins(mut self) -> Self {
        self.platform.project.locks_images = false;
        self
    }

    /// The name of its cluster in the project, if the environment names any.
    pub fn cluster_name(&self) -> Option<&str> {
        self.cluster.as_ref().map(|cluster| cluster.name.as_str())
    }

    /// The release, wanted here and chosen or not, that another one has become.
    pub(crate) fn heir(&self, name: &str) -> Option<&str> {
        let moved = self.platform.project.moved.iter().find(|moved| moved.from.value == name)?;
        self.wanted.iter().map(String::as_str).find(|heir| *heir == moved.to.value)
    }

    /// The kubeconfig file that the project names for the cluster.
    pub fn kubeconfig(&self) -> Option<PathBuf> {
        let placed = self.cluster.as_ref()?.kubeconfig.as_ref()?;
        Some(self.platform.root.join(&placed.value))
    }

    /// Where the project says how its cluster is reached: the kubeconfig file, else the context, if that one is used.
    pub fn reached_by(&self) -> Option<&Place> {
        let cluster = self.cluster.as_ref();
        let kubeconfig = cluster.and_then(|cluster| cluster.kubeconfig.as_ref());
        let context =
            cluster.and_then(|cluster| cluster.context.as_ref()).or(self.environment.context.as_ref());
        let context = context.filter(|placed| self.context.as_ref() == Some(&placed.value));
        kubeconfig.or(context).map(|placed| &placed.place)
    }

    /// The chosen releases in the order in which they are deployed.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &ReleaseSpec> {
        self.waves.iter().flatten()
    }

    /// All releases that are wanted here, chosen or not.
    pub(crate) fn all_wanted(&self) -> impl Iterator<Item = &ReleaseSpec> {
        self.resolved.iter().filter(|release| self.wanted.contains(&release.name))
    }

    /// How a release's objects are made: as chosen, as the project says, or as the release can.
    ///
    /// # Errors
    /// A method was chosen for which the release has no source; none was, and the release has several.
    pub fn method(&self, release: &ReleaseSpec) -> Result<Method, Diagnostic> {
        let can = release.methods();
        match (self.method.or(self.platform.project.method), &can[..]) {
            (Some(method), can) if can.contains(&method) => Ok(method),
            (Some(method), _) if self.method.is_some() => {
                let message = format!(
                    "release `{}` cannot be made with method `{}`: it has no `{}`",
                    release.name,
                    method.as_str(),
                    method.source_key()
                );
                let can: Vec<String> = can.iter().map(|method| format!("`{}`", method.as_str())).collect();
                Err(Diagnostic::error("project/method", message)
                    .at(release.place.clone())
                    .hint(format!("it is made by {}; `--only RELEASE` leaves it out", can.join(" or "))))
            }
            (_, [method]) => Ok(*method),
            (_, several) => {
                let words = |word: fn(Method) -> &'static str| {
                    several.iter().map(|method| format!("`{}`", word(*method))).collect::<Vec<_>>()
                };
                let message = format!(
                    "release `{}` has {}: nothing says which of them makes it",
                    release.name,
                    words(Method::source_key).join(" and ")
                );
                let methods = words(Method::as_str).join(" or ");
                Err(Diagnostic::error("project/method", message).at(release.place.clone()).hint(format!(
                    "choose {methods} with `--method`, or for all by `method:` at the top of the project file"
                )))
            }
        }
    }

    /// Replaces the variables in a text of the project file.
    pub(crate) fn fill(&self, text: &str, place: &Place) -> Result<String, Diagnostic> {
        self.scope().text(text, place)
    }

    /// The same in a text that is read when its release is deployed.
    pub(crate) fn fill_late(&self, text: &str, place: &Place) -> Result<String, Diagnostic> {
        self.scope().late_text(text, place)
    }

    /// The same in a text about a release that may be on another cluster.
    pub(crate) fn fill_at(&self, home: usize, text: &Placed<String>) -> Result<String, Diagnostic> {
        let there = &self.outputs.homes[home];
        let namespace = there.namespace();
        let scope = Scope { cluster: there.cluster.as_ref(), namespace, here: home, ..self.scope() };
        scope.text(&text.value, &text.place)
    }

    /// The same in a text that may hold secrets, and is shown nowhere.
    pub(crate) fn fill_secret(&self, text: &str, place: &Place) -> Result<String, Diagnostic> {
        self.scope().secret_text(text, place)
    }

    /// The secrets that were read so far: what must stand in no log.
    pub(crate) fn known_secrets(&self) -> Vec<String> {
        self.secrets.read_so_far()
    }

    /// What a layer sets, its variables replaced.
    pub(crate) fn set_of(&self, layer: &Layer) -> Result<Map<String, Value>, Diagnostic> {
        let Some(node) = &layer.set else { return Ok(Map::new()) };
        let file = &layer.place.file;
        match self.scope().fill(layer.set_values(file)?.into(), node, file)? {
            Value::Object(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    /// The Secrets that a release generates, variables and secrets in their texts replaced.
    pub(crate) fn generated(&self, release: &ReleaseSpec) -> Result<Vec<GeneratedSecret>, Diagnostic> {
        let mut generated = release.generate.clone();
        for secret in &mut generated {
            for text in secret.string_data.values_mut().filter(|text| text.contains("${")) {
                *text = self.scope().secret_text(text, &secret.place)?;
            }
        }
        Ok(generated)
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            environment: &self.environment,
            cluster: self.cluster.as_ref(),
            namespace: self.environment_namespace(),
            secrets: &self.secrets,
            root: &self.platform.root,
            releases: &self.platform.project.releases,
            outputs: &self.outputs,
            here: self.outputs.here,
        }
    }

    /// A path of the project file, with its variables replaced, as a path from here.
    pub(crate) fn path(&self, text: &str, place: &Place) -> Result<PathBuf, Diagnostic> {
        let path = self.platform.root.join(self.fill(text, place)?);
        Ok(match path.strip_prefix("./") {
            Ok(below) if below.as_os_str().is_empty() => PathBuf::from("."),
            Ok(below) => below.to_path_buf(),
            Err(_) => path,
        })
    }
}

#[cfg(test)]
mod tests;
