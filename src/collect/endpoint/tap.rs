//! A connection whose first bytes are kept and whose length is bounded.

use std::io;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The most that one handshake may send us.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// More came than [`MAX_BYTES`].
#[derive(Debug, thiserror::Error)]
#[error("more than {MAX_BYTES} bytes in one handshake")]
pub(super) struct TooMuch;

/// A stream whose first bytes are kept and whose length is bounded.
pub(super) struct Tap {
    stream: TcpStream,
    /// The first bytes that came.
    pub(super) first: Vec<u8>,
    taken: usize,
}

impl Tap {
    /// What is kept: enough for a record's head and an alert, too little for anything random.
    const KEPT: usize = 7;

    /// Nothing came yet.
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            first: Vec::new(),
            taken: 0,
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.taken > MAX_BYTES {
            return Poll::Ready(Err(io::Error::other(TooMuch)));
        }
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(task, buf);
        let came = buf.filled().get(before..).unwrap_or_default();
        let room = Self::KEPT.saturating_sub(self.first.len()).min(came.len());
        self.first.extend_from_slice(&came[..room]);
        self.taken += came.len();
        result
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(task, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}
