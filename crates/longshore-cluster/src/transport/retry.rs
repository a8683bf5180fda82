//! When to ask again, and after how long. Pure but for the count it keeps.

use std::time::Duration;

use http::{HeaderMap, header};

use super::connect::{ConnectError, ConnectProblem};
use crate::error::undecoded;
use crate::options::RetryPolicy;
use crate::status::Status;

/// The longest wait that a server may ask for: a minute is as good as a refusal to a person waiting.
const LONGEST_ASKED: Duration = Duration::from_mins(1);

/// The waits of one request.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: RetryPolicy,
    attempts: u32,
    waited: Duration,
}

impl Backoff {
    /// Counts from the first attempt, which is taken to be under way.
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, attempts: 1, waited: Duration::ZERO }
    }

    /// Attempts so far.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The wait before the next attempt; `None` when patience has ended. `asked` is what the server
    /// wants, zero if it did not say.
    pub(crate) fn next(&mut self, asked: Duration) -> Option<Duration> {
        if self.attempts >= self.policy.attempts {
            return None;
        }
        let doubled = self.policy.first.saturating_mul(1 << (self.attempts - 1).min(20));
        let wait = if asked.is_zero() { doubled.min(self.policy.longest) } else { asked.min(LONGEST_ASKED) };
        if self.waited + wait > self.policy.budget {
            return None;
        }
        self.waited += wait;
        self.attempts += 1;
        Some(wait)
    }
}

/// `Retry-After` in seconds; the form with a date is not used by Kubernetes.
pub(super) fn after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Whether a failed answer may become another one by waiting (`Some`: with the wait it asks for), and
/// whether the request may have been carried out all the same.
pub(super) fn of_status(status: &Status, after: Option<Duration>, fenced: bool) -> (Option<Duration>, bool) {
    let details = status.details.retry_after_seconds;
    let asked = after.unwrap_or(Duration::from_secs(details.into()));
    match status.code {
        // Priority and fairness, and servers that are starting: nothing was done.
        429 => (Some(asked), false),
        503 if after.is_some() => (Some(asked), false),
        // Somebody else wrote in between, and the server itself gave up trying.
        409 if !fenced && lost_race(status) => (Some(asked), false),
        // A quota that was just made: until its controller has counted, everything it limits is refused.
        403 if status.message.contains("status unknown for quota: ") => (Some(asked), false),
        // What an apply says against the kind's schema comes as a failure of the server (as of 1.36).
        500 if status.message.contains("typed patch object") => (None, false),
        500 if undecoded(&status.message).is_some() => (None, false),
        // A webhook, etcd, or a proxy in between failed: not known what was done.
        500 | 502 | 503 | 504 => (Some(asked), true),
        _ => (None, false),
    }
}

/// A 409 that is neither a conflict of field managers, nor a name that is taken, nor a resource version
/// that the caller named: the server lost its own race and says so in these words.
fn lost_race(status: &Status) -> bool {
    status.reason == "Conflict"
        && status.details.causes.is_empty()
        && status.message.contains("the object has been modified")
}

/// The same for a request without an answer. While the server has never been reached, nobody listening
/// is final.
pub(super) fn of_connection(error: &ConnectError, reached: bool) -> (Option<Duration>, bool) {
    match &error.problem {
        ConnectProblem::Refused if reached => (Some(Duration::ZERO), false),
        ConnectProblem::Reset | ConnectProblem::NoAnswer { .. } => (Some(Duration::ZERO), true),
        ConnectProblem::ConnectTimeout | ConnectProblem::Unreachable { .. } if reached => {
            (Some(Duration::ZERO), false)
        }
        _ => (None, false),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, of_status};
    use crate::options::RetryPolicy;
    use crate::status::Status;

    fn waits(policy: RetryPolicy, asked: u64) -> Vec<u64> {
        let mut backoff = Backoff::new(policy);
        let asked = Duration::from_secs(asked);
        std::iter::from_fn(|| backoff.next(asked))
            .map(|wait| u64::try_from(wait.as_millis()).unwrap())
            .collect()
    }

    #[test]
    fn waits_double_to_a_limit_and_end_with_the_budget() {
        let policy = RetryPolicy::default();
        assert_eq!(waits(policy, 0), [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
        assert_eq!(waits(policy, 10), [10_000; 3]);
        assert_eq!(waits(policy, 3600), [0; 0]);
        assert_eq!(waits(RetryPolicy { attempts: 1, ..policy }, 0), [0; 0]);
        let forever = RetryPolicy { attempts: 100, budget: Duration::from_hours(1), ..policy };
        assert_eq!(waits(forever, 0).len(), 99);
    }

    #[test]
    fn only_what_may_change_is_asked_again() {
        let of_fenced = |code, reason: &str, message: &str, fenced| {
            let status =
                Status { code, reason: reason.to_owned(), message: message.to_owned(), ..Status::default() };
            let (wait, doubt) = of_status(&status, None, fenced);
            (wait.is_some(), doubt)
        };
        let of = |code, reason: &str, message: &str| of_fenced(code, reason, message, false);
        let race = "the object has been modified; please";
        assert_eq!(of(429, "TooManyRequests", ""), (true, false));
        assert_eq!(of(500, "InternalError", ""), (true, true));
        let schema =
            "failed to create typed patch object (a/b; v1, Kind=Pod): .x: field not declared in schema";
        assert_eq!(of(500, "", schema), (false, false));
        let type_ = "failed to convert new object (a/b; v1, Kind=Pod) to proper version: unable to convert unstructured \
            object to /v1, Kind=Pod: quantities must match the regular expression";
        assert_eq!(of(500, "", type_), (false, false));
        assert_eq!(of(409, "Conflict", race), (true, false));
        assert_eq!(of_fenced(409, "Conflict", race, true), (false, false));
        assert_eq!(of(409, "AlreadyExists", ""), (false, false));
        let fresh =
            "configmaps \"a\" is forbidden: status unknown for quota: few, resources: count/configmaps";
        assert_eq!(of(403, "Forbidden", fresh), (true, false));
        assert_eq!(of(403, "Forbidden", "exceeded quota: few, requested: pods=1"), (false, false));
        for code in [400, 401, 403, 404, 405, 410, 413, 415, 422, 501] {
            assert_eq!(of(code, "", ""), (false, false), "{code}");
        }
    }
}
