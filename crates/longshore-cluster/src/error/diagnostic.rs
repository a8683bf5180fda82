//! Errors as people see them: message, place, facts, next step.

use longshore_diag::Diagnostic;

use super::{Error, Refusal, Refused, Unauthorized, UnknownKind};
use crate::endpoint::{Credential, Endpoint};
use crate::transport::{ConnectError, ConnectProblem};

pub(super) fn of(error: &Error) -> Diagnostic {
    match error {
        Error::Kubeconfig(error) => error.diagnostic(),
        Error::Connection { endpoint, error } => connection(endpoint, error),
        Error::Unauthorized { endpoint, why } => unauthorized(endpoint, why),
        Error::Refused(refused) => refusal(refused),
        Error::UnknownKind(unknown) => {
            let UnknownKind { gvk, at, elsewhere, nearest, unavailable } = &**unknown;
            let mut diagnostic = Diagnostic::error("cluster/unknown-kind", error.to_string());
            if let Some(place) = &at.place {
                diagnostic = diagnostic.at(place.clone());
            }
            if !unavailable.is_empty() {
                let groups = unavailable.join(", ");
                diagnostic =
                    diagnostic.note(format!("the servers of these API groups do not answer: {groups}"));
            }
            if !elsewhere.is_empty() {
                diagnostic.hint(format!("the cluster has `{}` in {}", gvk.kind, elsewhere.join(", ")))
            } else if let Some(nearest) = nearest {
                diagnostic.hint(format!("did you mean `{nearest}`?"))
            } else {
                diagnostic
                    .hint("install its CustomResourceDefinition first, or deploy it in the same release")
            }
        }
        Error::Answer { .. } => Diagnostic::error("cluster/answer", error.to_string())
            .hint("is the address that of a Kubernetes API server?"),
        Error::Deadline { at, because, .. } => {
            let mut diagnostic = Diagnostic::error("cluster/deadline", error.to_string());
            if let Some(place) = &at.place {
                diagnostic = diagnostic.at(place.clone());
            }
            match because {
                Some(because) => diagnostic.note(because.what.clone()).hint(because.hint.clone()),
                None => diagnostic,
            }
        }
    }
}

fn with_facts(mut diagnostic: Diagnostic, endpoint: &Endpoint) -> Diagnostic {
    for fact in endpoint.facts() {
        diagnostic = diagnostic.note(fact);
    }
    diagnostic
}

fn connection(endpoint: &Endpoint, error: &ConnectError) -> Diagnostic {
    let server = &endpoint.server;
    let (code, message, hint) = match &error.problem {
        ConnectProblem::Refused => (
            "cluster/refused",
            format!("no cluster answers at {server}: connection refused"),
            "start the cluster, or choose another one with --context".to_owned(),
        ),
        ConnectProblem::ConnectTimeout => (
            "cluster/connect-timeout",
            format!("no cluster answers at {server}: no connection in time"),
            "check the address, the VPN and the firewall in between".to_owned(),
        ),
        ConnectProblem::UnknownHost { message } => (
            "cluster/unknown-host",
            format!("the host of {server} is not known: {message}"),
            "check the address in the kubeconfig, and the name server or VPN".to_owned(),
        ),
        ConnectProblem::Unreachable { message } => (
            "cluster/unreachable",
            format!("no way to {server}: {message}"),
            "check the network and the VPN".to_owned(),
        ),
        ConnectProblem::Untrusted { message } => (
            "cluster/untrusted",
            format!("the certificate of {server} is not trusted: {message}"),
            "set `certificate-authority` of the cluster in the kubeconfig to the one that issued it; if the name differs, set `tls-server-name`"
                .to_owned(),
        ),
        ConnectProblem::Tls { message } => (
            "cluster/tls",
            format!("no TLS session with {server}: {message}"),
            "check scheme and port of the address in the kubeconfig".to_owned(),
        ),
        ConnectProblem::Reset => (
            "cluster/broken",
            format!("the connection to {server} broke"),
            "run the command again; what was done so far stands".to_owned(),
        ),
        ConnectProblem::NoAnswer { after } => (
            "cluster/no-answer",
            format!("{server} did not answer within {} s", after.as_secs()),
            "the server or an admission webhook is overloaded; run the command again".to_owned(),
        ),
        ConnectProblem::Proxy { message } => (
            "cluster/proxy",
            format!("the proxy does not connect to {server}: {message}"),
            "check `proxy-url` in the kubeconfig, or $HTTPS_PROXY and $NO_PROXY".to_owned(),
        ),
        ConnectProblem::Plugin { message, missing } => return plugin(endpoint, message, *missing),
        ConnectProblem::Credentials { message } => (
            "cluster/credentials",
            format!("the credentials{} cannot be used: {message}", of_user(endpoint)),
            "correct the user's entry in the kubeconfig".to_owned(),
        ),
        ConnectProblem::Other { message } => (
            "cluster/connection",
            format!("no answer from {server}: {message}"),
            "check the address in the kubeconfig".to_owned(),
        ),
    };
    let mut diagnostic = with_facts(Diagnostic::error(code, message), endpoint);
    if error.attempts > 1 {
        diagnostic = diagnostic.note(format!("tried {} times", error.attempts));
    }
    diagnostic.hint(hint)
}

