//! The few words before TLS begins in the middle of a conversation.
//!
//! Whoever sits in between could send an answer early, in plain text behind the server's `220` to `STARTTLS`: read into
//! the same buffer, it would be taken for one that came through TLS. So here single bytes are read, no further than the
//! end of the line that is due; what was sent early is left for TLS, which does not understand it.

use app::ports::DeliveryError;
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::errors::shown;

/// Most bytes of a line, and lines of an answer.
const LINE_BYTES_MAX: usize = 1024;
const LINES_MAX: usize = 100;

/// What a server said: its code, and what follows it in each line.
struct Answer {
    code: u16,
    lines: Vec<String>,
}

/// Asks the server to begin TLS. After it, nothing but TLS may be spoken on the connection.
pub(super) async fn ask(stream: &mut TcpStream, hello: &ClientId) -> Result<(), DeliveryError> {
    expect(220, &hear(stream).await?)?;
    let offers = exchange(stream, &format!("EHLO {hello}\r\n")).await?;
    expect(250, &offers)?;
    if !offers.lines.iter().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        let _ = stream.write_all(b"QUIT\r\n").await;
        return Err(DeliveryError::transient("the mail server offers no STARTTLS, which is required"));
    }
    expect(220, &exchange(stream, "STARTTLS\r\n").await?)
}

fn expect(code: u16, answer: &Answer) -> Result<(), DeliveryError> {
    if answer.code == code {
        return Ok(());
    }
    let said = shown(answer.lines.first().map_or("", String::as_str));
    Err(DeliveryError::transient(format!("the mail server turns us away ({} {said})", answer.code)))
}

async fn exchange(stream: &mut TcpStream, command: &str) -> Result<Answer, DeliveryError> {
    let gone = |_| DeliveryError::transient("the mail server hung up");
    stream.write_all(command.as_bytes()).await.map_err(gone)?;
    hear(stream).await
}

async fn hear(stream: &mut TcpStream) -> Result<Answer, DeliveryError> {
    let odd = || DeliveryError::transient("the answer is not one of a mail server's");
    let mut lines = Vec::new();
    while lines.len() < LINES_MAX {
        let line = line(stream).await?;
        let code = line.get(..3).and_then(|code| code.parse().ok()).ok_or_else(odd)?;
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(Answer { code, lines });
        }
    }
    Err(odd())
}

async fn line(stream: &mut TcpStream) -> Result<String, DeliveryError> {
    let mut line = Vec::new();
    while line.len() < LINE_BYTES_MAX {
        let byte = stream.read_u8().await.map_err(|_| DeliveryError::transient("the mail server hung up"))?;
        if byte == b'\n' {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        line.push(byte);
    }
    Err(DeliveryError::transient("the answer is not one of a mail server's"))
}
