//! Protocol Buffers: messages and their fields, services and what their calls give, the addresses that
//! `google.api.http` gives them. Who may call stands in no such file, and is told as not seen.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption,
};

use super::fields::Field;
use super::operations::{IN_URL, Operation, is_page, is_password};
use crate::privacy::names::classify_in;
use crate::privacy::{Class, Setting, Verdict};

/// The deepest nesting of brackets that is read.
const MAX_DEPTH: i32 = 64;
/// The deepest chain of messages that an answer is followed through.
const MAX_FOLLOWED: u32 = 12;
/// The most fields of one answer.
const MAX_FIELDS: usize = 5000;

/// A file that was read.
#[derive(Debug, Default)]
pub(in crate::collect::schema) struct File {
    messages: Vec<Message>,
    enums: Vec<String>,
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Message {
    /// With its package: `van_don.v1.DonHang`.
    full: String,
    /// Without: `DonHang`.
    name: String,
    fields: Vec<MessageField>,
    /// The pair that a map is made of.
    of_map: bool,
}

#[derive(Debug)]
struct MessageField {
    name: String,
    /// In the words of SQL, which the classifier knows.
    data_type: String,
    /// The message or enum, as it is written.
    refers: Option<String>,
    repeated: bool,
    input_only: bool,
    line: u32,
    comment: String,
}

/// One call of a service.
#[derive(Debug)]
struct Call {
    /// `van_don.v1.TraCuu/XemDon`.
    name: String,
    package: String,
    request: String,
    response: String,
    streams: bool,
    line: u32,
    /// Method, address, and whether all other fields stand in a body.
    bindings: Vec<(String, String, bool)>,
}

/// Reads a file; `None` where it is no text of this language.
pub(in crate::collect::schema) fn read(name: &str, bytes: &[u8]) -> Option<File> {
    let text = String::from_utf8_lossy(bytes);
    if is_too_deep(&text) {
        return None;
    }
    let name = name.rsplit('/').next().unwrap_or(name);
    let read = protox_parse::parse(name, &text).ok()?;
    Some(File::of(&read))
}

/// The parser calls itself for each bracket.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0;
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' | b'<' => depth += 1,
            b'}' | b']' | b')' | b'>' => depth = (depth - 1).max(0),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// Where a thing stands and what is said of it, by its path in the description.
type Places = BTreeMap<Vec<i32>, (u32, String)>;

impl File {
    fn of(file: &FileDescriptorProto) -> Self {
        let mut places = Places::new();
        for at in file.source_code_info.iter().flat_map(|i| &i.location) {
            let line = at.span.first().and_then(|n| u32::try_from(*n).ok());
            let said = [at.leading_comments(), at.trailing_comments()].join(" ");
            let place = (line.map_or(0, |n| n + 1), said.trim().to_owned());
            places.entry(at.path.clone()).or_insert(place);
        }
        let package = file.package().to_owned();
        let mut out = Self::default();
        for (at, message) in (0..).zip(&file.message_type) {
            out.message(message, &package, "", vec![4, at], &places);
        }
        out.enums
            .extend(file.enum_type.iter().map(|e| joined(&package, e.name())));
        for (at, service) in (0..).zip(&file.service) {
            for (number, method) in (0..).zip(&service.method) {
                let path = vec![6, at, 2, number];
                let options = method.options.iter().flat_map(|o| &o.uninterpreted_option);
                out.calls.push(Call {
                    name: format!("{}/{}", joined(&package, service.name()), method.name()),
                    package: package.clone(),
                    request: method.input_type().to_owned(),
                    response: method.output_type().to_owned(),
                    streams: method.server_streaming(),
                    line: places.get(&path).map_or(0, |p| p.0),
                    bindings: options.flat_map(bindings).collect(),
                });
            }
        }
        out
    }