fn of_user(endpoint: &Endpoint) -> String {
    match &endpoint.user {
        Some(user) => format!(" of user `{user}`"),
        None => String::new(),
    }
}

fn plugin(endpoint: &Endpoint, message: &str, missing: bool) -> Diagnostic {
    let (command, install_hint) = match &endpoint.credential {
        Credential::Exec { command, install_hint } => (command.as_str(), install_hint.as_deref()),
        Credential::AuthProvider { name } => (name.as_str(), None),
        _ => ("", None),
    };
    let user = of_user(endpoint);
    let diagnostic = Diagnostic::error(
        "cluster/credential-plugin",
        format!("credential plugin `{command}`{user} failed: {message}"),
    );
    let mut diagnostic = with_facts(diagnostic, endpoint);
    if let Some(told) = install_hint.filter(|_| missing) {
        for line in told.lines().filter(|line| !line.trim().is_empty()) {
            diagnostic = diagnostic.note(line.to_owned());
        }
    }
    diagnostic.hint(if missing {
        format!("install `{command}`, or put it on the PATH")
    } else {
        format!("run `{command}` by hand to see what it needs (a login, most often)")
    })
}

fn unauthorized(endpoint: &Endpoint, why: &Unauthorized) -> Diagnostic {
    let user = endpoint.user.as_deref().unwrap_or("(none)");
    let credential = &endpoint.credential;
    let (code, message) = match why {
        Unauthorized::Expired { since } => {
            ("cluster/credentials-expired", format!("{credential} of user `{user}` expired on {since}"))
        }
        Unauthorized::Early { from } => {
            ("cluster/credentials-early", format!("{credential} of user `{user}` is valid only from {from}"))
        }
        Unauthorized::Missing => {
            ("cluster/no-credentials", format!("{endpoint} wants credentials, and user `{user}` has none"))
        }
        Unauthorized::Rejected => {
            ("cluster/unauthorized", format!("{endpoint} does not accept {credential} of user `{user}`"))
        }
    };
    let hint = match (credential, why) {
        (_, Unauthorized::Early { .. }) => "set this machine's clock".to_owned(),
        (Credential::Certificate { .. } | Credential::UnreadableCertificate { .. }, _) => {
            "get a new client certificate from whoever runs the cluster".to_owned()
        }
        (Credential::Token { .. }, _) => "get a new token, and put it into the kubeconfig".to_owned(),
        (Credential::TokenFile { path }, _) => {
            format!("put a new token into {}", path.display())
        }
        (Credential::Exec { command, .. }, _) => format!("log in again with `{command}`"),
        (Credential::AuthProvider { .. }, _) => {
            "auth providers are not renewed; use a credential plugin instead".to_owned()
        }
        (Credential::Basic, _) => "clusters since 1.19 take no passwords; use another credential".to_owned(),
        (Credential::None, _) => "add a user with credentials to the kubeconfig's context".to_owned(),
    };
    let mut diagnostic = with_facts(Diagnostic::error(code, message), endpoint);
    if let Some(file) = endpoint.user_file.as_ref().filter(|file| Some(*file) != endpoint.file.as_ref()) {
        diagnostic = diagnostic.note(format!("user's kubeconfig: {}", file.display()));
    }
    if let Credential::UnreadableCertificate { message } = credential {
        diagnostic = diagnostic.note(format!("client certificate: {message}"));
    }
    diagnostic.hint(hint)
}

