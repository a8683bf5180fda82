//! Where words go: results to standard output, everything else to standard error.

use std::fs;
use std::io::{self, IsTerminal, Write};

use longshore_diag::{Diagnostic, Render, Sources, Style};
use longshore_kustomize::diagnose::mentions_secrets;
use serde::Serialize;
use terminal_size::{Width, terminal_size_of};

use crate::args::{Colour, GlobalArgs, Output};

/// Writes results and messages in the way that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Printer {
    output: Output,
    quiet: bool,
    out_colour: bool,
    err_colour: bool,
    /// How wide the terminal is that standard error goes to.
    err_columns: Option<usize>,
    interactive: bool,
}

/// Colours by what they mean.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    /// New, ready.
    Good,
    /// Changed, on its way.
    Changed,
    /// Deleted, failed.
    Bad,
    /// Less important.
    Dim,
    /// A heading.
    Bold,
}

impl Printer {
    /// From the flags, the terminal and `NO_COLOR`.
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        let colour = |terminal: bool| match args.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        Self {
            output: args.format(),
            quiet: args.quiet,
            out_colour: colour(io::stdout().is_terminal()),
            err_colour: colour(io::stderr().is_terminal()),
            err_columns: terminal_size_of(io::stderr()).map(|(Width(columns), _)| usize::from(columns)),
            interactive: io::stderr().is_terminal() && !ci,
        }
    }

    /// For commands that have no global flags of ours, because another program's command line is theirs.
    pub(crate) fn of_drop_in(quiet: bool) -> Self {
        Self::new(&GlobalArgs { file: None, output: Vec::new(), quiet, verbose: 0, color: Colour::Auto })
    }

    /// Whether a person looks at standard error and progress may be drawn there.
    pub(crate) fn shows_progress(&self) -> bool {
        self.interactive && !self.quiet
    }

    /// Whether what happens is told to a program: results are for machines, and nobody looks on.
    pub(crate) fn tells_programs(&self) -> bool {
        matches!(self.output, Output::Json | Output::Yaml) && !self.shows_progress()
    }

    /// A line of JSON on standard error, unless quiet was asked for.
    pub(crate) fn event<T: Serialize>(&self, event: &T) {
        if let (false, Ok(line)) = (self.quiet, serde_json::to_string(event)) {
            self.to_stderr(&format!("{line}\n"));
        }
    }

    /// Whether standard output takes colours.
    pub(crate) fn colours(&self) -> bool {
        self.out_colour
    }

    /// Whether standard error does.
    pub(crate) fn colours_on_stderr(&self) -> bool {
        self.err_colour
    }

    /// The form of results.
    pub(crate) fn output(&self) -> Output {
        self.output
    }

    /// Whether a person can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.interactive && io::stdin().is_terminal()
    }

    /// The result of a command: `value` for machines, or the text for people.
    pub(crate) fn result<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        let shown = match self.output {
            Output::Text | Output::Markdown | Output::Sarif | Output::Junit => text(),
            Output::Json => format!("{}\n", serde_json::to_string_pretty(value)?),
            Output::Yaml => longshore_platform::to_yaml(&serde_json::to_value(value)?),
        };
        self.raw(shown.as_bytes())
    }

    /// A result that has a form for pull requests too.
    pub(crate) fn result_or_markdown<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce() -> String,
        markdown: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        if self.output == Output::Markdown {
            self.raw(markdown().as_bytes())
        } else {
            self.result(value, text)
        }
    }

    /// Bytes as they are, to standard output. A reader that went away (`| head`) is no error.
    pub(crate) fn raw(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The same, where a reader that went away is the end.
    pub(crate) fn raw_strictly(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        Ok(out.write_all(bytes).and_then(|()| out.flush())?)
    }

    /// A line for people on standard error, unless they asked for quiet.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        if !self.quiet {
            self.to_stderr(&format!("{}\n", line.as_ref()));
        }
    }

    /// A problem, with its source lines where files can be read. Never quiet. Whoever asked for a result for
    /// machines gets it as one line of JSON.
    pub(crate) fn diagnostic(&self, diagnostic: &Diagnostic) {
        if matches!(self.output, Output::Json | Output::Yaml) {
            return self.to_stderr(&format!("{}\n", diagnostic.to_json()));
        }
        self.to_stderr(&self.shown(diagnostic, &source));
    }

    /// A diagnostic that is itself the result, as standard output shows it; with lines of files that may be shown.
    pub(crate) fn shown_as_result(&self, diagnostic: &Diagnostic, may_show: &dyn Fn(&str) -> bool) -> String {
        let style = if self.out_colour { Style::Colour } else { Style::Plain };
        let sources = |file: &str| source(file).filter(|_| may_show(file));
        Render::new(diagnostic, style).sources(&sources).to_string()
    }

    /// A diagnostic as standard error shows it, with lines of these texts.
    pub(crate) fn shown(&self, diagnostic: &Diagnostic, sources: &Sources<'_>) -> String {
        let style = if self.err_colour { Style::Colour } else { Style::Plain };
        let mut shown = Render::new(diagnostic, style).sources(sources);
        if let Some(columns) = self.err_columns {
            shown = shown.width(columns);
        }
        shown.to_string()
    }

    /// Something worth knowing, unless the user asked for quiet.
    pub(crate) fn remark(&self, diagnostic: &Diagnostic) {
        if !self.quiet {
            self.diagnostic(diagnostic);
        }
    }

    /// Text for standard output in a colour, if it takes colours.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        painted(self.out_colour, paint, text)
    }

    /// Text for standard error in a colour, if it takes colours.
    pub(crate) fn paint_err(&self, paint: Paint, text: &str) -> String {
        painted(self.err_colour, paint, text)
    }

    /// Asks a yes-or-no question on standard error; anything but `y` or `yes` is a no.
    pub(crate) fn ask(&self, question: &str) -> io::Result<bool> {
        self.to_stderr(&format!("{question} [y/N] "));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// A standard error that cannot be written to has nobody to be told.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn to_stderr(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// The text of a file that a diagnostic names. The name may come from a comment in a manifest: only what is a
/// file of reasonable size is read. Of manifests with Secrets no line is shown; a template of one holds no values.
fn source(file: &str) -> Option<String> {
    const MOST: u64 = 8 << 20;
    let about = fs::metadata(file).ok()?;
    if !about.is_file() || about.len() > MOST {
        return None;
    }
    let text = String::from_utf8_lossy(&fs::read(file).ok()?).into_owned();
    (text.contains("{{") || !mentions_secrets(&text)).then_some(text)
}

fn painted(colour: bool, paint: Paint, text: &str) -> String {
    if !colour {
        return text.to_owned();
    }
    let code = match paint {
        Paint::Good => "32",
        Paint::Changed => "33",
        Paint::Bad => "31",
        Paint::Dim => "2",
        Paint::Bold => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
