//! The program: without a word it is the service, with `load` and `listen` it asks one.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use longshore_standin::ask::{listen, load};
use longshore_standin::service::Service;
use longshore_standin::settings::Settings;
use tokio::signal::unix::{SignalKind, signal};

/// Stands in for a service; how is told by the environment (STANDIN_…)
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "Examples:
  STANDIN_LISTEN=127.0.0.1:8000 STANDIN_READY_DELAY=3 longshore-standin
  longshore-standin load --url http://127.0.0.1:8000/ --seconds 10
  longshore-standin listen --url ws://127.0.0.1:8000/ws/ --seconds 180";

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask again and again, and count what was answered; exit code 1 if anything failed
    Load(load::Options),
    /// Keep streams open and count what comes; exit code 1 if one ended or left something out
    Listen(listen::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let code = runtime.block_on(run(arguments.command));
    // A crash does not wait for anybody.
    runtime.shutdown_background();
    code.unwrap_or_else(|error| failed(&error))
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
    ExitCode::FAILURE
}

async fn run(command: Option<Command>) -> Result<ExitCode> {
    let stop = stop()?;
    match command {
        None => serve(stop).await,
        Some(Command::Load(options)) => {
            let report = load::run(&options, stop).await?;
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
            Ok(if report.failed == 0 && report.answered > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some(Command::Listen(options)) => {
            let reports = listen::run(&options, stop).await?;
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&reports)?)?;
            let fine = reports.iter().all(listen::Report::is_whole);
            Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

async fn serve(stop: impl Future<Output = ()>) -> Result<ExitCode> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        // What is no text is no setting of anybody's.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    let settings = Settings::read(variables)?;
    for name in &settings.unknown {
        writeln!(std::io::stderr(), "warning: {name} is not a setting")?;
    }
    let (name, version) = (settings.name.clone(), settings.version.clone());
    let service = Service::bind(settings).await?;
    writeln!(std::io::stdout(), "{name} {version} listens on {}", service.address())?;
    let code = service.run(stop, std::io::stdout()).await?;
    writeln!(std::io::stdout(), "{name} ends with {code}")?;
    Ok(ExitCode::from(code))
}

/// Waits until somebody wants the program to end.
fn stop() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_whole() {
        Arguments::command().debug_assert();
    }
}
