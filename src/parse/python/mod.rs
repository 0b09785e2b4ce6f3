//! The top level of a Python file that only sets names: what literals stand for, and which names are set by what only
//! Python could work out.
//!
//! It runs nothing: a call, a condition, a comprehension is open. What stands inside a block may or may not run.

mod literal;
mod tokens;

use literal::whole;
use tokens::{Kind, Line, logical};

/// A statement that matters.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `NAME = value`.
    Set {
        /// The name.
        name: String,
        /// What it is set to.
        value: Literal,
        /// The line of the name.
        line: u32,
    },
    /// The name is changed in place, or set inside a block: its value is not known.
    Changed {
        /// The name.
        name: String,
        /// The line.
        line: u32,
    },
    /// `from x.y import *`.
    Star {
        /// What is imported, dots and all.
        module: String,
        /// The line.
        line: u32,
        /// Stands in a block: it may or may not run.
        maybe: bool,
    },
}

/// A literal with its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What it is.
    pub value: Held,
    /// The line on which it begins.
    pub line: u32,
}

/// What a literal holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// `None`.
    Nothing,
    /// A truth.
    Bool(bool),
    /// A whole number, or a product or sum of such.
    Int(i64),
    /// A text.
    Text(String),
    /// A list, tuple or set.
    List(Vec<Literal>),
    /// A mapping.
    Map(Vec<(Literal, Literal)>),
    /// What only Python works out.
    Open,
}

impl Literal {
    /// What a mapping holds under a text.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Held::Map(pairs) = &self.value else {
            return None;
        };
        // The last one counts, as in Python.
        let mut found = pairs.iter().rev();
        found
            .find(|(k, _)| k.value == Held::Text(key.to_owned()))
            .map(|(_, v)| v)
    }

    /// The elements of a list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Held::List(items) => items,
            Held::Nothing
            | Held::Bool(_)
            | Held::Int(_)
            | Held::Text(_)
            | Held::Map(_)
            | Held::Open => &[],
        }
    }
}

/// The statements of a file, and the lines that no Python would take.
pub fn parse(text: &str) -> (Vec<Statement>, Vec<u32>) {
    let (lines, broken) = logical(text);
    let statements = lines
        .iter()
        .filter_map(|line| statement(line, false))
        .collect();
    (statements, broken)
}

