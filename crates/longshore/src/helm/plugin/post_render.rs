//! Plugins that change what was rendered: type `postrenderer/v1`.

use std::process::Command as Process;

use longshore_chart::Level;

use super::manifest::Plugin;
use super::{find, platform, run};
use crate::helm::locate::quoted;
use crate::helm::post_render::filter;

/// The plugin of that name and type.
///
/// # Errors
/// There is none, or two plugins have one name; in Helm's words.
pub(in crate::helm) fn post_renderer(name: &str, level: Level) -> Result<Plugin, String> {
    const KIND: &str = "postrenderer/v1";
    find::all(level)?
        .into_iter()
        .find(|plugin| plugin.name == name && plugin.kind == KIND)
        .ok_or_else(|| format!("plugin: {{Name:{name} Type:{KIND}}} not found"))
}

impl Plugin {
    /// What it makes of the objects. What it says on standard error is not passed on, as Helm does not.
    ///
    /// # Errors
    /// It cannot be started, fails, or gives nothing; in Helm's words.
    pub(in crate::helm) fn post_render(
        &self,
        arguments: &[String],
        objects: &[u8],
    ) -> Result<Vec<u8>, String> {
        let name = quoted(&self.name);
        let output = self
            .run_filter(arguments, objects)
            .map_err(|reason| format!("failed to invoke post-renderer plugin {name}: {reason}"))?;
        if String::from_utf8_lossy(&output).trim().is_empty() {
            return Err(format!("post-renderer {name} produced empty output"));
        }
        Ok(output)
    }

    fn run_filter(&self, arguments: &[String], input: &[u8]) -> Result<Vec<u8>, String> {
        // Of Helm's own variables it gets the two that say who it is.
        let variables = run::variables(self, None);
        let (program, arguments) = platform::prepare(&self.commands, true, arguments, &variables)
            .map_err(|problem| format!("failed to prepare plugin command: {problem}"))?;
        let mut process = Process::new(&program);
        process.args(arguments).env_clear().envs(&variables);
        let output = filter(&mut process, input).map_err(|error| run::not_started(&program, &error))?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(format!("plugin {} exited with error", quoted(&self.name)))
        }
    }
}
