//! Certificates that charts ask for, made with this crate's keys and judged by those who will have to trust them.

mod certificates;
mod fixture;
mod keys;
