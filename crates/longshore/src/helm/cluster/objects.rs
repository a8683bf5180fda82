//! Whether what was rendered could be installed: the cluster has all kinds, and no object is there that is not the
//! release's. Fields are not looked at, as Helm leaves them to a server that knows them better.
//!
//! Rules: `Build` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go> and
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/action/validate.go>.

use anyhow::anyhow;
use longshore_chart::values;
use longshore_cluster::{Discovery, LookupError};
use longshore_object::Gvk;
use longshore_yaml::sigs;
use serde_json::Value as Json;

use super::Live;
use crate::helm::locate::quoted;

/// The installation that is tried.
#[derive(Debug, Clone, Copy)]
pub(in crate::helm) struct Install<'a> {
    pub(in crate::helm) release: &'a str,
    pub(in crate::helm) namespace: &'a str,
    /// Objects may be there already.
    pub(in crate::helm) is_upgrade: bool,
    /// Objects of others are taken over.
    pub(in crate::helm) takes_ownership: bool,
    /// Objects must say their API version and kind; if not, it is found out when they are read.
    pub(in crate::helm) validates: bool,
    /// As 3.x does it.
    pub(in crate::helm) is_old: bool,
}

/// An object of a manifest.
pub(in crate::helm) struct Built {
    pub(in crate::helm) gvk: Gvk,
    /// Empty if its kind has none.
    pub(in crate::helm) namespace: String,
    pub(in crate::helm) name: String,
    makes_name: bool,
    pub(in crate::helm) json: Json,
}

impl Built {
    fn shown(&self) -> String {
        format!("{} {} in namespace {}", self.gvk.kind, quoted(&self.name), quoted(&self.namespace))
    }
}

/// Checks the objects of a manifest.
///
/// # Errors
/// One cannot be installed, in Helm's words.
pub(in crate::helm) fn check(live: &Live, manifest: &str, install: &Install<'_>) -> anyhow::Result<()> {
    let discovery = live.runtime.block_on(live.cluster.discovery());
    let discovery = discovery.map_err(|error| anyhow!(error.as_client_go("/api?timeout=32s")))?;
    let candidates = read_all(&discovery, manifest, install)
        .map_err(|problem| anyhow!("unable to build kubernetes objects from release manifest: {problem}"))?;
    if install.is_upgrade {
        return Ok(());
    }
    let unable = if install.is_old { "Unable" } else { "unable" };
    conflicts(live, &candidates, install)
        .map_err(|problem| anyhow!("{unable} to continue with install: {problem}"))
}

/// The objects of a manifest that was installed before.
///
/// # Errors
/// One is none, or of a kind that the cluster does not have, in Helm's words.
pub(super) fn build(live: &Live, manifest: &str, namespace: &str) -> anyhow::Result<Vec<Built>> {
    let install = Install {
        release: "",
        namespace,
        is_upgrade: true,
        takes_ownership: true,
        validates: false,
        is_old: false,
    };
    let discovery = live.runtime.block_on(live.cluster.discovery());
    let discovery = discovery.map_err(|error| anyhow!(error.as_client_go("/api?timeout=32s")))?;
    read_all(&discovery, manifest, &install).map_err(|problem| anyhow!(problem))
}

fn read_all(discovery: &Discovery, manifest: &str, install: &Install<'_>) -> Result<Vec<Built>, String> {
    let mut objects = Vec::new();
    let mut problems: Vec<String> = Vec::new();
    for document in documents(manifest) {
        if let Err(problem) = read(document, discovery, install, &mut objects)
            && !problems.contains(&problem)
        {
            problems.push(problem);
        }
    }
    match problems.len() {
        0 => Ok(objects),
        1 => Err(problems.remove(0)),
        _ => Err(format!("[{}]", problems.join(", "))),
    }
}

/// The documents between lines that begin with `---`.
fn documents(manifest: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(manifest);
    std::iter::from_fn(move || {
        let text = rest?;
        let text = text
            .strip_prefix("---")
            .map_or(text, |behind| behind.split_once('\n').map_or("", |(_, text)| text));
        let end = if text.starts_with("---") { Some(0) } else { text.find("\n---").map(|at| at + 1) };
        rest = end.map(|at| &text[at..]);
        Some(end.map_or(text, |at| &text[..at]))
    })
}

/// Reads the objects of a document.
fn read(
    document: &str,
    discovery: &Discovery,
    install: &Install<'_>,
    candidates: &mut Vec<Built>,
) -> Result<(), String> {
    let value = sigs::to_value(document.as_bytes()).map_err(|error| format!("error parsing : {error}"))?;
    let object = values::to_json(&value);
    if object.is_null() {
        return Ok(());
    }
    let text = |key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default();
    if install.validates {
        let unset: Vec<&str> = [("apiVersion", "apiVersion not set"), ("kind", "kind not set")]
            .into_iter()
            .filter_map(|(key, problem)| text(key).is_empty().then_some(problem))
            .collect();
        match unset.as_slice() {
            [] => {}
            [one] => return Err(format!("error validating \"\": error validating data: {one}")),
            all => return Err(format!("error validating \"\": error validating data: [{}]", all.join(", "))),
        }
    }
    if let Some(Json::Array(items)) = object.get("items") {
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        for item in items {
            let mut item = item.clone();
            if let (Json::Object(map), Some(kind)) = (&mut item, kind) {
                map.entry("apiVersion").or_insert_with(|| api_version.into());
                map.entry("kind").or_insert_with(|| kind.into());
            }
            candidates.push(candidate(&item, discovery, install)?);
        }
        return Ok(());
    }
    candidates.push(candidate(&object, discovery, install)?);
    Ok(())
}

