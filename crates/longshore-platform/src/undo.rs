//! Taking a deploy back that has failed: everything that it changed, in the reverse order, as it was before.
//!
//! A deploy is one thing, so its releases go back together: those that it upgraded to the revision that was
//! deployed before, those that it installed are removed. What it has written is known by the label that its
//! records carry, so that a release which somebody else has gone on with is left alone. Volume claims that
//! were not there before hold nothing but what this deploy put into them, and go too; all others stay, as do
//! definitions. What cannot be taken back is told object by object.

mod unstick;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use longshore_cluster::{DeleteOptions, Propagation, Selector};
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, Object, Tree};
use longshore_release::record::Status;
use longshore_release::{
    Candidate, DEPLOY_LABEL, Event, Intent, ObjectAction, Premises, ReleaseError, Store, Stored, deploy,
    objects, prepare, prepare_uninstall, uninstall,
};

use crate::destroy::delete_namespace;
use crate::plan::Planned;
use crate::session::Session;
use unstick::unstick;

/// What is known before a deploy begins, to take it back.
pub(crate) struct Undo {
    /// The releases, in waves.
    waves: Vec<Vec<String>>,
    /// Names of the volume claims of each namespace; `None` if they may not be listed, and then none is deleted.
    claims: BTreeMap<String, Option<BTreeSet<String>>>,
    /// The namespaces that the deploy creates.
    created: Vec<String>,
}

/// What became of a release.
enum Taken {
    /// The deploy had not written anything of it.
    Untouched,
    /// It is as it was, told in words.
    Back(String),
    /// It is not.
    Left(Vec<String>),
}

impl Undo {
    /// Looks at what is there before the deploy.
    pub(crate) async fn of(session: &Session, planned: &Planned) -> Self {
        let waves = planned.waves.iter();
        let waves = waves.map(|wave| wave.iter().map(|prepared| prepared.plan.release.clone()).collect());
        let created: Vec<String> = planned.plan.created().into_iter().map(str::to_owned).collect();
        let mut known = BTreeMap::new();
        for namespace in session.selection.namespaces() {
            let is_new = created.contains(&namespace);
            let found = if is_new { Some(BTreeSet::new()) } else { claims(session, &namespace).await };
            known.insert(namespace, found);
        }
        Self { waves: waves.collect(), claims: known, created }
    }

    /// Takes back what the deploy has changed; the error says what was, and what was not.
    pub(crate) async fn take_back(self, session: &Session, error: ReleaseError) -> ReleaseError {
        let platform = &session.selection.platform.project.name.value;
        let begun = Event::Started("the deploy has failed, and is taken back".to_owned());
        session.context.observer.observe(platform, &begun);
        let (mut back, mut left) = (Vec::new(), Vec::new());
        let this = &self;
        for wave in this.waves.iter().rev() {
            let all =
                wave.iter().map(|name| async move { (name, Box::pin(this.release(session, name)).await) });
            for (name, taken) in join_all(all).await {
                match taken {
                    Ok(Taken::Untouched) => {}
                    Ok(Taken::Back(how)) => back.push(format!("{} {how}", session.selection.shown(name))),
                    Ok(Taken::Left(what)) => {
                        left.extend(what.into_iter().map(|what| format!("{name}: {what}")));
                    }
                    Err(error) => {
                        left.push(format!("{name}: {}", error.into_diagnostic().message));
                    }
                }
            }
        }
        let created = if left.is_empty() { self.created } else { Vec::new() };
        for namespace in created {
            match delete_namespace(session, &namespace).await {
                Ok(true) => back.push(format!("namespace {namespace} removed")),
                Ok(false) => left.push(format!("namespace {namespace}: others have put something into it")),
                Err(error) => {
                    left.push(format!("namespace {namespace}: {}", error.into_diagnostic().message));
                }
            }
        }
        told(error.into_diagnostic(), &back, left).into()
    }

