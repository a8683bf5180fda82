//! What is wrong with objects that make no pods: routes that no gateway serves, gateways that nobody programs,
//! certificates that are not issued, Secrets that nobody makes. Each hangs on others, which are asked for in turn, down to the one that says why.

mod certificate;
mod secret;

use longshore_object::diagnosis::{Attachment, Parent, parents, why_no_controller, why_not_programmed};
use longshore_object::{Gvk, ObjectKey};
use serde_json::Value as Json;

use crate::cluster::Cluster;
use crate::objects::Selector;

/// The group of the Gateway API.
const GATEWAY: &str = "gateway.networking.k8s.io";
/// Of how many objects names are compared.
const MOST: usize = 100;

/// What is wrong with an object, and what it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In one sentence, without the object's name: `Gateway/public does not exist`.
    pub what: String,
    /// From the object down to the cause: `Gateway/public`, `GatewayClass/nginx`. Neither the object nor `what` is in it.
    pub chain: Vec<String>,
    /// What to do about it.
    pub hint: String,
}

impl Trouble {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), chain: Vec::new(), hint: hint.into() }
    }

    /// The same as the trouble of somebody who hangs on `link`.
    fn behind(mut self, link: String) -> Self {
        self.chain.insert(0, link);
        self
    }
}

/// Whether [`Cluster::trouble`] knows objects of a kind.
pub(crate) fn is_known(gvk: &Gvk) -> bool {
    match gvk.group.as_str() {
        GATEWAY => gvk.kind == "Gateway" || gvk.kind.ends_with("Route"),
        "cert-manager.io" => gvk.kind == "Certificate",
        _ => secret::is_known(gvk),
    }
}

impl Cluster {
    /// Why a route, a Gateway, a Certificate of cert-manager or what a Secret is made of is of no use yet, if its controllers and the objects that
    /// it hangs on tell; `None` if nothing is wrong, or not known. What may not be read is passed over.
    pub async fn trouble(&self, gvk: &Gvk, key: &ObjectKey) -> Option<Trouble> {
        if !is_known(gvk) {
            return None;
        }
        let live = self.get(gvk, key.namespace.as_deref(), &key.name).await.ok()??;
        let namespace = text(&live, "/metadata/namespace");
        match gvk.kind.as_str() {
            "Gateway" => self.of_gateway(&live).await,
            "Certificate" => self.of_certificate(live).await,
            _ if gvk.group != GATEWAY => self.of_secret(&live).await,
            _ => {
                for parent in parents(&live).into_iter().filter(|parent| parent.kind == "Gateway") {
                    let trouble = self.of_parent(&parent, namespace).await;
                    if trouble.is_some() {
                        return trouble;
                    }
                }
                None
            }
        }
    }

    /// Why a Gateway does not serve a route of `namespace`.
    async fn of_parent(&self, parent: &Parent, namespace: &str) -> Option<Trouble> {
        let named = match &parent.namespace {
            Some(other) => format!("Gateway/{} in {other}", parent.name),
            None => format!("Gateway/{}", parent.name),
        };
        match &parent.state {
            Attachment::Taken => return None,
            Attachment::Refused(meaning) => {
                let what = format!("{named} does not serve it: {}", meaning.what);
                return Some(Trouble::new(what, meaning.hint.clone()).behind(named));
            }
            Attachment::Unknown => {}
        }
        let namespace = parent.namespace.as_deref().unwrap_or(namespace);
        let gvk = self.preferred("Gateway").await?;
        let Some(gateway) = self.get(&gvk, Some(namespace), &parent.name).await.ok()? else {
            let near = self.nearest(&gvk, Some(namespace), &parent.name).await;
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let hint = "correct the name or the namespace of its parentRef, or make the Gateway";
            return Some(Trouble::new(format!("{named} does not exist{near}"), hint));
        };
        let below = self.of_gateway(&gateway).await;
        Some(match below {
            Some(below) => {
                let what = format!("{named} does not serve it: {}", below.what);
                Trouble { what, ..below.behind(named) }
            }
            None => Trouble::new(
                format!("{named} says nothing of it"),
                "look at the log of the gateway's controller, and whether it knows routes of this kind",
            )
            .behind(named),
        })
    }

    async fn of_gateway(&self, gateway: &Json) -> Option<Trouble> {
        let class = text(gateway, "/spec/gatewayClassName");
        let named = format!("GatewayClass/{class}");
        let gvk = self.preferred("GatewayClass").await?;
        match self.get(&gvk, None, class).await {
            Ok(None) => {
                let near = self.nearest(&gvk, None, class).await;
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let hint = "name a class that exists (`kubectl get gatewayclass`), or install its controller";
                return Some(Trouble::new(format!("{named} does not exist{near}"), hint));
            }
            Ok(Some(class)) => {
                if let Some(words) = why_no_controller(&class) {
                    let hint = "install the controller of that class, or look at its log";
                    return Some(Trouble::new(format!("{named}: {words}"), hint).behind(named));
                }
            }
            Err(_) => {}
        }
        let words = why_not_programmed(gateway)?;
        Some(Trouble::new(words, "look at its listeners, the Secrets that they name, and its controller"))
    }

    /// The Gateway API's kind, in the version that the server has.
    async fn preferred(&self, kind: &str) -> Option<Gvk> {
        let discovery = self.discovery().await.ok()?;
        Some(discovery.preferred(GATEWAY, kind)?.gvk.clone())
    }

    /// The name there is that is most like one that is not.
    async fn nearest(&self, gvk: &Gvk, namespace: Option<&str>, name: &str) -> Option<String> {
        let found = self.list_at_most(gvk, namespace, &Selector::default(), MOST).await.ok()??;
        let names = found.items.iter().map(|item| text(item, "/metadata/name"));
        longshore_diag::nearest(name, names).map(str::to_owned)
    }
}

fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}
