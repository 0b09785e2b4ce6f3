//! Lists as companies write them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::model::{AssetKind, Ownership, Size, Text};

fn organisation(subcontractors: bool) -> Organisation {
    Organisation {
        name: Text::new("Công ty cổ phần Bưu chính Mẫu", "Sample Postal JSC"),
        tax_code: None,
        ownership: Ownership::Private,
        size: Size::Large,
        subcontractors,
    }
}

fn context() -> Context {
    Context {
        now: "2026-11-23T03:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(1),
        offline: true,
    }
}

fn collect_files(roster: &[u8], trained: &[u8], subcontractors: bool) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("hr")).unwrap();
    let path = |name: &str| folder.path().join("hr").join(name);
    fs::write(path("roster.csv"), roster).unwrap();
    fs::write(path("trained.csv"), trained).unwrap();
    collect(
        &asset(path("roster.csv"), path("trained.csv")),
        &organisation(subcontractors),
        &context(),
    )
}

fn asset(roster: PathBuf, trained: PathBuf) -> Asset {
    Asset {
        id: "staff".into(),
        systems: vec!["portal".into()],
        kind: AssetKind::Document,
        line: 1,
        roles: Vec::new(),
        shown: "hr/roster.csv".into(),
        target: Target::Roster {
            roster,
            trained,
            papers: crate::model::PeopleFiles::default(),
        },
        lists: crate::model::HostLists::default(),
    }
}

fn value<'a>(collected: &'a Collected, kind: &str, path: &str) -> &'a Value {
    let subject = collected.subjects.iter().find(|s| &*s.kind == kind);
    &subject.unwrap().facts[path].value
}

fn code(value: &Value) -> &str {
    let Value::Unseen(why) = value else {
        panic!("{value:?}");
    };
    why.code
}

#[test]
fn the_sample_company() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs/hr");
    let asset = asset(samples.join("roster.csv"), samples.join("trained.csv"));
    let collected = collect(&asset, &organisation(true), &context());
    let fact = |path| value(&collected, "training", path).json();
    assert_eq!(fact("active_couriers"), 14);
    assert_eq!(fact("active_subcontracted"), 6);
    assert_eq!(fact("trained"), 12);
    assert_eq!(fact("missing"), 2);
    assert_eq!(fact("coverage"), 85);
    assert_eq!(fact("oldest_course"), "2026-03-19");
    assert_eq!(value(&collected, "roster", "rows").json(), 24);
    assert_eq!(value(&collected, "roster", "bad_rows").json(), 0);
    let sources: Vec<&str> = collected
        .evidence
        .iter()
        .map(|e| e.source.as_str())
        .collect();
    assert_eq!(sources, ["hr/roster.csv", "hr/trained.csv"]);
    let all = format!("{:?}", collected.subjects);
    assert!(!all.contains("BT009") && !all.contains("Bích"), "{all}");
}

#[test]
fn vietnamese_headers_semicolons_and_utf16() {
    let roster = "Mã NV;Họ và tên;Chức danh;Đơn vị;Ngày vào làm;Ngày nghỉ việc\r\n\
                  a1;x;Shipper;Cty CP Bưu chính Mẫu;01/02/2020;-\r\n\
                  A2;y;Nhân viên giao hàng;Hợp tác xã Giao nhanh;01/02/2020;\r\n";
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(roster.encode_utf16().flat_map(u16::to_le_bytes));
    let trained = "\u{FEFF}Mã nhân viên;Khóa học;Ngày học;Đã ký\r\nA1;Bảo mật;12/3/2026;Có\r\nA2;An toàn thông tin;13/3/2026;x\r\n";
    let collected = collect_files(&utf16, trained.as_bytes(), true);
    assert_eq!(value(&collected, "training", "coverage").json(), 100);
    assert_eq!(value(&collected, "training", "signed_coverage").json(), 100);
    assert_eq!(
        value(&collected, "training", "active_subcontracted").json(),
        1
    );
}

#[test]
fn nobody_of_a_subcontractor_is_not_everybody() {
    let roster = b"id,role,employer\n1,courier,Sample Postal\n";
    let trained = b"id,course,date,signed\n1,privacy,2026-03-12,yes\n";
    let collected = collect_files(roster, trained, true);
    let Value::Unseen(why) = value(&collected, "training", "coverage") else {
        panic!("seen");
    };
    assert_eq!(
        (why.code, why.detail.as_str()),
        ("ambiguous", "no subcontractor rows")
    );
    assert_eq!(
        value(&collected, "roster", "has_subcontractors"),
        &Value::Bool(false)
    );
    let collected = collect_files(roster, trained, false);
    assert_eq!(value(&collected, "training", "coverage").json(), 100);
    let department = "Mã,Chức danh,Đơn vị\n1,Bưu tá,Bưu cục Cầu Giấy\n".as_bytes();
    let collected = collect_files(department, trained, true);
    assert_eq!(code(value(&collected, "training", "coverage")), "ambiguous");
    let outside = "Mã,Chức danh,Đơn vị\n1,Bưu tá,Đội thầu phụ 2\n".as_bytes();
    let collected = collect_files(outside, trained, true);
    assert_eq!(value(&collected, "training", "coverage").json(), 100);
    let collected = collect_files(b"id,role\n1,courier\n", trained, true);
    assert_eq!(code(value(&collected, "training", "coverage")), "ambiguous");
}

