//! `longshore exec`: a command in a pod.

use std::io::{self, IsTerminal as _, Read as _, Write};

use longshore_cluster::{ExecEnd, ExecOptions, ExecOutput, ExecWriter};
use longshore_diag::Diagnostic;
use longshore_operate::{container_of, pick};
use tokio::sync::mpsc;
use tokio::task::block_in_place;

use crate::args::{ExecArgs, GlobalArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::terminal::{Raw, Resized, size};

/// Runs the command; its exit code is ours.
pub(super) async fn run(
    global: &GlobalArgs,
    args: &ExecArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let (session, scope) = super::scope(global, &args.select, &args.cluster, Some(&args.target)).await?;
    let picked = pick(&session.cluster, &scope).await?;
    let container = container_of(&picked, args.container.as_deref())?;
    let terminal = args.tty && io::stdin().is_terminal();
    if args.tty && !terminal {
        printer.say("standard input is no terminal: the command gets none");
    }
    let options = ExecOptions {
        container: Some(container),
        command: args.command.clone(),
        input: args.stdin,
        terminal,
    };
    let opened = session.cluster.exec(&scope.namespace, &picked.state.name, &options).await;
    let mut exec = opened.map_err(|error| error.diagnostic())?;
    // From here on keys go to the command, Ctrl-C too.
    let raw = (terminal && args.stdin).then(Raw::new).transpose()?;
    let input = tokio::spawn(feed(exec.writer, args.stdin, terminal, printer.clone()));
    let mut stop = crate::terminal::Stop::new()?;
    let end = loop {
        let output = tokio::select! {
            output = exec.reader.next() => output,
            () = stop.asked() => {
                drop(raw);
                return Ok(ExitStatus::Interrupted);
            }
        };
        // Whoever does not listen any more misses the output, not the end.
        match output {
            ExecOutput::Out(bytes) => block_in_place(|| pass(io::stdout().lock(), &bytes)),
            ExecOutput::Err(bytes) => block_in_place(|| pass(io::stderr().lock(), &bytes)),
            ExecOutput::End(end) => break end,
        }
    };
    input.abort();
    drop(raw);
    match end {
        ExecEnd::Exit(0) => Ok(ExitStatus::Success),
        ExecEnd::Exit(code) => Ok(ExitStatus::Of(u8::try_from(code).unwrap_or(255))),
        ExecEnd::Failed(message) => {
            let message = format!("the command in pod {} failed: {message}", picked.state.name);
            Err(Diagnostic::error("operate/exec", message).into())
        }
    }
}

/// Writes at once. Until it is written nothing more is read: a slow reader holds up the command, not our memory.
fn pass(mut to: impl Write, bytes: &[u8]) {
    let _ = to.write_all(bytes).and_then(|()| to.flush());
}

/// Standard input in pieces, from a thread of its own, which ends with the program: nothing can take it back from
/// waiting for a key.
fn typed() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(2);
    std::thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut buffer = vec![0; 32 << 10];
        while let Ok(count) = stdin.read(&mut buffer) {
            if count == 0 || sender.blocking_send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Passes on what is typed, and the terminal's size whenever it changes.
async fn feed(mut writer: ExecWriter, input: bool, terminal: bool, printer: Printer) -> Result<(), String> {
    let mut resized = Resized::new();
    if terminal && let Some((columns, rows)) = size() {
        writer.resize(columns, rows).await?;
    }
    let mut keys = input.then(typed);
    loop {
        tokio::select! {
            read = next(&mut keys), if keys.is_some() => {
                if let Some(bytes) = read {
                    writer.write(&bytes).await?;
                    continue;
                }
                keys = None;
                if !writer.close().await? {
                    printer.say("this cluster cannot be told that the input has ended; Ctrl-C ends the command");
                }
            }
            () = resized.next(), if terminal => {
                if let Some((columns, rows)) = size() {
                    writer.resize(columns, rows).await?;
                }
            }
            else => return std::future::pending().await,
        }
    }
}

async fn next(keys: &mut Option<mpsc::Receiver<Vec<u8>>>) -> Option<Vec<u8>> {
    keys.as_mut()?.recv().await
}
