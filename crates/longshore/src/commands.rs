//! The commands, one file each.

mod check;
mod completion;
mod deploy;
mod destroy;
mod exec;
mod fleet;
mod frozen;
mod history;
mod init;
mod left;
mod logs;
mod plan;
mod port_forward;
mod render;
mod rollback;
mod set;
mod status;
mod update;
mod values;
mod version;

use std::sync::Arc;

use longshore_diag::Diagnostic;
use longshore_operate::{Scope, Target};
use longshore_platform::Session;
use longshore_release::Silent;
use tokio::runtime;

use crate::args::{Cli, ClusterArgs, Command, GlobalArgs, SelectArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings;

/// Runs what was asked for.
pub(crate) fn run(cli: &Cli, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(args) => init::run(args, printer),
        Command::Render(args) => render::run(global, args, printer),
        Command::Values(args) => values::run(global, args, printer),
        Command::Schema => {
            printer.result(&longshore_platform::project::schema(), || {
                format!("{:#}\n", longshore_platform::project::schema())
            })?;
            Ok(ExitStatus::Success)
        }
        Command::Check(args) => check::run(global, args, printer),
        Command::Update(args) => update::run(global, args, printer),
        Command::Vendor(args) => update::vendor(global, args, printer),
        Command::Completion(args) => completion::run(args, printer),
        Command::Helm(_) => Ok(misplaced("helm", printer)),
        Command::Kustomize(_) => Ok(misplaced("kustomize", printer)),
        Command::Version => version::run(printer),
        Command::Plan(args) => block_on(plan::run(global, args, printer)),
        Command::Deploy(args) => block_on(deploy::run(global, args, printer)),
        Command::Status(args) => block_on(status::run(global, args, printer)),
        Command::History(args) => block_on(history::run(global, args, printer)),
        Command::Rollback(args) => block_on(rollback::run(global, args, printer)),
        Command::Set(args) => block_on(set::run(global, args, printer)),
        Command::Destroy(args) => block_on(destroy::run(global, args, printer)),
        Command::Logs(args) => block_on(logs::run(global, args, printer)),
        Command::Exec(args) => block_on(exec::run(global, args, printer)),
        Command::PortForward(args) => block_on(port_forward::run(global, args, printer)),
    }
}

/// What a command that operates on pods works with: the session, and the releases as they were deployed last. `target`
/// is what was named of them.
async fn scope(
    global: &GlobalArgs,
    select: &SelectArgs,
    cluster: &ClusterArgs,
    target: Option<&Target>,
) -> anyhow::Result<(Session, Scope)> {
    let mut select = select.clone();
    if let Some(target) = target {
        select.only = vec![target.release.clone()];
    }
    let selection = settings::selection(global, &select, None, Some(cluster))?;
    let behaviour = settings::behaviour(None, None, false);
    let session = settings::connect(selection, cluster, &behaviour, Arc::new(Silent)).await?;
    let namespace = one_namespace(&session, "this", "as the first argument or with --only")?;
    let releases = session.selection.releases().map(|release| release.name.clone());
    let scope = Scope::read(&session.cluster, &namespace, releases).await?;
    if scope.objects().next().is_none() {
        let names: Vec<String> = scope.releases().map(|(name, _)| format!("`{name}`")).collect();
        let message =
            format!("nothing is deployed of {} in namespace `{}`", names.join(", "), scope.namespace);
        return Err(Diagnostic::error("operate/not-deployed", message)
            .hint("`longshore status` shows what is; `-e` and `-n` choose where to look")
            .into());
    }
    let scope = match target {
        Some(target) => scope.narrowed(target)?,
        None => scope,
    };
    Ok((session, scope))
}

/// The namespace of the chosen releases, where a command is about one; `what` is about it, `how` releases are chosen.
fn one_namespace(session: &Session, what: &str, how: &str) -> Result<String, Diagnostic> {
    let mut namespaces = session.selection.chosen_namespaces();
    if namespaces.len() == 1 {
        return Ok(namespaces.remove(0));
    }
    let message = format!(
        "environment `{}` is in the namespaces {}, and {what} is about one",
        session.environment(),
        namespaces.join(", ")
    );
    let releases: Vec<&str> = session.selection.releases().map(|release| release.name.as_str()).collect();
    Err(Diagnostic::error("usage/which-namespace", message)
        .at(session.selection.environment.place.clone())
        .hint(format!("name releases of one namespace {how}: {}", releases.join("|"))))
}

/// The words of a drop-in command are its own: flags of ours before it would be taken for its, or the reverse.
fn misplaced(command: &str, printer: &Printer) -> ExitStatus {
    let problem = Diagnostic::error("usage/drop-in", format!("`{command}` takes no flags before it"));
    printer.diagnostic(&problem.hint(format!("write `longshore {command} …`")));
    ExitStatus::Usage
}

/// The runtime is built only for commands that talk to a cluster.
fn block_on(command: impl Future<Output = anyhow::Result<ExitStatus>>) -> anyhow::Result<ExitStatus> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(command);
    // A credential plugin that hangs must not hold up the exit after Ctrl-C.
    runtime.shutdown_background();
    result
}
