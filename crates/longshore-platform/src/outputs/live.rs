//! Outputs that are read from objects: looked at for a plan, and waited for when it is the turn of who uses them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_cluster::Cluster;
use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use longshore_release::{Mask, ReleaseError};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{STAND_IN, spec};
use crate::project::{Asked, ObjectOutput, OutputFrom, OutputRead, OutputSpec, Placed, Var, asked_by_node};
use crate::selection::Selection;

/// How long it takes between two looks at an object whose value has not come.
const PAUSE: Duration = Duration::from_secs(1);

/// An output that a release asks for, and where it is read.
struct Wanted<'a> {
    asked: Placed<Asked>,
    home: usize,
    spec: &'a OutputSpec,
    object: &'a ObjectOutput,
    /// The object's name, its variables replaced.
    name: String,
}

/// Why an output is not there.
enum Missing {
    Kind,
    Object,
    Value,
}

/// Reads what is asked for. What is not there is given back, in words.
///
/// # Errors
/// It cannot be read, or can never come: its release is not part of what is deployed.
pub(crate) async fn look(
    selection: &Selection,
    asked: Vec<Placed<Asked>>,
) -> Result<Vec<String>, ReleaseError> {
    let mut pending = Vec::new();
    for wanted in all(selection, asked)? {
        if let Err(missing) = read(selection, &wanted).await? {
            let home = &selection.outputs.homes[wanted.home];
            if !home.chosen.contains(&wanted.asked.value.release) {
                return Err(never(&wanted, &missing).into());
            }
            pending.push(wanted.asked.value.told());
        }
    }
    pending.dedup();
    Ok(pending)
}

/// Reads what is asked for, and waits until it is there. Says whether anything is otherwise than it was known.
///
/// # Errors
/// It cannot be read, or does not come within `limit`.
pub(crate) async fn come(
    selection: &Selection,
    asked: Vec<Placed<Asked>>,
    limit: Duration,
) -> Result<bool, ReleaseError> {
    let end = Instant::now() + limit;
    let mut is_other = false;
    for wanted in all(selection, asked)? {
        let before = selection.outputs.known(wanted.home, &wanted.asked.value);
        loop {
            match read(selection, &wanted).await? {
                Ok(()) => break,
                Err(missing) if Instant::now() >= end => return Err(late(&wanted, &missing, limit).into()),
                Err(_) => sleep(PAUSE).await,
            }
        }
        is_other |= before != selection.outputs.known(wanted.home, &wanted.asked.value);
    }
    Ok(is_other)
}

/// What has to be read for what is asked for: through outputs that are made of others.
fn all(selection: &Selection, asked: Vec<Placed<Asked>>) -> Result<Vec<Wanted<'_>>, Diagnostic> {
    let outputs = &selection.outputs;
    let mut open: Vec<(usize, Placed<Asked>)> =
        asked.into_iter().map(|asked| (outputs.here, asked)).collect();
    let mut seen = Vec::new();
    let mut found = Vec::new();
    while let Some((here, asked)) = open.pop() {
        let home = outputs.home(&asked.value, here, &selection.environment.name, &asked.place)?;
        if seen.contains(&(home, asked.value.clone())) {
            continue;
        }
        seen.push((home, asked.value.clone()));
        let Some(spec) = spec(&selection.platform.project.releases, &asked.value) else { continue };
        match &spec.from {
            OutputFrom::Value(node) => {
                open.extend(
                    asked_by_node(&spec.name.place.file, node).into_iter().map(|asked| (home, asked)),
                );
            }
            OutputFrom::Object(object) => {
                let name = selection.fill_at(home, &object.name)?;
                found.push(Wanted { asked, home, spec, object, name });
            }
        }
    }
    found.reverse();
    Ok(found)
}

