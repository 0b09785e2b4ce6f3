//! One address as the raw prober reaches it: a connection for each hello, with deadlines and manners.
//!
//! At most four connections at once; no waiting between them until the server resets one, then two a second; after
//! two hellos that ran into their deadline the address is given up.

use std::sync::Mutex;
use std::time::Duration;

use rustls::crypto::SecureRandom;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::super::handshake::{Closed, Dial, provider, why_of_io};
use super::super::leaf::{CAPPED, CLOSED, NOT_TLS, PROTOCOL, RATE_LIMITED, RESET, TIMEOUT};
use super::super::starttls::Refused;
use super::super::tap::MAX_BYTES;
use super::flight::{Flight, Step, read};
use super::hello::Hello;
use super::names::Version;

/// What one hello offers.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// The version.
    pub(super) version: Version,
    /// The suites.
    pub(super) suites: Vec<u16>,
    /// The groups.
    pub(super) groups: Vec<u16>,
    /// Compression too.
    pub(super) deflate: bool,
    /// The signal of RFC 7507 too.
    pub(super) fallback: bool,
    /// Within 255 bytes.
    pub(super) small: bool,
}

/// What came of one hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The server took it.
    Flight(Box<Flight>),
    /// A fatal alert.
    Alert(u8),
    /// The connection ended without a word: proves something only between two hellos that are taken.
    Dropped(&'static str),
    /// Nothing was learned.
    Unseen(&'static str),
}

/// An address with what was learned of its patience.
pub(in crate::collect::endpoint) struct Line {
    dial: Dial,
    name: Option<String>,
    permits: Semaphore,
    state: Mutex<State>,
    random: &'static dyn SecureRandom,
}

#[derive(Debug, Default)]
struct State {
    connections: u32,
    timeouts: u32,
    resets: u32,
    taken: bool,
    given_up: Option<&'static str>,
    /// Did the protocol before TLS, once, not lead to it?
    refused: bool,
    /// Once the server has reset a connection: when the next one may be made.
    next: Option<Instant>,
}

/// Connections at once.
const AT_ONCE: usize = 4;
/// The wait between connections, once one was reset.
const PACE: Duration = Duration::from_millis(500);
/// Hellos without an answer in time, or reset twice where none was ever taken, until the address is given up.
const PATIENCE: u32 = 2;

impl Line {
    /// An address. `name` is the name to send.
    pub(in crate::collect::endpoint) fn new(dial: Dial, name: Option<String>) -> Self {
        Self {
            dial,
            name,
            permits: Semaphore::new(AT_ONCE),
            state: Mutex::default(),
            random: provider().secure_random,
        }
    }

    /// How many connections were made.
    pub(in crate::collect::endpoint) fn connections(&self) -> u32 {
        self.with(|state| state.connections)
    }

    /// Was TLS refused, on one of the connections, by the protocol before it?
    pub(in crate::collect::endpoint) fn was_refused(&self) -> bool {
        self.with(|state| state.refused)
    }

    /// Sends one hello and reads the answer. A reset is asked once more, after a wait.
    pub(super) async fn ask(&self, offer: &Offer) -> Answer {
        let first = self.once(offer).await;
        if first != Answer::Dropped(RESET) {
            return first;
        }
        self.with(|state| state.next = state.next.or(Some(Instant::now() + PACE)));
        let second = self.once(offer).await;
        if second == Answer::Dropped(RESET) {
            self.with(|state| {
                state.resets += 1;
                if state.resets >= PATIENCE && !state.taken {
                    state.given_up = Some(RESET);
                }
            });
        }
        second
    }

    /// Is this hello dropped, while one that is known to be taken is taken just before and just after? Then the end
    /// of the connection is the server's answer.
    pub(super) async fn drops(&self, offer: &Offer, good: &Offer) -> Result<(), &'static str> {
        match self.between(offer, good).await? {
            Answer::Dropped(_) => Ok(()),
            Answer::Unseen(_) | Answer::Alert(_) | Answer::Flight(_) => Err(RATE_LIMITED),
        }
    }

    /// What this hello is answered, where one that is known to be taken is taken just before and just after.
    pub(super) async fn between(
        &self,
        offer: &Offer,
        good: &Offer,
    ) -> Result<Answer, &'static str> {
        let taken = |answer: &Answer| matches!(answer, Answer::Flight(_));
        let before = self.ask(good).await;
        let again = self.ask(offer).await;
        let after = self.ask(good).await;
        match again {
            Answer::Unseen(why) => Err(why),
            again if taken(&before) && taken(&after) => Ok(again),
            Answer::Dropped(_) | Answer::Alert(_) | Answer::Flight(_) => Err(RATE_LIMITED),
        }
    }

    async fn once(&self, offer: &Offer) -> Answer {
        let Ok(_permit) = self.permits.acquire().await else {
            return Answer::Unseen(CLOSED);
        };
        if let Some(why) = self.with(|state| state.given_up) {
            return Answer::Unseen(why);
        }
        if let Some(at) = self.turn() {
            sleep_until(at.min(self.dial.deadline)).await;
        }
        if Instant::now() >= self.dial.deadline {
            return Answer::Unseen(TIMEOUT);
        }
        self.with(|state| state.connections += 1);
        let answer = self.exchange(offer).await;
        if matches!(answer, Answer::Flight(_)) {
            self.with(|state| state.taken = true);
        }
        if answer == Answer::Unseen(TIMEOUT) {
            self.with(|state| {
                state.timeouts += 1;
                if state.timeouts >= PATIENCE {
                    state.given_up = Some(TIMEOUT);
                }
            });
        }
        answer
    }

    /// When this connection may be made, and the next one later.
    fn turn(&self) -> Option<Instant> {
        self.with(|state| {
            let mine = state.next?;
            state.next = Some(mine.max(Instant::now()) + PACE);
            Some(mine)
        })
    }

    async fn exchange(&self, offer: &Offer) -> Answer {
        let mut stream = match self.dial.open().await {
            Ok(stream) => stream,
            Err(closed) => {
                if closed == Closed::Before(Refused::NotOffered) {
                    self.with(|state| state.refused = true);
                }
                return Answer::Unseen(closed.why());
            }
        };
        let mut random = [0; 32];
        if self.random.fill(&mut random).is_err() {
            return Answer::Unseen(PROTOCOL);
        }
        let hello = Hello {
            version: offer.version,
            suites: &offer.suites,
            groups: &offer.groups,
            name: self.name.as_deref(),
            deflate: offer.deflate,
            fallback: offer.fallback,
            small: offer.small,
            random,
        };
        let until = self.dial.until();
        match timeout_at(until, stream.write_all(&hello.bytes())).await {
            Err(_) => return Answer::Unseen(TIMEOUT),
            Ok(Err(error)) => return ended(why_of_io(&error)),
            Ok(Ok(())) => {}
        }
        let mut bytes = Vec::with_capacity(4096);
        loop {
            match timeout_at(until, stream.read_buf(&mut bytes)).await {
                Err(_) => return Answer::Unseen(TIMEOUT),
                Ok(Err(error)) => return ended(why_of_io(&error)),
                Ok(Ok(0)) => return Answer::Dropped(CLOSED),
                Ok(Ok(_)) if bytes.len() > MAX_BYTES => return Answer::Unseen(CAPPED),
                Ok(Ok(_)) => match read(offer.version, &bytes) {
                    Step::More => {}
                    Step::Done(flight) => return Answer::Flight(flight),
                    Step::Alert(what) => return Answer::Alert(what),
                    Step::NotTls => return Answer::Unseen(NOT_TLS),
                    Step::Broken => return Answer::Unseen(PROTOCOL),
                },
            }
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        // A panic while it was held cannot leave it half changed: every change is one assignment.
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        change(&mut state)
    }
}

/// A connection that the server ended is an answer of a kind; all else is none.
fn ended(why: &'static str) -> Answer {
    match why {
        RESET | CLOSED => Answer::Dropped(why),
        why => Answer::Unseen(why),
    }
}
