//! Time: chrony, ntp, ntpsec, openntpd or systemd-timesyncd.

use super::host::{Host, both, derived, reason, texts, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Command, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{Words, pairs, words};

const TRACKING: Command = Command {
    id: "chronyc-tracking",
    argv: &["/usr/bin/chronyc", "-n", "tracking"],
    root: false,
};
const TIMEDATECTL: Command = Command {
    id: "timedatectl",
    argv: &["/usr/bin/timedatectl", "show"],
    root: false,
};

const WORDS: &[&str] = &[
    "server",
    "servers",
    "pool",
    "peer",
    "refclock",
    "makestep",
    "allow",
    "restrict",
    "cmdallow",
    "NTP",
    "FallbackNTP",
    "tos",
    "tinker",
    "rtcsync",
    "local",
    "confdir",
    "sourcedir",
    "include",
    "authselectmode",
    "listen",
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/chrony/chrony.conf"),
    file("/etc/chrony.conf"),
    file("/etc/chrony/conf.d/*.conf"),
    file("/etc/chrony/sources.d/*.sources"),
    file("/etc/chrony.d/*.conf"),
    file("/run/chrony-dhcp/*.sources"),
    file("/etc/ntpsec/ntp.conf"),
    file("/etc/ntpsec/ntp.d/*.conf"),
    file("/etc/ntp.conf"),
    file("/etc/openntpd/ntpd.conf"),
    file("/etc/systemd/timesyncd.conf"),
    file("/etc/systemd/timesyncd.conf.d/*.conf"),
    options(OPTIONS[0].0),
    options(OPTIONS[1].0),
    piece(What::Command(&TRACKING)),
    piece(What::Command(&TIMEDATECTL)),
];

const fn file(path: &'static str) -> Piece {
    piece(What::File {
        path,
        keep: Keep::Lines(WORDS),
    })
}

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["timesync"],
    }
}

const fn options(path: &'static str) -> Piece {
    piece(What::File {
        path,
        keep: Keep::Lines(&["DAEMON_OPTS", "OPTIONS"]),
    })
}

/// What remarks begin with.
const REMARKS: [char; 4] = ['#', '!', ';', '%'];

/// A service of time.
struct Service {
    name: &'static str,
    packages: &'static [&'static str],
    units: &'static [&'static str],
    files: &'static [&'static str],
}

const SERVICES: [Service; 5] = [
    Service {
        name: "chrony",
        packages: &["chrony"],
        units: &["chrony.service", "chronyd.service"],
        files: &[
            "/etc/chrony/chrony.conf",
            "/etc/chrony.conf",
            "/etc/chrony/conf.d/*.conf",
            "/etc/chrony/sources.d/*.sources",
            "/etc/chrony.d/*.conf",
            "/run/chrony-dhcp/*.sources",
        ],
    },
    Service {
        name: "ntpsec",
        packages: &["ntpsec"],
        units: &["ntpsec.service", "ntp.service", "ntpd.service"],
        files: &["/etc/ntpsec/ntp.conf", "/etc/ntpsec/ntp.d/*.conf"],
    },
    Service {
        name: "ntp",
        packages: &["ntp"],
        units: &["ntp.service", "ntpd.service"],
        files: &["/etc/ntp.conf"],
    },
    Service {
        name: "openntpd",
        packages: &["openntpd"],
        units: &["openntpd.service"],
        files: &["/etc/openntpd/ntpd.conf"],
    },
    Service {
        name: "systemd-timesyncd",
        packages: &["systemd-timesyncd"],
        units: &["systemd-timesyncd.service"],
        files: &[
            "/etc/systemd/timesyncd.conf",
            "/etc/systemd/timesyncd.conf.d/*.conf",
        ],
    },
];

/// Collects the subject type `timesync`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut failed: Option<SourceError> = None;
    for service in &SERVICES {
        // Before Debian 11, timesyncd was part of systemd itself.
        let own = service.name == "systemd-timesyncd";
        let installed = match host.has(service.packages) {
            Some(false) if own && host.version("systemd").is_some() => {
                let on = host.unit_on(service.units);
                (!matches!(on, Value::Unseen(_))).then_some(on == Value::Bool(true))
            }
            other => other,
        };
        if installed == Some(false) {
            continue;
        }
        match servers(host, service) {
            Ok(None) if installed.is_none() => {}
            Ok(found) => {
                let (servers, place) = found.unwrap_or_default();
                let mut subject = subject(host, service, servers, place);
                settings(host, service, &mut subject);
                rivals(host, service, &mut subject);
                live(host, &mut subject);
                out.subjects.push(subject);
                out.saw("timesync", Seen::Whole);
                return;
            }
            Err(e) => failed = failed.or(Some(e)),
        }
    }
    let all: Vec<&str> = SERVICES
        .iter()
        .flat_map(|s| s.packages.iter().copied())
        .collect();
    match failed {
        Some(e) => out.saw("timesync", Seen::Not(reason(&e))),
        None => {
            let seen = host.without("chrony.conf, ntp.conf, timesyncd.conf", &all);
            out.saw("timesync", seen);
        }
    }
}

