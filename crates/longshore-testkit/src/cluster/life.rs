//! The order in which a cluster comes up and goes down, also after something went wrong half-way.

mod node;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::certificates::{Authority, Validity, service_account_key};
use super::components::{API_SERVER, CONTROLLERS, ETCD, KWOK, Ports, SCHEDULER, command};
use super::real::{self, Nodes};
use super::record::{ComponentRecord, Place, Record};
use super::{access, contents, readiness, stages};
use crate::cache::{self, Lock};
use crate::process::{self, Leashed, ProcessIdentity};
use crate::tools::Tool;

/// How long a cluster lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until somebody takes it down.
    Detached,
    /// Until somebody takes it down, or the first [`sweep`] after this process has ended.
    UntilSwept,
    /// Until [`Running`] is dropped or this process ends, for whatever reason.
    Process,
}

/// A cluster that is ready.
#[derive(Debug)]
pub struct Running {
    place: Place,
    record: Record,
    /// Whether it ran before it was asked for.
    found: bool,
    leashes: Vec<Leashed>,
}

impl Running {
    /// Where it lies.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What runs.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Whether it ran before it was asked for.
    pub fn was_found(&self) -> bool {
        self.found
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.leashes.is_empty() {
            return;
        }
        // What was started last ends first. The folder is of no use without them.
        while let Some(leash) = self.leashes.pop() {
            drop(leash);
        }
        if self.record.real {
            node::clear(&self.record);
        }
        if let Ok(lock) = Lock::take(&self.place.lock(), || {}) {
            let _ = self.place.remove();
            lock.remove();
        }
    }
}

/// Makes sure that the cluster of that name runs and is ready. One that is ready is left alone; what is left of one that
/// crashed, or whose start was cut short, is cleared away first, data included.
///
/// `tell` is called with what is being done. Dropping the future leaves a record from which [`down`] clears up.
pub async fn up(name: &str, lifetime: Lifetime, tell: &(dyn Fn(&str) + Sync)) -> Result<Running> {
    up_with(name, lifetime, &Nodes::Simulated, tell).await
}

