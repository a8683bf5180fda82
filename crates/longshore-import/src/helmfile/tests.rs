//! helmfiles in one and several environments, and what is told.

use crate::{Draft, Memory, Origin, helmfile};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

fn all(files: &[(&str, &str)]) -> Vec<Draft> {
    let files: Memory = files.iter().copied().collect();
    helmfile(&files, "helmfile.yaml", &Origin::new("shop")).unwrap()
}

/// All that is written, and what is left.
fn shown(drafts: &[Draft]) -> String {
    let one = |draft: &Draft| {
        let mut all = vec![format!("# {}/longshore.yaml\n{}", draft.folder, draft.project("v1", "s.json"))];
        all.extend(draft.files.iter().map(|file| format!("# {}\n{}", file.path, file.text)));
        all.extend(
            draft.left.iter().map(|left| format!("! {}: {}: {}\n", left.place, left.what, left.advice)),
        );
        all.concat()
    };
    drafts.iter().map(one).collect()
}

#[test]
fn environments_become_layers() {
    let drafts = all(&[
        (
            "helmfile.yaml",
            "
environments:
  dev:
    values: [env/dev.yaml]
  prod:
    kubeContext: live
    values: [env/prod.yaml, {replicas: 5}]
---
repositories:
- {name: bitnami, url: https://charts.example.org/bitnami}
helmDefaults: {wait: true}
releases:
- name: db
  namespace: shop
  chart: bitnami/postgresql
  version: 1.2.3
  values:
  - values/db.yaml
  - values/db.{{ .Environment.Name }}.yaml
  set:
  - {name: auth.database, value: shop}
  - {name: list, values: [a, 'b,c']}
- name: web
  namespace: shop
  chart: ./charts/web
  needs: [shop/db]
  installed: {{ .Values.web }}
  values:
  - values/web.yaml.gotmpl
  - replicas: {{ .Values.replicas }}
    host: {{ requiredEnv \"WEB_HOST\" }}
    auth: {password: {{ requiredEnv \"WEB_PASSWORD\" | quote }}}
  hooks: [{events: [presync], command: x}]
",
        ),
        ("env/dev.yaml", "web: true\nreplicas: 1\n"),
        ("env/prod.yaml", "web: true\nreplicas: 4\n"),
        ("values/db.yaml", "a: 1\n"),
        ("values/db.dev.yaml", "a: 2\n"),
        ("values/db.prod.yaml", "a: 3\n"),
        (
            "values/web.yaml.gotmpl",
            "name: {{ .Release.Name }}-{{ .Environment.Name }}\nfile: {{ readFile \"x.txt\" | trim | quote }}\n",
        ),
        ("values/x.txt", "hello\n"),
        ("charts/web/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(shown(&drafts));
}

#[test]
fn charts_elsewhere_and_hooks() {
    let drafts = all(&[(
        "helmfile.yaml",
        "
environments:
  dev: {values: [{version: 1.2.3}]}
  prod: {values: [{version: 1.3.0}]}
---
repositories:
- {name: example, url: https://charts.example.org/stable}
- {name: registry, url: registry.example.org/charts, oci: true}
releases:
- name: db
  namespace: shop
  chart: example/postgresql
  version: {{ .Values.version }}
  hooks:
  - {events: [presync, postsync], command: ./scripts/check.sh, args: ['{{`{{ .Release.Name }}`}}', {{ .Environment.Name }}, '${HOME}']}
  - {events: [prepare], command: echo}
  - {events: [presync], command: echo, args: ['{{`{{ .Event.Name }}`}}']}
  - {events: [preuninstall], kubectlApply: {filename: a.yaml}}
  - {events: [postuninstall], command: curl, args: ['{{ requiredEnv \"HOOK_URL\" }}']}
  - {events: [postuninstall], command: curl, args: ['{{ requiredEnv \"HOOK_TOKEN\" }}']}
- {name: old, namespace: shop, chart: example/postgresql, version: 1.0.0}
- {name: newest, namespace: shop, chart: registry/web/app}
- {name: direct, namespace: shop, chart: oci://registry.example.org/x/app, version: ^2}
- {name: git, namespace: shop, chart: 'git::https://example.org/x@charts/web?ref=main'}
helmfiles: [sub/helmfile.yaml]
",
    ), ("sub/helmfile.yaml", "releases:\n- {name: sub, namespace: shop, chart: oci://registry.example.org/x/app, version: 3.0.0, hooks: [{events: [presync], command: ./it.sh}]}\n")]);
    insta::assert_snapshot!(shown(&drafts));
}

#[test]
fn releases_keep_their_namespaces_in_one_project_file() {
    let drafts = all(&[
        (
            "helmfile.yaml",
            "
releases:
- {name: c, namespace: two, chart: ./charts/web, values: [v.yaml], needs: [one/a, two/b, nowhere]}
- {name: a, namespace: one, chart: ./charts/web}
- {name: b, namespace: one, chart: ./charts/web, values: [v.yaml], needs: [a]}
- {name: nobody-says, chart: ./charts/web}
",
        ),
        ("v.yaml", "a: 1\n"),
        ("charts/web/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(shown(&drafts));
}

#[test]
fn namespaces_of_environments() {
    let drafts = all(&[
        (
            "helmfile.yaml",
            "
environments:
  dev: {values: [{space: shop-dev, logs: logs-dev, far: here}]}
  prod: {values: [{space: shop, logs: logs-prod, far: there}]}
---
helmDefaults: {createNamespace: false}
releases:
- {name: a, namespace: '{{ .Values.space }}', chart: ./charts/web}
- {name: b, namespace: '{{ .Values.space }}', chart: ./charts/web}
- {name: beside, namespace: '{{ .Values.space }}-cache', chart: ./charts/web}
- {name: by-name, namespace: '{{ .Values.logs }}', chart: ./charts/web}
- {name: by-variable, namespace: '{{ .Values.far }}', chart: ./charts/web}
- {name: everywhere, namespace: monitoring, chart: ./charts/web}
- {name: asks, namespace: '{{ requiredEnv \"SPACE\" }}', chart: ./charts/web}
",
        ),
        ("charts/web/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(shown(&drafts));
}

#[test]
fn who_names_a_namespace_names_that_of_most() {
    let files = Memory::from([(
        "helmfile.yaml",
        "
releases:
- {name: a, namespace: one, chart: oci://r.example.org/x/app, version: 1.0.0}
- {name: b, namespace: one, chart: oci://r.example.org/x/app, version: 1.0.0, createNamespace: false}
- {name: c, namespace: two, chart: oci://r.example.org/x/app, version: 1.0.0, createNamespace: false}
",
    )]);
    let mut origin = Origin::new("shop");
    origin.namespace = Some("mine".to_owned());
    let drafts = helmfile(&files, "helmfile.yaml", &origin).unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].environments[0].namespace, "mine");
    assert!(drafts[0].environments[0].create_namespace, "one release wants it");
    let own: Vec<Option<&str>> =
        drafts[0].releases.iter().map(|release| release.namespace.as_deref()).collect();
    assert_eq!(own, [None, None, Some("two")]);
}

#[test]
fn a_name_that_is_there_twice_goes_to_a_project_file_of_its_own() {
    let drafts = all(&[
        (
            "helmfile.yaml",
            "
releases:
- {name: web, namespace: one, chart: ./charts/web}
- {name: web, namespace: two, chart: ./charts/web, values: [v.yaml], needs: [one/web]}
- {name: db, namespace: two, chart: ./charts/web}
- {name: Web, namespace: two, chart: ./charts/web}
",
        ),
        ("v.yaml", "a: 1\n"),
        ("charts/web/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(shown(&drafts));
}

#[test]
fn bases_helmfiles_and_templates() {
    let drafts = all(&[
        (
            "helmfile.yaml",
            "
bases: [base.yaml]
---
helmfiles:
- path: sub/*.yaml
  values: [{from: above}]
releases:
- name: a
  inherit: [{template: usual}]
  values: [{own: true}]
",
        ),
        (
            "base.yaml",
            "values: [{size: 2}]\ntemplates:\n  usual: {namespace: n, chart: ./charts/web, values: [{from: template}]}\n",
        ),
        (
            "sub/b.yaml",
            "values: [{from: below, size: 3}]\n---\nreleases:\n- {name: b, namespace: n, chart: ../charts/web, valuesTemplate: [{v: '{{`{{ .Release.Name }}-{{ .Values.from }}-{{ .Values.size }}`}}'}]}\n",
        ),
        ("charts/web/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(shown(&drafts));
}

#[test]
fn templates_without_the_ending_are_fields_of_releases() {
    let drafts = all(&[
        (
            "helmfile.yaml",
            "releases:\n- {name: a, namespace: n, chart: ./charts/web, values: ['values/{{ .Release.Name }}.yaml']}\n",
        ),
        ("values/a.yaml", "a: 1\n"),
        ("charts/web/Chart.yaml", CHART),
    ]);
    assert_eq!(drafts[0].releases[0].layer.values, ["values/a.yaml"]);
}

#[test]
fn mistakes_have_a_place() {
    let cases: [(&[(&str, &str)], &str); 7] = [
        (
            &[("helmfile.yaml", "a: [")],
            "helmfile.yaml:2:1: this is no YAML: did not find expected node content",
        ),
        (
            &[("helmfile.yaml", "bases: [b.yaml]"), ("b.yaml", "bases: [helmfile.yaml]")],
            "b.yaml: helmfiles include one another in a circle: helmfile.yaml → b.yaml → helmfile.yaml",
        ),
        (
            &[("helmfile.yaml", "bases: [b.yaml]")],
            "helmfile.yaml: there is no file `b.yaml` (name a file or a folder that is there)",
        ),
        (
            &[("helmfile.yaml", "releases: {a: 1}")],
            "helmfile.yaml:1:11: `releases` must be a list, not a mapping",
        ),
        (
            &[("helmfile.yaml", "releases:\n- {name: a}")],
            "helmfile.yaml:2:3: a release must have a `name` and a `chart`",
        ),
        (
            &[("helmfile.yaml", "releases:\n")],
            "helmfile.yaml: the helmfile has no releases in any environment",
        ),
        (
            &[("helmfile.yaml", "helmfiles: [sub/*.yaml]\n")],
            "helmfile.yaml: there is no helmfile at `sub/*.yaml`",
        ),
    ];
    for (files, expected) in cases {
        let memory: Memory = files.iter().copied().collect();
        let error = helmfile(&memory, "helmfile.yaml", &Origin::new("x")).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let memory = Memory::from([("helmfile.yaml", "releases:\n- name: {{ .Values.nothing }}\n")]);
    let error = helmfile(&memory, "helmfile.yaml", &Origin::new("x")).unwrap_err().to_string();
    assert!(error.starts_with("helmfile.yaml:2:19: the template fails at `.Values.nothing`"), "{error}");
}
