//! The language of Terraform as blocks and attributes with their lines: literals, lists, names such as `var.x`, and
//! what only Terraform could work out.
//!
//! Reads by `hcl-edit`, which keeps to the grammar; it evaluates nothing.

use hcl_edit::Span;
use hcl_edit::expr::{self, Expression, TraversalOperator};
use hcl_edit::structure::{self, Structure};
use hcl_edit::template::Element;

pub mod json;

/// What a file holds, or a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// `name = value`.
    pub attributes: Vec<Attribute>,
    /// `name "label" { … }`.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What kind it is: `resource`, `ingress`.
    pub name: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// The line of its name.
    pub line: u32,
    /// What it holds.
    pub body: Body,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Expr,
    /// The line of its name.
    pub line: u32,
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `null`: as if the attribute were not there.
    Null,
    /// A truth.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text without parts to fill in.
    Text(String),
    /// A list.
    List(Vec<Expr>),
    /// An object; keys that are no plain names are left out, and make it not whole.
    Map(Vec<(String, Expr)>, bool),
    /// A text of parts.
    Parts(Vec<Expr>),
    /// A path of names: `var.x`, `aws_s3_bucket.a.id`.
    Name(Vec<String>),
    /// A call of a function.
    Call(String, Vec<Expr>),
    /// What only Terraform works out: what it is.
    Open(&'static str),
}

impl Expr {
    /// The elements of a list; of any other value, the value alone.
    pub fn each(&self) -> &[Self] {
        if let Self::List(items) = self {
            items
        } else {
            std::slice::from_ref(self)
        }
    }
}

/// Why a file is none of Terraform's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line.
    pub line: u32,
    /// What is wrong; holds no value of the file.
    pub what: &'static str,
}

impl Body {
    /// The attribute of a name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The blocks of a name.
    pub fn of<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |b| b.name == name)
    }
}

/// Parses a file.
///
/// # Errors
/// Where it does not keep to the grammar.
pub fn parse(text: &str) -> Result<Body, Fault> {
    let lines = Lines::of(text);
    match text.parse::<structure::Body>() {
        Ok(body) => Ok(lines.body(&body)),
        Err(e) => Err(Fault {
            line: u32::try_from(e.location().line())
                .unwrap_or(u32::MAX)
                .clamp(1, lines.count()),
            what: "not the language of Terraform",
        }),
    }
}

/// Where lines begin.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: std::iter::once(0)
                .chain(after.filter(|at| *at < text.len()))
                .collect(),
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    fn at(&self, span: Option<std::ops::Range<usize>>) -> u32 {
        let at = span.map_or(0, |s| s.start);
        let line = self.starts.partition_point(|start| *start <= at);
        u32::try_from(line.max(1)).unwrap_or(u32::MAX)
    }

    fn body(&self, body: &structure::Body) -> Body {
        let mut out = Body::default();
        for part in body {
            match part {
                Structure::Attribute(a) => out.attributes.push(Attribute {
                    name: a.key.value().to_string(),
                    value: value(&a.value),
                    line: self.at(a.key.span().or_else(|| a.span())),
                }),
                Structure::Block(b) => out.blocks.push(Block {
                    name: b.ident.value().to_string(),
                    labels: b.labels.iter().map(|l| l.as_str().to_owned()).collect(),
                    line: self.at(b.ident.span().or_else(|| b.span())),
                    body: self.body(&b.body),
                }),
            }
        }
        out
    }
}

fn value(expression: &Expression) -> Expr {
    match expression {
        Expression::Null(_) => Expr::Null,
        Expression::Bool(b) => Expr::Bool(*b.value()),
        Expression::Number(n) => Expr::Number(n.value().to_string()),
        Expression::String(s) => Expr::Text(s.value().clone()),
        Expression::Array(items) => Expr::List(items.iter().map(value).collect()),
        Expression::Object(object) => map(object),
        Expression::StringTemplate(template) => parts(template.iter()),
        Expression::HeredocTemplate(doc) => parts(doc.template.iter()),
        Expression::Parenthesis(inner) => value(inner.inner()),
        Expression::Variable(name) => Expr::Name(vec![name.value().to_string()]),
        Expression::Traversal(path) => traversal(path),
        Expression::FuncCall(call) => {
            let name = call.name.name.value().to_string();
            Expr::Call(name, call.args.iter().map(value).collect())
        }
        Expression::UnaryOp(op) => {
            let inner = value(&op.expr);
            if let Expr::Number(n) = &inner
                && !n.starts_with('-')
            {
                Expr::Number(format!("-{n}"))
            } else if let Expr::Bool(b) = inner {
                Expr::Bool(!b)
            } else {
                Expr::Open("an operation")
            }
        }
        Expression::Conditional(_) => Expr::Open("a condition"),
        Expression::BinaryOp(_) => Expr::Open("an operation"),
        Expression::ForExpr(_) => Expr::Open("a loop"),
    }
}

