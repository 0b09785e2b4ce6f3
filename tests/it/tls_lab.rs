//! The raw prober against `openssl s_server` with every old setting that it still has: each row with its truth.
//! Skipped, with a line that says so, where openssl is not installed.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use capdo::collect::Context;
use capdo::collect::endpoint::{self, ProbeState, ProbeTarget, TlsFacts};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Our own child, by its handle.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Lab(tempfile::TempDir);

impl Lab {
    fn open() -> Option<Self> {
        let there = Command::new("openssl").arg("version").output();
        if !there.is_ok_and(|out| out.status.success()) {
            println!("skipped: openssl is not installed");
            return None;
        }
        let lab = Self(tempfile::tempdir().unwrap());
        let new = [
            "req",
            "-x509",
            "-nodes",
            "-days",
            "90",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ];
        lab.run(
            &[
                &new[..],
                &[
                    "-newkey", "rsa:2048", "-keyout", "rsa.key", "-out", "rsa.pem",
                ],
            ]
            .concat(),
        );
        let ec = [
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-keyout",
            "ec.key",
            "-out",
            "ec.pem",
        ];
        lab.run(&[&new[..], &ec].concat());
        lab.run(&["dhparam", "-dsaparam", "-out", "dh1024.pem", "1024"]);
        lab.staples();
        Some(lab)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, args: &[&str]) {
        let out = Command::new("openssl")
            .args(args)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }

    /// Responses of a responder of our own: good, revoked, and one whose time is over.
    fn staples(&self) {
        let serial = Command::new("openssl")
            .args(["x509", "-in", "rsa.pem", "-noout", "-serial"])
            .current_dir(self.path())
            .output()
            .unwrap();
        let serial = String::from_utf8(serial.stdout).unwrap();
        let serial = serial.trim().trim_start_matches("serial=").to_owned();
        for (name, state) in [
            (
                "good",
                format!("V\t370101000000Z\t\t{serial}\tunknown\t/CN=localhost\n"),
            ),
            (
                "revoked",
                format!("R\t370101000000Z\t260101000000Z\t{serial}\tunknown\t/CN=localhost\n"),
            ),
        ] {
            let index = format!("{name}.index");
            std::fs::write(self.path().join(&index), state).unwrap();
            let out = format!("{name}.ocsp");
            self.run(&[
                "ocsp", "-index", &index, "-rsigner", "rsa.pem", "-rkey", "rsa.key", "-CA",
                "rsa.pem", "-issuer", "rsa.pem", "-cert", "rsa.pem", "-respout", &out, "-ndays",
                "30",
            ]);
        }
    }

    fn serve(&self, args: &[&str]) -> (Server, u16) {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-accept",
                &format!("127.0.0.1:{port}"),
                "-quiet",
                "-www",
            ])
            .args(args)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server(child);
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return (server, port);
            }
            sleep(Duration::from_millis(20));
        }
        panic!("s_server {args:?} did not start");
    }

    fn ask(&self, args: &[&str]) -> TlsFacts {
        let (_server, port) = self.serve(args);
        self.ask_at(port)
    }

    fn ask_at(&self, port: u16) -> TlsFacts {
        self.lines(port, Some("localhost")).remove(0)
    }

    /// A line for the name; without one chosen by hand one more without any.
    fn lines(&self, port: u16, name: Option<&str>) -> Vec<TlsFacts> {
        let mut target = ProbeTarget::parse(&format!("localhost:{port}")).unwrap();
        target.sni = name.map(str::to_owned);
        target.at = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        target.roots = Some(self.path().join("rsa.pem"));
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
        runtime.block_on(endpoint::probe(&target, &cx))
    }
}

const RSA: [&str; 4] = ["-cert", "rsa.pem", "-key", "rsa.key"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RSA[..], more].concat()
}

fn offered(facts: &TlsFacts) -> Vec<&str> {
    let all = facts
        .versions
        .iter()
        .filter(|(_, leaf)| leaf.v == Some(true));
    all.map(|(key, _)| key.as_str()).collect()
}

