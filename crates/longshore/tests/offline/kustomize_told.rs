//! The mistakes that users of kustomizations make most often, and what `longshore kustomize build` says of each behind
//! Kustomize's own words: the line, the way there, what to do; and what it warns of. Each is a snapshot, looked at by a
//! person. Under the name `kustomize` nothing of it is said.

use longshore_testkit::{Outcome, Program, Project};

use crate::kustomize::linked;

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.27
";

fn build(project: &Project, arguments: &[&str]) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    program.args(["kustomize", "build"]).args(arguments).folder(project.path()).run().unwrap()
}

/// The build of `prod` under the name `kustomize`, and the same under our own: what is said beyond it.
fn more(files: &[(&str, &str)], code: i32) -> String {
    let mut text = format!("//- prod/web.yaml\n{WEB}");
    for (name, content) in files {
        text.extend(["//- ", name, "\n", content, "\n"]);
    }
    let project = Project::new(&text).unwrap();
    let (_links, kustomize) = linked();
    let theirs = Program::new(&kustomize).unwrap();
    let theirs = theirs.args(["build", "prod"]).folder(project.path()).run().unwrap();
    let ours = build(&project, &["prod"]);
    assert_eq!((ours.code, theirs.code), (Some(code), Some(code)), "{ours}");
    assert_eq!(ours.stdout, theirs.stdout);
    assert!(!theirs.stderr.contains("error[") && !theirs.stderr.contains("warning["), "{theirs}");
    // What fails begins with Kustomize's own words.
    let said = if code == 0 { "" } else { &theirs.stderr };
    let more = ours.stderr.strip_prefix(said).unwrap_or_else(|| panic!("{ours}\nbut\n{theirs}"));
    assert!(!more.contains(&*project.path().to_string_lossy()), "paths are seen from here: {more}");
    more.to_owned()
}

fn fails(files: &[(&str, &str)]) -> String {
    more(files, 1)
}

fn warns(files: &[(&str, &str)]) -> String {
    more(files, 0)
}

