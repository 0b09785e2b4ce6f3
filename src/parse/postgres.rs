//! Placeholder of postgres.
