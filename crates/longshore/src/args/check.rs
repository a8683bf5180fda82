//! `longshore check`: its flags.

use clap::Args;
use longshore_check::schema;

use super::{MethodArgs, SelectArgs};

/// `longshore check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore check -e staging                          what is wrong, found without a cluster
  longshore check --all --strict                      all environments; warnings fail, too
  longshore check -e production --kube-version 1.29,1.33   for clusters of both versions
  longshore check -e dev -o sarif > check.sarif       for a code host (-o junit for a CI system)
  longshore check -e dev --disable secrets/plain      without one rule; `check: disable:` of the project does so always

An annotation silences a rule for one object, with a reason:
  ignore-check.longshore.dev/references.no-secret: made by hand, see the handbook")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// All environments of the project
    #[arg(long, conflicts_with = "environment")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    /// Kubernetes version that the objects are for; may be given several times [default: 1.37]
    #[arg(long, value_name = "VERSION", value_delimiter = ',', value_parser = minor)]
    pub(crate) kube_version: Vec<u32>,
    /// Further API versions that charts see, as `group/version` or `group/version/Kind`
    #[arg(short = 'a', long = "api-versions", value_name = "API", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// Leave out this rule; may be given several times
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    pub(crate) disable: Vec<String>,
    /// Fail for warnings, too
    #[arg(long)]
    pub(crate) strict: bool,
}

/// The minor version of `1.29`, `v1.29.3` or `1.29.3-gke.100`.
fn minor(text: &str) -> Result<u32, String> {
    let known = schema::versions();
    let (first, last) = (known.start(), known.end());
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let minor = match (parts.next(), parts.next()) {
        (Some("1"), Some(minor)) => minor.parse().ok(),
        _ => None,
    };
    minor.filter(|minor| known.contains(minor)).ok_or_else(|| {
        format!("the versions that are known are 1.{first} to 1.{last}, as in `1.29` or `v1.29.3`")
    })
}

fn rule(text: &str) -> Result<String, String> {
    match longshore_platform::rule(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(error) => Err(error.hint.clone().unwrap_or_else(|| error.message.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::{minor, rule};

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.29", "v1.29.3", "1.29.3-gke.100"] {
            assert_eq!(minor(text), Ok(29), "{text}");
        }
        for text in ["29", "1.18", "1.99", "2.20", "1", "", "1.x"] {
            assert!(minor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rules_are_known_or_the_nearest_is_told() {
        assert_eq!(rule("secrets/plain"), Ok("secrets/plain".to_owned()));
        assert_eq!(rule("values/unread"), Ok("values/unread".to_owned()));
        assert_eq!(rule("secret/plain"), Err("did you mean `secrets/plain`?".to_owned()));
    }
}
