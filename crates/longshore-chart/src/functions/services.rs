//! What functions cannot know by themselves: the time, randomness, the cluster.

use longshore_go::Value;
use longshore_go::time::{Location, Time};

use super::keys::Keys;

/// The world outside a render, as far as template functions may see it.
///
/// A render is a pure function of its inputs and of what this gives.
pub trait Services {
    /// Fills `buffer` with random bytes fit for keys and passwords.
    fn random(&self, buffer: &mut [u8]);

    /// Who makes keys and signs certificates, or `None` where nobody does: functions that need keys then fail.
    fn keys(&self) -> Option<&dyn Keys> {
        None
    }

    /// The present moment, or `None` where there is no clock: functions that need one then fail.
    fn now(&self) -> Option<Time> {
        None
    }

    /// The zone that dates are shown in unless they name another.
    fn local(&self) -> Location {
        Location::Utc
    }

    /// The zone of that name in the IANA database (`Europe/Berlin`); what is not known is taken for UTC.
    fn zone(&self, name: &str) -> Option<Location> {
        let _ = name;
        None
    }

    /// The object that `lookup` asks for, or the list of them if `name` is empty.
    ///
    /// Without a cluster the answer is always an empty map, and so it is for an object that does not
    /// exist. An error aborts the render.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String> {
        let _ = (api_version, kind, namespace, name);
        Ok(Value::Map(longshore_go::Map::new()))
    }

    /// An address of the host, for `getHostByName`; empty unless look-ups are allowed.
    fn host_by_name(&self, name: &str) -> String {
        let _ = name;
        String::new()
    }

    /// Whether a template that gives up stops the render. Where charts are only checked it does not.
    fn stops(&self, reason: GaveUp<'_>) -> bool {
        let _ = reason;
        true
    }
}

/// Why a template gave up, with its own words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GaveUp<'a> {
    /// `required` of what is not there.
    Missing(&'a str),
    /// `required` of an empty text.
    Empty(&'a str),
    /// `fail`.
    Failed(&'a str),
}
