//! Tests that failed in a run of everything, once more and by themselves.
//!
//! A few hundred tests share two processors with real servers. One that fails there and passes alone has a fault, or has
//! found one, but says nothing of the change at hand. A run of everything therefore repeats [a few](MOST), and names
//! them at its end, whatever comes out: they are to be mended.

use anyhow::Result;
use tokio::process::Command;

use crate::{say, step};

/// If more tests fail than this, it is no accident, and none is run again.
const MOST: usize = 3;

/// What has failed of one test target.
#[derive(Debug, PartialEq)]
struct Target {
    /// The arguments by which cargo finds it: `-p longshore --test cluster`.
    arguments: Vec<String>,
    tests: Vec<String>,
}

/// How a run of tests came out.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) passed: bool,
    /// The tests that failed at first and passed by themselves, each with its target.
    pub(crate) unsteady: Vec<String>,
}

/// Runs tests. Where only [a few](MOST) fail, they are run again with the same environment and these arguments behind
/// the tests' names.
pub(crate) async fn run(command: &mut Command, flags: &[&str]) -> Result<Outcome> {
    let heard = step::run_heard(command).await?;
    let mut outcome = Outcome { passed: heard.success, unsteady: Vec::new() };
    let Some(targets) = (!heard.success).then(|| few(failed(&heard.stdout, &heard.stderr)?)).flatten() else {
        return Ok(outcome);
    };
    outcome.passed = true;
    for target in targets {
        say::note(&format!("failed, and is run again by itself: {}", target.tests.join(", ")));
        let mut again = super::cargo(&["test"]);
        again.args(&target.arguments).args(["--", "--exact"]).args(&target.tests).args(flags);
        for (name, value) in command.as_std().get_envs() {
            if let Some(value) = value {
                again.env(name, value);
            }
        }
        let heard = step::run_heard(&mut again).await?;
        if heard.success && passed(&heard.stdout) == target.tests.len() {
            let place = target.arguments.join(" ");
            outcome.unsteady.extend(target.tests.iter().map(|test| format!("{test} ({place})")));
        } else {
            outcome.passed = false;
        }
    }
    Ok(outcome)
}

/// What is worth another run.
fn few(targets: Vec<Target>) -> Option<Vec<Target>> {
    let count: usize = targets.iter().map(|target| target.tests.len()).sum();
    (1..=MOST).contains(&count).then_some(targets)
}

/// The failed tests: libtest lists them under each target on standard output, cargo says on standard error how each
/// such target is run again. `None` if the two do not fit together, as when a target ended by a signal or did not
/// compile.
fn failed(stdout: &str, stderr: &str) -> Option<Vec<Target>> {
    let mut lists = Vec::new();
    let mut list = Vec::new();
    let mut lines = stdout.lines();
    while let Some(line) = lines.next() {
        if line == "failures:" {
            // The first of two such blocks is what the tests have printed: nothing there is indented as names are.
            list = lines.by_ref().map_while(|line| line.strip_prefix("    ")).map(str::to_owned).collect();
        } else if line.starts_with("test result: FAILED") {
            lists.push(std::mem::take(&mut list));
        }
    }
    let targets: Vec<_> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("error: test failed, to rerun pass `")?.strip_suffix('`'))
        .map(|arguments| arguments.split(' ').map(str::to_owned).collect())
        .collect();
    let fits = lists.len() == targets.len() && lists.iter().all(|list: &Vec<String>| !list.is_empty());
    let target = |(arguments, tests)| Target { arguments, tests };
    fits.then(|| targets.into_iter().zip(lists).map(target).collect())
}

/// How many tests passed.
fn passed(stdout: &str) -> usize {
    let counted =
        |line: &str| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<usize>().ok();
    stdout.lines().filter_map(counted).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STDOUT: &str = "
running 2 tests
test a::b ... ok
test c::d ... FAILED

failures:

---- c::d stdout ----

thread 'c::d' panicked at crates/x/tests/cluster/c.rs:1:1:
    indented


failures:
    c::d
    e f

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s


running 1 test
test g ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

failures:
    h::i

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s
";
    const STDERR: &str = "\
     Running tests/cluster/main.rs (target/debug/deps/cluster-1)
error: test failed, to rerun pass `-p x --test cluster`
error: test failed, to rerun pass `-p y --lib`
error: 2 targets failed:
    `-p x --test cluster`
    `-p y --lib`
";

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn failed_tests_are_told_by_target() {
        let failed = failed(STDOUT, STDERR).unwrap();
        let first = Target {
            arguments: words("-p x --test cluster"),
            tests: vec!["c::d".to_owned(), "e f".to_owned()],
        };
        assert_eq!(failed, [first, Target { arguments: words("-p y --lib"), tests: words("h::i") }]);
        assert_eq!(few(failed).unwrap().len(), 2);
        assert_eq!(passed(STDOUT), 1);
    }

    #[test]
    fn what_does_not_fit_together_is_not_run_again() {
        let killed = "error: test failed, to rerun pass `-p z --lib`\n";
        assert_eq!(failed(STDOUT, &format!("{STDERR}{killed}")), None);
        assert_eq!(few(failed("", "error: could not compile `x`\n").unwrap()), None);
    }

    #[test]
    fn many_are_no_accident() {
        let tests = (0..=MOST).map(|number| number.to_string()).collect();
        assert_eq!(few(vec![Target { arguments: words("-p x"), tests }]), None);
    }
}
