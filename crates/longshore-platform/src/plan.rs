//! The plan of a platform: what a deploy would change, release by release.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey};
use longshore_release::{
    Brought, Candidate, Event, Intent, Moment, ObjectAction, Pending, Premises, Prepared, Prior,
    ReleaseError, ReleasePlan, Snapshot, prepare_in,
};
use serde::Serialize;
use serde_json::Value;

use crate::frozen::{FrozenBy, digest};
use crate::hooks;
use crate::inventory::{GoneEnvironment, Inventory, Unlisted, look};
use crate::outputs::{STAND_IN, live};
use crate::preflight::preflight;
use crate::project::{Asked, Placed, ReleaseSpec, asked_by_hook, asked_to_render};
use crate::session::Session;
use crate::shared::{Owner, nothing_is_shared};
use crate::source;
use crate::spaces::Spaces;
use crate::warn;

/// The plan of a platform in one environment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformPlan {
    /// The platform.
    pub platform: String,
    /// The environment.
    pub environment: String,
    /// The cluster, as the user calls it.
    pub cluster: String,
    /// The namespace; the first of several.
    pub namespace: String,
    /// All of them, if there are several; each release says in which it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Whether the namespace, or one of several, is missing and would be created.
    pub creates_namespace: bool,
    /// Those of several that are missing and would be created.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creates_namespaces: Vec<String>,
    /// Variables that were given on the command line; what is named like a secret is hidden.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, Value>,
    /// Each release, in the order of deploying.
    pub releases: Vec<ReleasePlan>,
    /// Releases of this platform and environment that the project file does not want here (any more).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<Unlisted>,
    /// Other environments of this platform that have something here and that the project file does not name (any more).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone_environments: Vec<GoneEnvironment>,
    /// Worth knowing of all of it: quotas that will not do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl PlatformPlan {
    /// Whether a deploy would write anything.
    pub fn changes_something(&self) -> bool {
        self.creates_namespace
            || self.releases.iter().any(ReleasePlan::changes_something)
            || self.unlisted.iter().any(|unlisted| unlisted.removed)
    }

    /// The namespaces that would be created.
    pub fn created(&self) -> Vec<&str> {
        match &self.creates_namespaces[..] {
            [] if self.creates_namespace => vec![&self.namespace],
            several => several.iter().map(String::as_str).collect(),
        }
    }

    /// What a release is called where it is shown: with its namespace if there are several.
    pub fn shown(&self, plan: &ReleasePlan) -> String {
        shown((!self.namespaces.is_empty()).then_some(&plan.namespace), &plan.release)
    }

    /// What keeps the plan from being carried out.
    pub fn problems(&self) -> impl Iterator<Item = (&ReleasePlan, &Diagnostic)> {
        self.releases.iter().flat_map(|plan| plan.problems.iter().map(move |problem| (plan, problem)))
    }

    /// The objects that would be deleted, those that are made anew included.
    pub fn deletions(&self) -> impl Iterator<Item = (String, &ObjectKey)> {
        let of_releases = self.releases.iter().flat_map(move |plan| {
            let deleted = plan
                .objects
                .iter()
                .filter(|change| matches!(change.action, ObjectAction::Delete | ObjectAction::Recreate));
            deleted.map(move |change| (self.shown(plan), &change.object))
        });
        let of_unlisted = self.unlisted.iter().flat_map(|unlisted| {
            unlisted.deletions().map(move |change| (unlisted.release.clone(), &change.object))
        });
        of_releases.chain(of_unlisted)
    }

    /// Number of objects with this action, over all releases.
    pub fn count(&self, action: ObjectAction) -> usize {
        let removed = self.unlisted.iter().filter(|unlisted| unlisted.removed);
        let of_unlisted =
            removed.flat_map(|unlisted| &unlisted.objects).filter(|change| change.action == action);
        self.releases.iter().map(|plan| plan.count(action)).sum::<usize>() + of_unlisted.count()
    }
}

