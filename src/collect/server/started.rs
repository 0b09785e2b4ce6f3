//! Which programs a job starts: statements of a shell, and lines of units that start something.
//!
//! That a name stands in a job proves nothing: `echo restic backup` saves nothing. Where another program is started,
//! which may hand on what it is given, nothing is said.

/// What tells that a program does what is looked for, and does not only list or tidy up.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// One of these words.
    With(&'static [&'static str]),
    /// None of these words.
    Without(&'static [&'static str]),
}

/// A program, and when it counts.
pub(super) type Program = (&'static str, When);

/// Does a job start one of these programs? `None` where a variable or another program says what is done.
pub(super) fn starts(programs: &[Program], command: &str) -> Option<bool> {
    let mut open = false;
    for statement in statements(command) {
        let words: Vec<&str> = statement
            .split([' ', '\t', '=', '"', '\''])
            .filter(|w| !w.is_empty())
            .collect();
        let starts = of(programs, &statement);
        for (at, word) in words.iter().enumerate() {
            let name = word.rsplit('/').next().unwrap_or(word);
            let Some((_, when)) = programs.iter().find(|(program, _)| *program == name) else {
                continue;
            };
            let rest = words.get(at + 1..).unwrap_or_default();
            // `run-schedule backup@profile` of resticprofile.
            let says = |all: &[&str]| {
                rest.iter()
                    .any(|w| all.contains(&w.split('@').next().unwrap_or(w)))
            };
            let variable = rest.iter().any(|w| w.starts_with('$'));
            let fits = match when {
                When::With(verbs) => says(verbs),
                When::Without(others) => !says(others),
            };
            match starts {
                Starts::Yes if fits => return Some(true),
                Starts::Yes => open |= variable && matches!(when, When::With(_)),
                Starts::Open => open |= fits,
                // A variable that is set to the program may start it later.
                Starts::No => open |= statement.contains('=') && lead(&statement).is_none(),
            }
        }
    }
    (!open).then_some(false)
}

/// Programs that start what they are given, behind options of their own.
const RUNNERS: [&str; 42] = [
    "sudo",
    "su",
    "runuser",
    "setpriv",
    "doas",
    "gosu",
    "env",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "timeout",
    "flock",
    "lckdo",
    "setlock",
    "chronic",
    "cronic",
    "nohup",
    "setsid",
    "stdbuf",
    "systemd-run",
    "systemd-cat",
    "systemd-inhibit",
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "ssh",
    "docker",
    "docker-compose",
    "podman",
    "nerdctl",
    "kubectl",
    "chroot",
    "nsenter",
    "unshare",
    "xargs",
    "parallel",
    "runitor",
    "python3",
    "exec",
];

/// Programs and words of the shell that may name a tool and do not start it.
const TALKERS: [&str; 63] = [
    "echo", "printf", "logger", "wall", "mail", "mailx", "sendmail", "which", "type", "hash",
    "whereis", "command", "test", "[", "[[", "rm", "mv", "cp", "ls", "ln", "cat", "tail", "head",
    "grep", "egrep", "fgrep", "zgrep", "pgrep", "pkill", "killall", "kill", "ps", "apt", "apt-get",
    "aptitude", "dpkg", "dnf", "yum", "rpm", "zypper", "apk", "snap", "pip", "pip3", "pipx",
    "curl", "wget", "man", "chown", "chmod", "mkdir", "rmdir", "touch", "du", "stat", "exit",
    "return", "export", "cd", "sleep", "tee", "wc", "trap",
];

/// What may stand before a command.
const KEYWORDS: [&str; 10] = [
    "if", "then", "else", "elif", "do", "while", "until", "!", "time", "{",
];

/// Does a statement start the programs that it names?
enum Starts {
    Yes,
    No,
    /// Another program is started, which may hand on what it is given.
    Open,
}

/// The program that a statement starts, without its folder; `None` for one that only sets variables.
fn lead(statement: &str) -> Option<&str> {
    let word = statement.split_whitespace().find_map(|word| {
        let word = word.trim_matches(['"', '\'']);
        let (unit, rest) = match word.split_once('=') {
            Some((name, rest)) if name.starts_with("ExecStart") => (true, rest),
            _ => (false, word),
        };
        // Marks of systemd before a program.
        let word = if unit {
            rest.trim_start_matches(['-', '@', '+', '!', ':'])
        } else {
            rest
        };
        let sets = word.split_once('=').is_some_and(|(name, _)| is_name(name));
        let none = word.is_empty() || sets || KEYWORDS.contains(&word);
        (!none).then_some(word)
    })?;
    word.rsplit('/').next()
}

fn is_name(word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !word.is_empty() && word.chars().all(part)
}

fn of(programs: &[Program], statement: &str) -> Starts {
    match lead(statement) {
        None => Starts::No,
        Some(lead) if programs.iter().any(|(name, _)| *name == lead) => Starts::Yes,
        Some(lead) if RUNNERS.contains(&lead) => Starts::Yes,
        Some(lead) if TALKERS.contains(&lead) => Starts::No,
        Some(_) => Starts::Open,
    }
}

/// A line of a script without the remark at its end.
fn without_remark(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q && before != '\\' => quote = None,
            ('#', None) if before.is_whitespace() => return line.get(..at).unwrap_or(line),
            _ => {}
        }
        before = c;
    }
    line
}

/// The statements of a job.
pub(super) fn statements(command: &str) -> Vec<String> {
    let whole = command.replace("\\\n", " ");
    let lines: Vec<&str> = whole.lines().map(without_remark).collect();
    let ends = ['\n', ';', '|', '&', '(', ')', '`'];
    lines.join("\n").split(ends).map(str::to_owned).collect()
}

/// Endings of scripts.
const SCRIPTS: [&str; 5] = [".sh", ".bash", ".py", ".pl", ".rb"];

/// Programs that a job starts by their whole paths, and scripts that it gives to another program to start.
pub(super) fn programs(command: &str) -> Vec<String> {
    let all = statements(command);
    let paths = all.iter().flat_map(|statement| {
        let run = lead(statement).is_some_and(|name| RUNNERS.contains(&name));
        let words = statement.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        let script = |w: &&str| w.starts_with('/') && SCRIPTS.iter().any(|end| w.ends_with(end));
        let scripts = words.filter(script).filter(|_| run).map(str::to_owned);
        scripts.chain(first(statement)).collect::<Vec<String>>()
    });
    paths.collect()
}

/// The program that a statement starts, where it is named by its whole path.
fn first(statement: &str) -> Option<String> {
    let name = lead(statement)?;
    let word = statement
        .split(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''))
        .find(|w| w.rsplit('/').next() == Some(name))?;
    let path = word.trim_start_matches(['-', '@', '+', '!', ':']);
    path.starts_with('/').then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_by_their_paths() {
        let of = |command: &str| programs(command);
        assert_eq!(of("/opt/backup.sh --all"), ["/opt/backup.sh"]);
        assert_eq!(of("ExecStart=-/opt/b/run x"), ["/opt/b/run"]);
        assert_eq!(of("bash /root/backup.sh /srv"), ["/root/backup.sh"]);
        assert_eq!(of("flock -n /run/backup.lock restic backup"), [""; 0]);
        assert_eq!(of("cat /opt/backup.sh"), [""; 0]);
    }
}
