//! Running a hook's command: without a shell, in the project's folder, with few variables, its output told line by line.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longshore_diag::{Diagnostic, Place};
use longshore_object::ObjectKey;
use longshore_release::{Context, Event, Moment, ReleaseError};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::outputs::has_secrets;
use crate::project::Placed;
use crate::selection::Selection;

use super::group::Group;
use super::hidden::Hidden;

/// Variables that a program needs to find its way, its user's files, proxies and certificates. Nothing else of
/// Longshore's own environment reaches it, secrets least of all.
const PASSED: [&str; 23] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TERM",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "XDG_CONFIG_HOME",
];

/// How many of the last lines an error repeats.
const LAST: usize = 5;

/// The longest line that is told.
const LONGEST: usize = 4096;

/// The most bytes of a line that are kept. A secret, of which a MiB is read at most, that begins in what is told ends in
/// what is kept, and is found there.
const MOST: usize = 2 << 20;

/// How long what a program has left running may keep its output open.
const LINGER: Duration = Duration::from_secs(2);

/// A variable's value, and whether it may hold a secret.
pub(super) struct Variable {
    name: String,
    value: String,
    is_secret: bool,
}

/// The words and variables of a command with theirs replaced.
pub(super) fn filled(
    selection: &Selection,
    words: &[Placed<String>],
    env: &BTreeMap<String, Placed<String>>,
) -> Result<(Vec<String>, Vec<Variable>), Diagnostic> {
    let words =
        words.iter().map(|word| selection.fill_late(&word.value, &word.place)).collect::<Result<_, _>>()?;
    let variable = |(name, placed): (&String, &Placed<String>)| {
        let value = selection.fill_secret(&placed.value, &placed.place)?;
        let releases = &selection.platform.project.releases;
        let is_secret = placed.value.contains("${secret.") || has_secrets(releases, &placed.value);
        Ok::<_, Diagnostic>(Variable { name: name.clone(), value, is_secret })
    };
    Ok((words, env.iter().map(variable).collect::<Result<_, _>>()?))
}

/// What is run, and for what.
pub(super) struct Ran<'a> {
    pub(super) selection: &'a Selection,
    pub(super) context: &'a Context,
    pub(super) release: &'a str,
    pub(super) moment: Moment,
    pub(super) limit: Duration,
    pub(super) place: &'a Place,
}

