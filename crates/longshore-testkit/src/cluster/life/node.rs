//! The way up of a cluster with a real node, and its way down where nothing can be waited for.

use anyhow::{Context, Result, bail};

use super::Starting;
use crate::cache;
use crate::cluster::certificates::{Authority, Validity};
use crate::cluster::components::{API_SERVER, CONTROLLERS, ETCD, Ports, SCHEDULER, command};
use crate::cluster::real::{self, AddOn, CONTAINERD, HOLDER, KUBELET, NODE, Nodes, PROXY};
use crate::cluster::record::{ComponentRecord, NodeRecord, Place, Record};
use crate::cluster::{access, contents, readiness};
use crate::process::{self, ProcessIdentity};
use crate::tools::Tool;

/// An error if a running cluster is not of the kind that is wanted.
pub(super) fn check_same(record: &Record, nodes: &Nodes) -> Result<()> {
    let real = *nodes != Nodes::Simulated;
    if record.real != real {
        let has = if record.real { "a real node" } else { "simulated nodes" };
        bail!(
            "the cluster {0} runs with {has}; take it down (`cargo xtask cluster down --name {0}`) or choose \
             another name",
            record.name
        );
    }
    Ok(())
}

/// Starts the add-ons that are wanted of a running cluster and are not there yet.
pub(super) async fn add_missing(
    place: &Place,
    mut record: Record,
    nodes: &Nodes,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Record> {
    let Nodes::Real(add_ons) = nodes else { return Ok(record) };
    let there = record.node.as_ref().map(|node| node.add_ons.clone()).unwrap_or_default();
    let missing: Vec<AddOn> =
        add_ons.iter().copied().filter(|add_on| !there.iter().any(|name| name == add_on.name())).collect();
    if missing.is_empty() {
        return Ok(record);
    }
    start_add_ons(place, &mut record, &missing, tell).await?;
    readiness::deployments(place, &record).await?;
    place.write(&record)?;
    Ok(record)
}

/// Starts add-ons and enters them into the record, which is not written yet.
async fn start_add_ons(
    place: &Place,
    record: &mut Record,
    add_ons: &[AddOn],
    tell: &(dyn Fn(&str) + Sync),
) -> Result<()> {
    let client = access::client(&place.kubeconfig()).await?;
    for add_on in add_ons {
        tell(&format!("starting {}", add_on.name()));
        real::start_add_on(*add_on, place, record, &client).await?;
        let node = record.node.as_mut().context("the node is there")?;
        node.add_ons.push(add_on.name().to_owned());
    }
    Ok(())
}

/// Takes away what outlives the processes of a cluster, from where nothing can be awaited.
pub(super) fn clear(record: &Record) {
    let record = record.clone();
    let clearing = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(super::end(&record))
    });
    // If it fails, the next sweep finds the groups without their cluster.
    let _ = clearing.join();
}

impl Starting {
    pub(super) async fn run_real(&mut self, add_ons: &[AddOn], tell: &(dyn Fn(&str) + Sync)) -> Result<()> {
        tell("making namespaces");
        self.start_with(HOLDER, "-", &real::holder(&self.place)?)?;
        let first = real::made(&self.place, &self.record).await?;
        self.record.node = Some(NodeRecord { first: first.clone(), network: None, add_ons: Vec::new() });
        self.place.write(&self.record)?;
        let network = real::connect(&first).await?;
        self.record.node = Some(NodeRecord { first, network: Some(network), add_ons: Vec::new() });
        self.ports = Ports::usual(network.node());
        self.record.server = format!("https://{}:{}", network.node(), self.ports.api_server);
        self.place.write(&self.record)?;
        real::make_groups(self.place.name())?;
        self.write_files()?;

        tell("starting etcd, the API server and containerd");
        for component in [ETCD, API_SERVER, CONTAINERD] {
            self.enter(component).await?;
        }
        let (place, record) = (&self.place, &self.record);
        tokio::try_join!(readiness::api_server(place, record), real::import_basic(place, record))?;

        tell("starting controllers, scheduler and the node");
        for component in [CONTROLLERS, SCHEDULER, KUBELET, PROXY] {
            self.enter(component).await?;
        }
        let client = access::client(&self.place.kubeconfig()).await?;
        contents::storage_class(&client).await?;
        real::start_dns(&client).await?;
        start_add_ons(&self.place, &mut self.record, add_ons, tell).await?;
        readiness::everything(&self.place, &self.record, &self.ports).await?;
        readiness::deployments(&self.place, &self.record).await?;
        self.record.ready = true;
        self.place.write(&self.record)
    }

    /// Starts a program in the namespaces. It ends with them, whoever holds those.
    async fn enter(&mut self, component: &str) -> Result<()> {
        let node = self.record.node.clone().context("the namespaces are made")?;
        let network = node.network.context("the node is connected")?;
        let command = match component {
            CONTAINERD | KUBELET | PROXY => real::command(component, &self.place, network)?,
            _ => command(component, &self.place, &self.ports)?,
        };
        let version = Tool::named(component)?.version.to_owned();
        let (log, home) = (self.place.log(component), self.place.folder().to_owned());
        let (place, record) = (&self.place, &mut self.record);
        let on_record = |process: &ProcessIdentity| {
            let process = process.clone();
            record.components.push(ComponentRecord { name: component.to_owned(), version, process });
            place.write(record)
        };
        process::start_inside(&real::enter(&node.first), &command, &home, &log, on_record)
            .await
            .with_context(|| format!("cannot start {component}"))
    }

    pub(super) fn write_files_of_node(&self, authority: &Authority) -> Result<()> {
        for (file, user, group) in [
            ("kubelet-client", "kube-apiserver-kubelet-client", Some("system:masters")),
            ("front-proxy", "front-proxy", None),
        ] {
            let pair = authority.client(user, group, Validity::Long)?;
            let put = |end: &str, text: &str| {
                cache::write_atomically(&self.place.file(&format!("pki/{file}.{end}")), text.as_bytes())
            };
            put("crt", &pair.certificate)?;
            put("key", &pair.key)?;
        }
        let node = format!("system:node:{NODE}");
        for (file, user, group) in
            [(KUBELET, node.as_str(), Some("system:nodes")), (PROXY, "system:kube-proxy", None)]
        {
            let pair = authority.client(user, group, Validity::Long)?;
            let path = self.place.file(&format!("kubeconfigs/{file}"));
            access::write_kubeconfig(&path, &self.record.server, authority.certificate(), user, &pair)?;
        }
        real::write_settings(&self.place)
    }
}
