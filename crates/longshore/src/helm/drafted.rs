//! A chart rendered for a cluster, as a draft of a release's next revision.

use anyhow::anyhow;
use longshore_chart::{
    Capabilities, Chart, Engine, Error, ErrorKind, Options, Output, Release, RenderInput, Rendered, values,
};
use longshore_go::{Map, Value};
use longshore_platform::World;
use longshore_release::helm::Draft;
use longshore_release::record::Hook;

use super::cluster::Live;
use super::ground::Ground;
use super::modified::Times;
use super::settings::tell_all;
use super::{Settings, plugin, post_render};
use crate::cobra::Matches;

/// What is rendered.
pub(super) struct Drawing<'a> {
    pub(super) chart: &'a Chart,
    pub(super) times: &'a Times,
    pub(super) values: Map,
    pub(super) release: Release<'a>,
    /// The cluster that charts are told of, and may ask.
    pub(super) ground: Option<&'a Ground>,
    /// Whether they may ask it.
    pub(super) looks_up: bool,
}

/// Renders it.
///
/// # Errors
/// It cannot be rendered, in Helm's words.
pub(super) fn draft(
    drawing: Drawing<'_>,
    settings: &Settings,
    matches: &Matches,
    engine: &Engine,
) -> anyhow::Result<Draft> {
    let rules = settings.level.rules();
    let connected;
    let live = match drawing.ground.map(Ground::live) {
        None => None,
        Some(Some(live)) => Some(live),
        // Records in memory need no cluster, but charts are told of one.
        Some(None) => {
            connected = Live::reach(settings, matches).map_err(unknown)?;
            Some(&connected)
        }
    };
    let capabilities = match live {
        Some(live) => live.capabilities()?,
        None => Capabilities::assumed(rules),
    };
    let seen = live.filter(|_| drawing.looks_up).map(|live| live.world(settings.level));
    let world = World { asks_names: matches.is_on("enable-dns"), ..seen.unwrap_or_default() };
    let config = values::to_json(&Value::Map(drawing.values.clone()));
    let input = RenderInput {
        values: drawing.values,
        release: drawing.release,
        capabilities,
        services: &world,
        options: Options {
            skip_schema: matches.is_on("skip-schema-validation"),
            subchart_notes: matches.is_on("render-subchart-notes"),
            ..Options::default()
        },
    };
    let rendered = match post_render::named(matches).filter(|_| rules.major > 3) {
        Some(name) => {
            let plugin = plugin::post_renderer(name, settings.level).map_err(anyhow::Error::msg)?;
            let arguments = matches.all("post-renderer-args");
            engine
                .render_through(drawing.chart, &input, &mut |objects| plugin.post_render(arguments, objects))
        }
        None => engine.render(drawing.chart, &input),
    };
    let warnings = match &rendered {
        Ok(rendered) => rendered.warnings.as_slice(),
        Err(error) => error.warnings(),
    };
    // What there was to say of the chart itself was told when it was loaded.
    tell_all(warnings.iter().skip(drawing.chart.warnings().len()), settings.level);
    let rendered = rendered.map_err(|error| told(&error, settings, drawing.release.is_upgrade))?;
    drafted(&rendered, &config, drawing.times, settings, matches)
}

/// That the cluster does not say what it is.
fn unknown(error: anyhow::Error) -> anyhow::Error {
    let text = error.to_string();
    match text.split_once("ubernetes cluster unreachable: ") {
        Some((_, problem)) => anyhow!("could not get server version from Kubernetes: {problem}"),
        None => error,
    }
}

fn told(error: &Error, settings: &Settings, is_upgrade: bool) -> anyhow::Error {
    const STAGE: &str = "chart dependencies processing failed";
    let text = error.to_string();
    let behind = text.strip_prefix(STAGE).and_then(|rest| rest.strip_prefix(": "));
    match behind.filter(|_| error.kind() == ErrorKind::Dependency) {
        // An upgrade does not name the stage.
        Some(behind) if is_upgrade => anyhow!(behind.to_owned()),
        Some(behind) => {
            settings.log_with("ERROR", STAGE, &[("error", behind)]);
            anyhow!(text)
        }
        None => anyhow!(text),
    }
}

fn drafted(
    rendered: &Rendered,
    config: &serde_json::Value,
    times: &Times,
    settings: &Settings,
    matches: &Matches,
) -> anyhow::Result<Draft> {
    let output = Output { hide_secrets: matches.is_on("hide-secret"), ..Output::default() };
    let mut manifest = rendered.manifest_with(output);
    if settings.level.rules().major == 3 && post_render::named(matches).is_some() {
        manifest = post_render::through_program(matches, &manifest)?;
    }
    let mut chart = rendered.chart.to_record_json();
    times.stamp(&mut chart);
    Ok(Draft {
        chart,
        config: config.as_object().cloned().unwrap_or_default(),
        manifest,
        hooks: rendered.hooks.iter().map(Hook::from).collect(),
        notes: rendered.notes.clone(),
    })
}
