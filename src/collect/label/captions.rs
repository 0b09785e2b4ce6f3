//! Captions of a label, and what free text under them is.

use crate::privacy::Party;
use crate::privacy::names::{self, Around, classify};

/// Captions of what is inside.
pub(super) const GOODS: [&str; 16] = [
    "san pham",
    "ten san pham",
    "sp",
    "ten sp",
    "mat hang",
    "hang",
    "nd",
    "mo ta",
    "item",
    "items",
    "product",
    "products",
    "goods",
    "description",
    "chi tiet don hang",
    "don hang gom",
];
/// Captions under which free text is the company's own.
pub(super) const OWN: [&str; 26] = [
    "dich",
    "service",
    "status",
    "trang",
    "thai",
    "buu",
    "cuc",
    "branch",
    "station",
    "tuyen",
    "route",
    "payment",
    "thanh",
    "toan",
    "phuong",
    "thuc",
    "company",
    "cong",
    "carrier",
    "hotline",
    "website",
    "office",
    "instruction",
    "hub",
    "khu",
    "kho",
];

/// Words that name neither personal data nor a side.
pub(super) fn is_thing(text: &str) -> bool {
    let personal = classify(text, &Around::default()).is_personal();
    !personal && names::party_of(text).filter(|p| is_side(*p)).is_none()
}

/// Three words or more that people wrote.
pub(super) fn is_free(text: &str) -> bool {
    let words = text.split_whitespace();
    words
        .filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 1)
        .count()
        > 2
}

/// Is it one of the two sides of a parcel?
pub(super) fn is_side(party: Party) -> bool {
    matches!(party, Party::Sender | Party::Recipient)
}
