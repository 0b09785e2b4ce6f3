//! `capdo` audits the information systems of a Vietnamese postal company against the security level
//! (cấp độ 1–5) that the law gives each of them.
//!
//! ```text
//! rules/law ─────► law ────────┐
//! rules/controls ► rules ──┐   │
//!                          ▼   ▼
//! inventory ► input ► collect ► facts ► engine ► findings ► assess ► run ► report, gate
//! ```
//!
//! Collecting and judging are apart: `engine` and `assess` are pure, so the same facts, rules, law and date
//! give the same bytes. What could not be seen is never a pass.

pub mod assess;
mod cli;
pub mod collect;
pub mod commands;
pub mod engine;
pub mod evidence;
pub mod input;
pub mod law;
pub mod model;
pub mod parse;
pub mod privacy;
pub mod report;
pub mod rules;
pub mod text;

pub use commands::run;
