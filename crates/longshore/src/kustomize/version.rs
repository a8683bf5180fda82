//! `kustomize version`.

use anyhow::bail;

use super::{Settings, VERSION, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// When and from what the original is built is not said here; these are its words for that.
const UNKNOWN: &str = "unknown";

/// The compiler of the original.
const GO_VERSION: &str = "go1.26.8";

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "version",
        aliases: &[],
        short: "print the version of Kustomize that this is compatible with",
        long: "Which Kustomize this is compatible with: scripts that ask for its version see the one whose bytes they get.",
        flags: vec![
            Flag::new("short", Kind::Bool, "in one line, with more")
                .deprecated("and will be removed in the future."),
            Flag::new("output", Kind::Text, "yaml or json, with more").short('o'),
        ],
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let (short, output) = (matches.is_on("short"), matches.text("output"));
    if short && !output.is_empty() {
        bail!("--short and --output are mutually exclusive");
    }
    let fields = [
        ("version", VERSION),
        ("gitCommit", UNKNOWN),
        ("buildDate", UNKNOWN),
        ("goOs", if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS }),
        ("goArch", go_architecture()),
        ("goVersion", GO_VERSION),
    ];
    let lines = |line: fn(&(&str, &str)) -> String, between: &str| {
        fields.iter().map(line).collect::<Vec<_>>().join(between)
    };
    match output {
        "" if short => print(&format!("{{{VERSION}  {UNKNOWN}   }}\n")),
        "" => print(&format!("{VERSION}\n")),
        "yaml" => print(&format!("{}\n\n", lines(|(key, value)| format!("{key}: {value}"), "\n"))),
        "json" => {
            let fields = lines(|(key, value)| format!("  \"{key}\": \"{value}\""), ",\n");
            print(&format!("{{\n{fields}\n}}\n"))
        }
        // As the original does: nothing.
        _ => Ok(()),
    }
}

/// The processor as Go calls it.
fn go_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}
