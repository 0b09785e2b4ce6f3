//! The few lines that a client speaks before TLS: SMTP, IMAP, POP3, FTP, LDAP, XMPP, PostgreSQL, MySQL.
//!
//! Nothing but the question for TLS is said: no name of a user, no password, no mail.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::handshake::why_of_io;
use super::leaf::{CAPPED, CLOSED, NOT_TLS, PROTOCOL, RATE_LIMITED, TIMEOUT};

/// A protocol that begins in clear and turns to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starttls {
    /// Mail between servers, and submission (RFC 3207).
    Smtp,
    /// Mail boxes (RFC 3501).
    Imap,
    /// Mail boxes (RFC 2595).
    Pop3,
    /// Files (RFC 4217).
    Ftp,
    /// Directories (RFC 4511).
    Ldap,
    /// Messages (RFC 6120).
    Xmpp,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Starttls {
    /// The words of files and flags, each with its protocol.
    pub const WORDS: [(&'static str, Self); 10] = [
        ("smtp", Self::Smtp),
        ("submission", Self::Smtp),
        ("imap", Self::Imap),
        ("pop3", Self::Pop3),
        ("ftp", Self::Ftp),
        ("ldap", Self::Ldap),
        ("xmpp", Self::Xmpp),
        ("postgres", Self::Postgres),
        ("postgresql", Self::Postgres),
        ("mysql", Self::Mysql),
    ];

    /// The protocol of a word.
    pub fn parse(word: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words.find(|(of, _)| *of == word).map(|(_, p)| *p)
    }
}

/// Why a connection did not come to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The server speaks the protocol and does not offer TLS.
    NotOffered,
    /// Nothing was learned.
    Unseen(&'static str),
}

/// The longest line or answer.
const MAX_BYTES: usize = 64 * 1024;

/// Speaks up to the point where TLS begins.
pub(super) async fn upgrade(
    stream: &mut TcpStream,
    protocol: Starttls,
    name: &str,
    until: Instant,
) -> Result<(), Refused> {
    let mut talk = Talk { stream, until };
    match protocol {
        Starttls::Smtp => smtp(&mut talk).await,
        Starttls::Imap => imap(&mut talk).await,
        Starttls::Pop3 => pop3(&mut talk).await,
        Starttls::Ftp => ftp(&mut talk).await,
        Starttls::Ldap => ldap(&mut talk).await,
        Starttls::Xmpp => xmpp(&mut talk, name).await,
        Starttls::Postgres => postgres(&mut talk).await,
        Starttls::Mysql => mysql(&mut talk).await,
    }
}

async fn smtp(talk: &mut Talk<'_>) -> Result<(), Refused> {
    greeted(talk.reply().await?.starts_with("220"))?;
    let offers = talk.ask("EHLO capdo.invalid\r\n").await?;
    // A server that knows no EHLO offers nothing; one that has no room, or no liking for us, says nothing of TLS.
    if !offers.starts_with("250") && !offers.starts_with("50") {
        return Err(Refused::Unseen(declined(&offers)));
    }
    let named = offers.lines().any(|l| {
        let words = l.get(4..).unwrap_or_default();
        let word = words.split_whitespace().next().unwrap_or_default();
        word.eq_ignore_ascii_case("starttls")
    });
    offered(named)?;
    let answer = talk.ask("STARTTLS\r\n").await?;
    match answer.starts_with("421") {
        true => Err(Refused::Unseen(RATE_LIMITED)),
        false => offered(answer.starts_with("220")),
    }
}

/// Replies of SMTP and FTP that begin with 4 are of the moment.
fn declined(reply: &str) -> &'static str {
    match reply.starts_with('4') {
        true => RATE_LIMITED,
        false => PROTOCOL,
    }
}

