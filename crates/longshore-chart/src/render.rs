//! Rendering: from a chart and values to manifests, hooks and notes.

mod name;
mod output;
mod post;

pub use name::release_name;
pub use output::Output;
pub use post::PostRender;

use std::collections::BTreeMap;

use longshore_diag::{Link, Place};
use longshore_go::Map;

use crate::Log;
use crate::compat::Level;
use crate::dependencies;
use crate::engine::Engine;
use crate::functions::Services;
use crate::manifest::{self, Bad, Hook, Manifest};
use crate::origin::Origins;
use crate::values::Coalescer;
use crate::{Capabilities, Chart, Error, ErrorKind, File, Trace};

/// The release that is rendered: `.Release`.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its revision; 1 for an install.
    pub revision: i64,
    /// Whether it is upgraded, not installed.
    pub is_upgrade: bool,
}

/// All that a render depends on, beside the chart.
pub struct RenderInput<'a> {
    /// What the user gave ([`crate::values::merge`]); stays as it is.
    pub values: Map,
    /// The release.
    pub release: Release<'a>,
    /// What the cluster can do.
    pub capabilities: Capabilities,
    /// Time, randomness, the cluster.
    pub services: &'a dyn Services,
    /// The rest.
    pub options: Options,
}

/// Switches of a render; the default is `helm template` without flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Values are not held against the schemas.
    pub skip_schema: bool,
    /// The notes of subcharts are appended to those of the chart.
    pub subchart_notes: bool,
    /// A missing key is an error, as for `helm lint --strict`'s engine.
    pub strict: bool,
}

/// What a chart renders to.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The documents of the release, in the order of installation.
    pub manifests: Vec<Manifest>,
    /// The hooks, in the same order.
    pub hooks: Vec<Hook>,
    /// NOTES.txt; empty if there is none.
    pub notes: String,
    /// The files of `crds/`, each named by its path from the top.
    pub crds: Vec<File>,
    /// The chart as a release record holds it: without unused dependencies, with imported values.
    pub chart: Chart,
    /// What Helm would have logged, in its words.
    pub warnings: Vec<Log>,
    /// Every rendered file by its path, notes taken out.
    pub files: BTreeMap<String, String>,
}

/// Renders a chart. For many renders keep an [`Engine`], which parses each template once.
///
/// # Errors
/// What `helm template` prints after `Error: `.
///
/// ```
/// use longshore_chart::{Capabilities, Chart, File, Level, Options, Release, RenderInput, render};
/// struct NoServices;
/// impl longshore_chart::Services for NoServices {
///     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
/// }
/// let level = Level::default();
/// let chart = Chart::load([
///     File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
///     File::new("values.yaml", "port: 80"),
///     File::new("templates/service.yaml", "kind: Service\nport: {{ .Values.port }}\nof: {{ .Release.Name }}\n"),
/// ], level)?;
/// let rendered = render(&chart, &RenderInput {
///     values: longshore_go::Map::new(),
///     release: Release { name: "shop", namespace: "default", revision: 1, is_upgrade: false },
///     capabilities: Capabilities::assumed(level.rules()),
///     services: &NoServices,
///     options: Options::default(),
/// }, level)?;
/// assert_eq!(
///     rendered.helm_template_output(),
///     "---\n# Source: web/templates/service.yaml\nkind: Service\nport: 80\nof: shop\n"
/// );
/// # Ok::<(), longshore_chart::Error>(())
/// ```
pub fn render(chart: &Chart, input: &RenderInput<'_>, level: Level) -> Result<Rendered, Error> {
    Engine::new(level).render(chart, input)
}

impl Engine {
    /// Renders a chart.
    ///
    /// # Errors
    /// As [`render`].
    pub fn render(&self, chart: &Chart, input: &RenderInput<'_>) -> Result<Rendered, Error> {
        self.render_with(chart, input, None, None)
    }

    /// Renders a chart, and tells where each line comes from. It takes about twice as long.
    ///
    /// # Errors
    /// As [`render`].
    pub fn render_traced(
        &self,
        chart: &Chart,
        input: &RenderInput<'_>,
    ) -> Result<(Rendered, Origins), Error> {
        let mut origins = Origins::default();
        let rendered = self.render_with(chart, input, Some(&mut origins), None)?;
        Ok((rendered, origins))
    }

    /// Renders a chart, all of whose objects go through `post_render`, hooks too: as Helm 4 does with a post-renderer.
    ///
    /// # Errors
    /// As [`render`], and [`ErrorKind::PostRender`].
    ///
    /// ```
    /// # use longshore_chart::{Capabilities, Chart, Engine, File, Level, Options, Release, RenderInput};
    /// # struct NoServices;
    /// # impl longshore_chart::Services for NoServices {
    /// #     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
    /// # }
    /// let level = Level::default();
    /// let chart = Chart::load([
    ///     File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
    ///     File::new("templates/service.yaml", "kind: Service\n"),
    /// ], level)?;
    /// let input = RenderInput {
    ///     // As for `render`.
    /// #   values: longshore_go::Map::new(),
    /// #   release: Release { name: "shop", namespace: "default", revision: 1, is_upgrade: false },
    /// #   capabilities: Capabilities::assumed(level.rules()),
    /// #   services: &NoServices,
    /// #   options: Options::default(),
    /// };
    /// let mut upgrade = |objects: &[u8]| Ok([objects, b"---\nkind: More\n"].concat());
    /// let rendered = Engine::new(level).render_through(&chart, &input, &mut upgrade)?;
    /// assert_eq!(rendered.manifests[1].path, "generated-by-postrender-1.yaml");
    /// # Ok::<(), longshore_chart::Error>(())
    /// ```
    pub fn render_through(
        &self,
        chart: &Chart,
        input: &RenderInput<'_>,
        post_render: &mut PostRender<'_>,
    ) -> Result<Rendered, Error> {
        self.render_with(chart, input, None, Some(post_render))
    }

