//! Literals out of tokens; what only Python works out is open.

use super::tokens::{Kind, Token};
use super::{Held, Literal};

/// The value of all these tokens; open where they are no literal.
pub(super) fn whole(tokens: &[Token]) -> Literal {
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    let line = tokens.first().map_or(0, |t| t.line);
    let found = parser.sum();
    match found {
        Some(literal) if parser.at == tokens.len() => literal,
        Some(_) | None => Literal {
            value: Held::Open,
            line,
        },
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|t| &t.kind)
    }

    fn takes(&mut self, sign: char) -> bool {
        let is = self.kind() == Some(&Kind::Sign(sign));
        self.at += usize::from(is);
        is
    }

    /// `60 * 60 + 1`; anything else than numbers is one value.
    fn sum(&mut self) -> Option<Literal> {
        let mut all = self.product()?;
        while let Some(Kind::Sign(sign @ ('+' | '-'))) = self.kind().cloned() {
            self.at += 1;
            let next = self.product()?;
            all.value = match (&all.value, &next.value) {
                (Held::Int(a), Held::Int(b)) if sign == '+' => int(a.checked_add(*b)),
                (Held::Int(a), Held::Int(b)) => int(a.checked_sub(*b)),
                _ => Held::Open,
            };
        }
        Some(all)
    }

    fn product(&mut self) -> Option<Literal> {
        let mut all = self.one()?;
        while self.takes('*') {
            let next = self.one()?;
            all.value = match (&all.value, &next.value) {
                (Held::Int(a), Held::Int(b)) => int(a.checked_mul(*b)),
                _ => Held::Open,
            };
        }
        Some(all)
    }

    fn one(&mut self) -> Option<Literal> {
        let mut negative = false;
        while self.takes('-') {
            negative = !negative;
        }
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        let mut value = match token.kind {
            Kind::Word(word) => match word.as_str() {
                "None" => Held::Nothing,
                "True" => Held::Bool(true),
                "False" => Held::Bool(false),
                _ => Held::Open,
            },
            Kind::Int(n) if negative => int(n.checked_neg()),
            Kind::Int(n) => Held::Int(n),
            Kind::Text(text) => self.texts(text),
            Kind::Sign(open @ ('[' | '(' | '{')) => return self.brackets(open, token.line),
            Kind::Sign(_) | Kind::Other => return None,
        };
        if self.goes_on() {
            value = Held::Open;
        }
        Some(Literal {
            value,
            line: token.line,
        })
    }

    /// Texts that stand side by side are one.
    fn texts(&mut self, first: Option<String>) -> Held {
        let mut all = first;
        while let Some(Kind::Text(next)) = self.kind().cloned() {
            self.at += 1;
            all = all.zip(next).map(|(a, b)| a + &b);
        }
        all.map_or(Held::Open, Held::Text)
    }

    /// What makes more of a value: a call, a part, a condition, a path. All of it is passed over.
    fn goes_on(&mut self) -> bool {
        let mut on = false;
        loop {
            match self.kind() {
                Some(Kind::Sign('(' | '[' | '{')) => {
                    on = true;
                    self.pass();
                }
                Some(Kind::Sign(',' | ')' | ']' | '}' | ':' | '+' | '-' | '*')) | None => {
                    return on;
                }
                Some(
                    Kind::Word(_) | Kind::Int(_) | Kind::Text(_) | Kind::Sign(_) | Kind::Other,
                ) => {
                    on = true;
                    self.at += 1;
                }
            }
        }
    }

    /// Over a bracket with all that stands in it.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        while let Some(kind) = self.kind() {
            match kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                Kind::Word(_) | Kind::Int(_) | Kind::Text(_) | Kind::Sign(_) | Kind::Other => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn brackets(&mut self, open: char, line: u32) -> Option<Literal> {
        let close = match open {
            '[' => ']',
            '(' => ')',
            _ => '}',
        };
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let (mut items, mut pairs) = (Vec::new(), Vec::new());
        let mut commas = 0;
        let mut is_open = false;
        while !self.takes(close) {
            // `*others` and `**others` hold what is not here.
            let spread = self.takes('*');
            let spread = self.takes('*') || spread;
            let item = self.sum()?;
            if self.takes(':') {
                let held = self.sum()?;
                pairs.push((item, held));
            } else if spread {
                is_open = true;
            } else {
                items.push(item);
            }
            if self.takes(',') {
                commas += 1;
            } else if self.kind() != Some(&Kind::Sign(close)) {
                return None;
            }
        }
        self.depth -= 1;
        let value = match (open, items.len()) {
            // A part of what is not known is not known, but the rest is.
            _ if is_open && pairs.is_empty() => {
                items.push(Literal {
                    value: Held::Open,
                    line,
                });
                Held::List(items)
            }
            ('{', 0) if is_open => Held::Open,
            ('{', 0) => Held::Map(pairs),
            ('(', 1) if commas == 0 => items.remove(0).value,
            _ => Held::List(items),
        };
        let value = if self.goes_on() { Held::Open } else { value };
        Some(Literal { value, line })
    }
}

fn int(value: Option<i64>) -> Held {
    value.map_or(Held::Open, Held::Int)
}

const MAX_DEPTH: usize = 32;
