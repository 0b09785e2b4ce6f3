//! FreeSWITCH: gateways with their parameters.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{MAX_PARTS, Trunk, Trunks, way_of};

/// A gateway while it is read.
#[derive(Debug, Default)]
struct Gateway {
    name: String,
    line: u32,
    /// `register-transport`, the last one.
    registers: Option<String>,
    /// Addresses and parameters that may name a transport.
    ways: Vec<Option<bool>>,
    srtp: Option<bool>,
    from: Option<Option<String>>,
    /// It passes on the number of the telephone.
    passes: bool,
}

/// The gateways of a file, up to where it can no longer be read.
pub(super) fn trunks(text: &str) -> Trunks {
    let mut reader = Reader::from_str(text);
    let mut out = Trunks::default();
    let mut now: Option<Gateway> = None;
    let line_at = |position: u64| {
        let at = usize::try_from(position).unwrap_or(usize::MAX);
        let lines = text
            .get(..at.min(text.len()))
            .map_or(0, |t| t.matches('\n').count() + 1);
        u32::try_from(lines).unwrap_or(u32::MAX)
    };
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if tag.name().as_ref() == b"gateway" => {
                out.all.extend(now.take().map(Gateway::trunk));
                now = Some(Gateway::new(&tag, line_at(reader.buffer_position())));
            }
            Ok(Event::Empty(tag)) if tag.name().as_ref() == b"gateway" => {
                let gateway = Gateway::new(&tag, line_at(reader.buffer_position()));
                out.all.push(gateway.trunk());
            }
            Ok(Event::End(tag)) if tag.name().as_ref() == b"gateway" => {
                out.all.extend(now.take().map(Gateway::trunk));
            }
            Ok(Event::Empty(tag) | Event::Start(tag)) => {
                if let Some(gateway) = now.as_mut() {
                    gateway.parameter(&tag);
                }
            }
            Ok(Event::Eof) => break,
            Err(_) => {
                out.broken = Some(line_at(reader.error_position()));
                break;
            }
            Ok(_) => {}
        }
        if out.all.len() >= MAX_PARTS {
            out.broken = Some(line_at(reader.buffer_position()));
            break;
        }
    }
    // A file that ends inside a gateway was cut.
    if now.is_some() && out.broken.is_none() {
        out.broken = Some(line_at(reader.buffer_position()));
    }
    out.all.extend(now.map(Gateway::trunk));
    out
}

impl Gateway {
    fn new(tag: &BytesStart<'_>, line: u32) -> Self {
        Self {
            name: attribute(tag, "name"),
            line,
            ..Self::default()
        }
    }

    fn parameter(&mut self, tag: &BytesStart<'_>) {
        let (name, value) = (attribute(tag, "name"), attribute(tag, "value"));
        // What stands in a variable of the exchange is not known here.
        let known = !value.contains("$${") && !value.contains("${");
        match name.as_str() {
            "register-transport" => self.registers = Some(value.to_ascii_lowercase()),
            "contact-params" | "proxy" | "register-proxy" | "outbound-proxy" | "realm" => {
                self.ways.push(way_of(&value));
            }
            "rtp_secure_media" | "rtp_secure_media_outbound"
                if attribute(tag, "direction") != "inbound" =>
            {
                let off = matches!(value.as_str(), "false" | "no" | "forbidden" | "optional");
                self.srtp = known.then_some(!off);
            }
            "caller-id-in-from" => self.passes = value.eq_ignore_ascii_case("true"),
            "from-user" | "effective_caller_id_number" | "origination_caller_id_number" => {
                self.from = Some(known.then_some(value));
            }
            _ => {}
        }
    }

    fn trunk(self) -> Trunk {
        let registers = self.registers.as_deref();
        let known = registers.is_none_or(|r| !r.contains('$'));
        let tls = match registers {
            _ if self.ways.contains(&Some(false)) => Some(false),
            _ if self.ways.contains(&Some(true)) => Some(true),
            Some(_) if !known => None,
            Some(way) => Some(way == "tls"),
            None => Some(false),
        };
        let caller = match self.from {
            _ if self.passes => Some(None),
            Some(Some(number)) => Some(Some(number)),
            Some(None) => None,
            None => Some(None),
        };
        Trunk {
            name: self.name,
            line: self.line,
            tls,
            srtp: self.srtp,
            caller,
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag
        .attributes()
        .flatten()
        .find(|a| a.key.as_ref() == name.as_bytes());
    found
        .map(|a| String::from_utf8_lossy(&a.value).into_owned())
        .unwrap_or_default()
}
