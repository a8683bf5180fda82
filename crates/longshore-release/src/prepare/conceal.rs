//! Keeping secrets out of a plan.

use std::collections::BTreeMap;

use longshore_object::{Object, ObjectKey};
use serde_json::Map;

use crate::candidate::Candidate;
use crate::mask::Mask;
use crate::plan::ReleasePlan;
use crate::prior::Prior;

/// The secrets of what is to be deployed, and of what is there: both stand in a difference.
pub(super) fn mask(prior: &Prior, had: &BTreeMap<ObjectKey, Object>, candidate: &Candidate) -> Mask {
    let mut mask = Mask::of(candidate.objects.iter(), &candidate.hooks, &candidate.config);
    mask.join(&Mask::of(had.values(), &[], &Map::new()));
    // A revision that failed has left its values in the cluster, too.
    for release in prior.open() {
        mask.join(&Mask::of([], &release.hooks, &release.config));
    }
    mask
}

/// Covers what must not be shown.
pub(super) fn conceal(plan: &mut ReleasePlan, mask: &Mask) {
    if mask.is_empty() {
        return;
    }
    for field in plan.objects.iter_mut().flat_map(|change| &mut change.fields) {
        field.old.iter_mut().chain(&mut field.new).for_each(|value| mask.value(value));
    }
    for conflict in &mut plan.conflicts {
        conflict.live.iter_mut().chain(&mut conflict.ours).for_each(|value| mask.value(value));
    }
    for warning in &mut plan.warnings {
        *warning = mask.text(warning).into_owned();
    }
    for problem in &mut plan.problems {
        *problem = mask.diagnostic(problem.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::mask;
    use crate::candidate::Candidate;
    use crate::prior::Prior;
    use crate::record::Release;
    use crate::store::Stored;

    /// What it has left in the cluster, in a ConfigMap perhaps, stands in the next plan as what was there before.
    #[test]
    fn values_of_a_revision_that_failed_are_covered() {
        let revision = |number: u32, status: &str, password: &str| {
            let release = json!({"name": "web", "version": number, "info": {"status": status},
                "config": {"db": {"password": password}}});
            serde_json::from_value::<Release>(release).unwrap()
        };
        let covered = |history: &[Release]| {
            let prior = Prior { history: history.iter().cloned().map(Stored::of).collect() };
            let next = Candidate::recorded(&revision(9, "unknown", "of-the-next-one")).unwrap();
            let mask = mask(&prior, &BTreeMap::new(), &next);
            ["of-revision-1", "of-revision-2", "of-the-next-one"].map(|password| {
                mask.text(&format!("postgres://u:{password}@db")) == "postgres://u:(hidden)@db"
            })
        };
        let first = |status| revision(1, status, "of-revision-1");
        let second = |status| revision(2, status, "of-revision-2");
        assert_eq!(covered(&[first("failed")]), [true, false, true]);
        assert_eq!(covered(&[first("deployed"), second("failed")]), [true, true, true]);
        assert_eq!(covered(&[first("superseded"), second("deployed")]), [false, true, true]);
    }
}
