//! The questions of `longshore init` on a terminal. Enter takes what stands in brackets.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use longshore_import::{Draft, Origin, Source, is_name, namespaces};

/// Asks on one stream and reads answers from another.
pub(super) struct Questions<'a> {
    answers: &'a mut dyn BufRead,
    shown: &'a mut dyn Write,
}

impl<'a> Questions<'a> {
    pub(super) fn new(answers: &'a mut dyn BufRead, shown: &'a mut dyn Write) -> Self {
        Self { answers, shown }
    }

    /// Asks for the name, the environments, their namespace, and which of what was found is wanted.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) fn ask(mut self, draft: &mut Draft, origin: &Origin) -> io::Result<()> {
        if !origin.is_named {
            let name = self.line("Name of the platform", &draft.name, is_name)?;
            if name != draft.name {
                let known = draft.environments.drain(..).map(|environment| (environment.name, None));
                let fresh = namespaces(&name, known.collect());
                draft.environments = fresh;
                draft.name = name;
            }
        }
        let names: Vec<String> =
            draft.environments.iter().map(|environment| environment.name.clone()).collect();
        let wanted =
            self.line("Environments", &names.join(", "), |line| list(line).iter().all(|name| is_name(name)))?;
        let wanted = list(&wanted);
        if wanted != names {
            let all: BTreeMap<String, Option<String>> =
                wanted.iter().map(|name| (name.clone(), None)).collect();
            let mut all = namespaces(&draft.name, all);
            for environment in &mut all {
                if let Some(known) = draft.environments.iter().find(|known| known.name == environment.name) {
                    environment.clone_from(known);
                }
            }
            all.sort_by_key(|environment| wanted.iter().position(|name| *name == environment.name));
            draft.environments = all;
        }
        for environment in &mut draft.environments {
            let question = format!("Namespace of {}", environment.name);
            environment.namespace = self.line(&question, &environment.namespace, is_name)?;
        }
        let mut kept = Vec::new();
        for release in std::mem::take(&mut draft.releases) {
            let (kind, path) = match &release.source {
                Source::Chart(path) => ("chart", path.clone()),
                Source::Remote(remote) => ("chart", format!("{} of {}", remote.name, remote.repo)),
                Source::Kustomize(path, _) => ("kustomization", path.clone()),
                Source::Manifests(paths) => ("manifests", paths.join(", ")),
            };
            if self.yes(&format!("Release `{}` from {kind} {path}?", release.name))? {
                kept.push(release);
            }
        }
        for environment in &mut draft.environments {
            environment.releases.retain(|(name, _)| kept.iter().any(|release| release.name == *name));
        }
        draft.releases = kept;
        Ok(())
    }

    /// A line, asked for until it will do; the end of the input takes what stands in brackets.
    fn line(&mut self, question: &str, usual: &str, will_do: impl Fn(&str) -> bool) -> io::Result<String> {
        loop {
            write!(self.shown, "{question} [{usual}]: ")?;
            self.shown.flush()?;
            let mut line = String::new();
            let length = self.answers.read_line(&mut line)?;
            match line.trim() {
                "" => return Ok(usual.to_owned()),
                line if will_do(line) => return Ok(line.to_owned()),
                _ if length == 0 => return Ok(usual.to_owned()),
                line => writeln!(
                    self.shown,
                    "`{line}` will not do: use lower-case letters, digits and `-`, with a letter or digit at both ends"
                )?,
            }
        }
    }

    fn yes(&mut self, question: &str) -> io::Result<bool> {
        write!(self.shown, "{question} [Y/n] ")?;
        self.shown.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(!matches!(line.trim().to_ascii_lowercase().as_str(), "n" | "no"))
    }
}

fn list(line: &str) -> Vec<String> {
    line.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use longshore_import::{Memory, Origin, folder};

    use super::Questions;

    /// What the project file is, and what was shown, after these answers.
    fn asked(answers: &str) -> (String, String) {
        let chart = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
        let files = Memory::from([("charts/web/Chart.yaml", chart), ("charts/mail/Chart.yaml", chart)]);
        let origin = Origin::new("shop");
        let mut draft = folder(&files, &origin).unwrap();
        let (mut input, mut shown) = (answers.as_bytes(), Vec::new());
        Questions::new(&mut input, &mut shown).ask(&mut draft, &origin).unwrap();
        (draft.project("v1", "s.json"), String::from_utf8(shown).unwrap())
    }

    #[test]
    fn enter_takes_what_is_proposed() {
        let (project, shown) = asked("");
        assert!(project.contains("name: shop\n"), "{project}");
        assert!(project.contains("production: {namespace: shop}"), "{project}");
        assert!(project.contains("chart: charts/web") && project.contains("chart: charts/mail"), "{project}");
        assert!(
            shown.starts_with("Name of the platform [shop]: Environments [dev, staging, production]: "),
            "{shown}"
        );
    }

    #[test]
    fn answers_count_and_bad_ones_are_asked_again() {
        let (project, shown) = asked("My Store\nstore\nprod, qa\nlive\n\nno\ny\n");
        assert!(shown.contains("`My Store` will not do"), "{shown}");
        let expected = "name: store\n\nenvironments:\n  prod: {namespace: live}\n  qa: {namespace: store-qa, createNamespace: true}\ndefaultEnvironment: prod\n\nreleases:\n  web:\n    chart: charts/web\n";
        assert!(project.ends_with(expected), "{project}");
    }
}