async fn imap(talk: &mut Talk<'_>) -> Result<(), Refused> {
    let greeting = talk.until_line(|_| true).await?;
    if greeting.to_ascii_uppercase().starts_with("* BYE") {
        return Err(Refused::Unseen(RATE_LIMITED));
    }
    greeted(greeting.starts_with("* "))?;
    talk.say(b"a1 CAPABILITY\r\n").await?;
    let answer = talk.until_line(|l| l.starts_with("a1 ")).await?;
    let answer = answer.to_ascii_uppercase();
    // Only the list itself shows what is not in it.
    if !answer.contains("* CAPABILITY ") || !answer.lines().any(|l| l.starts_with("A1 OK")) {
        return Err(Refused::Unseen(PROTOCOL));
    }
    offered(answer.split_whitespace().any(|word| word == "STARTTLS"))?;
    talk.say(b"a2 STARTTLS\r\n").await?;
    let answer = talk.until_line(|l| l.starts_with("a2 ")).await?;
    offered(answer.lines().any(|l| l.starts_with("a2 OK")))
}

async fn pop3(talk: &mut Talk<'_>) -> Result<(), Refused> {
    greeted(talk.until_line(|_| true).await?.starts_with("+OK"))?;
    talk.say(b"STLS\r\n").await?;
    let answer = talk.until_line(|_| true).await?;
    // RFC 3206, RFC 2449: a trouble of the moment.
    let moment = ["-ERR [SYS/TEMP]", "-ERR [IN-USE]", "-ERR [LOGIN-DELAY]"];
    match moment.iter().any(|begin| answer.starts_with(begin)) {
        true => Err(Refused::Unseen(RATE_LIMITED)),
        false => offered(answer.starts_with("+OK")),
    }
}

async fn ftp(talk: &mut Talk<'_>) -> Result<(), Refused> {
    greeted(talk.reply().await?.starts_with("220"))?;
    let answer = talk.ask("AUTH TLS\r\n").await?;
    match answer.starts_with('4') {
        true => Err(Refused::Unseen(RATE_LIMITED)),
        false => offered(answer.starts_with("234")),
    }
}

/// The extended request of StartTLS: message 1, OID 1.3.6.1.4.1.1466.20037.
async fn ldap(talk: &mut Talk<'_>) -> Result<(), Refused> {
    const OID: &[u8] = b"1.3.6.1.4.1.1466.20037";
    let mut request = vec![0x30, 0x1d, 2, 1, 1, 0x77, 0x18, 0x80, 0x16];
    request.extend_from_slice(OID);
    talk.say(&request).await?;
    let head = talk.exactly(2).await?;
    let [0x30, length] = head[..] else {
        return Err(Refused::Unseen(PROTOCOL));
    };
    // Lengths over 127 take more bytes.
    let length = match length {
        short @ 0..=0x7f => usize::from(short),
        long @ (0x81 | 0x82 | 0x84) => {
            let bytes = talk.exactly(usize::from(long & 0x7f)).await?;
            bytes.iter().fold(0, |n, b| (n << 8) | usize::from(*b))
        }
        _ => return Err(Refused::Unseen(PROTOCOL)),
    };
    let answer = talk.exactly(length.min(MAX_BYTES)).await?;
    // Message number, then the extended response (0x78) whose first part is the result code.
    let code = match answer[..] {
        [2, 1, 1, 0x78, length, 0x0a, 1, code, ..] if length < 0x80 => code,
        [2, 1, 1, 0x78, 0x81, _, 0x0a, 1, code, ..] => code,
        [2, 1, 1, 0x78, 0x84, _, _, _, _, 0x0a, 1, code, ..] => code,
        _ => return Err(Refused::Unseen(PROTOCOL)),
    };
    match code {
        LDAP_BUSY | LDAP_UNAVAILABLE => Err(Refused::Unseen(RATE_LIMITED)),
        // RFC 4511, 4.14.2: another operation is under way, or TLS is there already.
        LDAP_OPERATIONS => Err(Refused::Unseen(PROTOCOL)),
        code => offered(code == 0),
    }
}

const LDAP_OPERATIONS: u8 = 1;
const LDAP_BUSY: u8 = 51;
const LDAP_UNAVAILABLE: u8 = 52;

