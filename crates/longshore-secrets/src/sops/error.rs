//! Why a SOPS file is not read.

/// Why a file of SOPS cannot be read, or has not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SopsError {
    /// It is larger than what is read.
    #[error("it is larger than {} MiB", super::MAX_SOPS >> 20)]
    TooLarge,
    /// It is not written in its format.
    #[error("it is no {format} file: {why}")]
    Syntax {
        /// The format, by its name.
        format: &'static str,
        /// What is wrong.
        why: String,
    },
    /// It has no metadata: nobody encrypted it.
    #[error("it is not encrypted: it has no `sops` metadata")]
    NotEncrypted,
    /// Its metadata is not what SOPS writes.
    #[error("its `sops` metadata is broken: {0}")]
    Metadata(String),
    /// Something about it that is not supported.
    #[error("{0}")]
    Unsupported(String),
    /// Its data key is sealed to keys of kinds that are not known here.
    #[error("its data key is sealed to {kinds}, and to no age recipient")]
    OtherKeys {
        /// The kinds with the names of the keys.
        kinds: String,
    },
    /// Its data key is sealed to age recipients, and none of the identities is one of them.
    #[error("its data key is sealed to {recipients}; {}", identities(*tried))]
    NotForUs {
        /// The recipients, and what else it is sealed to.
        recipients: String,
        /// How many identities were tried.
        tried: usize,
    },
    /// Too few of the groups of keys can be opened.
    #[error("{opened} of its {groups} key groups can be opened, and it takes {threshold}")]
    Groups {
        /// How many can be.
        opened: usize,
        /// How many there are.
        groups: usize,
        /// How many it takes.
        threshold: usize,
    },
    /// The data key could be opened and is none.
    #[error("its data key is broken")]
    DataKey,
    /// A value that ought to be encrypted and is not.
    #[error("`{path}` ought to be encrypted and is not")]
    Plain {
        /// Where it stands.
        path: String,
    },
    /// A value that was not encrypted with this key for this path.
    #[error("`{path}` was changed, moved or renamed after it was encrypted")]
    Changed {
        /// Where it stands.
        path: String,
    },
    /// The MAC is not that of the values.
    #[error("its MAC is not right: values were taken out, added, moved or changed after it was encrypted")]
    Mac,
    /// There is nothing at a path.
    #[error("it has no `{key}`{}", did_you_mean(nearest.as_deref()))]
    NoKey {
        /// The path that was asked for.
        key: String,
        /// What is there and almost the same.
        nearest: Option<String>,
    },
    /// What is at a path is no single value.
    #[error("`{key}` is {found}, not a single value")]
    NoValue {
        /// The path that was asked for.
        key: String,
        /// What it is, with what is inside.
        found: String,
    },
    /// A path is needed and was not given.
    #[error("which value of it is wanted is not said")]
    WhichKey,
    /// A path was given and there are none.
    #[error("a binary file is one value and has no `{key}`")]
    NoKeys {
        /// The path that was asked for.
        key: String,
    },
}

impl SopsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::OtherKeys { .. } | Self::Groups { .. } => {
                "add an age recipient to `.sops.yaml` and run `sops updatekeys FILE`, or let SOPS open it: `{command: [sops, decrypt, --extract, '[\"KEY\"]', FILE]}`"
            }
            Self::NotForUs { .. } => {
                "name the file with your age identity in SOPS_AGE_KEY_FILE, or have somebody who can read it run `sops updatekeys FILE`"
            }
            Self::NotEncrypted => "encrypt it: `sops encrypt --in-place FILE`",
            Self::Plain { .. } | Self::Changed { .. } | Self::Mac => {
                "change such files with `sops edit FILE`; what was changed beside it is not trusted: restore the file"
            }
            Self::WhichKey => "say which, as in `sops: {file: FILE, key: db.password}`",
            Self::NoKeys { .. } => "leave `key` out",
            Self::NoValue { .. } => "write the whole path, with dots between the keys",
            _ => return None,
        })
    }
}

fn identities(count: usize) -> String {
    match count {
        0 => "no age identity was found".to_owned(),
        1 => "the one age identity that was found is of another".to_owned(),
        _ => format!("the {count} age identities that were found are of others"),
    }
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
