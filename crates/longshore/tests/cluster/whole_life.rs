//! The life of one environment of a platform: planned, deployed with every workload ready, deployed again without a change,
//! updated, rolled back to what was there, and removed but for data. Whatever is in its namespaces is looked at, of all kinds
//! that the server has.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kube::Client;
use longshore_testkit::{Outcome, Project, eventually};
use serde_json::{Value, json};

use crate::Stage;

/// Objects by their kind in the plural, group, namespace and name.
pub(crate) type Objects = BTreeMap<String, Value>;

/// An environment on the way.
pub(crate) struct Life<'a> {
    pub(crate) client: Client,
    pub(crate) project: &'a Project,
    /// Runs `longshore` for this environment.
    pub(crate) run: Box<dyn Fn(&str) -> Outcome + Send + Sync + 'a>,
    /// Its namespaces, the release's first.
    pub(crate) namespaces: Vec<String>,
    /// What an update changes: a file, a text in it, and what takes its place there.
    pub(crate) update: (&'a str, &'a str, &'a str),
    /// What that changes in the cluster.
    pub(crate) updated: &'a [&'a str],
    /// What stays beside claims of volumes: names of Secrets that open them.
    pub(crate) opens: &'a [&'a str],
    /// Whether there is any data.
    pub(crate) data: bool,
}

