//! How well secrets are found, on lines that were labelled by hand.

use super::*;

const LABELLED: &str = include_str!("../../../../tests/fixtures/secrets/labelled.txt");

/// Written before the patterns were looked at, in the manner of other frameworks.
const HELD_OUT: &str = include_str!("../../../../tests/fixtures/secrets/held_out.txt");

/// The labelled lines of a file: is it a secret, how is its file looked at, its text.
fn labelled(text: &str) -> Vec<(bool, Look, String)> {
    text.lines()
        .filter(|l| l.starts_with(['+', '-']))
        .map(|l| {
            let mut words = l.splitn(3, ' ');
            let is = words.next() == Some("+");
            let look = match words.next() {
                Some("code") => Look::Code,
                Some("prose") => Look::Prose,
                _ => Look::Config,
            };
            let text = words
                .next()
                .unwrap_or_default()
                .replace('~', "")
                .replace('⏎', "\n");
            (is, look, text)
        })
        .collect()
}

#[test]
fn precision_and_recall() {
    let all = labelled(LABELLED);
    let lures = all.iter().filter(|(is, ..)| !is).count();
    assert!(all.len() >= 300 && lures >= all.len() / 2 - 20);
    measure("secrets", &all);
    let held_out = labelled(HELD_OUT);
    let lures = held_out.iter().filter(|(is, ..)| !is).count();
    assert!(held_out.len() >= 150 && lures >= held_out.len() / 2);
    measure("secrets held out", &held_out);
}

fn measure(name: &str, all: &[(bool, Look, String)]) {
    let secrets = all.iter().filter(|(is, ..)| *is).count();
    let (mut found, mut wrong, mut wrongs) = (0, 0, Vec::new());
    for (is, look, text) in all {
        let hit = scan(text, *look);
        match (is, hit.is_empty()) {
            (true, false) => found += 1,
            (true, true) => wrongs.push(format!("missed: {text}")),
            (false, false) => {
                wrong += 1;
                wrongs.push(format!("no secret ({}): {text}", hit[0].kind));
            }
            (false, true) => {}
        }
    }
    let share = |part: usize, whole: usize| {
        f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
    };
    let (precision, recall) = (share(found, found + wrong), share(found, secrets));
    eprintln!(
        "{name}: {} lines, {secrets} secrets, found {found}, wrong {wrong}: precision {precision:.3}, recall {recall:.3}",
        all.len()
    );
    assert!(
        precision >= 0.97 && recall >= 0.95,
        "{precision:.3} {recall:.3}\n{}",
        wrongs.join("\n")
    );
}

#[test]
fn no_value_is_shown() {
    for (is, look, text) in [LABELLED, HELD_OUT].map(labelled).concat() {
        for hit in scan(&text, look) {
            assert!(is || hit.mask.starts_with("‹secret"), "{text}");
            let value = text
                .rsplit([' ', '=', ':'])
                .next()
                .unwrap_or_default()
                .trim_matches(['"', '\'', ';', ',']);
            assert!(
                value.len() < 6 || !format!("{hit:?}").contains(value) || hit.key.contains(value),
                "{hit:?}"
            );
        }
    }
}

#[test]
fn how_files_are_looked_at() {
    for (path, look) in [
        ("/app/config.yml", Look::Config),
        ("/src/Main.java", Look::Code),
        ("/README.md", Look::Prose),
        ("/lang/vi.json", Look::Prose),
        ("/tests/data.yml", Look::Aside),
        ("/.env.example", Look::Aside),
        ("/src/main/resources/application.yml", Look::Config),
    ] {
        assert_eq!(super::look(path), look, "{path}");
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(text in "(?s)([ -~àạ\\n\\t]|password|token=|-----BEGIN PRIVATE KEY-----|://a:b@){0,80}") {
        let last = u32::try_from(text.lines().count()).unwrap();
        for look in [Look::Config, Look::Code, Look::Prose] {
            for hit in scan(&text, look) {
                proptest::prop_assert!(hit.line >= 1 && hit.line <= last);
            }
        }
    }
}
