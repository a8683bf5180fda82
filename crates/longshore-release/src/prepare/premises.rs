//! What a release may count on when it is deployed: its namespace, and the namespaces and kinds that other releases of
//! the same deploy bring.
//!
//! A kind that neither the cluster serves nor a release before this one brings is a problem of the plan, told before
//! anything is written, with all objects that need it and with what would bring it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_cluster::Error as ClusterError;
use longshore_diag::{Diagnostic, Place};
use longshore_object::kinds::{Defined, defined_by, project_of};
use longshore_object::{Gvk, Object, ObjectKey, parse_manifests};
use serde_json::Value;

use super::Prepared;
use crate::plan::{ObjectAction, ObjectChange};
use crate::record::Hook;
use crate::{Context, ReleaseError};

/// How many of the objects that need a missing kind are named.
const NAMED: usize = 8;

/// What there is before a release is deployed.
#[derive(Debug, Clone, Default)]
pub struct Premises {
    /// Whether the namespace does not exist yet: then nothing in it can be tried.
    pub missing_namespace: bool,
    /// Definitions and namespaces that other releases of the same deploy bring.
    pub brought: Vec<Brought>,
    /// What the release waits for and was rendered without.
    pub pending: Option<Pending>,
    /// API versions that the release says it needs, whether or not an object of it is of them: `group/version` or
    /// `group/version/Kind`.
    pub required: Vec<(String, Place)>,
}

/// What a release uses that comes with another one and is not there yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Each in words: ``output `address` of release `db` ``.
    pub what: Vec<String>,
    /// How the texts begin that stand in for it. An object that has one cannot be tried.
    pub mark: &'static str,
}

impl Pending {
    /// Whether an object has a text that stands in for something, a Secret behind its base64 too.
    pub(super) fn is_in(&self, object: &Value) -> bool {
        let has = |text: &str| text.contains(self.mark);
        let decoded =
            |text: &str| STANDARD.decode(text).is_ok_and(|bytes| has(&String::from_utf8_lossy(&bytes)));
        let data = object["data"].as_object().filter(|_| object["kind"] == "Secret");
        has(&object.to_string())
            || data.is_some_and(|data| data.values().filter_map(Value::as_str).any(decoded))
    }
}

/// A definition or a namespace that another release of the same deploy brings.
#[derive(Debug, Clone)]
pub struct Brought {
    release: String,
    what: What,
    /// Whether that release is ready before this one begins.
    in_time: bool,
}

#[derive(Debug, Clone)]
enum What {
    Kind(Definition),
    /// A namespace that is not there yet, by its name.
    Namespace(String),
}

/// A definition that is about to be written.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    defined: Defined,
    /// The definition, and the release that brings it if that is another one.
    pub(super) by: String,
    /// Whether it is new: then nothing can be tried before it is there.
    pub(super) is_new: bool,
}

impl Definition {
    /// What a definition that changes defines; nothing for other objects.
    pub(super) fn of(object: &Object, change: &ObjectChange) -> Option<Self> {
        let is_written = !matches!(change.action, ObjectAction::Nothing | ObjectAction::Keep);
        let defined = defined_by(&object.to_json()).filter(|_| is_written)?;
        let is_new = change.action != ObjectAction::Update;
        Some(Self { defined, by: object.key().to_string(), is_new })
    }

    pub(super) fn is_of(&self, gvk: &Gvk) -> bool {
        self.defined.group == gvk.group && self.defined.kind == gvk.kind
    }

    pub(super) fn serves(&self, gvk: &Gvk) -> bool {
        self.is_of(gvk) && self.defined.versions.contains(&gvk.version)
    }

    /// Whether it serves `group/version` or `group/version/Kind`.
    fn provides(&self, api: &str) -> bool {
        let Defined { group, kind, versions } = &self.defined;
        let version = |version: &String| format!("{group}/{version}");
        versions.iter().map(version).any(|version| version == api || format!("{version}/{kind}") == api)
    }
}

