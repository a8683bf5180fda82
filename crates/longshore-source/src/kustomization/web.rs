//! Files behind URLs: got anew each time, unless the server says that the one in the cache is still the same.

use longshore_kustomize::Error;

use super::cache::{Key, Record};
use super::{MAX_FILE, Remotes, offline};
use crate::{Get, Http, HttpError, Tagged};

/// Reads the file behind a URL.
pub(super) fn read(http: &Http, url: &str, remotes: &Remotes) -> Result<Vec<u8>, Error> {
    // Go takes the address for one of a request, in which nothing is a fragment.
    let url = url.replace('#', "%23");
    let key = Key::of(&["file", &url]);
    // What needs a name or a password is not kept.
    let cache = remotes.cache().filter(|_| !super::has_user(&url));
    let known = cache.as_ref().and_then(|cache| cache.recall(&key));
    let kept = |record: &Record| cache.as_ref()?.read(record);
    if remotes.is_offline {
        return known.as_ref().and_then(kept).ok_or_else(|| offline(&url, ""));
    }
    // Without the content, to know its tag is of no use.
    let known = known.and_then(|record| Some((record.tag.clone()?, kept(&record)?)));
    let get = Get { max_bytes: MAX_FILE, ..Get::new(url) };
    match http.get_tagged(&get, known.as_ref().map(|(tag, _)| tag.as_str())).map_err(told)? {
        Tagged::Same => Ok(known.map(|(_, content)| content).unwrap_or_default()),
        Tagged::File { body, tag, may_be_kept } => {
            if let Some(cache) = cache.filter(|_| may_be_kept) {
                // That it cannot be kept is no reason to fail.
                let stored = cache.store(|file| file.write_all(&body));
                let _ = stored.and_then(|digest| cache.note(&key, &Record { digest, tag, commit: None }));
            }
            Ok(body)
        }
    }
}

fn told(error: HttpError) -> Error {
    match error {
        HttpError::Status { code, .. } => {
            Error::http(format!("HTTP Error: status code {code} ({})", status_text(code)))
        }
        error => Error::new(error.to_string()),
    }
}

/// What a status means (`http.StatusText`).
fn status_text(code: u16) -> &'static str {
    match code {
        413 => "Request Entity Too Large",
        416 => "Requested Range Not Satisfiable",
        _ => {
            let code = reqwest::StatusCode::from_u16(code).ok();
            code.and_then(|code| code.canonical_reason()).unwrap_or_default()
        }
    }
}
