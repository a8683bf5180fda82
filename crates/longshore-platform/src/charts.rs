//! A release made from a chart: reading the chart and its values, and rendering them.

use std::path::{Path, PathBuf};

use longshore_chart::{
    Capabilities, Chart, Engine, ErrorKind, File, KubeVersion, Level, Options, Origins, Release, RenderInput,
    Rendered, dependencies, load, values,
};
use longshore_diag::{Diagnostic, Place};
use longshore_go::{Map, Value};
use longshore_object::{Object, parse_manifests};
use longshore_release::record::Hook;
use longshore_release::{Candidate, Prior, ReleaseError};
use longshore_source::{Limits, SourceFile, read_file, read_tree_telling};
use tokio::runtime::Handle;

use crate::explain;
use crate::project::{ChartSpec, Placed, ReleaseSpec};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::session::Session;
use crate::warn::Found;
use crate::world::World;
use crate::{locked, pinned};

/// A JSON object.
type JsonMap = serde_json::Map<String, serde_json::Value>;

/// Renders a chart release for deploying it, with what the cluster is and has.
pub(crate) async fn live(
    session: &Session,
    release: &ReleaseSpec,
    prior: &Prior,
) -> Result<(Candidate, Found), ReleaseError> {
    let version = session.cluster.fetch_version().await?;
    let mut capabilities = Capabilities {
        kube_version: KubeVersion::of_server(&version.git_version, &version.major, &version.minor),
        api_versions: session.cluster.discovery().await?.api_versions(),
    };
    capabilities.api_versions = with_required(capabilities.api_versions, release);
    let (selection, spec) = (session.selection.clone(), release.clone());
    let world = World { cluster: Some((session.cluster.clone(), Handle::current())), ..World::default() };
    let (revision, is_upgrade) = (prior.next_revision(), prior.exists());
    // Rendering is synchronous and may ask the cluster (`lookup`): it gets a thread of its own.
    let rendering = tokio::task::spawn_blocking(move || {
        let (rendered, config, found) =
            rendered(&selection, &spec, capabilities, &world, revision, is_upgrade)?;
        Ok::<_, Diagnostic>((candidate(&rendered, config, &spec.name)?, found))
    });
    let candidate = rendering.await.map_err(|error| {
        ReleaseError::from(Diagnostic::error("chart/render", format!("rendering broke off: {error}")))
    })?;
    Ok(candidate?)
}

/// Renders a chart release without a cluster.
pub(crate) fn offline(
    selection: &Selection,
    release: &ReleaseSpec,
    options: &RenderOptions,
) -> Result<(Rendered, Found), Diagnostic> {
    let world = World { throwaway_keys: options.throwaway_keys, ..World::default() };
    let capabilities = assumed(options, release, selection.level())?;
    let (rendered, _, found) = rendered(selection, release, capabilities, &world, 1, false)?;
    Ok((rendered, found))
}

/// What a chart is told of the API: what there is, and what the release requires, which is there when it is deployed.
/// A release before it may be about to bring that.
pub(crate) fn with_required(mut known: Vec<String>, release: &ReleaseSpec) -> Vec<String> {
    for required in &release.requires {
        let mut parts = required.value.split('/');
        let group_version = parts.by_ref().take(2).collect::<Vec<_>>().join("/");
        for api in [group_version, required.value.clone()] {
            if !known.contains(&api) {
                known.push(api);
            }
        }
    }
    known
}

/// What charts are told of a cluster that is not asked.
fn assumed(options: &RenderOptions, release: &ReleaseSpec, level: Level) -> Result<Capabilities, Diagnostic> {
    let mut capabilities = Capabilities::assumed(level.rules());
    if let Some(version) = &options.kube_version {
        capabilities.kube_version = KubeVersion::parse(version, level.rules()).map_err(|text| {
            Diagnostic::error("chart/kube-version", text).hint("write `1.29` or `v1.29.3`")
        })?;
    }
    if options.only_api_versions {
        capabilities.api_versions.clear();
    }
    capabilities.api_versions.extend(options.api_versions.iter().cloned());
    capabilities.api_versions = with_required(capabilities.api_versions, release);
    Ok(capabilities)
}

