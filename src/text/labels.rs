//! Placeholder: labels of reports and terminal.
