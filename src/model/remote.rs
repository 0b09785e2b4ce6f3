//! A host that is reached by SSH, as people name it: `[user@]host[:port]`.

use std::fmt;

/// A host behind SSH. Only what cannot be taken for an option or a command of `ssh` is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remote {
    /// The account; that of the SSH configuration where absent.
    pub user: Option<String>,
    /// A name, an alias of the SSH configuration, or an address.
    pub host: String,
    /// The port; that of the SSH configuration where absent.
    pub port: Option<u16>,
}

impl Remote {
    /// Reads `[user@]host[:port]`; an IPv6 address stands in brackets.
    pub fn parse(words: &str) -> Option<Self> {
        let (user, rest) = match words.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, words),
        };
        let (host, port) = match rest.strip_prefix('[') {
            Some(v6) => {
                let (host, port) = v6.split_once(']')?;
                host.parse::<std::net::Ipv6Addr>().ok()?;
                (host, port)
            }
            None => {
                let at = rest.find(':').unwrap_or(rest.len());
                let (host, port) = rest.split_at(at);
                plain(host, "._-").then_some(())?;
                (host, port)
            }
        };
        let port = match port.strip_prefix(':') {
            Some(number) => Some(number.parse().ok().filter(|p: &u16| *p != 0)?),
            None if port.is_empty() => None,
            None => return None,
        };
        if user.is_some_and(|user| !plain(user, "._-\\")) {
            return None;
        }
        Some(Self {
            user: user.map(str::to_owned),
            host: host.to_owned(),
            port,
        })
    }
}

/// Letters, digits and these signs, and no dash in front.
fn plain(word: &str, signs: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || signs.contains(c);
    !word.is_empty() && word.len() <= 253 && !word.starts_with('-') && word.chars().all(fits)
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.host.contains(':') {
            true => write!(f, "[{}]", self.host)?,
            false => f.write_str(&self.host)?,
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_options_are_not() {
        for words in [
            "web-01",
            "audit@web-01",
            "a@10.0.0.1:2222",
            "[::1]:22",
            "a.b@h",
        ] {
            assert_eq!(Remote::parse(words).unwrap().to_string(), words);
        }
        let wrong = [
            "",
            "-oProxyCommand=x",
            "a@-h",
            "-l@h",
            "h:0",
            "h:99999",
            "h:",
            "h x",
            "h;id",
            "@h",
            "::1",
            "[h]:1",
            "[::1]22",
            "$(id)",
        ];
        for words in wrong {
            assert_eq!(Remote::parse(words), None, "{words}");
        }
    }
}
