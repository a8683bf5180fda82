//! What a project begins with that has nothing yet: one service.

use longshore_import::{Draft, DraftFile, DraftRelease, Source};

const PATH: &str = "manifests/web.yaml";

const MANIFEST: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginxinc/nginx-unprivileged:1.29
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet: {path: /, port: 8080}
          resources:
            requests: {cpu: 50m, memory: 32Mi}
            limits: {memory: 64Mi}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: 8080
";

/// Adds a release `web` and its manifest.
pub(super) fn add(draft: &mut Draft) {
    draft.releases.push(DraftRelease::new("web", Source::Manifests(vec![PATH.to_owned()])));
    draft.files.push(DraftFile { path: PATH.to_owned(), text: MANIFEST.to_owned() });
}
