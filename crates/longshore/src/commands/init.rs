//! `longshore init`: a first project file.

use std::fs;
use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use longshore_platform::project::{API_VERSION, FILE_NAME, parse};

use crate::args::InitArgs;
use crate::exit::ExitStatus;
use crate::printer::Printer;

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

/// Writes `longshore.yaml`, and a manifest to begin with if the folder has no chart. Changes no file
/// that is there.
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
    let charts = charts_below(dir)?;
    let releases = if charts.is_empty() {
        "  web:\n    manifests: manifests/web.yaml\n".to_owned()
    } else {
        charts.iter().map(|(name, path)| format!("  {name}:\n    chart: {path}\n")).collect()
    };
    let text = format!(
        "apiVersion: {API_VERSION}\nkind: Project\nname: {name}\n\nenvironments:\n  dev: {{namespace: {name}-dev, createNamespace: true}}\n  staging: {{namespace: {name}-staging, createNamespace: true}}\n  production: {{namespace: {name}}}\ndefaultEnvironment: dev\n\nreleases:\n{releases}"
    );
    // What we write must be what we read: a name that Kubernetes refuses is found here, before anything
    // is written. Its place would be in a file that is not there.
    parse(&text, FILE_NAME).map_err(|mut error| {
        error.place = None;
        error
    })?;
    write(printer, &file, &text)?;
    let manifest = dir.join("manifests/web.yaml");
    if charts.is_empty() && !manifest.exists() {
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

/// Charts in the folder and two levels below: name and path, sorted; those inside another chart left out.
fn charts_below(dir: &Path) -> anyhow::Result<Vec<(String, String)>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut open = vec![(dir.to_path_buf(), String::new(), 0)];
    while let Some((folder, below, depth)) = open.pop() {
        if folder.join("Chart.yaml").is_file() {
            let name = folder_name(&folder);
            found.push((name, if below.is_empty() { ".".to_owned() } else { below }));
            continue;
        }
        if depth == 3 {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if entry.file_type()?.is_dir()
                && !name.starts_with('.')
                && name != "node_modules"
                && name != "target"
            {
                let path = if below.is_empty() { name } else { format!("{below}/{name}") };
                open.push((entry.path(), path, depth + 1));
            }
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    // Two charts of one name cannot both be a release of that name: the first is taken.
    let mut names = std::collections::BTreeSet::new();
    found.retain(|(name, _)| names.insert(name.clone()));
    Ok(found)
}