/// Reads one, and takes note of it.
async fn read(selection: &Selection, wanted: &Wanted<'_>) -> Result<Result<(), Missing>, Diagnostic> {
    let asked = &wanted.asked.value;
    let Some(cluster) = selection.outputs.cluster(wanted.home) else {
        let message = format!(
            "{} is on cluster `{}`, which this command is not about",
            asked.told(),
            selection.outputs.homes[wanted.home].name()
        );
        return Err(Diagnostic::error("platform/output", message)
            .at(wanted.asked.place.clone())
            .hint("leave `--cluster` out, or name that cluster, too"));
    };
    let namespace = selection.outputs.homes[wanted.home].namespace_of(&asked.release);
    let found = value(&cluster, namespace, wanted).await?;
    let (known, missing) = match found {
        Ok(value) => (Some(value), Ok(())),
        Err(missing) => (None, Err(missing)),
    };
    selection.outputs.learn(wanted.home, asked, known);
    Ok(missing)
}

async fn value(
    cluster: &Cluster,
    namespace: &str,
    wanted: &Wanted<'_>,
) -> Result<Result<Var, Missing>, Diagnostic> {
    let unread = |error: longshore_cluster::Error| {
        let told = error.diagnostic();
        let message = format!("{} cannot be read: {}", wanted.asked.value.told(), told.message);
        Diagnostic::error("platform/output", message).at(wanted.spec.name.place.clone())
    };
    let Some(gvk) = kind(cluster, wanted).await? else { return Ok(Err(Missing::Kind)) };
    let Some(object) = cluster.get(&gvk, Some(namespace), &wanted.name).await.map_err(unread)? else {
        return Ok(Err(Missing::Object));
    };
    let wrong = |what: &str| {
        let message = format!(
            "{} is no text, number or bool: {} is {what}",
            wanted.asked.value.told(),
            wanted.object.described()
        );
        Diagnostic::error("platform/output", message).at(wanted.spec.name.place.clone())
    };
    let found = match &wanted.object.read {
        OutputRead::Path(path) => match path.find(&object)[..] {
            [] => None,
            [one] => Some(one.clone()),
            _ => return Err(wrong("several values")),
        },
        OutputRead::Key(key) => match object["data"].get(key).and_then(Value::as_str) {
            Some(text) if gvk.kind == "Secret" => {
                let bytes = STANDARD.decode(text).map_err(|_| wrong("no base64"))?;
                Some(String::from_utf8(bytes).map_err(|_| wrong("no text of UTF-8"))?.into())
            }
            text => text.map(Value::from),
        },
    };
    Ok(match found {
        None | Some(Value::Null) => Err(Missing::Value),
        Some(Value::String(text)) if text.is_empty() => Err(Missing::Value),
        Some(Value::String(text)) => Ok(Var::Scalar(text.clone().into(), text)),
        Some(Value::Array(_)) => return Err(wrong("a list")),
        Some(Value::Object(_)) => return Err(wrong("a mapping")),
        Some(other) => {
            let written = other.to_string();
            Ok(Var::Scalar(other, written))
        }
    })
}

/// The kind that is meant, in the version that the server prefers; one without a group is Kubernetes' own if it has one of
/// that name.
async fn kind(cluster: &Cluster, wanted: &Wanted<'_>) -> Result<Option<Gvk>, Diagnostic> {
    let (kind, group) = match wanted.object.kind.split_once('.') {
        Some((kind, group)) => (kind, Some(group)),
        None => (wanted.object.kind.as_str(), None),
    };
    let unread = |error: longshore_cluster::Error| error.diagnostic().or_at(wanted.spec.name.place.clone());
    let mut discovery = cluster.discovery().await.map_err(unread)?;
    if !discovery.resources().any(|resource| resource.gvk.kind == kind) {
        // The release may just have brought its definition.
        discovery = cluster.refresh_discovery().await.map_err(unread)?;
    }
    if let Some(group) = group {
        return Ok(discovery.preferred(group, kind).map(|resource| resource.gvk.clone()));
    }
    let mut groups: Vec<&str> = discovery
        .resources()
        .filter(|resource| resource.gvk.kind == kind)
        .map(|resource| resource.gvk.group.as_str())
        .collect();
    groups.dedup();
    let is_own = |group: &&&str| !group.contains('.') || group.ends_with(".k8s.io");
    let group = match groups[..] {
        [] => return Ok(None),
        [one] => one,
        _ => {
            let Some(own) = groups.iter().find(is_own) else {
                let message = format!("several API groups have a kind `{kind}`: {}", groups.join(", "));
                return Err(Diagnostic::error("platform/output", message)
                    .at(wanted.object.name.place.clone())
                    .hint(format!("write `{kind}.{}/…`", groups[0])));
            };
            own
        }
    };
    Ok(discovery.preferred(group, kind).map(|resource| resource.gvk.clone()))
}