type Servers = (Vec<String>, Option<(String, u32)>);

/// The files of a service that it reads, with their texts.
fn texts_of(host: &mut Host<'_>, service: &Service) -> Result<Vec<(String, String)>, SourceError> {
    let mut found: Vec<(String, String)> = Vec::new();
    for pattern in service.files {
        let folder = pattern.rsplit_once("/*").map(|(folder, _)| folder);
        // chrony reads only the folders that its own file names.
        let named = |(_, text): &(String, String)| {
            let lines = words(text, &REMARKS);
            lines.iter().any(|w| {
                FOLDERS.contains(&w.keyword().as_str())
                    && w.args()
                        .iter()
                        .any(|arg| within(arg, folder.unwrap_or_default()))
            })
        };
        if service.name == "chrony" && folder.is_some() && !found.iter().any(named) {
            continue;
        }
        for file in host.glob(pattern)? {
            if let Some(text) = host.optional(&file)? {
                found.push((file, text));
            }
        }
    }
    Ok(found)
}

/// What leads chrony to other files.
const FOLDERS: [&str; 3] = ["confdir", "sourcedir", "include"];

/// Does `confdir /etc/chrony/conf.d` or `include /etc/chrony/conf.d/*.conf` lead to this folder?
fn within(arg: &str, folder: &str) -> bool {
    arg.split_once('*')
        .map_or(arg, |(before, _)| before)
        .trim_end_matches('/')
        == folder
}

/// The servers that the files name; `None` where no file is there.
fn servers(host: &mut Host<'_>, service: &Service) -> Result<Option<Servers>, SourceError> {
    let mut found: Option<Servers> = None;
    let texts = texts_of(host, service)?;
    for (file, text) in &texts {
        let (servers, place) = found.get_or_insert_default();
        for (line, names) in named(service, text) {
            place.get_or_insert((file.clone(), line));
            servers.extend(names);
        }
    }
    match (&found, elsewhere(service, &texts)) {
        // The servers may stand where nobody looked.
        (Some((servers, _)), Some(elsewhere)) if servers.is_empty() => {
            Err(SourceError::NotCollected(elsewhere))
        }
        (Some(_) | None, _) => Ok(found),
    }
}

/// What the files of chrony lead to and nobody looked at.
fn elsewhere(service: &Service, texts: &[(String, String)]) -> Option<String> {
    if service.name != "chrony" {
        return None;
    }
    let known = |arg: &String| {
        let mut folders = service.files.iter().filter_map(|f| f.rsplit_once("/*"));
        folders.any(|(folder, _)| within(arg, folder))
    };
    texts.iter().find_map(|(_, text)| {
        let lines = words(text, &REMARKS).into_iter();
        let mut named = lines.filter(|w| FOLDERS.contains(&w.keyword().as_str()));
        named.find_map(|w| w.args().iter().find(|arg| !known(arg)).cloned())
    })
}

/// Does a line name somebody whose time is taken? Not the clock of the host itself (a driver of ntpd), nor one that is only
/// watched.
fn is_source(line: &Words) -> bool {
    let names = ["server", "servers", "pool", "peer", "refclock"];
    let own = |arg: &String| arg.starts_with("127.127.1.") || arg == "noselect" || arg == "offline";
    names.contains(&line.keyword().as_str()) && !line.args().iter().any(own)
}

fn named(service: &Service, text: &str) -> Vec<(u32, Vec<String>)> {
    if service.name == "systemd-timesyncd" {
        return pairs::ini(text)
            .into_iter()
            .filter(|p| p.section == "Time" && matches!(p.key.as_str(), "NTP" | "FallbackNTP"))
            .map(|p| {
                (
                    p.line,
                    p.value.split_whitespace().map(str::to_owned).collect(),
                )
            })
            .collect();
    }
    words(text, &REMARKS)
        .into_iter()
        .filter(is_source)
        .map(|w| (w.line, w.args().first().cloned().into_iter().collect()))
        .collect()
}

