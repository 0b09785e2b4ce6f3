//! Placeholder of yaml.
