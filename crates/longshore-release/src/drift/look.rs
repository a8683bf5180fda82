//! Looking at one object: what of it is not as the record says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_cluster::Error as ClusterError;
use longshore_object::{Object, ObjectKey};
use serde_json::Value;

use super::{Author, Cause, DriftState, FieldDrift, ObjectDrift, Writer, additions, compare, path};
use crate::context::FIELD_MANAGER;
use crate::diff::{HIDDEN, diff, is_hidden};
use crate::managed::{self, Entry};
use crate::plan::ConflictOutcome;
use crate::prepare::{Snapshot, unchanged};
use crate::{Context, ReleaseError, contest, field, ownership};

/// What looking at an object needs to know of its surroundings.
pub(super) struct Survey<'a> {
    pub(super) context: &'a Context,
    pub(super) live: &'a Snapshot,
    pub(super) release: &'a str,
    /// Whether the record's revision was deployed as a whole.
    pub(super) is_complete: bool,
}

/// What was found of an object that is not as it should be.
pub(super) struct Look {
    pub(super) drift: ObjectDrift,
    pub(super) live: Option<Value>,
}

impl Survey<'_> {
    /// Nothing, if the object is as it was deployed.
    pub(super) async fn look(&self, object: &Object) -> Result<Option<Look>, ReleaseError> {
        let key = object.key_in(&self.context.namespace);
        let live = match self.live.get(object.gvk(), &key).await {
            // Its definition is gone, and the object with it.
            Err(ClusterError::UnknownKind { .. }) => None,
            live => live?,
        };
        let whole = |state, live| {
            let cause = if self.is_complete { Cause::Unknown } else { Cause::Rollout };
            let drift =
                ObjectDrift { object: key.clone(), state, cause: Some(cause), by: None, fields: Vec::new() };
            Ok(Some(Look { drift, live }))
        };
        let Some(live) = live else { return whole(DriftState::Missing, None) };
        if !live["metadata"]["deletionTimestamp"].is_null() {
            return whole(DriftState::Terminating, Some(live));
        }
        let mut marked = object.clone();
        ownership::mark(&mut marked, self.release, &self.context.namespace);
        let deployed = marked.to_json();
        let mut fields = if unchanged::is_certain(&deployed, &live, FIELD_MANAGER) {
            Vec::new()
        } else {
            Box::pin(self.differing(&key, &marked, &deployed, &live)).await?
        };
        let written = additions::of(&kept(&deployed), &live);
        fields.extend(
            written
                .into_iter()
                .filter(|added| {
                    let is_known = |field: &FieldDrift| managed::is_related(&field.path, &added.path);
                    !fields.iter().any(is_known)
                })
                .collect::<Vec<_>>(),
        );
        if fields.is_empty() {
            return Ok(None);
        }
        for field in fields.iter_mut().filter(|field| is_hidden(&key, &field.path)) {
            for value in field.deployed.iter_mut().chain(&mut field.live) {
                *value = Value::String(HIDDEN.to_owned());
            }
        }
        let drift = ObjectDrift { object: key, state: DriftState::Changed, cause: None, by: None, fields };
        Ok(Some(Look { drift, live: Some(live) }))
    }

    /// Asks the server what applying the record's object once more would change; who may not, or where it refuses
    /// for another reason, by comparing the two.
    async fn differing(
        &self,
        key: &ObjectKey,
        marked: &Object,
        deployed: &Value,
        live: &Value,
    ) -> Result<Vec<FieldDrift>, ReleaseError> {
        let entries = managed::entries(live);
        match contest::tried(self.context, marked, Some(live)).await {
            Ok(tried) => {
                let mut fields: Vec<FieldDrift> = diff(key, live, &tried.live)
                    .into_iter()
                    .map(|change| self.told(&entries, live, change.path, change.new, change.old))
                    .collect();
                fields.extend(tried.conflicts.into_iter().map(|conflict| {
                    let pointer = field::pointer(marked, &conflict.field);
                    let path = pointer.map_or(conflict.field, |pointer| path::of_pointer(deployed, &pointer));
                    let mut told = self.told(&entries, live, path, conflict.ours, conflict.live);
                    if conflict.outcome == ConflictOutcome::Left {
                        told.cause = Cause::Autoscaler;
                    }
                    told
                }));
                Ok(fields)
            }
            Err(error) if error.refusal().is_some() => Ok(compare::differences(&kept(deployed), live)
                .into_iter()
                .map(|(path, deployed, live_value)| {
                    self.told(&entries, live, path, Some(deployed), live_value)
                })
                .collect()),
            Err(error) => Err(error.into()),
        }
    }

    /// A field with who wrote it, and why.
    fn told(
        &self,
        entries: &[Entry<'_>],
        live: &Value,
        path: String,
        deployed: Option<Value>,
        live_value: Option<Value>,
    ) -> FieldDrift {
        let by = writer(entries, live, &path, live_value.is_none());
        let cause = match &by {
            // Who took a field away left no name there: this is only the last one who wrote the object.
            Some(by) if by.guessed && self.is_complete => Cause::Unknown,
            Some(by) if by.author == Author::Human => Cause::Human,
            Some(by) if by.author == Author::Controller => {
                let scales = path == "spec.replicas" && by.subresource.as_deref() == Some("scale");
                if scales { Cause::Autoscaler } else { Cause::Controller }
            }
            Some(by) if by.author == Author::Program => Cause::Program,
            _ if !self.is_complete => Cause::Rollout,
            _ => Cause::Unknown,
        };
        FieldDrift { path, deployed, live: live_value, cause, by }
    }
}

/// An object as the server keeps it: a Secret's `stringData` is in its `data`.
fn kept(deployed: &Value) -> Value {
    let mut kept = deployed.clone();
    if kept["kind"] == "Secret"
        && kept["apiVersion"] == "v1"
        && let Some(Value::Object(plain)) =
            kept.as_object_mut().and_then(|secret| secret.remove("stringData"))
    {
        for (key, value) in plain {
            let encoded = value.as_str().map_or(Value::Null, |text| STANDARD.encode(text).into());
            kept["data"][key] = encoded;
        }
    }
    kept
}

/// Who wrote a field last, the release itself only where nobody else did. A field that is gone has no owner: then
/// it may have been whoever wrote the object after the release.
fn writer(entries: &[Entry<'_>], live: &Value, path: &str, is_gone: bool) -> Option<Writer> {
    let owns = |entry: &&Entry<'_>| {
        let mut shown = entry.fields.iter().filter_map(|field| managed::resolve(live, field));
        shown.any(|(shown, _)| managed::is_related(&shown, path))
    };
    let rank = |entry: &&Entry<'_>| (entry.manager != FIELD_MANAGER, entry.time.map(str::to_owned));
    if !is_gone && let Some(owner) = entries.iter().filter(owns).max_by_key(rank) {
        return Some(Writer::of(owner, false));
    }
    let applied =
        entries.iter().filter(|entry| entry.manager == FIELD_MANAGER).filter_map(|entry| entry.time).max();
    let later = entries.iter().filter(|entry| {
        entry.manager != FIELD_MANAGER && entry.subresource.is_none() && entry.time >= applied
    });
    later.max_by_key(|entry| entry.time).map(|entry| Writer::of(entry, true))
}
