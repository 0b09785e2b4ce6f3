//! What a Content-Security-Policy lets scripts do (CSP Level 3). Pure.

/// May scripts that somebody writes into the page run: within it, from a `data:` address, or as text that is evaluated?
/// Several policies, split by commas, hold together: one that forbids it is enough.
pub(super) fn at_will(policies: &str) -> bool {
    let policies: Vec<Policy<'_>> = policies
        .split(',')
        .filter(|p| !p.trim().is_empty())
        .map(Policy::of)
        .collect();
    let all = |allows: fn(&Policy<'_>) -> bool| policies.iter().all(allows);
    all(|p| allows_inline(p.sources(&["script-src-elem", "script-src", "default-src"])))
        || all(|p| allows_inline(p.sources(&["script-src-attr", "script-src", "default-src"])))
        || all(|p| allows(p.sources(&["script-src", "default-src"]), "'unsafe-eval'"))
}

struct Policy<'a>(Vec<(String, &'a str)>);

impl<'a> Policy<'a> {
    fn of(text: &'a str) -> Self {
        let directives = text.split(';').filter_map(|directive| {
            let directive = directive.trim();
            let (name, sources) = directive
                .split_once(char::is_whitespace)
                .unwrap_or((directive, ""));
            (!name.is_empty()).then(|| (name.to_ascii_lowercase(), sources))
        });
        Self(directives.collect())
    }

    /// The sources of the first of these that the policy has; of one that stands twice the first counts.
    fn sources(&self, names: &[&str]) -> Option<Vec<String>> {
        let found = names
            .iter()
            .find_map(|name| self.0.iter().find(|(of, _)| of == name))?;
        let sources = found.1.split_whitespace();
        Some(sources.map(str::to_ascii_lowercase).collect())
    }
}

/// Without a word on scripts all is allowed.
fn allows(sources: Option<Vec<String>>, word: &str) -> bool {
    sources.is_none_or(|sources| sources.iter().any(|s| s == word))
}

fn allows_inline(sources: Option<Vec<String>>) -> bool {
    let Some(sources) = sources else {
        return true;
    };
    let has = |begin: &str| sources.iter().any(|s| s.starts_with(begin));
    // A nonce, a hash or strict-dynamic switches 'unsafe-inline' off in every browser that knows them.
    let strict = has("'nonce-") || has("'sha") || has("'strict-dynamic'");
    (has("'unsafe-inline'") && !strict) || (has("data:") && !has("'strict-dynamic'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_may_do() {
        for strict in [
            "default-src 'self'",
            "default-src *",
            "default-src 'self' 'unsafe-inline'; script-src 'self'",
            "script-src 'nonce-…' 'strict-dynamic' 'unsafe-inline' https:; object-src 'none'",
            "default-src 'self'; style-src 'unsafe-inline'",
            "default-src 'unsafe-inline', script-src 'self'",
            "script-src 'self'; script-src 'unsafe-inline'",
        ] {
            assert!(!at_will(strict), "{strict}");
        }
        for loose in [
            "",
            "upgrade-insecure-requests",
            "frame-ancestors 'self'",
            "DEFAULT-SRC 'SELF' 'UNSAFE-INLINE'",
            "script-src 'self' 'unsafe-eval'",
            "script-src 'self' data:",
            "script-src 'self'; script-src-attr 'unsafe-inline'",
            "default-src 'unsafe-inline', frame-ancestors 'none'",
        ] {
            assert!(at_will(loose), "{loose}");
        }
    }
}
