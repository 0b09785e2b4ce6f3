//! PAM stacks: type, control, module, arguments, `@include`, `include` and `substack`.

use super::joined_before_hash;

/// A rule of a PAM stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its line, from 1.
    pub line: u32,
    /// What it does.
    pub action: Action,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Asks a module.
    Module {
        /// `required`, `[success=1 default=ignore]`, …
        control: String,
        /// The module without folder and `.so`: `pam_unix`.
        module: String,
        /// Its arguments.
        args: Vec<String>,
    },
    /// Reads another file at this place.
    Include(String),
    /// Asks the stack of another file as if it were one module: what ends it ends only itself.
    Substack(String),
}

/// The rules of one type (`auth`, `account`, `password`, `session`); all types where `None`.
pub fn parse(text: &str, kind: Option<&str>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (line, content) in joined_before_hash(text) {
        let mut words = split(&content).into_iter();
        let Some(first) = words.next() else { continue };
        if first == "@include" {
            if let Some(file) = words.next() {
                rules.push(Rule {
                    line,
                    action: Action::Include(file),
                });
            }
            continue;
        }
        // A dash before the type: a missing module is not logged.
        let named = first.trim_start_matches('-').to_ascii_lowercase();
        if kind.is_some_and(|kind| kind != named) {
            continue;
        }
        let (Some(control), Some(module)) = (words.next(), words.next()) else {
            continue;
        };
        let action = if control == "include" {
            Action::Include(module)
        } else if control == "substack" {
            Action::Substack(module)
        } else {
            let file = module.rsplit('/').next().unwrap_or_default();
            Action::Module {
                control,
                module: file.strip_suffix(".so").unwrap_or(file).to_owned(),
                args: words.collect(),
            }
        };
        rules.push(Rule { line, action });
    }
    rules
}

/// Words between blanks; what stands in brackets is one word.
fn split(content: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut depth = 0u32;
    for c in content.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c.is_whitespace() && depth == 0 {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The value of an argument `name=value`; empty for a bare `name`. The last one counts.
pub fn arg<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    args.iter().rev().find_map(|arg| {
        let (key, value) = arg.split_once('=').unwrap_or((arg, ""));
        (key == name).then_some(value)
    })
}

/// Does the refusal of this module refuse the whole stack? `optional` and `sufficient` do not.
pub fn binds(control: &str) -> bool {
    match control {
        "required" | "requisite" => true,
        other => {
            other.starts_with('[')
                && (other.contains("default=die") || other.contains("default=bad"))
        }
    }
}

/// How many modules the success of this one leaves out; `None` for all that follow in its stack.
pub fn leaves_out(control: &str) -> Option<usize> {
    if control == "sufficient" {
        return None;
    }
    let inside = control.strip_prefix('[').unwrap_or_default();
    let words = inside.trim_end_matches(']').split_whitespace();
    match words.filter_map(|w| w.strip_prefix("success=")).next_back() {
        Some("done") => None,
        Some(n) => Some(n.parse().unwrap_or(0)),
        None => Some(0),
    }
}

/// How many modules are left out where this one does not succeed: `[success=ignore default=1]`.
pub fn passes_over(control: &str) -> usize {
    let inside = control.strip_prefix('[').unwrap_or_default();
    let words = inside.trim_end_matches(']').split_whitespace();
    let jumps = words.filter_map(|w| match w.split_once('=') {
        Some((code, n)) if code != "success" => n.parse().ok(),
        Some(_) | None => None,
    });
    jumps.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_ends_with_its_line() {
        let rules = parse(
            "# for a while: \\\nauth required pam_unix.so nullok # no \\\nauth required \\\n# no\n pam_deny.so",
            Some("auth"),
        );
        let lines: Vec<u32> = rules.iter().map(|r| r.line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn a_stack_of_debian() {
        let rules = parse(
            "password\trequisite\tpam_pwquality.so retry=3 minlen=12\npassword [success=1 default=ignore] /lib/security/pam_unix.so \\\n obscure yescrypt\n@include common-x\nauth required pam_deny.so\n-session optional pam_systemd.so",
            Some("password"),
        );
        assert_eq!(rules.len(), 3);
        let Action::Module {
            control,
            module,
            args,
        } = &rules[1].action
        else {
            panic!("a module")
        };
        assert_eq!(
            (control.as_str(), module.as_str()),
            ("[success=1 default=ignore]", "pam_unix")
        );
        assert_eq!(arg(args, "yescrypt"), Some(""));
        assert!(!binds(control) && binds("requisite"));
        assert_eq!(rules[2].action, Action::Include("common-x".into()));
        assert_eq!(
            [
                "sufficient",
                "[success=1 default=ignore]",
                "[success=done]",
                "required"
            ]
            .map(leaves_out),
            [None, Some(1), None, Some(0)]
        );
    }

    #[test]
    fn jumps_of_those_who_do_not_succeed() {
        assert_eq!(passes_over("[success=ignore default=1]"), 1);
        assert_eq!(passes_over("[success=2 user_unknown=3 default=ignore]"), 3);
        assert_eq!(passes_over("required"), 0);
    }
}
