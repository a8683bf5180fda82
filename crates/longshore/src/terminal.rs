//! The terminal that we were started on: its size, its raw mode, and the signals that end us.
//!
//! Raw mode is a value: it ends with it, whichever way that happens, a panic included.

use std::io;

use terminal_size::{Height, Width, terminal_size_of};

/// Columns and rows of the terminal that standard output, or else standard error or input, goes to.
pub(crate) fn size() -> Option<(u16, u16)> {
    let found = terminal_size_of(io::stdout())
        .or_else(|| terminal_size_of(io::stderr()))
        .or_else(|| terminal_size_of(io::stdin()));
    found.map(|(Width(columns), Height(rows))| (columns, rows))
}

#[cfg(unix)]
mod system {
    use std::io;

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Every key as it is typed, nothing shown, no signals.
    pub(crate) struct Raw(Termios);

    impl Raw {
        /// From now on.
        pub(crate) fn new() -> io::Result<Self> {
            let before = tcgetattr(rustix::stdio::stdin())?;
            let mut raw = before.clone();
            raw.make_raw();
            tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &raw)?;
            Ok(Self(before))
        }
    }

    impl Drop for Raw {
        fn drop(&mut self) {
            // A terminal that has gone needs no mode.
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.0);
        }
    }

    /// Changes of the terminal's size.
    pub(crate) struct Resized(Option<Signal>);

    impl Resized {
        pub(crate) fn new() -> Self {
            Self(signal(SignalKind::window_change()).ok())
        }

        /// Comes back when it has changed.
        pub(crate) async fn next(&mut self) {
            match &mut self.0 {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
    }

    /// Signals that end us, and let us put the terminal in order first.
    pub(crate) struct Stop(Vec<Signal>);

    impl Stop {
        pub(crate) fn new() -> io::Result<Self> {
            let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
            kinds.into_iter().map(signal).collect::<io::Result<_>>().map(Self)
        }

        /// Comes back when one has come.
        pub(crate) async fn asked(&mut self) {
            let signals = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
            futures::future::select_all(signals).await;
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    /// Every key as it is typed.
    pub(crate) struct Raw;

    impl Raw {
        pub(crate) fn new() -> io::Result<Self> {
            Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this system has no raw mode that we know; leave -t out",
            ))
        }
    }

    /// Changes of the terminal's size, which this system does not tell.
    pub(crate) struct Resized;

    impl Resized {
        pub(crate) fn new() -> Self {
            Self
        }

        pub(crate) async fn next(&mut self) {
            std::future::pending().await
        }
    }

    /// Ctrl-C.
    pub(crate) struct Stop;

    impl Stop {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn asked(&mut self) {
            drop(tokio::signal::ctrl_c().await);
        }
    }
}

pub(crate) use system::{Raw, Resized, Stop};
