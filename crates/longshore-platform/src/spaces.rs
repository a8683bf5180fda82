//! The namespaces of a session's releases: which are there, which are made before the first release, and which one of the
//! releases brings.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use longshore_object::diagnosis::Meaning;
use longshore_release::ReleaseError;
use serde_json::{Value, json};

use crate::session::{CREATED_FOR, Session};

/// The namespaces of the chosen releases, as they were found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spaces {
    missing: BTreeMap<String, Missing>,
    /// What is told of those that are there.
    pub(crate) warnings: Vec<String>,
}

/// What becomes of a namespace that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It is made before the first release.
    Created,
    /// A release brings it.
    Brought,
}

impl Spaces {
    /// Looks at all of them. Those that are missing count as created until [`Spaces::settle`] says otherwise.
    ///
    /// # Errors
    /// One is being deleted: nothing new can be made in it, and what is in it goes.
    pub(crate) async fn look(session: &Session) -> Result<Self, ReleaseError> {
        let mut spaces = Self::default();
        for name in session.selection.chosen_namespaces() {
            match session.namespace_in_use(&name).await? {
                None => {
                    spaces.missing.insert(name, Missing::Created);
                }
                Some(live) => spaces.warnings.extend(differing(session, &name, &live)),
            }
        }
        Ok(spaces)
    }

    /// Whether a namespace is not there.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.missing.contains_key(name)
    }

    /// Decides what becomes of those that are missing: what a release brings is not made before.
    ///
    /// # Errors
    /// One is brought by nobody, and may not be created.
    pub(crate) fn settle(
        &mut self,
        session: &Session,
        is_brought: impl Fn(&str) -> bool,
    ) -> Result<(), Diagnostic> {
        for (name, missing) in &mut self.missing {
            if is_brought(name) {
                *missing = Missing::Brought;
            } else if !session.may_create_namespace {
                return Err(not_there(session, name));
            }
        }
        Ok(())
    }

    /// Takes what a frozen plan says of them.
    ///
    /// # Errors
    /// One was there when the plan was made, and is gone.
    pub(crate) fn as_planned(
        &mut self,
        is_created: impl Fn(&str) -> bool,
        is_brought: impl Fn(&str) -> bool,
    ) -> Result<(), Diagnostic> {
        for (name, missing) in &mut self.missing {
            *missing = match (is_created(name), is_brought(name)) {
                (true, _) => Missing::Created,
                (_, true) => Missing::Brought,
                _ => {
                    let message = format!("the plan is stale: namespace `{name}` was there, and is gone");
                    return Err(Diagnostic::error("plan/stale", message)
                        .hint("make a new plan with `longshore plan -o FILE`, and look at it"));
                }
            };
        }
        Ok(())
    }

    /// Those that a release brings.
    pub(crate) fn awaited(&self) -> impl Iterator<Item = &str> {
        let awaited = self.missing.iter().filter(|(_, missing)| **missing == Missing::Brought);
        awaited.map(|(name, _)| name.as_str())
    }

    /// Those that are made before the first release.
    pub(crate) fn created(&self) -> impl Iterator<Item = &str> {
        let created = self.missing.iter().filter(|(_, missing)| **missing == Missing::Created);
        created.map(|(name, _)| name.as_str())
    }
}

fn not_there(session: &Session, name: &str) -> Diagnostic {
    let message = format!(
        "namespace `{name}` does not exist in cluster `{}`, and environment `{}` does not allow to create it",
        session.cluster_name(),
        session.environment()
    );
    Diagnostic::error("platform/no-namespace", message)
        .at(session.selection.environment.place.clone())
        .hint("add `createNamespace: true` to the environment, or pass --create-namespace")
}

/// What a namespace that is there does not carry as those that are created do. It is left as it is.
fn differing(session: &Session, name: &str, live: &Value) -> Vec<String> {
    // Who may not look at it is told nothing.
    if live.is_null() {
        return Vec::new();
    }
    let marks = &session.selection.marks;
    let mut found = Vec::new();
    for (kind, key, command, marks) in [
        ("label", "labels", "label", &marks.labels),
        ("annotation", "annotations", "annotate", &marks.annotations),
    ] {
        for (mark, wanted) in marks {
            let has = live["metadata"][key][mark].as_str();
            if has == Some(wanted) {
                continue;
            }
            let has = has.map_or_else(|| "is not there".to_owned(), |has| format!("is `{has}`"));
            found.push(format!(
                "namespace `{name}` is there already and stays as it is: {kind} `{mark}` {has}, where `createNamespace` has `{wanted}` (`kubectl {command} --overwrite namespace {name} {mark}={}` sets it)",
                quoted(wanted)
            ));
        }
    }
    found
}

/// A value as a shell takes it.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    if value.chars().all(is_plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

impl Session {
    /// A namespace as it is: `None` if it does not exist.
    pub(crate) async fn live_namespace(&self, name: &str) -> Result<Option<Value>, ReleaseError> {
        match self.cluster.get(&Gvk::new("v1", "Namespace"), None, name).await {
            Ok(namespace) => Ok(namespace),
            // Who may work in a namespace may often not look at it: then it is taken to exist, and what
            // is refused there later says so itself.
            Err(error) if error.is_forbidden() => Ok(Some(Value::Null)),
            Err(error) => Err(error.into()),
        }
    }

    /// The same of one that is to be worked in.
    ///
    /// # Errors
    /// It is being deleted: nothing new can be made in it, and what is in it goes.
    async fn namespace_in_use(&self, name: &str) -> Result<Option<Value>, ReleaseError> {
        let Some(live) = self.live_namespace(name).await? else { return Ok(None) };
        match self.cluster.why_held(&live).await {
            Some(held) => Err(self.going(name, &held)),
            None => Ok(Some(live)),
        }
    }

    /// That a namespace is being deleted, and what keeps it.
    fn going(&self, name: &str, held: &Meaning) -> ReleaseError {
        let message = format!("namespace `{name}` is {}", held.what);
        let wait = "run the command again when it is gone";
        Diagnostic::error("platform/namespace-terminating", message)
            .note(format!("cluster: {}", self.cluster.name()))
            .hint(format!("{}; {wait}", held.hint))
            .into()
    }

    /// Creates a namespace, marked as ours, so that `destroy --delete-data` may remove it again.
    pub(crate) async fn create_namespace(&self, name: &str) -> Result<(), ReleaseError> {
        let platform = &self.selection.platform.project.name.value;
        let marks = &self.selection.marks;
        let mut labels = BTreeMap::from([("name", name)]);
        labels.extend(marks.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let mut annotations = BTreeMap::from([(CREATED_FOR, platform.as_str())]);
        annotations.extend(marks.annotations.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let namespace = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": labels, "annotations": annotations},
        });
        match self.cluster.create(&namespace).await {
            Err(error) if !error.is_already_exists() => Err(error.into()),
            _ => Ok(()),
        }
    }
}
