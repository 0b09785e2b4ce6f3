use super::*;

fn failures(list: &str) -> Vec<String> {
    let mut out = Vec::new();
    for line in list
        .lines()
        .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
    {
        let mut parts = line.split('\t');
        let (Some(class), Some(party), Some(name)) = (parts.next(), parts.next(), parts.next())
        else {
            panic!("{line}");
        };
        let around = Around {
            data_type: parts.next().filter(|t| *t != "-"),
            table: parts.next().filter(|t| *t != "-"),
            comment: parts.next(),
            neighbours: &[],
        };
        let got = classify(name, &around);
        if got.class.word() != class || (party != "*" && got.party.word() != party) {
            out.push(format!(
                "{name}: {class}/{party} but {}/{} ({})",
                got.class.word(),
                got.party.word(),
                got.reason()
            ));
        }
    }
    out
}

#[test]
fn names_seen_in_public_schemas() {
    let list = include_str!("seen.txt");
    assert!(list.lines().count() > 327);
    let bad = failures(list);
    assert!(bad.is_empty(), "{} wrong:\n{}", bad.len(), bad.join("\n"));
}

/// Names that were written down before the classifier was run on them, to see whether it generalises.
#[test]
fn names_not_seen() {
    let bad = failures(include_str!("unseen.txt"));
    assert!(bad.is_empty(), "{} wrong:\n{}", bad.len(), bad.join("\n"));
}

proptest::proptest! {
    #[test]
    fn never_panics(name in ".{0,60}", comment in ".{0,60}", table in "[a-zA-Z_]{0,20}") {
        let around = Around { table: Some(&table), comment: Some(&comment), ..Around::default() };
        let got = classify(&name, &around);
        assert!(got.confidence <= 100);
    }
}
