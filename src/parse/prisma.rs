//! `schema.prisma`: models as tables and fields as columns, under the names and types that the database has them by
//! (`@map`, `@@map`, `@db.…`). What such a file cannot show (grants, triggers, jobs, rows) is marked so.

use std::collections::BTreeSet;

use super::sql::{Column, Dialect, Schema, Table, Unparsed, View};

/// The most fields of one model.
const MAX_FIELDS: usize = 5000;
/// The most lines that one field may be written on.
const MAX_LINES_OF_FIELD: usize = 200;

/// Reads a file.
pub fn parse(text: &str) -> Schema {
    let lines = lines(text);
    let names = Names::of(&lines);
    let mut schema = Schema::empty(provider(&lines));
    schema.only_models = true;
    let mut block: Option<Block> = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let said = line.text.as_str();
        let Some(open) = block.as_mut() else {
            block = Block::begins(line);
            if block.is_none() && !said.is_empty() {
                unparsed(&mut schema, line);
            }
            continue;
        };
        if said.starts_with('}') {
            if let Some(done) = block.take() {
                done.end(&mut schema);
            }
            continue;
        }
        let mut whole = said.to_owned();
        let mut lines_of_it = 0;
        while is_open(&whole) && lines_of_it < MAX_LINES_OF_FIELD {
            let Some(next) = lines.get(at) else { break };
            whole.push(' ');
            whole.push_str(&next.text);
            at += 1;
            lines_of_it += 1;
        }
        schema.statements += 1;
        if !open.line(&whole, line, &names) {
            unparsed(&mut schema, line);
        }
    }
    if let Some(open) = block.take() {
        // The file ends inside a block.
        schema.unparsed.push(Unparsed {
            line: open.table.line,
            begins: "model".into(),
        });
        open.end(&mut schema);
    }
    schema
}

/// A line without its remarks, and what documents it.
struct Line {
    number: u32,
    text: String,
    doc: String,
}

fn lines(text: &str) -> Vec<Line> {
    let mut out = Vec::new();
    let mut doc = String::new();
    let mut within = false;
    for (raw, number) in text.lines().zip(1_u32..) {
        let raw = raw.trim();
        if within {
            within = !raw.contains("*/");
            continue;
        }
        if raw.starts_with("/*") {
            within = !raw.contains("*/");
            continue;
        }
        if let Some(words) = raw.strip_prefix("///") {
            doc.push_str(words.trim());
            doc.push(' ');
            continue;
        }
        let (said, remark) = without_remark(raw);
        if said.is_empty() && !raw.is_empty() {
            continue;
        }
        let mut own = std::mem::take(&mut doc);
        own.push_str(remark);
        out.push(Line {
            number,
            text: said.to_owned(),
            doc: own.trim().to_owned(),
        });
    }
    out
}

/// The line up to `//` outside of a text, and what a `///` at its end says.
fn without_remark(line: &str) -> (&str, &str) {
    let (mut text, mut escaped) = (false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if text => escaped = true,
            '"' => text = !text,
            '/' if !text && line.get(at..).is_some_and(|r| r.starts_with("//")) => {
                let remark = line.get(at..).unwrap_or_default();
                let said = line.get(..at).unwrap_or_default().trim_end();
                return (said, remark.strip_prefix("///").unwrap_or_default().trim());
            }
            _ => {}
        }
    }
    (line, "")
}

