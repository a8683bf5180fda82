//! BC18: what goes wrong with real pods is told in one sentence, as soon as it is certain: twenty ways to fail, with
//! the usual graces, side by side. `UPDATE_DOCS=1 cargo xtask e2e verdicts` writes what was measured into
//! `docs/verdicts.md`.

use std::fmt::Write as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use longshore_testkit::TestCluster;
use longshore_testkit::image::Image;
use longshore_testkit::tools::Tool;
use serde_json::json;

use crate::Stage;

/// One way to fail.
struct Case {
    name: &'static str,
    /// What is wrong, for the table.
    what: &'static str,
    /// What is deployed.
    manifest: &'static str,
    /// What the one sentence must say.
    sentence: &'static [&'static str],
    /// How long it may take: its grace, and what a slow machine adds.
    within: u64,
}

/// A Deployment with this pod spec, indented by four.
macro_rules! deployment {
    ($spec:literal) => {
        concat!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      terminationGracePeriodSeconds: 0\n",
            $spec
        )
    };
}

const CASES: [Case; 19] = [
    Case {
        name: "name",
        what: "a bad image name",
        manifest: deployment!("      containers: [{name: main, image: 'Example.test/Bad:1'}]\n"),
        sentence: &["`Example.test/Bad:1` is no name of an image"],
        within: 30,
    },
    Case {
        name: "pull",
        what: "a missing image",
        manifest: deployment!("      containers: [{name: main, image: 'longshore.test/none:1'}]\n"),
        sentence: &["container main cannot pull its image: ", "longshore.test/none:1"],
        within: 110,
    },
    Case {
        name: "crash",
        what: "a crash loop",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', command: [sh, -c, 'echo no database; exit 3']}]\n"
        ),
        sentence: &[
            "container main keeps crashing (4 restarts) with exit code 3: its last line is: no database",
        ],
        within: 150,
    },
    Case {
        name: "probe",
        what: "a failing probe",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', command: [httpd, -f, -p, '8080'], readinessProbe: {httpGet: {port: 8080, path: /ready}, periodSeconds: 2}}]\n"
        ),
        sentence: &[
            "runs and does not become ready: Readiness probe failed: HTTP probe failed with statuscode: 404",
        ],
        within: 180,
    },
    Case {
        name: "oom",
        what: "an OOM kill",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', command: [dd, if=/dev/zero, of=/dev/null, bs=256M], resources: {limits: {memory: 24Mi}}}]\n"
        ),
        sentence: &["was killed for its memory (4 restarts): it uses more than its limit of 24Mi"],
        within: 150,
    },
    Case {
        name: "cpu",
        what: "an unschedulable pod",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', resources: {requests: {cpu: 1000}}}]\n"
        ),
        sentence: &["the pod fits no node: ", "Insufficient cpu"],
        within: 70,
    },
    Case {
        name: "secret",
        what: "a missing Secret",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', envFrom: [{secretRef: {name: databse}}]}]\n---\n{apiVersion: v1, kind: Secret, metadata: {name: database}, stringData: {password: x}}\n"
        ),
        sentence: &["Secret/databse does not exist and is not in this release; did you mean `database`?"],
        within: 110,
    },
    Case {
        name: "mount",
        what: "a missing Secret that is mounted",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', volumeMounts: [{name: tls, mountPath: /tls}]}]\n      volumes: [{name: tls, secret: {secretName: web-tls}}]\n"
        ),
        sentence: &["the pod cannot be set up: Secret/web-tls does not exist and is not in this release"],
        within: 120,
    },
    Case {
        name: "key",
        what: "a missing key",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1', env: [{name: P, valueFrom: {secretKeyRef: {name: database, key: pasword}}}]}]\n---\n{apiVersion: v1, kind: Secret, metadata: {name: database}, stringData: {password: x}}\n"
        ),
        sentence: &["Secret/database has no key `pasword`; did you mean `password`?"],
        within: 30,
    },
    Case {
        name: "quota",
        what: "a full quota",
        manifest: deployment!("      containers: [{name: main, image: 'longshore.test/busybox:1'}]\n"),
        sentence: &["ResourceQuota/small is full: pods=1 more with pods=0 used is over pods=0"],
        within: 30,
    },
    Case {
        name: "admit",
        what: "an admission refusal",
        manifest: deployment!("      containers: [{name: main, image: 'longshore.test/busybox:1'}]\n"),
        sentence: &["the namespace's pod security level forbids it"],
        within: 30,
    },
    Case {
        name: "claim",
        what: "a PVC that cannot bind",
        manifest: deployment!(
            "      containers: [{name: main, image: 'longshore.test/busybox:1'}]\n      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}\n"
        ),
        sentence: &["PersistentVolumeClaim/data has no volume: there is no StorageClass `fast`"],
        within: 70,
    },
    Case {
        name: "job",
        what: "a Job that fails",
        manifest: "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'longshore.test/busybox:1', command: [sh, -c, 'echo no table; exit 4']}]}}}}\n",
        sentence: &["the Job failed: container main ended with exit code 4: its last line is: no table"],
        within: 30,
    },
    Case {
        name: "init",
        what: "an init container that hangs",
        manifest: deployment!(
            "      initContainers: [{name: wait, image: 'longshore.test/busybox:1', command: [sh, -c, 'echo waiting for db; sleep 100000']}]\n      containers: [{name: main, image: 'longshore.test/busybox:1'}]\n"
        ),
        sentence: &[
            "container wait does not end, and nothing starts before it has: its last line is: waiting for db",
        ],
        within: 240,
    },
    Case {
        name: "port",
        what: "a port that is taken",
        manifest: deployment!(
            "      containers:\n      - {name: first, image: 'longshore.test/busybox:1', command: [httpd, -f, -p, '8080']}\n      - {name: second, image: 'longshore.test/busybox:1', command: [sh, -c, 'sleep 1; httpd -f -p 8080'], readinessProbe: {exec: {command: [test, -e, /up]}}}\n"
        ),
        sentence: &[
            "container second keeps crashing (4 restarts) with exit code 1: the port that it listens on is taken",
        ],
        within: 150,
    },
    Case {
        name: "account",
        what: "a ServiceAccount that does not exist",
        manifest: deployment!(
            "      serviceAccountName: opertor\n      containers: [{name: main, image: 'longshore.test/busybox:1'}]\n---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: operator}}\n"
        ),
        sentence: &[
            "ServiceAccount/opertor does not exist and is not in this release; did you mean `operator`?",
        ],
        within: 30,
    },
    Case {
        name: "rights",
        what: "a ServiceAccount without rights",
        manifest: deployment!(
            "      serviceAccountName: operator\n      containers: [{name: main, image: 'longshore.test/kubectl:1', args: [get, pods], readinessProbe: {tcpSocket: {port: 9}}}]\n---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: operator}}\n"
        ),
        sentence: &[
            "with exit code 1: ServiceAccount/operator may not list pods in namespace `verdict-rights-",
        ],
        within: 150,
    },
    Case {
        name: "platform",
        what: "an image of another platform",
        // A registry on the node that has nothing but an index: the first part of the path that a registry has for it is
        // that of the volume.
        manifest: concat!(
            deployment!("      containers: [{name: main, image: 'localhost:5005/foreign:v1.index'}]\n"),
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: registry}\nspec:\n  selector: {matchLabels: {app: registry}}\n  template:\n    metadata: {labels: {app: registry}}\n    spec:\n      hostNetwork: true\n      terminationGracePeriodSeconds: 0\n      containers: [{name: main, image: 'longshore.test/busybox:1', command: [httpd, -f, -p, '127.0.0.1:5005', -h, /www, -c, /www/v2/foreign/manifests/types], volumeMounts: [{name: index, mountPath: /www/v2/foreign/manifests}]}]\n      volumes: [{name: index, configMap: {name: index, items: [{key: types, path: types}, {key: index, path: v1.index}, {key: index, path: 'sha256:4518786bc130c49c7bbf59c392413374b92c13516e9ecd6b0620edd2d81a9228'}]}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: index}\ndata:\n  types: '.index:application/vnd.oci.image.index.v1+json'\n  index: '{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":2,\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"platform\":{\"architecture\":\"s390x\",\"os\":\"linux\"}}]}'\n"
        ),
        sentence: &[
            "cannot pull its image: `localhost:5005/foreign:v1.index` is not there for the node's architecture, ",
        ],
        within: 120,
    },
    Case {
        name: "foreign",
        what: "a program of another platform",
        manifest: deployment!("      containers: [{name: main, image: 'longshore.test/foreign:1'}]\n"),
        sentence: &[": its program is not made for the node's architecture, "],
        within: 150,
    },
];

