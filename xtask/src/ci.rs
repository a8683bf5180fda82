//! `cargo xtask ci`, `cargo xtask test` and `cargo xtask soak`: the checks, one after the other, with what they take.
//!
//! Tests that need a cluster share one that is started here and ends with this process, however it ends. Those that
//! need a real node ([`e2e`]) are run only where nothing has to be built or installed for it, and else named. The few
//! tests that fail are run [`again`].

pub(crate) mod again;

use std::time::{Duration, Instant};

use anyhow::Result;
use longshore_testkit::CLUSTER_VARIABLE;
use longshore_testkit::cluster::{self, Lifetime, Running};
use longshore_testkit::tools::{Group, workspace_root};
use tokio::process::Command;

use crate::{e2e, go, say, step, tidy};

/// Runs every check. `false` if one fails.
pub(crate) async fn ci() -> Result<bool> {
    let mut steps = Steps::new(8);
    steps.begin("format", 5);
    let formatted = step::run(&mut cargo(&["fmt", "--all", "--", "--check"])).await?;
    steps.end(formatted);

    steps.begin("tidy", 5);
    steps.end(tidy::run()?);

    steps.begin("clippy", 240);
    let mut clippy = cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let clean = step::run(&mut clippy).await?;
    steps.end(clean);

    // What does not pass these is not worth the time of the rest.
    if steps.failed.is_empty() {
        tests(&mut steps).await?;
        steps.begin("tests of the real node", 480);
        match e2e::run_if_warm().await? {
            Some(outcome) => steps.end_tests(outcome),
            None => steps.end(true),
        }
        steps.begin("documentation", 90);
        let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
        let documented = step::run(doc.env("RUSTDOCFLAGS", "-D warnings")).await?;
        steps.end(documented);
    }
    Ok(steps.conclude())
}

/// Runs the tests. `false` if one fails.
pub(crate) async fn test() -> Result<bool> {
    let mut steps = Steps::new(3);
    tests(&mut steps).await?;
    Ok(steps.conclude())
}

/// Runs what takes the whole machine for minutes and is in no other run: the tests on simulated nodes that are ignored.
/// They print their figures. `false` if one fails.
pub(crate) async fn soak() -> Result<bool> {
    go::build(Group::ControlPlane).await?;
    let cluster = start_cluster().await?;
    let mut command =
        cargo(&["test", "-p", "longshore", "--test", "cluster", "--", "--ignored", "--nocapture"]);
    step::run(command.env(CLUSTER_VARIABLE, &cluster.record().name)).await
}

async fn tests(steps: &mut Steps) -> Result<()> {
    steps.begin("control plane", 470);
    go::build(Group::ControlPlane).await?;
    steps.end(true);

    steps.begin("test cluster", 5);
    let cluster = start_cluster().await?;
    steps.end(true);

    steps.begin("tests", 1200);
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.env(CLUSTER_VARIABLE, &cluster.record().name).env("RUST_TEST_THREADS", threads().to_string());
    steps.end_tests(again::run(&mut command, &[]).await?);
    Ok(())
}

/// How many tests run at once: those of the cluster wait for it two thirds of their time, so more than there are
/// processors.
fn threads() -> usize {
    2 * std::thread::available_parallelism().map_or(2, usize::from)
}

async fn start_cluster() -> Result<Running> {
    cluster::sweep().await?;
    let name = format!("ci-{}", std::process::id());
    cluster::up(&name, Lifetime::Process, &|text| say::note(text)).await
}

pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace_root());
    command
}

/// The account of what was done.
struct Steps {
    count: usize,
    begun: usize,
    name: &'static str,
    start: Instant,
    first: Instant,
    failed: Vec<&'static str>,
    unsteady: Vec<String>,
}

impl Steps {
    fn new(count: usize) -> Self {
        let now = Instant::now();
        Self { count, begun: 0, name: "", start: now, first: now, failed: Vec::new(), unsteady: Vec::new() }
    }

    /// `usually` is what it takes with nothing built yet, on two cores.
    fn begin(&mut self, name: &'static str, usually: u32) {
        self.begun += 1;
        self.name = name;
        self.start = Instant::now();
        let usually = say::usually(usually);
        say::note(&format!("[{}/{}] {name}: at most about {usually} the first time", self.begun, self.count));
    }

    fn end(&mut self, passed: bool) {
        if !passed {
            self.failed.push(self.name);
        }
        let (verdict, took) = (if passed { "done" } else { "FAILED" }, say::duration(self.start.elapsed()));
        say::note(&format!("[{}/{}] {}: {verdict} in {took}", self.begun, self.count, self.name));
    }

    fn end_tests(&mut self, outcome: again::Outcome) {
        self.unsteady.extend(outcome.unsteady);
        self.end(outcome.passed);
    }

    fn conclude(&self) -> bool {
        if !self.unsteady.is_empty() {
            say::note(&format!(
                "failed at first and passed alone, to be mended: {}",
                self.unsteady.join(", ")
            ));
        }
        say::note(&summary(&self.failed, self.first.elapsed()));
        self.failed.is_empty()
    }
}

fn summary(failed: &[&str], took: Duration) -> String {
    let took = say::duration(took);
    if failed.is_empty() {
        format!("everything passed in {took}")
    } else {
        format!("failed after {took}: {}", failed.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_failed() {
        assert_eq!(summary(&[], Duration::from_secs(2)), "everything passed in 2.0 s");
        assert_eq!(
            summary(&["format", "tests"], Duration::from_secs(2)),
            "failed after 2.0 s: format, tests"
        );
    }
}