#[test]
fn what_could_not_be_read_is_no_pass() {
    let trained = b"id,course,date,signed\n1,privacy,2026-03-12,yes\n";
    let collected = collect_files(
        b"id,role,active_from\n1,courier,\n2,courier,soon\n",
        trained,
        false,
    );
    assert_eq!(
        code(value(&collected, "training", "coverage")),
        "not-parsed"
    );
    assert_eq!(
        value(&collected, "roster", "bad_lines").json(),
        serde_json::json!([3])
    );
    let two = b"id,role\n1,courier\n2,courier\n";
    let collected = collect_files(
        two,
        b"id,course,date,signed\n1,privacy,2026-03-12,yes\n2,privacy,sometime,yes\n",
        false,
    );
    assert_eq!(
        code(value(&collected, "training", "coverage")),
        "not-parsed"
    );
    let collected = collect_files(
        two,
        b"id,course,date,signed\n1,privacy,2026-03-12,yes\n2,first aid,2026-03-12,yes\n",
        false,
    );
    assert_eq!(code(value(&collected, "training", "coverage")), "ambiguous");
    let collected = collect_files(b"id,role\n1,clerk\n", trained, false);
    assert_eq!(code(value(&collected, "training", "coverage")), "ambiguous");
    let collected = collect_files(b"id,role\n7,courier\n", trained, false);
    assert_eq!(code(value(&collected, "training", "coverage")), "ambiguous");
}

#[test]
fn later_courses_train_nobody_and_duplicates_are_counted() {
    let roster = b"id,role\n1,courier\n1,courier\n2,courier\n";
    let trained = b"id,course,date,signed\n1,privacy,2026-03-12,no\n2,privacy,2026-12-01,yes\n";
    let collected = collect_files(roster, trained, false);
    assert_eq!(value(&collected, "training", "coverage").json(), 50);
    assert_eq!(value(&collected, "training", "signed").json(), 0);
    assert_eq!(
        value(&collected, "roster", "duplicate_lines").json(),
        serde_json::json!([3])
    );
}

#[test]
fn files_that_are_no_lists() {
    for (bytes, code) in [
        (&b""[..], "not-parsed"),
        (b"a\0b", "unreadable"),
        (b"\xFF\xC3", "not-parsed"),
        (b"x,y\n1,2\n", "not-parsed"),
    ] {
        let collected = collect_files(bytes, b"id,date\n", false);
        assert!(collected.subjects.is_empty());
        let lists = ["roster", "training"];
        for sight in collected
            .sights
            .iter()
            .filter(|s| lists.contains(&&*s.kind))
        {
            let Seen::Not(reason) = &sight.seen else {
                panic!("{sight:?}");
            };
            assert_eq!(reason.code, code);
        }
    }
}

#[test]
fn who_did_not_finish_a_course_is_not_trained() {
    let coverage = |header: &str, outcome: &str| {
        let trained = format!(
            "id,course,date,signed,{header}\n1,Bảo mật thông tin,2026-03-12,có,{outcome}\n"
        );
        let collected = collect_files(b"id,role\n1,courier\n", trained.as_bytes(), false);
        value(&collected, "training", "coverage").clone()
    };
    for (header, outcome) in [
        ("kết quả", "Đạt"),
        ("Trạng thái", "Đã hoàn thành"),
        ("Status", "Completed"),
        ("điểm danh", "x"),
    ] {
        assert_eq!(coverage(header, outcome).json(), 100, "{outcome}");
    }
    for (header, outcome) in [
        ("kết quả", "Vắng mặt"),
        ("kết quả", "Không đạt"),
        ("Trạng thái", "Chưa hoàn thành"),
        ("Trạng thái", "Đã đăng ký"),
        ("Status", "Not started"),
        ("Status", "In progress"),
        ("Status", "Not completed"),
        ("attendance", "no"),
        ("tham dự", "chưa"),
    ] {
        assert_eq!(coverage(header, outcome).json(), 0, "{outcome}");
    }
    for outcome in ["7,5", "", "?"] {
        assert!(
            matches!(
                coverage("kết quả", &format!("\"{outcome}\"")),
                Value::Unseen(_)
            ),
            "{outcome}"
        );
    }
    for course in [
        "Bảo mật thông tin (đã hủy)",
        "Chưa học bảo mật thông tin",
        "Gas leak drill",
    ] {
        let trained = format!("id,course,date\n1,{course},2026-03-12\n");
        let collected = collect_files(b"id,role\n1,courier\n", trained.as_bytes(), false);
        assert!(
            matches!(value(&collected, "training", "coverage"), Value::Unseen(_)),
            "{course}"
        );
    }
}
