//! A service of `master.cf` with what it overrides; of a server for SMTP what it asks of those who come.

use super::client::{level, remote};
use super::values::{seconds, weak_protocols, words};
use super::{Effective, hidden};
use crate::collect::config::nginx::weak_ciphers;
use crate::collect::config::settings::{Settings, is_loopback};
use crate::model::{Fact, Place, Subject, Value};
use crate::parse::postfix::Service;

/// The subject of a service.
pub(super) fn subject(
    service: &Service,
    main: &Settings,
    placed: &dyn Fn(u32) -> Place,
) -> Subject {
    let id = format!("postfix.service[{}/{}]", service.name, service.kind);
    let is_server = service.command == "smtpd" && ["inet", "pass"].contains(&service.kind.as_str());
    let kind = if is_server {
        "postfix-smtpd"
    } else {
        "postfix-service"
    };
    let mut subject = Subject::new(kind, id).at(placed(service.line));
    let here = |path: &'static str, value: Value| Fact::set(path, value).at(placed(service.line));
    subject.put(here("command", service.command.as_str().into()));
    subject.put(here("type", service.kind.as_str().into()));
    for (name, value) in COLUMNS.iter().zip(&service.columns) {
        subject.put(if value == "-" {
            Fact::default_of(name.0, name.1)
        } else {
            here(name.0, value.as_str().into())
        });
    }
    let over = overrides(service, placed);
    over.put_all(&mut subject, &[], &[]);
    let own = Effective {
        main,
        service: Some(&over),
    };
    if is_server {
        server(service, own, &mut subject);
    }
    subject
}

/// What the service says otherwise than `main.cf`.
pub(super) fn overrides(service: &Service, placed: &dyn Fn(u32) -> Place) -> Settings {
    let mut over = Settings::without(None);
    for setting in &service.overrides {
        over.add(setting.name.clone(), hidden(setting), placed(setting.line));
    }
    over
}

fn server(service: &Service, own: Effective<'_>, subject: &mut Subject) {
    let host = service.name.rsplit_once(':').map(|(host, _)| host);
    let reached = match host {
        Some(host) if is_loopback(host) => Some(false),
        Some(_) => Some(true),
        None => remote(own),
    };
    own.put(
        subject,
        "remote",
        &["inet_interfaces"],
        reached.map(Value::Bool),
    );
    let names = [
        "smtpd_tls_wrappermode",
        "smtpd_tls_security_level",
        "smtpd_enforce_tls",
        "smtpd_use_tls",
    ];
    let wrapped = own.is_on("smtpd_tls_wrappermode");
    let level = match wrapped {
        Some(true) => Some("wrapper".to_owned()),
        Some(false) | None => level(own, "smtpd"),
    };
    // Without a certificate nobody is offered TLS.
    let level = match (level, certified(own)) {
        (Some(level), Some(false)) if level == "may" => Some("none".to_owned()),
        (Some(level), None) if level == "may" => None,
        (level, _) => level,
    };
    own.put(subject, "tls_level", &names, level.clone().map(Value::from));
    tls(own, level.as_deref(), subject);
    authentication(own, level.as_deref(), subject);
    relay(own, subject);
    limits(own, subject);
}

