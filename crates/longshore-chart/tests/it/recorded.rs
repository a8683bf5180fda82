//! Replays `compat/helm`: every chart there, with every line of its `cases`, at every level recorded.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use longshore_chart::{Engine, Level};

use crate::helm::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/helm")
}

/// The words of a line, split at spaces, single quotes around words with spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.trim().chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("it begins with a word").push(c),
        }
    }
    words
}

/// What one case prints: the output, or `Error: ` and the text.
fn outcome(flags: &str, chart: &Path, engine: &Engine) -> String {
    let mut args = vec!["demo".to_owned(), "chart".to_owned()];
    args.extend(words(flags).into_iter().filter(|word| !word.is_empty()));
    let run = || -> Result<String, String> {
        let command = Command::parse(&args, chart, engine.level())?;
        let loaded = command.load()?;
        let rendered = command.render(engine, &loaded, chart)?;
        Ok(command.print(&rendered))
    };
    run().unwrap_or_else(|error| format!("Error: {}\n", error.trim_end()))
}

/// The first line in which two texts differ, with a line around it.
fn first_difference(expected: &str, got: &str) -> String {
    let (expected, got): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), got.split('\n').collect());
    let line = (0..expected.len()).find(|i| expected.get(*i) != got.get(*i)).unwrap_or(expected.len());
    let mut text = format!("  line {}\n", line + 1);
    for i in line.saturating_sub(1)..line + 2 {
        let _ = writeln!(text, "    helm: {:?}\n    ours: {:?}", expected.get(i), got.get(i));
    }
    text
}

#[test]
fn every_recorded_case_comes_out_the_same() {
    let mut failures = String::new();
    let (mut cases, mut failed) = (0, 0);
    let engines: Vec<Engine> = Level::ALL.into_iter().map(Engine::new).collect();
    let mut charts: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("compat/helm is part of the checkout")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.join("cases").is_file())
        .collect();
    charts.sort();
    for chart in charts {
        let list = std::fs::read_to_string(chart.join("cases")).expect("it can be read");
        for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, flags) = line.split_once(':').expect("a case is `name: flags`");
            for engine in &engines {
                let file = chart.join(format!("recorded/{name}.{}", engine.level().name()));
                let Ok(expected) = std::fs::read_to_string(&file) else { continue };
                cases += 1;
                let got = outcome(flags, &chart, engine);
                if got != expected {
                    failed += 1;
                    let _ = writeln!(failures, "{}\n{}", file.display(), first_difference(&expected, &got));
                }
            }
        }
    }
    assert!(cases >= 80, "only {cases} cases were found");
    assert!(failed == 0, "{failed} of {cases} cases differ:\n{failures}");
}
