//! `longshore init`: a first project file.

mod found;

use std::fs;
use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use longshore_platform::project::{API_VERSION, FILE_NAME, parse};

use crate::args::InitArgs;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use found::Found;

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

/// Writes `longshore.yaml`, and a manifest to begin with if the folder has neither chart nor kustomization. Changes no
/// file that is there.
pub(crate) fn run(args: &InitArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let dir = &args.dir;
    let file = dir.join(FILE_NAME);
    if file.exists() {
        let error = Diagnostic::error("init/exists", "there is a project file already")
            .at(Place::file(file.display().to_string()))
            .hint("edit it, or choose another folder with --dir");
        return Err(error.into());
    }
    let name = match &args.name {
        Some(name) => name.clone(),
        None => folder_name(dir),
    };
    let found = Found::below(dir, &name)?;
    let releases = if found.releases.is_empty() {
        "  web:\n    manifests: manifests/web.yaml\n".to_owned()
    } else {
        found.releases.iter().map(|(name, source)| format!("  {name}:\n    {source}\n")).collect()
    };
    let environments: String =
        found.environments.iter().map(|(name, text)| format!("  {name}: {{{text}}}\n")).collect();
    let (default, _) = &found.environments[0];
    let text = format!(
        "apiVersion: {API_VERSION}\nkind: Project\nname: {name}\n\nenvironments:\n{environments}defaultEnvironment: {default}\n\nreleases:\n{releases}"
    );
    // What we write must be what we read: a name that Kubernetes refuses is found here, before anything
    // is written. Its place would be in a file that is not there.
    parse(&text, FILE_NAME).map_err(|mut error| {
        error.place = None;
        error
    })?;
    write(printer, &file, &text)?;
    let manifest = dir.join("manifests/web.yaml");
    if found.releases.is_empty() && !manifest.exists() {
        write(printer, &manifest, MANIFEST)?;
    }
    printer.say("next: `longshore render`, `longshore plan`, `longshore deploy`");
    Ok(ExitStatus::Success)
}

fn write(printer: &Printer, path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    printer.say(format!("wrote {}", path.display()));
    Ok(())
}

/// The folder's name, made into a name that Kubernetes takes.
fn folder_name(dir: &Path) -> String {
    let folder = dir.canonicalize().ok();
    let name = folder.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let name: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    match name.trim_matches('-') {
        "" => "platform".to_owned(),
        name => name.to_owned(),
    }
}