fn suites<'a>(facts: &'a TlsFacts, version: &str) -> Vec<&'a str> {
    let suites = &facts.suites[version];
    assert!(suites.complete, "{version}: {suites:?}");
    suites.v.iter().flatten().map(String::as_str).collect()
}

#[test]
fn each_row_has_its_truth() {
    let Some(lab) = Lab::open() else { return };
    old_versions(&lab);
    one_suite(&lab);
    weak_suites(&lab);
    order_and_groups(&lab);
    staples(&lab);
    certificates(&lab);
    without_a_name(&lab);
}

/// Who sends no name meets another certificate here: it is described, and neither its name nor its path is judged.
fn without_a_name(lab: &Lab) {
    let two = [
        "-servername",
        "localhost",
        "-cert2",
        "rsa.pem",
        "-key2",
        "rsa.key",
    ];
    let (_server, port) = lab.serve(&[&["-cert", "ec.pem", "-key", "ec.key"], &two[..]].concat());
    let lines = lab.lines(port, None);
    let told: Vec<_> = lines.iter().map(|f| f.target.sni.as_deref()).collect();
    assert_eq!(told, [Some("localhost"), None]);
    let families: Vec<_> = lines
        .iter()
        .map(|f| f.certs[0].sig_family.as_str())
        .collect();
    assert_eq!(families, ["rsa", "ecdsa"]);
    let place = capdo::model::Place::new("inventory", 1);
    let placed: Vec<_> = lines.into_iter().map(|f| (f, place.clone())).collect();
    let seen = endpoint::flatten(&placed, false, jiff::Timestamp::now());
    let ids: Vec<&str> = seen.subjects.iter().map(|s| &*s.id).collect();
    assert_eq!(
        ids,
        [
            &*format!("localhost:{port}"),
            &*format!("localhost:{port}(no-sni)"),
            "certificate[localhost rsa]",
            "certificate[localhost ecdsa]",
        ]
    );
    let fact =
        |at: usize, path: &str| format!("{:?}", seen.subjects[at].facts.get(path).unwrap().value);
    assert_eq!(fact(2, "name_ok"), "Bool(true)");
    for path in ["name_ok", "trusted", "anchored", "self_signed"] {
        assert!(
            fact(3, path).contains("not_applicable"),
            "{path}: {}",
            fact(3, path)
        );
    }
    assert!(fact(3, "days_left").starts_with("Int("));
    // A name chosen by hand is the only one that is asked.
    assert_eq!(lab.lines(port, Some("localhost")).len(), 1);
    assert_eq!(lab.lines(port, Some("")).len(), 1);
}

/// A server that refuses who names nobody shows them nothing: nothing to judge, and nothing that was not seen.
#[test]
fn a_refused_nameless_client_is_no_gap_in_sight() {
    let target = |sni: Option<&str>| endpoint::TargetFacts {
        name: "a.example".to_owned(),
        addr: Some("192.0.2.1".to_owned()),
        port: 443,
        sni: sni.map(str::to_owned),
        starttls: None,
    };
    let line = |sni, why: &str| TlsFacts::unseen(target(sni), "2026-11-30T00:00:00Z".into(), why);
    let place = capdo::model::Place::new("inventory", 1);
    for (why, subjects) in [("alert:112", 1), ("timeout", 2)] {
        let lines = [line(Some("a.example"), "timeout"), line(None, why)];
        let placed: Vec<_> = lines.into_iter().map(|f| (f, place.clone())).collect();
        let seen = endpoint::flatten(&placed, false, jiff::Timestamp::now());
        assert_eq!(seen.subjects.len(), subjects, "{why}");
    }
}