/// What the files say beside the servers: may the clock be set at once, are answers authenticated, who may ask?
fn settings(host: &mut Host<'_>, service: &Service, subject: &mut Subject) {
    const FACTS: [&str; 3] = ["steps", "authenticated", "serves"];
    // A file that nobody looked at may say otherwise.
    let texts = texts_of(host, service).and_then(|texts| match elsewhere(service, &texts) {
        Some(path) => Err(SourceError::NotCollected(path)),
        None => Ok(texts),
    });
    let lines: Vec<Words> = match texts {
        Ok(texts) => texts.iter().flat_map(|(_, t)| words(t, &REMARKS)).collect(),
        Err(e) => {
            FACTS
                .iter()
                .for_each(|f| subject.put(Fact::derived(*f, unseen(&e))));
            return;
        }
    };
    let told = of_lines(&lines);
    // The others set the clock at once without being told.
    let steps = told.steps || service.name != "chrony";
    subject.put(Fact::derived("steps", steps));
    subject.put(Fact::derived("authenticated", told.authenticated));
    let says = |keyword: &str, words: &[&str]| {
        let fits = |l: &&Words| l.keyword() == keyword;
        let named = |l: &Words| words.iter().any(|w| l.args().iter().any(|a| a == w));
        lines
            .iter()
            .filter(fits)
            .any(|l| words.is_empty() || named(l))
    };
    let serves = match service.name {
        "openntpd" => says("listen", &[]),
        // They answer everybody whom no line keeps away.
        "ntp" | "ntpsec" => !says("restrict", &["ignore", "noserve"]),
        _ => told.serves,
    };
    subject.put(Fact::derived("serves", serves));
}

/// What the lines of chrony or ntp come to.
pub(in crate::collect) struct Lines {
    /// The servers that are asked.
    pub(in crate::collect) servers: Vec<String>,
    /// The clock may be set at once.
    pub(in crate::collect) steps: bool,
    /// Every server proves who it is.
    pub(in crate::collect) authenticated: bool,
    /// Others may ask for the time.
    pub(in crate::collect) serves: bool,
}

/// The same for all files of a service, in whatever order: none of these takes another back.
pub(in crate::collect) fn of_lines(lines: &[Words]) -> Lines {
    let mut out = Lines {
        servers: Vec::new(),
        steps: false,
        authenticated: false,
        serves: false,
    };
    let (mut sources, mut safe, mut careless) = (0u32, 0u32, false);
    for line in lines {
        let taken = is_source(line);
        match line.keyword().as_str() {
            // The last one counts; so many times and none is never.
            "makestep" => out.steps = line.args().get(1).is_none_or(|limit| limit != "0"),
            "allow" => out.serves = true,
            // Whatever they prove, those who prove nothing count as much.
            "authselectmode" => careless = line.args().first().is_some_and(|m| m == "ignore"),
            "server" | "pool" | "peer" if taken => {
                sources += 1;
                safe += u32::from(line.args().iter().any(|a| a == "nts" || a == "key"));
                out.servers.extend(line.args().first().cloned());
            }
            "refclock" | "servers" if taken => out.servers.extend(line.args().first().cloned()),
            _ => {}
        }
    }
    out.authenticated = sources > 0 && sources == safe && !careless;
    out
}

/// Other services of time that are switched on as well: two of them pull the clock apart.
fn rivals(host: &Host<'_>, service: &Service, subject: &mut Subject) {
    let mut names = Vec::new();
    let mut open = host.packages().is_err();
    for other in SERVICES.iter().filter(|o| o.name != service.name) {
        // ntp and ntpsec share names of units.
        let shared = other.units.iter().any(|u| service.units.contains(u));
        if shared || host.has(other.packages) != Some(true) {
            continue;
        }
        let on = host.unit_on(other.units);
        if on == Value::Bool(true) {
            names.push(Value::from(other.name));
        }
        open |= matches!(on, Value::Unseen(_));
    }
    let names = match open {
        true => Value::partial_list(names),
        false => Value::list(names),
    };
    subject.put(Fact::derived("rivals", names));
}

/// What the running host says.
fn live(host: &mut Host<'_>, subject: &mut Subject) {
    let synchronised = match host.run(&TIMEDATECTL) {
        Ok(text) => match text
            .lines()
            .find_map(|l| l.strip_prefix("NTPSynchronized="))
        {
            Some(value) => Value::Bool(value.trim() == "yes"),
            None => Value::unseen("not-parsed", TIMEDATECTL.shown()),
        },
        Err(e) => unseen(&e),
    };
    subject.put(derived(
        "synchronised",
        synchronised,
        &TIMEDATECTL.shown(),
        0,
    ));
    let offset = match host.run(&TRACKING) {
        Ok(text) => offset(&text).unwrap_or_else(|| Value::unseen("not-parsed", TRACKING.shown())),
        Err(e) => unseen(&e),
    };
    subject.put(derived("offset.ms", offset, &TRACKING.shown(), 0));
}

