//! `run.json`: the run itself, as it is.

use std::io::Write;

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

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let mut bytes = Vec::new();
        self.draw(run, options, &mut bytes)?;
        Ok(bytes)
    }

    fn draw(&self, run: &Run, _: &Options, out: &mut dyn Write) -> Result<(), ReportError> {
        serde_json::to_writer_pretty(&mut *out, run)?;
        Ok(out.write_all(b"\n")?)
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
