//! The classifier measured on invented schemas whose columns people labelled (`tests/fixtures/columns`).

use super::judge;
use crate::parse::sql::{Column, Dialect, Schema, Table};

mod held;

/// Floors of what is shown below; the set is read, never fitted to by name.
const CLASS_FLOOR: f64 = 0.95;
const PROTECTED_FLOOR: f64 = 0.9;

const FILES: [(&str, &str); 3] = [
    (
        "first",
        include_str!("../../../tests/fixtures/columns/first.txt"),
    ),
    (
        "second",
        include_str!("../../../tests/fixtures/columns/second.txt"),
    ),
    (
        "third",
        include_str!("../../../tests/fixtures/columns/third.txt"),
    ),
];

/// What people said of a column.
struct Label {
    class: String,
    protected: Option<String>,
}

#[derive(Default)]
struct Tally {
    columns: usize,
    personal: usize,
    right: usize,
    false_alarms: usize,
    missed: usize,
    protected_right: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, label: &Label, class: &str, protected: &str, why: &str) {
        self.columns += 1;
        let personal = label.class != "none";
        self.personal += usize::from(personal);
        if class == label.class {
            self.right += usize::from(personal);
        } else {
            self.missed += usize::from(personal);
            self.false_alarms += usize::from(class != "none");
            self.wrong
                .push(format!("{name}: {} but {class} ({why})", label.class));
        }
        if let Some(wanted) = &label.protected {
            if wanted == protected {
                self.protected_right += 1;
            } else {
                self.wrong.push(format!(
                    "{name}: protected {wanted} but {protected} ({why})"
                ));
            }
        }
    }

    fn figures(&self) -> (f64, f64, f64) {
        let share = |n: usize, of: usize| {
            f64::from(u32::try_from(n).unwrap()) / f64::from(u32::try_from(of).unwrap())
        };
        (
            share(self.right, self.right + self.false_alarms),
            share(self.right, self.right + self.missed),
            share(self.protected_right, self.personal),
        )
    }

    fn shown(&self, of: &str) -> String {
        let (precision, recall, protected) = self.figures();
        format!(
            "{of}: {} columns, {} personal: precision {precision:.3}, recall {recall:.3}, protected {protected:.3}",
            self.columns, self.personal
        )
    }
}

/// The tables of a file, and what people said of their columns in the same order.
fn read(text: &str) -> (Schema, Vec<Label>) {
    let mut schema = Schema::empty(Dialect::Generic);
    let mut labels = Vec::new();
    for (line, at) in text.lines().zip(1_u32..) {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix("= ") {
            schema.tables.push(Table {
                name: name.to_owned(),
                line: at,
                ..Table::default()
            });
            continue;
        }
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let mut said = parts.get(2).unwrap_or(&"").split_whitespace();
        labels.push(Label {
            class: said.next().unwrap_or("none").to_owned(),
            protected: said.next().map(str::to_owned),
        });
        schema.tables.last_mut().unwrap().columns.push(Column {
            name: parts[0].to_owned(),
            data_type: parts[1].to_lowercase(),
            comment: parts.get(3).unwrap_or(&"").to_string(),
            has_comment: parts.get(3).is_some(),
            line: at,
            ..Column::default()
        });
    }
    (schema, labels)
}

#[test]
fn precision_and_recall() {
    let mut all = Tally::default();
    let mut shown = Vec::new();
    for (file, text) in FILES {
        let (schema, labels) = read(text);
        let judged = judge::judge(&schema, &judge::Beside::default());
        assert_eq!(judged.len(), labels.len());
        let mut one = Tally::default();
        for (j, label) in judged.iter().zip(&labels) {
            let (class, protected) = (j.verdict.class.word(), j.protected.word());
            let why = format!("{} {}", j.verdict.reason(), j.why);
            one.add(&j.name(&schema), label, class, protected, &why);
            all.add(&j.name(&schema), label, class, protected, &why);
        }
        shown.push(one.shown(file));
    }
    shown.push(all.shown("all"));
    println!("{}\n{}", shown.join("\n"), all.wrong.join("\n"));
    assert!(all.columns >= 800 && all.personal * 3 >= all.columns);
    let (precision, recall, protected) = all.figures();
    assert!(precision >= CLASS_FLOOR, "{precision}");
    assert!(recall >= CLASS_FLOOR, "{recall}");
    assert!(protected >= PROTECTED_FLOOR, "{protected}");
}
