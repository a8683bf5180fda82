//! `helm list`: the releases of a namespace, or of all.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/list.go>.

use anyhow::anyhow;
use longshore_chart::Level;
use longshore_go::regexp::Regexp;
use longshore_go::strconv;
use longshore_kustomize::labels::LabelSelector;
use longshore_release::record::{Release, Status};
use serde::Serialize;

use super::colour::Colour;
use super::format::{self, Format};
use super::locate::quoted;
use super::table::table;
use super::{Settings, print, records, shown, times};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// The statuses that each flag stands for.
const FILTERS: [(&str, &[Status]); 6] = [
    ("deployed", &[Status::Deployed]),
    ("failed", &[Status::Failed]),
    ("pending", &[Status::PendingInstall, Status::PendingUpgrade, Status::PendingRollback]),
    ("superseded", &[Status::Superseded]),
    ("uninstalled", &[Status::Uninstalled]),
    ("uninstalling", &[Status::Uninstalling]),
];

pub(super) fn command(level: Level) -> Command<Settings> {
    let is_old = level.rules().major == 3;
    let deployed = if is_old { "deployed ones; with failed ones the default" } else { "deployed ones" };
    let mut flags = vec![
        Flag::new("all-namespaces", Kind::Bool, "releases of all namespaces").short('A'),
        Flag::new("date", Kind::Bool, "by date and not by name").short('d'),
        Flag::new("deployed", Kind::Bool, deployed),
        Flag::new("failed", Kind::Bool, "failed ones"),
        Flag::new("filter", Kind::Text, "only releases whose name a regular expression matches").short('f'),
        Flag::new("max", Kind::Int, "at most so many; 0 for all").short('m').default("256"),
        Flag::new("no-headers", Kind::Bool, "a table without the names of its columns"),
        Flag::new("offset", Kind::Int, "leave out so many at the beginning"),
        format::flag(),
        Flag::new("pending", Kind::Bool, "those that somebody is working on"),
        Flag::new("reverse", Kind::Bool, "the other way round").short('r'),
        Flag::new(
            "selector",
            Kind::Text,
            "only releases whose record has these labels: key1=value1,key2!=value2",
        )
        .short('l'),
        Flag::new("short", Kind::Bool, "only names").short('q'),
        Flag::new("superseded", Kind::Bool, "those that a later revision replaced"),
        Flag::new("time-format", Kind::Text, "layout for times in Go's form: 2006-01-02 15:04:05Z0700"),
        Flag::new("uninstalled", Kind::Bool, "uninstalled ones whose history was kept"),
        Flag::new("uninstalling", Kind::Bool, "those that are being uninstalled"),
    ];
    if is_old {
        flags.push(Flag::new("all", Kind::Bool, "in whatever status").short('a'));
    }
    Command {
        usage: "list",
        aliases: &["ls"],
        short: "list releases",
        long: "Lists the releases of a namespace, each with its last revision. Flags choose them by status, name and labels.",
        flags,
        arguments: Arguments::None,
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

/// A row.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    namespace: String,
    revision: String,
    updated: String,
    status: &'static str,
    chart: String,
    app_version: String,
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let form = format::of(matches);
    let releases = find(settings, matches)?;
    if matches.is_on("short") {
        let names: Vec<&str> = releases.iter().map(|release| release.name.as_str()).collect();
        return match form {
            Format::Table => print(&names.iter().map(|name| format!("{name}\n")).collect::<String>()),
            form => format::print(&names, form),
        };
    }
    let layout = matches.text("time-format");
    let rows: Vec<Row> = releases.iter().map(|release| row(release, layout)).collect();
    if form != Format::Table {
        return format::print(&rows, form);
    }
    let colour = Colour::of(settings, matches);
    let mut lines = Vec::new();
    if !matches.is_on("no-headers") {
        let names = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
        lines.push(names.iter().map(|name| colour.header(name)).collect());
    }
    lines.extend(rows.into_iter().zip(&releases).map(|(row, release)| {
        let (namespace, status) = (colour.namespace(&row.namespace), colour.status(release.info.status));
        vec![row.name, namespace, row.revision, row.updated, status, row.chart, row.app_version]
    }));
    print(&(table(&lines, 0) + "\n"))
}

fn row(release: &Release, layout: &str) -> Row {
    let time = times::read(&release.info.last_deployed);
    let updated = match layout {
        _ if time.is_zero() => String::from("-"),
        "" => times::long(&time),
        layout => times::format(&time, layout),
    };
    Row {
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        revision: release.revision.to_string(),
        updated,
        status: release.info.status.as_str(),
        chart: shown::chart(release),
        app_version: shown::app_version(release).unwrap_or(shown::MISSING).to_owned(),
    }
}

/// The releases that the flags choose, in their order.
fn find(settings: &Settings, matches: &Matches) -> anyhow::Result<Vec<Release>> {
    let opened = records::open(settings, matches, matches.is_on("all-namespaces"))?;
    let filter = Some(matches.text("filter")).filter(|pattern| !pattern.is_empty());
    let filter = filter.map(|pattern| Regexp::compile(pattern.as_bytes())).transpose();
    let filter = filter.map_err(|error| anyhow!("{error}"))?;
    let statuses = wanted(settings.level, matches);
    let mut found = if statuses == [Status::Superseded] {
        // Of replaced revisions all are asked for: the newest one of a release never is one.
        opened.wait(opened.records.list())?
    } else {
        opened.wait(opened.records.newest())?
    };
    found.retain(|release| filter.as_ref().is_none_or(|filter| filter.is_match(release.name.as_bytes())));
    if found.is_empty() {
        return Ok(found);
    }
    found.retain(|release| statuses.contains(&release.info.status));
    let selector = matches.text("selector");
    let selector =
        LabelSelector::parse(selector).map_err(|error| anyhow!(told(&error.to_string(), selector)))?;
    found.retain(|release| selector.matches(|key| release.labels.get(key).map(String::as_str)));
    if matches.is_on("date") {
        let seconds = |release: &Release| times::read(&release.info.last_deployed).seconds;
        found.sort_by_key(|release| (seconds(release), release.name.clone()));
    } else {
        found.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if matches.is_on("reverse") {
        found.reverse();
    }
    let number = |flag| strconv::parse_int(matches.text(flag).as_bytes(), 0, 64).unwrap_or_default();
    let offset = usize::try_from(number("offset")).map_err(|_| anyhow!("--offset must not be negative"))?;
    let most = usize::try_from(number("max")).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
    Ok(found.into_iter().skip(offset).take(most).collect())
}

/// The statuses that the flags ask for.
fn wanted(level: Level, matches: &Matches) -> Vec<Status> {
    let all = || FILTERS.iter().flat_map(|(_, statuses)| statuses.iter().copied()).collect::<Vec<_>>();
    if level.rules().major == 3 && matches.is_on("all") {
        return all();
    }
    let chosen = FILTERS.iter().filter(|(flag, _)| matches.is_on(flag));
    let chosen: Vec<Status> = chosen.flat_map(|(_, statuses)| statuses.iter().copied()).collect();
    match (chosen.is_empty(), level.rules().major) {
        (false, _) => chosen,
        (true, 3) => vec![Status::Deployed, Status::Failed],
        (true, _) => all(),
    }
}

/// What is wrong with a selector, in the words of newer versions of Kubernetes than those of the parser.
fn told(error: &str, selector: &str) -> String {
    let Some(fault) = error.strip_prefix("unable to parse requirement: ") else { return error.to_owned() };
    let place = |place: &str, value: &str, fault: &str| {
        format!("unable to parse requirement: {place}: Invalid value: {value}: {fault}")
    };
    if let Some((key, fault)) =
        fault.strip_prefix("invalid label key ").and_then(|fault| fault.split_once(": "))
    {
        return place("<nil>", key, fault);
    }
    let value = fault.strip_prefix("invalid label value: ").and_then(|fault| fault.split_once(": at key: "));
    if let Some((value, (key, fault))) = value.and_then(|(value, rest)| Some((value, rest.split_once(": ")?)))
    {
        return place(&format!("values[0][{}]", key.trim_matches('"')), value, fault);
    }
    if let Some((found, _)) = fault.split_once("expected: '='") {
        return format!("unable to parse requirement: {found}expected: in, notin, =, ==, !=, gt, lt");
    }
    let limit = selector.split(['>', '<']).nth(1).and_then(|rest| rest.split(',').next());
    match limit.filter(|_| fault.starts_with("for 'Gt'")) {
        Some(limit) => place("values[0]", &quoted(limit.trim()), fault),
        None => error.to_owned(),
    }
}