    /// Takes one release back.
    async fn release(&self, session: &Session, name: &str) -> Result<Taken, ReleaseError> {
        let context = &session.context_of(name);
        let store = Store::new(context.cluster.clone(), &context.namespace);
        let history = store.history(name).await?;
        let ours =
            |stored: &Stored| stored.release.labels.get(DEPLOY_LABEL) == context.labels.get(DEPLOY_LABEL);
        let Some(first) = history.iter().position(ours) else { return Ok(Taken::Untouched) };
        if history[first..].iter().any(|stored| !ours(stored)) {
            return Ok(Taken::Left(vec!["somebody else has gone on with it since".to_owned()]));
        }
        let made: Vec<Object> = history[first..].iter().flat_map(|stored| objects(&stored.release)).collect();
        let before = &history[..first];
        let good =
            |stored: &&Stored| matches!(stored.release.info.status, Status::Deployed | Status::Superseded);
        let taken = match before.iter().rev().find(good) {
            Some(target) => Self::roll_back(session, name, target).await?,
            None if before.iter().all(|stored| stored.release.info.status == Status::Uninstalled) => {
                Box::pin(remove(session, name)).await?
            }
            None => Taken::Left(vec![format!(
                "it had never been deployed with success before, so that there is nothing to go back to; revision {} stays",
                history.last().map_or(0, |last| last.release.revision)
            )]),
        };
        let Taken::Back(mut how) = taken else { return Ok(taken) };
        let removed = self.remove_new_claims(session, &context.namespace, &made).await?;
        if !removed.is_empty() {
            how = format!("{how}, with its new volume claims {}", removed.join(", "));
        }
        Ok(Taken::Back(how))
    }

    async fn roll_back(session: &Session, name: &str, target: &Stored) -> Result<Taken, ReleaseError> {
        let context = &session.context_of(name);
        let to = target.release.revision;
        let intent = Intent::Rollback { to };
        let candidate = || Candidate::recorded(&target.release);
        let prepared = prepare(context, name, candidate()?, intent, &Premises::default()).await?;
        let sets = prepared.candidate.objects.iter().filter(|object| object.kind() == "StatefulSet");
        let sets: Vec<String> = sets.map(|object| object.name().to_owned()).collect();
        let deployed = tokio::select! {
            deployed = Box::pin(deploy(context, prepared)) => deployed,
            never = unstick(&context.cluster, &context.namespace, &sets) => match never {},
        };
        let failed = match deployed {
            Ok(release) => {
                return Ok(Taken::Back(format!(
                    "is back at revision {to} (as revision {})",
                    release.revision
                )));
            }
            Err(error) => error.into_diagnostic().message.clone(),
        };
        // Precisely: what is still not as that revision has it.
        let mut left = vec![format!("the way back to revision {to} failed: {failed}")];
        let differs = prepare(context, name, candidate()?, intent, &Premises::default()).await?;
        let open: Vec<String> = differs
            .plan
            .objects
            .iter()
            .filter(|change| !matches!(change.action, ObjectAction::Nothing | ObjectAction::Keep))
            .map(|change| change.object.to_string())
            .collect();
        left.push(if open.is_empty() {
            format!("every object is as in revision {to}, and not all are ready")
        } else {
            format!("not as in revision {to}: {}", open.join(", "))
        });
        Ok(Taken::Left(left))
    }

