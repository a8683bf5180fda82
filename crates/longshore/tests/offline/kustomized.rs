//! A kustomization as a release of a project file: what it renders to, and the mistakes in naming one.

use longshore_testkit::{Outcome, Program, Project};

use crate::longshore;

const FILES: &str = "
        //- base/kustomization.yaml
        resources: [web.yaml]
        configMapGenerator: [{name: settings, literals: [level=info]}]
        //- base/web.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: 'example.com/web', envFrom: [{configMapRef: {name: settings}}]}]
        //- overlays/dev/kustomization.yaml
        resources: [../../base]
        namePrefix: dev-
        //- overlays/production/kustomization.yaml
        resources: [../../base]
        commonLabels: {size: large}
        images: [{name: example.com/web, newTag: v2}]
        //- overlays/charts/kustomization.yaml
        helmCharts: [{name: c, releaseName: c, valuesInline: {tag: v3}}]
        //- overlays/charts/charts/c/Chart.yaml
        {apiVersion: v2, name: c, version: 1.0.0}
        //- overlays/charts/charts/c/values.yaml
        tag: v1
        //- overlays/charts/charts/c/templates/c.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: '{{ .Release.Name }}', namespace: '{{ .Release.Namespace }}'}
        data:
          tag: '{{ .Values.tag }}'
          kube: '{{ .Capabilities.KubeVersion.Version }}'
          helm: '{{ .Capabilities.HelmVersion.Version }}'
          extra: '{{ .Capabilities.APIVersions.Has \"example.com/v1\" }}'
        ";

/// A project with these releases and the overlays above.
fn project(releases: &str) -> Project {
    Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        helmCompat: '3.22'
        environments: {{dev: {{namespace: shop}}, production: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases: {releases}{FILES}"
    ))
    .unwrap()
}

fn kustomize(project: &Project, folder: &str) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    program.args(["kustomize", "build", folder]).folder(project.path()).run().unwrap()
}

/// The project file may lie beside what it names.
#[test]
fn the_folder_of_the_project_file_is_named_by_a_point() {
    for (releases, file, text) in [
        ("{web: {kustomize: .}}", "kustomization.yaml", "resources: [base]\n"),
        ("{web: {chart: .}}", "Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}\n"),
    ] {
        let project = project(releases);
        project.write(file, text).unwrap();
        let outcome = longshore(&project, "render");
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
}

/// Kustomize's bytes, each object behind the marks that every record has.
fn marked(text: &str, source: &str) -> String {
    let mark = format!("---\n# Source: {source}\n");
    text.split("---\n").map(|document| format!("{mark}{document}")).collect()
}

#[test]
fn a_release_renders_to_what_kustomize_builds() {
    let project = project("{web: {kustomize: 'overlays/${env.name}'}}");
    for environment in ["dev", "production"] {
        let folder = format!("overlays/{environment}");
        let outcome = longshore(&project, &format!("render -e {environment}"));
        assert_eq!(outcome.stdout, marked(&kustomize(&project, &folder).stdout, &folder), "{outcome}");
    }
    let json = longshore(&project, "render -o json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let names: Vec<&str> = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["metadata"]["name"].as_str().unwrap())
        .collect();
    assert!(names[0].starts_with("dev-settings-") && names[1] == "dev-web", "{names:?}");
    let traced = longshore(&project, "render --trace=2").stdout;
    assert_eq!(traced, "line 2 of release web: # Source: overlays/dev\n  written by no template\n");
}

/// Of each line the file of its object is told, and how to ask for what has set a field.
#[test]
fn a_line_is_traced_to_the_file_of_its_object() {
    let project = project("{web: {kustomize: overlays/dev}}");
    let lines = longshore(&project, "render --trace").stdout;
    for part in ["level: info ", "<- base/kustomization.yaml:2:22", "kind: Deployment ", "<- base/web.yaml"] {
        assert!(lines.contains(part), "no {part:?} in {lines}");
    }
    let traced = longshore(&project, "render --trace=12").stdout;
    let expected = "line 12 of release web: kind: Deployment\n  object    Deployment/dev-web, of base/web.yaml\n  ask       longshore kustomize explain Deployment/dev-web overlays/dev\n";
    assert_eq!(traced, expected);
    let asked = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["kustomize", "explain", "Deployment/dev-web", "overlays/dev"])
        .folder(project.path())
        .run()
        .unwrap();
    assert_eq!(asked.code, Some(0), "{asked}");
}

#[test]
fn warnings_of_a_build_are_told_on_standard_error() {
    let project = project("{web: {kustomize: 'overlays/${env.name}'}}");
    let told = longshore(&project, "render -e production");
    assert_eq!(told.code, Some(0), "{told}");
    assert!(told.stderr.contains("warning[kustomize/build]: 'commonLabels' is deprecated"), "{told}");
    assert!(told.stderr.contains("--> longshore.yaml:7:29"), "{told}");
    assert!(longshore(&project, "render -e dev").stderr.is_empty());
    assert!(longshore(&project, "render -q -e production").stderr.is_empty());
}

/// The objects go where they say; that the environment (or `-n`) says something else is worth a word.
#[test]
fn a_namespace_that_is_not_the_releases_is_told() {
    let project = project("{web: {kustomize: overlays/dev}}");
    let overlay = |text: &str| project.write("overlays/dev/kustomization.yaml", text).unwrap();
    overlay("resources: [../../base]\nnamespace: other\n");
    let told = longshore(&project, "render");
    assert!(told.stdout.contains("namespace: other"), "{told}");
    for part in [
        "names the namespace `other`; the release is deployed to `shop`",
        "take `namespace: other` out of the kustomization, or make it that of environment `dev`",
    ] {
        assert!(told.stderr.contains(part), "no {part:?} in\n{told}");
    }
    assert!(longshore(&project, "render -n other").stderr.is_empty());
    // One object of several in a namespace of its own is meant so.
    overlay("resources: [../../base, s.yaml]\n");
    let service = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: other}}";
    project.write("overlays/dev/s.yaml", service).unwrap();
    assert!(longshore(&project, "render").stderr.is_empty());
}