/// What the chart renders to, the user's values, and what the user should look at.
fn rendered(
    selection: &Selection,
    spec: &ReleaseSpec,
    capabilities: Capabilities,
    world: &World,
    revision: u32,
    is_upgrade: bool,
) -> Result<(Rendered, JsonMap, Found), Diagnostic> {
    let opened = Opened::new(selection, spec)?;
    let config = values::to_json(&Value::Map(opened.values.clone()));
    let input = opened.input(selection, spec, capabilities, world, revision, is_upgrade);
    let engine = Engine::new(selection.level());
    let mut rendered =
        engine.render(&opened.chart, &input).map_err(|error| opened.located(&error, spec, &engine))?;
    let texts = rendered.manifests.iter_mut().map(|manifest| &mut manifest.content);
    for text in texts.chain(rendered.hooks.iter_mut().map(|hook| &mut hook.manifest)) {
        if let Some(pinned) = pinned::text(selection, spec, text)? {
            *text = pinned;
        }
    }
    let found = Found::of(spec, &opened, &rendered, &engine, &input);
    Ok((rendered, config.as_object().cloned().unwrap_or_default(), found))
}

/// A chart that was found and read, with the values of its release.
pub(crate) struct Opened {
    /// Its folder or archive.
    pub(crate) path: PathBuf,
    /// As it was read, its dependencies not resolved.
    pub(crate) chart: Chart,
    /// What the user gave.
    pub(crate) values: Map,
    /// The values files of the release, in order.
    pub(crate) files: Vec<ValuesFile>,
}

/// A values file.
pub(crate) struct ValuesFile {
    /// Its path, for people.
    pub(crate) shown: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

impl Opened {
    pub(crate) fn new(selection: &Selection, spec: &ReleaseSpec) -> Result<Self, Diagnostic> {
        let Some(entry) = &spec.chart else {
            let message = format!("release `{}` has no chart", spec.name);
            return Err(Diagnostic::error("project/no-chart", message).at(spec.place.clone()));
        };
        let level = selection.level();
        let (path, chart, place) = match entry {
            ChartSpec::Here(entry) => {
                let path = selection.path(&entry.value, &entry.place)?;
                let mut links = Vec::new();
                let opened = open_chart(&path, level, None, |found| links = found.to_vec());
                links.iter().try_for_each(|link| stays_inside(&path, link))?;
                let chart = opened
                    .map_err(|error| no_chart(Diagnostic::from(error), &path).or_at(entry.place.clone()))?;
                (path, chart, &entry.place)
            }
            ChartSpec::Remote(remote) => {
                let archive = locked::archive(selection, spec, remote)?;
                let chart = load::open(&archive.name, &archive.bytes, level);
                let chart = chart.map_err(|error| error.diagnostic().or_at(remote.name.place.clone()))?;
                (PathBuf::from(archive.name), chart, &remote.name.place)
            }
        };
        dependencies::check_installable(&chart, level.rules())
            .map_err(|error| not_installable(&error, &chart, &path).or_at(place.clone()))?;
        let (values, files) = read_values(selection, spec, level)?;
        Ok(Self { path, chart, values, files })
    }

    fn input<'a>(
        &self,
        selection: &'a Selection,
        spec: &'a ReleaseSpec,
        capabilities: Capabilities,
        world: &'a World,
        revision: u32,
        is_upgrade: bool,
    ) -> RenderInput<'a> {
        let (name, namespace) = (spec.name.as_str(), selection.namespace_of(&spec.name));
        RenderInput {
            values: self.values.clone(),
            release: Release { name, namespace, revision: i64::from(revision), is_upgrade },
            capabilities,
            services: world,
            options: Options::default(),
        }
    }

    /// Renders it without a cluster, and says where each line comes from.
    pub(crate) fn traced(
        &self,
        selection: &Selection,
        spec: &ReleaseSpec,
        options: &RenderOptions,
    ) -> Result<(Rendered, Origins), Diagnostic> {
        let world = World { throwaway_keys: options.throwaway_keys, ..World::default() };
        let capabilities = assumed(options, spec, selection.level())?;
        let input = self.input(selection, spec, capabilities, &world, 1, false);
        let engine = Engine::new(selection.level());
        engine.render_traced(&self.chart, &input).map_err(|error| self.located(&error, spec, &engine))
    }

    /// Why it does not render, its places given as paths that can be opened from here.
    fn located(&self, error: &longshore_chart::Error, spec: &ReleaseSpec, engine: &Engine) -> Diagnostic {
        in_chart(explain::explained(error, spec, self, engine), self.chart.name(), &self.path)
    }

    /// A place in a file of the chart, as a path that can be opened from here where there is one.
    pub(crate) fn openable(&self, place: &mut Place) {
        openable(place, self.chart.name(), &self.path);
    }
}

