//! The world outside a render: the system's clock, zones and randomness, and the cluster if there is one.

use std::net::ToSocketAddrs;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use longshore_chart::{Keys, Services, values};
use longshore_cluster::{Cluster, LookupError};
use longshore_go::time::{Location, Time, ZoneRules};
use longshore_go::{Duration, Map, Str, Value};
use serde_json::Value as Json;
use tokio::runtime::Handle;

use crate::generate::Random;
use crate::keys::{Provider, Throwaway};
use crate::source::SystemRandom;

/// Who is told of a look-up that fails.
pub type Told = Box<dyn Fn(&LookupError) + Send>;

/// What a chart may see beside its files and values.
#[derive(Default)]
pub struct World {
    /// The cluster for `lookup`, and the runtime to ask it on; rendering itself is synchronous.
    pub cluster: Option<(Cluster, Handle)>,
    /// Who is told of look-ups that fail, which ends the render.
    pub told: Option<Told>,
    /// Whether one key does for all that are asked for: what is rendered is looked at, and not used.
    pub throwaway_keys: bool,
    /// Whether `getHostByName` may ask for addresses.
    pub asks_names: bool,
}

impl Services for World {
    fn random(&self, buffer: &mut [u8]) {
        SystemRandom.fill(buffer);
    }

    fn keys(&self) -> Option<&dyn Keys> {
        Some(if self.throwaway_keys { &Throwaway } else { &Provider })
    }

    fn now(&self) -> Option<Time> {
        let now = Timestamp::now();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        let time = Time::unix(now.as_second(), nanoseconds).in_location(self.local());
        Some(time.with_monotonic(Duration(since_start())))
    }

    fn local(&self) -> Location {
        match TimeZone::system() {
            zone if zone == TimeZone::UTC => Location::Utc,
            zone => Location::Rules(Rc::new(Zone(zone, "Local".into()))),
        }
    }

    fn zone(&self, name: &str) -> Option<Location> {
        TimeZone::get(name).ok().map(|zone| location(zone, name))
    }

    fn host_by_name(&self, name: &str) -> String {
        if !self.asks_names {
            return String::new();
        }
        let mut found = (name, 0).to_socket_addrs().into_iter().flatten();
        found.next().map(|address| address.ip().to_string()).unwrap_or_default()
    }

    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String> {
        let Some((cluster, runtime)) = &self.cluster else { return Ok(Value::Map(Map::new())) };
        let found = runtime.block_on(cluster.lookup(api_version, kind, namespace, name));
        if let (Err(error), Some(told)) = (&found, &self.told) {
            told(error);
        }
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.map_or_else(|| Value::Map(Map::new()), |json| live(&json)))
    }
}

/// An object of a cluster as Go reads it: whole numbers are `int64`, which charts may compare and print.
fn live(json: &Json) -> Value {
    match json {
        Json::Number(number) => number.as_i64().map_or_else(|| values::from_json(json), Value::int64),
        Json::Array(items) => Value::list(items.iter().map(live).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(key, value)| (key.as_str(), live(value))).collect()),
        other => values::from_json(other),
    }
}

/// Nanoseconds since the first time that somebody asked: Go counts from the start of the process.
fn since_start() -> i64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    i64::try_from(START.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

fn location(zone: TimeZone, name: &str) -> Location {
    if zone == TimeZone::UTC { Location::Utc } else { Location::Rules(Rc::new(Zone(zone, name.into()))) }
}

/// A zone of the system's database, and what it is called.
#[derive(Debug)]
struct Zone(TimeZone, Str);

impl Zone {
    fn info(&self, seconds: i64) -> Option<(Str, i32)> {
        let info = self.0.to_offset_info(Timestamp::from_second(seconds).ok()?);
        Some((info.abbreviation().into(), info.offset().seconds()))
    }
}

impl ZoneRules for Zone {
    fn at(&self, seconds: i64) -> (Str, i32) {
        // Beyond the years that the database knows there are no rules.
        self.info(seconds).unwrap_or_else(|| ("UTC".into(), 0))
    }

    fn offset_of(&self, name: &[u8], seconds: i64) -> Option<i32> {
        // Now, and half a year away: the other half of a zone with summer time.
        const HALF_A_YEAR: i64 = 182 * 24 * 3600;
        [0, HALF_A_YEAR, -HALF_A_YEAR]
            .into_iter()
            .filter_map(|away| self.info(seconds + away))
            .find(|(abbreviation, _)| &abbreviation[..] == name)
            .map(|(_, offset)| offset)
    }

    fn is_summer(&self, seconds: i64) -> bool {
        Timestamp::from_second(seconds).is_ok_and(|at| self.0.to_offset_info(at).dst().is_dst())
    }

    fn name(&self) -> Str {
        self.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use longshore_chart::Services;
    use longshore_go::time::Location;

    use super::World;

    #[test]
    fn zones_of_the_database_have_summer_and_winter() {
        let world = World::default();
        let Some(berlin) = world.zone("Europe/Berlin") else { panic!("the database knows it") };
        assert_eq!(berlin.at(1_767_225_600).1, 3600);
        let (name, offset) = berlin.at(1_782_864_000);
        assert_eq!((name.to_string().as_str(), offset), ("CEST", 7200));
        assert!(world.zone("Nowhere/Land").is_none());
        assert!(matches!(world.zone("UTC"), Some(Location::Utc)));
        assert!(world.now().is_some());
    }
}
