//! The source of the couriers' app: does it dial the customer's own number, or ask the company's exchange to call?
//!
//! Only places leave here, never what is dialled.

use std::sync::LazyLock;

use regex::Regex;

use crate::collect::figures::count;
use crate::collect::walk::Opened;
use crate::collect::{Context, Reader};
use crate::model::{Collected, Fact, Place, Reason, Seen, Subject, Value};
use crate::parse::bytes;

/// The subject type.
pub(super) const APP: &str = "courier-app";

const ENDS: [&str; 22] = [
    ".kt", ".kts", ".java", ".dart", ".swift", ".m", ".mm", ".ts", ".tsx", ".js", ".jsx", ".vue",
    ".html", ".cs", ".xaml", ".mjs", ".svelte", ".xml", ".razor", ".cshtml", ".cjs", ".groovy",
];
/// Folders of what others wrote, or of tests.
const LEFT_OUT: [&str; 9] = [
    "node_modules/",
    "build/",
    ".git/",
    "Pods/",
    ".gradle/",
    "dist/",
    ".dart_tool/",
    "test/",
    "tests/",
];
/// The most places that are named.
const MAX_PLACES: usize = 50;

/// A dialler that is opened or called: `ACTION_DIAL`, `launch('tel:$x')`, `openURL(`tel:${x}`)`, `Uri(scheme: 'tel'`,
/// `fromParts("tel", …)`, a text whose numbers dial, and packages that do nothing else.
static DIALS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)\bACTION_(?:DIAL|CALL(?:_PRIVILEGED)?)\b|android\.intent\.action\.(?:DIAL|CALL(?:_PRIVILEGED)?)\b"#,
        r#"|scheme\s*[:=]\s*['"`]tel(?:prompt)?['"`]|(?:fromParts|\bUri(?:\.\w+)?|scheme)\s*\(\s*['"`]tel(?:prompt)?['"`]"#,
        r#"|['"`=]\s*tel(?:prompt)?:(?://)?(?P<fixed>[+0-9 .-]*)(?P<after>['"`]?\s*[^\s]?)|\btel_?scheme\b"#,
        r#"|PhoneDialer\.(?:Default\.)?Open|FlutterPhoneDirectCaller|\bcallNumber\s*\(|\bplaceCall\s*\(|\bphonecall\s*\("#,
        r#"|RNImmediatePhoneCall|immediatePhoneCall|react-native-(?:immediate-)?phone-call|PhoneCallTask"#,
        r#"|\b(?:uni|wx|my|zmp)\.(?:makePhoneCall|openPhone)|autoLink\s*=\s*"[^"]*(?:phone|all)"#
    ))
    .ok()
});
/// A call that the company's exchange makes.
static EXCHANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)click[_-]?(?:to|2)[_-]?call|call[_-]?(?:center|bridge|proxy|masking)|virtual[_-]?number|stringee|/calls?\b.{0,40}(?:waybill|order|shipment|van_?don)|goi[_-]?dinh[_-]?danh").ok()
});

/// Looks through the source at `path`.
pub(super) fn collect(path: &std::path::Path, shown: &str, cx: &Context, out: &mut Collected) {
    let opened = match Opened::at(path, shown) {
        Ok(opened) => opened,
        Err(e) => return out.saw(APP, Seen::Not(Reason::new(e.code(), shown))),
    };
    let mut reader = Reader::new(&opened.root, opened.base.as_str(), cx.now);
    // The manifest names what the app may ask of others, not what it does.
    let wanted = |name: &str| {
        !name.ends_with("AndroidManifest.xml")
            && ENDS.iter().any(|e| name.to_ascii_lowercase().ends_with(e))
    };
    let walk = match opened.files(&reader, &wanted) {
        Ok(walk) => walk,
        Err(e) => return out.saw(APP, Seen::Not(Reason::new(e.code(), shown))),
    };
    let mut fault: Option<Reason> = walk.faults.into_iter().next();
    let mut found = Found::default();
    for file in walk.files.iter().filter(|f| {
        !LEFT_OUT
            .iter()
            .any(|l| f.starts_with(l) || f.contains(&format!("/{l}")))
    }) {
        match reader.bytes(&format!("/{file}")).map_err(|e| e.code()) {
            Ok(bytes) => match bytes::lossy(&bytes) {
                Ok(text) => found.look(&text, file),
                Err(_) => fault = fault.or_else(|| Some(Reason::new("not-parsed", file.clone()))),
            },
            Err(code) => fault = fault.or_else(|| Some(Reason::new(code, file.clone()))),
        }
    }
    if found.files == 0 {
        let reason = fault
            .unwrap_or_else(|| Reason::new("not-parsed", format!("{shown}: no source of an app")));
        return out.saw(APP, Seen::Not(reason));
    }
    out.subjects.push(found.subject(shown, fault.is_none()));
    out.saw(APP, fault.map_or(Seen::Whole, Seen::Not));
    // One line of evidence for each file would bury all others: the folder stands for them.
    out.evidence
        .extend(reader.into_evidence().into_iter().take(MAX_PLACES));
}

