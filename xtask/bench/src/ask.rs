//! One question at a time, for what the generator does not keep: the link to the next page.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workload::write_get;

const PATIENCE: Duration = Duration::from_secs(30);
const ANSWER_MAX: u64 = 16 << 20;
const HEADERS_MAX: usize = 32;

/// Where the page after this one is; `None` at the end.
pub(crate) fn next_page(server: SocketAddr, path: &str) -> Result<Option<String>> {
    let answer = get(server, path).with_context(|| format!("no answer to GET {path}"))?;
    next(&answer).with_context(|| format!("GET {path}"))
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

fn next(answer: &[u8]) -> Result<Option<String>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    if response.parse(answer)?.is_partial() || response.code != Some(200) {
        bail!("answered {:?}: {}", response.code, String::from_utf8_lossy(answer));
    }
    let link = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("link"));
    let Some(link) = link else { return Ok(None) };
    let target = std::str::from_utf8(link.value)?.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    Ok(Some(target.context("a link without a target")?.0.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_the_link_leads() {
        let answer =
            b"HTTP/1.1 200 OK\r\nlink: </api/v1/schedulers?limit=2&cursor=x>; rel=\"next\"\r\n\r\n[]";
        assert_eq!(next(answer).expect("read").as_deref(), Some("/api/v1/schedulers?limit=2&cursor=x"));
        assert_eq!(next(b"HTTP/1.1 200 OK\r\n\r\n[]").expect("read"), None);
    }

    #[test]
    fn a_refusal_is_told() {
        let refused = next(b"HTTP/1.1 400 Bad Request\r\n\r\nno such cursor").expect_err("refused");
        assert!(refused.to_string().contains("no such cursor"));
    }
}
