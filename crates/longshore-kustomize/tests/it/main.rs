//! Kustomizations made at random, and what they broke once.

mod corpus;
