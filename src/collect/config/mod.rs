//! Placeholder of the config collector.
