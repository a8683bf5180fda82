//! `helm search repo`: in the indexes that are cached.
//!
//! How near a chart is to what was asked for is the number of the field in which the words stand: name, name with the
//! repository's, description, keywords (<https://github.com/helm/helm/blob/v4.3.1/pkg/cmd/search/search.go>).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{anyhow, bail};
use longshore_chart::repository::ChartVersion;
use longshore_go::regexp::Regexp;
use longshore_go::semver::{Constraint, Version};
use longshore_go::strings;
use serde::Serialize;

use super::super::repositories::{index_path, load, load_index};
use super::super::{Settings, locate::quoted, say};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// What stands between the fields.
const SEPARATOR: char = '\u{b}';

pub(super) fn command() -> Command<Settings> {
    let mut flags = super::flags();
    flags.extend([
        Flag::new("devel", Kind::Bool, "development versions too; the same as --version '>0.0.0-0'"),
        Flag::new("regexp", Kind::Bool, "the words are a regular expression").short('r'),
        Flag::new("version", Kind::Text, "constraint for the versions"),
        Flag::new("versions", Kind::Bool, "all versions of each chart").short('l'),
    ]);
    Command {
        usage: "repo [keyword]",
        aliases: &[],
        short: "find charts in the repositories that have a name here",
        long: "Finds charts in the indexes of repositories as they were last fetched: in names, descriptions and keywords.",
        flags,
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

/// A version of a chart, and how far it is from what was asked for.
struct Found {
    repository: String,
    /// The chart's name below the repository's.
    name: String,
    score: usize,
    chart: ChartVersion,
    version: Option<Version>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    version: String,
    app_version: String,
    description: String,
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let constraint = match (matches.text("version"), matches.is_on("devel")) {
        ("", true) => ">0.0.0-0",
        ("", false) => ">0.0.0",
        (given, _) => given,
    };
    let mut found = candidates(settings)?;
    if !matches.arguments.is_empty() {
        let words = matches.arguments.join(" ");
        let distance = distance(&words, matches.is_on("regexp"))?;
        found.retain_mut(|one| match distance(&line(one)) {
            Some(score) => {
                one.score = score;
                true
            }
            None => false,
        });
    }
    found.sort_by(order);
    let constraint = Constraint::parse(constraint.as_bytes())
        .map_err(|error| anyhow!("an invalid version/constraint format: {error}"))?;
    let mut rows: Vec<Row> = Vec::new();
    let mut known = BTreeSet::new();
    for one in found {
        if known.contains(&one.name) && !matches.is_on("versions") {
            continue;
        }
        if one.version.as_ref().is_some_and(|version| constraint.check(version)) {
            let metadata = one.chart.metadata;
            known.insert(one.name.clone());
            rows.push(Row {
                name: one.name,
                version: metadata.version,
                app_version: metadata.app_version,
                description: metadata.description,
            });
        }
    }
    super::show(matches, &rows, &["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"], |row| {
        vec![row.name.clone(), row.version.clone(), row.app_version.clone(), row.description.clone()]
    })
}

/// Every version of every chart that is known.
fn candidates(settings: &Settings) -> anyhow::Result<Vec<Found>> {
    let file = load(settings).unwrap_or_default();
    if file.repositories.is_empty() {
        bail!("no repositories configured");
    }
    let mut all = Vec::new();
    for entry in &file.repositories {
        let repository = &entry.name;
        let index = match load_index(settings, &index_path(&settings.repository_cache, repository)) {
            Ok(index) => index,
            Err(error) if settings.level.rules().major == 3 => {
                let name = quoted(repository);
                say(&format!("WARNING: Repo {name} is corrupt or missing. Try 'helm repo update'."));
                say(&format!("WARNING: {error}"));
                continue;
            }
            Err(error) => {
                let beside = [("repo", repository.as_str()), ("error", &error)];
                settings.log_with("WARN", "repo is corrupt or missing", &beside);
                continue;
            }
        };
        for (name, versions) in index.entries {
            let name = longshore_go::path::join(&[repository.as_bytes(), name.as_bytes()]);
            let name = String::from_utf8_lossy(&name).into_owned();
            // Of the same version of a chart the last one counts.
            let mut kept: BTreeMap<String, Found> = BTreeMap::new();
            for chart in versions {
                let text = chart.metadata.version.clone();
                let version = Version::parse(text.as_bytes()).ok();
                let (repository, name) = (repository.clone(), name.clone());
                kept.insert(text, Found { repository, name, score: 0, chart, version });
            }
            all.extend(kept.into_values());
        }
    }
    Ok(all)
}

/// The fields that are searched.
fn line(one: &Found) -> String {
    let metadata = &one.chart.metadata;
    let full = format!("{}/{}", one.repository, metadata.name);
    let keywords = metadata.keywords.join(" ");
    [metadata.name.as_str(), &full, &metadata.description, &keywords].join(&SEPARATOR.to_string())
}

/// How far a line is from something; nothing if that is not in it.
type Distance = dyn Fn(&str) -> Option<usize>;

/// How far lines are from the words; as a pattern or as they are.
fn distance(words: &str, is_pattern: bool) -> anyhow::Result<Box<Distance>> {
    let score = |before: &[u8]| before.iter().filter(|byte| char::from(**byte) == SEPARATOR).count();
    if is_pattern {
        let pattern = Regexp::compile(words.as_bytes()).map_err(|error| anyhow!("{error}"))?;
        return Ok(Box::new(move |line| pattern.before_match(line.as_bytes()).map(score)));
    }
    let words = strings::to_lower(words.as_bytes());
    Ok(Box::new(move |line| {
        let line = strings::to_lower(line.as_bytes());
        strings::find(&line, &words).map(|at| score(&line[..at]))
    }))
}

/// Nearest first, then by name, then newest first.
fn order(a: &Found, b: &Found) -> Ordering {
    a.score.cmp(&b.score).then_with(|| a.name.cmp(&b.name)).then_with(|| b.version.cmp(&a.version))
}
