//! The page: what it must hold, what it must never hold, how large it may be.

use super::*;
use crate::report::sample;

fn page(run: &Run) -> String {
    String::from_utf8(Html.render(run, &Options::default()).unwrap()).unwrap()
}

#[test]
fn bytes_become_base64() {
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}

#[test]
fn write_for_the_eye() {
    if let Ok(folder) = std::env::var("CAPDO_REPORT_PREVIEW") {
        for (name, run) in [
            ("run", sample::run()),
            ("hostile", sample::hostile()),
            ("large", sample::large(5000)),
        ] {
            std::fs::write(format!("{folder}/{name}.html"), page(&run)).unwrap();
        }
    }
}