/// The one of them that needs a Service with another name beside it.
const DNS: Case = Case {
    name: "dns",
    what: "a DNS name that does not resolve",
    manifest: deployment!(
        "      containers: [{name: main, image: 'longshore.test/busybox:1', command: [wget, -q, -O, '-', 'http://redis-mastr/']}]\n---\n{apiVersion: v1, kind: Service, metadata: {name: redis-master}, spec: {selector: {app: web}, ports: [{port: 80}]}}\n"
    ),
    sentence: &[
        "the name `redis-mastr` does not resolve; no Service of this release has it; did you mean `redis-master`?",
    ],
    within: 150,
};

/// A client of the API, which asks as the pod's service account.
fn kubectl() -> Image {
    let program = Tool::named("kubectl").unwrap().built().unwrap();
    Image::of_program("longshore.test/kubectl:1", &program).unwrap()
}

/// An image whose program is the head of one for 32-bit Motorola 68000, which no node of ours is.
fn foreign() -> Image {
    let head = "\x7fELF\x01\x02\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x04\0\0\0\x01";
    Image::of_files("longshore.test/foreign:1").unwrap().script("/app", head).entrypoint(["/app"])
}

/// How long a case took, and what was said.
struct Measured {
    what: &'static str,
    took: Duration,
    sentence: String,
    stderr: String,
    mistake: Option<String>,
}

