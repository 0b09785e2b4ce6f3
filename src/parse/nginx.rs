//! Placeholder of nginx.
