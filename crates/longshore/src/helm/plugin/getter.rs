//! Plugins that get files for addresses of schemes that Helm does not know: charts, indexes and values.
//!
//! A program is given the files of certificates and the address behind its own arguments, user and password in its
//! environment, and prints the file. Rules:
//! <https://github.com/helm/helm/blob/v4.3.1/internal/plugin/runtime_subprocess_getter.go>.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use longshore_go::{Map, Value};
use longshore_source::Get;
use secrecy::ExposeSecret as _;

use super::manifest::{self, Plugin};
use super::platform::{self, PlatformCommand};
use super::{find, run};
use crate::helm::locate::{quoted, reason};
use crate::helm::{Settings, paths};

/// Programs for addresses of these schemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Download {
    pub(super) protocols: Vec<String>,
    pub(super) commands: Vec<PlatformCommand>,
}

impl Download {
    /// Those that a plugin of the old form has, with a command each for all platforms.
    pub(super) fn old(map: &Map) -> Result<Vec<Self>, String> {
        Self::list(map, "downloaders", &|one| {
            let command = manifest::text(one, "command")?;
            Ok(vec![PlatformCommand { command, ..PlatformCommand::default() }])
        })
    }

    /// Those that a plugin of the new form has.
    pub(super) fn new(map: &Map) -> Result<Vec<Self>, String> {
        Self::list(map, "protocolCommands", &|one| PlatformCommand::list(one, "platformCommand"))
    }

    fn list(
        map: &Map,
        key: &str,
        commands: &dyn Fn(&Map) -> Result<Vec<PlatformCommand>, String>,
    ) -> Result<Vec<Self>, String> {
        let all = match map.get(key.as_bytes()) {
            None | Some(Value::Nil) => return Ok(Vec::new()),
            Some(Value::List(all)) => all,
            Some(_) => return Err(format!("`{key}` must be a list of commands")),
        };
        let one = |value: &Value| {
            let one = value.as_map().ok_or_else(|| format!("`{key}` must be a list of commands"))?;
            Ok(Self { protocols: manifest::texts(one, "protocols")?, commands: commands(one)? })
        };
        all.iter().map(one).collect()
    }
}

/// A plugin that gets files.
#[derive(Debug)]
pub(in crate::helm) struct Getter(Plugin);

impl Getter {
    /// The plugin that gets files of a scheme, if there is one.
    pub(in crate::helm) fn of_scheme(settings: &Settings, scheme: &str) -> Option<Self> {
        if scheme.is_empty() {
            return None;
        }
        let serves = |plugin: &Plugin| plugin.protocols.iter().any(|protocol| protocol == scheme);
        find::getters(settings.level).into_iter().find(serves).map(Self)
    }

    /// Gets a file of `scheme`.
    ///
    /// # Errors
    /// The program fails or cannot be started, in the level's words.
    pub(in crate::helm) fn get(
        &self,
        settings: &Settings,
        scheme: &str,
        request: &Get,
    ) -> Result<Vec<u8>, String> {
        if settings.level.rules().major == 3 {
            return self.get_as_old(settings, scheme, request);
        }
        let run = || {
            let download = self.0.downloads.iter().find(|one| serves(one, scheme));
            let shown = quoted(scheme);
            let download = download.ok_or_else(|| format!("no downloader found for protocol {shown}"))?;
            let variables = self.variables(settings, request);
            let prepared = platform::prepare(&download.commands, false, &[], &variables);
            let (program, arguments) = prepared
                .map_err(|problem| format!("failed to prepare commands for protocol {shown}: {problem}"))?;
            let exited = || format!("plugin {} exited with error", quoted(&self.0.name));
            self.start(&program, &arguments, &variables, request, &exited)
        };
        run().map_err(|problem| format!("plugin {} failed to invoke: {problem}", shown(&self.0)))
    }

    /// Older ones fill in nothing.
    fn get_as_old(&self, settings: &Settings, scheme: &str, request: &Get) -> Result<Vec<u8>, String> {
        let commands =
            self.0.downloads.iter().filter(|one| serves(one, scheme)).flat_map(|one| &one.commands);
        let command = commands.map(|one| one.command.as_str()).next().unwrap_or_default();
        let mut words = command.split(' ').map(str::to_owned);
        let program = words.next().unwrap_or_default();
        let arguments: Vec<String> = words.collect();
        let exited = || format!("plugin {} exited with error", quoted(command));
        self.start(&program, &arguments, &self.variables(settings, request), request, &exited)
    }

    fn variables(&self, settings: &Settings, request: &Get) -> BTreeMap<String, String> {
        let access = &request.access;
        let mut all = run::variables(&self.0, Some(settings.environment.clone()));
        let mut set = |name: &str, value: String| all.insert(name.to_owned(), value);
        set("HELM_PLUGIN_USERNAME", access.username.clone());
        set("HELM_PLUGIN_PASSWORD", access.password.expose_secret().to_owned());
        set("HELM_PLUGIN_PASS_CREDENTIALS_ALL", access.pass_credentials.to_string());
        all
    }

