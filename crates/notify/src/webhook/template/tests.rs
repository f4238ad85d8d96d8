//! What templates make, what is found when a channel is saved, and what no template can do.

use serde_json::{Value, json};

use super::*;
use crate::sample;

const CHAT: &str = r#"{
  "text": {{ ("[" ~ type ~ "] " ~ data.text) | tojson }},
  {% if data.scheduler_id %}"job": {{ data.scheduler_id | tojson }},{% endif %}
  "tags": [{% for tag in data.tags %}{{ tag | tojson }}{% if not loop.last %}, {% endif %}{% endfor %}]
}"#;

fn parsed(source: &str) -> Result<Template, String> {
    Template::parse(source, true, None).map_err(|problem| problem.to_string())
}

fn made(source: &str, notice: &app::Notice) -> String {
    let template = Template::parse(source, false, None).expect("serves");
    String::from_utf8(template.render(&json!(payload(notice, None))).expect("renders")).expect("text")
}

#[test]
fn a_template_sees_the_documented_payload_and_makes_json_of_any_text() {
    // Only alerts have tags: `for` over what is not there is told when the channel is saved.
    let problem = parsed(CHAT).expect_err("refused");
    assert_eq!(problem, "line 4: undefined value, for alert.group");
    let template = parsed(&CHAT.replace("in data.tags", "in data.tags | default([])")).expect("serves");
    let notice = sample::edit(sample::failed(), |alert| alert.story.tags = vec!["a\"b".to_owned()]);
    let body: Value =
        serde_json::from_slice(&template.render(&json!(payload(&notice, None))).expect("renders"))
            .expect("json");
    let text = "[alert.opened] billing / nightly failed: exit 3 — disk full";
    assert_eq!(body, json!({ "text": text, "job": "billing-nightly", "tags": ["a\"b"] }));
}

#[test]
fn what_is_missing_has_a_word_and_texts_can_be_shaped() {
    let source = "{{ data.error | default('no error') | one_line | truncate(9) | upper }}";
    assert_eq!(made(source, &sample::failed()), "DISK FULL");
    assert_eq!(made(source, &sample::missed(1)), "NO ERROR");
    assert_eq!(made(source, &sample::test()), "NO ERROR");
    let list = "{{ data.causes | default([]) | join('+') }}/{{ type | length }}";
    assert_eq!(made(list, &sample::failed()), "failing/12");
}

