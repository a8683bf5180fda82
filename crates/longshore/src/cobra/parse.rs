//! From words to a command and the values of its flags.

use longshore_go::strconv;

use super::help::help_flag;
use super::value::{quoted, values};
use super::{Action, Arguments, Command, Flag, Matches};

/// Finds the command and reads its flags.
///
/// # Errors
/// What is wrong, in the words of `cobra` and `pflag`, to be printed behind `Error: `.
pub(crate) fn parse<'c, C>(root: &'c Command<C>, words: &[String]) -> Result<Action<'c, C>, String> {
    if let Some(path) = help_asked_for(root, words) {
        return Ok(Action::Help(path));
    }
    let (path, words) = find(root, words);
    let command = path.last().copied().unwrap_or(root);
    if path.len() == 1
        && command.run.is_none()
        && let Some(at) = first_argument(&path, &words)
    {
        return Err(unknown(&path, &words[at]));
    }
    let flags: Vec<&Flag> = path.iter().flat_map(|command| &command.flags).collect();
    let mut matches = Matches::of_defaults(&flags);
    if !read(&flags, &words, &mut matches)? {
        return Ok(Action::Help(path));
    }
    let Some(run) = command.run else {
        return Ok(Action::Help(path));
    };
    check(&path, command, &matches)?;
    Ok(Action::Run(run, Box::new(matches)))
}

/// The command that `help` is asked about; of what is not there, the one above.
fn help_asked_for<'c, C>(root: &'c Command<C>, words: &[String]) -> Option<Vec<&'c Command<C>>> {
    let (name, _) = super::help::HELP_COMMAND;
    (words.first()? == name).then(|| find(root, &words[1..]).0)
}

/// Where the name of a command stands that the program does not have.
pub(crate) fn unknown_command<C>(root: &Command<C>, words: &[String]) -> Option<usize> {
    if help_asked_for(root, words).is_some() {
        return None;
    }
    let at = first_argument(&[root], words)?;
    root.children.iter().all(|child| !child.is_called(&words[at])).then_some(at)
}

/// The values of everybody's flags among these words.
///
/// # Errors
/// As [`parse()`].
pub(crate) fn global_flags<C>(root: &Command<C>, words: &[String]) -> Result<Matches, String> {
    let flags: Vec<&Flag> = root.flags.iter().collect();
    let mut matches = Matches::of_defaults(&flags);
    read(&flags, words, &mut matches)?;
    Ok(matches)
}

/// The command that is meant, behind those above it, and the words without the names of commands.
pub(super) fn find<'c, C>(root: &'c Command<C>, words: &[String]) -> (Vec<&'c Command<C>>, Vec<String>) {
    let mut path = vec![root];
    let mut words = words.to_vec();
    let mut command = root;
    while let Some(at) = first_argument(&path, &words) {
        // A command that only holds others prints its help, whatever else is typed.
        let Some(child) = command.children.iter().find(|child| child.is_called(&words[at])) else { break };
        words.remove(at);
        command = child;
        path.push(child);
    }
    (path, words)
}

/// Where the first word is that is neither a flag nor the value of one.
fn first_argument<C>(path: &[&Command<C>], words: &[String]) -> Option<usize> {
    let needs_value = |found: Option<&Flag>| found.is_none_or(|flag| flag.bare.is_none());
    let find = |test: &dyn Fn(&Flag) -> bool| {
        path.iter().flat_map(|command| &command.flags).find(|flag| test(flag)).or(None)
    };
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let takes_next = match word.strip_prefix("--") {
            Some("") => return None,
            Some(name) => {
                !name.contains('=') && name != "help" && needs_value(find(&|flag| flag.name == name))
            }
            None => match word.strip_prefix('-') {
                None | Some("") => return Some(at),
                Some(letters) => {
                    let letter = letters.chars().next();
                    letters.len() == 1
                        && letters != "h"
                        && needs_value(find(&|flag| flag.short.is_some() && flag.short == letter))
                }
            },
        };
        at += 1 + usize::from(takes_next);
    }
    None
}

