//! What the DNS says of a mail domain, asked of Debian's own dnsmasq on loopback: records that are there, that are not, and
//! a server that does not say. Skipped, with a line that says so, where dnsmasq is not installed.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use capdo::collect::Context;
use capdo::collect::endpoint;
use capdo::model::{Collected, MailDomain, Subject, Target, Value};

/// A public key of RSA with 2048 bits.
const KEY: &str = include_str!("../fixtures/dkim-2048.txt");

const DNSMASQ: &str = "/usr/sbin/dnsmasq";

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Answers from these records alone; `None` where it is not installed.
    fn start(records: &[&str]) -> Option<Self> {
        if !Path::new(DNSMASQ).exists() {
            println!("left out: DNS of mail domains (needs the Debian package dnsmasq-base)");
            return None;
        }
        let port = UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(DNSMASQ)
            .args([
                "--keep-in-foreground",
                "--no-resolv",
                "--no-hosts",
                "--conf-file=/dev/null",
                "--pid-file=",
            ])
            .args([
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--user=",
                "--group=",
            ])
            .arg(format!("--port={port}"))
            .args(records)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port };
        for _ in 0..100 {
            // It listens on TCP, too.
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(server);
            }
            sleep(Duration::from_millis(20));
        }
        panic!("dnsmasq did not start");
    }
}

/// The facts of the domain; the mail server itself is behind a closed port.
fn ask(resolver: &str, domain: &str, dkim: &[&str]) -> Subject {
    let target = Target::Endpoint {
        address: "127.0.0.1:1".into(),
        purpose: "mail".into(),
        sni: None,
        roots: None,
        closed: Vec::new(),
        sample: None,
        starttls: Some("smtp".into()),
        mail: Some(Box::new(MailDomain {
            domain: domain.into(),
            resolver: Some(resolver.into()),
            dkim: dkim.iter().map(|s| (*s).to_owned()).collect(),
        })),
        authorised: None,
    };
    let cx = Context {
        now: "2026-11-30T00:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(2),
        offline: false,
    };
    let seen: Collected = endpoint::collect(&target, "127.0.0.1:1", &cx);
    seen.subjects
        .into_iter()
        .find(|s| &*s.kind == "mail-domain")
        .unwrap()
}

fn value(subject: &Subject, path: &str) -> Value {
    subject.facts.get(path).unwrap().value.clone()
}

fn texts(items: &[&str]) -> Value {
    Value::list(items.iter().map(|t| Value::from(*t)))
}

#[test]
fn records_of_a_real_name_server() {
    let (first, second) = KEY.trim().split_at(200);
    let key = format!("--txt-record=s1._domainkey.buu.example,v=DKIM1; k=rsa; p={first},{second}");
    let records = [
        "--local=/example/",
        "--mx-host=buu.example,mx1.buu.example,10",
        "--txt-record=buu.example,v=spf1 mx -all",
        "--txt-record=_dmarc.buu.example,v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@buu.example",
        "--txt-record=_mta-sts.buu.example,v=STSv1; id=1",
        "--txt-record=s0._domainkey.buu.example,v=DKIM1; p=",
        "--caa-record=buu.example,0,issue,ca.example",
        "--txt-record=s2._domainkey.buu.example,v=DKIM1; k=rsa; p=MIGfMA0G",
        "--txt-record=open.example,v=spf1 include:_s.open.example -all",
        "--txt-record=_s.open.example,v=spf1 +all",
        "--txt-record=_dmarc.open.example,v=DMARC1; p=quarantine; pct=0",
        "--txt-record=led.example,v=spf1 redirect=buu.example",
        "--caa-record=led.example,0,iodef,mailto:a@led.example",
        &key,
    ];
    let Some(server) = Server::start(&records) else {
        return;
    };
    let at = format!("127.0.0.1:{}", server.port);
    let seen = ask(&at, "buu.example", &["s1", "s0", "s2", "none"]);
    assert_eq!(value(&seen, "mx"), texts(&["mx1.buu.example."]));
    assert_eq!(value(&seen, "spf.records"), Value::Int(1));
    assert_eq!(value(&seen, "spf.all"), "-all".into());
    assert_eq!(value(&seen, "dmarc.policy"), "reject".into());
    assert_eq!(value(&seen, "dmarc.subdomain_policy"), "quarantine".into());
    assert_eq!(value(&seen, "dmarc.reports"), true.into());
    assert_eq!(value(&seen, "mta_sts"), true.into());
    assert_eq!(value(&seen, "tls_rpt"), false.into());
    assert_eq!(value(&seen, "caa"), texts(&["issue ca.example"]));
    // A key in two strings is one; one that is revoked, broken, or not there, is none.
    assert_eq!(
        value(&seen, "dkim.without_key"),
        texts(&["s0", "s2", "none"])
    );

    // What is included, and what holds of a policy, counts; what stands above a name holds for it.
    let open = ask(&at, "open.example", &[]);
    assert_eq!(value(&open, "spf.all"), "+all".into());
    assert_eq!(value(&open, "dmarc.policy"), "none".into());
    let led = ask(&at, "led.example", &[]);
    assert_eq!(value(&led, "spf.all"), "-all".into());
    assert_eq!(value(&led, "caa"), texts(&["iodef mailto:a@led.example"]));
    let below = ask(&at, "thu.buu.example", &[]);
    assert_eq!(value(&below, "dmarc.policy"), "quarantine".into());
    assert_eq!(value(&below, "caa"), texts(&["issue ca.example"]));

    // A domain that the server knows to have nothing.
    let bare = ask(&at, "bare.example", &["s1"]);
    assert_eq!(value(&bare, "spf.records"), Value::Int(0));
    assert_eq!(value(&bare, "dmarc.policy"), Value::Absent);
    assert_eq!(value(&bare, "dmarc.percent"), Value::Absent);
    assert_eq!(value(&bare, "dkim.without_key"), texts(&["s1"]));

    // It refuses to say anything of other names, and behind a closed port there is nobody: nothing is proven.
    for (at, domain) in [(at.as_str(), "buu.test"), ("127.0.0.1:1", "buu.example")] {
        let unseen = ask(at, domain, &["s1"]);
        for fact in &unseen.facts {
            assert!(
                matches!(fact.value, Value::Unseen(_)),
                "{at} {domain} {}: {:?}",
                fact.path,
                fact.value
            );
        }
        assert!(unseen.facts.len() > 8, "{:?}", unseen.facts);
    }
}