fn candidate(object: &Json, discovery: &Discovery, install: &Install<'_>) -> Result<Built, String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    if kind.is_empty() {
        return Err(format!("unable to decode \"\": Object 'Kind' is missing in '{object}'"));
    }
    for field in ["name", "namespace", "generateName"] {
        let of = match object.pointer(&format!("/metadata/{field}")) {
            None | Some(Json::Null | Json::String(_)) => continue,
            Some(Json::Bool(_)) => "bool",
            Some(Json::Number(_)) => "number",
            Some(Json::Array(_)) => "array",
            Some(Json::Object(_)) => "object",
        };
        return Err(format!(
            "unable to decode \"\": json: cannot unmarshal {of} into Go struct field ObjectMeta.metadata.{field} of type string"
        ));
    }
    let gvk = Gvk::new(api_version, kind);
    let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
    let resource = discovery.resource(&gvk).ok_or_else(|| {
        format!(
            "resource mapping not found for name: {} namespace: {} from \"\": no matches for kind {} in version {}\nensure CRDs are installed first",
            quoted(name),
            quoted(namespace),
            quoted(kind),
            quoted(api_version)
        )
    })?;
    let namespace = match namespace {
        _ if !resource.namespaced => "",
        "" => install.namespace,
        namespace => namespace,
    };
    let makes_name = !text("/metadata/generateName").is_empty();
    Ok(Built {
        gvk,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        makes_name,
        json: object.clone(),
    })
}

/// Looks whether objects are there that are not the release's; all are asked for at once.
fn conflicts(live: &Live, candidates: &[Built], install: &Install<'_>) -> Result<(), String> {
    let ask = |one: &Built| {
        let (cluster, gvk) = (live.cluster.clone(), one.gvk.clone());
        let (namespace, name) = (one.namespace.clone(), one.name.clone());
        live.runtime.spawn(async move {
            if name.is_empty() {
                return Err(LookupError::Refused(String::from("resource name may not be empty")));
            }
            cluster.lookup(&gvk.api_version(), &gvk.kind, &namespace, &name).await
        })
    };
    let asked: Vec<_> = candidates.iter().map(|one| (one, ask(one))).collect();
    for (one, answer) in asked {
        if !install.is_old && one.makes_name {
            if one.name.is_empty() {
                continue;
            }
            return Err(String::from("metadata.name and metadata.generateName cannot both be set"));
        }
        let answer = live.runtime.block_on(answer).map_err(|error| error.to_string())?;
        let found = answer.map_err(|error| {
            format!("could not get information about the resource {}: {error}", one.shown())
        })?;
        if let Some(found) = found.filter(|_| !install.takes_ownership) {
            let problems = strangeness(&found, install);
            if !problems.is_empty() {
                return Err(format!(
                    "{} exists and cannot be imported into the current release: invalid ownership metadata; {}",
                    one.shown(),
                    problems.join("; ")
                ));
            }
        }
    }
    Ok(())
}

/// Why an object is not one of the release.
fn strangeness(object: &Json, install: &Install<'_>) -> Vec<String> {
    [
        ("label", "labels", "app.kubernetes.io/managed-by", "Helm"),
        ("annotation", "annotations", "meta.helm.sh/release-name", install.release),
        ("annotation", "annotations", "meta.helm.sh/release-namespace", install.namespace),
    ]
    .into_iter()
    .filter_map(|(what, map, key, wanted)| {
        let is = object.get("metadata").and_then(|metadata| metadata.get(map)).and_then(|map| map.get(key));
        let why = match is.and_then(Json::as_str) {
            None => format!("missing key {}: must be set to {}", quoted(key), quoted(wanted)),
            Some(is) if is == wanted => return None,
            Some(is) => {
                format!("key {} must equal {}: current value is {}", quoted(key), quoted(wanted), quoted(is))
            }
        };
        Some(format!("{what} validation error: {why}"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn documents_lie_between_their_marks() {
        let all = |text| documents(text).collect::<Vec<_>>();
        assert_eq!(all("---\n# Source: a\na: 1\n---\nb: 2\n"), ["# Source: a\na: 1\n", "b: 2\n"]);
        assert_eq!(all("a: 1\n--- # x\n---\nb: '---'\n"), ["a: 1\n", "", "b: '---'\n"]);
        assert_eq!(all(""), [""]);
    }
}
