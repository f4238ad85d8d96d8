//! Bodies as they were before they were packed.
//!
//! Unpacking is a stream: what comes out is never held as a whole, so that a body that unpacks to a thousand times its
//! size costs bounded time and no memory but the packing's window: 32 KiB for gzip and deflate, at most 4 MiB for
//! Brotli and 8 MiB for Zstandard.

use std::io::{self, BufRead, BufReader, Read};

use brotli_decompressor::Decompressor;
use domain::time::shorten;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// Most bytes that a body may unpack to; what comes after them is not read.
pub const PLAIN_BYTES_MAX: u64 = 100 * 1024 * 1024;

/// Brotli's window in bits: every encoder's default is at most this.
const BROTLI_WINDOW_BITS_MAX: u8 = 22;
/// Zstandard's window in bytes: what RFC 9659 allows in HTTP.
const ZSTD_WINDOW_BYTES_MAX: u64 = 8 * 1024 * 1024;
const BUFFER_BYTES: usize = 16 * 1024;

/// A body that cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEncoding {
    /// It is packed in a way that is not known here.
    #[error("Content-Encoding must be one of gzip, deflate, br, zstd and identity, was '{0}'")]
    Unknown(String),
    /// It is not what it says to be.
    #[error("the body cannot be unpacked as {encoding}: {reason}")]
    Unreadable {
        /// What it says to be.
        encoding: &'static str,
        /// What stands against it.
        reason: String,
    },
}

/// The body unpacked as the `Content-Encoding` says, up to `most` bytes; reading past them is an error. A name that says
/// nothing (empty, or `UTF-8`, as some old SDKs send) is none.
pub fn plain<'a>(encoding: &str, body: &'a [u8], most: u64) -> Result<Box<dyn BufRead + 'a>, BadEncoding> {
    let unpacked: Box<dyn Read + 'a> = match Encoding::named(encoding)? {
        Encoding::Identity => Box::new(body),
        Encoding::Gzip => Box::new(MultiGzDecoder::new(body)),
        Encoding::Deflate if is_zlib(body) => Box::new(ZlibDecoder::new(body)),
        Encoding::Deflate => Box::new(DeflateDecoder::new(body)),
        Encoding::Brotli => Box::new(brotli(body)?),
        Encoding::Zstd => Box::new(zstd(body)?),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, Bounded { unpacked, left: most, most })))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Encoding {
    /// One encoding at most: nobody packs twice.
    fn named(header: &str) -> Result<Self, BadEncoding> {
        let header = header.trim().to_ascii_lowercase();
        let meant: Vec<_> = header
            .split(',')
            .map(str::trim)
            .filter(|name| !matches!(*name, "" | "identity" | "utf-8"))
            .take(2)
            .collect();
        match meant[..] {
            [] => Ok(Self::Identity),
            ["gzip" | "x-gzip"] => Ok(Self::Gzip),
            ["deflate"] => Ok(Self::Deflate),
            ["br"] => Ok(Self::Brotli),
            ["zstd"] => Ok(Self::Zstd),
            _ => Err(BadEncoding::Unknown(shorten(&header, 40))),
        }
    }
}

/// Whether the two bytes are there with which zlib begins: by the standard `deflate` means zlib, and some send it bare.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..]
        if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

fn brotli(body: &[u8]) -> Result<impl Read, BadEncoding> {
    let bits = body.first().map_or(Some(0), |first| brotli_window_bits(*first));
    if bits.is_none_or(|bits| bits > BROTLI_WINDOW_BITS_MAX) {
        let reason = format!("its window is above 2^{BROTLI_WINDOW_BITS_MAX} bytes");
        return Err(BadEncoding::Unreadable { encoding: "br", reason });
    }
    Ok(Decompressor::new(body, BUFFER_BYTES))
}

/// The size of the window, as the first byte of a stream says (RFC 7932, section 9.1); `None` for one beyond it.
fn brotli_window_bits(first: u8) -> Option<u8> {
    match (first & 1, first >> 1 & 7, first >> 4 & 7) {
        (0, ..) => Some(16),
        (_, 0, 0) => Some(17),
        (_, 0, 1) => None,
        (_, 0, low) => Some(8 + low),
        (_, high, _) => Some(17 + high),
    }
}

fn zstd(body: &[u8]) -> Result<impl Read, BadEncoding> {
    StreamingDecoder::new_with_max_window_size(body, ZSTD_WINDOW_BYTES_MAX).map_err(|error| {
        BadEncoding::Unreadable { encoding: "zstd", reason: shorten(&error.to_string(), 120) }
    })
}

/// Ends with an error where a body goes on for too long, so that it is not taken for whole.
struct Bounded<'a> {
    unpacked: Box<dyn Read + 'a>,
    left: u64,
    most: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if room > 0 || buffer.is_empty() {
            let count = self.unpacked.read(&mut buffer[..room])?;
            self.left -= count as u64;
            return Ok(count);
        }
        match self.unpacked.read(&mut [0])? {
            0 => Ok(0),
            _ => Err(io::Error::other(format!("it has more than {} bytes when unpacked", self.most))),
        }
    }
}

#[cfg(test)]
mod tests;
