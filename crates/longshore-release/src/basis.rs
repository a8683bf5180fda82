//! What a plan was made from, and whether that still holds (design decision 4).
//!
//! A frozen plan is stale only when a field that it writes, or that field's owner, has changed: the status of
//! an object, a label of somebody else's, the number of pods that an autoscaler has set in the meantime do not
//! matter. Which fields a plan writes the server has said itself: in its dry run it noted them as ours
//! (`metadata.managedFields`), beside those that were ours before.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;
use longshore_object::ObjectKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::FIELD_MANAGER;
use crate::managed;
use crate::plan::{ObjectAction, ObjectChange};
use crate::prepare::Prepared;

/// How many changes of one release are told one by one.
const MOST_TOLD: usize = 20;

/// What the plan of one release was made from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Basis {
    objects: Vec<ObjectBasis>,
}

/// What the plan of one object was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ObjectBasis {
    group: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    name: String,
    /// What was to happen to it.
    action: ObjectAction,
    /// The fields that are written, by their path in FieldsV1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: Fields,
}

/// Fields by their path in FieldsV1, the parts separated by line feeds.
pub(crate) type Fields = BTreeMap<String, FieldBasis>;

/// One field that is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FieldBasis {
    /// The field as a person would point at it.
    shown: String,
    /// What it was; nothing if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// Whose it was.
    owners: BTreeSet<String>,
}

/// The fields of a live object that applying writes: those that are ours, and those that would be.
pub(crate) fn written(live: &Value, tried: &Value) -> Fields {
    let all = managed::sets(live);
    let mut paths: BTreeSet<&Vec<String>> = BTreeSet::new();
    let after = managed::sets(tried);
    for (_, set) in all.iter().chain(&after).filter(|(owner, _)| owner == FIELD_MANAGER) {
        paths.extend(set);
    }
    let field = |path: &Vec<String>| {
        let (shown, value) = managed::resolve(live, path).unwrap_or_else(|| {
            let shown = managed::resolve(tried, path).map(|(shown, _)| shown);
            (shown.unwrap_or_else(|| path.join(" ")), Value::Null)
        });
        let is_related = |other: &&Vec<String>| other.starts_with(path) || path.starts_with(other);
        let owners = all.iter().filter(|(_, set)| set.iter().any(|other| is_related(&other)));
        let owners = owners.map(|(owner, _)| owner.clone()).collect();
        (path.join("\n"), FieldBasis { shown, value: (!value.is_null()).then_some(value), owners })
    };
    paths.into_iter().map(field).collect()
}

impl Basis {
    /// Of the changes of a plan, with the fields that were noted for some of them.
    pub(crate) fn of(changes: &[ObjectChange], mut noted: BTreeMap<ObjectKey, Fields>) -> Self {
        let object = |change: &ObjectChange| ObjectBasis {
            group: change.object.group.clone(),
            kind: change.object.kind.clone(),
            namespace: change.object.namespace.clone(),
            name: change.object.name.clone(),
            action: change.action,
            fields: noted.remove(&change.object).unwrap_or_default(),
        };
        Self { objects: changes.iter().map(object).collect() }
    }

    fn by_key(&self) -> BTreeMap<ObjectKey, &ObjectBasis> {
        let key = |object: &ObjectBasis| ObjectKey {
            group: object.group.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
        };
        self.objects.iter().map(|object| (key(object), object)).collect()
    }

    /// Checks that nothing has changed since: `self` is what a frozen plan was made from, `now` the same plan made
    /// again. What is done already is no change. Values are not told, for they may be secret.
    ///
    /// # Errors
    /// The plan is stale: each change is a note.
    pub fn still_holds(&self, now: &Prepared) -> Result<(), Diagnostic> {
        // A plan with fields that nobody has decided about is never frozen, so these were taken since.
        let taken = now.plan.open_conflicts().map(|conflict| {
            format!("{} {} is owned by {} now", conflict.object, conflict.field, conflict.manager)
        });
        let mut changes: Vec<String> = taken.collect();
        changes.extend(now.basis.iter().flat_map(|now| self.changes(now)));
        stale(changes)
    }

    /// What has changed from one basis to another.
    fn changes(&self, now: &Self) -> Vec<String> {
        let then = self.by_key();
        let mut changes = Vec::new();
        for (key, object) in now.by_key() {
            let Some(before) = then.get(&key) else {
                if object.action != ObjectAction::Nothing {
                    changes.push(format!(
                        "{key} is new in the release's history, and the plan does not know of it"
                    ));
                }
                continue;
            };
            changes.extend(changed(&key, before, object));
        }
        changes
    }
}

fn stale(changes: Vec<String>) -> Result<(), Diagnostic> {
    if changes.is_empty() {
        return Ok(());
    }
    let count = changes.len();
    let mut problem =
        Diagnostic::error("plan/stale", "the plan is stale: what it writes was changed after it was made");
    for change in changes.into_iter().take(MOST_TOLD) {
        problem = problem.note(change);
    }
    if count > MOST_TOLD {
        problem = problem.note(format!("and {} more", count - MOST_TOLD));
    }
    Err(problem.hint("make a new plan with `longshore plan -o FILE`, and look at it"))
}

