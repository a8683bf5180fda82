//! `helm verify`, and `--verify` of the other commands: whether an archive is as its maker signed it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail};
use longshore_chart::Level;
use longshore_source::provenance::{self, Fault, Formats, Keyring};

use super::locate::reason;
use super::{Settings, flags, print};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "verify PATH",
        aliases: &[],
        short: "check that a chart's archive is as its maker signed it",
        long:
            "Checks an archive against the signed statement that lies beside it, with `.prov` behind its name.

The statement must be signed by a key of the keyring. Commands that use archives do the same with --verify.",
        flags: vec![flags::keyring(level)],
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let name = matches.arguments.first().map_or("", String::as_str);
    print(&check(name, &format!("{name}.prov"), matches.text("keyring"), settings.level)?)
}

/// Checks an archive against a statement: what is to be said of who signed it.
///
/// # Errors
/// One of the files is not what it should be, or the statement is not signed as it should be; in Helm's words.
pub(super) fn check(archive: &str, statement: &str, keyring: &str, level: Level) -> anyhow::Result<String> {
    let path = Path::new(archive);
    let metadata = std::fs::metadata(path).map_err(|error| anyhow!("stat {archive}: {}", reason(&error)))?;
    if metadata.is_dir() {
        bail!("unpacked charts cannot be verified");
    }
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz")) {
        bail!("chart must be a tgz file");
    }
    let metadata = std::fs::metadata(statement).map_err(|error| {
        anyhow!("could not load provenance file {statement}: stat {statement}: {}", reason(&error))
    })?;
    let keyring =
        Keyring::open(keyring, formats(level)).map_err(|fault| anyhow!("failed to load keyring: {fault}"))?;
    let is_old = level.rules().major == 3;
    if is_old && metadata.is_dir() {
        bail!("{statement} cannot be a directory");
    }
    let failed = |what: &'static str| {
        move |fault: Fault| {
            if is_old { anyhow!("{fault}") } else { anyhow!("failed to read {what}: {fault}") }
        }
    };
    let bytes = provenance::read(archive).map_err(failed("chart archive"))?;
    let signed = provenance::read(statement).map_err(failed("provenance file"))?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    judge(&name, &bytes, &signed, &keyring, level)
}

/// Checks an archive called `name` against a statement: what is to be said of who signed it.
fn judge(
    name: &str,
    archive: &[u8],
    statement: &[u8],
    keyring: &Keyring,
    level: Level,
) -> anyhow::Result<String> {
    let is_old = level.rules().major == 3;
    let verified =
        provenance::verify(archive, statement, name, keyring, now()).map_err(|fault| match fault {
            Fault::Unsigned if is_old => anyhow!("failed to decode signature: {fault}"),
            _ => anyhow!("{fault}"),
        })?;
    let mut text = String::new();
    for name in verified.signer.names() {
        let _ = writeln!(text, "Signed by: {name}");
    }
    let _ = writeln!(text, "Using Key With Fingerprint: {}", verified.signer.fingerprint());
    let _ = writeln!(text, "Chart Hash Verified: {}", verified.digest);
    Ok(text)
}

/// The forms of keyrings that a level understands.
pub(super) fn formats(level: Level) -> Formats {
    if level.rules().major == 3 { Formats::Packets } else { Formats::All }
}

/// The time in seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}