/// Has it a certificate?
fn certified(own: Effective<'_>) -> Option<bool> {
    let mut known = true;
    for name in CERTIFICATES {
        match own.get(name) {
            Some(path) if !["", "none"].contains(&path.trim()) => return Some(true),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(false)
}

/// Where certificates of a server stand.
const CERTIFICATES: [&str; 4] = [
    "smtpd_tls_chain_files",
    "smtpd_tls_cert_file",
    "smtpd_tls_eccert_file",
    "smtpd_tls_dcert_file",
];

fn tls(own: Effective<'_>, level: Option<&str>, subject: &mut Subject) {
    if level == Some("none") {
        for path in ["weak_protocols", "cipher_grade"] {
            subject.put(Fact::derived(
                path,
                Value::unseen("not_applicable", "no TLS here"),
            ));
        }
        return;
    }
    let (protocols, ciphers) = if level == Some("may") {
        ("smtpd_tls_protocols", "smtpd_tls_ciphers")
    } else {
        (
            "smtpd_tls_mandatory_protocols",
            "smtpd_tls_mandatory_ciphers",
        )
    };
    let weak = own.get(protocols).and_then(|v| weak_protocols(&v));
    own.put(
        subject,
        "weak_protocols",
        &[protocols],
        weak.map(|all| Value::list(all.into_iter().map(Value::from))),
    );
    let grade = own.get(ciphers).map(|v| v.trim().to_ascii_lowercase());
    // What a grade means may be written anew.
    let anew = own.place("tls_high_cipherlist").is_some();
    let grade = grade.map(|grade| match own.get("tls_high_cipherlist") {
        Some(list) if anew && grade == "high" && !weak_ciphers(&list).is_empty() => {
            "high, with weak ciphers".to_owned()
        }
        _ => grade,
    });
    own.put(subject, "cipher_grade", &[ciphers], grade.map(Value::from));
}

/// Who logs in, and whether the password may cross in clear.
fn authentication(own: Effective<'_>, level: Option<&str>, subject: &mut Subject) {
    let enabled = own.is_on("smtpd_sasl_auth_enable");
    own.put(
        subject,
        "auth_enabled",
        &["smtpd_sasl_auth_enable"],
        enabled.map(Value::Bool),
    );
    let guarded = match (level, own.is_on("smtpd_tls_auth_only")) {
        (Some("none"), Some(only)) => Some(only),
        (Some("may"), only) => only,
        (Some(_), _) => Some(true),
        (None, Some(true)) => Some(true),
        (_, Some(false) | None) => None,
    };
    let clear = enabled.and_then(|on| if on { guarded.map(|g| !g) } else { Some(false) });
    own.put(
        subject,
        "auth_in_clear",
        &["smtpd_tls_auth_only", "smtpd_sasl_auth_enable"],
        clear.map(Value::Bool),
    );
    let options = own.get("smtpd_sasl_security_options");
    let anonymous = options.map(|o| !words(&o).contains(&"noanonymous"));
    own.put(
        subject,
        "auth_anonymous",
        &["smtpd_sasl_security_options"],
        anonymous.map(Value::Bool),
    );
}

/// Is a letter to somebody elsewhere refused where a stranger brings it?
fn relay(own: Effective<'_>, subject: &mut Subject) {
    let lists = ["smtpd_relay_restrictions", "smtpd_recipient_restrictions"];
    let mut closed = Some(false);
    for list in lists {
        closed = match (own.get(list).and_then(|text| closes(&text, own)), closed) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            (Some(false), Some(false)) => Some(false),
        };
    }
    own.put(subject, "relay_restricted", &lists, closed.map(Value::Bool));
}

/// Does the list refuse strangers before it lets them pass? Nothing where a table comes first, which may do either, or
/// where it is not known.
fn closes(text: &str, own: Effective<'_>) -> Option<bool> {
    let mut table = false;
    for (word, warns) in written_out(text, own)? {
        match word.as_str() {
            "permit" => return if table { None } else { Some(false) },
            "reject" | "defer" | "reject_unauth_destination" | "defer_unauth_destination"
                if !warns =>
            {
                return if table { None } else { Some(true) };
            }
            word => table |= may_permit(word),
        }
    }
    if table { None } else { Some(false) }
}

/// The words of a list, each with whether it is only written to the log where it refuses; those that
/// `smtpd_restriction_classes` names are replaced by the list of that name.
fn written_out(text: &str, own: Effective<'_>) -> Option<Vec<(String, bool)>> {
    let classes = own.get("smtpd_restriction_classes")?;
    let classes = words(&classes);
    let mut out = Vec::new();
    let mut todo: Vec<(String, usize, bool)> = Vec::new();
    let add = |text: &str, depth: usize, warns: bool, todo: &mut Vec<_>| {
        let all = words(text).into_iter().rev();
        todo.extend(all.map(|word| (word.to_owned(), depth, warns)));
    };
    add(text, 0, false, &mut todo);
    let mut next_warns = false;
    while let Some((word, depth, warns)) = todo.pop() {
        // Postfix takes its own words in any letters.
        let lower = word.to_ascii_lowercase();
        if lower == "warn_if_reject" {
            next_warns = true;
            continue;
        }
        let warns = std::mem::take(&mut next_warns) || warns;
        if !classes.contains(&word.as_str()) {
            out.push((lower, warns));
        } else if depth < MAX_CLASSES && out.len() + todo.len() < MAX_WORDS {
            add(&own.get(&word)?, depth + 1, warns, &mut todo);
        } else {
            return None;
        }
    }
    Some(out)
}

/// A table or a service of policies.
fn may_permit(word: &str) -> bool {
    let is_table = word.starts_with("check_") && word.ends_with("_access");
    is_table || word == "check_policy_service"
}

fn limits(own: Effective<'_>, subject: &mut Subject) {
    let count = |name: &str| own.get(name)?.trim().parse().ok().map(Value::Int);
    for (path, name) in [
        ("connections", "smtpd_client_connection_count_limit"),
        ("connection_rate", "smtpd_client_connection_rate_limit"),
        ("auth_rate", "smtpd_client_auth_rate_limit"),
    ] {
        own.put(subject, path, &[name], count(name));
    }
    let wait = own.get("smtpd_timeout").and_then(|v| seconds(&v));
    own.put(
        subject,
        "timeout_seconds",
        &["smtpd_timeout"],
        wait.map(Value::Int),
    );
    for (path, name) in [
        ("vrfy_disabled", "disable_vrfy_command"),
        ("helo_required", "smtpd_helo_required"),
    ] {
        own.put(subject, path, &[name], own.is_on(name).map(Value::Bool));
    }
    // The version is the program's own: only the line itself says whether it is shown.
    let banner = super::raw_value(own.main, own.service, "smtpd_banner");
    let told = banner.map(|b| b.contains("mail_version") || b.contains("mail_release"));
    own.put(
        subject,
        "banner_shows_version",
        &["smtpd_banner"],
        told.map(Value::Bool),
    );
}

/// How deep lists name each other, and how many words are looked at.
const MAX_CLASSES: usize = 16;
const MAX_WORDS: usize = 10_000;

/// The columns with Postfix's own values.
const COLUMNS: [(&str, &str); 5] = [
    ("private", "y"),
    ("unprivileged", "y"),
    ("chroot", "n"),
    ("wakeup", "0"),
    ("maxproc", "$default_process_limit"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_refuse_strangers() {
        for (list, closed) in [
            ("permit_mynetworks, reject_unauth_destination", Some(true)),
            (
                "permit_mynetworks permit_sasl_authenticated defer_unauth_destination",
                Some(true),
            ),
            (
                "permit_mynetworks, warn_if_reject reject_unauth_destination",
                Some(false),
            ),
            (
                "warn_if_reject reject_unknown_client_hostname, reject",
                Some(true),
            ),
            (
                "permit_mynetworks, check_sender_access hash:/etc/postfix/ok, reject",
                None,
            ),
            (
                "reject_unauth_destination, check_sender_access hash:/a",
                Some(true),
            ),
            ("permit", Some(false)),
            ("", Some(false)),
        ] {
            assert_eq!(of(list, &[]), closed, "{list}");
        }
    }

    fn of(list: &str, lines: &[(&str, &str)]) -> Option<bool> {
        let mut main = Settings::without(None);
        for (name, value) in lines {
            main.add(*name, *value, Place::new("main.cf", 1));
        }
        let own = Effective {
            main: &main,
            service: None,
        };
        closes(list, own)
    }

    #[test]
    fn lists_under_names_of_their_own() {
        let classes = |list: &str, strict: &str| {
            let lines = [
                ("smtpd_restriction_classes", "strict, $more"),
                ("more", "open loop"),
                ("strict", strict),
                ("open", "permit_mynetworks, permit"),
                ("loop", "strict, loop"),
            ];
            of(list, &lines)
        };
        let closing = "reject_unauth_destination";
        assert_eq!(classes("permit_mynetworks, strict", closing), Some(true));
        assert_eq!(
            classes("strict reject_unauth_destination", "permit"),
            Some(false)
        );
        assert_eq!(classes("open, reject_unauth_destination", ""), Some(false));
        assert_eq!(classes("strict", ""), Some(false));
        let longer = "reject_unknown_client_hostname, reject_unauth_destination";
        assert_eq!(classes("strict", longer), Some(true));
        assert_eq!(
            classes("warn_if_reject strict, PERMIT", longer),
            Some(false)
        );
        assert_eq!(
            classes("strict", "check_policy_service inet:127.0.0.1:10023"),
            None
        );
        assert_eq!(classes("loop", ""), None);
        // Not named among the classes, it is no list.
        assert_eq!(of("strict", &[("strict", closing)]), Some(false));
    }
}
