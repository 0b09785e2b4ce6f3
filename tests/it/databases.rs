//! Databases that run: PostgreSQL and MariaDB from Debian's packages, started here on loopback as a user who is not
//! root, and ended by their process ids. A dump and the live database say the same.

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{command, stderr, stdout};

const POSTGRES: &str = "/usr/lib/postgresql/15/bin";
/// nobody.
const USER: u32 = 65534;

/// A server that ends with the test.
struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    let out = Command::new("id").arg("-u").output().unwrap();
    out.stdout == b"0\n"
}

/// The command, as nobody where the tests run as root.
fn unprivileged(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
    command
}

fn scratch() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    give(folder.path());
    folder
}

fn give(path: &Path) {
    if is_root() {
        chown(path, Some(USER), Some(USER)).unwrap();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn wait_for(port: u16) {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            began.elapsed() < Duration::from_secs(90),
            "no server on {port}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn run(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(
        out.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn postgres(schema: &str) -> Option<Server> {
    if !Path::new(POSTGRES).join("postgres").exists() {
        eprintln!("left out: no PostgreSQL 15 here");
        return None;
    }
    let folder = scratch();
    let data = folder.path().join("data");
    run(unprivileged(&format!("{POSTGRES}/initdb"))
        .args([
            "-A",
            "trust",
            "-U",
            "audit",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "-D",
        ])
        .arg(&data));
    // Its own certificate is the root that a client must be told of.
    let cert = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (pem, key) = (folder.path().join("server.pem"), data.join("server.key"));
    fs::write(&pem, cert.cert.pem()).unwrap();
    fs::write(&key, cert.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    give(&key);
    let port = free_port();
    let child = unprivileged(&format!("{POSTGRES}/postgres"))
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-k"])
        .arg(folder.path())
        .args([
            "-c",
            "listen_addresses=localhost",
            "-c",
            "fsync=off",
            "-c",
            "ssl=on",
            "-c",
            "ssl_key_file=server.key",
            "-c",
        ])
        .arg(format!("ssl_cert_file={}", pem.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server {
        child,
        port,
        folder,
    };
    wait_for(port);
    let file = server.folder.path().join("in.sql");
    fs::write(&file, schema).unwrap();
    let began = Instant::now();
    while !psql(&server, &["-c", "SELECT 1"])
        .status()
        .unwrap()
        .success()
    {
        assert!(began.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(200));
    }
    run(&mut psql(
        &server,
        &[
            "-v",
            "ON_ERROR_STOP=1",
            "-q",
            "-f",
            &file.display().to_string(),
        ],
    ));
    Some(server)
}

fn psql(server: &Server, args: &[&str]) -> Command {
    let mut command = Command::new(format!("{POSTGRES}/psql"));
    command
        .args(["-h", "127.0.0.1", "-U", "audit", "-d", "postgres", "-p"])
        .arg(server.port.to_string())
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

const IN_POSTGRES: &str = "
CREATE ROLE app; CREATE ROLE support;
CREATE SCHEMA crm;
CREATE TABLE crm.khach_hang (id bigserial PRIMARY KEY, ho_ten varchar(100) NOT NULL, sdt varchar(15), email text DEFAULT '', so_cccd char(12), ngay_sinh date, ton_giao text, ghi_chu text, phone_enc bytea, toa_do point, deleted_at timestamptz);
COMMENT ON TABLE crm.khach_hang IS 'Khách hàng';
COMMENT ON COLUMN crm.khach_hang.sdt IS 'Số điện thoại; nội bộ';
CREATE TABLE public.accounts (id int PRIMARY KEY, username varchar(50), password varchar(255), password_hash text, api_token varchar(64), last_login_at timestamptz, CONSTRAINT c CHECK (password_hash LIKE '$2b$%'));
CREATE FUNCTION public.protect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.password := crypt(NEW.password, gen_salt('bf')); RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON public.accounts FOR EACH ROW EXECUTE FUNCTION public.protect();
CREATE TABLE public.don_hang (id bigint, sdt_nguoi_nhan varchar(15), ten_nguoi_nhan text, tien_thu_ho numeric(12,0), tong text GENERATED ALWAYS AS ('x') STORED, f1 text);
CREATE VIEW public.don_hang_che AS SELECT id, '***' || right(sdt_nguoi_nhan, 3) AS sdt_nguoi_nhan, ten_nguoi_nhan FROM public.don_hang;
GRANT SELECT ON public.don_hang_che TO support;
GRANT ALL ON crm.khach_hang TO app WITH GRANT OPTION;
GRANT SELECT (id, username) ON public.accounts TO support;
GRANT SELECT ON public.don_hang_che TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
CREATE TABLE public.vi_tri (tai_xe_id int, lat double precision, lon double precision, luc timestamptz) PARTITION BY RANGE (luc);
CREATE TABLE public.vi_tri_1 PARTITION OF public.vi_tri FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE public.nhan_vien (id int, ten text, luong numeric, dien_thoai text);
ALTER TABLE public.nhan_vien ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.nhan_vien USING (current_user = 'kiem_tra');
CREATE TABLE public.provinces (id int, name text);
INSERT INTO public.don_hang (id, f1) SELECT n, '09123456' || (10 + n) FROM generate_series(1, 30) n;
ANALYZE;
";

/// `subject.path` and its value, for the paths that say what a column is.
fn facts(target: &str, url: Option<&str>, more: &[&str]) -> BTreeMap<String, String> {
    let mut all = vec!["facts", "schema", target];
    all.extend(more);
    let mut capdo = command(&all);
    if let Some(url) = url {
        capdo.env("CAPDO_TEST_DB", url);
    }
    let output = capdo.output().unwrap();
    let text = stdout(&output);
    assert!(!text.is_empty(), "{}", stderr(&output));
    let wanted = [
        "class",
        "party",
        "protected",
        "type",
        "sensitive",
        "stored_safely",
        "password_hash",
    ];
    text.lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap())
        .filter(|f| {
            let path = f["path"].as_str().unwrap();
            wanted.iter().any(|w| path.ends_with(&format!(".{w}")))
        })
        .map(|f| {
            (
                f["path"].as_str().unwrap().to_owned(),
                f["value"].to_string(),
            )
        })
        .collect()
}

/// Control and result of each finding, without what only one of both can say.
fn findings(target: &str, url: Option<&str>) -> Vec<String> {
    let mut capdo = command(&["scan", "schema", target, "--level", "2", "--format", "json"]);
    if let Some(url) = url {
        capdo.env("CAPDO_TEST_DB", url);
    }
    let output = capdo.output().unwrap();
    let run: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let mut out: Vec<String> = run["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| {
            // Counts are of a database that runs, rows of a dump.
            let control = f["control"].as_str().unwrap();
            !control.starts_with("SCH-CNT-") && control != "SCH-DMP-001"
        })
        .map(|f| {
            let subject = f["subject"].as_str().unwrap_or_default();
            let whole = subject.starts_with("env:") || subject.ends_with(".sql");
            let subject = if whole { "whole" } else { subject };
            format!("{} {subject} {}", f["control"], f["result"])
        })
        .collect();
    out.sort();
    out
}

fn error_of(url: &str, more: &[&str]) -> String {
    let mut all = vec!["scan", "schema", "env:CAPDO_TEST_DB", "--format", "json"];
    all.extend(more);
    let output = command(&all).env("CAPDO_TEST_DB", url).output().unwrap();
    let text = stdout(&output);
    assert!(!text.contains("s3cret") && !stderr(&output).contains("s3cret"));
    let run: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = run["findings"].as_array().unwrap();
    assert!(
        all.iter().all(|f| f["result"] == "error"),
        "nothing is passed over"
    );
    all[0]["reason"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn postgresql_live_and_as_a_dump() {
    let Some(server) = postgres(IN_POSTGRES) else {
        return;
    };
    let url = format!("postgres://audit:s3cret@127.0.0.1:{}/postgres", server.port);
    let dump = server.folder.path().join("dump.sql");
    let text = run(Command::new(format!("{POSTGRES}/pg_dump")).args([
        "-h",
        "127.0.0.1",
        "-U",
        "audit",
        "-p",
        &server.port.to_string(),
        "postgres",
    ]));
    fs::write(&dump, text).unwrap();
    let dump = dump.display().to_string();
    let live = "env:CAPDO_TEST_DB";
    let as_dump = facts(&dump, None, &[]);
    assert!(as_dump.len() > 100);
    assert_eq!(as_dump, facts(live, Some(&url), &[]));
    assert_eq!(findings(&dump, None), findings(live, Some(&url)));
    for (path, value) in [
        ("crm.khach_hang.sdt.class", "\"phone\""),
        ("crm.khach_hang.ton_giao.class", "\"religion\""),
        ("public.accounts.password.protected", "\"yes\""),
        ("public.accounts.password_hash.protected", "\"yes\""),
        ("public.don_hang.sdt_nguoi_nhan.protected", "\"no\""),
        ("public.nhan_vien.dien_thoai.protected", "\"yes\""),
        ("public.don_hang.f1.class", "\"none\""),
    ] {
        assert_eq!(as_dump.get(path).map(String::as_str), Some(value), "{path}");
    }
    // Values are looked at only where it was asked for.
    let sampled = facts(live, Some(&url), &["--sample", "20"]);
    assert_eq!(sampled["public.don_hang.f1.class"], "\"phone\"");
    // With TLS, and only where the certificate is trusted.
    let pem = server.folder.path().join("server.pem");
    let tls = format!(
        "postgres://audit:s3cret@localhost:{}/postgres?sslmode=verify-full",
        server.port
    );
    let trusted = format!("{tls}&sslrootcert={}", pem.display());
    assert_eq!(as_dump, facts(live, Some(&trusted), &[]));
    assert_eq!(error_of(&tls, &[]), "tls-failed");
    let other = server.folder.path().join("other.pem");
    let cert = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&other, cert.cert.pem()).unwrap();
    let wrong = format!("{tls}&sslrootcert={}", other.display());
    assert_eq!(error_of(&wrong, &[]), "tls-failed");
    assert!(tells_tls(&trusted));
    let nowhere = format!("postgres://audit:s3cret@127.0.0.1:{}/nowhere", server.port);
    assert_eq!(error_of(&nowhere, &[]), "missing");
}

const IN_MARIADB: &str = "
CREATE TABLE khach_hang (id int AUTO_INCREMENT PRIMARY KEY, ho_ten varchar(100) NOT NULL COMMENT 'Họ tên; khách', sdt varchar(15) DEFAULT NULL, gioi_tinh enum('nam','nu'), mat_khau varchar(255), ngay_sinh date, KEY k (sdt)) COMMENT='Khách hàng';
CREATE TABLE don_hang (id int PRIMARY KEY, khach_hang_id int, dia_chi_nhan text, tien_thu_ho decimal(12,0), cccd_enc varbinary(255), CONSTRAINT f FOREIGN KEY (khach_hang_id) REFERENCES khach_hang (id));
CREATE TABLE tinh (id int, ten varchar(50));
CREATE VIEW khach_che AS SELECT id, concat('***', right(sdt, 3)) AS sdt FROM khach_hang;
CREATE TRIGGER bam BEFORE INSERT ON khach_hang FOR EACH ROW SET NEW.mat_khau = MD5(NEW.mat_khau);
";

/// A MariaDB with this schema; `secure`: with a certificate of its own, and nobody is let in without TLS.
fn mariadb(schema: &str, secure: bool) -> Option<Server> {
    let program = ["/usr/sbin/mariadbd", "/usr/sbin/mysqld"]
        .into_iter()
        .find(|p| Path::new(p).exists());
    let Some(program) = program else {
        eprintln!("left out: no MariaDB here");
        return None;
    };
    let folder = scratch();
    let data: PathBuf = folder.path().join("data");
    run(unprivileged("/usr/bin/mariadb-install-db")
        .args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ])
        .arg(format!("--datadir={}", data.display()))
        .stdout(Stdio::null()));
    let port = free_port();
    let socket = folder.path().join("s.sock");
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let cert = rcgen::generate_simple_self_signed(names).unwrap();
    let (pem, key) = (
        folder.path().join("server.pem"),
        folder.path().join("server.key"),
    );
    fs::write(&pem, cert.cert.pem()).unwrap();
    fs::write(&key, cert.signing_key.serialize_pem()).unwrap();
    give(&key);
    let tls = [
        format!("--ssl-cert={}", pem.display()),
        format!("--ssl-key={}", key.display()),
        "--require-secure-transport=ON".to_owned(),
    ];
    let child = unprivileged(program)
        .args([
            "--no-defaults",
            "--bind-address=127.0.0.1",
            "--skip-log-bin",
        ])
        .args(if secure { tls.as_slice() } else { &[] })
        .arg(format!("--datadir={}", data.display()))
        .arg(format!("--port={port}"))
        .arg(format!("--socket={}", socket.display()))
        .arg(format!(
            "--pid-file={}",
            folder.path().join("pid").display()
        ))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server {
        child,
        port,
        folder,
    };
    wait_for(port);
    let text = format!(
        "CREATE DATABASE buu CHARACTER SET utf8mb4; USE buu; {schema} CREATE USER audit@localhost IDENTIFIED BY 's3cret'; GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON buu.* TO audit@localhost;"
    );
    let file = server.folder.path().join("in.sql");
    fs::write(&file, text).unwrap();
    run(Command::new("mariadb")
        .args([
            "--no-defaults",
            "--default-character-set=utf8mb4",
            "-u",
            "root",
        ])
        .arg(format!("--socket={}", socket.display()))
        .stdin(fs::File::open(&file).unwrap()));
    Some(server)
}

/// Is it a finding of a control that judges who may do what?
fn is_on_rights(finding: &str) -> bool {
    let id = finding.split('"').nth(1).unwrap_or_default();
    let control = fs::read_to_string(format!("rules/controls/schema/{id}.yaml")).unwrap();
    let facts = ["grants_", "audit_writable", "views_public_personal"];
    facts
        .iter()
        .any(|fact| control.contains(&format!("fact: {fact}")))
}

#[test]
fn mariadb_live_and_as_a_dump() {
    let Some(server) = mariadb(IN_MARIADB, false) else {
        return;
    };
    let socket = server.folder.path().join("s.sock");
    let text = run(Command::new("mariadb-dump")
        .args(["--no-defaults", "-u", "root"])
        .arg(format!("--socket={}", socket.display()))
        .arg("buu"));
    let dump = server.folder.path().join("dump.sql");
    fs::write(&dump, text).unwrap();
    let dump = dump.display().to_string();
    let url = format!("mysql://audit:s3cret@127.0.0.1:{}/buu", server.port);
    let live = "env:CAPDO_TEST_DB";
    let as_dump = facts(&dump, None, &[]);
    assert!(as_dump.len() > 50);
    assert_eq!(as_dump, facts(live, Some(&url), &[]));
    // mysqldump writes no rights: of them only the live database tells.
    let (of_rights, of_dump): (Vec<_>, Vec<_>) = findings(&dump, None)
        .into_iter()
        .partition(|f| is_on_rights(f));
    let (told, of_live): (Vec<_>, Vec<_>) = findings(live, Some(&url))
        .into_iter()
        .partition(|f| is_on_rights(f));
    assert_eq!(of_dump, of_live);
    assert!(
        of_rights.iter().all(|f| f.ends_with("\"notchecked\"")),
        "{of_rights:?}"
    );
    assert!(told.iter().any(|f| f.ends_with("\"pass\"")), "{told:?}");
    assert_eq!(as_dump["khach_hang.mat_khau.protected"], "\"no\"");
    assert_eq!(as_dump["don_hang.cccd_enc.protected"], "\"yes\"");
    let wrong = format!("mysql://audit:s3cretX@127.0.0.1:{}/buu", server.port);
    assert_eq!(error_of(&wrong, &[]), "not-permitted");
    // It speaks no TLS: where that was asked for, nothing is sent in clear instead.
    assert_eq!(
        error_of(&format!("{url}?sslmode=require"), &[]),
        "tls-failed"
    );
}

#[test]
fn mariadb_with_tls() {
    let Some(server) = mariadb(IN_MARIADB, true) else {
        return;
    };
    let pem = server.folder.path().join("server.pem");
    let url = format!("mysql://audit:s3cret@127.0.0.1:{}/buu", server.port);
    let live = "env:CAPDO_TEST_DB";
    let trusted = format!("{url}?sslmode=verify-full&sslrootcert={}", pem.display());
    let seen = facts(live, Some(&trusted), &[]);
    assert_eq!(seen["khach_hang.sdt.class"], "\"phone\"");
    assert!(tells_tls(&trusted));
    // Without TLS the server takes nobody; a root that did not sign, or none, ends it.
    // (MariaDB calls that "access denied", MySQL 3159).
    assert_eq!(error_of(&url, &[]), "not-permitted");
    let other = server.folder.path().join("other.pem");
    let cert = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(&other, cert.cert.pem()).unwrap();
    let wrong = format!("{url}?sslmode=verify-full&sslrootcert={}", other.display());
    assert_eq!(error_of(&wrong, &[]), "tls-failed");
    assert_eq!(
        error_of(&format!("{url}?sslmode=require"), &[]),
        "tls-failed"
    );
}

/// Does the run say that the connection was enciphered?
fn tells_tls(url: &str) -> bool {
    let output = command(&["facts", "schema", "env:CAPDO_TEST_DB"])
        .env("CAPDO_TEST_DB", url)
        .output()
        .unwrap();
    stdout(&output)
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap())
        .any(|f| f["path"].as_str().unwrap().ends_with(".connection_tls") && f["value"] == true)
}

/// A server that answers "no TLS here" gets no name and no password.
#[test]
fn postgresql_that_refuses_tls_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0_u8; 8];
        std::io::Read::read_exact(&mut stream, &mut asked).unwrap();
        std::io::Write::write_all(&mut stream, b"N").unwrap();
        let mut more = Vec::new();
        let _ = std::io::Read::read_to_end(&mut stream, &mut more);
        (asked, more)
    });
    let url = format!("postgres://audit:s3cret@127.0.0.1:{port}/x?sslmode=require");
    assert_eq!(error_of(&url, &["--timeout", "5"]), "tls-failed");
    let (asked, more) = server.join().unwrap();
    assert_eq!(asked, [0, 0, 0, 8, 4, 210, 22, 47]);
    assert_eq!(more, Vec::<u8>::new());
}

