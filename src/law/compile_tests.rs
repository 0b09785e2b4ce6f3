use super::*;

/// What is said of a pack of these two instruments.
fn told(a: &str, b: &str) -> String {
    let file = |id: &str, rest: &str| {
        let text = format!(
            "schema: capdo/law/1\nid: {id}\nnumber: '1'\nkind: law\ntitle: {{ vi: a, en: a }}\n\
             cited_by_letter: false\nsource: s\nreading: read\n{rest}\n"
        );
        (format!("rules/law/{id}.yaml"), text.into_bytes())
    };
    load(Law::default(), &[file("a", a), file("b", b)])
        .map_or_else(|mistakes| mistakes.to_string(), |_| "no mistakes".into())
}

fn duty(rest: &str) -> String {
    format!(
        "in_force_from: 2020-01-01\nin_force_to: 2026-06-30\nrequirements:\n  - {{ id: a.1, clause: '1', \
         title: {{ vi: a, en: a }}, text: {{ vi: a, en: a }}, strength: must, scope: system, {rest} }}"
    )
}

const B: &str = "in_force_from: 2026-07-01";

#[test]
fn the_pack_of_the_project_loads() {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/law")).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("rules/law/{}", path.file_name().unwrap().to_string_lossy());
        files.push((name, std::fs::read(path).unwrap()));
    }
    let law = load(Law::default(), &files).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(law.requirement("tcvn14423.log-5").is_some());
    assert!(law.requirements.len() > 400, "{}", law.requirements.len());
}

#[test]
fn dates_that_cannot_be() {
    assert_eq!(told(&duty(""), B), "no mistakes");
    let cases = [
        (
            "in_force_from: 2020-01-01\nin_force_to: 2019-12-31".to_owned(),
            "it ends on 2019-12-31, before it begins on 2020-01-01",
        ),
        (
            "issued: 2020-02-01\nin_force_from: 2020-01-01".to_owned(),
            "issued on 2020-02-01, after it begins to hold",
        ),
        (
            duty("in_force_from: 2019-01-01"),
            "2019-01-01 lies before the instrument begins",
        ),
        (
            duty("in_force_from: 2025-01-01, in_force_to: 2024-01-01"),
            "it ends on 2024-01-01, before it begins on 2025-01-01",
        ),
        (
            duty("in_force_from: 2026-07-02"),
            "it ends on 2026-06-30, before it begins on 2026-07-02",
        ),
        (
            duty("in_force_to: 2027-01-01"),
            "2027-01-01 lies after the instrument ends, on 2026-06-30",
        ),
        (
            duty("valid_to: 2019-01-01"),
            "2019-01-01 lies before it begins",
        ),
        (
            duty("transition: { until: 2019-01-01, applies_if: {}, basis: { vi: a, en: a } }"),
            "2019-01-01 lies before it begins",
        ),
    ];
    for (written, message) in cases {
        let told = told(&written, B);
        assert!(told.contains(message), "{message}\n---\n{told}");
        assert!(told.contains("rules/law/a.yaml:"), "{told}");
    }
}

#[test]
fn rings_and_overlaps() {
    let ring = told(
        "in_force_from: 2020-01-01\nreplaced_by: [ b ]",
        "in_force_from: 2026-07-01\nreplaced_by: [ a ]",
    );
    assert!(
        ring.contains("a ring: `b` is itself replaced by `a`"),
        "{ring}"
    );
    let own = told("in_force_from: 2020-01-01\nreplaced_by: [ a ]", B);
    assert!(own.contains("a ring"), "{own}");
    let overlap = told(
        "in_force_from: 2020-01-01\nin_force_to: 2026-07-01\nreplaced_by: [ b ]",
        B,
    );
    assert!(
        overlap.contains("they overlap: `b` begins on 2026-07-01, this ends on 2026-07-01"),
        "{overlap}"
    );
}

#[test]
fn nothing_corresponds_to_nothing() {
    let unknown = told(&duty("corresponds_to: [ a.2 ]"), B);
    assert!(unknown.contains("`a.2` is not known"), "{unknown}");
    let itself = told(&duty("corresponds_to: [ a.1 ]"), B);
    assert!(itself.contains("it corresponds to itself"), "{itself}");
}
