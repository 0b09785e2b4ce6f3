//! The subject of one `server` block.

use super::derive;
use super::expand::Node;
use super::scope::Scope;
use super::values;
use crate::model::{Fact, Subject, Value};

/// The subject, and its id.
pub(super) fn subject(scope: &Scope<'_>, node: &Node) -> (Subject, String) {
    let mut listens = Listen::all(scope.here());
    // nginx keeps `ssl` with the address: all servers there speak TLS.
    let shared = Listen::with_tls(scope.http());
    for listen in &mut listens {
        listen.ssl |= !listen.udp && shared.contains(&listen.address);
    }
    let name = scope
        .here()
        .iter()
        .filter(|n| n.name == "server_name")
        .flat_map(|n| &n.args)
        .find(|n| !n.is_empty());
    let main = listens.iter().find(|l| l.ssl).or(listens.first());
    let port = main.map_or_else(|| "80".to_owned(), |l| l.port.clone());
    let id = format!("nginx.server[{}:{port}]", name.map_or("_", String::as_str));
    let mut subject = Subject::new("nginx-server", id.as_str()).at(node.place.clone());
    values::put_all(&mut subject, scope, true);
    put_listens(&mut subject, &listens);
    derive::put(&mut subject, scope, &listens);
    (subject, id)
}

fn put_listens(subject: &mut Subject, listens: &[Listen]) {
    if !subject.facts.contains_key("listen") {
        subject.put(Fact::default_of(
            "listen",
            Value::list([Value::from("*:80")]),
        ));
    }
    let mut ports: Vec<&str> = listens.iter().map(|l| l.port.as_str()).collect();
    ports.sort_unstable();
    ports.dedup();
    subject.put(Fact::derived(
        "ports",
        Value::list(ports.into_iter().map(Value::from)),
    ));
    subject.put(Fact::derived("ssl", listens.iter().any(|l| l.ssl)));
    subject.put(Fact::derived(
        "plain_http",
        listens.iter().any(Listen::is_plain_and_open),
    ));
    subject.put(Fact::derived(
        "loopback_only",
        listens.iter().all(|l| l.local),
    ));
    subject.put(Fact::derived(
        "default_server",
        listens.iter().any(|l| l.default),
    ));
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listen {
    /// Host and port in one way of writing.
    address: String,
    /// HTTP/3 has a socket of its own.
    udp: bool,
    pub(super) port: String,
    pub(super) ssl: bool,
    /// Only this machine can reach it.
    pub(super) local: bool,
    pub(super) default: bool,
}

impl Listen {
    /// All of a server; port 80 of every address where it names none.
    pub(super) fn all(level: &[Node]) -> Vec<Self> {
        // `ssl on` was the way until nginx 1.15 and works until 1.25.
        let old = level.iter().any(|n| n.name == "ssl" && n.arg(0) == "on");
        let mut all: Vec<Self> = level
            .iter()
            .filter(|n| n.name == "listen")
            .map(|n| Self::of(&n.args, old))
            .collect();
        if all.is_empty() && !level.iter().any(|n| n.name == "include") {
            all.push(Self {
                address: "*:80".into(),
                udp: false,
                port: "80".into(),
                ssl: old,
                local: false,
                default: false,
            });
        }
        all
    }

    /// The addresses that any server of the http level gives `ssl`.
    fn with_tls(http: &[Node]) -> Vec<String> {
        http.iter()
            .filter(|n| n.name == "server")
            .flat_map(Node::children)
            .filter(|n| n.name == "listen")
            .map(|n| Self::of(&n.args, false))
            .filter(|l| l.ssl && !l.udp)
            .map(|l| l.address)
            .collect()
    }

    fn of(args: &[String], old: bool) -> Self {
        let address = args.first().map_or("", String::as_str);
        let has = |word: &str| args.iter().skip(1).any(|a| a == word);
        let (host, port) = split(address);
        let all = if host == "0.0.0.0" { "*" } else { host };
        Self {
            address: format!("{all}:{port}").to_lowercase(),
            udp: has("quic"),
            port: port.to_owned(),
            ssl: old || has("ssl") || has("quic"),
            local: is_local(host),
            default: has("default_server") || has("default"),
        }
    }

    /// Plain HTTP that others than this machine can reach.
    pub(super) fn is_plain_and_open(&self) -> bool {
        !self.ssl && !self.local
    }
}

/// Host and port of `443`, `*:443`, `1.2.3.4`, `[::1]:80`, `unix:/run/x`.
fn split(address: &str) -> (&str, &str) {
    if address.starts_with("unix:") {
        return (address, "unix");
    }
    if address.parse::<u16>().is_ok() {
        return ("*", address);
    }
    match address.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        Some(_) | None => (address, "80"),
    }
}

/// Does the name or address mean this machine?
pub(super) fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with("unix:")
        || bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listens() {
        let of = |text: &str| {
            let args: Vec<String> = text.split(' ').map(str::to_owned).collect();
            let l = Listen::of(&args, false);
            (l.port.clone(), l.ssl, l.local)
        };
        assert_eq!(of("443 ssl http2"), ("443".into(), true, false));
        assert_eq!(of("[::]:80 default_server"), ("80".into(), false, false));
        assert_eq!(of("[::1]:8080"), ("8080".into(), false, true));
        assert_eq!(of("127.0.0.1"), ("80".into(), false, true));
        assert_eq!(of("unix:/run/x.sock"), ("unix".into(), false, true));
        assert_eq!(of("example.vn:8443 ssl"), ("8443".into(), true, false));
    }
}
