//! The project file, environments, plan, and order across releases.
