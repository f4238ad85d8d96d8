//! One question at a time, for what the generator does not keep: how long a page is, and the link to the next one.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workload::write_get;

const PATIENCE: Duration = Duration::from_secs(30);
const ANSWER_MAX: u64 = 16 << 20;
const HEADERS_MAX: usize = 32;

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) rows: usize,
    /// Where the page after this one is; `None` at the end.
    pub(crate) next: Option<String>,
}

/// Asks for a page.
pub(crate) fn page(server: SocketAddr, path: &str) -> Result<Page> {
    let answer = get(server, path).with_context(|| format!("no answer to GET {path}"))?;
    read(&answer).with_context(|| format!("GET {path}"))
}

fn get(server: SocketAddr, path: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut request = Vec::new();
    write_get(&mut request, path, "connection: close\r\n");
    stream.write_all(&request)?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut answer)?;
    Ok(answer)
}

fn read(answer: &[u8]) -> Result<Page> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(answer)? else { bail!("not answered in full") };
    if response.code != Some(200) {
        bail!("answered {:?}: {}", response.code, String::from_utf8_lossy(answer));
    }
    let rows = serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(&answer[head..])?.len();
    let link = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("link"));
    let next = link.map(|link| target(link.value)).transpose()?;
    Ok(Page { rows, next })
}

fn target(link: &[u8]) -> Result<String> {
    let target = std::str::from_utf8(link)?.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    Ok(target.context("a link without a target")?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_rows_and_leads_to_the_next_one() {
        let answer =
            b"HTTP/1.1 200 OK\r\nlink: </api/v1/schedulers?cursor=x>; rel=\"next\"\r\n\r\n[{},{\"a\":[1]}]";
        let next = Some("/api/v1/schedulers?cursor=x".to_owned());
        assert_eq!(read(answer).expect("read"), Page { rows: 2, next });
        let last = Page { rows: 0, next: None };
        assert_eq!(read(b"HTTP/1.1 200 OK\r\n\r\n[]").expect("read"), last);
    }

    #[test]
    fn a_refusal_is_told() {
        let refused = read(b"HTTP/1.1 400 Bad Request\r\n\r\nno such cursor").expect_err("refused");
        assert!(refused.to_string().contains("no such cursor"));
    }
}
