//! Removing a platform from several clusters, in the reverse order of deploying over all of them.

use futures::future::join_all;
use longshore_diag::Diagnostic;

use super::{Fleet, on_cluster};
use crate::destroy::{Removal, Removed, destroy};
use crate::project::waves;

impl Fleet {
    /// Carries removals out, one for each session. What needs something on another cluster goes before that does. Where
    /// something fails the rest of that cluster stays.
    pub async fn destroy(&self, removals: &[Removal]) -> Vec<Result<Removed, Diagnostic>> {
        let mut failed: Vec<Option<Diagnostic>> = vec![None; self.sessions.len()];
        let of_file = self.sessions.first().map(|session| &session.selection.platform.project.releases);
        // A circle was refused when the file was read.
        let order = of_file.and_then(|releases| waves(releases).ok()).unwrap_or_default();
        let steps = order.iter().rev().map(|wave| wave.iter().map(|release| release.name.as_str()).collect());
        for step in steps.map(Some).chain([None]) {
            let step: Option<Vec<&str>> = step;
            let one = |(at, removal): (usize, &Removal)| {
                let part = match &step {
                    Some(names) => Removal {
                        releases: removal
                            .releases
                            .iter()
                            .filter(|release| names.contains(&release.name.as_str()))
                            .cloned()
                            .collect(),
                        namespace: false,
                    },
                    None => Removal { releases: Vec::new(), namespace: removal.namespace },
                };
                let goes = failed[at].is_none() && !part.is_empty();
                let session = &self.sessions[at];
                async move {
                    if !goes {
                        return None;
                    }
                    Some((at, Box::pin(destroy(session, &part)).await))
                }
            };
            for (at, result) in join_all(removals.iter().enumerate().map(one)).await.into_iter().flatten() {
                if let Err(error) = result {
                    failed[at] = Some(on_cluster(error.into_diagnostic(), &self.sessions[at]));
                }
            }
        }
        let ends = self.sessions.iter().zip(removals).zip(failed);
        ends.map(|((session, removal), failed)| match failed {
            Some(error) => Err(error),
            None => Ok(removal.expected(&session.selection.namespace)),
        })
        .collect()
    }
}
