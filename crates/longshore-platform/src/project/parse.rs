//! From the text of `longshore.yaml` to a [`Project`].

use longshore_chart::Level;
use longshore_diag::{Diagnostic, Place};
use longshore_secrets::Recipient;
use longshore_yaml::{Dialect, Limits, Node};

use super::cluster::{are_known, clusters, placement};
use super::fields::{Fields, place};
use super::layer::{LAYER_KEYS, fit, overrides};
use super::namespace::create_namespace;
use super::release::release;
use super::secret::secrets;
use super::vars::vars;
use super::waiting::waiting;
use super::{
    API_VERSION, Environment, Method, Placed, Project, ReleaseSpec, familiar, names, suggest, waves,
};

const PROJECT_KEYS: [&str; 18] = [
    "apiVersion",
    "kind",
    "name",
    "description",
    "method",
    "helmCompat",
    "clusters",
    "varsSchema",
    "environments",
    "defaultEnvironment",
    "hosts",
    "drift",
    "check",
    "wait",
    "releases",
    "secrets",
    "lock",
    "moved",
];
const ENVIRONMENT_KEYS: [&str; 12] = [
    "namespace",
    "createNamespace",
    "context",
    "clusters",
    "clusterWaves",
    "clustersAtOnce",
    "extends",
    "vars",
    "releases",
    "secrets",
    "recipients",
    "wait",
];

/// Reads a project file. `file` is its name in messages.
///
/// # Errors
/// A YAML error, an unknown key (with the nearest known one), a value of the wrong type, a name that
/// Kubernetes would refuse, a need or an environment that is not there, a circle: each with its line.
///
/// ```
/// let text = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\nreleases:\n  web: {manifests: web.yaml, need: [db]}\n";
/// let error = longshore_platform::project::parse(text, "longshore.yaml").unwrap_err();
/// assert_eq!(error.to_string(), "longshore.yaml:5:30: unknown key `need` in release `web` (did you mean `needs`?)");
/// ```
pub fn parse(text: &str, file: &str) -> Result<Project, Diagnostic> {
    read(text, file).map_err(|mut error| {
        // What is missing at the end is missed behind the last line, where there is nothing to show.
        let last = text.split('\n').count() as u32;
        if let Some(place) = error.place.as_mut().filter(|place| place.line > last) {
            *place = Place::new(file, last, 0);
        }
        if error.hint.is_none() && error.place.as_ref().is_some_and(|place| is_action(text, place)) {
            error.hint = Some(
                "`{{ … }}` is filled in in templates of charts only; variables are `${env.name}`, `${env.vars.KEY}`"
                    .to_owned(),
            );
        }
        error
    })
}

/// Whether a template's action stands at a place.
fn is_action(text: &str, place: &Place) -> bool {
    let line = text.split('\n').nth(place.line.saturating_sub(1) as usize).unwrap_or_default();
    // Its own column, or that of the inner one of the two braces.
    let before = place.column.saturating_sub(2) as usize;
    line.chars().skip(before).take(3).collect::<String>().contains("{{")
}

