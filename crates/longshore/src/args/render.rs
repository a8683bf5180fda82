//! `longshore render`: its flags.

use std::ops::RangeInclusive;

use clap::Args;

use super::{MethodArgs, SelectArgs};

/// `longshore render`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore render -e dev                            everything, as one YAML stream
  longshore render -e dev --only web --method helm   as `helm template web` prints it
  longshore render -e dev --trace                    each line with its template, action and value
  longshore render -e dev --trace=42                 all that is known of line 42")]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    /// Kubernetes version that charts see [default: v1.37.0]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// Further API versions that charts see, as `group/version` or `group/version/Kind`
    #[arg(short = 'a', long = "api-versions", value_name = "API", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// Say where each line comes from, or only these: `12`, `12-20`, `12-`
    #[arg(
        long,
        value_name = "LINES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1-",
        value_parser = crate::view::trace::lines
    )]
    pub(crate) trace: Option<RangeInclusive<usize>>,
}