fn refusal(refused: &Refused) -> Diagnostic {
    let Refused { at, refusal, status, attempts, endpoint } = refused;
    let said = || format!("the server says: {}", status.message);
    let base = |code, message: String| {
        let diagnostic = Diagnostic::error(code, message);
        match &at.place {
            Some(place) => diagnostic.at(place.clone()),
            None => diagnostic,
        }
    };
    let plain = refused.to_string();
    match refusal {
        Refusal::Forbidden { user, verb, resource, namespace } => {
            let wherein = match namespace {
                Some(namespace) => format!("in namespace `{namespace}`"),
                None => "in the whole cluster".to_owned(),
            };
            base("cluster/forbidden", format!("{at}: user `{user}` may not {verb} {resource} {wherein}"))
                .note(format!("cluster: {endpoint}"))
                .hint(format!(
                    "ask for a role with verb `{verb}` on `{resource}` {wherein}, or use another --context"
                ))
        }
        Refusal::NotFound => base("cluster/not-found", plain),
        Refusal::NamespaceMissing { namespace } => base("cluster/namespace-missing", plain)
            .note(format!("cluster: {endpoint}"))
            .hint(format!("create it with --create-namespace or `kubectl create namespace {namespace}`")),
        Refusal::NamespaceTerminating { .. } => base("cluster/namespace-terminating", plain)
            .hint("wait until it is gone, then run the command again"),
        Refusal::AlreadyExists => base("cluster/already-exists", plain),
        Refusal::Stale => {
            base("cluster/stale", plain).hint("somebody else is at work here; run the command again")
        }
        Refusal::Conflict { fields } => {
            let mut diagnostic = base("cluster/conflict", plain);
            if let Some(place) = fields.iter().find_map(|field| field.place.clone()) {
                diagnostic = diagnostic.at(place);
            }
            for field in fields {
                let through = match &field.subresource {
                    Some(subresource) => format!(" (through `{subresource}`)"),
                    None => String::new(),
                };
                diagnostic = diagnostic.note(format!("{}: owned by {}{through}", field.field, field.manager));
            }
            diagnostic.hint("take the fields over by force, or leave them out and let their owner keep them")
        }
        Refusal::Invalid { fields } => {
            let mut diagnostic = base("cluster/invalid", plain);
            if let Some(place) = fields.iter().find_map(|field| field.place.clone()) {
                diagnostic = diagnostic.at(place);
            }
            for field in fields {
                let name = if field.field.is_empty() { "object" } else { &field.field };
                diagnostic = diagnostic.note(match &field.place {
                    Some(place) => format!("{place}: {name}: {}", field.message),
                    None => format!("{name}: {}", field.message),
                });
            }
            if fields.iter().any(super::InvalidField::is_immutable) {
                return diagnostic
                    .hint("this field never changes: the object must be deleted and created anew");
            }
            match fields.iter().find_map(super::InvalidField::way_out) {
                Some(way_out) => diagnostic.hint(way_out),
                None => diagnostic,
            }
        }
        Refusal::Denied { message, .. } => base("cluster/denied", format!("{plain}: {message}"))
            .hint("change the object, or ask whoever runs the cluster for an exception"),
        Refusal::WebhookFailed { message, .. } => base("cluster/webhook", format!("{plain}: {message}"))
            .note(tried(*attempts))
            .hint("the webhook's own pods must run before this object can be written"),
        Refusal::Quota { message, .. } => base("cluster/quota", format!("{plain}: {message}"))
            .hint("ask for less, remove something, or have the ResourceQuota raised"),
        Refusal::TooLarge => base("cluster/too-large", plain).note(said()),
        Refusal::Busy | Refusal::ServerFailed { .. } => base("cluster/server", plain)
            .note(tried(*attempts))
            .note(said())
            .note(format!("cluster: {endpoint}"))
            .hint("run the command again when the server has recovered"),
        Refusal::Other { .. } => base("cluster/refused", plain).note(said()),
    }
}

fn tried(attempts: u32) -> String {
    format!("tried {attempts} {}", if attempts == 1 { "time" } else { "times" })
}
