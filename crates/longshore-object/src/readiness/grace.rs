//! How long a failure that may heal is borne, by its cause.

use std::time::Duration;

/// How long a failure that may heal is borne. Each is settable: in the project file, and by a flag.
///
/// The names are those of [`Grace::NAMES`], which the project file and the flag take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// Restarts of a container from which on its crashes are certain.
    pub restarts: i64,
    /// How long a pod may stay unschedulable.
    pub unschedulable: Duration,
    /// How long an image may fail to be pulled.
    pub pull: Duration,
    /// How long a pod may wait for a claim that is not bound.
    pub volume: Duration,
    /// How long a container may run without being ready, beyond what its own probes allow it to start.
    pub probe: Duration,
    /// How long an init container may run.
    pub init: Duration,
    /// How long anything else may go wrong: a missing Secret, a volume that does not mount, an object that is being
    /// deleted.
    pub other: Duration,
    /// How long a workload must stay ready that nothing but its running says to be ready; see [`unproved`](super::unproved).
    pub settle: Duration,
}

/// A value of a grace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraceValue {
    /// A number of restarts.
    Restarts(i64),
    /// A time.
    Lasting(Duration),
}

impl Default for Grace {
    fn default() -> Self {
        Self {
            restarts: 4,
            unschedulable: Duration::from_secs(30),
            pull: Duration::from_mins(1),
            volume: Duration::from_mins(2),
            probe: Duration::from_mins(2),
            init: Duration::from_mins(3),
            other: Duration::from_mins(1),
            settle: Duration::from_secs(5),
        }
    }
}

impl Grace {
    /// Every cause by the name that users give it, with what it is.
    pub const NAMES: [(&'static str, &'static str); 8] = [
        ("restarts", "restarts of a container from which on its crashes are certain"),
        ("unschedulable", "how long a pod may fit no node, with no node on its way"),
        ("pull", "how long an image may fail to be pulled"),
        ("volume", "how long a pod may wait for a claim that is not bound"),
        ("probe", "how long a container may run without being ready, beyond what its own probes allow"),
        ("init", "how long an init container may run"),
        (
            "other",
            "how long anything else may go wrong: a missing Secret, a volume that does not mount, an object that is being deleted",
        ),
        ("settle", "how long a workload must stay ready if a container of it has no readiness probe"),
    ];

    /// What is set for a cause; `None` if there is no cause of this name.
    pub fn get(&self, name: &str) -> Option<GraceValue> {
        Some(match name {
            "restarts" => GraceValue::Restarts(self.restarts),
            "unschedulable" => GraceValue::Lasting(self.unschedulable),
            "pull" => GraceValue::Lasting(self.pull),
            "volume" => GraceValue::Lasting(self.volume),
            "probe" => GraceValue::Lasting(self.probe),
            "init" => GraceValue::Lasting(self.init),
            "other" => GraceValue::Lasting(self.other),
            "settle" => GraceValue::Lasting(self.settle),
            _ => return None,
        })
    }

    /// Sets a cause; `false` if there is none of this name, or its value is of the other sort.
    pub fn set(&mut self, name: &str, value: GraceValue) -> bool {
        let field = match (name, value) {
            ("restarts", GraceValue::Restarts(restarts)) => {
                self.restarts = restarts;
                return true;
            }
            ("unschedulable", _) => &mut self.unschedulable,
            ("pull", _) => &mut self.pull,
            ("volume", _) => &mut self.volume,
            ("probe", _) => &mut self.probe,
            ("init", _) => &mut self.init,
            ("other", _) => &mut self.other,
            ("settle", _) => &mut self.settle,
            _ => return false,
        };
        let GraceValue::Lasting(lasting) = value else { return false };
        *field = lasting;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Grace, GraceValue};

    #[test]
    fn every_name_can_be_set_and_got() {
        for (name, _) in Grace::NAMES {
            let mut grace = Grace::default();
            let value = match name {
                "restarts" => GraceValue::Restarts(9),
                _ => GraceValue::Lasting(Duration::from_secs(9)),
            };
            assert!(grace.set(name, value), "{name}");
            assert_eq!(grace.get(name), Some(value), "{name}");
            assert_ne!(grace, Grace::default());
        }
        let mut grace = Grace::default();
        assert!(
            !grace.set("pull", GraceValue::Restarts(1)) && !grace.set("nothing", GraceValue::Restarts(1))
        );
    }
}
