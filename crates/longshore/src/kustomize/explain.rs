//! `longshore kustomize explain`: what has set each field of a resource. It is our own, and not there under the name
//! `kustomize`.

mod view;

use anyhow::bail;
use longshore_kustomize::explain::{Failure, Query, Unmatched, explain};

use super::sources::Sources;
use super::{Settings, build, print, remotes, told, warn};
use crate::cobra::{Arguments, Command, Explained, Flag, Kind, Matches};
use crate::printer::Printer;

const LONG: &str = "Builds a kustomization and shows one resource of it; beside each field stands what has set it last: the file
and line of the object, of the patch or of the kustomization's field. Values of Secrets are hidden.

RESOURCE is KIND/NAME, the kind as kubectl has it (short, plural, with its group), the name as built or as written.

Examples:
  longshore kustomize explain deployment/web overlays/prod
  longshore kustomize explain deploy/web -n shop
  longshore kustomize explain deploy/web --field spec.template.spec.containers.[name=web].image
  longshore kustomize explain cm/settings -o json";

pub(super) fn command() -> Command<Settings> {
    let own = [
        Flag::new("namespace", Kind::Text, "the namespace of the resource; any if it is left out").short('n'),
        Flag::new("field", Kind::Text, "only this field and those below it, with all that was done to them"),
        Flag::new("output", Kind::Text, "'json' or 'yaml' for machines").short('o'),
    ];
    Command {
        usage: "explain RESOURCE [DIR]",
        aliases: &[],
        short: "show what has set each field of a resource",
        long: LONG,
        flags: own.into_iter().chain(build::flags()).chain(remotes::flags()).collect(),
        arguments: Arguments::AtLeast(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let (resource, folder) = match &matches.arguments[..] {
        [resource] => (resource, "."),
        [resource, folder] => (resource, folder.as_str()),
        _ => bail!("name one resource (`deployment/web`) and one folder"),
    };
    let format = matches.text("output");
    if !["", "text", "json", "yaml"].contains(&format) {
        bail!("illegal flag value --output {format}; legal values: [text json yaml]");
    }
    let query = Query::parse(resource, matches.text("namespace")).map_err(unmatched)?;
    let options = build::options(settings, matches)?;
    let sources = Sources::new(options.enable_helm || options.enable_plugins, &settings.remotes)?;
    let (warnings, explained) = explain(&sources, folder, &options, &query);
    warn(&warnings);
    let explained = explained.map_err(|failure| match failure {
        Failure::Build(error) => told::failed(&error, &sources, folder, settings),
        Failure::Unmatched(what) => unmatched(what),
    })?;
    let path = matches.text("field");
    let is_meant =
        |field: &&_| path.is_empty() || longshore_kustomize::explain::Field::is_within(field, path);
    let mut fields: Vec<_> = explained.fields.iter().filter(is_meant).collect();
    if !path.is_empty() {
        fields.extend(explained.gone.iter().filter(is_meant));
        if fields.is_empty() {
            return Err(unmatched(explained.no_field(path)));
        }
    }
    let printer = Printer::of_drop_in(false);
    let text = match format {
        "json" => format!("{}\n", serde_json::to_string_pretty(&view::list(&fields, !path.is_empty()))?),
        "yaml" => longshore_platform::to_yaml(&view::list(&fields, !path.is_empty())),
        _ if path.is_empty() => view::object(&explained, &printer),
        _ => view::history(&fields, &printer),
    };
    print(&text)
}

/// The question fits nothing, or too much.
fn unmatched(what: Unmatched) -> anyhow::Error {
    Explained { text: what.message, more: format!("hint: {}", what.hint) }.into()
}
