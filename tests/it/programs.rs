//! What the readers of configurations say, beside what the programs themselves say of the same files: Apache
//! (`-t -D DUMP_CONFIG`), MariaDB (`--verbose --help`), Redis (`CONFIG GET` over a socket of its own). Files are those of
//! the Debian packages. Where a program is missing its test is left out, and says so.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{capdo, stdout};

/// Where a program is, if it is there.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let found = ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists());
    if found.is_none() {
        println!("left out: configuration against {name}, which is not installed");
    }
    found
}

/// A copy of a folder of the package.
pub(crate) fn copy_of(from: &str) -> Option<tempfile::TempDir> {
    if !Path::new(from).is_dir() {
        println!("left out: {from} is not there");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let status = Command::new("cp")
        .args(["-a", from])
        .arg(dir.path())
        .status()
        .unwrap();
    assert!(status.success());
    Some(dir)
}

/// The facts of one subject: value, file and line by path; lines that another overrides are not among them.
pub(crate) fn facts(
    folder: &Path,
    subject: &str,
) -> BTreeMap<String, (Value, Option<(String, u64)>)> {
    let out = capdo(&["facts", "config", folder.to_str().unwrap()]);
    stdout(&out)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|fact| fact["subject"] == subject && fact["origin"] != "shadowed")
        .map(|fact| {
            let path = fact["path"].as_str().unwrap();
            let name = path
                .strip_prefix(&format!("{subject}."))
                .unwrap_or(path)
                .to_owned();
            let place = fact["file"]
                .as_str()
                .zip(fact["line"].as_u64())
                .map(|(file, line)| (file.to_owned(), line));
            (name, (fact["value"].clone(), place))
        })
        .collect()
}

/// The value of every fact that counts, by subject and path.
pub(crate) fn all_facts(folder: &Path) -> BTreeMap<(String, String), Value> {
    let out = capdo(&["facts", "config", folder.to_str().unwrap()]);
    stdout(&out)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|fact| fact["origin"] != "shadowed")
        .map(|fact| {
            let subject = fact["subject"].as_str().unwrap().to_owned();
            let path = fact["path"].as_str().unwrap();
            let name = path.strip_prefix(&format!("{subject}.")).unwrap_or(path);
            ((subject, name.to_owned()), fact["value"].clone())
        })
        .collect()
}

