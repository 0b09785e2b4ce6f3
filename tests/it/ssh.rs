//! Hosts behind SSH, against Debian's own sshd on loopback: keys with and without restrictions, hosts that are not who
//! they were, connections that break, auditors that are killed.
//!
//! Each test starts its own sshd as the current account and ends it; where there is none, the test says so and is
//! left out (`scripts/test` names it).

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{DAY, capdo, code, command, stderr, stdout};

const SSHD: &str = "/usr/sbin/sshd";

/// An sshd of one test.
struct Sshd {
    dir: tempfile::TempDir,
    port: u16,
    server: Child,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn there() -> bool {
    let all = ["/usr/bin/ssh", "/usr/bin/ssh-keygen", SSHD];
    let there = all.iter().all(|p| Path::new(p).exists());
    if !there {
        eprintln!("left out: SSH hosts (needs the Debian packages openssh-server, openssh-client)");
    }
    there
}

fn run(program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program}: {}", stderr(&output));
}

fn key(at: &Path) {
    let at = at.to_str().unwrap();
    run(
        "/usr/bin/ssh-keygen",
        &["-q", "-t", "ed25519", "-N", "", "-f", at],
    );
}

impl Sshd {
    /// With these options before the key in `authorized_keys`.
    fn start(options: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let shown = |name: &str| at(name).display().to_string();
        key(&at("host"));
        key(&at("user"));
        let public = fs::read_to_string(at("user.pub")).unwrap();
        fs::write(
            at("authorized_keys"),
            format!("{options} {public}").trim_start(),
        )
        .unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        fs::write(
            at("sshd_config"),
            format!(
                "ListenAddress 127.0.0.1:{port}\nHostKey {}\nPidFile none\nUsePAM no\nStrictModes no\n\
                 PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 AuthorizedKeysFile {}\nLogLevel ERROR\n",
                shown("host"),
                shown("authorized_keys"),
            ),
        )
        .unwrap();
        // Root's sshd leaves its rights in this folder.
        let _ = fs::create_dir_all("/run/sshd");
        let server = Command::new(SSHD)
            .args(["-D", "-e", "-f", &shown("sshd_config")])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let sshd = Self { dir, port, server };
        let host = fs::read_to_string(sshd.at("host.pub")).unwrap();
        sshd.known(&host);
        sshd.config("");
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "sshd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        sshd
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn known(&self, public: &str) {
        let line = format!("[127.0.0.1]:{} {public}", self.port);
        fs::write(self.at("known_hosts"), line).unwrap();
    }

    fn config(&self, more: &str) {
        let text = format!(
            "{more}\nHost web-01\n  HostName 127.0.0.1\n  Port {}\n\
             Host *\n  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n  GlobalKnownHostsFile /dev/null\n",
            self.port,
            self.at("user").display(),
            self.at("known_hosts").display()
        );
        fs::write(self.at("ssh_config"), text).unwrap();
    }

    fn ssh_config(&self) -> String {
        self.at("ssh_config").display().to_string()
    }

    fn scan(&self, more: &[&str]) -> (i32, Value, String) {
        let config = self.ssh_config();
        let mut args = vec![
            "scan",
            "server",
            "ssh:web-01",
            "--ssh-config",
            &config,
            "--format",
            "json",
            "--as-of",
            DAY,
        ];
        args.extend(more);
        let output = capdo(&args);
        let run = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
        (code(&output), run, stderr(&output))
    }

    /// Why nothing could be collected: every finding says so, none passes.
    fn refused(&self, more: &[&str], why: &str) {
        let (code, run, _) = self.scan(more);
        assert_eq!(code, 3, "nothing was collected");
        let findings = run["findings"].as_array().unwrap();
        assert!(!findings.is_empty());
        for finding in findings.iter().filter(|f| f["result"] != "notselected") {
            assert_eq!(finding["reason"]["code"], why, "{finding}");
            assert_eq!(finding["result"], "error", "{finding}");
        }
    }
}

fn installed(sshd: &Sshd, change: impl Fn(String) -> String) -> PathBuf {
    let text = stdout(&capdo(&["collect", "--script"]));
    let at = sshd.at("capdo-collect");
    fs::write(&at, change(text)).unwrap();
    fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
    at
}

/// A server whose key may only run the installed script.
fn restricted(change: impl Fn(String) -> String) -> Sshd {
    let sshd = Sshd::start("");
    let script = installed(&sshd, change);
    let public = fs::read_to_string(sshd.at("user.pub")).unwrap();
    let line = format!(
        "restrict,command=\"exec {} watch\" {public}",
        script.display()
    );
    fs::write(sshd.at("authorized_keys"), line).unwrap();
    sshd
}

fn notes(run: &Value) -> String {
    run["notes"].to_string()
}

fn collected(run: &Value) -> bool {
    let findings = run["findings"].as_array().unwrap();
    findings.iter().any(|f| f["subject"] == "sshd")
}

#[test]
fn a_key_without_restrictions_is_told() {
    if !there() {
        return;
    }
    let sshd = Sshd::start("");
    let began = Instant::now();
    let (_, run, errors) = sshd.scan(&[]);
    println!("one SSH host: {:?}", began.elapsed());
    assert!(collected(&run), "{errors}");
    assert!(notes(&run).contains("không bị giới hạn"), "{}", notes(&run));
    let facts = capdo(&[
        "facts",
        "server",
        "ssh:web-01",
        "--ssh-config",
        &sshd.ssh_config(),
    ]);
    let facts = stdout(&facts);
    let line = facts
        .lines()
        .find(|l| l.contains("collection.key_restricted"))
        .unwrap();
    assert!(line.contains("\"value\":false"), "{line}");
}

#[test]
fn a_restricted_key_runs_the_installed_script_and_nothing_is_sent() {
    if !there() {
        return;
    }
    let sshd = restricted(|text| text);
    for more in [&["--restricted"][..], &[]] {
        let (_, run, errors) = sshd.scan(more);
        assert!(collected(&run), "{errors}");
        // Also where it was not said before, the key shows that it is.
        assert!(
            !notes(&run).contains("không bị giới hạn"),
            "{}",
            notes(&run)
        );
    }
    // What is asked beside it is not run.
    let config = sshd.ssh_config();
    let output = Command::new("/usr/bin/ssh")
        .args(["-F", &config, "web-01", "echo", "escaped"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!stdout(&output).contains("escaped"));
}

#[test]
fn another_version_of_the_script_is_refused() {
    if !there() {
        return;
    }
    let other = |text: String| {
        let id = text.find("capdo/answer/1 ").unwrap() + "capdo/answer/1 ".len();
        let digit = if text[id..].starts_with('0') {
            "1"
        } else {
            "0"
        };
        format!("{}{digit}{}", &text[..id], &text[id + 1..])
    };
    restricted(other).refused(&["--restricted"], "script-version");
}

#[test]
fn a_key_that_was_said_to_be_restricted_and_is_not() {
    if !there() {
        return;
    }
    Sshd::start("").refused(&["--restricted"], "key-not-restricted");
}

#[test]
fn hosts_that_are_not_who_they_were() {
    if !there() {
        return;
    }
    let sshd = Sshd::start("");
    let own = fs::read_to_string(sshd.at("known_hosts")).unwrap();
    fs::write(sshd.at("known_hosts"), "").unwrap();
    sshd.refused(&[], "host-key-unknown");
    assert_eq!(
        fs::read_to_string(sshd.at("known_hosts")).unwrap(),
        "",
        "no key is learned"
    );
    key(&sshd.at("other"));
    sshd.known(&fs::read_to_string(sshd.at("other.pub")).unwrap());
    sshd.refused(&[], "host-key-changed");
    fs::write(sshd.at("known_hosts"), own).unwrap();
    fs::write(sshd.at("authorized_keys"), "").unwrap();
    sshd.refused(&[], "key-refused");
    sshd.config("Host web-01\n  HostName does-not-exist.invalid\n");
    sshd.refused(&[], "unresolved");
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    sshd.config(&format!("Host web-01\n  Port {free}\n"));
    sshd.refused(&[], "refused");
    let offline = capdo(&[
        "scan",
        "server",
        "ssh:web-01",
        "--offline",
        "--format",
        "json",
        "--as-of",
        DAY,
    ]);
    assert!(stdout(&offline).contains("\"offline\""));
}

#[test]
fn hosts_that_answer_something_else() {
    if !there() {
        return;
    }
    let sshd = Sshd::start("command=\"echo hello\"");
    sshd.refused(&[], "no-answer");
    let public = fs::read_to_string(sshd.at("user.pub")).unwrap();
    let says = |command: &str| {
        let line = format!("command=\"{command}\" {public}");
        fs::write(sshd.at("authorized_keys"), line).unwrap();
    };
    says("head -c 100000 /dev/urandom");
    sshd.refused(&[], "no-answer");
    says("exit 127");
    sshd.refused(&[], "no-answer");
    says("yes");
    sshd.refused(&[], "too-large");
}

/// The processes whose command line holds these words.
fn processes(words: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(words) && id != std::process::id() {
            found.push((id, line));
        }
    }
    found
}

fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server whose script hangs half-way, in a command that can be told from others.
fn hangs(seconds: &str) -> Sshd {
    let sleep = format!("sleep {seconds}");
    restricted(move |text| {
        let half = text.find("run '/usr/sbin/sysctl -a'").unwrap();
        format!("{}{sleep}\n{}", &text[..half], &text[half..])
    })
}

fn start(sshd: &Sshd) -> Child {
    let config = sshd.ssh_config();
    let args = [
        "scan",
        "server",
        "ssh:web-01",
        "--restricted",
        "--ssh-config",
        &config,
        "--format",
        "json",
        "--as-of",
        DAY,
    ];
    command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_connection_that_is_cut_half_way_keeps_what_came() {
    if !there() {
        return;
    }
    let sshd = hangs("86417");
    let config = sshd.ssh_config();
    let child = command(&[
        "facts",
        "server",
        "ssh:web-01",
        "--restricted",
        "--ssh-config",
        &config,
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let (sleep, _) = wait_for("the script runs", || processes("sleep 86417").pop());
    // The sshd of this connection is the script's own forefather, below the one that listens.
    let mut up = Vec::new();
    let mut at = sleep;
    while let Some(next) = parent(at).filter(|id| *id != sshd.server.id() && *id > 1) {
        up.push(next);
        at = next;
    }
    let of_connection = up.last().copied().unwrap();
    run("/bin/kill", &["-9", &of_connection.to_string()]);
    let output = child.wait_with_output().unwrap();
    let text = stdout(&output);
    let facts: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let of = |path: &str| {
        let found = facts.iter().find(|f| f["path"] == path);
        found.unwrap_or_else(|| panic!("no {path}: {text}"))
    };
    assert_eq!(of("drift.sysctl.same")["why"], "connection-lost");
    assert_eq!(of("collection.complete")["value"], false);
    // What came before is there.
    assert!(!of("sshd.permitrootlogin")["value"].is_null());
    assert_eq!(code(&output), 3);
    wait_for("the script ends with its connection", || {
        processes("sleep 86417").is_empty().then_some(())
    });
}

#[test]
fn an_auditor_that_is_killed_leaves_nothing_behind() {
    if !there() {
        return;
    }
    let sshd = hangs("86418");
    let mut child = start(&sshd);
    wait_for("the script runs", || processes("sleep 86418").pop());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for("the script ends", || {
        processes("sleep 86418").is_empty().then_some(())
    });
    let script = sshd.at("capdo-collect").display().to_string();
    wait_for("no script stays", || {
        processes(&script).is_empty().then_some(())
    });
    // Nor the connection, on either side.
    let config = sshd.ssh_config();
    wait_for("no ssh stays", || {
        processes(&config).is_empty().then_some(())
    });
    let listening = sshd.server.id();
    wait_for("no sshd stays", || {
        let of_ours = |(id, _): &(u32, String)| parent(*id) == Some(listening);
        (!processes("sshd").iter().any(of_ours)).then_some(())
    });
}

#[test]
fn an_interrupt_writes_what_is_done() {
    if !there() {
        return;
    }
    let sshd = hangs("86419");
    let child = start(&sshd);
    wait_for("the script runs", || processes("sleep 86419").pop());
    run("/bin/kill", &["-INT", &child.id().to_string()]);
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130);
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(run["run"]["complete"], false);
    assert!(!run["findings"].as_array().unwrap().is_empty());
    wait_for("the script ends", || {
        processes("sleep 86419").is_empty().then_some(())
    });
}

/// The findings of an inventory with one server, which is reached so.
fn findings(dir: &Path, target: &str, more: &[&str]) -> (String, Value) {
    let inventory = dir.join("capdo.yaml");
    fs::write(
        &inventory,
        format!(
            "schema: capdo/inventory/1\n\
             organisation: {{ name: {{ vi: Mẫu, en: Sample }}, ownership: private, size: large }}\n\
             systems:\n  - {{ id: s, name: {{ vi: Mẫu, en: Sample }}, level: 3, hosting: own, online_service: true }}\n\
             assets:\n  - {{ id: web, system: s, kind: server, {target} }}\n"
        ),
    )
    .unwrap();
    let mut args = vec![
        "audit",
        inventory.to_str().unwrap(),
        "--format",
        "json",
        "--as-of",
        DAY,
    ];
    args.extend(more);
    let output = capdo(&args);
    let run: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    let own = |f: &&Value| f["asset"] == "web";
    let all: Vec<&Value> = run["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(own)
        .collect();
    (serde_json::to_string_pretty(&all).unwrap(), run.clone())
}

/// The same findings; where they are not, only the lines that differ are shown.
fn alike(one: &str, other: &str) {
    let differ: Vec<_> = one
        .lines()
        .zip(other.lines())
        .filter(|(a, b)| a != b)
        .take(10)
        .collect();
    assert!(one == other, "{differ:#?}");
}

#[test]
fn one_host_gives_the_same_findings_by_every_way() {
    if !there() {
        return;
    }
    let sshd = Sshd::start("");
    let dir = tempfile::tempdir().unwrap();
    let config = sshd.ssh_config();
    let bundle = dir.path().join("web.capdo");
    // What other tests leave on this machine while it is asked (sockets, files of other accounts) is no difference.
    let mut settled = None;
    for _ in 0..5 {
        let (by_ssh, run) = findings(dir.path(), "ssh: web-01", &["--ssh-config", &config]);
        assert!(notes(&run).contains("web"), "{}", notes(&run));
        let (local, _) = findings(dir.path(), "local: true", &[]);
        let output = capdo(&[
            "collect",
            "ssh:web-01",
            "--ssh-config",
            &config,
            "-o",
            bundle.to_str().unwrap(),
        ]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let (by_bundle, _) = findings(dir.path(), "bundle: web.capdo", &[]);
        let same = by_ssh == local && by_ssh == by_bundle;
        settled = Some((by_ssh, local, by_bundle));
        if same {
            break;
        }
    }
    let (by_ssh, local, by_bundle) = settled.unwrap();
    alike(&by_ssh, &local);
    alike(&by_ssh, &by_bundle);
    assert!(by_ssh.contains("\"subject\": \"sshd\""));
}
