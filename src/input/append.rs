//! Adds an entry to a list of a YAML file and leaves every other byte of it as it is, comments too.
//!
//! It knows the block form that people write; what it makes is read again as a whole before anything is kept.

/// Why an entry cannot be added by a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The list stands in brackets.
    #[error(
        "the list stands in brackets; write it with one `- ` line for each entry, then try again"
    )]
    Flow,
}

/// The text with one more entry at the end of the list under a key of the first level. The lines of the entry begin with `- `.
///
/// # Errors
/// Where the list has a form that is left to people.
pub fn append(text: &str, key: &str, entry: &[String]) -> Result<String, Unfit> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(last) = lines.last_mut().filter(|l| !l.ends_with('\n')) {
        last.push_str(end);
    }
    let indented = |by: usize| {
        entry
            .iter()
            .map(move |line| format!("{}{line}{end}", " ".repeat(by)))
    };
    let Some(head) = lines.iter().position(|l| value_of(l, key).is_some()) else {
        lines.push(format!("{key}:{end}"));
        lines.extend(indented(2));
        return Ok(lines.concat());
    };
    match lines.get(head).and_then(|l| value_of(l, key)) {
        Some("") => {}
        Some("[]") => {
            if let Some(line) = lines.get_mut(head) {
                *line = line.replacen("[]", "", 1).replacen(": ", ":", 1);
            }
            let after = (head + 1).min(lines.len());
            lines.splice(after..after, indented(2));
            return Ok(lines.concat());
        }
        Some(_) | None => return Err(Unfit::Flow),
    }
    let (after, by) = end_of_list(&lines, head);
    lines.splice(after..after, indented(by));
    Ok(lines.concat())
}

/// What stands behind `key:` at the beginning of a line, without a comment.
fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.trim_start_matches('\u{feff}').strip_prefix(key)?;
    let rest = rest.strip_prefix(':')?;
    let value = match rest.find(" #") {
        Some(at) => rest.get(..at)?,
        None => rest,
    };
    Some(value.trim())
}

/// The line behind the last of the list, and how far its entries are indented.
fn end_of_list(lines: &[String], head: usize) -> (usize, usize) {
    let mut end = head + 1;
    let mut by = None;
    for (at, line) in lines.iter().enumerate().skip(head + 1) {
        let plain = line.trim_end();
        let inner = plain.trim_start_matches(' ');
        let indent = plain.len() - inner.len();
        if inner.is_empty() || (indent == 0 && inner.starts_with('#')) {
            continue;
        }
        let item = inner == "-" || inner.starts_with("- ");
        if indent == 0 && !item {
            break;
        }
        if item {
            by.get_or_insert(indent);
        }
        end = at + 1;
    }
    (end, by.unwrap_or(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Vec<String> {
        vec!["- id: b".into(), "  reason: \"x\"".into()]
    }

    #[test]
    fn comments_and_order_stay() {
        let text = "# head\nschema: s\nwaivers:   # the list\n  # first\n  - id: a\n    reason: >\n      long\n  # tail\n\n# foot\nparameters: {}\n";
        let made = append(text, "waivers", &entry()).unwrap();
        let wanted = text.replace("  # tail\n", "  # tail\n  - id: b\n    reason: \"x\"\n");
        assert_eq!(made, wanted);
    }

    #[test]
    fn entries_at_the_first_column_windows_ends_and_no_end() {
        assert_eq!(
            append("waivers:\r\n- id: a", "waivers", &entry()).unwrap(),
            "waivers:\r\n- id: a\r\n- id: b\r\n  reason: \"x\"\r\n"
        );
    }

    #[test]
    fn a_list_that_is_empty_or_not_there() {
        let made = "schema: s\nwaivers:\n  - id: b\n    reason: \"x\"\n";
        assert_eq!(append("schema: s\n", "waivers", &entry()).unwrap(), made);
        assert_eq!(
            append("schema: s\nwaivers: []\n", "waivers", &entry()).unwrap(),
            made
        );
    }

    #[test]
    fn what_stands_in_brackets_is_left_to_people() {
        assert_eq!(
            append("waivers: [ a.yaml ]\n", "waivers", &entry()),
            Err(Unfit::Flow)
        );
    }
}
