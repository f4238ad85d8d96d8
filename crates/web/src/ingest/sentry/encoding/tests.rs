//! Every packing there and back, what only looks like one, and bodies that swell.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::*;

const TEXT: &[u8] = b"a job that is heard of";
const BROTLI: &[u8] = b"\x8b\x0a\x80\x61\x20\x6a\x6f\x62\x20\x74\x68\x61\x74\x20\x69\x73\x20\x68\x65\x61\x72\x64\x20\x6f\x66\x03";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x00\x00\xb1\x00\x00\x61\x20\x6a\x6f\x62\x20\x74\x68\x61\x74\x20\x69\x73\x20\x68\x65\x61\x72\x64\x20\x6f\x66";
/// A hundred and one mebibytes of line ends.
const BROTLI_BOMB: &[u8] = b"\xcb\xff\xff\x3f\xf8\x25\x14\xe2\xb1\x40\x20\xf7\xfe\x8f\xff\xff\x7f\xf0\x4b\x00\xc4\x61\x11\x80\xee\xfd\x1f\xff\xff\xff\xe0\x97\x00\x88\xc3\x02\x00\xdd\xfb\x3f\xfe\xff\xff\xc1\x2f\x01\x10\x87\x05\x00\xba\xf7\x7f\xfc\xff\xff\x83\x5f\x02\x20\x0e\x0b\x00\x74\xef\xff\xf8\xff\xff\x07\xbf\x04\x40\x1c\x16\x00\xe8\xde\xff\xf1\xff\xff\x0f\x7e\x09\x80\x38\x2c\x00\xd0\xbd\xff\xe3\xff\xff\x1f\xfc\x12\x00\x71\x58\x00\xa0\x7b\xff\xc7\xff\xff\x3f\xf8\x25\x00\xe2\xb0\x00\x40\xf7\xfe\x8f\xff\xff\x7f\xf0\x4b\x00\xc4\x61\x01\x80\xee\xfd\x1f\xff\xff\xff\xe0\x97\x00\x88\xc3\x02\x00\xdd\xfb\x3f\xfe\xff\xff\xc1\x2f\x01\x10\x87\x05\x00\xba\xf7\x7f\xf9\xff\xff\x84\x5f\x02\x20\x0e\x0b\x00\x74\xef\x9f\x00";
/// What bodies that swell may swell to here: enough to pass every buffer and window.
const MOST: u64 = 9 * 1024 * 1024;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(text).expect("packs");
    packer.finish().expect("packs")
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text).expect("packs");
    packer.finish().expect("packs")
}

fn raw(text: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text).expect("packs");
    packer.finish().expect("packs")
}

/// Blocks of one byte over and over, 128 KiB each in four bytes.
fn zstd_bomb() -> Vec<u8> {
    let block = (131_072_u32 << 3 | 1 << 1).to_le_bytes();
    let head = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
    head.into_iter().chain((0..820).flat_map(|_| [block[0], block[1], block[2], b'\n'])).collect()
}

fn unpacked(encoding: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let mut reader = plain(encoding, body, MOST).map_err(|bad| bad.to_string())?;
    reader.read_to_end(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

#[test]
fn every_packing_is_unpacked() {
    let cases: [(&str, Vec<u8>); 14] = [
        ("", TEXT.to_vec()),
        ("identity", TEXT.to_vec()),
        ("UTF-8", TEXT.to_vec()),
        ("gzip", gzip(TEXT)),
        ("X-GZip", gzip(TEXT)),
        (" gzip , identity", gzip(TEXT)),
        ("gzip, UTF-8", gzip(TEXT)),
        ("gzip", [gzip(&TEXT[..5]), gzip(&TEXT[5..])].concat()),
        ("deflate", zlib(TEXT)),
        ("deflate", raw(TEXT)),
        ("br", BROTLI.to_vec()),
        ("BR", BROTLI.to_vec()),
        ("zstd", ZSTD.to_vec()),
        ("identity,,", TEXT.to_vec()),
    ];
    for (encoding, body) in cases {
        assert_eq!(unpacked(encoding, &body).as_deref(), Ok(TEXT), "{encoding}");
    }
}

#[test]
fn what_is_packed_in_an_unknown_way_or_twice_is_refused() {
    for encoding in ["compress", "gzip, br", "gzip;q=1", "*"] {
        let refusal = unpacked(encoding, TEXT).expect_err("refused");
        assert!(refusal.starts_with("Content-Encoding must be one of"), "{refusal}");
    }
    assert!(unpacked(&"x".repeat(1000), TEXT).expect_err("refused").len() < 150);
}

#[test]
fn what_is_not_what_it_says_is_an_error_and_never_a_text() {
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let refusal = unpacked(encoding, TEXT).expect_err(encoding);
        assert!((1..300).contains(&refusal.len()), "{encoding}: {refusal}");
    }
}

#[test]
fn what_is_cut_off_is_an_error() {
    let cases =
        [("gzip", gzip(TEXT)), ("deflate", zlib(TEXT)), ("br", BROTLI.to_vec()), ("zstd", ZSTD.to_vec())];
    for (encoding, body) in cases {
        assert!(unpacked(encoding, &body[..body.len() - 2]).is_err(), "{encoding}");
    }
}

#[test]
fn a_body_that_swells_ends_with_an_error_at_the_limit() {
    let swollen = vec![b'\n'; MOST as usize + 1];
    let cases = [
        ("gzip", gzip(&swollen)),
        ("br", BROTLI_BOMB.to_vec()),
        ("zstd", zstd_bomb()),
        ("", swollen.clone()),
    ];
    for (encoding, body) in cases {
        let refusal = unpacked(encoding, &body).expect_err(encoding);
        assert_eq!(refusal, format!("it has more than {MOST} bytes when unpacked"), "{encoding}");
    }
    assert_eq!(unpacked("gzip", &gzip(&swollen[1..])).map(|text| text.len()), Ok(MOST as usize));
}

#[test]
fn a_window_that_nobody_needs_is_refused_before_it_is_made() {
    assert_eq!(
        unpacked("br", b"\x1f\x09\x00\xf8\x25\xf0\x82\x84\x00\x00"),
        Err("the body cannot be unpacked as br: its window is above 2^22 bytes".to_owned())
    );
    let zstd = b"\x28\xb5\x2f\xfd\x00\x70\x45\x00\x00\x10\x78\x78\x01\x00\x3f\x01\x2c";
    let refusal = unpacked("zstd", zstd).expect_err("refused");
    assert!(refusal.starts_with("the body cannot be unpacked as zstd: "), "{refusal}");
}

#[test]
fn brotli_windows_are_read_as_the_standard_has_them() {
    for (first, bits) in [
        (0x00, Some(16)),
        (0x01, Some(17)),
        (0x03, Some(18)),
        (0x0b, Some(22)),
        (0x0f, Some(24)),
        (0x21, Some(10)),
        (0x71, Some(15)),
        (0x11, None),
    ] {
        assert_eq!(brotli_window_bits(first), bits, "{first:#x}");
    }
}
