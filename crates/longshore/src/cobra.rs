//! Command lines as Go's `cobra` and `pflag` have them, which `helm` and `kustomize` are made with.
//!
//! Scripts depend on their ways: flags among arguments, `-fx` and `-f=x`, flags that take a value only behind `=`, the
//! words of what is wrong, and exit code 1 for all of it. `clap` has other ways for each of these, so that the drop-in
//! commands are described here and parsed by [`parse()`].
//!
//! Rules: <https://pkg.go.dev/github.com/spf13/pflag> and <https://pkg.go.dev/github.com/spf13/cobra>.

mod answer;
mod complete;
mod completion;
mod help;
mod parse;
mod run;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use longshore_go::strconv;

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing, or `=true` and `=false`.
    Bool,
    /// A text.
    Text,
    /// A text each time it is given.
    Texts,
    /// Texts with commas between them, each time it is given.
    List,
    /// An integer.
    Int,
    /// An integer that is not negative.
    Uint,
    /// A number.
    Float,
    /// A duration in Go's form (`1m30s`).
    Duration,
    /// `key=value` with commas between them.
    Pairs,
    /// A text that the command itself checks; what its kind is called in the help.
    Named(&'static str),
}

/// A flag.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    short: Option<char>,
    kind: Kind,
    /// What it is without being given, as it would be typed.
    default: Cow<'static, str>,
    /// What it is when it is given without a value.
    bare: Option<&'static str>,
    usage: &'static str,
    deprecated: Option<&'static str>,
    is_hidden: bool,
    check: Option<Check>,
}

/// Says what is wrong with a value, given what was typed before it.
type CheckFn = dyn Fn(&str, &Matches) -> Result<(), String>;

/// The same, shared by copies of a flag.
#[derive(Clone)]
struct Check(Rc<CheckFn>);

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check")
    }
}

impl Flag {
    pub(crate) fn new(name: &'static str, kind: Kind, usage: &'static str) -> Self {
        let bare = (kind == Kind::Bool).then_some("true");
        Self {
            name,
            short: None,
            kind,
            default: Cow::Borrowed(""),
            bare,
            usage,
            deprecated: None,
            is_hidden: false,
            check: None,
        }
    }

    /// The letter that stands for it.
    pub(crate) fn short(self, letter: char) -> Self {
        Self { short: Some(letter), ..self }
    }

    /// What it is without being given.
    pub(crate) fn default(self, value: impl Into<Cow<'static, str>>) -> Self {
        Self { default: value.into(), ..self }
    }

    /// What it is when it is given without a value, so that a value must follow `=`.
    pub(crate) fn bare(self, value: &'static str) -> Self {
        Self { bare: Some(value), ..self }
    }

    /// Its values are looked at when they are read, so that what is wrong with one comes before what is wrong behind it.
    pub(crate) fn check(self, check: impl Fn(&str, &Matches) -> Result<(), String> + 'static) -> Self {
        Self { check: Some(Check(Rc::new(check))), ..self }
    }

    /// Taken, but not in the help.
    pub(crate) fn hidden(self) -> Self {
        Self { is_hidden: true, ..self }
    }

    /// Still taken, but not in the help, and with a remark that says what to use in its place.
    pub(crate) fn deprecated(self, instead: &'static str) -> Self {
        Self { deprecated: Some(instead), ..self }
    }
}

/// How many arguments a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// So many, or more.
    AtLeast(usize),
    /// So many.
    Exactly(usize),
    /// So many, or fewer.
    AtMost(usize),
    /// None.
    None,
}

/// A command, and those below it.
pub(crate) struct Command<C> {
    /// Its name, and what its arguments are called.
    pub(crate) usage: &'static str,
    /// Other names for it.
    pub(crate) aliases: &'static [&'static str],
    /// One line for the list of commands.
    pub(crate) short: &'static str,
    /// What its help starts with.
    pub(crate) long: &'static str,
    /// Its own flags; those of the commands above it are understood too.
    pub(crate) flags: Vec<Flag>,
    pub(crate) arguments: Arguments,
    /// Flags of which only one may be given.
    pub(crate) exclusive: &'static [&'static [&'static str]],
    pub(crate) children: Vec<Command<C>>,
    /// What it does; a command without prints its help.
    pub(crate) run: Option<Run<C>>,
}

/// What a command does.
pub(crate) type Run<C> = fn(&C, &Matches) -> anyhow::Result<()>;

/// What was typed.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    /// The values of each flag in their order: given ones, or the default.
    values: BTreeMap<&'static str, Vec<String>>,
    given: Vec<&'static str>,
    /// What is no flag.
    pub(crate) arguments: Vec<String>,
    /// What is to be said about deprecated flags.
    pub(crate) remarks: Vec<String>,
}

impl Matches {
    /// Nothing typed: each flag is what it is without.
    fn of_defaults(flags: &[&Flag]) -> Self {
        let mut matches = Self::default();
        for flag in flags {
            let default = if flag.default.is_empty() { Vec::new() } else { vec![flag.default.to_string()] };
            matches.values.insert(flag.name, default);
        }
        matches
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, flag: &str) -> bool {
        strconv::parse_bool(self.text(flag).as_bytes()).unwrap_or_default()
    }

    /// The value of a flag; the last one, if it was given several times. Empty if it has none.
    pub(crate) fn text(&self, flag: &str) -> &str {
        self.all(flag).last().map_or("", String::as_str)
    }

    /// All values of a flag.
    pub(crate) fn all(&self, flag: &str) -> &[String] {
        self.values.get(flag).map_or(&[], Vec::as_slice)
    }

    /// Whether it was typed.
    pub(crate) fn is_given(&self, flag: &str) -> bool {
        self.given.contains(&flag)
    }
}

/// What to do with what was typed.
pub(crate) enum Action<'c, C> {
    /// Run the command.
    Run(Run<C>, Box<Matches>),
    /// Print the help of the command, which lies below those.
    Help(Vec<&'c Command<C>>),
}

pub(crate) use answer::{Style, answer, request};
pub(crate) use complete::{Answer, Ask, ERROR, HELP_MARK, NO_FILES, NO_SPACE, complete};
pub(crate) use completion::Shell;
pub(crate) use parse::{global_flags, parse, unknown_command};
pub(crate) use run::{Explained, Fatal, failed, print, run, say};

impl<C> Command<C> {
    /// Whether a word means it.
    fn is_called(&self, word: &str) -> bool {
        self.name() == word || self.aliases.contains(&word)
    }

    /// The first word of its usage.
    pub(crate) fn name(&self) -> &'static str {
        self.usage.split(' ').next().unwrap_or_default()
    }
}

/// The help of the last one of these commands, which stand below each other.
pub(crate) fn help<C>(path: &[&Command<C>]) -> String {
    help::text(path)
}

#[cfg(test)]
mod tests;