async fn stage(case: &Case) -> Stage {
    let indented: String = case.manifest.lines().map(|line| format!("    {line}\n")).collect();
    let files = format!(
        "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {{dev: {{}}}}
    defaultEnvironment: dev
    releases: {{web: {{manifests: web.yaml}}}}
    //- web.yaml
{indented}    "
    );
    let stage = Stage::new(&format!("verdict-{}", case.name), &files).await;
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/api/v1/namespaces/{}", stage.namespace.name());
    let (request, body) = match case.name {
        "quota" => (
            http::Request::post(format!("{path}/resourcequotas")).header("content-type", "application/json"),
            json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {"hard": {"pods": "0"}}}),
        ),
        "admit" => (
            http::Request::patch(path).header("content-type", "application/merge-patch+json"),
            json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}),
        ),
        _ => return stage,
    };
    client.request::<serde_json::Value>(request.body(body.to_string().into_bytes()).unwrap()).await.unwrap();
    stage
}

fn measure(stage: &Stage, case: &Case) -> Measured {
    let began = Instant::now();
    let outcome = stage.longshore("deploy --timeout 6m");
    let took = began.elapsed();
    let stderr = outcome.stderr.clone();
    let sentence = stderr.lines().find(|line| line.starts_with("error[")).unwrap_or_default().to_owned();
    let missing = case.sentence.iter().find(|words| !sentence.contains(*words));
    let mistake = match missing {
        _ if outcome.code != Some(1) => Some(format!("exit code {:?}", outcome.code)),
        Some(words) => Some(format!("{words:?} is not in its sentence")),
        None if took > Duration::from_secs(case.within) => Some(format!("it took {took:?}")),
        None if !stderr.contains(" ← ") && !matches!(case.name, "quota" | "admit") => {
            Some("it has no chain".to_owned())
        }
        None => None,
    };
    Measured { what: case.what, took, sentence, stderr, mistake }
}

