//! Inflating a chart: its values, its objects, and what is noted on them.
//!
//! Upstream runs `helm template` with a file of values; here the chart is rendered in place, and what Helm would have
//! complained about is complained about in its words.

use longshore_chart::{
    Capabilities, Chart, Engine, KubeVersion, Level, Options, Output, Release, RenderInput, dependencies,
    load, metadata, release_name, values,
};
use longshore_go::Value;
use longshore_yaml::{Dialect, Kind, Limits, Node, kio, parse_first, sigs, to_json_value};

use super::helm::{Inflation, ValuesMerge, values_inline};
use crate::build::Context;
use crate::charts::{Charts, Pull};
use crate::error::{Context as _, Error};
use crate::loader::{Loader, join};
use crate::merge::merge;
use crate::resource::{self, Resource, annotations};
use crate::resources::Resources;

impl Inflation {
    /// Makes the chart's objects. A chart that is not there is fetched first.
    ///
    /// # Errors
    /// There is no chart, its values cannot be read, or it does not render; what it renders are no objects.
    pub fn generate(&self, loader: &Loader<'_>, context: &Context) -> Result<Vec<Resource>, Error> {
        let Some(charts) = loader.files().charts() else {
            return Err(Error::new("charts cannot be inflated here"));
        };
        let folder = join(&self.home, &self.chart.name);
        let locked = self.locked(charts)?;
        if locked.is_none() {
            self.provide(&folder, charts, loader)?;
        }
        let values = self.values(&folder, locked.as_ref(), loader, context)?;
        let text = self
            .render(&folder, locked, values, charts, loader)
            .context(|| format!("unable to inflate chart '{}'", self.chart.name))?;
        let mut made = objects(&text, context)?;
        for resource in &mut made {
            resource.set_annotation(annotations::HELM_GENERATED, "true");
        }
        Ok(made)
    }

    /// The chart, if something outside of the kustomization says which one it is.
    fn locked(&self, charts: &dyn Charts) -> Result<Option<Chart>, Error> {
        if self.chart.repo.is_empty() {
            return Ok(None);
        }
        charts.locked(&self.pull()).context(|| format!("unable to pull chart '{}'", self.chart.name))
    }