pub(crate) fn words(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn mariadb_says_the_same() {
    let (Some(server), Some(dir)) = (program("mariadbd"), copy_of("/etc/mysql")) else {
        return;
    };
    let folder = dir.path().join("mysql");
    let more = "[mysqld]\nlocal-infile = 0\nwait_timeout=600\nskip-symbolic-links\n[mariadb]\nmax_connections=321\n[mysqld]\nwait-timeout=700\ntls_version = TLSv1.3\n";
    fs::write(folder.join("mariadb.conf.d/99-more.cnf"), more).unwrap();
    // The package names its folders by their real places: here they are these.
    let main = folder.join("mariadb.cnf");
    let text = fs::read_to_string(&main)
        .unwrap()
        .replace("/etc/mysql", folder.to_str().unwrap());
    fs::write(&main, text).unwrap();
    let said = Command::new(server)
        .arg(format!("--defaults-file={}", main.display()))
        .args(["--verbose", "--help"])
        .output()
        .unwrap();
    let said: BTreeMap<String, String> = String::from_utf8_lossy(&said.stdout)
        .lines()
        .skip_while(|line| !line.starts_with("----"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(char::is_whitespace))
        .map(|(name, value)| (name.replace('-', "_"), value.trim().to_owned()))
        .collect();
    assert!(said.len() > 100, "the program's own list was read");
    let ours = facts(&folder, "mysql");
    let mut compared = 0;
    for (name, (value, _)) in &ours {
        let Some(theirs) = said.get(name) else {
            continue;
        };
        let plain = |text: &str| match text {
            "ON" | "TRUE" | "1" | "" => "true".to_owned(),
            "OFF" | "FALSE" | "0" | "(No default value)" => "false".to_owned(),
            other => other.trim_end_matches('/').to_owned(),
        };
        let mine = words(value);
        // A size or a name without a value is written in more than one way.
        let none = theirs == "(No default value)" && ["", "*", "OFF"].contains(&mine.as_str());
        let sized = size(&mine).is_some_and(|bytes| bytes.to_string() == *theirs);
        assert!(
            none || sized || plain(&mine) == plain(theirs),
            "{name}: ours {mine}, the program's {theirs}"
        );
        compared += 1;
    }
    println!("MariaDB: {compared} values alike");
    assert!(compared >= 25, "{compared}");
    assert_eq!(ours["wait_timeout"].1.as_ref().unwrap().1, 8);
}

/// `64mb`, `16M`, `1k` in bytes.
fn size(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let digits = lower
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(lower.len());
    let number: u64 = lower[..digits].parse().ok()?;
    Some(match lower[digits..].trim() {
        "" => number,
        "k" => number * 1000,
        "m" if text.ends_with('M') => number << 20,
        "kb" => number << 10,
        "mb" => number << 20,
        "gb" | "g" => number << 30,
        _ => return None,
    })
}

/// A server of ours, ended whatever happens.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn redis_says_the_same() {
    let (Some(server), Some(client), Some(dir)) = (
        program("redis-server"),
        program("redis-cli"),
        copy_of("/etc/redis"),
    ) else {
        return;
    };
    let folder = dir.path().join("redis");
    let socket = dir.path().join("socket");
    let main = folder.join("redis.conf");
    let text = fs::read_to_string(&main).unwrap();
    let more = format!(
        "{text}\ninclude {}/more.conf\nunixsocket {}\nport 0\ndir {}\nlogfile \"\"\npidfile {}/pid\ndaemonize no\nsupervised no\ntimeout 30\nmaxclients 400\n",
        folder.display(),
        socket.display(),
        dir.path().display(),
        dir.path().display(),
    );
    fs::write(&main, more).unwrap();
    fs::write(
        folder.join("more.conf"),
        "timeout 20\nmaxmemory 64mb\nslowlog-max-len 256\n",
    )
    .unwrap();
    let child = Command::new(server)
        .arg(&main)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ended = Ended(child);
    let ask = || {
        Command::new(&client)
            .arg("-s")
            .arg(&socket)
            .args(["CONFIG", "GET", "*"])
            .output()
            .unwrap()
    };
    let began = Instant::now();
    let mut said = ask();
    while said.stdout.len() < 1000 {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the server answers"
        );
        std::thread::sleep(Duration::from_millis(100));
        said = ask();
    }
    let said = String::from_utf8(said.stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let said: BTreeMap<&str, &str> = lines
        .chunks(2)
        .filter(|c| c.len() == 2)
        .map(|c| (c[0], c[1]))
        .collect();
    let ours = facts(&folder, "redis");
    let mut compared = 0;
    for (name, (value, _)) in &ours {
        let Some(theirs) = said.get(name.as_str()) else {
            continue;
        };
        // Lists add up, and are drawn in another way.
        if value.is_array() {
            continue;
        }
        let mine = words(value);
        let sized = size(&mine).is_some_and(|bytes| bytes.to_string() == **theirs);
        assert!(
            sized || mine == **theirs,
            "{name}: ours {mine}, the program's {theirs}"
        );
        compared += 1;
    }
    println!("Redis: {compared} values alike");
    assert!(compared >= 50, "{compared}");
    assert_eq!(words(&ours["timeout"].0), "30");
}

#[test]
fn apache_says_the_same() {
    let (Some(server), Some(dir)) = (program("apache2"), copy_of("/etc/apache2")) else {
        return;
    };
    let folder = dir.path().join("apache2");
    for name in ["info.load", "info.conf"] {
        let _ = std::os::unix::fs::symlink(
            format!("../mods-available/{name}"),
            folder.join("mods-enabled").join(name),
        );
    }
    let here = folder.to_str().unwrap();
    let main = folder.join("apache2.conf");
    let text = fs::read_to_string(&main).unwrap();
    let text = format!(
        "ServerRoot {here}\n{text}\nServerName kho.example.vn\nDefine KHO /srv/kho\nServerTokens Prod\nTimeout 90\n<IfModule !mod_khong_co.c>\nLogLevel info\n</IfModule>\n<IfModule mod_khong_co.c>\nLogLevel debug\n</IfModule>\n<VirtualHost *:8081>\nServerName hai.example.vn\nDocumentRoot ${{KHO}}\nTimeout 45\n</VirtualHost>\n"
    );
    fs::write(&main, text).unwrap();
    let variables = ["APACHE_RUN_DIR", "APACHE_LOG_DIR", "APACHE_LOCK_DIR"];
    let mut environment: Vec<(&str, String)> =
        variables.iter().map(|v| (*v, here.to_owned())).collect();
    environment.push(("APACHE_PID_FILE", format!("{here}/pid")));
    environment.push(("APACHE_RUN_USER", "www-data".into()));
    environment.push(("APACHE_RUN_GROUP", "www-data".into()));
    let exports: String = environment
        .iter()
        .map(|(name, value)| format!("export {name}={value}\n"))
        .collect();
    fs::write(folder.join("envvars"), exports).unwrap();
    let said = Command::new(server)
        .args([
            "-d",
            here,
            "-f",
            main.to_str().unwrap(),
            "-t",
            "-D",
            "DUMP_CONFIG",
        ])
        .envs(environment)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("# In file:"),
        "the program shows its configuration:\n{said}"
    );
    let ours = facts(&folder, "apache");
    let host = facts(&folder, "apache.vhost[hai.example.vn:8081]");
    let mut compared = 0;
    let mut last: BTreeMap<(bool, String), (String, String, u64)> = BTreeMap::new();
    let (mut file, mut line, mut open) = (String::new(), 0, Vec::new());
    for row in said.lines() {
        let text = row.trim();
        if let Some(name) = text.strip_prefix("# In file: ") {
            name.clone_into(&mut file);
        } else if let Some(number) = text.strip_prefix('#') {
            line = number.trim().trim_end_matches(':').parse().unwrap_or(line);
        } else if text.starts_with("</") {
            open.pop();
        } else if text.starts_with('<') {
            open.push(text.to_owned());
        } else if let Some((name, value)) = text.split_once(' ') {
            let inside = open.len() == 1 && open[0] == "<VirtualHost *:8081>";
            if open.is_empty() || inside {
                last.insert(
                    (inside, name.to_ascii_lowercase()),
                    (value.replace('"', ""), file.clone(), line),
                );
            }
        }
    }
    for ((inside, name), (value, file, line)) in last {
        let from = if inside { &host } else { &ours };
        let Some((mine, place)) = from.get(&name) else {
            panic!("{name} is not among our facts");
        };
        if mine.is_array() {
            continue;
        }
        assert_eq!(words(mine).replace('"', ""), value, "{name}");
        let (ours, number) = place.as_ref().unwrap();
        // The program names a link, we name what it leads to, or the other way round.
        let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        assert_eq!((base(ours), *number), (base(&file), line), "{name}");
        compared += 1;
    }
    println!("Apache: {compared} values alike");
    assert!(compared >= 12, "{compared}");
}
