//! What `install` and `template` are given to name a release and a chart.

use anyhow::bail;
use longshore_chart::release_name;
use longshore_platform::World;

use crate::cobra::Matches;

/// The release's name and the chart's, by Helm's rules; where no name is given, what `otherwise` makes of the chart's.
///
/// # Errors
/// Too much is given, or too little, in Helm's words.
pub(super) fn name_and_chart(
    matches: &Matches,
    otherwise: impl FnOnce(&str) -> Option<String>,
) -> anyhow::Result<(String, &str)> {
    const NO_NAME: &str = "must either provide a name or specify --generate-name";
    let template = matches.text("name-template");
    match matches.arguments.as_slice() {
        [name, chart] => {
            for (flag, given) in
                [("generate-name", matches.is_on("generate-name")), ("name-template", !template.is_empty())]
            {
                if given {
                    bail!("cannot set --{flag} and also specify a name");
                }
            }
            Ok((name.clone(), chart))
        }
        [_, _, more @ ..] => {
            bail!("expected at most two arguments, unexpected arguments: {}", more.join(", "))
        }
        [chart] if !template.is_empty() => {
            Ok((release_name(template, &World::default()).map_err(anyhow::Error::msg)?, chart))
        }
        [chart] => match otherwise(chart) {
            Some(name) => Ok((name, chart)),
            None => bail!(NO_NAME),
        },
        [] => bail!(NO_NAME),
    }
}