macro_rules! mistakes {
    ($($(#[$doc:meta])* $name:ident: $told:ident($files:expr);)*) => {
        $($(#[$doc])* #[test] fn $name() {
            let told = $told(&$files);
            insta::assert_snapshot!(told);
        })*
    };
}

mistakes! {
    /// 1. A file in a base, misspelt.
    missing_file: fails([
        ("prod/kustomization.yaml", "resources:\n- ../base"),
        ("base/kustomization.yaml", "resources:\n- web.yml"),
        ("base/web.yaml", WEB),
    ]);
    /// 2. A folder that is not there.
    missing_folder: fails([
        ("prod/kustomization.yaml", "namePrefix: a-\nresources:\n- web.yaml\n- ../bse"),
        ("base/kustomization.yaml", "namePrefix: a-"),
    ]);
    /// 3. Bases that build on one another.
    cycle: fails([
        ("prod/kustomization.yaml", "resources:\n- ../base"),
        ("base/kustomization.yaml", "resources:\n- ../web"),
        ("web/kustomization.yaml", "resources:\n- ../prod"),
    ]);
    /// 4. A folder without a kustomization; one below it has one.
    no_kustomization: fails([("prod/base/kustomization.yaml", "namePrefix: a-")]);
    /// 5. A base without a kustomization.
    base_without_kustomization: fails([
        ("prod/kustomization.yaml", "resources:\n- ../base"),
        ("base/web.yaml", WEB),
    ]);
    /// 6. Two files of one kustomization.
    two_kustomizations: fails([
        ("prod/kustomization.yaml", "namePrefix: a-"),
        ("prod/kustomization.yml", "namePrefix: a-"),
    ]);
    /// 7. A field that there is not.
    unknown_field: fails([("prod/kustomization.yaml", "resources:\n- web.yaml\nnameprefx: a-")]);
    /// 8. The same further in.
    unknown_inner_field: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\nimages:\n- name: nginx\n  newTags: b"),
    ]);
    /// 9. A text where a list is wanted.
    text_instead_of_a_list: fails([("prod/kustomization.yaml", "resources: web.yaml")]);
    /// 10. A number where a text is wanted.
    number_instead_of_a_text: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\ncommonAnnotations:\n  revision: 1"),
    ]);
    /// 11. A boolean of YAML where a text is wanted, in a component.
    boolean_instead_of_a_text: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\ncomponents:\n- ../comp"),
        ("comp/kustomization.yaml", "kind: Component\nimages:\n- name: nginx\n  newTag: y"),
    ]);
    /// 12. A kustomization that says nothing.
    empty: fails([("prod/kustomization.yaml", "kind: Kustomization")]);
    /// 13. A resource that is no YAML.
    no_yaml: fails([
        ("prod/kustomization.yaml", "resources:\n- bad.yaml"),
        ("prod/bad.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: a: b"),
    ]);
    /// 14. A kustomization that is no YAML.
    tab: fails([("prod/kustomization.yaml", "resources:\n\t- web.yaml")]);
    /// 15. An object without a name, behind another.
    no_name: fails([
        ("prod/kustomization.yaml", "resources:\n- more.yaml"),
        ("prod/more.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service"),
    ]);
    /// 16. A file of values.
    no_object: fails([
        ("prod/kustomization.yaml", "resources:\n- values.yaml"),
        ("prod/values.yaml", "image: nginx"),
    ]);
    /// 17. A kustomization as a resource.
    kustomization_as_resource: fails([
        ("prod/kustomization.yaml", "resources:\n- base/kustomization.yaml"),
        ("prod/base/kustomization.yaml", "kind: Kustomization\nnamePrefix: a-"),
    ]);
    /// 18. A resource outside of the kustomization's folder.
    resource_outside: fails([
        ("prod/kustomization.yaml", "resources:\n- ../web.yaml"),
        ("web.yaml", WEB),
    ]);
    /// 19. A patch outside.
    patch_outside: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- path: ../patch.yaml"),
        ("patch.yaml", WEB),
    ]);
    /// 20. A patch that fits nothing, in a file.
    unmatched_patch: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- path: patch.yaml"),
        ("prod/patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: wep"),
    ]);
    /// 21. The same inline, of another kind.
    unmatched_inline_patch: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: StatefulSet\n    metadata: {name: web}"),
    ]);
    /// 22. A patch that is no YAML.
    patch_without_yaml: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- path: patch.yaml"),
        ("prod/patch.yaml", "kind: a\n b: c"),
    ]);
    /// 23. A patch that is no object.
    patch_without_kind: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- patch: '{spec: {replicas: 2}}'"),
    ]);
    /// Operations in brackets that are YAML and no JSON.
    patch_in_brackets: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- target: {kind: Deployment}\n  patch: '[{op: remove, path: /spec/replicas}]'"),
    ]);
    /// 24. An operation that does not fit, inline.
    operation: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: replace\n      path: /spec/replicas\n      value: 2\n    - op: remove\n      path: /spec/paused"),
    ]);
    /// 25. The same in a file.
    operation_in_a_file: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- target: {kind: Deployment}\n  path: patch.json"),
        ("prod/patch.json", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 2},\n {\"op\": \"test\", \"path\": \"/spec/replicas\", \"value\": 3}]"),
    ]);
    /// 26. Operations without a target.
    no_target: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- patch: |-\n    - op: remove\n      path: /spec/replicas"),
    ]);
    /// 27. An object that is there twice.
    twice: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\n- again.yaml"),
        ("prod/again.yaml", WEB),
    ]);
    /// 28. A base that comes in twice.
    base_twice: fails([
        ("prod/kustomization.yaml", "resources:\n- ../a\n- ../b"),
        ("a/kustomization.yaml", "resources:\n- ../base"),
        ("b/kustomization.yaml", "resources:\n- ../base"),
        ("base/kustomization.yaml", "resources:\n- web.yaml"),
        ("base/web.yaml", WEB),
    ]);
    /// 29. A file of a generator that is not there.
    generator_file: fails([
        ("prod/kustomization.yaml", "configMapGenerator:\n- name: settings\n  files:\n  - app=settings.yml"),
        ("prod/settings.yaml", "a: 1"),
    ]);
    /// 30. A literal of a Secret that is none: its line is not shown.
    secret_literal: fails([
        ("prod/kustomization.yaml", "secretGenerator:\n- name: key\n  literals:\n  - hunter2"),
    ]);
    /// 31. A Secret that is no YAML: its line is not shown.
    secret_without_yaml: fails([
        ("prod/kustomization.yaml", "resources:\n- key.yaml"),
        ("prod/key.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: hunter: 2"),
    ]);
    /// 32. Replicas of what is not there.
    replicas: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\nreplicas:\n- name: wep\n  count: 3"),
    ]);
    /// 33. A replacement without a source.
    replacement_source: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\nreplacements:\n- source: {kind: Deployment, name: wep}\n  targets:\n  - select: {kind: Deployment}"),
    ]);
    /// 34. A replacement of a field that is not there, in a file.
    replacement_field: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\nreplacements:\n- path: replace.yaml"),
        ("prod/replace.yaml", "- source: {kind: Deployment, name: web}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths:\n    - metadata.name\n    - spec.nme"),
    ]);
    /// 35. A kustomization where a component is wanted.
    no_component: fails([
        ("prod/kustomization.yaml", "components:\n- ../base"),
        ("base/kustomization.yaml", "namePrefix: a-"),
    ]);
    /// 36. A component where a kustomization is wanted.
    component: fails([
        ("prod/kustomization.yaml", "resources:\n- ../base"),
        ("base/kustomization.yaml", "kind: Component\nnamePrefix: a-"),
    ]);
    /// 37. Labels that are a list.
    labels: fails([
        ("prod/kustomization.yaml", "resources:\n- pod.yaml\nlabels:\n- pairs: {a: b}"),
        ("prod/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  labels: [a]"),
    ]);
    /// 38. A transformer with a file of its own.
    transformer: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\ntransformers:\n- labels.yaml"),
        ("prod/labels.yaml", "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels: {a: b}\nfieldSpecs:\n- {path: spec/replicas, create: true}"),
    ]);
    /// 39. Charts without the flag.
    charts: fails([("prod/kustomization.yaml", "helmCharts:\n- name: web")]);
    /// 40. A name that may mean several objects.
    ambiguous: fails([
        ("prod/kustomization.yaml", "resources:\n- disk.yaml\nconfigMapGenerator:\n- {name: other, literals: [a=1]}\nsecretGenerator:\n- name: key\n  namespace: a\n  literals: [a=1]\n- name: key\n  namespace: b\n  literals: [a=2]"),
        ("prod/disk.yaml", "apiVersion: v1\nkind: PersistentVolume\nmetadata:\n  name: disk\nspec:\n  azureFile:\n    secretName: key"),
    ]);
    /// 44. A key that an object has twice.
    repeated_key: fails([
        ("prod/kustomization.yaml", "resources:\n- service.yaml"),
        ("prod/service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: ClusterIP\n  ports: []\n  type: NodePort"),
    ]);
    /// 45. A variable of an object that is not there, in a base.
    variable: fails([
        ("prod/kustomization.yaml", "resources:\n- ../base"),
        ("base/kustomization.yaml", "resources:\n- web.yaml\nvars:\n- name: WEB\n  objref: {apiVersion: apps/v1, kind: Deployment, name: wep}"),
        ("base/web.yaml", WEB),
    ]);
    /// 46. A file of patches that is no YAML.
    patches_without_yaml: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatchesStrategicMerge:\n- patch.yaml"),
        ("prod/patch.yaml", "kind: Deployment\nmetadata:\n  name: web\n spec: {}"),
    ]);
    /// 47. A text that YAML of old takes for a boolean, in the second of several entries.
    old_boolean: fails([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\nlabels:\n- pairs: {app: web}\n- pairs: {app: web, main: y}"),
    ]);
    /// 41. A patch, images and a replacement that match nothing.
    unmatched_entries: warns([
        ("prod/kustomization.yaml", "resources:\n- ../base\n- web.yaml\nnamePrefix: x-\nimages:\n- name: ngnx\n  newTag: \"1\"\n- name: redis\n  newTag: \"1\""),
        ("base/kustomization.yaml", "resources:\n- service.yaml\npatches:\n- target:\n    kind: Service\n    name: weeb\n  patch: |-\n    - op: remove\n      path: /spec\nreplacements:\n- source: {kind: Service, name: web}\n  targets:\n  - select: {kind: Deployment}"),
        ("base/service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}"),
    ]);
    /// 42. Targets that differ in more than a name.
    unmatched_targets: warns([
        ("prod/kustomization.yaml", "resources:\n- web.yaml\npatches:\n- target: {kind: Deploymnt}\n  path: p.yaml\n- target: {kind: Deployment, name: web, labelSelector: tier=front}\n  path: p.yaml\n- target: {kind: Ingress, name: web}\n  path: p.yaml"),
        ("prod/p.yaml", "- {op: remove, path: /spec}"),
    ]);
    /// 43. An image that is named without its registry, in a component.
    unmatched_image: warns([
        ("prod/kustomization.yaml", "resources:\n- pod.yaml\ncomponents:\n- ../comp"),
        ("prod/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: a, image: \"ghcr.io/shop/web:1\"}"),
        ("comp/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: web\n  newTag: \"2\""),
    ]);
}

