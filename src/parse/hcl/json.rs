//! The language of Terraform written in JSON: the same blocks and attributes, told by Terraform's rules for JSON.
//!
//! What a property is depends on the schema of a provider, which is not here: an object, or a list of nothing but
//! objects, is a block wherever Terraform knows blocks; `ATTRIBUTES` names those that are values all the same.

use super::{Attribute, Block, Body, Expr, Fault, parts};
use crate::parse::yaml::{self, Node, NodeValue};

/// Parses a file of blocks.
///
/// # Errors
/// Where it is no JSON, or a block is no object.
pub fn parse(text: &str) -> Result<Body, Fault> {
    let root = document(text)?;
    let mut out = Body::default();
    for (line, node) in objects(&root, root.span.line)? {
        for (key, held) in node.entries() {
            if key.name == REMARK {
                continue;
            }
            let shape = ROOTS.iter().find(|(name, ..)| *name == key.name);
            let (labels, inside) =
                shape.map_or((0, Inside::Blocks), |(_, n, inside)| (*n, *inside));
            let line = key.span.line.max(line);
            labelled(&key.name, &[], labels, inside, held, line, &mut out.blocks)?;
        }
    }
    Ok(out)
}

/// Parses a file of values for variables: no text of it is a template.
///
/// # Errors
/// Where it is no JSON object.
pub fn values(text: &str) -> Result<Body, Fault> {
    let root = document(text)?;
    let NodeValue::Map(entries) = &root.value else {
        return Err(no_object(root.span.line));
    };
    Ok(Body {
        attributes: entries
            .iter()
            .map(|(key, held)| Attribute {
                name: key.name.clone(),
                value: literal(held),
                line: key.span.line,
            })
            .collect(),
        blocks: Vec::new(),
    })
}

fn document(text: &str) -> Result<Node, Fault> {
    yaml::json_document(text).map_err(|fault| Fault {
        line: fault.line,
        what: "not the JSON of Terraform",
    })
}

fn no_object(line: u32) -> Fault {
    Fault {
        line,
        what: "no object where a block stands",
    }
}

/// What the properties of a block are.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    /// Attributes, and blocks where they are objects.
    Blocks,
    /// Nothing but attributes.
    Values,
    /// Nothing but attributes, whose texts are no templates.
    Literals,
}

/// The objects that a value holds, each with its line: one, or those of a list, or none.
fn objects(node: &Node, line: u32) -> Result<Vec<(u32, &Node)>, Fault> {
    match &node.value {
        NodeValue::Map(_) => Ok(vec![(line, node)]),
        NodeValue::Null => Ok(Vec::new()),
        NodeValue::List(items) => {
            let mut all = Vec::new();
            for item in items {
                match item.value {
                    NodeValue::Map(_) => all.push((item.span.line, item)),
                    NodeValue::Null => {}
                    NodeValue::Bool(_)
                    | NodeValue::Int(_)
                    | NodeValue::Float(_)
                    | NodeValue::Text(_)
                    | NodeValue::List(_) => return Err(no_object(item.span.line)),
                }
            }
            Ok(all)
        }
        NodeValue::Bool(_) | NodeValue::Int(_) | NodeValue::Float(_) | NodeValue::Text(_) => {
            Err(no_object(line))
        }
    }
}

/// The blocks that a property makes: one object, or list of objects, inside the other for each label.
fn labelled(
    name: &str,
    above: &[String],
    labels: usize,
    inside: Inside,
    node: &Node,
    line: u32,
    out: &mut Vec<Block>,
) -> Result<(), Fault> {
    for (line, node) in objects(node, line)? {
        if labels == 0 {
            out.push(Block {
                name: name.to_owned(),
                labels: above.to_vec(),
                line,
                body: body(node, inside)?,
            });
            continue;
        }
        for (key, held) in node.entries() {
            if key.name == REMARK {
                continue;
            }
            let mut own = above.to_vec();
            own.push(key.name.clone());
            labelled(name, &own, labels - 1, inside, held, key.span.line, out)?;
        }
    }
    Ok(())
}

