//! Charts for kustomizations: opened and fetched as `template` and `pull` do it, and without a word.
//!
//! Kustomize runs `helm` with settings of its own, and so without the user's repositories and credentials unless
//! `configHome` says otherwise; here the user's count then, since nothing is to be gained from losing them.

use std::cell::OnceCell;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, Level, Services};
use longshore_kustomize::{Charts, Error, Pull};
use longshore_platform::{ChartsAs, World};

use super::{Settings, pull, root, settings, versioned};
use crate::cobra::{self, Action, Matches};

/// What inflates charts for a build.
pub(crate) struct Inflater {
    level: Level,
    world: World,
    namespace: OnceCell<String>,
    is_offline: bool,
}

impl Inflater {
    /// As the environment says.
    ///
    /// # Errors
    /// It asks for a level of Helm that there is not.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let level = settings::level(&[])?;
        Ok(Self { level, world: World::default(), namespace: OnceCell::new(), is_offline: false })
    }

    /// For a release of a project file.
    pub(crate) fn of_release(ChartsAs { level, namespace }: ChartsAs) -> Self {
        Self { level, world: World::default(), namespace: namespace.into(), is_offline: false }
    }

    /// Fetching nothing, if that is asked for.
    pub(crate) fn offline(self, is_offline: bool) -> Self {
        Self { is_offline, ..self }
    }

    /// What a command of Helm's has of its words and the environment.
    fn settings(&self, words: &[&str]) -> anyhow::Result<(Settings, Box<Matches>)> {
        let words: Vec<String> = words.iter().map(|word| String::from(*word)).collect();
        let root = root(self.level);
        match cobra::parse(&root, &words) {
            Ok(Action::Run(_, matches)) => Ok((Settings::new(self.level, &matches), matches)),
            Ok(Action::Help(_)) => bail!("no command: {}", words.join(" ")),
            Err(problem) => Err(anyhow!(problem)),
        }
    }

    fn pull_as_helm(&self, pull: &Pull<'_>) -> anyhow::Result<()> {
        if self.is_offline {
            bail!(
                "offline, and the chart is not in {}: build once without --offline and LONGSHORE_OFFLINE",
                pull.folder
            );
        }
        let mut words = vec![String::from("pull"), String::from("--untar")];
        let mut flag = |name: &str, value: &str| words.push(format!("--{name}={value}"));
        flag("untardir", pull.folder);
        let is_registry = pull.repo.starts_with("oci://");
        if !is_registry {
            flag("repo", pull.repo);
        }
        for (name, value) in [("version", pull.version), ("devel", if pull.devel { "true" } else { "" })] {
            if !value.is_empty() {
                flag(name, value);
            }
        }
        let home = pull.config_home;
        if !home.is_empty() {
            flag("registry-config", &format!("{home}/registry/config.json"));
            flag("repository-config", &format!("{home}/repositories.yaml"));
            flag("repository-cache", &format!("{home}/.cache/repository"));
            if self.level.rules().major > 3 {
                flag("content-cache", &format!("{home}/.cache/content"));
            }
        }
        let name = if is_registry {
            format!("{}/{}", pull.repo.strip_suffix('/').unwrap_or(pull.repo), pull.name)
        } else {
            pull.name.to_owned()
        };
        words.extend([String::from("--"), name.clone()]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (settings, matches) = self.settings(&words)?;
        pull::silently(&settings, &matches, &name)
    }
}

impl Charts for Inflater {
    fn level(&self) -> Level {
        self.level
    }

    fn namespace(&self) -> String {
        let named = || {
            let settings = self.settings(&["template", "chart"]);
            settings.map_or_else(|_| String::from("default"), |(settings, _)| settings.namespace)
        };
        self.namespace.get_or_init(named).clone()
    }

    fn services(&self) -> &dyn Services {
        &self.world
    }

    fn open(&self, folder: &str) -> Result<Chart, Error> {
        versioned::open_silently(Path::new(folder), self.level)
            .map_err(|error| Error::new(format!("{error:#}")))
    }

    fn pull(&self, pull: &Pull<'_>) -> Result<(), Error> {
        self.pull_as_helm(pull).map_err(|error| Error::new(format!("{error:#}")))
    }
}