async fn xmpp(talk: &mut Talk<'_>, name: &str) -> Result<(), Refused> {
    let begin = format!(
        "<?xml version='1.0'?><stream:stream to='{name}' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
    );
    talk.say(begin.as_bytes()).await?;
    let features = talk.until_text("</stream:features>").await?;
    greeted(features.contains("<stream:stream"))?;
    offered(features.contains("urn:ietf:params:xml:ns:xmpp-tls"))?;
    talk.say(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        .await?;
    offered(talk.until_text(">").await?.contains("<proceed"))
}

async fn postgres(talk: &mut Talk<'_>) -> Result<(), Refused> {
    talk.say(&[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]).await?;
    match talk.exactly(1).await?[..] {
        [b'S'] => Ok(()),
        [b'N'] => Err(Refused::NotOffered),
        _ => Err(Refused::Unseen(PROTOCOL)),
    }
}

async fn mysql(talk: &mut Talk<'_>) -> Result<(), Refused> {
    const CLIENT_PROTOCOL_41: u32 = 0x0200;
    const CLIENT_SSL: u32 = 0x0800;
    const CLIENT_SECURE_CONNECTION: u32 = 0x8000;
    let head = talk.exactly(4).await?;
    let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
    if length > MAX_BYTES {
        return Err(Refused::Unseen(PROTOCOL));
    }
    let greeting = talk.exactly(length).await?;
    // Protocol 10, the version up to a zero, number of the thread (4), salt (8), a zero, then what it can.
    let version_end = match greeting.first() {
        Some(10) => greeting.iter().position(|b| *b == 0),
        Some(_) | None => None,
    };
    let can = version_end.and_then(|at| greeting.get(at + 14..at + 16));
    let Some([low, high]) = can else {
        return Err(Refused::Unseen(PROTOCOL));
    };
    offered(u32::from(u16::from_le_bytes([*low, *high])) & CLIENT_SSL != 0)?;
    let mut request = vec![32, 0, 0, 1];
    let ours = CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION;
    request.extend_from_slice(&ours.to_le_bytes());
    request.extend_from_slice(&0x0100_0000_u32.to_le_bytes());
    request.push(33);
    request.extend([0; 23]);
    talk.say(&request).await
}

fn greeted(yes: bool) -> Result<(), Refused> {
    match yes {
        true => Ok(()),
        false => Err(Refused::Unseen(NOT_TLS)),
    }
}

fn offered(yes: bool) -> Result<(), Refused> {
    match yes {
        true => Ok(()),
        false => Err(Refused::NotOffered),
    }
}

/// A conversation in clear, against one deadline.
struct Talk<'a> {
    stream: &'a mut TcpStream,
    until: Instant,
}

