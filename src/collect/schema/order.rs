//! In which order tools run the files of migrations: by the numbers in their names.

/// The place of a file among others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    parts: Vec<Part>,
    /// Does its name begin with a number, as those of migrations do?
    numbered: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

/// Whether one file is run after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// It is.
    After,
    /// It is run before.
    Before,
    /// Names do not say it.
    NotKnown,
}

impl Order {
    /// Reads the name of a file in its folders.
    pub(super) fn of(file: &str) -> Self {
        let mut parts = Vec::new();
        let mut numbered = false;
        for piece in file.split('/') {
            let name = piece.split_once("__").map_or(piece, |(version, _)| version);
            // Flyway runs `R__x.sql` after all that have a number.
            if name.eq_ignore_ascii_case("r") && piece.contains("__") {
                numbered = true;
                parts.push(Part::Number(u64::MAX));
            }
            let flyway = name
                .strip_prefix(['V', 'v'])
                .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let version = flyway.unwrap_or(piece);
            numbered |= version.starts_with(|c: char| c.is_ascii_digit());
            let mut rest = version;
            while let Some(first) = rest.chars().next() {
                let digit = first.is_ascii_digit();
                let end = rest
                    .find(|c: char| c.is_ascii_digit() != digit)
                    .unwrap_or(rest.len());
                let (run, after) = rest.split_at(end);
                rest = after;
                match run.parse() {
                    Ok(number) if digit => parts.push(Part::Number(number)),
                    // Marks between numbers only part them.
                    Ok(_) | Err(_) if run.chars().all(|c| "._-".contains(c)) => {}
                    Ok(_) | Err(_) => parts.push(Part::Word(run.to_lowercase())),
                }
            }
        }
        Self { parts, numbered }
    }

    /// The first number in the name of a file, without its folders.
    pub(super) fn first_number(file: &str) -> Option<u64> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let end = name
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(name.len());
        name.get(..end)?.parse().ok()
    }

    /// When this file is run, beside the other.
    pub(super) fn when(&self, other: &Self) -> When {
        match (self.numbered && other.numbered, self.cmp(other)) {
            (false, _) | (true, std::cmp::Ordering::Equal) => When::NotKnown,
            (true, std::cmp::Ordering::Greater) => When::After,
            (true, std::cmp::Ordering::Less) => When::Before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_migrations() {
        for (one, other, expected) in [
            ("V10__x.sql", "V2__y.sql", When::After),
            ("V1_1__x.sql", "V1__y.sql", When::After),
            ("V1.10__x.sql", "V1.9__y.sql", When::After),
            ("001_kh.sql", "002_kh.sql", When::Before),
            (
                "20240102_b/migration.sql",
                "20240101_a/migration.sql",
                When::After,
            ),
            ("2_b.sql", "10_a.sql", When::Before),
            ("R__views.sql", "V10__x.sql", When::After),
            ("V2__x.sql", "R__views.sql", When::Before),
            ("alter.sql", "create.sql", When::NotKnown),
            ("V2__x.sql", "schema.sql", When::NotKnown),
        ] {
            assert_eq!(
                Order::of(one).when(&Order::of(other)),
                expected,
                "{one} {other}"
            );
        }
    }
}
