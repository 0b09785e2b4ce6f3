//! The prober against servers that speak another protocol first, each a real one from Debian's packages: with TLS, and
//! without it. A server that is not installed is left out, with a line that says so.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use capdo::collect::Context;
use capdo::collect::endpoint::{self, ProbeTarget, TlsFacts};

/// A server of ours: it ends with the test, by its own handle.
struct Server {
    child: Child,
    /// What ends it where it is a script that started the server: program and arguments.
    stop: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked first, so that it ends the children that it started.
        if let [program, args @ ..] = self.stop.as_slice() {
            let _ = Command::new(program)
                .args(args)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    let out = Command::new("id").arg("-u").output().unwrap();
    out.stdout == b"0\n"
}

/// Is the program there, and the account that runs it the right one?
fn ready(program: &str, root: bool) -> bool {
    if !Path::new(program).exists() {
        println!("left out: {program} is not installed");
        return false;
    }
    if root && !is_root() {
        println!("left out: {program} is started by root alone");
        return false;
    }
    true
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn certificate(folder: &Path) {
    let out = Command::new("openssl")
        .args([
            "req", "-x509", "-nodes", "-days", "90", "-newkey", "rsa:2048",
        ])
        .args(["-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(out.status.success());
    // Servers that change to an account of their own read both.
    for path in [
        folder.to_owned(),
        folder.join("key.pem"),
        folder.join("cert.pem"),
    ] {
        let mut rights = fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o755);
        fs::set_permissions(&path, rights).unwrap();
    }
}

/// Starts the program, and waits until its port answers.
fn start(folder: &Path, program: &str, args: &[&str], port: u16) -> Server {
    let log = fs::File::create(folder.join("output")).unwrap();
    let child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let server = Server {
        child,
        stop: Vec::new(),
    };
    for _ in 0..300 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return server;
        }
        sleep(Duration::from_millis(100));
    }
    let said = fs::read_to_string(folder.join("output")).unwrap_or_default();
    panic!("{program} did not start: {said}");
}

fn ask(folder: &Path, port: u16, starttls: &str) -> TlsFacts {
    ask_at(folder, port, Some(starttls))
}

fn ask_at(folder: &Path, port: u16, starttls: Option<&str>) -> TlsFacts {
    let mut target = ProbeTarget::parse(&format!("localhost:{port}")).unwrap();
    target.at = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    target.roots = Some(folder.join("cert.pem"));
    target.starttls = starttls.map(str::to_owned);
    target.sni = Some("localhost".to_owned());
    target.http = false;
    let cx = Context {
        now: jiff::Timestamp::now(),
        timeout: Duration::from_secs(6),
        offline: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(endpoint::probe(&target, &cx)).remove(0)
}

fn offered(facts: &TlsFacts) -> Vec<&str> {
    let all = facts.versions.iter();
    all.filter(|(_, leaf)| leaf.v == Some(true))
        .map(|(key, _)| key.as_str())
        .collect()
}

fn suites<'a>(facts: &'a TlsFacts, version: &str) -> Vec<&'a str> {
    let suites = &facts.suites[version];
    assert!(suites.complete, "{version}: {suites:?}");
    suites.v.iter().flatten().map(String::as_str).collect()
}

/// TLS is there, the certificate is the one that we made, and the server holds its key.
fn is_ours(facts: &TlsFacts, who: &str) {
    assert_eq!(facts.starttls.v, Some(true), "{who}");
    assert_eq!(facts.encrypted.v, Some(true), "{who}");
    let [cert] = facts.certs.as_slice() else {
        panic!("{who}: {:?}", facts.certs)
    };
    assert_eq!(cert.trusted.v, Some(true), "{who}");
    assert_eq!(cert.name_ok.v, Some(true), "{who}");
    assert_eq!(cert.key_proven.v, Some(true), "{who}");
}

