//! NowConnect's overlays render to what real Kustomize builds of them (NC3); the base has the document's files.

use std::path::Path;

use longshore_testkit::Program;
use longshore_testkit::recorded::{self, Entry};

fn root() -> &'static Path {
    longshore_testkit::tools::workspace_root()
}

/// NC3: `compat/kustomize` holds what the original printed.
#[test]
fn nc3_overlays_render_to_the_originals_bytes() {
    let answers = std::fs::read_to_string(root().join("compat/kustomize/recorded/platforms.txt")).unwrap();
    let answers = recorded::answers(&answers).unwrap();
    for environment in ["dev", "staging", "production"] {
        let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(["render", "-e", environment])
            .folder(root().join("platforms/nowconnect"))
            .run()
            .unwrap();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        let mark = format!("---\n# Source: kustomize/overlays/{environment}\n");
        let rendered = outcome.stdout.replace(&mark, "---\n");
        let Entry::File(expected) = &answers[&format!("nowconnect-{environment}")].files["out"] else {
            panic!("nothing was recorded");
        };
        assert_eq!(rendered.strip_prefix("---\n").unwrap(), String::from_utf8_lossy(expected));
    }
}

/// NC3: the document's six file names, in its order, and the replicas patch.
#[test]
fn nc3_the_base_is_the_documents() {
    let base = root().join("platforms/nowconnect/kustomize/base");
    let text = std::fs::read_to_string(base.join("kustomization.yaml")).unwrap();
    let expected = "
resources:
  - deployment.yaml
  - service.yaml
  - ingress.yaml
  - config-secret.yaml
  - mesh-certs-secret.yaml

patches:
  - path: replicas-patch.yaml
";
    assert!(text.ends_with(expected), "{text}");
    let patch = std::fs::read_to_string(base.join("replicas-patch.yaml")).unwrap();
    let expected =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: nowconnect\nspec:\n  replicas: 2\n";
    assert_eq!(patch, expected);
}
