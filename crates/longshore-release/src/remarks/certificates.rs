//! Certificates that the Ingresses and Gateways of a release serve with: Secrets that are not there, of another type,
//! or whose certificate has run out, is not the key's, or is for other hosts.
//!
//! Of a Secret only its name, its type, the names of its keys and the dates of its certificate are told.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use longshore_cluster::Cluster;
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, Object, ObjectKey, Tree};
use longshore_tls::{Flaw, flaws};
use serde_json::Value as Json;

use crate::Context;

const TYPE: &str = "kubernetes.io/tls";

/// One naming of a Secret with a certificate.
struct Served<'a> {
    object: &'a Object,
    namespace: String,
    secret: String,
    /// For which hosts, where that is said.
    hosts: Vec<String>,
    /// Where the Secret is named.
    field: String,
}

/// What is wrong with the certificates of these objects; the second says whether their Secrets could be looked at.
pub(super) async fn remarks(context: &Context, objects: &[Object]) -> (Vec<Diagnostic>, bool) {
    let mut found = Vec::new();
    let mut secrets: BTreeMap<(String, String), Option<Json>> = BTreeMap::new();
    for served in objects.iter().flat_map(|object| of_ingress(object).chain(of_gateway(object))) {
        let served = Served { namespace: served.namespace_in(&context.namespace), ..served };
        let at = (served.namespace.clone(), served.secret.clone());
        if !secrets.contains_key(&at) {
            let gvk = Gvk::new("v1", "Secret");
            let live = match context.cluster.get(&gvk, Some(&at.0), &at.1).await {
                Ok(live) => live,
                // Who may not read Secrets is told nothing of them.
                Err(_) if at.0 == context.namespace => return (found, false),
                Err(_) => continue,
            };
            secrets.insert(at.clone(), live);
        }
        match secrets.get(&at).and_then(Option::as_ref) {
            Some(secret) => found.extend(of_secret(&served, secret, context.clock.now())),
            None => found.push(missing(&context.cluster, &served, objects).await),
        }
    }
    (found, true)
}

fn strings(tree: Option<&Tree>) -> impl Iterator<Item = String> {
    tree.map_or(&[][..], Tree::items).iter().filter_map(Tree::as_str).map(str::to_owned)
}

fn of_ingress(object: &Object) -> impl Iterator<Item = Served<'_>> {
    let entries = object.get("/spec/tls").filter(|_| object.kind() == "Ingress").map_or(&[][..], Tree::items);
    // An entry without hosts is for those of the rules that no other entry is for.
    let elsewhere: Vec<String> = entries.iter().flat_map(|entry| strings(entry.child("hosts"))).collect();
    let rules = object.get("/spec/rules").map_or(&[][..], Tree::items).iter();
    let rules: Vec<String> = rules
        .filter_map(|rule| rule.child("host")?.as_str())
        .filter(|host| !host.is_empty() && !elsewhere.iter().any(|other| other == host))
        .map(str::to_owned)
        .collect();
    entries.iter().enumerate().filter_map(move |(index, entry)| {
        let mut hosts: Vec<String> = strings(entry.child("hosts")).collect();
        if hosts.is_empty() {
            hosts.clone_from(&rules);
        }
        Some(Served {
            object,
            namespace: String::new(),
            secret: entry.child("secretName")?.as_str().filter(|name| !name.is_empty())?.to_owned(),
            hosts,
            field: format!("/spec/tls/{index}/secretName"),
        })
    })
}

fn of_gateway(object: &Object) -> impl Iterator<Item = Served<'_>> {
    let is_gateway = object.kind() == "Gateway" && object.gvk().group == "gateway.networking.k8s.io";
    let listeners = object.get("/spec/listeners").filter(|_| is_gateway).map_or(&[][..], Tree::items);
    listeners.iter().enumerate().flat_map(move |(index, listener)| {
        let host = listener.child("hostname").and_then(Tree::as_str).filter(|host| !host.is_empty());
        let references = listener.get("/tls/certificateRefs").map_or(&[][..], Tree::items).iter().enumerate();
        references.filter_map(move |(at, reference)| {
            let text = |key: &str| reference.child(key).and_then(Tree::as_str).unwrap_or_default();
            let is_secret = matches!(text("kind"), "" | "Secret") && text("group").is_empty();
            (is_secret && !text("name").is_empty()).then(|| Served {
                object,
                namespace: text("namespace").to_owned(),
                secret: text("name").to_owned(),
                // Of several certificates one has to be for it.
                hosts: host.filter(|_| at == 0).map(str::to_owned).into_iter().collect(),
                field: format!("/spec/listeners/{index}/tls/certificateRefs/{at}/name"),
            })
        })
    })
}

impl Served<'_> {
    fn namespace_in(&self, default: &str) -> String {
        let named = Some(self.namespace.as_str()).filter(|name| !name.is_empty());
        named.or(self.object.namespace()).unwrap_or(default).to_owned()
    }

    fn warning(&self, code: &'static str, what: &str) -> Diagnostic {
        let message =
            format!("Secret/{}, in which {} has its certificate, {what}", self.secret, self.object.key());
        let place = self.object.place_of(&self.field).unwrap_or_else(|| self.object.place().clone());
        Diagnostic::warning(code, message).at(place)
    }
}

