//! Placeholder of keyword.