fn candidate(rendered: &Rendered, config: JsonMap, release: &str) -> Result<Candidate, Diagnostic> {
    let manifest = rendered.manifest();
    Ok(Candidate {
        chart: rendered.chart.to_record_json(),
        config,
        hooks: rendered.hooks.iter().map(Hook::from).collect(),
        notes: rendered.notes.clone(),
        crds: definitions(rendered)?,
        objects: objects(&manifest, release)?.iter().map(unlined).collect::<Result<_, _>>()?,
        manifest,
        set_images: Vec::new(),
    })
}

/// Definitions and objects of a rendered chart, hooks left out.
pub(crate) fn all_objects(rendered: &Rendered, release: &str) -> Result<Vec<Object>, Diagnostic> {
    let mut all = definitions(rendered)?;
    all.extend(objects(&rendered.manifest(), release)?);
    Ok(all)
}

/// What the chart has in `crds/`.
pub(crate) fn definitions(rendered: &Rendered) -> Result<Vec<Object>, Diagnostic> {
    let mut crds = Vec::new();
    for file in &rendered.crds {
        crds.extend(parse_manifests(&file.data.to_str_lossy(), &file.name)?);
    }
    Ok(crds)
}

/// The objects of a rendered manifest; what is wrong with one is told at the template it came from.
fn objects(manifest: &str, release: &str) -> Result<Vec<Object>, Diagnostic> {
    parse_manifests(manifest, &format!("manifest of {release}"))
}

/// An object of a rendered chart without lines: those of the whole stream are of no file that anybody could open.
fn unlined(object: &Object) -> Result<Object, Diagnostic> {
    Object::from_json(object.to_json(), Place::file(&object.place().file))
}

/// Why a chart could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Its files cannot be read.
    Files(Diagnostic),
    /// Its files are no chart, in Helm's words.
    Chart(longshore_chart::Error),
}

impl From<OpenError> for Diagnostic {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Files(diagnostic) => diagnostic,
            OpenError::Chart(error) => error.diagnostic(),
        }
    }
}

/// Opens a chart's folder or archive. What its `.helmignore` names is not read.
///
/// `told` is given the symbolic links in the folder, below it, before its files are looked at. An engine that will render
/// the chart begins with its templates as soon as they are read.
///
/// # Errors
/// The files cannot be read, are too large, or are no chart.
pub fn open_chart(
    path: &Path,
    level: Level,
    engine: Option<&Engine>,
    told: impl FnOnce(&[PathBuf]),
) -> Result<Chart, OpenError> {
    let limits = Limits::default();
    if path.is_file() {
        let bytes = read_file(path, &limits).map_err(OpenError::Files)?;
        return load::open(&path.display().to_string(), &bytes, level).map_err(OpenError::Chart);
    }
    let rules = path.join(".helmignore");
    let rules =
        if rules.is_file() { read_file(&rules, &limits).map_err(OpenError::Files)? } else { Vec::new() };
    let ignore = load::Ignore::parse(&rules).map_err(OpenError::Chart)?;
    let mut name = String::new();
    let seen = |file: &SourceFile| {
        let Some(engine) = engine else { return };
        // It comes before all templates; without it, or if it is wrong, nothing is rendered.
        if file.path == "Chart.yaml" {
            let metadata = load::metadata(&File::new(&*file.path, file.bytes.clone()), level);
            name = metadata.unwrap_or_default().name;
        }
        if file.bytes.is_here() {
            engine.expect(&name, &file.path, file.bytes.shared());
        }
    };
    let files = read_tree_telling(path, &limits, |file, folder| !ignore.is_ignored(file, folder), seen);
    let tree = files.map_err(OpenError::Files)?;
    told(&tree.links);
    let files = tree.files.into_iter().map(|file| (file.path, file.bytes));
    let files = load::read_files(files, level).map_err(OpenError::Chart)?;
    Chart::load(files, level).map_err(OpenError::Chart)
}

/// The values of all layers, those of a later one over those of the ones before; in each, `set` over its files.
fn read_values(
    selection: &Selection,
    spec: &ReleaseSpec,
    level: Level,
) -> Result<(Map, Vec<ValuesFile>), Diagnostic> {
    let (mut all, mut files) = (Map::new(), Vec::new());
    for layer in &spec.layers {
        for entry in &layer.values {
            let (file, values) = read_file_of(selection, entry, level)?;
            all = values::merge_maps(&all, &values);
            files.push(file);
        }
        all = values::merge_maps(&all, &values::map_from_json(&selection.set_of(layer)?));
    }
    Ok((all, files))
}