/// The same with the nodes that are wanted.
pub async fn up_with(
    name: &str,
    lifetime: Lifetime,
    nodes: &Nodes,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Running> {
    if *nodes != Nodes::Simulated {
        real::requirements()?;
    }
    let place = Place::of(name)?;
    let _lock = lock(&place, tell).await?;
    match place.read() {
        Ok(Some(record)) if record.is_alive() && readiness::responds(&place, &record).await => {
            node::check_same(&record, nodes)?;
            let record = node::add_missing(&place, record, nodes, tell).await?;
            return Ok(Running { place, record, found: true, leashes: Vec::new() });
        }
        Ok(Some(record)) => {
            tell("clearing away what is left of an earlier one");
            end(&record).await?;
        }
        Ok(None) => {}
        Err(error) => tell(&format!("starting anew, because its record cannot be read: {error:#}")),
    }
    place.remove()?;

    let mut attempts = 3;
    loop {
        let mut starting = Starting::new(&place, lifetime, nodes.clone())?;
        match starting.run(tell).await {
            Ok(()) => {
                let Starting { record, leashes, .. } = starting;
                return Ok(Running { place, record, found: false, leashes });
            }
            Err(error) => {
                let Starting { record, leashes, .. } = starting;
                end(&record).await?;
                drop(leashes);
                place.remove()?;
                attempts -= 1;
                // Another program was quicker to take a port that was free a moment ago.
                if attempts == 0 || !format!("{error:#}").contains("address already in use") {
                    return Err(error.context(format!("cluster {name} did not start")));
                }
                tell("a port was taken meanwhile; trying others");
            }
        }
    }
}

/// Ends a cluster and takes its folder away. `false` if there is none of that name.
pub async fn down(name: &str, tell: &(dyn Fn(&str) + Sync)) -> Result<bool> {
    let place = Place::of(name)?;
    let lock = lock(&place, tell).await?;
    let Some(record) = place.read()? else {
        let existed = place.folder().exists();
        place.remove()?;
        lock.remove();
        return Ok(existed);
    };
    // Those of a real node lie in the cluster's folder.
    let volumes = if record.is_alive() && record.node.is_none() {
        contents::volume_folders(&place).await
    } else {
        Vec::new()
    };
    end(&record).await?;
    for volume in volumes {
        let _ = fs::remove_dir_all(volume);
    }
    place.remove()?;
    lock.remove();
    Ok(true)
}

/// Takes down the clusters whose owner is gone. Most of their programs ended with it, their folders did not.
pub async fn sweep() -> Result<()> {
    for place in Place::all()? {
        let owner = place.read().ok().flatten().and_then(|record| record.owner);
        if owner.is_some_and(|owner| !owner.is_alive()) {
            down(place.name(), &|_| {}).await?;
        }
    }
    Ok(())
}

/// Ends what is on record, the last first, each gone before the next is told.
async fn end(record: &Record) -> Result<()> {
    if record.real {
        real::end_namespaces(record).await?;
        return real::remove_groups(&record.name).await;
    }
    for component in record.components.iter().rev() {
        // The API server waits for open watches; there is no reason to wait with it for long.
        component
            .process
            .end(Duration::from_secs(15))
            .await
            .with_context(|| format!("cannot end {} of cluster {}", component.name, record.name))?;
    }
    Ok(())
}

async fn lock(place: &Place, tell: &(dyn Fn(&str) + Sync)) -> Result<Lock> {
    let path = place.lock();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let mut sender = Some(sender);
    let taking = tokio::task::spawn_blocking(move || {
        Lock::take(&path, || {
            if let Some(sender) = sender.take() {
                let _ = sender.send(());
            }
        })
    });
    if receiver.await.is_ok() {
        tell("another process is at it; waiting");
    }
    taking.await.context("the lock could not be waited for")?
}

/// A cluster on its way up.
struct Starting {
    place: Place,
    ports: Ports,
    nodes: Nodes,
    record: Record,
    lifetime: Lifetime,
    leashes: Vec<Leashed>,
}

impl Starting {
    fn new(place: &Place, lifetime: Lifetime, nodes: Nodes) -> Result<Self> {
        for folder in ["pki", "kubeconfigs", "logs", "etcd"] {
            let path = place.file(folder);
            fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        }
        restrict(place.folder())?;
        let ports = Ports::free()?;
        let record = Record {
            name: place.name().to_owned(),
            kubernetes: Tool::named(API_SERVER)?.version.to_owned(),
            server: format!("https://127.0.0.1:{}", ports.api_server),
            owner: match lifetime {
                Lifetime::Detached => None,
                Lifetime::UntilSwept | Lifetime::Process => Some(ProcessIdentity::current()?),
            },
            ready: false,
            real: nodes != Nodes::Simulated,
            node: None,
            components: Vec::new(),
        };
        place.write(&record)?;
        Ok(Self { place: place.clone(), ports, nodes, record, lifetime, leashes: Vec::new() })
    }

    async fn run(&mut self, tell: &(dyn Fn(&str) + Sync)) -> Result<()> {
        if let Nodes::Real(add_ons) = self.nodes.clone() {
            return self.run_real(&add_ons, tell).await;
        }
        self.write_files()?;
        tell("starting etcd and the API server");
        self.start(ETCD)?;
        self.start(API_SERVER)?;
        readiness::api_server(&self.place, &self.record).await?;
        tell("starting controllers, scheduler and KWOK");
        self.start(CONTROLLERS)?;
        self.start(SCHEDULER)?;
        self.start(KWOK)?;
        contents::fill(&self.place).await?;
        readiness::everything(&self.place, &self.record, &self.ports).await?;
        self.record.ready = true;
        self.place.write(&self.record)
    }

    fn write_files(&self) -> Result<()> {
        let write = |name: &str, text: &str| cache::write_atomically(&self.place.file(name), text.as_bytes());
        let authority = Authority::new()?;
        write("pki/ca.crt", authority.certificate())?;
        write("pki/ca.key", authority.key())?;
        let server = authority.server((!self.ports.address.is_loopback()).then_some(self.ports.address))?;
        write("pki/server.crt", &server.certificate)?;
        write("pki/server.key", &server.key)?;
        let accounts = service_account_key()?;
        write("pki/service-accounts.key", &accounts.serialize_pem())?;
        write("pki/service-accounts.pub", &accounts.public_key_pem())?;
        write("stages.yaml", &stages::configuration())?;
        let users = [
            ("kubeconfig", "admin", Some("system:masters")),
            ("kubeconfigs/kube-controller-manager", "system:kube-controller-manager", None),
            ("kubeconfigs/kube-scheduler", "system:kube-scheduler", None),
            ("kubeconfigs/kwok", "kwok", Some("system:masters")),
        ];
        for (file, user, group) in users {
            let pair = authority.client(user, group, Validity::Long)?;
            let path = self.place.file(file);
            access::write_kubeconfig(&path, &self.record.server, authority.certificate(), user, &pair)?;
        }
        if self.record.real { self.write_files_of_node(&authority) } else { Ok(()) }
    }

    fn start(&mut self, component: &str) -> Result<()> {
        let command = command(component, &self.place, &self.ports)?;
        self.start_with(component, Tool::named(component)?.version, &command)
    }

    fn start_with(&mut self, component: &str, version: &str, command: &[String]) -> Result<()> {
        let log = self.place.log(component);
        let home = self.place.folder();
        let (place, record) = (&self.place, &mut self.record);
        let version = version.to_owned();
        let enter = |process: &ProcessIdentity| {
            let process = process.clone();
            record.components.push(ComponentRecord { name: component.to_owned(), version, process });
            place.write(record)
        };
        match self.lifetime {
            Lifetime::Detached | Lifetime::UntilSwept => process::start_detached(command, home, &log, enter),
            Lifetime::Process => {
                let data = place.file("etcd");
                let remove = (component == ETCD).then_some(data.as_path());
                let (process, leash) = process::start_leashed(command, home, &log, remove)?;
                self.leashes.push(leash);
                enter(&process)
            }
        }
        .with_context(|| format!("cannot start {component}"))
    }
}

/// Keys lie in there.
fn restrict(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot restrict {}", folder.display()))
}
