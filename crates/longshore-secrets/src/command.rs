//! A program that prints a secret, and how long it may take.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};
use zeroize::Zeroizing;

use crate::source::{MAX_SECRET, SourceError};

/// Who is killed when the limit is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The program with all that it has started: it gets a process group of its own.
    Group,
    /// The program alone. It stays in our process group, because only that one may ask at the terminal, and is reached
    /// by Ctrl-C.
    Program,
}

/// What a program prints, run without a shell.
///
/// # Errors
/// It cannot be run, fails, prints too much, or is not done within `limit`; then it is killed.
pub(crate) fn output(
    words: &[String],
    folder: &Path,
    limit: Duration,
) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    // A program that asks for a password opens the terminal by this name.
    let has_terminal = std::fs::File::open("/dev/tty").is_ok();
    run(words, folder, limit, if has_terminal { Reach::Program } else { Reach::Group })
}

enum Heard {
    Printed(std::io::Result<Zeroizing<Vec<u8>>>),
    Ended,
}

fn run(
    words: &[String],
    folder: &Path,
    limit: Duration,
    reach: Reach,
) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    let (program, arguments) = words.split_first().ok_or(SourceError::Empty)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::inherit());
    if reach == Reach::Group {
        command.process_group(0);
    }
    let not_run = |error| SourceError::NotRun { program: program.clone(), error };
    let mut child = command.spawn().map_err(not_run)?;
    let heard = within(&mut child, limit);
    // Whoever is still there has printed too much, is too late, or was left behind.
    if heard.as_ref().map_or(true, |printed| printed.len() as u64 > MAX_SECRET) {
        kill(&child, reach);
    }
    let status = child.wait().map_err(not_run)?;
    let printed = heard.map_err(|lost| match lost {
        Lost::Late => SourceError::TooSlow { program: program.clone(), limit },
        Lost::Unread(error) => not_run(error),
    })?;
    if printed.len() as u64 > MAX_SECRET {
        Err(SourceError::TooLong)
    } else {
        succeeded(program, status).map(|()| printed)
    }
}

fn succeeded(program: &str, status: ExitStatus) -> Result<(), SourceError> {
    if status.success() { Ok(()) } else { Err(SourceError::Failed { program: program.to_owned(), status }) }
}

enum Lost {
    Late,
    Unread(std::io::Error),
}

/// What the program has printed when it has ended and closed its output, or printed too much.
fn within(child: &mut Child, limit: Duration) -> Result<Zeroizing<Vec<u8>>, Lost> {
    let (tell, hear) = channel();
    let started = Instant::now();
    if let Some(output) = child.stdout.take() {
        let tell = tell.clone();
        std::thread::spawn(move || tell.send(Heard::Printed(printed(output))));
    }
    let pid = Pid::from_child(child);
    std::thread::spawn(move || wait(pid, &tell));
    let (mut text, mut has_ended) = (None, false);
    loop {
        match hear.recv_timeout(limit.saturating_sub(started.elapsed())) {
            Ok(Heard::Printed(Ok(printed))) if printed.len() as u64 > MAX_SECRET => return Ok(printed),
            Ok(Heard::Printed(Ok(printed))) => text = Some(printed),
            Ok(Heard::Printed(Err(error))) => return Err(Lost::Unread(error)),
            Ok(Heard::Ended) => has_ended = true,
            Err(_) => return Err(Lost::Late),
        }
        if has_ended && let Some(text) = text.take() {
            return Ok(text);
        }
    }
}

fn printed(output: ChildStdout) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    output.take(MAX_SECRET + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Waits and leaves the ended program where it is: as long as nobody collects it, its id is nobody else's.
fn wait(pid: Pid, tell: &Sender<Heard>) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
    // Nobody listens any more if it was killed.
    let _ = tell.send(Heard::Ended);
}

fn kill(child: &Child, reach: Reach) {
    let pid = Pid::from_child(child);
    // Who has ended in this moment cannot be killed, and need not be.
    let _ = match reach {
        Reach::Group => kill_process_group(pid, Signal::KILL),
        Reach::Program => kill_process(pid, Signal::KILL),
    };
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::time::Duration;

    use rustix::fs::{FileType, Mode};

    use super::{Reach, run};
    use crate::source::{MAX_SECRET, SourceError};

    const LONG: Duration = Duration::from_mins(5);

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    /// The grandchild holds a pipe: who reads it hears nothing more when all are dead, and `survived` if one is not.
    #[test]
    fn a_program_that_hangs_is_killed_with_all_that_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let script = "exec 3>pipe; (sleep 20; echo survived >&3) & echo started >&3; wait";
        let mut limit = Duration::from_millis(50);
        loop {
            rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
            // Open for both, so that neither side waits for the other to open.
            let held = File::options().read(true).write(true).open(&pipe).unwrap();
            let mut reader = File::open(&pipe).unwrap();
            let error = run(&shell(script), folder.path(), limit, Reach::Group).unwrap_err();
            assert!(matches!(error, SourceError::TooSlow { .. }), "{error}");
            drop(held);
            let mut heard = String::new();
            reader.read_to_string(&mut heard).unwrap();
            // On a busy machine it may be killed before it has come so far; then it gets more time.
            if !heard.is_empty() {
                assert_eq!(heard, "started\n");
                break;
            }
            std::fs::remove_file(&pipe).unwrap();
            limit *= 2;
        }
    }

    #[test]
    fn what_prints_without_end_is_stopped() {
        for reach in [Reach::Group, Reach::Program] {
            let error = run(&["yes".to_owned()], ".".as_ref(), LONG, reach).unwrap_err();
            assert!(matches!(error, SourceError::TooLong), "{error}");
        }
        let most = format!("head -c {MAX_SECRET} /dev/zero");
        assert_eq!(run(&shell(&most), ".".as_ref(), LONG, Reach::Group).unwrap().len() as u64, MAX_SECRET);
    }

    #[test]
    fn a_program_that_ends_well_or_badly_is_told_apart() {
        let told = |script: &str| match run(&shell(script), ".".as_ref(), LONG, Reach::Program) {
            Ok(text) => String::from_utf8(text.to_vec()).unwrap(),
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(told("echo a; exec >&-; exit 0"), "a\n");
        assert!(told("echo a; exit 3").starts_with("error: `sh` failed (exit status: 3)"));
        assert!(told("kill -9 $$").starts_with("error: `sh` failed (signal: 9"));
    }
}
