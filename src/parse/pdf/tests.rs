use super::sample::{Put, pdf, picture};
use super::*;
use crate::parse::picture::{self as pictures, Code};
use rxing::BarcodeFormat;

fn code(matrix: bool, text: &str) -> Code {
    Code {
        matrix,
        text: text.into(),
    }
}

#[test]
fn text_with_places_and_pictures() {
    let bytes = pdf(&[
        Put::Text(20.0, 300.0, "Người nhận: Trần Thị Mẫu"),
        Put::Nameless(20.0, 280.0, "x"),
        Put::Qr(100.0, 100.0, "BC0001"),
        Put::Grey(10.0, 10.0, 20.0),
    ]);
    let read = parse(&bytes).unwrap();
    let run = &read.runs[0];
    assert_eq!(run.text, "Người nhận: Trần Thị Mẫu");
    assert_eq!(
        (run.x, run.y, run.size, run.width),
        (20.0, 300.0, 10.0, 120.0)
    );
    assert_eq!(read.runs.len(), 1);
    assert_eq!(
        read.unread,
        ["text of a font that does not name its letters (page 1)"]
    );
    assert_eq!(read.pictures[0].sides, (80.0, 80.0));
    assert_eq!(read.pictures[0].picture.codes(), [code(true, "BC0001")]);
    assert!(read.pictures[1].picture.codes().is_empty());
}

#[test]
fn broken_files() {
    let bytes = pdf(&[Put::Text(1.0, 1.0, "a")]);
    for wrong in [
        &b""[..],
        b"%PDF-1.4",
        &bytes[..bytes.len() / 3],
        b"\x00\x01",
    ] {
        assert!(matches!(parse(wrong), Err(Error::Broken)));
    }
}

#[test]
fn pictures_of_codes() {
    let png = picture("BC0001", BarcodeFormat::QR_CODE, image::ImageFormat::Png);
    assert!(pictures::is_picture(&png));
    assert_eq!(
        Picture::decode(&png).unwrap().codes(),
        [code(true, "BC0001")]
    );
    let jpeg = picture("BC0002", BarcodeFormat::CODE_128, image::ImageFormat::Jpeg);
    assert_eq!(
        Picture::decode(&jpeg).unwrap().codes(),
        [code(false, "BC0002")]
    );
    for wrong in [
        &b"\x89PNG\r\n\x1a\n"[..],
        &png[..png.len() / 2],
        &jpeg[..50],
        b"x",
    ] {
        assert_eq!(Picture::decode(wrong), Err(pictures::Error::Broken));
    }
}

#[test]
fn a_picture_that_would_be_huge() {
    // A PNG header that says 60,000 by 60,000.
    let mut bytes = picture("x", BarcodeFormat::QR_CODE, image::ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    assert!(Picture::decode(&bytes).is_err());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]
    #[test]
    fn changed_bytes_never_panic(at in proptest::collection::vec((0usize..2000, proptest::num::u8::ANY), 1..12)) {
        let mut bytes = pdf(&[Put::Text(20.0, 300.0, "Người"), Put::Qr(100.0, 100.0, "B"), Put::Grey(1.0, 1.0, 2.0)]);
        for (at, byte) in at {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        let _ = parse(&bytes);
    }
}