fn map(object: &expr::Object) -> Expr {
    let mut whole = true;
    let mut pairs = Vec::new();
    for (key, held) in object {
        let name = match key {
            expr::ObjectKey::Ident(name) => Some(name.value().to_string()),
            expr::ObjectKey::Expression(Expression::String(name)) => Some(name.value().clone()),
            expr::ObjectKey::Expression(Expression::Variable(name)) => {
                Some(name.value().to_string())
            }
            expr::ObjectKey::Expression(_) => None,
        };
        match name {
            Some(name) => pairs.push((name, value(held.expr()))),
            None => whole = false,
        }
    }
    Expr::Map(pairs, whole)
}

fn parts<'e>(elements: impl Iterator<Item = &'e Element>) -> Expr {
    let mut out: Vec<Expr> = elements
        .map(|element| match element {
            Element::Literal(text) => Expr::Text(text.value().clone()),
            Element::Interpolation(inner) => value(&inner.expr),
            Element::Directive(_) => Expr::Open("a directive"),
        })
        .collect();
    match out.len() {
        0 => Expr::Text(String::new()),
        // A text of one part is that part: `"${var.x}"`.
        1 => out.remove(0),
        _ => Expr::Parts(out),
    }
}

fn traversal(path: &expr::Traversal) -> Expr {
    let Expr::Name(mut names) = value(&path.expr) else {
        return Expr::Open("a part of a value");
    };
    for operator in &path.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => names.push(name.to_string()),
            // Which of several it is matters little for what it belongs to.
            TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {}
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                return Expr::Open("a part of each");
            }
        }
    }
    Expr::Name(names)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_with_lines() {
        let body = parse(
            "variable \"a\" {\n  default = true\n}\n\nresource \"x\" \"y\" {\n  p = var.a\n  n = -1\n  t = \"a-${var.b}\"\n  ingress {\n    l = [\"0.0.0.0/0\", aws_x.y[0].id]\n  }\n  q = a ? 1 : 2\n  u = \"${var.a}\"\n  d = <<EOT\nx\nEOT\n}\n",
        )
        .unwrap();
        let block = &body.blocks[1];
        assert_eq!((block.line, block.labels.join(".")), (5, "x.y".into()));
        let get = |name: &str| block.body.get(name).map(|a| (a.value.clone(), a.line));
        let name = |path: &str| Expr::Name(path.split('.').map(str::to_owned).collect());
        assert_eq!(get("p"), Some((name("var.a"), 6)));
        assert_eq!(get("n"), Some((Expr::Number("-1".into()), 7)));
        assert_eq!(
            get("t").map(|(v, _)| v),
            Some(Expr::Parts(vec![Expr::Text("a-".into()), name("var.b")]))
        );
        assert_eq!(get("q"), Some((Expr::Open("a condition"), 12)));
        assert_eq!(get("u"), Some((name("var.a"), 13)));
        assert_eq!(get("d"), Some((Expr::Text("x\n".into()), 14)));
        let inner = &block.body.blocks[0];
        assert_eq!(
            inner.body.get("l").map(|a| a.value.clone()),
            Some(Expr::List(vec![
                Expr::Text("0.0.0.0/0".into()),
                name("aws_x.y.id")
            ]))
        );
        assert_eq!(inner.line, 9);
        assert_eq!(
            parse("a {\n  b = \n}\n").map_err(|f| f.line),
            Err(2),
            "the line of a mistake"
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)([ -~àạ\\n\\t]|a \\{\\n|\\}\\n|= \\[|\"\\$\\{var\\.x\\}\"|<<EOT\\n|resource \"a\" \"b\" \\{\\n){0,60}") {
            let lines = u32::try_from(text.lines().count().max(1)).unwrap();
            match parse(&text) {
                Ok(body) => {
                    for block in &body.blocks {
                        prop_assert!(block.line >= 1 && block.line <= lines);
                        for attribute in &block.body.attributes {
                            prop_assert!(attribute.line <= lines);
                        }
                    }
                }
                Err(fault) => prop_assert!(fault.line >= 1 && fault.line <= lines),
            }
        }
    }
}