fn statement(line: &Line, inside: bool) -> Option<Statement> {
    let word = |at: usize| match line.tokens.get(at).map(|t| &t.kind) {
        Some(Kind::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    let sign = |at: usize| match line.tokens.get(at).map(|t| &t.kind) {
        Some(Kind::Sign(c)) => Some(*c),
        _ => None,
    };
    let first = line.tokens.first()?;
    let name = word(0)?.to_owned();
    if name == "from" {
        return star(line);
    }
    // One line with its block: `if X: A = 1`.
    if BLOCKS.contains(&name.as_str()) {
        // Python takes one block in a line, not blocks in blocks.
        if inside {
            return None;
        }
        let at = line.tokens.iter().position(|t| t.kind == Kind::Sign(':'))?;
        let rest = Line {
            inside: true,
            tokens: line.tokens.get(at + 1..)?.to_vec(),
        };
        return statement(&rest, true);
    }
    let line_at = first.line;
    let changed = || {
        Some(Statement::Changed {
            name: name.clone(),
            line: line_at,
        })
    };
    match (sign(1), sign(2)) {
        // A comparison is no statement of its own.
        (Some('='), Some('=')) => None,
        (Some('='), _) if !line.inside => {
            let value = whole(line.tokens.get(2..)?);
            Some(Statement::Set {
                name,
                value,
                line: line_at,
            })
        }
        (Some('='), _) => changed(),
        // `NAME: type = value`.
        (Some(':'), _) => {
            let at = line.tokens.iter().position(|t| t.kind == Kind::Sign('='))?;
            if line.inside {
                return changed();
            }
            Some(Statement::Set {
                name,
                value: whole(line.tokens.get(at + 1..)?),
                line: line_at,
            })
        }
        // `NAME += …`, `NAME['a'] = …`, `NAME.append(…)`, `A, B = …`.
        (Some('+' | '-' | '*' | '/' | '|' | '&' | '%' | '[' | '.' | ','), _) => changed(),
        (Some(_) | None, _) => None,
    }
}

fn star(line: &Line) -> Option<Statement> {
    let mut module = String::new();
    for token in line.tokens.get(1..)? {
        match &token.kind {
            Kind::Sign('.') => module.push('.'),
            Kind::Word(word) if word == "import" => break,
            Kind::Word(word) => module.push_str(word),
            Kind::Sign(_) | Kind::Int(_) | Kind::Text(_) | Kind::Other => return None,
        }
    }
    let last = line.tokens.last()?;
    (last.kind == Kind::Sign('*')).then_some(Statement::Star {
        module,
        line: last.line,
        maybe: line.inside,
    })
}

const BLOCKS: [&str; 9] = [
    "if", "else", "elif", "try", "except", "finally", "for", "while", "with",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Held {
        match parse(&format!("A = {text}\n")).0.remove(0) {
            Statement::Set { value, .. } => value.value,
            Statement::Changed { .. } | Statement::Star { .. } => panic!("{text}"),
        }
    }

    #[test]
    fn literals() {
        assert_eq!(value("True"), Held::Bool(true));
        assert_eq!(value("60 * 60 + 1  # an hour"), Held::Int(3601));
        assert_eq!(value("'a' \"b\""), Held::Text("ab".into()));
        assert_eq!(value("'''a\nb'''"), Held::Text("a\nb".into()));
        assert_eq!(value("(1)"), Held::Int(1));
        assert_eq!(value("-5"), Held::Int(-5));
        // Neither of them may go as deep as it is long.
        assert_eq!(value(&format!("{}1", "-".repeat(15_000))), Held::Int(1));
        assert_eq!(
            value(&format!("{}{}", "[".repeat(9_000), "]".repeat(9_000))),
            Held::Open
        );
        assert!(parse(&"if x: ".repeat(6_000)).0.is_empty());
        assert_eq!(
            value("(1,)"),
            Held::List(vec![Literal {
                value: Held::Int(1),
                line: 1
            }])
        );
        for open in [
            "env('A')",
            "not True",
            "True if X else False",
            "os.environ.get('A', 'b') == 'c'",
            "f'{a}'",
            "'a' % b",
            "['a'] + B",
            "BASE / 'a'",
            "{'a': 1}['a']",
            "'a'.split(',')",
        ] {
            assert_eq!(value(open), Held::Open, "{open}");
        }
        // A loop is a list of which nothing is known.
        let Held::List(items) = value("[x for x in y]") else {
            panic!()
        };
        assert_eq!(items[0].value, Held::Open);
        let Held::List(items) = value("[\n  'a',\n  env('B'),\n  *C,\n]") else {
            panic!()
        };
        assert_eq!(items.len(), 3);
        assert_eq!((items[0].line, &items[1].value), (2, &Held::Open));
    }

    #[test]
    fn statements() {
        let (all, broken) = parse(
            "from .base import *\nimport os\nDEBUG = False\nif X:\n    DEBUG = True\nHOSTS += ['a']\nD['x'] = 1\ntry:\n    from .local import *\nexcept ImportError:\n    pass\nM: dict = {\n  'a': {'b': 1},\n}\n",
        );
        assert!(broken.is_empty());
        let changed = |name: &str, line| Statement::Changed {
            name: name.into(),
            line,
        };
        assert_eq!(all[2], changed("DEBUG", 5));
        assert_eq!(all[3], changed("HOSTS", 6));
        assert_eq!(all[4], changed("D", 7));
        let Statement::Star {
            module,
            maybe,
            line,
        } = &all[5]
        else {
            panic!()
        };
        assert_eq!((module.as_str(), *maybe, *line), (".local", true, 9));
        let Statement::Set { value, .. } = &all[6] else {
            panic!()
        };
        let inner = value.get("a").and_then(|a| a.get("b")).unwrap();
        assert_eq!((&inner.value, inner.line), (&Held::Int(1), 13));
        assert_eq!(parse("A = [\n").1, [1]);
        assert_eq!(parse("A = 'x\nB = 1\n").1, [1]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)([ -~àạ\\n\\t]|A = \\[|\\{'a': |'''|f\"|if x: |from \\. import \\*|\\(|\\)){0,60}") {
            let lines = u32::try_from(text.lines().count().max(1)).unwrap();
            let (all, broken) = parse(&text);
            for statement in all {
                let (Statement::Set { line, .. } | Statement::Changed { line, .. } | Statement::Star { line, .. }) = statement;
                prop_assert!(line >= 1 && line <= lines);
            }
            prop_assert!(broken.iter().all(|line| *line >= 1 && *line <= lines));
        }
    }
}
