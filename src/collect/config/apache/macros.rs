//! `<Macro>` and `Use`: the lines of a macro with its arguments in the place of its parameters, as mod_macro puts them in.

use std::collections::BTreeMap;

use crate::parse::apache::Directive;

/// The macros that were seen so far.
#[derive(Debug, Default)]
pub(super) struct Macros {
    all: BTreeMap<String, Macro>,
    /// Those that are being put in.
    open: Vec<String>,
    /// How much text was put in.
    grown: usize,
}

#[derive(Debug)]
struct Macro {
    params: Vec<String>,
    path: String,
    body: Vec<Directive>,
}

impl Macros {
    /// Takes a macro down; of two of one name the later one counts.
    pub(super) fn define(&mut self, args: &[String], path: &str, body: &[Directive]) {
        let Some((name, params)) = args.split_first() else {
            return;
        };
        self.all.insert(
            name.to_ascii_lowercase(),
            Macro {
                params: params.to_vec(),
                path: path.to_owned(),
                body: body.to_vec(),
            },
        );
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.all.remove(&name.to_ascii_lowercase());
    }

    /// The lines that a `Use` stands for and the file they are written in, or why there are none. What is opened is to
    /// be closed.
    pub(super) fn open(
        &mut self,
        args: &[String],
    ) -> Result<(String, Vec<Directive>), &'static str> {
        let (name, given) = args.split_first().ok_or("a macro without a name")?;
        let name = name.to_ascii_lowercase();
        let macro_ = self.all.get(&name).ok_or("a macro that is not here")?;
        if macro_.params.len() != given.len() {
            return Err("a macro with more or fewer arguments than it has");
        }
        if self.open.contains(&name) || self.open.len() >= MAX_DEPTH {
            return Err("macros that use each other");
        }
        let mut pairs: Vec<(&str, &str)> = macro_
            .params
            .iter()
            .zip(given)
            .filter(|(param, _)| !param.is_empty())
            .map(|(param, value)| (param.as_str(), value.as_str()))
            .collect();
        // Where two fit, the longer one is meant.
        pairs.sort_by_key(|(param, _)| std::cmp::Reverse(param.len()));
        let mut left = MAX_TEXT.saturating_sub(self.grown);
        let body = lines(&macro_.body, &pairs, &mut left).ok_or("macros that grow for ever")?;
        self.grown = MAX_TEXT - left;
        let path = macro_.path.clone();
        self.open.push(name);
        Ok((path, body))
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }
}

/// Nothing where there is more text than `left`.
fn lines(body: &[Directive], pairs: &[(&str, &str)], left: &mut usize) -> Option<Vec<Directive>> {
    body.iter()
        .map(|line| {
            Some(Directive {
                line: line.line,
                name: replaced(&line.name, pairs, left)?.to_ascii_lowercase(),
                args: args(&line.args, pairs, left)?,
                block: match &line.block {
                    Some(block) => Some(lines(block, pairs, left)?),
                    None => None,
                },
            })
        })
        .collect()
}

/// An argument that is a parameter and nothing else may stand for several words.
fn args(args: &[String], pairs: &[(&str, &str)], left: &mut usize) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for arg in args {
        let text = replaced(arg, pairs, left)?;
        if pairs.iter().any(|(param, _)| param == arg) && text.contains(' ') {
            out.extend(text.split_whitespace().map(str::to_owned));
        } else {
            out.push(text);
        }
    }
    Some(out)
}

fn replaced(text: &str, pairs: &[(&str, &str)], left: &mut usize) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = pairs.iter().find(|(param, _)| rest.starts_with(param));
        let taken = match found {
            Some((param, value)) => {
                *left = left.checked_sub(value.len())?;
                out.push_str(value);
                param.len()
            }
            None => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = rest.get(taken..)?;
    }
    *left = left.checked_sub(text.len())?;
    Some(out)
}

/// How deep macros may use macros.
const MAX_DEPTH: usize = 20;

/// How much text macros may make.
const MAX_TEXT: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::apache::parse;

    #[test]
    fn parameters_are_replaced() {
        let file = parse(
            "<Macro Host $name $namepart @port>\n<VirtualHost *:@port>\nServerName $namepart.$name\nServerAlias $name\n</VirtualHost>\n</Macro>\n",
        );
        let [section] = file.directives.as_slice() else {
            unreachable!("one section");
        };
        let mut macros = Macros::default();
        macros.define(&section.args, "/a", section.block.as_deref().unwrap());
        let words = |text: &str| -> Vec<String> { crate::parse::apache::words(text) };
        let (path, body) = macros.open(&words("HOST \"a.vn b.vn\" www 443")).unwrap();
        assert_eq!((path.as_str(), body[0].args[0].as_str()), ("/a", "*:443"));
        let inner = body[0].block.as_deref().unwrap();
        assert_eq!(inner[0].args, ["www.a.vn b.vn"]);
        assert_eq!(inner[1].args, ["a.vn", "b.vn"]);
        assert!(macros.open(&words("host a b 1")).is_err(), "it is open");
        macros.close();
        assert!(macros.open(&words("Host a b")).is_err(), "too few");
        assert!(macros.open(&words("gone")).is_err());
        macros.forget("HOST");
        assert!(macros.open(&words("Host a b 1")).is_err());
    }
}
