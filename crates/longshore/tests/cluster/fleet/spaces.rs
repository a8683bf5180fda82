//! Releases in namespaces of their own on several clusters.

use serde_json::{Value, json};

use super::{Two, data, object, position};

/// `mail` goes to a namespace that is made for it; what it needs lies in another one, and what that needs on another
/// cluster. The plan is frozen, for all of them together.
pub(super) async fn are_several(two: &Two) {
    let (here, mail) = (two.us.name(), format!("{}-mail", two.us.name()));
    two.edit(
        "longshore.yaml",
        "prod: {clusters: [eu, us],",
        "prod: {createNamespace: true, clusters: [eu, us],",
    );
    two.edit(
        "longshore.yaml",
        "mail: {manifests",
        "mail: {needs: [web], namespace: '${env.namespace}-mail', manifests",
    );
    let planned: Value = serde_json::from_str(&two.ends("plan -o json", 0).stdout).unwrap();
    let (eu, us) = (&planned["clusters"][0], &planned["clusters"][1]);
    assert_eq!((&eu["namespaces"], &us["namespaces"]), (&Value::Null, &json!([here, mail])));
    assert_eq!(us["createsNamespaces"], json!([mail]));

    two.ends("plan -o plan.json", 0);
    let done = two.ends("deploy plan.json", 0);
    assert!(
        position(&done, "eu/db deployed") < position(&done, &format!("us/{here}/web installing")),
        "{done}"
    );
    let installing = format!("us/{mail}/mail installing");
    assert!(position(&done, &format!("us/{here}/web deployed")) < position(&done, &installing), "{done}");
    assert_eq!(data(&two.us, "web").await["zone"], "us-1");
    assert_eq!(object(&two.us, "apis/apps/v1", "deployments", "mail").await, Value::Null, "it is elsewhere");
    two.ends("plan --detailed-exitcode", 0);
    let status: Value = serde_json::from_str(&two.ends("status -o json", 0).stdout).unwrap();
    assert_eq!(status["clusters"][1]["releases"][1]["namespace"], mail);
    let revisions: Value = serde_json::from_str(&two.ends("history mail -o json", 0).stdout).unwrap();
    assert_eq!(revisions["clusters"][1]["revisions"][0]["namespace"], mail);

    let gone = two.ends("destroy --yes --delete-data", 0);
    assert!(position(&gone, &format!("us/{mail}/mail uninstalled")) < position(&gone, "eu/db"), "{gone}");
    let path = format!("/api/v1/namespaces/{mail}");
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    let found = two.us.client().await.unwrap().request::<Value>(request).await;
    assert!(matches!(found, Err(kube::Error::Api(status)) if status.code == 404), "{gone}");
}
