//! What can be typed to operate what runs: logs, commands in containers, connections to pods.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use longshore_operate::Target;

use super::{ClusterArgs, SelectArgs, duration};

/// `longshore logs`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore logs -e staging                         all pods of the platform, in the order of their times
  longshore logs web -f                             follow a release: restarts, new pods, every line once
  longshore logs web/deploy/api -f                  as `kubectl logs -f deployment/api`, and all its pods at once
  longshore logs web --since 10m --grep 'ERROR|WARN' --exclude /health
  longshore logs web --previous                     what a container wrote before it was started again
  longshore logs -f -o json | jq .message           a line of JSON for each line")]
pub(crate) struct LogsArgs {
    /// Release, or one of its objects or pods [default: all releases]
    #[arg(value_name = "RELEASE[/OBJECT]", value_parser = target)]
    pub(crate) target: Option<Target>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// Only containers whose names match this regular expression
    #[arg(short, long, value_name = "REGEX")]
    pub(crate) container: Vec<String>,
    /// Go on with what is written from now on, in pods that come later too, until Ctrl-C
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Project file, or a folder that holds a longshore.yaml [default: the nearest one upwards]
    // The global flag, without its `-f`: that is `--follow` here, as everywhere. Having its name, it takes its place.
    #[arg(id = "file", long = "file", value_name = "FILE", env = "LONGSHORE_FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) _file: Option<PathBuf>,
    /// Only lines from so long ago on
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) since: Option<Duration>,
    /// Only so many lines of each container that are there already [default: all; with --follow 10]
    #[arg(long, value_name = "LINES")]
    pub(crate) tail: Option<u64>,
    /// The run of each container before the present one
    #[arg(short, long, conflicts_with = "follow")]
    pub(crate) previous: bool,
    /// Only lines that match; of several expressions one
    #[arg(short, long, visible_alias = "grep", value_name = "REGEX")]
    pub(crate) include: Vec<String>,
    /// No lines that match
    #[arg(short = 'E', long, value_name = "REGEX")]
    pub(crate) exclude: Vec<String>,
    /// Show when each line was written
    #[arg(short, long)]
    pub(crate) timestamps: bool,
    /// Lines alone, without pod and container before them
    #[arg(long)]
    pub(crate) no_prefix: bool,
}

/// `longshore exec`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore exec web -- env                          in a ready pod of the release
  longshore exec web/deploy/api -it -- sh            a shell; as `kubectl exec -it deployment/api -- sh`
  longshore exec db/sts/postgres -c main -- pg_dump shop > shop.sql
  longshore exec db -i -- psql < schema.sql

The exit code is the command's; 1 if it could not be run.")]
pub(crate) struct ExecArgs {
    /// Release, or one of its objects or pods
    #[arg(value_name = "RELEASE[/OBJECT]", value_parser = target)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// Container [default: the one that the pod's annotation names, else its first]
    #[arg(short, long, value_name = "CONTAINER")]
    pub(crate) container: Option<String>,
    /// Pass standard input on to the command
    #[arg(short = 'i', long)]
    pub(crate) stdin: bool,
    /// Give the command a terminal
    #[arg(short, long)]
    pub(crate) tty: bool,
    /// Program and arguments; no shell is in between
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// `longshore port-forward`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore port-forward web/svc/front 8080:80       as `kubectl port-forward service/front 8080:80`
  longshore port-forward db 5432                     the same port here, to a ready pod of the release
  longshore port-forward web/front :http :metrics    free ports here, ports of the Service by name

Where kubectl ends when its pod goes away, this goes on: open connections break with the pod, new ones go to
another ready pod.")]
pub(crate) struct PortForwardArgs {
    /// Release, or one of its objects or pods; a Service's ports are those of the pods behind it
    #[arg(value_name = "RELEASE[/OBJECT]", value_parser = target)]
    pub(crate) target: Target,
    /// Ports: `8080:80`, `80`, `:80` for a free one here; the second may be a name
    #[arg(required = true, value_name = "[LOCAL:]REMOTE", value_parser = ports)]
    pub(crate) ports: Vec<Ports>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// Address of this machine to listen on; any but loopback lets others in
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub(crate) address: Vec<IpAddr>,
}

/// A port here and one there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ports {
    /// 0: any that is free.
    pub(crate) local: u16,
    /// A number or a name.
    pub(crate) remote: String,
}

fn target(text: &str) -> Result<Target, String> {
    text.parse()
}

fn ports(text: &str) -> Result<Ports, String> {
    let wrong = || format!("`{text}` is none of LOCAL:REMOTE, PORT and :REMOTE");
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| *number > 0);
    let (local, remote) = match text.split_once(':') {
        Some(("", remote)) => (0, remote),
        Some((local, remote)) => (number(local).ok_or_else(wrong)?, remote),
        // A name says nothing of a port here.
        None => (number(text).unwrap_or(0), text),
    };
    let is_name = |text: &str| {
        text.len() <= 63
            && text.bytes().any(|byte| byte.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if number(remote).is_none() && !is_name(remote) {
        return Err(wrong());
    }
    Ok(Ports { local, remote: remote.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn a_port_there_is_a_number_or_a_name() {
        let read = |text| ports(text).map(|ports| (ports.local, ports.remote)).ok();
        assert_eq!(read("8080:80"), Some((8080, "80".into())));
        assert_eq!(read("80"), Some((80, "80".into())));
        assert_eq!(read(":http"), Some((0, "http".into())));
        assert_eq!(read("http"), Some((0, "http".into())));
        for wrong in ["", ":", "0", "80:", "x:80", "70000", "1:2:3", "80:HTTP"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
