//! Objects that others name, and that nobody makes: ConfigMaps, Secrets and keys of them, ServiceAccounts, claims, Roles,
//! targets of autoscalers.
//!
//! Somebody may have made them by hand, so what is not there is a warning. A key that is missing in an object that is
//! there is an error.

use longshore_diag::{Diagnostic, nearest, slip};
use longshore_object::references::{Reference, Relation, keys_read, references};
use longshore_object::{MadeSecret, Object, Tree};

use super::Subject;
use crate::path;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> =
        references(subject.object).iter().filter_map(|reference| missing(subject, reference)).collect();
    // One ConfigMap is often read by many variables: it is told once.
    let mut told: Vec<String> = Vec::new();
    found.retain(|diagnostic| {
        let is_new = !told.contains(&diagnostic.message);
        told.push(diagnostic.message.clone());
        is_new
    });
    found.extend(keys(subject));
    found
}

fn missing(subject: &Subject<'_>, reference: &Reference) -> Option<Diagnostic> {
    let target = &reference.target;
    let (code, verb) = match (reference.relation, &*target.kind) {
        // Without a pull secret the kubelet pulls without one, and those are made by hand most often.
        (Relation::Mounts, _) if reference.field.contains("/imagePullSecrets/") => return None,
        (Relation::Mounts, "ConfigMap") => ("references/no-config-map", "reads"),
        (Relation::Mounts, "Secret") => ("references/no-secret", "reads"),
        (Relation::Mounts, "PersistentVolumeClaim") => ("references/no-claim", "uses"),
        (Relation::RunsAs, _) => ("references/no-service-account", "runs as"),
        (Relation::Grants, "Role") => ("references/no-role", "grants"),
        (Relation::Scales, "Deployment" | "StatefulSet" | "ReplicaSet") => ("references/no-target", "scales"),
        _ => return None,
    };
    let namespace = target.namespace.as_deref().unwrap_or(subject.namespace);
    let world = subject.world;
    // What is in a namespace that no release is deployed to, others make.
    world.pods(namespace)?;
    if reference.optional
        || world.find(&target.group, &target.kind, namespace, &target.name).is_some()
        || (target.kind == "Secret" && world.made_secret(namespace, &target.name).is_some())
        || world.may_be_there(&target.kind, &target.name)
        || claims(subject, &target.kind, &target.name)
    {
        return None;
    }
    let object = subject.object;
    let message = format!("{} {verb} {target}, which nothing here makes", object.key());
    let warning = Diagnostic::warning(code, message).at(path::place(object, &reference.field));
    let made = (target.kind == "Secret").then(|| world.made_secrets(namespace)).into_iter().flatten();
    let names: Vec<&str> = world.names(&target.group, &target.kind, namespace).chain(made).collect();
    // What its programs may make themselves is asked for only where one of these names is meant by all appearances.
    if world.may_create(subject.release, &target.kind) {
        let near = slip(&target.name, names)?;
        let is_longer = near.starts_with(&target.name) || target.name.starts_with(near);
        return (!is_longer).then(|| warning.hint(format!("did you mean `{near}`?")));
    }
    Some(match nearest(&target.name, names) {
        Some(near) => warning.hint(format!("did you mean `{near}`?")),
        None => warning.hint(format!(
            "if it is made elsewhere, name `{target}` under `check: external:` of the project"
        )),
    })
}

/// Whether a claim is one that a StatefulSet makes for its pods: `data-db-0`.
fn claims(subject: &Subject<'_>, kind: &str, name: &str) -> bool {
    kind == "PersistentVolumeClaim"
        && subject.world.names("apps", "StatefulSet", subject.namespace).any(|set| {
            let number = name.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok());
            number.is_some_and(|(before, _)| before.ends_with(&format!("-{set}")))
        })
}

/// Keys that are read of objects that are there and do not have them.
fn keys(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (kind, name, key, field) in keys_read(subject.object) {
        if kind == "Secret"
            && let Some((maker, made)) = subject.world.made_secret(subject.namespace, &name)
        {
            found.extend(unmade(subject, &name, &key, &field, maker, made));
            continue;
        }
        let Some(source) = subject.world.find("", kind, subject.namespace, &name) else { continue };
        let known = keys_of(source);
        // What is empty or copied from elsewhere is filled by somebody; a program that is told the name may do so, too.
        if known.contains(&&*key)
            || known.is_empty()
            || source
                .annotations()
                .any(|(name, _)| ["replicat", "reflector"].iter().any(|word| name.contains(word)))
            || subject.world.may_be_there(kind, &name)
        {
            continue;
        }
        let object = subject.object;
        let message =
            format!("{} reads key `{key}` of {kind}/{name}, which has none of that name", object.key());
        let error = Diagnostic::error("references/no-key", message).at(path::place(object, &field));
        found.push(match nearest(&key, known.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("it has {}", known.join(", "))),
        });
    }
    found
}

/// A key that a Secret will not have that is made of another object, if that one tells all of its keys.
fn unmade(
    subject: &Subject<'_>,
    name: &str,
    key: &str,
    field: &str,
    maker: &Object,
    made: &MadeSecret,
) -> Option<Diagnostic> {
    let known =
        made.keys.as_ref().filter(|known| !known.is_empty() && !known.iter().any(|known| known == key))?;
    // Beside what makes it somebody may fill it.
    if subject.world.find("", "Secret", subject.namespace, name).is_some() {
        return None;
    }
    let (object, maker) = (subject.object, maker.key());
    let message = format!(
        "{} reads key `{key}` of Secret/{name}, which is made of {maker} without one of that name",
        object.key()
    );
    let error = Diagnostic::error("references/no-key", message).at(path::place(object, field));
    Some(match nearest(key, known.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("it has {}", known.join(", "))),
    })
}

fn keys_of(source: &Object) -> Vec<&str> {
    ["/data", "/stringData", "/binaryData"]
        .iter()
        .filter_map(|field| source.get(field).and_then(Tree::as_map))
        .flat_map(|members| members.keys().map(String::as_str))
        .collect()
}