#[test]
fn secrets_are_generated_beside_it() {
    let project =
        project("{web: {kustomize: overlays/dev, generate: {login: {keys: {password: {length: 20}}}}}}");
    let outcome = longshore(&project, "render");
    assert!(outcome.stdout.contains("kind: Secret\nmetadata:\n  name: login\n"), "{outcome}");
    assert!(outcome.stderr.contains("Secret `login` is drawn anew each time"), "{outcome}");
}

/// Charts are inflated only where the release lets them, at the project's level and in the release's namespace.
#[test]
fn charts_are_inflated_if_the_release_says_so() {
    let refused = longshore(&project("{web: {kustomize: overlays/charts}}"), "render");
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    for part in [
        "must specify --enable-helm",
        "--> longshore.yaml:7:29",
        "`kustomize: {path: \"overlays/charts\", enableHelm: true}` lets it inflate charts",
    ] {
        assert!(refused.stderr.contains(part), "no {part:?} in\n{refused}");
    }
    let project = project("{web: {kustomize: {path: overlays/charts, enableHelm: true}}}");
    let outcome = longshore(&project, "render --kube-version v1.29.3 -a example.com/v1");
    let expected = "---\n# Source: overlays/charts\napiVersion: v1\ndata:\n  extra: \"true\"\n  helm: v3.22.0\n  kube: v1.29.3\n  tag: v3\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: shop\n";
    assert_eq!(outcome.stdout, expected, "{outcome}");
}

#[test]
fn one_of_several_sources_is_chosen_by_the_method() {
    let both = "{web: {kustomize: overlays/dev, manifests: base/web.yaml}}";
    let project = project(both);
    assert!(longshore(&project, "render --method kustomize").stdout.contains("name: dev-web"));
    assert!(longshore(&project, "render --method manifests").stdout.contains("name: web"));
    let undecided = longshore(&project, "render");
    assert_eq!(undecided.code, Some(1));
    for part in [
        "release `web` has `manifests` and `kustomize`: nothing says which of them makes it",
        "--> longshore.yaml:7:12",
        "choose `manifests` or `kustomize` with `--method`",
    ] {
        assert!(undecided.stderr.contains(part), "no {part:?} in\n{undecided}");
    }
    let file = project.read("longshore.yaml").unwrap();
    project
        .write("longshore.yaml", &file.replace("name: shop\n", "name: shop\nmethod: kustomize\n"))
        .unwrap();
    assert!(longshore(&project, "render").stdout.contains("name: dev-web"));
    let none = longshore(&project, "render --method helm");
    assert!(none.stderr.contains("cannot be made with method `helm`: it has no `chart`"), "{none}");
}

