//! Placeholder of the document collector.
