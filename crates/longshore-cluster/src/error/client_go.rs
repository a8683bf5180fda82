//! What client-go, and with it kubectl and Helm, says in the place of our words: charts and scripts know those.

use crate::endpoint::Credential;
use crate::error::Error;
use crate::kubeconfig::KubeconfigError;
use crate::transport::ConnectProblem;

impl Error {
    /// What client-go would say if this happened to a request for `path` (with its query).
    ///
    /// Where it would name what only Go knows, our words stand.
    pub fn as_client_go(&self, path: &str) -> String {
        match self {
            Self::Kubeconfig(error) => of_kubeconfig(error),
            Self::Refused(refused) if !refused.status.is_told => {
                by_code(refused.status.code, &refused.status.message)
            }
            Self::Refused(refused) => refused.status.message.clone(),
            Self::Unauthorized { .. } => {
                String::from("the server has asked for the client to provide credentials")
            }
            Self::Connection { endpoint, error } => {
                let server = &endpoint.server;
                let address = address(server);
                let why = match &error.problem {
                    ConnectProblem::Refused => format!("dial tcp {address}: connect: connection refused"),
                    ConnectProblem::ConnectTimeout => format!("dial tcp {address}: i/o timeout"),
                    ConnectProblem::UnknownHost { .. } => {
                        let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
                        format!("dial tcp: lookup {host}: no such host")
                    }
                    ConnectProblem::Untrusted { message } if message.contains("UnknownIssuer") => {
                        String::from(
                            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
                        )
                    }
                    ConnectProblem::Untrusted { message } => {
                        format!("tls: failed to verify certificate: {message}")
                    }
                    ConnectProblem::Reset => String::from("EOF"),
                    ConnectProblem::NoAnswer { .. } => String::from(
                        "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
                    ),
                    ConnectProblem::Plugin { message, missing } => match &endpoint.credential {
                        Credential::Exec { command, .. } if *missing && command.contains('/') => {
                            format!(
                                "getting credentials: exec: fork/exec {command}: no such file or directory"
                            )
                        }
                        _ => format!("getting credentials: {message}"),
                    },
                    ConnectProblem::Unreachable { message }
                    | ConnectProblem::Tls { message }
                    | ConnectProblem::Credentials { message }
                    | ConnectProblem::Proxy { message }
                    | ConnectProblem::Other { message } => message.clone(),
                };
                format!("Get \"{server}{path}\": {why}")
            }
            Self::UnknownKind(unknown) => {
                let gvk = &unknown.gvk;
                format!("no matches for kind {:?} in version {:?}", gvk.kind, gvk.api_version())
            }
            other => other.to_string(),
        }
    }
}

/// What is said of an answer that only has a code.
fn by_code(code: u16, body: &str) -> String {
    let text = match code {
        400 => "the server rejected our request for an unknown reason",
        403 => "the server does not allow access to the requested resource",
        404 => "the server could not find the requested resource",
        405 => "the server does not allow this method on the requested resource",
        429 => "the server has received too many requests and has asked us to try again later",
        503 => "the server is currently unable to handle the request",
        _ => return format!("an error on the server ({body:?}) has prevented the request from succeeding"),
    };
    text.to_owned()
}

fn of_kubeconfig(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::Missing { looked, named: true } => {
            let file = looked.first().map(|file| file.display().to_string()).unwrap_or_default();
            format!("stat {file}: no such file or directory")
        }
        KubeconfigError::Unknown { what, name, referrer, .. } if *what == "context" => match referrer {
            Some(_) => format!("invalid configuration: context was not found for specified context: {name}"),
            None => format!("context {name:?} does not exist"),
        },
        KubeconfigError::Unknown { what, name, .. } => {
            format!("invalid configuration: {what} {name:?} does not exist")
        }
        KubeconfigError::Syntax { place, message } => {
            format!("error loading config file {:?}: {message}", place.file)
        }
        KubeconfigError::Unreadable { file, message } => {
            let file = file.display().to_string();
            let why = message.split(" (os error").next().unwrap_or_default().to_ascii_lowercase();
            // A folder can be opened.
            let verb = if why == "is a directory" { "read" } else { "open" };
            format!("error loading config file {file:?}: {verb} {file}: {why}")
        }
        KubeconfigError::Entry { message, .. } => format!("invalid configuration: {message}"),
        other => other.to_string(),
    }
}

/// Host and port of a server's address, as Go dials it.
fn address(server: &str) -> String {
    let (scheme, rest) = server.split_once("://").unwrap_or(("https", server));
    let host = rest.split('/').next().unwrap_or_default();
    let port = if scheme == "http" { 80 } else { 443 };
    let host = host.replacen("localhost", "127.0.0.1", 1);
    let has_port =
        host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if has_port { host } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_has_a_port() {
        assert_eq!(address("https://127.0.0.1:9"), "127.0.0.1:9");
        assert_eq!(address("http://localhost:8080/x"), "127.0.0.1:8080");
        assert_eq!(address("https://[::1]/x"), "[::1]:443");
    }
}