/// What is said of a project whose render fails, its folder called `/shop`.
fn told(project: &Project) -> String {
    let outcome = longshore(project, "render");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome}");
    let folder = project.path().canonicalize().unwrap();
    outcome.stderr.replace(folder.to_str().unwrap(), "/shop")
}

/// What users get wrong first; each was looked at by a person.
#[test]
fn mistakes_in_naming_a_kustomization() {
    let mut all = String::new();
    for release in [
        "kustomize: overlays/prod",
        "kustomize: overlays/dev/kustomization.yaml",
        "kustomize: overlays",
        "kustomize: plain",
        "kustomize: overlays/dev, values: values.yaml",
        "kustomize: overlays/dev, set: {a: b}",
        "kustomize: [overlays/dev, base]",
        "kustomize: {folder: overlays/dev}",
        "kustomize: {enableHelm: true}",
        "kustomise: overlays/dev",
        "kustomize: 'overlays/${env.nam}'",
        "kustomize: base, chart: overlays/charts/charts/c",
        "kustomize: overlays/charts",
    ] {
        let project = project(&format!("{{web: {{{release}}}}}"));
        project.write("plain/web.yaml", "kind: X\n").unwrap();
        all.extend(["# ", release, "\n", &told(&project), "\n"]);
    }
    insta::assert_snapshot!(all);
}

/// The place in the kustomization, the way there from the project file, and what Kustomize says.
#[test]
fn mistakes_in_a_kustomization() {
    let mut all = String::new();
    for overlay in [
        "resources: [none.yaml]",
        "resources: [../../base/web.yaml]",
        "resource: [../../base]",
        "resources: [../../base]\nreplicas: [{name: wbe, count: 2}]",
        "resources: [bad.yaml]",
        "resources: [secret.yaml]",
        "generators: [g.yaml]",
        "resources: [kindless.yaml]",
    ] {
        let project = project("{web: {kustomize: overlays/dev}}");
        for (path, text) in [
            ("kustomization.yaml", overlay),
            ("bad.yaml", "kind: [X\n"),
            ("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: geheim\n"),
            ("g.yaml", "{apiVersion: x/v1, kind: Mine, metadata: {name: x}}\n"),
            ("kindless.yaml", "{kind: ConfigMap, metadata: {name: x}}\n"),
        ] {
            project.write(&format!("overlays/dev/{path}"), text).unwrap();
        }
        let told = told(&project);
        assert!(!told.contains("geheim"), "{told}");
        all.extend(["# ", overlay, "\n", &told, "\n"]);
    }
    insta::assert_snapshot!(all);
}

/// Entries that matched nothing are worth a word.
#[test]
fn what_matched_nothing_is_told() {
    let project = project("{web: {kustomize: overlays/dev}}");
    let overlay = "resources: [../../base]\nimages: [{name: example.com/wbe, newTag: v2}]\n";
    project.write("overlays/dev/kustomization.yaml", overlay).unwrap();
    let outcome = longshore(&project, "render");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    for part in ["warning[kustomize/", "--> overlays/dev/kustomization.yaml:2:", "in release `web`"] {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
}

/// A repository in place of a folder, as upstream takes it; credentials in its address are told nowhere.
#[test]
fn a_kustomization_may_be_a_folder_in_a_git_repository() {
    let project = project("{web: {kustomize: 'file://${env.vars.x}'}}");
    crate::repository(&project, ".");
    let address = format!("file://{}//overlays/dev", project.path().display());
    let file = project.read("longshore.yaml").unwrap();
    let with = |address: &str| {
        project.write("longshore.yaml", &file.replace("file://${env.vars.x}", address)).unwrap();
        longshore(&project, "render")
    };
    let outcome = with(&address);
    assert_eq!(outcome.stdout, marked(&kustomize(&project, "overlays/dev").stdout, &address), "{outcome}");
    let gone = with(&format!("{address}?ref=nope"));
    assert_eq!(gone.code, Some(1), "{gone}");
    assert!(gone.stderr.contains("couldn't find remote ref nope"), "{gone}");
    assert!(gone.stderr.contains(&format!("error[kustomize/build]: `{address}?ref=nope` cannot")), "{gone}");
    let secret = with("https://ann:geheim@127.0.0.1:9/a/b//c");
    assert_eq!(secret.code, Some(1), "{secret}");
    assert!(!secret.stderr.contains("geheim") && secret.stderr.contains("127.0.0.1:9/a/b"), "{secret}");
}
