//! What is to be deployed: one rendered revision that no cluster has seen yet.

use longshore_diag::{Diagnostic, Place};
use longshore_object::{Gvk, Object, ObjectKey, parse_manifests};
use serde_json::{Map, Value};

use crate::record::{Hook, HookExecution, Release};
use crate::set_image::SetImage;

/// A rendered revision: what the next record will say, and the objects in it.
///
/// It does not matter what it was rendered from; a folder of plain manifests comes with a synthetic
/// chart (design decision 1).
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The chart as the record keeps it.
    pub chart: Value,
    /// The user's values.
    pub config: Map<String, Value>,
    /// The documents to apply, each under its `# Source:` comment.
    pub manifest: String,
    /// Hooks of all events.
    pub hooks: Vec<Hook>,
    /// The rendered notes.
    pub notes: String,
    /// Contents of the chart's `crds/`, applied before everything else and never part of the manifest.
    pub crds: Vec<Object>,
    /// The objects of `manifest`, each with the file and line it came from.
    pub objects: Vec<Object>,
    /// Images in it that were set by hand (`set image`), and that its files do not know of.
    pub set_images: Vec<SetImage>,
}

impl Candidate {
    /// The candidate that a record describes: what a rollback deploys again.
    ///
    /// # Errors
    /// The record's manifest cannot be read.
    pub fn recorded(release: &Release) -> Result<Self, Diagnostic> {
        let objects = parse_manifests(&release.manifest, &release.key())
            .map_err(|error| error.or_at(Place::file(release.key())))?;
        let mut hooks = release.hooks.clone();
        for hook in &mut hooks {
            hook.last_run = HookExecution::default();
        }
        Ok(Self {
            chart: release.chart.clone(),
            config: release.config.clone(),
            manifest: release.manifest.clone(),
            hooks,
            notes: release.info.notes.clone(),
            crds: Vec::new(),
            objects,
            set_images: Vec::new(),
        })
    }

    /// The objects that a plan asks the cluster for, as far as their identity goes. `namespace` is where objects go
    /// that name none.
    pub fn wanted<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = (&'a Gvk, ObjectKey)> {
        self.crds.iter().chain(&self.objects).map(move |object| (object.gvk(), object.key_in(namespace)))
    }

    /// Whether it makes a namespace.
    pub fn makes_namespace(&self, name: &str) -> bool {
        self.objects.iter().any(|object| {
            object.kind() == "Namespace" && object.gvk().group.is_empty() && object.name() == name
        })
    }

    /// Whether it brings what other releases may wait for: definitions of kinds, or namespaces.
    pub fn is_groundwork(&self) -> bool {
        let mut objects = self.crds.iter().chain(&self.objects);
        objects.any(|object| matches!(object.kind(), "CustomResourceDefinition" | "Namespace"))
    }

    /// `name-version` of the chart.
    pub fn chart_name_version(&self) -> String {
        let field = |name: &str| self.chart["metadata"][name].as_str().unwrap_or_default();
        format!("{}-{}", field("name"), field("version"))
    }
}
