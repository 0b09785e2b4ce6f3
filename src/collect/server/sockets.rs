//! What listens on which address, as the running host says. Files alone do not tell it.

use super::firewall::{DATABASES, admin_ports};
use super::host::{Host, reason};
use super::plan::{Piece, What};
use crate::model::{Collected, Command, Fact, Place, Seen, SourceError, Subject, Value};

const SS: Command = Command {
    id: "ss",
    argv: &["/usr/bin/ss", "-H", "-lntu"],
    root: false,
};
const SS_SBIN: Command = Command {
    id: "ss-sbin",
    argv: &["/usr/sbin/ss", "-H", "-lntu"],
    root: false,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[piece(&SS), piece(&SS_SBIN)];

const fn piece(command: &'static Command) -> Piece {
    Piece {
        what: What::Command(command),
        serves: &["sockets"],
    }
}

/// Ports of protocols in clear text: FTP, telnet, TFTP, finger, rexec, rlogin. That of rsh is also one of syslog.
const CLEAR: [(&str, u16); 6] = [
    ("tcp", 21),
    ("tcp", 23),
    ("udp", 69),
    ("tcp", 79),
    ("tcp", 512),
    ("tcp", 513),
];

/// Ports of mail transfer.
const MAIL: [u16; 3] = [25, 465, 587];

/// A socket that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listener {
    protocol: String,
    address: String,
    port: u16,
}

impl Listener {
    /// `192.0.2.1`, `*`, `[::]`, `127.0.0.1%lo`: on the host alone, in a private network, on every address, or public.
    fn scope(&self) -> &'static str {
        let plain = self.address.trim_matches(['[', ']']);
        let plain = plain.split('%').next().unwrap_or_default();
        let plain = plain.strip_prefix("::ffff:").unwrap_or(plain);
        if plain == "*" {
            return "any";
        }
        match plain.parse::<std::net::IpAddr>() {
            Ok(ip) if ip.is_unspecified() => "any",
            Ok(ip) if ip.is_loopback() => "loopback",
            Ok(ip) if super::resolver::is_private(&ip) => "private",
            Ok(_) | Err(_) => "public",
        }
    }
}

/// Collects the subject type `sockets`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let (text, command) = match host.run_first(&[&SS, &SS_SBIN]) {
        Ok(said) => said,
        Err(e) => {
            out.saw("sockets", Seen::Not(reason(&e)));
            return;
        }
    };
    let Some(all) = listeners(&text) else {
        let e = SourceError::Unreadable(command.shown(), "lines of another form".into());
        out.saw("sockets", Seen::Not(reason(&e)));
        return;
    };
    let mut subject = Subject::new("sockets", "sockets@running");
    let listed = |of: &dyn Fn(&Listener) -> bool| {
        let mut ports: Vec<i64> = all
            .iter()
            .filter(|l| of(l))
            .map(|l| l.port.into())
            .collect();
        ports.sort_unstable();
        ports.dedup();
        Value::list(ports.into_iter().map(Value::Int))
    };
    let (admin, _) = admin_ports(out);
    let wide = |l: &Listener| matches!(l.scope(), "any" | "public");
    let outside = |l: &Listener| l.scope() != "loopback";
    for (path, value) in [
        (
            "listening",
            Value::list(all.iter().map(|l| {
                Value::map([
                    ("protocol", l.protocol.as_str().into()),
                    ("address", l.address.as_str().into()),
                    ("port", Value::Int(l.port.into())),
                    ("scope", l.scope().into()),
                ])
            })),
        ),
        (
            "wide.admin",
            listed(&|l| wide(l) && l.protocol == "tcp" && admin.contains(&l.port)),
        ),
        (
            "wide.databases",
            listed(&|l| wide(l) && l.protocol == "tcp" && DATABASES.contains(&l.port)),
        ),
        (
            "cleartext",
            listed(&|l| outside(l) && CLEAR.iter().any(|(p, n)| l.protocol == *p && l.port == *n)),
        ),
        (
            "wide.mail",
            listed(&|l| wide(l) && l.protocol == "tcp" && MAIL.contains(&l.port)),
        ),
    ] {
        let place = Place::new(command.shown(), 0);
        subject.put(Fact::derived(path, value).at(place));
    }
    out.subjects.push(subject);
    out.saw("sockets", Seen::Whole);
}

/// `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*`; `None` where a line is of another form.
fn listeners(text: &str) -> Option<Vec<Listener>> {
    let mut all = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [protocol, _, _, _, local, ..] = words.as_slice() else {
            return None;
        };
        let (address, port) = local.rsplit_once(':')?;
        all.push(Listener {
            protocol: (*protocol).to_owned(),
            address: address.to_owned(),
            port: port.parse().ok()?,
        });
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scope() {
        let text = "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*\ntcp LISTEN 0 128 *:22 *:*\ntcp LISTEN 0 128 [::1]:5432 [::]:*\ntcp LISTEN 0 1 10.1.2.3:3306 0.0.0.0:*\ntcp LISTEN 0 1 203.0.113.7:443 0.0.0.0:*\n";
        let all = listeners(text).unwrap();
        let scopes: Vec<_> = all.iter().map(Listener::scope).collect();
        assert_eq!(scopes, ["loopback", "any", "loopback", "private", "public"]);
        assert_eq!(listeners("nonsense"), None);
    }
}