impl Talk<'_> {
    async fn say(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        match timeout_at(self.until, self.stream.write_all(bytes)).await {
            Err(_) => Err(Refused::Unseen(TIMEOUT)),
            Ok(Err(error)) => Err(Refused::Unseen(why_of_io(&error))),
            Ok(Ok(())) => Ok(()),
        }
    }

    /// A command of SMTP or FTP and its whole reply.
    async fn ask(&mut self, command: &str) -> Result<String, Refused> {
        self.say(command.as_bytes()).await?;
        self.reply().await
    }

    /// A reply of SMTP or FTP: its last line has a blank after the number.
    async fn reply(&mut self) -> Result<String, Refused> {
        let last = |l: &str| {
            let number = l
                .get(..3)
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
            // What is no such reply ends with its first line.
            !number || l.as_bytes().get(3) != Some(&b'-')
        };
        self.until_line(last).await
    }

    /// Everything up to and with the first whole line that `ends` says yes to.
    async fn until_line(&mut self, ends: impl Fn(&str) -> bool) -> Result<String, Refused> {
        let mut text = String::new();
        loop {
            let line = self.line().await?;
            let end = ends(&line);
            text.push_str(&line);
            text.push('\n');
            if end {
                return Ok(text);
            }
            if text.len() > MAX_BYTES {
                return Err(Refused::Unseen(CAPPED));
            }
        }
    }

    /// One line without its end. Byte by byte: what follows may be TLS and is not ours to take.
    async fn line(&mut self) -> Result<String, Refused> {
        let mut bytes = Vec::new();
        loop {
            match self.exactly(1).await?[..] {
                [b'\n'] => break,
                [byte] => bytes.push(byte),
                _ => return Err(Refused::Unseen(CLOSED)),
            }
            if bytes.len() > MAX_BYTES {
                return Err(Refused::Unseen(CAPPED));
            }
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// Everything up to and with this text.
    async fn until_text(&mut self, end: &str) -> Result<String, Refused> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            bytes.extend(self.exactly(1).await?);
            if bytes.len() > MAX_BYTES {
                return Err(Refused::Unseen(CAPPED));
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Refused> {
        let mut bytes = vec![0; count];
        match timeout_at(self.until, self.stream.read_exact(&mut bytes)).await {
            Err(_) => Err(Refused::Unseen(TIMEOUT)),
            Ok(Err(error)) => Err(Refused::Unseen(why_of_io(&error))),
            Ok(Ok(_)) => Ok(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// A server that answers each thing it reads with the next of these.
    fn speak(protocol: Starttls, first: &[u8], answers: &[&[u8]]) -> Result<(), Refused> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let first = first.to_vec();
        let answers: Vec<Vec<u8>> = answers.iter().map(|a| a.to_vec()).collect();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&first).unwrap();
            let mut bytes = [0; 4096];
            for answer in answers {
                if stream.read(&mut bytes).unwrap_or(0) == 0 {
                    return;
                }
                stream.write_all(&answer).unwrap();
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let result = runtime.block_on(async {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            let until = Instant::now() + Duration::from_millis(500);
            upgrade(&mut stream, protocol, "a.example", until).await
        });
        server.join().unwrap();
        result
    }

    #[test]
    fn offered_and_not() {
        let no = Err(Refused::NotOffered);
        let ehlo: &[u8] = b"250-mail.example\r\n250-STARTTLS\r\n250 SIZE 1\r\n";
        assert_eq!(
            speak(
                Starttls::Smtp,
                b"220-a\r\n220 b\r\n",
                &[ehlo, b"220 go\r\n"]
            ),
            Ok(())
        );
        assert_eq!(
            speak(Starttls::Smtp, b"220 b\r\n", &[b"250 SIZE 1\r\n"]),
            no
        );
        assert_eq!(
            speak(Starttls::Smtp, b"220 b\r\n", &[ehlo, b"454 not now\r\n"]),
            no
        );
        let caps: &[u8] = b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n";
        assert_eq!(
            speak(Starttls::Imap, b"* OK hi\r\n", &[caps, b"a2 OK go\r\n"]),
            Ok(())
        );
        assert_eq!(
            speak(
                Starttls::Imap,
                b"* OK hi\r\n",
                &[b"* CAPABILITY IMAP4rev1\r\na1 OK\r\n"]
            ),
            no
        );
        assert_eq!(
            speak(Starttls::Pop3, b"+OK hi\r\n", &[b"+OK go\r\n"]),
            Ok(())
        );
        assert_eq!(speak(Starttls::Pop3, b"+OK hi\r\n", &[b"-ERR\r\n"]), no);
        assert_eq!(
            speak(Starttls::Ftp, b"220 hi\r\n", &[b"234 go\r\n"]),
            Ok(())
        );
        assert_eq!(
            speak(Starttls::Ftp, b"220 hi\r\n", &[b"530 log in first\r\n"]),
            no
        );
        let yes = [0x30, 12, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0];
        assert_eq!(speak(Starttls::Ldap, b"", &[&yes]), Ok(()));
        let not = [0x30, 12, 2, 1, 1, 0x78, 7, 0x0a, 1, 2, 4, 0, 4, 0];
        assert_eq!(speak(Starttls::Ldap, b"", &[&not]), no);
        assert_eq!(speak(Starttls::Postgres, b"", &[b"S"]), Ok(()));
        assert_eq!(speak(Starttls::Postgres, b"", &[b"N"]), no);
        let features: &[u8] = b"<stream:stream id='x'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
        assert_eq!(
            speak(
                Starttls::Xmpp,
                b"",
                &[
                    features,
                    b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                ]
            ),
            Ok(())
        );
        assert_eq!(
            speak(
                Starttls::Xmpp,
                b"",
                &[b"<stream:stream id='x'><stream:features></stream:features>"]
            ),
            no
        );
    }

    /// A server without room, or one that declines us, has not said that it does not offer TLS.
    #[test]
    fn what_is_of_the_moment_proves_nothing() {
        let unseen = |why| Err(Refused::Unseen(why));
        let ehlo: &[u8] = b"250-mail.example\r\n250-STARTTLS\r\n250 SIZE 1\r\n";
        let smtp = |answers: &[&[u8]]| speak(Starttls::Smtp, b"220 b\r\n", answers);
        assert_eq!(smtp(&[b"421 4.7.0 too many\r\n"]), unseen(RATE_LIMITED));
        assert_eq!(smtp(&[b"550 5.7.1 helo rejected\r\n"]), unseen(PROTOCOL));
        assert_eq!(smtp(&[ehlo, b"421 closing\r\n"]), unseen(RATE_LIMITED));
        assert_eq!(smtp(&[b"502 what\r\n"]), Err(Refused::NotOffered));
        assert_eq!(
            smtp(&[b"250-m\r\n250 STARTTLS REQUIRED\r\n", b"220 go\r\n"]),
            Ok(())
        );
        let imap = |first: &[u8], answers: &[&[u8]]| speak(Starttls::Imap, first, answers);
        assert_eq!(imap(b"* BYE too many\r\n", &[]), unseen(RATE_LIMITED));
        assert_eq!(imap(b"* OK\r\n", &[b"a1 NO later\r\n"]), unseen(PROTOCOL));
        let pop3 = speak(Starttls::Pop3, b"+OK\r\n", &[b"-ERR [SYS/TEMP] later\r\n"]);
        assert_eq!(pop3, unseen(RATE_LIMITED));
        let ftp = speak(Starttls::Ftp, b"220 a\r\n", &[b"421 too many\r\n"]);
        assert_eq!(ftp, unseen(RATE_LIMITED));
        for (code, why) in [(51, RATE_LIMITED), (52, RATE_LIMITED), (1, PROTOCOL)] {
            let answer = [0x30, 12, 2, 1, 1, 0x78, 7, 0x0a, 1, code, 4, 0, 4, 0];
            assert_eq!(speak(Starttls::Ldap, b"", &[&answer]), unseen(why));
        }
    }

    #[test]
    fn mysql_says_what_it_can() {
        let greeting = |can: u16| {
            let mut body = vec![10];
            body.extend(b"8.0\0");
            body.extend([0; 13]);
            body.extend(can.to_le_bytes());
            body.extend([0; 20]);
            let mut all = vec![u8::try_from(body.len()).unwrap(), 0, 0, 0];
            all.extend(body);
            all
        };
        assert_eq!(speak(Starttls::Mysql, &greeting(0x0800), &[]), Ok(()));
        assert_eq!(
            speak(Starttls::Mysql, &greeting(0), &[]),
            Err(Refused::NotOffered)
        );
    }

    #[test]
    fn another_protocol_and_silence_prove_nothing() {
        assert_eq!(
            speak(Starttls::Smtp, b"HTTP/1.1 400 Bad Request\r\n\r\n", &[]),
            Err(Refused::Unseen(NOT_TLS))
        );
        assert_eq!(
            speak(Starttls::Imap, b"", &[]),
            Err(Refused::Unseen(CLOSED))
        );
        assert_eq!(
            speak(Starttls::Ldap, b"", &[b"220 hello there, stranger"]),
            Err(Refused::Unseen(PROTOCOL))
        );
    }
}