#[test]
fn a_folder_that_is_not_there_is_told_with_the_one_that_was_meant() {
    let project = Project::new("//- overlays/prod/kustomization.yaml\nnamePrefix: a-\n").unwrap();
    let outcome = build(&project, &["overlays/prd"]);
    assert_eq!(outcome.code, Some(1));
    let told = "error[kustomize/missing]: `overlays/prd` is not there\nhint: did you mean `prod`?\n";
    assert!(outcome.stderr.ends_with(told), "{outcome}");
}

/// What lies in a repository is told with its address, not with the folder of a copy that is gone.
#[test]
fn a_mistake_in_a_repository_is_told_with_its_address() {
    let project = Project::new(
        "//- repo/base/kustomization.yaml
resources: [../web]
//- repo/web/kustomization.yaml
resources:
- wep.yaml
//- repo/web/web.yaml
{apiVersion: v1, kind: Service, metadata: {name: s}}
",
    )
    .unwrap();
    crate::repository(&project, "repo");
    let address = format!("file://{}", project.file("repo").display());
    project.write("kustomization.yaml", &format!("resources: ['{address}//base']\n")).unwrap();
    let outcome = build(&project, &[]);
    for told in [
        format!("  --> {address}//web/kustomization.yaml:2:3\n   |\n 2 | - wep.yaml\n"),
        format!("  the way there: . → {address}//base → ../web\n"),
        String::from("hint: did you mean `web.yaml`?\n"),
    ] {
        assert!(outcome.stderr.contains(&told), "{outcome}");
    }
}

