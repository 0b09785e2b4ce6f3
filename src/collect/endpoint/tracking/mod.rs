//! What a public tracking page shows to anybody who has a waybill number: item 1 of the letter.
//!
//! Asked only with a permission, only with the company's own waybill, without a login. The page for a number that
//! does not exist is asked beside it: what stands in both (a hotline, an office) is the company's own, and where both
//! are alike nothing was shown. Nothing of an answer is kept but classes, counts and shapes of masks.

mod answer;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::http::{Page, Web};
use super::leaf::{AMBIGUOUS, NOT_ASKED};
use crate::collect::label::Printed as Shown;
use crate::model::{Fact, Place, Sample, Subject, Value};
use crate::privacy::Party;
use crate::privacy::masks::Exposure;
use answer::Kind;

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
    fn fact(&mut self, path: &str, value: impl Into<Value>) {
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
        let shown = shows(own, nobody, sample);
        let why = if refused || (shown && own.whole) {
            None
        } else if own.status == 429 {
            Some(("rate_limited", ""))
        } else if shown {
            Some(("capped", ""))
        } else {
            Some((
                AMBIGUOUS,
                "the page is the same for a waybill that does not exist",
            ))
        };
        if let Some((why, detail)) = why {
            for path in ["answers", "clear", "fields"] {
                self.fact(path, Value::unseen(why, detail));
            }
            return;
        }
        self.fact("answers", shown && !refused);
        let found = if refused {
            Some(Vec::new())
        } else {
            answer::read(kind, &own.body, &nobody.body).map(|found| without(found, kind, nobody))
        };
        let Some(found) = found else {
            let code = if kind == Kind::Other {
                "unsupported-format"
            } else {
                "not-parsed"
            };
            for path in ["clear", "fields"] {
                self.fact(path, Value::unseen(code, kind.word()));
            }
            return;
        };
        let mut clear: Vec<&str> = found
            .iter()
            .filter(|f| f.exposure == Exposure::Full)
            .map(|f| f.class.word())
            .collect();
        clear.sort_unstable();
        clear.dedup();
        self.fact("clear", Value::list(clear.into_iter().map(Value::from)));
        self.fact("fields", Value::list(found.iter().map(field)));
    }
}

/// Does the page show something for this waybill that it does not show for one that does not exist?
fn shows(own: &Page, nobody: &Page, sample: &Sample) -> bool {
    let plain = |page: &Page, waybill: &str| page.body.replace(waybill, "");
    (200..300).contains(&own.status)
        && (own.status != nobody.status || plain(own, &sample.waybill) != plain(nobody, NOBODY))
}

/// The fields that the page for nobody does not have: its own are the company's. Under which heading they stand may
/// differ between the two, so the party does not count.
fn without(found: Vec<Shown>, kind: Kind, nobody: &Page) -> Vec<Shown> {
    let alike = |shown: &Shown| Shown {
        party: Party::Unknown,
        ..shown.clone()
    };
    let mut own: BTreeMap<Shown, usize> = BTreeMap::new();
    for shown in answer::read(kind, &nobody.body, &nobody.body).unwrap_or_default() {
        *own.entry(alike(&shown)).or_default() += 1;
    }
    found
        .into_iter()
        .filter(|shown| match own.get_mut(&alike(shown)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            Some(_) | None => true,
        })
        .collect()
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
    if !shows(own, nobody, sample) {
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
            Ok(page) => {
                let next = Sample {
                    waybill: next,
                    ..sample.clone()
                };
                if shows(&page, nobody, &next) {
                    return true.into();
                }
                asked += 1;
            }
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
