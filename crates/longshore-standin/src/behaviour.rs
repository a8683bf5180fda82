//! How the service behaves and misbehaves: what a test sets by the environment or at run time (`/behaviour`).
//!
//! Everything is reproducible. An error rate of 0.1 fails every tenth request and no other; a crash comes after a number
//! of seconds or requests. Times are in seconds, with a fraction where wanted.

use serde::{Deserialize, Serialize};

/// What may be set; what is not named in a request has the value of a service that does well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Behaviour {
    /// Whether liveness is told.
    pub live: bool,
    /// Whether readiness is told, once the delay has passed.
    pub ready: bool,
    /// Seconds from the start until it is ready.
    pub ready_delay: f64,
    /// Seconds that each answer takes longer.
    pub latency: f64,
    /// The share of requests that are answered with 500, from 0 to 1.
    pub error_rate: f64,
    /// Seconds until the program ends with `exitCode`; counted from when it is set.
    pub crash_after: Option<f64>,
    /// Requests until the program ends with `exitCode`; counted from the start.
    pub crash_after_requests: Option<u64>,
    /// The exit code of a crash.
    pub exit_code: u8,
    /// MiB that are taken and kept each second.
    pub memory_growth: f64,
    /// Seconds that it goes on taking requests after it was asked to end; each answer closes its connection.
    pub drain: f64,
    /// Seconds that it goes on after it was asked to end and everything was answered.
    pub shutdown_delay: f64,
    /// Numbered lines that are written each second.
    pub log_rate: f64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            live: true,
            ready: true,
            ready_delay: 0.0,
            latency: 0.0,
            error_rate: 0.0,
            crash_after: None,
            crash_after_requests: None,
            exit_code: 1,
            memory_growth: 0.0,
            drain: 0.0,
            shutdown_delay: 0.0,
            log_rate: 0.0,
        }
    }
}

impl Behaviour {
    /// Says what is wrong with it, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let times = [
            ("readyDelay", self.ready_delay),
            ("latency", self.latency),
            ("drain", self.drain),
            ("shutdownDelay", self.shutdown_delay),
            ("crashAfter", self.crash_after.unwrap_or_default()),
            ("memoryGrowth", self.memory_growth),
            ("logRate", self.log_rate),
        ];
        // A day, a TiB or a million lines a second are mistakes.
        for (name, value) in times {
            if !(0.0..=1_000_000.0).contains(&value) {
                return Err(format!("{name} is {value}; expected a number from 0 to 1000000"));
            }
        }
        if !(0.0..=1.0).contains(&self.error_rate) {
            return Err(format!("errorRate is {}; expected a number from 0 to 1", self.error_rate));
        }
        Ok(())
    }

    /// This one with the fields of a JSON object over its own; `null` sets one back.
    pub fn with(&self, changes: serde_json::Map<String, serde_json::Value>) -> Result<Self, String> {
        let Ok(serde_json::Value::Object(mut all)) = serde_json::to_value(self) else {
            return Err("the behaviour cannot be written".to_owned());
        };
        for (name, value) in changes {
            if value.is_null() {
                all.remove(&name);
            } else {
                all.insert(name, value);
            }
        }
        let next: Self = serde_json::from_value(all.into()).map_err(|error| error.to_string())?;
        next.check()?;
        Ok(next)
    }
}

/// Spreads failures evenly: of each ten requests at a rate of 0.1 one fails.
#[derive(Debug, Default)]
pub struct Spread {
    owed: f64,
}

impl Spread {
    /// Whether the next one is to fail.
    pub fn falls_due(&mut self, rate: f64) -> bool {
        self.owed += rate;
        // Ten times a tenth is a little less than one.
        let due = self.owed >= 1.0 - 1e-9;
        if due {
            self.owed -= 1.0;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> Result<Behaviour, String> {
        let start = Behaviour { latency: 2.0, ..Behaviour::default() };
        start.with(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_is_named_changes_and_null_sets_back() {
        let next = changed(r#"{"errorRate": 0.5, "crashAfterRequests": 3}"#).unwrap();
        assert_eq!((next.latency, next.error_rate, next.crash_after_requests), (2.0, 0.5, Some(3)));
        assert_eq!(changed(r#"{"latency": null}"#).unwrap(), Behaviour::default());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |text: &str| changed(text).unwrap_err();
        assert_eq!(refused(r#"{"errorRate": 2}"#), "errorRate is 2; expected a number from 0 to 1");
        assert_eq!(refused(r#"{"latency": -1}"#), "latency is -1; expected a number from 0 to 1000000");
        assert!(refused(r#"{"lattency": 1}"#).contains("unknown field `lattency`"));
    }

    #[test]
    fn failures_are_spread_evenly() {
        let mut spread = Spread::default();
        let failed: Vec<usize> = (1..=40).filter(|_| spread.falls_due(0.1)).collect();
        assert_eq!(failed, [10, 20, 30, 40]);
        let mut spread = Spread::default();
        assert!((0..5).all(|_| spread.falls_due(1.0)));
        assert!(!(0..1000).any(|_| spread.falls_due(0.0)));
    }
}
