//! Running the programs that are generators, transformers and validators of a build.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use longshore_go::os::reason;
use longshore_go::strconv::quoted;
use longshore_kustomize::programs::{Call, Ended};
use longshore_kustomize::{Error, Programs};
use tempfile::NamedTempFile;

use crate::process;

/// How much a program may print, on each of its two outputs: more than is read as YAML.
const MAX_OUTPUT: u64 = 256 << 20;

/// Programs as processes of this machine.
pub(super) struct Processes;

impl Programs for Processes {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn is_executable(&self, path: &str) -> Result<Option<bool>, Error> {
        match std::fs::metadata(path) {
            Ok(found) => Ok(Some(process::is_executable(&found))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::new(format!("stat {path}: {}", reason(&error)))),
        }
    }

    fn has_program(&self, name: &str) -> bool {
        process::find(name).is_some()
    }

    fn run(&self, call: &Call<'_>) -> Result<Ended, Error> {
        let configuration = call.configuration.map(file_of).transpose()?;
        let path = configuration.as_ref().map(|file| file.path().display().to_string());
        let mut ended = match command(call, configuration.as_ref().map(NamedTempFile::path)) {
            Err(failure) => Ended { failure: Some(failure), ..Ended::default() },
            Ok(mut command) => match command.spawn() {
                Ok(child) => finish(child, call)?,
                Err(error) => {
                    let failure = format!("fork/exec {}: {}", call.program, reason(&error));
                    Ended { failure: Some(failure), ..Ended::default() }
                }
            },
        };
        ended.configuration = path.unwrap_or_default();
        Ok(ended)
    }
}

/// A file with that content, which goes with the returned value.
fn file_of(content: &[u8]) -> Result<NamedTempFile, Error> {
    let failed =
        |error: io::Error| Error::new(format!("creating tmp plugin config file: {}", reason(&error)));
    let mut file = tempfile::Builder::new().prefix("kust-plugin-config-").tempfile().map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    Ok(file)
}

/// The process that is to be started.
///
/// # Errors
/// There is no such program, in Go's words.
fn command(call: &Call<'_>, configuration: Option<&Path>) -> Result<Command, String> {
    let mut command = if call.program.contains('/') {
        Command::new(call.program)
    } else {
        let found = process::find(call.program);
        let failed = |why: &str| format!("exec: {}: {why}", quoted(call.program));
        let path = found.ok_or_else(|| failed("executable file not found in $PATH"))?;
        if !path.is_absolute() {
            return Err(failed("cannot run executable found relative to current directory"));
        }
        Command::new(path)
    };
    command.args(configuration).args(call.arguments);
    command.envs(call.variables.iter().map(|(name, value)| (name, value))).current_dir(call.folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(if call.shows_errors { Stdio::inherit() } else { Stdio::piped() });
    Ok(command)
}

/// Gives a program its input, takes what it prints, and waits for its end.
fn finish(mut child: Child, call: &Call<'_>) -> Result<Ended, Error> {
    let stdin = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (output, errors) = std::thread::scope(|scope| {
        // It may print before it has read everything, or not read at all.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(call.input)));
        let errors = scope.spawn(|| read(stderr, MAX_OUTPUT));
        let output = read(stdout, MAX_OUTPUT);
        if output.is_err() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        (output, errors.join().unwrap_or_else(|_| Ok(Vec::new())))
    });
    let status = child.wait();
    let failed = |why: String| Error::new(format!("{}: {why}", call.program));
    Ok(Ended {
        output: output.map_err(failed)?,
        errors: errors.map_err(failed)?,
        failure: process::failure(status.map_err(|error| failed(reason(&error)))?),
        configuration: String::new(),
    })
}

/// All that comes, up to the limit.
fn read(from: Option<impl Read>, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let Some(from) = from else { return Ok(bytes) };
    from.take(limit + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > limit {
        return Err(format!("printed more than {} MiB", limit >> 20));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_refused() {
        let limit = 1 << 20;
        assert_eq!(read(Some(io::repeat(b'a')), limit), Err(String::from("printed more than 1 MiB")));
        assert_eq!(read(Some(io::repeat(b'a').take(limit)), limit).map(|bytes| bytes.len()), Ok(1 << 20));
    }

    #[test]
    fn an_endless_program_is_ended() {
        let program = Processes.run(&Call {
            program: "yes",
            configuration: None,
            arguments: &[],
            variables: &[],
            folder: "/",
            input: b"",
            shows_errors: false,
        });
        assert_eq!(program.unwrap_err().text(), "yes: printed more than 256 MiB");
    }
}
