//! What auditctl 3.0.9 loaded of the same lines.

use super::*;

/// How many rules are loaded, and whether the last line is one of them.
fn of(text: &str) -> (usize, bool) {
    let all = lines("f", text);
    let last = all.last().map(|l| l.1);
    let out = loaded(all);
    let rules: Vec<&Rule> = out
        .rules
        .iter()
        .filter(|r| {
            r.2.first()
                .is_some_and(|w| ["-w", "-a", "-A", "-S"].iter().any(|o| w.starts_with(o)))
        })
        .collect();
    (rules.len(), rules.last().map(|r| r.1) == last)
}

/// As auditctl 3.0.9 loads them, with `-w /etc/group` behind each.
#[test]
fn to_the_first_line_that_is_refused() {
    for (text, rules) in [
        ("-w /etc/passwd -p wa -k a", 2),
        ("-w /etc/passwd -pwa -kx", 2),
        ("-w /etc/passwd -p WA -k x", 2),
        ("-a always,exit -F arch=b64 -S open,openat -k x", 2),
        ("-a exit,always -F arch=b32 -S umount -S stime -k m", 2),
        ("-a always,exit -F arch=b64 -C euid!=uid -S execve", 2),
        ("-a always,exit -F perm=x -F auid>=1000 -k x", 2),
        ("-a always,exit -F arch=b64 -S 59", 2),
        ("-a always,exit -F exit=-EACCES -S open -F exit>0", 2),
        ("-a never,user -F uid=0", 2),
        ("-a always,exclude -F msgtype=CWD", 2),
        ("-a never,filesystem -F fstype=tracefs", 2),
        ("-a always,exit -F a0&0100 -S open", 2),
        ("-S open -a always,exit", 2),
        ("-a always,exit -F arch=b64 -S open -k a -k b", 2),
        ("-a always,exit -F arch=b64 -S open -k \"a\"", 2),
        ("-b 8192", 1),
        ("--backlog_wait_time 60000", 1),
        ("-D -k x", 1),
        ("-s", 1),
        ("-i\n-w relative", 1),
        ("-c\n-foo", 1),
        ("-foo -i", 1),
    ] {
        assert_eq!(
            of(&format!("{text}\n-w /etc/group")),
            (rules, true),
            "{text}"
        );
    }
    for text in [
        "-w relative -p wa",
        "-w /etc/group -p q",
        "-w /etc/group -p rwxar",
        "-w /etc/group -k",
        "-w",
        "-w /etc/hosts -w /etc/passwd",
        "-w /etc/passwd -p wa -k \"a b\"",
        "-w /etc/passwd -p wa # remark",
        "-w\t/etc/passwd",
        "–w /etc/passwd -p wa",
        "auditctl -w /etc/passwd",
        "-a exit -S open",
        "-a always,entry -S open",
        "-a always,possible -S open",
        "-a always,task -S open",
        "-a always,exit -F arch=b64 -S nosuchcall -k x",
        "-a always,exit -F arch=b64 -S umount -k m",
        "-a always,exit -F arch=b64 -S creat,stime -k a",
        "-a always,exit -F arch=b64 -S open openat",
        "-a always,exit -F arch=b64 -S open, openat",
        "-a always,exit -F arch=b64 -S ALL",
        "-a always,exit -F arch=b65 -S openat",
        "-a always,exit -F arch=b64 -k a",
        "-a always,exit -S open -F arch=b64",
        "-a always,exit -F foo=1 -S open",
        "-a always,exit -F auid >= 1000 -S open",
        "-a always,exit -F \"auid>=1000\" -S open",
        "-a always,exit -F success=yes -S open",
        "-a always,exit -F path=rel -F perm=w",
        "-a always,exit -F perm=zz -F path=/etc/passwd",
        "-a always,exit -F arch=b64 -C foo!=uid -S execve",
        "-F arch=b64 -a always,exit -S open",
        "-k x -w /etc/hosts",
        "-p wa -w /etc/hosts",
        "-W /etc/passwd",
        "-e 5",
        "-b many",
        "-D foo",
        "-x",
        "-w relative\n-i",
    ] {
        assert_eq!(of(&format!("{text}\n-w /etc/group")), (0, false), "{text}");
    }
}

#[test]
fn the_same_rule_twice() {
    let watch = "-w /etc/passwd -p wa -k a";
    let call = "-a always,exit -F arch=b64 -F auid!=unset -S open -S openat -k a";
    for (one, other, rules) in [
        (watch, watch, 1),
        (watch, "-w /etc/passwd/ -p aw -k a", 1),
        (watch, "-w /etc/passwd -p wa -k b", 3),
        (
            watch,
            "-a always,exit -F path=/etc/passwd -F perm=wa -F key=a",
            1,
        ),
        (
            call,
            "-a exit,always -F arch=b64 -S openat,open -F auid!=-1 -F key=a",
            1,
        ),
        (
            call,
            "-A always,exit -F arch=b64 -F auid!=unset -S open,openat -k a",
            3,
        ),
        (
            call,
            "-a always,exit -F auid!=unset -F arch=b64 -S open,openat -k a",
            3,
        ),
        (watch, "-W /etc/passwd -p wa -k a", 1),
        (watch, "-e 2", 1),
    ] {
        let (loaded, last) = of(&format!("{one}\n{other}\n-w /etc/group"));
        assert_eq!(
            (loaded, last),
            (rules, rules > 1 || other.starts_with("-W")),
            "{other}"
        );
    }
}

#[test]
fn the_order_of_augenrules() {
    let text = "-e 2\n-w /a\n-f 1\n-D\n-b 8192\n-w /b\n";
    let order: Vec<u32> = put_together(lines("f", text)).iter().map(|l| l.1).collect();
    assert_eq!(order, [4, 5, 3, 2, 6, 1]);
    assert_eq!(loaded(put_together(lines("f", text))).refused, None);
}
