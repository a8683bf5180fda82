//! The words, forms and help of `cobra`, as real `helm` gives them.

use super::{Action, Arguments, Command, Flag, Kind, Matches, help, parse};

/// What a command of the tests works with: nothing.
struct Nothing;

fn run(_: &Nothing, matches: &Matches) -> anyhow::Result<()> {
    anyhow::bail!("{} arguments", matches.arguments.len())
}

fn root() -> Command<Nothing> {
    let child = Command {
        usage: "template [NAME] [CHART]",
        aliases: &[],
        short: "render",
        long: "Renders.",
        flags: vec![
            Flag::new("set", Kind::Texts, "values"),
            Flag::new("values", Kind::List, "files").short('f'),
            Flag::new("generate-name", Kind::Bool, "a name").short('g'),
            Flag::new("wait", Kind::Named("WaitStrategy"), "how to wait").default("hookOnly").bare("watcher"),
            Flag::new("labels", Kind::Pairs, "labels").short('l'),
            Flag::new("dry-run", Kind::Text, "without a cluster").default("client").bare("unset"),
            Flag::new("validate", Kind::Bool, "").deprecated("use '--dry-run=server' instead"),
        ],
        arguments: Arguments::AtLeast(1),
        exclusive: &[&["validate", "dry-run"]],
        children: Vec::new(),
        run: Some(run),
    };
    Command {
        usage: "helm",
        aliases: &[],
        short: "",
        long: "Charts.",
        flags: vec![
            Flag::new("namespace", Kind::Text, "where").short('n'),
            Flag::new("qps", Kind::Float, "how fast"),
            Flag::new("timeout", Kind::Duration, "how long").default("5m0s"),
        ],
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![child],
        run: None,
    }
}

fn matches(words: &str) -> Result<Matches, String> {
    let words: Vec<String> = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    match parse(&root(), &words)? {
        Action::Run(_, matches) => Ok(*matches),
        Action::Help(path) => Err(help(&path)),
    }
}

/// The words of cobra and pflag, as `helm` gives them.
#[test]
fn mistakes_have_their_words() {
    for (words, problem) in [
        (
            "templat",
            "unknown command \"templat\" for \"helm\"\n\nDid you mean this?\n\ttemplate\n\nRun 'helm --help' for usage.",
        ),
        ("zzz", "unknown command \"zzz\" for \"helm\"\nRun 'helm --help' for usage."),
        (
            "template",
            "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]",
        ),
        ("template . --foo", "unknown flag: --foo"),
        ("template . -xg", "unknown shorthand flag: 'x' in -xg"),
        ("template . --set", "flag needs an argument: --set"),
        ("template . -gf", "flag needs an argument: 'f' in -f"),
        ("template . ---x", "bad flag syntax: ---x"),
        (
            "template . -g=maybe",
            "invalid argument \"maybe\" for \"-g, --generate-name\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
        ),
        (
            "template . --qps x",
            "invalid argument \"x\" for \"--qps\" flag: strconv.ParseFloat: parsing \"x\": invalid syntax",
        ),
        (
            "template . --timeout 5",
            "invalid argument \"5\" for \"--timeout\" flag: time: missing unit in duration \"5\"",
        ),
        (
            "template . -l a",
            "invalid argument \"a\" for \"-l, --labels\" flag: a must be formatted as key=value",
        ),
        (
            "template . -f a\"b",
            "invalid argument \"a\\\"b\" for \"-f, --values\" flag: parse error on line 1, column 2: bare \" in non-quoted-field",
        ),
        (
            "template . --validate --dry-run",
            "if any flags in the group [validate dry-run] are set none of the others can be; [dry-run validate] were all set",
        ),
    ] {
        assert_eq!(matches(words).err().as_deref(), Some(problem), "{words}");
    }
}

#[test]
fn flags_stand_anywhere_and_in_any_form() -> Result<(), String> {
    let found = matches(
        "-n x template a -gf=one,two --values \"three,four\",five b --set=a=b --set c -- --d --wait",
    )?;
    assert_eq!(found.arguments, ["a", "b", "--d", "--wait"]);
    assert_eq!(found.all("values"), ["one", "two", "three,four", "five"]);
    assert_eq!(found.all("set"), ["a=b", "c"]);
    assert_eq!((found.text("namespace"), found.text("wait")), ("x", "hookOnly"));
    assert!(found.is_on("generate-name") && !found.is_given("wait"));
    // What takes a value only behind `=` leaves the next word alone.
    let found = matches("template --dry-run a --wait=legacy")?;
    assert_eq!((found.text("dry-run"), found.text("wait")), ("unset", "legacy"));
    assert_eq!(found.arguments, ["a"]);
    let found = matches("template a --validate")?;
    assert_eq!(found.remarks, ["Flag --validate has been deprecated, use '--dry-run=server' instead"]);
    Ok(())
}

#[test]
fn help_is_laid_out_as_cobra_does() {
    assert_eq!(
        matches("template --help").err().as_deref(),
        Some(
            "Renders.

Usage:
  helm template [NAME] [CHART] [flags]

Flags:
      --dry-run string[=\"unset\"]      without a cluster (default \"client\")
  -g, --generate-name                 a name
  -h, --help                          help for template
  -l, --labels stringToString         labels (default [])
      --set stringArray               values
  -f, --values strings                files
      --wait WaitStrategy[=watcher]   how to wait (default hookOnly)

Global Flags:
  -n, --namespace string   where
      --qps float32        how fast
      --timeout duration   how long (default 5m0s)
"
        )
    );
    let root = matches("").err().unwrap_or_default();
    assert!(
        root.contains("Available Commands:\n  help        print what a command does\n  template    render\n"),
        "{root}"
    );
}
