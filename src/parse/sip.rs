//! Configuration of telephone exchanges (Asterisk `pjsip.conf`, FreeSWITCH gateways, Kamailio) and traces of SIP, as far as they
//! say who calls. Numbers stay with the caller of this part.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The most sections or messages of a file.
const MAX_PARTS: usize = 20_000;

/// Which program a configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Asterisk.
    Asterisk,
    /// FreeSWITCH.
    FreeSwitch,
    /// Kamailio or OpenSIPS.
    Kamailio,
}

/// A trunk to a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trunk {
    /// Its name in the file.
    pub name: String,
    /// Its line.
    pub line: u32,
    /// Signalling over TLS; `None` where the file does not say.
    pub tls: Option<bool>,
    /// Speech over SRTP.
    pub srtp: Option<bool>,
    /// The caller's number that the trunk sets; `Some(None)` where it passes on what the telephone says.
    pub caller: Option<Option<String>>,
}

/// Which program's configuration a text is.
pub fn program(name: &str, text: &str) -> Option<Program> {
    let lower = name.to_ascii_lowercase();
    let head: String = text.chars().take(200_000).collect();
    if lower.ends_with(".xml") && head.contains("<gateway") {
        Some(Program::FreeSwitch)
    } else if lower.starts_with("pjsip")
        || head.contains("type=endpoint")
        || head.contains("type = endpoint")
    {
        Some(Program::Asterisk)
    } else if lower.starts_with("kamailio")
        || lower.starts_with("opensips")
        || head.contains("loadmodule \"tm.so\"")
    {
        Some(Program::Kamailio)
    } else {
        None
    }
}

/// The trunks of a configuration.
pub fn trunks(program: Program, text: &str) -> Vec<Trunk> {
    match program {
        Program::Asterisk => asterisk(text),
        Program::FreeSwitch => freeswitch(text),
        Program::Kamailio => kamailio(text),
    }
}

#[derive(Debug, Clone, Default)]
struct Section {
    name: String,
    line: u32,
    keys: BTreeMap<String, String>,
}

impl Section {
    fn get(&self, key: &str) -> &str {
        self.keys.get(key).map_or("", String::as_str)
    }
}

/// `[name](template)` sections with `key=value` lines.
fn sections(text: &str) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap_or_default().trim();
        if let Some((name, rest)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
            let mut section = Section {
                name: name.trim().to_owned(),
                line: u32::try_from(number + 1).unwrap_or(u32::MAX),
                keys: BTreeMap::new(),
            };
            let from = rest.trim().trim_matches(['(', ')']);
            for template in from
                .split(',')
                .map(str::trim)
                .filter(|t| !matches!(*t, "" | "!" | "+"))
            {
                if let Some(base) = all.iter().rev().find(|s| s.name == template) {
                    section.keys.extend(base.keys.clone());
                }
            }
            if all.len() < MAX_PARTS {
                all.push(section);
            }
        } else if let (Some(section), Some((key, value))) = (all.last_mut(), line.split_once('=')) {
            let value = value.trim_start_matches('>').trim().to_owned();
            section.keys.insert(key.trim().to_ascii_lowercase(), value);
        }
    }
    all
}

