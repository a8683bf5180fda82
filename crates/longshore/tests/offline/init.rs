//! `longshore init` writes a project that renders, and never overwrites one.

use longshore_testkit::Project;

use crate::longshore;

#[test]
fn an_empty_folder_becomes_a_project_that_renders() {
    let project = Project::new("").unwrap();
    let outcome = longshore(&project, "init shop");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stdout.is_empty(), "what init says is no result");
    let rendered = longshore(&project, "render -e staging");
    assert_eq!(rendered.code, Some(0), "{rendered}");
    assert!(rendered.stdout.contains("kind: Deployment"), "{rendered}");
    let again = longshore(&project, "init shop");
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("there is a project file already"), "{again}");
}

#[test]
fn charts_that_are_there_become_releases() {
    let project = Project::new(
        "
        //- charts/web/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- charts/web/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        //- charts/web/charts/inner/Chart.yaml
        apiVersion: v2
        name: inner
        version: 1.0.0
        ",
    )
    .unwrap();
    assert_eq!(longshore(&project, "init shop").code, Some(0));
    let file = project.read("longshore.yaml").unwrap();
    assert!(file.contains("  web:\n    chart: charts/web\n"), "{file}");
    assert!(!file.contains("inner"), "{file}");
    assert_eq!(longshore(&project, "render").code, Some(0));
}

#[test]
fn overlays_that_are_there_become_a_release_in_their_environments() {
    let project = Project::new(
        "
        //- k8s/base/kustomization.yaml
        resources: [s.yaml]
        //- k8s/base/s.yaml
        {apiVersion: v1, kind: Service, metadata: {name: s}}
        //- k8s/components/c/kustomization.yaml
        {apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component}
        //- k8s/overlays/prod/kustomization.yaml
        {resources: [../../base], namespace: live}
        //- k8s/overlays/dev/kustomization.yaml
        {resources: [../../base], namePrefix: dev-}
        //- apps/mail/kustomization.yaml
        {resources: [../../k8s/base], namePrefix: mail-}
        ",
    )
    .unwrap();
    assert_eq!(longshore(&project, "init shop").code, Some(0));
    let file = project.read("longshore.yaml").unwrap();
    let expected = "
environments:
  dev: {namespace: shop-dev, createNamespace: true}
  prod: {namespace: live}
defaultEnvironment: dev

releases:
  mail:
    kustomize: apps/mail
  shop:
    kustomize: k8s/overlays/${env.name}
";
    assert!(file.ends_with(expected), "{file}");
    let rendered = longshore(&project, "render");
    assert!(
        rendered.stdout.contains("name: dev-s") && rendered.stdout.contains("name: mail-s"),
        "{rendered}"
    );
    assert_eq!(longshore(&project, "render -e prod").code, Some(0));
    assert!(!project.file("manifests").exists());
}

#[test]
fn a_kustomization_beside_the_project_file_becomes_a_release() {
    let project = Project::new(
        "
        //- kustomization.yaml
        resources: [s.yaml]
        //- s.yaml
        {apiVersion: v1, kind: Service, metadata: {name: s}}
        ",
    )
    .unwrap();
    assert_eq!(longshore(&project, "init shop").code, Some(0));
    assert!(project.read("longshore.yaml").unwrap().ends_with("  shop:\n    kustomize: .\n"));
    assert_eq!(longshore(&project, "render").code, Some(0));
}

#[test]
fn a_name_that_kubernetes_refuses_is_refused_and_nothing_is_written() {
    let project = Project::new("").unwrap();
    let outcome = longshore(&project, "init My_Shop");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("`My_Shop` cannot name the project"), "{outcome}");
    assert!(!project.file("longshore.yaml").exists());
}

#[test]
fn flags_name_everything_and_nothing_is_asked() {
    let project = Project::new(
        "
        //- charts/web/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- k8s/db.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
        //- k/dev/kustomization.yaml
        configMapGenerator: [{name: k, literals: [a=b]}]
        ",
    )
    .unwrap();
    let words = "init shop -e dev,live -n shop-${env.name} --chart charts/web --manifests db=k8s/db.yaml --kustomize k/${env.name}";
    let outcome = longshore(&project, words);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let file = project.read("longshore.yaml").unwrap();
    let expected = "# yaml-language-server: $schema=longshore.schema.json
apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop

environments:
  dev: {namespace: 'shop-${env.name}', createNamespace: true}
  live: {namespace: 'shop-${env.name}', createNamespace: true}
defaultEnvironment: dev

releases:
  web:
    chart: charts/web
  k:
    kustomize: k/${env.name}
  db:
    manifests: k8s/db.yaml
";
    assert_eq!(file, expected);
    assert_eq!(longshore(&project, "check").code, Some(0));
    assert_eq!(project.read("longshore.schema.json").unwrap(), longshore(&project, "schema").stdout);
    for (words, said) in [
        ("init --dir a --chart nothing", "there is nothing at `nothing`"),
        ("init --dir a --chart x=../charts/web --manifests x=../k8s/db.yaml", "two releases are called `x`"),
        ("init --dir a --from nothing", "there is nothing at `nothing`"),
        ("init --dir a --from k8s/db.yaml", "neither a helmfile nor a Compose file"),
    ] {
        let outcome = longshore(&project, words);
        assert_eq!(outcome.code, Some(1), "{words}: {outcome}");
        assert!(outcome.stderr.contains(said), "{words}: {outcome}");
        assert!(!project.file("a").exists(), "{words}");
    }
}

