//! `longshore render`: what would be applied, on standard output.

use longshore_testkit::Project;

use crate::longshore;

fn project() -> Project {
    Project::new(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        method: manifests
        environments:
          dev: {namespace: shop, vars: {size: '1'}}
          production: {namespace: shop, vars: {size: '3'}}
        defaultEnvironment: dev
        releases:
          db:
            manifests: manifests
            generate: {db-secret: {keys: {password: {length: 20}}}}
          web:
            needs: db
            chart: chart
            values: ['sizes/${env.vars.size}.yaml']
            set: {colour: blue}
        //- manifests/one.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}
        //- manifests/notes.txt
        not a manifest
        //- sizes/1.yaml
        replicas: 1
        //- sizes/3.yaml
        replicas: 3
        //- chart/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- chart/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: {{ .Release.Name }}
          namespace: {{ .Release.Namespace }}
        data:
          replicas: {{ .Values.replicas | quote }}
          colour: {{ .Values.colour }}
        ",
    )
    .unwrap()
}

#[test]
fn releases_come_in_the_order_of_their_needs_and_values_follow_the_environment() {
    let project = project();
    let dev = longshore(&project, "render --only web");
    let expected = "---\n# Source: web/templates/config.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\ndata:\n  replicas: \"1\"\n  colour: blue\n";
    assert_eq!(dev.stdout, expected, "{dev}");
    let all = longshore(&project, "render -e production -n elsewhere").stdout;
    assert!(all.find("name: one").unwrap() < all.find("name: web").unwrap(), "{all}");
    assert!(all.contains("replicas: \"3\"") && all.contains("namespace: elsewhere"), "{all}");
    assert!(!all.contains("not a manifest"));
}

#[test]
fn json_is_one_list_of_objects() {
    let outcome = longshore(&project(), "render -o json");
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let names: Vec<&str> = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["metadata"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["one", "db-secret", "web"]);
    assert_eq!((json["kind"].as_str(), json["apiVersion"].as_str()), (Some("List"), Some("v1")));
}

#[test]
fn a_method_that_a_release_does_not_have_is_refused() {
    let outcome = longshore(&project(), "render --method manifests");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("release `web` cannot be made with method `manifests`"), "{outcome}");
}

#[test]
fn a_project_is_found_from_a_folder_below_it() {
    let project = project();
    let outcome = longshore(&project, "render --only web -f manifests/../longshore.yaml");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let below = longshore_testkit::Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["render", "--only", "web"])
        .folder(project.file("manifests"))
        .run()
        .unwrap();
    assert_eq!(below.stdout, outcome.stdout, "{below}");
}

#[test]
fn a_line_is_traced_to_its_template_its_action_and_where_the_value_was_set() {
    let project = project();
    let outcome = longshore(&project, "render --only web --trace=9");
    let expected = "line 9 of release web:   replicas: \"1\"\n  template  chart/templates/config.yaml:7:3\n  action    {{ .Values.replicas | quote }} at chart/templates/config.yaml:7:16\n  value     replicas, set at sizes/1.yaml:1:1\n";
    assert_eq!(outcome.stdout, expected, "{outcome}");
    let blank = longshore(&project, "render --only web --trace=1");
    assert_eq!(blank.stdout, "line 1 of release web: ---\n  written by no template\n", "{blank}");
    for (lines, problem) in [("99", "there is no line 99: the output has 10"), ("5-2", "as `12-20`")] {
        let outcome = longshore(&project, &format!("render --only web --trace={lines}"));
        assert!(outcome.code != Some(0) && outcome.stderr.contains(problem), "{outcome}");
    }
}

#[test]
fn a_trace_has_the_lines_of_the_render() {
    let project = project();
    let plain = longshore(&project, "render --only web").stdout;
    let trace = longshore(&project, "render --only web --trace -o json").stdout;
    let trace: serde_json::Value = serde_json::from_str(&trace).unwrap();
    let lines: Vec<&str> =
        trace.as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(lines, plain.lines().collect::<Vec<_>>());
    let colour = trace.as_array().unwrap().last().unwrap();
    assert_eq!(colour["actions"][0]["values"][0]["path"], "colour");
    assert!(colour["actions"][0]["values"][0]["place"]["file"].as_str().unwrap().ends_with("longshore.yaml"));
    let text = longshore(&project, "render --only web --trace").stdout;
    assert!(text.contains("  colour: blue"), "{text}");
    assert!(
        text.contains("<- chart/templates/config.yaml:8:3 {{ .Values.colour }} (colour of longshore.yaml:"),
        "{text}"
    );
}

