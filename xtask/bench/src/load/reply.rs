//! As much of an HTTP answer as the generator needs: whether it is whole, its status, and its text for when it is bad.

use anyhow::{Context, Result};

/// How many headers an answer may have.
const HEADERS_MAX: usize = 32;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    pub(super) status: u16,
    pub(super) body: &'a [u8],
}

impl<'a> Reply<'a> {
    /// The answer, once all of it has come. Only answers that say how long they are can be read.
    pub(super) fn whole(bytes: &'a [u8]) -> Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(bytes).context("the server does not answer in HTTP/1.1")?;
        let httparse::Status::Complete(head) = parsed else { return Ok(None) };
        let status = response.code.context("an answer without a status")?;
        let length = if status == 204 { 0 } else { length(response.headers)? };
        Ok(bytes.get(head..head + length).map(|body| Self { status, body }))
    }
}

fn length(headers: &[httparse::Header<'_>]) -> Result<usize> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let text = header.and_then(|header| std::str::from_utf8(header.value).ok());
    text.and_then(|text| text.parse().ok()).context("an answer that does not say how long it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_last_byte_has_come() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for end in 0..text.len() {
            assert!(Reply::whole(&text[..end]).expect("no error").is_none(), "{end}");
        }
        let reply = Reply::whole(text).expect("no error").expect("whole");
        assert_eq!((reply.status, reply.body), (200, &b"hello"[..]));
    }

    #[test]
    fn a_bad_answer_keeps_its_words() {
        let text = b"HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nwho";
        let reply = Reply::whole(text).expect("no error").expect("whole");
        assert_eq!((reply.status, reply.body), (404, &b"who"[..]));
    }

    #[test]
    fn an_answer_of_unknown_length_is_refused() {
        let text = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
        assert!(Reply::whole(text).is_err());
    }

    #[test]
    fn an_answer_without_content_is_whole_with_its_head() {
        let reply = Reply::whole(b"HTTP/1.1 204 No Content\r\n\r\n").expect("no error");
        assert_eq!(reply.expect("whole").status, 204);
    }
}
