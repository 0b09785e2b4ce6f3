//! The endpoint collector against a real nginx on loopback, with certificates made by openssl. Skipped, with a
//! line that says so, where one of the two is not installed.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use capdo::collect::Context;
use capdo::collect::endpoint::{self, ProbeState, ProbeTarget, TlsFacts};
use capdo::model::{Collected, Target, Value};

const NAME: &str = "tracuu.buuchinhmau.example";

/// What each server shows: its certificate and key, and the lines of its server block.
const SERVERS: &[(&str, &str, &str)] = &[
    ("good", "good", HARD),
    ("expired", "expired", ""),
    ("self", "self", ""),
    ("wrong", "wrong", ""),
    ("small", "small", "ssl_ciphers DEFAULT@SECLEVEL=0;"),
    ("sha1", "sha1", "ssl_ciphers DEFAULT@SECLEVEL=0;"),
    ("only12", "good", "ssl_protocols TLSv1.2;"),
    ("only13", "good", "ssl_protocols TLSv1.3;"),
    (
        "cbc",
        "rsa",
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers AES256-SHA;",
    ),
    (
        "both",
        "good",
        "ssl_certificate rsa.pem; ssl_certificate_key rsa.key;",
    ),
    ("alone", "alone", ""),
    ("leaky", "good", LEAKY),
    (
        "front",
        "good",
        "location / { try_files /index.html =404; }",
    ),
    (
        "asks",
        "good",
        "ssl_client_certificate root.pem; ssl_verify_client on;",
    ),
];

const HARD: &str = r#"
    http2 on;
    server_tokens off;
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
    add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Referrer-Policy strict-origin-when-cross-origin always;
    add_header Set-Cookie "sid=not-to-be-kept; Secure; HttpOnly; SameSite=Lax";
"#;

/// What only a permitted request finds.
const LEAKY: &str = r#"
    location = /.git/HEAD { return 200 "ref: refs/heads/main\n"; }
    location = /.env { return 200 "APP_KEY=not-to-be-kept\nDB_PASSWORD=not-to-be-kept\n"; }
    location = /actuator { return 200 '{"_links":{"self":{"href":"/actuator"}}}'; }
    location = /manager/html { add_header WWW-Authenticate 'Basic realm="Tomcat Manager Application"' always; return 401; }
    location = /.well-known/security.txt { return 200 "Contact: mailto:a@buu.example\nExpires: 2026-01-01T00:00:00Z\n"; }
    location = / { add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Credentials true; return 200 x; }
    location / { return 500 "Traceback (most recent call last):\n  File x\n"; }
"#;

