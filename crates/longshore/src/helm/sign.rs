//! `helm package --sign`: the signed statement beside an archive.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, values};
use longshore_source::provenance::{self, Fault, Keyring, Signer};
use longshore_yaml::sigs;
use zeroize::Zeroizing;

use super::locate::{quoted, reason};
use super::verify::{formats, now};
use super::{Settings, beside, print};
use crate::cobra::Matches;

/// Refuses to sign without being told with which key.
pub(super) fn check_flags(matches: &Matches) -> anyhow::Result<()> {
    if matches.is_on("sign") {
        for flag in ["key", "keyring"] {
            if matches.text(flag).is_empty() {
                bail!("--{flag} is required for signing a package");
            }
        }
    }
    Ok(())
}

/// The passphrase, once it was read: there is only one for all charts.
#[derive(Default)]
pub(super) struct Passphrase(Option<Zeroizing<Vec<u8>>>);

/// The key that flags name, unlocked.
pub(super) fn signer<'k>(
    keyring: &'k Keyring,
    settings: &Settings,
    matches: &Matches,
    passphrase: &mut Passphrase,
) -> anyhow::Result<Signer<'k>> {
    let entity = keyring.find(matches.text("key"))?;
    Ok(match matches.text("passphrase-file") {
        "" => Signer::unlock(entity, |name| {
            prompt(&format!("Password for key {} >  ", quoted(name))).map_err(|problem| {
                let _ = print("\n");
                Fault::Other(problem)
            })
        })?,
        file => {
            let given = match passphrase.0.clone() {
                // 3.x closes standard input behind the first chart.
                Some(_) if settings.level.rules().major == 3 && file == "-" => {
                    bail!("stat /dev/stdin: file already closed")
                }
                Some(given) => given,
                None => passphrase.0.insert(first_line(file)?).clone(),
            };
            Signer::unlock(entity, |_| Ok(given))?
        }
    })
}

/// Writes the signed statement beside the archive of a chart.
pub(super) fn sign(
    archive: &Path,
    chart: &Chart,
    settings: &Settings,
    matches: &Matches,
    passphrase: &mut Passphrase,
) -> anyhow::Result<()> {
    let shown = archive.display().to_string();
    let keyring = Keyring::open(matches.text("keyring"), formats(settings.level))?;
    let signer = signer(&keyring, settings, matches, passphrase)?;
    let metadata = sigs::marshal(&values::from_json(&chart.metadata().to_json()))
        .map_err(|error| anyhow!("failed to marshal chart metadata: {error}"))?;
    let name = archive.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let bytes = provenance::read(&shown).map_err(|fault| anyhow!("failed to read chart archive: {fault}"))?;
    let statement = provenance::statement(&String::from_utf8_lossy(&metadata), &bytes, &name);
    let signed = signer.clear_sign(&statement, now())?;
    let path = format!("{shown}.prov");
    beside::write(Path::new(&path), signed.as_bytes())
        .map_err(|error| anyhow!("open {path}: {}", reason(&error)))
}

/// The first line of a file; `-` is what another program writes to standard input.
fn first_line(file: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::new());
    let length = if file == "-" {
        if !is_pipe() {
            bail!("specified reading passphrase from stdin, without input on stdin");
        }
        std::io::stdin().lock().read_until(b'\n', &mut line)?
    } else {
        let opened = std::fs::File::open(file).map_err(|error| anyhow!("open {file}: {}", reason(&error)))?;
        BufReader::new(opened).read_until(b'\n', &mut line)?
    };
    if length == 0 {
        bail!("EOF");
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    }
    Ok(line)
}

/// Whether standard input comes from another program.
#[cfg(unix)]
fn is_pipe() -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata("/dev/stdin").is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Whether standard input comes from another program.
#[cfg(not(unix))]
fn is_pipe() -> bool {
    !std::io::stdin().is_terminal()
}

/// Prints a question, behind which the answer is typed.
pub(super) fn ask(question: &str) {
    let _ = print(question);
    // The line does not end here, so that it would wait for more.
    let _ = std::io::stdout().flush();
}

/// Asks at the terminal for what nobody else shall see.
///
/// # Errors
/// Nobody sits there.
pub(super) fn prompt(question: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    ask(question);
    if !std::io::stdin().is_terminal() {
        return Err(String::from("inappropriate ioctl for device"));
    }
    // The end of the line is printed by it, because what was typed is not.
    let answer = console::Term::stderr().read_secure_line().map_err(|error| reason(&error))?;
    Ok(Zeroizing::new(answer.into_bytes()))
}
