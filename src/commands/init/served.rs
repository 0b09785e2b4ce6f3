//! The addresses that configurations serve with TLS: nginx, Apache httpd, HAProxy, Caddy, Postfix, names of proxies in compose files,
//! Ingress of Kubernetes. Only what is written with a name is an address that an audit can ask for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::parse::{apache, haproxy, nginx, yaml};

/// What a file serves.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Served {
    /// `name:port`, with the protocol that begins in clear where it is one.
    pub(super) addresses: BTreeSet<(String, Option<&'static str>)>,
    /// It serves with TLS, but under a name that does not stand there.
    pub(super) nameless: bool,
}

impl Served {
    fn put(&mut self, names: &[String], ports: &BTreeSet<u16>) {
        for port in ports {
            for name in names {
                self.addresses.insert((format!("{name}:{port}"), None));
            }
        }
        self.nameless |= names.is_empty() && !ports.is_empty();
    }
}

/// What a file of the kind serves; `word` is that of the collector of configurations, `Caddyfile` has none there.
pub(super) fn of(word: &str, text: &str) -> Served {
    let mut served = Served::default();
    match word {
        "nginx" => of_nginx(&nginx::parse(text).directives, &mut served),
        "apache" => of_apache(&apache::parse(text).directives, &mut served),
        "haproxy" => of_haproxy(text, &mut served),
        "compose" => of_compose(text, &mut served),
        "kubernetes" => of_kubernetes(text, &mut served),
        "postfix" => of_postfix(text, &mut served),
        "caddy" => of_caddy(text, &mut served),
        _ => {}
    }
    served
}

fn of_nginx(directives: &[nginx::Directive], served: &mut Served) {
    for directive in directives {
        let Some(block) = &directive.block else {
            continue;
        };
        if directive.name != "server" {
            of_nginx(block, served);
            continue;
        }
        let named = |name: &'static str| block.iter().filter(move |d| d.name == name);
        let names: Vec<String> = named("server_name")
            .flat_map(|d| &d.args)
            .filter(|n| is_host(n))
            .take(1)
            .cloned()
            .collect();
        let ports = named("listen").filter_map(|d| {
            let tls = d.args.iter().any(|a| a == "ssl" || a == "quic");
            let port = port(d.args.first()?)?;
            (tls || port == 443).then_some(port)
        });
        served.put(&names, &ports.collect());
    }
}

fn of_apache(directives: &[apache::Directive], served: &mut Served) {
    for directive in directives {
        let Some(block) = &directive.block else {
            continue;
        };
        if directive.name != "virtualhost" {
            of_apache(block, served);
            continue;
        }
        let first = |name: &str| {
            let found = block.iter().find(|d| d.name == name)?;
            found.args.first().cloned()
        };
        let on = first("sslengine").is_some_and(|v| v.eq_ignore_ascii_case("on"));
        let ports = directive.args.iter().filter_map(|a| port(a));
        let ports = ports.filter(|p| on || *p == 443).collect();
        // `ServerName https://name:443` is taken too.
        let name = first("servername").map(|n| {
            let bare = n.rsplit("//").next().unwrap_or(&n);
            bare.split(':').next().unwrap_or(bare).to_owned()
        });
        let names: Vec<String> = name.into_iter().filter(|n| is_host(n)).collect();
        served.put(&names, &ports);
    }
}

fn of_haproxy(text: &str, served: &mut Served) {
    let file = haproxy::parse(
        text,
        &mut haproxy::Environment::default(),
        &mut haproxy::Answers::every(),
    );
    for section in &file.sections {
        if !["frontend", "listen"].contains(&section.kind.as_str()) {
            continue;
        }
        let binds = section
            .lines
            .iter()
            .filter(|l| l.words.first().is_some_and(|w| w == "bind"))
            .filter(|l| l.words.iter().any(|w| w == "ssl"));
        let ports = binds.filter_map(|l| port(l.words.get(1)?)).collect();
        let asked = [
            "hdr(host)",
            "ssl_fc_sni",
            "req.hdr(host)",
            "req_ssl_sni",
            "req.ssl_sni",
        ];
        let mut names: Vec<String> = Vec::new();
        for line in &section.lines {
            let Some(at) = line.words.iter().position(|w| {
                let bare = w.trim_start_matches(['{', ' ']).split(',').next();
                bare.is_some_and(|b| asked.contains(&b))
            }) else {
                continue;
            };
            let given = line.words.iter().skip(at + 1).filter(|w| is_host(w));
            names.extend(given.take(MAX_NAMES).cloned());
        }
        served.put(&names, &ports);
    }
}

/// Names for proxies: rules of Traefik, variables of nginx-proxy and of its companion for certificates.
fn of_compose(text: &str, served: &mut Served) {
    let mut names = Vec::new();
    for rule in [&HOSTS, &VIRTUAL] {
        let Some(rule) = rule.as_ref() else { continue };
        for found in rule.captures_iter(text).take(MAX_NAMES) {
            let list = found.get(1).map_or("", |m| m.as_str());
            let each = list.split([',', '`', ' ', '"', '\'']).map(str::trim);
            names.extend(each.filter(|n| is_host(n)).map(str::to_owned));
        }
    }
    served.put(&names, &BTreeSet::from([443]));
    let publishes = PUBLISHED.as_ref().is_some_and(|p| p.is_match(text));
    served.nameless = names.is_empty() && publishes;
}

fn of_kubernetes(text: &str, served: &mut Served) {
    for document in yaml::documents(text).into_iter().flatten() {
        let kind = document.at(&["kind"]).and_then(|k| k.scalar());
        if kind.as_deref() != Some("Ingress") {
            continue;
        }
        let tls = document.at(&["spec", "tls"]);
        let hosts = tls
            .iter()
            .flat_map(|t| t.items())
            .filter_map(|t| t.at(&["hosts"]))
            .flat_map(|h| h.items().to_vec())
            .filter_map(|h| h.scalar())
            .filter(|h| is_host(h));
        served.put(&hosts.collect::<Vec<_>>(), &BTreeSet::from([443]));
    }
}

