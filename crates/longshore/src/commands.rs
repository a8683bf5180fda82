//! The commands, one file each.

mod completion;
mod deploy;
mod destroy;
mod history;
mod init;
mod plan;
mod render;
mod rollback;
mod set;
mod status;
mod version;

use tokio::runtime;

use longshore_diag::Diagnostic;

use crate::args::{Cli, Command};
use crate::exit::ExitStatus;
use crate::printer::Printer;

/// Runs what was asked for.
pub(crate) fn run(cli: &Cli, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(args) => init::run(args, printer),
        Command::Render(args) => render::run(global, args, printer),
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
    }
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
