//! Frozen plans on the command line: the file that `longshore plan -o FILE` writes, and `longshore deploy FILE`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use longshore_diag::{Diagnostic, Place};
use longshore_platform::{Behaviour, FrozenFile, Kustomizations, Selection, thaw};
use longshore_release::Observer;

use crate::args::DeployArgs;
use crate::commands::deploy::carry_out;
use crate::commands::fleet;
use crate::commands::plan::show;
use crate::exit::ExitStatus;
use crate::kustomize::ForReleases;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, deploying, keys};

/// Writes a frozen plan into a file, which only its owner may read.
pub(crate) fn write(bytes: &[u8], file: &Path, printer: &Printer) -> anyhow::Result<()> {
    let name = file.display().to_string();
    let failed = |error: std::io::Error| {
        Diagnostic::error("plan/write", format!("the plan cannot be written: {error}")).at(Place::file(&name))
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Whole or not at all; a temporary file is readable by its owner only, and stays so.
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    temporary.write_all(bytes).map_err(failed)?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
    let frozen = FrozenFile::read(bytes, &name)?;
    let digest = frozen.plans().first().map_or("", |plan| plan.digest());
    printer.say(format!("frozen into {name} ({digest})"));
    printer.say(format!("`longshore deploy {name}` carries it out"));
    Ok(())
}

/// Carries a frozen plan out, or shows what is left of it to do. Nobody is asked about deletions: they are in the
/// plan.
pub(crate) async fn deploy(args: &DeployArgs, file: &Path, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| {
        let diagnostic = Diagnostic::error("plan/unreadable", format!("the plan cannot be read: {error}"))
            .at(Place::file(&name));
        if error.kind() == std::io::ErrorKind::NotFound && !name.contains(['.', '/', '\\']) {
            return diagnostic.hint(format!(
                "`deploy FILE` carries out what `longshore plan -o FILE` has frozen; `--only {name}` deploys a release, `-e {name}` an environment"
            ));
        }
        diagnostic.hint("`longshore plan -o FILE` freezes one")
    })?;
    let mut frozen = FrozenFile::read(&bytes, &name)?;
    frozen.only(&args.select.cluster)?;
    for plan in frozen.plans() {
        for (what, asked, planned) in [
            ("environment", &args.select.environment, plan.environment()),
            ("namespace", &args.select.namespace, plan.namespace()),
        ] {
            if let Some(asked) = asked.as_deref().filter(|asked| *asked != planned) {
                let message = format!("the plan is for {what} `{planned}`, not for `{asked}`");
                printer.diagnostic(&Diagnostic::error("usage/other-plan", message).at(Place::file(&name)));
                return Ok(ExitStatus::Usage);
            }
        }
    }
    let identities = keys::of_plans(&args.identity)?;
    let kustomizations: Arc<dyn Kustomizations> = Arc::new(ForReleases);
    let mut selections = frozen.selections(args.cluster.context.as_deref(), &kustomizations)?;
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    // All plans of a file were made by one command, with the same flags.
    let plan = &frozen.plans()[0];
    let behaves = |selection: &Selection| -> Behaviour {
        let behaviour = plan.behaviour(behaviour(None, None, false));
        deploying(&args.wait, args.rollback_on_failure, selection, behaviour)
    };
    let command = format!("deploy {name}");
    if selections.len() > 1 {
        let fleet = fleet::reach(selections, &args.cluster, behaves, observer, printer).await?;
        let (mut fleet, planned) = fleet.thaw(&frozen, &identities).await.map_err(fleet::told(printer))?;
        if args.dry_run {
            return fleet::show(&fleet, &planned, printer, false);
        }
        return fleet::carry_out(&mut fleet, planned, &progress, printer, true, &command).await;
    }
    let selection = selections.remove(0);
    let behaviour = behaves(&selection);
    let session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let planned = thaw(&session, plan, &identities).await?;
    if args.dry_run {
        return show(&planned, printer, false);
    }
    carry_out(&session, planned, &progress, printer, true, &command).await
}
