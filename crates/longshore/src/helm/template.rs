//! `helm template`.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::{
    Capabilities, Engine, ErrorKind, KubeVersion, Level, Options, Output, Release, RenderInput, dependencies,
    load, metadata,
};
use longshore_platform::World;

use super::cluster::{self, Asked, Install, Live};
use super::named::name_and_chart;
use super::settings::tell_all;
use super::{Settings, flags, locate, output, plugin, post_render, registry, say, versioned};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = flags::install(level, flags::Notes::Never);
    all.extend(flags::values());
    all.extend(flags::chart(level));
    all.extend([
        Flag::new(
            "api-versions",
            Kind::List,
            "API versions that the cluster is taken to have; may be repeated",
        )
        .short('a'),
        Flag::new("dry-run", Kind::Text, "client, or server to ask the cluster for what it is and has")
            .default("client")
            .bare("unset"),
        Flag::new("include-crds", Kind::Bool, "custom resource definitions too"),
        Flag::new("is-upgrade", Kind::Bool, "render as for an upgrade: .Release.IsUpgrade"),
        Flag::new("kube-version", Kind::Text, "Kubernetes version that the cluster is taken to have"),
        Flag::new("output-dir", Kind::Text, "write files below this folder, not to standard output"),
        Flag::new("release-name", Kind::Bool, "put the files of --output-dir below the release's name"),
        Flag::new("show-only", Kind::Texts, "only what these templates give; may be repeated").short('s'),
        Flag::new("skip-tests", Kind::Bool, "no test hooks"),
        match level.rules().major {
            3 => Flag::new("validate", Kind::Bool, "hold the objects against the cluster's schema"),
            _ => Flag::new("validate", Kind::Bool, "").deprecated("use '--dry-run=server' instead"),
        },
    ]);
    Command {
        usage: "template [NAME] [CHART]",
        aliases: &[],
        short: "render a chart's templates here and print them",
        long: "Renders a chart without a cluster and prints the objects, hooks behind the others.

What a cluster would say is assumed: its version and APIs are those that this level of Helm knows, or those that
--kube-version and --api-versions name; look-ups find nothing. With --dry-run=server it is asked.",
        flags: all,
        arguments: Arguments::AtLeast(1),
        exclusive: match level.rules().major {
            3 => &[],
            _ => &[
                &["validate", "dry-run"],
                &["force-replace", "force-conflicts"],
                &["force", "force-conflicts"],
            ],
        },
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let rules = settings.level.rules();
    let mut capabilities = Capabilities::assumed(rules);
    let wanted = matches.text("kube-version");
    if !wanted.is_empty() {
        capabilities.kube_version = KubeVersion::parse(wanted, rules)
            .map_err(|reason| anyhow!("invalid kube version '{wanted}': {reason}"))?;
    }
    registry::check_files(settings)?;
    let asked = Asked::of(settings, matches)?;
    capabilities.api_versions.extend(matches.all("api-versions").iter().cloned());
    settings.debug_version(matches, "Original chart version", "install.go", [225, 227]);
    let (name, chart) = name_and_chart(matches, |_| Some(String::from("release-name")))?;
    let path = locate::locate(chart, settings, matches)?;
    let shown = std::path::absolute(&path)?.display().to_string();
    settings.debug("Chart path", &[("path", &shown)], ("install.go:242", &format!("CHART PATH: {shown}\n")));
    let values = locate::user_values(settings, matches)?;
    // The process ends with this command: to take all of it apart piece by piece would be a twentieth of its time.
    let engine = ManuallyDrop::new(Engine::new(settings.level));
    let mut chart = versioned::open(&path, &engine)?;
    dependencies::check_kind(&chart).map_err(|error| anyhow!("{error}"))?;
    if chart.metadata().deprecated {
        settings.log("WARN", rules.deprecation);
    }
    if load::is_next(&chart, rules) {
        versioned::check_listed(&chart, &path, settings, matches, &engine)?;
        load::check_api(&chart, rules).map_err(|error| anyhow!("{error}"))?;
    }
    if let Err(missing) = dependencies::check_installable(&chart, rules) {
        if !matches.is_on("dependency-update") {
            bail!("{missing}");
        }
        chart = versioned::updated(&path, settings, matches, &engine)?;
    }
    let live = if asked == Asked::default() { None } else { Some(Live::connect(settings, matches, asked)?) };
    if let Err(reason) = metadata::validate_release_name(&name) {
        let problem = format!("release name {}: {reason}", locate::quoted(&name));
        if rules.major == 3 {
            bail!(problem);
        }
        say(&format!("level=ERROR msg=\"release name check failed\" error={}", locate::quoted(&problem)));
        bail!("release name check failed: {problem}");
    }
    if let Some(live) = live.as_ref().filter(|_| asked.validates) {
        capabilities = live.capabilities()?;
        if rules.major > 3 && !matches.is_on("skip-crds") && !chart.crds().is_empty() {
            let text = "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
            settings.log("WARN", text);
        }
    }
    let seen = live.as_ref().filter(|_| asked.looks_up).map(|live| live.world(settings.level));
    let world = World { asks_names: matches.is_on("enable-dns"), ..seen.unwrap_or_default() };
    let input = RenderInput {
        values,
        release: Release {
            name: &name,
            namespace: &settings.namespace,
            revision: 1,
            is_upgrade: matches.is_on("is-upgrade"),
        },
        capabilities,
        services: &world,
        options: Options { skip_schema: matches.is_on("skip-schema-validation"), ..Options::default() },
    };
    let chart = ManuallyDrop::new(chart);
    let rendered = match post_render::named(matches).filter(|_| rules.major > 3) {
        Some(name) => {
            let plugin = plugin::post_renderer(name, settings.level).map_err(anyhow::Error::msg)?;
            let arguments = matches.all("post-renderer-args");
            engine.render_through(&chart, &input, &mut |objects| plugin.post_render(arguments, objects))
        }
        None => engine.render(&chart, &input),
    };
    let rendered = rendered.map(ManuallyDrop::new);
    let warnings = match &rendered {
        Ok(rendered) => rendered.warnings.as_slice(),
        Err(error) => error.warnings(),
    };
    // What there was to say of the chart itself was told when it was loaded.
    tell_all(warnings.iter().skip(chart.warnings().len()), settings.level);
    let rendered = rendered.map_err(|error| match error.kind() {
        ErrorKind::Parse
        | ErrorKind::Execute
        | ErrorKind::Manifest
        | ErrorKind::PostRender
        | ErrorKind::Capabilities
            if !settings.debug =>
        {
            anyhow!("{error}\n\nUse --debug flag to render out invalid YAML")
        }
        ErrorKind::Parse | ErrorKind::Execute | ErrorKind::PostRender | ErrorKind::Capabilities => {
            // All that there is, which is nothing.
            let _ = super::print("\n");
            anyhow!("{error}")
        }
        ErrorKind::Manifest => match output::print_files(error.files(), matches, rules) {
            Ok(()) => anyhow!("{error}"),
            Err(problem) => problem,
        },
        _ => anyhow!("{error}"),
    })?;
    let folder = matches.text("output-dir");
    if let Some(live) = live.filter(|_| asked.validates && folder.is_empty()) {
        let install = Install {
            release: &name,
            namespace: &settings.namespace,
            is_upgrade: matches.is_on("is-upgrade"),
            takes_ownership: matches.is_on("take-ownership"),
            validates: !matches.is_on("disable-openapi-validation"),
            is_old: rules.major == 3,
        };
        let crds = matches.is_on("include-crds");
        let what = Output { crds, hooks: false, tests: false, hide_secrets: false };
        cluster::check(&live, &rendered.output(what), &install)?;
    }
    match folder {
        "" => output::print(&rendered, matches, rules),
        folder if matches.is_on("release-name") => {
            output::write(&rendered, matches, rules, &Path::new(folder).join(&name))
        }
        folder => output::write(&rendered, matches, rules, Path::new(folder)),
    }
}
