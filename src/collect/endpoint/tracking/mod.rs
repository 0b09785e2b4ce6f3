//! What a public tracking page shows to anybody who has a waybill number: item 1 of the letter.
//!
//! Asked only with a permission, only with the company's own waybill, without a login. The page for a number that
//! does not exist is asked beside it: what stands in both (a hotline, an office) is the company's own, and where both
//! are alike nothing was shown. Nothing of an answer is kept but classes, counts and shapes of masks.

mod answer;
mod hidden;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::http::{Page, Web};
use super::leaf::{AMBIGUOUS, NOT_ASKED};
use crate::collect::label::Printed as Shown;
use crate::model::{Fact, Place, Sample, Subject, Value};
use crate::privacy::masks::Exposure;
use answer::Kind;
use shown::Asked;

/// The most neighbours that are asked, and only where the inventory says so.
const NEIGHBOURS: [i64; 5] = [1, -1, 2, -2, 3];

/// A number that no company gives out.
const NOBODY: &str = "CAPDO-KHONG-TON-TAI";

/// Asks the page at one address. `name` is the subject's.
pub(super) async fn ask(web: &Web<'_>, sample: &Sample, name: &str, place: &Place) -> Subject {
    let mut put = Put {
        subject: Subject::new("tracking", name).at(place.clone()),
        place,
    };
    let own = web.page(&sample.path(&sample.waybill)).await;
    let nobody = web.page(&sample.path(NOBODY)).await;
    match (own, nobody) {
        (Err(why), _) | (_, Err(why)) => put.unseen(why, ""),
        (Ok(own), Ok(nobody)) => {
            put.answer(&own, &nobody, sample);
            let guessable = guessable(web, sample, &own, &nobody).await;
            put.fact("guessable", guessable);
        }
    }
    put.subject
}

/// A page that was not asked, and why.
pub(super) fn not_asked(name: &str, place: &Place, why: &'static str, detail: &str) -> Subject {
    let mut put = Put {
        subject: Subject::new("tracking", name).at(place.clone()),
        place,
    };
    put.unseen(why, detail);
    put.subject
}

struct Put<'a> {
    subject: Subject,
    place: &'a Place,
}

impl Put<'_> {
    fn fact(&mut self, path: &'static str, value: impl Into<Value>) {
        let fact = Fact::derived(path, value).at(self.place.clone());
        self.subject.put(fact);
    }

    fn unseen(&mut self, why: &'static str, detail: &str) {
        for path in ["answers", "clear", "fields", "guessable"] {
            self.fact(path, Value::unseen(why, detail));
        }
    }

    fn answer(&mut self, own: &Page, nobody: &Page, sample: &Sample) {
        let kind = Kind::of(&own.media_type, &own.body);
        self.fact("status", i64::from(own.status));
        self.fact("kind", kind.word());
        let refused = matches!(own.status, 401 | 403);
        let found = answer::read(kind, &own.body, &nobody.body);
        let clear = clear(found.iter().flatten());
        // What is shown in full is shown, whatever else could not be seen.
        let why = match clear.is_empty() {
            true => unseen(own, nobody, sample, found.as_deref()),
            false => None,
        };
        if let Some((why, detail)) = why {
            for path in ["answers", "clear", "fields"] {
                self.fact(path, Value::unseen(why, detail));
            }
            return;
        }
        let found = found.unwrap_or_default();
        self.fact("answers", !refused || !found.is_empty());
        self.fact("clear", Value::list(clear.into_iter().map(Value::from)));
        let fields = found.iter().map(field);
        self.fact(
            "fields",
            match own.lacks {
                None => Value::list(fields),
                Some(_) => Value::partial_list(fields),
            },
        );
    }
}

/// The classes that are shown in full.
fn clear<'a>(found: impl Iterator<Item = &'a Shown>) -> Vec<&'static str> {
    let full = found.filter(|f| f.exposure == Exposure::Full);
    let classes: BTreeSet<&str> = full.map(|f| f.class.word()).collect();
    classes.into_iter().collect()
}

