//! Migrations that hold their own way back: the statements after `-- +goose Down` run only where something went wrong,
//! and what they take back is still there.

/// Where parts of a text begin that take back, and where they end.
pub(super) struct Sections {
    /// Whether each line that says so begins a way back.
    marks: Vec<(u32, bool)>,
    /// How many of them were passed.
    passed: usize,
    now: bool,
}

impl Sections {
    /// Reads the marks of a text; `now`: it begins inside a way back.
    pub(super) fn of(text: &str, now: bool) -> Self {
        let mut marks = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Some(mark) = mark(line) {
                marks.push((u32::try_from(number + 1).unwrap_or(u32::MAX), mark));
            }
        }
        Self {
            marks,
            passed: 0,
            now,
        }
    }

    /// Does the statement on this line take back? Lines are asked for in order.
    pub(super) fn at(&mut self, line: u32) -> bool {
        while let Some((_, mark)) = self.marks.get(self.passed).filter(|(at, _)| *at <= line) {
            self.now = *mark;
            self.passed += 1;
        }
        self.now
    }

    /// Does the text end inside a way back?
    pub(super) fn last(mut self) -> bool {
        self.at(u32::MAX)
    }
}

/// `-- +goose Down`, `-- +migrate Down`, `-- migrate:down`, `-- @UNDO`, `-- DOWN`: true; the way forward again: false.
fn mark(line: &str) -> Option<bool> {
    let line = line.trim_start();
    let said = line.strip_prefix("--").or_else(|| line.strip_prefix('#'))?;
    let said = said.trim_matches(|c: char| !c.is_alphanumeric());
    if said.len() > 60 {
        return None;
    }
    let words: Vec<String> = said
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let tools = [
        "goose",
        "migrate",
        "migration",
        "liquibase",
        "sqlx",
        "dbmate",
    ];
    let first = match words.split_first() {
        Some((tool, rest)) if tools.contains(tool) => rest.first(),
        Some((first, rest)) if rest.len() < 3 => Some(first),
        Some(_) | None => None,
    };
    match *first? {
        "down" | "undo" | "rollback" | "revert" | "backout" => Some(true),
        "up" | "changeset" | "forward" | "apply" => Some(false),
        _ => None,
    }
}

/// Is this a file that takes another back, by its name: `001_init.down.sql`, `U2__x.sql`, `down.sql`?
pub fn takes_back(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let lower = file.to_ascii_lowercase();
    let undo = name
        .strip_prefix(['U', 'u'])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains("__"));
    undo || lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|w| ["down", "undo", "rollback", "revert", "backout"].contains(&w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_tools() {
        for (line, expected) in [
            ("-- +goose Down", Some(true)),
            ("-- +goose Up", Some(false)),
            ("-- +goose StatementBegin", None),
            ("-- migrate:down", Some(true)),
            ("-- +migrate Down notransaction", Some(true)),
            ("-- //@UNDO", Some(true)),
            // Liquibase: the remark itself is the way back.
            ("--rollback DROP TABLE kh;", None),
            ("--changeset an:2", Some(false)),
            ("-- Down", Some(true)),
            ("-- up to ten digits of the telephone number", None),
            ("DROP TABLE a; -- down", None),
        ] {
            assert_eq!(mark(line), expected, "{line}");
        }
    }

    #[test]
    fn files_that_take_back() {
        for (file, expected) in [
            ("001_init.down.sql", true),
            ("2024-01-01-000000_kh/down.sql", true),
            ("U2__kh.sql", true),
            ("rollback/V2.sql", true),
            ("users.sql", false),
            ("V2__download_count.sql", false),
        ] {
            assert_eq!(takes_back(file), expected, "{file}");
        }
    }
}