#[test]
fn yaml_that_does_not_parse_is_told_at_the_line_of_the_template() {
    let project = Project::new(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {namespace: shop}}
        defaultEnvironment: dev
        releases: {web: {chart: chart}}
        //- chart/Chart.yaml
        {apiVersion: v2, name: web, version: 1.0.0}
        //- chart/templates/config.yaml
        kind: ConfigMap
        data:
          good: 1
          name: {{ .Chart.Name }}: {{ .Release.Name }}
        ",
    )
    .unwrap();
    let outcome = longshore(&project, "render");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("--> chart/templates/config.yaml:4:3"), "{outcome}");
    assert!(outcome.stderr.contains("which became the line `name: web: web`"), "{outcome}");
}

/// The two levels keep or trim the end of a document, and know other fields of `.Capabilities.HelmVersion`.
#[test]
fn the_project_says_which_helm_its_charts_are_rendered_as() {
    let of = |line: &str| {
        let text = format!(
            "
            //- longshore.yaml
            apiVersion: longshore.dev/v1alpha1
            kind: Project
            name: shop
            {line}
            environments: {{dev: {{namespace: shop}}}}
            releases: {{web: {{chart: chart}}}}
            //- chart/Chart.yaml
            {{apiVersion: v2, name: web, version: 1.0.0}}
            //- chart/templates/version.yaml
            version: {{{{ .Capabilities.HelmVersion.Version }}}}
            "
        );
        longshore(&Project::new(&text).unwrap(), "render -e dev")
    };
    assert!(of("helmCompat: '3.22'").stdout.ends_with("version: v3.22.0\n"));
    assert!(of("").stdout.ends_with("version: v4.3.1\n"));
    let outcome = of("helmCompat: '3.21'");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(
        outcome
            .stderr
            .contains("`helmCompat` must be `3.22` or `4.3`, not `3.21`\n  --> longshore.yaml:4:13\n"),
        "{outcome}"
    );
}

/// What lies in several namespaces says to which each part goes, in the text and in the list, and is traced line by line.
#[test]
fn namespaces_are_told_where_there_are_several() {
    let project = Project::new(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {namespace: shop}}
        defaultEnvironment: dev
        releases:
          db: {manifests: db.yaml}
          web: {chart: web, namespace: '${env.namespace}-web', needs: [db]}
        //- db.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
        //- web/Chart.yaml
        {apiVersion: v2, name: web, version: 1.0.0}
        //- web/templates/a.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: {{ .Release.Namespace }}}}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}}
        ",
    )
    .unwrap();
    let run = |arguments: &str| {
        let outcome = longshore(&project, arguments);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        outcome.stdout
    };
    let text = run("render");
    let parts: Vec<&str> = text.split("# Namespace: ").collect();
    assert_eq!(parts.len(), 3, "{text}");
    assert!(parts[1].starts_with("shop\n---\n") && parts[2].starts_with("shop-web\n---\n"), "{text}");
    assert!(parts[2].contains("name: shop-web"), "{text}");
    let list: serde_json::Value = serde_json::from_str(&run("render -o json")).unwrap();
    let spaces: Vec<&serde_json::Value> =
        list["items"].as_array().unwrap().iter().map(|item| &item["metadata"]["namespace"]).collect();
    assert_eq!(
        spaces,
        [&serde_json::json!("shop"), &serde_json::json!("shop-web"), &serde_json::Value::Null]
    );
    let traced: serde_json::Value = serde_json::from_str(&run("render --trace -o json")).unwrap();
    let lines: Vec<&str> =
        traced.as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(lines, text.lines().collect::<Vec<_>>());
}
