//! Parsers of text, each by itself: many inputs in little time. No line that one names stands outside the text.
#![no_main]

use capdo::parse::haproxy::{self, Answers, Environment};
use capdo::parse::keyword::{aptconf, logrotate, mounts, packets, pairs, pam, repositories, rsyslog, sshd};
use capdo::parse::keyword::{sudoers, tags};
use capdo::parse::{
    apache, dockerfile, hcl, mysql, nginx, postfix, postgres, properties, python, rabbitmq, redis, yaml,
};
use capdo_fuzz::names;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, content)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(content) else {
        return;
    };
    let name = names::PARSERS[usize::from(*first) % names::PARSERS.len()];
    let last = u32::try_from(text.matches('\n').count() + 1).unwrap_or(u32::MAX);
    for line in lines(name, text) {
        assert!(line <= last, "{name}: line {line} of {last}");
    }
});

/// The lines that a parser names.
fn lines(name: &str, text: &str) -> Vec<u32> {
    match name {
        "apache" => {
            let _ = apache::looks_like(text);
            let file = apache::parse(text);
            let problems = file.problems.iter().map(|p| p.line);
            problems.chain(file.directives.iter().map(|d| d.line)).collect()
        }
        "dockerfile" => dockerfile::parse(text).iter().map(|i| i.line).collect(),
        "haproxy" => {
            let _ = haproxy::looks_like(text);
            let file = haproxy::parse(text, &mut Environment::default(), &mut Answers::default());
            let sections = file.sections.iter().map(|s| s.line);
            sections.chain(file.problems.iter().map(|p| p.0)).collect()
        }
        "tf" => of_body(hcl::parse(text)),
        "tf.json" => {
            let _ = hcl::json::values(text);
            of_body(hcl::json::parse(text))
        }
        "mysql" => mysql::parse(text).iter().map(|l| l.line).collect(),
        "nginx" => {
            let file = nginx::parse(text);
            file.problems.iter().map(|p| p.line).collect()
        }
        "postfix-main" => {
            let (settings, broken) = postfix::main(text);
            settings.iter().map(|s| s.line).chain(broken).collect()
        }
        "postfix-master" => {
            let (services, broken) = postfix::master(text);
            services.iter().map(|s| s.line).chain(broken).collect()
        }
        "postgres" => postgres::conf(text).problems.iter().map(|p| p.line).collect(),
        "pg_hba" => {
            let (rows, problems) = postgres::rows(text);
            let rows = rows.iter().map(|r| r.line);
            rows.chain(problems.iter().map(|p| p.line)).collect()
        }
        "properties" => {
            let all = properties::parse(text);
            all.iter().flatten().map(|p| p.line).collect()
        }
        "python" => python::parse(text).1,
        "rabbitmq" => {
            let _ = rabbitmq::atoms(text);
            let (settings, broken) = rabbitmq::parse(text);
            settings.iter().map(|s| s.line).chain(broken).collect()
        }
        "redis" => {
            let _ = redis::is_acl(text);
            let (lines, broken) = redis::parse(text);
            lines.iter().map(|l| l.line).chain(broken).collect()
        }
        "yaml" => yaml::documents(text)
            .into_iter()
            .map(|doc| doc.map_or_else(|fault| fault.line, |node| node.span.line))
            .collect(),
        "json" => vec![yaml::json_document(text).map_or_else(|f| f.line, |node| node.span.line)],
        "nft" => of_chains(&packets::nft(text)),
        "iptables" => of_chains(&packets::iptables(text)),
        "logrotate" => {
            let _ = logrotate::parse(text);
            Vec::new()
        }
        "pam" => pam::parse(text, None).iter().map(|r| r.line).collect(),
        "rsyslog" => {
            let _ = rsyslog::parse(text);
            Vec::new()
        }
        "sshd" => sshd::parse(text).iter().map(|l| l.line).collect(),
        "sudoers" => sudoers::parse(text).iter().map(|l| l.line()).collect(),
        "xml" => {
            let tags = tags::read(text).unwrap_or_default();
            tags.iter().map(|t| t.line).collect()
        }
        "ini" => {
            let all = [pairs::ini(text), pairs::equals(text), pairs::blanks(text)];
            all.iter().flatten().map(|p| p.line).collect()
        }
        "fstab" => {
            let _ = (mounts::findmnt(text), mounts::crypttab(text), mounts::lsblk(text));
            mounts::fstab(text).unwrap_or_default().iter().map(|m| m.line).collect()
        }
        "sources" => {
            let _ = aptconf::is_off(text);
            let _ = (repositories::one_line(text), repositories::deb822(text), repositories::yum(text));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn of_body(body: Result<hcl::Body, hcl::Fault>) -> Vec<u32> {
    match body {
        Ok(body) => {
            let blocks = body.blocks.iter().map(|b| b.line);
            blocks.chain(body.attributes.iter().map(|a| a.line)).collect()
        }
        Err(fault) => vec![fault.line],
    }
}

/// Chains are walked as the collectors walk them.
fn of_chains(chains: &packets::Chains) -> Vec<u32> {
    let _ = capdo::parse::keyword::openings::through(chains, "input");
    Vec::new()
}
