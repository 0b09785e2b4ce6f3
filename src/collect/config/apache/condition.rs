//! What the condition of a section or of a line asks: whether a request came over TLS, or something else.

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// It holds for every request over TLS, and for no other.
    Tls,
    /// It holds for every request in plain, and for no other.
    Plain,
    Other,
}

/// What an expression asks, as `<If>` and `expr=` have it.
pub(super) fn of_expression(text: &str) -> Asks {
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !['"', '\''].contains(c))
        .collect();
    let bare = bare.to_ascii_lowercase();
    let (negated, name, value) = if let Some((name, value)) = bare.split_once("!=") {
        (true, name, value)
    } else if let Some((name, value)) = bare.split_once("==").or_else(|| bare.split_once('=')) {
        (false, name, value)
    } else if let Some((name, value)) = bare.split_once("-eq") {
        (false, name, value)
    } else if let Some((name, value)) = bare.split_once("-ne") {
        (true, name, value)
    } else {
        return Asks::Other;
    };
    let tls = match (name, value) {
        ("%{https}", "on") | ("%{request_scheme}", "https") | ("%{server_port}", "443") => true,
        ("%{https}", "off") | ("%{request_scheme}", "http") | ("%{server_port}", "80") => false,
        _ => return Asks::Other,
    };
    if tls == negated {
        Asks::Plain
    } else {
        Asks::Tls
    }
}

/// What the last word of a line asks: `env=NAME`, `expr=EXPRESSION`. Nothing where it is no condition.
pub(super) fn of_word(word: &str) -> Option<Asks> {
    if let Some(expression) = word.strip_prefix("expr=") {
        return Some(of_expression(expression));
    }
    let name = word.strip_prefix("env=")?;
    Some(if name.eq_ignore_ascii_case("HTTPS") {
        Asks::Tls
    } else {
        Asks::Other
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked() {
        for (text, asks) in [
            ("%{HTTPS} == 'on'", Asks::Tls),
            ("%{HTTPS} != \"on\"", Asks::Plain),
            ("%{HTTPS} = 'off'", Asks::Plain),
            ("%{REQUEST_SCHEME} == 'https'", Asks::Tls),
            ("%{SERVER_PORT} -ne 443", Asks::Plain),
            ("%{HTTPS} == 'on' && %{REQUEST_URI} =~ m#^/a#", Asks::Other),
            ("%{REMOTE_ADDR} == '10.0.0.1'", Asks::Other),
            ("-n %{HTTPS}", Asks::Other),
        ] {
            assert_eq!(of_expression(text), asks, "{text}");
        }
        assert_eq!(of_word("env=HTTPS"), Some(Asks::Tls));
        assert_eq!(of_word("env=!x"), Some(Asks::Other));
        assert_eq!(of_word("max-age=1"), None);
    }
}
