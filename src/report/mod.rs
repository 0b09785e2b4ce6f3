//! Placeholder: formats.