fn old_versions(lab: &Lab) {
    // As OpenSSL 3 comes: old versions begin and end in an internal error, since no signature of theirs is allowed.
    let facts = lab.ask(&RSA);
    assert_eq!(offered(&facts), ["tls1_2", "tls1_3"]);
    assert_eq!(facts.probe.state, ProbeState::Complete, "{:?}", facts.probe);
    assert_eq!(facts.versions["tls1_1"].v, Some(false));
    let facts = lab.ask(&with(&[
        "-min_protocol",
        "TLSv1",
        "-cipher",
        "ALL:@SECLEVEL=0",
    ]));
    assert_eq!(offered(&facts), ["tls1_0", "tls1_1", "tls1_2", "tls1_3"]);
    assert_eq!(facts.probe.state, ProbeState::Complete, "{:?}", facts.probe);
    assert_eq!(facts.fallback_scsv.v, Some(true));
    assert_eq!(facts.secure_renegotiation.v, Some(true));
    assert_eq!(facts.extended_master_secret.v, Some(true));
    assert_eq!(facts.compression.v, Some(false));
    // Only the oldest: no whole handshake of ours succeeds, and all is seen all the same.
    let facts = lab.ask(&with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]));
    assert_eq!(offered(&facts), ["tls1_0"]);
    assert_eq!(facts.encrypted.v, Some(true));
    assert_eq!(facts.certs.len(), 1, "the certificate comes in clear");
    assert_eq!(facts.certs[0].name_ok.v, Some(true));
    assert_eq!(facts.fallback_scsv.why.as_deref(), Some("not_applicable"));
    let facts = lab.ask(&with(&["-tls1_3"]));
    assert_eq!(offered(&facts), ["tls1_3"]);
    for leaf in [
        &facts.compression,
        &facts.secure_renegotiation,
        &facts.fallback_scsv,
    ] {
        assert_eq!(leaf.why.as_deref(), Some("not_applicable"));
    }
    assert_eq!(facts.dh_bits.why.as_deref(), Some("not_applicable"));
}

fn one_suite(lab: &Lab) {
    let facts = lab.ask(&with(&["-tls1_2", "-cipher", "AES128-SHA"]));
    assert_eq!(suites(&facts, "tls1_2"), ["TLS_RSA_WITH_AES_128_CBC_SHA"]);
    assert_eq!(facts.groups.why.as_deref(), Some("not_applicable"));
    assert_eq!(facts.dh_bits.why.as_deref(), Some("not_applicable"));
    // What openssl itself says of the same key exchange.
    let dhe = "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0";
    for more in [
        &["-tls1_2", "-cipher", dhe][..],
        &["-tls1_2", "-cipher", dhe, "-dhparam", "dh1024.pem"],
    ] {
        let (_server, port) = lab.serve(&with(more));
        let out = Command::new("openssl")
            .args([
                "s_client",
                "-tls1_2",
                "-cipher",
                dhe,
                "-connect",
                &format!("127.0.0.1:{port}"),
            ])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let bits = text.lines().find_map(|l| {
            l.strip_prefix("Server Temp Key: DH, ")?
                .strip_suffix(" bits")
        });
        let bits: i64 = bits.unwrap().parse().unwrap();
        assert_eq!(lab.ask_at(port).dh_bits.v, Some(bits), "{more:?}");
    }
}

fn weak_suites(lab: &Lab) {
    let facts = lab.ask(&with(&["-tls1_2", "-cipher", "eNULL:@SECLEVEL=0"]));
    let seen = suites(&facts, "tls1_2");
    assert!(seen.contains(&"TLS_RSA_WITH_NULL_SHA256"), "{seen:?}");
    assert!(seen.iter().all(|name| name.contains("NULL")), "{seen:?}");
    let facts = lab.ask(&["-nocert", "-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"]);
    let seen = suites(&facts, "tls1_2");
    assert!(
        seen.contains(&"TLS_DH_anon_WITH_AES_256_GCM_SHA384"),
        "{seen:?}"
    );
    assert!(facts.certs.is_empty());
}

