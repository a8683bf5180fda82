//! What the commands that change releases have in common: what `--dry-run`, `--wait` and their kin say, and interruption.

use anyhow::{anyhow, bail};
use futures::future::FutureExt as _;
use longshore_chart::Level;
use longshore_go::strconv;
use longshore_release::helm::wait::Strategy;
use longshore_release::helm::{DryRun, Interrupt};

use super::ground::Ground;
use super::locate::quoted;
use super::{Settings, flags};
use crate::cobra::{Fatal, Flag, Kind, Matches, print};

/// `--dry-run` of the commands that change releases.
pub(super) fn dry_run_flag(level: Level) -> Flag {
    let flag = Flag::new("dry-run", Kind::Text, "only try: none, client, or server to ask the cluster");
    match level.rules().major {
        3 => flag.bare("client"),
        _ => flag.default("none").bare("unset"),
    }
}

/// What it says.
///
/// # Errors
/// The value is none, in Helm's words.
pub(super) fn dry_run(settings: &Settings, matches: &Matches) -> anyhow::Result<DryRun> {
    let value = matches.text("dry-run");
    if settings.level.rules().major == 3 {
        return match value {
            "" | "none" | "false" => Ok(DryRun::None),
            "client" | "true" => Ok(DryRun::Client),
            "server" => Ok(DryRun::Server),
            _ => {
                bail!(
                    "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server"
                )
            }
        };
    }
    match value {
        "unset" => {
            settings.log("WARN", "--dry-run is deprecated and should be replaced with '--dry-run=client'");
            Ok(DryRun::Client)
        }
        "client" => Ok(DryRun::Client),
        "server" => Ok(DryRun::Server),
        "none" => Ok(DryRun::None),
        _ => {
            let is_on = strconv::parse_bool(value.as_bytes()).map_err(|_| {
                anyhow!(
                    "invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\"",
                    quoted(value)
                )
            })?;
            let (way, name) = if is_on { (DryRun::Client, "client") } else { (DryRun::None, "none") };
            settings.log("WARN", &format!(
                "boolean '--dry-run={is_on}' flag is deprecated and must be replaced with '--dry-run={name}'"
            ));
            Ok(way)
        }
    }
}

/// What went wrong, behind what failed by it. What ends every command says it alone.
pub(super) fn failed(what: &str, error: anyhow::Error) -> anyhow::Error {
    if error.is::<Fatal>() { error } else { anyhow!("{what}: {error:#}") }
}

/// How it is waited for. Taking back what fails means waiting.
pub(super) fn strategy(settings: &Settings, matches: &Matches) -> Strategy {
    match flags::strategy(matches, settings.level) {
        Strategy::HookOnly if !rolls_back(matches) => Strategy::HookOnly,
        Strategy::HookOnly if settings.level.rules().major == 3 => Strategy::Legacy,
        Strategy::HookOnly => Strategy::Watcher,
        other => other,
    }
}

/// Whether what fails is taken back.
pub(super) fn rolls_back(matches: &Matches) -> bool {
    last_on(matches, ["rollback-on-failure", "atomic"])
}

/// Whether objects are replaced.
pub(super) fn replaces(matches: &Matches) -> bool {
    last_on(matches, ["force-replace", "force"])
}

/// Two names of one switch; one that is on is enough.
fn last_on(matches: &Matches, names: [&str; 2]) -> bool {
    names.iter().any(|name| matches.is_on(name))
}

/// Ready once the user has asked for an end, which is told then.
pub(super) fn interrupt(ground: &Ground, release: &str) -> Interrupt {
    let release = release.to_owned();
    // Signals are listened for from now on, on the runtime that is waited with.
    let mut ends = ground.wait(async { Ends::listen() });
    let asked = async move {
        ends.next().await;
        // Nobody listening any more is no mistake.
        let _ = print(&format!("Release {release} has been cancelled.\n"));
    };
    asked.boxed().shared()
}

/// Signals that ask a process to end.
struct Ends {
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Ends {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let both =
            signal(SignalKind::interrupt()).and_then(|one| Ok([one, signal(SignalKind::terminate())?]));
        Self { signals: both.ok() }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    /// The next one; where there are none to listen for, there is none.
    #[cfg(unix)]
    async fn next(&mut self) {
        match &mut self.signals {
            None => std::future::pending().await,
            Some([interrupt, terminate]) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
        }
    }

    /// The next one that this system knows.
    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
