//! Looking at one object: what applying it would do.

use std::collections::BTreeSet;

use longshore_cluster::{Error as ClusterError, Refusal};
use longshore_diag::{Diagnostic, Place};
use longshore_object::{Gvk, Object, ObjectKey, lifecycle};
use serde_json::Value;

use super::premises::{Definition, Premises, is_namespace};
use super::snapshot::{Sample, Snapshot};
use super::{definition, immutable, plain, unchanged};
use crate::apply::{Part, Todo};
use crate::basis;
use crate::candidate::Candidate;
use crate::contest::{self, Settlement};
use crate::context::FIELD_MANAGER;
use crate::diff::diff;
use crate::helm::migrate;
use crate::plan::{FieldConflict, ObjectAction, ObjectChange, Verified};
use crate::quota::Demand;
use crate::{Context, ReleaseError, data, ownership};

/// What a dry run cannot show.
const CONVERTED: &str = "objects that Helm wrote without server-side apply are taken over: fields of them that their manifests no longer name go";

/// What was found out about one object.
pub(super) struct Look {
    pub(super) change: ObjectChange,
    pub(super) conflicts: Vec<FieldConflict>,
    pub(super) problem: Option<Diagnostic>,
    pub(super) warnings: Vec<String>,
    pub(super) todo: Todo,
    /// What it takes of what quotas count, beyond what there is.
    pub(super) demand: Demand,
    /// The fields that it writes, if the context asks for that.
    pub(super) written: Option<basis::Fields>,
    /// That nothing serves its kind, nor will when it is applied.
    pub(super) unknown: Option<(ClusterError, Gvk, Place)>,
}

impl Look {
    /// An object that the server cannot try before another one is there.
    fn waiting(mut self, object: &Object, waits_for: String) -> Self {
        self.demand = Demand::of(&object.to_json());
        self.change.verified = Verified::WaitsFor(waits_for);
        self
    }

    fn new(object: &Object, key: &ObjectKey, todo: Todo) -> Self {
        let change = ObjectChange {
            object: key.clone(),
            action: ObjectAction::Create,
            fields: Vec::new(),
            verified: Verified::Verified,
            destroys_data: false,
            place: Some(object.place().clone()),
        };
        Self {
            change,
            conflicts: Vec::new(),
            problem: None,
            warnings: Vec::new(),
            todo,
            demand: Demand::default(),
            written: None,
            unknown: None,
        }
    }
}

