//! What a code on a label carries: a bare number, a signed token, an address of a page, or data. Never its text.

use super::parts::{Part, parts};
use super::read::Field;
use crate::privacy::masks::Exposure;
use crate::privacy::{Class, names};

/// The longest bare number.
const MAX_NUMBER: usize = 40;
/// The shortest token.
const MIN_TOKEN: usize = 20;

/// The address of a page on a label or in a code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    /// Does it say until when it counts?
    pub(super) expires: bool,
    /// Does it carry a signature or token?
    pub(super) signed: bool,
    /// Does it give a page to print or download, not one to track?
    pub(super) print: bool,
}

/// The kind of a payload: `personal`, `waybill`, `token`, `url`, `signed_url`, `data`, `unknown`.
pub(super) fn kind(text: &str, fields: &[Field], unknown: bool) -> &'static str {
    let personal = |f: &&Field| {
        !matches!(f.class, Class::None | Class::Credential)
            && matches!(f.exposure, Exposure::Full | Exposure::Masked)
    };
    if fields.iter().any(|f| personal(&f)) {
        return "personal";
    }
    if let Some(link) = link(text) {
        return if link.signed && link.expires {
            "signed_url"
        } else {
            "url"
        };
    }
    if unknown {
        return "unknown";
    }
    let parts = parts(text);
    let puts: Vec<&str> = parts
        .iter()
        .filter_map(|p| match p {
            Part::Put(put) => Some(put.as_str()),
            Part::Words(_) | Part::Fetch(_) => None,
        })
        .collect();
    if puts.is_empty() {
        return literal(text.trim());
    }
    let says = |list: &[&str]| {
        puts.iter().any(|put| {
            names::words_of(put)
                .iter()
                .any(|w| list.contains(&w.as_str()))
        })
    };
    if says(&["url", "link", "href", "uri"]) {
        return "url";
    }
    if says(&TOKENS) || fields.iter().any(|f| f.exposure == Exposure::Coded) {
        return "token";
    }
    if puts.len() > 2 { "data" } else { "waybill" }
}

fn literal(text: &str) -> &'static str {
    let token =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=' | '+' | '/');
    let number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let letters = text.chars().any(|c| c.is_ascii_alphabetic());
    if text.is_empty() {
        "unknown"
    } else if text.len() >= MIN_TOKEN && letters && text.chars().all(token) {
        "token"
    } else if text.len() <= MAX_NUMBER && text.chars().all(number) {
        "waybill"
    } else {
        "data"
    }
}

/// Is it a code for a payment (VietQR)? It names the account and its holder.
pub(super) fn is_bank(text: &str) -> bool {
    text.trim_start().starts_with("000201") && text.contains("A000000727")
}

/// The address in a text, where it has one.
pub(super) fn link(text: &str) -> Option<Link> {
    let at = text.find("://")?;
    let rest = text.get(at + 3..).unwrap_or_default();
    let end = rest
        .find([' ', '\n', '"', '\''])
        .filter(|_| !rest.contains("{{"));
    let address = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let path = address.split_once(['/', '?']).map_or("", |(_, path)| path);
    let mut link = Link {
        expires: false,
        signed: false,
        print: false,
    };
    for word in names::words_of(path) {
        link.expires |= EXPIRES.contains(&word.as_str());
        link.signed |= TOKENS.contains(&word.as_str());
        link.print |= PRINTS.contains(&word.as_str());
    }
    // A JSON Web Token may hold its end: whether it does is not read, that it is signed is.
    link.signed |= path
        .split(['/', '?', '&', '='])
        .any(|part| part.starts_with("eyJ") && part.matches('.').count() == 2);
    Some(link)
}

const EXPIRES: [&str; 11] = [
    "exp",
    "expire",
    "expires",
    "expiry",
    "expired",
    "expiration",
    "ttl",
    "until",
    "valid",
    "hethan",
    "het",
];
const TOKENS: [&str; 13] = [
    "token",
    "sig",
    "sign",
    "signed",
    "signature",
    "hmac",
    "jwt",
    "mac",
    "hash",
    "encrypted",
    "enc",
    "secret",
    "otp",
];
const PRINTS: [&str; 11] = [
    "print", "printing", "in", "inphieu", "label", "labels", "nhan", "download", "pdf", "invoice",
    "phieu",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (text, expected) in [
            ("BC123456789VN", "waybill"),
            ("138963567225", "waybill"),
            ("{{ tracking_code }}", "waybill"),
            ("{{ order.signed_token }}", "token"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.abcdefgh", "token"),
            ("https://mau.example/tra-cuu?ma=BC1", "url"),
            (
                "https://mau.example/print/BC1?expires=1795392000&signature=abc",
                "signed_url",
            ),
            ("https://mau.example/t/{{ code }}", "url"),
            ("BC1|HN|2026-11-01|x y", "data"),
            ("", "unknown"),
        ] {
            assert_eq!(kind(text, &[], false), expected, "{text}");
        }
        assert_eq!(kind("x", &[], true), "unknown");
    }

    #[test]
    fn links() {
        let found = link("In lại: https://mau.example/print?print_token=abc xong").unwrap();
        assert_eq!(
            (found.expires, found.signed, found.print),
            (false, true, true)
        );
        assert_eq!(link("mau.example"), None);
    }
}
