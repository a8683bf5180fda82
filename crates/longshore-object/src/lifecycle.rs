//! API versions that Kubernetes gives up: since when, until when, and what to use in their place.
//!
//! The table is what the types of `k8s.io/api` v0.37.1 say of themselves (their `APILifecycle…` methods, the
//! same in v0.37.0), read out of the scheme that Helm asks. All of it is about versions 1.x.

use std::fmt;

/// API version, the minor version that deprecates it, the one that drops it (0: none yet), what to use in
/// its place, and kinds: those with `*` have a list that goes with them.
type Row = (&'static str, u32, u32, &'static str, &'static str);

#[rustfmt::skip]
static TABLE: &[Row] = &[
    ("admissionregistration.k8s.io/v1alpha1", 35, 38, "", "MutatingAdmissionPolicy* MutatingAdmissionPolicyBinding*"),
    ("admissionregistration.k8s.io/v1alpha1", 29, 32, "", "ValidatingAdmissionPolicy* ValidatingAdmissionPolicyBinding*"),
    ("admissionregistration.k8s.io/v1beta1", 37, 40, "admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy* MutatingAdmissionPolicyBinding*"),
    ("admissionregistration.k8s.io/v1beta1", 16, 22, "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration* ValidatingWebhookConfiguration*"),
    ("admissionregistration.k8s.io/v1beta1", 31, 34, "", "ValidatingAdmissionPolicy* ValidatingAdmissionPolicyBinding*"),
    ("apps/v1beta1", 8, 16, "apps/v1", "ControllerRevision* Deployment* DeploymentRollback StatefulSet*"),
    ("apps/v1beta1", 8, 16, "autoscaling/v1", "Scale"),
    ("apps/v1beta2", 9, 16, "apps/v1", "ControllerRevision* DaemonSet* Deployment* ReplicaSet* StatefulSet*"),
    ("apps/v1beta2", 9, 16, "autoscaling/v1", "Scale"),
    ("authentication.k8s.io/v1alpha1", 29, 32, "", "SelfSubjectReview"),
    ("authentication.k8s.io/v1beta1", 30, 33, "", "SelfSubjectReview"),
    ("authentication.k8s.io/v1beta1", 19, 22, "authentication.k8s.io/v1", "TokenReview"),
    ("authorization.k8s.io/v1beta1", 19, 22, "authorization.k8s.io/v1", "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"),
    ("batch/v1beta1", 21, 25, "batch/v1", "CronJob*"),
    ("certificates.k8s.io/v1alpha1", 34, 37, "", "ClusterTrustBundle*"),
    ("certificates.k8s.io/v1beta1", 19, 22, "certificates.k8s.io/v1", "CertificateSigningRequest*"),
    ("certificates.k8s.io/v1beta1", 37, 40, "certificates.k8s.io/v1", "ClusterTrustBundle* PodCertificateRequest*"),
    ("coordination.k8s.io/v1alpha2", 35, 38, "", "LeaseCandidate*"),
    ("coordination.k8s.io/v1beta1", 19, 22, "coordination.k8s.io/v1", "Lease*"),
    ("coordination.k8s.io/v1beta1", 36, 39, "", "LeaseCandidate*"),
    ("discovery.k8s.io/v1beta1", 21, 25, "discovery.k8s.io/v1", "EndpointSlice"),
    ("events.k8s.io/v1beta1", 22, 25, "", "Event*"),
    ("extensions/v1beta1", 8, 16, "apps/v1", "DaemonSet* Deployment* ReplicaSet*"),
    ("extensions/v1beta1", 8, 16, "", "DeploymentRollback"),
    ("extensions/v1beta1", 14, 22, "networking.k8s.io/v1", "Ingress*"),
    ("extensions/v1beta1", 9, 16, "networking.k8s.io/v1", "NetworkPolicy*"),
    ("extensions/v1beta1", 2, 16, "", "Scale"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", 23, 26, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema* PriorityLevelConfiguration*"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", 26, 29, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema* PriorityLevelConfiguration*"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", 29, 32, "flowcontrol.apiserver.k8s.io/v1", "FlowSchema* PriorityLevelConfiguration*"),
    ("lifecycle.k8s.io/v1alpha1", 40, 43, "", "Eviction* EvictionRequest*"),
    ("networking.k8s.io/v1beta1", 34, 37, "", "IPAddress* ServiceCIDR*"),
    ("networking.k8s.io/v1beta1", 19, 22, "networking.k8s.io/v1", "Ingress* IngressClassList"),
    ("node.k8s.io/v1beta1", 22, 25, "", "RuntimeClass*"),
    ("policy/v1beta1", 22, 25, "", "Eviction"),
    ("policy/v1beta1", 21, 25, "policy/v1", "PodDisruptionBudget*"),
    ("rbac.authorization.k8s.io/v1beta1", 17, 22, "rbac.authorization.k8s.io/v1", "ClusterRole* ClusterRoleBinding* Role* RoleBinding*"),
    ("resource.k8s.io/v1alpha3", 36, 39, "", "DeviceTaintRule*"),
    ("resource.k8s.io/v1alpha3", 39, 42, "", "ResourcePoolStatusRequest*"),
    ("resource.k8s.io/v1beta1", 35, 38, "", "DeviceClass* ResourceClaim* ResourceClaimTemplate* ResourceSlice*"),
    ("resource.k8s.io/v1beta2", 36, 39, "", "DeviceClass* ResourceClaim* ResourceClaimTemplate* ResourceSlice*"),
    ("resource.k8s.io/v1beta2", 39, 42, "", "DeviceTaintRule*"),
    ("scheduling.k8s.io/v1beta1", 40, 43, "", "PodGroup* Workload*"),
    ("scheduling.k8s.io/v1beta1", 14, 22, "scheduling.k8s.io/v1", "PriorityClass*"),
    ("storage.k8s.io/v1alpha1", 21, 24, "storage.k8s.io/v1beta1", "CSIStorageCapacity*"),
    ("storage.k8s.io/v1alpha1", 21, 24, "storage.k8s.io/v1", "VolumeAttachment*"),
    ("storage.k8s.io/v1alpha1", 32, 35, "storage.k8s.io/v1", "VolumeAttributesClass*"),
    ("storage.k8s.io/v1beta1", 19, 22, "storage.k8s.io/v1", "CSIDriver* StorageClass* VolumeAttachment*"),
    ("storage.k8s.io/v1beta1", 17, 22, "storage.k8s.io/v1", "CSINode"),
    ("storage.k8s.io/v1beta1", 24, 27, "storage.k8s.io/v1", "CSIStorageCapacity*"),
    ("storage.k8s.io/v1beta1", 34, 37, "storage.k8s.io/v1", "VolumeAttributesClass*"),
    ("storagemigration.k8s.io/v1beta1", 37, 40, "storagemigration.k8s.io/v1", "StorageVersionMigration*"),
    ("v1", 19, 0, "", "ComponentStatus*"),
];

/// Kinds whose replacement is called otherwise: API version, kind, and what to use.
static RENAMED: &[(&str, &str, u32, u32, &str)] = &[
    ("discovery.k8s.io/v1beta1", "EndpointSliceList", 21, 25, "discovery.k8s.io/v1 EndpointSlice"),
    ("networking.k8s.io/v1beta1", "IngressClass", 19, 22, "networking.k8s.io/v1 IngressClassList"),
    ("storage.k8s.io/v1beta1", "CSINodeList", 17, 22, "storage.k8s.io/v1 CSINode"),
    ("v1", "Endpoints", 33, 0, "discovery.k8s.io/v1 EndpointSlice"),
    ("v1", "EndpointsList", 33, 0, "discovery.k8s.io/v1 EndpointSliceList"),
];

/// The end of an API version of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// The API version: `policy/v1beta1`.
    pub api_version: String,
    /// The kind: `PodDisruptionBudget`.
    pub kind: String,
    /// The minor version of Kubernetes 1 that deprecates it.
    pub since: u32,
    /// The minor version that no longer serves it, if that is known.
    pub gone: Option<u32>,
    /// API version and kind to use in its place, if there is one.
    pub instead: Option<String>,
}

impl fmt::Display for Lifecycle {
    /// The API server's own words, which Helm's `lint` has too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_version, kind, since, gone, instead } = self;
        write!(f, "{api_version} {kind} is deprecated in v1.{since}+")?;
        if let Some(gone) = gone {
            write!(f, ", unavailable in v1.{gone}+")?;
        }
        match instead {
            Some(instead) => write!(f, "; use {instead}"),
            None => Ok(()),
        }
    }
}

