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

/// The files of the law of the project, with those on sanctions.
pub(in crate::law) fn shipped() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for folder in ["rules/law", "rules/law/sanctions"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
                files.push((name, std::fs::read(path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn the_pack_of_the_project_loads() {
    let files = shipped();
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
fn sanctions_that_cannot_be() {
    let one = "instrument: a\nfor: individual\ndoubled_for_organisation: true\nsanctions:\n  - ";
    let with = |rest: &str| {
        let text = format!("schema: capdo/sanctions/1\n{}", rest);
        let law = duty("sanction: [ a.9 ]").replace("in_force_from", "schema: capdo/law/1\nid: a\nnumber: '1'\nkind: law\ntitle: { vi: a, en: a }\ncited_by_letter: false\nsource: s\nreading: read\nin_force_from");
        let files = [
            ("rules/law/a.yaml".to_owned(), law.into_bytes()),
            ("rules/law/sanctions/a.yaml".to_owned(), text.into_bytes()),
        ];
        load(Law::default(), &files)
    };
    let said = |rest: &str| with(rest).map_or_else(|m| m.to_string(), |_| "no mistakes".into());
    let good = format!(
        "{one}{{ id: a.9, text: {{ vi: a, en: a }}, range: {{ from: 30, to: 50, unit: million-vnd }} }}"
    );
    let law = with(&good).unwrap_or_else(|m| panic!("{m}"));
    let sanction = law.sanction("a.9").unwrap();
    let both = sanction.for_organisation().unwrap();
    assert_eq!((both.from, both.to), (60, Some(100)));
    let mut unread = sanction.clone();
    unread.reading = crate::model::Reading::Unverified;
    assert!(unread.printed().is_none() && unread.for_organisation().is_none());
    for (change, message) in [
        (("id: a.9", "id: a.8"), "`a.9` is not known"),
        (("to: 50", "to: 20"), "it ends below its beginning"),
        (("instrument: a", "instrument: c"), "`c` is not known"),
        (("id: a.9", "id: b.9"), "an id here begins with `a.`"),
    ] {
        let told = said(&good.replace(change.0, change.1));
        assert!(told.contains(message), "{message}\n---\n{told}");
    }
}

#[test]
fn nothing_corresponds_to_nothing() {
    let unknown = told(&duty("corresponds_to: [ a.2 ]"), B);
    assert!(unknown.contains("`a.2` is not known"), "{unknown}");
    let itself = told(&duty("corresponds_to: [ a.1 ]"), B);
    assert!(itself.contains("it corresponds to itself"), "{itself}");
}
