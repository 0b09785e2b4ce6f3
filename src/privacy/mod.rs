//! Placeholder: classes of personal data.