/// Endpoints that register at, or are recognised by the address of, a carrier.
fn asterisk(text: &str) -> Vec<Trunk> {
    let all = sections(text);
    let whole = !text.lines().any(|l| {
        l.trim_start().starts_with("#include") || l.trim_start().starts_with("#tryinclude")
    });
    let of = |kind: &'static str| all.iter().filter(move |s| s.get("type") == kind);
    let named = |name: &str| {
        of("identify")
            .chain(of("registration"))
            .any(|s| s.get("endpoint") == name)
    };
    let trunk = |section: &Section| {
        let transport = of("transport").find(|t| t.name == section.get("transport"));
        let contact =
            of("aor").find(|a| section.get("aors").split(',').any(|n| n.trim() == a.name));
        let contact = contact.map(|a| a.get("contact").to_ascii_lowercase());
        let tls = match (transport, contact) {
            (Some(transport), _) => Some(transport.get("protocol").eq_ignore_ascii_case("tls")),
            (None, Some(contact))
                if contact.starts_with("sips:") || contact.contains("transport=tls") =>
            {
                Some(true)
            }
            (None, Some(_)) if section.get("transport").is_empty() => Some(false),
            (None, _) => None,
        };
        let srtp = match section.get("media_encryption") {
            "" if !whole => None,
            "" | "no" => Some(false),
            _ => Some(true),
        };
        let number = [section.get("from_user"), digits_of(section.get("callerid"))]
            .into_iter()
            .find(|n| !n.is_empty());
        let caller = match number {
            Some(number) => Some(Some(number.to_owned())),
            None => whole.then_some(None),
        };
        Trunk {
            name: section.name.clone(),
            line: section.line,
            tls,
            srtp,
            caller,
        }
    };
    of("endpoint")
        .filter(|s| !s.get("outbound_auth").is_empty() || named(&s.name))
        .map(trunk)
        .collect()
}

/// `"Name" <0247…>` → `0247…`.
fn digits_of(callerid: &str) -> &str {
    callerid
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or(callerid, |(number, _)| number)
        .trim()
}

/// Gateways with their parameters.
fn freeswitch(text: &str) -> Vec<Trunk> {
    let mut reader = Reader::from_str(text);
    let mut out: Vec<Trunk> = Vec::new();
    let mut inside = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if tag.name().as_ref() == b"gateway" => {
                inside = true;
                let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                let line = text
                    .get(..at.min(text.len()))
                    .map_or(0, |t| t.matches('\n').count() + 1);
                if out.len() < MAX_PARTS {
                    out.push(Trunk {
                        name: attribute(&tag, "name"),
                        line: u32::try_from(line).unwrap_or(u32::MAX),
                        tls: Some(false),
                        srtp: None,
                        caller: Some(None),
                    });
                }
            }
            Ok(Event::End(tag)) if tag.name().as_ref() == b"gateway" => inside = false,
            Ok(Event::Empty(tag) | Event::Start(tag)) if inside => {
                if let Some(trunk) = out.last_mut() {
                    parameter(trunk, &attribute(&tag, "name"), &attribute(&tag, "value"));
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out
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

fn parameter(trunk: &mut Trunk, name: &str, value: &str) {
    // What stands in a variable of the exchange is not known here.
    let known = !value.contains("$${") && !value.contains("${");
    match name {
        "register-transport" | "contact-params" if value.contains("tls") => trunk.tls = Some(true),
        "register-transport" if !known => trunk.tls = None,
        "proxy" | "register-proxy" | "realm"
            if value.contains("transport=tls") || value.starts_with("sips:") =>
        {
            trunk.tls = Some(true)
        }
        "rtp_secure_media" | "rtp_secure_media_outbound" => {
            let off = matches!(value, "false" | "no" | "forbidden" | "optional");
            trunk.srtp = known.then_some(!off);
        }
        "caller-id-in-from" if value == "true" => trunk.caller = Some(None),
        "from-user" | "effective_caller_id_number" | "origination_caller_id_number" => {
            trunk.caller = known.then(|| Some(value.to_owned()));
        }
        _ => {}
    }
}

/// One exchange for the whole file.
fn kamailio(text: &str) -> Vec<Trunk> {
    let lines: Vec<&str> = text
        .lines()
        .map(|l| l.split('#').next().unwrap_or_default().trim())
        .collect();
    // `#!define`, `#!ifdef` are instructions, not remarks; what they leave out is not known.
    let whole = !text.lines().any(|l| {
        let l = l.trim_start();
        l.starts_with("#!ifdef")
            || l.starts_with("include_file")
            || l.starts_with("import_file")
            || l.starts_with("!!ifdef")
    });
    let any = |wanted: &dyn Fn(&str) -> bool| lines.iter().any(|l| wanted(l));
    let seen = |found: bool| {
        if found {
            Some(true)
        } else {
            whole.then_some(false)
        }
    };
    let tls = any(&|l| l.starts_with("listen=tls:") || l.starts_with("socket=tls:"))
        && any(&|l| {
            l.contains("transport=tls")
                || l.contains("enable_tls=yes")
                || l.contains("enable_tls=1")
                || l.contains("tls.so")
        });
    let srtp = any(&|l| l.contains("RTP/SAVP"));
    let sets =
        any(&|l| l.contains("uac_replace_from(") || l.contains("append_hf(\"P-Asserted-Identity"));
    let number = lines
        .iter()
        .find(|l| l.contains("uac_replace_from(") || l.contains("append_hf(\"P-Asserted-Identity"))
        .and_then(|l| l.split("sip:").nth(1))
        .and_then(|rest| rest.split('@').next())
        .filter(|n| n.chars().all(|c| c.is_ascii_digit() || c == '+'));
    let caller = match (sets, number) {
        (true, number) => Some(Some(number.unwrap_or_default().to_owned())),
        (false, _) => whole.then_some(None),
    };
    vec![Trunk {
        name: "kamailio".into(),
        line: 1,
        tls: seen(tls),
        srtp: seen(srtp),
        caller,
    }]
}

/// An INVITE of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invite {
    /// Its line.
    pub line: u32,
    /// The name shown in `From`.
    pub display: String,
    /// The user of `P-Asserted-Identity`, or else of `From`.
    pub caller: String,
    /// Has it an `Identity` header (RFC 8224)?
    pub identity: bool,
}

/// The INVITEs of a trace; a call that is sent again counts once, by its `Call-ID`.
pub fn invites(text: &str) -> Vec<Invite> {
    let mut out: Vec<Invite> = Vec::new();
    let mut ids: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    let mut now: Option<(Invite, String, String)> = None;
    let mut done = |now: &mut Option<(Invite, String, String)>, out: &mut Vec<Invite>| {
        if let Some((mut invite, asserted, id)) = now.take()
            && (id.is_empty() || ids.insert(id))
            && out.len() < MAX_PARTS
        {
            if !asserted.is_empty() {
                invite.caller = asserted;
            }
            out.push(invite);
        }
    };
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '|');
        if line.starts_with("INVITE sip") && line.contains("SIP/2.0") {
            done(&mut now, &mut out);
            let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
            now = Some((
                Invite {
                    line,
                    ..Invite::default()
                },
                String::new(),
                String::new(),
            ));
            continue;
        }
        if line.starts_with("SIP/2.0 ") || line.trim_end().ends_with(" SIP/2.0") {
            done(&mut now, &mut out);
            continue;
        }
        let Some((invite, asserted, id)) = now.as_mut() else {
            continue;
        };
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "from" | "f" => (invite.display, invite.caller) = party(value),
            "p-asserted-identity" => *asserted = party(value).1,
            "identity" | "y" => invite.identity = true,
            "call-id" | "i" => *id = value.trim().to_owned(),
            _ => {}
        }
    }
    done(&mut now, &mut out);
    out
}

