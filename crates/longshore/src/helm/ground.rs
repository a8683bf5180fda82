//! What the commands that change releases stand on: the records, the cluster, and Helm's log on standard error.

use std::future::Future;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Zoned;
use longshore_chart::Level;
use longshore_cluster::{Cluster, ClusterOptions};
use longshore_release::SystemClock;
use longshore_release::helm::{Log, Operation, Severity};

use super::cluster::{Live, NOWHERE};
use super::locate::{line, logged, quoted};
use super::records::{self, Opened};
use super::{Settings, say};
use crate::cobra::Matches;

/// An operation, and what is needed to wait for it.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) operation: Operation,
    opened: Opened,
}

impl Ground {
    /// Opens the records that flags and environment name, in a cluster that answers.
    ///
    /// # Errors
    /// There is no such driver, or the cluster does not answer, in Helm's words.
    pub(super) fn open(settings: &Settings, matches: &Matches) -> anyhow::Result<Self> {
        let opened = records::open(settings, matches, false)?;
        let without_cluster = opened.live().is_none();
        let cluster = if let Some(live) = opened.live() {
            live.cluster().clone()
        } else {
            // Nothing is ever asked of it.
            let server = Some(NOWHERE.to_owned());
            opened.wait(Cluster::choose(ClusterOptions { server, ..ClusterOptions::default() }))?
        };
        let operation = Operation {
            cluster,
            namespace: settings.namespace.clone(),
            timeout: timeout(matches),
            level: settings.level,
            clock: Arc::new(SystemClock),
            log: Arc::new(Said { level: settings.level, is_debug: settings.debug }),
            records: opened.records.clone(),
            without_cluster,
        };
        Ok(Self { operation, opened })
    }

    /// The cluster; none for records that live in this process.
    pub(super) fn live(&self) -> Option<&Live> {
        self.opened.live()
    }

    /// Waits for an answer.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.opened.wait(answer)
    }
}

/// How long one step may take, as it was typed. Less than nothing is without end.
fn timeout(matches: &Matches) -> Duration {
    let given = longshore_go::Duration::parse(matches.text("timeout").as_bytes());
    match given.map(|duration| u64::try_from(duration.0)) {
        Ok(Ok(nanoseconds)) => Duration::from_nanos(nanoseconds),
        Ok(Err(_)) => Duration::MAX,
        Err(_) => Duration::ZERO,
    }
}

/// Helm's log, on standard error.
struct Said {
    level: Level,
    is_debug: bool,
}

impl Said {
    fn is_old(&self) -> bool {
        self.level.rules().major == 3
    }
}

impl Log for Said {
    fn log(&self, severity: Severity, text: &str, beside: &[(&str, &str)]) {
        // 3.x logs through one function, which only says anything with `--debug`.
        if !self.is_debug && (severity == Severity::Debug || self.is_old()) {
            return;
        }
        if self.is_old() {
            let now = Zoned::now().strftime("%Y-%m-%d %H:%M:%S%.f %z %Z").to_string();
            return say(&format!("client.go:1: {now} [debug] {}", line("", text, beside)));
        }
        say(&line(&format!("level={} msg=", severity.as_str()), &logged(text), beside));
    }

    fn printed(&self, source: &str, text: &str) {
        if self.is_old() {
            return say(&format!("{source}: {text}"));
        }
        self.log(Severity::Info, text, &[]);
    }

    fn warned(&self, text: &str) {
        let now = Zoned::now().strftime("%m%d %H:%M:%S.%6f");
        let text = quoted(format!("Warning: {text}"));
        say(&format!("I{now} {:7} warnings.go:107] {text}", std::process::id()));
    }

    fn output(&self, bytes: &[u8]) {
        if self.is_old() {
            // Nobody listening any more is no mistake.
            let _ = std::io::stderr().lock().write_all(bytes);
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        self.log(Severity::Info, text.strip_suffix('\n').unwrap_or(&text), &[]);
    }
}
