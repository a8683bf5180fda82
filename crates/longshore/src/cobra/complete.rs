//! What a shell may offer for a half-typed command line, as `cobra` answers `__complete`.
//!
//! The protocol: a candidate on each line, perhaps a tab and a description behind it; in the end a colon and the sum
//! of directives that say what the shell is to do with them.
//! Rules: <https://github.com/spf13/cobra/blob/v1.10.2/completions.go>.

use super::help::help_flag;
use super::parse::{find, read};
use super::{Command, Flag, Kind, Matches};

/// Something went wrong: nothing is offered, not even files.
pub(crate) const ERROR: u8 = 1;
/// No space behind the candidate.
pub(crate) const NO_SPACE: u8 = 2;
/// No names of files.
pub(crate) const NO_FILES: u8 = 4;

/// What marks a line that is not to be offered, but shown.
pub(crate) const HELP_MARK: &str = "_activeHelp_ ";

/// What is to be completed: an argument of a command, or the value of a flag.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    /// The command's name with those above it, without the program's: `show chart`.
    pub(crate) command: String,
    /// The flag whose value is asked for.
    pub(crate) flag: Option<&'a str>,
    /// What was typed before.
    pub(crate) matches: &'a Matches,
    /// What of the word is there.
    pub(crate) typed: &'a str,
}

/// Candidates and directives.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) candidates: Vec<String>,
    pub(crate) directive: u8,
}

impl Answer {
    pub(crate) fn new(candidates: Vec<String>, directive: u8) -> Self {
        Self { candidates, directive }
    }
}

