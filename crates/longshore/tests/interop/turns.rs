//! Real Helm and `longshore helm` take turns on one release (design decisions 1 and 2): whoever installs it, upgrades it,
//! rolls it back and uninstalls it, each step says the same, and leaves the same objects with the same owners of the same
//! fields, and the same records, as if real Helm had done it all.
//!
//! Ten charts of different kinds are in `charts.txt`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use flate2::read::GzDecoder;
use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use longshore_testkit::tools::Tool;
use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace, eventually};
use serde_json::{Value, json};

const CHARTS: &str = include_str!("charts.txt");

/// Who does which step: real Helm, or Longshore.
const TURNS: [&str; 5] = ["LLLL", "HLHL", "LHLH", "HHLL", "LLHH"];

/// The kinds that the charts have, of a namespace each.
const KINDS: [(&str, &str, &str); 16] = [
    ("", "v1", "ConfigMap"),
    ("", "v1", "Secret"),
    ("", "v1", "Service"),
    ("", "v1", "ServiceAccount"),
    ("", "v1", "PersistentVolumeClaim"),
    ("", "v1", "LimitRange"),
    ("", "v1", "Pod"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("apps", "v1", "DaemonSet"),
    ("batch", "v1", "Job"),
    ("batch", "v1", "CronJob"),
    ("rbac.authorization.k8s.io", "v1", "Role"),
    ("networking.k8s.io", "v1", "Ingress"),
    ("autoscaling", "v2", "HorizontalPodAutoscaler"),
    ("policy", "v1", "PodDisruptionBudget"),
];

/// Managers that are the cluster's own and come when they come.
const CLUSTER: [&str; 5] = ["kube-controller-manager", "kube-scheduler", "kubelet", "kwok", "kube-apiserver"];

/// A namespace in which one release lives its life.
struct Life<'a> {
    namespace: TestNamespace,
    project: &'a Project,
    helm: &'a Path,
    /// More kinds than the usual ones.
    more: &'a [(&'a str, &'a str, &'a str)],
}

/// What a step left.
#[derive(Debug, PartialEq)]
struct Left {
    said: String,
    objects: BTreeMap<String, Value>,
    records: BTreeMap<String, Value>,
}

impl Life<'_> {
    fn run(&self, who: char, arguments: &str) -> Outcome {
        let (program, first): (&Path, &[&str]) = match who {
            'H' => (self.helm, &[]),
            _ => (Path::new(env!("CARGO_BIN_EXE_longshore")), &["helm"]),
        };
        Program::new(program)
            .unwrap()
            .args(first)
            .args(arguments.split_whitespace())
            .args(["-n", self.namespace.name()])
            .env("KUBECONFIG", self.namespace.kubeconfig())
            .folder(self.project.path())
            .run()
            .unwrap()
    }

    /// What was said, with what differs from run to run left out.
    fn said(&self, outcome: &Outcome) -> String {
        let lines = outcome.stdout.lines().chain(outcome.stderr.lines());
        let lines =
            lines.filter(|line| !line.starts_with("LAST DEPLOYED: ") && !crate::is_log_of_client_go(line));
        let text: Vec<String> = lines.map(|line| self.anonymous(line)).collect();
        format!("{:?}\n{}", outcome.code, text.join("\n"))
    }

    fn anonymous(&self, text: &str) -> String {
        text.replace(self.namespace.name(), "NAMESPACE")
    }

    async fn left(&self, said: String) -> anyhow::Result<Left> {
        let client = self.namespace.client().await?;
        let (mut objects, mut records) = (BTreeMap::new(), BTreeMap::new());
        for (group, version, kind) in KINDS.iter().chain(self.more) {
            let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
            let api: Api<DynamicObject> =
                Api::namespaced_with(client.clone(), self.namespace.name(), &resource);
            for object in api.list(&ListParams::default()).await? {
                let mut object = serde_json::to_value(object)?;
                let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                // What controllers make, and what is about to go, is not the release's.
                let is_others = !object["metadata"]["ownerReferences"].is_null()
                    || !object["metadata"]["deletionTimestamp"].is_null()
                    || ["kube-root-ca.crt", "default"].contains(&name.as_str());
                if is_others || (*kind == "Pod" && !object["metadata"]["labels"]["app"].is_null()) {
                    continue;
                }
                if name.starts_with("sh.helm.release.v1.") {
                    records.insert(name, record(&object)?);
                    continue;
                }
                let uid = object["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
                clean(&mut object, kind);
                // A Job's selector has its own uid in it.
                let text = self.anonymous(&object.to_string()).replace(&uid, "UID");
                let object = serde_json::from_str(&text)?;
                objects.insert(format!("{kind}/{name}"), object);
            }
        }
        let records = serde_json::from_str(&self.anonymous(&serde_json::to_string(&records)?))?;
        Ok(Left { said, objects, records })
    }
}

/// A record with its labels; times left out.
fn record(secret: &Value) -> anyhow::Result<Value> {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD;
    let text = base64.decode(secret["data"]["release"].as_str().unwrap_or_default())?;
    let mut record: Value = serde_json::from_reader(GzDecoder::new(base64.decode(text)?.as_slice()))?;
    for time in ["first_deployed", "last_deployed", "deleted"] {
        record["info"].as_object_mut().and_then(|info| info.remove(time));
    }
    for hook in record["hooks"].as_array_mut().into_iter().flatten() {
        hook["last_run"] = hook["last_run"]["phase"].clone();
    }
    let mut labels = secret["metadata"]["labels"].clone();
    for time in ["createdAt", "modifiedAt"] {
        labels.as_object_mut().and_then(|labels| labels.remove(time));
    }
    Ok(json!({"labels": labels, "type": secret["type"], "record": record}))
}