    fn message(
        &mut self,
        message: &DescriptorProto,
        package: &str,
        outer: &str,
        path: Vec<i32>,
        places: &Places,
    ) {
        let name = joined(outer, message.name());
        let fields = (0..).zip(&message.field).map(|(at, f)| {
            let mut path = path.clone();
            path.extend([2, at]);
            let (line, comment) = places.get(&path).cloned().unwrap_or_default();
            field(f, line, comment)
        });
        self.messages.push(Message {
            full: joined(package, &name),
            fields: fields.collect(),
            of_map: message.options.as_ref().is_some_and(|o| o.map_entry()),
            name: name.clone(),
        });
        let full = joined(package, &name);
        self.enums
            .extend(message.enum_type.iter().map(|e| joined(&full, e.name())));
        for (at, inner) in (0..).zip(&message.nested_type) {
            let mut path = path.clone();
            path.extend([3, at]);
            self.message(inner, package, &name, path, places);
        }
    }
}

fn joined(outer: &str, name: &str) -> String {
    match outer {
        "" => name.to_owned(),
        _ => format!("{outer}.{name}"),
    }
}

fn field(field: &FieldDescriptorProto, line: u32, comment: String) -> MessageField {
    let refers = field.type_name.clone().filter(|n| !n.is_empty());
    let told = field.r#type.and_then(|n| Type::try_from(n).ok());
    let data_type = match told {
        Some(Type::Double | Type::Float) => "double",
        Some(Type::Int64 | Type::Uint64 | Type::Fixed64 | Type::Sfixed64 | Type::Sint64) => {
            "bigint"
        }
        Some(Type::Int32 | Type::Uint32 | Type::Fixed32 | Type::Sfixed32 | Type::Sint32) => "int",
        Some(Type::Bool) => "boolean",
        Some(Type::String) => "text",
        Some(Type::Bytes) => "bytea",
        Some(Type::Enum) => "enum",
        Some(Type::Group | Type::Message) | None => "",
    };
    let input_only = field
        .options
        .iter()
        .flat_map(|o| &o.uninterpreted_option)
        .any(|o| {
            named(o).contains("google.api.field_behavior") && o.identifier_value() == "INPUT_ONLY"
        });
    MessageField {
        name: field.name().to_owned(),
        data_type: match (&refers, data_type) {
            (Some(name), "") => known_type(name).to_owned(),
            _ => data_type.to_owned(),
        },
        refers,
        repeated: field.label() == Label::Repeated,
        input_only,
        line,
        comment,
    }
}

/// Messages of Google's own files that hold one value.
fn known_type(name: &str) -> &'static str {
    match name.trim_start_matches('.') {
        "google.protobuf.Timestamp" => "timestamp",
        "google.type.Date" => "date",
        "google.type.LatLng" => "point",
        "google.type.PostalAddress" | "google.type.PhoneNumber" => "text",
        "google.protobuf.StringValue" => "text",
        "google.protobuf.BytesValue" => "bytea",
        "google.protobuf.BoolValue" => "boolean",
        "google.protobuf.Int64Value" | "google.protobuf.UInt64Value" => "bigint",
        "google.protobuf.Int32Value" | "google.protobuf.UInt32Value" => "int",
        "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => "double",
        _ => "",
    }
}

/// Of Google's own messages, those that hold nothing that we do not know.
fn is_plain(name: &str) -> bool {
    let plain = [
        "google.protobuf.Empty",
        "google.protobuf.Duration",
        "google.protobuf.FieldMask",
        "google.type.Money",
        "google.rpc.Status",
    ];
    !known_type(name).is_empty() || plain.contains(&name.trim_start_matches('.'))
}

fn named(option: &UninterpretedOption) -> String {
    let parts: Vec<&str> = option.name.iter().map(|p| p.name_part.as_str()).collect();
    parts.join(".")
}

