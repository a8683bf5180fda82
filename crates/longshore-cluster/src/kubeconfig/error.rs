//! What can be wrong with a kubeconfig, each with its file and the next thing to do.

use std::path::PathBuf;

use longshore_diag::{Diagnostic, Place, nearest};

/// Why no cluster could be chosen. Raised before anything is sent.
#[derive(Debug, thiserror::Error)]
pub enum KubeconfigError {
    /// There is no file where one was looked for, and this is no pod.
    #[error("no kubeconfig found")]
    Missing {
        /// Where it was looked for, in that order.
        looked: Vec<PathBuf>,
        /// Whether the user named the file.
        named: bool,
    },
    /// A file is there and cannot be read.
    #[error("kubeconfig cannot be read: {message}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        message: String,
    },
    /// A file is not YAML, or not a kubeconfig.
    #[error("kubeconfig is not valid: {message}")]
    Syntax {
        /// File, line and column.
        place: Place,
        /// What the parser says, without quoting the file: it holds secrets.
        message: String,
    },
    /// No context was asked for and no file names a current one.
    #[error("the kubeconfig names no current context")]
    NoContext {
        /// The files that were read.
        files: Vec<PathBuf>,
        /// The contexts there are.
        known: Vec<String>,
    },
    /// A name leads nowhere.
    #[error("{what} `{name}` is not in the kubeconfig")]
    Unknown {
        /// `context`, `cluster` or `user`.
        what: &'static str,
        /// The name.
        name: String,
        /// Who refers to it: `current-context`, `context staging`; `None` if the user named it.
        referrer: Option<String>,
        /// The files that were read.
        files: Vec<PathBuf>,
        /// The names there are.
        known: Vec<String>,
    },
    /// An entry has a value that cannot be used.
    #[error("{what} `{name}`: {message}")]
    Entry {
        /// `cluster` or `user`.
        what: &'static str,
        /// The entry's name.
        name: String,
        /// The file that it is in.
        file: Option<PathBuf>,
        /// What is wrong: never the value of a secret.
        message: String,
    },
}

fn list(files: &[PathBuf]) -> String {
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    names.join(", ")
}

impl KubeconfigError {
    /// As a diagnostic, with file, candidates and the next step.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Missing { looked, named } => {
                let mut diagnostic = Diagnostic::error("cluster/no-kubeconfig", self.to_string());
                for file in looked {
                    diagnostic = diagnostic.note(format!("not there: {}", file.display()));
                }
                diagnostic.hint(if *named {
                    "check the path given with --kubeconfig or in $KUBECONFIG"
                } else {
                    "set $KUBECONFIG or give --kubeconfig FILE"
                })
            }
            Self::Unreadable { file, .. } => {
                Diagnostic::error("cluster/kubeconfig-unreadable", self.to_string())
                    .at(Place::file(file.display().to_string()))
                    .hint("check that it is a file and that you may read it")
            }
            Self::Syntax { place, .. } => Diagnostic::error("cluster/kubeconfig-syntax", self.to_string())
                .at(place.clone())
                .hint("mend it, or choose another file with --kubeconfig or $KUBECONFIG"),
            Self::NoContext { files, known } => Diagnostic::error("cluster/no-context", self.to_string())
                .note(format!("kubeconfig: {}", list(files)))
                .note(format!("contexts: {}", names(known)))
                .hint(if known.is_empty() {
                    "it has no contexts: is it a kubeconfig? `--kubeconfig FILE` or $KUBECONFIG name another one"
                } else {
                    "name one with --context, or run `kubectl config use-context NAME`"
                }),
            Self::Unknown { what, name, referrer, files, known } => {
                let code = match *what {
                    "context" => "cluster/unknown-context",
                    "cluster" => "cluster/unknown-cluster",
                    _ => "cluster/unknown-user",
                };
                let message = match referrer {
                    Some(referrer) => format!("{self}, but {referrer} names it"),
                    None => self.to_string(),
                };
                let near = nearest(name, known.iter().map(String::as_str));
                Diagnostic::error(code, message)
                    .note(format!("kubeconfig: {}", list(files)))
                    .note(format!("{what}s: {}", names(known)))
                    .hint(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("use one of the {what}s above, or add it to the file"),
                    })
            }
            Self::Entry { what, name, file, message } => {
                let diagnostic = Diagnostic::error(
                    "cluster/kubeconfig-entry",
                    format!("{what} `{name}` of the kubeconfig: {message}"),
                );
                match file {
                    Some(file) => diagnostic.at(Place::file(file.display().to_string())),
                    None => diagnostic,
                }
            }
        }
    }
}

fn names(known: &[String]) -> String {
    /// More than this is no help to anybody.
    const SHOWN: usize = 12;
    match known.len() {
        0 => "none".to_owned(),
        n if n > SHOWN => format!("{} and {} more", known[..SHOWN].join(", "), n - SHOWN),
        _ => known.join(", "),
    }
}