/// A bracket that is not closed.
fn is_open(line: &str) -> bool {
    let (mut depth, mut text, mut escaped) = (0_i32, false, false);
    for c in line.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if text => escaped = true,
            '"' => text = !text,
            '(' | '[' if !text => depth += 1,
            ')' | ']' if !text => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

/// What the file names.
#[derive(Default)]
struct Names {
    models: BTreeSet<String>,
    enums: BTreeSet<String>,
}

impl Names {
    fn of(lines: &[Line]) -> Self {
        let mut out = Self::default();
        for line in lines {
            let mut words = line.text.split_whitespace();
            match (words.next(), words.next()) {
                (Some("model" | "view" | "type"), Some(name)) => {
                    out.models.insert(name.trim_end_matches('{').to_owned());
                }
                (Some("enum"), Some(name)) => {
                    out.enums.insert(name.trim_end_matches('{').to_owned());
                }
                _ => {}
            }
        }
        out
    }
}

/// The database that the `datasource` block names.
fn provider(lines: &[Line]) -> Dialect {
    let mut within = false;
    for line in lines {
        within |= line.text.starts_with("datasource ");
        if within && line.text.starts_with("provider") {
            return match text_of(&line.text) {
                Some("postgresql" | "postgres" | "cockroachdb") => Dialect::Postgres,
                Some("mysql") => Dialect::Mysql,
                Some("sqlserver") => Dialect::Mssql,
                Some(_) | None => Dialect::Generic,
            };
        }
        within &= !line.text.starts_with('}');
    }
    Dialect::Generic
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Model,
    View,
    Other,
}

/// A block that is being read.
struct Block {
    kind: Kind,
    table: Table,
    /// Fields that are keys of other models.
    keys: Vec<String>,
    /// The names of the fields, beside those of the columns.
    fields: Vec<String>,
    of_schema: Option<String>,
}

impl Block {
    fn begins(line: &Line) -> Option<Self> {
        let head = line.text.strip_suffix('{')?.trim();
        let (word, name) = head.split_once(char::is_whitespace)?;
        let name = name.trim();
        if name.is_empty() || !name.chars().all(is_word) {
            return None;
        }
        let kind = match word {
            "model" | "type" => Kind::Model,
            "view" => Kind::View,
            "enum" | "datasource" | "generator" => Kind::Other,
            _ => return None,
        };
        Some(Self {
            kind,
            table: Table {
                name: name.to_owned(),
                comment: line.doc.clone(),
                line: line.number,
                ..Table::default()
            },
            keys: Vec::new(),
            fields: Vec::new(),
            of_schema: None,
        })
    }

    /// Reads one field or attribute; `false` where it is neither.
    fn line(&mut self, text: &str, line: &Line, names: &Names) -> bool {
        if self.kind == Kind::Other || text.is_empty() {
            return true;
        }
        if text.starts_with("@@") {
            if let Some(name) = attribute(text, "@@map").and_then(text_of) {
                name.clone_into(&mut self.table.name);
            }
            if let Some(name) = attribute(text, "@@schema").and_then(text_of) {
                self.of_schema = Some(name.to_owned());
            }
            return true;
        }
        let Some((name, rest)) = text.split_once(char::is_whitespace) else {
            return false;
        };
        if !name.chars().all(is_word) {
            return false;
        }
        let (kind, attributes) = split_type(rest.trim_start());
        if let Some(relation) = attribute(attributes, "@relation") {
            self.keys.extend(keys(relation));
        }
        if self.table.columns.len() < MAX_FIELDS
            && let Some(data_type) = data_type(kind, attributes, names)
        {
            let mapped = attribute(attributes, "@map").and_then(text_of);
            let default = attribute(attributes, "@default").and_then(text_of);
            self.fields.push(name.to_owned());
            self.table.columns.push(Column {
                name: mapped.unwrap_or(name).to_owned(),
                data_type,
                comment: line.doc.clone(),
                has_comment: !line.doc.is_empty(),
                default_text: kind.starts_with("String")
                    && default.is_some_and(|text| !text.is_empty()),
                not_null: !kind.ends_with('?'),
                line: line.number,
                ..Column::default()
            });
        }
        true
    }

    fn end(mut self, schema: &mut Schema) {
        for (column, field) in self.table.columns.iter_mut().zip(&self.fields) {
            column.refers = self.keys.contains(field);
        }
        if let Some(of) = &self.of_schema {
            self.table.name = format!("{of}.{}", self.table.name);
        }
        match self.kind {
            Kind::Model => schema.tables.push(self.table),
            Kind::View => schema.views.push(View {
                name: self.table.name,
                full: String::new(),
                line: self.table.line,
                of: Vec::new(),
                shows: self
                    .table
                    .columns
                    .iter()
                    .map(|c| c.name.to_lowercase())
                    .collect(),
                hides: Vec::new(),
            }),
            Kind::Other => {}
        }
    }
}

/// `fields: [customerId]` of a relation.
fn keys(relation: &str) -> Vec<String> {
    let list = relation
        .split_once("fields:")
        .and_then(|(_, rest)| rest.split_once('['))
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(list, _)| list);
    list.split(',').map(|f| f.trim().to_owned()).collect()
}

/// The type and what follows it; `Unsupported("…")` holds blanks and brackets.
fn split_type(rest: &str) -> (&str, &str) {
    let end = match rest.strip_prefix("Unsupported(") {
        Some(_) => rest.find(')').map(|at| at + 1),
        None => rest.find(|c: char| c.is_whitespace() || c == '@'),
    };
    rest.split_at_checked(end.unwrap_or(rest.len()))
        .unwrap_or((rest, ""))
}

