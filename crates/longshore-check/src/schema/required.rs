//! Fields that the API calls required, and what its server really does without them.
//!
//! "Required" in Kubernetes' OpenAPI documents says that a field is always written, not that a server refuses an object
//! without it: it may fall back to zero, or to a default. What a server of 1.36.3 does was measured by leaving the fields
//! of `tests/objects/good.yaml` out one by one (strict dry runs, 22 November 2026); `tests/cluster/checked.rs` of
//! `longshore` repeats it.

/// Fields that the server does without: type and fields.
#[rustfmt::skip]
static LENIENT: &[(&str, &str)] = &[
    ("CSIDriver", "spec"),
    ("CustomResourceDefinitionVersion", "served"),
    ("DeviceClass", "spec"),
    ("HTTPHeader", "value"),
    ("LimitRangeSpec", "limits"),
    ("PodFailurePolicy", "rules"),
    ("PreferredSchedulingTerm", "preference"),
    ("ResourceClaim", "spec"),
    ("Sysctl", "value"),
    ("TokenRequest", "audience"),
];

/// Fields without which the server refuses an object: type and fields.
#[rustfmt::skip]
static PROVED: &[(&str, &str)] = &[
    ("APIServiceSpec", "groupPriorityMinimum versionPriority"),
    ("AppArmorProfile", "type"),
    ("AuditAnnotation", "key valueExpression"),
    ("CELDeviceSelector", "expression"),
    ("CSIVolumeSource", "driver"),
    ("ClusterRoleBinding", "roleRef"),
    ("ConfigMapKeySelector", "key"),
    ("Container", "name"),
    ("ContainerPort", "containerPort"),
    ("ContainerResourceMetricSource", "container name target"),
    ("CronJob", "spec"),
    ("CronJobSpec", "jobTemplate schedule"),
    ("CrossVersionObjectReference", "kind name"),
    ("CustomResourceColumnDefinition", "jsonPath name type"),
    ("CustomResourceConversion", "strategy"),
    ("CustomResourceDefinition", "spec"),
    ("CustomResourceDefinitionNames", "kind plural"),
    ("CustomResourceDefinitionSpec", "group names scope versions"),
    ("CustomResourceDefinitionVersion", "name storage"),
    ("CustomResourceSubresourceScale", "specReplicasPath statusReplicasPath"),
    ("DaemonSetSpec", "selector template"),
    ("DeploymentSpec", "selector template"),
    ("DeviceRequest", "name"),
    ("DownwardAPIVolumeFile", "path"),
    ("Endpoint", "addresses"),
    ("EndpointAddress", "ip"),
    ("EndpointPort", "port"),
    ("EndpointSlice", "addressType"),
    ("EnvVar", "name"),
    ("ExactDeviceRequest", "deviceClassName"),
    ("ExternalMetricSource", "metric target"),
    ("FlowDistinguisherMethod", "type"),
    ("FlowSchemaSpec", "priorityLevelConfiguration"),
    ("GRPCAction", "port"),
    ("GroupSubject", "name"),
    ("HPAScalingPolicy", "periodSeconds type value"),
    ("HTTPGetAction", "port"),
    ("HTTPHeader", "name"),
    ("HTTPIngressPath", "backend pathType"),
    ("HTTPIngressRuleValue", "paths"),
    ("HorizontalPodAutoscaler", "spec"),
    ("HorizontalPodAutoscalerSpec", "maxReplicas scaleTargetRef"),
    ("HostAlias", "ip"),
    ("HostPathVolumeSource", "path"),
    ("IPBlock", "cidr"),
    ("IngressClassParametersReference", "kind name"),
    ("IngressServiceBackend", "name"),
    ("JobSpec", "template"),
    ("KeyToPath", "key path"),
    ("LabelSelectorRequirement", "key operator"),
    ("LimitRangeItem", "type"),
    ("LimitResponse", "type"),
    ("MatchCondition", "expression name"),
    ("MetricIdentifier", "name"),
    ("MetricSpec", "type"),
    ("MetricTarget", "type"),
    ("MutatingWebhook", "admissionReviewVersions clientConfig name sideEffects"),
    ("NFSVolumeSource", "path server"),
    ("NodeSelector", "nodeSelectorTerms"),
    ("NodeSelectorRequirement", "key operator"),
    ("NonResourcePolicyRule", "nonResourceURLs verbs"),
    ("ObjectFieldSelector", "fieldPath"),
    ("ObjectMetricSource", "describedObject metric target"),
    ("PersistentVolumeClaimTemplate", "spec"),
    ("PersistentVolumeClaimVolumeSource", "claimName"),
    ("PodAffinityTerm", "topologyKey"),
    ("PodFailurePolicyOnExitCodesRequirement", "operator values"),
    ("PodFailurePolicyOnPodConditionsPattern", "type"),
    ("PodFailurePolicyRule", "action"),
    ("PodReadinessGate", "conditionType"),
    ("PodSpec", "containers"),
    ("PodsMetricSource", "metric target"),
    ("PolicyRule", "verbs"),
    ("PolicyRulesWithSubjects", "subjects"),
    ("PreferredSchedulingTerm", "weight"),
    ("PriorityLevelConfigurationReference", "name"),
    ("PriorityLevelConfigurationSpec", "type"),
    ("ReplicaSetSpec", "selector"),
    ("ResourceFieldSelector", "resource"),
    ("ResourceMetricSource", "name target"),
    ("ResourcePolicyRule", "apiGroups resources verbs"),
    ("RoleBinding", "roleRef"),
    ("RoleRef", "kind name"),
    ("RuntimeClass", "handler"),
    ("ScopedResourceSelectorRequirement", "operator scopeName"),
    ("SeccompProfile", "type"),
    ("SecretKeySelector", "key"),
    ("SelectableField", "jsonPath"),
    ("ServiceAccountSubject", "name namespace"),
    ("ServiceAccountTokenProjection", "path"),
    ("ServicePort", "port"),
    ("ServiceReference", "name namespace"),
    ("StatefulSetSpec", "selector template"),
    ("StorageClass", "provisioner"),
    ("Subject", "kind name"),
    ("Sysctl", "name"),
    ("TCPSocketAction", "port"),
    ("TopologySelectorLabelRequirement", "key values"),
    ("TopologySpreadConstraint", "maxSkew topologyKey whenUnsatisfiable"),
    ("UserSubject", "name"),
    ("ValidatingAdmissionPolicyBinding", "spec"),
    ("ValidatingAdmissionPolicyBindingSpec", "policyName validationActions"),
    ("ValidatingWebhook", "admissionReviewVersions clientConfig name sideEffects"),
    ("Validation", "expression"),
    ("ValidationRule", "rule"),
    ("Variable", "expression name"),
    ("Volume", "name"),
    ("VolumeDevice", "devicePath name"),
    ("VolumeMount", "mountPath name"),
    ("WebhookConversion", "conversionReviewVersions"),
    ("WeightedPodAffinityTerm", "podAffinityTerm weight"),
];

/// Whether an object is taken without the field.
pub(super) fn is_lenient(of: &str, field: &str) -> bool {
    is_in(LENIENT, of, field)
}

/// Whether an object is refused without the field.
pub(super) fn is_proved(of: &str, field: &str) -> bool {
    is_in(PROVED, of, field)
}

fn is_in(table: &[(&str, &str)], of: &str, field: &str) -> bool {
    table.iter().any(|(name, fields)| *name == of && fields.split(' ').any(|known| known == field))
}
