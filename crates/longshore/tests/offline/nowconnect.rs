//! NowConnect's overlays render to what real Kustomize builds of them (NC3), the chart to the same objects; both are the
//! document's (NC1), and `/mesh` asks for certificates without locking agents out (NC2).

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use longshore_testkit::recorded::{self, Entry};
use longshore_testkit::{Outcome, Program, Project};
use longshore_yaml::{Dialect, Limits};
use serde_json::{Value, json};

fn root() -> &'static Path {
    longshore_testkit::tools::workspace_root()
}

/// NC3: `compat/kustomize` holds what the original printed.
#[test]
fn nc3_overlays_render_to_the_originals_bytes() {
    let answers = std::fs::read_to_string(root().join("compat/kustomize/recorded/platforms.txt")).unwrap();
    let answers = recorded::answers(&answers).unwrap();
    for environment in ["dev", "staging", "production"] {
        let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(["render", "-e", environment])
            .folder(root().join("platforms/nowconnect"))
            .run()
            .unwrap();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        let mark = format!("---\n# Source: kustomize/overlays/{environment}\n");
        let rendered = outcome.stdout.replace(&mark, "---\n");
        let Entry::File(expected) = &answers[&format!("nowconnect-{environment}")].files["out"] else {
            panic!("nothing was recorded");
        };
        assert_eq!(rendered.strip_prefix("---\n").unwrap(), String::from_utf8_lossy(expected));
    }
}

/// NC3: the document's six file names, in its order, and the replicas patch.
#[test]
fn nc3_the_base_is_the_documents() {
    let base = root().join("platforms/nowconnect/kustomize/base");
    let text = std::fs::read_to_string(base.join("kustomization.yaml")).unwrap();
    let expected = "
resources:
  - deployment.yaml
  - service.yaml
  - ingress.yaml
  - config-secret.yaml
  - mesh-certs-secret.yaml

patches:
  - path: replicas-patch.yaml
";
    assert!(text.ends_with(expected), "{text}");
    let patch = std::fs::read_to_string(base.join("replicas-patch.yaml")).unwrap();
    let expected =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: nowconnect\nspec:\n  replicas: 2\n";
    assert_eq!(patch, expected);
}

type Objects = BTreeMap<String, Value>;

/// Objects by kind and name, without what only Helm writes; settings in Secrets as their sorted lines.
fn named(outcome: &Outcome) -> Objects {
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let objects = list["items"].as_array().unwrap().iter().cloned();
    objects
        .map(|mut object| {
            let labels = object["metadata"]["labels"].as_object_mut().unwrap();
            labels
                .retain(|key, _| !["helm.sh/chart", "app.kubernetes.io/managed-by"].contains(&key.as_str()));
            if object["kind"] == "Secret" {
                let plain = object["stringData"]["cloud.yaml"].as_str().map(str::to_owned);
                // Kustomize breaks what it encodes into lines.
                let encoded = object["data"]["cloud.yaml"].as_str().map(|text| text.replace('\n', ""));
                let decoded = encoded.map(|text| BASE64_STANDARD.decode(text).unwrap());
                let text = plain.or(decoded.map(|bytes| String::from_utf8(bytes).unwrap()));
                let lines = text.as_deref().unwrap_or_default().lines();
                let mut lines: Vec<&str> = lines.map(|line| line.trim_start_matches([' ', '-'])).collect();
                lines.sort_unstable();
                let (name, kind) = (object["metadata"]["name"].clone(), object["type"].clone());
                object = json!({"kind": "Secret", "metadata": {"name": name}, "type": kind, "lines": lines});
            }
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            (format!("{}/{name}", object["kind"].as_str().unwrap()), object)
        })
        .collect()
}

/// What the chart makes as a release of another name, with a values file and these values.
fn of_chart(file: Option<&str>, set: &Value) -> Objects {
    let chart = root().join("platforms/nowconnect/helm/nowconnect");
    let project = Project::new("").unwrap();
    let values: Vec<_> = file.into_iter().map(|file| chart.join(file)).collect();
    let text = json!({
        "apiVersion": "longshore.dev/v1alpha1", "kind": "Project", "name": "other",
        "environments": {"production": {"namespace": "hubs"}},
        "defaultEnvironment": "production",
        "releases": {"any-name": {"chart": chart, "values": values, "set": set}},
    });
    project.write("longshore.yaml", &text.to_string()).unwrap();
    named(&crate::longshore(&project, "render -q -o json"))
}

