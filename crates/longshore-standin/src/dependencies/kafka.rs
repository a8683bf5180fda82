//! Kafka: its metadata, after SASL PLAIN where there is an account.
//!
//! Three requests of the protocol (<https://kafka.apache.org/protocol>), in versions that every broker since 1.0 takes.

use anyhow::{Context as _, Result, bail, ensure};
use bytes::BufMut as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::wire::{LONGEST, Reader, put_long, put_text};

const METADATA: (i16, i16) = (3, 1);
const SASL_HANDSHAKE: (i16, i16) = (17, 1);
const SASL_AUTHENTICATE: (i16, i16) = (36, 0);

/// Asks the first broker of the list that answers.
pub(super) async fn ask(bootstrap: &str, account: Option<&(String, String)>) -> Result<String> {
    let mut last = None;
    for address in bootstrap.split(',').map(str::trim).filter(|address| !address.is_empty()) {
        match one(address, account).await {
            Ok(told) => return Ok(told),
            Err(error) => last = Some(error.context(address.to_owned())),
        }
    }
    Err(last.context("no broker is named")?)
}

async fn one(address: &str, account: Option<&(String, String)>) -> Result<String> {
    let mut broker = Broker { stream: TcpStream::connect(address).await?, correlation: 0 };
    if let Some((user, password)) = account {
        broker.log_in(user, password).await?;
    }
    let mut all_topics = Vec::new();
    all_topics.put_i32(-1);
    let mut answer = broker.request(METADATA, &all_topics).await?;
    let brokers = answer.i32()?;
    for _ in 0..brokers {
        let _id = answer.i32()?;
        skip_text(&mut answer)?;
        let _port = answer.i32()?;
        skip_text(&mut answer)?;
    }
    let controller = answer.i32()?;
    let topics = answer.i32()?;
    ensure!(brokers > 0, "the cluster has no broker");
    ensure!(controller >= 0, "the cluster has no controller");
    Ok(format!("Kafka, {brokers} brokers, controller {controller}, {topics} topics"))
}

struct Broker {
    stream: TcpStream,
    correlation: i32,
}

impl Broker {
    async fn log_in(&mut self, user: &str, password: &str) -> Result<()> {
        let mut mechanism = Vec::new();
        put_text(&mut mechanism, "PLAIN")?;
        let error = self.request(SASL_HANDSHAKE, &mechanism).await?.i16()?;
        ensure!(error == 0, "the broker does not take SASL PLAIN (error {error})");
        let mut token = Vec::new();
        put_long(&mut token, format!("\0{user}\0{password}").as_bytes())?;
        let mut answer = self.request(SASL_AUTHENTICATE, &token).await?;
        let error = answer.i16()?;
        if error != 0 {
            let length = answer.i16()?;
            let text = answer.text(length.try_into().unwrap_or_default())?;
            bail!("{user} is not let in: {text} (error {error})");
        }
        Ok(())
    }

    async fn request(&mut self, (key, version): (i16, i16), body: &[u8]) -> Result<Reader> {
        self.correlation += 1;
        let mut message = Vec::new();
        message.put_i16(key);
        message.put_i16(version);
        message.put_i32(self.correlation);
        put_text(&mut message, "standin")?;
        message.put_slice(body);
        let mut frame = Vec::new();
        put_long(&mut frame, &message)?;
        self.stream.write_all(&frame).await?;
        let length = self.stream.read_u32().await.context("the broker closed the connection")?;
        ensure!(length <= LONGEST, "an answer of {length} bytes");
        let mut answer = vec![0; length as usize];
        self.stream.read_exact(&mut answer).await?;
        let mut answer = Reader(answer.into());
        let correlation = answer.i32()?;
        ensure!(correlation == self.correlation, "an answer to another request");
        Ok(answer)
    }
}

/// A text, or none (its length is then -1).
fn skip_text(answer: &mut Reader) -> Result<()> {
    let length = answer.i16()?;
    answer.take(length.try_into().unwrap_or_default())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A broker that gives these answers, one after the other, and gives back what it was asked.
    async fn broker(answers: Vec<Vec<u8>>) -> (String, tokio::task::JoinHandle<Vec<Vec<u8>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            for answer in answers {
                let mut request = vec![0; stream.read_u32().await.unwrap() as usize];
                stream.read_exact(&mut request).await.unwrap();
                let mut message = request[4..8].to_vec();
                message.extend(answer);
                stream.write_u32(message.len() as u32).await.unwrap();
                stream.write_all(&message).await.unwrap();
                asked.push(request);
            }
            asked
        });
        (address, task)
    }

    fn metadata(brokers: i32, controller: i32) -> Vec<u8> {
        let mut body = Vec::new();
        body.put_i32(brokers);
        for id in 0..brokers {
            body.put_i32(id);
            put_text(&mut body, "kafka-service").unwrap();
            body.put_i32(9092);
            body.put_i16(-1);
        }
        body.put_i32(controller);
        body.put_i32(7);
        body
    }

    #[tokio::test]
    async fn metadata_is_read() {
        let (address, _task) = broker(vec![metadata(3, 2)]).await;
        // The first of the list is not there.
        let told = ask(&format!("127.0.0.1:1, {address}"), None).await.unwrap();
        assert_eq!(told, "Kafka, 3 brokers, controller 2, 7 topics");
    }

    #[tokio::test]
    async fn a_cluster_without_a_controller_is_not_up() {
        let (address, _task) = broker(vec![metadata(1, -1)]).await;
        let error = ask(&address, None).await.unwrap_err();
        assert_eq!(format!("{error:#}"), format!("{address}: the cluster has no controller"));
    }

    #[tokio::test]
    async fn an_account_is_used_and_a_refusal_told_without_the_password() {
        let mut refused = 58i16.to_be_bytes().to_vec();
        put_text(&mut refused, "Invalid username or password").unwrap();
        let (address, task) = broker(vec![vec![0, 0], refused]).await;
        let account = ("access".to_owned(), "hunter2".to_owned());
        let error = format!("{:#}", ask(&address, Some(&account)).await.unwrap_err());
        assert!(error.ends_with("access is not let in: Invalid username or password (error 58)"), "{error}");
        let asked = task.await.unwrap();
        assert!(asked[0].ends_with(b"PLAIN"));
        assert!(asked[1].ends_with(b"\0access\0hunter2"));
    }

    #[tokio::test]
    async fn a_torn_answer_is_an_error() {
        let (address, _task) = broker(vec![vec![0, 0, 0, 9, 1]]).await;
        assert!(format!("{:#}", ask(&address, None).await.unwrap_err()).contains("too short"));
    }
}