struct Nginx {
    child: Child,
    folder: tempfile::TempDir,
    ports: Vec<u16>,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Our own child, by its handle; it runs without workers.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Nginx {
    fn start() -> Option<Self> {
        let there = |name: &str, arg: &str| {
            let mut command = Command::new(name);
            let command = command.arg(arg).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if !there("nginx", "-v") || !there("openssl", "version") {
            println!("skipped: nginx or openssl is not installed");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path());
        let taken: Vec<TcpListener> = SERVERS
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<u16> = taken
            .iter()
            .map(|listener| listener.local_addr().unwrap().port())
            .collect();
        drop(taken);
        std::fs::write(folder.path().join("nginx.conf"), configuration(&ports)).unwrap();
        std::fs::write(folder.path().join("index.html"), "<!doctype html><p>x").unwrap();
        let child = Command::new("nginx")
            .args(["-e", "error.log", "-c", "nginx.conf", "-p"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self {
            child,
            folder,
            ports,
        };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", nginx.ports[0])).is_ok() {
                return Some(nginx);
            }
            sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(nginx.folder.path().join("error.log"));
        panic!("nginx did not start: {log:?}");
    }

    fn port(&self, server: &str) -> u16 {
        let at = SERVERS.iter().position(|(name, ..)| *name == server);
        self.ports[at.unwrap()]
    }

    fn target(&self, server: &str) -> ProbeTarget {
        let mut target = ProbeTarget::parse(&format!("{NAME}:{}", self.port(server))).unwrap();
        target.at = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        target.roots = Some(self.folder.path().join("root.pem"));
        target
    }

    fn ask(&self, server: &str) -> TlsFacts {
        ask(&self.target(server))
    }
}

fn ask(target: &ProbeTarget) -> TlsFacts {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut seen = runtime.block_on(endpoint::probe(target, &cx()));
    assert_eq!(seen[0].target.sni, target.sent_name());
    seen.remove(0)
}

fn cx() -> Context {
    Context {
        now: "2026-11-24T00:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(6),
        offline: false,
    }
}

fn configuration(ports: &[u16]) -> String {
    let mut text = String::from(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\n\
         events { worker_connections 256; }\n\
         http { access_log off; types { text/html html; }\n\
         client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n\
         ssl_protocols TLSv1.2 TLSv1.3;\n",
    );
    for ((_, cert, lines), port) in SERVERS.iter().zip(ports) {
        let lines = lines.replace("http2 on;", "");
        let http2 = if lines.contains("server_tokens") {
            " http2"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "server {{ listen 127.0.0.1:{port} ssl{http2}; root .; index index.html;\n\
             ssl_certificate {cert}.pem; ssl_certificate_key {cert}.key;\n{lines} }}"
        );
    }
    text + "}\n"
}

fn openssl(folder: &Path, words: &str) {
    let made = Command::new("openssl")
        .args(words.split('|'))
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{words}: {}",
        String::from_utf8_lossy(&made.stderr)
    );
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

fn join(folder: &Path, name: &str, parts: &[&str]) {
    let read = |part: &&str| std::fs::read_to_string(folder.join(part)).unwrap();
    write(folder, name, &parts.iter().map(read).collect::<String>());
}

/// A certificate to be made.
struct Made<'a> {
    file: &'a str,
    key: &'a str,
    name: &'a str,
    /// Who signs, as arguments of `openssl ca`.
    by: &'a str,
    dates: (&'a str, &'a str),
    extensions: &'a str,
}

impl Made<'_> {
    fn make(&self, folder: &Path) {
        let (file, (from, to)) = (self.file, self.dates);
        let ca = format!(
            "[ca]\ndefault_ca=d\n[d]\ndatabase={file}.db\nrand_serial=yes\nnew_certs_dir=.\n\
             default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n[v]\n{}\n",
            self.extensions
        );
        write(folder, &format!("{file}.cnf"), &ca);
        write(folder, &format!("{file}.db"), "");
        let (key, name, by) = (self.key, self.name, self.by);
        let request =
            format!("req|-newkey|{key}|-nodes|-keyout|{file}.key|-out|{file}.csr|-subj|/CN={name}");
        openssl(folder, &request);
        let sign = format!(
            "ca|-batch|-notext|-config|{file}.cnf|-extensions|v|{by}|-in|{file}.csr|-out|{file}.crt|-startdate|{from}|-enddate|{to}"
        );
        openssl(folder, &sign);
    }
}

fn server(name: &str) -> String {
    format!(
        "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:{name}"
    )
}

fn certificates(folder: &Path) {
    openssl(
        folder,
        "req|-x509|-newkey|rsa:2048|-nodes|-keyout|root.key|-out|root.pem|-days|7300|-subj|/CN=Buu chinh Mau Root CA",
    );
    let made =
        |file: &str, key: &str, name: &str, by: &str, dates: (&str, &str), extensions: &str| {
            let made = Made {
                file,
                key,
                name,
                by,
                dates,
                extensions,
            };
            made.make(folder);
        };
    let long = ("20200101000000Z", "20460101000000Z");
    let (ec, rsa) = ("ec|-pkeyopt|ec_paramgen_curve:P-256", "rsa:2048");
    let authority = "basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash";
    let root = "-cert|root.pem|-keyfile|root.key";
    made(
        "int",
        rsa,
        "Buu chinh Mau Issuing CA",
        root,
        long,
        authority,
    );
    made(
        "self",
        rsa,
        NAME,
        "-selfsign|-keyfile|self.key",
        long,
        &server(NAME),
    );
    join(folder, "self.pem", &["self.crt"]);
    let now = ("20260901000000Z", "20270831235959Z");
    let past = ("20250901000000Z", "20260930235959Z");
    for (file, key, name, dates, digest) in [
        ("good", ec, NAME, now, "sha256"),
        ("rsa", "rsa:3072", NAME, now, "sha384"),
        ("expired", rsa, NAME, past, "sha256"),
        ("wrong", rsa, "khac.buuchinhmau.example", now, "sha256"),
        ("small", "rsa:1024", NAME, now, "sha256"),
        ("sha1", rsa, NAME, now, "sha1"),
        ("alone", ec, NAME, now, "sha256"),
    ] {
        let by = format!("-cert|int.crt|-keyfile|int.key|-md|{digest}");
        made(file, key, name, &by, dates, &server(name));
        let (own, above) = (format!("{file}.crt"), "int.crt");
        match file {
            "alone" => join(folder, "alone.pem", &[&own]),
            file => join(folder, &format!("{file}.pem"), &[&own, above]),
        }
    }
}

#[test]
fn nginx_is_seen_as_it_is() {
    let Some(nginx) = Nginx::start() else {
        return;
    };
    good(&nginx);
    bad_certificates(&nginx);
    versions(&nginx);
    several_certificates(&nginx);
    client_certificates(&nginx);
    names_and_roots(&nginx);
    permitted(&nginx);
    collected(&nginx);
    as_openssl_sees_it(&nginx);
}

fn good(nginx: &Nginx) {
    let facts = nginx.ask("good");
    assert_eq!(facts.probe.state, ProbeState::Complete, "{facts:?}");
    assert_eq!(facts.versions["tls1_2"].v, Some(true));
    assert_eq!(facts.versions["tls1_3"].v, Some(true));
    for old in ["ssl2", "ssl3", "tls1_0", "tls1_1"] {
        assert_eq!(facts.versions[old].v, Some(false), "{old}: {facts:?}");
    }
    let agreed = &facts.negotiated["tls1_3"];
    assert_eq!(agreed.suite.v.as_deref(), Some("TLS_AES_256_GCM_SHA384"));
    assert_eq!(agreed.group.v.as_deref(), Some("x25519"));
    assert_eq!(agreed.alpn.v.as_deref(), Some("h2"));
    assert_eq!(facts.certs.len(), 1);
    let cert = &facts.certs[0];
    assert_eq!((cert.trusted.v, cert.anchored.v), (Some(true), Some(true)));
    assert_eq!(cert.trusted.roots.as_deref(), Some("file:root.pem"));
    assert_eq!((cert.name_ok.v, cert.order_ok.v), (Some(true), Some(true)));
    assert_eq!(
        (cert.validity_days.v, cert.days_left.v),
        (Some(365), Some(280))
    );
    assert_eq!(cert.chain[0].key.bits, Some(256));
    assert_eq!(cert.chain[0].sig, "rsa-sha256");
    assert_eq!(cert.chain[0].eku, ["serverAuth"]);
    assert_eq!(facts.client_cert.v.as_deref(), Some("none"));
    let http = &facts.http;
    assert_eq!(
        (http.status.v, http.hsts_max_age.v),
        (Some(200), Some(63_072_000))
    );
    assert_eq!(http.frame_policy.v.as_deref(), Some("none"));
    assert_eq!(
        (http.nosniff.v, http.version_shown.v),
        (Some(true), Some(false))
    );
    let line = endpoint::draw(&facts);
    assert!(!line.contains("not-to-be-kept"));
    assert_eq!(endpoint::read(&line).0[0].facts, facts);
}

fn bad_certificates(nginx: &Nginx) {
    let cert = |server| nginx.ask(server).certs.remove(0);
    let expired = cert("expired");
    assert_eq!(expired.trusted.v, Some(false));
    assert_eq!(expired.trusted.why.as_deref(), Some("expired"));
    assert_eq!(
        (expired.anchored.v, expired.in_date.v),
        (Some(true), Some(false))
    );
    assert_eq!(expired.days_left.v, Some(-55));
    let own = cert("self");
    assert_eq!(
        (own.self_signed.v, own.trusted.v),
        (Some(true), Some(false))
    );
    assert_eq!(own.trusted.why.as_deref(), Some("unknown-issuer"));
    let wrong = cert("wrong");
    assert_eq!(
        (wrong.name_ok.v, wrong.trusted.v),
        (Some(false), Some(true))
    );
    let small = cert("small");
    assert_eq!(small.chain[0].key.bits, Some(1024));
    assert_eq!(
        small.key_proven.why.as_deref(),
        Some("unsupported_by_prober")
    );
    let sha1 = cert("sha1");
    assert_eq!(sha1.chain[0].sig, "rsa-sha1");
    assert_eq!(
        sha1.trusted.why.as_deref(),
        Some("weak-or-unknown-signature")
    );
    let alone = cert("alone");
    assert_eq!(alone.trusted.v, Some(false));
    assert_eq!(alone.missing_intermediate.why.as_deref(), Some("ambiguous"));
    let http = nginx.ask("expired").http;
    assert_eq!(
        (http.hsts_max_age.v, http.version_shown.v),
        (Some(0), Some(true))
    );
}

fn versions(nginx: &Nginx) {
    let old = nginx.ask("only12");
    assert_eq!(old.versions["tls1_3"].v, Some(false));
    assert_eq!(old.versions["tls1_3"].why.as_deref(), Some("alert:70"));
    assert_eq!(old.versions["tls1_2"].v, Some(true));
    let new = nginx.ask("only13");
    assert_eq!(
        (new.versions["tls1_2"].v, new.versions["tls1_3"].v),
        (Some(false), Some(true))
    );
    // A suite that no TLS library of ours speaks: the raw prober sees it.
    let cbc = nginx.ask("cbc");
    assert_eq!(cbc.versions["tls1_2"].v, Some(true));
    let suites = &cbc.suites["tls1_2"];
    assert_eq!(
        suites.v.as_deref(),
        Some(&["TLS_RSA_WITH_AES_256_CBC_SHA".to_owned()][..])
    );
    assert!(suites.complete);
}

fn several_certificates(nginx: &Nginx) {
    let both = nginx.ask("both");
    let mut families: Vec<_> = both.certs.iter().map(|c| c.sig_family.as_str()).collect();
    families.sort_unstable();
    assert_eq!(families, ["ecdsa", "rsa"]);
}

fn client_certificates(nginx: &Nginx) {
    let asks = nginx.ask("asks");
    assert_eq!(asks.client_cert.v.as_deref(), Some("requested"));
    assert_eq!(asks.http.status.v, Some(400));
}

fn names_and_roots(nginx: &Nginx) {
    let mut silent = nginx.target("good");
    silent.sni = Some(String::new());
    let facts = ask(&silent);
    assert_eq!(
        (facts.target.sni, facts.certs[0].name_ok.v),
        (None, Some(true))
    );
    let mut by_address = ProbeTarget::parse(&format!("127.0.0.1:{}", nginx.port("good"))).unwrap();
    by_address.roots = Some(nginx.folder.path().join("root.pem"));
    let facts = ask(&by_address);
    assert_eq!(
        (facts.target.sni, facts.certs[0].name_ok.v),
        (None, Some(false))
    );
    by_address.roots = Some(nginx.folder.path().join("no-such-file.pem"));
    let facts = ask(&by_address);
    assert_eq!(facts.certs[0].trusted.v, None);
    assert_eq!(facts.certs[0].trusted.why.as_deref(), Some("unreadable"));
    by_address.roots = Some(nginx.folder.path().join("self.pem"));
    by_address.port = nginx.port("self");
    assert_eq!(ask(&by_address).certs[0].trusted.v, Some(true));
    let mut allowed = nginx.target("good");
    allowed.authorised = true;
    allowed.closed = vec![nginx.port("wrong"), 1];
    let facts = ask(&allowed);
    assert_eq!(
        facts.open_ports.v,
        Some(vec![i64::from(nginx.port("wrong"))])
    );
    assert_eq!(facts.http.security_txt.v, Some(false));
}

/// What is asked only with a permission: of a server that shows all of it, of one that shows nothing, and of one whose own page
/// answers every path.
fn permitted(nginx: &Nginx) {
    let of = |server: &str| {
        let mut target = nginx.target(server);
        target.authorised = true;
        ask(&target).http
    };
    let leaky = of("leaky");
    let open = leaky.open_paths.v.clone().unwrap();
    assert_eq!(open, ["/actuator", "/manager/html", "/.git/HEAD", "/.env"]);
    assert_eq!(leaky.error_trace.v, Some(true));
    assert_eq!(leaky.cors_origin.v.as_deref(), Some("reflected"));
    assert_eq!(leaky.cors_credentials.v, Some(true));
    assert_eq!(leaky.security_txt.v, Some(true));
    assert_eq!(leaky.security_txt_current.v, Some(false));
    let drawn = format!("{leaky:?}");
    assert!(!drawn.contains("not-to-be-kept"), "{drawn}");
    let good = of("good");
    assert_eq!(good.open_paths.v, Some(Vec::new()));
    assert_eq!(good.error_trace.v, Some(false));
    assert_eq!(good.cors_origin.v.as_deref(), Some("none"));
    assert_eq!(good.security_txt.v, Some(false));
    // Its page for everything is no page of administration, and no page of an error either.
    let front = of("front");
    assert_eq!(front.open_paths.v, Some(Vec::new()));
    assert_eq!(front.error_trace.v, None);
    assert_eq!(front.security_txt.v, Some(false));
    // Without the permission nothing of it is asked.
    let silent = nginx.ask("leaky").http;
    for why in [
        silent.open_paths.why,
        silent.error_trace.why,
        silent.cors_origin.why,
    ] {
        assert_eq!(why.as_deref(), Some("not-authorised"));
    }
}

fn collected(nginx: &Nginx) {
    let address = format!("localhost:{}", nginx.port("good"));
    let target = Target::Endpoint {
        address: address.clone(),
        purpose: "web".into(),
        sni: Some(NAME.into()),
        roots: Some(nginx.folder.path().join("root.pem")),
        closed: Vec::new(),
        sample: None,
        starttls: None,
        mail: None,
        authorised: None,
    };
    let seen: Collected = endpoint::collect(&target, &address, &cx());
    let cert = seen
        .subjects
        .iter()
        .find(|s| &*s.kind == "certificate")
        .unwrap();
    assert_eq!(&*cert.id, format!("certificate[{NAME}]"));
    assert_eq!(cert.facts.get("days_left").unwrap().value, Value::Int(280));
    let port = nginx.port("good");
    let ids: Vec<&str> = seen.subjects.iter().map(|s| &*s.id).collect();
    // `localhost` may have one address or two; nginx listens at one of them.
    let name = format!("localhost:{port}({NAME})");
    assert!(
        ids.iter()
            .any(|id| *id == name || *id == format!("{name}@127.0.0.1")),
        "{ids:?}"
    );
    assert!(!seen.evidence.is_empty());
}

/// The same questions, asked by `openssl s_client`.
fn as_openssl_sees_it(nginx: &Nginx) {
    for server in [
        "good", "expired", "self", "wrong", "only12", "only13", "alone",
    ] {
        let facts = nginx.ask(server);
        for (key, flag) in [("tls1_2", "-tls1_2"), ("tls1_3", "-tls1_3")] {
            let output = s_client(nginx, server, &[flag]);
            let there = output.contains("BEGIN CERTIFICATE");
            assert_eq!(facts.versions[key].v, Some(there), "{server} {key}");
        }
        let output = s_client(nginx, server, &["-verify_hostname", NAME]);
        let leaf = &facts.certs[0];
        // openssl takes the time of its host: only verdicts that do not hang on it are compared.
        let bad_name = output.contains("verify error:num=62");
        assert_eq!(leaf.name_ok.v, Some(!bad_name), "{server}");
        let bad_path = ["num=18", "num=19", "num=20", "num=21"]
            .iter()
            .any(|n| output.contains(&format!("verify error:{n}")));
        assert_eq!(leaf.anchored.v, Some(!bad_path), "{server}: {output}");
    }
}

fn s_client(nginx: &Nginx, server: &str, more: &[&str]) -> String {
    let output = Command::new("openssl")
        .args([
            "s_client",
            "-servername",
            NAME,
            "-CAfile",
            "root.pem",
            "-connect",
        ])
        .arg(format!("127.0.0.1:{}", nginx.port(server)))
        .args(more)
        .current_dir(nginx.folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (output.stdout, output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(&out),
        String::from_utf8_lossy(&err)
    )
}
