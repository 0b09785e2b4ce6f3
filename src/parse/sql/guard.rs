//! Statements that protect what tables hold: labels of masks, row-level security, redaction, encryption of files,
//! triggers that encipher or hash, checks that only let a hash in.

use super::lex::{Kind, Token};
use super::{Guard, GuardKind, Schema, Trigger, Unguard, conditions, files, table};

/// `SECURITY LABEL FOR anon ON COLUMN t.c IS 'MASKED WITH FUNCTION …'`.
pub(super) fn security_label(tokens: &[Token], schema: &mut Schema) {
    let Some(at) = tokens.iter().position(|t| t.is("column")) else {
        return;
    };
    let masks = tokens
        .iter()
        .any(|t| t.kind == Kind::Text && t.text.to_ascii_uppercase().contains("MASKED WITH"));
    let name = table::name(tokens.get(at + 1..).unwrap_or_default());
    if let Some((name, _)) = name
        && let Some((of, column)) = name.rsplit_once('.')
    {
        // The label of a column takes the place of the one before; `IS NULL` takes it away.
        schema.unguard(Unguard {
            column: Some(column.to_owned()),
            ..Unguard::of(GuardKind::Label, of)
        });
        if !masks {
            return;
        }
        schema.guards.push(Guard {
            column: Some(column.to_owned()),
            ..Guard::of(GuardKind::Label, of)
        });
    }
}

/// `ALTER TABLE t ENABLE ROW LEVEL SECURITY`, `ALTER TABLE t ENCRYPTION='Y'`, `ALTER COLUMN c ADD MASKED WITH (…)`.
pub(super) fn alter(tokens: &[Token], schema: &mut Schema) {
    let Some(at) = tokens.iter().take(4).position(|t| t.is("table")) else {
        return;
    };
    let Some((name, end)) = table::name(tokens.get(at + 1..).unwrap_or_default()) else {
        return;
    };
    let rest = tokens.get(at + 1 + end..).unwrap_or_default();
    let off = |word: &str, of: &[&str]| {
        rest.windows(2)
            .any(|w| w[0].is(word) && of.iter().any(|o| w[1].is(o)))
    };
    if off("disable", &["row"]) {
        schema.unguard(Unguard::of(GuardKind::RowSecurity, &name));
    }
    if off("drop", &["masked"]) {
        schema.unguard(Unguard::of(GuardKind::Masked, &name));
    }
    if files::says(rest, &["n", "no", "off"]) {
        schema.unguard(Unguard::of(GuardKind::Files, &name));
        for table in &mut schema.tables {
            table.encrypted &= !super::same_table(&table.name, &name);
        }
    }
    let mut add = |kind, column: Option<String>| {
        schema.guards.push(Guard {
            column,
            ..Guard::of(kind, &name)
        })
    };
    if rest.first().is_some_and(|t| t.is("enable"))
        && rest
            .windows(2)
            .any(|w| w[0].is("level") && w[1].is("security"))
    {
        add(GuardKind::RowSecurity, None);
    }
    if files::encrypts(rest) {
        add(GuardKind::Files, None);
    }
    let column = rest
        .windows(3)
        .find(|w| w[0].is("alter") && w[1].is("column") && w[2].names())
        .map(|w| w[2].text.clone());
    if let Some(column) = column
        && rest
            .windows(2)
            .any(|w| w[0].is("masked") && w[1].is("with"))
    {
        add(GuardKind::Masked, Some(column));
    }
}

/// `CREATE POLICY p ON t …`.
pub(super) fn policy(tokens: &[Token], schema: &mut Schema) {
    let Some(at) = tokens.iter().position(|t| t.is("on")) else {
        return;
    };
    let has = |word: &str| tokens.iter().any(|t| t.is(word));
    // A policy that lets every row through limits nobody, unless it only restricts others.
    let open = tokens
        .windows(4)
        .any(|w| w[0].is("using") && w[1].sign('(') && w[2].is("true") && w[3].sign(')'));
    let name = tokens.iter().position(|t| t.is("policy"));
    let name = name.and_then(|p| table::name(tokens.get(p + 1..at)?));
    let kind = match open {
        true if has("restrictive") => return,
        true => GuardKind::Open,
        false => GuardKind::Policy,
    };
    if let Some((of, _)) = table::name(tokens.get(at + 1..).unwrap_or_default()) {
        schema.guards.push(Guard {
            by: name.map(|(name, _)| name).unwrap_or_default(),
            ..Guard::of(kind, &of)
        });
    }
}

/// `DBMS_REDACT.ADD_POLICY(object_name => 'T', column_name => 'C', …)` of Oracle, in any block.
pub(super) fn redaction(tokens: &[Token], schema: &mut Schema) {
    if !tokens.iter().any(|t| t.is("dbms_redact")) {
        return;
    }
    let after = |word: &str| {
        let at = tokens.iter().position(|t| t.is(word))?;
        let value = tokens.iter().skip(at + 1).take(3);
        value
            .filter(|t| t.kind == Kind::Text)
            .map(|t| t.text.clone())
            .next()
    };
    if let (Some(of), Some(column)) = (after("object_name"), after("column_name")) {
        schema.guards.push(Guard {
            column: Some(column),
            ..Guard::of(GuardKind::Redaction, &of)
        });
    }
}