/// The protocol is spoken and TLS is not offered in it: nothing of TLS is told.
fn is_plain(facts: &TlsFacts, who: &str) {
    assert_eq!(facts.starttls.v, Some(false), "{who}: {:?}", facts.starttls);
    assert_eq!(facts.encrypted.v, Some(false), "{who}");
    assert_eq!(offered(facts), [""; 0], "{who}");
}

#[test]
fn dovecot() {
    if !ready("/usr/sbin/dovecot", true) {
        return;
    }
    for (ssl, minimum) in [("required", "TLSv1.2"), ("no", "TLSv1.2")] {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        certificate(folder);
        let (imap, pop3) = (free_port(), free_port());
        let at = folder.display();
        let text = format!(
            "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols = imap pop3\n\
             listen = 127.0.0.1\nssl = {ssl}\nssl_cert = <{at}/cert.pem\nssl_key = <{at}/key.pem\n\
             ssl_min_protocol = {minimum}\ndefault_login_user = nobody\ndefault_internal_user = nobody\n\
             default_internal_group = nogroup\nmail_location = maildir:{at}/mail\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {imap}\n }}\n inet_listener imaps {{\n  port = 0\n }}\n}}\n\
             service pop3-login {{\n chroot =\n inet_listener pop3 {{\n  port = {pop3}\n }}\n inet_listener pop3s {{\n  port = 0\n }}\n}}\n\
             service anvil {{\n chroot =\n}}\npassdb {{\n driver = static\n args = password=x\n}}\n\
             userdb {{\n driver = static\n args = uid=nobody gid=nogroup home={at}\n}}\n"
        );
        let conf = folder.join("dovecot.conf");
        fs::write(&conf, text).unwrap();
        let conf = conf.to_str().unwrap();
        let _server = start(folder, "/usr/sbin/dovecot", &["-F", "-c", conf], imap);
        for (port, protocol, who) in [
            (imap, "imap", "Dovecot, IMAP"),
            (pop3, "pop3", "Dovecot, POP3"),
        ] {
            let facts = ask(folder, port, protocol);
            if ssl == "no" {
                is_plain(&facts, who);
                continue;
            }
            is_ours(&facts, who);
            assert_eq!(offered(&facts), ["tls1_2", "tls1_3"], "{who}");
            // It has no parameters for DHE, ends the connection where it chose it, and takes CBC all the same.
            let found = suites(&facts, "tls1_2");
            assert!(
                found.contains(&"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
                "{who}: {found:?}"
            );
            assert!(
                !found.iter().any(|s| s.contains("_DHE_")),
                "{who}: {found:?}"
            );
            assert_eq!(facts.fallback_scsv.v, Some(true), "{who}");
        }
    }
}

#[test]
fn postfix() {
    if !ready("/usr/sbin/postfix", true) {
        return;
    }
    for level in ["may", "none"] {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        certificate(folder);
        let port = free_port();
        let at = folder.display();
        for name in ["conf", "queue", "data"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        let owned = Command::new("chown")
            .arg("postfix")
            .arg(folder.join("data"))
            .status();
        assert!(owned.unwrap().success());
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n\
             maillog_file = /dev/stdout\nmaillog_file_prefixes = /dev\ninet_interfaces = loopback-only\n\
             inet_protocols = ipv4\nmyhostname = mail.example.vn\nsmtpd_tls_cert_file = {at}/cert.pem\n\
             smtpd_tls_key_file = {at}/key.pem\nsmtpd_tls_security_level = {level}\n\
             smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_exclude_ciphers = aNULL, CBC, CAMELLIA, ARIA, DHE, kRSA\n\
             alias_maps =\nalias_database =\nlocal_recipient_maps =\n"
        );
        fs::write(folder.join("conf/main.cf"), main).unwrap();
        let master = format!(
            "127.0.0.1:{port} inet n - n - - smtpd\npickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\n\
             qmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\n\
             anvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n"
        );
        fs::write(folder.join("conf/master.cf"), master).unwrap();
        let conf = folder.join("conf");
        let conf = conf.to_str().unwrap();
        let mut server = start(folder, "/usr/sbin/postfix", &["-c", conf, "start-fg"], port);
        // `postfix` is a script that starts the master.
        server.stop = ["/usr/sbin/postfix", "-c", conf, "stop"]
            .map(str::to_owned)
            .into();
        let facts = ask(folder, port, "smtp");
        if level == "none" {
            is_plain(&facts, "Postfix");
        } else {
            is_ours(&facts, "Postfix");
            assert_eq!(offered(&facts), ["tls1_2", "tls1_3"]);
            let found = suites(&facts, "tls1_2");
            assert!(
                found.iter().all(|s| s.starts_with("TLS_ECDHE_RSA_WITH_")),
                "{found:?}"
            );
        }
    }
}

#[test]
fn slapd() {
    if !ready("/usr/sbin/slapd", false) {
        return;
    }
    for tls in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        certificate(folder);
        let port = free_port();
        let at = folder.display();
        let mut text = format!(
            "include /etc/ldap/schema/core.schema\npidfile {at}/pid\nargsfile {at}/args\n\
             modulepath /usr/lib/ldap\nmoduleload back_null\n"
        );
        if tls {
            text.push_str(&format!(
                "TLSCertificateFile {at}/cert.pem\nTLSCertificateKeyFile {at}/key.pem\n\
                 TLSCipherSuite SECURE128:-VERS-ALL:+VERS-TLS1.2\n"
            ));
        }
        text.push_str("database null\nsuffix \"dc=x\"\n");
        fs::write(folder.join("slapd.conf"), text).unwrap();
        let conf = folder.join("slapd.conf");
        let url = format!("ldap://127.0.0.1:{port}/");
        let args = ["-f", conf.to_str().unwrap(), "-h", &url, "-d", "0"];
        let _server = start(folder, "/usr/sbin/slapd", &args, port);
        let facts = ask(folder, port, "ldap");
        if tls {
            is_ours(&facts, "slapd");
            assert_eq!(offered(&facts), ["tls1_2"]);
            assert!(!suites(&facts, "tls1_2").is_empty());
        } else {
            is_plain(&facts, "slapd");
        }
    }
}

