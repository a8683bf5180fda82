//! One root cause of several failing objects, in one sentence, against what the release has.

use std::collections::BTreeSet;
use std::time::Duration;

use longshore_object::readiness::pod::Cause;
use longshore_object::{Gvk, ObjectKey, parse_manifests};

use super::{Claim, Facts, Maker, explain};
use crate::trouble::Trouble;
use crate::wait::deployed::Deployed;
use crate::wait::failure::{Culprit, PodCause, WaitFailure, WaitVerdict};

const RELEASE: &str = "
{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {password: x}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {level: info}}
---
{apiVersion: v1, kind: Service, metadata: {name: redis-master}, spec: {selector: {app: redis}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: operator}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: redis}, spec: {template: {metadata: {labels: {app: redis}}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: main, resources: {limits: {memory: 64Mi}}}]}}}}
";

fn deployed() -> Deployed {
    let objects = parse_manifests(RELEASE, "all.yaml").unwrap();
    Deployed::new(objects.into_iter().map(|o| (o.key_in("shop"), o)).collect(), BTreeSet::new())
}

fn key(name: &str) -> ObjectKey {
    ObjectKey {
        group: "apps".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    }
}

fn culprit(name: &str, cause: Cause, message: &str, restarts: i64) -> Culprit {
    let pod = PodCause {
        pod: format!("{name}-1"),
        uid: format!("{name}-1"),
        owner: Some(format!("ReplicaSet/{name}-5d")),
        image: Some("example.com/app:v9".to_owned()),
        claims: Vec::new(),
        container: (!matches!(cause, Cause::Claim | Cause::Unschedulable | Cause::Mount))
            .then(|| "main".to_owned()),
        cause,
        message: message.to_owned(),
        restarts,
    };
    Culprit {
        gvk: Gvk::new("apps/v1", "Deployment"),
        key: key(name),
        uid: name.to_owned(),
        place: None,
        reason: pod.describe(),
        certain: true,
        changed: false,
        chain: Vec::new(),
        hint: None,
        also: Vec::new(),
        pod: Some(pod),
        events: Vec::new(),
        logs: Vec::new(),
    }
}

fn explained(culprits: Vec<Culprit>, facts: &[Facts]) -> WaitFailure {
    let mut failure = WaitFailure {
        verdict: WaitVerdict::Failed,
        culprits,
        waiting: vec![(key("redis"), "0 of 1 pods available".to_owned())],
        ready: 0,
        total: 3,
        remarks: Vec::new(),
        elapsed: Duration::ZERO,
    };
    explain(&mut failure, facts, &deployed());
    failure
}

/// A Secret that somebody is to make is not a mistake of who reads it: what makes it is the root, if it fails as well.
#[test]
fn a_secret_that_does_not_come_leads_to_what_makes_it() {
    let maker = ObjectKey {
        group: "external-secrets.io".to_owned(),
        kind: "ExternalSecret".to_owned(),
        ..key("login")
    };
    let trouble = |what: &str| {
        Some(Trouble {
            what: what.to_owned(),
            chain: vec!["SecretStore/vault".to_owned()],
            hint: "look".to_owned(),
        })
    };
    let facts = |trouble: Option<Trouble>| Facts {
        maker: Some(Maker { key: maker.clone(), trouble }),
        live_keys: Some(vec!["password".to_owned()]),
        ..Facts::default()
    };
    let pod =
        |message: &str| culprit("web", Cause::Config, &format!("CreateContainerConfigError: {message}"), 0);
    let told = |message: &str, trouble: Option<Trouble>| {
        let failure = explained(vec![pod(message)], &[facts(trouble)]);
        let root = failure.culprits.into_iter().next().unwrap();
        (root.reason, root.chain.join(" "), root.hint.unwrap())
    };
    let (reason, chain, hint) =
        told("secret \"db\" not found", trouble("SecretStore/vault is not ready: 503"));
    assert!(reason.ends_with("Secret/db does not exist: ExternalSecret/login, of which it is made: SecretStore/vault is not ready: 503"), "{reason}");
    assert!(chain.contains("Secret/db ExternalSecret/login SecretStore/vault"), "{chain}");
    assert_eq!(hint, "look");
    let (reason, ..) = told("secret \"db\" not found", None);
    assert!(
        reason.contains("though ExternalSecret/login, of which it is made, says nothing of a failure"),
        "{reason}"
    );
    let (reason, _, hint) = told("couldn't find key pasword in Secret shop/db", None);
    assert!(
        reason.contains(
            "Secret/db, which is made of ExternalSecret/login, has no key `pasword`; did you mean `password`?"
        ),
        "{reason}"
    );
    assert_eq!(hint, "add the key to ExternalSecret/login, or correct the reference");
    // Both fail: the pod is a consequence.
    let external = Culprit {
        gvk: Gvk::new("external-secrets.io/v1", "ExternalSecret"),
        key: maker.clone(),
        pod: None,
        ..culprit("login", Cause::Config, "not ready", 0)
    };
    let of_maker = Facts { trouble: trouble("SecretStore/vault is not ready: 503"), ..Facts::default() };
    let both = explained(
        vec![pod("secret \"db\" not found"), external],
        &[facts(trouble("SecretStore/vault is not ready: 503")), of_maker],
    );
    assert_eq!((both.culprits.len(), &both.culprits[0].key), (1, &maker));
    assert_eq!(both.culprits[0].also, [key("web")]);
}

