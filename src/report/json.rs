//! `run.json`: the run itself, as it is. What hides or acts in a terminal is written as `\uXXXX`, which JSON reads as the same.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::{Options, Render, ReportError};
use crate::model::Run;
use crate::text::unicode::{hidden, may_hide};

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
        // The serializer writes a few bytes at a time.
        let mut out = BufWriter::with_capacity(1 << 16, out);
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Shown::default());
        run.serialize(&mut serializer)?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }
}

/// The pretty form, in which no character hides.
#[derive(Default)]
struct Shown(PrettyFormatter<'static>);

impl Formatter for Shown {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !may_hide(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(hidden) {
            let (plain, from) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut chars = from.chars();
            if let Some(c) = chars.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn nothing_hides_in_it_and_it_says_the_same() {
        let run = sample::hostile();
        let bytes = Json.render(&run, &Options::default()).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && hidden(c)));
        let again: Run = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(again.run.host, run.run.host);
        let mut plain = serde_json::to_vec_pretty(&sample::run()).unwrap();
        plain.push(b'\n');
        assert!(Json.render(&sample::run(), &Options::default()).unwrap() == plain);
    }

    #[test]
    fn the_run_comes_back_unchanged() {
        let run = sample::run();
        let bytes = Json.render(&run, &Options::default()).unwrap();
        let again: Run = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(Json.render(&again, &Options::default()).unwrap(), bytes);
    }
}
