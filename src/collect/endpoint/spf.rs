//! What a domain's SPF says of a stranger who sends in its name (RFC 7208): records that it includes or leads on to are
//! followed, by the same name server.

use std::cell::Cell;
use std::pin::Pin;

use super::leaf::UNSUPPORTED;
use super::mail::Records;

/// More questions than this make the record an error (4.6.4).
const MOST_LOOKUPS: u32 = 10;

/// What receivers make of a record that breaks the rules: as if there were none.
pub(super) const BROKEN: &str = "permerror";

/// `-all`, `~all`, `?all`, `+all`, `none` where it does not say, [`BROKEN`].
///
/// # Errors
/// Why a record that it rests on was not seen.
pub(super) async fn of_strangers<F>(
    domain: &str,
    record: &str,
    ask: &F,
) -> Result<&'static str, &'static str>
where
    F: AsyncFn(String) -> Records,
{
    judged(domain, record, &Cell::new(0), ask).await
}

/// The SPF records among these.
pub(super) fn records(texts: Vec<String>) -> Vec<String> {
    let is_spf = |text: &String| {
        let lower = text.to_ascii_lowercase();
        lower == "v=spf1" || lower.starts_with("v=spf1 ")
    };
    texts.into_iter().filter(is_spf).collect()
}

type Judged<'a> = Pin<Box<dyn Future<Output = Result<&'static str, &'static str>> + 'a>>;

fn judged<'a, F>(domain: &'a str, record: &'a str, asked: &'a Cell<u32>, ask: &'a F) -> Judged<'a>
where
    F: AsyncFn(String) -> Records,
{
    Box::pin(async move {
        let mut redirect = None;
        for term in record.split_whitespace().skip(1) {
            let term = term.to_ascii_lowercase();
            let (sign, mechanism) = match term.strip_prefix(['+', '-', '~', '?']) {
                Some(rest) => (term.get(..1).unwrap_or_default(), rest),
                None => ("+", term.as_str()),
            };
            if let Some(to) = term.strip_prefix("redirect=") {
                redirect = Some(to.to_owned());
                continue;
            }
            let (name, value) = mechanism
                .find([':', '/', '='])
                .map_or((mechanism, ""), |at| mechanism.split_at(at));
            let word = all_word(sign);
            match name {
                "all" => return Ok(word),
                "ip4" | "ip6" if value.starts_with(':') => {
                    if is_everybody(value, name == "ip6") {
                        return Ok(word);
                    }
                }
                "a" | "mx" | "ptr" | "exists" => {
                    if !counts(asked) {
                        return Ok(BROKEN);
                    }
                    if matches!(name, "a" | "mx") && is_everybody(value, false) {
                        return Ok(word);
                    }
                }
                "include" => match followed(domain, value, asked, ask).await? {
                    "+all" => return Ok(word),
                    // One that it includes and that is none, or broken, breaks it too (5.2).
                    BROKEN => return Ok(BROKEN),
                    _other => {}
                },
                // A modifier that is not known is passed over, a mechanism is an error (4.6.1).
                _unknown if value.starts_with('=') => {}
                _unknown => return Ok(BROKEN),
            }
        }
        match redirect {
            Some(to) => followed(domain, &format!(":{to}"), asked, ask).await,
            None => Ok("none"),
        }
    })
}

/// What the record of another name says.
async fn followed<F>(
    domain: &str,
    value: &str,
    asked: &Cell<u32>,
    ask: &F,
) -> Result<&'static str, &'static str>
where
    F: AsyncFn(String) -> Records,
{
    let to = value.trim_start_matches(':').replace("%{d}", domain);
    if !counts(asked) || to.is_empty() {
        return Ok(BROKEN);
    }
    // What a macro stands for is known only when a mail comes.
    if to.contains('%') {
        return Err(UNSUPPORTED);
    }
    let found = records(ask(format!("{}.", to.trim_end_matches('.'))).await?);
    match found.as_slice() {
        [one] => judged(&to, one, asked, ask).await,
        _ => Ok(BROKEN),
    }
}

/// One question more; false where there were too many.
fn counts(asked: &Cell<u32>) -> bool {
    asked.set(asked.get() + 1);
    asked.get() <= MOST_LOOKUPS
}

fn all_word(sign: &str) -> &'static str {
    match sign {
        "-" => "-all",
        "~" => "~all",
        "?" => "?all",
        _ => "+all",
    }
}

/// So wide a range of addresses that no company has it: `0.0.0.0/0`, or the halves of it.
fn is_everybody(value: &str, six: bool) -> bool {
    let Some((_, length)) = value.split_once('/') else {
        return false;
    };
    let length = length.split('/').next().unwrap_or_default();
    let narrow = if six { 16 } else { 8 };
    length.parse::<u32>().is_ok_and(|bits| bits < narrow)
}

#[cfg(test)]
mod tests {
    use super::super::leaf::TIMEOUT;
    use super::*;

    fn said(records: &[(&str, &str)]) -> Result<&'static str, &'static str> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let ask = async |name: String| {
            let name = name.trim_end_matches('.');
            if name.starts_with("silent") {
                return Err(TIMEOUT);
            }
            let of = records.iter().filter(|(of, _)| *of == name);
            Ok(of.map(|(_, text)| (*text).to_owned()).collect())
        };
        runtime.block_on(of_strangers("a", records[0].1, &ask))
    }

    #[test]
    fn what_is_included_counts() {
        let one = |record: &str| said(&[("a", record)]);
        assert_eq!(one("v=spf1 mx -all"), Ok("-all"));
        assert_eq!(one("v=spf1 all -all"), Ok("+all"));
        assert_eq!(one("v=spf1 mx"), Ok("none"));
        assert_eq!(one("v=spf1 ip4:0.0.0.0/0 -all"), Ok("+all"));
        assert_eq!(one("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"), Ok("+all"));
        assert_eq!(
            one("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:b.c/24 exp=x -all"),
            Ok("-all")
        );
        assert_eq!(one("v=spf1 ipv4:192.0.2.1 -all"), Ok(BROKEN));
        assert_eq!(one("v=spf1 include:none -all"), Ok(BROKEN));
        assert_eq!(one("v=spf1 include:a -all"), Ok(BROKEN));
        assert_eq!(one("v=spf1 include:silent -all"), Err(TIMEOUT));
        assert_eq!(one("v=spf1 include:%{l}.x -all"), Err(UNSUPPORTED));
        let two = |first, second| said(&[("a", first), ("b", second)]);
        assert_eq!(two("v=spf1 include:b -all", "v=spf1 +all"), Ok("+all"));
        assert_eq!(two("v=spf1 -include:b ~all", "v=spf1 +all"), Ok("-all"));
        assert_eq!(two("v=spf1 include:b -all", "v=spf1 ~all"), Ok("-all"));
        assert_eq!(two("v=spf1 redirect=b", "v=spf1 ?all"), Ok("?all"));
        assert_eq!(two("v=spf1 redirect=b", "other"), Ok(BROKEN));
        let many = format!("v=spf1 {} -all", "a ".repeat(11));
        assert_eq!(one(&many), Ok(BROKEN));
    }
}
