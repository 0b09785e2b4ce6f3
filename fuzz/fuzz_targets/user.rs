//! Files that users of this program write: every mistake is told at a place inside the file.
#![no_main]

use std::sync::LazyLock;

use capdo::commands::{Pack, embedded};
use capdo::input;
use capdo::model::Lang;
use capdo::parse::diagnostic::Diagnostics;
use capdo::parse::shape::Shape;
use capdo::parse::yaml::Document;
use capdo::rules::{ControlFile, control_shape};
use capdo_fuzz::{folder, names, parts};
use libfuzzer_sys::fuzz_target;

static PACK: LazyLock<Pack> = LazyLock::new(|| embedded().expect("the pack that is built in"));
static CONTROL: LazyLock<Shape> = LazyLock::new(control_shape);

fuzz_target!(|data: &[u8]| {
    let parts = parts(data, names::USER);
    let at = folder(&parts);
    if let Err(mistakes) = input::load(&at.join("capdo.yaml"), &PACK.law, &PACK.rules) {
        told(&mistakes);
    }
    for (name, content) in &parts {
        let read = Document::parse(name, content).and_then(|doc| doc.decode::<ControlFile>(&CONTROL));
        if let Err(mistakes) = read {
            told(&mistakes);
        }
    }
});

fn told(mistakes: &Diagnostics) {
    let _ = (mistakes.say(Lang::Vi), mistakes.say(Lang::En));
    for mistake in &mistakes.0 {
        if let (Some(source), Some(span)) = (&mistake.source, mistake.span) {
            let last = source.bytes().filter(|b| *b == b'\n').count() + 1;
            assert!(span.line as usize <= last, "line {} of {last}", span.line);
        }
    }
}
