use std::fs;
use std::time::Duration;

use super::*;
use crate::model::{Organisation, Ownership, Size, Text};

fn inventory() -> Inventory {
    Inventory {
        file: "capdo.yaml".into(),
        organisation: Organisation {
            name: Text::same("Sample Postal JSC"),
            tax_code: Some("0100109106".into()),
            ownership: Ownership::Private,
            size: Size::Large,
            subcontractors: false,
        },
        assessor: None,
        systems: Vec::new(),
        assets: Vec::new(),
        attestations: Vec::new(),
        incidents: None,
        waivers: Vec::new(),
        parameters: std::collections::BTreeMap::new(),
        mask_profile: None,
        code_reversal: None,
    }
}

fn collected(brandnames: &[u8], numbers: &str, calls: &str, roster: &str) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join("calls").join(name);
    fs::create_dir(folder.path().join("calls")).unwrap();
    fs::write(path("names.csv"), brandnames).unwrap();
    fs::write(path("numbers.csv"), numbers).unwrap();
    fs::write(path("calls.csv"), calls).unwrap();
    fs::write(path("roster.csv"), roster).unwrap();
    let files = CallerFiles {
        brandnames: path("names.csv"),
        numbers: Some(path("numbers.csv")),
        calls: Some(path("calls.csv")),
        roster: Some(path("roster.csv")),
        sip: None,
        traces: None,
        app: None,
    };
    let cx = Context {
        now: "2026-11-23T03:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(1),
        offline: true,
    };
    collect(&files, "calls/names.csv", &inventory(), &cx)
}

fn fact(out: &Collected, kind: &str, path: &str) -> String {
    let subject = out.subjects.iter().find(|s| &*s.kind == kind).unwrap();
    subject.facts[path].value.shown()
}

#[test]
fn counts_and_shares() {
    let out = collected(
        b"brandname,issued\nBuuChinh,2025-01-01\n",
        "number,brandname,carrier\n0247300100x,BuuChinh,viettel\n",
        "from,to,waybill,courier,date\n02473001001,*****412,A1,N1,2026-11-01\n0912345678,0987654321,,N2,2026-11-02\n",
        "id,role\nN1,courier\n",
    );
    let calls = |path: &str| fact(&out, "caller-calls", path);
    assert_eq!(calls("share"), "50");
    assert_eq!(calls("unregistered_lines"), "[3]");
    assert_eq!(calls("from_mobile"), "1");
    assert_eq!(calls("waybill_share"), "50");
    assert_eq!(calls("not_in_roster"), "1");
    assert_eq!(calls("full_recipients"), "1");
    assert_eq!(calls("newest_call"), "2026-11-02");
    assert_eq!(fact(&out, "brandname", "expires"), "2028-01-01");
    assert_eq!(
        fact(&out, "caller-numbers", "large_carriers_missing"),
        "[vnpt, mobifone]"
    );
    let sources: Vec<&str> = out.evidence.iter().map(|e| e.source.as_str()).collect();
    assert_eq!(
        &sources[..3],
        ["calls/names.csv", "calls/numbers.csv", "calls/calls.csv"]
    );
}

#[test]
fn what_is_wrong_is_named() {
    let out = collected(
        b"x,y\n1,2\n",
        "number\n02473001000\n",
        "\u{fffd}",
        "id,role\n",
    );
    let reason = |kind: &str| {
        let sight = out.sights.iter().find(|s| &*s.kind == kind).unwrap();
        let Seen::Not(reason) = &sight.seen else {
            panic!("{sight:?}");
        };
        format!("{}: {}", reason.code, reason.detail)
    };
    assert_eq!(
        reason("brandname"),
        "not-parsed: calls/names.csv: no header line with the columns brandname"
    );
    assert_eq!(
        reason("caller-numbers"),
        "not-parsed: calls/numbers.csv: no header line with the columns number, brandname"
    );
    assert!(reason("caller-calls").starts_with("not-parsed: calls/calls.csv"));
}

#[test]
fn no_value_of_a_person_stays() {
    let out = collected(
        "brandname\n0912345678\nTrần Thị Mẫu\n".as_bytes(),
        "number,brandname\n0987654321,Nguyễn Văn Thử\nabc 0911222333,x\n",
        "from,to,waybill,courier,date\n0987654321,0977888999,BCSECRET1,MAU-SECRET,2026-11-01\n",
        "id,name,role\nMAU-SECRET,Lê Thị Bí Mật,courier\n",
    );
    let all = format!("{out:?}");
    for value in [
        "0912345678",
        "Trần",
        "0987654321",
        "Nguyễn",
        "0911222333",
        "0977888999",
        "BCSECRET1",
        "MAU-SECRET",
        "Bí Mật",
    ] {
        assert!(
            !all.to_lowercase().contains(&value.to_lowercase()),
            "{value}"
        );
    }
}

#[test]
fn bytes_that_are_no_text() {
    let out = collected(
        b"brandname\n\xff\xfe\xfa\x00\n",
        "number,brandname\n",
        "from\n",
        "id,role\n",
    );
    assert!(
        out.sights
            .iter()
            .any(|s| &*s.kind == "brandname" && s.seen != Seen::Whole)
    );
}
