//! The life of a release: records, hooks, install, upgrade, rollback, uninstall.
