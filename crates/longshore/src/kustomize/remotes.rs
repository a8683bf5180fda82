//! Where what kustomizations name elsewhere is kept, and whether servers are asked: flags of our own, and the environment.

use std::env;
use std::path::PathBuf;

use longshore_go::strconv;
use longshore_source::Remotes;

use crate::cobra::{Flag, Kind, Matches};

/// The folder in the cache.
const FOLDER: &str = "kustomize";

const OFFLINE: &str = "offline";
const NO_CACHE: &str = "no-cache";

/// The flags, which Kustomize does not have.
pub(super) fn flags() -> [Flag; 2] {
    [
        Flag::new(
            OFFLINE,
            Kind::Bool,
            "ask no server: repositories, files and charts from elsewhere must have been fetched before (LONGSHORE_OFFLINE)",
        ),
        Flag::new(
            NO_CACHE,
            Kind::Bool,
            "neither use nor keep copies of repositories and files from elsewhere (LONGSHORE_NO_CACHE)",
        ),
    ]
}

/// As the flags say, if they are given, else the environment.
pub(super) fn given(matches: &Matches) -> Remotes {
    let is_on = |flag: &str, variable: &str| {
        if matches.is_given(flag) { matches.is_on(flag) } else { is_set(variable) }
    };
    of(is_on(OFFLINE, "LONGSHORE_OFFLINE"), is_on(NO_CACHE, "LONGSHORE_NO_CACHE"))
}

/// As the environment says.
pub(super) fn from_environment() -> Remotes {
    of(is_set("LONGSHORE_OFFLINE"), is_set("LONGSHORE_NO_CACHE"))
}

fn of(is_offline: bool, no_cache: bool) -> Remotes {
    Remotes { cache: cache().filter(|_| !no_cache), is_offline }
}

/// Whether a variable is there, and says neither nothing nor no.
fn is_set(variable: &str) -> bool {
    let value = env::var(variable).unwrap_or_default();
    !value.is_empty() && strconv::parse_bool(value.as_bytes()).unwrap_or(true)
}

/// `$LONGSHORE_CACHE`, else `$XDG_CACHE_HOME/longshore`, else `~/.cache/longshore`: the folder that development tools use
/// too.
fn cache() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable("LONGSHORE_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|home| home.join("longshore")))
        .or_else(|| {
            env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".cache/longshore"))
        });
    folder.map(|folder| folder.join(FOLDER))
}
