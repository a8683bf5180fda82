//! What `plan` and `deploy` say of values that look like a mistake: each once, on standard error, and nothing is
//! different for it.

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {chart: chart, values: [values.yaml]}
      db: {chart: db, values: [shared.yaml], needs: web}
    //- values.yaml
    replicaCuont: 2
    maxBytes: 10485760
    found: {once: 1}
    image:
      tag: a
      tag: b
    //- shared.yaml
    port: 5432
    prot: 1
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/values.yaml
    replicaCount: 1
    image: {tag: x}
    //- chart/templates/NOTES.txt
    {{ .Values.replicaCount }} of web
    //- chart/templates/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data:
      tag: {{ .Values.image.tag | quote }}
      bytes: {{ .Values.maxBytes | quote }}
      {{- if lookup \"v1\" \"ConfigMap\" .Release.Namespace \"web\" }}
      again: {{ .Values.found.once | quote }}
      {{- end }}
    //- chart/templates/hook.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: before
      annotations: {helm.sh/hook: 'pre-install,pre-upgrade'}
    data: {bytes: {{ .Values.maxBytes | quote }}}
    //- db/Chart.yaml
    {apiVersion: v2, name: db, version: 1.0.0}
    //- db/templates/config.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {port: '{{ .Values.port }}'}}
    ";

const WARNINGS: [&str; 4] = [
    "warning[values/unread]: nothing in chart `web` reads `replicaCuont`\n  --> values.yaml:1:1\n",
    "warning[values/unread]: nothing in chart `db` reads `prot`\n  --> shared.yaml:2:1\n",
    "warning[values/coerced-number]: `maxBytes` is 10485760, and comes out as `1.048576e+07`\n  --> values.yaml:2:1\n",
    "warning[values/repeated-key]: `image.tag` is there twice, and what stands here counts\n  --> values.yaml:6:3\n",
];

#[track_caller]
fn check(stderr: &str, expected: &[&str]) {
    for warning in expected {
        assert_eq!(stderr.matches(warning).count(), 1, "{warning}\n{stderr}");
    }
    assert_eq!(stderr.matches("warning[").count(), expected.len(), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_and_deploys_warn_once_of_each_mistake() {
    let stage = Stage::new("warned", SHOP).await;
    check(&stage.ok("plan").stderr, &WARNINGS);
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(2), "a change, and no failure");
    let plan = stage.longshore("plan -o json");
    assert!(serde_json::from_str::<serde_json::Value>(&plan.stdout).is_ok(), "{plan}");
    let told: Vec<&str> = plan.stderr.lines().filter(|line| line.contains("\"warning\"")).collect();
    assert_eq!(told.len(), WARNINGS.len(), "{plan}");

    let first = stage.ok("deploy");
    check(&first.stderr, &WARNINGS);
    assert!(first.stdout.contains("1 of web"), "{first}");
    let live = stage.live("api/v1", "configmaps", "web").await.unwrap();
    assert_eq!(live["data"]["bytes"], "1.048576e+07", "what was warned of is what comes out");

    // With something found in the cluster another branch is taken, and told of in the same way.
    check(&stage.ok("deploy").stderr, &WARNINGS);
    assert_eq!(stage.ok("deploy -q").stderr, "");
    check(&stage.ok("deploy --only db").stderr, &WARNINGS[1..2]);

    let values = "replicaCount: 2\nmaxBytes: '10485760'\nimage: {tag: b}\n";
    stage.project.write("values.yaml", values).unwrap();
    stage.project.write("shared.yaml", "port: 5432\n").unwrap();
    stage.project.write("chart/values.yaml", "replicaCount: 1\nfound: {once: 1}\n").unwrap();
    check(&stage.ok("plan").stderr, &[]);
    check(&stage.ok("deploy").stderr, &[]);
    for command in ["status", "history", "rollback"] {
        check(&stage.ok(command).stderr, &[]);
    }
}
