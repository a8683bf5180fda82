//! Running a program as a user would, and looking at everything that the user would see.

mod listener;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use listener::Listener;

/// Longer than any command of a test, and than the `--timeout` of any; one that takes it hangs.
const PATIENCE: Duration = Duration::from_mins(10);

/// A program to be run, with nothing of this machine's settings: an empty home folder, no variables but `PATH`.
#[derive(Debug)]
pub struct Program {
    command: Command,
    input: String,
    /// Whether its input stays open, for [`Started::type_keys`].
    is_typed: bool,
    home: TempDir,
}

/// What a program left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// A program that runs.
#[derive(Debug)]
pub struct Started {
    child: Child,
    /// Where keys are typed, unless its input was given before.
    stdin: Option<ChildStdin>,
    stdout: Listener,
    stderr: Listener,
    _home: TempDir,
}

impl Program {
    /// A program by its path. Tests of the command line pass `env!("CARGO_BIN_EXE_longshore")`.
    pub fn new(path: impl AsRef<Path>) -> Result<Self> {
        let home = tempfile::tempdir().context("no place for a home folder")?;
        let mut command = Command::new(path.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir(home.path());
        Ok(Self { command, input: String::new(), is_typed: false, home })
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Runs it in that folder; without this in its empty home.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.command.current_dir(folder.into());
        self
    }

    /// What it reads from standard input; without this, nothing.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    /// Leaves standard input open, for [`Started::type_keys`].
    #[must_use]
    pub fn typed(mut self) -> Self {
        self.is_typed = true;
        self
    }

    /// Runs it to its end.
    pub fn run(self) -> Result<Outcome> {
        self.start()?.finish()
    }

    /// Starts it, for tests that do something while it runs.
    pub fn start(mut self) -> Result<Started> {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.command.get_program().display()))?;
        let stdout = Listener::new(child.stdout.take().context("it was asked for")?);
        let stderr = Listener::new(child.stderr.take().context("it was asked for")?);
        let typed = self.input.is_empty() && self.is_typed;
        let stdin = child.stdin.take_if(|_| typed);
        if let Some(mut stdin) = child.stdin.take() {
            let input = std::mem::take(&mut self.input);
            // On a thread of its own: it may be more than a pipe holds. A program that does not read it is within its rights.
            std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        }
        Ok(Started { child, stdin, stdout, stderr, _home: self.home })
    }
}

impl Started {
    /// Waits until it has written `text`, to whichever of its two outputs.
    pub fn wait_for(&mut self, text: &str) -> Result<()> {
        // Whichever says it first; the other is looked at in between.
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let pause = Duration::from_millis(20);
            if self.stdout.hears(text, pause) || self.stderr.hears(text, pause) {
                return Ok(());
            }
            if self.stdout.is_closed() && self.stderr.is_closed() {
                break;
            }
        }
        // It may have said so and ended between the two looks.
        let pause = Duration::ZERO;
        if self.stdout.hears(text, pause) || self.stderr.hears(text, pause) {
            return Ok(());
        }
        bail!("it never said {text:?}, but\n{}{}", self.stdout.text(), self.stderr.text())
    }

    /// What it has written to standard output so far.
    pub fn stdout_so_far(&self) -> String {
        self.stdout.text()
    }

    /// Writes to its standard input, which was left open by [`Program::typed`].
    pub fn type_keys(&mut self, keys: &str) -> Result<()> {
        let stdin = self.stdin.as_mut().context("its input is not open")?;
        stdin.write_all(keys.as_bytes())?;
        Ok(stdin.flush()?)
    }

    /// Its process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Does what Ctrl-C does.
    pub fn interrupt(&mut self) -> Result<()> {
        self.signal(Signal::INT)
    }

    /// Does what the end of a pod does first.
    pub fn terminate(&mut self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// Ends it without asking, as a crash would.
    pub fn kill(&mut self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    /// Freezes it, as a closed lid would, until [`Started::thaw`].
    pub fn freeze(&mut self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub fn thaw(&mut self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        // Not waited for yet, so the id is still its own.
        let pid = Pid::from_raw(self.child.id() as i32).context("a child has an id")?;
        kill_process(pid, signal).context("cannot send a signal")
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Result<Outcome> {
        let status = self.wait()?;
        Ok(Outcome { code: status.code(), stdout: self.stdout.text(), stderr: self.stderr.text() })
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        // Both outputs end when it does; until then there is no need to ask.
        let heard = self.stdout.wait_closed(PATIENCE) && self.stderr.wait_closed(PATIENCE);
        if !heard {
            let _ = self.child.kill();
            let _ = self.child.wait();
            bail!(
                "still running after {PATIENCE:?}, having said\n{}{}",
                self.stdout.text(),
                self.stderr.text()
            );
        }
        self.child.wait().context("cannot wait for it")
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Display for Outcome {
    /// All that a user sees in one text, for snapshots.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit code: {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        write!(f, "----- stdout -----\n{}\n----- stderr -----\n{}", self.stdout, self.stderr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Program {
        Program::new("sh").unwrap().args(["-c", script])
    }

    #[test]
    fn everything_is_seen() {
        let outcome = sh("cat; echo out; echo err >&2; exit 3").input("in\n").run().unwrap();
        assert_eq!(
            outcome.to_string(),
            "exit code: 3\n----- stdout -----\nin\nout\n\n----- stderr -----\nerr\n"
        );
    }

    #[test]
    fn nothing_of_this_machine_is_seen() {
        let outcome =
            sh("ls -A ~; echo ${USER-no} ${KUBECONFIG-no} $GREETING").env("GREETING", "hi").run().unwrap();
        assert_eq!(outcome.stdout, "no no hi\n");
    }

    #[test]
    fn a_running_program_is_interrupted_at_a_word() {
        let mut started =
            sh("trap 'echo bye; exit 7' INT; echo now; while :; do sleep 0.01; done").start().unwrap();
        started.wait_for("now").unwrap();
        started.interrupt().unwrap();
        let outcome = started.finish().unwrap();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(7), "now\nbye\n"));

        let mut started = sh("echo now; exec sleep 600").start().unwrap();
        started.wait_for("now").unwrap();
        started.kill().unwrap();
        assert_eq!(started.finish().unwrap().code, None);
    }

    #[test]
    fn a_word_that_never_comes_is_an_error() {
        let error = sh("echo this >&2").start().unwrap().wait_for("that").unwrap_err();
        assert!(error.to_string().contains("this"), "{error}");
    }

    #[test]
    fn more_input_than_a_pipe_holds_is_fine() {
        let outcome = sh("cat").input(&"x".repeat(1 << 20)).run().unwrap();
        assert_eq!(outcome.stdout.len(), 1 << 20);
    }
}
