//! The wish to stop: set once by an interrupt, looked at by everything that waits long.

use std::sync::atomic::{AtomicBool, Ordering};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Asks everything that collects to stop; says whether that had been asked before.
pub fn stop() -> bool {
    STOPPED.swap(true, Ordering::Relaxed)
}

/// Shall collecting stop?
pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}
