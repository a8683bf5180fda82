//! `--post-renderer`: what changes the objects of a render before they are printed.
//!
//! Up to 3.x it is a program that gets the text without hooks; its output is printed as it is. From 4.x on it is a
//! plugin that gets all objects, hooks too, and what it gives is sorted into files and hooks again
//! ([`longshore_chart::Engine::render_through`]).

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use anyhow::anyhow;
use longshore_chart::Level;

use super::locate::{quoted, reason};
use super::{paths, plugin};
use crate::cobra::Matches;
use crate::process;

/// What `--post-renderer` names, if anything: the last one that is not empty.
pub(super) fn named(matches: &Matches) -> Option<&str> {
    matches.all("post-renderer").iter().map(String::as_str).rfind(|name| !name.is_empty())
}

/// Whether the flag may name that: Helm looks for it as soon as it reads the flag.
pub(super) fn check(name: &str, before: &Matches, level: Level) -> Result<(), String> {
    if name.is_empty() {
        return Ok(());
    }
    match level.rules().major {
        3 => program(name).map(|_| ()),
        _ if named(before).is_some() => {
            Err(String::from("cannot specify --post-renderer flag more than once"))
        }
        _ => plugin::post_renderer(name, level).map(|_| ()),
    }
}

/// The program of that name: a path, or a name that `PATH` is searched for.
fn program(name: &str) -> Result<PathBuf, String> {
    let problem = if name.contains('/') {
        match std::fs::metadata(name) {
            Ok(found) if found.is_dir() => String::from("is a directory"),
            Ok(found) if process::is_executable(&found) => match std::path::absolute(name) {
                Ok(path) => return Ok(paths::clean(&path)),
                Err(error) => reason(&error),
            },
            Ok(_) => String::from("permission denied"),
            Err(error) => format!("stat {name}: {}", reason(&error)),
        }
    } else {
        match process::find(name) {
            Some(path) => return Ok(path),
            None => String::from("executable file not found in $PATH"),
        }
    };
    Err(format!("unable to find binary at {name}: exec: {}: {problem}", quoted(name)))
}

/// What the program of 3.x makes of the objects; the same if none is named.
///
/// # Errors
/// It cannot be started, or fails; then with what it said.
pub(super) fn through_program(matches: &Matches, objects: &str) -> anyhow::Result<String> {
    let Some(name) = named(matches) else { return Ok(objects.to_owned()) };
    let program = program(name).map_err(anyhow::Error::msg)?;
    let failed = |output: &str, why: &str| {
        let program = program.display();
        anyhow!(
            "error while running post render on files: error while running command {program}. error output:\n{output}: {why}"
        )
    };
    let mut process = Command::new(&program);
    process.args(matches.all("post-renderer-args"));
    let output = filter(&mut process, objects.as_bytes())
        .map_err(|error| failed("", &format!("fork/exec {}: {}", program.display(), reason(&error))))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why =
        output.status.code().map_or_else(|| output.status.to_string(), |code| format!("exit status {code}"));
    Err(failed(&String::from_utf8_lossy(&output.stderr), &why))
}

/// Runs a program with that for its standard input, to its end.
///
/// # Errors
/// It cannot be started.
pub(super) fn filter(process: &mut Command, input: &[u8]) -> io::Result<Output> {
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn()?;
    let mut pipe = child.stdin.take().expect("it is piped");
    std::thread::scope(|scope| {
        // It may print before it has read everything, or not read at all.
        scope.spawn(move || pipe.write_all(input));
        child.wait_with_output()
    })
}
