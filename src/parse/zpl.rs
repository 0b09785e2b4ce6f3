//! Placeholder of zpl.
