//! Configuration of telephone exchanges (Asterisk `pjsip.conf`, FreeSWITCH gateways, Kamailio) and traces of SIP, as far as they
//! say who calls. Numbers stay with the caller of this part.

mod asterisk;
mod freeswitch;
mod kamailio;
mod trace;

pub use trace::{Invite, invites};

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

/// What a configuration holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trunks {
    /// In file order.
    pub all: Vec<Trunk>,
    /// The line from which on it could not be read.
    pub broken: Option<u32>,
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

/// The trunks of a configuration. `beside`: the other files of the same exchange.
pub fn trunks(program: Program, text: &str, beside: &str) -> Trunks {
    let whole = |all| Trunks { all, broken: None };
    match program {
        Program::Asterisk => whole(asterisk::trunks(text, beside)),
        Program::FreeSwitch => freeswitch::trunks(text),
        Program::Kamailio => whole(kamailio::trunks(text)),
    }
}

/// Which way a URI asks for: `Some(true)` TLS, `Some(false)` another, `None` where it does not say.
fn way_of(uri: &str) -> Option<bool> {
    let lower = uri.to_ascii_lowercase();
    if lower.contains("transport=tls")
        || lower.trim_start().starts_with("sips:")
        || lower.starts_with("tls:")
    {
        return Some(true);
    }
    let other = ["transport=udp", "transport=tcp", "transport=ws"];
    (other.iter().any(|t| lower.contains(t))
        || lower.starts_with("udp:")
        || lower.starts_with("tcp:"))
    .then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(program: Program, text: &str) -> Trunk {
        let mut all = trunks(program, text, "").all;
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

    #[test]
    fn a_carrier_without_a_password_is_one() {
        let text = "[tls]\ntype=transport\nprotocol=tls\n;-- [old]\ntype=endpoint\noutbound_auth=x\n--;\n[b]\ntype=endpoint\ntransport=tls\naors=b\nmedia_encryption=sdes\nmedia_encryption_optimistic=yes\n[b]\ntype=aor\ncontact=sip:203.0.113.6:5060\\;transport=udp\n[801]\ntype=endpoint\naors=801\n[801]\ntype=aor\ncontact=sip:801@192.168.1.9\n";
        let trunk = one(Program::Asterisk, text);
        assert_eq!(trunk.name, "b");
        assert_eq!((trunk.tls, trunk.srtp), (Some(false), Some(false)));
        let variable = "[b]\ntype=endpoint\noutbound_auth=b\nmedia_encryption=${ENC}\n";
        assert_eq!(one(Program::Asterisk, variable).srtp, None);
    }

    #[test]
    fn an_exchange_of_many_files() {
        let endpoint = "[c]\ntype=endpoint\naors=c\ntransport=t\n";
        let beside = "[t]\ntype=transport\nprotocol=udp\n[c]\ntype=aor\ncontact=sip:203.0.113.5:5060\n[x]\ntype=endpoint\noutbound_auth=x\n";
        let found = trunks(Program::Asterisk, endpoint, beside).all;
        assert_eq!((found.len(), found[0].tls), (1, Some(false)));
        let wizard = "[w]\ntype=wizard\nsends_auth=yes\nremote_hosts=203.0.113.5:5060\nendpoint/media_encryption=no\nendpoint/from_user=0912345678\n";
        let trunk = one(Program::Asterisk, wizard);
        assert_eq!((trunk.tls, trunk.srtp), (Some(false), Some(false)));
        let two = "[c]\ntype=endpoint\naors=c\n[c]\ntype=aor\ncontact=sip:203.0.113.5;transport=tls\ncontact=sip:203.0.113.6;transport=udp\n";
        // What follows a semicolon is a remark, unless it is marked as a sign.
        let two = two.replace(';', "\\;");
        assert_eq!(one(Program::Asterisk, &two).tls, Some(false));
    }

    #[test]
    fn a_broken_list_of_gateways_is_told() {
        let text = "<include>\n<gateway name=\"a\"><param name=\"register-transport\" value=\"tls\"/></gatewy>\n<gateway name=\"b\"/></include>";
        let found = trunks(Program::FreeSwitch, text, "");
        assert_eq!((found.all.len(), found.broken), (1, Some(2)));
        let text = "<gateway name=\"a\"><param name=\"register-transport\" value=\"tls\"/><param name=\"register-transport\" value=\"udp\"/><param name=\"contact-params\" value=\"tls_only=false\"/><param name=\"caller-id-in-from\" value=\"TRUE\"/><param name=\"from-user\" value=\"1\"/></gateway><gateway name=\"b\"/>";
        let found = trunks(Program::FreeSwitch, text, "");
        assert_eq!(found.all.len(), 2);
        assert_eq!(
            (found.all[0].tls, &found.all[0].caller),
            (Some(false), &Some(None))
        );
        assert_eq!((found.all[1].tls, found.broken), (Some(false), None));
    }

    #[test]
    fn remarks_and_ways_out_of_kamailio() {
        let remark = "loadmodule \"tm.so\"\n/* loadmodule \"tls.so\"\nlisten=tls:10.0.0.1:5061\nrtpengine_manage(\"RTP/SAVP\");\nuac_replace_from(\"B\", \"sip:02473001000@x\");\n*/\nlisten=udp:10.0.0.1:5060\n";
        let trunk = one(Program::Kamailio, remark);
        assert_eq!(
            (trunk.tls, trunk.srtp, trunk.caller),
            (Some(false), Some(false), Some(None))
        );
        let both = "loadmodule \"tls.so\"\nlisten=udp:10.0.0.1:5060\nlisten=tls:10.0.0.1:5061\n";
        let way = |more: &str| one(Program::Kamailio, &format!("{both}{more}\n")).tls;
        assert_eq!(
            way("$du = \"sip:203.0.113.5:5060;transport=udp\";"),
            Some(false)
        );
        assert_eq!(
            way("t_relay_to_udp(\"203.0.113.5\", \"5060\");"),
            Some(false)
        );
        assert_eq!(
            way("$du = \"sip:203.0.113.5:5061;transport=tls\";"),
            Some(true)
        );
        assert_eq!(way("ds_select_dst(1, 4);"), None);
        let web = format!("{both}rtpengine_manage(\"UDP/TLS/RTP/SAVPF\");\n");
        assert_eq!(one(Program::Kamailio, &web).srtp, None);
        let plain = format!("{web}rtpengine_manage(\"RTP/AVP\");\n");
        assert_eq!(one(Program::Kamailio, &plain).srtp, Some(false));
    }

    #[test]
    fn traces_with_words_of_a_log_before_each_line() {
        let text = "INVITE tel:+84987654321 SIP/2.0\nFrom: <tel:0912345678>;tag=2\nCall-ID: b\n\n2026/11/20 08:01 DEBUG INVITE sip:0987654322@c SIP/2.0\n2026/11/20 08:01 DEBUG From: <sip:0912345679@pbx>;tag=4\n2026/11/20 08:01 DEBUG Call-ID: d\n2026/11/20 08:01 DEBUG SIP/2.0 100 Trying\n2026/11/20 08:01 DEBUG From: <sip:1@pbx>\nCSeq: 1 INVITE\n";
        let callers: Vec<String> = invites(text).into_iter().map(|i| i.caller).collect();
        assert_eq!(callers, ["0912345678", "0912345679"]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(\\[a\\]|type=endpoint|\n|<gateway name=\"x\">|<param|/>|listen=tls:|INVITE sip:x SIP/2.0|From: |<sip:|>|\"|;|=){0,40}|.{0,120}") {
            for program in [Program::Asterisk, Program::FreeSwitch, Program::Kamailio] {
                let _ = trunks(program, &text, &text);
            }
            let _ = invites(&text);
        }
    }
}
