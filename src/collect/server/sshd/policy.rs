//! RHEL 8 hands sshd the algorithms of the system's policy on its command line, which counts before every file.
//! From RHEL 9 on the policy is an included file like any other.

use super::super::host::Host;
use super::lines::Setting;
use crate::model::{Place, SourceError};
use crate::parse::keyword::numbered;

/// The options that the unit of sshd takes from the policy: `CRYPTO_POLICY='-oCiphers=… -oMACs=…'`.
pub(super) const POLICY: &str = "/etc/crypto-policies/back-ends/opensshserver.config";
/// An administrator opts out by an empty `CRYPTO_POLICY=` here.
pub(super) const OPT_OUT: &str = "/etc/sysconfig/sshd";

const VARIABLE: &str = "CRYPTO_POLICY=";

/// The options of the command line, in order.
pub(super) fn options(host: &mut Host<'_>) -> Result<Vec<Setting>, SourceError> {
    let Some(text) = host.optional(POLICY)? else {
        return Ok(Vec::new());
    };
    let Some((line, options)) = variable(&text) else {
        return Ok(Vec::new());
    };
    // The later file of the unit wins.
    let own = host.optional(OPT_OUT)?;
    let (file, line, options) = match own.as_deref().and_then(variable) {
        Some((line, own)) => (OPT_OUT, line, own),
        None => (POLICY, line, options),
    };
    Ok(settings(&options, &Place::new(file, line)))
}

/// The value of the variable without its quotes.
fn variable(text: &str) -> Option<(u32, String)> {
    numbered(text).find_map(|(line, l)| {
        let value = l.trim().strip_prefix(VARIABLE)?.trim();
        Some((line, value.trim_matches(['\'', '"']).to_owned()))
    })
}

fn settings(options: &str, place: &Place) -> Vec<Setting> {
    let pairs = options
        .split_whitespace()
        .filter_map(|option| option.strip_prefix("-o")?.split_once('='));
    pairs
        .map(|(name, value)| Setting {
            block: 0,
            keyword: name.to_ascii_lowercase(),
            args: vec![value.to_owned()],
            place: place.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_policy() {
        let (line, text) = variable(
            "# made by\nCRYPTO_POLICY='-oCiphers=aes256-ctr,aes128-ctr -oMACs=hmac-sha1'\n",
        )
        .unwrap();
        let settings = settings(&text, &Place::new("f", line));
        assert_eq!(line, 2);
        assert_eq!(settings[0].keyword, "ciphers");
        assert_eq!(settings[0].args, ["aes256-ctr,aes128-ctr"]);
        assert_eq!(settings[1].keyword, "macs");
        assert_eq!(variable("Ciphers aes256-ctr\n"), None);
    }
}
