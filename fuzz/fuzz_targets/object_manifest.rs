//! A manifest's objects, their order and references; a place lies within the text.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::object::manifest);
