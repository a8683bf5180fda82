//! What belongs to the workloads of a namespace: pods, ReplicaSets, warnings about either.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::cause::text;
use crate::watch::Change;

/// Live objects by uid, side by side in memory as the rules want them.
#[derive(Default)]
pub(super) struct Shelf {
    items: Vec<Json>,
    places: BTreeMap<String, usize>,
}

impl Shelf {
    pub(super) fn items(&self) -> &[Json] {
        &self.items
    }

    fn get(&self, uid: &str) -> Option<&Json> {
        self.items.get(*self.places.get(uid)?)
    }

    fn put(&mut self, mut live: Json) {
        if let Some(Json::Object(metadata)) = live.get_mut("metadata") {
            // Half of an object's size, and of no use here.
            metadata.remove("managedFields");
        }
        let uid = text(&live, "/metadata/uid").to_owned();
        if let Some(place) = self.places.get(&uid) {
            self.items[*place] = live;
        } else {
            self.places.insert(uid, self.items.len());
            self.items.push(live);
        }
    }

    fn remove(&mut self, uid: &str) {
        let Some(place) = self.places.remove(uid) else { return };
        self.items.swap_remove(place);
        if let Some(moved) = self.items.get(place) {
            self.places.insert(text(moved, "/metadata/uid").to_owned(), place);
        }
    }
}

/// One namespace.
#[derive(Default)]
pub(super) struct Surroundings {
    pub(super) pods: Shelf,
    pub(super) replica_sets: Shelf,
    pub(super) warnings: Shelf,
}

/// Which of them a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Pods,
    ReplicaSets,
    Warnings,
}

/// Whose state a change may alter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Concerned {
    /// All workloads of the namespace.
    All,
    /// Those with one of these uids.
    These(Vec<String>),
}

impl Surroundings {
    /// Takes a change in, and tells whom it concerns.
    pub(super) fn observe(&mut self, part: Part, change: Change) -> Concerned {
        match change {
            Change::All(all) => {
                let shelf = self.shelf(part);
                *shelf = Shelf::default();
                for live in all {
                    shelf.put(live);
                }
                Concerned::All
            }
            Change::Put(live) => {
                let concerned = self.owners(part, &live);
                self.shelf(part).put(live);
                Concerned::These(concerned)
            }
            Change::Gone(live) => {
                let concerned = self.owners(part, &live);
                self.shelf(part).remove(text(&live, "/metadata/uid"));
                Concerned::These(concerned)
            }
            Change::Trouble(_) => Concerned::These(Vec::new()),
        }
    }

    fn shelf(&mut self, part: Part) -> &mut Shelf {
        match part {
            Part::Pods => &mut self.pods,
            Part::ReplicaSets => &mut self.replica_sets,
            Part::Warnings => &mut self.warnings,
        }
    }

    /// The owners of an object up to the workload, or the object that an event is about.
    fn owners(&self, part: Part, live: &Json) -> Vec<String> {
        let about = text(live, "/involvedObject/uid");
        let (own, owner) = match part {
            // About a pod, or about what makes pods.
            Part::Warnings => {
                (about, self.pods.get(about).or_else(|| self.replica_sets.get(about)).and_then(owner_of))
            }
            _ => (text(live, "/metadata/uid"), owner_of(live)),
        };
        let mut uids = vec![own.to_owned()];
        if let Some(owner) = owner {
            uids.push(owner.to_owned());
            if let Some(above) = self.replica_sets.get(owner).and_then(owner_of) {
                uids.push(above.to_owned());
            }
        }
        uids
    }
}

/// The uid of an object's controlling owner.
fn owner_of(live: &Json) -> Option<&str> {
    let owners = live.pointer("/metadata/ownerReferences")?.as_array()?;
    let controller = |owner: &&Json| owner.get("controller").and_then(Json::as_bool) == Some(true);
    owners.iter().find(controller)?.get("uid")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Concerned, Part, Surroundings};
    use crate::watch::Change;

    fn owned(uid: &str, owner: &str) -> Json {
        json!({"metadata": {"uid": uid, "managedFields": [1],
            "ownerReferences": [{"uid": "x"}, {"uid": owner, "controller": true}]}})
    }

    #[test]
    fn a_pod_concerns_its_owners_up_to_the_deployment() {
        let mut around = Surroundings::default();
        around.observe(Part::ReplicaSets, Change::All(vec![owned("set", "deployment")]));
        let concerned = around.observe(Part::Pods, Change::Put(owned("pod", "set")));
        let uids = ["pod", "set", "deployment"].map(str::to_owned).to_vec();
        assert_eq!(concerned, Concerned::These(uids));
        assert!(around.pods.items()[0].pointer("/metadata/managedFields").is_none());
    }

    #[test]
    fn removal_keeps_the_others_in_reach() {
        let mut around = Surroundings::default();
        for uid in ["a", "b", "c"] {
            around.observe(Part::Pods, Change::Put(owned(uid, "set")));
        }
        around.observe(Part::Pods, Change::Gone(owned("a", "set")));
        around.observe(Part::Pods, Change::Gone(owned("a", "set")));
        around.observe(Part::Pods, Change::Gone(owned("c", "set")));
        let uids: Vec<_> = around.pods.items().iter().map(|pod| pod["metadata"]["uid"].clone()).collect();
        assert_eq!(uids, ["b"]);
    }
}
