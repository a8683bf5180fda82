//! `-o`: the format of results, and for `plan` also the file that the plan is frozen into.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command as Clap, CommandFactory, ValueEnum};

use super::{Cli, Command, GlobalArgs};

/// Format of results on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
    /// For a comment on a pull request: plans and differences
    Markdown,
    /// For a code host: what `check` has found
    Sarif,
    /// For a CI system: what `check` has found
    Junit,
}

/// What may stand behind `-o`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutputArg {
    /// A format.
    Format(Output),
    /// A file for a frozen plan.
    File(PathBuf),
}

/// Reads `json` and `out.plan`. A word that is neither a format nor looks like a file is a mistake.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutputParser;

impl TypedValueParser for OutputParser {
    type Value = OutputArg;

    fn parse_ref(&self, clap: &Clap, arg: Option<&Arg>, value: &OsStr) -> Result<OutputArg, clap::Error> {
        let text = value.to_string_lossy();
        if let Ok(format) = Output::from_str(&text, false) {
            return Ok(OutputArg::Format(format));
        }
        if text.contains(['.', '/', '\\']) {
            return Ok(OutputArg::File(PathBuf::from(value)));
        }
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(clap);
        if let Some(arg) = arg {
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg.to_string()));
        }
        error.insert(ContextKind::InvalidValue, ContextValue::String(text.clone().into_owned()));
        let known = Output::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known = known.map(|value| value.get_name().to_owned()).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(known));
        if clap.get_name() == "plan" {
            let tip =
                format!("a file to freeze the plan into has a dot or a slash in its name: `-o ./{text}`");
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        }
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Output::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

impl GlobalArgs {
    /// The format of results.
    pub(crate) fn format(&self) -> Output {
        let mut formats = self.output.iter().filter_map(|output| match output {
            OutputArg::Format(format) => Some(*format),
            OutputArg::File(_) => None,
        });
        formats.next().unwrap_or(Output::Text)
    }

    /// The file to freeze a plan into.
    pub(crate) fn plan_file(&self) -> Option<&Path> {
        self.output.iter().find_map(|output| match output {
            OutputArg::File(file) => Some(file.as_path()),
            OutputArg::Format(_) => None,
        })
    }
}

impl Cli {
    /// What is wrong with `-o` for the command that it stands at.
    pub(crate) fn misused_output(&self) -> Option<clap::Error> {
        let wrong = |text: String| Some(Self::command().error(ErrorKind::ArgumentConflict, text));
        let files = self.global.output.iter().filter(|output| matches!(output, OutputArg::File(_))).count();
        if files > 1 || self.global.output.len() - files > 1 {
            return wrong("`-o` takes one format, and for `plan` one file beside it".to_owned());
        }
        if let Some(file) = self.global.plan_file().filter(|_| !matches!(self.command, Command::Plan(_))) {
            let text =
                format!("only `longshore plan` writes a file (`{}`): -o takes a format here", file.display());
            return wrong(text);
        }
        let has_markdown = match &self.command {
            Command::Plan(_) => true,
            Command::Deploy(args) => args.dry_run,
            Command::Rollback(args) => args.dry_run,
            Command::History(args) => args.diff.is_some(),
            _ => false,
        };
        if self.global.format() == Output::Markdown && !has_markdown {
            return wrong(
                "`-o markdown` is there for plans (`plan`, `--dry-run`) and for `history --diff`".to_owned(),
            );
        }
        let is_check = matches!(self.command, Command::Check(_));
        if matches!(self.global.format(), Output::Sarif | Output::Junit) && !is_check {
            return wrong("`-o sarif` and `-o junit` are there for `check`".to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Output, OutputArg};
    use crate::args::Cli;

    fn parsed(words: &str) -> Result<Cli, String> {
        let cli = Cli::try_parse_from(words.split_whitespace()).map_err(|error| error.to_string())?;
        match cli.misused_output() {
            Some(error) => Err(error.to_string()),
            None => Ok(cli),
        }
    }

    #[test]
    fn a_file_and_a_format_stand_side_by_side() {
        let cli = parsed("longshore plan -o out.plan -o json").unwrap();
        assert_eq!(cli.global.format(), Output::Json);
        assert_eq!(cli.global.plan_file().unwrap().to_str(), Some("out.plan"));
        let cli = parsed("longshore plan").unwrap();
        assert_eq!((cli.global.format(), cli.global.plan_file()), (Output::Text, None));
        assert_eq!(
            parsed("longshore -o yaml status").unwrap().global.output,
            [OutputArg::Format(Output::Yaml)]
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (words, expected) in [
            ("longshore plan -o jsn", "invalid value 'jsn'"),
            ("longshore plan -o out", "`-o ./out`"),
            ("longshore deploy -o out.plan", "only `longshore plan` writes a file"),
            ("longshore status -o markdown", "`-o markdown` is there for plans"),
            ("longshore status -o sarif", "are there for `check`"),
            ("longshore plan -o junit", "are there for `check`"),
            ("longshore check -n Shop_1", "cannot name a namespace"),
            ("longshore init -n shop-${env.nam}", "cannot name a namespace"),
            ("longshore rollback web x", "is no revision"),
            ("longshore check --kube-version 1.99", "1.19 to 1.37"),
            ("longshore check --disable secret/plain", "did you mean `secrets/plain`?"),
            ("longshore check --all -e dev", "cannot be used with"),
            ("longshore plan -o json -o yaml", "takes one format"),
            ("longshore plan -o a.plan -o b.plan", "takes one format"),
            ("longshore deploy a.plan --overwrite", "cannot be used with"),
            ("longshore deploy --identity key.txt", "required arguments were not provided"),
            ("longshore history --diff 1 2", "required arguments were not provided"),
        ] {
            let error = parsed(words).unwrap_err();
            assert!(error.contains(expected), "{words}: {error}");
        }
        assert!(parsed("longshore deploy --dry-run -o markdown").is_ok());
    }
}
