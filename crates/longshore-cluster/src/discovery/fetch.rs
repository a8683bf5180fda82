//! Asking the server what it has: one aggregated answer per root where it can, a request per group and
//! version where it cannot (servers before 1.27, and proxies that drop the `Accept` header).

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use longshore_object::Gvk;
use serde::Deserialize;

use super::{Discovery, Resource};
use crate::cluster::Version;
use crate::transport::{Failure, Reply, Request, Transport};

/// Both versions of the aggregated form, then the old one.
const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// How many group versions are asked for at once, where they must be asked for one by one.
const AT_ONCE: usize = 16;

/// What went wrong: the request, or the answer.
pub(crate) enum Problem {
    Failure(Failure),
    Answer(String),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

fn read<'a, T: Deserialize<'a>>(reply: &'a Reply) -> Result<T, Problem> {
    serde_json::from_slice(&reply.body).map_err(|error| Problem::Answer(error.to_string()))
}

/// `GET /version`.
pub(crate) async fn server_version(transport: &Transport) -> Result<Version, Problem> {
    read(&transport.send(&Request::get("/version"), None).await?)
}

/// Takes a snapshot.
pub(crate) async fn fetch(transport: &Transport) -> Result<Discovery, Problem> {
    let request = |path: &str| Request { accept: ACCEPT, ..Request::get(path) };
    let (core, groups) = (request("/api"), request("/apis"));
    let (core, groups) = futures::try_join!(transport.send(&core, None), transport.send(&groups, None))?;
    let mut discovery = Discovery::default();
    for root in [&core, &groups] {
        match read::<Root>(root)? {
            Root::Aggregated { items } => {
                for group in items {
                    discovery.add_aggregated(group);
                }
            }
            Root::Core { versions } => discovery.add_listed(transport, versions).await?,
            Root::Groups { groups } => {
                let versions = groups.into_iter().flat_map(Group::by_preference).collect();
                discovery.add_listed(transport, versions).await?;
            }
        }
    }
    Ok(discovery)
}

/// The three forms of the roots' answers.
#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Root {
    #[serde(rename = "APIGroupDiscoveryList")]
    Aggregated { items: Vec<AggregatedGroup> },
    #[serde(rename = "APIVersions")]
    Core { versions: Vec<String> },
    #[serde(rename = "APIGroupList")]
    Groups { groups: Vec<Group> },
}

#[derive(Deserialize)]
struct AggregatedGroup {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    versions: Vec<AggregatedVersion>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct AggregatedVersion {
    version: String,
    #[serde(default)]
    resources: Vec<AggregatedResource>,
    #[serde(default)]
    freshness: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    #[serde(default)]
    response_kind: Option<WireKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
    #[serde(default)]
    subresources: Vec<AggregatedSubresource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedSubresource {
    #[serde(default)]
    response_kind: Option<WireKind>,
}

/// Group and version are empty where they are those of the list.
#[derive(Deserialize)]
struct WireKind {
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    versions: Vec<GroupVersion>,
    #[serde(default)]
    preferred_version: Option<GroupVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupVersion {
    group_version: String,
}

impl Group {
    fn by_preference(self) -> Vec<String> {
        let preferred = self.preferred_version.map(|version| version.group_version);
        let mut versions: Vec<_> = self.versions.into_iter().map(|v| v.group_version).collect();
        versions.sort_by_key(|version| Some(version) != preferred.as_ref());
        versions
    }
}

/// The old form: the resources of one group version, subresources among them.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    resources: Vec<ListedResource>,
}

#[derive(Deserialize)]
struct ListedResource {
    name: String,
    kind: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    verbs: Vec<String>,
}

impl Discovery {
    fn add_aggregated(&mut self, group: AggregatedGroup) {
        let group_name = group.metadata.name;
        for version in group.versions {
            let gvk =
                |kind: String| Gvk { group: group_name.clone(), version: version.version.clone(), kind };
            let api_version = gvk(String::new()).api_version();
            self.group_versions.push(api_version.clone());
            if version.freshness == "Stale" {
                self.unavailable.push(api_version.clone());
            }
            for resource in version.resources {
                if let Some(kind) = resource.response_kind {
                    self.kinds.push((api_version.clone(), kind.kind.clone()));
                    let own = (kind.group.is_empty() && kind.version.is_empty())
                        || (kind.group == group_name && kind.version == version.version);
                    if own {
                        self.add(Resource {
                            gvk: gvk(kind.kind),
                            plural: resource.resource,
                            namespaced: resource.scope == "Namespaced",
                            verbs: resource.verbs,
                        });
                    }
                }
                for kind in resource.subresources.into_iter().filter_map(|s| s.response_kind) {
                    self.kinds.push((api_version.clone(), kind.kind));
                }
            }
        }
    }

    /// Several resources may share a kind (OpenShift's reviews); the one that can be read is meant.
    fn add(&mut self, resource: Resource) {
        let readable = |resource: &Resource| resource.verbs.iter().any(|verb| verb == "get");
        let kept = self.resources.get(&resource.gvk);
        if kept.is_none_or(|kept| !readable(kept) && readable(&resource)) {
            self.resources.insert(resource.gvk.clone(), resource);
        }
    }

    async fn add_listed(&mut self, transport: &Transport, versions: Vec<String>) -> Result<(), Problem> {
        let lists: Vec<_> = stream::iter(versions)
            .map(|api_version| async move {
                let root = if api_version.contains('/') { "/apis" } else { "/api" };
                let path = format!("{root}/{api_version}");
                match transport.send(&Request::get(path), None).await {
                    Ok(reply) => read::<Listed>(&reply).map(|list| (api_version, Some(list))),
                    // The server behind an APIService is down: the others still count.
                    Err(Failure::Status { status, .. }) if matches!(status.code, 404 | 500..) => {
                        Ok((api_version, None))
                    }
                    Err(failure) => Err(failure.into()),
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (api_version, list) in lists {
            self.group_versions.push(api_version.clone());
            let Some(list) = list else {
                self.unavailable.push(api_version);
                continue;
            };
            for resource in list.resources {
                self.kinds.push((api_version.clone(), resource.kind.clone()));
                let gvk = Gvk::new(&api_version, &resource.kind);
                let foreign = !resource.version.is_empty()
                    && (resource.group.as_str(), resource.version.as_str())
                        != (gvk.group.as_str(), gvk.version.as_str());
                if !resource.name.contains('/') && !foreign {
                    self.add(Resource {
                        gvk,
                        plural: resource.name,
                        namespaced: resource.namespaced,
                        verbs: resource.verbs,
                    });
                }
            }
        }
        Ok(())
    }
}
