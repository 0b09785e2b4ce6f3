//! The parameters of PostgreSQL 15, from a real server (`pg_settings`): type, unit and own value; values as `SHOW` prints.

use std::sync::LazyLock;

/// One parameter.
#[derive(Debug, Clone)]
pub(in crate::collect::config) struct Guc {
    pub(in crate::collect::config) name: &'static str,
    kind: &'static str,
    unit: &'static str,
    boot: &'static str,
    words: &'static str,
    /// Cannot stand in a file.
    pub(in crate::collect::config) internal: bool,
}

/// The parameter of this name, in lower case.
pub(in crate::collect::config) fn find(name: &str) -> Option<&'static Guc> {
    TABLE
        .binary_search_by(|g| {
            let lower = g.name.bytes().map(|b| b.to_ascii_lowercase());
            lower.cmp(name.bytes())
        })
        .ok()
        .map(|at| &TABLE[at])
}

/// All parameters, by name in lower case.
pub(in crate::collect::config) fn all() -> &'static [Guc] {
    &TABLE
}

impl Guc {
    /// The server's own value as `SHOW` prints it.
    pub(in crate::collect::config) fn own(&self) -> String {
        self.show(self.boot)
    }

    /// The value as `SHOW` prints it; as written where the server would refuse it.
    pub(in crate::collect::config) fn show(&self, written: &str) -> String {
        let shown = match self.kind {
            "bool" => boolean(written).map(|on| if on { "on" } else { "off" }.to_owned()),
            "enum" => self.word(written),
            "integer" if OCTAL.contains(&self.name) => {
                self.number(written).map(|n| format!("{n:04o}"))
            }
            "integer" => self.number(written).map(|n| self.with_unit(n as f64)),
            "real" => self.quantity(written).map(|n| self.with_unit(n)),
            _ => None,
        };
        shown.unwrap_or_else(|| written.to_owned())
    }

    /// Is the value one that the server takes?
    pub(in crate::collect::config) fn takes(&self, written: &str) -> bool {
        match self.kind {
            "bool" => boolean(written).is_some(),
            "enum" => self.word(written).is_some(),
            "integer" => self.number(written).is_some(),
            _ => true,
        }
    }

    fn word(&self, written: &str) -> Option<String> {
        if let Some(word) = self
            .words
            .split(',')
            .find(|w| w.eq_ignore_ascii_case(written))
        {
            return Some(word.to_owned());
        }
        // Several enums take the words of a boolean too, hidden from the list.
        boolean(written)
            .map(|on| if on { "on" } else { "off" }.to_owned())
            .filter(|w| self.words.split(',').any(|x| x == w))
    }

    /// The whole number in the parameter's own unit.
    pub(in crate::collect::config) fn number(&self, written: &str) -> Option<i64> {
        let text = written.trim();
        if let Some(hex) = text.strip_prefix("0x") {
            return i64::from_str_radix(hex, 16).ok();
        }
        // `0640` is octal, as in C.
        if text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| matches!(b, b'0'..=b'7'))
        {
            return i64::from_str_radix(text, 8).ok();
        }
        let value = self.quantity(text)?.round();
        // Past this a float is no longer exact, and no parameter goes so far.
        (value.abs() < 9e15).then_some(value as i64)
    }

    fn quantity(&self, written: &str) -> Option<f64> {
        let text = written.trim();
        let end = text
            .find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E'))
            .unwrap_or(text.len());
        let number: f64 = text[..end].parse().ok()?;
        let unit = text[end..].trim();
        let factor = if unit.is_empty() {
            1.0
        } else {
            let (base, times) = self.base()?;
            let (_, size) = units(base).iter().find(|(name, _)| *name == unit)?;
            size / times
        };
        let value = number * factor;
        value.is_finite().then_some(value)
    }

    /// The family of the unit and how many of its smallest the parameter counts in.
    fn base(&self) -> Option<(&'static str, f64)> {
        let digits = self.unit.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let times: f64 = if digits == 0 {
            1.0
        } else {
            self.unit[..digits].parse().ok()?
        };
        let unit = &self.unit[digits..];
        [BYTES, TIMES].into_iter().find_map(|family| {
            let (_, size) = family.iter().find(|(name, _)| *name == unit)?;
            Some((
                if family == BYTES { "bytes" } else { "times" },
                size * times,
            ))
        })
    }

    /// With the largest unit that leaves a whole number.
    fn with_unit(&self, value: f64) -> String {
        let Some((family, times)) = self.base().filter(|_| value > 0.0) else {
            return value.to_string();
        };
        let smallest = value * times;
        let fit = units(family)
            .iter()
            .rev()
            .find(|(_, size)| (smallest / size).fract() == 0.0);
        match fit {
            Some((name, size)) => format!("{}{name}", (smallest / size) as i64),
            None => value.to_string(),
        }
    }

    /// Seconds, for a parameter that is a time.
    pub(in crate::collect::config) fn seconds(&self, written: &str) -> Option<i64> {
        let (family, micros) = self.base()?;
        (family == "times").then_some(())?;
        let value = self.number(written)? as f64;
        if value <= 0.0 {
            Some(value as i64)
        } else {
            Some((value * micros / 1e6).ceil() as i64)
        }
    }
}

/// As `parse_bool`: whole words or their beginnings.
pub(in crate::collect::config) fn boolean(written: &str) -> Option<bool> {
    let word = written.trim().to_ascii_lowercase();
    if word.is_empty() {
        return None;
    }
    match word.as_str() {
        "1" | "on" => Some(true),
        "0" | "of" | "off" => Some(false),
        w if "true".starts_with(w) || "yes".starts_with(w) => Some(true),
        w if "false".starts_with(w) || "no".starts_with(w) => Some(false),
        _ => None,
    }
}

fn units(family: &str) -> &'static [(&'static str, f64)] {
    if family == "bytes" { BYTES } else { TIMES }
}

/// Shown as in C.
const OCTAL: [&str; 3] = [
    "data_directory_mode",
    "log_file_mode",
    "unix_socket_permissions",
];

const BYTES: &[(&str, f64)] = &[
    ("B", 1.0),
    ("kB", 1024.0),
    ("MB", 1_048_576.0),
    ("GB", 1_073_741_824.0),
    ("TB", 1_099_511_627_776.0),
];

const TIMES: &[(&str, f64)] = &[
    ("us", 1.0),
    ("ms", 1e3),
    ("s", 1e6),
    ("min", 6e7),
    ("h", 3.6e9),
    ("d", 8.64e10),
];

static TABLE: LazyLock<Vec<Guc>> = LazyLock::new(|| {
    let mut table: Vec<Guc> = include_str!("pg15.tsv")
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some(Guc {
                name: cells.next()?,
                kind: cells.next()?,
                unit: cells.next()?,
                boot: cells.next()?,
                words: cells.next()?,
                internal: cells.next()? == "internal",
            })
        })
        .collect();
    table.sort_by_key(|g| g.name.to_lowercase());
    table
});
