//! Volume claims of a release: those that its StatefulSets make, which no manifest names, and those that stay.

use longshore_cluster::{Patch, Selector};
use longshore_object::{Gvk, Object, ObjectKey, Tree};
use serde_json::Value;

use crate::prepare::live;
use crate::{Context, ReleaseError, ownership};

/// The kind of volume claims.
pub(super) const KIND: &str = "PersistentVolumeClaim";

/// Volume claims that no manifest names: those that StatefulSets made, and those that an earlier removal
/// kept.
pub(super) async fn of_release(
    context: &Context,
    name: &str,
    all: &[Object],
) -> Result<Vec<ObjectKey>, ReleaseError> {
    let gvk = Gvk::new("v1", KIND);
    let claims = context.cluster.list(&gvk, Some(&context.namespace), &Selector::default()).await?.items;
    let mut of_sets = Vec::new();
    for set in all.iter().filter(|object| object.kind() == "StatefulSet") {
        let key = set.key_in(&context.namespace);
        // A set that another release has by now keeps its claims.
        let is_of_others = |live: &Value| !ownership::owns(live, name, &context.namespace);
        if key.namespace.as_deref() == Some(&*context.namespace)
            && !live(context, set.gvk(), &key).await?.as_ref().is_some_and(is_of_others)
        {
            of_sets.extend(claimed_by(set));
        }
    }
    let is_ours = |claim: &&Value| is_of_release(claim, &of_sets, name, &context.namespace);
    Ok(claims
        .iter()
        .filter(is_ours)
        .filter_map(|claim| claim["metadata"]["name"].as_str())
        .map(|claim| ObjectKey {
            group: String::new(),
            kind: gvk.kind.clone(),
            namespace: Some(context.namespace.clone()),
            name: claim.to_owned(),
        })
        .collect())
}

/// Beginnings of the names of the claims that a StatefulSet makes; behind each stands a pod's number.
fn claimed_by(set: &Object) -> Vec<String> {
    let templates = set.get("/spec/volumeClaimTemplates").map_or(&[][..], Tree::items);
    let names = templates.iter().filter_map(|claim| claim.get("/metadata/name")?.as_str());
    names.map(|claim| format!("{claim}-{}-", set.name())).collect()
}

/// Whether a live claim is the release's: by its marks, or, where it carries nobody's, by a StatefulSet of the release.
fn is_of_release(claim: &Value, of_sets: &[String], release: &str, namespace: &str) -> bool {
    if ownership::other_owner(claim, release, namespace).is_some() {
        return false;
    }
    let name = claim["metadata"]["name"].as_str().unwrap_or_default();
    let mut numbers = of_sets.iter().filter_map(|prefix| name.strip_prefix(prefix.as_str()));
    numbers.any(|number| number.parse::<u32>().is_ok()) || ownership::owns(claim, release, namespace)
}

/// Marks a claim that stays as the release's: who made it, a StatefulSet, goes, and a later removal that is to take the
/// data knows it by nothing else.
pub(super) async fn mark(context: &Context, release: &str, key: &ObjectKey) -> Result<(), ReleaseError> {
    let gvk = Gvk::new("v1", KIND);
    let patch = Patch::Merge(ownership::marks(release, &context.namespace));
    match context.cluster.patch(&gvk, key.namespace.as_deref(), &key.name, None, &patch).await {
        Ok(_) => Ok(()),
        // The set's own policy has taken it along, or nobody may: it stays without a mark.
        Err(error) if error.is_not_found() || error.is_forbidden() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use longshore_object::parse_manifests;
    use serde_json::{Value, json};

    use super::{claimed_by, is_of_release};
    use crate::ownership;

    fn claim(name: &str, marks: &Value) -> Value {
        let mut claim = json!({"metadata": {"name": name}});
        if let (Some(metadata), Some(marks)) =
            (claim["metadata"].as_object_mut(), marks["metadata"].as_object())
        {
            metadata.extend(marks.clone());
        }
        claim
    }

    #[test]
    fn a_claim_goes_with_its_set_unless_it_carries_the_marks_of_others() {
        let text = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {volumeClaimTemplates: [{metadata: {name: data}}]}}";
        let of_sets = claimed_by(&parse_manifests(text, "a.yaml").unwrap()[0]);
        assert_eq!(of_sets, ["data-db-"]);
        let is_ours =
            |name: &str, marks: &Value| is_of_release(&claim(name, marks), &of_sets, "store", "shop");
        let none = json!({});
        assert!(is_ours("data-db-0", &none));
        assert!(is_ours("data-db-0", &ownership::marks("store", "shop")));
        assert!(is_ours("other", &ownership::marks("store", "shop")), "an earlier removal has kept it");
        assert!(!is_ours("data-db-0", &ownership::marks("other", "shop")), "another release has it now");
        assert!(!is_ours("data-db-0", &ownership::marks("store", "other")));
        for name in ["data-db-x", "data-db-main-0", "my-data-db-0", "data-db"] {
            assert!(!is_ours(name, &none), "{name}");
        }
    }
}
