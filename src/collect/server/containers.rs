//! Docker as its daemon will start: daemon.json, the options of its unit, its socket and who may use it.
//!
//! Other engines (podman, containerd) are named; their settings have no daemon that listens.

use serde_json::Value as Json;

use super::host::{Host, derived, reason, texts, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{accounts, pairs};

const DAEMON: &str = "/etc/docker/daemon.json";
const PACKAGES: [&str; 4] = ["docker.io", "docker-ce", "moby-engine", "docker"];
const OTHERS: [&str; 5] = ["podman", "containerd", "containerd.io", "cri-o", "lxc"];
const PROGRAMS: [&str; 3] = [
    "/usr/bin/dockerd",
    "/usr/local/bin/dockerd",
    "/snap/bin/docker",
];
const UNITS: [&str; 3] = [
    "/etc/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    // Registries and log drivers may be given with passwords.
    masked(DAEMON),
    masked("/etc/systemd/system/docker.service"),
    masked("/usr/lib/systemd/system/docker.service"),
    masked("/lib/systemd/system/docker.service"),
    masked("/etc/systemd/system/docker.service.d/*.conf"),
    masked("/etc/systemd/system/docker.socket"),
    masked("/usr/lib/systemd/system/docker.socket"),
    masked("/lib/systemd/system/docker.socket"),
    masked("/etc/systemd/system/docker.socket.d/*.conf"),
    piece(What::File {
        path: "/etc/group",
        keep: Keep::Reduced(Reduction::Group),
    }),
    piece(What::Folder("/etc/systemd/system/docker.service.d")),
    piece(What::Folder("/etc/systemd/system/docker.socket.d")),
    piece(What::Stat(PROGRAMS[0])),
    piece(What::Stat(PROGRAMS[1])),
    piece(What::Stat(PROGRAMS[2])),
    piece(What::Stat(DAEMON)),
];

const fn masked(path: &'static str) -> Piece {
    let keep = Keep::Reduced(Reduction::Masked);
    piece(What::File { path, keep })
}

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["docker"],
    }
}

/// Collects the subject type `docker`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let installed = host.has(&PACKAGES);
    let programs = PROGRAMS.map(|p| host.exists(p));
    if installed != Some(true) && !programs.contains(&Some(true)) {
        let proof = format!("{}; {}", PROGRAMS.join(", "), host.record_place());
        out.saw(
            "docker",
            match (installed, programs.contains(&None)) {
                (Some(false), false) => Seen::Absent(format!("{proof}: {}", PACKAGES.join(", "))),
                _ => match host.record() {
                    Err(e) => Seen::Not(reason(&e)),
                    Ok(_) => Seen::Not(crate::model::Reason::new("unreadable", proof)),
                },
            },
        );
        return;
    }
    let mut subject = Subject::new("docker", "docker").at(Place::new(DAEMON, 0));
    match settings(host) {
        Ok(settings) => put(&mut subject, &settings),
        Err(value) => {
            for path in PATHS {
                subject.put(Fact::derived(path, value.clone()));
            }
        }
    }
    let facts = [socket(host), members(host), rights(host)];
    facts.into_iter().for_each(|f| subject.put(f));
    let others = OTHERS.iter().filter(|n| host.has(&[n]) == Some(true));
    let others = texts(others.copied());
    subject.put(derived("other_engines", others, host.record_place(), 0));
    out.subjects.push(subject);
    out.saw("docker", Seen::Whole);
}

/// What comes of [`Settings`].
const PATHS: [&str; 9] = [
    "icc",
    "userns",
    "no_new_privileges",
    "live_restore",
    "hosts",
    "tcp.open",
    "insecure_registries",
    "log.driver",
    "log.bounded",
];

/// How the daemon will start.
struct Settings {
    json: serde_json::Map<String, Json>,
    flags: Vec<(String, String)>,
    unit: String,
    /// What `fd://` listens on: the sockets that systemd hands over.
    handed: Vec<String>,
}

impl Settings {
    /// A setting by its name in the file; the unit's option counts before it.
    fn get(&self, key: &str, flag: &str) -> Option<(String, &str)> {
        if let Some((_, value)) = self.flags.iter().rev().find(|(f, _)| f == flag) {
            return Some((value.clone(), &self.unit));
        }
        let value = self.json.get(key)?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some((text, DAEMON))
    }

    fn switch(&self, key: &str, own: bool) -> (bool, &str) {
        match self.get(key, key) {
            Some((value, place)) => (value == "true" || value.is_empty(), place),
            None => (own, DAEMON),
        }
    }

