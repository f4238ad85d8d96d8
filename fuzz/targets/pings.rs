//! The program of the target of this name; what it demands stands in `src/`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::pings(data));
