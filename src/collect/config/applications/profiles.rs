//! Profiles of Spring Boot: which come along with another, and whether an expression of profiles holds.

/// Does the expression hold where these profiles are active? `web & !local`, `prod | staging`, `a, b`; nothing where it
/// is none.
pub(super) fn holds(expression: &str, active: &[String]) -> Option<bool> {
    let mut any = false;
    for part in expression.split(',') {
        let mut reader = Reader { rest: part, active };
        any |= reader.any(0)?;
        reader.blanks();
        if !reader.rest.is_empty() {
            return None;
        }
    }
    Some(any)
}

/// Is it the name of one profile, not an expression?
pub(super) fn is_name(profile: &str) -> bool {
    !profile.is_empty() && !profile.contains(|c: char| "&|!(),".contains(c) || c.is_whitespace())
}

struct Reader<'a> {
    rest: &'a str,
    active: &'a [String],
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, sign: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn any(&mut self, depth: usize) -> Option<bool> {
        let mut holds = self.all(depth)?;
        while self.eat('|') {
            holds |= self.all(depth)?;
        }
        Some(holds)
    }

    fn all(&mut self, depth: usize) -> Option<bool> {
        let mut holds = self.one(depth)?;
        while self.eat('&') {
            holds &= self.one(depth)?;
        }
        Some(holds)
    }

    fn one(&mut self, depth: usize) -> Option<bool> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.eat('!') {
            return Some(!self.one(depth + 1)?);
        }
        if self.eat('(') {
            let inner = self.any(depth + 1)?;
            return self.eat(')').then_some(inner);
        }
        self.blanks();
        let end = self
            .rest
            .find(|c: char| "&|!()".contains(c) || c.is_whitespace());
        let (name, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        self.rest = rest;
        (!name.is_empty()).then(|| self.active.iter().any(|one| one == name))
    }
}

const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let active = ["web".to_owned(), "prod".to_owned()];
        for (expression, wanted) in [
            ("web", Some(true)),
            ("web & !local", Some(true)),
            ("local | (prod & web)", Some(true)),
            ("!prod", Some(false)),
            ("local, prod", Some(true)),
            ("web &", None),
            ("(web", None),
            ("web prod", None),
            ("", None),
        ] {
            assert_eq!(holds(expression, &active), wanted, "{expression}");
        }
        assert_eq!(holds(&"!".repeat(100_000), &active), None);
        assert!(is_name("prod-1") && !is_name("a & b") && !is_name("!a"));
    }
}