/// Answers for these words, of which the last is half typed. `ask` knows arguments and values; where it knows none, the
/// shell offers files.
///
/// # Errors
/// What is wrong with the words before: then there is nothing to offer but files.
pub(crate) fn complete<C>(
    root: &Command<C>,
    words: &[String],
    ask: &dyn Fn(&Ask<'_>) -> Option<Answer>,
) -> Result<Answer, String> {
    let Some((typed, words)) = words.split_last() else {
        return Err(String::from("there is nothing to complete"));
    };
    let is_about_help = words.first().is_some_and(|word| word == super::help::HELP_COMMAND.0);
    let (path, words) = find(root, &words[usize::from(is_about_help)..]);
    let command = path.last().copied().unwrap_or(root);
    let flags: Vec<&Flag> = path.iter().flat_map(|command| &command.flags).collect();
    let (flag, words, typed, unsupported) = flag_asked_for(&flags, words, typed);

    let mut matches = Matches::of_defaults(&flags);
    let is_help = !read(&flags, &words, &mut matches)
        .map_err(|problem| format!("Error while parsing flags from args [{}]: {problem}", words.join(" ")))?;
    if path.len() == 1 && !matches.arguments.is_empty() {
        return Err(format!("unable to find a command for arguments: [{}]", words.join(" ")));
    }
    // Behind `--` there are no flags any more.
    let takes_flags = !words.iter().any(|word| word == "--");
    if let Some(name) = unsupported.filter(|_| takes_flags) {
        return Err(format!("Subcommand '{}' does not support flag '{name}'", command.name()));
    }
    if is_help {
        return Ok(Answer::new(Vec::new(), NO_FILES));
    }
    if flag.is_none() && typed.starts_with('-') && !typed.contains('=') && takes_flags {
        return Ok(Answer::new(flag_names(&path, &matches, typed), NO_FILES));
    }
    let mut answer = Answer::default();
    let has_own_flags = command.flags.iter().any(|flag| path.len() > 1 && matches.is_given(flag.name));
    if flag.is_none() && matches.arguments.is_empty() && !has_own_flags && !command.children.is_empty() {
        let mut children: Vec<_> = command.children.iter().map(|child| (child.name(), child.short)).collect();
        if path.len() == 1 {
            children.push(super::help::HELP_COMMAND);
        }
        children.sort_unstable();
        children.retain(|(name, _)| name.starts_with(typed));
        answer.candidates = children.iter().map(|(name, short)| format!("{name}\t{short}")).collect();
        answer.directive = NO_FILES;
    }
    if is_about_help {
        return Ok(Answer { directive: NO_FILES, ..answer });
    }
    let name = path.iter().skip(1).map(|command| command.name()).collect::<Vec<_>>().join(" ");
    let flag = flag.filter(|_| takes_flags).map(|flag| flag.name);
    if let Some(more) = ask(&Ask { command: name, flag, matches: &matches, typed }) {
        answer.candidates.extend(more.candidates);
        answer.directive = more.directive;
    }
    Ok(answer)
}

/// Whether the last word is the value of a flag: the flag, the words before it, what of the value is there, and the name
/// of a flag that nobody knows.
fn flag_asked_for<'f, 'w>(
    flags: &[&'f Flag],
    mut words: Vec<String>,
    typed: &'w str,
) -> (Option<&'f Flag>, Vec<String>, &'w str, Option<String>) {
    let by_name = |name: &str| flags.iter().copied().find(|flag| flag.name == name);
    let by_letter = |letter: Option<char>| flags.iter().copied().find(|flag| flag.short == letter);
    let lookup = |word: &str| {
        if let Some(name) = word.strip_prefix("--") {
            return (by_name(name), name.to_owned());
        }
        // Of several letters together, the last one takes the value.
        let letter = word.chars().last();
        (letter.and_then(|_| by_letter(letter)), letter.map(String::from).unwrap_or_default())
    };
    if typed.starts_with('-') {
        let Some((word, value)) = typed.split_once('=') else { return (None, words, typed, None) };
        return match lookup(word) {
            // `--=` names no flag; what is behind it is the word.
            (None, name) if name.is_empty() => (None, words, value, None),
            (None, name) => (None, words, typed, Some(name)),
            (flag, _) => (flag, words, value, None),
        };
    }
    let is_flag = |word: &str| word.len() > 1 && word.starts_with('-') && word != "--" && !word.contains('=');
    let Some(last) = words.last().filter(|word| is_flag(word)) else { return (None, words, typed, None) };
    match lookup(last) {
        (None, name) if name != "help" && name != "h" => (None, words, typed, Some(name)),
        (Some(flag), _) if flag.bare.is_none() => {
            words.pop();
            (Some(flag), words, typed, None)
        }
        _ => (None, words, typed, None),
    }
}

/// Flags that may still be given: everybody's, then the command's own.
fn flag_names<C>(path: &[&Command<C>], matches: &Matches, typed: &str) -> Vec<String> {
    let help = help_flag();
    let Some((command, above)) = path.split_last() else { return Vec::new() };
    let mut inherited: Vec<&Flag> = above.iter().flat_map(|command| &command.flags).collect();
    let mut own: Vec<&Flag> = command.flags.iter().chain([&help]).collect();
    inherited.sort_by_key(|flag| flag.name);
    own.sort_by_key(|flag| flag.name);
    // Of those that shut each other out, one is enough.
    let is_shut_out = |flag: &Flag| {
        command.exclusive.iter().any(|group| {
            group.contains(&flag.name)
                && group.iter().any(|other| *other != flag.name && matches.is_given(other))
        })
    };
    let may_be_repeated = |kind: Kind| match kind {
        Kind::Texts | Kind::List | Kind::Pairs => true,
        Kind::Named(name) => name.contains("Slice"),
        _ => false,
    };
    let mut names = Vec::new();
    for flag in inherited.into_iter().chain(own) {
        let is_open = !matches.is_given(flag.name) || may_be_repeated(flag.kind);
        if flag.is_hidden || flag.deprecated.is_some() || !is_open || is_shut_out(flag) {
            continue;
        }
        let usage = if flag.name == help.name {
            format!("help for {}", command.name())
        } else {
            flag.usage.to_owned()
        };
        let forms = [Some(format!("--{}", flag.name)), flag.short.map(|letter| format!("-{letter}"))];
        let forms = forms.into_iter().flatten().filter(|form| form.starts_with(typed));
        names.extend(forms.map(|form| format!("{form}\t{usage}")));
    }
    names
}
