//! Which of the connections that a release declares network policies do not let through, asked of the cluster.
//!
//! The evaluation is `longshore-check`'s. Here is found what it goes by: the live policies, who answers for names, which
//! namespaces and pods there are. What may not be read is left out, and then less is said.

use std::collections::BTreeMap;

use futures::future::join;
use longshore_check::flows::{Blocked, Labels, Names, Network, Pod, Policy, Scene, blocked, declares};
use longshore_object::{Gvk, Object};
use serde_json::Value as Json;

use crate::cluster::Cluster;
use crate::objects::Selector;

/// The group of network policies.
const GROUP: &str = "networking.k8s.io";
/// More namespaces than that are not read.
const MOST: usize = 500;

/// Policies of other makers: each of them may let through what these do not, in ways that are not known here.
const FOREIGN: [(&str, &str); 9] = [
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("crd.antrea.io", "ClusterNetworkPolicy"),
];

impl Cluster {
    /// The connections that these objects of one release declare and that network policies do not let through.
    ///
    /// One request where there are no policies, none where nothing is declared. Where policies of other makers (Cilium,
    /// Calico) or for the whole cluster are in force nothing is said, since they may let through what these do not.
    pub async fn blocked_flows(&self, objects: &[&Object], namespace: &str) -> Vec<Blocked> {
        if !declares(objects) {
            return Vec::new();
        }
        let policies = self.policies(objects, namespace).await;
        if policies.is_empty() {
            return Vec::new();
        }
        let everywhere = Selector::default();
        let pods = Gvk::new("v1", "Pod");
        let pods = self.list_at_most(&pods, Some(namespace), &everywhere, MOST);
        let ((pods, namespaces), names) = join(join(pods, self.namespaces()), self.names()).await;
        let pods = pods.ok().flatten().map(|list| list.items).unwrap_or_default();
        // Those that are on their way out are nobody to talk to.
        let stays = |pod: &&Json| pod.pointer("/metadata/deletionTimestamp").is_none();
        let pods: Vec<Pod> = pods.iter().filter(stays).map(Pod::of_live).collect();
        let complete = namespaces.is_some();
        let network = Network { policies, namespaces: namespaces.unwrap_or_default(), complete };
        let found = blocked(&Scene { objects, namespace, pods: &pods, names: &names }, &network);
        if !found.is_empty() && self.has_foreign_policies().await {
            return Vec::new();
        }
        found
    }

    /// The policies of the namespace as they are; those of the release, if they may not be read.
    async fn policies(&self, objects: &[&Object], namespace: &str) -> Vec<Policy> {
        let gvk = Gvk::new(&format!("{GROUP}/v1"), "NetworkPolicy");
        let written = || {
            let own = objects.iter().filter(|o| o.gvk().group == GROUP && o.kind() == gvk.kind);
            own.map(|object| Policy::read(&object.to_json(), namespace)).collect::<Vec<_>>()
        };
        match self.list(&gvk, Some(namespace), &Selector::default()).await {
            Ok(list) => {
                let live = list.items.iter().map(|policy| Policy::read(policy, namespace));
                // What the release puts into other namespaces was not listed.
                live.chain(written().into_iter().filter(|policy| policy.namespace != namespace)).collect()
            }
            Err(error) => {
                tracing::debug!(%error, "no network policies");
                written()
            }
        }
    }

    /// The labels of all namespaces; `None` if they may not be read, or are very many.
    async fn namespaces(&self) -> Option<BTreeMap<String, Labels>> {
        let gvk = Gvk::new("v1", "Namespace");
        let found = self.list_at_most(&gvk, None, &Selector::default(), MOST).await.ok()??;
        let one = |namespace: &Json| {
            let name = namespace.pointer("/metadata/name")?.as_str()?.to_owned();
            let labels =
                namespace.pointer("/metadata/labels").and_then(Json::as_object).into_iter().flatten();
            let labels = labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
            Some((name, labels.collect()))
        };
        Some(found.items.iter().filter_map(one).collect())
    }

    /// Who answers for names, if that is where clusters usually have it.
    async fn names(&self) -> Names {
        const NAMESPACE: Option<&str> = Some("kube-system");
        let gvk = Gvk::new("v1", "Service");
        let Ok(Some(service)) = self.get(&gvk, NAMESPACE, "kube-dns").await else {
            return Names::default();
        };
        let addresses = service.pointer("/spec/clusterIPs").and_then(Json::as_array).into_iter().flatten();
        let addresses = addresses.filter_map(|address| address.as_str()?.parse().ok()).collect();
        let pairs = service.pointer("/spec/selector").and_then(Json::as_object).into_iter().flatten();
        let selector: Vec<String> =
            pairs.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
        if selector.is_empty() {
            return Names::of_live(Vec::new(), addresses);
        }
        let pods = self.list(&Gvk::new("v1", "Pod"), NAMESPACE, &Selector::labels(selector.join(","))).await;
        let pods = pods.map(|list| list.items).unwrap_or_default();
        Names::of_live(pods.iter().map(Pod::of_live).collect(), addresses)
    }

    /// Whether there are policies of a kind that is not evaluated here; also if that is not known.
    async fn has_foreign_policies(&self) -> bool {
        let Ok(discovery) = self.discovery().await else { return true };
        for (group, kind) in FOREIGN {
            let Some(resource) = discovery.preferred(group, kind) else { continue };
            match self.list_at_most(&resource.gvk, None, &Selector::default(), 0).await {
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return true,
            }
        }
        false
    }
}
