//! `helm push`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::Services as _;
use longshore_chart::metadata::{CHART_FIELDS, Metadata, fields_of};
use longshore_go::time::Time;
use longshore_go::url::Url;
use longshore_go::{Value, json};
use longshore_platform::World;
use longshore_source::{oci, provenance};
use serde_json::Value as Json;

use super::locate::{quoted, reason};
use super::registry::{self, Out};
use super::{Settings, locate};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "push [chart] [remote]",
        aliases: &[],
        short: "bring a chart's archive to a registry",
        long: "Brings an archive to a registry, below `oci://HOST/PATH`, under the chart's name and with its version as the tag.

The signed statement beside the archive goes along.",
        flags: registry::flags(),
        arguments: Arguments::AtLeast(2),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let [archive, remote, ..] = matches.arguments.as_slice() else { return Ok(()) };
    let registry = registry::client(settings)?;
    let url = Url::parse(remote.as_bytes()).map_err(|_| anyhow!("invalid chart URL format: {remote}"))?;
    match url.scheme.as_slice() {
        b"oci" => {}
        b"" => bail!("scheme prefix missing from remote (e.g. \"oci://\")"),
        other => bail!("scheme {} not supported", quoted(other)),
    }
    let path = Path::new(archive);
    let metadata = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!("{archive}: no such file"),
        other => other.map_err(|error| anyhow!("stat {archive}: {}", reason(&error)))?,
    };
    if metadata.is_dir() {
        bail!("cannot push directory, must provide chart archive (.tgz)");
    }
    let chart = locate::open_as(path, path, settings.level)?;
    let modified = metadata.modified().map_err(|error| anyhow!("stat {archive}: {}", reason(&error)))?;
    let seconds = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |age| age.as_secs().cast_signed());
    let created =
        Time::unix(seconds, 0).in_location(World::default().local()).format(b"2006-01-02T15:04:05Z07:00");
    let statement = format!("{archive}.prov");
    let statement = if Path::new(&statement).exists() { Some(provenance::read(&statement)?) } else { None };
    let metadata = chart.metadata();
    let remote = String::from_utf8_lossy(&url.to_bytes()).into_owned();
    let base = remote.strip_prefix("oci://").unwrap_or(&remote);
    let base = longshore_go::path::clean(format!("{base}/{}", metadata.name).as_bytes());
    let name = format!("{}:{}", String::from_utf8_lossy(&base), metadata.version);
    let pushed = registry.push(
        &name,
        &oci::Chart {
            archive: provenance::read(archive)?,
            config: ordered(&metadata.to_json(), CHART_FIELDS).into_bytes(),
            provenance: statement,
            annotations: annotations(metadata, &String::from_utf8_lossy(&created)),
        },
    )?;
    Out::of(settings).moved("Pushed", &pushed.reference, &pushed.digest)
}

/// What a registry is told about a chart.
fn annotations(metadata: &Metadata, created: &str) -> BTreeMap<String, String> {
    const VERSION: &str = "org.opencontainers.image.version";
    const TITLE: &str = "org.opencontainers.image.title";
    let authors: Vec<String> = metadata
        .maintainers
        .iter()
        .map(|maintainer| match maintainer.email.as_str() {
            "" => maintainer.name.clone(),
            email => format!("{} ({email})", maintainer.name),
        })
        .collect();
    let mut all: BTreeMap<String, String> = [
        ("org.opencontainers.image.description", metadata.description.as_str()),
        (TITLE, &metadata.name),
        (VERSION, &metadata.version),
        ("org.opencontainers.image.url", &metadata.home),
        ("org.opencontainers.image.created", created),
        ("org.opencontainers.image.source", metadata.sources.first().map_or("", String::as_str)),
        ("org.opencontainers.image.authors", &authors.join(", ")),
    ]
    .into_iter()
    .filter(|(_, text)| !text.trim().is_empty())
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .collect();
    let own =
        metadata.annotations.iter().flatten().filter(|(key, _)| ![VERSION, TITLE].contains(&key.as_str()));
    all.extend(own.map(|(key, text)| (key.clone(), text.clone())));
    all
}

/// JSON as Go writes it, with fields of structures in their order; other objects by their keys.
fn ordered(json: &Json, fields: &[&str]) -> String {
    match json {
        Json::Object(map) if !fields.is_empty() => {
            let present = fields.iter().filter_map(|field| Some((*field, map.get(*field)?)));
            let members: Vec<String> = present
                .map(|(field, value)| format!("\"{field}\":{}", ordered(value, fields_of(field))))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Json::Array(items) if !fields.is_empty() => {
            let items: Vec<String> = items.iter().map(|item| ordered(item, fields)).collect();
            format!("[{}]", items.join(","))
        }
        other => {
            let value: Value = longshore_chart::values::from_json(other);
            let mut out = Vec::new();
            // Everything that came out of JSON can go into it again.
            let _ = json::append(&mut out, &value, json::EscapeHtml::Yes);
            String::from_utf8_lossy(&out).into_owned()
        }
    }
}
