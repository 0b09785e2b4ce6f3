//! `run.json`: the run itself, as it is.

use super::{Options, Render, ReportError};
use crate::model::Run;

/// `--format json`.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Render for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn file_name(&self) -> &'static str {
        "run.json"
    }

    fn render(&self, run: &Run, _: &Options) -> Result<Vec<u8>, ReportError> {
        let mut bytes = serde_json::to_vec_pretty(run)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_run_comes_back_unchanged() {
        let run = sample::run();
        let bytes = Json.render(&run, &Options::default()).unwrap();
        let again: Run = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(Json.render(&again, &Options::default()).unwrap(), bytes);
    }
}
