//! Writes the description of the API as it is served by default:
//! `cargo run -p web --example openapi > docs/contracts/openapi.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(web::openapi_json(&web::Prefix::default()).as_bytes())
}