/// NC1, NC3: the chart and the overlays make the same objects.
#[test]
fn nc1_both_methods_make_the_same_objects() {
    for environment in ["dev", "staging", "production"] {
        let [overlay, chart] = ["kustomize", "helm"].map(|method| {
            let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
                .unwrap()
                .args(["render", "-q", "-o", "json", "-e", environment, "--method", method])
                .folder(root().join("platforms/nowconnect"))
                .run()
                .unwrap();
            named(&outcome)
        });
        assert!(overlay.len() >= 5, "{environment}");
        assert_eq!(overlay.keys().collect::<Vec<_>>(), chart.keys().collect::<Vec<_>>(), "{environment}");
        for (name, object) in &overlay {
            assert_eq!(object, &chart[name], "{environment}: {name}");
        }
    }
}

/// NC1: the document's values file (0:15 to 0:50) as it stands; names do not follow the release's.
#[test]
fn nc1_the_documents_values_file_is_accepted() {
    let objects = of_chart(Some("values-document.yaml"), &json!({}));
    assert_eq!(objects, of_chart(None, &json!({})), "the defaults are the document's");
    let hub = &objects["Deployment/nowconnect"]["spec"];
    assert_eq!(hub["replicas"], 2);
    let pod = &hub["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["image"], "your-registry/nowconnect-cloud:latest");
    assert_eq!(container["env"], json!([{"name": "NC_CONFIG", "value": "/app/config/cloud.yaml"}]));
    for (at, path, secret) in
        [(0, "/app/config", "nowconnect-config"), (1, "/app/certs", "nowconnect-mesh-certs")]
    {
        assert_eq!(container["volumeMounts"][at]["mountPath"], path);
        assert_eq!(pod["volumes"][at]["secret"]["secretName"], secret);
    }
    // 0:10: the mesh's certificates are optional.
    assert_eq!(pod["volumes"][1]["secret"]["optional"], true);
    let ports = json!([
        {"name": "tunnel", "port": 8765, "targetPort": 8765},
        {"name": "ldap", "port": 389, "targetPort": 389},
    ]);
    assert_eq!(objects["Service/nowconnect"]["spec"]["ports"], ports);
    let tunnel = &objects["Ingress/nowconnect"]["spec"];
    assert_eq!(tunnel["ingressClassName"], "traefik");
    assert_eq!(tunnel["rules"][0]["host"], "api.example.com");
}

/// The paths of an Ingress with their host, and one of its annotations.
fn way(objects: &Objects, name: &str, annotation: &str) -> (Vec<String>, Option<String>) {
    let ingress = &objects[&format!("Ingress/{name}")];
    let mut paths = Vec::new();
    for rule in ingress["spec"]["rules"].as_array().unwrap() {
        for path in rule["http"]["paths"].as_array().unwrap() {
            paths.push(format!("{}{}", rule["host"].as_str().unwrap(), path["path"].as_str().unwrap()));
        }
    }
    (paths, ingress["metadata"]["annotations"][annotation].as_str().map(str::to_owned))
}

const OPTIONS: &str = "traefik.ingress.kubernetes.io/router.tls.options";

fn parsed(text: &str) -> Value {
    let documents = longshore_yaml::parse(text.as_bytes(), Dialect::V2, &Limits::default()).unwrap();
    let value = longshore_yaml::to_json_value(documents[0].root(), Dialect::V2).unwrap();
    longshore_chart::values::to_json(&value)
}

/// NC2: Traefik asks for certificates on the mesh's host only; on one host it asks and does not insist.
#[test]
fn nc2_traefik_asks_hubs_and_not_agents() {
    let own = of_chart(None, &json!({"traefikDynamic": {"create": true}}));
    assert_eq!(way(&own, "nowconnect", OPTIONS), (vec!["api.example.com/tunnel".into()], None));
    let mesh = (vec!["mesh.example.com/mesh".into()], Some("mtls@file".into()));
    assert_eq!(way(&own, "nowconnect-mesh", OPTIONS), mesh);
    let dynamic = &own["ConfigMap/traefik-dynamic"];
    assert_eq!(dynamic["metadata"]["namespace"], "kube-system");
    let document = "tls:\n  options:\n    mtls:\n      clientAuth:\n        clientAuthType: RequireAndVerifyClientCert\n        caFiles:\n          - /etc/traefik/mesh/mesh_ca.pem\n";
    assert_eq!(dynamic["data"]["traefik_dynamic.yml"].as_str().unwrap().trim_end(), document.trim_end());

    // The authority itself: Traefik reads the file only when it reads this one.
    let authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    for mode in ["ownHost", "hub"] {
        let values = json!({"mesh": {"mode": mode}, "traefikDynamic": {"create": true, "ca": authority}});
        let dynamic = &of_chart(None, &values)["ConfigMap/traefik-dynamic"]["data"]["traefik_dynamic.yml"];
        let options = &parsed(dynamic.as_str().unwrap())["tls"]["options"];
        for (name, option) in options.as_object().unwrap() {
            assert_eq!(option["clientAuth"]["caFiles"], json!([authority]), "{mode}: {name}");
        }
        assert_eq!(options.as_object().unwrap().len(), if mode == "hub" { 2 } else { 1 });
    }

    let hub = of_chart(None, &json!({"mesh": {"mode": "hub"}, "traefikDynamic": {"create": true}}));
    let both = vec!["api.example.com/tunnel".to_owned(), "api.example.com/mesh".to_owned()];
    assert_eq!(way(&hub, "nowconnect", OPTIONS), (both.clone(), Some("mtls-if-given@file".into())));
    let dynamic = hub["ConfigMap/traefik-dynamic"]["data"]["traefik_dynamic.yml"].as_str().unwrap();
    assert!(dynamic.contains("clientAuthType: VerifyClientCertIfGiven"), "{dynamic}");
    assert!(dynamic.contains("mesh-certificate:\n      passTLSClientCert:"), "{dynamic}");

    let written = of_chart(None, &json!({"mesh": {"mode": "asWritten"}}));
    assert_eq!(way(&written, "nowconnect", OPTIONS), (both, Some("mtls@file".into())));
}

/// NC2: the same with NGINX's annotations, and none of Traefik's.
#[test]
fn nc2_nginx_asks_hubs_and_not_agents() {
    let verify = "nginx.ingress.kubernetes.io/auth-tls-verify-client";
    let own = of_chart(None, &json!({"ingress": {"className": "nginx"}}));
    assert_eq!(way(&own, "nowconnect", verify).1, None);
    assert_eq!(way(&own, "nowconnect-mesh", verify).1.unwrap(), "on");
    let authority = way(&own, "nowconnect-mesh", "nginx.ingress.kubernetes.io/auth-tls-secret").1;
    assert_eq!(authority.unwrap(), "hubs/nowconnect-mesh-ca");
    assert!(!own["Ingress/nowconnect-mesh"].to_string().contains("traefik"));
    let hub = of_chart(None, &json!({"ingress": {"className": "nginx"}, "mesh": {"mode": "hub"}}));
    assert_eq!(way(&hub, "nowconnect", verify).1.unwrap(), "optional");
}

/// NC2: with Gateway API the mesh's TLS goes through to the hub, on a port of its own.
#[test]
fn nc2_gateways_pass_the_mesh_through() {
    let objects = of_chart(None, &json!({"gateway": {"enabled": true}}));
    assert!(objects.keys().all(|name| !name.starts_with("Ingress/")));
    let listeners = objects["Gateway/nowconnect"]["spec"]["listeners"].as_array().unwrap();
    let modes: Vec<_> = listeners.iter().map(|l| (&l["hostname"], &l["tls"]["mode"])).collect();
    let (tunnel, mesh) = (json!("api.example.com"), json!("mesh.example.com"));
    assert_eq!(modes, [(&tunnel, &json!("Terminate")), (&mesh, &json!("Passthrough"))]);
    let backend = &objects["TLSRoute/nowconnect-mesh"]["spec"]["rules"][0]["backendRefs"][0];
    assert_eq!(backend, &json!({"name": "nowconnect", "port": 8766}));
    let ports = objects["Service/nowconnect"]["spec"]["ports"].as_array().unwrap();
    assert!(ports.iter().any(|port| port["name"] == "mesh" && port["port"] == 8766));
}
