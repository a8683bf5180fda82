//! Compose files: a release for each service.
//!
//! A service becomes a Deployment, a StatefulSet where it has volumes of its own, a Job where others wait for its end; a
//! Service under its name, so that others reach it as before; a readiness probe from its `healthcheck`. Variables whose
//! names say that they are secrets, and addresses with a password in them, go to Secrets that are made of the project's
//! `secrets`, and never into a file.

mod environment;
mod extends;
mod ports;
mod probe;
mod resources;
mod secrets;
mod service;
mod shared;
mod variables;
mod volumes;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::Node;

use crate::draft::{Draft, DraftFile, DraftRelease, Origin, Source, Switch};
use crate::files::{Files, Reader, join};
use crate::left::Left;
use crate::names::name_of;
use crate::tree::{mapping, place, scalar, texts, wrong};
use secrets::Secrets;
use shared::Shared;
use variables::Variables;

/// Most services of one file.
const SERVICES: usize = 500;

/// Keys of a Compose file that are read, or have no meaning on a cluster.
const TOP: [&str; 8] =
    ["version", "name", "services", "volumes", "networks", "secrets", "configs", "include"];

/// What is known while a file is translated.
struct Context<'a> {
    reader: &'a Reader<'a>,
    file: &'a str,
    /// The folder that its paths are relative to.
    folder: &'a str,
    root: &'a Node,
    origin: &'a Origin,
    /// Names of the services, and what each is called on the cluster.
    names: BTreeMap<String, String>,
    /// Named volumes that several services have.
    shared: BTreeSet<String>,
    /// Ports that hosts are addressed at in any text: `db:5432`.
    addressed: BTreeMap<String, BTreeSet<u16>>,
    /// Services whose end others wait for.
    jobs: BTreeSet<String>,
    /// The platform's name.
    project: String,
}

/// Translates a Compose file; `path` is below `files`.
///
/// # Errors
/// A file is missing, no YAML, or too large; a service is no mapping; services extend one another in a circle.
pub fn compose(files: &dyn Files, path: &str, origin: &Origin) -> Result<Draft, Diagnostic> {
    let reader = Reader::new(files);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut root = mapping(path, "the Compose file", &reader.required(path)?)?;
    let mut left = Vec::new();
    let mut secrets = Secrets::default();
    let variables = Variables::read(&reader, folder)?;
    extends::resolve(&reader, path, &mut root)?;
    variables.fill(path, &mut root, &mut secrets, &mut left)?;
    let services = root.get("services").cloned().unwrap_or_else(Node::null);
    if !services.is_mapping() {
        return Err(wrong(path, &services, "`services`", "a mapping")
            .or_at(Place::file(path))
            .hint("is it a Compose file?"));
    }
    let number = services.entries().count();
    if number > SERVICES {
        let message = format!("a Compose file may have {SERVICES} services, not {number}");
        return Err(Diagnostic::error("import/too-large", message).at(place(path, &services)));
    }
    for (key, _) in root
        .entries()
        .filter(|(key, _)| !TOP.contains(&key.value.as_str()) && !key.value.as_str().starts_with("x-"))
    {
        left.push(Left::new(place(path, key), format!("key `{}`", key.value), "not known; it was left out"));
    }
    if let Some(include) = root.get("include") {
        left.push(Left::new(
            place(path, include),
            "`include`",
            "translate the other files too, or put them together first with `docker compose config`",
        ));
    }
    let named = root.get("name").and_then(scalar).filter(|_| !origin.is_named);
    let project = named.map_or_else(|| origin.name.clone(), |name| name_of(name, &origin.name));
    let context = context(&reader, path, &root, &services, origin, project.clone())?;
    let mut draft = Draft {
        environments: origin.environments(&project, BTreeMap::new()),
        name: project,
        ..Draft::default()
    };
    // Passwords under their own names first: addresses that hold one of them then name the same secret.
    for (key, node) in services.entries() {
        environment::passwords(node, |variable, text| {
            drop(secrets.literal(key.value.as_str(), variable, text));
        });
    }
    let mut shared = Shared::default();
    shared.volumes(&context, &mut left);
    for (key, node) in services.entries() {
        if !node.is_mapping() {
            return Err(wrong(path, node, &format!("service `{}`", key.value), "a mapping"));
        }
        let made = service::translate(&context, key, node, &mut secrets, &mut shared, &mut left)?;
        let mut release = DraftRelease::new(made.name.clone(), Source::Manifests(vec![made.path.clone()]));
        release.needs = needs(&context, node, &shared, &made, &mut left);
        release.generate = made.generated;
        let profiles = texts(node.get("profiles"));
        if !profiles.is_empty() {
            release.layer.enabled = Some(Switch::Is(false));
            let advice = format!(
                "it is off, as without `--profile {}`; set `enabled: true` where it is wanted",
                profiles[0]
            );
            left.push(Left::new(place(path, key), format!("`profiles` of service `{}`", key.value), advice));
        }
        draft.files.push(DraftFile { path: made.path, text: made.text });
        draft.releases.push(release);
    }
    shared.finish(&context, &mut draft);
    draft.secrets = secrets.into_sources();
    left.sort();
    left.dedup();
    draft.left = left;
    Ok(draft)
}

