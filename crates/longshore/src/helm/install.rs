//! `helm install`.

use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, Engine, File, Level, Release as Rendering, dependencies};
use longshore_go::Map;
use longshore_release::SystemClock;
use longshore_release::helm::{CreateOptions, Definitions, DryRun, Install, install_definitions};
use longshore_release::record::Release;

use super::drafted::{Drawing, draft};
use super::ground::Ground;
use super::named::name_and_chart;
use super::requested::{For, Requested, requested};
use super::{Settings, act, changed, flags, format, registry};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = flags::install(level, flags::Notes::Shown);
    all.extend(flags::values());
    all.extend(flags::chart(level));
    all.extend([
        act::dry_run_flag(level),
        Flag::new("hide-secret", Kind::Bool, "with --dry-run: do not show Secrets"),
        format::flag(),
    ]);
    Command {
        usage: "install [NAME] [CHART]",
        aliases: &[],
        short: "install a chart",
        long: "Renders a chart and applies its objects to a cluster as a release of that name.

The chart is a folder, an archive, `repository/name`, an address, or a name with --repo. Objects that are there already
and are not the release's are refused, unless --take-ownership says otherwise.",
        flags: all,
        arguments: Arguments::AtLeast(1),
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
    let is_old = settings.level.rules().major == 3;
    // 3.x looks at it later.
    let dry_run = if is_old { None } else { Some(act::dry_run(settings, matches)?) };
    let asked = Asked {
        dry_run,
        replace: matches.is_on("replace"),
        server_side: is_old || matches.is_on("server-side"),
        create_namespace: matches.is_on("create-namespace"),
    };
    let release = install(settings, matches, asked);
    let release = release.map_err(|error| act::failed("INSTALLATION FAILED", error))?;
    changed::print(&release, settings, matches)
}

/// What `install` and `upgrade --install` say differently.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// If it is known yet.
    pub(super) dry_run: Option<DryRun>,
    pub(super) replace: bool,
    pub(super) server_side: bool,
    pub(super) create_namespace: bool,
}

/// Installs the chart that the arguments name.
///
/// # Errors
/// What went wrong, in Helm's words.
pub(super) fn install(settings: &Settings, matches: &Matches, asked: Asked) -> anyhow::Result<Release> {
    settings.debug_version(matches, "Original chart version", "install.go", [225, 227]);
    let (name, chart) =
        name_and_chart(matches, |chart| matches.is_on("generate-name").then(|| generated(chart)))?;
    let engine = Engine::new(settings.level);
    let Requested { chart, values, times } = requested(chart, settings, matches, &engine, For::Install)?;
    let dry_run = match asked.dry_run {
        Some(dry_run) => dry_run,
        None => act::dry_run(settings, matches)?,
    };
    let is_old = settings.level.rules().major == 3;
    let install = Install {
        name: name.clone(),
        labels: flags::pairs(matches, "labels"),
        description: matches.text("description").to_owned(),
        dry_run,
        server_side: asked.server_side,
        force_conflicts: matches.is_on("force-conflicts"),
        force_replace: act::replaces(matches),
        take_ownership: matches.is_on("take-ownership"),
        create_namespace: asked.create_namespace,
        replace: asked.replace,
        no_hooks: matches.is_on("no-hooks"),
        strategy: act::strategy(settings, matches),
        wait_for_jobs: matches.is_on("wait-for-jobs"),
        rollback_on_failure: act::rolls_back(matches),
        validates: !matches.is_on("disable-openapi-validation"),
    };
    // 3.x asks the cluster in any case.
    let ground = match dry_run {
        DryRun::Client if !is_old => None,
        _ => Some(Ground::open(settings, matches).map_err(|error| unreachable(settings, error))?),
    };
    if !dry_run.is_on() && matches.is_on("hide-secret") {
        if is_old {
            bail!("Hiding Kubernetes secrets requires a dry-run mode");
        }
        settings.log("ERROR", "hiding Kubernetes secrets requires a dry-run mode");
        bail!("hiding Kubernetes secrets requires a dry-run mode");
    }
    // From here on an end is asked for in words.
    let asked_by = matches.arguments.first().map_or("", String::as_str);
    let interrupt = ground.as_ref().map(|ground| act::interrupt(ground, asked_by));
    let checking = install.check_name(ground.as_ref().map(|ground| &ground.operation));
    let checked = match &ground {
        Some(ground) => ground.wait(checking),
        None => futures::executor::block_on(checking),
    };
    checked.map_err(|error| {
        let problem = error.to_string();
        if is_old {
            return anyhow!(problem);
        }
        settings.log_with("ERROR", "release name check failed", &[("error", &problem)]);
        anyhow!("release name check failed: {problem}")
    })?;
    if let Some(ground) = &ground {
        let crds = definitions(&chart, &values, settings);
        if !crds.is_empty() && !matches.is_on("skip-crds") {
            make_definitions(&crds, &install, ground, settings)?;
        }
    }
    let release = Rendering { name: &name, namespace: &settings.namespace, revision: 1, is_upgrade: false };
    let looks_up = dry_run != DryRun::Client;
    let drawing =
        Drawing { chart: &chart, times: &times, values, release, ground: ground.as_ref(), looks_up };
    let draft = draft(drawing, settings, matches, &engine)?;
    let (Some(ground), Some(interrupt)) = (&ground, &interrupt) else {
        install.check_labels()?;
        let now = longshore_release::Clock::now(&SystemClock);
        let mut release = draft.install(&name, &settings.namespace, install.server_side, now);
        release.info.description = String::from("Dry run complete");
        return Ok(release);
    };
    Ok(ground.wait(install.run(&ground.operation, draft, interrupt))?)
}