fn changed(key: &ObjectKey, then: &ObjectBasis, now: &ObjectBasis) -> Vec<String> {
    use ObjectAction::{Create, Delete, Keep, Nothing, Recreate, Update};
    match (then.action, now.action) {
        // What is as it should be is written no more.
        (_, Nothing | Keep) | (Create, Create) | (Delete, Delete) => Vec::new(),
        (_, Create) => vec![format!("{key} was there, and is gone")],
        (_, Recreate) if then.action != Recreate => vec![format!("{key} would be deleted and made anew now")],
        (_, Delete) => vec![format!("{key} would be deleted now")],
        (Create, Update) => vec![format!("{key} was not there, and somebody has made it")],
        (_, Update | Recreate) => fields_changed(key, &then.fields, &now.fields),
    }
}

fn fields_changed(key: &ObjectKey, then: &Fields, now: &Fields) -> Vec<String> {
    let mut changes = Vec::new();
    let owners = |field: &FieldBasis| {
        if field.owners.is_empty() {
            return "nobody".to_owned();
        }
        field.owners.iter().map(String::as_str).collect::<Vec<_>>().join(" and ")
    };
    for (path, before) in then {
        match now.get(path) {
            Some(after) if after.value != before.value => changes.push(format!(
                "{key} {} has another value (it is owned by {})",
                before.shown,
                owners(after)
            )),
            Some(after) if after.owners != before.owners => changes.push(format!(
                "{key} {} was owned by {}, and is owned by {}",
                before.shown,
                owners(before),
                owners(after)
            )),
            Some(_) => {}
            None => changes.push(format!("{key} {} is no longer written by the plan", before.shown)),
        }
    }
    let more = now.iter().filter(|(path, _)| !then.contains_key(*path));
    changes.extend(more.map(|(_, field)| format!("{key} {} would be written too", field.shown)));
    changes
}

#[cfg(test)]
mod tests {
    use longshore_object::ObjectKey;
    use serde_json::{Value, json};

    use super::{Basis, stale, written};
    use crate::plan::{ObjectAction, ObjectChange, Verified};

    fn live(image: &str, manager: &str, more: &Value) -> Value {
        json!({"metadata": {"labels": more, "managedFields": [
            {"manager": manager, "operation": "Apply", "fieldsV1": {"f:spec": {"f:image": {}}}},
            {"manager": "other", "operation": "Update", "fieldsV1": {"f:metadata": {"f:labels": {}}}},
        ]}, "spec": {"image": image}})
    }

    fn basis(action: ObjectAction, live: Option<&Value>) -> Basis {
        let key = ObjectKey { group: String::new(), kind: "X".into(), namespace: None, name: "x".into() };
        let tried = self::live("new", "helm", &json!({}));
        let noted = live.map(|live| (key.clone(), written(live, &tried))).into_iter().collect();
        let change = ObjectChange {
            object: key,
            action,
            fields: Vec::new(),
            verified: Verified::Verified,
            destroys_data: false,
            place: None,
        };
        Basis::of(&[change], noted)
    }

    fn check(then: &Basis, now: &Basis, expected: &[&str]) {
        assert_eq!(then.changes(now), expected);
    }

    #[test]
    fn only_what_is_written_makes_a_plan_stale() {
        use ObjectAction::{Create, Delete, Nothing, Update};
        let then = basis(Update, Some(&live("old", "helm", &json!({}))));
        let now = |live: &Value| basis(Update, Some(live));
        check(&then, &now(&live("old", "helm", &json!({"a": "b"}))), &[]);
        check(
            &then,
            &now(&live("by hand", "kubectl-set", &json!({}))),
            &["X/x spec.image has another value (it is owned by kubectl-set)"],
        );
        check(
            &then,
            &now(&live("old", "kubectl-set", &json!({}))),
            &["X/x spec.image was owned by helm, and is owned by kubectl-set"],
        );
        check(&then, &basis(Nothing, Some(&live("new", "helm", &json!({})))), &[]);
        check(&then, &basis(Create, None), &["X/x was there, and is gone"]);
        check(&then, &basis(Delete, None), &["X/x would be deleted now"]);
        check(
            &basis(Create, None),
            &now(&live("a", "b", &json!({}))),
            &["X/x was not there, and somebody has made it"],
        );
        let unknown = Basis::default();
        check(
            &unknown,
            &basis(Create, None),
            &["X/x is new in the release's history, and the plan does not know of it"],
        );
        check(&unknown, &basis(Nothing, None), &[]);
    }

    #[test]
    fn a_basis_survives_the_file() {
        let basis = basis(ObjectAction::Update, Some(&live("old", "helm", &json!({}))));
        let text = serde_json::to_string(&basis).unwrap();
        assert_eq!(serde_json::from_str::<Basis>(&text).unwrap(), basis);
        assert!(stale(basis.changes(&basis)).is_ok());
        let many: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        assert_eq!(stale(many).unwrap_err().notes.len(), 21);
    }
}