    /// Runs a program of the plugin's folder and takes what it prints.
    fn start(
        &self,
        program: &str,
        arguments: &[String],
        variables: &BTreeMap<String, String>,
        request: &Get,
        exited: &dyn Fn() -> String,
    ) -> Result<Vec<u8>, String> {
        // Below the folder even if it is absolute.
        let program = paths::clean(&PathBuf::from(format!("{}/{program}", self.0.dir.display())));
        let tls = &request.access.tls;
        let mut process = Command::new(&program);
        process.args(arguments).args([&tls.cert, &tls.key, &tls.ca, &request.url]);
        process.env_clear().envs(variables).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = process
            .spawn()
            .map_err(|error| format!("fork/exec {}: {}", program.display(), reason(&error)))?;
        let mut bytes = Vec::new();
        let output = child.stdout.take().expect("it is piped");
        let read = output.take(request.max_bytes.saturating_add(1)).read_to_end(&mut bytes);
        if bytes.len() as u64 > request.max_bytes {
            let _ = child.kill();
            let _ = child.wait();
            let (name, most) = (quoted(&self.0.name), request.max_bytes >> 20);
            return Err(format!("plugin {name} gave more than {most} MiB"));
        }
        let status = child.wait().and_then(|status| read.map(|_| status)).map_err(|error| reason(&error))?;
        if status.success() { Ok(bytes) } else { Err(exited()) }
    }
}

fn serves(download: &Download, scheme: &str) -> bool {
    download.protocols.iter().any(|protocol| protocol == scheme)
}

/// A plugin as Helm shows it in errors: the fields of its Go structure, where a name was meant.
fn shown(plugin: &Plugin) -> String {
    let mut out = String::from("&{{");
    for field in
        [&plugin.api_version, &plugin.name, &plugin.kind, "subprocess", &plugin.version, &plugin.source]
    {
        let _ = write!(out, "{} ", quoted(field));
    }
    let plain = |text: &str| text.to_owned();
    let protocols = list(&plugin.protocols, &plain);
    let is_expanding = plugin.expands_hooks;
    let _ = write!(
        out,
        "%!q(*schema.ConfigGetterV1=&{{{protocols}}}) %!q(*plugin.RuntimeConfigSubprocess=&{{{} {is_expanding}}})}} {} {{{} %!q(bool={is_expanding})}} map[]}}",
        runtime(plugin, &plain),
        quoted(plugin.dir.display().to_string()),
        runtime(plugin, &|text| quoted(text)),
    );
    out
}

/// Commands, hooks and downloads, with texts as `text` writes them.
fn runtime(plugin: &Plugin, text: &dyn Fn(&str) -> String) -> String {
    let hooks = plugin.hooks.iter().map(|(event, all)| format!("{}:{}", text(event), commands(all, text)));
    let download =
        |one: &Download| format!("{{{} {}}}", list(&one.protocols, text), commands(&one.commands, text));
    let downloads: Vec<String> = plugin.downloads.iter().map(download).collect();
    format!(
        "{} map[{}] [{}]",
        commands(&plugin.commands, text),
        hooks.collect::<Vec<_>>().join(" "),
        downloads.join(" ")
    )
}

fn commands(all: &[PlatformCommand], text: &dyn Fn(&str) -> String) -> String {
    let one = |one: &PlatformCommand| {
        let PlatformCommand { os, arch, command, args } = one;
        format!("{{{} {} {} {}}}", text(os), text(arch), text(command), list(args, text))
    };
    format!("[{}]", all.iter().map(one).collect::<Vec<_>>().join(" "))
}

fn list(all: &[String], text: &dyn Fn(&str) -> String) -> String {
    format!("[{}]", all.iter().map(|one| text(one)).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::helm::plugin::manifest::read;
    use longshore_chart::Level;

    /// What 4.3.1 says about `helm template c -f gone://x` with this plugin, whose program is not there.
    #[test]
    fn a_plugin_is_shown_as_its_structure() {
        let plugin = b"name: dl\nversion: 1.0.0\nhooks: {install: 'echo x'}\ndownloaders:\n- command: get.sh\n  protocols: [one, other]\n- {command: nothere, protocols: [gone]}\n";
        let plugin = read(plugin, Level::default()).unwrap();
        assert_eq!(
            shown(&plugin),
            r#"&{{"legacy" "dl" "getter/v1" "subprocess" "1.0.0" "" %!q(*schema.ConfigGetterV1=&{[one other gone]}) %!q(*plugin.RuntimeConfigSubprocess=&{[] map[install:[{  sh [-c echo x]}]] [{[one other] [{  get.sh []}]} {[gone] [{  nothere []}]}] false})} "" {[] map["install":[{"" "" "sh" ["-c" "echo x"]}]] [{["one" "other"] [{"" "" "get.sh" []}]} {["gone"] [{"" "" "nothere" []}]}] %!q(bool=false)} map[]}"#
        );
    }
}
