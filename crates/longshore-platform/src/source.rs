//! From a release of the project file to a candidate, on a cluster.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use longshore_release::{Candidate, Prior, ReleaseError};
use serde_json::{Map, Value};

use crate::generate::Random;
use crate::project::{Method, ReleaseSpec};
use crate::session::Session;
use crate::synthetic::Existing;
use crate::warn::Found;
use crate::{charts, kustomize, manifests};

/// Renders a release for deploying it: with the cluster's own capabilities, its live objects for
/// `lookup`, and the Secrets that were generated before. With it comes what the user should look at.
///
/// # Errors
/// It cannot be rendered, or the cluster cannot be asked.
pub(crate) async fn candidate(
    session: &Session,
    release: &ReleaseSpec,
    missing_namespace: bool,
) -> Result<(Candidate, Found, Prior), ReleaseError> {
    let prior = if missing_namespace {
        Prior::default()
    } else {
        Prior { history: session.store_of(&release.name).history(&release.name).await? }
    };
    let (candidate, found) = match session.selection.method(release)? {
        Method::Manifests => {
            let existing = existing(session, release, &prior, missing_namespace).await?;
            let candidate = manifests::candidate(&session.selection, release, &existing, &mut SystemRandom)?;
            (candidate, Found::default())
        }
        Method::Kustomize => {
            let existing = existing(session, release, &prior, missing_namespace).await?;
            kustomize::live(session, release, existing).await?
        }
        Method::Helm => charts::live(session, release, &prior).await?,
    };
    Ok((candidate, found, prior))
}

/// The operating system's randomness.
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        rand::Rng::fill(&mut rand::rng(), bytes);
    }
}

/// The `data` of Secrets by name.
#[derive(Default)]
pub(crate) struct Known(BTreeMap<String, Map<String, Value>>);

impl Existing for Known {
    fn data(&self, name: &str) -> Option<Map<String, Value>> {
        self.0.get(name).cloned()
    }
}

/// The generated Secrets of a release as they are now, or, where one was deleted, as they were recorded.
async fn existing(
    session: &Session,
    release: &ReleaseSpec,
    prior: &Prior,
    missing_namespace: bool,
) -> Result<Known, ReleaseError> {
    let mut known = Known::default();
    let namespace = session.selection.namespace_of(&release.name);
    let recorded = prior.objects(namespace);
    for secret in &release.generate {
        let live = if missing_namespace {
            None
        } else {
            session.cluster.get(&Gvk::new("v1", "Secret"), Some(namespace), &secret.name).await?
        };
        let object = live.or_else(|| {
            let found = recorded.values().find(|o| o.kind() == "Secret" && o.name() == secret.name)?;
            Some(found.to_json())
        });
        if let Some(Value::Object(data)) =
            object.and_then(|mut object| object.get_mut("data").map(Value::take))
        {
            known.0.insert(secret.name.clone(), data);
        }
    }
    Ok(known)
}

/// An error that names the release.
pub(crate) fn named(error: Diagnostic, release: &ReleaseSpec) -> Diagnostic {
    error.within(format!("in release `{}`", release.name), None)
}
