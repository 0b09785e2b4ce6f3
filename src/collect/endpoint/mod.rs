//! Placeholder of the endpoint collector.
