//! `longshore logs`: what the pods write.
//!
//! Lines go to standard output from a thread of its own, since it may have to wait for whoever reads them; then the
//! logs wait too, and nothing is lost and nothing piles up.

use std::io::{self, BufWriter, Write};

use longshore_diag::Diagnostic;
use longshore_operate::{Filter, Follow, LogEvent, Which, follow, merged, pick};

use crate::args::{GlobalArgs, LogsArgs, Output};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::view::LogView;

/// Of what runs already, so much is shown before what comes.
const BEFORE_FOLLOWING: u64 = 10;

/// How many bytes are written at once.
const BUFFER: usize = 64 << 10;

/// Shows or follows logs.
pub(super) async fn run(
    global: &GlobalArgs,
    args: &LogsArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let filter = |include: &[String], exclude: &[String]| {
        Filter::new(include, exclude).map_err(|message| Diagnostic::error("cli/regex", message))
    };
    let (containers, lines) = (filter(&args.container, &[])?, filter(&args.include, &args.exclude)?);
    if !matches!(printer.output(), Output::Text | Output::Json) {
        let problem = Diagnostic::error("usage/output", "logs are printed as text or JSON");
        printer.diagnostic(&problem.hint("leave `-o` out, or write `-o json`"));
        return Ok(ExitStatus::Usage);
    }
    let (session, scope) = super::scope(global, &args.select, &args.cluster, args.target.as_ref()).await?;
    let tail = args.tail.or((args.follow && args.since.is_none()).then_some(BEFORE_FOLLOWING));
    let which = Which { since: args.since, tail, previous: args.previous, containers };
    let view = LogView::new(printer, args.timestamps, !args.no_prefix, lines);
    if !args.follow {
        return whole(&session, &scope, &which, view, printer).await;
    }
    let following = follow(&session.cluster, scope, which);
    let quiet = printer.clone();
    let writing = tokio::task::spawn_blocking(move || write(following, view, &quiet));
    tokio::select! {
        status = writing => status?,
        _ = tokio::signal::ctrl_c() => Ok(ExitStatus::Interrupted),
    }
}

/// All that there is, in the order of its times.
async fn whole(
    session: &longshore_platform::Session,
    scope: &longshore_operate::Scope,
    which: &Which,
    mut view: LogView,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut logs = merged(&session.cluster, scope, which).await?;
    if logs.is_empty() && logs.told.is_empty() {
        // What was named and has no pods at all is a mistake rather than silence.
        if scope.only().is_some()
            && let Err(none) = pick(&session.cluster, scope).await
            && none.code == "operate/no-pod"
        {
            return Err(none.into());
        }
        let what = if which.previous { "no container was started again" } else { "no container has begun" };
        printer.say(format!("there are no logs: {what}"));
    }
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let written = async {
        while let Some((source, line)) = logs.next().await {
            view.write(&mut out, &source, &line)?;
        }
        out.flush()
    };
    match written.await {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => drop(out),
    }
    for told in &logs.told {
        printer.diagnostic(told);
    }
    Ok(if logs.told.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
}

/// Writes what comes until it ends, or until nobody reads it.
fn write(mut following: Follow, mut view: LogView, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    loop {
        let event = match following.ready() {
            Some(event) => event,
            // Before waiting, all that was said is shown.
            None => match out.flush() {
                Ok(()) => match following.blocking_next() {
                    Some(event) => event,
                    None => return Ok(ExitStatus::Failure),
                },
                Err(error) => return gone(error),
            },
        };
        match event {
            LogEvent::Lines(source, lines) => {
                for line in &lines {
                    if let Err(error) = view.write(&mut out, &source, line) {
                        return gone(error);
                    }
                }
            }
            LogEvent::Told(told) => printer.diagnostic(&told),
            LogEvent::Begun(0) => printer.say("nothing runs yet; waiting for pods"),
            LogEvent::Begun(_) => {}
        }
    }
}

/// A reader that has seen enough is no error.
fn gone(error: io::Error) -> anyhow::Result<ExitStatus> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(ExitStatus::Success) } else { Err(error.into()) }
}
