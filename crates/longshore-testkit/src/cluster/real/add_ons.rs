//! What a real cluster may have besides: a router for what comes from outside, and the figures that autoscalers want.

mod metrics;
mod traefik;

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use kube::Client;

use super::images;
use crate::cluster::record::{Place, Record};
use crate::image::Image;

/// Something that not every real cluster needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddOn {
    /// Traefik on the node's ports 80 and 443: Ingress of the classes `traefik` and `nginx` (the latter with NGINX's
    /// annotations), Gateway API (class `traefik`), IngressRoute.
    Traefik,
    /// metrics-server: `kubectl top`, HorizontalPodAutoscaler.
    MetricsServer,
}

impl AddOn {
    /// All of them.
    pub const ALL: &[AddOn] = &[AddOn::Traefik, AddOn::MetricsServer];

    /// Its name, which is that of the tool that it is built as.
    pub fn name(self) -> &'static str {
        match self {
            AddOn::Traefik => "traefik",
            AddOn::MetricsServer => "metrics-server",
        }
    }

    /// The tools that must have been built for it.
    pub fn tools(self) -> &'static [&'static str] {
        match self {
            // Its definitions are YAML files of its module; kubectl applies them.
            AddOn::Traefik => &["traefik", "kubectl"],
            AddOn::MetricsServer => &["metrics-server"],
        }
    }
}

impl fmt::Display for AddOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AddOn {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match Self::ALL.iter().find(|add_on| add_on.name() == text) {
            Some(add_on) => Ok(*add_on),
            None => bail!("there are traefik and metrics-server"),
        }
    }
}

/// Starts one, without waiting until it is ready.
pub(in crate::cluster) async fn start(
    add_on: AddOn,
    place: &Place,
    record: &Record,
    client: &Client,
) -> Result<()> {
    let image = match add_on {
        AddOn::Traefik => traefik::image()?,
        AddOn::MetricsServer => metrics::image()?,
    };
    let archive = archive(image).await?;
    images::import(place, record, &[archive]).await?;
    match add_on {
        AddOn::Traefik => {
            let network = record.node.as_ref().and_then(|node| node.network);
            traefik::start(place, network.context("the node is connected")?.node(), client).await
        }
        AddOn::MetricsServer => metrics::start(client).await,
    }
}

async fn archive(image: Image) -> Result<std::path::PathBuf> {
    tokio::task::spawn_blocking(move || image.archive()).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for add_on in AddOn::ALL {
            assert_eq!(add_on.name().parse::<AddOn>().unwrap(), *add_on);
        }
        assert!("istio".parse::<AddOn>().is_err());
    }
}