/// BC18.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn verdicts_are_right_and_come_in_time() {
    let _together = crate::together().await;
    let cluster = TestCluster::real().await.unwrap();
    for image in [kubectl(), foreign()] {
        cluster.import(&image).await.unwrap();
    }
    let mut stages = Vec::new();
    for case in CASES.iter().chain([&DNS]) {
        stages.push((case, stage(case).await));
    }
    let measured: Vec<Measured> = thread::scope(|scope| {
        let all: Vec<_> =
            stages.iter().map(|(case, stage)| scope.spawn(move || measure(stage, case))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verdicts.md");
        std::fs::write(file, page(&measured)).unwrap();
    }
    let mistakes: Vec<String> = measured
        .iter()
        .filter_map(|one| Some(format!("{}: {}\n{}", one.what, one.mistake.as_ref()?, one.stderr)))
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

fn page(measured: &[Measured]) -> String {
    let processors = thread::available_parallelism().unwrap();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    let load = load.split(' ').nth(1).unwrap();
    let mut page = format!(
        "# How soon a failed deploy is explained\n\n\
         *Measured by `UPDATE_DOCS=1 cargo xtask e2e verdicts` on a real node (kubelet, containerd), all cases at once, with the usual graces ([readiness.md](readiness.md)); seconds from the start of `longshore deploy` to its end. The machine: {processors} processors, {load} of which were wanted at a time.*\n\n\
         | case | seconds | the sentence |\n|---|---|---|\n",
    );
    for one in measured {
        let sentence =
            one.sentence.split_once("]: ").map_or("", |(_, sentence)| sentence).replace('|', "\\|");
        writeln!(page, "| {} | {:.1} | {sentence} |", one.what, one.took.as_secs_f64()).unwrap();
    }
    page.push_str(BELOW);
    page
}

/// What the page says of what no row can show.
const BELOW: &str = "
A crash loop is certain when a container has ended badly for the fifth time, the kubelet having paused for about 10, 20 and 40 s between its restarts; what is certain by contract (a name, a key, a quota, an admission, a failed Job) is told at once.

**No false verdict**: `tests/e2e/healthy.rs` deploys fifty times what is slow or falls at first, and is healthy (a late start, a startup probe, an init container, a late probe, no probe, one crash, two, with and without a probe), five at a time with the usual graces. All fifty succeed, in 2.5 to 37.5 s on two processors with a load of 18.

## What is looked up besides

- **The cluster's DNS.** Where a container says that it cannot look a name up, the endpoints of `kube-system`'s DNS are looked at. If none is ready, that is the cause, not the name: `Deployment/web ← ReplicaSet/… ← Pod/… ← container main ← the name `redis` does not resolve ← Service kube-system/kube-dns has no ready endpoint ← Deployment/coredns is scaled to 0`; what crashes of it elsewhere in the release stands behind it. `tests/e2e/dns.rs` has CoreDNS gone on a real node.
- **Permissions.** `… is forbidden: User \"system:serviceaccount:NS:NAME\" cannot VERB resource …`, in a line of the log (of JSON, too), an event or a condition: who may not do what, with the `kubectl create role` and `rolebinding` that let it and no more (verbs of all lines about that resource, the object's name where each request has one, `watch` where client-go lists to watch). A ServiceAccount that does not exist is told first, and one that the release has and the pod does not name.
- **What is being deleted and stays**, in a wait, in `destroy` (a warning after 5 s, an error at the end of its time), in `status`, and before a deploy into a namespace that goes: for how long, its finalizers and whose they likely are, what is left in a namespace, or which APIService does not answer. A finalizer is never taken away.
- **Another platform.** An image without the node's, and a program that the kernel cannot execute, with the architecture of the pod's node.
- **CronJobs.** A schedule or a time zone that the server refuses is told at its line, with what is wrong with which of the five fields; `status` tells schedules, suspension and what the last Job failed of.
";
