//! YAML to nodes and back: what we write means the same, comments and line breaks that only YAML 1.1 knows aside.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::yaml::nodes);
