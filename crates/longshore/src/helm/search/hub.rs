//! `helm search hub`: in a hub of charts, such as Artifact Hub, by the interface that Monocular had.

use anyhow::{anyhow, bail};
use longshore_go::url::{Url, query_escape};
use longshore_go::{Value, json, path};
use longshore_source::Get;
use serde::Serialize;

use super::super::{Settings, locate::quoted};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// Where hubs answer.
const PATH: &[u8] = b"api/chartsvc/v1/charts/search";

/// Bytes of an answer that are taken.
const MAX_ANSWER: u64 = 64 << 20;

pub(super) fn command() -> Command<Settings> {
    let mut flags = super::flags();
    flags.extend([
        Flag::new("endpoint", Kind::Text, "the hub").default("https://hub.helm.sh"),
        Flag::new("list-repo-url", Kind::Bool, "the addresses of the repositories too"),
    ]);
    Command {
        usage: "hub [KEYWORD]",
        aliases: &[],
        short: "find charts in Artifact Hub or another hub",
        long: "Asks a hub for charts. Which queries there are is up to the hub.",
        flags,
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

#[derive(Serialize)]
struct Row {
    url: String,
    version: String,
    app_version: String,
    description: String,
    repository: Repository,
}

#[derive(Serialize)]
struct Repository {
    url: String,
    name: String,
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let endpoint = matches.text("endpoint");
    let no_hub = |why: String| anyhow!("unable to create connection to {}: {why}", quoted(endpoint));
    let mut url = Url::parse(endpoint.as_bytes()).map_err(|error| no_hub(error.to_string()))?;
    if url.hostname().is_empty() {
        return Err(no_hub(String::from("no hostname provided")));
    }
    url.path = path::clean(&[&url.path, PATH].join(&b'/'));
    url.raw_query = [b"q=", &query_escape(matches.arguments.join(" ").as_bytes())[..]].concat();
    let url = String::from_utf8_lossy(&url.to_bytes()).into_owned();
    let Ok(answer) = settings.http.get(&Get { max_bytes: MAX_ANSWER, ..Get::new(url) }) else {
        bail!("unable to perform search against {}", quoted(endpoint));
    };
    // What cannot be read has no results.
    let answer = json::parse(&answer).unwrap_or(Value::Nil);
    let results = field(&answer, "data");
    let rows: Vec<Row> = results
        .as_list()
        .into_iter()
        .flat_map(|list| list.iter().map(|one| row(one, endpoint)).collect::<Vec<_>>())
        .collect();
    let mut columns = vec!["URL", "CHART VERSION", "APP VERSION", "DESCRIPTION"];
    let with_repository = matches.is_on("list-repo-url");
    if with_repository {
        columns.push("REPO URL");
    }
    super::show(matches, &rows, &columns, |row| {
        let mut cells =
            vec![row.url.clone(), row.version.clone(), row.app_version.clone(), row.description.clone()];
        if with_repository {
            cells.push(row.repository.url.clone());
        }
        cells
    })
}

fn row(result: &Value, endpoint: &str) -> Row {
    let attributes = field(result, "attributes");
    let repository = field(&attributes, "repo");
    let latest = field(&field(&field(result, "relationships"), "latestChartVersion"), "data");
    let url = match text(&field(result, "artifactHub"), "packageUrl") {
        own if own.is_empty() => format!("{endpoint}/charts/{}", text(result, "id")),
        own => own,
    };
    Row {
        url,
        version: text(&latest, "version"),
        app_version: text(&latest, "app_version"),
        description: text(&attributes, "description"),
        repository: Repository { url: text(&repository, "url"), name: text(&repository, "name") },
    }
}

fn field(value: &Value, name: &str) -> Value {
    value.as_map().and_then(|map| map.get(name.as_bytes())).unwrap_or(Value::Nil)
}

fn text(value: &Value, name: &str) -> String {
    field(value, name).as_str().map(ToString::to_string).unwrap_or_default()
}
