//! Placeholder of sql.