fn read(text: &str, file: &str) -> Result<Project, Diagnostic> {
    let documents =
        longshore_yaml::parse(text.as_bytes(), Dialect::V2, &Limits::default()).map_err(|error| {
            let mut diagnostic = syntax_error(&error, file);
            diagnostic.hint = error.advice(text).map(str::to_owned);
            diagnostic
        })?;
    let root = match documents.as_slice() {
        [document] => document.root(),
        [] => {
            return Err(Diagnostic::error("project/empty", "the project file is empty")
                .at(Place::file(file))
                .hint("remove it, and `longshore init` writes a first one"));
        }
        [_, second, ..] => {
            return Err(Diagnostic::error(
                "project/documents",
                "a project file holds one YAML document, not several",
            )
            .at(place(file, second)));
        }
    };
    if let Some(twice) = root.duplicate_keys().first() {
        let message = format!("key `{}` is there twice", twice.key);
        let first = Place::new(file, twice.first.0, twice.first.1);
        return Err(Diagnostic::error("project/duplicate-key", message)
            .at(Place::new(file, twice.second.0, twice.second.1))
            .within("the first one is here", Some(first)));
    }
    let fields = Fields::read(file, "the project file", root, &PROJECT_KEYS)
        .map_err(|error| familiar::other_file(error, root))?;
    header(&fields)?;
    let name = fields.required_string("name")?;
    names::LABEL.check("the project", &name.value, &name.place)?;
    let moved = super::moved::moved(file, &fields)?;
    let project = Project {
        name,
        description: fields.text("description")?.map(|placed| placed.value),
        method: fields.string("method")?.map(method).transpose()?,
        helm_compat: fields.string("helmCompat")?.map(level).transpose()?.unwrap_or_default(),
        clusters: clusters(file, &fields)?,
        environments: environments(file, &fields)?,
        default_environment: fields.string("defaultEnvironment")?,
        hosts: fields.strings("hosts")?,
        ignored_drift: super::drift::ignored(file, &fields)?,
        check: super::check::check(file, &fields)?,
        wait: waiting(file, &fields)?,
        releases: releases(file, &fields)?,
        asked_vars: super::given::asked(root),
        vars_schema: super::vars_schema::vars_schema(file, &fields)?,
        secrets: secrets(file, &fields)?,
        locks_images: locks_images(file, &fields)?,
        moved: moved.releases,
        moved_environments: moved.environments,
        file: file.to_owned(),
    };
    super::outputs::are_known(&project)?;
    waves(&project.releases)?;
    super::drift::names_releases(&project)?;
    super::moved::fits(&project)?;
    are_known(&project)?;
    let of_environments = project.environments.iter().flat_map(|environment| &environment.releases);
    let of_clusters = project.clusters.iter().flat_map(|cluster| &cluster.releases);
    fit(of_environments.chain(of_clusters), |name| project.release(name))?;
    for environment in &project.environments {
        project.environment(Some(&environment.name))?;
    }
    if let Some(default) = &project.default_environment {
        project.environment(Some(&default.value)).map_err(|error| error.at(default.place.clone()))?;
    }
    Ok(project)
}

/// go-yaml's error, with its place taken out of the sentence.
pub(super) fn syntax_error(error: &longshore_yaml::Error, file: &str) -> Diagnostic {
    let text = error.to_string();
    let sentence = text.strip_prefix("yaml: ").unwrap_or(&text);
    let sentence = match sentence.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
        Some((number, rest)) if number.chars().all(|c| c.is_ascii_digit()) => rest,
        _ => sentence,
    };
    let place = Place::new(file, error.line().unwrap_or(0), error.column().unwrap_or(0));
    Diagnostic::error("yaml/syntax", format!("this is no YAML: {sentence}")).at(place)
}

fn header(fields: &Fields<'_>) -> Result<(), Diagnostic> {
    for (key, wanted) in [("apiVersion", API_VERSION), ("kind", "Project")] {
        let found = fields
            .required_string(key)
            .map_err(|error| error.hint(format!("begin with `{key}: {wanted}`")))?;
        if found.value != wanted {
            let message = format!("`{key}` must be `{wanted}`, not `{}`", found.value);
            return Err(Diagnostic::error("project/version", message).at(found.place));
        }
    }
    Ok(())
}

/// `lock: {images: true}`
fn locks_images(file: &str, fields: &Fields<'_>) -> Result<bool, Diagnostic> {
    let Some(node) = fields.get("lock") else { return Ok(false) };
    let inner = Fields::read(file, fields.path("lock"), node, &["images"])?;
    Ok(inner.boolean("images")?.unwrap_or_default())
}

fn method(placed: Placed<String>) -> Result<Method, Diagnostic> {
    let known = Method::NAMES;
    known.iter().find(|(name, _)| *name == placed.value).map(|(_, method)| *method).ok_or_else(|| {
        let message = format!("`method` must be `helm`, `manifests` or `kustomize`, not `{}`", placed.value);
        suggest(
            Diagnostic::error("project/method", message).at(placed.place),
            &placed.value,
            &known.map(|(name, _)| name),
        )
    })
}

