//! `longshore helm template` with a cluster: `lookup`, `.Capabilities` as the server has them, and whether the objects
//! could be installed. What is said was compared with the real binaries of both levels, over 428 command lines.

use serde_json::json;

use super::{Outcome, Program, Stage};

const CHART: &str = "//- c/Chart.yaml
apiVersion: v2
name: c
version: 1.0.0
//- c/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.name | default \"new\" }}}
data:
  one: {{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"there\").data | toJson | quote }}
  list: {{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"\").items | default list | len | quote }}
  missing: {{ lookup \"v1\" \"ConfigMap\" .Release.Namespace \"absent\" | toJson | quote }}
  kind: {{ lookup \"v1\" \"Absent\" .Release.Namespace \"absent\" | toJson | quote }}
  served: {{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" | quote }}
  version: {{ .Capabilities.KubeVersion | quote }}
//- bad/Chart.yaml
apiVersion: v2
name: bad
version: 1.0.0
//- bad/templates/a.yaml
x: {{ lookup \"absent.example.com/v1\" \"Absent\" \"\" \"\" | toJson }}
//- unknown/Chart.yaml
apiVersion: v2
name: unknown
version: 1.0.0
//- unknown/templates/a.yaml
apiVersion: absent.example.com/v1
kind: Absent
metadata: {name: x}
---
kind: Odd
metadata: {name: y}
";

fn helm(stage: &Stage, level: &str, arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["helm"].into_iter().chain(arguments.split_whitespace()))
        .args(["-n", stage.namespace.name()])
        .env("KUBECONFIG", stage.namespace.kubeconfig())
        .env("LONGSHORE_HELM_COMPAT", level)
        .folder(stage.project.path())
        .run()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_sees_the_cluster_only_when_it_is_told_to() {
    let stage = Stage::new("lookup", CHART).await;
    let client = stage.namespace.client().await.unwrap();
    let namespace = stage.namespace.name();
    let object =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "there"}, "data": {"a": "b"}});
    let request = http::Request::post(format!("/api/v1/namespaces/{namespace}/configmaps"))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(&object).unwrap())
        .unwrap();
    client.request::<serde_json::Value>(request).await.unwrap();

    let plain = helm(&stage, "4.3", "template x c");
    assert!(plain.stdout.contains("one: \"null\"") && plain.stdout.contains("served: \"false\""), "{plain}");
    for (level, flags, looks_up, asks) in [
        ("4.3", "--dry-run=server", true, true),
        ("4.3", "--validate", true, true),
        ("3.22", "--dry-run=server", true, false),
        ("3.22", "--validate", false, true),
        ("3.22", "--validate --dry-run=server", true, true),
    ] {
        let outcome = helm(&stage, level, &format!("template x c {flags}"));
        assert_eq!(outcome.code, Some(0), "{level} {flags}: {outcome}");
        let has = |text: &str| outcome.stdout.contains(text);
        // The cluster puts a map of its own into each namespace, sooner or later.
        assert_eq!(has(r#"one: "{\"a\":\"b\"}""#), looks_up, "{level} {flags}: {outcome}");
        assert_eq!(has("list: \"0\""), !looks_up, "{level} {flags}: {outcome}");
        assert!(has("missing: \"{}\"") && has("kind: \"{}\""), "{level} {flags}: {outcome}");
        assert_eq!(has("served: \"true\""), asks, "{level} {flags}: {outcome}");

        let foreign = helm(&stage, level, &format!("template x c --set name=there {flags}"));
        let refused = format!(
            "nable to continue with install: ConfigMap \"there\" in namespace \"{namespace}\" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \"Helm\"; annotation validation error: missing key \"meta.helm.sh/release-name\": must be set to \"x\"; annotation validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \"{namespace}\"\n"
        );
        assert_eq!(foreign.stderr.ends_with(&refused), asks, "{level} {flags}: {foreign}");
        for allowed in ["--is-upgrade", "--take-ownership"] {
            let outcome = helm(&stage, level, &format!("template x c --set name=there {allowed} {flags}"));
            assert_eq!(outcome.code, Some(0), "{level} {allowed} {flags}: {outcome}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cluster_does_not_have_is_told_as_helm_tells_it() {
    let stage = Stage::new("lookup-bad", CHART).await;
    let bad = helm(&stage, "4.3", "template x bad --dry-run=server");
    assert_eq!(
        bad.stderr,
        "level=ERROR msg=\"unable to retrieve resource list\" GroupVersion=absent.example.com/v1 error=\"the server could not find the requested resource\"
level=ERROR msg=\"unable to get apiresource\" groupVersionKind=\"absent.example.com/v1, Kind=Absent\" error=\"the server could not find the requested resource\"
Error: template: bad/templates/a.yaml:1:6: executing \"bad/templates/a.yaml\" at <lookup \"absent.example.com/v1\" \"Absent\" \"\" \"\">: error calling lookup: unable to get apiresource from unstructured: absent.example.com/v1, Kind=Absent: the server could not find the requested resource

Use --debug flag to render out invalid YAML
"
    );
    let unknown = helm(&stage, "4.3", "template x unknown --dry-run=server");
    let one = "resource mapping not found for name: \"x\" namespace: \"\" from \"\": no matches for kind \"Absent\" in version \"absent.example.com/v1\"\nensure CRDs are installed first";
    let other = "error validating \"\": error validating data: apiVersion not set";
    assert!(
        unknown.stderr.starts_with("Error: unable to build kubernetes objects from release manifest: ["),
        "{unknown}"
    );
    assert!(unknown.stderr.contains(one) && unknown.stderr.contains(other), "{unknown}");
    let nowhere = helm(&stage, "3.22", "template x c --validate --kube-apiserver https://127.0.0.1:9");
    assert_eq!(
        nowhere.stderr,
        "Error: Kubernetes cluster unreachable: Get \"https://127.0.0.1:9/version\": dial tcp 127.0.0.1:9: connect: connection refused\n"
    );
}
