//! Values of Postfix that are lists, spans or versions.

/// The words of a list: between blanks and commas.
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .collect()
}

/// A span in seconds.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: i64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// Old versions of TLS that a list of protocols leaves on; nothing where a word is not understood.
pub(super) fn weak_protocols(text: &str) -> Option<Vec<&'static str>> {
    let known = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
    let at = |name: &str| {
        let name = if name.eq_ignore_ascii_case("TLSv1.0") {
            "TLSv1"
        } else {
            name
        };
        known.iter().position(|k| k.eq_ignore_ascii_case(name))
    };
    let (mut only, mut out, mut min, mut max) = (Vec::new(), Vec::new(), 0, known.len() - 1);
    for word in text.split(|c: char| c.is_whitespace() || [',', ':'].contains(&c)) {
        if word.is_empty() {
            continue;
        }
        if let Some(name) = word.strip_prefix(">=") {
            min = at(name)?;
        } else if let Some(name) = word.strip_prefix("<=") {
            max = at(name)?;
        } else if let Some(name) = word.strip_prefix('!') {
            out.push(at(name)?);
        } else {
            only.push(at(word)?);
        }
    }
    // SSLv2 is in no library of these years.
    let on = |version: &usize| {
        (min..=max).contains(version)
            && !out.contains(version)
            && (only.is_empty() || only.contains(version))
    };
    Some(
        (1..=3)
            .filter(on)
            .filter_map(|v| known.get(v).copied())
            .collect(),
    )
}

/// Networks that hold so many hosts that nobody can answer for all of them.
pub(super) fn wide(networks: &str) -> Vec<&str> {
    words(networks)
        .into_iter()
        .filter(|network| {
            let Some((address, bits)) = network.rsplit_once('/') else {
                return false;
            };
            let Ok(bits) = bits.parse::<u32>() else {
                return false;
            };
            let address = address.trim_start_matches('[').trim_end_matches(']');
            match address.parse::<std::net::IpAddr>() {
                Ok(std::net::IpAddr::V4(ip)) => {
                    let own = ip.is_private() || ip.is_loopback() || ip.is_link_local();
                    bits < 8 || (!own && bits < 24)
                }
                Ok(std::net::IpAddr::V6(ip)) => {
                    let own = ip.is_loopback() || ip.to_ipv4_mapped().is_some();
                    !own && bits < 48 && !(ip.is_unique_local() || ip.is_unicast_link_local())
                }
                Err(_) => false,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols() {
        let of = |text: &str| weak_protocols(text).map(|all| all.join(" "));
        for (text, wanted) in [
            (">=TLSv1", Some("TLSv1 TLSv1.1")),
            (">=TLSv1.2", Some("")),
            ("!SSLv2, !SSLv3", Some("TLSv1 TLSv1.1")),
            ("!SSLv2 !SSLv3 !TLSv1 !TLSv1.1", Some("")),
            ("", Some("SSLv3 TLSv1 TLSv1.1")),
            ("TLSv1.2, TLSv1.3", Some("")),
            ("TLSv1.1:TLSv1.2", Some("TLSv1.1")),
            (">=0303", None),
        ] {
            assert_eq!(of(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn networks_and_spans() {
        let text = "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128, 10.0.0.0/8 203.0.113.0/24 0.0.0.0/0 203.0.0.0/16 [::]/0 hash:/a";
        assert_eq!(wide(text), ["0.0.0.0/0", "203.0.0.0/16", "[::]/0"]);
        assert_eq!(
            (seconds("5m"), seconds("300s"), seconds("x")),
            (Some(300), Some(300), None)
        );
    }
}
