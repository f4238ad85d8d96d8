//! Each kind's page in `docs/channels`: it is there, names every field, and its examples work.

use std::collections::BTreeSet;
use std::path::PathBuf;

use notify::channel::KINDS;
use notify::{ChannelConfig, Kit, Outgoing, PrivateTargets};
use serde_json::{Value, json};

fn page(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/channels");
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|_| panic!("docs/channels/{name} is missing"))
}

/// Kinds whose pages are laid out otherwise: their fields hang together; see `mail_pages.rs`.
const OTHERWISE: [&str; 4] = ["email", "exec", "ntfy", "telegram"];

fn judged() -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().filter(|kind| !OTHERWISE.contains(kind))
}

/// The first block of code in a language.
fn block(page: &str, language: &str) -> String {
    let (_, rest) = page.split_once(&format!("```{language}\n")).expect(language);
    rest.split_once("\n```").expect("an end").0.to_owned()
}

/// The example of the API: its configuration with its kind.
fn of_the_api(page: &str, kind: &str) -> Value {
    let body: Value = serde_json::from_str(&block(page, "json")).expect("json");
    assert_eq!(body["kind"], kind);
    assert!(body["name"].is_string() && body["default"].is_boolean() && body["config"].is_object());
    let mut config = body["config"].clone();
    config["kind"] = json!(kind);
    config
}

/// The example of the file, as the binary hands it on: files read, `default` taken out. What files would hold comes from
/// the other example.
fn of_the_file(page: &str, contents: &Value) -> Value {
    let file: toml::Table = toml::from_str(&block(page, "toml")).expect("toml");
    let channels = file["channels"].as_table().expect("channels");
    let mut config = json!(channels.values().next().expect("a channel"));
    let fields = config.as_object_mut().expect("a table");
    fields.remove("default");
    for (field, value) in fields.iter_mut() {
        if value.as_str().is_some_and(|text| text.starts_with("file:")) {
            *value = contents[field].clone();
        }
    }
    config
}

fn build(config: Value) {
    let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
    kit.build(&ChannelConfig::parse(config).expect("reads")).expect("builds");
}

#[test]
fn each_kind_has_a_page_whose_examples_work_and_say_the_same() {
    for kind in judged() {
        let page = page(&format!("{kind}.md"));
        let api = of_the_api(&page, kind);
        let file = of_the_file(&page, &api);
        assert_eq!(file, api, "{kind}");
        build(api);
    }
}

#[test]
fn each_page_has_a_row_for_every_field_of_its_kind_and_no_other() {
    for kind in judged() {
        let page = page(&format!("{kind}.md"));
        let mut config = of_the_api(&page, kind);
        config["no_such_field"] = json!(1);
        let complaint = ChannelConfig::parse(config).expect_err("refused").to_string();
        let (_, known) = complaint.split_once("expected ").expect("what would be known");
        let fields: BTreeSet<&str> = known.split('`').skip(1).step_by(2).collect();
        let (_, table) = page.split_once("| field | needed | |\n|---|---|---|\n").expect("a table of fields");
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let rows: BTreeSet<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
        assert_eq!(rows, fields, "{kind}");
    }
}

#[test]
fn the_list_of_channels_leads_to_each_page() {
    let list = page("README.md");
    for kind in KINDS {
        assert!(list.contains(&format!("[`{kind}`]({kind}.md)")), "{kind}");
    }
}
