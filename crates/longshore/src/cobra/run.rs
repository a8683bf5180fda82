//! From the words to the exit code: help, remarks, the command, and what went wrong.

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use super::{Action, Command, Matches, help, parse};

/// Does what the words behind a program's name ask for. `context` is what commands work with besides their flags.
pub(crate) fn run<C>(root: &Command<C>, words: &[String], context: impl FnOnce(&Matches) -> C) -> ExitCode {
    let action = match parse(root, words) {
        Ok(action) => action,
        Err(problem) => return failed(&problem),
    };
    let result = match action {
        Action::Help(path) => print(&help(&path)),
        Action::Run(run, matches) => {
            for remark in &matches.remarks {
                say(remark);
            }
            run(&context(&matches), &matches)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Fatal>() => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
        Err(error) => {
            let code = failed(&format!("{error:#}"));
            if let Some(Explained { more, .. }) = error.downcast_ref() {
                say(more.trim_end());
            }
            code
        }
    }
}

/// An error that is told in the words of the original, and of which more is known.
#[derive(Debug)]
pub(crate) struct Explained {
    /// What the original says.
    pub(crate) text: String,
    /// What is known besides, on lines of its own.
    pub(crate) more: String,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Explained {}

/// An error that is said as it is, because it ends the original before it looks at the command.
#[derive(Debug)]
pub(crate) struct Fatal(pub(crate) String);

impl fmt::Display for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fatal {}

/// Says what went wrong; there is only one exit code for anything that does.
pub(crate) fn failed(problem: &str) -> ExitCode {
    say(&format!("Error: {problem}"));
    ExitCode::FAILURE
}

/// Says a line on standard error, to whoever listens.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints what a command gives; nobody listening any more is no mistake.
pub(crate) fn print(text: &(impl AsRef<[u8]> + ?Sized)) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_ref()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