#[test]
fn a_compose_file_becomes_a_project_without_mistakes() {
    let project = Project::new(
        "
        //- old/compose.yaml
        services:
          web:
            image: nginx:1.29
            ports: ['80:80']
            build: .
            environment: {DB: 'postgres://u:hunter2@db:5432/x'}
            depends_on: [db]
          db:
            image: postgres:17
            environment: {POSTGRES_PASSWORD: hunter2}
            volumes: ['data:/var/lib/postgresql/data']
        volumes: {data: {}}
        ",
    )
    .unwrap();
    let outcome = longshore(&project, "init shop --from old/compose.yaml --dir new");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("compose.yaml:5:5: `build` of service `web`"), "{outcome}");
    assert!(project.read("new/longshore.todo.md").unwrap().contains("- [ ] compose.yaml:5:5: `build`"));
    let checked = longshore(&project, "check -f new");
    assert_eq!(checked.code, Some(0), "{checked}");
    assert!(project.read("new/manifests/web.yaml").unwrap().contains("secretRef: {name: web-env-secret}"));
    let all = format!(
        "{}{}",
        project.read("new/longshore.yaml").unwrap(),
        project.read("new/manifests/db.yaml").unwrap()
    );
    assert!(!all.contains("hunter2"), "{all}");
    // Without the password nothing is rendered.
    let rendered = longshore(&project, "render -f new --only web");
    assert!(
        rendered.code == Some(1) && rendered.stderr.contains("the variable `POSTGRES_PASSWORD` is not set"),
        "{rendered}"
    );
    // Nothing that is there is written over, and then nothing is written at all.
    std::fs::remove_file(project.file("new/longshore.yaml")).unwrap();
    let again = longshore(&project, "init shop --from old/compose.yaml --dir new");
    assert_eq!(again.code, Some(1), "{again}");
    assert!(again.stderr.contains("a file is there already that would be written"), "{again}");
    assert!(!project.file("new/longshore.yaml").exists());
}

#[test]
fn a_helmfile_becomes_a_project_that_renders_the_same_in_each_environment() {
    let project = Project::new(
        "
        //- helmfile.yaml
        environments:
          dev: {values: [{size: 1}]}
          prod: {values: [{size: 3}]}
        ---
        releases:
        - name: web
          namespace: shop
          chart: ./charts/web
          values: ['values.{{ .Environment.Name }}.yaml', {size: {{ .Values.size }}}]
        - {name: edge, namespace: net, chart: ./charts/web, needs: [shop/web]}
        - {name: log, namespace: 'log-{{ .Environment.Name }}', chart: ./charts/web}
        //- values.dev.yaml
        word: hello
        //- values.prod.yaml
        word: hallo
        //- charts/web/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- charts/web/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: '{{ .Release.Name }}', namespace: '{{ .Release.Namespace }}'}
        data: {word: '{{ .Values.word }} {{ .Values.size }}'}
        ",
    )
    .unwrap();
    let outcome = longshore(&project, "init shop --from helmfile.yaml");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("both have release `web` in namespace `shop`"), "{outcome}");
    for (environment, word) in [("dev", "hello 1"), ("prod", "hallo 3")] {
        let rendered = longshore(&project, &format!("render -e {environment}"));
        assert!(rendered.stdout.contains(&format!("word: '{word}'")), "{rendered}");
        for (name, namespace) in [("web", "shop"), ("edge", "net"), ("log", &*format!("log-{environment}"))] {
            let metadata = format!("metadata: {{name: '{name}', namespace: '{namespace}'}}");
            assert!(rendered.stdout.contains(&metadata), "no {metadata} in\n{rendered}");
        }
    }
    let parsed = project.read("longshore.yaml").unwrap();
    assert!(parsed.contains("  edge:\n    namespace: net\n    needs: [web]\n"), "{parsed}");
    assert!(!project.file("net").exists());
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_nothing_is_written() {
    let project = Project::new(
        "
        //- .git/HEAD
        ref: refs/heads/main
        //- broken/helmfile.yaml
        releases: [
        //- circle/helmfile.yaml
        bases: [other.yaml]
        //- circle/other.yaml
        bases: [helmfile.yaml]
        //- outside/helmfile.yaml
        bases: [../../../../../../../../../../../etc/passwd]
        //- broken/compose.yaml
        services:
          a: {image: '${X'}
        //- gone/compose.yaml
        services:
          a: {extends: {file: no.yaml}}
        ",
    )
    .unwrap();
    std::fs::write(project.file("big-compose.yaml"), "x".repeat((8 << 20) + 1)).unwrap();
    for (from, said) in [
        ("broken/helmfile.yaml", "broken/helmfile.yaml:2:1"),
        ("circle/helmfile.yaml", "helmfile.yaml → other.yaml → helmfile.yaml"),
        ("outside/helmfile.yaml", "it lies outside of"),
        ("broken/compose.yaml", "broken/compose.yaml:2:14"),
        ("gone/compose.yaml", "gone/compose.yaml:2:16"),
        ("big-compose.yaml", "larger than the 8388608 bytes"),
    ] {
        let outcome = longshore(&project, &format!("init --from {from} --dir new"));
        assert_eq!(outcome.code, Some(1), "{from}: {outcome}");
        assert!(outcome.stderr.contains(said), "{from}: {outcome}");
        assert!(!project.file("new").exists(), "{from}");
    }
}