/// A number that is written whole is the company's own hotline: nothing is put on to it.
fn is_own(found: &regex::Captures<'_>) -> bool {
    let text = |name: &str| found.name(name).map_or("", |m| m.as_str());
    let digits = text("fixed").chars().filter(char::is_ascii_digit).count();
    let after = text("after").trim();
    let ends = after.is_empty() || after.starts_with(['\'', '"', '`', '>']);
    let goes_on = after.ends_with(['+', '.', '$', '{', '%', '&']);
    digits >= 3 && ends && !goes_on
}

/// The text with its comments as spaces, lines kept. What stands in quotes is no comment.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quote: Option<char> = None;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let comment = if quote.is_some() {
            None
        } else if rest.starts_with("//") && before != ':' {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|end| end + 2)
        } else if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else {
            None
        };
        let length = match comment {
            Some(length) => {
                let inside = rest.get(..length).unwrap_or_default();
                out.push(' ');
                out.extend(inside.chars().filter(|c| *c == '\n'));
                length
            }
            None => {
                let escaped = quote.is_some() && first == '\\';
                let length = if escaped {
                    rest.chars().take(2).map(char::len_utf8).sum()
                } else {
                    first.len_utf8()
                };
                quote = match quote {
                    Some(q) if q == first => None,
                    // A quote that is left open on a line is an apostrophe.
                    Some('\'' | '"') if first == '\n' => None,
                    Some(q) => Some(q),
                    None if matches!(first, '\'' | '"' | '`') => Some(first),
                    None => None,
                };
                out.push_str(rest.get(..length).unwrap_or_default());
                length
            }
        };
        before = first;
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

#[derive(Default)]
struct Found {
    files: usize,
    dials: usize,
    places: Vec<String>,
    exchange: bool,
}

impl Found {
    fn look(&mut self, text: &str, file: &str) {
        self.files += 1;
        let (Some(dials), Some(exchange)) = (DIALS.as_ref(), EXCHANGE.as_ref()) else {
            return;
        };
        self.exchange |= exchange.is_match(text);
        let code = without_comments(text);
        let mut last = 0;
        let mut seen_to = 0;
        let mut line = 1;
        for found in dials.captures_iter(&code).filter(|c| !is_own(c)) {
            let at = found.get(0).map_or(0, |m| m.start());
            line += code
                .get(seen_to..at)
                .unwrap_or_default()
                .matches('\n')
                .count();
            seen_to = at;
            if line == last {
                continue;
            }
            last = line;
            self.dials += 1;
            if self.places.len() < MAX_PLACES {
                self.places.push(format!("{file}:{line}"));
            }
        }
    }

    fn subject(&self, shown: &str, whole: bool) -> Subject {
        let mut subject = Subject::new(APP, APP).at(Place::new(shown, 0));
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
        };
        put("files", count(self.files));
        let dials = if self.dials == 0 && !whole {
            Value::unseen("not-parsed", "not all of the source was read")
        } else {
            count(self.dials)
        };
        put("raw_dials", dials);
        put(
            "raw_dial_lines",
            Value::list(self.places.iter().map(|p| Value::from(p.as_str()))),
        );
        put("calls_by_exchange", self.exchange.into());
        subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diallers() {
        let dials = |text: &str| {
            let mut found = Found::default();
            found.look(text, "a.kt");
            found.dials
        };
        for raw in [
            "startActivity(Intent(Intent.ACTION_DIAL, Uri.parse(\"tel:$phone\")))",
            "await launchUrl(Uri(scheme: 'tel', path: order.phone));",
            "Linking.openURL(`tel:${order.phone}`)",
            "UIApplication.shared.open(URL(string: \"tel://\\(phone)\")!)",
            "<a :href=\"'tel:' + phone\">",
            "Linking.openURL('telprompt:' + phone)",
            "val uri = Uri.fromParts(\"tel\", order.phone, null)",
            "await launchUrlString('tel://$recipientPhone');",
            "RNImmediatePhoneCall.x(number)",
            "open('TEL:' + phone)",
            "open('tel:0084' + phone)",
            "Uri(scheme:\n  \"tel\", path: p)",
            "<a href=tel:{{phone}}>",
            "<a href=\"TEL:@order.Phone\">",
            "/* a */ startActivity(Intent(ACTION_CALL_PRIVILEGED))",
            "<TextView android:autoLink=\"phone\"/>",
            "Communications.phonecall(p, true)",
            "telecomManager.placeCall(uri, null)",
        ] {
            assert_eq!(dials(raw), 1, "{raw}");
        }
        let long = format!("{}open('tel:' + phone)", "x();".repeat(2000));
        assert_eq!(dials(&long), 1);
        for own in [
            "launch('tel:19001234')",
            "// Intent.ACTION_DIAL",
            "/*\n Intent.ACTION_DIAL\n*/",
            "<a href=\"tel:19001234\">",
            "val input = form.get(\"tel\")",
            "val hotel = 1",
            "api.clickToCall(waybill)",
        ] {
            assert_eq!(dials(own), 0, "{own}");
        }
    }
}
