//! What an exit code says about how a container ended.

use super::Meaning;

/// What an exit code says beyond "it failed"; nothing for codes that programs choose themselves.
///
/// ```
/// use longshore_object::diagnosis::meaning_of_exit;
/// assert!(meaning_of_exit(127).is_some_and(|meaning| meaning.what.contains("not found")));
/// assert!(meaning_of_exit(1).is_none());
/// ```
pub fn meaning_of_exit(code: i64) -> Option<Meaning> {
    Some(match code {
        126 => Meaning::new(
            "the command is there and cannot be executed",
            "check the command's permissions, and that it was built for the node's architecture",
        ),
        127 => Meaning::new(
            "the command was not found in the image",
            "check `command` and `args`, and the image's PATH",
        ),
        134 => Meaning::new("it aborted (SIGABRT)", "its last lines should say why"),
        137 => Meaning::new(
            "it was killed (SIGKILL)",
            "it was out of memory, failed its liveness probe, or did not stop in time",
        ),
        139 => {
            Meaning::new("it crashed on an invalid memory access (SIGSEGV)", "its last lines may say where")
        }
        143 => Meaning::new(
            "it was asked to stop (SIGTERM)",
            "a liveness probe that fails makes the kubelet do that; compare the probe with how it starts",
        ),
        _ => return None,
    })
}
