//! `helm upgrade`.

use anyhow::{anyhow, bail};
use longshore_chart::values::{Coalescer, map_from_json, to_json};
use longshore_chart::{Chart, Engine, Level, Release as Rendering, metadata};
use longshore_go::{Map, Value};
use longshore_release::RecordsError;
use longshore_release::helm::{Before, DryRun, Upgrade};
use longshore_release::record::{Release, Status};

use super::drafted::{Drawing, draft};
use super::format::{self, Format};
use super::ground::Ground;
use super::install::{self, Asked};
use super::requested::{For, Requested, requested};
use super::settings::tell_all;
use super::{Settings, act, changed, flags, print, registry};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "upgrade [RELEASE] [CHART]",
        aliases: &[],
        short: "upgrade a release",
        long: "Renders a chart and makes a release's objects those that it gives.

Values that were given before are used again if none are given now; --reset-values, --reuse-values and
--reset-then-reuse-values say otherwise. With --install a release that is not there is installed.",
        flags: flags::upgrade(level),
        arguments: Arguments::Exactly(2),
        exclusive: match level.rules().major {
            3 => &[],
            _ => &[&["force-replace", "force-conflicts"], &["force", "force-conflicts"]],
        },
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    registry::check_files(settings)?;
    let [name, chart] = matches.arguments.as_slice() else { return Ok(()) };
    let is_old = settings.level.rules().major == 3;
    let dry_run = if is_old { None } else { Some(act::dry_run(settings, matches)?) };
    let is_table = format::of(matches) == Format::Table;
    if matches.is_on("install")
        && let Some(replace) = is_missing(settings, matches, name)?
    {
        if is_table {
            print(&format!("Release {name:?} does not exist. Installing it now.\n"))?;
        }
        let asked = Asked {
            dry_run,
            replace,
            server_side: is_old || matches.text("server-side") != "false",
            create_namespace: matches.is_on("create-namespace"),
        };
        let release = install::install(settings, matches, asked)?;
        return changed::print(&release, settings, matches);
    }
    if matches.text("version").is_empty() && matches.is_on("devel") {
        let text = "setting version to >0.0.0-0";
        settings.debug(text, &[], ("upgrade.go:183", text));
    }
    let engine = Engine::new(settings.level);
    let requested = requested(chart, settings, matches, &engine, For::Upgrade)?;
    let dry_run = match dry_run {
        Some(dry_run) => dry_run,
        None => act::dry_run(settings, matches)?,
    };
    let release = upgrade(name, requested, settings, matches, &engine, dry_run)
        .map_err(|error| act::failed("UPGRADE FAILED", error))?;
    if is_table {
        print(&format!("Release {name:?} has been upgraded. Happy Helming!\n"))?;
    }
    changed::print(&release, settings, matches)
}

/// Whether the release is to be installed: none, if it is there; else whether it was there once.
fn is_missing(settings: &Settings, matches: &Matches, name: &str) -> anyhow::Result<Option<bool>> {
    let ground = Ground::open(settings, matches)?;
    if metadata::validate_release_name(name).is_err() {
        bail!("release name is invalid: {name}");
    }
    match ground.wait(ground.operation.records.history(name)) {
        Err(RecordsError::NotFound) => Ok(Some(false)),
        Err(error) => Err(error.into()),
        // The last one of the driver's order, whatever its number is.
        Ok(history) => {
            let is_gone = history.last().is_some_and(|last| last.info.status == Status::Uninstalled);
            Ok(is_gone.then_some(true))
        }
    }
}

