//! The live objects that a plan looks at: a list for each kind and namespace instead of a request for each object.
//!
//! One snapshot serves all releases of a plan. It is told first which objects will be asked for
//! ([`Snapshot::expect`]); a kind of which few are wanted, of which there are very many, or that the user may not
//! list, is asked for one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use longshore_cluster::{Cluster, Error as ClusterError, Selector};
use longshore_object::{Gvk, ObjectKey};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::admission::Admission;

/// From how many wanted objects on a list is cheaper than asking for each.
const WORTH_A_LIST: usize = 3;

/// How many objects a list may have: this many, and this many times those that are wanted. A list of all costs the
/// server about as much as a tenth of as many single questions.
const MOST: (usize, usize) = (500, 10);

/// From how many wanted objects on it is worth asking who has a say in their admission, which takes four requests.
const WORTH_A_SAMPLE: usize = 10;

/// The objects of one kind in one namespace.
type Collection = (Gvk, Option<String>);

/// The live ones by their names; `None` if they are asked for one by one. Asked for once.
type Found = Arc<OnceCell<Option<BTreeMap<String, Value>>>>;

/// Whether the server takes what is like the first of its kind, which was tried.
pub(super) type Sample = Arc<OnceCell<bool>>;

/// Which of them are wanted.
#[derive(Default)]
struct Wanted {
    names: BTreeSet<String>,
    found: Found,
    sample: Sample,
}

/// The live objects that a plan looks at, asked for kind by kind.
pub struct Snapshot {
    cluster: Cluster,
    collections: Mutex<BTreeMap<Collection, Wanted>>,
    admission: OnceCell<Admission>,
}

impl Snapshot {
    /// Nothing is asked yet.
    pub fn new(cluster: Cluster) -> Self {
        Self { cluster, collections: Mutex::default(), admission: OnceCell::new() }
    }

    /// Says which objects will be asked for. Those that are told after their kind was asked for are asked for one
    /// by one.
    pub fn expect<'a>(&self, objects: impl IntoIterator<Item = (&'a Gvk, ObjectKey)>) {
        let mut collections = self.collections.lock().unwrap_or_else(PoisonError::into_inner);
        for (gvk, key) in objects {
            let wanted = collections.entry((gvk.clone(), key.namespace)).or_default();
            if !wanted.found.initialized() {
                wanted.names.insert(key.name);
            }
        }
    }

    /// The live object; `None` if there is none.
    ///
    /// # Errors
    /// As [`Cluster::get`].
    pub async fn get(&self, gvk: &Gvk, key: &ObjectKey) -> Result<Option<Value>, ClusterError> {
        if let Some((names, found)) = self.collection(gvk, key)
            && let Some(found) = found.get_or_try_init(|| self.list(gvk, key, &names)).await?
        {
            return Ok(found.get(&key.name).cloned());
        }
        self.cluster.get(gvk, key.namespace.as_deref(), &key.name).await
    }

    /// The sample of a kind in a namespace, if so many are wanted that one can stand for all, and nobody but the server
    /// has a say in them.
    ///
    /// # Errors
    /// The server does not answer.
    pub(super) async fn sample(&self, gvk: &Gvk, key: &ObjectKey) -> Result<Option<Sample>, ClusterError> {
        let sample = {
            let collections = self.collections.lock().unwrap_or_else(PoisonError::into_inner);
            collections
                .get(&(gvk.clone(), key.namespace.clone()))
                .filter(|wanted| wanted.names.len() >= WORTH_A_SAMPLE)
                .map(|wanted| Arc::clone(&wanted.sample))
        };
        let Some(sample) = sample else { return Ok(None) };
        let admission = self.admission.get_or_try_init(|| Admission::of(&self.cluster)).await?;
        Ok(admission.leaves_alone(gvk).then_some(sample))
    }

    /// What is wanted of the object's kind, if the object is part of it and a list is worth it.
    fn collection(&self, gvk: &Gvk, key: &ObjectKey) -> Option<(BTreeSet<String>, Found)> {
        let collections = self.collections.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = collections.get(&(gvk.clone(), key.namespace.clone()))?;
        let listed = wanted.names.len() >= WORTH_A_LIST && wanted.names.contains(&key.name);
        // The names are needed only by whoever comes first.
        let names = if wanted.found.initialized() { BTreeSet::new() } else { wanted.names.clone() };
        listed.then(|| (names, Arc::clone(&wanted.found)))
    }

    async fn list(
        &self,
        gvk: &Gvk,
        key: &ObjectKey,
        names: &BTreeSet<String>,
    ) -> Result<Option<BTreeMap<String, Value>>, ClusterError> {
        let mut selector = Selector::default();
        if gvk.group.is_empty() && gvk.kind == "Secret" {
            // Records of releases are Secrets too, and large.
            selector.fields = Some("type!=helm.sh/release.v1".to_owned());
        }
        let most = MOST.0 + MOST.1 * names.len();
        let found = self.cluster.list_at_most(gvk, key.namespace.as_deref(), &selector, most).await;
        let all = match found {
            Ok(Some(all)) => all,
            // There are too many; or who may read each is not allowed to list. What else is wrong is told with the
            // object.
            Ok(None) | Err(ClusterError::Refused(_) | ClusterError::UnknownKind(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let named = all.items.into_iter().filter_map(|item| {
            let name = item["metadata"]["name"].as_str()?.to_owned();
            names.contains(&name).then_some((name, item))
        });
        Ok(Some(named.collect()))
    }
}
