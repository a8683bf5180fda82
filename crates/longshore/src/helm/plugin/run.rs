//! Running plugins: as commands, and at events.

use std::collections::BTreeMap;
use std::process::{Command as Process, ExitCode, Stdio};

use longshore_chart::Level;

use super::manifest::Plugin;
use super::{find, platform};
use crate::cobra::{self, Command, Matches};
use crate::helm::locate::{quoted, reason};
use crate::helm::{Settings, failed, failed_behind, say};

/// Flags of Helm's own that are taken off a plugin's arguments, each with its value.
const KNOWN: [&str; 14] = [
    "--kube-context",
    "--namespace",
    "-n",
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-ca-file",
    "--registry-config",
    "--repository-cache",
    "--repository-config",
    "--kube-insecure-skip-tls-verify",
    "--kube-tls-server-name",
];

/// Runs the plugin whose command these words are; `None` if there is none.
pub(in crate::helm) fn run_command(
    root: &Command<Settings>,
    level: Level,
    words: &[String],
) -> Option<ExitCode> {
    let at = cobra::unknown_command(root, words)?;
    if std::env::var_os("HELM_NO_PLUGINS").is_some_and(|value| value == "1") {
        return None;
    }
    let plugins = match find::all(level) {
        Ok(plugins) => plugins,
        Err(problem) if level.rules().major == 3 => {
            say(&format!("failed to load plugins: {problem}"));
            return None;
        }
        Err(problem) => {
            say(&format!("level=ERROR msg=\"failed to load plugins\" error={}", quoted(&problem)));
            return None;
        }
    };
    // 3.x offers those that get files too.
    let is_command = |plugin: &&Plugin| level.rules().major == 3 || plugin.kind == "cli/v1";
    let plugin = plugins.iter().filter(is_command).find(|plugin| plugin.command() == words[at])?;
    let mut arguments = words.to_vec();
    arguments.remove(at);
    let (known, rest) = part(&arguments);
    Some(match cobra::global_flags(root, &known) {
        Ok(matches) => run(plugin, level, &matches, &rest),
        Err(problem) => failed(&problem),
    })
}

/// Parts the flags that Helm reads from those that are the plugin's.
fn part(words: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut known, mut rest) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let has_value = word.split_once('=').is_some_and(|(name, _)| KNOWN.contains(&name));
        if KNOWN.contains(&word.as_str()) {
            known.push(word.clone());
            known.extend(words.next().cloned());
        } else if word == "--debug" || has_value {
            known.push(word.clone());
        } else {
            rest.push(word.clone());
        }
    }
    (known, rest)
}

/// The environment of a plugin: that of this process, what flags and variables of Helm's come to, and where it lies.
pub(super) fn variables(
    plugin: &Plugin,
    settings: Option<BTreeMap<&'static str, String>>,
) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    all.extend(settings.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
    all.insert(String::from("HELM_PLUGIN_NAME"), plugin.name.clone());
    all.insert(String::from("HELM_PLUGIN_DIR"), plugin.dir.display().to_string());
    all
}

fn run(plugin: &Plugin, level: Level, matches: &Matches, arguments: &[String]) -> ExitCode {
    let settings = Settings::new(level, matches);
    let variables = variables(plugin, Some(settings.environment.clone()));
    let arguments = if plugin.ignore_flags { &[] } else { arguments };
    let exited = format!("plugin {} exited with error", quoted(&plugin.name));
    let (program, arguments) = match platform::prepare(&plugin.commands, true, arguments, &variables) {
        Ok(prepared) => prepared,
        Err(problem) if level.rules().major == 3 => {
            // On the same line.
            return failed_behind(&problem, &exited);
        }
        Err(problem) => return failed(&format!("failed to prepare plugin command: {problem}")),
    };
    match Process::new(&program).args(arguments).env_clear().envs(&variables).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            let _ = failed(&exited);
            // A signal is no code of the plugin's.
            ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
        }
        Err(error) => failed(&not_started(&program, &error)),
    }
}

/// Go's words for a program that cannot be started.
pub(in crate::helm) fn not_started(program: &str, error: &std::io::Error) -> String {
    if program.contains('/') {
        return format!("fork/exec {program}: {}", reason(error));
    }
    format!("exec: {}: executable file not found in $PATH", quoted(program))
}

/// Runs what a plugin wants to be run at an event.
///
/// # Errors
/// It fails, or cannot be started.
pub(super) fn hook(plugin: &Plugin, event: &str, settings: &Settings) -> Result<(), String> {
    let Some(commands) = plugin.hooks.get(event).filter(|commands| !commands.is_empty()) else {
        return Ok(());
    };
    let is_old = settings.level.rules().major == 3;
    // 4.x gives hooks nothing of its own but the plugin's name and folder.
    let variables = variables(plugin, is_old.then(|| settings.environment.clone()));
    let (program, arguments) = match platform::prepare(commands, plugin.expands_hooks, &[], &variables) {
        Ok(prepared) => prepared,
        Err(_) if is_old => return Ok(()),
        Err(problem) => return Err(problem),
    };
    let mut process = Process::new(&program);
    process.args(arguments).env_clear().envs(&variables).stdin(Stdio::null());
    match process.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("plugin {event} hook for {} exited with error", quoted(&plugin.name))),
        Err(error) => Err(not_started(&program, &error)),
    }
}
