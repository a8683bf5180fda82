//! `port-forward`: connections to a pod, several at once, each direction by itself, and past the end of a pod.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::logs::Field;

/// A server that answers when its client has said all: how many bytes it has read, and all of them.
async fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut all = Vec::new();
                connection.read_to_end(&mut all).await?;
                connection.write_all(format!("{} bytes\n", all.len()).as_bytes()).await?;
                connection.write_all(&all).await?;
                connection.shutdown().await
            });
        }
    });
    address
}

/// Says something, ends that direction, and reads to the end.
async fn talk(address: SocketAddr, text: &[u8]) -> Vec<u8> {
    let connection = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = connection.into_split();
    let text = text.to_vec();
    let writing = tokio::spawn(async move {
        writer.write_all(&text).await?;
        writer.shutdown().await
    });
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_mins(1), reader.read_to_end(&mut answer)).await.unwrap();
    // A connection that is refused behind us is reset.
    drop((read, writing.await.unwrap()));
    answer
}

/// AL14: both directions, half-closed, many at once, and another pod when the first is gone.
#[tokio::test(flavor = "multi_thread")]
async fn connections_reach_a_ready_pod() {
    let field = Field::new("forward").await;
    field.pod("web-0").await;
    let port = server().await.port();
    assert_eq!(field.stage.longshore("port-forward web web/front").code, Some(64));
    let mut forwarding = field.stage.start(&format!("port-forward web :{port} :1 -o json"));
    forwarding.wait_for("\"port\":1}").unwrap();
    let lines = forwarding.stdout_so_far();
    let local = |index: usize| -> SocketAddr {
        let line: serde_json::Value = serde_json::from_str(lines.lines().nth(index).unwrap()).unwrap();
        line["local"].as_str().unwrap().parse().unwrap()
    };
    assert!(local(0).ip().is_loopback());

    assert_eq!(talk(local(0), b"hello").await, b"5 bytes\nhello");
    let much = vec![b'x'; 3_000_000];
    let (a, b) = (talk(local(0), &much), async {
        let mut answers = Vec::new();
        for number in 0..20_u8 {
            answers.push(talk(local(0), &[number]).await);
        }
        answers
    });
    let (a, b) = tokio::join!(a, b);
    assert_eq!(a.len(), "3000000 bytes\n".len() + much.len());
    assert!((0..20_u8).zip(&b).all(|(number, answer)| *answer == [b"1 bytes\n", &[number][..]].concat()));

    // Nobody listens on port 1 of this machine.
    assert_eq!(talk(local(1), b"x").await, b"");
    forwarding.wait_for("port 1 of pod web-0: failed to connect to localhost:1").unwrap();

    field.pod("web-1").await;
    field.delete("web-0").await;
    let answer = talk(local(0), b"again").await;
    assert_eq!(answer, b"5 bytes\nagain");
    forwarding.wait_for("new connections go to pod web-1; pod web-0 is not ready any more").unwrap();
    forwarding.interrupt().unwrap();
    assert_eq!(forwarding.finish().unwrap().code, Some(130));

    let text = field.stage.longshore("port-forward web/front 82");
    assert!(text.stderr.contains("Service `front` has no port 82"), "{text}");
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let held = TcpListener::bind(taken).await.unwrap();
    let refused =
        field.stage.longshore(&format!("port-forward web/front {}:http", held.local_addr().unwrap().port()));
    assert!(refused.stderr.contains("cannot listen on 127.0.0.1:"), "{refused}");
}
