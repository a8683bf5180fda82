//! Which lists of Kubernetes' own types merge, and by what.
//!
//! Facts of the OpenAPI document of Kubernetes 1.21.2 that Kustomize carries: of its 623 definitions, only these are on the
//! way to a list with `merge` among its patch strategies. They were counted out of
//! <https://github.com/kubernetes-sigs/kustomize/tree/kyaml/v0.21.1/kyaml/openapi/kubernetesapi/v1_21_2> and of
//! `kustomizationapi` beside it; definitions with equal content share a name here.

/// A type: its fields that matter.
pub(crate) type Definition = [Field];

/// A field on the way to a list that merges.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) what: What,
}

/// What a field holds.
#[derive(Debug)]
pub(crate) enum What {
    /// An object.
    Object(&'static Definition),
    /// Any object, of which nothing is known.
    Free,
    /// A list that merges by these keys; without any, its items are compared as a whole.
    List(&'static [&'static str], &'static Definition),
}

const fn object(name: &'static str, of: &'static Definition) -> Field {
    Field { name, what: What::Object(of) }
}

const fn list(name: &'static str, keys: &'static [&'static str]) -> Field {
    items(name, keys, &[])
}

const fn items(name: &'static str, keys: &'static [&'static str], of: &'static Definition) -> Field {
    Field { name, what: What::List(keys, of) }
}

const METADATA: Field = object("metadata", OBJECT_META);
static OBJECT_META: &Definition = &[list("finalizers", &[]), list("ownerReferences", &["uid"])];
static CONDITIONS: &Definition = &[list("conditions", &["type"])];
static CLAIM_TEMPLATE: &Definition = &[METADATA];
static EPHEMERAL_VOLUME: &Definition = &[object("volumeClaimTemplate", CLAIM_TEMPLATE)];
static VOLUME: &Definition = &[object("ephemeral", EPHEMERAL_VOLUME)];
static CONTAINER: &Definition = &[
    list("env", &["name"]),
    list("ports", &["containerPort", "protocol"]),
    list("volumeDevices", &["devicePath"]),
    list("volumeMounts", &["mountPath"]),
];
static EPHEMERAL_CONTAINER: &Definition =
    &[list("env", &["name"]), list("volumeDevices", &["devicePath"]), list("volumeMounts", &["mountPath"])];
static POD_SPEC: &Definition = &[
    items("containers", &["name"], CONTAINER),
    items("ephemeralContainers", &["name"], EPHEMERAL_CONTAINER),
    list("hostAliases", &["ip"]),
    list("imagePullSecrets", &["name"]),
    items("initContainers", &["name"], CONTAINER),
    list("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    items("volumes", &["name"], VOLUME),
];
static POD_STATUS: &Definition = &[list("conditions", &["type"]), list("podIPs", &["ip"])];
static POD_TEMPLATE: &Definition = &[METADATA, object("spec", POD_SPEC)];
static WORKLOAD_SPEC: &Definition = &[object("template", POD_TEMPLATE)];
static WORKLOAD: &Definition = &[METADATA, object("spec", WORKLOAD_SPEC), object("status", CONDITIONS)];
static JOB_TEMPLATE: &Definition = &[METADATA, object("spec", WORKLOAD_SPEC)];
static CRON_JOB_SPEC: &Definition = &[object("jobTemplate", JOB_TEMPLATE)];
static CRON_JOB: &Definition = &[METADATA, object("spec", CRON_JOB_SPEC)];
static POD: &Definition = &[METADATA, object("spec", POD_SPEC), object("status", POD_STATUS)];
static NODE_SPEC: &Definition = &[list("podCIDRs", &[])];
static NODE_STATUS: &Definition = &[list("addresses", &["type"]), list("conditions", &["type"])];
static NODE: &Definition = &[METADATA, object("spec", NODE_SPEC), object("status", NODE_STATUS)];
static SERVICE_SPEC: &Definition = &[list("ports", &["port", "protocol"])];
static SERVICE: &Definition = &[METADATA, object("spec", SERVICE_SPEC), object("status", CONDITIONS)];
static SERVICE_ACCOUNT: &Definition = &[METADATA, list("secrets", &["name"])];
static COMPONENT_STATUS: &Definition = &[METADATA, list("conditions", &["type"])];
static CSI_NODE_SPEC: &Definition = &[list("drivers", &["name"])];
static CSI_NODE: &Definition = &[METADATA, object("spec", CSI_NODE_SPEC)];
static WEBHOOKS: &Definition = &[METADATA, list("webhooks", &["name"])];
static WITH_CONDITIONS: &Definition = &[METADATA, object("status", CONDITIONS)];
static TEMPLATE: &Definition = &[METADATA, object("template", POD_TEMPLATE)];
static REVISION: &Definition = &[METADATA, Field { name: "data", what: What::Free }];
static ONLY_METADATA: &Definition = &[METADATA];
static KUSTOMIZATION: &Definition =
    &[list("configMapGenerator", &["name"]), list("secretGenerator", &["name"])];

/// The definition of a type; none of types that are unknown, or whose objects have no such list.
pub(crate) fn definition(api_version: &str, kind: &str) -> Option<&'static Definition> {
    let found = match (api_version, kind) {
        ("v1", "Pod") => POD,
        ("apps/v1", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch/v1", "Job")
        | ("v1", "ReplicationController") => WORKLOAD,
        ("batch/v1" | "batch/v1beta1", "CronJob") => CRON_JOB,
        ("apps/v1", "ControllerRevision") => REVISION,
        ("v1", "Service") => SERVICE,
        ("v1", "ServiceAccount") => SERVICE_ACCOUNT,
        ("v1", "ComponentStatus") => COMPONENT_STATUS,
        ("v1", "Node") => NODE,
        ("v1", "PodTemplate") => TEMPLATE,
        ("v1", "Namespace" | "PersistentVolumeClaim")
        | ("apiregistration.k8s.io/v1" | "apiregistration.k8s.io/v1beta1", "APIService")
        | ("policy/v1" | "policy/v1beta1", "PodDisruptionBudget") => WITH_CONDITIONS,
        ("storage.k8s.io/v1" | "storage.k8s.io/v1beta1", "CSINode") => CSI_NODE,
        (
            "admissionregistration.k8s.io/v1" | "admissionregistration.k8s.io/v1beta1",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => WEBHOOKS,
        ("kustomize.config.k8s.io/v1beta1", "Kustomization") => KUSTOMIZATION,
        _ if has_metadata(api_version, kind) => ONLY_METADATA,
        _ => return None,
    };
    Some(found)
}

/// Types that have no lists to merge but those of their metadata.
fn has_metadata(api_version: &str, kind: &str) -> bool {
    const BINDINGS: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
    match api_version {
        "v1" => matches!(
            kind,
            "Binding"
                | "ConfigMap"
                | "Endpoints"
                | "Event"
                | "LimitRange"
                | "PersistentVolume"
                | "ResourceQuota"
                | "Secret"
        ),
        "apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1" => kind == "CustomResourceDefinition",
        "authentication.k8s.io/v1" => matches!(kind, "TokenRequest" | "TokenReview"),
        "authentication.k8s.io/v1beta1" => kind == "TokenReview",
        "authorization.k8s.io/v1" | "authorization.k8s.io/v1beta1" => matches!(
            kind,
            "LocalSubjectAccessReview"
                | "SelfSubjectAccessReview"
                | "SelfSubjectRulesReview"
                | "SubjectAccessReview"
        ),
        "autoscaling/v1" => matches!(kind, "HorizontalPodAutoscaler" | "Scale"),
        "autoscaling/v2beta1" | "autoscaling/v2beta2" => kind == "HorizontalPodAutoscaler",
        "certificates.k8s.io/v1" | "certificates.k8s.io/v1beta1" => kind == "CertificateSigningRequest",
        "coordination.k8s.io/v1" | "coordination.k8s.io/v1beta1" => kind == "Lease",
        "discovery.k8s.io/v1" | "discovery.k8s.io/v1beta1" => kind == "EndpointSlice",
        "events.k8s.io/v1" | "events.k8s.io/v1beta1" => kind == "Event",
        "extensions/v1beta1" => kind == "Ingress",
        "flowcontrol.apiserver.k8s.io/v1beta1" => matches!(kind, "FlowSchema" | "PriorityLevelConfiguration"),
        "networking.k8s.io/v1" => matches!(kind, "Ingress" | "IngressClass" | "NetworkPolicy"),
        "networking.k8s.io/v1beta1" => matches!(kind, "Ingress" | "IngressClass"),
        "node.k8s.io/v1" | "node.k8s.io/v1beta1" => kind == "RuntimeClass",
        "policy/v1beta1" => matches!(kind, "Eviction" | "PodSecurityPolicy"),
        "rbac.authorization.k8s.io/v1" | "rbac.authorization.k8s.io/v1beta1" => BINDINGS.contains(&kind),
        "scheduling.k8s.io/v1" | "scheduling.k8s.io/v1beta1" => kind == "PriorityClass",
        "storage.k8s.io/v1" => matches!(kind, "CSIDriver" | "StorageClass" | "VolumeAttachment"),
        "storage.k8s.io/v1beta1" => {
            matches!(kind, "CSIDriver" | "CSIStorageCapacity" | "StorageClass" | "VolumeAttachment")
        }
        _ => false,
    }
}

/// The definition that a reference `#/definitions/NAME` means.
pub(crate) fn referred(name: &str) -> Option<&'static Definition> {
    let rest = name.strip_prefix("io.k8s.api.")?;
    let found = match rest {
        "core.v1.Container" => CONTAINER,
        "core.v1.EphemeralContainer" => EPHEMERAL_CONTAINER,
        "core.v1.PodSpec" => POD_SPEC,
        "core.v1.PodTemplateSpec" => POD_TEMPLATE,
        "core.v1.ServiceSpec" => SERVICE_SPEC,
        "core.v1.Volume" => VOLUME,
        "core.v1.NodeSpec" => NODE_SPEC,
        "batch.v1.JobTemplateSpec" | "batch.v1beta1.JobTemplateSpec" => JOB_TEMPLATE,
        "apps.v1.DaemonSetSpec"
        | "apps.v1.DeploymentSpec"
        | "apps.v1.ReplicaSetSpec"
        | "apps.v1.StatefulSetSpec"
        | "batch.v1.JobSpec"
        | "core.v1.ReplicationControllerSpec" => WORKLOAD_SPEC,
        _ => return None,
    };
    Some(found)
}