fn body(node: &Node, inside: Inside) -> Result<Body, Fault> {
    let mut out = Body::default();
    for (key, held) in node.entries() {
        if key.name == REMARK {
            continue;
        }
        let line = key.span.line;
        if inside == Inside::Blocks && is_block(&key.name, held) {
            let labels = usize::from(LABELLED.contains(&key.name.as_str()));
            labelled(&key.name, &[], labels, inside, held, line, &mut out.blocks)?;
            continue;
        }
        // Where a module comes from is no template.
        let plain = inside == Inside::Literals
            || (inside == Inside::Values && ["source", "version"].contains(&key.name.as_str()));
        out.attributes.push(Attribute {
            name: key.name.clone(),
            value: if plain { literal(held) } else { value(held) },
            line,
        });
    }
    Ok(out)
}

fn is_block(name: &str, node: &Node) -> bool {
    let is_map = |node: &Node| matches!(node.value, NodeValue::Map(_));
    if ATTRIBUTES.contains(&name) {
        return false;
    }
    is_map(node) || (!node.items().is_empty() && node.items().iter().all(is_map))
}

/// A value, its texts read as templates.
fn value(node: &Node) -> Expr {
    read(
        node,
        &|text| match text.parse::<hcl_edit::template::Template>() {
            Ok(template) => parts(template.iter()),
            Err(_) => Expr::Open("no expression"),
        },
    )
}

/// A value, its texts as they stand.
fn literal(node: &Node) -> Expr {
    read(node, &|text| Expr::Text(text.to_owned()))
}

fn read(node: &Node, text: &dyn Fn(&str) -> Expr) -> Expr {
    match &node.value {
        NodeValue::Null => Expr::Null,
        NodeValue::Bool(b) => Expr::Bool(*b),
        NodeValue::Int(n) => Expr::Number(n.to_string()),
        NodeValue::Float(n) => Expr::Number(n.to_string()),
        NodeValue::Text(written) => text(written),
        NodeValue::List(items) => Expr::List(items.iter().map(|item| read(item, text)).collect()),
        NodeValue::Map(entries) => {
            let mut whole = true;
            let mut pairs = Vec::new();
            for (key, held) in entries {
                match text(&key.name) {
                    Expr::Text(name) => pairs.push((name, read(held, text))),
                    Expr::Null
                    | Expr::Bool(_)
                    | Expr::Number(_)
                    | Expr::List(_)
                    | Expr::Map(..)
                    | Expr::Parts(_)
                    | Expr::Name(_)
                    | Expr::Call(..)
                    | Expr::Open(_) => whole = false,
                }
            }
            Expr::Map(pairs, whole)
        }
    }
}

/// The property that holds a remark.
const REMARK: &str = "//";

/// The blocks of a file: how many labels they have, and what stands in them.
const ROOTS: [(&str, usize, Inside); 9] = [
    ("resource", 2, Inside::Blocks),
    ("data", 2, Inside::Blocks),
    ("ephemeral", 2, Inside::Blocks),
    ("provider", 1, Inside::Blocks),
    ("module", 1, Inside::Values),
    ("variable", 1, Inside::Literals),
    ("output", 1, Inside::Values),
    ("locals", 0, Inside::Values),
    ("terraform", 0, Inside::Blocks),
];

/// Blocks of resources that have one label.
const LABELLED: [&str; 2] = ["dynamic", "provisioner"];

