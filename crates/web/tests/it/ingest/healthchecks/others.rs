//! Flips, channels, badges, probes and metrics.

use app::ports::{Channel, Role};
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::{FixedChannels, ScriptedNotifier};

use super::{made, ping, settings, uuid, world};
use crate::support::{Ask, World};

#[tokio::test]
async fn flips_are_the_beginnings_and_ends_of_incidents_and_pauses() {
    let world = world();
    let check = made(&world, r#"{"name":"a","timeout":60,"grace":60}"#).await;
    let path = format!("/api/v3/checks/{}", uuid(&check));
    for place in ["/fail", "", "/fail"] {
        ping(&world, &format!("{}{place}", uuid(&check)), "").await;
        world.pass(10);
    }
    world.post(&format!("{path}/pause"), "").await;
    let flips = world.get(&format!("{path}/flips/")).await;
    assert_snapshot!(flips.text(), @r#"{"flips":[{"timestamp":"2026-03-02T08:00:30+00:00","up":0},{"timestamp":"2026-03-02T08:00:20+00:00","up":0},{"timestamp":"2026-03-02T08:00:10+00:00","up":1},{"timestamp":"2026-03-02T08:00:00+00:00","up":0}]}"#);
    for (query, count) in [
        ("?seconds=15", 2),
        ("?start=1772438410", 3),
        ("?end=1772438410", 1),
        ("?start=1772438410&end=1772438420", 1),
        ("?seconds=0", 1),
    ] {
        let flips = world.get(&format!("{path}/flips/{query}")).await.json();
        assert_eq!(flips["flips"].as_array().map(Vec::len), Some(count), "{query}");
    }
    for query in ["?seconds=x", "?seconds=31536001", "?start=-1", "?end=10000000001"] {
        let reply = world.get(&format!("{path}/flips/{query}")).await;
        assert_eq!((reply.status, reply.body.len()), (StatusCode::BAD_REQUEST, 0), "{query}");
    }
    let viewer = world.key(Role::Viewer, &[]).await;
    let list = world.ask(Ask::new(Method::GET, "/api/v3/checks/").key(&viewer)).await.json();
    let key = list["checks"][0]["unique_key"].as_str().expect("a key").to_owned();
    let known = world.ask(Ask::new(Method::GET, &format!("/api/v3/checks/{key}/flips/")).key(&viewer)).await;
    assert_eq!(known.text(), flips.text());
}

#[tokio::test]
async fn channels_are_listed_and_named_by_checks() {
    let channels = Arc::new(FixedChannels::new());
    let mail = Channel { name: "Mail".to_owned(), ..Channel::new("chn_2", "email", true) };
    channels.list(ProjectId::default_project(), mail, Arc::new(ScriptedNotifier::willing()));
    channels.add("ops", false);
    let world = World::on(settings(), |ports| ports.channels = channels);
    let list = world.get("/api/v3/channels/").await;
    assert_snapshot!(list.text(), @r#"{"channels":[{"id":"chn_2","name":"Mail","kind":"email"},{"id":"ops","name":"ops","kind":"scripted"}]}"#);
    for (spec, heard) in [
        (r#"{"slug":"a"}"#, "chn_2"),
        (r#"{"slug":"b","channels":""}"#, ""),
        (r#"{"slug":"c","channels":"*"}"#, "chn_2,ops"),
        (r#"{"slug":"d","channels":"ops,Mail"}"#, "chn_2,ops"),
    ] {
        assert_eq!(made(&world, spec).await["channels"], json!(heard), "{spec}");
    }
    let scheduler = world.get("/api/v1/schedulers/d").await.json();
    assert_eq!(scheduler["channels"], json!(["Mail", "ops"]));
}

#[tokio::test]
async fn badges_tell_how_checks_stand_to_who_has_their_address() {
    let world = world();
    let check = made(&world, r#"{"name":"a","tags":"db a.b","timeout":60,"grace":60}"#).await;
    made(&world, r#"{"name":"b"}"#).await;
    let badges = world.get("/api/v3/badges/").await;
    assert_snapshot!(badges.text(), @r#"{"badges":{"*":{"json":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/LGEAf-fO-2.json","json3":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/LGEAf-fO.json","shields":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/LGEAf-fO-2.shields","shields3":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/LGEAf-fO.shields","svg":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/LGEAf-fO-2.svg","svg3":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/LGEAf-fO.svg"},"db":{"json":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/CJowig0S-2/db.json","json3":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/CJowig0S/db.json","shields":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/CJowig0S-2/db.shields","shields3":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/CJowig0S/db.shields","svg":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/CJowig0S-2/db.svg","svg3":"https://hc.example/badge/08c261bb-8f74-38c1-ac79-ccc343731983/CJowig0S/db.svg"}}}"#);
    ping(&world, &uuid(&check), "").await;
    world.pass(60);
    let address = |badges: &Value, tag: &str, kind: &str| {
        let address = badges["badges"][tag][kind].as_str().expect("an address");
        address.strip_prefix("https://hc.example").expect("ours").to_owned()
    };
    let badges = badges.json();
    let shown = async |tag: &str, kind: &str| {
        let ask = Ask::new(Method::GET, &address(&badges, tag, kind)).without("x-api-key");
        world.ask(ask).await
    };
    assert_snapshot!(shown("*", "svg3").await, @r##"
200 OK
access-control-allow-headers: X-Api-Key
access-control-allow-methods: GET
access-control-allow-origin: *
access-control-max-age: 600
cache-control: max-age=0, no-cache, no-store, must-revalidate, private
content-length: 499
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: image/svg+xml
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad909660cd27ff6c67e81909778a

<svg xmlns="http://www.w3.org/2000/svg" width="104" height="20" role="img" aria-label="punctual: late"><title>punctual: late</title><clipPath id="r"><rect width="104" height="20" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="66" height="20" fill="#555"/><rect x="66" width="38" height="20" fill="#fe7d37"/></g><g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11"><text x="33" y="14">punctual</text><text x="85" y="14">late</text></g></svg>
"##);
    assert_eq!(shown("*", "json").await.json(), json!({"status":"up","total":2,"grace":1,"down":0}));
    assert_eq!(shown("db", "json3").await.json(), json!({"status":"late","total":1,"grace":1,"down":0}));
    world.pass(60);
    assert_snapshot!(shown("db", "shields").await.text(), @r#"{"schemaVersion":1,"label":"db","message":"down","color":"critical"}"#);
    let own =
        check["badge_url"].as_str().and_then(|url| url.strip_prefix("https://hc.example")).expect("ours");
    let own = own.replace("/b/2/", "/b/3/").replace(".svg", ".shields");
    assert_snapshot!(world.get(&own).await.text(), @r#"{"schemaVersion":1,"label":"a","message":"down","color":"critical"}"#);
    for forged in [own.replace("/b/3/", "/b/3/0"), address(&badges, "db", "svg").replace("/db.", "/web.")] {
        assert_eq!(world.get(&forged).await.status, StatusCode::NOT_FOUND, "{forged}");
    }
}

#[tokio::test]
async fn a_watcher_is_told_whether_we_are_well() {
    let world = world();
    let status = world.ask(Ask::new(Method::GET, "/api/v3/status/").without("x-api-key")).await;
    assert_eq!((status.status, status.text()), (StatusCode::OK, "OK"));
    let metrics = Ask::new(Method::GET, "/api/v1/metrics/");
    assert_eq!(world.ask(metrics).await.status, StatusCode::FORBIDDEN);
    let metrics = Ask::new(Method::GET, "/api/v1/metrics/").header("x-metrics-key", crate::support::ADMIN);
    let figures = world.ask(metrics).await.json();
    assert_eq!(
        figures,
        json!({"ts": 1_772_438_400, "max_ping_id": 0, "max_notification_id": 0, "num_unprocessed_flips": 0})
    );
}

#[tokio::test]
async fn prometheus_reads_how_checks_stand() {
    let world = world();
    let check = made(&world, r#"{"name":"say \"a\"","tags":"db"}"#).await;
    made(&world, r#"{"name":"b","tags":"db web"}"#).await;
    ping(&world, &format!("{}/fail", uuid(&check)), "").await;
    let viewer = world.key(Role::Viewer, &[]).await;
    let path = "/projects/6c0a5f0a-7a5b-4c4e-8a50-2f1b1d4f7c55/metrics/";
    let page = world.ask(Ask::new(Method::GET, &format!("{path}{viewer}")).without("x-api-key")).await;
    assert_snapshot!(page.text(), @r#"
# HELP hc_check_up Whether the check is not down.
# TYPE hc_check_up gauge
hc_check_up{name="b",tags="db web",unique_key="13e6e924acc21b58064b0346b56d1158ef62e421"} 1
hc_check_up{name="say \"a\"",tags="db",unique_key="e49bc9216bcac905bf42d8710ce9e69246deb2bf"} 0
# HELP hc_check_started Whether the check runs.
# TYPE hc_check_started gauge
hc_check_started{name="b",tags="db web",unique_key="13e6e924acc21b58064b0346b56d1158ef62e421"} 0
hc_check_started{name="say \"a\"",tags="db",unique_key="e49bc9216bcac905bf42d8710ce9e69246deb2bf"} 0
# HELP hc_check_grace Whether the check is late, and its grace not over.
# TYPE hc_check_grace gauge
hc_check_grace{name="b",tags="db web",unique_key="13e6e924acc21b58064b0346b56d1158ef62e421"} 0
hc_check_grace{name="say \"a\"",tags="db",unique_key="e49bc9216bcac905bf42d8710ce9e69246deb2bf"} 0
# HELP hc_check_paused Whether the check is paused.
# TYPE hc_check_paused gauge
hc_check_paused{name="b",tags="db web",unique_key="13e6e924acc21b58064b0346b56d1158ef62e421"} 0
hc_check_paused{name="say \"a\"",tags="db",unique_key="e49bc9216bcac905bf42d8710ce9e69246deb2bf"} 0
# HELP hc_tag_up Whether no check with the tag is down.
# TYPE hc_tag_up gauge
hc_tag_up{tag="db"} 0
hc_tag_up{tag="web"} 1
# HELP hc_checks_total How many checks there are.
# TYPE hc_checks_total gauge
hc_checks_total 2
# HELP hc_checks_down_total How many checks are down.
# TYPE hc_checks_down_total gauge
hc_checks_down_total 1
"#);
    let bearer =
        |value: &str| Ask::new(Method::GET, path).without("x-api-key").header("authorization", value);
    let same = world.ask(bearer(&format!("Bearer {viewer}"))).await;
    assert_eq!(same.text(), page.text());
    for (value, status) in
        [("", 401), ("Bearer short", 400), ("Bearer 0123456789abcdef0123456789abcdef", 403)]
    {
        assert_eq!(world.ask(bearer(value)).await.status.as_u16(), status, "{value}");
    }
}
