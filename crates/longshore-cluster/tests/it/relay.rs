//! A relay in front of the API server, to cut what cannot be cut at the server itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

/// What a relay does with a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Passes it on.
    Pass,
    /// Expects an HTTP `CONNECT` first, as a proxy.
    Proxy,
    /// Refuses every `CONNECT`.
    Refuse,
    /// Speaks SOCKS 5, to jane only.
    Socks,
}

/// A relay on a port of its own; ends when it is dropped.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    cut: broadcast::Sender<()>,
    down: Arc<AtomicBool>,
    passed: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// Relays to `server` (`https://127.0.0.1:6443`).
    pub(crate) async fn to(server: &str, manner: Manner) -> Result<Self> {
        let target: SocketAddr = server.rsplit('/').next().context("an address")?.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (cut, _) = broadcast::channel(1);
        let (down, passed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (sender, is_down, count) = (cut.clone(), Arc::clone(&down), Arc::clone(&passed));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A connection that is dropped at once looks like a server that is not there yet.
                if is_down.load(Ordering::SeqCst) {
                    continue;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let mut cut = sender.subscribe();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = relay(stream, target, manner) => {}
                        _ = cut.recv() => {}
                    }
                });
            }
        });
        Ok(Self { address, cut, down, passed, task })
    }

    /// Ends all connections, and lets no new one through until [`Relay::come_back`].
    pub(crate) fn go_away(&self) {
        self.down.store(true, Ordering::SeqCst);
        self.cut();
    }

    pub(crate) fn come_back(&self) {
        self.down.store(false, Ordering::SeqCst);
    }

    /// Ends all connections.
    pub(crate) fn cut(&self) {
        // An error means that there was none.
        let _ = self.cut.send(());
    }

    /// How many connections it let through.
    pub(crate) fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn relay(mut stream: TcpStream, target: SocketAddr, manner: Manner) -> Result<()> {
    stream.set_nodelay(true)?;
    if manner == Manner::Socks {
        socks(&mut stream).await?;
    } else if manner != Manner::Pass {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        // jane:hunter2
        let authorised = head.windows(22).any(|part| part == b"Basic amFuZTpodW50ZXIy");
        if !head.starts_with(b"CONNECT ") || !authorised {
            bail!("not what a proxy wants");
        }
        if manner == Manner::Refuse {
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await?;
            return Ok(());
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    }
    let mut server = TcpStream::connect(target).await?;
    server.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut stream, &mut server).await?;
    Ok(())
}

/// The handshakes of RFC 1928 and RFC 1929. Where it is asked to connect to does not matter.
async fn socks(stream: &mut TcpStream) -> Result<()> {
    let [version, count] = [stream.read_u8().await?, stream.read_u8().await?];
    let mut methods = vec![0; count.into()];
    stream.read_exact(&mut methods).await?;
    if version != 5 || !methods.contains(&2) {
        bail!("no SOCKS 5 with a password");
    }
    stream.write_all(&[5, 2]).await?;
    stream.read_u8().await?;
    let mut words = Vec::new();
    for _ in 0..2 {
        let mut word = vec![0; stream.read_u8().await?.into()];
        stream.read_exact(&mut word).await?;
        words.push(word);
    }
    let known = words == [b"jane".to_vec(), b"hunter2".to_vec()];
    stream.write_all(&[1, u8::from(!known)]).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let address = match head[3] {
        1 => 4,
        4 => 16,
        _ => stream.read_u8().await?.into(),
    };
    stream.read_exact(&mut vec![0; address + 2]).await?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    Ok(())
}