/// Looks over all services for what each must know of the others.
fn context<'a>(
    reader: &'a Reader<'a>,
    file: &'a str,
    root: &'a Node,
    services: &Node,
    origin: &'a Origin,
    project: String,
) -> Result<Context<'a>, Diagnostic> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (key, _) in services.entries() {
        let (word, mut number) = (name_of(key.value.as_str(), "service"), 2);
        let mut name = word.clone();
        while names.values().any(|taken| *taken == name) {
            name = format!("{word}-{number}");
            number += 1;
        }
        if names.insert(key.value.to_string(), name).is_some() {
            let message = format!("service `{}` is there twice", key.value);
            return Err(Diagnostic::error("yaml/duplicate-key", message).at(place(file, key)));
        }
    }
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    let mut jobs = BTreeSet::new();
    let mut all = Vec::new();
    for (_, node) in services.entries() {
        let own: BTreeSet<String> = volumes::named(node).into_iter().collect();
        for volume in own {
            *users.entry(volume).or_default() += 1;
        }
        for (name, about) in node.get("depends_on").into_iter().flat_map(Node::entries) {
            if about.get("condition").and_then(scalar) == Some("service_completed_successfully") {
                jobs.insert(name.value.to_string());
            }
        }
        for key in ["environment", "command", "entrypoint", "healthcheck"] {
            node.get(key).into_iter().for_each(|below| collect(below, &mut all));
        }
        for path in texts(node.get("env_file")) {
            all.extend(reader.text(&join(folder, &path))?);
        }
    }
    let mut addressed: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for text in &all {
        words::addresses(text, |host, port| {
            addressed.entry(host.to_owned()).or_default().insert(port);
        });
    }
    let shared = users.into_iter().filter(|(_, users)| *users > 1).map(|(name, _)| name).collect();
    Ok(Context { reader, file, folder, root, origin, names, shared, addressed, jobs, project })
}

/// All texts of a tree.
fn collect(node: &Node, all: &mut Vec<String>) {
    all.extend(scalar(node).map(str::to_owned));
    node.content.iter().for_each(|below| collect(below, all));
}

/// The releases that must be ready first.
fn needs(
    context: &Context<'_>,
    node: &Node,
    shared: &Shared,
    made: &service::Made,
    left: &mut Vec<Left>,
) -> Vec<String> {
    let mut needs: Vec<String> = Vec::new();
    if made.stands_on_shared && !shared.is_empty() {
        needs.push(shared.release(context));
    }
    let Some(depends) = node.get("depends_on") else { return needs };
    let named: Vec<&Node> = if depends.is_mapping() {
        depends.entries().map(|(key, _)| key).collect()
    } else {
        depends.items().iter().collect()
    };
    for name in named {
        match context.names.get(name.value.as_str()) {
            Some(known) if !needs.contains(known) && *known != made.name => needs.push(known.clone()),
            Some(_) => {}
            None => left.push(Left::new(
                place(context.file, name),
                format!("`depends_on` {}", name.value),
                "there is no such service; it was left out",
            )),
        }
    }
    needs
}

#[cfg(test)]
mod tests;
