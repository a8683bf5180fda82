//! Real Helm as a process that answers cases: `tools/oracle-helm`.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;

use longshore_chart::Level;
use serde_json::Value as Json;

use crate::odd::case::{Case, plain};

/// One level of Helm.
#[derive(Debug)]
pub(crate) struct Oracle {
    program: String,
    level: Level,
    child: Child,
    questions: Option<Sender<String>>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts it.
    pub(crate) fn start(program: &str, level: Level) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(level.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .env("TZ", "UTC")
            .spawn()?;
        let mut input = child.stdin.take().expect("it is a pipe");
        let answers = BufReader::new(child.stdout.take().expect("it is a pipe"));
        // It may answer before it has read everything, so that asking must not wait for it.
        let (questions, waiting) = mpsc::channel::<String>();
        thread::spawn(move || {
            for line in waiting {
                if input.write_all(line.as_bytes()).is_err() {
                    break;
                }
            }
        });
        Ok(Self { program: program.to_owned(), level, child, questions: Some(questions), answers })
    }

    /// Asks; the answers come in the same order.
    pub(crate) fn ask(&self, case: &Case) {
        let line = Json::Object(case.to_json()).to_string() + "\n";
        let questions = self.questions.as_ref().expect("it is only taken when this ends");
        // If it is gone, reading its answer says so.
        let _ = questions.send(line);
    }

    /// The next answer: what Helm prints, or `Error: …`; nothing if the case ends the process (a value that holds
    /// itself, printed). Then it is started again, and what was asked behind it must be asked again.
    pub(crate) fn answer(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            let fresh = Self::start(&self.program, self.level)?;
            drop(std::mem::replace(self, fresh));
            return Ok(None);
        }
        let answer: Json = serde_json::from_str(&line)?;
        let text = match answer["error"].as_str() {
            Some(error) => format!("Error: {error}"),
            None => answer["output"].as_str().unwrap_or_default().to_owned(),
        };
        Ok(Some(plain(&text)))
    }

    /// Asks and waits.
    pub(crate) fn told(&mut self, case: &Case) -> io::Result<Option<String>> {
        self.ask(case);
        self.answer()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends with its input.
        self.questions = None;
        let _ = self.child.wait();
    }
}
