//! Time zones for tests: pinned ones for the golden files, bundled ones for all else.

use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use proptest::sample::select;

/// A zone by the rules the golden files were made with; see `data/zoneinfo-2025b/README.md`.
pub(crate) fn pinned(name: &str) -> TimeZone {
    let path = format!("{}/tests/data/zoneinfo-2025b/{name}", env!("CARGO_MANIFEST_DIR"));
    let data = std::fs::read(path).expect(name);
    TimeZone::tzif(name, &data).expect(name)
}

/// A zone of the bundled database.
pub(crate) fn bundled(name: &str) -> TimeZone {
    TimeZone::get(name).expect(name)
}

/// Zones with one, two and no changes a year, half-hour ones, ones on both sides of the date line, and all fixed
/// offsets by the quarter of an hour.
pub(crate) fn any_zone() -> impl Strategy<Value = TimeZone> {
    let names = [
        "UTC",
        "Europe/Riga",
        "America/New_York",
        "America/St_Johns",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Chatham",
        "America/Havana",
        "Africa/Monrovia",
        "Antarctica/Troll",
    ];
    let quarters =
        (-56..=56_i32).prop_map(|quarters| Offset::from_seconds(quarters * 900).expect("an offset"));
    prop_oneof![4 => select(Vec::from(names)).prop_map(bundled), 1 => quarters.prop_map(TimeZone::fixed)]
}