/// `System time     : 0.000012345 seconds fast of NTP time`, in milliseconds, rounded up; only where it is synchronised.
fn offset(text: &str) -> Option<Value> {
    let value = |key: &str| {
        text.lines().find_map(|l| {
            let (k, v) = l.split_once(':')?;
            (k.trim() == key).then_some(v.trim())
        })
    };
    if value("Leap status")? == "Not synchronised" {
        return Some(Value::unseen("missing-fact", "chrony: not synchronised"));
    }
    let seconds = value("System time")?.split_whitespace().next()?;
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let exact = part.get(3..).unwrap_or_default().bytes().all(|b| b == b'0');
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = digits.parse().ok()?;
    let ms = whole.checked_mul(1000)?.checked_add(part)?;
    Some(Value::Int(ms + i64::from(!exact)))
}

/// Where chronyd's options stand, on Debian and on RHEL, each with its name.
const OPTIONS: [(&str, &str); 2] = [
    ("/etc/default/chrony", "DAEMON_OPTS"),
    ("/etc/sysconfig/chronyd", "OPTIONS"),
];

/// Does the service set the clock? chronyd with `-x` only watches it, with `-f` it reads another file.
fn sets(host: &mut Host<'_>, service: &Service) -> Value {
    if service.name != "chrony" {
        return Value::Bool(true);
    }
    for (file, name) in OPTIONS {
        let text = match host.optional(file) {
            Ok(text) => text.unwrap_or_default(),
            Err(e) => return unseen(&e),
        };
        let pairs = pairs::equals(&text);
        let options = pairs::last(&pairs, name).map_or("", |p| p.value.as_str());
        for word in options.split_whitespace() {
            match word.strip_prefix('-').and_then(|w| w.chars().next()) {
                Some('x' | 'Q' | 'q' | 'p') => return Value::Bool(false),
                Some('f') => return unseen(&SourceError::NotCollected(file.to_owned())),
                Some(_) | None => {}
            }
        }
    }
    Value::Bool(true)
}

fn subject(
    host: &mut Host<'_>,
    service: &Service,
    servers: Vec<String>,
    place: Option<(String, u32)>,
) -> Subject {
    let mut subject = Subject::new("timesync", "timesync");
    let on = host.unit_on(service.units);
    // timesyncd has servers of its own compiled in; the others ask nobody without a line.
    let asks = !servers.is_empty() || service.name == "systemd-timesyncd";
    let sets = sets(host, service);
    let (file, line) = place.unwrap_or((
        service
            .files
            .first()
            .map_or(String::new(), |f| (*f).to_owned()),
        0,
    ));
    subject.put(derived("service", service.name, &file, line));
    subject.put(derived(
        "enabled",
        both(both(on.clone(), sets), asks.into()),
        &file,
        line,
    ));
    subject.put(derived("servers", texts(servers), &file, line));
    subject.put(Fact::derived("unit_enabled", on));
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_count() {
        let of = |text: &str| {
            let told = of_lines(&words(text, &REMARKS));
            (told.servers.join(" "), told.authenticated, told.steps)
        };
        let all = |names: &str, safe, steps| (names.to_owned(), safe, steps);
        assert_eq!(
            of("server a iburst nts\nserver b noselect\npool c offline\nmakestep 1 3\n"),
            all("a", true, true)
        );
        assert_eq!(
            of("server 127.127.1.0\nmakestep 1 0\n"),
            all("", false, false)
        );
        assert_eq!(
            of("server a key 1\nauthselectmode ignore\n"),
            all("a", false, false)
        );
        assert_eq!(
            of("server a nts\nserver b\nmakestep 1 -1\n"),
            all("a b", false, true)
        );
    }

    #[test]
    fn offsets() {
        let say = |t: &str| {
            offset(&format!(
                "Leap status     : Normal\nSystem time     : {t} seconds slow of NTP time\n"
            ))
        };
        assert_eq!(say("0.000012345"), Some(Value::Int(1)));
        assert_eq!(say("2.500000000"), Some(Value::Int(2500)));
        assert!(matches!(
            offset("Leap status : Not synchronised\nSystem time : 0.0 seconds\n"),
            Some(Value::Unseen(_))
        ));
    }
}
