//! Keeping secrets out of a plan.

use std::collections::BTreeMap;

use longshore_object::{Object, ObjectKey};

use crate::candidate::Candidate;
use crate::mask::Mask;
use crate::plan::ReleasePlan;
use crate::prior::Prior;

/// The secrets of what is to be deployed, and of what is there: both stand in a difference.
pub(super) fn mask(prior: &Prior, had: &BTreeMap<ObjectKey, Object>, candidate: &Candidate) -> Mask {
    let mut mask = Mask::of(candidate.objects.iter(), &candidate.hooks, &candidate.config);
    if let Some(last) = prior.deployed() {
        mask.join(&Mask::of(had.values(), &last.release.hooks, &last.release.config));
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