    /// The values that the templates of a chart see, whose dependencies are resolved ([`Rendered::chart`]), from what
    /// the user gave.
    ///
    /// # Errors
    /// As [`Coalescer::coalesce`].
    pub fn effective_values(&self, chart: &Chart, values: &Map) -> Result<Map, Error> {
        Coalescer::new(self.level().rules()).coalesce(chart, values)
    }

    fn render_with(
        &self,
        chart: &Chart,
        input: &RenderInput<'_>,
        origins: Option<&mut Origins>,
        post_render: Option<&mut PostRender<'_>>,
    ) -> Result<Rendered, Error> {
        let mut warnings = chart.warnings().to_vec();
        match self.render_warning(chart, input, origins, post_render, &mut warnings) {
            Ok(rendered) => Ok(Rendered { warnings, ..rendered }),
            Err(error) => Err(error.warned(warnings)),
        }
    }

    fn render_warning(
        &self,
        chart: &Chart,
        input: &RenderInput<'_>,
        mut origins: Option<&mut Origins>,
        post_render: Option<&mut PostRender<'_>>,
        warnings: &mut Vec<Log>,
    ) -> Result<Rendered, Error> {
        let rules = self.level().rules();
        let loaded = chart;
        let chart = dependencies::resolve(loaded, &input.values, rules, warnings)?;
        let mut coalescer = Coalescer::new(rules);
        let values = coalescer.coalesce(&chart, &input.values);
        warnings.append(&mut coalescer.warnings);
        let values = values?;
        let fit = || is_version_fit(&chart, input);
        let (mut files, mut broken) = self.execute(&chart, &values, input, fit, origins.as_deref_mut())?;
        loaded.check_read()?;
        let notes = take_notes(&mut files, &chart, input.options.subchart_notes);
        let is_posted = post_render.is_some();
        if let Some(post_render) = post_render {
            files = post::run(&files, rules, post_render)
                .map_err(|reason| Error::new(ErrorKind::PostRender, reason))?;
            broken.clear();
        }
        let sorted = match manifest::sort(&files, &broken, rules, warnings) {
            Ok(sorted) => sorted,
            Err(bad) => {
                let error = if is_posted {
                    // No line of it is a template's any more.
                    Error::new(ErrorKind::Manifest, bad.to_string()).at(Place::new(bad.path, 0, 0))
                } else {
                    self.located(bad, &chart, input, origins.as_deref().cloned())
                };
                return Err(error.having(files));
            }
        };
        Ok(Rendered {
            manifests: sorted.manifests,
            hooks: sorted.hooks,
            notes,
            crds: chart.crds(),
            chart,
            warnings: Vec::new(),
            files,
        })
    }

    /// The error of a document that is no YAML, with the line of the template that wrote the bad line: the chart is
    /// executed once more, with a tracer, if it was not before.
    fn located(&self, bad: Bad, chart: &Chart, input: &RenderInput<'_>, origins: Option<Origins>) -> Error {
        let origins = origins.or_else(|| {
            let mut origins = Origins::default();
            // Templates may have changed the values of the first time.
            let values = Coalescer::new(self.level().rules()).coalesce(chart, &input.values).ok()?;
            let options = Options { skip_schema: true, ..input.options };
            let capabilities = input.capabilities.clone();
            let input = RenderInput { values: Map::new(), capabilities, options, ..*input };
            self.execute(chart, &values, &input, || Ok(()), Some(&mut origins)).ok()?;
            Some(origins)
        });
        let origin = bad.line.and_then(|line| origins.as_ref()?.of_line(&bad.path, line));
        let error = Error::new(ErrorKind::Manifest, bad.to_string());
        let Some((origin, text)) = origin else { return error.at(Place::new(bad.path, 0, 0)) };
        let mut chain = vec![Link { doing: format!("which became the line `{}`", text.trim()), place: None }];
        let calls = origin.calls.into_iter().rev();
        chain.extend(calls.map(|place| Link { doing: String::from("called"), place: Some(place) }));
        error.at(origin.place).traced(Trace { message: bad.to_string(), chain })
    }
}

/// Whether the cluster is one that the chart is for.
fn is_version_fit(chart: &Chart, input: &RenderInput<'_>) -> Result<(), Error> {
    let wanted = &chart.metadata().kube_version;
    let version = &input.capabilities.kube_version;
    if wanted.is_empty() || dependencies::is_compatible(wanted, &version.normalized) {
        return Ok(());
    }
    let text = format!(
        "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}",
        version.version
    );
    Err(Error::new(ErrorKind::Capabilities, text))
}

/// Takes every NOTES.txt out of the rendered files; gives that of the chart, or of all charts, each after
/// a line end. Where Helm takes them in random order, ours is that of the paths.
fn take_notes(files: &mut BTreeMap<String, String>, chart: &Chart, of_subcharts: bool) -> String {
    const SUFFIX: &str = "NOTES.txt";
    let own = format!("{}/templates/{SUFFIX}", chart.name());
    let paths: Vec<String> = files.keys().filter(|path| path.ends_with(SUFFIX)).cloned().collect();
    let mut notes = String::new();
    for path in paths {
        let Some(text) = files.remove(&path) else { continue };
        if of_subcharts || path == own {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(&text);
        }
    }
    notes
}
