//! YAML to a value as Helm reads it, and `toYaml` of that: reads back as the same value.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::yaml::value);
