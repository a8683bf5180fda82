//! Base32 and base64, both ways.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::encodings);