fn order_and_groups(lab: &Lab) {
    let two = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256";
    let facts = lab.ask(&with(&["-tls1_2", "-cipher", two, "-serverpref"]));
    assert_eq!(facts.suites["tls1_2"].order.as_deref(), Some("server"));
    let by_preference = [
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ];
    assert_eq!(suites(&facts, "tls1_2"), by_preference);
    let facts = lab.ask(&with(&["-tls1_2", "-cipher", two]));
    assert_eq!(facts.suites["tls1_2"].order.as_deref(), Some("client"));
    let new = ["-no_tls1", "-no_tls1_1", "-groups", "P-384"];
    let facts = lab.ask(&with(&new));
    assert_eq!(
        facts.groups.v.as_deref(),
        Some(&["secp384r1".to_owned()][..])
    );
    // Curves that nobody should have any more, behind a good one.
    let old = "P-256:sect163k1:sect571k1:secp160r2";
    let facts = lab.ask(&with(&[
        "-tls1_2",
        "-groups",
        old,
        "-cipher",
        "ALL:@SECLEVEL=0",
    ]));
    let mut seen = facts.groups.v.clone().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, ["secp160r2", "secp256r1", "sect163k1", "sect571k1"]);
}

fn staples(lab: &Lab) {
    for state in ["good", "revoked"] {
        let file = format!("{state}.ocsp");
        for version in ["-tls1_2", "-tls1_3"] {
            let facts = lab.ask(&with(&[version, "-status_file", &file]));
            assert_eq!(facts.certs[0].staple.v.as_deref(), Some(state), "{version}");
        }
    }
    let facts = lab.ask(&RSA);
    assert_eq!(facts.certs[0].staple.v.as_deref(), Some("none"));
    staples_of_an_authority(lab);
}

/// A certificate of an authority: the answer must be for it, and signed by its issuer or by the responder of its issuer.
fn staples_of_an_authority(lab: &Lab) {
    let path = |name: &str| lab.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    write("ca.ext", "basicConstraints=critical,CA:TRUE\n");
    write("site.ext", "subjectAltName=DNS:localhost\n");
    write("responder.ext", "extendedKeyUsage=OCSPSigning\n");
    let key = |name: &str| {
        lab.run(&[
            "req",
            "-new",
            "-nodes",
            "-newkey",
            "rsa:2048",
            "-subj",
            &format!("/CN={name}"),
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &format!("{name}.csr"),
        ]);
    };
    let issue = |name: &str, serial: &str, ext: &str, by: &str| {
        let ca = [format!("{by}.pem"), format!("{by}.key")];
        lab.run(&[
            "x509",
            "-req",
            "-in",
            &format!("{name}.csr"),
            "-CA",
            &ca[0],
            "-CAkey",
            &ca[1],
            "-set_serial",
            serial,
            "-days",
            "90",
            "-extfile",
            ext,
            "-out",
            &format!("{name}.pem"),
        ]);
    };
    for name in ["ca", "site", "responder", "stranger"] {
        key(name);
    }
    lab.run(&[
        "x509", "-req", "-in", "ca.csr", "-signkey", "ca.key", "-days", "90", "-extfile", "ca.ext",
        "-out", "ca.pem",
    ]);
    issue("site", "0x1001", "site.ext", "ca");
    issue("responder", "0x1002", "responder.ext", "ca");
    // The same purpose, but nobody of the authority gave it.
    lab.run(&[
        "x509",
        "-req",
        "-in",
        "stranger.csr",
        "-signkey",
        "stranger.key",
        "-days",
        "90",
        "-extfile",
        "responder.ext",
        "-out",
        "stranger.pem",
    ]);
    write(
        "two.index",
        "V\t370101000000Z\t\t1001\tunknown\t/CN=site\nV\t370101000000Z\t\t1002\tunknown\t/CN=responder\n",
    );
    let chain = [
        std::fs::read_to_string(path("site.pem")).unwrap(),
        std::fs::read_to_string(path("ca.pem")).unwrap(),
    ];
    write("chain.pem", &chain.concat());
    for (signer, about, said) in [
        ("ca", "site", "good"),
        ("responder", "site", "good"),
        ("site", "site", "present"),
        ("stranger", "site", "present"),
        ("ca", "responder", "present"),
    ] {
        lab.run(&[
            "ocsp",
            "-index",
            "two.index",
            "-rsigner",
            &format!("{signer}.pem"),
            "-rkey",
            &format!("{signer}.key"),
            "-CA",
            "ca.pem",
            "-issuer",
            "ca.pem",
            "-cert",
            &format!("{about}.pem"),
            "-respout",
            "one.ocsp",
            "-ndays",
            "30",
        ]);
        let facts = lab.ask(&[
            "-cert",
            "site.pem",
            "-key",
            "site.key",
            "-cert_chain",
            "chain.pem",
            "-status_file",
            "one.ocsp",
        ]);
        assert_eq!(facts.certs[0].chain.len(), 3, "{:?}", facts.certs[0].chain);
        assert_eq!(
            facts.certs[0].staple.v.as_deref(),
            Some(said),
            "{signer} of {about}"
        );
    }
}

