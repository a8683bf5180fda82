//! Whose an API group is: the project that usually brings the kinds of a domain.
//!
//! A kind that a cluster does not have is told with what would bring it, and a finalizer with whose it is. The longest
//! domain that fits counts, so that `postgresql.cnpg.io` and `cnpg.io` may be different things.

/// Domains of API groups, and whose they are.
const PROJECTS: &[(&str, &str)] = &[
    ("acid.zalan.do", "the Zalando Postgres Operator"),
    ("agent.k8s.elastic.co", "Elastic Cloud on Kubernetes"),
    ("aquasecurity.github.io", "the Trivy Operator"),
    ("argocd.argoproj.io", "Argo CD"),
    ("argoproj.io", "Argo CD, Argo Rollouts or Argo Workflows"),
    ("authzed.com", "the SpiceDB Operator"),
    ("autoscaling.k8s.io", "the Vertical Pod Autoscaler"),
    ("bitnami.com", "Sealed Secrets"),
    ("camel.apache.org", "Camel K"),
    ("cattle.io", "Rancher"),
    ("cert-manager.io", "cert-manager"),
    ("chaos-mesh.org", "Chaos Mesh"),
    ("cilium.io", "Cilium"),
    ("clickhouse.altinity.com", "the Altinity ClickHouse Operator"),
    ("cluster.x-k8s.io", "Cluster API"),
    ("cnpg.io", "CloudNativePG"),
    ("configuration.konghq.com", "the Kong Ingress Controller"),
    ("crd.projectcalico.org", "Calico"),
    ("crossplane.io", "Crossplane"),
    ("crunchydata.com", "the Crunchy Postgres Operator"),
    ("dapr.io", "Dapr"),
    ("elbv2.k8s.aws", "the AWS Load Balancer Controller"),
    ("external-secrets.io", "External Secrets"),
    ("externaldns.k8s.io", "ExternalDNS"),
    ("flagger.app", "Flagger"),
    ("fluxcd.io", "Flux"),
    ("gateway.envoyproxy.io", "Envoy Gateway"),
    ("gateway.networking.k8s.io", "the Gateway API"),
    ("gatekeeper.sh", "Gatekeeper"),
    ("getambassador.io", "Emissary-ingress"),
    ("grafana.integreatly.org", "the Grafana Operator"),
    ("inference.networking.k8s.io", "the Gateway API Inference Extension"),
    ("istio.io", "Istio"),
    ("jaegertracing.io", "the Jaeger Operator"),
    ("k8s.elastic.co", "Elastic Cloud on Kubernetes"),
    ("k8s.mariadb.com", "the MariaDB Operator"),
    ("k8s.nginx.org", "the NGINX Ingress Controller"),
    ("karpenter.sh", "Karpenter"),
    ("karpenter.k8s.aws", "Karpenter"),
    ("keda.sh", "KEDA"),
    ("keycloak.org", "the Keycloak Operator"),
    ("knative.dev", "Knative"),
    ("kubevirt.io", "KubeVirt"),
    ("kyverno.io", "Kyverno"),
    ("linkerd.io", "Linkerd"),
    ("logging.banzaicloud.io", "the Logging Operator"),
    ("longhorn.io", "Longhorn"),
    ("metallb.io", "MetalLB"),
    ("metrics.k8s.io", "metrics-server"),
    ("minio.min.io", "the MinIO Operator"),
    ("mongodb.com", "the MongoDB Operator"),
    ("mongodbcommunity.mongodb.com", "the MongoDB Community Operator"),
    ("monitoring.coreos.com", "the Prometheus Operator"),
    ("mysql.oracle.com", "the MySQL Operator"),
    ("nats.io", "NACK (NATS)"),
    ("networking.gke.io", "GKE's load balancer controller"),
    ("nvidia.com", "the NVIDIA GPU Operator"),
    ("open-feature.dev", "the OpenFeature Operator"),
    ("opentelemetry.io", "the OpenTelemetry Operator"),
    ("percona.com", "a Percona Operator"),
    ("piraeus.io", "the Piraeus Operator"),
    ("policy.linkerd.io", "Linkerd"),
    ("projectcontour.io", "Contour"),
    ("rabbitmq.com", "the RabbitMQ Cluster Operator"),
    ("ray.io", "KubeRay"),
    ("redis.redis.opstreelabs.in", "the OT Redis Operator"),
    ("rook.io", "Rook"),
    ("secrets-store.csi.x-k8s.io", "the Secrets Store CSI Driver"),
    ("secrets.hashicorp.com", "the Vault Secrets Operator"),
    ("sloth.slok.dev", "Sloth"),
    ("snapshot.storage.k8s.io", "the CSI snapshot controller"),
    ("sparkoperator.k8s.io", "the Spark Operator"),
    ("stackgres.io", "StackGres"),
    ("strimzi.io", "Strimzi"),
    ("tekton.dev", "Tekton"),
    ("traefik.containo.us", "Traefik"),
    ("traefik.io", "Traefik"),
    ("trust.cert-manager.io", "trust-manager"),
    ("vaultproject.io", "Vault"),
    ("velero.io", "Velero"),
    ("victoriametrics.com", "the VictoriaMetrics Operator"),
];

/// The project that usually brings the kinds of an API group: `acme.cert-manager.io` is cert-manager's.
///
/// ```
/// use longshore_object::kinds::project_of;
/// assert_eq!(project_of("monitoring.coreos.com"), Some("the Prometheus Operator"));
/// assert_eq!(project_of("acme.cert-manager.io"), Some("cert-manager"));
/// assert_eq!(project_of("not-cert-manager.io"), None);
/// ```
pub fn project_of(group: &str) -> Option<&'static str> {
    let fits = |domain: &str| {
        group.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let known = PROJECTS.iter().filter(|(domain, _)| fits(domain));
    known.max_by_key(|(domain, _)| domain.len()).map(|(_, project)| *project)
}

#[cfg(test)]
mod tests {
    use super::{PROJECTS, project_of};

    #[test]
    fn the_longest_domain_counts() {
        assert_eq!(project_of("trust.cert-manager.io"), Some("trust-manager"));
        assert_eq!(project_of("mongodbcommunity.mongodb.com"), Some("the MongoDB Community Operator"));
        assert_eq!(project_of("source.toolkit.fluxcd.io"), Some("Flux"));
        assert_eq!(project_of("apps"), None);
        assert_eq!(project_of(""), None);
    }

    #[test]
    fn no_domain_is_there_twice() {
        let mut domains: Vec<&str> = PROJECTS.iter().map(|(domain, _)| *domain).collect();
        domains.sort_unstable();
        domains.dedup();
        assert_eq!(domains.len(), PROJECTS.len());
    }
}
