//! Rules about Chart.yaml.

use longshore_go::semver::{Constraint, Version};
use longshore_go::strconv::quoted;
use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use super::address::{is_email, is_request_url, is_url};
use super::{Entry, Folder, Report, Severity};
use crate::compat::Rules;
use crate::metadata::{CHART_FIELDS, Decode, Metadata, NULL_NODE, fields_of};

const FILE: &str = "Chart.yaml";

type Found = Result<(), String>;

pub(super) fn check(folder: &Folder, rules: &Rules, report: &mut Report) {
    use Severity::{Error, Info, Warning};
    let is_file = match folder.chart_entry {
        Entry::Folder => Err(String::from("should be a file, not a directory")),
        _ => Ok(()),
    };
    report.rule(Error, FILE, is_file);
    let metadata = match read(folder, rules) {
        Ok(metadata) => metadata,
        Err(problem) => {
            report.rule(Error, FILE, Err(format!("unable to parse YAML\n\t{problem}")));
            return;
        }
    };
    let content = folder.chart_file.as_deref().unwrap_or_default();
    if rules.lint.strict_metadata {
        let strict = strict(content)
            .map_err(|problem| format!("failed to strictly parse chart metadata file\n\t{problem}"));
        report.rule(Warning, FILE, strict);
    }
    report.rule(Error, FILE, name(&metadata));
    report.rule(Error, FILE, api_version(&metadata));
    let fields = sigs::to_map(content).unwrap_or_default();
    report.rule(Error, FILE, is_text(&fields, "version"));
    report.rule(Error, FILE, version(&metadata));
    report.rule(Error, FILE, is_text(&fields, "appVersion"));
    report.rule(Error, FILE, maintainers(&metadata));
    report.rule(Error, FILE, sources(&metadata));
    let has_icon = !metadata.icon.is_empty();
    report.rule(Info, FILE, if has_icon { Ok(()) } else { Err(String::from("icon is recommended")) });
    let icon = match &metadata.icon {
        icon if has_icon && !is_request_url(icon) => Err(format!("invalid icon URL '{icon}'")),
        _ => Ok(()),
    };
    report.rule(Error, FILE, icon);
    report.rule(Error, FILE, kind(&metadata));
    report.rule(Error, FILE, dependencies(&metadata));
    if rules.lint.strict_metadata {
        let version = &metadata.version;
        let strict = Version::parse_strict(version.as_bytes());
        let strict = strict.map(drop).map_err(|_| format!("version '{version}' is not a valid SemVerV2"));
        report.rule(Warning, FILE, strict);
    }
}

fn read(folder: &Folder, rules: &Rules) -> Result<Metadata, String> {
    let content = folder.chart_file.as_ref().map_err(Clone::clone)?;
    let value = sigs::to_json_value(content).map_err(|error| error.to_string())?;
    let mut metadata = Metadata::default();
    metadata
        .decode(&value, rules)
        .map_err(|error| format!("error unmarshaling JSON: while decoding JSON: {error}"))?;
    Ok(metadata)
}

/// Refuses keys that are there twice, and those that nobody knows: the first of them in the order of JSON.
fn strict(content: &[u8]) -> Found {
    let Value::Map(fields) = sigs::to_value_strict(content).map_err(|error| error.to_string())? else {
        return Ok(());
    };
    for (key, value) in fields.snapshot() {
        let key = key.to_str_lossy();
        known(&key, CHART_FIELDS)?;
        let below = fields_of(&key.to_ascii_lowercase());
        if below.is_empty() {
            continue;
        }
        for item in value.as_list().iter().flat_map(|items| items.iter()) {
            for (key, _) in item.as_map().iter().flat_map(|item| item.snapshot()) {
                known(&key.to_str_lossy(), below)?;
            }
        }
    }
    Ok(())
}

/// Fields have their names in any case.
fn known(key: &str, fields: &[&str]) -> Found {
    if fields.iter().any(|field| field.eq_ignore_ascii_case(key)) {
        return Ok(());
    }
    Err(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {}", quoted(key)))
}

fn name(metadata: &Metadata) -> Found {
    let name = &metadata.name;
    if name.is_empty() {
        return Err(String::from("name is required"));
    }
    if name.contains('/') && name != "/" {
        return Err(format!("chart name {} is invalid", quoted(name)));
    }
    Ok(())
}

fn api_version(metadata: &Metadata) -> Found {
    match metadata.api_version.as_str() {
        "v1" | "v2" => Ok(()),
        "" => Err(String::from(r#"apiVersion is required. The value must be either "v1" or "v2""#)),
        other => Err(format!(r#"apiVersion '{other}' is not valid. The value must be either "v1" or "v2""#)),
    }
}

/// Whether a field is written as a text, as numbers are easily taken for versions.
fn is_text(fields: &Map, field: &str) -> Found {
    let kind = match fields.get(field.as_bytes()) {
        None | Some(Value::Str(_) | Value::Bytes(_)) => return Ok(()),
        Some(Value::Nil | Value::Missing) => "<nil>",
        Some(other) => other.type_info().name,
    };
    Err(format!("{field} should be of type string but it's of type {kind}"))
}

fn version(metadata: &Metadata) -> Found {
    const LEAST: &str = "0.0.0-0";
    let text = &metadata.version;
    if text.is_empty() {
        return Err(String::from("version is required"));
    }
    let version =
        Version::parse(text.as_bytes()).map_err(|_| format!("version '{text}' is not a valid SemVer"))?;
    let above = Constraint::parse(format!(">{LEAST}").as_bytes()).map_err(|error| error.to_string())?;
    if above.check(&version) {
        return Ok(());
    }
    Err(format!("version \"{version}\" is less than or equal to \"{LEAST}\""))
}

fn maintainers(metadata: &Metadata) -> Found {
    for maintainer in &metadata.maintainers {
        let (name, email, url) = (&maintainer.name, &maintainer.email, &maintainer.url);
        if name == NULL_NODE {
            return Err(String::from("a maintainer entry is empty"));
        }
        if name.is_empty() {
            return Err(String::from("each maintainer requires a name"));
        }
        if !email.is_empty() && !is_email(email) {
            return Err(format!("invalid email '{email}' for maintainer '{name}'"));
        }
        if !url.is_empty() && !is_url(url) {
            return Err(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    Ok(())
}

fn sources(metadata: &Metadata) -> Found {
    match metadata.sources.iter().find(|source| !is_request_url(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn kind(metadata: &Metadata) -> Found {
    let api_version = &metadata.api_version;
    if metadata.kind.is_empty() || api_version == "v2" {
        return Ok(());
    }
    Err(format!("chart type is not valid in apiVersion '{api_version}'. It is valid in apiVersion 'v2'"))
}

fn dependencies(metadata: &Metadata) -> Found {
    let api_version = &metadata.api_version;
    if metadata.dependencies.as_ref().is_none_or(Vec::is_empty) || api_version == "v2" {
        return Ok(());
    }
    Err(format!(
        "dependencies are not valid in the Chart file with apiVersion '{api_version}'. They are valid in apiVersion 'v2'"
    ))
}
