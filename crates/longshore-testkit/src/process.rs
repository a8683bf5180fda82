//! Processes that outlive the one that started them, and how they are ended without ever hitting another one.
//!
//! A process id alone says little: ids are used again. So a process is remembered as its id *and* when it started, and
//! before anything is sent to it, both are compared. Between the comparison and the signal the id could in theory pass
//! to another process; it would have to happen within microseconds and after a full round through all ids.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// One process of this machine, now or in the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessIdentity {
    /// Its id.
    pub pid: u32,
    /// When it started, in whatever form the system tells it; only ever compared.
    pub started: String,
}

impl ProcessIdentity {
    /// The process that has this id now; `None` if there is none, or if it has ended and only waits to be collected.
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self { pid, started: platform::started(pid)? })
    }

    /// This very process.
    pub fn current() -> Result<Self> {
        Self::of(std::process::id()).context("this process cannot see itself; is /proc mounted?")
    }

    /// Whether it still runs.
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// Its resident memory in bytes, as far as the system tells.
    pub fn memory(&self) -> Option<u64> {
        if self.is_alive() { platform::memory(self.pid) } else { None }
    }

    /// Ends it and waits until it is gone: politely first, after `patience` by force.
    pub(crate) async fn end(&self, patience: Duration) -> Result<()> {
        for (signal, patience) in [(Signal::TERM, patience), (Signal::KILL, Duration::from_secs(10))] {
            if !self.is_alive() {
                return Ok(());
            }
            let pid = Pid::from_raw(self.pid as i32).context("process 0 is never ours")?;
            // It may have ended meanwhile, which is what we want.
            let _ = kill_process(pid, signal);
            if self.gone(patience).await.is_ok() {
                return Ok(());
            }
        }
        bail!("process {} does not end", self.pid)
    }

    /// Ends it without asking, and waits until it is gone.
    pub(crate) async fn kill(&self) -> Result<()> {
        if self.is_alive() {
            let pid = Pid::from_raw(self.pid as i32).context("process 0 is never ours")?;
            let _ = kill_process(pid, Signal::KILL);
        }
        self.gone(Duration::from_secs(20)).await
    }

    /// Waits until it is gone.
    pub(crate) async fn gone(&self, patience: Duration) -> Result<()> {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        let gone = async {
            while self.is_alive() {
                tick.tick().await;
            }
        };
        match tokio::time::timeout(patience, gone).await {
            Ok(()) => Ok(()),
            Err(_) => bail!("process {} does not end", self.pid),
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use std::fs;

    /// The fields of `/proc/PID/stat` after the command, which is in parentheses and may contain anything.
    fn fields(pid: u32) -> Option<Vec<String>> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, rest) = stat.rsplit_once(')')?;
        Some(rest.split_ascii_whitespace().map(str::to_owned).collect())
    }

    pub(super) fn started(pid: u32) -> Option<String> {
        let fields = fields(pid)?;
        if matches!(fields.first()?.as_str(), "Z" | "X") {
            return None;
        }
        // Ticks since boot, so the boot belongs to it.
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(format!("{}@{}", fields.get(19)?, boot.trim()))
    }

    pub(super) fn children(pid: u32) -> Vec<u32> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let all = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let parent = pid.to_string();
        all.filter(|pid| fields(*pid).is_some_and(|fields| fields.get(1) == Some(&parent))).collect()
    }

    pub(super) fn name(pid: u32) -> Option<String> {
        Some(fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim().to_owned())
    }

    pub(super) fn memory(pid: u32) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kilobytes * 1024)
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::process::Command;

    fn ps(pid: u32, column: &str) -> Option<String> {
        let column = format!("{column}=");
        let output = Command::new("ps").args(["-o", &column, "-p", &pid.to_string()]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    }

    pub(super) fn started(pid: u32) -> Option<String> {
        let state = ps(pid, "stat")?;
        if state.starts_with('Z') { None } else { ps(pid, "lstart") }
    }

    pub(super) fn children(_: u32) -> Vec<u32> {
        // Only asked for real nodes, which need Linux.
        Vec::new()
    }

    pub(super) fn name(pid: u32) -> Option<String> {
        ps(pid, "comm")
    }

    pub(super) fn memory(pid: u32) -> Option<u64> {
        Some(ps(pid, "rss")?.parse::<u64>().ok()? * 1024)
    }
}