/// Why it is no proof that nothing was found in full.
fn unseen(
    own: &Page,
    nobody: &Page,
    sample: &Sample,
    found: Option<&[Shown]>,
) -> Option<(&'static str, &'static str)> {
    let (ours, theirs) = (of(own, &sample.waybill), of(nobody, NOBODY));
    let kind = ours.kind;
    if own.status == 429 {
        return Some(("rate_limited", ""));
    }
    if let Some(why) = own.lacks {
        return Some((why, ""));
    }
    let Some(found) = found else {
        let code = match kind {
            Kind::Other => "unsupported-format",
            Kind::Html | Kind::Json | Kind::Text | Kind::Pdf => "not-parsed",
        };
        return Some((code, kind.word()));
    };
    if matches!(own.status, 401 | 403) {
        return None;
    }
    let more = ours.more_than(theirs);
    if !(200..300).contains(&own.status) || (more.is_empty() && found.is_empty()) {
        return Some((
            AMBIGUOUS,
            "the page is the same for a waybill that does not exist",
        ));
    }
    if ours.leads_on(theirs) {
        return Some((AMBIGUOUS, "the page shows what stands elsewhere"));
    }
    if more.iter().any(|text| shown::may_name(text)) {
        return Some((AMBIGUOUS, "words that may be a name"));
    }
    None
}

fn of<'a>(page: &'a Page, waybill: &'a str) -> Asked<'a> {
    Asked {
        kind: Kind::of(&page.media_type, &page.body),
        body: &page.body,
        waybill,
    }
}

/// Does the page show something for this waybill that it does not show for one that does not exist?
fn shows(page: &Page, nobody: &Page, waybill: &str) -> bool {
    let (ours, theirs) = (of(page, waybill), of(nobody, NOBODY));
    (200..300).contains(&page.status)
        && (!ours.more_than(theirs).is_empty()
            || answer::read(ours.kind, &page.body, &nobody.body).is_some_and(|f| !f.is_empty()))
}

fn field(shown: &Shown) -> Value {
    let mut entries = vec![
        ("class", Value::from(shown.class.word())),
        ("party", shown.party.word().into()),
        ("exposure", shown.exposure.word().into()),
    ];
    if let Some((hidden, visible)) = shown.digits {
        entries.push(("hidden_digits", Value::Int(hidden.into())));
        entries.push(("visible_digits", Value::Int(visible.into())));
    }
    Value::map(entries)
}

/// Does a number next to ours show a shipment too? The first that does ends it, and its answer is dropped unread.
async fn guessable(web: &Web<'_>, sample: &Sample, own: &Page, nobody: &Page) -> Value {
    if !sample.enumerate {
        return Value::unseen(NOT_ASKED, "the inventory does not say enumerate: true");
    }
    if !shows(own, nobody, &sample.waybill) {
        return Value::unseen(AMBIGUOUS, "the page of our own waybill shows nothing");
    }
    let mut asked = 0;
    for step in NEIGHBOURS {
        let Some(next) = neighbour(&sample.waybill, step) else {
            continue;
        };
        match web.page(&sample.path(&next)).await {
            Err(why) => return Value::unseen(why, ""),
            Ok(page) if page.status == 429 => return Value::unseen("rate_limited", ""),
            Ok(page) if shows(&page, nobody, &next) => return true.into(),
            // Something may stand in what was not read.
            Ok(page) if page.lacks.is_some() => return Value::unseen(AMBIGUOUS, ""),
            Ok(_) => asked += 1,
        }
    }
    match asked {
        0 => Value::unseen(AMBIGUOUS, "the waybill has no digits to count with"),
        _ => false.into(),
    }
}

/// The waybill whose last run of digits is greater by `step`.
fn neighbour(waybill: &str, step: i64) -> Option<String> {
    let end = waybill.rfind(|c: char| c.is_ascii_digit())? + 1;
    let begin = waybill[..end]
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| {
            at + waybill[at..].chars().next().map_or(1, char::len_utf8)
        });
    let digits = waybill.get(begin..end)?;
    // Only the last places count: a longer number is more than a machine word holds.
    let tail = digits.len().saturating_sub(9);
    let (head, tail) = digits.split_at(tail);
    let next = tail.parse::<i64>().ok()?.checked_add(step)?;
    let width = tail.len();
    (next >= 0).then(|| {
        format!(
            "{}{head}{next:0width$}{}",
            &waybill[..begin],
            &waybill[end..]
        )
    })
}