    fn list(&self, key: &str, flag: &str) -> Vec<String> {
        let of_file = self.json.get(key).and_then(Json::as_array);
        let of_file = of_file.into_iter().flatten().filter_map(Json::as_str);
        let of_flags = self.flags.iter().filter(|(f, _)| f == flag);
        of_file
            .map(str::to_owned)
            .chain(of_flags.map(|(_, v)| v.clone()))
            .collect()
    }
}

fn put(subject: &mut Subject, settings: &Settings) {
    for (path, key, own) in [
        ("icc", "icc", true),
        ("no_new_privileges", "no-new-privileges", false),
        ("live_restore", "live-restore", false),
    ] {
        let (on, place) = settings.switch(key, own);
        subject.put(derived(path, on, place, 0));
    }
    let userns = settings.get("userns-remap", "userns-remap");
    let remaps = userns.is_some_and(|(v, _)| !v.is_empty());
    subject.put(derived("userns", remaps, DAEMON, 0));
    let mut hosts = settings.list("hosts", "host");
    if hosts.iter().any(|h| h.starts_with("fd:")) {
        hosts.extend(settings.handed.iter().cloned());
    }
    let tcp: Vec<String> = hosts
        .iter()
        .filter(|h| h.starts_with("tcp:"))
        .cloned()
        .collect();
    // Only tlsverify asks clients for a certificate.
    let verified = settings.switch("tlsverify", false).0;
    let open = if verified { Vec::new() } else { tcp };
    subject.put(derived("hosts", texts(hosts), DAEMON, 0));
    subject.put(derived("tcp.open", texts(open), DAEMON, 0));
    let insecure = settings.list("insecure-registries", "insecure-registry");
    subject.put(derived("insecure_registries", texts(insecure), DAEMON, 0));
    let driver = settings
        .get("log-driver", "log-driver")
        .map_or_else(|| "json-file".to_owned(), |(v, _)| v);
    let in_file = settings
        .json
        .get("log-opts")
        .and_then(|o| o.get("max-size"))
        .is_some();
    let in_flags = settings
        .flags
        .iter()
        .any(|(f, v)| f == "log-opt" && v.starts_with("max-size="));
    // The others rotate on their own or send away; `none` keeps nothing at all.
    let bounded = match driver.as_str() {
        "json-file" => in_file || in_flags,
        "none" => false,
        _ => true,
    };
    subject.put(derived("log.driver", driver.as_str(), DAEMON, 0));
    subject.put(derived("log.bounded", bounded, DAEMON, 0));
}

fn settings(host: &mut Host<'_>) -> Result<Settings, Value> {
    if host.exists(PROGRAMS[2]) == Some(true) && host.has(&PACKAGES) != Some(true) {
        return Err(Value::unseen(
            "not-parsed",
            "docker of snap keeps its settings elsewhere",
        ));
    }
    let json = match host.optional(DAEMON).map_err(|e| unseen(&e))? {
        None => serde_json::Map::new(),
        Some(text) if text.trim().is_empty() => serde_json::Map::new(),
        Some(text) => match serde_json::from_str::<Json>(&text) {
            Ok(Json::Object(map)) => map,
            _ => {
                return Err(Value::unseen(
                    "not-parsed",
                    format!("{DAEMON}: no JSON object"),
                ));
            }
        },
    };
    let (start, unit) = start(host).map_err(|e| unseen(&e))?;
    if start.contains('$') {
        let why = format!("{unit}: options come from variables");
        return Err(Value::unseen("ambiguous", why));
    }
    Ok(Settings {
        json,
        flags: flags(&start),
        unit,
        handed: handed(host).map_err(|e| unseen(&e))?,
    })
}

/// Addresses of the network that docker.socket listens on.
fn handed(host: &mut Host<'_>) -> Result<Vec<String>, SourceError> {
    let mut found = Vec::new();
    for file in unit_files(host, "docker.socket")? {
        let text = host.optional(&file)?.unwrap_or_default();
        for pair in pairs::ini(&text) {
            match (pair.key.as_str(), pair.value.as_str()) {
                // An empty one takes back those before it.
                ("ListenStream", "") => found.clear(),
                // A path, a name of the kernel, a folder of systemd: none of them leaves the host.
                ("ListenStream", address) if !address.starts_with(['/', '@', '%']) => {
                    let every = address.chars().all(|c| c.is_ascii_digit());
                    let before = if every { "0.0.0.0:" } else { "" };
                    found.push(format!("tcp://{before}{address}"));
                }
                (_, _) => {}
            }
        }
    }
    Ok(found)
}

