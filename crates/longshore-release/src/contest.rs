//! Fields that others own: left alone, kept, overwritten, or reported (design decision 3).
//!
//! The server refuses an apply that would change a field of another manager, and names each. What follows
//! depends on who that is. An autoscaler is not fought: what it scales is left out of what is applied, even
//! with `--overwrite`, since it would write it back at once. Everything else was changed by somebody for a
//! reason that the release does not know: it is reported, and the user says whether it stays (`--adopt`) or
//! goes (`--overwrite`).
//!
//! The other way round, a chart that stops to set `replicas` because an autoscaler is to take over must not
//! let go of it before that has happened: the server would reset a field without an owner to 1.

use longshore_cluster::{Applied, ApplyOptions, Error as ClusterError, FieldConflict as Refused};
use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey};
use serde_json::Value;

use crate::Context;
use crate::context::FIELD_MANAGER;
use crate::diff::{HIDDEN, is_hidden};
use crate::drift::Author;
use crate::field;
use crate::managed::Owners;
use crate::plan::{ConflictOutcome, FieldConflict, ReleasePlan};

/// What an apply does about fields of one object that others own. An object without any has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Fields that are left out, as the server names them.
    pub(crate) left: Vec<String>,
    /// The live number of replicas, where the release sets none and nobody else owns it yet.
    pub(crate) replicas: Option<i64>,
    /// Whether fields of others are overwritten.
    pub(crate) force: bool,
}

impl Settlement {
    /// For an object that no plan has looked at: a hook.
    pub(crate) fn unseen(context: &Context) -> Self {
        Self { force: context.force.overwrite, ..Self::default() }
    }

    /// Makes of what the release says what is applied.
    fn put_on(&self, object: &mut Object) {
        for name in &self.left {
            if let Some(pointer) = field::pointer(object, name) {
                object.remove(&pointer);
            }
        }
        if let Some(replicas) = self.replicas {
            object.set("/spec/replicas", replicas.into());
        }
    }
}

/// What trying an object has shown.
pub(crate) struct Tried {
    /// The object as it would be.
    pub(crate) live: Value,
    /// What the server warns of.
    pub(crate) warnings: Vec<String>,
    /// Fields of others that the release sets too.
    pub(crate) conflicts: Vec<FieldConflict>,
    /// What an apply has to do about them.
    pub(crate) settlement: Settlement,
    /// The number of replicas that is kept, if it is.
    pub(crate) kept_replicas: Option<i64>,
}

/// Asks the server what applying an object (with its marks) would do.
///
/// # Errors
/// It refuses for another reason than fields of others.
pub(crate) async fn tried(
    context: &Context,
    object: &Object,
    live: Option<&Value>,
) -> Result<Tried, ClusterError> {
    let key = object.key_in(&context.namespace);
    let replicas = live.and_then(|live| replicas_without_heir(&key, object, live));
    let mut settlement = Settlement { replicas, ..Settlement::default() };
    let mut conflicts = Vec::new();
    // Open conflicts are left out of further tries, so that the rest of the difference is seen too.
    let mut shown_without: Vec<String> = Vec::new();
    let mut has_met_conflicts = false;
    loop {
        let mut attempt = object.clone();
        settlement.put_on(&mut attempt);
        Settlement { left: shown_without.clone(), ..Settlement::default() }.put_on(&mut attempt);
        let options = options(context, &settlement, true);
        // A dry run's outcome needs no version: what would change is compared with the live object.
        let error = match context.cluster.apply_after(&attempt, &options, None).await {
            Ok(applied) => {
                return Ok(Tried {
                    live: applied.live,
                    warnings: applied.warnings,
                    conflicts,
                    kept_replicas: settlement.replicas,
                    settlement,
                });
            }
            Err(error) => error,
        };
        // The server tells of all conflicts at once; more of them after those were dealt with are its error.
        if error.conflicts().is_empty() || has_met_conflicts {
            return Err(error);
        }
        has_met_conflicts = true;
        for refused in error.conflicts() {
            if is_our_own_past(refused) {
                settlement.force = true;
                continue;
            }
            let outcome = outcome(context, refused);
            match outcome {
                ConflictOutcome::Left | ConflictOutcome::Adopted => {
                    settlement.left.push(refused.field.clone());
                }
                ConflictOutcome::Overwritten => settlement.force = true,
                ConflictOutcome::Open => shown_without.push(refused.field.clone()),
            }
            conflicts.push(told(&key, object, live, refused, outcome));
        }
    }
}

/// Applies an object (with its marks) as it was settled. `before` is the resource version of the live object.
///
/// An autoscaler that has scaled for the first time since the plan was made is given way to.
///
/// # Errors
/// As [`longshore_cluster::Cluster::apply_after`].
pub(crate) async fn apply(
    context: &Context,
    object: &Object,
    settlement: &Settlement,
    before: Option<&str>,
) -> Result<Applied, ClusterError> {
    let mut settlement = settlement.clone();
    let mut gave_way = false;
    loop {
        let mut attempt = object.clone();
        settlement.put_on(&mut attempt);
        let applied =
            context.cluster.apply_after(&attempt, &options(context, &settlement, false), before).await;
        match applied {
            Err(error)
                if !gave_way
                    && !error.conflicts().is_empty()
                    && error.conflicts().iter().all(is_autoscaler) =>
            {
                gave_way = true;
                settlement.replicas = None;
                settlement.left.extend(error.conflicts().iter().map(|refused| refused.field.clone()));
            }
            other => return other,
        }
    }
}