/// A plan with everything that carrying it out needs, in waves.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan.
    pub plan: PlatformPlan,
    pub(crate) waves: Vec<Vec<Prepared>>,
    /// The outputs that each release was rendered with.
    pub(crate) asked: BTreeMap<String, Vec<Placed<Asked>>>,
    /// Namespaces that its releases bring.
    pub(crate) awaits: Vec<String>,
    /// The frozen plan that it was read from.
    pub(crate) frozen: Option<FrozenBy>,
}

impl Planned {
    /// What is deployed: each release with its objects, in the order of deploying.
    pub fn objects(&self) -> Vec<(String, Vec<Object>)> {
        let prepared = self.waves.iter().flatten();
        prepared.map(|one| (one.plan.release.clone(), one.candidate.objects.clone())).collect()
    }

    /// What the records name the plan by: `sha256:` and what `sha256sum` says of the file of a frozen plan, or of
    /// what `longshore plan -o json` prints.
    pub fn digest(&self) -> String {
        if let Some(frozen) = &self.frozen {
            return frozen.digest.clone();
        }
        let text = serde_json::to_string_pretty(&self.plan).unwrap_or_default();
        digest(format!("{text}\n").as_bytes())
    }
}

/// Renders the selection and compares it with the cluster. Writes nothing. The observer is told what looks like a
/// mistake in charts and values.
///
/// # Errors
/// Something cannot be rendered, the cluster cannot be asked, or the namespace is missing and may not
/// be created. What the server refuses is no error here but a problem of the plan.
pub async fn plan(session: &Session) -> Result<Planned, ReleaseError> {
    let mut spaces = if session.selection.left { Spaces::default() } else { Spaces::look(session).await? };
    let is_spread = session.selection.chosen_namespaces().len() > 1;
    if !is_spread {
        spaces.settle(session, |_| false)?;
    }
    let pending = &outputs(session).await?;
    let found_spaces = &spaces;
    let one = |release| async move {
        let release: &ReleaseSpec = release;
        let lacks = found_spaces.lacks(session.selection.namespace_of(&release.name));
        let rendered = source::candidate(session, release, lacks).await;
        let (candidate, found, prior) = rendered.map_err(|error| {
            let error = in_release(error, &release.name);
            match pending.get(&release.name) {
                Some(outputs) => stood_in(error, outputs),
                None => error,
            }
        })?;
        Ok::<_, ReleaseError>((release.name.clone(), candidate, found, prior))
    };
    let (mut rendered, mut found) = (Vec::new(), Vec::new());
    for wave in
        try_join_all(session.selection.waves.iter().map(|wave| try_join_all(wave.iter().map(one)))).await?
    {
        let mut candidates = Vec::new();
        for (name, candidate, warned, prior) in wave {
            found.push((name.clone(), warned));
            candidates.push((name, candidate, prior));
        }
        rendered.push(candidates);
    }
    let owners: Vec<Owner<'_>> = rendered
        .iter()
        .flatten()
        .map(|(name, candidate, _)| Owner {
            release: name,
            namespace: session.selection.namespace_of(name),
            objects: candidate.objects.iter().enumerate().collect(),
        })
        .collect();
    nothing_is_shared(&owners)?;
    if is_spread {
        let all = || rendered.iter().flatten().map(|(name, candidate, _)| (name, candidate));
        let is_brought = |space: &str| {
            all().any(|(name, candidate)| {
                session.selection.namespace_of(name) != space && candidate.makes_namespace(space)
            })
        };
        spaces.settle(session, is_brought)?;
    }
    let waves = prepare_all(session, rendered, &spaces, pending).await?;
    all_recreated_are_there(session, &waves)?;
    for warning in warn::told(&session.selection, found) {
        session
            .context
            .observer
            .observe(&session.selection.platform.project.name.value, &Event::Warning(warning));
    }
    let inventory = look(session, &waves, session.prunes).await?;
    let mut planned = assemble(session, waves, spaces, inventory).await?;
    let asked = session.selection.releases().map(|release| (release.name.clone(), asked_to_render(release)));
    planned.asked = asked.filter(|(_, asked)| !asked.is_empty()).collect();
    Ok(planned)
}

