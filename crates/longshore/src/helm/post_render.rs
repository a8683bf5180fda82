//! `--post-renderer` of 3.x: a program that is given the objects and prints what is to be installed in their place.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{anyhow, bail};

use super::locate::{quoted, reason};
use super::paths;
use crate::cobra::Matches;

/// The program that the flag names: a path, or a name that `PATH` is searched for.
///
/// # Errors
/// It is not there, in Go's words.
pub(super) fn program(matches: &Matches) -> anyhow::Result<Option<PathBuf>> {
    let name = matches.text("post-renderer");
    if name.is_empty() {
        return Ok(None);
    }
    if !matches.text("output-dir").is_empty() {
        bail!(
            "--post-renderer with --output-dir is not there: what goes to files is not given to the program"
        );
    }
    let problem = if name.contains('/') {
        match std::fs::metadata(name) {
            Ok(found) if !found.is_dir() && is_executable(&found) => {
                return Ok(Some(paths::clean(&std::path::absolute(name)?)));
            }
            Ok(found) if found.is_dir() => String::from("is a directory"),
            Ok(_) => String::from("permission denied"),
            Err(error) => format!("stat {name}: {}", reason(&error)),
        }
    } else {
        let search = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&search)
            .map(|folder| folder.join(name))
            .find(|path| std::fs::metadata(path).is_ok_and(|found| found.is_file() && is_executable(&found)));
        if let Some(path) = found {
            return Ok(Some(path));
        }
        String::from("executable file not found in $PATH")
    };
    let shown = quoted(name);
    bail!(
        "invalid argument {shown} for \"--post-renderer\" flag: unable to find binary at {name}: exec: {shown}: {problem}"
    )
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

/// What the program makes of the objects.
///
/// # Errors
/// It cannot be started, or fails; then with what it said.
pub(super) fn run(program: &Path, matches: &Matches, objects: &str) -> anyhow::Result<String> {
    let hint = if matches.is_on("debug") { "" } else { "\n\nUse --debug flag to render out invalid YAML" };
    let failed = |output: &str, why: &str| {
        let program = program.display();
        anyhow!(
            "error while running post render on files: error while running command {program}. error output:\n{output}: {why}{hint}"
        )
    };
    let mut process = Command::new(program);
    process.args(matches.all("post-renderer-args"));
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let not_started =
        |error: &std::io::Error| failed("", &format!("fork/exec {}: {}", program.display(), reason(error)));
    let mut child = process.spawn().map_err(|error| not_started(&error))?;
    let mut input = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        // It may print before it has read everything, or not read at all.
        scope.spawn(move || input.write_all(objects.as_bytes()));
        child.wait_with_output()
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why =
        output.status.code().map_or_else(|| output.status.to_string(), |code| format!("exit status {code}"));
    Err(failed(&String::from_utf8_lossy(&output.stderr), &why))
}