#[test]
fn what_would_fail_in_the_night_is_told_when_it_is_saved_with_its_line() {
    for (source, problem) in [
        ("", "must have 1 to 8192 bytes"),
        (
            "{\n\"text\": {{ data.text }",
            "line 2: syntax error: unexpected `}`, expected end of variable block",
        ),
        (
            "{\n\"a\": {{ data.text | shout }}}",
            "line 2: unknown filter: filter shout is unknown, for alert.opened",
        ),
        (
            "{\n\n\"a\": {{ data.txet | tojson }}}",
            "line 3: undefined value: there is no such value, for alert.opened",
        ),
        ("{% if data.error %}{}", "line 1: syntax error: unexpected end of input, expected end of block"),
    ] {
        assert_eq!(parsed(source).expect_err(source), problem);
    }
    let unescaped = parsed(r#"{"text": "{{ data.text }}"}"#).expect_err("a quote in a text breaks it");
    assert!(unescaped.starts_with("does not make json, for alert.opened: "), "{unescaped}");
    assert!(unescaped.ends_with("(write {{ data.text | tojson }} for any text)"), "{unescaped}");
}

#[test]
fn no_template_can_grow_without_end() {
    for (source, problem) in [
        ("\n{% set a = type %}", "line 2: only the tags if and for are known"),
        ("{%- macro a() %}{% endmacro %}", "line 1: only the tags if and for are known"),
        ("{% raw %}{{ ' {% endraw %}{% set a = 1 %}", "line 1: only the tags if and for are known"),
        ("{# {{ ' #}{% set a = 1 %}{# ' #}", "line 1: only the tags if and for are known"),
        ("{{ '}}' ~ ('x' * 100000000) }}", "line 1: nothing can be multiplied"),
        ("{{ \"\\\"\" * 9 }}", "line 1: nothing can be multiplied"),
        ("{{ {'a': 1} }}", "line 1: no dictionary can be made"),
    ] {
        assert_eq!(parsed(source).expect_err(source), problem);
    }
    let joined = format!("{{{{ type{} }}}}", " ~ type".repeat(51));
    assert_eq!(parsed(&joined).expect_err("refused"), "line 1: joins too many texts: at most 50");
    let nested = "{% for a in data.text %}{% for b in data.text %}{% for c in data.text %}x{% endfor %}{% endfor %}{% endfor %}";
    assert!(parsed(nested).expect_err("refused").contains("fuel"));
}

#[test]
fn a_for_keeps_nothing_that_could_be_doubled() {
    let problem = "line 1: for goes through what there is: it takes no list of its own";
    for list in
        ["[a, a]", "(a, a)", "[a+a]", "[a ~ a]", "a recursive", "a if a == (a,\na)", "[a]|default([a,'in'])"]
    {
        let source = format!("{{% for a in {list} %}}{{% endfor %}}");
        assert_eq!(parsed(&source).expect_err(list), problem, "{list}");
    }
    for list in
        ["data.members[:5]", "data['a, b']|default([])", "[data.text]", "data.recursively|default('+')"]
    {
        made(&format!("{{% for a, in [[{list}]] %}}{{% endfor %}}"), &sample::failed());
    }
}

/// A text of two thousand bytes, kept as `b`, around what is made of it.
fn with_a_long_text(used: &str) -> String {
    format!("{{% for b in ['{}'] %}}{{{{ {used} }}}}{{% endfor %}}", "A".repeat(2000))
}

#[test]
fn no_filter_makes_more_than_a_body_may_hold() {
    let many = format!("[{}]", "b,".repeat(2500));
    let many = many.as_str();
    for used in [
        format!("{many}|join('')"),
        format!("{many}|tojson"),
        format!("['',{many}]|join(b)"),
        "b|join(b)".to_owned(),
    ] {
        let problem = parsed(&with_a_long_text(&used)).expect_err("refused");
        let expected = "line 1: invalid operation: makes more than 262144 bytes, for alert.opened";
        assert_eq!(problem, expected, "{used:.20}");
    }
    let nothing =
        format!("b }}}}{{% for c in b %}}{{{{ [{}]|join('') }}}}{{% endfor %}}{{{{ b", "'',".repeat(50));
    let problem = parsed(&with_a_long_text(&nothing)).expect_err("refused");
    assert!(problem.contains("fuel"), "{problem}");
}

#[test]
fn a_body_that_grows_too_long_is_refused_and_stars_are_free_outside_of_code() {
    let long = "*{{ data.error | default('') }}* ".repeat(200);
    let template = Template::parse(&long, false, None).expect("serves the specimens");
    let notice = sample::hostile(sample::failed(), "x");
    let problem = template.render(&json!(payload(&notice, None))).expect_err("too long").to_string();
    assert_eq!(problem, "makes more than 262144 bytes, for alert.opened");
}

#[test]
fn hostile_text_stays_inside_its_string() {
    let template = parsed(&CHAT.replace("in data.tags", "in data.tags | default([])")).expect("serves");
    for filler in ["\"}, {{ 7 }}", "\\", "{% set %}", "\n\r\u{8}", "👩\u{202e}"] {
        for notice in sample::all() {
            let notice = sample::hostile(notice, filler);
            let expected = json!(payload(&notice, None));
            let body = template.render(&expected).expect("renders");
            let body: Value = serde_json::from_slice(&body).expect("json");
            assert_eq!(body["job"], expected["data"]["scheduler_id"]);
            let text = expected["data"]["text"].as_str().expect("a text");
            assert!(body["text"].as_str().expect("a text").ends_with(text));
        }
    }
}