/// Each cause in one sentence.
#[test]
fn causes_in_one_sentence() {
    let logs = |lines: &[&str], mut culprit: Culprit| {
        culprit.logs = lines.iter().map(|line| (*line).to_owned()).collect();
        culprit
    };
    for (culprit, expected) in [
        (
            culprit("web", Cause::ImageName, "InvalidImageName: couldn't parse", 0),
            "container main cannot use the image: `example.com/app:v9` is no name of an image",
        ),
        (
            culprit("web", Cause::ImagePull, "ErrImagePull: example.com/app:v9: not found", 0),
            "container main cannot pull its image: the registry has no `example.com/app:v9`",
        ),
        (
            culprit(
                "web",
                Cause::MissingKey,
                "CreateContainerConfigError: couldn't find key pasword in Secret shop/db",
                0,
            ),
            "container main lacks a key of its configuration: Secret/db has no key `pasword`; did you mean `password`?",
        ),
        (
            culprit("web", Cause::Config, "CreateContainerConfigError: configmap \"setings\" not found", 0),
            "container main cannot be configured: ConfigMap/setings does not exist and is not in this release; did you mean `settings`?",
        ),
        (
            culprit(
                "web",
                Cause::Mount,
                "FailedMount: MountVolume.SetUp failed for volume \"c\" : secret \"certificate\" not found",
                0,
            ),
            "the pod cannot be set up: Secret/certificate does not exist and is not in this release",
        ),
        (
            culprit("web", Cause::OutOfMemory, "exit code 137, OOMKilled", 4),
            "container main was killed for its memory (4 restarts): it uses more than its limit of 64Mi",
        ),
        (
            culprit("web", Cause::CrashLoop, "exit code 127", 4),
            "container main keeps crashing (4 restarts) with exit code 127: the command was not found in the image",
        ),
        (
            logs(
                &["listen tcp :8080: bind: address already in use"],
                culprit("web", Cause::CrashLoop, "exit code 1", 4),
            ),
            "container main keeps crashing (4 restarts) with exit code 1: the port 8080 that it listens on is taken",
        ),
        (
            logs(
                &["dial tcp: lookup redis-mastr: no such host"],
                culprit("web", Cause::CrashLoop, "exit code 1", 4),
            ),
            "container main keeps crashing (4 restarts) with exit code 1: the name `redis-mastr` does not resolve; no Service of this release has it; did you mean `redis-master`?",
        ),
        (
            culprit(
                "web",
                Cause::Unschedulable,
                "0/1 nodes are available: 1 Insufficient cpu. preemption: none",
                0,
            ),
            "the pod fits no node: 0/1 nodes are available: 1 Insufficient cpu",
        ),
        (
            logs(&["waiting for db"], culprit("web", Cause::InitHangs, "", 0)),
            "container main does not end, and nothing starts before it has: its last line is: waiting for db",
        ),
    ] {
        let failure = explained(vec![culprit], &[]);
        let root = failure.root().unwrap();
        assert_eq!(root.reason, expected);
        assert!(root.hint.is_some(), "{expected}");
        assert_eq!(root.chain[0], "ReplicaSet/web-5d");
        assert!(expected.ends_with(root.chain.last().unwrap()), "{:?}", root.chain);
    }
}

