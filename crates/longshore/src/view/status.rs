//! The state of a platform as text.

use std::fmt::Write;

use longshore_platform::{EventStatus, LastJob, PlatformStatus, ReleaseStatus};

use crate::printer::{Paint, Printer};
use crate::view::drift::{moment, write_object};
use crate::view::plan::spaces;
use crate::view::table::Table;

/// The whole state: releases, what is not ready, what was changed by hand, host names.
pub(crate) fn status(state: &PlatformStatus, notes: bool, printer: &Printer) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} in {} ({}, cluster {})\n",
        printer.paint(Paint::Bold, &state.platform),
        state.environment,
        spaces(&state.namespace, &state.namespaces),
        state.cluster
    );
    let mut table = Table::new(&["RELEASE", "STATUS", "REVISION", "UPDATED", "CHART", "READY"]);
    for release in &state.releases {
        let ready = release.objects.iter().filter(|object| object.ready).count();
        let all = release.objects.len();
        table.row([
            release.shown(),
            printer.paint(paint(&release.status), &release.status),
            if release.revision == 0 { "-".to_owned() } else { release.revision.to_string() },
            moment(&release.updated),
            release.chart.clone(),
            printer.paint(if ready == all { Paint::Good } else { Paint::Changed }, &format!("{ready}/{all}")),
        ]);
    }
    out.push_str(&table.render());
    for release in &state.releases {
        details(&mut out, release, printer);
    }
    network(&mut out, state, printer);
    cron_jobs(&mut out, state, printer);
    if !state.hosts.is_empty() {
        out.push_str("\nFor DNS or /etc/hosts:\n");
        for line in &state.hosts {
            let _ = writeln!(out, "  {}  {}", line.address, line.host);
        }
    }
    for release in state.releases.iter().filter(|release| notes && !release.notes.is_empty()) {
        let heading = printer.paint(Paint::Bold, &format!("Notes of {}", release.shown()));
        let _ = write!(out, "\n{heading}\n{}\n", release.notes.trim_end());
    }
    out
}

fn details(out: &mut String, release: &ReleaseStatus, printer: &Printer) {
    let waiting: Vec<_> = release.objects.iter().filter(|object| !object.ready).collect();
    let pods: Vec<_> = release.pods.iter().filter(|pod| pod.restarts > 0).collect();
    if waiting.is_empty()
        && pods.is_empty()
        && release.warnings.is_empty()
        && release.drift.is_empty()
        && release.status != "failed"
        && release.holder.is_none()
    {
        return;
    }
    let _ = writeln!(out, "\n{}", printer.paint(Paint::Bold, &release.shown()));
    if let Some(holder) = &release.holder {
        let _ = writeln!(out, "  {holder} is working on it");
    }
    if release.status == "failed" {
        let _ = writeln!(out, "  {}", printer.paint(Paint::Bad, &release.description));
    }
    let mut table = Table::bare(2);
    for object in waiting {
        table.row([object.object.clone(), printer.paint(Paint::Changed, &object.message)]);
    }
    for pod in pods {
        let times = if pod.restarts == 1 { "once".to_owned() } else { format!("{} times", pod.restarts) };
        let why = pod.last_end.as_ref().map(|why| format!(", last after {why}")).unwrap_or_default();
        let told = format!("{}, restarted {times}{why}", pod.state);
        table.row([format!("Pod/{}", pod.pod), printer.paint(Paint::Changed, &told)]);
    }
    out.push_str(&table.render());
    for event in &release.warnings {
        let times = if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
        let EventStatus { object, reason, message, last, .. } = event;
        let when = printer.paint(Paint::Dim, &moment(last));
        let _ = writeln!(out, "  {when} {object} {reason}{times}: {}", message.replace('\n', " "));
    }
    for drift in &release.drift {
        write_object(out, drift, printer);
    }
}

/// Services with what answers behind them, and Ingresses with where they are reached.
fn network(out: &mut String, state: &PlatformStatus, printer: &Printer) {
    let mut services = Table::new(&["SERVICE", "RELEASE", "ENDPOINTS"]);
    let mut ingresses = Table::new(&["INGRESS", "RELEASE", "HOSTS", "ADDRESS"]);
    for release in &state.releases {
        for service in &release.services {
            let mut told = format!("{} ready", service.ready);
            if service.not_ready > 0 {
                let _ = write!(told, ", {} not", service.not_ready);
            }
            let paint =
                if service.ready > 0 && service.not_ready == 0 { Paint::Good } else { Paint::Changed };
            services.row([service.service.clone(), release.release.clone(), printer.paint(paint, &told)]);
        }
        for ingress in &release.ingresses {
            let addresses = if ingress.addresses.is_empty() {
                "none yet".to_owned()
            } else {
                ingress.addresses.join(", ")
            };
            let hosts = ingress.hosts.join(", ");
            ingresses.row([ingress.ingress.clone(), release.release.clone(), hosts, addresses]);
        }
    }
    for table in [services, ingresses].iter().filter(|table| !table.is_empty()) {
        let _ = write!(out, "\n{}", table.render());
    }
}

/// CronJobs with when they run and how they last did.
fn cron_jobs(out: &mut String, state: &PlatformStatus, printer: &Printer) {
    let mut table = Table::new(&["CRONJOB", "RELEASE", "SCHEDULE", "LAST RUN"]);
    for release in &state.releases {
        for cron_job in &release.cron_jobs {
            let zone = cron_job.time_zone.as_ref().map(|zone| format!(" ({zone})")).unwrap_or_default();
            let mut told = Vec::new();
            if cron_job.suspended {
                told.push(printer.paint(Paint::Changed, "suspended"));
            }
            if cron_job.active > 0 {
                told.push(format!("{} running", cron_job.active));
            }
            told.push(match &cron_job.last_job {
                None => "none that has ended".to_owned(),
                Some(LastJob { job, ended, message: None, .. }) => {
                    printer.paint(Paint::Good, &format!("{job} succeeded {}", moment(ended)))
                }
                Some(LastJob { job, ended, message: Some(message), .. }) => {
                    printer.paint(Paint::Bad, &format!("{job} failed {}: {message}", moment(ended)))
                }
            });
            let schedule = format!("{}{zone}", cron_job.schedule);
            table.row([cron_job.cron_job.clone(), release.release.clone(), schedule, told.join(", ")]);
        }
    }
    if !table.is_empty() {
        let _ = write!(out, "\n{}", table.render());
    }
}

fn paint(status: &str) -> Paint {
    match status {
        "deployed" => Paint::Good,
        "failed" => Paint::Bad,
        "not deployed" => Paint::Dim,
        _ => Paint::Changed,
    }
}