#[test]
fn mariadb() {
    if !ready("/usr/sbin/mariadbd", false) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    certificate(folder);
    let user = if is_root() {
        "--user=root"
    } else {
        "--loose-x"
    };
    let data = format!("--datadir={}", folder.join("data").display());
    let made = Command::new("mariadb-install-db")
        .args(["--no-defaults", user, &data, "--skip-test-db"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let common = |port: u16| {
        let at = folder.display();
        vec![
            "--no-defaults".to_owned(),
            user.to_owned(),
            data.clone(),
            format!("--socket={at}/socket"),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
        ]
    };
    for tls in [true, false] {
        let port = free_port();
        let mut args = common(port);
        if tls {
            args.extend([
                format!("--ssl-cert={}/cert.pem", folder.display()),
                format!("--ssl-key={}/key.pem", folder.display()),
                "--tls-version=TLSv1.2".to_owned(),
                "--ssl-cipher=ECDHE-RSA-AES256-GCM-SHA384".to_owned(),
            ]);
        } else {
            args.push("--skip-ssl".to_owned());
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let _server = start(folder, "/usr/sbin/mariadbd", &args, port);
        let facts = ask(folder, port, "mysql");
        if tls {
            is_ours(&facts, "MariaDB");
            assert_eq!(offered(&facts), ["tls1_2"]);
            assert_eq!(
                suites(&facts, "tls1_2"),
                ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]
            );
        } else {
            is_plain(&facts, "MariaDB");
        }
    }
}

#[test]
fn vsftpd() {
    if !ready("/usr/sbin/vsftpd", true) {
        return;
    }
    for tls in ["YES", "NO"] {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        certificate(folder);
        let port = free_port();
        let at = folder.display();
        fs::create_dir(folder.join("empty")).unwrap();
        let text = format!(
            "listen=YES\nbackground=NO\nlisten_port={port}\nlisten_address=127.0.0.1\nanonymous_enable=YES\n\
             ssl_enable={tls}\nallow_anon_ssl=YES\nrsa_cert_file={at}/cert.pem\nrsa_private_key_file={at}/key.pem\n\
             ssl_ciphers=ECDHE-RSA-AES128-GCM-SHA256\nsecure_chroot_dir={at}/empty\n"
        );
        let conf = folder.join("vsftpd.conf");
        fs::write(&conf, text).unwrap();
        let _server = start(folder, "/usr/sbin/vsftpd", &[conf.to_str().unwrap()], port);
        let facts = ask(folder, port, "ftp");
        if tls == "YES" {
            is_ours(&facts, "vsftpd");
            assert_eq!(
                suites(&facts, "tls1_2"),
                ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
            );
        } else {
            is_plain(&facts, "vsftpd");
        }
    }
}

#[test]
fn postgresql() {
    const BIN: &str = "/usr/lib/postgresql/15/bin";
    if !ready(&format!("{BIN}/postgres"), false) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    certificate(folder);
    let data = folder.join("data");
    // PostgreSQL refuses root, and a key that others may read.
    let as_user = |program: &str, args: &[&str]| {
        if is_root() {
            let mut words = vec!["-u", "postgres", "--"];
            words.push(program);
            words.extend(args);
            (
                "runuser".to_owned(),
                words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(),
            )
        } else {
            (
                program.to_owned(),
                args.iter().map(|w| (*w).to_owned()).collect(),
            )
        }
    };
    let shell = format!(
        "mkdir -p {0}/data && chmod 600 {0}/key.pem && if [ \"$(id -u)\" = 0 ]; then chown -R postgres {0}/data {0}/key.pem; fi",
        folder.display()
    );
    assert!(
        Command::new("sh")
            .args(["-c", &shell])
            .status()
            .unwrap()
            .success()
    );
    let (program, args) = as_user(
        &format!("{BIN}/initdb"),
        &["-D", data.to_str().unwrap(), "-A", "trust", "--no-sync"],
    );
    let made = Command::new(program).args(args).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    for ssl in ["on", "off"] {
        let port = free_port();
        let settings = [
            format!("ssl={ssl}"),
            format!("ssl_cert_file={}/cert.pem", folder.display()),
            format!("ssl_key_file={}/key.pem", folder.display()),
            "ssl_min_protocol_version=TLSv1.3".to_owned(),
            "unix_socket_directories=".to_owned(),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
        ];
        let mut words = vec!["-D", data.to_str().unwrap()];
        for setting in &settings {
            words.extend(["-c", setting]);
        }
        let (program, args) = as_user(&format!("{BIN}/postgres"), &words);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let _server = start(folder, &program, &args, port);
        let facts = ask(folder, port, "postgres");
        if ssl == "on" {
            is_ours(&facts, "PostgreSQL");
            assert_eq!(offered(&facts), ["tls1_3"]);
        } else {
            is_plain(&facts, "PostgreSQL");
        }
    }
}

/// The prime of RFC 2409, group 2: 1024 bits, and none of RFC 7919.
const DH_1024: &str = "-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
";

/// GnuTLS gives a client that knows the named groups one of them, and every other the prime of its settings.
#[test]
fn gnutls_and_the_prime_that_others_get() {
    let program = "/usr/bin/gnutls-serv";
    if !ready(program, false) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    certificate(folder);
    fs::write(folder.join("dh.pem"), DH_1024).unwrap();
    let port = free_port();
    let args = [
        "--http",
        "--port",
        &port.to_string(),
        "--x509certfile",
        "cert.pem",
        "--x509keyfile",
        "key.pem",
        "--dhparams",
        "dh.pem",
        "--priority",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:+DHE-RSA",
    ];
    let _server = start(folder, program, &args, port);
    let facts = ask_at(folder, port, None);
    let suites = suites(&facts, "tls1_2");
    assert!(
        suites.contains(&"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
        "{suites:?}"
    );
    assert_eq!(facts.dh_bits.v, Some(1024));
}
