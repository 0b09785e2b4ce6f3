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

const ENDS: [&str; 17] = [
    ".kt", ".kts", ".java", ".dart", ".swift", ".m", ".mm", ".ts", ".tsx", ".js", ".jsx", ".vue",
    ".html", ".cs", ".xaml", ".mjs", ".svelte",
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

/// A dialler that is opened or called: `ACTION_DIAL`, `launch('tel:$x')`, `openURL(`tel:${x}`)`, `Uri(scheme: 'tel'`.
static DIALS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"ACTION_(?:DIAL|CALL)\b|android\.intent\.action\.(?:DIAL|CALL)\b|scheme\s*:\s*['"]tel['"]"#,
        r#"|['"`]tel(?:prompt)?:(?://)?(?P<fixed>[+0-9 .-]*)|fromParts\(\s*"tel"|PhoneDialer\.(?:Default\.)?Open|FlutterPhoneDirectCaller|CNContact.*callNumber|callNumber\s*\("#
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
    let wanted = |name: &str| ENDS.iter().any(|e| name.to_ascii_lowercase().ends_with(e));
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
        for (number, line) in text.lines().enumerate() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("//") || trimmed.starts_with('*') || trimmed.starts_with("/*") {
                continue;
            }
            let line = line.get(..line.len().min(2000)).unwrap_or(line);
            // A fixed number is the company's own hotline.
            let own = |c: &regex::Captures<'_>| {
                c.name("fixed")
                    .is_some_and(|m| m.as_str().chars().filter(char::is_ascii_digit).count() >= 3)
            };
            if dials.captures_iter(line).any(|c| !own(&c)) {
                self.dials += 1;
                if self.places.len() < MAX_PLACES {
                    self.places.push(format!("{file}:{}", number + 1));
                }
            }
        }
    }

    fn subject(&self, shown: &str, whole: bool) -> Subject {
        let mut subject = Subject::new(APP, APP).at(Place::new(shown, 0));
        let mut put = |path: &str, value: Value| {
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
        ] {
            assert_eq!(dials(raw), 1, "{raw}");
        }
        for own in [
            "launch('tel:19001234')",
            "// Intent.ACTION_DIAL",
            "val hotel = 1",
            "api.clickToCall(waybill)",
        ] {
            assert_eq!(dials(own), 0, "{own}");
        }
    }
}