/// What `option (google.api.http) = { get: "/v1/…" }` says, all bindings.
fn bindings(option: &UninterpretedOption) -> Vec<(String, String, bool)> {
    let name = named(option);
    let name = name.trim_matches(['(', ')']);
    if !name.contains("google.api.http") {
        return Vec::new();
    }
    // `option (google.api.http).get = "/v1/…"`
    let method = name.rsplit('.').next().unwrap_or_default();
    if METHODS.contains(&method) {
        let path = String::from_utf8_lossy(option.string_value()).into_owned();
        return vec![(method.to_owned(), path, false)];
    }
    let words = option.aggregate_value();
    let all: Vec<(String, String, usize)> = METHODS
        .iter()
        .flat_map(|method| {
            values_of(words, method).map(|(at, path)| ((*method).to_owned(), path, at))
        })
        .collect();
    let bodies: Vec<usize> = values_of(words, "body").map(|(at, _)| at).collect();
    let mut starts: Vec<usize> = all.iter().map(|(_, _, at)| *at).collect();
    starts.sort_unstable();
    all.into_iter()
        .map(|(method, path, at)| {
            let next = starts.iter().find(|s| **s > at).copied();
            let body = bodies
                .iter()
                .any(|b| *b > at && next.is_none_or(|n| *b < n) || starts.len() == 1);
            (method, path, body)
        })
        .collect()
}

/// The texts that stand after `key:`, with where.
fn values_of<'a>(words: &'a str, key: &'a str) -> impl Iterator<Item = (usize, String)> + 'a {
    words.match_indices(key).filter_map(move |(at, _)| {
        let before = words.get(..at)?.chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let rest = words.get(at + key.len()..)?.trim_start();
        let rest = rest.strip_prefix(':')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, _) = rest.get(1..)?.split_once(quote)?;
        Some((at, value.to_owned()))
    })
}

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// All files of an asset: a message may be described in another file than the call that gives it.
#[derive(Debug, Default)]
pub(in crate::collect::schema) struct Files<'a> {
    messages: BTreeMap<&'a str, &'a Message>,
    enums: BTreeSet<&'a str>,
}

/// What a type name leads to.
enum Led<'a> {
    Message(&'a Message),
    Enum,
    /// A message that is known to hold nothing else.
    Plain,
    Nowhere,
}

impl<'a> Files<'a> {
    /// Brings them together.
    pub(in crate::collect::schema) fn of(files: impl Iterator<Item = &'a File>) -> Self {
        let mut out = Self::default();
        for file in files {
            for message in &file.messages {
                out.messages.entry(&message.full).or_insert(message);
            }
            out.enums.extend(file.enums.iter().map(String::as_str));
        }
        out
    }

    /// A name is looked up in the scope that it stands in, then in those around.
    fn find(&self, name: &str, scope: &str) -> Led<'a> {
        let mut scope = match name.strip_prefix('.') {
            Some(_) => "",
            None => scope,
        };
        let name = name.trim_start_matches('.');
        loop {
            let full = joined(scope, name);
            if let Some(message) = self.messages.get(full.as_str()) {
                return Led::Message(message);
            }
            if self.enums.contains(full.as_str()) {
                return Led::Enum;
            }
            if scope.is_empty() {
                break;
            }
            scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        match is_plain(name) {
            true => Led::Plain,
            false => Led::Nowhere,
        }
    }

    /// The fields of a file's own messages.
    pub(super) fn fields(&self, file: &File) -> Vec<Field> {
        let own = file.messages.iter().filter(|m| !m.of_map);
        own.flat_map(|message| {
            let setting = setting(message);
            let told = message.fields.iter().filter_map(move |f| {
                Some(Field {
                    id: format!("{}.{}", message.name, f.name),
                    data_type: f.data_type.clone(),
                    line: f.line,
                    verdict: self.verdict(f, message, &setting)?,
                    write_only: f.input_only,
                })
            });
            told.collect::<Vec<_>>()
        })
        .collect()
    }

    /// What a field holds; nothing for a message, whose own fields are told.
    fn verdict(&self, field: &MessageField, of: &Message, setting: &Setting) -> Option<Verdict> {
        let data_type = match &field.refers {
            None => field.data_type.as_str(),
            Some(_) if !field.data_type.is_empty() => field.data_type.as_str(),
            Some(name) => match self.find(name, &of.full) {
                Led::Enum => "enum",
                Led::Message(_) | Led::Plain | Led::Nowhere => return None,
            },
        };
        let comment = Some(field.comment.as_str()).filter(|c| !c.is_empty());
        Some(classify_in(&field.name, Some(data_type), comment, setting))
    }

