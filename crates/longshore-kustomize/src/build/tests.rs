//! Whole builds, compared with what Kustomize 5.8.1 prints for the same files in a folder `/app`.

use std::collections::{BTreeMap, BTreeSet};

use longshore_go::path;

use super::{Options, build};
use crate::error::Error;
use crate::files::{Files, Resolved};

/// Files in memory.
struct Tree(BTreeMap<String, &'static str>);

impl Files for Tree {
    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let text = self.0.get(path).map(|text| text.as_bytes().to_vec());
        text.ok_or_else(|| Error::new(format!("open {path}: no such file or directory")))
    }

    fn resolve(&self, path: &str) -> Result<Resolved, Error> {
        let clean = String::from_utf8_lossy(&path::clean(path.as_bytes())).into_owned();
        let folders: BTreeSet<&str> =
            self.0.keys().flat_map(|file| file.match_indices('/').map(|(at, _)| &file[..at])).collect();
        if folders.contains(clean.as_str()) {
            return Ok(Resolved { folder: clean, file: String::new() });
        }
        match clean.rsplit_once('/') {
            Some((folder, file)) if self.0.contains_key(&clean) => {
                Ok(Resolved { folder: folder.to_owned(), file: file.to_owned() })
            }
            _ => Err(Error::new(format!(
                "evalsymlink failure on '{path}' : lstat {clean}: no such file or directory"
            ))),
        }
    }
}

