//! Frozen plans: made once, looked at, and carried out later exactly as they are (design decision 4).
//!
//! `longshore plan -o FILE` writes what `longshore deploy FILE` carries out: the objects in full, with the
//! values, hooks and notes for the record; neither charts nor values are read again. What a release of it
//! must not show is sealed to the recipients of the environment: all of the release if it has a Secret or a
//! value that is named like one, for what is made of a secret can stand anywhere in it. In its place the
//! objects stand with the secrets covered, to be looked at.
//!
//! A plan is for one cluster and one namespace; a file may hold those of several clusters ([`FrozenFile`]), which are
//! carried out as one deploy. A plan is stale when a field that it writes, or that field's
//! owner, has changed; that is found out by trying it again.

mod content;
mod file;
mod several;

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_diag::{Diagnostic, Place};
use longshore_release::{Brought, Intent, Premises, Prepared, ReleaseError, prepare};
use longshore_secrets::{Identity, Recipient, open, seal};
use sha2::{Digest, Sha256};

use crate::hooks::freezable;
use crate::inventory::Inventory;
use crate::kustomize::Kustomizations;
use crate::plan::{Planned, assemble, in_release};
use crate::selection::{Marks, OfPlan, Selection};
use crate::session::Session;
use crate::spaces::Spaces;
use content::{Content, SealedContent};
use file::{File, FrozenRelease, Head};
pub use file::{Frozen, Made};
pub use several::FrozenFile;

/// Where a plan came from that is carried out.
#[derive(Debug, Clone)]
pub(crate) struct FrozenBy {
    /// `sha256:` and the digest of the file.
    pub(crate) digest: String,
    /// Who made it, when, from what.
    pub(crate) made: Made,
}

/// The name of a plan: the digest of its bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// The bytes of a file that [`thaw`] carries out. The session must have been made to freeze
/// ([`crate::Behaviour::freezes`]).
///
/// # Errors
/// The plan has problems; something must be sealed, and the environment names nobody to seal to.
pub async fn freeze(session: &Session, planned: &Planned) -> Result<Vec<u8>, ReleaseError> {
    Ok(file::write(&frozen(session, planned).await?)?)
}

async fn frozen(session: &Session, planned: &Planned) -> Result<File, ReleaseError> {
    if let Some((plan, problem)) = planned.plan.problems().next() {
        return Err(in_release(problem.clone().into(), &plan.release));
    }
    if let Some(unlisted) = planned.plan.unlisted.iter().find(|unlisted| unlisted.removed) {
        let message =
            format!("a frozen plan removes no releases, and this one would remove `{}`", unlisted.release);
        return Err(Diagnostic::error("plan/removes", message)
            .at(Place::file(&session.selection.platform.project.file))
            .hint("freeze it without --prune, or let `longshore deploy` move and remove releases first")
            .into());
    }
    freezable(session, &planned.plan)?;
    waits_for_nothing(planned)?;
    let head = Head::of(session, planned).await?;
    let mut waves = Vec::new();
    for wave in &planned.waves {
        let wave: Result<Vec<FrozenRelease>, Diagnostic> =
            wave.iter().map(|prepared| release(session, &head, prepared)).collect();
        waves.push(wave?);
    }
    Ok(File::of(head, planned, waves)?)
}

/// That a plan cannot be frozen as long as a release in it waits for what another one gives.
fn waits_for_nothing(planned: &Planned) -> Result<(), Diagnostic> {
    let all = planned.plan.releases.iter();
    let Some(plan) = all.clone().find(|plan| !plan.waits_for.is_empty()) else { return Ok(()) };
    let message = format!(
        "release `{}` waits for {}, and a frozen plan holds only what is known",
        plan.release,
        plan.waits_for.join(" and ")
    );
    let waiting: Vec<&str> =
        all.filter(|plan| !plan.waits_for.is_empty()).map(|plan| plan.release.as_str()).collect();
    Err(Diagnostic::error("plan/waits", message).hint(format!(
        "deploy the releases that have these outputs first (`longshore deploy --only …`), then freeze what is left: {}",
        waiting.join(", ")
    )))
}

fn release(session: &Session, head: &Head, prepared: &Prepared) -> Result<FrozenRelease, Diagnostic> {
    let name = prepared.plan.release.clone();
    let namespace = session.selection.told_namespace(&name);
    let content = Content::of(prepared);
    if !content.is_secret(&prepared.mask) {
        return Ok(FrozenRelease { name, namespace, content: Some(content), ..FrozenRelease::default() });
    }
    let environment = &session.selection.environment;
    let recipients: Vec<Recipient> =
        environment.recipients.iter().filter_map(|placed| placed.value.parse().ok()).collect();
    if recipients.is_empty() {
        let message = format!(
            "release `{name}` holds secrets, and environment `{}` names nobody to seal them to",
            environment.name
        );
        return Err(Diagnostic::error("plan/no-recipients", message)
            .at(environment.place.clone())
            .hint("add `recipients: [age1…]` to the environment; `age-keygen` makes a pair of keys"));
    }
    let objects = content.covered(&prepared.mask);
    let sealed = SealedContent { release: name.clone(), of: head.identity(), content };
    let bytes = sealed.to_bytes()?;
    let sealed = seal(&bytes, &recipients).map_err(|error| {
        Diagnostic::error("plan/seal", format!("release `{name}` cannot be sealed: {error}"))
    })?;
    Ok(FrozenRelease {
        name,
        namespace,
        objects,
        recipients: recipients.iter().map(ToString::to_string).collect(),
        sealed: Some(file::encode(&sealed)),
        content: None,
    })
}