/// Reads flags and arguments, which may stand in any order; `false` if help was asked for.
pub(super) fn read(flags: &[&Flag], words: &[String], matches: &mut Matches) -> Result<bool, String> {
    let help = help_flag();
    let all = || flags.iter().copied().chain([&help]);
    let mut asked_for_help = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            matches.arguments.extend(words.cloned());
            break;
        }
        if let Some(body) = word.strip_prefix("--") {
            if body.starts_with(['-', '=']) {
                return Err(format!("bad flag syntax: {word}"));
            }
            let (name, value) = match body.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (body, None),
            };
            let flag = all().find(|flag| flag.name == name).ok_or(format!("unknown flag: --{name}"))?;
            let value = match (value, flag.bare) {
                (Some(value), _) => value,
                (None, Some(bare)) => bare,
                (None, None) => words.next().ok_or(format!("flag needs an argument: --{name}"))?,
            };
            asked_for_help |= set(flag, value, matches)?;
            continue;
        }
        let mut letters = match word.strip_prefix('-') {
            Some(letters) if !letters.is_empty() => letters,
            _ => {
                matches.arguments.push(word.clone());
                continue;
            }
        };
        while let Some(letter) = letters.chars().next() {
            let flag = all().find(|flag| flag.short == Some(letter));
            let flag = flag.ok_or(format!("unknown shorthand flag: '{letter}' in -{letters}"))?;
            let behind = &letters[letter.len_utf8()..];
            let (value, left) = if let Some(value) = behind.strip_prefix('=')
                && !value.is_empty()
            {
                (value, "")
            } else if let Some(bare) = flag.bare {
                (bare, behind)
            } else if !behind.is_empty() {
                (behind, "")
            } else {
                let missing = format!("flag needs an argument: '{letter}' in -{letters}");
                (words.next().ok_or(missing)?.as_str(), "")
            };
            asked_for_help |= set(flag, value, matches)?;
            letters = left;
        }
    }
    Ok(!asked_for_help)
}

/// Gives a flag a value; `true` if it is the one that asks for help.
fn set(flag: &Flag, value: &str, matches: &mut Matches) -> Result<bool, String> {
    let checked = flag.check.as_ref().map_or(Ok(()), |check| check.0(value, matches));
    let new = checked.and_then(|()| values(flag, value)).map_err(|reason| {
        let letter = flag.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
        format!("invalid argument {} for \"{letter}--{}\" flag: {reason}", quoted(value), flag.name)
    })?;
    if flag.name == "help" {
        return Ok(strconv::parse_bool(value.as_bytes()).unwrap_or_default());
    }
    if let Some(instead) = flag.deprecated {
        matches.remarks.push(format!("Flag --{} has been deprecated, {instead}", flag.name));
    }
    let values = matches.values.entry(flag.name).or_default();
    // The first value takes the place of the default.
    if !matches.given.contains(&flag.name) {
        values.clear();
        matches.given.push(flag.name);
    }
    values.extend(new);
    Ok(false)
}

/// Whether there are as many arguments as the command takes, and no flags that exclude each other.
fn check<C>(path: &[&Command<C>], command: &Command<C>, matches: &Matches) -> Result<(), String> {
    let name = path.iter().map(|command| command.name()).collect::<Vec<_>>().join(" ");
    let above = path[..path.len() - 1].iter().map(|command| command.name()).collect::<Vec<_>>().join(" ");
    let usage = || format!("\n\nUsage:  {above} {} [flags]", command.usage);
    let count = matches.arguments.len();
    let arguments = |n: usize| if n == 1 { "argument" } else { "arguments" };
    match command.arguments {
        Arguments::AtLeast(least) if count < least => {
            return Err(format!(
                "{} requires at least {least} {}{}",
                quoted(&name),
                arguments(least),
                usage()
            ));
        }
        Arguments::Exactly(wanted) if count != wanted => {
            return Err(format!("{} requires {wanted} {}{}", quoted(&name), arguments(wanted), usage()));
        }
        Arguments::AtMost(most) if count > most => {
            return Err(format!("{} accepts at most {most} {}{}", quoted(&name), arguments(most), usage()));
        }
        Arguments::None if count > 0 => {
            return Err(format!("{} accepts no arguments{}", quoted(&name), usage()));
        }
        _ => {}
    }
    for group in command.exclusive {
        let mut given: Vec<&str> = group.iter().copied().filter(|flag| matches.is_given(flag)).collect();
        if given.len() > 1 {
            given.sort_unstable();
            return Err(format!(
                "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
                group.join(" "),
                given.join(" ")
            ));
        }
    }
    Ok(())
}

/// A command that is not there, with those that it may have been meant to be.
fn unknown<C>(path: &[&Command<C>], word: &str) -> String {
    let name = path.iter().map(|command| command.name()).collect::<Vec<_>>().join(" ");
    let mut text = format!("unknown command {} for {}", quoted(word), quoted(&name));
    let mut meant: Vec<&str> = path
        .last()
        .iter()
        .flat_map(|command| &command.children)
        .map(Command::name)
        .filter(|child| {
            distance(&word.to_lowercase(), &child.to_lowercase()) <= 2
                || child.to_lowercase().starts_with(&word.to_lowercase())
        })
        .collect();
    meant.sort_unstable();
    if !meant.is_empty() {
        text.push_str("\n\nDid you mean this?\n");
        for child in meant {
            text.extend(["\t", child, "\n"]);
        }
    }
    format!("{text}\nRun '{name} --help' for usage.")
}

/// How many letters must be added, taken away or replaced to make one word of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let cost = (diagonal + usize::from(a != *b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[to.len()]
}
