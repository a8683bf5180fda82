//! One service: its workload, its Service, its ConfigMaps.

mod left_out;
mod pod;

use longshore_diag::Diagnostic;
use longshore_yaml::Node;

use super::environment::Environment;
use super::ports::{self, Port};
use super::secrets::Secrets;
use super::shared::Shared;
use super::volumes::Volumes;
use super::{Context, probe};
use crate::draft::GeneratedSecret;
use crate::files::join;
use crate::left::Left;
use crate::names::{is_name, name_of};
use crate::tree::{flow, is_true, list, map, place, scalar, text};

/// The label by which a service's pods are found.
const LABEL: &str = "app.kubernetes.io/name";

/// What a service became.
pub(super) struct Made {
    /// The release's name.
    pub(super) name: String,
    /// The file of its objects, and what is in it.
    pub(super) path: String,
    pub(super) text: String,
    /// Secrets that are made for it.
    pub(super) generated: Vec<GeneratedSecret>,
    /// Whether it has volumes of several services.
    pub(super) stands_on_shared: bool,
}

/// Translates a service.
///
/// # Errors
/// A file that it names cannot be read.
pub(super) fn translate(
    context: &Context<'_>,
    key: &Node,
    node: &Node,
    secrets: &mut Secrets,
    shared: &mut Shared,
    left: &mut Vec<Left>,
) -> Result<Made, Diagnostic> {
    let service = key.value.as_str();
    let name = context.names[service].clone();
    if name != service {
        let advice = format!(
            "it is called `{name}`, as names on a cluster are; addresses in variables were changed, others may have to be"
        );
        left.push(Left::new(place(context.file, key), format!("service `{service}`"), advice));
    }
    left_out::tell(context, service, node, left);
    let mut environment = Environment::read(context, service, node, secrets, left)?;
    let mut volumes = Volumes::read(context, service, node, left)?;
    let files = mounted_secrets(context, service, node, &mut volumes, secrets, shared, left);
    let ports = ports::read(context, service, node, left);
    let is_job = context.jobs.contains(service);
    let pod = pod::Pod { context, service, name: &name, node, ports: &ports, is_job };
    let template = pod.template(key, &mut environment, &volumes, secrets, left);
    let mut documents = Vec::new();
    for (config, data) in &volumes.configs {
        documents.push(config_map(config, data));
    }
    if !environment.files.is_empty() {
        documents.push(config_map(&format!("{name}-env"), &environment.files));
    }
    documents.push(workload(&pod, template, &volumes));
    if !is_job {
        documents.extend(services(context, &name, service, node, &ports, !volumes.claims.is_empty()));
    }
    let mut generated = Vec::new();
    if !environment.secret.is_empty() {
        let string_data = environment.secret;
        generated.push(GeneratedSecret { name: format!("{name}-env-secret"), string_data, keys: Vec::new() });
    }
    if !files.is_empty() {
        generated.push(GeneratedSecret {
            name: format!("{name}-files"),
            string_data: files,
            keys: Vec::new(),
        });
    }
    Ok(Made {
        path: format!("manifests/{name}.yaml"),
        text: documents.iter().map(text).collect::<Vec<_>>().join("---\n"),
        generated,
        stands_on_shared: volumes.stands_on_shared,
        name,
    })
}

/// `secrets` of a service, which are files in its container: keys and texts of the Secret that holds them.
fn mounted_secrets(
    context: &Context<'_>,
    service: &str,
    node: &Node,
    volumes: &mut Volumes,
    secrets: &mut Secrets,
    shared: &mut Shared,
    left: &mut Vec<Left>,
) -> Vec<(String, String)> {
    let (mut data, name) = (Vec::new(), &context.names[service]);
    for item in node.get("secrets").into_iter().flat_map(Node::items) {
        let Some(source) = scalar(item).or_else(|| item.get("source").and_then(scalar)) else { continue };
        let target = item.get("target").and_then(scalar).unwrap_or(source);
        let path = if target.starts_with('/') { target.to_owned() } else { format!("/run/secrets/{target}") };
        let key = name_of(source, "secret");
        let about = context.root.at(&["secrets", source]);
        let say = |key: &str| about.and_then(|about| about.get(key)).and_then(scalar);
        let (of, is_outside) = if let Some(variable) = say("environment") {
            data.push((key.clone(), secrets.variable(variable)));
            (format!("{name}-files"), false)
        } else if let Some(file) = say("file") {
            // Asked only whether it is there: what is in it stays there.
            if !context.reader.has(&join(context.folder, file)) {
                let advice = "its file is not there; it is read when the platform is deployed";
                left.push(Left::new(place(context.file, item), format!("secret `{source}`"), advice));
            }
            data.push((key.clone(), secrets.file(source, context.origin.path(&join(context.folder, file)))));
            (format!("{name}-files"), false)
        } else {
            shared.expect(format!("Secret/{key}"));
            left.push(Left::new(
                place(context.file, item),
                format!("secret `{source}`"),
                format!("external: a Secret `{key}` with the key `{key}` must be there"),
            ));
            (key.clone(), true)
        };
        let volume = if is_outside { format!("secret-{key}") } else { "secrets".to_owned() };
        if !volumes.of_pod.iter().any(|known| known.get("name").and_then(scalar) == Some(&volume)) {
            let inner = flow(map([("secretName", Node::string(of))]));
            volumes.of_pod.push(flow(map([("name", Node::string(&*volume)), ("secret", inner)])));
        }
        let mount = [
            ("name", Node::string(volume)),
            ("mountPath", Node::string(path)),
            ("subPath", Node::string(key)),
            ("readOnly", Node::bool(true)),
        ];
        volumes.mounts.push(flow(map(mount)));
    }
    data
}