/// The process that another one has started, if it is one only.
pub(crate) fn child_of(pid: u32) -> Option<ProcessIdentity> {
    match platform::children(pid)[..] {
        [child] => ProcessIdentity::of(child),
        _ => None,
    }
}

/// All that descend from a process, each with the name of its program.
pub(crate) fn descendants(pid: u32) -> Vec<(ProcessIdentity, String)> {
    let mut found = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        for child in platform::children(parent) {
            parents.push(child);
            if let (Some(identity), Some(name)) = (ProcessIdentity::of(child), platform::name(child)) {
                found.push((identity, name));
            }
        }
    }
    found
}

/// Holds back the program until its id is on record: it reads one line and becomes the program, or, if whoever started
/// it is gone before that, ends without having done anything.
const GATE: &str = r#"read -r go && [ "$go" = go ] && exec "$@" </dev/null"#;

/// Runs the program as its child and kills it when standard input ends, which it does when the process at its other end
/// does, for whatever reason. The child cannot be mistaken for another process: its id stays taken until it is waited for.
const LEASH: &str = r#"
log=$1 remove=$2; shift 2
"$@" >>"$log" 2>&1 </dev/null &
child=$!
echo "$child"
exec >/dev/null 2>&1
read -r end
kill -KILL "$child"
wait "$child"
[ -z "$remove" ] || rm -rf "$remove"
"#;

/// Starts a program that goes on after this process ends. `record` is given its identity before it begins.
pub(crate) fn start_detached(
    command: &[String],
    home: &Path,
    log: &Path,
    record: impl FnOnce(&ProcessIdentity) -> Result<()>,
) -> Result<()> {
    let output = fs::File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
    let errors = output.try_clone().context("cannot share the log file")?;
    let mut child =
        shell(GATE, command, home).stdout(output).stderr(errors).spawn().context("cannot run sh")?;
    record(&identity_of(child.id(), &command[0])?)?;
    let mut gate = child.stdin.take().context("standard input was asked for")?;
    gate.write_all(b"go\n").with_context(|| format!("cannot start {}", command[0]))?;
    Ok(())
}

/// Starts a program where `enter` leads, such as into namespaces, in which it then goes on after this process ends.
/// `record` is given its identity (not that of the program which entered for it) before it begins.
pub(crate) async fn start_inside(
    enter: &[String],
    command: &[String],
    home: &Path,
    log: &Path,
    record: impl FnOnce(&ProcessIdentity) -> Result<()>,
) -> Result<()> {
    let output = fs::File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
    let errors = output.try_clone().context("cannot share the log file")?;
    let [program, words @ ..] = enter else { bail!("there is no way in") };
    let mut entering = Command::new(program);
    entering.args(words).args(["sh", "-c", GATE, "sh"]).args(command);
    let mut child = surround(&mut entering, home)
        .stdout(output)
        .stderr(errors)
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let inside =
        crate::eventually("a process inside", Duration::from_secs(20), async || Ok(child_of(child.id())));
    record(&inside.await.with_context(|| format!("cannot start {}", command[0]))?)?;
    let mut gate = child.stdin.take().context("standard input was asked for")?;
    gate.write_all(b"go\n").with_context(|| format!("cannot start {}", command[0]))?;
    Ok(())
}

/// A program that ends with this process, at the latest.
#[derive(Debug)]
pub(crate) struct Leashed {
    shell: Child,
}

