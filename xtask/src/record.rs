//! `cargo xtask record`: the README's picture of a deploy, made from a real run.
//!
//! A cluster is started for it alone, longshore runs in a pseudo-terminal, and what it writes becomes `docs/deploy.svg`
//! (moving, for the README) and `docs/deploy.txt` (for who cannot see it). Only the typing is played; everything else is
//! what the programs wrote, at the speed at which they wrote it, long waits apart. Nothing is written unless every
//! command succeeds and no trace of this machine is in the picture.
//!
//! [`pty`] runs a program and notes when it wrote what, [`screen`] is the terminal that understands it, [`film`] the
//! sequence of pictures, [`svg`] how they are drawn, [`traces`] what must not be in them.

mod film;
mod pty;
mod screen;
mod svg;
mod traces;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use longshore_testkit::cluster::{self, Lifetime};
use longshore_testkit::tools::{Group, workspace_root};
use tokio::process::Command;

use crate::{demo, go, say};
use film::Film;
use pty::Size;
use screen::Terminal;
use svg::Window;
use traces::Traces;

/// The cluster's name. It ends with the recording.
const CLUSTER: &str = "record";

/// What is shown, as typed after `longshore`.
const COMMANDS: &[&str] = &["deploy -e staging --method helm", "status -e staging"];

/// The terminal, in cells.
const SIZE: Size = Size { rows: 30, columns: 100 };

/// How it is shown.
const WINDOW: Window<'_> = Window {
    title: "ann@laptop: access-layer",
    description: "A terminal: longshore deploys the Access Layer to its staging environment, then shows its status",
    columns: SIZE.columns as usize,
};

/// A file that is larger than this is too slow to load in a README.
const LARGEST: usize = 400 * 1024;

/// A command that takes longer hangs, or asks something.
const PATIENCE: Duration = Duration::from_mins(5);

/// Records the deploy. `false` never: whatever goes wrong is an error.
pub(crate) async fn run() -> Result<bool> {
    say::note("[1/4] the control plane's programs: about 8 min the first time, then nothing");
    go::build(Group::ControlPlane).await?;
    say::note("[2/4] longshore: about 4 min the first time");
    let longshore = demo::build().await?;
    say::note("[3/4] a cluster of its own: about 5 s");
    cluster::sweep().await?;
    let tell = |text: &str| say::note(&format!("cluster {CLUSTER}: {text}"));
    let running = cluster::up(CLUSTER, Lifetime::Process, &tell).await?;
    let kubeconfig = running.place().kubeconfig();

    say::note("[4/4] recording: about 20 s");
    let mut studio = Studio::new(Traces::of_this_machine()?);
    for line in COMMANDS {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = demo::longshore_in_platform(&longshore, &kubeconfig, &words);
        neutral(&mut command).env("KUBECONFIG", &kubeconfig);
        studio.take(&format!("longshore {line}"), command).await?;
    }
    let (film, text) = studio.cut()?;
    let svg = svg::draw(&film, &WINDOW);
    if svg.len() > LARGEST {
        bail!("the picture has {} KiB; {} KiB are allowed", svg.len() / 1024, LARGEST / 1024);
    }
    for (name, content) in [("deploy.svg", &svg), ("deploy.txt", &text)] {
        write(&workspace_root().join("docs").join(name), content)?;
        say::note(&format!("docs/{name}: {} KiB", content.len().div_ceil(1024)));
    }
    say::note(&format!("{} pictures, {}", film.moments().len(), say::duration(film.length())));
    Ok(true)
}

/// Takes from a command everything that is peculiar to whoever records.
fn neutral(command: &mut Command) -> &mut Command {
    command.env_clear().envs([
        ("PATH", "/usr/bin:/bin"),
        ("HOME", "/nonexistent"),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
        ("USER", "ann"),
        ("HOSTNAME", "laptop"),
        ("LONGSHORE_USER", "ann"),
    ])
}

fn write(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// A terminal in front of a camera.
struct Studio {
    terminal: Terminal,
    film: Film,
    traces: Traces,
}

impl Studio {
    fn new(traces: Traces) -> Self {
        let mut terminal = Terminal::new(SIZE);
        terminal.write(PROMPT);
        let mut film = Film::default();
        film.hold(terminal.frame(), Duration::from_millis(700));
        Self { terminal, film, traces }
    }

    /// Types a line and shows what the command makes of it.
    async fn take(&mut self, typed: &str, command: Command) -> Result<()> {
        for character in typed.chars() {
            self.terminal.write(character.to_string().as_bytes());
            self.film.hold(self.terminal.frame(), KEYSTROKE);
        }
        self.film.hold(self.terminal.frame(), Duration::from_millis(350));
        self.terminal.write(b"\r\n");
        let begin = self.terminal.frame();

        let recorded = tokio::time::timeout(PATIENCE, pty::record(command, SIZE));
        let recorded =
            recorded.await.with_context(|| format!("`{typed}` has not ended after {PATIENCE:?}"))??;
        self.traces.add_process(recorded.process);
        let mut shown = vec![(Duration::ZERO, begin)];
        for (chunk, settled) in recorded.settled_chunks() {
            self.terminal.write(&chunk.bytes);
            if settled {
                shown.push((chunk.at, self.terminal.frame()));
            }
        }
        if !recorded.status.success() {
            bail!("`{typed}` failed ({}):\n{}", recorded.status, self.terminal.everything());
        }
        self.film.play(shown);
        self.terminal.write(PROMPT);
        self.film.hold(self.terminal.frame(), Duration::from_millis(1500));
        Ok(())
    }

    /// The film and its text, if nothing of this machine is in them.
    fn cut(mut self) -> Result<(Film, String)> {
        let text = self.terminal.everything();
        self.traces.refuse(&text)?;
        for moment in self.film.moments() {
            self.traces.refuse(&moment.frame.text())?;
        }
        self.film.hold(self.terminal.frame(), Duration::from_secs(5));
        Ok((self.film, text))
    }
}

const PROMPT: &[u8] = b"\x1b[1;36m$\x1b[0m ";
const KEYSTROKE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        neutral(command.args(["-c", script]));
        command
    }

    #[tokio::test]
    async fn a_command_becomes_a_film() {
        let mut studio = Studio::new(Traces::default());
        studio
            .take(
                "tty && id",
                shell("test -t 0 && test -t 1 && test -t 2 && echo \"$USER on $TERM\"; stty size"),
            )
            .await
            .unwrap();
        let (film, text) = studio.cut().unwrap();
        assert_eq!(text, "$ tty && id\nann on xterm-256color\n30 100\n$\n");
        assert!(film.length() > Duration::from_secs(7), "{:?}", film.length());
        let svg = svg::draw(&film, &WINDOW);
        assert!(svg.contains(">ann on xterm-256color</text>"), "{svg}");
    }

    #[tokio::test]
    async fn a_failing_command_is_no_film() {
        let mut studio = Studio::new(Traces::default());
        let error = studio.take("false", shell("echo because >&2; exit 3")).await.unwrap_err().to_string();
        assert!(error.contains("`false` failed (exit status: 3)") && error.contains("because"), "{error}");
    }

    #[tokio::test]
    async fn a_trace_of_this_machine_is_no_film() {
        let mut studio = Studio::new(Traces::default());
        studio.take("whoami", shell("echo process $$ speaks")).await.unwrap();
        let error = studio.cut().unwrap_err().to_string();
        assert!(error.contains("the id of a process"), "{error}");
    }
}
