//! Running a program in a pseudo-terminal, and noting when it wrote what.
//!
//! The program gets no session of its own (that takes code between fork and exec, which is unsafe), so nothing sends it
//! signals by way of this terminal. It sees a terminal on all three standard streams, of the size that was asked for.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::Command;

/// A silence that long means that a program has finished drawing.
const SETTLED: Duration = Duration::from_millis(8);

/// The size of a terminal in cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) rows: u16,
    pub(super) columns: u16,
}

/// What a program wrote at once.
#[derive(Debug)]
pub(super) struct Chunk {
    /// When, since the program began.
    pub(super) at: Duration,
    pub(super) bytes: Vec<u8>,
}

/// Everything that a program wrote to its terminal.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) chunks: Vec<Chunk>,
    pub(super) status: ExitStatus,
    /// The process's id.
    pub(super) process: Option<u32>,
}

impl Recorded {
    /// What was written, and whether a picture may be taken after it: not in the middle of a redraw.
    pub(super) fn settled_chunks(&self) -> impl Iterator<Item = (&Chunk, bool)> {
        self.chunks.iter().enumerate().map(|(index, chunk)| {
            let next = self.chunks.get(index + 1);
            (chunk, next.is_none_or(|next| next.at >= chunk.at + SETTLED))
        })
    }
}

/// Runs a program to its end. Dropping the future ends it.
pub(super) async fn record(mut command: Command, size: Size) -> Result<Recorded> {
    let (ours, theirs) = open(size).context("cannot open a pseudo-terminal")?;
    let again = || theirs.try_clone().context("cannot open a pseudo-terminal again");
    command.stdin(Stdio::from(again()?)).stdout(Stdio::from(again()?)).stderr(Stdio::from(again()?));
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let mut child = command.kill_on_drop(true).spawn().with_context(|| format!("cannot run {program}"))?;
    // The end of what is written shows only when nobody can write any more, we included.
    drop((command, theirs));
    let process = child.id();
    let reading = tokio::task::spawn_blocking(move || read(File::from(ours), start));
    let status = child.wait().await.with_context(|| format!("cannot wait for {program}"))?;
    let chunks = reading.await.context("a terminal could not be read")??;
    Ok(Recorded { chunks, status, process })
}

/// Our end and the program's end of a new pseudo-terminal.
fn open(size: Size) -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs = rustix::fs::open(name, flags, Mode::empty())?;
    let size = Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&theirs, size)?;
    Ok((ours, theirs))
}

fn read(mut terminal: File, start: Instant) -> Result<Vec<Chunk>> {
    let mut chunks = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match terminal.read(&mut buffer) {
            Ok(0) => return Ok(chunks),
            Ok(count) => chunks.push(Chunk { at: start.elapsed(), bytes: buffer[..count].to_vec() }),
            // How Linux says that the other end is closed.
            Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => return Ok(chunks),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("cannot read a pseudo-terminal"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn no_picture_is_taken_in_the_middle_of_a_redraw() {
        let chunk = |milliseconds| Chunk { at: Duration::from_millis(milliseconds), bytes: Vec::new() };
        let recorded = Recorded {
            chunks: vec![chunk(0), chunk(1), chunk(20), chunk(21)],
            status: ExitStatus::from_raw(0),
            process: None,
        };
        let settled: Vec<bool> = recorded.settled_chunks().map(|(_, settled)| settled).collect();
        assert_eq!(settled, [false, true, false, true]);
    }

    #[tokio::test]
    async fn what_is_written_is_noted_with_its_time() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "printf one; sleep 0.2; printf two"]);
        let recorded = record(command, Size { rows: 3, columns: 10 }).await.unwrap();
        let [one, two] = &recorded.chunks[..] else { panic!("{:?}", recorded.chunks) };
        assert_eq!((&one.bytes[..], &two.bytes[..]), (&b"one"[..], &b"two"[..]));
        assert!(two.at >= one.at + Duration::from_millis(150), "{:?} {:?}", one.at, two.at);
        assert!(recorded.status.success());
    }
}
