//! Running a command in a real pod, as `kubectl exec` does.

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::AttachParams;
use tokio::io::AsyncReadExt;

use crate::Outcome;

/// Runs a command in the first container of a pod, through the API server, and gives back all that it says.
pub async fn exec(pods: &Api<Pod>, name: &str, command: &[&str]) -> Result<Outcome> {
    let how = AttachParams::default().stdout(true).stderr(true);
    let mut process = pods
        .exec(name, command.iter().copied(), &how)
        .await
        .with_context(|| format!("cannot run {} in pod {name}", command.join(" ")))?;
    let mut stdout = process.stdout().context("standard output was asked for")?;
    let mut stderr = process.stderr().context("standard error was asked for")?;
    let status = process.take_status().context("nobody else took it")?;
    let (mut out, mut err) = (String::new(), String::new());
    let reading = tokio::try_join!(stdout.read_to_string(&mut out), stderr.read_to_string(&mut err));
    reading.with_context(|| format!("cannot read what {} says in pod {name}", command.join(" ")))?;
    let status = status.await.context("its end was not told")?;
    // A success has no code; a failure has it among its causes.
    let causes = status.details.and_then(|details| details.causes).unwrap_or_default();
    let code = match status.status.as_deref() {
        Some("Success") => Some(0),
        _ => causes
            .iter()
            .find(|cause| cause.reason.as_deref() == Some("ExitCode"))
            .and_then(|cause| cause.message.as_deref()?.parse().ok()),
    };
    Ok(Outcome { code, stdout: out, stderr: err })
}