/// A values file, and what is in it.
fn read_file_of(
    selection: &Selection,
    entry: &Placed<String>,
    level: Level,
) -> Result<(ValuesFile, Map), Diagnostic> {
    let path = selection.path(&entry.value, &entry.place)?;
    let bytes = read_file(&path, &Limits::default()).map_err(|error| error.or_at(entry.place.clone()))?;
    let shown = path.display().to_string();
    let values = values::read(&bytes, level).map_err(|error| {
        let place = error
            .place()
            .map_or_else(|| Place::file(&shown), |at| Place { file: shown.clone(), ..at.clone() });
        let mut diagnostic = error.diagnostic();
        diagnostic.place = Some(place);
        of_yaml(diagnostic, &bytes)
    })?;
    // The chart would get what is encrypted for its values.
    let metadata = values.get(b"sops");
    if metadata.is_some_and(|sops| sops.as_map().is_some_and(|sops| sops.get(b"mac").is_some())) {
        let message = format!("`{}` is encrypted with SOPS, and values files are not decrypted", entry.value);
        return Err(Diagnostic::error("values/encrypted", message).at(entry.place.clone()).hint(
            "take its secrets one by one: `secrets: {db: {sops: {file: FILE, key: db.password}}}`, and `${secret.db}` in `set`",
        ));
    }
    Ok((ValuesFile { shown, bytes }, values))
}

/// The same error with the line and what to do, where the file is no YAML: Helm's words alone come without a place.
fn of_yaml(mut diagnostic: Diagnostic, bytes: &[u8]) -> Diagnostic {
    let Err(error) =
        longshore_yaml::parse(bytes, longshore_yaml::Dialect::V2, &longshore_yaml::Limits::default())
    else {
        return diagnostic;
    };
    if let (Some(place), Some(line)) = (diagnostic.place.as_mut(), error.line()) {
        *place = Place::new(place.file.clone(), line, error.column().unwrap_or(0));
    }
    diagnostic.hint = std::str::from_utf8(bytes).ok().and_then(|text| error.advice(text)).map(str::to_owned);
    diagnostic
}

/// Refuses a link in a chart's folder that leads out of it. Helm follows it, whatever it leads to; a chart of others
/// could so take files of whoever renders it to a cluster.
fn stays_inside(chart: &Path, link: &Path) -> Result<(), Diagnostic> {
    let path = chart.join(link);
    let (Ok(to), Ok(root)) = (path.canonicalize(), chart.canonicalize()) else { return Ok(()) };
    if to.starts_with(&root) {
        return Ok(());
    }
    let message = format!("`{}` is a link that leads out of the chart, to {}", link.display(), to.display());
    Err(Diagnostic::error("chart/link", message)
        .at(Place::file(path.display().to_string()))
        .hint("put the file itself into the chart; `longshore helm` follows such links, as Helm does"))
}

/// A folder that is no chart, with what makes one.
fn no_chart(error: Diagnostic, path: &Path) -> Diagnostic {
    if error.hint.is_some() || !path.is_dir() || path.join("Chart.yaml").exists() {
        return error;
    }
    error.hint(format!(
        "`{}` must be a chart's folder, with a Chart.yaml, or an archive; plain manifests go under `manifests`",
        path.display()
    ))
}

/// A chart that cannot be installed: a library, one of another API version, or one whose dependencies are not all there.
fn not_installable(error: &longshore_chart::Error, chart: &Chart, path: &Path) -> Diagnostic {
    let mut diagnostic = error.diagnostic();
    if let Some(place) = &mut diagnostic.place {
        place.file = format!("{}/{}", chart.name(), place.file);
    }
    let diagnostic = in_chart(diagnostic, chart.name(), path);
    if error.kind() == ErrorKind::Load {
        let about = "write `apiVersion: v2`; v3 is an experiment of Helm 4, which renders such charts only below others";
        return diagnostic.hint(about);
    }
    if dependencies::missing(chart).is_empty() {
        return diagnostic;
    }
    diagnostic
        .hint(format!("`longshore helm dependency build {}` fetches what Chart.yaml lists", path.display()))
}

/// A chart's error, its places given as paths that can be opened from here.
fn in_chart(mut diagnostic: Diagnostic, chart: &str, path: &Path) -> Diagnostic {
    let report = &mut *diagnostic;
    let places =
        report.place.iter_mut().chain(report.chain.iter_mut().filter_map(|link| link.place.as_mut()));
    for place in places {
        openable(place, chart, path);
    }
    diagnostic
}

/// Names a file of a chart by its path, if it is there by itself.
fn openable(place: &mut Place, chart: &str, path: &Path) {
    if let Some(below) = place.file.strip_prefix(chart).and_then(|rest| rest.strip_prefix('/')) {
        let file = path.join(below);
        if file.is_file() {
            place.file = file.display().to_string();
        }
    }
}