    fn pull(&self) -> Pull<'_> {
        let chart = &self.chart;
        Pull {
            name: &chart.name,
            repo: &chart.repo,
            version: &chart.version,
            devel: chart.devel,
            folder: &self.home,
            config_home: &self.config_home,
        }
    }

    /// Sees to it that the chart's folder is there.
    fn provide(&self, folder: &str, charts: &dyn Charts, loader: &Loader<'_>) -> Result<(), Error> {
        let found = loader.files().resolve(folder);
        if found.as_ref().is_ok_and(|found| found.file.is_empty()) {
            return Ok(());
        }
        let chart = &self.chart;
        if chart.repo.is_empty() {
            let shown = if found.is_ok() { folder } else { "" };
            return Err(Error::new(format!("no repo specified for pull, no chart found at '{shown}'")));
        }
        charts.pull(&self.pull()).context(|| format!("unable to pull chart '{}'", chart.name))
    }

    /// The text of the first file of values that the chart gets: that of the kustomization, or what came of merging it
    /// with the values there. A file in the folder of a chart that was locked is that chart's.
    fn values(
        &self,
        folder: &str,
        locked: Option<&Chart>,
        loader: &Loader<'_>,
        context: &Context,
    ) -> Result<Vec<u8>, Error> {
        let file = &self.chart.values_file;
        let load = || {
            let path = if file.starts_with('/') { file.clone() } else { join(loader.root(), file) };
            let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            let (Some(chart), Some(name)) = (locked, below) else { return loader.load(file) };
            let found = chart.raw().iter().find(|file| file.name == name);
            let missing = || Error::new(format!("open {path}: no such file or directory"));
            found.map(|file| file.data.as_bytes().to_vec()).ok_or_else(missing)
        };
        let inline = Value::Map(values_inline(&self.chart));
        if self.chart.values_inline.is_empty() {
            return load();
        }
        if self.values_merge == ValuesMerge::Replace {
            return Ok(sigs::marshal(&inline)?);
        }
        let read = |text: &[u8]| {
            let node = parse_first(text, Dialect::V3, &Limits::default())?;
            node.ok_or_else(|| Error::new("EOF"))
        };
        let of_file = read(&load()?).context(|| String::from("could not parse values file into rnode"))?;
        let inline = read(&sigs::marshal(&inline)?)
            .context(|| String::from("could not parse values inline into rnode"))?;
        let schemas = context.schemas()?;
        let merged = match self.values_merge {
            ValuesMerge::Merge => merge(inline, &of_file, schemas),
            _ => merge(of_file, &inline, schemas),
        };
        let merged = merged.context(|| String::from("could not merge values"))?;
        let Some(mut merged) = merged else {
            return Ok(sigs::marshal(&Value::Map(longshore_go::Map::new()))?);
        };
        name_by_text(&mut merged);
        let merged = to_json_value(&merged, Dialect::V3).map_err(|error| {
            let error = Error::from(error);
            let is_json = error.text().starts_with("json: ");
            let doing =
                if is_json { "error marshaling into JSON" } else { "could not parse merged values into map" };
            error.wrapped(doing)
        })?;
        Ok(sigs::marshal(&merged)?)
    }

    /// What `helm template` prints of the chart.
    fn render(
        &self,
        folder: &str,
        locked: Option<Chart>,
        first: Vec<u8>,
        charts: &dyn Charts,
        loader: &Loader<'_>,
    ) -> Result<String, Error> {
        let (chart, level) = (&self.chart, charts.level());
        let rules = level.rules();
        let mut capabilities = Capabilities::assumed(rules);
        let wanted = &chart.kube_version;
        if !wanted.is_empty() {
            capabilities.kube_version = KubeVersion::parse(wanted, rules)
                .map_err(|reason| Error::new(format!("invalid kube version '{wanted}': {reason}")))?;
        }
        let versions = chart.api_versions.iter().flat_map(|versions| versions.split(','));
        capabilities.api_versions.extend(versions.map(str::to_owned));
        let name = self.release_name(charts)?;
        let mut files = vec![(chart.values_file.clone(), first)];
        for file in &chart.additional_values_files {
            files.push((file.clone(), loader.files().read(file)?));
        }
        let sources = values::Sources { files, ..values::Sources::default() };
        let values = values::merge(&sources, level, &mut |name| Err(format!("open {name}")))
            .map_err(|error| Error::new(error.to_string()))?;
        let opened = match locked {
            Some(chart) => chart,
            None => charts.open(folder)?,
        };
        check(&opened, level)?;
        metadata::validate_release_name(&name).map_err(|reason| {
            Error::new(format!("release name check failed: release name {name}: {reason}"))
        })?;
        let namespace = if chart.namespace.is_empty() { charts.namespace() } else { chart.namespace.clone() };
        let input = RenderInput {
            values,
            release: Release { name: &name, namespace: &namespace, revision: 1, is_upgrade: false },
            capabilities,
            services: charts.services(),
            options: Options::default(),
        };
        let rendered =
            Engine::new(level).render(&opened, &input).map_err(|error| Error::new(error.to_string()))?;
        Ok(rendered.output(Output {
            crds: chart.include_crds,
            hooks: !chart.skip_hooks,
            tests: !chart.skip_tests,
            hide_secrets: false,
        }))
    }

    /// The name of the release. That one shall be made up, as upstream asks for where none is said, has no effect on
    /// `helm template`.
    fn release_name(&self, charts: &dyn Charts) -> Result<String, Error> {
        let chart = &self.chart;
        match (chart.release_name.as_str(), chart.name_template.as_str()) {
            ("", "") => Ok(String::from("release-name")),
            ("", template) => release_name(template, charts.services()).map_err(Error::new),
            (name, "") => Ok(name.to_owned()),
            _ => Err(Error::new("cannot set --name-template and also specify a name")),
        }
    }
}

/// Makes texts of the keys at the top, whatever they are: they are read into a Go map whose keys are texts. Those of
/// mappings within are not.
fn name_by_text(values: &mut Node) {
    if values.kind == Kind::Mapping {
        for key in values.content.iter_mut().step_by(2) {
            // What merging added says no type.
            let is_other = matches!(&*key.tag, "!!int" | "!!float" | "!!bool" | "") && key.value != "<<";
            if key.kind == Kind::Scalar && is_other {
                *key = Node::string(&*key.value);
            }
        }
    }
}

/// Refuses charts that Helm does not render.
fn check(chart: &Chart, level: Level) -> Result<(), Error> {
    let rules = level.rules();
    let checked = dependencies::check_kind(chart).and_then(|()| load::check_api(chart, rules));
    checked
        .and_then(|()| dependencies::check_installable(chart, rules))
        .map_err(|error| Error::new(error.to_string()))
}

/// The objects in what a chart renders to, of which no two have the same id.
fn objects(text: &str, context: &Context) -> Result<Vec<Resource>, Error> {
    let read = || {
        let mut resources = Resources::default();
        for resource in resource::read(text.as_bytes())? {
            resources.append(resource, &context.scopes)?;
        }
        Ok::<_, Error>(resources.into_list())
    };
    read().map_err(|error| match kio::read_inlined(text.as_bytes()) {
        Ok(_) => error.wrapped("could not parse rnode slice into resource map"),
        Err(error) => Error::from(error).wrapped("error reading helm output"),
    })
}