/// What is known of the end of an API version of a kind; `None` if no end of it is known.
///
/// ```
/// let end = longshore_object::lifecycle::of("policy/v1beta1", "PodDisruptionBudget").unwrap();
/// assert_eq!((end.since, end.gone), (21, Some(25)));
/// assert_eq!(end.instead.as_deref(), Some("policy/v1 PodDisruptionBudget"));
/// assert!(longshore_object::lifecycle::of("policy/v1", "PodDisruptionBudget").is_none());
/// ```
pub fn of(api_version: &str, kind: &str) -> Option<Lifecycle> {
    let (since, gone, instead) = find(api_version, kind)?;
    Some(Lifecycle {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        since,
        gone: (gone > 0).then_some(gone),
        instead: (!instead.is_empty()).then_some(instead),
    })
}

/// Since when a kind is deprecated, when it goes, and what to use.
fn find(version: &str, kind: &str) -> Option<(u32, u32, String)> {
    if let Some((_, _, since, gone, instead)) =
        RENAMED.iter().find(|(of, name, ..)| *of == version && *name == kind)
    {
        return Some((*since, *gone, (*instead).to_owned()));
    }
    let is_named = |name: &str| match name.strip_suffix('*') {
        Some(name) => kind.strip_suffix("List").unwrap_or(kind) == name,
        None => kind == name,
    };
    let (_, since, gone, instead, _) =
        TABLE.iter().find(|(of, .., kinds)| *of == version && kinds.split(' ').any(is_named))?;
    let instead = if instead.is_empty() { String::new() } else { format!("{instead} {kind}") };
    Some((*since, *gone, instead))
}