fn head(api: &str, kind: &str, name: &str) -> Node {
    let labels = flow(map([(LABEL, Node::string(name))]));
    let metadata = map([("name", Node::string(name)), ("labels", labels)]);
    map([("apiVersion", Node::string(api)), ("kind", Node::string(kind)), ("metadata", metadata)])
}

fn config_map(name: &str, data: &[(String, String)]) -> Node {
    let mut node = map([("apiVersion", Node::string("v1")), ("kind", Node::string("ConfigMap"))]);
    node.set("metadata", map([("name", Node::string(name))]));
    node.set("data", map(data.iter().map(|(key, text)| (&**key, Node::string(&**text)))));
    node
}

/// The workload: a Job that others wait for, a DaemonSet on every node, a StatefulSet with volumes of its own, else a
/// Deployment.
fn workload(pod: &pod::Pod<'_>, template: Node, volumes: &Volumes) -> Node {
    let (name, node) = (pod.name, pod.node);
    if pod.is_job {
        let mut job = head("batch/v1", "Job", name);
        job.set("spec", map([("template", template)]));
        return job;
    }
    let selector = map([("matchLabels", flow(map([(LABEL, Node::string(name))])))]);
    let is_everywhere = node.at(&["deploy", "mode"]).and_then(scalar) == Some("global");
    let replicas = node
        .at(&["deploy", "replicas"])
        .or(node.get("scale"))
        .and_then(scalar)
        .and_then(|text| text.parse().ok());
    let kind = match (volumes.claims.is_empty(), is_everywhere) {
        (false, _) => "StatefulSet",
        (true, true) => "DaemonSet",
        (true, false) => "Deployment",
    };
    let mut workload = head("apps/v1", kind, name);
    let mut spec = Node::mapping();
    if kind != "DaemonSet" {
        spec.set("replicas", Node::int(replicas.unwrap_or(1)));
    }
    if kind == "StatefulSet" {
        spec.set("serviceName", Node::string(name));
    }
    spec.set("selector", selector);
    if kind == "Deployment" && volumes.stands_on_shared {
        spec.set("strategy", flow(map([("type", Node::string("Recreate"))])));
    }
    spec.set("template", template);
    if kind == "StatefulSet" {
        spec.set("volumeClaimTemplates", list(volumes.claims.iter().cloned()));
    }
    workload.set("spec", spec);
    workload
}

/// Services under the names that others address it by. Without a port it is a headless one: its name leads to the pods,
/// at any port.
fn services(
    context: &Context<'_>,
    name: &str,
    service: &str,
    node: &Node,
    ports: &std::collections::BTreeSet<Port>,
    has_claims: bool,
) -> Vec<Node> {
    let is_needed = context.root.get("services").into_iter().flat_map(Node::entries).any(|(_, other)| {
        let depends = other.get("depends_on");
        depends.is_some_and(|depends| {
            depends.entries().any(|(key, _)| key.value.as_str() == service)
                || depends.items().iter().any(|item| scalar(item) == Some(service))
        })
    });
    let mut names = Vec::new();
    if !ports.is_empty() || is_needed || has_claims {
        names.push(name.to_owned());
    }
    let mut others: Vec<String> = ["container_name", "hostname"]
        .iter()
        .filter_map(|key| node.get(key).and_then(scalar))
        .map(str::to_owned)
        .collect();
    for (_, network) in node.get("networks").into_iter().flat_map(Node::entries) {
        others.extend(crate::tree::texts(network.get("aliases")));
    }
    for other in others {
        if is_name(&other)
            && !context.names.values().any(|name| *name == other)
            && context.addressed.contains_key(&other)
            && !names.contains(&other)
        {
            names.push(other);
        }
    }
    names
        .iter()
        .map(|called| {
            let mut object = head("v1", "Service", called);
            let mut spec = Node::mapping();
            let mut ports = ports.clone();
            ports.extend(
                context
                    .addressed
                    .get(called)
                    .into_iter()
                    .flatten()
                    .map(|number| Port { number: *number, is_udp: false }),
            );
            if ports.is_empty() {
                spec.set("clusterIP", Node::string("None"));
            }
            spec.set("selector", flow(map([(LABEL, Node::string(name))])));
            if !ports.is_empty() {
                let all = ports.iter().map(|port| {
                    let mut entry = map([
                        ("name", Node::string(port.name())),
                        ("port", Node::int(i64::from(port.number))),
                    ]);
                    if port.is_udp {
                        entry.set("protocol", Node::string("UDP"));
                    }
                    flow(entry)
                });
                spec.set("ports", list(all));
            }
            object.set("spec", spec);
            object
        })
        .collect()
}

/// The probe of a service, if it has a check that can be one.
fn readiness(node: &Node, command: impl Fn(&str) -> String) -> Option<Node> {
    probe::read(node, command).filter(|_| !is_true(node.at(&["healthcheck", "disable"])))
}
