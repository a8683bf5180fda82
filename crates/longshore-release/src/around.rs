//! What is done around the life of a release by whoever deploys it, beside the hooks of its chart: the project file's
//! commands and Jobs.
//!
//! It is part of the operation: it happens behind the pending record, so that an operation which is cut off in it is not
//! done, and a failure in it is the operation's.

use futures::future::BoxFuture;

use crate::record::Hook;
use crate::{Context, ReleaseError, hooks};

/// When something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// Before a deploy writes anything of the release.
    PreDeploy,
    /// When everything of it is ready.
    PostDeploy,
    /// Before a rollback writes anything of it.
    PreRollback,
    /// When everything is ready again.
    PostRollback,
    /// Before its objects are deleted.
    PreDestroy,
    /// When they are gone.
    PostDestroy,
}

impl Moment {
    /// All moments, in the words of the project file.
    pub const ALL: [(&'static str, Self); 6] = [
        ("preDeploy", Self::PreDeploy),
        ("postDeploy", Self::PostDeploy),
        ("preRollback", Self::PreRollback),
        ("postRollback", Self::PostRollback),
        ("preDestroy", Self::PreDestroy),
        ("postDestroy", Self::PostDestroy),
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, moment)| *moment == self).map_or("", |(word, _)| word)
    }
}

/// Who does something around the life of releases.
pub trait Around: Send + Sync {
    /// Does what is to be done at a moment of a release's life. The context is that of the operation: it writes only
    /// while the release's record is held.
    ///
    /// # Errors
    /// It failed, and the operation fails with it.
    fn act<'a>(
        &'a self,
        context: &'a Context,
        release: &'a str,
        moment: Moment,
    ) -> BoxFuture<'a, Result<(), ReleaseError>>;
}

/// Nothing is done.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Around for Nothing {
    fn act<'a>(&'a self, _: &'a Context, _: &'a str, _: Moment) -> BoxFuture<'a, Result<(), ReleaseError>> {
        Box::pin(async { Ok(()) })
    }
}

/// Runs objects as a hook of a chart is run: those of an earlier run are deleted first, and Jobs and Pods are waited for.
///
/// # Errors
/// The manifest cannot be read, the cluster refuses it, or a Job fails; with why.
pub async fn run_objects(
    context: &Context,
    release: &str,
    manifest: String,
    file: &str,
    moment: Moment,
) -> Result<(), ReleaseError> {
    let hook = Hook { manifest, path: file.to_owned(), ..Hook::default() };
    hooks::run(context, release, &hook, moment.as_str()).await
}

/// Deletes what [`run_objects`] has made, and waits until it is gone. What holds data stays, as does what asks to be kept
/// or belongs to another release.
///
/// # Errors
/// The manifest cannot be read, or something does not go.
pub async fn remove_objects(
    context: &Context,
    release: &str,
    manifest: &str,
    file: &str,
) -> Result<(), ReleaseError> {
    for object in longshore_object::parse_manifests(manifest, file)? {
        hooks::leave(context, release, &object).await?;
    }
    Ok(())
}