/// Builds the files and compares with what real Kustomize prints: objects, or an error.
fn check(files: &[(&str, &'static str)], expected: &str) {
    let files = files.iter().map(|(path, text)| (format!("/app/{path}"), *text)).collect();
    let built = build(&Tree(files), "/app", &Options::default());
    let printed = match built.documents() {
        Ok(text) => String::from_utf8(text).unwrap(),
        Err(error) => format!("Error: {error}\n"),
    };
    assert_eq!(printed, expected);
}

#[test]
fn a_label_stands_in_several_places_as_one_node() {
    check(
        &[
            (
                "kustomization.yaml",
                "resources: [base]
labels: [{pairs: {app: new}}]
",
            ),
            (
                "base/kustomization.yaml",
                "resources: [web.yaml]
labels: [{pairs: {app: old}, includeSelectors: true}]
",
            ),
            (
                "base/web.yaml",
                "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {}}}
",
            ),
        ],
        "apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: new
  name: web
spec:
  selector:
    matchLabels:
      app: new
  template:
    metadata:
      labels:
        app: new
    spec: {}
",
    );
}

#[test]
fn hashes_follow_the_content_and_references_follow_the_hashes() {
    check(
        &[
            ("kustomization.yaml", "namePrefix: p-
resources: [web.yaml]
configMapGenerator:
- {name: c, literals: [a=<1>], files: [web.yaml]}
secretGenerator:
- {name: s, envs: [s.env], type: x/y}
"),
            ("s.env", "# no
A=b

C
"),
            ("web.yaml", "apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: c, envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}}, {configMapRef: {name: other}}]}]}
"),
        ],
        r#"apiVersion: v1
data:
  a: <1>
  web.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec: {containers: [{name: c, envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}}, {configMapRef: {name: other}}]}]}
kind: ConfigMap
metadata:
  name: p-c-7f4b7d24t5
---
apiVersion: v1
data:
  A: Yg==
  C: ""
kind: Secret
metadata:
  name: p-s-bbm5t5h89g
type: x/y
---
apiVersion: v1
kind: Pod
metadata:
  name: p-web
spec:
  containers:
  - envFrom:
    - configMapRef:
        name: p-c-7f4b7d24t5
    - secretRef:
        name: p-s-bbm5t5h89g
    - configMapRef:
        name: other
    name: c
"#,
    );
}

#[test]
fn a_component_runs_on_what_its_parent_has_gathered() {
    check(
        &[
            (
                "kustomization.yaml",
                "namePrefix: a-
resources: [s.yaml]
components: [part]
configMapGenerator: [{name: c, literals: [x=1]}]
",
            ),
            (
                "part/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
nameSuffix: -z
namespace: ns
configMapGenerator: [{name: c, behavior: merge, literals: [y=2]}]
",
            ),
            (
                "s.yaml",
                "{apiVersion: v1, kind: Service, metadata: {name: s}}
",
            ),
        ],
        r#"apiVersion: v1
data:
  x: "1"
  "y": "2"
kind: ConfigMap
metadata:
  name: a-c-z-gc87g97b68
  namespace: ns
---
apiVersion: v1
kind: Service
metadata:
  name: a-s-z
  namespace: ns
"#,
    );
}

#[test]
fn a_field_of_a_type_takes_the_place_of_one_of_all_types() {
    check(
        &[
            (
                "kustomization.yaml",
                "namePrefix: p-
resources: [r.yaml]
configurations: [c.yaml]
",
            ),
            (
                "c.yaml",
                "namePrefix: [{path: metadata/name, kind: Host}]
",
            ),
            (
                "r.yaml",
                "{apiVersion: v1, kind: Host, metadata: {name: h}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p}}
",
            ),
        ],
        "apiVersion: v1
kind: Host
metadata:
  name: p-h
---
apiVersion: v1
kind: Pod
metadata:
  name: p
",
    );
}

#[test]
fn plugins_of_the_builtin_version_need_no_flag() {
    check(
        &[
            ("kustomization.yaml", "resources: [r.yaml]
transformers:
- |-
  apiVersion: builtin
  kind: NamespaceTransformer
  metadata: {name: n, namespace: there}
  setRoleBindingSubjects: allServiceAccounts
  unsetOnly: true
generators: [g.yaml]
"),
            ("g.yaml", "apiVersion: builtin
kind: ConfigMapGenerator
metadata: {name: made}
literals: [n=1]
options: {disableNameSuffixHash: true}
"),
            ("r.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: here}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, subjects: [{kind: ServiceAccount, name: x}, {kind: User, name: y}]}
"),
        ],
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: b
  namespace: there
subjects:
- kind: ServiceAccount
  name: x
  namespace: there
- kind: User
  name: "y"
---
apiVersion: v1
data:
  "n": "1"
kind: ConfigMap
metadata:
  name: made
  namespace: there
---
apiVersion: v1
kind: Pod
metadata:
  name: p
  namespace: here
"#,
    );
}

#[test]
fn an_id_that_is_there_twice_is_an_error() {
    check(
        &[
            ("kustomization.yaml", "resources: [a.yaml, b.yaml]
"),
            ("a.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p}}
"),
            ("b.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default}}
"),
        ],
        "Error: accumulating resources: accumulation err='merging resources from 'b.yaml': may not add resource with an already registered id: Pod.v1.[noGrp]/p.default': must build at directory: '/app/b.yaml': file is not directory
",
    );
}

#[test]
fn a_folder_that_builds_on_itself_is_a_cycle() {
    check(
        &[
            ("kustomization.yaml", "resources: [sub]
"),
            ("sub/kustomization.yaml", "resources: [../]
"),
        ],
        "Error: accumulating resources: accumulation err='accumulating resources from 'sub': '/app/sub' must resolve to a file': recursed accumulation of path '/app/sub': accumulating resources: accumulation err='accumulating resources from '../': '/app' must resolve to a file': cycle detected: candidate root '/app' contains visited root '/app/sub'
",
    );
}

#[test]
fn files_outside_of_the_root_are_refused() {
    check(
        &[
            ("kustomization.yaml", "resources: [sub]
"),
            ("sub/kustomization.yaml", "resources: [../p.yaml]
"),
            ("p.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p}}
"),
        ],
        "Error: accumulating resources: accumulation err='accumulating resources from 'sub': '/app/sub' must resolve to a file': recursed accumulation of path '/app/sub': accumulating resources: accumulation err='accumulating resources from '../p.yaml': security; file '/app/p.yaml' is not in or below '/app/sub'': must build at directory: '/app/p.yaml': file is not directory
",
    );
}

#[test]
fn an_unknown_field_is_refused() {
    check(
        &[(
            "kustomization.yaml",
            "resource: [a]
",
        )],
        r#"Error: invalid Kustomization: json: unknown field "resource"
"#,
    );
}

#[test]
fn a_wrong_type_is_told_with_its_place() {
    check(
        &[
            ("kustomization.yaml", "configMapGenerator: [{name: a, literals: x}]
"),
        ],
        "Error: invalid Kustomization: json: cannot unmarshal string into Go struct field ConfigMapArgs.configMapGenerator.GeneratorArgs.KvPairSources.literals of type []string
",
    );
}

#[test]
fn null_is_no_kustomization() {
    check(
        &[(
            "kustomization.yaml",
            "kind: Kustomization
",
        )],
        "Error: kustomization.yaml is empty
",
    );
}

#[test]
fn an_ambiguous_reference_is_an_error() {
    check(
        &[
            (
                "kustomization.yaml",
                "resources: [a, b, r.yaml]
",
            ),
            (
                "a/kustomization.yaml",
                "namePrefix: a-
resources: [c.yaml]
",
            ),
            (
                "a/c.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
",
            ),
            (
                "b/kustomization.yaml",
                "namePrefix: b-
resources: [c.yaml]
",
            ),
            (
                "b/c.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
",
            ),
            (
                "r.yaml",
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{configMap: {name: c}}]}}
",
            ),
        ],
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: a-c
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: b-c
---
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  volumes:
  - configMap:
      name: c
",
    );
}
