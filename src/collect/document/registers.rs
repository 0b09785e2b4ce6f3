//! Papers beside the staff lists: the register of requests of authorities (Luật Bưu chính Điều 14), the matrix of roles with their
//! rights to export, the internal rule that names the sanction for leaks.
//!
//! Only counts, days and lines leave these files.

use super::list_file::ListFile;
use super::people::answer;
use super::table::{DayCell, Table, day};
use super::words::{has_phrase, plain, section};
use crate::collect::Context;
use crate::collect::figures::{count, lines};
use crate::model::{Collected, Day, Fact, PeopleFiles, Place, Reason, Seen, Subject, Value};
use crate::parse::pdf;

const REQUESTS: &str = "authority-requests";
const ROLES: &str = "role-matrix";
const RULE: &str = "internal-rule";

const REQUEST_COLUMNS: &[&str] = &[
    "requester",
    "document_no",
    "requested",
    "answered",
    "grounds",
    "minutes",
];
const ROLE_COLUMNS: &[&str] = &["right_role", "sees", "export", "need", "reviewed"];

/// Reads the papers that the asset names; the others are not asked.
pub(super) fn collect(
    files: &PeopleFiles,
    first: (&std::path::Path, &str),
    cx: &Context,
    out: &mut Collected,
) {
    let beside = |path: &std::path::Path| ListFile::beside(path, first.0, first.1);
    let requests = files.requests.as_deref().map(|path| {
        let file = beside(path);
        let table = file.read(
            cx,
            REQUEST_COLUMNS,
            &["requester", "document_no"],
            "requester, document",
            &mut out.evidence,
        );
        table.map(|t| requests(&t, &file.shown))
    });
    let roles = files.roles.as_deref().map(|path| {
        let file = beside(path);
        let table = file.read(
            cx,
            ROLE_COLUMNS,
            &["right_role", "export"],
            "role, export",
            &mut out.evidence,
        );
        table.map(|t| roles(&t, &file.shown))
    });
    let rule = files.internal_rule.as_deref().map(|path| {
        let file = beside(path);
        file.bytes(cx, &mut out.evidence)
            .map_err(|e| Reason::new(e.code(), file.shown.clone()))
            .and_then(|bytes| rule(&bytes, &file.shown))
    });
    for (kind, read, key) in [
        (REQUESTS, requests, "requests"),
        (ROLES, roles, "roles"),
        (RULE, rule, "internal_rule"),
    ] {
        match read {
            Some(Ok(subject)) => {
                out.subjects.push(subject);
                out.saw(kind, Seen::Whole);
            }
            Some(Err(reason)) => out.saw(kind, Seen::Not(reason)),
            None => out.saw(
                kind,
                Seen::Not(Reason::new(
                    "not_asked",
                    format!("the asset names no `{key}`"),
                )),
            ),
        }
    }
}

struct Put {
    subject: Subject,
    shown: String,
}

impl Put {
    fn new(kind: &str, shown: &str) -> Self {
        Self {
            subject: Subject::new(kind, kind).at(Place::new(shown, 0)),
            shown: shown.to_owned(),
        }
    }

    fn fact(&mut self, path: &str, value: Value) {
        let fact = Fact::derived(path, value).at(Place::new(self.shown.as_str(), 0));
        self.subject.put(fact);
    }

    /// How many lines, and which; unknown where none is known and rows could not be read.
    fn faults(&mut self, path: &str, found: &[u32], bad: &[u32]) {
        let number = if found.is_empty() && !bad.is_empty() {
            Value::unseen(
                "not-parsed",
                format!("{} rows could not be read", bad.len()),
            )
        } else {
            count(found.len())
        };
        self.fact(path, number);
        self.fact(&format!("{path}_lines"), lines(found));
    }

    fn not_there(&mut self, path: &str, column: &str) {
        let why = format!("the list has no column with the {column}");
        self.fact(path, Value::unseen("ambiguous", why));
    }
}

fn blank(cell: &str) -> bool {
    let cell = plain(cell);
    cell.is_empty() || section("blank").contains(&cell) || section("no").contains(&cell)
}

fn requests(table: &Table, shown: &str) -> Subject {
    let mut put = Put::new(REQUESTS, shown);
    let mut bad = table.bad.clone();
    let (mut unwritten, mut unsigned, mut groundless, mut early) = (vec![], vec![], vec![], vec![]);
    for row in &table.rows {
        let (asked, told) = (day(row.get("requested")), day(row.get("answered")));
        if asked == DayCell::Bad || told == DayCell::Bad || row.get("requester").is_empty() {
            bad.push(row.line);
            continue;
        }
        if blank(row.get("document_no")) {
            unwritten.push(row.line);
        }
        if blank(row.get("minutes")) {
            unsigned.push(row.line);
        }
        if !has_phrase(row.get("grounds"), "ground") {
            groundless.push(row.line);
        }
        if let (DayCell::Day(asked), DayCell::Day(told)) = (asked, told)
            && told < asked
        {
            early.push(row.line);
        }
    }
    bad.sort_unstable();
    put.fact("rows", count(table.rows.len()));
    put.fact("bad_rows", count(bad.len()));
    put.fact("bad_lines", lines(&bad));
    put.faults("without_document", &unwritten, &bad);
    let has = |column: &str| table.columns.contains(&column);
    if has("minutes") {
        put.faults("without_minutes", &unsigned, &bad);
    } else {
        put.not_there("without_minutes", "minutes");
    }
    if has("grounds") {
        put.faults("without_grounds", &groundless, &bad);
    } else {
        put.not_there("without_grounds", "grounds");
    }
    if has("requested") && has("answered") {
        put.faults("answered_before", &early, &bad);
    } else {
        put.not_there("answered_before", "days of request and answer");
    }
    put.subject
}

