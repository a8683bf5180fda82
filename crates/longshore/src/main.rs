//! The command line: settings, wiring, presentation.
//!
//! What happens is decided in the crates below; this one reads what was typed ([`args`]), turns it into
//! what a command works with ([`settings`]), runs the command ([`commands`]), and says what came out
//! ([`printer`], [`view`], [`progress`]).

mod args;
mod cobra;
mod commands;
mod exit;
mod fault;
mod helm;
mod kustomize;
mod live;
mod printer;
mod process;
mod progress;
mod settings;
mod terminal;
mod view;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use longshore_diag::Diagnostic;
use longshore_release::ReleaseError;
use tracing_subscriber::EnvFilter;

use crate::args::Cli;
use crate::exit::ExitStatus;
use crate::printer::Printer;

fn main() -> ExitCode {
    if let Some((words, _)) = drop_in_words("helm") {
        return helm::main(&words);
    }
    if let Some((words, is_called_so)) = drop_in_words("kustomize") {
        return kustomize::main(&words, is_called_so);
    }
    let parsed = Cli::try_parse().and_then(|cli| cli.misused_output().map_or(Ok(cli), Err));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let words: Vec<String> =
                std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            let error = args::explained(error, &words);
            // Help and versions were asked for and go to standard output; mistakes go to standard error.
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return if asked_for { ExitStatus::Success } else { ExitStatus::Usage }.into();
        }
    };
    let printer = Printer::new(&cli.global);
    if cli.global.verbose > 0 {
        let level = if cli.global.verbose > 1 { "debug" } else { "info" };
        let filter = EnvFilter::new(format!(
            "warn,longshore={level},longshore_cluster={level},longshore_release={level}"
        ));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
    match commands::run(&cli, &printer) {
        Ok(status) => status.into(),
        Err(error) => {
            printer.diagnostic(&explain(error));
            ExitStatus::Failure.into()
        }
    }
}

/// The words of Helm's or Kustomize's command line: behind `longshore NAME`, or behind the program's name if that is it;
/// and whether that is so.
fn drop_in_words(name: &str) -> Option<(Vec<String>, bool)> {
    let mut words = std::env::args_os();
    let program = words.next()?;
    let is_called_so = std::path::Path::new(&program).file_stem().is_some_and(|stem| stem == name);
    let mut words = words.map(|word| word.to_string_lossy().into_owned());
    if is_called_so || words.next()? == name {
        // A name that is no text cannot be a flag, and as a path is not found.
        return Some((words.collect(), is_called_so));
    }
    None
}

/// Every error that reaches the top, as a diagnostic.
fn explain(error: anyhow::Error) -> Diagnostic {
    match error.downcast::<Diagnostic>() {
        Ok(diagnostic) => diagnostic,
        Err(error) => match error.downcast::<ReleaseError>() {
            Ok(error) => error.into_diagnostic(),
            Err(error) => Diagnostic::error("longshore/error", format!("{error:#}")),
        },
    }
}
