//! What was recorded of a host (the answer of the script, a bundle) and of an endpoint, read and looked at.
#![no_main]

use capdo::collect::{endpoint, server};
use capdo::evidence::Bundle;
use capdo::model::Target;
use capdo_fuzz::{context, folder, lines_within, names, now, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parts = parts(data, names::RECORD);
    for (name, content) in &parts {
        let bundle = match *name {
            "answer" => Bundle::of_answer(content, now()),
            "bundle" => Bundle::of_file(content),
            _ => {
                let target = Target::EndpointFacts {
                    file: folder(&parts).join(name),
                    address: "a.example.vn:443".to_owned(),
                    purpose: "web".to_owned(),
                };
                let out = endpoint::collect(&target, name, &context());
                lines_within(&out, &parts);
                continue;
            }
        };
        if let Ok(bundle) = bundle {
            let _ = server::collect(&bundle, "host", &context());
        }
    }
});