fn options(context: &Context, settlement: &Settlement, dry_run: bool) -> ApplyOptions {
    ApplyOptions {
        dry_run,
        force: settlement.force,
        namespace: Some(context.namespace.clone()),
        ..ApplyOptions::new(FIELD_MANAGER)
    }
}

fn outcome(context: &Context, refused: &Refused) -> ConflictOutcome {
    if is_autoscaler(refused) {
        ConflictOutcome::Left
    } else if context.force.overwrite {
        ConflictOutcome::Overwritten
    } else if context.force.adopt {
        ConflictOutcome::Adopted
    } else {
        ConflictOutcome::Open
    }
}

/// Whether the field is one that the release wrote before it was applied on the server's side: Helm 3 did, and Helm 4
/// does with `crds/`. It is nobody else's.
fn is_our_own_past(refused: &Refused) -> bool {
    refused.manager == FIELD_MANAGER && refused.operation == "Update" && refused.subresource.is_none()
}

/// Whether a program scales there. People do it with the same request, under other names.
fn is_autoscaler(refused: &Refused) -> bool {
    refused.field == "spec.replicas"
        && refused.subresource.as_deref() == Some("scale")
        && Author::of(&refused.manager) != Author::Human
}

/// The problem that fields are which nobody has decided about.
pub(crate) fn problem(plan: &ReleasePlan) -> Diagnostic {
    let count = plan.open_conflicts().count();
    let message = format!(
        "{count} field{} that the release sets {} changed by somebody else",
        if count == 1 { "" } else { "s" },
        if count == 1 { "was" } else { "were" }
    );
    plan.open_conflicts()
        .map(|conflict| format!("{} {} is owned by {}", conflict.object, conflict.field, conflict.manager))
        .fold(Diagnostic::error("release/field-conflict", message), Diagnostic::note)
        .hint("take the change into your files, leave it as it is with --adopt, or overwrite it with --overwrite")
}

/// What a plan says of replicas that are kept.
pub(crate) fn kept(key: &ObjectKey, replicas: i64) -> String {
    format!(
        "{key}: spec.replicas stays at {replicas} though the release no longer sets it: nobody else owns it yet, and the server would reset it to 1"
    )
}

fn told(
    key: &ObjectKey,
    object: &Object,
    live: Option<&Value>,
    refused: &Refused,
    outcome: ConflictOutcome,
) -> FieldConflict {
    // The server's words for a Secret's value are never shown, be it ours or what somebody has put there.
    let hide =
        |value: Value| if is_hidden(key, &refused.field) { Value::String(HIDDEN.to_owned()) } else { value };
    let ours =
        field::pointer(object, &refused.field).and_then(|pointer| Some(object.get(&pointer)?.to_json()));
    FieldConflict {
        object: key.clone(),
        field: refused.field.clone(),
        manager: refused.manager.clone(),
        subresource: refused.subresource.clone(),
        live: live.and_then(|live| field::value(live, &refused.field)).map(hide),
        ours: ours.map(hide),
        outcome,
        place: refused.place.clone(),
    }
}

/// The live number of replicas, if the release set it until now, sets it no longer, and nobody else owns it.
fn replicas_without_heir(key: &ObjectKey, object: &Object, live: &Value) -> Option<i64> {
    let scales =
        key.group == "apps" && matches!(key.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet");
    if !scales || object.get("/spec/replicas").is_some() {
        return None;
    }
    let replicas = live["spec"]["replicas"].as_i64()?;
    (Owners::of(live).of_field("spec.replicas") == [FIELD_MANAGER]).then_some(replicas)
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;
    use longshore_object::Object;
    use serde_json::{Value, json};

    use super::{Settlement, replicas_without_heir};

    fn deployment(spec: &Value) -> Object {
        let json =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec});
        Object::from_json(json, Place::file("a")).unwrap()
    }

    #[test]
    fn what_is_left_alone_is_not_applied() {
        let mut object = deployment(&json!({"replicas": 2, "template": {"spec": {"containers": [
            {"name": "web", "image": "a"}]}}}));
        let left = vec!["spec.replicas".into(), r#"spec.template.spec.containers[name="web"].image"#.into()];
        Settlement { left, ..Settlement::default() }.put_on(&mut object);
        assert_eq!(
            object.to_json()["spec"],
            json!({"template": {"spec": {"containers": [{"name": "web"}]}}})
        );
    }

    #[test]
    fn replicas_are_kept_until_somebody_else_owns_them() {
        let live = |manager: &str| {
            json!({"metadata": {"managedFields": [{"manager": manager, "operation": "Apply",
                "fieldsV1": {"f:spec": {"f:replicas": {}}}}]}, "spec": {"replicas": 3}})
        };
        let without = deployment(&json!({"selector": {}}));
        let key = without.key();
        assert_eq!(replicas_without_heir(&key, &without, &live("helm")), Some(3));
        assert_eq!(replicas_without_heir(&key, &without, &live("kube-controller-manager")), None);
        assert_eq!(replicas_without_heir(&key, &deployment(&json!({"replicas": 1})), &live("helm")), None);
        let mut object = without.clone();
        Settlement { replicas: Some(3), ..Settlement::default() }.put_on(&mut object);
        assert_eq!(object.to_json()["spec"]["replicas"], 3);
    }
}
