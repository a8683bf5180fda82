//! What Prometheus is told, under the names that dashboards and alerts of services usually ask for.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    name: String,
}

/// The program's numbers.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram>,
    streams: Family<Route, Gauge>,
    dependencies: Family<Named, Gauge>,
    cpu: Counter<f64, std::sync::atomic::AtomicU64>,
    memory: Gauge,
}

impl Metrics {
    /// All at zero.
    pub fn new(name: &str, version: &str) -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        registry.register("http_requests", "Requests that were answered", requests.clone());
        let durations: Family<Route, Histogram> = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let help = "How long answers took";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, durations.clone());
        let streams = Family::default();
        registry.register("open_streams", "WebSockets and event streams that are open", streams.clone());
        let dependencies = Family::default();
        registry.register("dependency_up", "Whether a server answered when last asked", dependencies.clone());
        let cpu = Counter::default();
        registry.register_with_unit("process_cpu", "Time on processors", Unit::Seconds, cpu.clone());
        let memory = Gauge::default();
        registry.register_with_unit("process_resident_memory", "Memory in use", Unit::Bytes, memory.clone());
        let info = Info::new(vec![("name", name.to_owned()), ("version", version.to_owned())]);
        registry.register("standin", "What runs here", info);
        Self { registry, requests, durations, streams, dependencies, cpu, memory }
    }

    /// Notes an answer.
    pub fn answered(&self, method: &str, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { method: method.to_owned(), route, status }).inc();
        self.durations.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// Notes how many streams of a kind are open.
    pub fn streams(&self, route: &'static str, open: usize) {
        self.streams.get_or_create(&Route { route }).set(open as i64);
    }

    /// Notes whether a server answered.
    pub fn dependency(&self, name: &str, up: bool) {
        self.dependencies.get_or_create(&Named { name: name.to_owned() }).set(i64::from(up));
    }

    /// The page.
    pub fn page(&self) -> Result<String, std::fmt::Error> {
        if let Some((cpu, memory)) = process() {
            self.cpu.inner().store(cpu.to_bits(), std::sync::atomic::Ordering::Relaxed);
            self.memory.set(memory);
        }
        let mut page = String::new();
        encode(&mut page, &self.registry)?;
        Ok(page)
    }
}

/// Seconds on processors and bytes of memory of this process, where the system tells.
fn process() -> Option<(f64, i64)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<f64>().ok();
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    let pages = number(21)?;
    let bytes = pages * rustix::param::page_size() as f64;
    Some(((number(11)? + number(12)?) / ticks, bytes as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_names_that_dashboards_ask_for() {
        let metrics = Metrics::new("gateway", "1.0.0");
        metrics.answered("GET", "other", 500, Duration::from_millis(30));
        metrics.streams("/ws/", 2);
        metrics.dependency("redis", true);
        let page = metrics.page().unwrap();
        for line in [
            r#"http_requests_total{method="GET",route="other",status="500"} 1"#,
            r#"http_request_duration_seconds_bucket{le="0.05",route="other"} 1"#,
            r#"open_streams{route="/ws/"} 2"#,
            r#"dependency_up{name="redis"} 1"#,
            r#"standin_info{name="gateway",version="1.0.0"} 1"#,
        ] {
            assert!(page.contains(line), "{line} is not in\n{page}");
        }
        let memory = page.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
        assert!(memory.unwrap().parse::<f64>().unwrap() > 100_000.0, "{page}");
        assert!(page.contains("process_cpu_seconds_total "), "{page}");
    }
}