    /// Deletes the claims that this deploy made: those of its manifests and those of its StatefulSets, if they were not
    /// there before.
    async fn remove_new_claims(
        &self,
        session: &Session,
        namespace: &str,
        made: &[Object],
    ) -> Result<Vec<String>, ReleaseError> {
        let Some(Some(before)) = self.claims.get(namespace) else { return Ok(Vec::new()) };
        let owned = |claim: &str| {
            made.iter().any(|object| match object.kind() {
                "PersistentVolumeClaim" => object.name() == claim,
                "StatefulSet" => of_set(object).iter().any(|prefix| {
                    claim.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.parse::<u32>().is_ok())
                }),
                _ => false,
            })
        };
        if !made.iter().any(|object| matches!(object.kind(), "PersistentVolumeClaim" | "StatefulSet")) {
            return Ok(Vec::new());
        }
        let now = claims(session, namespace).await.unwrap_or_default();
        let gvk = Gvk::new("v1", "PersistentVolumeClaim");
        let namespace = Some(namespace);
        let options = DeleteOptions { propagation: Propagation::Background, ..DeleteOptions::default() };
        let mut removed = Vec::new();
        for claim in now.difference(before).filter(|claim| owned(claim)) {
            if session.cluster.delete(&gvk, namespace, claim, &options).await? {
                session.cluster.wait_gone(&gvk, namespace, claim, None, session.context.timeout).await?;
            }
            removed.push(claim.clone());
        }
        Ok(removed)
    }
}

/// Beginnings of the names of the claims that a StatefulSet makes.
fn of_set(set: &Object) -> Vec<String> {
    let templates = set.get("/spec/volumeClaimTemplates").map(Tree::items).unwrap_or_default();
    let names = templates.iter().filter_map(|claim| claim.get("/metadata/name")?.as_str());
    names.map(|claim| format!("{claim}-{}-", set.name())).collect()
}

/// Removes a release that the deploy has installed.
async fn remove(session: &Session, name: &str) -> Result<Taken, ReleaseError> {
    let context = &session.context_of(name);
    let Some(removal) = prepare_uninstall(context, name, false).await? else {
        return Ok(Taken::Untouched);
    };
    Box::pin(uninstall(context, &removal)).await?;
    Ok(Taken::Back("was new, and is removed".to_owned()))
}

/// The names of a namespace's volume claims, as far as they may be listed.
async fn claims(session: &Session, namespace: &str) -> Option<BTreeSet<String>> {
    let gvk = Gvk::new("v1", "PersistentVolumeClaim");
    let found = session.cluster.list(&gvk, Some(namespace), &Selector::default()).await.ok()?;
    let names = found.items.iter().filter_map(|claim| claim["metadata"]["name"].as_str());
    Some(names.map(str::to_owned).collect())
}

/// The deploy's error with what was taken back, and what was not.
fn told(error: Diagnostic, back: &[String], left: Vec<String>) -> Diagnostic {
    let error = match back {
        [] if left.is_empty() => error.note("nothing had been changed, so nothing was taken back"),
        [] => error,
        back => error.note(format!("taken back: {}", back.join("; "))),
    };
    if left.is_empty() {
        return error;
    }
    let error = left.into_iter().fold(error, |error, left| error.note(format!("not taken back: {left}")));
    error.note("`longshore rollback` goes on with it; `longshore history` shows where each release stands")
}

#[cfg(test)]
mod tests {
    use longshore_diag::Diagnostic;

    use super::{of_set, told};

    #[test]
    fn the_error_says_what_was_taken_back_and_what_was_not() {
        let error = || Diagnostic::error("wait/failed", "Deployment/web: broken").hint("mend it");
        let all = told(error(), &["web is back at revision 1".to_owned()], Vec::new());
        assert_eq!(all.notes, ["taken back: web is back at revision 1"]);
        let some = told(error(), &[], vec!["web: not as in revision 1: Deployment/web".to_owned()]);
        assert_eq!(some.notes[0], "not taken back: web: not as in revision 1: Deployment/web");
        assert_eq!(some.hint.as_deref(), Some("mend it"), "the cause's own next step stays");
        assert_eq!(told(error(), &[], Vec::new()).notes.len(), 1);
    }

    #[test]
    fn a_stateful_set_names_its_claims() {
        let text = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {volumeClaimTemplates: [{metadata: {name: data}}]}}";
        let set = longshore_object::parse_manifests(text, "a.yaml").unwrap().remove(0);
        assert_eq!(of_set(&set), ["data-db-"]);
    }
}