fn roles(table: &Table, shown: &str) -> Subject {
    let mut put = Put::new(ROLES, shown);
    let mut bad = table.bad.clone();
    let (mut exporting, mut couriers, mut needless, mut days) = (vec![], vec![], vec![], vec![]);
    let mut unreviewed = false;
    for row in &table.rows {
        let (may, reviewed) = (answer(row.get("export")), day(row.get("reviewed")));
        let role = row.get("right_role");
        let (Some(may), false) = (may, role.is_empty() || reviewed == DayCell::Bad) else {
            bad.push(row.line);
            continue;
        };
        if may {
            exporting.push(row.line);
            if has_phrase(role, "role") {
                couriers.push(row.line);
            }
            if blank(row.get("need")) {
                needless.push(row.line);
            }
        }
        match reviewed {
            DayCell::Day(day) => days.push(day),
            DayCell::Blank | DayCell::Bad => unreviewed = true,
        }
    }
    bad.sort_unstable();
    put.fact("rows", count(table.rows.len()));
    put.fact("bad_rows", count(bad.len()));
    put.fact("bad_lines", lines(&bad));
    put.faults("exporting", &exporting, &bad);
    put.faults("courier_exports", &couriers, &bad);
    if table.columns.contains(&"need") {
        put.faults("without_need", &needless, &bad);
    } else {
        put.not_there("without_need", "need");
    }
    let oldest: Option<Day> = days.into_iter().min();
    let review = match (table.columns.contains(&"reviewed"), unreviewed, oldest) {
        (false, _, _) => {
            Value::unseen("ambiguous", "the list has no column with the day of review")
        }
        (true, true, _) | (true, _, None) => Value::Absent,
        (true, false, Some(_)) if !bad.is_empty() => {
            Value::unseen("not-parsed", "rows could not be read")
        }
        (true, false, Some(day)) => Value::Day(day),
    };
    put.fact("oldest_review", review);
    put.subject
}

/// What the rule says is looked for as words: a part of text that speaks of leaks and names a sanction.
fn rule(bytes: &[u8], shown: &str) -> Result<Subject, Reason> {
    let wrong = |e: &dyn std::fmt::Display| Reason::new("not-parsed", format!("{shown}: {e}"));
    let (text, whole) = if bytes.starts_with(b"%PDF-") {
        let read = pdf::parse(bytes).map_err(|e| wrong(&e))?;
        let text: String = read.runs.iter().map(|r| format!("{} ", r.text)).collect();
        let scanned = text.split_whitespace().count() < 50 && !read.pictures.is_empty();
        (text, read.unread.is_empty() && !scanned)
    } else {
        (
            crate::parse::bytes::text(bytes).map_err(|e| wrong(&e))?,
            true,
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let near = words
        .chunks(NEAR)
        .zip(words.chunks(NEAR).skip(1).chain([&[][..]]))
        .any(|(a, b)| {
            let part = [a, b].concat().join(" ");
            has_phrase(&part, "leak") && has_phrase(&part, "sanction")
        });
    let mut put = Put::new(RULE, shown);
    put.fact("words", count(words.len()));
    let named = match (near, whole) {
        (true, _) => true.into(),
        (false, true) => false.into(),
        (false, false) => Value::unseen(
            "ambiguous",
            "pages of the file are pictures or could not be read",
        ),
    };
    put.fact("names_sanction", named);
    Ok(put.subject)
}

/// A sanction within so many words of the leak belongs to it.
const NEAR: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_words() {
        let named = |text: &str| {
            rule(text.as_bytes(), "r.md").unwrap().facts["names_sanction"]
                .value
                .clone()
        };
        assert_eq!(
            named("Điều 5. Người làm lộ lọt thông tin khách hàng bị kỷ luật đến mức sa thải."),
            true.into()
        );
        assert_eq!(
            named("Điều 5. Nhân viên giữ bí mật thông tin."),
            false.into()
        );
        let apart = format!(
            "Không tiết lộ. {} Khiển trách người đi muộn.",
            "từ ".repeat(400)
        );
        assert_eq!(named(&apart), false.into());
        assert!(rule(b"%PDF-1.4 broken", "r.pdf").is_err());
    }
}
