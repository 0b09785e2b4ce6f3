//! Reads what a host answers: with a deadline, a limit, and an eye on the wish to stop. What came before is kept.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::collect::stop::stopped;
use crate::evidence::MAX_ANSWER_BYTES;

/// How often the wish to stop is looked at.
const TICK: Duration = Duration::from_millis(100);

/// How much of what a host complains is kept.
const MAX_COMPLAINT: usize = 2048;

/// What came from a host.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// Its standard output, up to the limit.
    pub(super) answer: Vec<u8>,
    /// The beginning of its standard error.
    pub(super) complaint: Vec<u8>,
    /// Its exit status, where it is known.
    pub(super) status: Option<i32>,
    /// Why the rest did not come.
    pub(super) cut: Option<Cut>,
}

/// Why reading ended before the answer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    TooLarge,
    TimedOut,
    Stopped,
    Broken,
}

/// Sends the script, reads the answer, and keeps the way in open until then: the host watches it.
pub(super) async fn talk(
    script: &str,
    mut to: impl AsyncWrite + Unpin,
    from: impl AsyncRead + Unpin,
    complaints: impl AsyncRead + Unpin,
    whole: Duration,
) -> Raw {
    let until = Instant::now() + whole;
    let mut raw = Raw::default();
    let send = async {
        // A host that answers without listening, as a restricted key does, closes its ears at its end.
        if to.write_all(script.as_bytes()).await.is_ok() {
            let _ = to.flush().await;
        }
        std::future::pending::<()>().await;
    };
    raw.cut = {
        let hear = complain(complaints, &mut raw.complaint);
        let read = read(from, &mut raw.answer, until);
        tokio::pin!(send, hear, read);
        let mut heard = false;
        let cut = loop {
            tokio::select! {
                cut = &mut read => break cut,
                () = &mut hear, if !heard => heard = true,
                () = &mut send => {}
            }
        };
        if !heard {
            let _ = timeout(TICK, &mut hear).await;
        }
        cut
    };
    raw
}

async fn read(mut from: impl AsyncRead + Unpin, into: &mut Vec<u8>, until: Instant) -> Option<Cut> {
    loop {
        if stopped() {
            return Some(Cut::Stopped);
        }
        if Instant::now() >= until {
            return Some(Cut::TimedOut);
        }
        match timeout(TICK, from.read_buf(into)).await {
            Err(_tick) => {}
            Ok(Ok(0)) => return None,
            Ok(Ok(_)) if into.len() as u64 > MAX_ANSWER_BYTES => {
                into.truncate(usize::try_from(MAX_ANSWER_BYTES).unwrap_or(usize::MAX));
                return Some(Cut::TooLarge);
            }
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Some(Cut::Broken),
        }
    }
}

/// Keeps the beginning and reads on, so that a host that complains much is not held up.
async fn complain(mut from: impl AsyncRead + Unpin, into: &mut Vec<u8>) {
    let mut part = [0u8; 1024];
    while let Ok(count) = from.read(&mut part).await {
        if count == 0 {
            return;
        }
        let room = MAX_COMPLAINT.saturating_sub(into.len());
        into.extend(part.iter().take(count.min(room)));
    }
}