/// `"Name" <sip:0247…@host>;tag=x` → name and user.
fn party(value: &str) -> (String, String) {
    let display = value.split('<').next().unwrap_or_default();
    let display = if value.contains('<') {
        display.trim().trim_matches('"').trim()
    } else {
        ""
    };
    let uri = value
        .split_once("sip:")
        .or_else(|| value.split_once("sips:"))
        .or_else(|| value.split_once("tel:"));
    let user = uri.map_or("", |(_, rest)| {
        rest.split(['@', ';', '>']).next().unwrap_or_default()
    });
    (display.to_owned(), user.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(program: Program, text: &str) -> Trunk {
        let mut all = trunks(program, text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn pjsip() {
        let text = "[tls]\ntype=transport\nprotocol=tls\n[base](!)\ntype=endpoint\nmedia_encryption=sdes\n[carrier](base)\ntransport=tls\noutbound_auth=carrier\nfrom_user=02473001000 ; ours\naors=carrier\n[phone]\ntype=endpoint\n";
        assert_eq!(program("pjsip.conf", text), Some(Program::Asterisk));
        let trunk = one(Program::Asterisk, text);
        assert_eq!((trunk.name.as_str(), trunk.line), ("carrier", 7));
        assert_eq!((trunk.tls, trunk.srtp), (Some(true), Some(true)));
        assert_eq!(trunk.caller, Some(Some("02473001000".into())));
        let plain = "[c]\ntype=endpoint\naors=c\n[c]\ntype=aor\ncontact=sip:10.0.0.1:5060\n[c]\ntype=identify\nendpoint=c\nmatch=10.0.0.1\n";
        let trunk = one(Program::Asterisk, plain);
        assert_eq!(
            (trunk.tls, trunk.srtp, trunk.caller),
            (Some(false), Some(false), Some(None))
        );
        let more = format!("#include trunks.conf\n{plain}");
        assert_eq!(one(Program::Asterisk, &more).srtp, None);
    }

    #[test]
    fn freeswitch_gateways() {
        let text = "<include>\n <gateway name=\"c\">\n  <param name=\"register-transport\" value=\"tls\"/>\n  <param name=\"from-user\" value=\"02473001000\"/>\n  <variables><variable name=\"rtp_secure_media\" value=\"true\" direction=\"outbound\"/></variables>\n </gateway>\n</include>";
        assert_eq!(program("c.xml", text), Some(Program::FreeSwitch));
        let trunk = one(Program::FreeSwitch, text);
        assert_eq!(
            (trunk.line, trunk.tls, trunk.srtp),
            (2, Some(true), Some(true))
        );
        let plain = one(
            Program::FreeSwitch,
            "<gateway name=\"c\"><param name=\"caller-id-in-from\" value=\"true\"/></gateway>",
        );
        assert_eq!(
            (plain.tls, plain.srtp, plain.caller),
            (Some(false), None, Some(None))
        );
    }

    #[test]
    fn kamailio_files() {
        let text = "loadmodule \"tm.so\"\nenable_tls=yes\nlisten=tls:10.0.0.1:5061\nroute {\n uac_replace_from(\"BuuChinh\", \"sip:02473001000@x\");\n rtpengine_manage(\"RTP/SAVP\");\n}\n";
        assert_eq!(program("kamailio.cfg", text), Some(Program::Kamailio));
        let trunk = one(Program::Kamailio, text);
        assert_eq!((trunk.tls, trunk.srtp), (Some(true), Some(true)));
        assert_eq!(trunk.caller, Some(Some("02473001000".into())));
        assert_eq!(
            one(Program::Kamailio, "#!ifdef WITH_TLS\nlisten=udp:1\n").tls,
            None
        );
        assert_eq!(one(Program::Kamailio, "listen=udp:1\n").tls, Some(false));
    }

    #[test]
    fn traces() {
        let text = "INVITE sip:0912345678@c SIP/2.0\r\nFrom: \"BuuChinh\" <sip:801@pbx>;tag=1\r\nP-Asserted-Identity: <sip:+842473001000@pbx>\r\nCall-ID: a\r\nIdentity: eyJ\r\n\r\nSIP/2.0 100 Trying\r\nFrom: <sip:no@x>\r\n\r\nINVITE sip:1@c SIP/2.0\nf: <sip:0987654321@pbx>\ni: b\n\nINVITE sip:1@c SIP/2.0\nf: <sip:0987654321@pbx>\ni: b\n";
        let all = invites(text);
        assert_eq!(all.len(), 2);
        assert_eq!(
            (
                all[0].display.as_str(),
                all[0].caller.as_str(),
                all[0].identity
            ),
            ("BuuChinh", "+842473001000", true)
        );
        assert_eq!(
            (all[1].line, all[1].caller.as_str(), all[1].identity),
            (10, "0987654321", false)
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(\\[a\\]|type=endpoint|\n|<gateway name=\"x\">|<param|/>|listen=tls:|INVITE sip:x SIP/2.0|From: |<sip:|>|\"|;|=){0,40}|.{0,120}") {
            for program in [Program::Asterisk, Program::FreeSwitch, Program::Kamailio] {
                let _ = trunks(program, &text);
            }
            let _ = invites(&text);
        }
    }
}