impl Ran<'_> {
    /// Runs it to its end.
    ///
    /// # Errors
    /// It cannot be run, fails, or takes too long; it is killed then.
    pub(super) async fn run(&self, words: &[String], variables: Vec<Variable>) -> Result<(), ReleaseError> {
        let Some((program, arguments)) = words.split_first() else { return Ok(()) };
        let key = ObjectKey {
            group: String::new(),
            kind: "command".to_owned(),
            namespace: None,
            name: program.clone(),
        };
        let told = |succeeded| {
            let event = self.moment.as_str().to_owned();
            let event = Event::Hook { key: key.clone(), event, succeeded };
            self.context.observer.observe(self.release, &event);
        };
        let own = variables.iter().filter(|one| one.is_secret).map(|one| one.value.as_str());
        let hidden = Hidden::new(own, &self.selection.known_secrets());
        told(None);
        let done = self.started(program, arguments, variables, &hidden).await;
        told(Some(done.is_ok()));
        Ok(done?)
    }

    async fn started(
        &self,
        program: &str,
        arguments: &[String],
        variables: Vec<Variable>,
        hidden: &Hidden,
    ) -> Result<(), Diagnostic> {
        let mut command = Command::new(self.program(program));
        command.args(arguments).current_dir(&self.selection.platform.root).env_clear();
        command.envs(PASSED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.envs(self.variables());
        command.envs(variables.into_iter().map(|variable| (variable.name, variable.value)));
        let mut group = Group::start(command).map_err(|error| {
            Diagnostic::error("hooks/command", format!("`{program}` cannot be run: {error}"))
                .at(self.place.clone())
                .hint(
                    "no shell looks for it: name a program of the PATH, or a file of the project as `./name`",
                )
        })?;
        let last: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let (out, err) = group.outputs();
        let telling = async {
            futures::join!(self.tell(out, hidden, &last), self.tell(err, hidden, &last));
        };
        tokio::pin!(telling);
        let mut is_told = false;
        let ended = timeout(self.limit, async {
            // All is read before it has ended, as a rule.
            tokio::select! {
                () = &mut telling => is_told = true,
                ended = group.ended() => return ended,
            }
            group.ended().await
        })
        .await;
        if ended.is_err() {
            group.kill();
        }
        if !is_told {
            // What it left running may hold its output open. What was killed may have said something before.
            let _ = timeout(LINGER, &mut telling).await;
        }
        let lines = |mut error: Diagnostic| {
            for line in last.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                error = error.note(line.clone());
            }
            error
        };
        match ended {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => {
                let message = format!("`{program}` failed ({status})");
                Err(lines(Diagnostic::error("hooks/failed", message).at(self.place.clone())))
            }
            Ok(Err(error)) => {
                let message = format!("`{program}` cannot be waited for: {error}");
                Err(Diagnostic::error("hooks/failed", message).at(self.place.clone()))
            }
            Err(_) => {
                let message = format!("`{program}` was not done after {}", seconds(self.limit));
                let error = Diagnostic::error("hooks/timeout", message).at(self.place.clone());
                Err(lines(error).hint("`timeout` of the hook gives it longer"))
            }
        }
    }

    /// A program with a slash in its name is a file of the project.
    fn program(&self, program: &str) -> std::path::PathBuf {
        if !program.contains('/') {
            return program.into();
        }
        let path = self.selection.platform.root.join(program);
        std::path::absolute(&path).unwrap_or(path)
    }

    /// What a program is told of what it is run for.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let selection = self.selection;
        let mut variables = vec![
            ("LONGSHORE_RELEASE", self.release.to_owned()),
            ("LONGSHORE_ENVIRONMENT", selection.environment.name.clone()),
            ("LONGSHORE_NAMESPACE", self.context.namespace.clone()),
            ("LONGSHORE_PLATFORM", selection.platform.project.name.value.clone()),
            ("LONGSHORE_HOOK", self.moment.as_str().to_owned()),
            (
                "LONGSHORE_CLUSTER",
                selection.cluster_name().unwrap_or_else(|| self.context.cluster.name()).to_owned(),
            ),
        ];
        let endpoint = self.context.cluster.endpoint();
        variables.extend(endpoint.context.clone().map(|context| ("LONGSHORE_CONTEXT", context)));
        variables.extend(self.kubeconfig().map(|files| ("KUBECONFIG", files)));
        variables
    }

    /// The kubeconfig that the release is deployed with: the user's own list of files, unless another file was named.
    fn kubeconfig(&self) -> Option<String> {
        let list = std::env::var_os("KUBECONFIG");
        let file = self.context.cluster.endpoint().file.as_ref();
        let file = file.map(|file| std::path::absolute(file).unwrap_or_else(|_| file.clone()));
        let is_listed = |file: &std::path::PathBuf| {
            let files = list.iter().flat_map(std::env::split_paths);
            files.map(|one| std::path::absolute(&one).unwrap_or(one)).any(|one| one == *file)
        };
        match file {
            Some(file) if !is_listed(&file) => Some(file.display().to_string()),
            _ => list.map(|list| list.to_string_lossy().into_owned()),
        }
    }

    /// Tells what comes out of the program, line by line, without secrets.
    async fn tell(
        &self,
        from: Option<impl AsyncRead + Unpin>,
        hidden: &Hidden,
        last: &Mutex<VecDeque<String>>,
    ) {
        let Some(from) = from else { return };
        let mut reader = BufReader::new(from);
        let mut line = Vec::new();
        while matches!(read_line(&mut reader, &mut line).await, Ok(true)) {
            let text = String::from_utf8_lossy(&line);
            let mut text = text.trim_end_matches(['\n', '\r']).to_owned();
            text = hidden.in_text(text);
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(end);
                text.push('…');
            }
            {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.len() == LAST {
                    last.pop_front();
                }
                last.push_back(text.clone());
            }
            self.context.observer.observe(self.release, &Event::Said(text));
        }
    }
}

/// Reads the next line, of which what goes beyond [`MOST`] is dropped; false at the end.
async fn read_line(reader: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut has_any = false;
    loop {
        let read = reader.fill_buf().await?;
        if read.is_empty() {
            return Ok(has_any);
        }
        has_any = true;
        let end = read.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(read.len(), |end| end + 1);
        line.extend_from_slice(&read[..count.min(MOST.saturating_sub(line.len()))]);
        reader.consume(count);
        if end.is_some() {
            return Ok(true);
        }
    }
}

fn seconds(limit: Duration) -> String {
    if limit.as_millis() < 1000 {
        format!("{} ms", limit.as_millis())
    } else {
        format!("{} s", limit.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, BufReader, repeat};

    use super::{MOST, read_line};

    /// A program may print without end and without a line's end.
    #[tokio::test]
    async fn a_line_has_an_end_for_us() {
        let endless = repeat(b'x').take(5 * MOST as u64);
        let mut reader = BufReader::new(endless.chain(&b"\nnext\nlast"[..]));
        let mut line = Vec::new();
        assert!(read_line(&mut reader, &mut line).await.unwrap());
        assert_eq!(line.len(), MOST);
        for expected in ["next\n", "last"] {
            assert!(read_line(&mut reader, &mut line).await.unwrap());
            assert_eq!(line, expected.as_bytes());
        }
        assert!(!read_line(&mut reader, &mut line).await.unwrap());
    }
}
