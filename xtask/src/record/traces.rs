//! What would tell on which machine a recording was made: its folders, names and process ids.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use longshore_testkit::cache;
use longshore_testkit::tools::workspace_root;
use rustix::system::uname;

/// Things that must not be in a recording.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Refused wherever they are.
    paths: BTreeSet<String>,
    /// Refused as whole words: names of people and machines, process ids.
    words: BTreeSet<(&'static str, String)>,
}

impl Traces {
    /// Those of this machine and of whoever runs this.
    pub(super) fn of_this_machine() -> Result<Self> {
        let mut traces = Self::default();
        for path in [workspace_root().to_owned(), cache::root()?, std::env::temp_dir()] {
            traces.add_path(&path.to_string_lossy());
        }
        if let Some(home) = std::env::var_os("HOME") {
            traces.add_path(&home.to_string_lossy());
        }
        traces.add_word("the name of this machine", &uname().nodename().to_string_lossy());
        for variable in ["USER", "LOGNAME"] {
            traces.add_word("the name of a user", &std::env::var(variable).unwrap_or_default());
        }
        traces.add_process(Some(std::process::id()));
        Ok(traces)
    }

    /// Adds the id of a process.
    pub(super) fn add_process(&mut self, id: Option<u32>) {
        self.add_word("the id of a process", &id.map(|id| id.to_string()).unwrap_or_default());
    }

    fn add_path(&mut self, path: &str) {
        // The root folder is in every path.
        let path = path.trim_end_matches('/');
        if !path.is_empty() {
            self.paths.insert(path.to_owned());
        }
    }

    fn add_word(&mut self, what: &'static str, word: &str) {
        if !word.is_empty() {
            self.words.insert((what, word.to_owned()));
        }
    }

    /// Fails if one of them is in a text.
    pub(super) fn refuse(&self, text: &str) -> Result<()> {
        if let Some(path) = self.paths.iter().find(|path| contains(text, path, is_inside_a_path)) {
            bail!("the recording would show a folder of this machine, {path}:\n{text}");
        }
        if let Some((what, word)) = self.words.iter().find(|(_, word)| contains(text, word, is_inside_a_word))
        {
            bail!("the recording would show {what}, {word} (if by chance, try again):\n{text}");
        }
        Ok(())
    }
}

/// Whether something is in a text with nothing around it that would make it a part of something else.
fn contains(text: &str, sought: &str, goes_on: fn(char) -> bool) -> bool {
    text.match_indices(sought).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        !before.is_some_and(goes_on) && !after.is_some_and(goes_on)
    })
}

fn is_inside_a_word(character: char) -> bool {
    character.is_alphanumeric() || "-_.".contains(character)
}

/// `/tmp` is not in `/tmpfs`, but it is in `x/tmp/y`.
fn is_inside_a_path(character: char) -> bool {
    character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traces() -> Traces {
        let mut traces = Traces::default();
        traces.add_path("/home/mary/");
        traces.add_path("/");
        traces.add_word("the name of a user", "mary");
        traces.add_word("the name of a user", "");
        traces.add_process(Some(4711));
        traces
    }

    #[test]
    fn traces_are_found() {
        for text in ["see /home/mary/x", "in /home/mary", "by mary@host", "process 4711)", "(mary)"] {
            assert!(traces().refuse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_let_pass() {
        for text in ["", "/home/maryland", "rosemary", "port 47110", "14711", "/etc", "mary-lou", "0.4711"] {
            traces().refuse(text).unwrap();
        }
    }

    #[test]
    fn this_machine_has_traces() {
        let traces = Traces::of_this_machine().unwrap();
        assert!(traces.refuse(&format!("at {}/docs", workspace_root().display())).is_err());
        assert!(traces.refuse(&format!("pid {}", std::process::id())).is_err());
    }
}
