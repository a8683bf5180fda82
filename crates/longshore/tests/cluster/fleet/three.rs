//! Thirty releases over three clusters: ten of one chart on each, planned and deployed as one.

use std::fmt::Write as _;

use longshore_testkit::{Project, TestCluster, TestNamespace};
use serde_json::Value;

use super::{data, position, run};

const CHART: &str = "
    //- chart/Chart.yaml
    {apiVersion: v2, name: app, version: 1.0.0}
    //- chart/values.yaml
    {zone: none, size: small}
    //- chart/templates/app.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: {{ .Release.Name }}}
    data: {zone: {{ .Values.zone }}, size: {{ .Values.size }}}
    ";

pub(super) async fn thirty_releases(clusters: [&TestCluster; 3]) {
    let names = ["eu", "us", "ap"];
    let mut places: Vec<TestNamespace> = Vec::new();
    let mut file = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: many\nclusters:\n".to_owned();
    for (cluster, name) in clusters.iter().zip(names) {
        let place = cluster.namespace("fleet-many").await.unwrap();
        let (config, namespace) = (place.kubeconfig(), place.name());
        writeln!(file, "  {name}: {{kubeconfig: {}, vars: {{namespace: {namespace}}}}}", config.display())
            .unwrap();
        places.push(place);
    }
    file.push_str(
        "environments:
  prod:
    namespace: '${cluster.vars.namespace}'
    clusters: [eu, us, ap]
    clusterWaves: [[eu], [us, ap]]
    clustersAtOnce: 2
    releases: {r3: {set: {size: large}}}
defaultEnvironment: prod
releases:
",
    );
    for number in 0..10 {
        let needs = if number == 9 { ", needs: [r0]" } else { "" };
        writeln!(file, "  r{number}: {{chart: chart, set: {{zone: '${{cluster.name}}'}}{needs}}}").unwrap();
    }
    let project = Project::new(CHART).unwrap();
    project.write("longshore.yaml", &file).unwrap();
    let ends = |arguments: &str, code: i32| {
        let outcome = run(&project, arguments);
        assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
        outcome
    };

    let planned: Value = serde_json::from_str(&ends("plan --detailed-exitcode -o json", 2).stdout).unwrap();
    let counts = planned["clusters"].as_array().unwrap().iter();
    let counts: Vec<usize> = counts.map(|one| one["releases"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [10, 10, 10]);
    assert_eq!(data(&places[2], "r0").await, Value::Null, "a plan writes nothing");

    let done = ends("deploy", 0);
    for cluster in ["us", "ap"] {
        let first = position(&done, &format!("{cluster}/r0 installing"));
        assert!(position(&done, "eu/r9 deployed revision") < first, "{done}");
        assert!(first < position(&done, &format!("{cluster}/r9 installing")), "{done}");
    }
    for (place, name) in places.iter().zip(names) {
        for number in [0, 3, 9] {
            let found = data(place, &format!("r{number}")).await;
            assert_eq!(
                (&found["zone"], &found["size"]),
                (&name.into(), &if number == 3 { "large" } else { "small" }.into())
            );
        }
    }
    ends("plan --detailed-exitcode", 0);

    // What is special about one release on one cluster changes nothing else.
    let special = file.replace("  ap: {", "  ap: {releases: {r7: {set: {size: huge}}}, ");
    project.write("longshore.yaml", &special).unwrap();
    let planned = ends("plan --detailed-exitcode", 2);
    assert_eq!(planned.stdout.matches("1 to change").count(), 1, "{planned}");
    ends("deploy", 0);
    assert_eq!(
        (data(&places[1], "r7").await["size"].as_str(), data(&places[2], "r7").await["size"].as_str()),
        (Some("small"), Some("huge"))
    );
    ends("destroy --yes", 0);
    assert_eq!(data(&places[0], "r0").await, Value::Null);
}
