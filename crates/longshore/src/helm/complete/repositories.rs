//! Candidates out of the list of repositories, and of what is cached of them.

use std::path::{Path, PathBuf};

use longshore_go::semver::Version;
use longshore_go::time::{self, Location};
use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use crate::cobra::{Answer, Ask, NO_FILES, NO_SPACE};

/// Most bytes that a cached file may have to be read for this.
const MAX_BYTES: u64 = 100 << 20;

/// Names and addresses of the repositories.
pub(super) fn listed(ask: &Ask<'_>) -> Vec<(String, String)> {
    let file = read(Path::new(ask.matches.text("repository-config")));
    let Some(Value::List(all)) = file.and_then(|map| map.get(b"repositories")) else { return Vec::new() };
    all.iter()
        .filter_map(Value::as_map)
        .map(|one| (text(&one.clone(), "name"), text(&one.clone(), "url")))
        .collect()
}

/// Charts of repositories, beginnings of addresses and, if `files` may be meant, files.
pub(super) fn charts(ask: &Ask<'_>, files: bool) -> Answer {
    let typed = ask.typed;
    let mut answer = Answer::default();
    for (name, url) in listed(ask) {
        if typed.starts_with(&format!("{name}/")) {
            answer.candidates.extend(of_repository(ask, &name));
            break;
        }
        if name.starts_with(typed) {
            answer.candidates.push(format!("{name}/\t{url}"));
            answer.directive |= NO_SPACE;
        }
    }
    for scheme in [
        "oci://\tChart OCI prefix",
        "https://\tChart URL prefix",
        "http://\tChart URL prefix",
        "file://\tChart local URL prefix",
    ] {
        if scheme.starts_with(typed) {
            answer.candidates.push(scheme.to_owned());
            answer.directive |= NO_SPACE;
        }
    }
    if files && !typed.is_empty() && !answer.candidates.is_empty() {
        let here = std::fs::read_dir(".").into_iter().flatten().flatten();
        let mut here: Vec<String> =
            here.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        here.retain(|name| name.starts_with(typed));
        here.sort_unstable();
        answer.candidates.extend(here);
    }
    if files && typed.is_empty() {
        let forms = ["./\tRelative path prefix to local chart", "/\tAbsolute path prefix to local chart"];
        answer.candidates.extend(forms.map(str::to_owned));
    }
    if !files {
        answer.directive |= NO_FILES;
    }
    answer
}

/// The charts that a repository is known to have.
fn of_repository(ask: &Ask<'_>, repository: &str) -> Vec<String> {
    let cached = cache(ask, &format!("{repository}-charts.txt"));
    let names: Vec<String> = match std::fs::read_to_string(cached) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => match index(ask, repository) {
            Some(entries) => entries.snapshot().into_iter().map(|(name, _)| name.to_string()).collect(),
            None => Vec::new(),
        },
    };
    names.into_iter().map(|name| format!("{repository}/{name}")).collect()
}

/// The versions of `REPOSITORY/CHART`, newest first.
pub(super) fn versions(ask: &Ask<'_>, chart: &str) -> Vec<String> {
    const DAY: &[u8] = b"January 2, 2006";
    let Some((repository, chart)) = chart.split_once('/').filter(|(_, chart)| !chart.contains('/')) else {
        return Vec::new();
    };
    let Some(Value::List(all)) = index(ask, repository).and_then(|entries| entries.get(chart.as_bytes()))
    else {
        return Vec::new();
    };
    let mut all: Vec<Map> = all.iter().filter_map(Value::as_map).cloned().collect();
    all.sort_by_cached_key(|one| std::cmp::Reverse(Version::parse(text(one, "version").as_bytes()).ok()));
    let described = |one: &Map| {
        let app = match text(one, "appVersion") {
            app if app.is_empty() => app,
            app => format!("App: {app}, "),
        };
        let created =
            time::parse(b"2006-01-02T15:04:05Z07:00", text(one, "created").as_bytes(), &Location::Utc);
        let created = created.map_or_else(
            |_| String::from("January 1, 0001"),
            |time| String::from_utf8_lossy(&time.format(DAY)).into_owned(),
        );
        let is_deprecated = matches!(one.get(b"deprecated"), Some(Value::Bool(true)));
        let deprecated = if is_deprecated { "(deprecated)" } else { "" };
        format!("{}\t{app}Created: {created} {deprecated}", text(one, "version"))
    };
    all.iter().map(described).collect()
}

/// The entries of a cached index.
fn index(ask: &Ask<'_>, repository: &str) -> Option<Map> {
    read(&cache(ask, &format!("{repository}-index.yaml")))?.get(b"entries")?.as_map().cloned()
}

fn cache(ask: &Ask<'_>, name: &str) -> PathBuf {
    Path::new(ask.matches.text("repository-cache")).join(name)
}

fn read(file: &Path) -> Option<Map> {
    if std::fs::metadata(file).ok()?.len() > MAX_BYTES {
        return None;
    }
    sigs::to_map(&std::fs::read(file).ok()?).ok()
}

fn text(map: &Map, key: &str) -> String {
    map.get(key.as_bytes()).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default()
}
