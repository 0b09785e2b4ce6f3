//! p
use super::*;
pub struct Sarif;
impl Render for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }
    fn file_name(&self) -> &'static str {
        "report.sarif"
    }
    fn render(&self, _: &Run, _: &Options) -> Result<Vec<u8>, ReportError> {
        Ok(vec![])
    }
}
