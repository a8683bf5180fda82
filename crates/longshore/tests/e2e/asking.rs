//! Those who ask from outside the cluster: the stand-in as a client of the node's ingress, over TLS.

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use kube::Client as Kubernetes;
use longshore_testkit::{Outcome, Program};
use serde_json::Value;

use crate::platforms::stand_in;

/// One who asks: whom it trusts, and what it shows.
#[derive(Clone)]
pub(crate) struct Client {
    /// Where every name leads.
    pub(crate) node: Ipv4Addr,
    /// Files with the certificates that it trusts.
    pub(crate) trusted: Vec<PathBuf>,
    /// A certificate and its key.
    pub(crate) pair: Option<(PathBuf, PathBuf)>,
    pub(crate) token: Option<String>,
}

impl Client {
    /// `load` or `listen`, over this way.
    pub(crate) fn program(&self, command: &str, url: &str) -> Program {
        let mut words: Vec<OsString> = [command, "--url", url, "--address"].map(OsString::from).into();
        words.push(self.node.to_string().into());
        for path in &self.trusted {
            words.extend(["--ca".into(), path.into()]);
        }
        if let Some((certificate, key)) = &self.pair {
            words.extend(["--certificate".into(), certificate.into(), "--key".into(), key.into()]);
        }
        let program = Program::new(stand_in()).unwrap().args(words);
        match &self.token {
            Some(token) => program.env("STANDIN_LOAD_TOKEN", token),
            None => program,
        }
    }

    /// What one request was answered by: the status, or why there is none.
    pub(crate) fn ask(&self, url: &str, more: &[&str]) -> String {
        let program = self.program("load", url).args(more);
        let program = program.args(["--workers", "1", "--requests", "1", "--seconds", "60"]);
        let report = json(&program.run().unwrap());
        match report["byStatus"].as_object().unwrap().keys().next().map(String::as_str) {
            Some("none") => report["failures"][0].as_str().unwrap().to_owned(),
            status => status.unwrap_or("nothing was asked").to_owned(),
        }
    }

    /// Whether a WebSocket stays open and brings events; why not, else.
    pub(crate) fn streams(&self, url: &str) -> Result<(), String> {
        let reports =
            json(&self.program("listen", url).args(["--events", "2", "--seconds", "180"]).run().unwrap());
        let is_whole = reports[0]["ended"].is_null() && reports[0]["events"] == 2;
        if is_whole { Ok(()) } else { Err(reports.to_string()) }
    }
}

/// What the stand-in counted.
pub(crate) fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome}"))
}

/// Applies an object among those of a path: what an earlier test left is taken over.
pub(crate) async fn make(kubernetes: &Kubernetes, path: &str, object: &Value) {
    let name = object["metadata"]["name"].as_str().unwrap();
    let request = http::Request::patch(format!("{path}/{name}?fieldManager=tester&force=true"));
    let request = request.header("content-type", "application/apply-patch+yaml");
    let request = request.body(object.to_string().into_bytes()).unwrap();
    let _: Value = kubernetes.request(request).await.unwrap();
}

/// An object as it is, if it is there.
pub(crate) async fn live(kubernetes: &Kubernetes, path: &str) -> Option<Value> {
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    match kubernetes.request(request).await {
        Ok(object) => Some(object),
        Err(kube::Error::Api(status)) if status.code == 404 => None,
        Err(error) => panic!("{path}: {error}"),
    }
}