/// Reads the outputs that releases ask for. Those that are not there yet are given back, by the releases that have to
/// wait for them to be rendered.
async fn outputs(session: &Session) -> Result<BTreeMap<String, Vec<String>>, ReleaseError> {
    let mut pending = BTreeMap::new();
    for release in session.selection.releases() {
        let read = |asked| async move {
            let looked = live::look(&session.selection, asked).await;
            looked.map_err(|error| in_release(error, &release.name))
        };
        let waits = read(asked_to_render(release)).await?;
        if !waits.is_empty() {
            pending.insert(release.name.clone(), waits);
        }
        if session.runs_hooks {
            let hooks = [Moment::PreDeploy, Moment::PostDeploy];
            let hooks = hooks.iter().filter_map(|moment| release.hooks.get(moment)).flatten();
            read(hooks.flat_map(asked_by_hook).collect()).await?;
        }
    }
    Ok(pending)
}

/// That a release cannot be rendered may come from texts that stand in for outputs.
fn stood_in(error: ReleaseError, outputs: &[String]) -> ReleaseError {
    let error = error.into_diagnostic();
    error
        .note(format!("a text stands in for {}, which is not there yet", outputs.join(" and ")))
        .hint("deploy the release that has it first (`--only`): then this one is planned with what it is")
        .into()
}

