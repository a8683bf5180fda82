//! `longshore check` over copies of the five platforms, each with one mistake: it is found, at its line. That it finds
//! nothing in the platforms as they are is tried where they are (`checked.rs`).

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use longshore_testkit::tools::workspace_root;
use longshore_testkit::{Program, Project};
use serde_json::Value;

/// See its head.
const MISTAKES: &str = include_str!("broken.txt");

/// One copy with its mistake.
#[derive(Debug, Default)]
struct Mistake<'a> {
    platform: &'a str,
    flags: &'a str,
    file: &'a str,
    before: Vec<&'a str>,
    after: Vec<&'a str>,
    rule: &'a str,
    told_in: &'a str,
    /// The line that is told, if the rule tells one.
    line: Option<&'a str>,
}

fn mistakes() -> Vec<Mistake<'static>> {
    let mut all: Vec<Mistake<'static>> = Vec::new();
    let (mut heading, mut open) = (("", ""), Mistake::default());
    for line in MISTAKES.lines() {
        match line.split_at_checked(1) {
            None => {}
            Some(("#", rest)) => {
                if let Some(rest) = rest.strip_prefix("# ") {
                    heading = rest.split_once(' ').unwrap();
                }
            }
            Some(("-", text)) => open.before.push(text),
            Some(("+", text)) => open.after.push(text),
            Some(("=", told)) => {
                let (rule, place) = told.trim().split_once(' ').unwrap();
                let (told_in, line) =
                    place.split_once(": ").map_or((place, None), |(at, line)| (at, Some(line)));
                let (platform, flags) = heading;
                all.push(Mistake { platform, flags, rule, told_in, line, ..std::mem::take(&mut open) });
            }
            Some(_) => open.file = line,
        }
    }
    all
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// What is wrong with what `check` says of one copy.
fn try_one(mistake: &Mistake<'_>) -> Option<String> {
    let project = Project::new("").unwrap();
    copy(&workspace_root().join("platforms").join(mistake.platform), project.path());
    let file = project.file(mistake.file);
    let (text, lines) =
        (fs::read_to_string(&file).unwrap(), |lines: &[&str]| format!("{}\n", lines.join("\n")));
    let before = lines(&mistake.before);
    assert!(text.contains(&before), "{} has no\n{before}", mistake.file);
    fs::write(&file, text.replacen(&before, &lines(&mistake.after), 1)).unwrap();

    let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["check", "--strict", "-o", "json"])
        .args(mistake.flags.split_whitespace())
        .folder(project.path())
        .run()
        .unwrap();
    let found: Value = serde_json::from_str(&outcome.stdout).unwrap_or_default();
    let told_here = |finding: &Value| {
        let place = &finding["place"];
        if finding["code"] != mistake.rule || place["file"] != mistake.told_in {
            return false;
        }
        let text = fs::read_to_string(project.file(mistake.told_in)).unwrap();
        let number = place["line"].as_u64().and_then(|number| usize::try_from(number).ok());
        let line = number.and_then(|number| text.lines().nth(number.checked_sub(1)?));
        line.map(str::trim) == mistake.line
    };
    let findings = found["findings"].as_array().into_iter().flatten();
    let is_good = outcome.code == Some(1) && findings.clone().any(told_here);
    (!is_good).then(|| format!("{mistake:#?}\n{outcome}"))
}

/// Sixty mistakes or so: fields, types, values, kinds, API versions, references of all sorts, probes, volumes, ports,
/// selectors, passwords, templates, values, charts, kustomizations and the project file.
#[test]
fn a_mistake_in_a_copy_of_a_platform_is_found_at_its_line() {
    let all = mistakes();
    assert!(all.len() >= 50, "{}", all.len());
    let (next, threads) = (AtomicUsize::new(0), thread::available_parallelism().unwrap().get());
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut wrong = Vec::new();
                    while let Some(mistake) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        wrong.extend(try_one(mistake));
                    }
                    wrong
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
