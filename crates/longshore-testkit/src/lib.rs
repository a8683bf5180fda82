//! Real control planes and other fixtures for tests.
