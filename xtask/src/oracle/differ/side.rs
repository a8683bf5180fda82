//! One side of a comparison at work on one case: a process with nothing of this machine in its environment, and with a
//! time limit.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::Case;

/// What a side may print before it is cut off. The largest charts make some MiB.
const LARGEST: u64 = 256 << 20;

/// A program that renders or builds.
#[derive(Debug, Clone)]
pub(in crate::oracle) struct Side {
    program: PathBuf,
    /// The word before the case's own.
    leading: Option<&'static str>,
    home: PathBuf,
    /// What it has in its environment beside what every program needs.
    environment: Vec<(&'static str, OsString)>,
    limit: Duration,
}

/// What a side made of a case.
#[derive(Debug, Clone, Default)]
pub(in crate::oracle) struct Rendered {
    /// The exit code; `None` if the process was killed, by us after its time or by the system.
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    /// From before the process was started until it was gone.
    pub(super) elapsed: Duration,
}

impl Side {
    /// A side that keeps its things in `home`, which is created.
    pub(in crate::oracle) fn new(
        program: PathBuf,
        leading: Option<&'static str>,
        home: PathBuf,
        environment: Vec<(&'static str, OsString)>,
        limit: Duration,
    ) -> Result<Self> {
        fs::create_dir_all(&home).with_context(|| format!("cannot create {}", home.display()))?;
        Ok(Self { program, leading, home, environment, limit })
    }

    /// Does a case.
    pub(super) async fn run(&self, case: &Case) -> Result<Rendered> {
        let start = Instant::now();
        let mut child = Command::new(&self.program)
            .args(self.leading)
            .args(&case.arguments)
            .env_clear()
            .envs(self.environment())
            .current_dir(case.folder.as_ref().unwrap_or(&self.home))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Should this be dropped, or fail.
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let stdout = child.stdout.take().context("its output is a pipe")?;
        let stderr = child.stderr.take().context("its errors are a pipe")?;
        let work = async { tokio::try_join!(all(stdout), all(stderr), async { child.wait().await }) };
        let ended = tokio::time::timeout(self.limit, work).await;
        let Ok(ended) = ended else {
            child.kill().await.context("cannot end a process that takes too long")?;
            return Ok(Rendered { elapsed: start.elapsed(), ..Rendered::default() });
        };
        let (stdout, stderr, status) = ended.context("cannot read what a process prints")?;
        Ok(Rendered { code: status.code(), stdout, stderr, elapsed: start.elapsed() })
    }

    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let home = |below: &str| self.home.join(below).into_os_string();
        let mut environment = vec![
            ("HOME", home("")),
            ("HELM_CACHE_HOME", home("cache")),
            ("HELM_CONFIG_HOME", home("config")),
            ("HELM_DATA_HOME", home("data")),
            ("LANG", "C.UTF-8".into()),
        ];
        // Names of time zones are the machine's, for both sides.
        environment.extend(["PATH", "TZ"].iter().filter_map(|&name| Some((name, std::env::var_os(name)?))));
        environment.extend(self.environment.iter().cloned());
        environment
    }
}

async fn all(stream: impl AsyncRead + Unpin) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(LARGEST).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

impl Rendered {
    /// What stands on standard error from `Error:` on; empty if nothing does.
    pub(super) fn error(&self) -> &[u8] {
        &self.stderr[self.error_begins()..]
    }

    /// What stands before it, without the times that some lines begin with, in the order of the alphabet: Go walks maps
    /// in random order, and the originals warn while they do.
    pub(super) fn warnings(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.stderr[..self.error_begins()]).into_owned();
        let mut lines: Vec<_> = text.lines().map(|line| without_time(line).to_owned()).collect();
        lines.sort();
        lines
    }

    fn error_begins(&self) -> usize {
        let begins = |at: &usize| {
            self.stderr[*at..].starts_with(b"Error:") && (*at == 0 || self.stderr[*at - 1] == b'\n')
        };
        (0..self.stderr.len()).find(begins).unwrap_or(self.stderr.len())
    }
}

/// Without `2006/01/02 15:04:05 ` or `time=2006-01-02T15:04:05.000Z `.
fn without_time(line: &str) -> &str {
    let plain = line.strip_prefix("time=").and_then(|rest| rest.split_once(' ')).map(|(_, rest)| rest);
    let is_time = |prefix: &str| {
        prefix.bytes().zip("0000/00/00 00:00:00 ".bytes()).all(|(byte, like)| match like {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
    };
    match (plain, line.split_at_checked(20)) {
        (Some(rest), _) => rest,
        (None, Some((prefix, rest))) if is_time(prefix) => rest,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(stderr: &str) -> Rendered {
        Rendered { stderr: stderr.into(), ..Rendered::default() }
    }

    #[test]
    fn errors_and_warnings_are_told_apart() {
        let both =
            said("2026/11/21 07:58:01 warning: b\ntime=2026-11-21T07:58:01Z level=WARN\nError: no\n\nhint\n");
        assert_eq!(both.error(), b"Error: no\n\nhint\n");
        assert_eq!(both.warnings(), ["level=WARN", "warning: b"]);
        assert_eq!(said("Error: no").error(), b"Error: no");
        assert_eq!(said("an Error: no\n").error(), b"");
        assert!(said("").warnings().is_empty());
    }

    #[tokio::test]
    async fn who_takes_too_long_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("slow");
        fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
        longshore_testkit::make_executable(&program).unwrap();
        let limit = Duration::from_millis(50);
        let side = Side::new(program, None, folder.path().join("home"), vec![], limit).unwrap();
        let rendered = side.run(&Case::default()).await.unwrap();
        assert_eq!(rendered.code, None);
        assert!(rendered.elapsed < Duration::from_secs(20), "{:?}", rendered.elapsed);
    }
}