#[test]
fn a_claim_names_its_class() {
    let claim = Claim {
        name: "data".to_owned(),
        exists: true,
        class: Some("fast".to_owned()),
        class_exists: Some(false),
        events: Vec::new(),
    };
    let facts = Facts { claims: vec![claim], ..Facts::default() };
    let failure = explained(vec![culprit("web", Cause::Claim, "unbound", 0)], &[facts]);
    assert_eq!(
        failure.root().unwrap().reason,
        "the pod waits for a volume: PersistentVolumeClaim/data has no volume: there is no StorageClass `fast`"
    );
}

/// What an event or a condition says that an account may not do, and an account that is not there at all.
#[test]
fn accounts_that_may_not_or_are_not_there() {
    let denied = r#"User "system:serviceaccount:kube-system:provisioner" cannot create resource "persistentvolumes" in API group "" at the cluster scope"#;
    let claim = Claim {
        name: "data".to_owned(),
        exists: true,
        class: Some("fast".to_owned()),
        class_exists: Some(true),
        events: vec![format!("ProvisioningFailed: persistentvolumes is forbidden: {denied}")],
    };
    let facts = Facts { claims: vec![claim], ..Facts::default() };
    let failure = explained(vec![culprit("web", Cause::Claim, "unbound", 0)], &[facts]);
    let root = failure.root().unwrap();
    assert!(
        root.reason
            .ends_with("ServiceAccount/provisioner may not create persistentvolumes in the whole cluster")
    );
    assert!(
        root.hint.as_deref().unwrap().contains("kubectl create clusterrole provisioner-persistentvolumes")
    );

    let mut web = culprit("web", Cause::CrashLoop, "exit code 1", 4);
    web.logs = vec![r#"pods is forbidden: User "system:serviceaccount:shop:app" cannot list resource "pods" in API group "" in the namespace "shop""#.to_owned()];
    let facts = Facts { no_account: Some("app".to_owned()), ..Facts::default() };
    let failure = explained(vec![web], &[facts]);
    let hint = failure.root().unwrap().hint.as_deref().unwrap();
    let first = "ServiceAccount/app does not exist: `kubectl create serviceaccount app -n shop`, or add it to the release; then `kubectl create role app-pods -n shop ";
    assert!(hint.starts_with(first), "{hint}");

    let bare = |reason: &str| Culprit {
        pod: None,
        reason: reason.to_owned(),
        ..culprit("web", Cause::Start, "", 0)
    };
    let reason = "pods cannot be created: pods \"w-\" is forbidden: error looking up service account shop/web: serviceaccount \"web\" not found";
    let failure = explained(vec![bare(reason)], &[]);
    assert_eq!(
        failure.root().unwrap().reason,
        "ServiceAccount/web does not exist and is not in this release"
    );
    let reason = r#"not ready: configmaps "x" is forbidden: User "system:serviceaccount:shop:default" cannot get resource "configmaps" in API group "" in the namespace "shop""#;
    let failure = explained(vec![bare(reason)], &[]);
    let root = failure.root().unwrap();
    assert_eq!(root.reason, "ServiceAccount/default may not get configmaps `x` in namespace `shop`");
    assert!(
        root.hint.as_deref().unwrap().starts_with("the pod names no account: `serviceAccountName: operator`")
    );
}

/// What fails of the same thing is told once; what fails because of another one stands behind it.
#[test]
fn consequences_are_not_told_as_causes() {
    let missing = "CreateContainerConfigError: secret \"token\" not found";
    let failure = explained(
        vec![culprit("a", Cause::Config, missing, 0), culprit("b", Cause::Config, missing, 0)],
        &[],
    );
    assert_eq!(failure.culprits.len(), 1);
    assert_eq!(failure.culprits[0].also, [key("b")]);

    // The web container crashes first, for what it needs cannot pull its image yet.
    let mut web = culprit("web", Cause::CrashLoop, "exit code 1", 4);
    web.logs = vec!["dial tcp redis-master:6379: connect: connection refused".to_owned()];
    let mut redis = culprit("redis", Cause::ImagePull, "ErrImagePull: example.com/app:v9: not found", 0);
    redis.certain = false;
    let failure = explained(vec![web.clone(), redis], &[]);
    assert_eq!(failure.culprits.len(), 1, "{failure:?}");
    assert_eq!((&failure.culprits[0].key, &failure.culprits[0].also), (&key("redis"), &vec![key("web")]));

    // If that one is merely on its way, the chain goes on to it.
    let failure = explained(vec![web], &[]);
    assert_eq!(failure.culprits[0].chain.last().unwrap(), "Deployment/redis: 0 of 1 pods available");
}

/// A connection that the release declares and a policy closes is the cause where the lines, or silence, fit it.
#[test]
fn network_policies_in_the_way() {
    let closed = "
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}, ports: [{port: 5432}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: db}, spec: {template: {metadata: {labels: {app: db}}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},
  spec: {containers: [{name: main, env: [{name: URL, value: 'postgres://db'}]}]}}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: shut}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
