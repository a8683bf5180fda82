//! What a command's exit code says.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// 0: it did what it should.
    Success,
    /// 1: it did not, and said why.
    Failure,
    /// 2: `plan --detailed-exitcode` found something to do, or `status --drift --detailed-exitcode` some drift.
    Changes,
    /// 64: what was typed makes no sense.
    Usage,
    /// The exit code of a command that was run in a container.
    Of(u8),
    /// 130: interrupted by Ctrl-C, as shells count it (128 + SIGINT).
    Interrupted,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::Failure => 1,
            ExitStatus::Changes => 2,
            ExitStatus::Usage => 64,
            ExitStatus::Of(code) => code,
            ExitStatus::Interrupted => 130,
        })
    }
}
