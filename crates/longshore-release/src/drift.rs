//! What is not as it was deployed: which field, what it was and is, who wrote it, and when.
//!
//! The measure is the newest record. What the server has written down about an object proves for most that nothing
//! has changed, without a request ([`crate::prepare()`] does the same); only of the others the server is asked, by
//! applying the record once more without keeping it. Who may not write is told by comparing the manifest with the
//! live object, field by field.
//!
//! Who wrote a field stands in `metadata.managedFields`, with the second in which it did. What nobody owns any more
//! was taken away: then the last one who wrote the object is named, and that this is a guess.

mod additions;
mod author;
mod compare;
mod ignore;
mod look;
mod path;
mod strays;

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_object::{Object, ObjectKey};
use serde::Serialize;
use serde_json::Value;

pub use author::{Author, Writer};
pub use ignore::IgnoreRule;
pub use strays::{Deployed, strays};

use crate::mask::Mask;
use crate::prepare::Snapshot;
use crate::prior::objects;
use crate::record::Status;
use crate::store::Stored;
use crate::{Context, Force, ReleaseError};
use look::Survey;

/// How many objects are looked at side by side.
const CONCURRENCY: usize = 64;

/// One object that is not as it was deployed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectDrift {
    /// Which object.
    #[serde(serialize_with = "shown")]
    pub object: ObjectKey,
    /// What has become of it.
    pub state: DriftState,
    /// Why, for an object as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Who made it, for an object that the release does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Writer>,
    /// The fields that are different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDrift>,
}

/// What has become of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftState {
    /// Fields of it are different.
    Changed,
    /// It is not there.
    Missing,
    /// It is being deleted.
    Terminating,
    /// It is there under the release's labels, and no part of it.
    Added,
}

/// One field that is not as it was deployed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDrift {
    /// The field as a person would point at it: `spec.template.spec.containers[web].image`.
    pub path: String,
    /// What the release says; `None` if it says nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed: Option<Value>,
    /// What it is; `None` if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<Value>,
    /// Why it is different.
    pub cause: Cause,
    /// Who wrote it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Writer>,
}

/// Why something is not as it was deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A person did it, with a program for people.
    Human,
    /// A controller of the cluster did it.
    Controller,
    /// Another program did it: a pipeline, a script.
    Program,
    /// An autoscaler scales it, which is as it should be.
    Autoscaler,
    /// A deploy of the release is under way, or did not complete.
    Rollout,
    /// Nobody knows.
    Unknown,
}

impl Cause {
    /// Whether it is as it should be: nothing that anybody has to look at.
    pub fn is_expected(self) -> bool {
        matches!(self, Self::Autoscaler | Self::Rollout)
    }
}

impl ObjectDrift {
    /// The same without what is as it should be; `None` if nothing is left.
    #[must_use]
    pub fn unexpected(mut self) -> Option<Self> {
        self.fields.retain(|field| !field.cause.is_expected());
        let is_whole = self.cause.is_some_and(|cause| !cause.is_expected());
        (is_whole || !self.fields.is_empty()).then_some(self)
    }

    /// Whether all of it is as it should be.
    pub fn is_expected(&self) -> bool {
        self.cause.is_none_or(Cause::is_expected) && self.fields.iter().all(|field| field.cause.is_expected())
    }
}

/// Compares the objects of a release's newest record with the live ones. `live` may be shared by several releases.
///
/// A release that is uninstalled (or about to be) has no drift.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn drift(
    context: &Context,
    live: &Snapshot,
    stored: &Stored,
    rules: &[IgnoreRule],
) -> Result<Vec<ObjectDrift>, ReleaseError> {
    let release = &stored.release;
    if matches!(release.info.status, Status::Uninstalling | Status::Uninstalled) {
        return Ok(Vec::new());
    }
    // What somebody asked for elsewhere does not count: this is a question.
    let context = Context { force: Force::default(), ..context.clone() };
    let known = objects(release);
    live.expect(known.iter().map(|object| (object.gvk(), object.key_in(&context.namespace))));
    let survey = Survey {
        context: &context,
        live,
        release: &release.name,
        is_complete: matches!(release.info.status, Status::Deployed | Status::Superseded),
    };
    let looks: Vec<_> =
        stream::iter(&known).map(|object| survey.look(object)).buffered(CONCURRENCY).try_collect().await?;
    let mut mask = Mask::of(known.iter(), &release.hooks, &release.config);
    let mut found = Vec::new();
    for (object, look) in known.iter().zip(looks) {
        let Some(look) = look else { continue };
        if let Some(secret) = look.live.as_ref().filter(|_| object.kind() == "Secret") {
            mask.join(&Mask::of(
                Object::from_json(secret.clone(), object.place().clone()).iter(),
                &[],
                &release.config,
            ));
        }
        found.push((look.drift, look.live, object.to_json()));
    }
    let name = &release.name;
    Ok(found
        .into_iter()
        .filter_map(|(drift, live, deployed)| {
            let sides = [Some(&deployed), live.as_ref()];
            ignore::apply(rules, name, drift, &sides)
        })
        .map(|mut drift| {
            for field in &mut drift.fields {
                field.deployed.iter_mut().chain(&mut field.live).for_each(|value| mask.value(value));
            }
            drift
        })
        .collect())
}

/// The keys of a release's objects and hooks: what it knows of.
pub(crate) fn known_keys(stored: &Stored, namespace: &str) -> BTreeSet<ObjectKey> {
    let hooks =
        stored.release.hooks.iter().flat_map(|hook| {
            longshore_object::parse_manifests(&hook.manifest, &hook.path).unwrap_or_default()
        });
    objects(&stored.release).into_iter().chain(hooks).map(|object| object.key_in(namespace)).collect()
}

fn shown<S: serde::Serializer>(key: &ObjectKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(key)
}
