//! p
use super::*;
pub struct Junit;
impl Render for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }
    fn file_name(&self) -> &'static str {
        "junit.xml"
    }
    fn render(&self, _: &Run, _: &Options) -> Result<Vec<u8>, ReportError> {
        Ok(vec![])
    }
}