impl Brought {
    /// What a prepared release brings or changes, for those that begin when it is ready.
    pub fn by(prepared: &Prepared) -> Vec<Self> {
        let candidate = &prepared.candidate;
        let changes: BTreeMap<&ObjectKey, &ObjectChange> =
            prepared.plan.objects.iter().map(|change| (&change.object, change)).collect();
        let objects = candidate.crds.iter().chain(&candidate.objects);
        let release = &prepared.plan.release;
        objects
            .filter_map(|object| {
                let change = changes.get(&object.key_in(&prepared.plan.namespace))?;
                let what = if is_namespace(object) && change.action == ObjectAction::Create {
                    What::Namespace(object.name().to_owned())
                } else {
                    let mut definition = Definition::of(object, change)?;
                    definition.by = format!("{} of release `{release}`", definition.by);
                    What::Kind(definition)
                };
                Some(Self { release: release.clone(), what, in_time: true })
            })
            .collect()
    }

    /// The namespace that it is, if it is one.
    pub fn namespace(&self) -> Option<&str> {
        match &self.what {
            What::Namespace(name) => Some(name),
            What::Kind(_) => None,
        }
    }

    fn definition(&self) -> Option<&Definition> {
        match &self.what {
            What::Kind(definition) => Some(definition),
            What::Namespace(_) => None,
        }
    }

    /// The same for a release that does not wait for it.
    #[must_use]
    pub fn late(&self) -> Self {
        Self { in_time: false, ..self.clone() }
    }
}

impl Premises {
    /// What has changed of the definitions before the release begins.
    pub(super) fn in_time(&self) -> impl Iterator<Item = &Definition> {
        self.brought.iter().filter(|brought| brought.in_time).filter_map(Brought::definition)
    }

    /// Who brings a kind, but not before the release begins.
    fn late(&self, is_it: impl Fn(&Definition) -> bool) -> Option<&str> {
        let mut late = self.brought.iter().filter(|brought| !brought.in_time);
        late.find(|brought| brought.definition().is_some_and(&is_it)).map(|brought| brought.release.as_str())
    }

    /// A namespace that is not there yet: who brings it, and whether before the release begins.
    pub(super) fn namespace(&self, name: &str) -> Option<(&str, bool)> {
        let mut all = self.brought.iter().filter(|brought| brought.namespace() == Some(name));
        let found = all.clone().find(|brought| brought.in_time).or_else(|| all.next())?;
        Some((&found.release, found.in_time))
    }
}

/// That the release's own namespace is brought by one that does not come first.
pub(super) fn late_namespace(context: &Context, release: &str, premises: &Premises) -> Option<Diagnostic> {
    let (late, in_time) = premises.namespace(&context.namespace).filter(|_| premises.missing_namespace)?;
    if in_time {
        return None;
    }
    let message = format!("namespace `{}` is not there when release `{release}` begins", context.namespace);
    let hint = format!(
        "release `{late}` brings it, but does not come first: add `needs: [{late}]` to release `{release}`"
    );
    Some(Diagnostic::error("plan/late-namespace", message).hint(hint))
}

/// Whether an object is a namespace.
pub(super) fn is_namespace(object: &Object) -> bool {
    object.kind() == "Namespace" && object.gvk().group.is_empty()
}

/// A kind that nobody serves, and the objects that are of it.
pub(super) struct Missing {
    error: ClusterError,
    objects: Vec<(ObjectKey, Place)>,
}

/// What nobody serves, kind by kind.
#[derive(Default)]
pub(super) struct AllMissing(BTreeMap<Gvk, Missing>);

impl AllMissing {
    pub(super) fn add(&mut self, gvk: &Gvk, error: ClusterError, key: ObjectKey, place: Place) {
        let missing = self.0.entry(gvk.clone()).or_insert_with(|| Missing { error, objects: Vec::new() });
        missing.objects.push((key, place));
    }

    /// Looks for the kinds of hooks, which a plan does not try: a hook that cannot be made would be found in the middle
    /// of a deploy.
    ///
    /// # Errors
    /// The cluster cannot be asked.
    pub(super) async fn add_hooks(
        &mut self,
        context: &Context,
        hooks: impl Iterator<Item = &Hook>,
        defined: impl Fn(&Gvk) -> bool,
    ) -> Result<(), ReleaseError> {
        for hook in hooks {
            // One that does not parse is told by whoever runs it.
            for object in parse_manifests(&hook.manifest, &hook.path).unwrap_or_default() {
                if defined(object.gvk()) {
                    continue;
                }
                match context.cluster.resource(object.gvk()).await {
                    Err(error @ ClusterError::UnknownKind(_)) => {
                        let place = Place::file(&hook.path);
                        self.add(object.gvk(), error, object.key_in(&context.namespace), place);
                    }
                    Err(error) => return Err(error.into()),
                    Ok(_) => {}
                }
            }
        }
        Ok(())
    }

