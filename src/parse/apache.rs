//! Configuration of Apache httpd: directives and sections with their lines. Pure; nothing is put in or left out here.

/// A directive or a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its line, from 1.
    pub line: u32,
    /// Its name in lower case.
    pub name: String,
    /// Its arguments without quotes.
    pub args: Vec<String>,
    /// What stands inside, where it is a section.
    pub block: Option<Vec<Directive>>,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: &'static str,
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// What stands at its top.
    pub directives: Vec<Directive>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Reads a file.
pub fn parse(text: &str) -> File {
    let mut file = File::default();
    // Sections that are open, each with what stands in it so far.
    let mut open: Vec<Directive> = Vec::new();
    for (line, content) in super::keyword::joined(text) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Some(name) = content.strip_prefix("</") {
            let name = name.trim_end_matches('>').trim().to_ascii_lowercase();
            close(&mut file, &mut open, &name, line);
            continue;
        }
        if let Some(inner) = content.strip_prefix('<') {
            let inner = match inner.strip_suffix('>') {
                Some(inner) => inner,
                None => {
                    file.problems.push(Problem {
                        line,
                        what: "a section without >",
                    });
                    inner
                }
            };
            if open.len() >= MAX_DEPTH {
                file.problems.push(Problem {
                    line,
                    what: "sections are nested too deep",
                });
                return file;
            }
            let (name, rest) = split_name(inner);
            open.push(Directive {
                line,
                name,
                args: words(rest),
                block: Some(Vec::new()),
            });
            continue;
        }
        let (name, rest) = split_name(content);
        let directive = Directive {
            line,
            name,
            args: words(rest),
            block: None,
        };
        add(&mut file, &mut open, directive);
    }
    while let Some(section) = open.pop() {
        file.problems.push(Problem {
            line: section.line,
            what: "a section that is not closed",
        });
        add(&mut file, &mut open, section);
    }
    file
}

fn close(file: &mut File, open: &mut Vec<Directive>, name: &str, line: u32) {
    match open.pop() {
        Some(section) if section.name == name => add(file, open, section),
        Some(section) => {
            file.problems.push(Problem {
                line,
                what: "closes a section that is not open",
            });
            open.push(section);
        }
        None => file.problems.push(Problem {
            line,
            what: "closes a section that is not open",
        }),
    }
}

fn add(file: &mut File, open: &mut [Directive], directive: Directive) {
    match open.last_mut().and_then(|section| section.block.as_mut()) {
        Some(block) => block.push(directive),
        None => file.directives.push(directive),
    }
}

fn split_name(content: &str) -> (String, &str) {
    let (name, rest) = content
        .split_once(char::is_whitespace)
        .unwrap_or((content, ""));
    (name.to_ascii_lowercase(), rest.trim())
}

/// Words between blanks; quotes of both kinds hold blanks together.
pub(crate) fn words(rest: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chars = rest.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(first) = chars.peek().copied() else {
            return words;
        };
        let mut word = String::new();
        if first == '"' || first == '\'' {
            chars.next();
            while let Some(c) = chars.next() {
                match c {
                    '\\' if chars.peek() == Some(&first) || chars.peek() == Some(&'\\') => {
                        word.extend(chars.next())
                    }
                    c if c == first => break,
                    c => word.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                word.push(c);
            }
        }
        words.push(word);
    }
}

/// Mostly what only Apache has: sections of its own, or directives that are written as it writes them.
pub fn looks_like(text: &str) -> bool {
    let mut own = 0;
    let mut other = 0;
    for line in text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .take(400)
    {
        let name = line
            .split([' ', '\t', '>'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if SECTIONS.contains(&name.trim_start_matches("</").trim_start_matches('<'))
            && line.starts_with('<')
        {
            own += 2;
        } else if WORDS.contains(&name.as_str()) && !line.ends_with([';', '{']) {
            own += 1;
        } else {
            other += 1;
        }
    }
    own > 0 && own * 2 >= other
}

const MAX_DEPTH: usize = 64;
const SECTIONS: [&str; 20] = [
    "virtualhost",
    "directory",
    "directorymatch",
    "files",
    "filesmatch",
    "location",
    "locationmatch",
    "ifmodule",
    "ifdefine",
    "ifversion",
    "if",
    "elseif",
    "else",
    "proxy",
    "proxymatch",
    "limit",
    "limitexcept",
    "requireall",
    "requireany",
    "macro",
];
const WORDS: [&str; 44] = [
    "serverroot",
    "servername",
    "serveralias",
    "serveradmin",
    "documentroot",
    "loadmodule",
    "errorlog",
    "customlog",
    "logformat",
    "directoryindex",
    "allowoverride",
    "options",
    "require",
    "sslengine",
    "sslprotocol",
    "sslciphersuite",
    "sslcertificatefile",
    "sslcertificatekeyfile",
    "sslhonorcipherorder",
    "rewriteengine",
    "rewriterule",
    "rewritecond",
    "proxypass",
    "proxypassreverse",
    "servertokens",
    "serversignature",
    "traceenable",
    "includeoptional",
    "sethandler",
    "addtype",
    "addhandler",
    "setenvif",
    "redirect",
    "redirectmatch",
    "header",
    "requestheader",
    "namevirtualhost",
    "listen",
    "keepalivetimeout",
    "maxkeepaliverequests",
    "allow",
    "order",
    "php_value",
    "php_flag",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sections_and_words() {
        let file = parse(
            "ServerName a\n<VirtualHost *:80>\n  Header always set X \"a b\" \\\n env=x\n <Directory \"/srv/a b\">\n Options -Indexes\n </Directory>\n</virtualhost>\n</If>\n<If \"x\">\n",
        );
        assert_eq!(file.directives.len(), 3);
        let host = file.directives[1].block.as_ref().unwrap();
        assert_eq!(host[0].args, ["always", "set", "X", "a b", "env=x"]);
        assert_eq!((host[1].args[0].as_str(), host[1].line), ("/srv/a b", 5));
        let lines: Vec<u32> = file.problems.iter().map(|p| p.line).collect();
        assert_eq!(lines, [9, 10]);
        assert!(looks_like(
            "<VirtualHost *:80>\nServerName x\n</VirtualHost>\n"
        ));
        assert!(
            !looks_like("server {\n listen 80;\n}\n") && !looks_like("listen 80\nfoo\nbar\nbaz\n")
        );
    }

    fn lines(all: &[Directive], out: &mut Vec<u32>) {
        for d in all {
            out.push(d.line);
            lines(d.block.as_deref().unwrap_or_default(), out);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà]{0,200}|((</?[A-Za-z]{1,4}[ a]?>|[A-Z][a-z ]{0,9}\\\\?)\n){0,30}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            let file = parse(&text);
            let _ = looks_like(&text);
            let mut all: Vec<u32> = file.problems.iter().map(|p| p.line).collect();
            lines(&file.directives, &mut all);
            for line in all {
                prop_assert!(line >= 1 && line <= last);
            }
        }
    }
}
