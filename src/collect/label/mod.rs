//! Placeholder of the label collector.
