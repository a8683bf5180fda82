//! Tokens, which a registry wants in place of a password
//! (<https://distribution.github.io/distribution/spec/auth/token/>, <https://distribution.github.io/distribution/spec/auth/oauth/>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use longshore_go::url::query_escape;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;

use super::credentials::Credential;
use super::error::{decode, quoted};
use super::registry::Registry;
use super::transport::{Answer, Call};
use super::{MAX_TOKEN, OciError};

/// How this client calls itself to those who give tokens.
const CLIENT: &str = "oras-go";

#[derive(serde::Deserialize)]
struct Given {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

impl Registry<'_> {
    /// A token that allows everything in `scopes`.
    pub(super) async fn token(
        &self,
        realm: &str,
        service: &str,
        scopes: &[String],
        credential: &Credential,
    ) -> Result<String, OciError> {
        let (name, password) = (&credential.username, credential.password.expose_secret());
        let refresh = credential.refresh_token.expose_secret();
        let own = credential.access_token.expose_secret();
        if !own.is_empty() {
            return Ok(own.to_owned());
        }
        if credential.is_empty() || refresh.is_empty() && !self.prefers_oauth.get() {
            let mut query: Vec<(&str, &str)> = scopes.iter().map(|scope| ("scope", scope.as_str())).collect();
            query.extend(Some(("service", service)).filter(|_| !service.is_empty()));
            let (place, own) = realm.split_once('?').unwrap_or((realm, ""));
            let mut pairs: Vec<&str> = own.split('&').filter(|pair| !pair.is_empty()).collect();
            let asked = form(&query);
            pairs.extend(asked.split('&').filter(|pair| !pair.is_empty()));
            // In the order in which Go writes them.
            pairs.sort_by_key(|pair| pair.split('=').next());
            let joint = if pairs.is_empty() { "" } else { "?" };
            let url = format!("{place}{joint}{}", pairs.join("&"));
            let basic = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
            let basic = (!name.is_empty() || !password.is_empty()).then_some(basic);
            return given(self.with_retries(&Call::new(Method::GET, url), basic.as_deref()).await?).await;
        }
        let mut fields = if !refresh.is_empty() {
            vec![("grant_type", "refresh_token"), ("refresh_token", refresh)]
        } else if !name.is_empty() && !password.is_empty() {
            vec![("grant_type", "password"), ("username", name), ("password", password)]
        } else {
            return Err(OciError::Other(String::from("missing username or password for bearer auth")));
        };
        let scopes = scopes.join(" ");
        fields.extend([("service", service), ("client_id", CLIENT)]);
        if !scopes.is_empty() {
            fields.push(("scope", &scopes));
        }
        let call = Call::new(Method::POST, realm.to_owned())
            .sending("application/x-www-form-urlencoded", form(&fields).into());
        given(self.with_retries(&call, None).await?).await
    }
}

/// The token of an answer.
async fn given(answer: Answer) -> Result<String, OciError> {
    if answer.status() != StatusCode::OK {
        return Err(answer.refused().await);
    }
    let (method, url) = (answer.method(), quoted(answer.url()));
    let body = answer.body(MAX_TOKEN).await?;
    let given: Given = decode(&body)
        .map_err(|why| OciError::Other(format!("{method} {url}: failed to decode response: {why}")))?;
    [given.access_token, given.token]
        .into_iter()
        .find(|token| !token.is_empty())
        .ok_or_else(|| OciError::Other(format!("{method} {url}: empty token returned")))
}

/// Fields as a form sends them, by their names.
fn form(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| String::from_utf8_lossy(&query_escape(text.as_bytes())).into_owned();
    let mut pairs: Vec<String> =
        fields.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    pairs.sort_by(|a, b| a.split('=').next().cmp(&b.split('=').next()));
    pairs.join("&")
}
