//! The collector as a whole.

use std::path::Path;

use super::*;

fn cx() -> Context {
    Context {
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
        timeout: std::time::Duration::from_secs(1),
        offline: true,
    }
}

#[test]
fn dump() {
    let Ok(path) = std::env::var("DUMP") else {
        return;
    };
    let out = collect(Path::new(&path), "configs/x", &cx());
    for s in &out.subjects {
        println!("== {} ({}) {:?}", s.id, s.kind, s.place);
        for f in s.facts.values().chain(&s.other) {
            println!(
                "  {} = {} [{:?}] {:?}",
                f.path,
                f.value.shown(),
                f.origin,
                f.place.as_ref().map(|p| format!("{}:{}", p.file, p.line))
            );
        }
    }
    for s in &out.sights {
        println!("{:?}", s);
    }
}