/// A function or trigger: which columns it enciphers or hashes before they are stored.
pub(super) fn routine(tokens: &[Token], text: &str, schema: &mut Schema) {
    let head = tokens
        .iter()
        .take(20)
        .position(|t| t.is("trigger") || t.is("function") || t.is("procedure"));
    let trigger = head
        .and_then(|at| tokens.get(at))
        .is_some_and(|t| t.is("trigger"));
    let Some((name, _)) = head.and_then(|at| table::name(tokens.get(at + 1..).unwrap_or_default()))
    else {
        return;
    };
    let does = assignments(text);
    if !trigger {
        return schema.wrote(name, does);
    }
    let Some(on) = tokens.iter().position(|t| t.is("on")) else {
        return;
    };
    let Some((of, _)) = table::name(tokens.get(on + 1..).unwrap_or_default()) else {
        return;
    };
    // A trigger of the same name takes the place of the old one.
    super::changes::forget_trigger(&name, Some(&of), schema);
    // One that does not run before new rows are stored protects none of them.
    let head = tokens.get(..on).unwrap_or_default();
    let events = tokens.get(..tokens.len().min(on + 16)).unwrap_or_default();
    let inserts = events.iter().any(|t| t.is("insert"));
    if !inserts || head.iter().any(|t| t.is("after")) {
        return;
    }
    // What the trigger itself does, or the function that it executes.
    let executed = tokens
        .windows(3)
        .find(|w| w[0].is("execute") && (w[1].is("function") || w[1].is("procedure")))
        .and_then(|w| {
            let at = tokens.iter().position(|t| t == &w[1])?;
            table::name(tokens.get(at + 1..)?)
        });
    let when = conditions::of_trigger(tokens, on);
    let always = when.as_ref().is_none_or(|w| conditions::is_harmless(w));
    let mut trigger = Trigger {
        name,
        table: of,
        runs: String::new(),
        always,
    };
    let own = trigger.guards(&does);
    schema.guards.extend(own);
    if let Some((runs, _)) = executed {
        trigger.runs = runs;
        schema.made(trigger);
    }
}

/// `NEW.phone := pgp_sym_encrypt(…)`, `SET NEW.password = SHA2(…)`: the column and what is done, and whether always.
fn assignments(text: &str) -> Vec<(String, GuardKind)> {
    let lower = without_what_never_runs(&text.to_ascii_lowercase());
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|r| r.find("new.")) {
        from += at + 4;
        let rest = lower.get(from..).unwrap_or_default();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let (column, after) = rest.split_at(end);
        let after = after.trim_start().trim_start_matches(':');
        if let Some(value) = after.strip_prefix('=') {
            let value = value.split(';').next().unwrap_or_default();
            if let Some(kind) = done_by(value) {
                let before = lower.get(..from - 4).unwrap_or_default();
                let always = conditions::always(before) && !conditions::chooses(value);
                out.push((
                    column.to_owned(),
                    if always { kind } else { GuardKind::Sometimes },
                ));
            }
        }
    }
    out
}

/// A body, lower case, without comments and without the branch of `IF false`.
fn without_what_never_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['-', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let comment = if from.starts_with("--") {
            Some(from.find('\n').unwrap_or(from.len()))
        } else if from.starts_with("/*") {
            Some(from.find("*/").map_or(from.len(), |n| n + 2))
        } else {
            None
        };
        let quoted = match from.strip_prefix('\'') {
            Some(inner) => inner.find('\'').map_or(from.len(), |n| n + 2),
            None => 1,
        };
        let used = comment.unwrap_or(quoted);
        if comment.is_none() {
            out.push_str(from.get(..used).unwrap_or_default());
        }
        rest = from.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    for never in [
        "if false then",
        "if 1 = 0 then",
        "if 1=0 then",
        "if (false) then",
    ] {
        while let Some(at) = out.find(never) {
            let end = out
                .get(at..)
                .and_then(|r| r.find("end if"))
                .map_or(out.len(), |n| at + n + 6);
            out.replace_range(at..end, "");
        }
    }
    out
}

/// What an expression does to a value.
pub(super) fn done_by(value: &str) -> Option<GuardKind> {
    let value = value.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| value.contains(w));
    if has(&["gen_salt('bf", "bcrypt", "$2a$", "$2b$", "$2y$", "'$2"]) {
        Some(GuardKind::Hashed("bcrypt"))
    } else if has(&["argon2"]) {
        Some(GuardKind::Hashed("argon2"))
    } else if has(&[
        "pgp_sym_encrypt",
        "pgp_pub_encrypt",
        "aes_encrypt",
        "encryptbykey",
        "encrypt_iv",
        "dbms_crypto.encrypt",
    ]) {
        Some(GuardKind::Enciphered)
    } else if has(&["hmac("]) {
        Some(GuardKind::Hashed("hmac"))
    } else if has(&["md5("]) {
        Some(GuardKind::Hashed("md5"))
    } else if has(&["sha1(", "sha("]) {
        Some(GuardKind::Hashed("sha1"))
    } else if has(&["sha2(", "sha256(", "sha512("]) {
        Some(GuardKind::Hashed("sha2"))
    } else {
        None
    }
}

