//! A program with all that it starts: killed as one when its time is up, when whoever waits for it is interrupted, and
//! when Longshore itself is killed. A migration that runs on would meet the one of the next deploy.

use std::io;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// Waits for a line. Where its input ends without one, who held the other end is gone, and the group is killed.
const GUARD: &str = "read -r done || kill -KILL -\"$1\"";

/// A program in a process group of its own.
pub(super) struct Group {
    program: Child,
    /// Tells the guard that there is nothing to guard any more.
    guard: Option<(Child, ChildStdin)>,
}

impl Group {
    /// Starts a program. It has no input, and both of its outputs are to be taken.
    ///
    /// # Errors
    /// It cannot be run.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = command.process_group(0).kill_on_drop(true).spawn()?;
        let guard = program.id().and_then(guard);
        Ok(Self { program, guard })
    }

    /// What it prints. A second time nothing.
    pub(super) fn outputs(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.program.stdout.take(), self.program.stderr.take())
    }

    /// Waits until the program has ended. What it has left running runs on: it may be there for the next hook.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.program.wait().await?;
        if let Some((mut guard, mut tells)) = self.guard.take() {
            // Who guards no more is not needed either.
            let _ = tells.write_all(b"done\n").await;
            drop(tells);
            let _ = guard.wait().await;
        }
        Ok(status)
    }

    /// Kills it with all that it has started, unless it has ended.
    pub(super) fn kill(&self) {
        // As long as nobody has waited for the program the id is its own.
        let group = self.program.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts the guard of a group; none where there is no shell: then only a Longshore that lives kills it.
fn guard(group: u32) -> Option<(Child, ChildStdin)> {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh", &group.to_string()]);
    // Ctrl-C at the terminal is for Longshore, and not for the guard.
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let mut guard = command.spawn().ok()?;
    let tells = guard.stdin.take()?;
    Some((guard, tells))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::path::Path;
    use std::time::Duration;

    use tokio::io::AsyncReadExt;
    use tokio::process::Command;
    use tokio::time::timeout;

    use super::Group;

    /// A program whose child holds a pipe: who reads it hears nothing more when all are dead, and `survived` if one is
    /// not.
    const HANGS: &str = "exec 3>pipe; (sleep 60; echo survived >&3) & echo started >&3; wait";

    fn shell(folder: &Path, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(folder);
        command
    }

    /// What is heard of a program that ends as `end` makes it end, after it has started something.
    async fn heard(end: impl AsyncFn(&mut Group)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        // Open for both, so that neither side waits for the other to open.
        let held = File::options().read(true).write(true).open(&pipe).unwrap();
        let mut reader = File::open(&pipe).unwrap();
        let mut group = Group::start(shell(folder.path(), HANGS)).unwrap();
        let mut started = [0; 8];
        reader.read_exact(&mut started).unwrap();
        assert_eq!(&started, b"started\n");
        end(&mut group).await;
        drop(group);
        drop(held);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        rest
    }

    #[tokio::test]
    async fn what_a_program_has_started_is_killed_with_it() {
        let late = async |group: &mut Group| {
            assert!(timeout(Duration::from_millis(1), group.ended()).await.is_err());
            group.kill();
        };
        assert_eq!(heard(late).await, "");
        // Nobody waits for it any more.
        assert_eq!(heard(async |_: &mut Group| {}).await, "");
    }

    /// The end of the pipe is what is left when Longshore is killed.
    #[tokio::test]
    async fn the_guard_kills_when_nobody_holds_it() {
        let gone = async |group: &mut Group| {
            let (mut guard, tells) = group.guard.take().unwrap();
            drop(tells);
            guard.wait().await.unwrap();
            // Only the guard has killed so far.
            assert!(!group.program.wait().await.unwrap().success());
        };
        assert_eq!(heard(gone).await, "");
    }

    #[tokio::test]
    async fn what_a_program_has_left_running_runs_on() {
        let folder = tempfile::tempdir().unwrap();
        let gate = folder.path().join("gate");
        assert!(std::process::Command::new("mkfifo").arg(&gate).status().unwrap().success());
        let mut held = File::options().read(true).write(true).open(&gate).unwrap();
        let mut group =
            Group::start(shell(folder.path(), "(read -r go <gate; echo lives) & exit 3")).unwrap();
        let mut output = group.outputs().0.unwrap();
        assert_eq!(group.ended().await.unwrap().code(), Some(3));
        drop(group);
        held.write_all(b"go\n").unwrap();
        let mut said = String::new();
        output.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "lives\n");
    }
}
