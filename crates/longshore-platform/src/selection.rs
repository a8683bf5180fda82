//! Which part of the project a command is about: an environment, a namespace, some of the releases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use longshore_chart::Level;
use longshore_diag::{Diagnostic, Place};

use crate::kustomize::Kustomizations;
use crate::project::{
    Environment, FILE_NAME, Method, Placed, Project, ReleaseSpec, WaitSpec, interpolate, parse, waves,
};

/// A project and the folder that its paths are relative to.
#[derive(Debug, Clone)]
pub struct Platform {
    /// What the file says.
    pub project: Project,
    /// The file's folder.
    pub root: PathBuf,
}

impl Platform {
    /// Reads a project file. `path` is the file, or a folder that holds a `longshore.yaml`; without it
    /// the nearest one in `here` or above is taken.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or [`parse`] finds a mistake in it.
    pub fn load(path: Option<&Path>, here: &Path) -> Result<Self, Diagnostic> {
        let file = find(path, here)?;
        let shown = file.display().to_string();
        let text = fs::read_to_string(&file).map_err(|error| {
            Diagnostic::error("project/unreadable", format!("cannot be read: {error}"))
                .at(Place::file(&shown))
        })?;
        let root = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Ok(Self { project: parse(&text, &shown)?, root: root.unwrap_or(Path::new(".")).to_path_buf() })
    }
}

fn find(path: Option<&Path>, here: &Path) -> Result<PathBuf, Diagnostic> {
    if let Some(path) = path {
        let file = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
        if file.is_file() {
            return Ok(file);
        }
        let message = format!("there is no project file at `{}`", file.display());
        return Err(Diagnostic::error("project/missing", message).hint("`longshore init` writes a first one"));
    }
    for folder in here.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            // The way a person would write it: relative where it lies in the present folder.
            return Ok(if folder == here { PathBuf::from(FILE_NAME) } else { file });
        }
    }
    let message = format!("there is no {FILE_NAME} in this folder or above it");
    Err(Diagnostic::error("project/missing", message)
        .hint("`longshore init` writes a first one; `-f FILE` names one that lies elsewhere"))
}

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
}

/// The part of a platform that a command is about.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The platform.
    pub platform: Platform,
    /// The environment, with what it inherits.
    pub environment: Environment,
    /// The namespace of its releases.
    pub namespace: String,
    /// The kubeconfig context, if one was named.
    pub context: Option<String>,
    /// The chosen releases in waves: each needs only releases of earlier waves.
    pub waves: Vec<Vec<ReleaseSpec>>,
    /// What kustomizations are built from.
    pub kustomizations: Arc<dyn Kustomizations>,
    method: Option<Method>,
}

impl Selection {
    /// Which Helm charts are rendered as.
    pub fn level(&self) -> Level {
        self.platform.project.helm_compat
    }

    /// Applies a choice to a platform.
    ///
    /// # Errors
    /// An environment, release or variable is not known, or the project has no environment with a
    /// namespace and none was given.
    pub fn new(
        platform: Platform,
        choice: &Choice,
        kustomizations: Arc<dyn Kustomizations>,
    ) -> Result<Self, Diagnostic> {
        let project = &platform.project;
        let environment = project.environment(choice.environment.as_deref())?;
        for name in &choice.only {
            project.release(name)?;
        }
        let namespace = match (&choice.namespace, &environment.namespace) {
            (Some(namespace), _) => namespace.clone(),
            (None, Some(placed)) => interpolate(&placed.value, &placed.place, &environment, "")?,
            (None, None) => {
                let message = format!("environment `{}` has no namespace", environment.name);
                return Err(Diagnostic::error("project/no-namespace", message)
                    .at(environment.place.clone())
                    .hint("add `namespace:` to it, or choose one with -n"));
            }
        };
        let chosen = |release: &&ReleaseSpec| choice.only.is_empty() || choice.only.contains(&release.name);
        let waves: Vec<Vec<ReleaseSpec>> = waves(&project.releases)?
            .into_iter()
            .map(|wave| wave.into_iter().filter(chosen).cloned().collect::<Vec<_>>())
            .filter(|wave| !wave.is_empty())
            .collect();
        let context =
            choice.context.clone().or_else(|| environment.context.as_ref().map(|c| c.value.clone()));
        let method = choice.method;
        Ok(Self { platform, environment, namespace, context, waves, kustomizations, method })
    }

    /// What a frozen plan is about. It has its releases itself, so that none is chosen here.
    pub(crate) fn of_plan(
        platform: &str,
        environment: &str,
        namespace: &str,
        wait: WaitSpec,
        context: Option<String>,
        place: Place,
        kustomizations: Arc<dyn Kustomizations>,
    ) -> Self {
        let project = Project {
            name: Placed { value: platform.to_owned(), place: place.clone() },
            description: None,
            method: None,
            helm_compat: Level::default(),
            environments: Vec::new(),
            default_environment: None,
            hosts: Vec::new(),
            ignored_drift: Vec::new(),
            wait: WaitSpec::default(),
            releases: Vec::new(),
            file: place.file.clone(),
        };
        let environment = Environment {
            name: environment.to_owned(),
            namespace: None,
            create_namespace: None,
            context: None,
            extends: None,
            vars: BTreeMap::new(),
            recipients: Vec::new(),
            wait,
            place,
        };
        Self {
            platform: Platform { project, root: PathBuf::from(".") },
            environment,
            namespace: namespace.to_owned(),
            context,
            waves: Vec::new(),
            kustomizations,
            method: None,
        }
    }

    /// The chosen releases in the order in which they are deployed.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &ReleaseSpec> {
        self.waves.iter().flatten()
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
                Err(Diagnostic::error("project/method", message).at(release.place.clone()))
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
        interpolate(text, place, &self.environment, &self.namespace)
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