/// The most lines with keys that are kept.
const MAX_KEYS: usize = 200;

/// Calls like `pgp_sym_encrypt(phone, 'secret')`: the key stands in the schema for all to read.
pub(super) fn literal_keys(tokens: &[Token], schema: &mut Schema) {
    for (at, token) in tokens.iter().enumerate() {
        let calls =
            KEYED.iter().any(|k| token.is(k)) && tokens.get(at + 1).is_some_and(|t| t.sign('('));
        if calls
            && schema.literal_keys.len() < MAX_KEYS
            && second_is_literal(tokens.get(at + 2..).unwrap_or_default())
        {
            schema.literal_keys.push(token.line);
        }
    }
}

/// Is the argument after the first comma a text and nothing else?
fn second_is_literal(arguments: &[Token]) -> bool {
    let mut depth = 0_u32;
    for (at, token) in arguments.iter().enumerate() {
        if token.sign('(') {
            depth += 1;
        } else if token.sign(')') {
            if depth == 0 {
                return false;
            }
            depth -= 1;
        } else if token.sign(',') && depth == 0 {
            let text = arguments
                .get(at + 1)
                .is_some_and(|t| t.kind == Kind::Text && !t.text.is_empty());
            let ends = arguments
                .get(at + 2)
                .is_some_and(|t| t.sign(')') || t.sign(',') || t.sign(':'));
            return text && ends;
        }
    }
    false
}

/// Functions whose second argument is a key.
const KEYED: [&str; 9] = [
    "pgp_sym_encrypt",
    "pgp_sym_decrypt",
    "pgp_sym_encrypt_bytea",
    "pgp_sym_decrypt_bytea",
    "aes_encrypt",
    "aes_decrypt",
    "encrypt",
    "decrypt",
    "hmac",
];

/// Does the statement make something that deletes by itself: an event, a job, a routine that is named for it?
pub(super) fn purges(tokens: &[Token]) -> bool {
    let has = |words: &[&str]| tokens.iter().any(|t| words.iter().any(|w| t.is(w)));
    let deletes = || has(&["delete", "truncate"]) || has(&["drop"]) && has(&["partition"]);
    let names = || {
        tokens.iter().take(12).any(|t| {
            let lower = t.text.to_ascii_lowercase();
            PURGES.iter().any(|w| lower.contains(w))
        })
    };
    let create = tokens.first().is_some_and(|t| t.is("create"));
    let event = create && tokens.iter().take(8).any(|t| t.is("event"));
    let routine = create
        && tokens
            .iter()
            .take(6)
            .any(|t| t.is("function") || t.is("procedure") || t.is("proc"));
    let scheduled = has(&["schedule"]) && has(&["cron"])
        || has(&[
            "dbms_scheduler",
            "dbms_job",
            "sp_add_job",
            "add_retention_policy",
        ]);
    let texts_delete = || {
        tokens.iter().any(|t| {
            t.kind == Kind::Text && {
                let lower = t.text.to_ascii_lowercase();
                lower.contains("delete from") || PURGES.iter().any(|w| lower.contains(w))
            }
        })
    };
    event && (deletes() || names())
        || routine && names() && (deletes() || has(&["update"]))
        || scheduled && (texts_delete() || names() || has(&["add_retention_policy"]))
}

/// Words in names of what deletes.
const PURGES: [&str; 11] = [
    "purge",
    "cleanup",
    "clean_up",
    "retention",
    "expire",
    "anonym",
    "xoa_du_lieu",
    "don_dep",
    "xoa_het_han",
    "erase",
    "delete_old",
];

/// A check that lets only hashes of one kind into a column: `CHECK (password_hash LIKE '$2%')`.
pub(super) fn hash_check(item: &[Token]) -> Option<(&'static str, Vec<String>)> {
    let at = item.iter().position(|t| t.is("check"))?;
    let rest = item.get(at + 1..)?;
    let kind = rest.iter().filter(|t| t.kind == Kind::Text).find_map(|t| {
        let text = t.text.replace('\\', "");
        if text.contains("$argon2") {
            Some("argon2")
        } else if text.contains("$2") {
            Some("bcrypt")
        } else if text.contains("pbkdf2") {
            Some("pbkdf2")
        } else if text.contains("$6$") {
            Some("sha512crypt")
        } else {
            None
        }
    })?;
    let names = rest.iter().filter(|t| t.names()).map(|t| t.text.clone());
    Some((kind, names.collect()))
}