/// Takes out what the cluster makes up: times, versions, addresses, random names.
fn clean(object: &mut Value, kind: &str) {
    let Some(map) = object.as_object_mut() else { return };
    map.remove("status");
    if let Some(metadata) = map["metadata"].as_object_mut() {
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            metadata.remove(field);
        }
        let entries = metadata.remove("managedFields").unwrap_or_default();
        let mut owners: Vec<Value> = entries.as_array().cloned().unwrap_or_default();
        owners.retain(|owner| {
            owner["subresource"].is_null()
                && !CLUSTER.contains(&owner["manager"].as_str().unwrap_or_default())
        });
        for owner in &mut owners {
            owner.as_object_mut().and_then(|owner| owner.remove("time"));
        }
        owners.sort_by_key(ToString::to_string);
        metadata.insert("managedFields".to_owned(), Value::Array(owners));
    }
    let Some(spec) = map.get_mut("spec").and_then(Value::as_object_mut) else { return };
    for field in ["clusterIP", "clusterIPs", "volumeName", "nodeName"] {
        spec.remove(field);
    }
    // The volume with a Pod's token has a random name; where a Pod runs is among its labels.
    if kind == "Pod" {
        spec.remove("volumes");
        spec.remove("containers");
        map["metadata"].as_object_mut().and_then(|metadata| metadata.remove("labels"));
    }
}

/// The entries that differ.
fn differences(left: &Left, expected: &Left) -> String {
    let mut text = String::new();
    if left.said != expected.said {
        text = format!("said:\n{}\nexpected:\n{}\n", left.said, expected.said);
    }
    for (left, expected) in [(&left.objects, &expected.objects), (&left.records, &expected.records)] {
        for name in left.keys().chain(expected.keys()).filter(|name| left.get(*name) != expected.get(*name)) {
            let (left, expected) = (left.get(name), expected.get(name));
            let _ = writeln!(text, "{name}: {left:#?}\nexpected: {expected:#?}");
        }
    }
    text
}

/// Lets a release live in all turns, and compares each step with what real Helm alone says and leaves.
async fn lives(chart: &str, changed: &str, more: &[(&str, &str, &str)]) {
    let helm = match Tool::named("helm4").unwrap().built() {
        Ok(helm) => helm,
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        Err(reason) => {
            eprintln!("SKIPPED {chart}: {reason:#}");
            return;
        }
    };
    let project = Project::new(CHARTS).unwrap();
    let cluster = TestCluster::get().await.unwrap();
    let steps = [
        format!("install r {chart}"),
        format!("upgrade r {chart} {changed}"),
        String::from("rollback r 1"),
        String::from("uninstall r"),
    ];
    let mut expected: Vec<Left> = Vec::new();
    for turns in ["HHHH"].iter().chain(&TURNS) {
        let namespace = cluster.namespace(chart).await.unwrap();
        let life = Life { namespace, project: &project, helm: &helm, more };
        for (number, (step, who)) in steps.iter().zip(turns.chars()).enumerate() {
            let said = life.said(&life.run(who, step));
            if let Some(expected) = expected.get(number).filter(|_| *turns != "HHHH") {
                let mut last = None;
                let same = eventually("the same", Duration::from_secs(10), async || {
                    let left = life.left(said.clone()).await?;
                    let is_same = left == *expected;
                    last = Some(left);
                    Ok(is_same.then_some(()))
                });
                if let Err(error) = same.await {
                    let told = last.map_or_else(|| error.to_string(), |left| differences(&left, expected));
                    panic!("{chart}: {turns}: {step}\n{told}");
                }
                continue;
            }
            // What goes away goes away in its own time.
            let mut before = None;
            let left = eventually("nothing changes", Duration::from_secs(10), async || {
                let left = life.left(said.clone()).await?;
                let is_same = before.as_ref() == Some(&left);
                before = Some(left);
                Ok(is_same.then_some(()))
            });
            left.await.unwrap();
            let left = before.unwrap();
            assert!(left.said.starts_with("Some(0)"), "{step}: {}", left.said);
            expected.push(left);
        }
    }
}

macro_rules! charts {
    ($($chart:ident $changed:literal $more:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $chart() {
                lives(stringify!($chart), $changed, &$more).await;
            }
        )*
    };
}

charts! {
    web "--set extra=true,replicas=2,tag=v2" [];
    defs "--set size=2" [("sea.example.com", "v1", "Ship")];
    hooked "--set v=2" [];
    store "--set replicas=2,image=b" [];
    jobs "--set schedule=@daily" [];
    rights "--set verbs={list}" [("rbac.authorization.k8s.io", "v1", "RoleBinding")];
    config "--set a=2,keep=false --description changed" [];
    rules "--set max=4" [("networking.k8s.io", "v1", "NetworkPolicy")];
    agents "--set image=b" [];
    umbrella "--set global.tag=g2,off.enabled=true" [];
}