/// That the cluster does not answer, as an install says it.
fn unreachable(settings: &Settings, error: anyhow::Error) -> anyhow::Error {
    let problem = error.to_string();
    if settings.level.rules().major == 3 || !problem.starts_with("kubernetes cluster unreachable") {
        return error;
    }
    let problem = format!("cluster reachability check failed: {problem}");
    settings.log("ERROR", &problem);
    anyhow!(problem)
}

/// The definitions of the chart and of the charts that it uses with those values.
fn definitions(chart: &Chart, values: &Map, settings: &Settings) -> Vec<Definitions> {
    if chart.crds().is_empty() {
        return Vec::new();
    }
    let rules = settings.level.rules();
    // What there is to say of it is said when it is rendered.
    let resolved = dependencies::resolve(chart, values, rules, &mut Vec::new());
    let crds = resolved.map(|chart| chart.crds()).unwrap_or_default();
    let of_file = |file: File| Definitions {
        // Its path from the top is longer than the name that Helm knows it by.
        name: file.name.rfind("crds/").map_or_else(|| file.name.clone(), |at| file.name[at..].to_owned()),
        text: file.data.to_str_lossy().into_owned(),
    };
    crds.into_iter().map(of_file).collect()
}

fn make_definitions(
    crds: &[Definitions],
    install: &Install,
    ground: &Ground,
    settings: &Settings,
) -> anyhow::Result<()> {
    if install.dry_run.is_on() {
        let text =
            "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
        if settings.level.rules().major > 3 {
            settings.log("WARN", text);
        }
        return Ok(());
    }
    let options =
        CreateOptions { force_conflicts: install.force_conflicts, ..CreateOptions::new(install.server_side) };
    Ok(ground.wait(install_definitions(&ground.operation, crds, options, install.strategy))?)
}

/// A name after the chart's, and the time.
fn generated(chart: &str) -> String {
    let base = Path::new(chart).file_name().map(|name| name.to_string_lossy().into_owned());
    let base = base.unwrap_or_else(|| String::from("chart"));
    let base = base.split('.').next().unwrap_or_default();
    format!("{base}-{}", jiff::Timestamp::now().as_second())
}
