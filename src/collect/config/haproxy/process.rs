//! What holds for the whole process of HAProxy: whose rights it has, where it logs, who may steer it.

use super::bind::is_remote;
use super::lines::MANY;
use super::logs::takes;
use crate::collect::config::settings::Settings;
use crate::model::{Fact, Place, Subject, Value};

/// Adds the subject of the process.
pub(super) fn put(
    global: &Settings,
    users: &[(String, Place)],
    place: Place,
    out: &mut crate::model::Collected,
) {
    let mut subject = Subject::new("haproxy", "haproxy").at(place);
    global.put_all(&mut subject, &OWN, MANY);
    let unseen = |value: Value, silent: bool| match &global.missing {
        Some(what) if silent => Value::unseen("include-missing", what.as_str()),
        Some(_) | None => value,
    };
    let user = global.line("user").or_else(|| global.line("uid"));
    let drops = user.is_some_and(|l| !["root", "0"].contains(&l.value.trim()));
    put_at(
        &mut subject,
        "drops_rights",
        unseen(drops.into(), user.is_none()),
        user.map(|l| &l.place),
    );
    let chroot = global.line("chroot");
    put_at(
        &mut subject,
        "chrooted",
        unseen(chroot.is_some().into(), chroot.is_none()),
        chroot.map(|l| &l.place),
    );
    let logs = global.all("log");
    let first = logs.first().map(|l| &l.place);
    put_at(
        &mut subject,
        "log_enabled",
        unseen((!logs.is_empty()).into(), logs.is_empty()),
        first,
    );
    // The local syslog takes lines through its socket or on the loopback.
    let remote = logs.iter().filter(|l| {
        let target = l.value.split_whitespace().next().unwrap_or_default();
        !["stdout", "stderr"].contains(&target)
            && !target.starts_with("ring@")
            && is_target(target)
            && takes(&l.value).is_some()
    });
    // A variable may name this machine.
    let (known, open): (Vec<&str>, Vec<&str>) = remote
        .map(|l| l.value.split_whitespace().next().unwrap_or_default())
        .partition(|target| !target.contains("${"));
    let targets = known.into_iter().map(Value::from);
    let targets = if open.is_empty() {
        Value::list(targets)
    } else {
        Value::partial_list(targets)
    };
    put_at(&mut subject, "log_targets_remote", targets, first);
    sockets(global, &mut subject);
    let names = users.iter().map(|(name, _)| Value::from(name.as_str()));
    put_at(
        &mut subject,
        "plain_passwords",
        Value::list(names),
        users.first().map(|(_, place)| place),
    );
    global.conclude(
        &mut subject,
        "dh_bits",
        "tune.ssl.default-dh-param",
        "2048",
        |v| v.trim().parse().ok().map(Value::Int),
    );
    global.conclude(
        &mut subject,
        "servers_verified",
        "ssl-server-verify",
        "required",
        |v| Some((v.trim() != "none").into()),
    );
    out.subjects.push(subject);
}

/// Sockets of administration that more than the host's own administrators reach.
fn sockets(global: &Settings, subject: &mut Subject) {
    let lines = global.all("stats socket");
    let open = lines.iter().filter(|line| {
        let mut words = line.value.split_whitespace();
        let address = words.next().unwrap_or_default();
        let words: Vec<&str> = words.collect();
        let after = |name: &str| {
            let at = words.iter().position(|w| *w == name)?;
            words.get(at + 1).copied()
        };
        let network = !address.starts_with('/')
            && !["unix@", "abns@", "fd@", "sockpair@"]
                .iter()
                .any(|start| address.starts_with(start));
        // Without a mode the umask of who started it counts.
        let world = after("mode")
            .and_then(|mode| u32::from_str_radix(mode, 8).ok())
            .is_some_and(|mode| mode & 0o002 != 0);
        (network && is_remote(address)) || world
    });
    let named = open.map(|l| Value::from(l.value.split_whitespace().next().unwrap_or_default()));
    let value = match &global.missing {
        Some(what) if lines.is_empty() => Value::unseen("include-missing", what.as_str()),
        Some(_) | None => Value::list(named),
    };
    put_at(
        subject,
        "open_sockets",
        value,
        lines.first().map(|l| &l.place),
    );
}

/// Is it another host, not a socket of this one?
fn is_target(target: &str) -> bool {
    !target.starts_with('/') && (target.contains(['.', ':']) || target.contains('@')) && {
        let host = target.rsplit_once('@').map_or(target, |(_, rest)| rest);
        is_remote(host)
    }
}

/// A conclusion at a line, where there is one.
pub(super) fn put_at(
    subject: &mut Subject,
    path: &'static str,
    value: Value,
    place: Option<&Place>,
) {
    let fact = Fact::derived(path, value);
    subject.put(match place {
        Some(place) => fact.at(place.clone()),
        None => fact,
    });
}

/// HAProxy's own values (2.6).
const OWN: [(&str, &str); 3] = [
    ("ssl-server-verify", "required"),
    ("tune.ssl.default-dh-param", "2048"),
    ("tune.bufsize", "16384"),
];
