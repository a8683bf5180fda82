//! Programs of the older kind: they get a file with their configuration, arguments, and resources on standard input.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/plugins/execplugin/execplugin.go>.

use longshore_yaml::sigs;

use super::words;
use crate::decode::{Reader, decode_struct};
use crate::error::{Context as _, Error};
use crate::loader::Loader;
use crate::programs::{Call, Programs};

/// How long a variable of the environment may be, its name included.
const MAX_VARIABLE: usize = 131_071;

/// A program with what it is told.
#[derive(Clone, Debug)]
pub(super) struct Program {
    path: String,
    arguments: Vec<String>,
    /// The text of the configuration.
    configuration: Vec<u8>,
    /// The folder of the kustomization.
    root: String,
}

/// Arguments for programs that read no YAML.
#[derive(Clone, Debug, Default)]
struct Arguments {
    line: String,
    file: String,
}

decode_struct!(Arguments as "execplugin.argsConfig" { "argsOneLiner" => line, "argsFromFile" => file });

impl Program {
    /// The program at that path, with the arguments that its configuration names.
    ///
    /// # Errors
    /// They are no text, or the file with them cannot be read.
    pub(super) fn new(path: String, configuration: Vec<u8>, loader: &Loader<'_>) -> Result<Self, Error> {
        let named: Arguments = Reader::lenient().read(&sigs::to_json_value(&configuration)?)?;
        let mut arguments =
            words::split(&named.line).context(|| String::from("failed to parse argsOneLiner"))?;
        if !named.file.is_empty() {
            let text = loader.load(&named.file)?;
            let text = String::from_utf8_lossy(&text);
            let lines = text.split('\n').map(|line| line.trim_start_matches(' '));
            arguments.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
        }
        Ok(Self { path, arguments, configuration, root: loader.root().to_owned() })
    }

    /// What it prints.
    ///
    /// # Errors
    /// It fails, or cannot be started.
    pub(super) fn run(
        &self,
        input: &[u8],
        programs: &dyn Programs,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<u8>, Error> {
        let mut variables = Vec::new();
        let configuration = String::from_utf8_lossy(&self.configuration).into_owned();
        for (name, value) in [
            ("KUSTOMIZE_PLUGIN_CONFIG_STRING", configuration),
            ("KUSTOMIZE_PLUGIN_CONFIG_ROOT", self.root.clone()),
        ] {
            if name.len() + 1 + value.len() <= MAX_VARIABLE {
                variables.push((name.to_owned(), value));
            } else {
                warnings.push(format!(
                    "{name} exceeds hard limit of {MAX_VARIABLE} characters, the environment variable will be omitted"
                ));
            }
        }
        let ended = programs.run(&Call {
            program: &self.path,
            configuration: Some(&self.configuration),
            arguments: &self.arguments,
            variables: &variables,
            folder: &self.root,
            input,
            shows_errors: false,
        })?;
        let Some(failure) = ended.failure else { return Ok(ended.output) };
        let errors = String::from_utf8_lossy(&ended.errors);
        let error =
            Error::new(format!("failure in plugin configured via {}; {failure}", ended.configuration));
        Err(if errors.is_empty() { error } else { error.wrapped(errors) })
    }
}