/// What looking at an object needs to know of its surroundings.
pub(super) struct Survey<'a> {
    context: &'a Context,
    live: &'a Snapshot,
    release: &'a str,
    /// What there will be before the release begins.
    premises: &'a Premises,
    /// Namespaces that the candidate itself makes, whether they exist already or not.
    made: BTreeSet<&'a str>,
    /// Kinds that the candidate itself defines, or that releases before it bring.
    pub(super) defined: Vec<Definition>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(
        context: &'a Context,
        live: &'a Snapshot,
        release: &'a str,
        candidate: &'a Candidate,
        premises: &'a Premises,
    ) -> Self {
        let namespaces = candidate.objects.iter().filter(|object| is_namespace(object));
        let made = namespaces.map(Object::name).collect();
        Self { context, live, release, premises, made, defined: premises.in_time().cloned().collect() }
    }

    /// Takes note of the definitions that were looked at, and of what is to become of each.
    pub(super) fn define<'b>(&mut self, looks: impl IntoIterator<Item = (&'b Object, &'b Look)>) {
        let defined = looks.into_iter().filter_map(|(object, look)| Definition::of(object, &look.change));
        self.defined.extend(defined);
    }

    /// Asks the server what applying the object would do.
    pub(super) async fn look(&self, object: &Object, part: Part) -> Result<Look, ReleaseError> {
        let context = self.context;
        let key = object.key_in(&context.namespace);
        let settlement = Settlement::unseen(context);
        let mut look = Look::new(object, &key, Todo::Apply { before: None, settlement, converts: false });
        look.warnings.extend(self.ending(object, &key));
        if let Some(defined) = self.definition_of(object)
            && defined.is_new
            && defined.serves(object.gvk())
        {
            return Ok(look.waiting(object, defined.by.clone()));
        }
        if let Some(namespace) = key.namespace.as_deref().and_then(|name| self.awaited(name)) {
            // What nobody knows must be told before the namespace is made.
            return match context.cluster.resource(object.gvk()).await {
                Ok(_) => Ok(look.waiting(object, namespace)),
                Err(error) => self.unknown(error, look, object),
            };
        }
        let live = match self.live.get(object.gvk(), &key).await {
            Ok(live) => live,
            Err(error) => return self.unknown(error, look, object),
        };
        let mut applied = object.clone();
        if part == Part::Marked {
            ownership::mark(&mut applied, self.release, &context.namespace);
        }
        if let Some(live) = &live {
            look.change.action = ObjectAction::Update;
            if part == Part::Marked
                && !context.force.adopt
                && !context.formerly(self.release).any(|old| ownership::owns(live, old, &context.namespace))
                && let Err(problem) = ownership::check(&key, object, live, self.release, &context.namespace)
            {
                look.problem = Some(problem);
                return Ok(look);
            }
            if self.is_pending(object).is_none()
                && unchanged::is_certain(&applied.to_json(), live, FIELD_MANAGER)
            {
                look.change.action = ObjectAction::Nothing;
                look.todo = Todo::Skip;
                look.written = context.notes_basis.then(|| basis::written(live, live));
                return Ok(look);
            }
            if definition::is_definition(object) {
                let verdict = definition::judge(&key, object, live);
                look.problem = verdict.problem;
                look.warnings.extend(verdict.warnings);
                if look.problem.is_some() {
                    return Ok(look);
                }
            }
        }
        if let Some(what) = self.is_pending(object) {
            return Ok(look.waiting(object, what));
        }
        if live.is_none()
            && plain::is_certain(&applied.to_json())
            && let Some(sample) = self.live.sample(object.gvk(), &key).await?
        {
            return self.like_the_first(&sample, object, &applied, look).await;
        }
        Box::pin(self.try_out(object, &applied, live.as_ref(), look)).await
    }

    /// What an object waits for that is not there yet, and for which a text stands in it.
    fn is_pending(&self, object: &Object) -> Option<String> {
        let pending = self.premises.pending.as_ref()?;
        pending.is_in(&object.to_json()).then(|| pending.what.join(" and "))
    }

    /// A new object of which the content is certain: if the server takes the first of its kind, it takes this one.
    /// That one tells whether we may, whether the namespace is there, and whether a quota is left.
    async fn like_the_first(
        &self,
        sample: &Sample,
        object: &Object,
        applied: &Object,
        look: Look,
    ) -> Result<Look, ReleaseError> {
        let mut look = Some(look);
        let mut tried = None;
        let first = async {
            let Some(own) = look.take() else { return false };
            let found = Box::pin(self.try_out(object, applied, None, own)).await;
            let is_taken = found.as_ref().is_ok_and(|look| {
                look.problem.is_none()
                    && look.warnings.is_empty()
                    && look.conflicts.is_empty()
                    && look.change.verified == Verified::Verified
            });
            tried = Some(found);
            is_taken
        };
        let is_taken = *sample.get_or_init(|| first).await;
        if let Some(tried) = tried {
            return tried;
        }
        let mut look = look.expect("it is taken only to be tried");
        if is_taken {
            look.demand = Demand::of(&applied.to_json());
            Ok(look)
        } else {
            Box::pin(self.try_out(object, applied, None, look)).await
        }
    }

    /// The server's dry run.
    async fn try_out(
        &self,
        object: &Object,
        applied: &Object,
        live: Option<&Value>,
        mut look: Look,
    ) -> Result<Look, ReleaseError> {
        let before = live.and_then(|live| live["metadata"]["resourceVersion"].as_str()).map(str::to_owned);
        match contest::tried(self.context, applied, live).await {
            Ok(tried) => {
                look.demand = Demand::of(&tried.live);
                let converts = live.is_some_and(|live| migrate::converted(live).is_some());
                if converts {
                    look.warnings.push(CONVERTED.to_owned());
                }
                look.todo = Todo::Apply { before, settlement: tried.settlement, converts };
                let key = &look.change.object;
                let known = look.warnings.clone();
                let told = tried.warnings.iter().map(|warning| format!("{key}: {warning}"));
                look.warnings.extend(told.filter(|warning| !known.contains(warning)));
                look.warnings.extend(tried.kept_replicas.map(|replicas| contest::kept(key, replicas)));
                look.conflicts = tried.conflicts;
                if let Some(live) = live {
                    look.demand.minus(&Demand::of(live));
                    look.written = self.context.notes_basis.then(|| basis::written(live, &tried.live));
                    look.change.fields = diff(key, live, &tried.live);
                    if look.change.fields.is_empty() {
                        look.change.action = ObjectAction::Nothing;
                        if same_ownership(live, &tried.live) {
                            look.todo = Todo::Skip;
                        }
                    }
                }
                Ok(look)
            }
            Err(error) => self.refused(error, object, applied, live, look),
        }
    }

    /// What is known of the end of the object's API version, in a server of this version.
    fn ending(&self, object: &Object, key: &ObjectKey) -> Option<String> {
        let end = lifecycle::of(object.api_version(), object.kind())?;
        let minor = self.context.cluster.version().minor;
        let minor: u32 = minor.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
        (end.since <= minor).then(|| format!("{key}: {end}"))
    }

    /// What it means that the server refused the dry run.
    fn refused(
        &self,
        error: ClusterError,
        object: &Object,
        applied: &Object,
        live: Option<&Value>,
        mut look: Look,
    ) -> Result<Look, ReleaseError> {
        let key = look.change.object.clone();
        if let Some(Refusal::NamespaceMissing { namespace }) = error.refusal() {
            if self.made.contains(namespace.as_str()) {
                look.change.verified = Verified::WaitsFor(format!("Namespace/{namespace}"));
                return Ok(look);
            }
            if let Some((late, false)) = self.premises.namespace(namespace) {
                let hint = format!(
                    "release `{late}` brings it, but does not come first: add `needs: [{late}]` to release `{}`",
                    self.release
                );
                look.problem = Some(error.diagnostic().or_at(object.place().clone()).hint(hint));
                return Ok(look);
            }
        }
        // The definition may be about to allow it.
        if let Some(defined) = self.definition_of(object)
            && matches!(error.refusal(), Some(Refusal::Invalid { .. }))
        {
            return Ok(look.waiting(object, defined.by.clone()));
        }
        let (Some(fields), Some(live)) = (immutable::fields(&error), live) else {
            return unless_fatal(error, look, object);
        };
        if !self.context.recreate.contains(&key.to_string()) {
            look.problem = Some(immutable::problem(&key, object, fields));
            return Ok(look);
        }
        let named = |path: &str| {
            fields.iter().any(|field| {
                path.strip_prefix(field.field.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        };
        let changes = diff(&key, live, &applied.to_json()).into_iter();
        look.change.fields = changes.filter(|change| change.new.is_some() && named(&change.path)).collect();
        look.change.action = ObjectAction::Recreate;
        look.change.destroys_data = data::holds(&key);
        look.change.verified = Verified::WaitsFor(format!("the deletion of {key}"));
        look.warnings.push(format!("{key} is deleted and made anew: {}", immutable::consequence(&key)));
        look.todo = Todo::Recreate;
        Ok(look)
    }

    /// A namespace that is not there, and will be when the object is applied.
    fn awaited(&self, namespace: &str) -> Option<String> {
        match self.premises.namespace(namespace) {
            Some((release, true)) => Some(format!("Namespace/{namespace} of release `{release}`")),
            _ if self.premises.missing_namespace && namespace == self.context.namespace => {
                Some(format!("Namespace/{namespace}"))
            }
            _ => None,
        }
    }

    /// What it means that the object cannot be asked for: its kind may be about to be served.
    fn unknown(&self, error: ClusterError, mut look: Look, object: &Object) -> Result<Look, ReleaseError> {
        if !matches!(error, ClusterError::UnknownKind { .. }) {
            return unless_fatal(error, look, object);
        }
        if let Some(defined) = self.definition_of(object).filter(|defined| defined.serves(object.gvk())) {
            return Ok(look.waiting(object, defined.by.clone()));
        }
        look.unknown = Some((error, object.gvk().clone(), object.place().clone()));
        Ok(look)
    }

    /// The definition of the object's kind that is written before the object is; the release's own counts more.
    fn definition_of(&self, object: &Object) -> Option<&Definition> {
        self.defined.iter().rev().find(|definition| definition.is_of(object.gvk()))
    }
}

/// Whether we own the same fields in both.
fn same_ownership(live: &Value, tried: &Value) -> bool {
    let owned = |object| {
        unchanged::applied_fields(object, FIELD_MANAGER)
            .map(|(version, fields)| (version.clone(), fields.clone()))
    };
    owned(live) == owned(tried)
}

/// A refusal of this object is a problem of the plan; everything else stops planning.
fn unless_fatal(error: ClusterError, mut look: Look, object: &Object) -> Result<Look, ReleaseError> {
    if error.refusal().is_none() && !matches!(error, ClusterError::UnknownKind { .. }) {
        return Err(error.into());
    }
    look.problem = Some(error.diagnostic().or_at(object.place().clone()));
    Ok(look)
}
