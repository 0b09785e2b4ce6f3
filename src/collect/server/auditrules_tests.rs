//! What audit rules record, and what takes it back.

use super::*;

fn rule(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn narrow_rules_do_not_count() {
    let run = |t: &str| calls(&rule(t), &["execve"]);
    assert!(run("-a always,exit -F arch=b64 -S execve -k exec"));
    assert!(!run("-a always,exit -F arch=b32 -S execve -k exec"));
    assert!(!run("-a never,exit -F arch=b64 -S execve"));
    let other = "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k other";
    assert!(!run(other) && changes_user(&rule(other)));
    let refused = "-a always,exit -S open -F exit=-EACCES -k access";
    assert!(refuses(&rule(refused), "EACCES") && !refuses(&rule(refused), "EPERM"));
}

#[test]
fn watched_paths() {
    let changes = |t: &str| touched(&rule(t), &['w', 'a']).map(str::to_owned);
    assert_eq!(
        changes("-w /etc/passwd -p wa -k identity").as_deref(),
        Some("/etc/passwd")
    );
    assert_eq!(changes("-w /etc/passwd -p r"), None);
    assert_eq!(changes("-a never,exit -F dir=/etc"), None);
    assert_eq!(
        changes("-a always,exit -F dir=/etc -F perm=wa").as_deref(),
        Some("/etc")
    );
    assert!(covers(&["/etc/"], "/etc/passwd") && !covers(&["/etc/pass"], "/etc/passwd"));
}

fn rules(text: &str) -> Vec<Rule> {
    let lines = text.lines().zip(1..);
    lines.map(|(l, n)| ("f".to_owned(), n, rule(l))).collect()
}

#[test]
fn files_by_their_numbers() {
    let mut names = [
        "10-b.rules",
        "9-a.rules",
        "99-z.rules",
        "b.rules",
        "10-a.rules",
    ];
    names.sort_by_key(|name| by_numbers(name));
    assert_eq!(
        names,
        [
            "9-a.rules",
            "10-a.rules",
            "10-b.rules",
            "99-z.rules",
            "b.rules"
        ]
    );
}

#[test]
fn what_stops_recording() {
    const RUN: &str = "-a always,exit -F arch=b64 -S execve -k exec";
    let line = |t: &str| stopped(&rules(t)).map(|(_, line)| line);
    assert_eq!(line(&format!("{RUN}\n-e 0")), Some(2));
    assert_eq!(line(&format!("-e 0\n{RUN}\n-e 2")), None);
    assert_eq!(line("-a task,never\n-e 1"), Some(1));
    assert_eq!(line("-a never,task -F uid=33"), None);
    assert_eq!(line("-a always,exclude -F msgtype=SYSCALL"), Some(1));
    assert_eq!(line("-a always,exclude -F msgtype=CWD"), None);
    let run = |t: &str| recorded(&rules(t), &["execve", "execveat"]).map(|r| r.1);
    assert_eq!(
        run(&format!("-a never,exit -F arch=b64 -S execve\n{RUN}")),
        None
    );
    assert_eq!(
        run(&format!("-a never,exit -F auid=unset -S execve\n{RUN}")),
        Some(2)
    );
    assert_eq!(run(&format!("{RUN}\n-A never,exit -S all")), None);
    assert_eq!(run(&format!("{RUN}\n-a never,exit -S all")), Some(1));
    assert_eq!(run("-a always,exit -S execve -F uid=1234"), None);
    assert_eq!(
        run("-a always,exit -S execve -F auid>=1000 -F auid!=unset"),
        Some(1)
    );
    let of = |t: &str| watched(&rules(t), &['w']).join(" ");
    assert_eq!(of("-w /etc/a -p wa\n-w /etc/b -p wa"), "/etc/a /etc/b");
    assert_eq!(
        of("-a never,exit -F dir=/etc\n-w /etc/a -p wa\n-w /b"),
        "/b"
    );
    assert_eq!(of("-a never,exit\n-w /etc/a -p wa"), "");
    assert_eq!(of("-a always,exit -F path=/a -F perm=w -F uid=1"), "");
}

#[test]
fn as_many_rules_may_be_others() {
    let saved = rules("-a always,exit -F arch=b64 -S execve -k exec\n-e 2");
    let same = rules("-a always,exit -F arch=b64 -S execve -F key=exec");
    let other = rules("-a always,exit -F arch=b64 -S mount -F key=mounts");
    assert!(between("enabled 2\nfailure 1\n", &same, &saved).is_empty());
    assert_eq!(
        between("enabled 1\n", &same, &saved),
        ["immutable: saved, not running"]
    );
    assert_eq!(
        between("enabled 2\n", &other, &saved),
        [
            "rules.execve: saved, not running",
            "rules.mounts: running, not saved"
        ]
    );
}