/// The line that starts the daemon, and where it stands.
fn start(host: &mut Host<'_>) -> Result<(String, String), SourceError> {
    let (mut line, mut at) = (String::new(), DAEMON.to_owned());
    for file in unit_files(host, "docker.service")? {
        let text = host.optional(&file)?.unwrap_or_default();
        let joined: Vec<String> = crate::parse::keyword::joined_without(&text, &['#', ';'])
            .into_iter()
            .map(|(_, l)| l)
            .collect();
        for pair in pairs::ini(&joined.join("\n")) {
            if pair.key == "ExecStart" {
                // An empty one takes back those before it.
                line = pair.value;
                at.clone_from(&file);
            }
        }
    }
    Ok((line, at))
}

/// The file of a unit, then its drop-ins.
fn unit_files(host: &mut Host<'_>, unit: &str) -> Result<Vec<String>, SourceError> {
    let mut files = Vec::new();
    for folder in UNITS {
        let path = format!("{folder}/{unit}");
        if host.optional(&path)?.is_some() {
            files.push(path);
            break;
        }
    }
    files.extend(host.drop_ins(&[&format!("{}/{unit}.d", UNITS[0])], ".conf")?);
    Ok(files)
}

/// `--name=value`, `--name value`, `--name`, `-H value`.
fn flags(line: &str) -> Vec<(String, String)> {
    const SWITCHES: [&str; 7] = [
        "icc",
        "live-restore",
        "no-new-privileges",
        "tls",
        "tlsverify",
        "debug",
        "iptables",
    ];
    let mut words = line.split_whitespace().skip(1).peekable();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix('-') else {
            continue;
        };
        let name = name.trim_start_matches('-');
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None if SWITCHES.contains(&name) => (name, "true".to_owned()),
            None => (name, words.next().unwrap_or_default().to_owned()),
        };
        let name = if name == "H" { "host" } else { name };
        found.push((name.to_owned(), value.trim_matches('"').to_owned()));
    }
    found
}

/// May others than its group use the socket? systemd's own mode of a socket is 0666.
fn socket(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "socket.open";
    let files = match unit_files(host, "docker.socket") {
        Ok(files) => files,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    if files.is_empty() {
        return Fact::derived(PATH, Value::unseen("not_applicable", "no docker.socket"));
    }
    let (mut mode, mut place) = (0o666, files.first().cloned().unwrap_or_default());
    for file in files {
        let text = match host.optional(&file) {
            Ok(text) => text.unwrap_or_default(),
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        if let Some(pair) = pairs::last(&pairs::ini(&text), "SocketMode") {
            match u32::from_str_radix(&pair.value, 8) {
                Ok(number) => (mode, place) = (number, file),
                Err(_) => return Fact::derived(PATH, Value::unseen("not-a-number", file)),
            }
        }
    }
    derived(PATH, mode & 0o006 != 0, &place, 0)
}

/// How many accounts are in the group `docker`, which makes each of them root. Names are not told.
fn members(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "group.members";
    let text = match host.text("/etc/group") {
        Ok(text) => text,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let (groups, _) = accounts::group(&text);
    match groups.iter().find(|g| g.name == "docker") {
        Some(group) => derived(
            PATH,
            i64::try_from(group.members.len()).unwrap_or(i64::MAX),
            "/etc/group",
            group.line,
        ),
        None => derived(PATH, 0, "/etc/group", 0),
    }
}

/// May others than root write the daemon's settings?
fn rights(host: &Host<'_>) -> Fact {
    const PATH: &str = "settings.writable";
    match host.entry(DAEMON) {
        Ok(entry) => derived(PATH, entry.mode & 0o022 != 0 || entry.uid != 0, DAEMON, 0),
        Err(e) if e.is_missing() => Fact::derived(PATH, Value::unseen("not_applicable", DAEMON)),
        Err(e) => Fact::derived(PATH, unseen(&e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_unit_are_read() {
        let found = flags(
            "/usr/bin/dockerd -H fd:// --icc=false --live-restore --log-opt max-size=10m -H tcp://0.0.0.0:2375",
        );
        let get = |name: &str| -> Vec<&str> {
            let of = found.iter().filter(|(n, _)| n == name);
            of.map(|(_, v)| v.as_str()).collect()
        };
        assert_eq!(get("host"), ["fd://", "tcp://0.0.0.0:2375"]);
        assert_eq!(get("icc"), ["false"]);
        assert_eq!(get("live-restore"), ["true"]);
        assert_eq!(get("log-opt"), ["max-size=10m"]);
    }
}