";
    let objects = parse_manifests(closed, "all.yaml").unwrap();
    let policy = longshore_check::flows::Policy::read(&objects[3].to_json(), "shop");
    let objects: Vec<_> = objects.iter().collect();
    let network = longshore_check::flows::Network { policies: vec![policy], ..Default::default() };
    let names = longshore_check::flows::Names::default();
    let scene =
        longshore_check::flows::Scene { objects: &objects, namespace: "shop", pods: &[], names: &names };
    let blocked: Vec<_> = longshore_check::flows::blocked(&scene, &network)
        .into_iter()
        .filter(|blocked| blocked.by == key("web"))
        .collect();
    assert_eq!(blocked.len(), 2);
    let facts = [Facts { blocked, ..Facts::default() }];
    let probe = "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503";
    let refused = "Unhealthy: Readiness probe failed: dial tcp 10.2.0.7:80: connect: connection refused";
    let (db, dns) =
        ("cannot reach Service/db:5432: NetworkPolicy/shut", "cannot ask the cluster's DNS for names");
    for (cause, event, line, expected) in [
        (Cause::Unready, probe, "", db),
        (Cause::Unready, "", "", db),
        (Cause::Unready, refused, "", "connection refused"),
        (Cause::Unready, refused, "dial tcp 10.96.0.7:5432: i/o timeout", db),
        (Cause::Unready, probe, "listen tcp :80: bind: address already in use", "statuscode: 503"),
        (Cause::InitHangs, "", "waiting", db),
        (Cause::CrashLoop, "", "connect to db:5432 failed: Connection timed out", db),
        (Cause::CrashLoop, "", "dial tcp 10.96.0.7:5432: i/o timeout", db),
        (Cause::CrashLoop, "", "dial tcp 10.96.0.7:6379: i/o timeout", "does not answer"),
        (Cause::CrashLoop, "", "dial tcp: lookup db: no such host", dns),
        (Cause::CrashLoop, "", "bad value for LEVEL", "bad value for LEVEL"),
        (Cause::CrashLoop, "", "password authentication failed", "does not accept its credentials"),
    ] {
        let mut web = culprit("web", cause, "", 5);
        web.events = Some(event.to_owned()).filter(|event| !event.is_empty()).into_iter().collect();
        web.logs = Some(line.to_owned()).filter(|line| !line.is_empty()).into_iter().collect();
        let failure = explained(vec![web], &facts);
        let root = failure.root().unwrap();
        assert!(root.reason.contains(expected), "{cause:?} {event} {line}: {}", root.reason);
        if expected == db {
            let link = "Service/db ← NetworkPolicy/shut does not let it out to TCP 5432, and NetworkPolicy/shut does not let it in to Deployment/db at TCP 5432";
            assert_eq!(root.chain.last().unwrap(), link);
            assert!(root.hint.as_ref().unwrap().contains(
                "add to `ingress` of NetworkPolicy/shut: `- {from: [{podSelector: {matchLabels: {app: web}}}]"
            ));
        }
    }
}
