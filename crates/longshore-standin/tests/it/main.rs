//! The stand-in as a whole: asked over HTTP as a service is, and started and ended as a pod is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod guarded;
mod life;
mod servers;
mod streams;

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use longshore_standin::service::Service;
use longshore_standin::settings::Settings;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A service in this process.
struct Running {
    address: SocketAddr,
    tls_address: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    life: JoinHandle<u8>,
}

impl Running {
    async fn start(variables: &[(&str, &str)]) -> Self {
        let here = ("STANDIN_LISTEN", "127.0.0.1:0");
        let variables = variables.iter().chain([&here]);
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let service = Service::bind(Settings::read(variables).unwrap()).await.unwrap();
        let (address, tls_address) = (service.address(), service.tls_address());
        let (stop, stopped) = oneshot::channel::<()>();
        let life = tokio::spawn(async move {
            let stopped = async move {
                // A test that is over lets go of its end, which ends nothing.
                if stopped.await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            service.run(stopped, std::io::sink()).await.unwrap()
        });
        Self { address, tls_address, stop: Some(stop), life }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    async fn get(&self, path: &str) -> (u16, String) {
        ask(Method::GET, &self.url(path), "").await.unwrap()
    }

    async fn order(&self, method: Method, order: &str) -> (u16, String) {
        ask(method, &self.url("/behaviour"), order).await.unwrap()
    }
}

/// Status and body of an answer.
async fn ask(method: Method, url: &str, body: &str) -> anyhow::Result<(u16, String)> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::builder().method(method).uri(url).header("content-type", "application/json");
    let answer = client.request(request.body(Full::from(body.to_owned()))?).await?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.to_vec())?))
}