fn of_postfix(text: &str, served: &mut Served) {
    let name = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "myhostname").then(|| value.trim().to_owned())
    });
    if let Some(name) = name.filter(|n| is_host(n)) {
        served
            .addresses
            .insert((format!("{name}:25"), Some("smtp")));
    }
}

/// `name.example.vn, other.example.vn {`: Caddy serves what has a name with TLS of its own accord.
fn of_caddy(text: &str, served: &mut Served) {
    let mut depth = 0_i32;
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            continue;
        }
        if depth == 0 && line.ends_with('{') {
            for site in line.trim_end_matches('{').split([',', ' ']) {
                let site = site.trim();
                let bare = site.strip_prefix("https://").unwrap_or(site);
                let (host, port) = bare.split_once(':').unwrap_or((bare, "443"));
                if let (true, Ok(port)) = (is_host(host), port.parse())
                    && !site.starts_with("http://")
                    && port != 80
                {
                    served.put(&[host.to_owned()], &BTreeSet::from([port]));
                }
            }
        }
        let count = |c: char| i32::try_from(line.matches(c).count()).unwrap_or(0);
        depth += count('{') - count('}');
    }
}

/// A name that can be asked for: no pattern, no variable, no name of one machine.
fn is_host(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let plain = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let digits = |label: &str| label.chars().all(|c| c.is_ascii_digit());
    labels.len() > 1 && labels.iter().all(plain) && !labels.last().is_some_and(|l| digits(l))
}

/// The port of `443`, `*:443`, `[::]:443`.
fn port(address: &str) -> Option<u16> {
    address.rsplit(':').next()?.parse().ok()
}

/// The most names of one file.
const MAX_NAMES: usize = 50;

static HOSTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"Host(?:SNI)?\(([^)]{1,400})\)").ok());
static VIRTUAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)\b(?:VIRTUAL_HOST|LETSENCRYPT_HOST)\b\s*[:=]\s*([^\n]{1,400})").ok()
});
/// `"443:8443"`, `0.0.0.0:443:443`.
static PUBLISHED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^\s*-\s*["']?(?:[0-9.]+:)?443:\d+"#).ok());

#[cfg(test)]
mod tests {
    use super::*;

    fn names(word: &str, text: &str) -> Vec<String> {
        of(word, text)
            .addresses
            .into_iter()
            .map(|(a, _)| a)
            .collect()
    }

    #[test]
    fn each_program_names_what_it_serves() {
        let nginx = "http { server { listen 443 ssl; server_name a.example.vn b.example.vn; }\n\
            server { listen 80; server_name c.example.vn; }\n\
            server { listen [::]:8443 ssl; server_name *.x.vn d.example.vn; } }";
        assert_eq!(
            names("nginx", nginx),
            ["a.example.vn:443", "d.example.vn:8443"]
        );
        let apache = "<IfModule mod_ssl.c>\n<VirtualHost *:443>\nServerName e.example.vn:443\nSSLEngine on\n</VirtualHost>\n</IfModule>\n\
            <VirtualHost *:80>\nServerName f.example.vn\n</VirtualHost>\n";
        assert_eq!(names("apache", apache), ["e.example.vn:443"]);
        let haproxy = "frontend web\n  bind *:443 ssl crt /etc/ssl/a.pem\n  acl api hdr(host) -i api.example.vn\n\
            \x20 use_backend t if { ssl_fc_sni -i tracuu.example.vn }\nfrontend plain\n  bind *:80\n  acl x hdr(host) -i no.example.vn\n";
        assert_eq!(
            names("haproxy", haproxy),
            ["api.example.vn:443", "tracuu.example.vn:443"]
        );
        let compose = "services:\n  web:\n    labels:\n      - \"traefik.http.routers.w.rule=Host(`g.example.vn`) || Host(`h.example.vn`)\"\n\
            \x20 api:\n    environment:\n      VIRTUAL_HOST: i.example.vn,j.example.vn\n";
        assert_eq!(
            names("compose", compose),
            [
                "g.example.vn:443",
                "h.example.vn:443",
                "i.example.vn:443",
                "j.example.vn:443"
            ]
        );
        let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec:\n  tls:\n    - hosts: [k.example.vn]\n";
        assert_eq!(names("kubernetes", ingress), ["k.example.vn:443"]);
        assert_eq!(
            names("postfix", "myhostname = mail.example.vn\n"),
            ["mail.example.vn:25"]
        );
        let caddy = "{\n  email a@b.vn\n}\nl.example.vn, http://m.example.vn {\n  reverse_proxy x.y:80 {\n  }\n}\n";
        assert_eq!(names("caddy", caddy), ["l.example.vn:443"]);
    }

    #[test]
    fn what_has_no_name_is_told() {
        for (word, text) in [
            ("nginx", "server { listen 443 ssl; server_name _; }"),
            ("haproxy", "frontend x\n bind :443 ssl crt a.pem\n"),
            (
                "compose",
                "services:\n  a:\n    ports:\n      - \"443:8443\"\n",
            ),
        ] {
            let served = of(word, text);
            assert!(served.nameless && served.addresses.is_empty(), "{word}");
        }
        assert!(
            !of(
                "compose",
                "services:\n  a:\n    ports:\n      - \"8080:80\"\n"
            )
            .nameless
        );
        assert!(!is_host("10.0.0.1") && !is_host("localhost") && !is_host("$host.vn"));
    }
}
