//! The pages of mail, phones, commands and templates: their examples are configurations that are read, and their tables name every field.

use std::path::PathBuf;

use notify::{ChannelConfig, Kit, Outgoing, PrivateTargets};
use serde_json::{Value, json};

fn page(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../docs/channels", name].iter().collect();
    std::fs::read_to_string(path).expect(name)
}

/// The first block of a language.
fn block(page: &str, language: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("```{language}\n"))?;
    rest.split_once("\n```").map(|(block, _)| block.to_owned())
}

/// What `[channels.NAME]` holds, without `default`, which is not the channel's own.
fn from_file(page: &str) -> Value {
    let file: toml::Table = block(page, "toml").expect("an example").parse().expect("toml");
    let (_, channel) = file["channels"].as_table().expect("channels").iter().next().expect("a channel");
    let mut channel = json!(channel);
    channel.as_object_mut().expect("a table").remove("default");
    channel
}

/// What the API would make of its example.
fn from_api(page: &str) -> Option<Value> {
    let body: Value = serde_json::from_str(&block(page, "json")?).expect("json");
    assert!(body["name"].is_string() && body["default"].is_boolean(), "{body}");
    let mut config = body["config"].clone();
    config["kind"] = body["kind"].clone();
    Some(config)
}

#[test]
fn every_example_is_a_configuration() {
    for (name, kind) in [
        ("email.md", "email"),
        ("exec.md", "exec"),
        ("ntfy.md", "ntfy"),
        ("telegram.md", "telegram"),
        ("webhook-templates.md", "webhook"),
    ] {
        let page = page(name);
        let file = ChannelConfig::parse(from_file(&page)).expect(name);
        assert_eq!(file.kind(), kind);
        match from_api(&page) {
            Some(config) => assert_eq!(ChannelConfig::parse(config).expect(name).kind(), kind),
            None => assert!(file.is_local_only(), "{name}"),
        }
    }
}

#[test]
fn every_field_of_a_kind_stands_in_its_table() {
    for (name, fields) in [
        (
            "email.md",
            "host port encryption tls_ca username password from to reply_to to_owner hello".to_owned(),
        ),
        ("exec.md", "command args timeout_seconds".to_owned()),
        ("ntfy.md", "topic server token".to_owned()),
        ("telegram.md", "token chat_id message_thread_id api_url".to_owned()),
        ("webhook-templates.md", "template content_type method headers".to_owned()),
    ] {
        let page = page(name);
        for field in fields.split(' ') {
            let named = |line: &str| line.starts_with('|') && line.contains(&format!("`{field}`"));
            assert!(page.lines().any(named), "{name}: {field}");
        }
    }
}

#[test]
fn the_template_that_is_shown_is_taken() {
    let page = page("webhook-templates.md");
    let mut config = from_api(&page).expect("an example");
    config["secret"] = json!("sixteen bytes or more");
    config["headers"] = json!({ "Authorization": "Bearer t0ken" });
    let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
    kit.build(&ChannelConfig::parse(config.clone()).expect("reads")).expect("the short one");
    config["template"] = json!(block(&page, "jinja").expect("a template"));
    kit.build(&ChannelConfig::parse(config).expect("reads")).expect("the long one");
}
