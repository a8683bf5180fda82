//! BC18: no false verdict on real pods: fifty deploys of services that are slow or fall at first, and are healthy, with
//! the usual graces, five at a time. Each must succeed, and must not say so before its pods serve.

use std::thread;
use std::time::Instant;

use longshore_testkit::TestCluster;

use crate::Stage;

const LANES: usize = 5;
const TURNS: usize = 10;

/// A pod whose container serves after what a shell does first.
struct Way {
    what: &'static str,
    /// What is done before the container serves.
    first: &'static str,
    /// The container's probes.
    probes: &'static str,
    /// What the pod has besides.
    pod: &'static str,
}

const READY: &str = "readinessProbe: {httpGet: {port: 8080, path: /ready}, periodSeconds: 1}";

/// Counts the starts of the container in a file that outlives them, as `n`.
macro_rules! count {
    ($then:literal) => {
        concat!("n=$(cat /state/n || echo 0); echo $((n + 1)) > /state/n; ", $then)
    };
}

const WAYS: [Way; 9] = [
    Way { what: "starts late", first: "sleep 4", probes: READY, pod: "" },
    Way {
        what: "has a startup probe",
        first: "sleep 6",
        probes: "startupProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 30}",
        pod: "",
    },
    Way {
        what: "has an init container",
        first: "true",
        probes: READY,
        pod: "initContainers: [{name: prepare, image: 'longshore.test/busybox:1', command: [sleep, '5']}]",
    },
    Way {
        what: "is ready late",
        first: "(rm /www/ready; sleep 8; touch /www/ready) &",
        probes: READY,
        pod: "",
    },
    Way { what: "has no probe", first: "true", probes: "", pod: "" },
    Way { what: "crashes once", first: count!("[ $n -gt 0 ] || exit 1"), probes: READY, pod: "" },
    Way { what: "crashes twice", first: count!("[ $n -gt 1 ] || exit 1"), probes: READY, pod: "" },
    Way {
        what: "crashes once after a second, without a probe",
        first: count!("[ $n -gt 0 ] || { sleep 1; exit 1; }"),
        probes: "",
        pod: "",
    },
    Way {
        what: "crashes twice after two seconds, without a probe",
        first: count!("[ $n -gt 1 ] || { sleep 2; exit 1; }"),
        probes: "",
        pod: "",
    },
];

fn manifest(way: &Way) -> String {
    let Way { first, probes, pod, .. } = way;
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 0
      volumes: [{{name: state, emptyDir: {{}}}}, {{name: www, emptyDir: {{}}}}]
      containers:
        - name: main
          image: longshore.test/busybox:1
          command:
            - sh
            - -c
            - |
              touch /www/ready
              {first}
              exec httpd -f -p 8080 -h /www
          volumeMounts: [{{name: state, mountPath: /state}}, {{name: www, mountPath: /www}}]
          {probes}
      {pod}
"
    )
}

const PROJECT: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    releases: {web: {manifests: web.yaml}}
    ";

/// One deploy: how many seconds it took, and what was wrong with it.
fn deploy(stage: &Stage, way: &Way, turn: usize) -> (f64, Option<String>) {
    // Each turn is a change of the pods, also where it goes the way of the one before.
    let manifest = manifest(way).replace(
        "{app: web}}\n    spec",
        &format!("{{app: web}}, annotations: {{turn: t{turn}}}}}\n    spec"),
    );
    stage.project.write("web.yaml", &manifest).unwrap();
    let began = Instant::now();
    let outcome = stage.longshore("deploy --timeout 5m");
    let took = began.elapsed().as_secs_f64();
    if outcome.code != Some(0) {
        return (took, Some(format!("{}: a false verdict\n{outcome}", way.what)));
    }
    // A pod that has fallen again would show here.
    let status = stage.longshore("status");
    let wrong =
        (status.code != Some(0)).then(|| format!("{}: a false success\n{outcome}\n{status}", way.what));
    (took, wrong)
}

/// BC18.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn fifty_slow_but_healthy_deploys_succeed() {
    let _together = crate::together().await;
    TestCluster::real().await.unwrap();
    let mut stages = Vec::new();
    for lane in 0..LANES {
        stages.push(Stage::new(&format!("healthy-{lane}"), PROJECT).await);
    }
    let measured: Vec<(f64, Option<String>)> = thread::scope(|scope| {
        let lanes: Vec<_> = stages
            .iter()
            .enumerate()
            .map(|(lane, stage)| {
                scope.spawn(move || {
                    let turns = (0..TURNS).map(|turn| (turn, &WAYS[(lane * TURNS + turn) % WAYS.len()]));
                    turns.map(|(turn, way)| deploy(stage, way, turn)).collect::<Vec<_>>()
                })
            })
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    });
    let mut seconds: Vec<f64> = measured.iter().map(|(took, _)| *took).collect();
    seconds.sort_by(f64::total_cmp);
    let wrong: Vec<&str> = measured.iter().filter_map(|(_, wrong)| wrong.as_deref()).collect();
    println!("{} deploys, {:.1} to {:.1} s", seconds.len(), seconds[0], seconds[seconds.len() - 1]);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), seconds.len(), wrong.join("\n"));
}