/// Compares all releases with the cluster at once; what is live is asked for once for all of them.
async fn prepare_all(
    session: &Session,
    rendered: Vec<Vec<(String, Candidate, Prior)>>,
    spaces: &Spaces,
    pending: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Vec<Prepared>>, ReleaseError> {
    let live = &Snapshot::new(session.cluster.clone());
    for (name, candidate, _) in rendered.iter().flatten() {
        live.expect(candidate.wanted(session.selection.namespace_of(name)));
    }
    let one = |brought: &[(usize, Brought)],
               (wave, at, release): (usize, usize, (String, Candidate, Prior))| {
        let (name, candidate, prior) = release;
        let mut premises = premises(session, &name, wave, brought, spaces);
        premises.pending = pending.get(&name).map(|what| Pending { what: what.clone(), mark: STAND_IN });
        async move {
            let context = &session.context_of(&name);
            let prepared =
                prepare_in(context, live, &name, candidate, prior, Intent::Deploy, &premises).await;
            Ok::<_, ReleaseError>((wave, at, prepared.map_err(|error| in_release(error, &name))?))
        }
    };
    // Those that define kinds and make namespaces come first, wave by wave: what others may count on is known then.
    let mut slots: Vec<Vec<Option<Prepared>>> = Vec::new();
    let mut brought: Vec<(usize, Brought)> = Vec::new();
    let mut others: Vec<(usize, usize, (String, Candidate, Prior))> = Vec::new();
    for (wave, releases) in rendered.into_iter().enumerate() {
        slots.push(std::iter::repeat_with(|| None).take(releases.len()).collect());
        let mut defining = Vec::new();
        for (at, release) in releases.into_iter().enumerate() {
            if release.1.is_groundwork() {
                defining.push((wave, at, release));
            } else {
                others.push((wave, at, release));
            }
        }
        let defined = try_join_all(defining.into_iter().map(|release| one(&brought, release))).await?;
        brought
            .extend(defined.iter().flat_map(|(.., prepared)| Brought::by(prepared)).map(|one| (wave, one)));
        for (wave, at, prepared) in defined {
            slots[wave][at] = Some(prepared);
        }
    }
    let prepared = try_join_all(others.into_iter().map(|release| one(&brought, release))).await?;
    for (wave, at, prepared) in prepared {
        slots[wave][at] = Some(prepared);
    }
    Ok(slots.into_iter().map(|wave| wave.into_iter().flatten().collect()).collect())
}

/// What a release of a wave may count on.
fn premises(
    session: &Session,
    name: &str,
    wave: usize,
    brought: &[(usize, Brought)],
    spaces: &Spaces,
) -> Premises {
    let spec = session.selection.releases().find(|release| release.name == name);
    let required = spec.into_iter().flat_map(|release| &release.requires);
    let seen = |(by, one): &(usize, Brought)| if *by < wave { one.clone() } else { one.late() };
    Premises {
        missing_namespace: spaces.lacks(session.selection.namespace_of(name)),
        brought: brought.iter().map(seen).collect(),
        required: required.map(|placed| (placed.value.clone(), placed.place.clone())).collect(),
        pending: None,
    }
}

/// Whoever asks for an object to be made anew means one that is there.
fn all_recreated_are_there(session: &Session, waves: &[Vec<Prepared>]) -> Result<(), ReleaseError> {
    let objects = || waves.iter().flatten().flat_map(|prepared| &prepared.plan.objects);
    let missing = session
        .context
        .recreate
        .iter()
        .find(|asked| objects().all(|change| change.object.to_string() != **asked));
    let Some(missing) = missing else { return Ok(()) };
    let names: Vec<String> = objects().map(|change| change.object.to_string()).collect();
    let message = format!("--recreate {missing}: there is no such object in what would be deployed");
    let error = Diagnostic::error("platform/recreate", message);
    Err(match longshore_diag::nearest(missing, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("write `Kind/name`, as `longshore plan` shows it"),
    }
    .into())
}

/// Puts the plans of releases together, and asks what would be in their way.
///
/// # Errors
/// The cluster cannot be asked.
pub(crate) async fn assemble(
    session: &Session,
    mut waves: Vec<Vec<Prepared>>,
    spaces: Spaces,
    inventory: Inventory,
) -> Result<Planned, ReleaseError> {
    let mut warnings = spaces.warnings.clone();
    warnings.extend(preflight(session, &mut waves, &spaces).await?);
    warnings.extend(inventory.only.map(|namespaces| {
        format!(
            "Secrets of all namespaces may not be listed: what the project file no longer names was looked for in {} alone",
            namespaces.join(", ")
        )
    }));
    let namespaces = session.selection.chosen_namespaces();
    let created: Vec<String> = spaces.created().map(str::to_owned).collect();
    let is_spread = session.selection.is_spread();
    if session.runs_hooks {
        for prepared in waves.iter_mut().flatten() {
            hooks::planned(&session.selection, &mut prepared.plan);
        }
    }
    let plan = PlatformPlan {
        platform: session.selection.platform.project.name.value.clone(),
        environment: session.environment().to_owned(),
        cluster: session.cluster_name().to_owned(),
        namespace: namespaces[0].clone(),
        namespaces: if is_spread { namespaces } else { Vec::new() },
        creates_namespace: !created.is_empty(),
        creates_namespaces: if is_spread { created } else { Vec::new() },
        vars: session.selection.given.clone(),
        releases: waves.iter().flatten().map(|prepared| prepared.plan.clone()).collect(),
        unlisted: inventory.unlisted,
        gone_environments: inventory.gone,
        warnings,
    };
    let awaits = spaces.awaited().map(str::to_owned).collect();
    Ok(Planned { plan, waves, asked: BTreeMap::new(), awaits, frozen: None })
}

/// What a release is called where it is shown: with its namespace if there are several.
pub(crate) fn shown(namespace: Option<&String>, release: &str) -> String {
    match namespace {
        Some(namespace) => format!("{namespace}/{release}"),
        None => release.to_owned(),
    }
}

/// Says which release an error is about, where the error itself does not.
pub(crate) fn in_release(error: ReleaseError, name: &str) -> ReleaseError {
    match error {
        ReleaseError::Explained(diagnostic) => diagnostic.within(format!("in release `{name}`"), None).into(),
        other => other,
    }
}
