//! What becomes a project file: releases, environments, secrets, and files beside it.

mod environments;
mod write;

use std::collections::BTreeMap;

use longshore_yaml::Node;

pub use environments::{namespaces, usual};

use crate::left::Left;

/// What a translation is told beside the files.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The platform's name.
    pub name: String,
    /// Whether the user has named it, so that the files do not.
    pub is_named: bool,
    /// The environments that the user has named; none: those of the files.
    pub environments: Vec<String>,
    /// The namespace that the user has named; it may hold `${env.name}`.
    pub namespace: Option<String>,
    /// The path from the project file's folder to the one that the files' paths are relative to; empty where they are
    /// the same.
    pub base: String,
}

impl Origin {
    /// A platform whose project file lies beside what is translated.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            is_named: false,
            environments: Vec::new(),
            namespace: None,
            base: String::new(),
        }
    }

    /// The environments of a project of that name: those that the user has named, else those that are known with their
    /// namespaces, else the usual ones.
    pub(crate) fn environments(
        &self,
        name: &str,
        mut known: BTreeMap<String, Option<String>>,
    ) -> Vec<DraftEnvironment> {
        if !self.environments.is_empty() {
            known.retain(|name, _| self.environments.contains(name));
            known.extend(
                self.environments
                    .iter()
                    .filter(|name| !known.contains_key(*name))
                    .map(|name| (name.clone(), None))
                    .collect::<Vec<_>>(),
            );
        }
        let mut all = namespaces(name, known);
        if !self.environments.is_empty() {
            all.sort_by_key(|environment| {
                self.environments.iter().position(|name| *name == environment.name)
            });
        }
        if let Some(namespace) = &self.namespace {
            for environment in &mut all {
                environment.namespace.clone_from(namespace);
            }
        }
        all
    }

    /// A path of the files as the project file has it.
    pub(crate) fn path(&self, path: &str) -> String {
        match crate::files::join(&self.base, path) {
            path if path.is_empty() => ".".to_owned(),
            path => path,
        }
    }
}

/// A project file to be, with what is written beside it.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The platform's name.
    pub name: String,
    /// The folder of its project file, below that of the first one; empty for the first one itself.
    pub folder: String,
    /// In the order in which they are written; the first one is the default.
    pub environments: Vec<DraftEnvironment>,
    /// Names of secrets, and where each comes from.
    pub secrets: Vec<(String, SecretFrom)>,
    /// In the order in which they are written.
    pub releases: Vec<DraftRelease>,
    /// What is there beside the releases, for `check`: `Secret/tls`.
    pub external: Vec<String>,
    /// Files to write beside the project file.
    pub files: Vec<DraftFile>,
    /// What could not be translated.
    pub left: Vec<Left>,
}

impl Draft {
    /// Changes what an environment says of a release.
    pub(crate) fn put(&mut self, environment: &str, release: &str, change: impl FnOnce(&mut DraftLayer)) {
        let Some(environment) = self.environments.iter_mut().find(|found| found.name == environment) else {
            return;
        };
        let place = environment.releases.iter().position(|(name, _)| name == release).unwrap_or_else(|| {
            environment.releases.push((release.to_owned(), DraftLayer::default()));
            environment.releases.len() - 1
        });
        change(&mut environment.releases[place].1);
    }
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFrom {
    /// A variable of the process.
    Variable(String),
    /// A file, relative to the project file.
    File(String),
    /// What a program prints.
    Command(Vec<String>),
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Its path, relative to the project file.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// An environment.
#[derive(Debug, Clone, Default)]
pub struct DraftEnvironment {
    /// Its name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// Whether a missing namespace is created.
    pub create_namespace: bool,
    /// Context of the kubeconfig.
    pub context: Option<String>,
    /// Variables.
    pub vars: Vec<(String, Node)>,
    /// What is special about releases here.
    pub releases: Vec<(String, DraftLayer)>,
}

/// What is said of a release's values.
#[derive(Debug, Clone, Default)]
pub struct DraftLayer {
    /// Values files.
    pub values: Vec<String>,
    /// Values over them: a mapping, or null.
    pub set: Option<Node>,
    /// Whether it is wanted.
    pub enabled: Option<Switch>,
}

/// True, false, or a variable that is one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    /// As it is.
    Is(bool),
    /// A text with a variable.
    Asks(String),
}

/// A chart that is fetched; texts may have variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteChart {
    /// The repository's address, or the registry's with a folder.
    pub repo: String,
    /// The chart's name there.
    pub name: String,
    /// A version, or a range.
    pub version: String,
}

/// Where a release's objects come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A chart's folder.
    Chart(String),
    /// A chart of a repository or a registry.
    Remote(RemoteChart),
    /// A kustomization's folder, and whether it inflates charts.
    Kustomize(String, bool),
    /// Files and folders.
    Manifests(Vec<String>),
}

/// Moments, in the words of the project file, and the commands that are run at each: programs with their arguments.
pub type DraftHooks = Vec<(&'static str, Vec<Vec<String>>)>;

/// A release.
#[derive(Debug, Clone)]
pub struct DraftRelease {
    /// Its name.
    pub name: String,
    /// A line above it.
    pub comment: Option<String>,
    /// The namespace, if it is not that of the environment.
    pub namespace: Option<String>,
    /// What must be ready before.
    pub needs: Vec<String>,
    /// Where its objects come from.
    pub source: Source,
    /// What is said of it everywhere.
    pub layer: DraftLayer,
    /// Secrets that are made for it.
    pub generate: Vec<GeneratedSecret>,
    /// What is run around it.
    pub hooks: DraftHooks,
}

impl DraftRelease {
    /// A release of that name, with nothing said of it.
    pub fn new(name: impl Into<String>, source: Source) -> Self {
        Self {
            name: name.into(),
            comment: None,
            namespace: None,
            needs: Vec::new(),
            source,
            layer: DraftLayer::default(),
            generate: Vec::new(),
            hooks: Vec::new(),
        }
    }
}

/// A Secret that the project makes.
#[derive(Debug, Clone, Default)]
pub struct GeneratedSecret {
    /// Its name.
    pub name: String,
    /// Keys and texts, which may hold `${secret.NAME}`.
    pub string_data: Vec<(String, String)>,
    /// Keys that are drawn, with how many characters.
    pub keys: Vec<(String, u32)>,
}

impl DraftLayer {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.set.is_none() && self.enabled.is_none()
    }
}
