//! Placeholder of html.
