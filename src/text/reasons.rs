//! Placeholder: words of reasons.
