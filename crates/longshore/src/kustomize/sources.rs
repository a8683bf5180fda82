//! What a build sees of the world: files and repositories, and charts and programs where they may be run; for
//! `kustomize build` and for releases of a project file.

use longshore_diag::Diagnostic;
use longshore_kustomize::files::Entry;
use longshore_kustomize::remote::Repository;
use longshore_kustomize::{Charts, Error, Files, Programs, Resolved};
use longshore_platform::project::WantedChart;
use longshore_platform::{ChartsAs, Kustomizations};
use longshore_source::{KustomizationFiles, Remotes};

use super::programs::Processes;
use super::{log, remotes};
use crate::helm::{Inflater, archive, image_digest};

/// Files and repositories, with what inflates charts and runs programs.
pub(super) struct Sources {
    files: KustomizationFiles,
    charts: Option<Inflater>,
    programs: Option<Processes>,
}

impl Sources {
    /// With charts if they may be inflated.
    ///
    /// # Errors
    /// The environment asks for a level of Helm that there is not.
    pub(super) fn new(has_charts: bool, remotes: &Remotes) -> anyhow::Result<Self> {
        let charts = has_charts.then(Inflater::new).transpose()?;
        Ok(Self::with(charts, Some(Processes), remotes.clone()))
    }

    fn with(charts: Option<Inflater>, programs: Option<Processes>, remotes: Remotes) -> Self {
        let charts = charts.map(|charts| charts.offline(remotes.is_offline));
        Self { files: KustomizationFiles::new(remotes), charts, programs }
    }
}

impl Files for Sources {
    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.files.read(path)
    }

    fn resolve(&self, path: &str) -> Result<Resolved, Error> {
        self.files.resolve(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Error> {
        self.files.list(folder)
    }

    fn called(&self, path: &str) -> Option<String> {
        self.files.called(path)
    }

    fn fetch(&self, url: &str) -> Result<Vec<u8>, Error> {
        self.files.fetch(url)
    }

    fn fetch_known(&self, url: &str, digest: &str) -> Result<Vec<u8>, Error> {
        self.files.fetch_known(url, digest)
    }

    fn commit(&self, copy: &str) -> Option<String> {
        self.files.commit(copy)
    }

    fn copy(&self, repository: &Repository) -> Result<String, Error> {
        if repository.is_forced {
            log(
                "Warning: Forcing the git protocol using the 'git::' URL prefix is not supported. Kustomize currently \
                 strips this invalid prefix, but will stop doing so in a future release. Please remove the 'git::' \
                 prefix from your configuration.",
            );
        }
        self.files.copy(repository)
    }

    fn charts(&self) -> Option<&dyn Charts> {
        self.charts.as_ref().map(|charts| charts as &dyn Charts)
    }

    fn programs(&self) -> Option<&dyn Programs> {
        self.programs.as_ref().map(|programs| programs as &dyn Programs)
    }
}

/// The same for releases of a project file, which run no programs.
#[derive(Debug)]
pub(crate) struct ForReleases;

impl Kustomizations for ForReleases {
    fn files(&self, charts: Option<ChartsAs>) -> Result<Box<dyn Files>, Diagnostic> {
        let charts = charts.map(Inflater::of_release);
        Ok(Box::new(Sources::with(charts, None, remotes::from_environment())))
    }

    fn archive(&self, wanted: &WantedChart, digest: Option<&str>) -> Result<Vec<u8>, Diagnostic> {
        archive(wanted, digest, remotes::from_environment().is_offline)
    }

    fn digest(&self, image: &str) -> Result<String, Diagnostic> {
        image_digest(image, remotes::from_environment().is_offline)
    }
}
