//! The body of a message: its first bytes are kept, the rest is read and dropped. Never an error for its length: a job
//! must not fail because it printed much.

use axum::body::Body;
use futures_util::StreamExt;

/// Most bytes that are read of a body. What is longer still ends here, and its connection with it.
const READ_MAX: usize = 10 * 1024 * 1024;

/// What is kept of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its first bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether there were more.
    pub(crate) is_cut: bool,
}

/// Reads a body of which the first `most` bytes are kept. One that ends too early counts as far as it came.
pub(crate) async fn kept(body: Body, most: usize) -> Kept {
    let (mut kept, mut read) = (Kept::default(), 0);
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        read += chunk.len();
        let room = most - kept.bytes.len();
        kept.is_cut |= chunk.len() > room;
        kept.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if read > READ_MAX {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(count: usize) -> Body {
        Body::from_stream(futures_util::stream::iter(
            (0..count).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 4096])),
        ))
    }

    #[tokio::test]
    async fn the_first_bytes_are_kept_whatever_comes_after() {
        assert_eq!(kept(Body::empty(), 10).await, Kept::default());
        let whole = kept(Body::from("0123456789"), 10).await;
        assert_eq!((whole.bytes.as_slice(), whole.is_cut), (&b"0123456789"[..], false));
        let cut = kept(Body::from("0123456789a"), 10).await;
        assert_eq!((cut.bytes.as_slice(), cut.is_cut), (&b"0123456789"[..], true));
        let endless = kept(chunks(usize::MAX), 5000).await;
        assert_eq!((endless.bytes.len(), endless.is_cut), (5000, true));
    }
}