fn level(placed: Placed<String>) -> Result<Level, Diagnostic> {
    placed.value.parse().map_err(|_| {
        let names = Level::ALL.map(Level::name);
        let message = format!("`helmCompat` must be `{}`, not `{}`", names.join("` or `"), placed.value);
        Diagnostic::error("project/helm-compat", message).at(placed.place)
    })
}

fn environments(file: &str, fields: &Fields<'_>) -> Result<Vec<Environment>, Diagnostic> {
    let Some(node) = fields.get("environments") else { return Ok(Vec::new()) };
    Fields::any(file, "`environments`", node)?
        .entries()
        .map(|(name, at, node)| {
            names::LABEL.check("an environment", &name, &at)?;
            let empty = Node::mapping();
            let node = if node.is_null() { &empty } else { node };
            let origin = format!("environment `{name}`");
            let fields = Fields::read(file, &*origin, node, &ENVIRONMENT_KEYS)?;
            let (context, placement) = (fields.string("context")?, placement(file, &fields)?);
            if let (Some(context), false) = (&context, placement.clusters.is_empty()) {
                let message = format!("{origin} has both `context` and `clusters`");
                return Err(Diagnostic::error("project/context-and-clusters", message)
                    .at(context.place.clone())
                    .hint("each of the project's `clusters` has its own `context`"));
            }
            Ok(Environment {
                namespace: namespace(&fields)?,
                create_namespace: create_namespace(file, &fields)?,
                context,
                placement,
                extends: fields.string("extends")?,
                vars: vars(file, &fields)?,
                releases: overrides(file, &origin, &fields, &LAYER_KEYS)?,
                secrets: secrets(file, &fields)?,
                recipients: recipients(&fields)?,
                wait: waiting(file, &fields)?,
                place: at,
                name,
            })
        })
        .collect()
}

/// Keys to seal to. A mistake in one is found here, and not when a plan is to be frozen.
fn recipients(fields: &Fields<'_>) -> Result<Vec<Placed<String>>, Diagnostic> {
    let recipients = fields.strings("recipients")?;
    for placed in &recipients {
        if let Err(error) = placed.value.parse::<Recipient>() {
            return Err(Diagnostic::error("project/recipient", error.to_string())
                .at(placed.place.clone())
                .hint("`age-keygen` makes a pair; the public half goes here"));
        }
    }
    Ok(recipients)
}

fn releases(file: &str, fields: &Fields<'_>) -> Result<Vec<ReleaseSpec>, Diagnostic> {
    let Some(node) = fields.get("releases") else {
        return Err(Diagnostic::error("project/missing-key", "the project file has no `releases`")
            .at(fields.key("releases").unwrap_or_else(|| fields.place()))
            .hint("name at least one release with a `chart`, `manifests` or `kustomize`"));
    };
    Fields::any(file, "`releases`", node)?
        .entries()
        .map(|(name, at, node)| {
            names::RELEASE.check("a release", &name, &at)?;
            release(file, name, at, node)
        })
        .collect()
}

/// The namespace that a mapping names; one with variables is looked at when they are known.
///
/// # Errors
/// Kubernetes would refuse it.
pub(super) fn namespace(fields: &Fields<'_>) -> Result<Option<Placed<String>>, Diagnostic> {
    let namespace = fields.string("namespace")?;
    if let Some(namespace) = namespace.as_ref().filter(|placed| !placed.value.contains("${")) {
        check_namespace(&namespace.value, &namespace.place)?;
    }
    Ok(namespace)
}

/// Reads the name of a namespace as a command line gives it.
///
/// # Errors
/// Kubernetes would refuse it.
pub fn given_namespace(text: &str) -> Result<String, String> {
    let checked = check_namespace(text, &Place::file(""));
    checked.map(|()| text.to_owned()).map_err(|error| error.message.clone())
}

/// Checks the name of a namespace.
///
/// # Errors
/// Kubernetes would refuse it.
pub(crate) fn check_namespace(name: &str, at: &Place) -> Result<(), Diagnostic> {
    names::LABEL.check("a namespace", name, at)
}
