//! What `SSLProtocol` leaves on.

/// Old protocols that `SSLProtocol` leaves on, in its own arithmetic.
pub(super) fn weak_protocols(text: &str) -> Vec<&'static str> {
    let mut on: Vec<&'static str> = Vec::new();
    let known = ["SSLv3", "TLSv1", "TLSv1.1"];
    for word in text.split_whitespace() {
        let (sign, name) = match word.strip_prefix(['+', '-']) {
            Some(name) => (word.chars().next(), name),
            None => (None, word),
        };
        let named: Vec<&'static str> = if name.eq_ignore_ascii_case("all") {
            // SSLv3 is part of it only where OpenSSL still has it.
            known.to_vec()
        } else {
            known
                .iter()
                .copied()
                .filter(|k| k.eq_ignore_ascii_case(name))
                .collect()
        };
        match sign {
            Some('-') => on.retain(|k| !named.contains(k)),
            Some(_) => on.extend(named),
            None => on = named,
        }
    }
    on.dedup();
    on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_of_protocols() {
        assert_eq!(weak_protocols("all -SSLv3"), ["TLSv1", "TLSv1.1"]);
        assert!(weak_protocols("all -SSLv3 -TLSv1 -TLSv1.1").is_empty());
        assert!(weak_protocols("TLSv1.2 TLSv1.3").is_empty());
        assert_eq!(weak_protocols("-all +TLSv1.1 +TLSv1.2"), ["TLSv1.1"]);
    }
}