/// The type in the words of SQL; nothing for a relation, which is no column.
fn data_type(kind: &str, attributes: &str, names: &Names) -> Option<String> {
    if let Some(native) = attributes.split_once("@db.").map(|(_, rest)| rest) {
        let end = match native.find(|c: char| !is_word(c)) {
            Some(at) if native.get(at..).is_some_and(|r| r.starts_with('(')) => {
                native.find(')').map(|at| at + 1)
            }
            other => other,
        };
        let native = native.get(..end.unwrap_or(native.len()))?;
        return Some(native.to_lowercase());
    }
    let base = kind.trim_end_matches(['?', '[', ']']);
    let plain = match base {
        "String" => "text",
        "Int" => "int",
        "BigInt" => "bigint",
        "Float" => "double",
        "Decimal" => "decimal",
        "Boolean" => "boolean",
        "DateTime" => "timestamp",
        "Json" => "json",
        "Bytes" => "bytea",
        other if other.starts_with("Unsupported") => {
            return Some(text_of(other).unwrap_or("unsupported").to_lowercase());
        }
        other if names.enums.contains(other) => "enum",
        other if names.models.contains(other) => return None,
        // A type of another file: a list or what may be missing is a relation, else it is an enum.
        other if kind != other || attributes.contains("@relation") => return None,
        _ => "enum",
    };
    Some(plain.to_owned())
}

/// What stands in the brackets of an attribute; `@map` is not `@@map`.
fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(name)?;
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at + name.len()..)?;
        if before != Some('@')
            && let Some(inside) = rest.strip_prefix('(')
        {
            return Some(inside.get(..closing(inside)).unwrap_or(inside));
        }
        from = at + name.len();
    }
}

/// Where the bracket that is open at the start ends.
fn closing(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The first text in quotes.
fn text_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('"')?;
    rest.split_once('"').map(|(inside, _)| inside)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn unparsed(schema: &mut Schema, line: &Line) {
    schema.unparsed.push(Unparsed {
        line: line.number,
        begins: line
            .text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_alphabetic)
            .take(12)
            .collect(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"// a shop
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL") // no secret
}
generator client { 
  provider = "prisma-client-js"
}
/// Khách hàng
model KhachHang {
  id        Int      @id @default(autoincrement())
  hoTen     String   @map("ho_ten") @db.VarChar(100)
  /// Hạn chế. Mã hóa bằng KMS
  cccd      Bytes?   @db.ByteA
  sdt       String   @unique /// di động
  ghiChu    String   @default("(không // có)") @map(name: "ghi_chu")
  gioiTinh  GioiTinh
  matKhau   String   @default("123456")
  donHang   Order[]
  agent     Agent?
  tags      String[]
  hinh      Unsupported("circle")?
  @@index([
    sdt,
    hoTen
  ])
  @@map("khach_hang")
  @@schema("crm")
}
model Order {
  id         BigInt    @id
  khachHang  KhachHang @relation(fields: [khachHangId],
                                 references: [id])
  khachHangId Int
  createdAt  DateTime  @default(now()) @db.Timestamptz(6)
}
enum GioiTinh {
  NAM @map("nam")
  NU
}
view DonMo {
  sdt String
}
"#;

    #[test]
    fn models_are_tables() {
        let schema = parse(SHOP);
        assert_eq!(schema.dialect, Dialect::Postgres);
        assert_eq!(schema.unparsed, Vec::new());
        assert!(schema.only_models);
        let tables: Vec<&str> = schema.tables.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(tables, ["crm.khach_hang", "Order"]);
        let columns: Vec<(&str, &str)> = schema.tables[0]
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.data_type.as_str()))
            .collect();
        assert_eq!(
            columns,
            [
                ("id", "int"),
                ("ho_ten", "varchar(100)"),
                ("cccd", "bytea"),
                ("sdt", "text"),
                ("ghi_chu", "text"),
                ("gioiTinh", "enum"),
                ("matKhau", "text"),
                ("tags", "text"),
                ("hinh", "circle"),
            ]
        );
        let column = |n: usize| &schema.tables[0].columns[n];
        assert_eq!(column(2).comment, "Hạn chế. Mã hóa bằng KMS");
        assert_eq!(
            (column(3).comment.as_str(), column(3).line),
            ("di động", 15)
        );
        assert!(column(6).default_text && !column(2).not_null);
        let keys: Vec<&str> = schema.tables[1]
            .columns
            .iter()
            .filter(|c| c.refers)
            .map(|c| c.name.as_str())
            .collect();
        assert_eq!(keys, ["khachHangId"]);
        assert_eq!(schema.views[0].name, "DonMo");
        assert_eq!(schema.views[0].shows, ["sdt"]);
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let schema = parse("rubbish here\nmodel A {\n  one\n  two String\n");
        let lines: Vec<u32> = schema.unparsed.iter().map(|u| u.line).collect();
        assert_eq!(lines, [1, 3, 2]);
        assert_eq!(schema.tables[0].columns.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[a-zA-Z @\\[\\](){}\"/?\\\\\n.:,đ]{0,300}") {
            let schema = parse(&format!("model A {{\n{text}"));
            assert!(schema.tables.len() <= text.lines().count() + 1);
        }
    }
}
