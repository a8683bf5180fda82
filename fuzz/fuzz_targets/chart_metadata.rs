//! `Chart.yaml`, and the chart as a record holds it.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::metadata);