impl Drop for Leashed {
    fn drop(&mut self) {
        // Closing the pipe is the signal; the shell then ends its child and itself.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Starts a program that is killed when the returned value is dropped or this process ends. `remove` is a folder that is
/// not worth keeping after that.
pub(crate) fn start_leashed(
    command: &[String],
    home: &Path,
    log: &Path,
    remove: Option<&Path>,
) -> Result<(ProcessIdentity, Leashed)> {
    let mut arguments = vec![
        log.to_string_lossy().into_owned(),
        remove.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
    ];
    arguments.extend_from_slice(command);
    let mut shell = shell(LEASH, &arguments, home)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot run sh")?;
    let output = shell.stdout.take().context("standard output was asked for")?;
    let leashed = Leashed { shell };
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).context("cannot read the id of the started process")?;
    let pid = line.trim().parse().with_context(|| format!("{line:?} is not a process id"))?;
    Ok((identity_of(pid, &command[0])?, leashed))
}

fn identity_of(pid: u32, program: &str) -> Result<ProcessIdentity> {
    ProcessIdentity::of(pid).with_context(|| format!("{program} ended at once"))
}

fn shell(script: &str, arguments: &[String], home: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).args(arguments);
    surround(&mut command, home);
    command
}

/// What every program of a cluster sees of this machine.
fn surround<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    command
        .stdin(Stdio::piped())
        // Settings of the person at the keyboard (proxies, ETCD_*, KUBECONFIG) must not leak into a cluster.
        .env_clear()
        .env("PATH", search_path())
        .env("HOME", home)
        .current_dir(home)
        // A group of its own: Ctrl-C at the terminal is for the one who started it.
        .process_group(0)
}

/// `PATH`, and the folders of root's programs, which are not on everybody's.
pub(crate) fn search_path() -> String {
    let own = std::env::var("PATH").unwrap_or_default();
    format!("{own}:/usr/sbin:/sbin:/usr/bin:/bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    async fn gone(identity: &ProcessIdentity) {
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        let gone = async {
            while identity.is_alive() {
                tick.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("it should end");
    }

    #[tokio::test]
    async fn a_detached_process_begins_after_it_is_on_record() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut recorded = None;
        start_detached(&words("sleep 600"), folder.path(), &log, |identity| {
            assert!(identity.is_alive());
            recorded = Some(identity.clone());
            Ok(())
        })
        .unwrap();
        let identity = recorded.unwrap();
        assert!(identity.memory().unwrap() > 0);
        identity.end(Duration::from_secs(5)).await.unwrap();
        assert!(!identity.is_alive());
        identity.end(Duration::from_secs(5)).await.expect("ending what has ended is fine");
    }

    #[tokio::test]
    async fn a_process_that_could_not_be_recorded_never_begins() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("made");
        let command = vec!["touch".to_owned(), made.to_string_lossy().into_owned()];
        let mut seen = None;
        let result = start_detached(&command, folder.path(), &folder.path().join("log"), |identity| {
            seen = Some(identity.clone());
            bail!("the disk is full")
        });
        assert!(result.is_err());
        gone(&seen.unwrap()).await;
        assert!(!made.exists());
    }

    #[tokio::test]
    async fn a_leashed_process_ends_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let (identity, leash) =
            start_leashed(&words("sleep 600"), folder.path(), &folder.path().join("log"), Some(&data))
                .unwrap();
        assert!(identity.is_alive());
        drop(leash);
        assert!(!identity.is_alive());
        assert!(!data.exists());
    }

    #[tokio::test]
    async fn one_that_ignores_the_polite_signal_is_ended_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let command =
            ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done"].map(str::to_owned);
        let log = folder.path().join("log");
        let (identity, _leash) = start_leashed(&command, folder.path(), &log, None).unwrap();
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        while !fs::read_to_string(&log).is_ok_and(|text| text.contains("ready")) {
            tick.tick().await;
        }
        identity.end(Duration::from_millis(100)).await.unwrap();
        assert!(!identity.is_alive());
    }

    #[test]
    fn an_id_that_was_used_again_is_another_process() {
        let mut other = ProcessIdentity::current().unwrap();
        other.started.insert(0, '1');
        assert!(!other.is_alive());
        assert_eq!(other.memory(), None);
    }
}