/// What is to be said of a Secret that is not there.
async fn missing(cluster: &Cluster, served: &Served<'_>, objects: &[Object]) -> Diagnostic {
    const CODE: &str = "wiring/no-certificate";
    let certificates =
        objects.iter().filter(|o| o.gvk().group == "cert-manager.io" && o.kind() == "Certificate");
    let made = |certificate: &&Object| certificate.str_at("/spec/secretName") == Some(&served.secret);
    let issuers = ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"];
    let by_annotation = issuers.iter().any(|name| served.object.annotation(name).is_some());
    let certificate = certificates.clone().find(made);
    if by_annotation || certificate.is_some() {
        // For an annotation cert-manager makes a Certificate of the Secret's name.
        let name = certificate.map_or(served.secret.as_str(), Object::name).to_owned();
        let gvk = Gvk::new("cert-manager.io/v1", "Certificate");
        let namespace = Some(served.namespace.clone());
        let key = ObjectKey { group: gvk.group.clone(), kind: gvk.kind.clone(), namespace, name };
        let warning = |what: &str| served.warning(CODE, &format!("is not there yet: {what}"));
        return match cluster.trouble(&gvk, &key).await {
            Some(trouble) => {
                let links = std::iter::once(key.to_string()).chain(trouble.chain).collect::<Vec<_>>();
                warning(&trouble.what).note(links.join(" ← ")).hint(trouble.hint)
            }
            None => warning(&format!("cert-manager has not issued {key}")).hint(
                "look at the Certificate (`kubectl describe certificate`), and whether cert-manager runs",
            ),
        };
    }
    let of_release =
        objects.iter().filter(|object| object.gvk().group.is_empty() && object.kind() == "Secret");
    let names = of_release.map(Object::name).chain(certificates.filter_map(|c| c.str_at("/spec/secretName")));
    let warning = served.warning(CODE, "does not exist");
    match longshore_diag::nearest(&served.secret, names) {
        Some(near) => warning.hint(format!("did you mean `{near}`?")),
        None => warning.hint(format!(
            "make it (`kubectl create secret tls {} --cert=FILE --key=FILE -n {}`), or correct the name",
            served.secret, served.namespace
        )),
    }
}

/// What is wrong with a Secret that is there.
fn of_secret(served: &Served<'_>, secret: &Json, now: Timestamp) -> Vec<Diagnostic> {
    const CODE: &str = "wiring/certificate";
    let mut found = Vec::new();
    let kind = secret.get("type").and_then(Json::as_str).unwrap_or("Opaque");
    if kind != TYPE {
        let warning = served.warning(CODE, &format!("is of type {kind}, not {TYPE}"));
        found.push(
            warning.hint(format!("make it anew with `type: {TYPE}`: the type of a Secret cannot be changed")),
        );
    }
    let part = |key: &str| {
        let text = secret.get("data")?.get(key)?.as_str()?;
        STANDARD.decode(text).ok()
    };
    let (Some(certificate), Some(key)) = (part("tls.crt"), part("tls.key")) else {
        let absent = ["tls.crt", "tls.key"].into_iter().filter(|key| part(key).is_none());
        let absent = absent.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
        let warning = served.warning(CODE, &format!("has no {absent}"));
        found.push(
            warning
                .hint("`tls.crt` holds the certificate and those of its issuers, `tls.key` its private key"),
        );
        return found;
    };
    let hosts: Vec<&str> = served.hosts.iter().map(String::as_str).collect();
    for flaw in flaws(&certificate, &key, &hosts, now) {
        let (what, hint) = told(&flaw, now);
        found.push(served.warning(CODE, &what).hint(hint));
    }
    found
}

fn told(flaw: &Flaw, now: Timestamp) -> (String, &'static str) {
    const RENEW: &str =
        "put a new one into it; what made it (cert-manager, a chart, a person) has not renewed it";
    match flaw {
        Flaw::NoCertificate => (
            "has no certificate in `tls.crt`".to_owned(),
            "`tls.crt` is PEM: `-----BEGIN CERTIFICATE-----`, the server's own first",
        ),
        Flaw::NoKey => {
            ("has no private key in `tls.key`".to_owned(), "`tls.key` is PEM: `-----BEGIN PRIVATE KEY-----`")
        }
        Flaw::OtherKey => (
            "has a key that is not its certificate's".to_owned(),
            "put both of one pair into it; the server's own certificate is the first of `tls.crt`",
        ),
        Flaw::Expired(at) => (format!("has run out at {at}"), RENEW),
        Flaw::Ends(at) => {
            let days = at.duration_since(now).as_hours() / 24;
            (format!("runs out in {days} days, at {at}"), RENEW)
        }
        Flaw::Early(at) => (
            format!("is not valid before {at}"),
            "wait until then, or look at the clock of whoever issued it",
        ),
        Flaw::OtherHosts(hosts) => (
            format!("is not for {}", hosts.join(", ")),
            "issue one that has the host among its alternative names (a wildcard stands for one label), or correct the host",
        ),
    }
}

#[cfg(test)]
mod tests;
