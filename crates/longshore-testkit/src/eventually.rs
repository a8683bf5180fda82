//! Waiting for something without sleeping for a guessed time.

use std::time::Duration;

use anyhow::{Result, bail};

/// Asks every 50 ms until there is an answer. An error counts as none yet; the last one is told when `patience` ends.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use std::time::Duration;
/// let mut tries = 0;
/// let answer = longshore_testkit::eventually("the third try", Duration::from_secs(5), async || {
///     tries += 1;
///     Ok((tries == 3).then_some(tries))
/// });
/// assert_eq!(answer.await?, 3);
/// # anyhow::Ok(()) })?;
/// # anyhow::Ok(())
/// ```
pub async fn eventually<T>(
    what: &str,
    patience: Duration,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let mut last = None;
    let asking = async {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        loop {
            tick.tick().await;
            match ask().await {
                Ok(Some(answer)) => return answer,
                Ok(None) => last = None,
                Err(error) => last = Some(error),
            }
        }
    };
    match (tokio::time::timeout(patience, asking).await, last) {
        (Ok(answer), _) => Ok(answer),
        (Err(_), Some(error)) => Err(error.context(format!("{what}: not within {patience:?}"))),
        (Err(_), None) => bail!("{what}: not within {patience:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_error_is_told() {
        let result =
            eventually("rain", Duration::from_millis(120), async || -> Result<Option<()>> { bail!("dry") });
        let message = format!("{:#}", result.await.unwrap_err());
        assert_eq!(message, "rain: not within 120ms: dry");
    }
}
