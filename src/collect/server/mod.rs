//! Placeholder of the server collector.
