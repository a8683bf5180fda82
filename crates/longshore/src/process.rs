//! Programs of others that the command lines of Helm and Kustomize run: how they are found, and what Go says of their end.

use std::fs::Metadata;
use std::path::PathBuf;
use std::process::ExitStatus;

/// The program of that name in one of the folders of `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&search)
        .map(|folder| folder.join(name))
        .find(|path| std::fs::metadata(path).is_ok_and(|found| found.is_file() && is_executable(&found)))
}

/// Whether somebody may execute it.
#[cfg(unix)]
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

/// Whether somebody may execute it, which cannot be told here.
#[cfg(not(unix))]
pub(crate) fn is_executable(_: &Metadata) -> bool {
    true
}

/// Why a program failed, as Go's `exec.ExitError` has it; `None` if it did not.
pub(crate) fn failure(status: ExitStatus) -> Option<String> {
    if status.success() {
        return None;
    }
    if let Some(code) = status.code() {
        return Some(format!("exit status {code}"));
    }
    Some(signal(status))
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    /// The names of signals in Go, by their numbers.
    const NAMES: [&str; 16] = [
        "signal 0",
        "hangup",
        "interrupt",
        "quit",
        "illegal instruction",
        "trace/breakpoint trap",
        "aborted",
        "bus error",
        "floating point exception",
        "killed",
        "user defined signal 1",
        "segmentation fault",
        "user defined signal 2",
        "broken pipe",
        "alarm clock",
        "terminated",
    ];
    let number = status.signal().unwrap_or_default();
    let name = usize::try_from(number).ok().and_then(|number| NAMES.get(number));
    let name = name.map_or_else(|| format!("signal {number}"), |name| (*name).to_owned());
    let dumped = if status.core_dumped() { " (core dumped)" } else { "" };
    format!("signal: {name}{dumped}")
}

#[cfg(not(unix))]
fn signal(status: ExitStatus) -> String {
    status.to_string()
}