    /// The calls of a file.
    pub(super) fn operations(&self, file: &File) -> Vec<Operation> {
        file.calls.iter().flat_map(|call| self.call(call)).collect()
    }

    fn call(&self, call: &Call) -> Vec<Operation> {
        let plain = [("rpc".to_owned(), format!("/{}", call.name), true)];
        let bindings = match call.bindings.as_slice() {
            [] => plain.as_slice(),
            some => some,
        };
        bindings
            .iter()
            .map(|(method, path, body)| {
                let mut out = Operation::begin(method, path, call.line);
                // No file of this language says who is asked, or how.
                (out.authenticated, out.key_in_query) = (None, None);
                out.list = call.streams;
                match self.find(&call.response, &call.package) {
                    Led::Message(message) => {
                        out.list |= message.fields.iter().any(|f| self.lists(f, message));
                        self.gives(message, MAX_FOLLOWED, &mut Vec::new(), &mut 0, &mut out);
                    }
                    Led::Enum | Led::Plain => {}
                    Led::Nowhere => out.not_followed = true,
                }
                if let Led::Message(request) = self.find(&call.request, &call.package) {
                    self.asks(request, path, *body, &mut out);
                }
                out
            })
            .collect()
    }

    fn lists(&self, field: &MessageField, of: &Message) -> bool {
        let message = field.refers.as_ref().map(|name| self.find(name, &of.full));
        field.repeated && matches!(message, Some(Led::Message(m)) if !m.of_map)
    }

    fn gives(
        &self,
        message: &'a Message,
        depth: u32,
        seen: &mut Vec<&'a str>,
        count: &mut usize,
        out: &mut Operation,
    ) {
        if depth == 0 || seen.contains(&message.full.as_str()) || *count > MAX_FIELDS {
            return;
        }
        seen.push(&message.full);
        let setting = setting(message);
        for field in message.fields.iter().filter(|f| !f.input_only) {
            *count += 1;
            if let Some(verdict) = self.verdict(field, message, &setting) {
                if verdict.is_personal() {
                    out.sensitive |= verdict.sensitive;
                    out.credentials |=
                        verdict.class == Class::Credential && is_password(&field.name);
                    out.gives
                        .insert(format!("{}:{}", verdict.class.word(), field.name));
                }
                continue;
            }
            let Some(name) = &field.refers else { continue };
            match self.find(name, &message.full) {
                Led::Message(inner) => self.gives(inner, depth - 1, seen, count, out),
                Led::Nowhere => out.not_followed = true,
                Led::Enum | Led::Plain => {}
            }
        }
    }

    /// What stands in the address: the variables of its path, and without a body all other fields.
    fn asks(&self, request: &Message, path: &str, body: bool, out: &mut Operation) {
        let setting = setting(request);
        let variables: Vec<&str> = path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split(['}', '=']).next())
            .collect();
        for field in &request.fields {
            out.paginated |= is_page(&field.name);
            let in_path = variables
                .iter()
                .any(|v| v.split('.').next() == Some(field.name.as_str()));
            if in_path && matches!(field.data_type.as_str(), "int" | "bigint") {
                out.sequential_ids.insert(field.name.clone());
            }
            if !in_path && body {
                continue;
            }
            let Some(verdict) = self.verdict(field, request, &setting) else {
                continue;
            };
            if IN_URL.contains(&verdict.class) {
                out.personal_in_url
                    .insert(format!("{}:{}", verdict.class.word(), field.name));
            }
        }
    }
}

fn setting(message: &Message) -> Setting {
    let names: Vec<&str> = message.fields.iter().map(|f| f.name.as_str()).collect();
    let own = message.name.rsplit('.').next();
    Setting::of(own, &names)
}
