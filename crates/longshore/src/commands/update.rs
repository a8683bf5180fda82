//! `longshore update`: the lock of charts that are fetched, of what kustomizations name elsewhere, and of images;
//! `longshore vendor`: all that but the images in the project.

use longshore_diag::{Diagnostic, Place, Severity};
use longshore_platform::project::{ChartSpec, GivenVar, ReleaseSpec};
use longshore_platform::{Choice, Platform, Selection, Update, Vendored, update};
use serde::Serialize;

use crate::args::{GlobalArgs, UpdateArgs, VendorArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::{settings, view};

/// What `update` prints for machines.
#[derive(Serialize)]
struct Result<'a> {
    #[serde(flatten)]
    update: &'a Update,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendored: Option<&'a Vendored>,
}

/// Makes the lock anew, over all environments and clusters, and says what that changes.
pub(crate) fn run(global: &GlobalArgs, args: &UpdateArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let platform = Platform::load_to_lock(global.file.as_deref(), &std::env::current_dir()?)?;
    let selections = everywhere(&platform, &args.vars.var)?;
    let update = update(&platform, &selections, &args.releases, args.diff)?;
    let mut vendored = None;
    if !args.dry_run {
        update.write()?;
        if args.vendor {
            let sources = settings::for_releases();
            vendored = Some(longshore_platform::vendor(&platform, &update.lock, &selections, &*sources)?);
        }
    }
    printer.result(&Result { update: &update, vendored: vendored.as_ref() }, || {
        let mut text = view::update::update(&update, printer);
        if let Some(vendored) = &vendored {
            text.push_str(&view::update::vendored(vendored, printer));
        }
        text
    })?;
    let mut is_open = false;
    for change in &update.images {
        let Some(problem) = &change.problem else { continue };
        // What was locked stays locked; what never was cannot be deployed.
        is_open |= change.new.is_none();
        let mut problem = problem.clone();
        if change.new.is_some() {
            problem.severity = Severity::Warning;
            problem = problem.note("it stays locked as it was");
        }
        printer.diagnostic(&problem);
    }
    let is_nothing = update.charts.is_empty() && update.bases.is_empty() && update.files.is_empty();
    if is_nothing && update.images.is_empty() {
        printer.say("no release takes anything from elsewhere: there is nothing to lock");
    } else if args.dry_run {
        printer.say("nothing was written");
    } else if update.changed {
        printer.say(format!("wrote {}", update.file));
    }
    if is_open {
        return Ok(ExitStatus::Failure);
    }
    Ok(if args.detailed_exitcode && update.changed { ExitStatus::Changes } else { ExitStatus::Success })
}

/// Puts what is locked into the project.
pub(crate) fn vendor(
    global: &GlobalArgs,
    args: &VendorArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let platform = Platform::load(global.file.as_deref(), &std::env::current_dir()?)?;
    let Some(lock) = &platform.lock else {
        if !takes_from_elsewhere(&platform, &args.vars.var)? {
            printer.result(&longshore_platform::Vendored::default(), String::new)?;
            printer.say("no release takes anything from elsewhere: there is nothing to put into the project");
            return Ok(ExitStatus::Success);
        }
        let shown = platform.lock_file().display().to_string();
        return Err(Diagnostic::error(
            "lock/missing",
            format!("there is no {shown}: nothing says which charts and bases are meant"),
        )
        .at(Place::file(&platform.project.file))
        .hint("`longshore update` makes it")
        .into());
    };
    // Charts need no environments, and so no variables.
    let has_bases = !(lock.bases.is_empty() && lock.files.is_empty());
    let selections = if has_bases { everywhere(&platform, &args.vars.var)? } else { Vec::new() };
    let vendored = longshore_platform::vendor(&platform, lock, &selections, &*settings::for_releases())?;
    printer.result(&vendored, || view::update::vendored(&vendored, printer))?;
    Ok(ExitStatus::Success)
}

/// Whether there would be anything to lock.
fn takes_from_elsewhere(platform: &Platform, vars: &[GivenVar]) -> anyhow::Result<bool> {
    let releases = &platform.project.releases;
    let is_fetched = |release: &ReleaseSpec| matches!(release.chart, Some(ChartSpec::Remote(_)));
    if releases.iter().any(is_fetched) || !releases.iter().any(|release| release.kustomize.is_some()) {
        return Ok(releases.iter().any(is_fetched));
    }
    Ok(longshore_platform::takes_from_elsewhere(&everywhere(platform, vars)?)?)
}

/// Every environment on each of its clusters, without their secrets.
fn everywhere(platform: &Platform, vars: &[GivenVar]) -> anyhow::Result<Vec<Selection>> {
    let sources = settings::for_releases();
    let names = platform.project.environments.iter().map(|environment| Some(environment.name.clone()));
    let mut names: Vec<Option<String>> = names.collect();
    if names.is_empty() {
        names.push(None);
    }
    let mut all = Vec::new();
    for environment in names {
        // Which namespace it is decides nothing here, and `-n` may be the only one who says it.
        let named = environment.as_deref().and_then(|name| platform.project.environment(Some(name)).ok());
        let has_namespace = named.is_some_and(|environment| environment.namespace.is_some());
        let namespace = (!has_namespace).then(|| "default".to_owned());
        let choice = Choice { environment, namespace, vars: vars.to_vec(), ..Choice::default() };
        let selections = Selection::all(platform, &choice, &sources)?;
        all.extend(selections.into_iter().map(Selection::without_secrets));
    }
    Ok(all)
}