impl<'a> Life<'a> {
    /// An environment in the namespace of a stage, all commands having `how` behind them.
    pub(crate) async fn of(stage: &'a Stage, how: &'a str, update: (&'a str, &'a str, &'a str)) -> Life<'a> {
        Life {
            client: stage.namespace.client().await.unwrap(),
            project: &stage.project,
            run: Box::new(move |command| stage.longshore(&format!("{command} {how}"))),
            namespaces: vec![stage.namespace.name().to_owned()],
            update,
            updated: &[],
            opens: &[],
            data: false,
        }
    }

    #[track_caller]
    pub(crate) fn ends(&self, command: &str, code: i32) -> Outcome {
        let outcome = (self.run)(command);
        assert_eq!(outcome.code, Some(code), "longshore {command} in {:?}\n{outcome}", self.namespaces);
        outcome
    }

    /// From nothing to everything ready, and not a step further.
    pub(crate) async fn comes(&self) -> Objects {
        assert_eq!(self.objects().await, Objects::new());
        let plan = self.ends("plan --detailed-exitcode", 2);
        assert!(!plan.stderr.contains("warning"), "{plan}");
        assert_eq!(self.objects().await, Objects::new(), "planning writes nothing");
        self.ends("deploy --yes", 0);
        self.is_ready().await;
        let first = self.objects().await;
        let again = self.ends("deploy --yes", 0);
        assert!(again.stdout.contains("nothing has changed"), "{again}");
        self.ends("plan --detailed-exitcode", 0);
        assert_eq!(self.objects().await, first);
        first
    }

    /// Updated and taken back.
    pub(crate) async fn changes(&self, first: &Objects) {
        let (file, from, to) = self.update;
        let text = self.project.read(file).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        self.project.write(file, &text.replacen(from, to, 1)).unwrap();
        self.ends("plan --detailed-exitcode", 2);
        self.ends("deploy --yes", 0);
        self.is_ready().await;
        let second = self.objects().await;
        // A label that tells the version changes on more than what runs it.
        let unlabelled = |object: &Value| {
            let mut object = object.clone();
            object["metadata"].as_object_mut().unwrap().remove("labels");
            object
        };
        let differs =
            |key: &String, object: &Value| first.get(key).map(unlabelled) != Some(unlabelled(object));
        let changed = second.iter().filter(|(key, object)| differs(key, object));
        let changed: Vec<String> = changed.map(|(key, _)| told(key)).collect();
        assert_eq!(changed, self.updated, "{:?}", self.namespaces);
        self.ends("rollback --yes", 0);
        self.is_ready().await;
        same(&self.objects().await, first);
        self.project.write(file, &text).unwrap();
    }

    /// Removed; what is left is data, and named.
    pub(crate) async fn goes(&self) {
        let gone = self.ends("destroy --yes", 0);
        let left = self.objects().await;
        assert_eq!(!left.is_empty(), self.data, "{:?}", left.keys());
        for key in left.keys() {
            let (kind, name) = (key.split('.').next().unwrap(), key.rsplit('/').next().unwrap());
            let data = kind == "persistentvolumeclaims" || kind == "secrets" && self.opens.contains(&name);
            assert!(data, "{key} is no data\n{gone}");
            assert!(gone.stdout.contains(name), "{key} is left and not named\n{gone}");
        }
    }

    pub(crate) async fn whole(&self) {
        let first = self.comes().await;
        self.changes(&first).await;
        self.goes().await;
    }

    /// Every workload as it is wanted, an autoscaler's least counted in.
    async fn is_ready(&self) {
        eventually("every workload to be ready", Duration::from_mins(5), async || {
            let mut wanting = BTreeSet::new();
            for namespace in &self.namespaces {
                let mut least = BTreeMap::new();
                for scaler in self.list("apis/autoscaling/v2", namespace, "horizontalpodautoscalers").await {
                    let target = scaler["spec"]["scaleTargetRef"]["name"].as_str().unwrap().to_owned();
                    least.insert(target, scaler["spec"]["minReplicas"].as_u64().unwrap());
                }
                for plural in ["deployments", "statefulsets", "daemonsets"] {
                    for workload in self.list("apis/apps/v1", namespace, plural).await {
                        let name = workload["metadata"]["name"].as_str().unwrap();
                        let status = &workload["status"];
                        let (wanted, ready) = match plural {
                            "daemonsets" => (&status["desiredNumberScheduled"], &status["numberReady"]),
                            _ => (&workload["spec"]["replicas"], &status["readyReplicas"]),
                        };
                        let current = status["observedGeneration"] == workload["metadata"]["generation"];
                        let enough = wanted.as_u64() >= Some(*least.get(name).unwrap_or(&1));
                        if !(current && enough && wanted == ready) {
                            wanting.insert(format!("{namespace}/{plural}/{name}: {ready} of {wanted}"));
                        }
                    }
                }
            }
            if wanting.is_empty() {
                Ok(Some(()))
            } else {
                Err(kube::Error::Service(format!("{wanting:?}").into()).into())
            }
        })
        .await
        .unwrap();
    }

    async fn get(&self, path: &str) -> Value {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        self.client.request::<Value>(request).await.unwrap()
    }

    async fn list(&self, group: &str, namespace: &str, plural: &str) -> Vec<Value> {
        let list = self.get(&format!("/{group}/namespaces/{namespace}/{plural}")).await;
        list["items"].as_array().unwrap().clone()
    }

    /// Everything that somebody wrote into the namespaces, or that a release there has outside of any, as it was written.
    pub(crate) async fn objects(&self) -> Objects {
        let mut found = Objects::new();
        for (group, plural, namespaced) in self.kinds().await {
            let lists = if namespaced {
                self.namespaces.iter().map(|name| format!("/{group}/namespaces/{name}/{plural}")).collect()
            } else {
                vec![format!("/{group}/{plural}")]
            };
            for path in lists {
                for item in self.get(&path).await["items"].as_array().unwrap() {
                    let metadata = &item["metadata"];
                    let name = metadata["name"].as_str().unwrap();
                    let owner = &metadata["annotations"]["meta.helm.sh/release-namespace"];
                    let ours = self.namespaces.iter().any(|namespace| owner == namespace);
                    // What controllers make is looked at in what it is made from.
                    let made = metadata["ownerReferences"].is_array() || name == "kube-root-ca.crt";
                    let record = item["type"] == "helm.sh/release.v1";
                    if (namespaced || ours)
                        && !made
                        && !record
                        && (plural.as_str(), name) != ("serviceaccounts", "default")
                    {
                        let namespace = metadata["namespace"].as_str().unwrap_or_default();
                        found.insert(format!("{plural}.{namespace}/{name}"), as_written(item));
                    }
                }
            }
        }
        found
    }

    /// Group with version, plural, and whether it is in namespaces, of all kinds that can be listed.
    async fn kinds(&self) -> Vec<(String, String, bool)> {
        let mut found = Vec::new();
        for root in ["api", "apis"] {
            let request = http::Request::get(format!("/{root}"))
                .header("accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
                .body(Vec::new())
                .unwrap();
            let groups: Value = self.client.request(request).await.unwrap();
            for group in groups["items"].as_array().unwrap() {
                let version = &group["versions"][0];
                let path = [
                    root,
                    group["metadata"]["name"].as_str().unwrap_or_default(),
                    version["version"].as_str().unwrap(),
                ];
                let path = path.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
                for resource in version["resources"].as_array().unwrap() {
                    let plural = resource["resource"].as_str().unwrap();
                    let listed = resource["verbs"].as_array().unwrap().contains(&json!("list"));
                    // They come and go by themselves.
                    let told = [
                        "events",
                        "endpoints",
                        "endpointslices",
                        "leases",
                        "pods",
                        "namespaces",
                        "persistentvolumes",
                    ];
                    if listed && !told.contains(&plural) {
                        found.push((path.clone(), plural.to_owned(), resource["scope"] == "Namespaced"));
                    }
                }
            }
        }
        assert!(found.len() > 40, "{found:?}");
        found
    }
}

/// `deployments.web-x7/web` as `deployments/web`.
fn told(key: &str) -> String {
    let (kind, name) = key.split_once('.').unwrap();
    format!("{kind}/{}", name.split_once('/').unwrap().1)
}

/// Says of two states where they differ.
#[track_caller]
fn same(now: &Objects, before: &Objects) {
    assert!(now.keys().eq(before.keys()), "{:?}\n{:?}", now.keys(), before.keys());
    for (key, object) in now {
        assert_eq!(object, &before[key], "{key}");
    }
}

/// Without what the server and controllers add.
fn as_written(object: &Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    fields.remove("status");
    let metadata = fields["metadata"].as_object_mut().unwrap();
    metadata.retain(|key, _| ["name", "namespace", "labels", "annotations"].contains(&key.as_str()));
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("deployment.kubernetes.io/revision");
        annotations.remove("deprecated.daemonset.template.generation");
        annotations.retain(|key, _| !key.contains("volume"));
    }
    object
}