#[test]
fn a_chart_that_fails_is_told_with_the_line_of_its_template() {
    let project = Project::new(
        "//- kustomization.yaml
helmCharts:
- name: web
//- charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
//- charts/web/values.yaml
ingress: {}
//- charts/web/templates/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {host: {{ .Values.ingress.tls.host }}}
",
    )
    .unwrap();
    let outcome = build(&project, &["--enable-helm"]);
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn quiet_builds_warn_of_nothing() {
    let files = format!(
        "//- kustomization.yaml\nresources: [web.yaml]\nimages: [{{name: x, newTag: \"1\"}}]\n//- web.yaml\n{WEB}"
    );
    let project = Project::new(&files).unwrap();
    assert!(build(&project, &[]).stderr.contains("warning[kustomize/unmatched-image]"));
    assert_eq!(build(&project, &["-q"]).stderr, "");
    assert_eq!(build(&project, &["-q"]).stdout, build(&project, &[]).stdout);
}

/// Deeper than anything: refused, and nothing falls over.
#[test]
fn a_document_ten_thousand_deep_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("x: {}{}", open.repeat(10_001), close.repeat(10_001));
        let files = format!("//- kustomization.yaml\nresources: [deep.yaml]\n//- deep.yaml\n{deep}\n");
        let project = Project::new(&files).unwrap();
        let outcome = build(&project, &[]);
        assert_eq!(outcome.code, Some(1));
        let told = "error[kustomize/yaml]: exceeded max depth of 1000\n  --> deep.yaml:1:";
        assert!(outcome.stderr.contains(told), "{outcome}");
    }
}
