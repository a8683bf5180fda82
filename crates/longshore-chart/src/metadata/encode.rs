//! Metadata and lock as JSON, as release records and `Chart.yaml` writers have it: empty fields left out.

use serde_json::{Map, Value as Json, json};

use super::{Dependency, Lock, Maintainer, Metadata};

fn put(map: &mut Map<String, Json>, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.to_owned(), Json::from(text));
    }
}

fn put_list(map: &mut Map<String, Json>, key: &str, list: Vec<Json>) {
    if !list.is_empty() {
        map.insert(key.to_owned(), Json::Array(list));
    }
}

fn strings(list: &[String]) -> Vec<Json> {
    list.iter().map(|text| Json::from(text.as_str())).collect()
}

impl Metadata {
    /// The metadata as Go's `encoding/json` writes it.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        put(&mut map, "name", &self.name);
        put(&mut map, "home", &self.home);
        put_list(&mut map, "sources", strings(&self.sources));
        put(&mut map, "version", &self.version);
        put(&mut map, "description", &self.description);
        put_list(&mut map, "keywords", strings(&self.keywords));
        put_list(&mut map, "maintainers", self.maintainers.iter().map(Maintainer::to_json).collect());
        put(&mut map, "icon", &self.icon);
        put(&mut map, "apiVersion", &self.api_version);
        put(&mut map, "condition", &self.condition);
        put(&mut map, "tags", &self.tags);
        put(&mut map, "appVersion", &self.app_version);
        if self.deprecated {
            map.insert("deprecated".to_owned(), Json::Bool(true));
        }
        if let Some(annotations) = self.annotations.as_ref().filter(|annotations| !annotations.is_empty()) {
            map.insert("annotations".to_owned(), json!(annotations));
        }
        put(&mut map, "kubeVersion", &self.kube_version);
        let dependencies = self.dependencies.iter().flatten().map(Dependency::to_json).collect();
        put_list(&mut map, "dependencies", dependencies);
        put(&mut map, "type", &self.kind);
        Json::Object(map)
    }
}

impl Maintainer {
    pub(crate) fn to_json(&self) -> Json {
        let mut map = Map::new();
        put(&mut map, "name", &self.name);
        put(&mut map, "email", &self.email);
        put(&mut map, "url", &self.url);
        Json::Object(map)
    }
}

impl Dependency {
    /// The dependency as Go's `encoding/json` writes it: name and repository always, the rest if set.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("name".to_owned(), Json::from(self.name.as_str()));
        put(&mut map, "version", &self.version);
        map.insert("repository".to_owned(), Json::from(self.repository.as_str()));
        put(&mut map, "condition", &self.condition);
        put_list(&mut map, "tags", strings(&self.tags));
        if self.enabled {
            map.insert("enabled".to_owned(), Json::Bool(true));
        }
        put_list(&mut map, "import-values", self.import_values.clone());
        put(&mut map, "alias", &self.alias);
        Json::Object(map)
    }
}

impl Lock {
    /// The lock as Go's `encoding/json` writes it.
    pub fn to_json(&self) -> Json {
        let dependencies: Vec<Json> = self.dependencies.iter().map(Dependency::to_json).collect();
        json!({"generated": self.generated, "digest": self.digest, "dependencies": dependencies})
    }
}
