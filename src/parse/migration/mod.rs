//! Migrations that programs write in their own language: Laravel, Rails, Django and Liquibase. They give tables and
//! columns with types, comments and lines, as SQL does; a step that was not understood is told with its line.
//!
//! Nothing is run: what only the program works out (a name put together, a loop) is told as not understood.

mod django;
mod laravel;
mod liquibase;
mod rails;
mod words;

use super::sql::{Dialect, Schema};

/// What a file of a program may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PHP: Laravel, Doctrine.
    Laravel,
    /// Ruby: Rails.
    Rails,
    /// Python: Django.
    Django,
    /// XML of Liquibase.
    LiquibaseXml,
    /// YAML or JSON of Liquibase.
    LiquibaseYaml,
}

impl Kind {
    /// What the file is, by its name and what stands in it; none where we do not read its kind.
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let end = lower.rsplit('.').next().unwrap_or_default();
        let liquibase = text.contains("databaseChangeLog");
        match end {
            "php" if laravel::is_it(text) => Some(Self::Laravel),
            "rb" if rails::is_it(text) => Some(Self::Rails),
            "py" if django::is_it(text) => Some(Self::Django),
            "xml" if liquibase => Some(Self::LiquibaseXml),
            "yaml" | "yml" | "json" if liquibase => Some(Self::LiquibaseYaml),
            _ => None,
        }
    }
}

/// Reads a file; `name` is its path, which says to which application of Django it belongs.
pub fn parse(kind: Kind, name: &str, text: &str, dialect: Option<Dialect>) -> Schema {
    let dialect = dialect.unwrap_or(Dialect::Generic);
    match kind {
        Kind::Laravel => laravel::read(text, dialect),
        Kind::Rails => rails::read(text, dialect),
        Kind::Django => django::read(name, text, dialect),
        Kind::LiquibaseXml => liquibase::xml(text, dialect),
        Kind::LiquibaseYaml => liquibase::yaml(text, dialect),
    }
}

/// The number of the last migration that a `schema.rb` of Rails holds.
pub fn version_of_rails(text: &str) -> Option<u64> {
    rails::version(text)
}

#[cfg(test)]
mod tests;