fn certificates(lab: &Lab) {
    let both = ["-dcert", "ec.pem", "-dkey", "ec.key"];
    let facts = lab.ask(&with(&both));
    let mut kinds: Vec<&str> = facts.certs.iter().map(|c| c.sig_family.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["ecdsa", "rsa"]);
    // A third kind of key, in TLS 1.3 alone.
    lab.run(&[
        "req",
        "-x509",
        "-nodes",
        "-days",
        "90",
        "-newkey",
        "ed25519",
        "-keyout",
        "ed.key",
        "-out",
        "ed.pem",
        "-subj",
        "/CN=localhost",
    ]);
    let ec = ["-cert", "ec.pem", "-key", "ec.key", "-tls1_3"];
    let facts = lab.ask(&[&ec[..], &["-dcert", "ed.pem", "-dkey", "ed.key"]].concat());
    let kinds: Vec<&str> = facts.certs.iter().map(|c| c.sig_family.as_str()).collect();
    assert_eq!(kinds, ["ecdsa", "ed25519"]);
    let facts = lab.ask(&with(&[
        "-Verify",
        "1",
        "-CAfile",
        "rsa.pem",
        "-verify_return_error",
    ]));
    assert_ne!(facts.client_cert.v.as_deref(), Some("none"));
    timestamps(lab);
}

/// Timestamps of Certificate Transparency within the certificate: two, none, and a list that is none.
fn timestamps(lab: &Lab) {
    // Version 1, a log, a moment, no extensions, a signature of ECDSA with SHA-256 that is not verified.
    let one: Vec<u8> = [&[0; 41][..], &[0, 0, 4, 3, 0, 4, 1, 2, 3, 4]].concat();
    let one = [&[0, u8::try_from(one.len()).unwrap()][..], &one].concat();
    let list = [one.clone(), one].concat();
    let list = [&[0, u8::try_from(list.len()).unwrap()][..], &list].concat();
    let octets = [&[4, u8::try_from(list.len()).unwrap()][..], &list].concat();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
    for (name, extension, wanted) in [
        ("two", hex(&octets), Some(2)),
        ("broken", hex(&octets[..60]), None),
    ] {
        lab.run(&[
            "req",
            "-x509",
            "-key",
            "rsa.key",
            "-days",
            "90",
            "-subj",
            "/CN=localhost",
            "-addext",
            &format!("1.3.6.1.4.1.11129.2.4.2=DER:{extension}"),
            "-out",
            &format!("{name}.pem"),
        ]);
        let facts = lab.ask(&["-cert", &format!("{name}.pem"), "-key", "rsa.key"]);
        assert_eq!(facts.certs[0].scts.v, wanted, "{name}");
    }
    assert_eq!(lab.ask(&with(&[])).certs[0].scts.v, Some(0));
}