impl Frozen {
    /// The selection that the plan is about, where others may be carried out beside it, `at_once` at a time; no project
    /// file is needed for it.
    pub(crate) fn selection(
        &self,
        context: Option<String>,
        at_once: Option<usize>,
        kustomizations: Arc<dyn Kustomizations>,
    ) -> Selection {
        let head = self.head();
        let plan = OfPlan {
            platform: &head.platform,
            environment: &head.environment,
            namespace: &head.namespace,
            namespaces: self.namespaces(),
            marks: Marks {
                labels: head.namespace_labels.clone(),
                annotations: head.namespace_annotations.clone(),
            },
            namespace_chosen: head.namespace_chosen,
            former_environments: &head.former_environments,
            cluster: head.cluster.in_project.as_deref(),
            kubeconfig: head.cluster.kubeconfig.as_deref(),
            context: context.or_else(|| head.context.clone()),
            at_once,
            wait: self.wait().clone(),
            given: head.made.vars.clone(),
            place: Place::file(self.name()),
        };
        Selection::of_plan(plan, kustomizations)
    }

    /// The namespaces of its releases.
    fn namespaces(&self) -> BTreeMap<String, String> {
        let home = &self.head().namespace;
        let namespace = |release: &FrozenRelease| release.namespace.clone().unwrap_or_else(|| home.clone());
        self.waves().iter().flatten().map(|release| (release.name.clone(), namespace(release))).collect()
    }

    /// What it holds of a release, opened if it is sealed.
    fn content(&self, release: &FrozenRelease, identities: &[Identity]) -> Result<Content, Diagnostic> {
        let at = || Place::file(self.name());
        let broken = |why: String| Diagnostic::error("plan/broken", why).at(at());
        let Some(sealed) = &release.sealed else {
            return release
                .content
                .clone()
                .ok_or_else(|| broken(format!("the plan holds nothing of release `{}`", release.name)));
        };
        if identities.is_empty() {
            let message = format!(
                "release `{}` of the plan is sealed, and there is no identity to open it",
                release.name
            );
            return Err(Diagnostic::error("plan/sealed", message)
                .at(at())
                .note(format!("sealed to {}", release.recipients.join(", ")))
                .hint("name the file with the secret key with --identity FILE, or in LONGSHORE_IDENTITY"));
        }
        let bytes =
            file::decode(sealed).ok_or_else(|| broken(format!("release `{}` is no base64", release.name)))?;
        let opened = open(&bytes, identities).map_err(|error| {
            Diagnostic::error(
                "plan/sealed",
                format!("release `{}` of the plan cannot be opened: {error}", release.name),
            )
            .at(at())
            .note(format!("sealed to {}", release.recipients.join(", ")))
        })?;
        let sealed = SealedContent::from_bytes(&opened)
            .map_err(|_| broken(format!("what release `{}` is sealed with is no plan", release.name)))?;
        if sealed.release != release.name || sealed.of != self.head().identity() {
            return Err(broken(format!(
                "what is sealed for release `{}` belongs to another plan",
                release.name
            )));
        }
        Ok(sealed.content)
    }
}

/// Makes a frozen plan ready to be carried out: tries it again, and checks that it is not stale. The session
/// must be made with the plan's selection ([`FrozenFile::selections`]) and be one that freezes.
///
/// # Errors
/// It was made for another cluster, it is sealed to others, it is stale, or the cluster cannot be asked.
pub async fn thaw(
    session: &Session,
    frozen: &Frozen,
    identities: &[Identity],
) -> Result<Planned, ReleaseError> {
    let head = frozen.head();
    let id = session.cluster.id().await?;
    if id.as_str() != head.cluster.id {
        let message = format!(
            "the plan was made for cluster `{}`, and this is `{}`, another one",
            head.cluster.name,
            session.cluster.name()
        );
        return Err(Diagnostic::error("plan/other-cluster", message)
            .at(Place::file(frozen.name()))
            .hint("choose the plan's cluster with --context, or make a plan for this one")
            .into());
    }
    let mut spaces = Spaces::look(session).await?;
    spaces.as_planned(|name| head.creates(name), |name| head.awaits.iter().any(|awaited| awaited == name))?;
    let mut waves = Vec::new();
    let mut brought = Vec::new();
    for wave in frozen.waves() {
        let mut prepared = Vec::new();
        for release in wave {
            let content = frozen.content(release, identities)?;
            let (candidate, basis) = content.candidate()?;
            let context = session.context_of(&release.name);
            let missing_namespace = spaces.lacks(&context.namespace);
            let premises = Premises { missing_namespace, brought: brought.clone(), ..Premises::default() };
            let again = prepare(&context, &release.name, candidate, Intent::Deploy, &premises)
                .await
                .map_err(|error| in_release(error, &release.name))?;
            basis
                .still_holds(&again)
                .map_err(|stale| stale.within(format!("in release `{}`", release.name), None))?;
            prepared.push(again);
        }
        brought.extend(prepared.iter().flat_map(Brought::by));
        waves.push(prepared);
    }
    let mut planned = assemble(session, waves, spaces, Inventory::default()).await?;
    planned.frozen = Some(FrozenBy { digest: frozen.digest().to_owned(), made: head.made.clone() });
    Ok(planned)
}
