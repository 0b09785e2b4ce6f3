//! Papers beside the staff lists: the register of requests of authorities (Luật Bưu chính Điều 14), the matrix of roles with their
//! rights to export, the internal rule that names the sanction for leaks.
//!
//! Only counts, days and lines leave these files.

use super::list_file::ListFile;
use super::people::answer;
use super::rule;
use super::table::{DayCell, Table, day};
use super::words::{has_phrase, plain, says, section};
use crate::collect::Context;
use crate::collect::figures::{count, lines};
use crate::model::{
    Collected, Day, Fact, FactPath, PeopleFiles, Place, Reason, Seen, Subject, Value,
};

const REQUESTS: &str = "authority-requests";
const ROLES: &str = "role-matrix";
const RULE: &str = "internal-rule";

pub(super) const REQUEST_COLUMNS: &[&str] = &[
    "requester",
    "document_no",
    "requested",
    "answered",
    "grounds",
    "minutes",
];
pub(super) const ROLE_COLUMNS: &[&str] = &["right_role", "sees", "export", "need", "reviewed"];
pub(super) const REQUEST_NEEDED: &[&str] = &["requester", "document_no"];
pub(super) const ROLE_NEEDED: &[&str] = &["right_role", "export"];

/// Reads the papers that the asset names; the others are not asked.
pub(super) fn collect(
    files: &PeopleFiles,
    first: (&std::path::Path, &str),
    cx: &Context,
    out: &mut Collected,
) {
    let on = Day::of(cx.now);
    let beside = |path: &std::path::Path| ListFile::beside(path, first.0, first.1);
    let requests = files.requests.as_deref().map(|path| {
        let file = beside(path);
        let table = file.read(
            cx,
            REQUEST_COLUMNS,
            REQUEST_NEEDED,
            "requester, document",
            &mut out.evidence,
        );
        table.map(|t| requests(&t, &file.shown, on))
    });
    let roles = files.roles.as_deref().map(|path| {
        let file = beside(path);
        let table = file.read(
            cx,
            ROLE_COLUMNS,
            ROLE_NEEDED,
            "role, export",
            &mut out.evidence,
        );
        table.map(|t| roles(&t, &file.shown, on))
    });
    let rule = files.internal_rule.as_deref().map(|path| {
        let file = beside(path);
        file.bytes(cx, &mut out.evidence)
            .map_err(|e| Reason::new(e.code(), file.shown.clone()))
            .and_then(|bytes| rule::subject(&bytes, &file.shown))
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

/// A subject that is being made of one paper.
pub(super) struct Put {
    pub(super) subject: Subject,
    shown: String,
}

impl Put {
    pub(super) fn new(kind: &str, shown: &str) -> Self {
        Self {
            subject: Subject::new(kind, kind).at(Place::new(shown, 0)),
            shown: shown.to_owned(),
        }
    }

    pub(super) fn fact(&mut self, path: impl Into<FactPath>, value: Value) {
        let fact = Fact::derived(path, value).at(Place::new(self.shown.as_str(), 0));
        self.subject.put(fact);
    }

    /// How many lines, and which; unknown where none is known and rows could not be read.
    fn faults(&mut self, path: &'static str, found: &[u32], bad: &[u32]) {
        let number = if found.is_empty() && !bad.is_empty() {
            Value::unseen(
                "not-parsed",
                format!("{} rows could not be read", bad.len()),
            )
        } else {
            count(found.len())
        };
        self.fact(path, number);
        self.fact(format!("{path}_lines"), lines(found));
    }

    fn not_there(&mut self, path: &'static str, column: &str) {
        let why = format!("the list has no column with the {column}");
        self.fact(path, Value::unseen("ambiguous", why));
    }
}

/// Is there nothing in the cell, or does it say that there is none, or not yet?
fn blank(cell: &str) -> bool {
    let pending = has_phrase(cell, "pending");
    let cell = plain(cell);
    let denied = ["khong ", "chua "]
        .iter()
        .any(|word| cell.starts_with(word));
    let blank = section("blank").contains(&cell) || section("no").contains(&cell);
    cell.is_empty() || blank || denied || pending
}

fn requests(table: &Table, shown: &str, on: Day) -> Subject {
    let mut put = Put::new(REQUESTS, shown);
    let mut bad = table.bad.clone();
    let (mut unwritten, mut unsigned, mut groundless, mut early) = (vec![], vec![], vec![], vec![]);
    for row in &table.rows {
        let (asked, told) = (day(row.get("requested")), day(row.get("answered")));
        let bad_day = |cell| cell == DayCell::Bad || is_ahead(cell, on);
        if bad_day(asked) || bad_day(told) || row.get("requester").is_empty() {
            bad.push(row.line);
            continue;
        }
        if blank(row.get("document_no")) {
            unwritten.push(row.line);
        }
        if blank(row.get("minutes")) {
            unsigned.push(row.line);
        }
        if says(row.get("grounds"), "ground") != Some(true) {
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

/// A day that has not come: what is written of it did not happen.
fn is_ahead(cell: DayCell, on: Day) -> bool {
    match cell {
        DayCell::Day(day) => day > on,
        DayCell::Blank | DayCell::Bad => false,
    }
}

fn roles(table: &Table, shown: &str, on: Day) -> Subject {
    let mut put = Put::new(ROLES, shown);
    let mut bad = table.bad.clone();
    let (mut exporting, mut couriers, mut needless, mut days) = (vec![], vec![], vec![], vec![]);
    let mut unreviewed = false;
    for row in &table.rows {
        let (may, reviewed) = (answer(row.get("export")), day(row.get("reviewed")));
        let role = row.get("right_role");
        let (Some(may), false) = (
            may,
            role.is_empty() || reviewed == DayCell::Bad || is_ahead(reviewed, on),
        ) else {
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
        (true, true, _) => Value::Absent,
        (true, false, _) if !bad.is_empty() => {
            Value::unseen("not-parsed", "rows could not be read")
        }
        (true, false, None) => Value::Absent,
        (true, false, Some(day)) => Value::Day(day),
    };
    put.fact("oldest_review", review);
    put.subject
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::document::table;

    fn day(words: &str) -> Day {
        Day::parse(words).unwrap()
    }

    fn of_requests(row: &str) -> Subject {
        let text =
            format!("cơ quan,số văn bản,ngày yêu cầu,ngày cung cấp,căn cứ,biên bản\n{row}\n");
        let table = table::read(&text, REQUEST_COLUMNS, &["requester"], "requester").unwrap();
        requests(&table, "r.csv", day("2026-11-30"))
    }

    fn of_roles(row: &str) -> Subject {
        let text = format!("vai trò,dữ liệu,kết xuất,lý do,ngày rà soát\n{row}\n");
        let table = table::read(&text, ROLE_COLUMNS, &["right_role"], "role").unwrap();
        roles(&table, "r.csv", day("2026-11-30"))
    }

    fn int(subject: &Subject, path: &str) -> Value {
        subject.facts[path].value.clone()
    }

    #[test]
    fn a_cell_that_says_there_is_none_is_none() {
        let good = of_requests("Công an quận,12/CV,2026-03-01,2026-03-02,điều tra vụ án,BB 3");
        for path in ["without_document", "without_minutes", "without_grounds"] {
            assert_eq!(int(&good, path), Value::Int(0), "{path}");
        }
        for (document, grounds, minutes) in [
            ("chưa có", "không phải vụ án hình sự", "chưa lập"),
            ("không có văn bản (gọi điện)", "chưa rõ vụ án", "không"),
            ("sẽ bổ sung sau", "theo yêu cầu miệng", "đang chờ ký"),
            ("N/A", "-", "thiếu"),
        ] {
            let row = format!("Công an quận,{document},2026-03-01,2026-03-02,{grounds},{minutes}");
            let bad = of_requests(&row);
            for path in ["without_document", "without_minutes", "without_grounds"] {
                assert_eq!(int(&bad, path), Value::Int(1), "{row}: {path}");
            }
        }
    }

    #[test]
    fn what_is_dated_ahead_did_not_happen() {
        let ahead = of_requests("Công an quận,12/CV,2027-03-01,2027-03-02,điều tra vụ án,BB 3");
        assert_eq!(int(&ahead, "bad_rows"), Value::Int(1));
        let ahead = of_roles("kế toán,đơn,có,đối soát,2027-10-01");
        assert!(matches!(int(&ahead, "oldest_review"), Value::Unseen(_)));
        let good = of_roles("kế toán,đơn,có,đối soát,2026-10-01");
        assert_eq!(int(&good, "oldest_review"), Value::Day(day("2026-10-01")));
        assert_eq!(int(&good, "without_need"), Value::Int(0));
        let bad = of_roles("kế toán,đơn,có,chưa rõ,2026-10-01");
        assert_eq!(int(&bad, "without_need"), Value::Int(1));
    }
}