    /// A problem for each kind.
    pub(super) fn problems(self, context: &Context, release: &str, premises: &Premises) -> Vec<Diagnostic> {
        let one = |(gvk, missing): (Gvk, Missing)| {
            let Missing { error, mut objects } = missing;
            objects.sort_by(|(_, a), (_, b)| (&a.file, a.line).cmp(&(&b.file, b.line)));
            let message = format!(
                "cluster `{}` has no kind `{}` in `{}`, and nothing that is deployed before release `{release}` brings it",
                context.cluster.name(),
                gvk.kind,
                gvk.api_version(),
            );
            let mut problem = Diagnostic::error("plan/missing-kind", message);
            if let Some((_, place)) = objects.first() {
                problem = problem.at(place.clone());
            }
            let named = objects.iter().take(NAMED).map(|(key, place)| format!("{key} ({place})"));
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match objects.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            problem = problem.note(format!("needed by {named}{more}"));
            advised(
                problem,
                release,
                premises,
                &gvk.group,
                |definition| definition.serves(&gvk),
                Some(&error),
            )
        };
        self.0.into_iter().map(one).collect()
    }
}

/// Problems for what a release says that it needs, and nobody serves.
///
/// # Errors
/// The cluster cannot be asked.
pub(super) async fn unmet(
    context: &Context,
    release: &str,
    premises: &Premises,
) -> Result<Vec<Diagnostic>, ReleaseError> {
    let mut problems = Vec::new();
    let mut served: BTreeSet<String> = BTreeSet::new();
    for (api, place) in &premises.required {
        if premises.in_time().any(|definition| definition.provides(api)) {
            continue;
        }
        if served.is_empty() {
            served.extend(context.cluster.discovery().await?.api_versions());
        }
        if served.contains(api) {
            continue;
        }
        let message = format!(
            "release `{release}` requires `{api}`, which cluster `{}` does not have and nothing that is deployed before it brings",
            context.cluster.name()
        );
        let problem = Diagnostic::error("plan/missing-kind", message).at(place.clone());
        let group = api.split('/').next().unwrap_or_default();
        let mut problem =
            advised(problem, release, premises, group, |definition| definition.provides(api), None);
        let others: Vec<&str> = served
            .iter()
            .filter(|other| other.split('/').next() == Some(group) && other.matches('/').count() == 1)
            .map(String::as_str)
            .collect();
        if !others.is_empty() {
            problem = problem.note(format!("of that group the cluster has {}", others.join(", ")));
        }
        problems.push(problem);
    }
    Ok(problems)
}

/// The same with what would bring it.
fn advised(
    mut problem: Diagnostic,
    release: &str,
    premises: &Premises,
    group: &str,
    is_it: impl Fn(&Definition) -> bool,
    error: Option<&ClusterError>,
) -> Diagnostic {
    if let Some(late) = premises.late(is_it) {
        return problem.hint(format!(
            "release `{late}` brings it, but does not come first: add `needs: [{late}]` to release `{release}`"
        ));
    }
    let mut guess = None;
    if let Some(ClusterError::UnknownKind(unknown)) = error {
        if !unknown.unavailable.is_empty() {
            let groups = unknown.unavailable.join(", ");
            problem = problem.note(format!("the servers of these API groups do not answer: {groups}"));
        }
        guess = match (&unknown.elsewhere[..], &unknown.nearest) {
            ([], Some(nearest)) => Some(format!("did you mean `{nearest}`?")),
            ([], None) => None,
            (elsewhere, _) => {
                Some(format!("the cluster has `{}` in {}", unknown.gvk.kind, elsewhere.join(", ")))
            }
        };
    }
    let elsewhere_in_group = matches!(error, Some(ClusterError::UnknownKind(unknown))
        if unknown.elsewhere.iter().any(|version| version.split('/').next() == Some(group)));
    match (project_of(group), guess) {
        (_, Some(guess)) if elsewhere_in_group => problem.hint(guess),
        (Some(project), _) => problem.hint(format!(
            "{project} usually brings it: install it first, or add it as a release and name that in `needs` of `{release}`"
        )),
        (None, Some(guess)) => problem.hint(guess),
        (None, None) => problem.hint(format!(
            "install its CustomResourceDefinition first, or add a release that brings it and name that in `needs` of `{release}`"
        )),
    }
}
