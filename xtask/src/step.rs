//! Running one program as a step of a chore, so that nothing of it is left behind when the chore stops.

use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

/// A program and all that it starts, ended together when this is dropped early.
struct Family {
    child: Child,
    group: Option<Pid>,
}

impl Drop for Family {
    fn drop(&mut self) {
        // Once it has been waited for, the id may belong to somebody else.
        if let (Some(group), Some(_)) = (self.group, self.child.id()) {
            let _ = kill_process_group(group, Signal::TERM);
        }
    }
}

fn start(command: &mut Command) -> Result<Family> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    // A group of its own, because cargo's children would not be reached otherwise.
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let group = child.id().and_then(|id| Pid::from_raw(id as i32));
    Ok(Family { child, group })
}

/// Runs a program whose output everybody sees. `false` if it fails.
pub(crate) async fn run(command: &mut Command) -> Result<bool> {
    let mut family = start(command)?;
    let status = family.child.wait().await.context("cannot wait for a program")?;
    Ok(status.success())
}

/// What a program said while everybody saw it.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program whose output everybody sees, and keeps a copy of it.
pub(crate) async fn run_heard(command: &mut Command) -> Result<Heard> {
    let mut family = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let outputs = family.child.stdout.take().zip(family.child.stderr.take());
    let (stdout, stderr) = outputs.context("a program has no output")?;
    let (stdout, stderr) =
        tokio::try_join!(pass_on(stdout, std::io::stdout()), pass_on(stderr, std::io::stderr()))?;
    let status = family.child.wait().await.context("cannot wait for a program")?;
    Ok(Heard { success: status.success(), stdout, stderr })
}

/// Writes what is read as it comes, until its end.
async fn pass_on(mut from: impl AsyncRead + Unpin, mut to: impl Write) -> Result<String> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let length = from.read(&mut buffer).await.context("cannot read what a program says")?;
        if length == 0 {
            return Ok(String::from_utf8_lossy(&all).into_owned());
        }
        to.write_all(&buffer[..length]).and_then(|()| to.flush()).context("cannot write")?;
        all.extend_from_slice(&buffer[..length]);
    }
}

/// Runs a program whose output nobody wants to see unless it fails; then it is the error.
pub(crate) async fn run_quietly(command: &mut Command) -> Result<()> {
    let mut family = start(command.stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let mut output = Vec::new();
    if let Some(mut stderr) = family.child.stderr.take() {
        stderr.read_to_end(&mut output).await.context("cannot read what a program says")?;
    }
    let status = family.child.wait().await.context("cannot wait for a program")?;
    if !status.success() {
        anyhow::bail!("{status}\n{}", String::from_utf8_lossy(&output).trim_end());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use longshore_testkit::ProcessIdentity;
    use std::time::Duration;

    #[tokio::test]
    async fn success_and_failure_are_told_apart() {
        assert!(run(&mut Command::new("true")).await.unwrap());
        assert!(!run(&mut Command::new("false")).await.unwrap());
        let error = run_quietly(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).await.unwrap_err();
        assert!(error.to_string().contains("why"), "{error}");
    }

    #[tokio::test]
    async fn what_is_passed_on_is_kept() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let heard = run_heard(&mut command).await.unwrap();
        assert_eq!((heard.success, &*heard.stdout, &*heard.stderr), (false, "out\n", "err\n"));
        let mut seen = Vec::new();
        assert_eq!(pass_on(&b"a\xffb"[..], &mut seen).await.unwrap(), "a\u{fffd}b");
        assert_eq!(seen, b"a\xffb");
    }

    #[tokio::test]
    async fn grandchildren_end_with_a_dropped_step() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {0}.new; mv {0}.new {0}; wait", file.display());
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        let written = async {
            while !file.exists() {
                tick.tick().await;
            }
        };
        tokio::select! {
            _ = run(&mut command) => panic!("it sleeps"),
            () = written => {}
        }
        let pid = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        let gone = async {
            while ProcessIdentity::of(pid).is_some() {
                tick.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("it should have been told to end");
    }
}
