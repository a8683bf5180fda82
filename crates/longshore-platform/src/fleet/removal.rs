//! Removing a platform from several clusters, in the reverse order of deploying over all of them.

use futures::future::join_all;
use longshore_diag::Diagnostic;
use longshore_release::Uninstall;

use super::order::{Node, elsewhere};
use super::{Fleet, on_cluster};
use crate::destroy::{Removal, Removed, destroy};
use crate::project::waves;
use crate::selection::Selection;

/// How far a removal has come.
struct Progress<'a> {
    fleet: &'a Fleet,
    /// Why each cluster is not done.
    failed: Vec<Option<Diagnostic>>,
    /// The namespaces that were deleted on each.
    namespaces: Vec<Vec<String>>,
    /// What was to go and stays.
    stays: Vec<Node>,
}

impl Fleet {
    /// Carries removals out, one for each session. What needs something on another cluster goes before that does. Where
    /// something fails the rest of that cluster stays, and what it needs elsewhere.
    pub async fn destroy(&self, removals: &[Removal]) -> Vec<Result<Removed, Diagnostic>> {
        let of_file = self.sessions.first().map(|session| &session.selection.platform.project.releases);
        // A circle was refused when the file was read.
        let order = of_file.and_then(|releases| waves(releases).ok()).unwrap_or_default();
        let count = self.sessions.len();
        let mut progress = Progress {
            fleet: self,
            failed: vec![None; count],
            namespaces: vec![Vec::new(); count],
            stays: Vec::new(),
        };
        let parts = |is_meant: &dyn Fn(&Uninstall) -> bool| -> Vec<Removal> {
            let part = |removal: &Removal| Removal {
                releases: removal.releases.iter().filter(|release| is_meant(release)).cloned().collect(),
                ..Removal::default()
            };
            removals.iter().map(part).collect()
        };
        // Nothing in the file needs what it does not name.
        let is_named = |release: &Uninstall| order.iter().flatten().any(|spec| spec.name == release.name);
        let part = parts(&|release| !is_named(release) && !release.takes_its_namespace());
        progress.step(part).await;
        for wave in order.iter().rev() {
            let is_of_wave = |release: &Uninstall| wave.iter().any(|spec| spec.name == release.name);
            let part = parts(&|release| is_of_wave(release) && !release.takes_its_namespace());
            progress.step(part).await;
        }
        progress.step(parts(&Uninstall::takes_its_namespace)).await;
        let rest =
            |removal: &Removal| Removal { namespaces: removal.namespaces.clone(), ..Removal::default() };
        progress.step(removals.iter().map(rest).collect()).await;
        let ends =
            self.sessions.iter().zip(removals).zip(progress.failed.into_iter().zip(progress.namespaces));
        ends.map(|((session, removal), (failed, deleted))| match failed {
            Some(error) => Err(error),
            None => Ok(removal.expected(&session.context.namespace).with_namespaces(deleted)),
        })
        .collect()
    }
}

impl Progress<'_> {
    /// Carries a part of each removal out, on all clusters at once.
    async fn step(&mut self, parts: Vec<Removal>) {
        let mut work = Vec::new();
        for (at, mut part) in parts.into_iter().enumerate() {
            let (go, stay): (Vec<Uninstall>, Vec<Uninstall>) =
                part.releases.into_iter().partition(|release| self.may_go(at, &release.name));
            self.stays.extend(stay.into_iter().map(|release| (at, release.name)));
            part.releases = go;
            if self.failed[at].is_some() {
                part.namespaces.clear();
            }
            if !part.is_empty() {
                work.push((at, part));
            }
        }
        let sessions = &self.fleet.sessions;
        let done = work.iter().map(|(at, part)| Box::pin(destroy(&sessions[*at], part)));
        let done: Vec<_> = join_all(done).await;
        for ((at, part), result) in work.into_iter().zip(done) {
            match result {
                Ok(removed) => self.namespaces[at].extend(removed.all_deleted()),
                Err(error) => {
                    self.failed[at] = Some(on_cluster(error.into_diagnostic(), &sessions[at]));
                    // Some of them may be gone. What they need stays all the same.
                    self.stays.extend(part.releases.into_iter().map(|release| (at, release.name)));
                }
            }
        }
    }

    /// Whether a release may go. If not, the cluster is not done.
    fn may_go(&mut self, at: usize, name: &str) -> bool {
        if self.failed[at].is_some() {
            return false;
        }
        let selections: Vec<&Selection> =
            self.fleet.sessions.iter().map(|session| &*session.selection).collect();
        let needs = |(other, staying): &&Node| {
            let there = selections[*other];
            let release = there.releases().find(|release| release.name == *staying);
            let needed = release.map(|release| elsewhere(&selections, there, release)).unwrap_or_default();
            needed.iter().any(|(place, need)| *place == at && need.value == name)
        };
        let Some((other, staying)) = self.stays.iter().find(needs) else { return true };
        let cluster = self.fleet.sessions[*other].cluster_name();
        let message = format!(
            "release `{name}` stays: `{staying}` on cluster `{cluster}` needs it, and was not removed"
        );
        let error = Diagnostic::error("platform/still-needed", message)
            .hint("mend what failed there, then run the command again: it goes on from here");
        self.failed[at] = Some(on_cluster(error, &self.fleet.sessions[at]));
        false
    }
}
