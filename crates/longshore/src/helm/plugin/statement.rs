//! What the signed statement about a plugin says of it: what Helm made of its `plugin.yaml`, whichever form that has.

use longshore_chart::values;
use longshore_yaml::sigs;
use serde_json::{Value as Json, json};

use super::getter::Download;
use super::manifest::Plugin;
use super::platform::PlatformCommand;

/// The plugin as YAML, with the names of Helm's own fields.
///
/// # Errors
/// It cannot be written as YAML.
pub(super) fn describe(plugin: &Plugin) -> Result<String, String> {
    let config = match plugin.kind.as_str() {
        "cli/v1" => json!({
            "IgnoreFlags": plugin.ignore_flags, "LongHelp": plugin.long, "ShortHelp": plugin.short, "Usage": plugin.usage,
        }),
        "getter/v1" => json!({"Protocols": plugin.protocols}),
        _ => json!({}),
    };
    let hooks = plugin.hooks.iter().map(|(event, all)| (event.clone(), commands(all)));
    let downloads = plugin.downloads.iter().map(
        |Download { protocols, commands: all }| json!({"Protocols": protocols, "PlatformCommand": commands(all)}),
    );
    let described = json!({
        "APIVersion": plugin.api_version,
        "Config": config,
        "Name": plugin.name,
        "Runtime": "subprocess",
        "RuntimeConfig": {
            "PlatformCommand": commands(&plugin.commands),
            "PlatformHooks": if plugin.hooks.is_empty() { Json::Null } else { Json::Object(hooks.collect()) },
            "ProtocolCommands": filled(downloads.collect()),
        },
        "SourceURL": plugin.source,
        "Type": plugin.kind,
        "Version": plugin.version,
    });
    let yaml = sigs::marshal(&values::from_json(&described)).map_err(|error| error.to_string())?;
    String::from_utf8(yaml).map_err(|error| error.to_string())
}

fn commands(all: &[PlatformCommand]) -> Json {
    let one = |PlatformCommand { os, arch, command, args }: &PlatformCommand| {
        let args = filled(args.iter().map(|arg| Json::from(arg.as_str())).collect());
        json!({"OperatingSystem": os, "Architecture": arch, "Command": command, "Args": args})
    };
    filled(all.iter().map(one).collect())
}

/// A list without anything in it is none, in Go.
fn filled(all: Vec<Json>) -> Json {
    if all.is_empty() { Json::Null } else { Json::Array(all) }
}

#[cfg(test)]
mod tests {
    use super::describe;
    use crate::helm::plugin::manifest::read;
    use longshore_chart::Level;

    /// From the statement that `helm plugin package` of 4.3.1 signs.
    #[test]
    fn a_plugin_is_described_in_helms_fields() {
        let plugin = read(b"name: old\nversion: 0.1.0\ncommand: echo hi\n", Level::default()).unwrap();
        assert_eq!(
            describe(&plugin).unwrap(),
            "APIVersion: legacy
Config:
  IgnoreFlags: false
  LongHelp: \"\"
  ShortHelp: \"\"
  Usage: \"\"
Name: old
Runtime: subprocess
RuntimeConfig:
  PlatformCommand:
  - Architecture: \"\"
    Args: null
    Command: echo hi
    OperatingSystem: \"\"
  PlatformHooks: null
  ProtocolCommands: null
SourceURL: \"\"
Type: cli/v1
Version: 0.1.0
"
        );
    }
}
