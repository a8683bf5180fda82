//! `longshore values`: what charts are given, in layers, and who has set one of it.

use longshore_testkit::Project;
use serde_json::Value;

use crate::longshore;

fn project() -> Project {
    Project::new(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        clusters:
          eu: {vars: {zone: eu-1}, releases: {web: {set: {image: {tag: v3}}}}}
          us: {vars: {zone: us-1}}
        environments:
          base: {namespace: shop}
          prod:
            extends: base
            clusters: [eu, us]
            vars: {replicas: 4}
            releases:
              web:
                values: [prod.yaml]
                set: {replicas: '${env.vars.replicas}', zone: '${cluster.vars.zone}'}
        defaultEnvironment: prod
        releases:
          web:
            chart: chart
            values: [web.yaml]
            set: {image: {tag: v1}, password: hunter22, users: [{name: ann, password: letmein1}], part: {size: 2}}
          other: {manifests: other.yaml}
        //- other.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: other}}
        //- web.yaml
        image: {tag: v0}
        //- prod.yaml
        colour: blue
        image:
          tag: v2
        //- chart/Chart.yaml
        {apiVersion: v2, name: web, version: 1.0.0}
        //- chart/charts/part/Chart.yaml
        {apiVersion: v2, name: part, version: 1.0.0}
        //- chart/charts/part/values.yaml
        {size: 1, login: {password: letmein2}}
        //- chart/values.yaml
        image:
          name: web
          tag: none
        //- chart/templates/config.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {v: {{ .Values | toJson | quote }}}}
        ",
    )
    .unwrap()
}

#[test]
fn all_layers_together_with_variables_and_without_secrets() {
    let project = project();
    let shown = longshore(&project, "values --cluster us");
    let expected = "# web
colour: blue
image:
  tag: v2
part:
  size: 2
password: (hidden)
replicas: 4
users:
- name: ann
  password: (hidden)
zone: us-1
";
    assert_eq!(shown.stdout, expected, "{shown}");
    let eu: Value = serde_json::from_str(&longshore(&project, "values --cluster eu -o json").stdout).unwrap();
    assert_eq!(eu[0]["values"]["image"]["tag"], "v3");
    let rendered = longshore(&project, "render --cluster eu --only web");
    assert!(rendered.stdout.contains("\\\"tag\\\":\\\"v3\\\""), "{rendered}");
    assert!(rendered.stdout.contains("\\\"replicas\\\":4"), "{rendered}");
    let asked = longshore(&project, "values");
    assert_eq!(asked.code, Some(1), "{asked}");
    assert!(asked.stderr.contains("choose one with `--cluster eu|us`"), "{asked}");
}

#[test]
fn the_place_that_counts_comes_first() {
    let project = project();
    let shown = longshore(&project, "values explain image.tag --cluster eu");
    let expected = "web image.tag: v3
  v3  <- longshore.yaml:5 (cluster `eu`)
  v2  <- prod.yaml:3 (environment `prod`)
  v1  <- longshore.yaml:22 (release `web`)
  v0  <- web.yaml:1 (release `web`)
  none  <- chart/values.yaml:3
";
    assert_eq!(shown.stdout, expected, "{shown}");
    let variable = longshore(&project, "values explain replicas --cluster us").stdout;
    assert_eq!(
        variable,
        "web replicas: 4\n  ${env.vars.replicas}  <- longshore.yaml:16 (environment `prod`)\n"
    );
    let secret = longshore(&project, "values explain password --cluster us").stdout;
    assert_eq!(secret, "web password: (hidden)\n  (hidden)  <- longshore.yaml:22 (release `web`)\n");
    let of_part = longshore(&project, "values explain part.size --cluster us").stdout;
    let expected = "web part.size: 2
  2  <- longshore.yaml:22 (release `web`)
  1  <- chart/charts/part/values.yaml:1
";
    assert_eq!(of_part, expected);
    let below = longshore(&project, "values explain part.login.password --cluster us").stdout;
    assert_eq!(below, "web part.login.password\n  (hidden)  <- chart/charts/part/values.yaml:1\n");
    let none = longshore(&project, "values explain imag.tag --cluster us");
    assert_eq!(none.code, Some(1), "{none}");
    assert!(none.stderr.contains("nothing sets `imag.tag` in any of the chosen releases"), "{none}");
}

#[test]
fn a_key_that_nobody_sets_is_told_with_what_was_meant() {
    let project = project();
    let told = |key: &str| longshore(&project, &format!("values explain {key} --cluster us")).stderr;
    for (key, expected) in [
        ("imag.tag", "did you mean `image.tag`?"),
        ("Replicas", "did you mean `replicas`?"),
        ("imge.tga", "did you mean `image.tag`?"),
        ("name", "did you mean `image.name`?"),
        ("web.image.tag", "`longshore values explain image.tag --only web`"),
        ("image.tag.short", "`image.tag` is set, and has no keys"),
        ("image.pullPolicy", "`image` has no `pullPolicy`, but `name`, `tag`"),
        ("something.else", "`longshore values` shows what is set"),
    ] {
        let told = told(key);
        assert!(told.contains(expected), "{key}: {told}");
    }
    let other = longshore(&project, "values explain image.tag --cluster us --only other").stderr;
    assert!(other.contains("none of the chosen releases is made from a chart"), "{other}");
}

#[test]
fn a_release_with_several_sources_is_explained_by_the_method_that_is_chosen() {
    let project = project();
    let file = project.read("longshore.yaml").unwrap();
    let both = file.replace("other: {manifests: other.yaml}", "other: {manifests: other.yaml, chart: chart}");
    project.write("longshore.yaml", &both).unwrap();
    let shown = longshore(&project, "values explain image.name --cluster us --method helm");
    assert!(shown.stdout.contains("other image.name\n  web  <- chart/values.yaml:2"), "{shown}");
    let none = longshore(&project, "values explain image.name --cluster us --only other --method manifests");
    assert!(none.stderr.contains("none of the chosen releases is made from a chart"), "{none}");
    assert_eq!(longshore(&project, "values --cluster us --only other --method helm").code, Some(0));
}