/// Attributes of resources that are objects and no blocks.
const ATTRIBUTES: [&str; 12] = [
    "count",
    "depends_on",
    "for_each",
    "keepers",
    "labels",
    "metadata",
    "policy",
    "providers",
    "tags",
    "tags_all",
    "triggers",
    "variables",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(path: &str) -> Expr {
        Expr::Name(path.split('.').map(str::to_owned).collect())
    }

    #[test]
    fn the_same_as_the_other_language() {
        let body = parse(
            r#"{
  "//": "sinh tự động",
  "variable": { "a": { "default": "${x}" } },
  "resource": [
    { "x": { "y": {
      "//": { "metadata": {} },
      "p": "${var.a}",
      "t": "a-${var.b}",
      "l": ["0.0.0.0/0", "${aws_x.y[0].id}"],
      "tags": { "k": "v" },
      "ingress": [
        { "n": 1 },
        { "n": 2 }
      ],
      "dynamic": { "egress": { "for_each": { "k": 1 }, "content": { "n": "${egress.value}" } } }
    } } }
  ],
  "provider": { "aws": [ { "region": "a" }, { "alias": "b" } ] },
  "locals": { "net": { "a": ["${var.b}"] } },
  "module": { "m": { "source": "./m", "given": [ { "k": "$${x}" } ] } }
}"#,
        )
        .unwrap();
        let names: Vec<String> = body
            .blocks
            .iter()
            .map(|b| format!("{}.{}@{}", b.name, b.labels.join("."), b.line))
            .collect();
        assert_eq!(
            names,
            [
                "variable.a@3",
                "resource.x.y@5",
                "provider.aws@18",
                "provider.aws@18",
                "locals.@19",
                "module.m@20"
            ]
        );
        let get = |block: usize, name: &str| {
            let found = body.blocks[block].body.get(name);
            found.map(|a| (a.value.clone(), a.line))
        };
        assert_eq!(get(0, "default"), Some((Expr::Text("${x}".into()), 3)));
        assert_eq!(get(1, "p"), Some((name("var.a"), 7)));
        assert_eq!(
            get(1, "t").map(|(v, _)| v),
            Some(Expr::Parts(vec![Expr::Text("a-".into()), name("var.b")]))
        );
        assert_eq!(
            get(1, "l").map(|(v, _)| v),
            Some(Expr::List(vec![
                Expr::Text("0.0.0.0/0".into()),
                name("aws_x.y.id")
            ]))
        );
        assert!(get(1, "tags").is_some() && get(1, "ingress").is_none());
        let resource = &body.blocks[1].body;
        let lines: Vec<u32> = resource.of("ingress").map(|b| b.line).collect();
        assert_eq!(lines, [12, 13]);
        let dynamic = resource.of("dynamic").next().unwrap();
        assert_eq!(dynamic.labels, ["egress"]);
        assert!(dynamic.body.get("for_each").is_some() && dynamic.body.of("content").count() == 1);
        assert!(matches!(get(4, "net"), Some((Expr::Map(..), 19))));
        assert_eq!(
            get(5, "source").map(|(v, _)| v),
            Some(Expr::Text("./m".into()))
        );
        let given = Expr::Map(vec![("k".into(), Expr::Text("${x}".into()))], true);
        assert_eq!(
            get(5, "given").map(|(v, _)| v),
            Some(Expr::List(vec![given]))
        );
    }

    #[test]
    fn mistakes_have_lines() {
        let line = |text: &str| parse(text).map_err(|f| f.line);
        assert_eq!(line("{\n \"resource\": {\n  \"x\": \"y\"\n }\n}"), Err(3));
        assert_eq!(line("[\n {},\n 1\n]"), Err(3));
        assert!(line("{\n \"a\": \n").is_err() && line("\"a\"").is_err());
        assert!(values("[]").is_err());
        let given = values("{\"a\": \"${b}\", \"l\": [1, \"x\"]}").unwrap();
        assert_eq!(given.attributes[0].value, Expr::Text("${b}".into()));
        let open = parse("{\"locals\": {\"a\": \"${\"}}").unwrap();
        assert_eq!(
            open.blocks[0].body.attributes[0].value,
            Expr::Open("no expression")
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)([ -~àạ\\n\\t]|\\{\\n?|\\}|\\[|\\]|\"resource\": |\"x\": |\"\\$\\{var.x\\}\",?|\"dynamic\": |,\\n){0,60}") {
            let last = u32::try_from(text.lines().count().max(1)).unwrap();
            let _ = values(&text);
            match parse(&text) {
                Ok(body) => {
                    for block in &body.blocks {
                        prop_assert!(block.line >= 1 && block.line <= last);
                        for attribute in &block.body.attributes {
                            prop_assert!(attribute.line >= 1 && attribute.line <= last);
                        }
                    }
                }
                Err(fault) => prop_assert!(fault.line >= 1 && fault.line <= last),
            }
        }
    }
}