fn upgrade(
    name: &str,
    requested: Requested,
    settings: &Settings,
    matches: &Matches,
    engine: &Engine,
    dry_run: DryRun,
) -> anyhow::Result<Release> {
    let is_old = settings.level.rules().major == 3;
    let mut ground = Ground::open(settings, matches)?;
    let interrupt = act::interrupt(&ground, name);
    if metadata::validate_release_name(name).is_err() {
        bail!("release name is invalid: {name}");
    }
    let debug = |text: &str| {
        settings.debug(text, &[("name", name)], ("upgrade.go:170", &format!("{text} for {name}")));
    };
    debug("preparing upgrade");
    if !dry_run.is_on() && matches.is_on("hide-secret") {
        let hiding = if is_old { "Hiding" } else { "hiding" };
        bail!("{hiding} Kubernetes secrets requires a dry-run mode");
    }
    let mut before = ground.wait(Before::find(&ground.operation, name))?;
    let Requested { chart, values, times } = requested;
    let (chart, values) = reused(&chart, values, &mut before.current, settings, matches)?;
    let release = Rendering {
        name,
        namespace: &before.current.namespace,
        revision: i64::from(before.last.revision) + 1,
        is_upgrade: true,
    };
    let looks_up = dry_run != DryRun::Client;
    let drawing = Drawing { chart: &chart, times: &times, values, release, ground: Some(&ground), looks_up };
    let draft = draft(drawing, settings, matches, engine)?;
    let upgrade = Upgrade {
        name: name.to_owned(),
        labels: flags::pairs(matches, "labels"),
        description: matches.text("description").to_owned(),
        dry_run,
        server_side: if is_old { String::from("auto") } else { matches.text("server-side").to_owned() },
        force_conflicts: matches.is_on("force-conflicts"),
        force_replace: act::replaces(matches),
        take_ownership: matches.is_on("take-ownership"),
        no_hooks: matches.is_on("no-hooks"),
        strategy: act::strategy(settings, matches),
        wait_for_jobs: matches.is_on("wait-for-jobs"),
        rollback_on_failure: act::rolls_back(matches),
        cleanup_on_fail: matches.is_on("cleanup-on-fail"),
        recreate_pods: matches.is_on("recreate-pods"),
        validates: !matches.is_on("disable-openapi-validation"),
    };
    let kept = usize::try_from(flags::number(matches, "history-max")).unwrap_or_default();
    ground.operation.records = ground.operation.records.keeping(kept);
    Ok(ground.wait(upgrade.run(&ground.operation, before, draft, &interrupt))?)
}

/// The chart and the values, with what is used again of the revision before. As in Helm, a null that takes a value of
/// before away gets into the record of before.
fn reused(
    chart: &Chart,
    values: Map,
    current: &mut Release,
    settings: &Settings,
    matches: &Matches,
) -> anyhow::Result<(Chart, Map)> {
    let rules = settings.level.rules();
    let debug = |text: &str, beside: &[(&str, &str)]| settings.debug(text, beside, ("upgrade.go:1", text));
    let chart = chart.clone();
    let config = map_from_json(&current.config);
    if matches.is_on("reset-values") {
        debug("resetting values to the chart's original version", &[]);
        return Ok((chart, values));
    }
    if matches.is_on("reuse-values") || matches.is_on("reset-then-reuse-values") {
        let mut coalescer = Coalescer::new(rules);
        let mut old = None;
        if matches.is_on("reuse-values") {
            debug("reusing the old release's values", &[]);
            let chart = Chart::from_record_json(&current.chart).map_err(|error| anyhow!("{error}"))?;
            let coalesced = coalescer.coalesce(&chart, &config);
            old = Some(coalesced.map_err(|error| anyhow!("failed to rebuild old values: {error}"))?);
        } else {
            debug("merging values from old release to new values", &[]);
        }
        coalescer.overlay(&values, &config);
        tell_all(&coalescer.warnings, settings.level);
        if let serde_json::Value::Object(config) = to_json(&Value::Map(config)) {
            current.config = config;
        }
        return Ok((if let Some(old) = old { chart.with_values(&old) } else { chart }, values));
    }
    if values.is_empty() && !current.config.is_empty() {
        let revision = current.revision.to_string();
        debug("copying values from old release", &[("name", &current.name), ("version", &revision)]);
        return Ok((chart, config));
    }
    Ok((chart, values))
}
