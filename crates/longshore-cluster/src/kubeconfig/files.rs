//! Finding, reading and merging kubeconfig files.
//!
//! The rules are `kubectl`'s: the first file to name a cluster, a user, a context or the current context
//! wins, and files that `$KUBECONFIG` lists but that are not there are passed over. Source:
//! <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/>.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kube::config::{Kubeconfig, KubeconfigError as KubeError};
use longshore_diag::Place;

use super::error::KubeconfigError;
use crate::options::ClusterOptions;

/// The merged files, and which of them each entry came from.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub(crate) config: Kubeconfig,
    /// The files that were there, in the order of their precedence.
    pub(crate) files: Vec<PathBuf>,
    origins: BTreeMap<(&'static str, String), PathBuf>,
}

impl Merged {
    /// The file that an entry (`cluster`, `user`, `context`) came from.
    pub(crate) fn origin(&self, what: &'static str, name: &str) -> Option<PathBuf> {
        self.origins.get(&(what, name.to_owned())).cloned()
    }

    fn add(&mut self, file: &Path, config: Kubeconfig) -> Result<(), KubeconfigError> {
        let clusters = config.clusters.iter().map(|c| ("cluster", &c.name));
        let users = config.auth_infos.iter().map(|u| ("user", &u.name));
        let contexts = config.contexts.iter().map(|c| ("context", &c.name));
        for (what, name) in clusters.chain(users).chain(contexts) {
            self.origins.entry((what, name.clone())).or_insert_with(|| file.to_path_buf());
        }
        self.files.push(file.to_path_buf());
        let before = std::mem::take(&mut self.config);
        self.config = before.merge(config).map_err(|error| KubeconfigError::Syntax {
            place: Place::file(file.display().to_string()),
            message: error.to_string(),
        })?;
        Ok(())
    }
}

/// Where to look, and whether the user named the place.
fn candidates(options: &ClusterOptions) -> (Vec<PathBuf>, bool) {
    if let Some(file) = &options.kubeconfig {
        return (vec![file.clone()], true);
    }
    if let Some(list) = options.environment.first(&["KUBECONFIG"]) {
        let files: Vec<_> = std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect();
        if !files.is_empty() {
            return (files, true);
        }
    }
    let home = options.environment.home();
    (home.map(|home| home.join(".kube").join("config")).into_iter().collect(), false)
}

/// Reads and merges the files that are there.
///
/// # Errors
/// `Err(Missing)` if none is there; otherwise the first file that is unreadable or wrong.
pub(crate) fn read(options: &ClusterOptions) -> Result<Merged, KubeconfigError> {
    let (files, named) = candidates(options);
    let mut merged = Merged::default();
    for file in &files {
        match Kubeconfig::read_from(file) {
            Ok(config) => merged.add(file, config)?,
            Err(KubeError::ReadConfig(error, _)) if error.kind() == std::io::ErrorKind::NotFound => {
                tracing::debug!(file = %file.display(), "kubeconfig is not there");
            }
            Err(error) => return Err(explain(file, &error)),
        }
    }
    if merged.files.is_empty() {
        return Err(KubeconfigError::Missing { looked: files, named });
    }
    Ok(merged)
}

fn explain(file: &Path, error: &KubeError) -> KubeconfigError {
    match error {
        KubeError::ReadConfig(error, _) => {
            KubeconfigError::Unreadable { file: file.to_path_buf(), message: error.to_string() }
        }
        KubeError::Parse(error) => {
            let name = file.display().to_string();
            let place = match error.location() {
                Some(at) => Place::new(
                    name,
                    u32::try_from(at.line()).unwrap_or(0),
                    u32::try_from(at.column()).unwrap_or(0),
                ),
                None => Place::file(name),
            };
            KubeconfigError::Syntax { place, message: first_words(&error.without_snippet().to_string()) }
        }
        other => KubeconfigError::Syntax {
            place: Place::file(file.display().to_string()),
            message: other.to_string(),
        },
    }
}

/// The parser's message without the excerpt of the file, which may show a token, and without the
/// position, which the place tells.
fn first_words(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    match line.rfind(" at line ") {
        Some(at) => line[..at].to_owned(),
        None => line.to_owned(),
    }
}