#[test]
fn databases_that_refuse_hang_or_lie() {
    let closed = free_port();
    assert_eq!(
        error_of(&format!("postgres://a:s3cret@127.0.0.1:{closed}/x"), &[]),
        "unreachable"
    );
    assert_eq!(
        error_of(&format!("mysql://a:s3cret@127.0.0.1:{closed}/x"), &[]),
        "unreachable"
    );
    assert_eq!(
        error_of(
            "postgres://a:s3cret@db.example.invalid/x?sslmode=disable",
            &[]
        ),
        "tls-required"
    );
    assert_eq!(
        error_of("oracle://a:s3cret@127.0.0.1/x", &[]),
        "unknown-database"
    );
    assert_eq!(error_of("s3cret", &[]), "no-url");
    // One that takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for scheme in ["postgres", "mysql"] {
        let began = Instant::now();
        let url = format!("{scheme}://a:s3cret@127.0.0.1:{port}/x");
        assert_eq!(error_of(&url, &["--timeout", "2"]), "timeout");
        assert!(began.elapsed() < Duration::from_secs(60));
    }
    // One that answers with something else.
    let liar = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = liar.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        for _ in 0..2 {
            if let Ok((mut stream, _)) = liar.accept() {
                let _ = std::io::Write::write_all(&mut stream, &[0xFF; 4096]);
            }
        }
    });
    for scheme in ["postgres", "mysql"] {
        let code = error_of(
            &format!("{scheme}://a:s3cret@127.0.0.1:{port}/x"),
            &["--timeout", "5"],
        );
        assert!(
            ["connection-lost", "unreachable", "timeout", "too-large"].contains(&code.as_str()),
            "{code}"
        );
    }
    thread.join().unwrap();
}
