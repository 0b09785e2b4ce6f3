//! Lists of callers in CSV, the exchange that calls, traces of calls, the couriers' app.
#![no_main]

use capdo_fuzz::{context, folder, lines_within, names, parts};
use capdo::model::{CallerFiles, Inventory, Organisation, Ownership, Size, Text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parts = parts(data, names::CALLER);
    let at = folder(&parts);
    let beside = |name: &str| Some(at.join(name)).filter(|path| path.exists());
    let files = CallerFiles {
        brandnames: at.join("brandnames.csv"),
        numbers: beside("numbers.csv"),
        calls: beside("calls.csv"),
        roster: beside("roster.csv"),
        sip: beside("sip"),
        traces: beside("traces"),
        app: beside("app"),
    };
    let out = capdo::collect::caller::collect(&files, "c", &inventory(), &context());
    lines_within(&out, &parts);
});

fn inventory() -> Inventory {
    Inventory {
        file: "capdo.yaml".into(),
        organisation: Organisation {
            name: Text::same("Sample Postal JSC"),
            tax_code: Some("0100109106".into()),
            ownership: Ownership::Private,
            size: Size::Large,
            subcontractors: false,
        },
        assessor: None,
        systems: Vec::new(),
        assets: Vec::new(),
        attestations: Vec::new(),
        incidents: None,
        waivers: Vec::new(),
        parameters: Default::default(),
        mask_profile: None,
        code_reversal: None,
    }
}
