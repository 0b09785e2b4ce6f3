//! Placeholder of the schema collector.