fn why(wanted: &Wanted<'_>, missing: &Missing) -> String {
    let object = format!("{}/{}", wanted.object.kind, wanted.name);
    match (missing, &wanted.object.read) {
        (Missing::Kind, _) => format!("the cluster does not have the kind of {object}"),
        (Missing::Object, _) => format!("{object} is not there"),
        (Missing::Value, OutputRead::Path(path)) => format!("{object} has nothing at {path}"),
        (Missing::Value, OutputRead::Key(key)) => format!("{object} has no key `{key}`"),
    }
}

/// That an output is not there, and nothing that is deployed brings it.
fn never(wanted: &Wanted<'_>, missing: &Missing) -> Diagnostic {
    let Asked { release, .. } = &wanted.asked.value;
    let message = format!(
        "{} is not there, and `{release}` is not part of this plan: {}",
        wanted.asked.value.told(),
        why(wanted, missing)
    );
    Diagnostic::error("platform/output", message)
        .at(wanted.asked.place.clone())
        .within("it comes from here", Some(wanted.spec.name.place.clone()))
        .hint(format!("deploy `{release}` first, or with this: `--only {release}` names it, too"))
}

fn late(wanted: &Wanted<'_>, missing: &Missing, limit: Duration) -> Diagnostic {
    let message = format!(
        "{} did not come within {} s: {}",
        wanted.asked.value.told(),
        limit.as_secs(),
        why(wanted, missing)
    );
    Diagnostic::error("platform/output", message)
        .at(wanted.spec.name.place.clone())
        .within("it is asked for here", Some(wanted.asked.place.clone()))
        .hint("is that what makes it, and where it stands? `--timeout` gives it longer")
}

/// Refuses to deploy a text that stands in for an output.
///
/// # Errors
/// There is one; what is a secret beside it is covered by the mask.
pub(crate) fn none_stands_in(manifest: &str, release: &str, mask: &Mask) -> Result<(), Diagnostic> {
    let Some(line) = manifest.lines().find(|line| line.contains(STAND_IN)) else { return Ok(()) };
    let message =
        format!("release `{release}` would be deployed with a text that only stands in for an output");
    Err(Diagnostic::error("platform/stand-in", message)
        .note(mask.text(line.trim()).into_owned())
        .hint("run the command again: what it stands for is read then"))
}

#[cfg(test)]
mod tests {
    use longshore_release::Mask;
    use longshore_release::record::Release;

    use super::none_stands_in;

    #[test]
    fn a_text_that_stands_in_is_refused_and_the_secret_beside_it_not_told() {
        let release = r#"{"name": "web", "version": 1, "config": {"db": {"password": "s3cr3t-of-db"}}}"#;
        let release: Release = serde_json::from_str(release).unwrap();
        let mask = Mask::of_releases([(&release, &[][..])]);
        let line = "  url: postgres://u:s3cr3t-of-db@longshore-stand-in-for-host-of-db/x";
        let refused = none_stands_in(&format!("data:\n{line}\n"), "web", &mask).unwrap_err();
        assert_eq!(refused.notes, ["url: postgres://u:(hidden)@longshore-stand-in-for-host-of-db/x"]);
        assert!(none_stands_in("data: {}\n", "web", &mask).is_ok());
    }
}
