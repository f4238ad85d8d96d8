//! Settings: flags over environment over file, `config check`, and the names of the reference deployment.

use serde_json::json;

use crate::harness::{Home, KEY, Serve, curl, eventually, free_port, millis, text};

/// `config check` with this file and environment: exit code, output, errors.
fn check(file: &str, env: &[(&str, &str)], flags: &[&str]) -> (Option<i32>, String, String) {
    let home = Home::new();
    let path = home.write("punctual.toml", file);
    let mut command = home.punctual(&["config", "check", "--config"]);
    command.arg(path).args(flags).envs(env.iter().copied());
    let output = command.output().expect("the program");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// What `config check` says of a setting: its value and where it came from.
fn setting(shown: &str, name: &str) -> (String, String) {
    let line = shown.lines().find(|line| line.split_whitespace().next() == Some(name));
    let rest = line.unwrap_or_else(|| panic!("no {name} in {shown}"))[name.len()..].trim();
    let (value, source) = rest.split_once("  ").unwrap_or_else(|| rest.split_once(' ').unwrap_or((rest, "")));
    (value.trim().to_owned(), source.trim().to_owned())
}

fn is(value: &str, source: &str) -> (String, String) {
    (value.to_owned(), source.to_owned())
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_file() {
    let file = "data_dir = 'of-the-file'\nlisten = '127.0.0.1:1'\nhistory_days = 7\n";
    let env = [("PUNCTUAL_DATA_DIR", "of-the-environment"), ("PUNCTUAL_LISTEN", "127.0.0.1:2")];
    let (code, shown, _) = check(file, &env, &["--data-dir", "of-the-flag"]);
    assert_eq!(code, Some(0));
    assert_eq!(setting(&shown, "data_dir"), is("of-the-flag", "flag"));
    assert_eq!(setting(&shown, "listen"), is("127.0.0.1:2", "environment PUNCTUAL_LISTEN"));
    assert_eq!(setting(&shown, "history_days"), is("7", "file"));
    assert_eq!(setting(&shown, "api_prefix"), is("/api/v1", "default"));
}

#[test]
fn every_documented_setting_is_shown_and_secrets_are_not() {
    let env = [
        ("API_KEYS", "a-very-secret-key-of-somebody"),
        ("SLACK_BOT_TOKEN", "xoxb-secret"),
        ("SLACK_CHANNEL_ID", "C1"),
    ];
    let (code, shown, errors) = check("", &env, &[]);
    assert_eq!(code, Some(0), "{errors}");
    for name in ["api_keys", "slack_bot_token"] {
        assert_eq!(setting(&shown, name).0, "********");
    }
    for secret in ["a-very-secret-key", "xoxb"] {
        assert!(!shown.contains(secret) && !errors.contains(secret), "{shown}{errors}");
    }
    for name in
        ["listen", "port", "startup_quiet", "rate_limit", "tls_cert", "otlp_endpoint", "slack_api_url"]
    {
        setting(&shown, name);
    }
}

#[test]
fn a_refusal_names_the_setting_where_it_came_from_and_what_it_was() {
    for (file, env, said) in [
        ("listn = 'x'", None, "there is no setting listn"),
        (
            "listen = 'here'",
            None,
            "setting listen (from file) must be an address such as 127.0.0.1:3000, was 'here'",
        ),
        (
            "",
            Some(("PORT", "70000")),
            "setting port (from environment PORT) must be a number from 0 to 65535, was '70000'",
        ),
        (
            "",
            Some(("PUNCTUAL_STARTUP_QUIET", "soon")),
            "setting startup_quiet (from environment PUNCTUAL_STARTUP_QUIET)",
        ),
        ("", Some(("HEARTBEAT_TIMEOUT_MINUTES", "0")), "setting heartbeat_timeout_minutes"),
        (
            "ping_body_limit = 100001",
            None,
            "setting ping_body_limit (from file) must be a number from 0 to 100000, was '100001'",
        ),
        (
            "",
            Some(("PUNCTUAL_PING_BODY_LIMIT", "1 kB")),
            "setting ping_body_limit (from environment PUNCTUAL_PING_BODY_LIMIT)",
        ),
        ("", Some(("RATE_LIMIT_MAX", "5")), "rate_limit_ttl and rate_limit_max go together"),
        ("", Some(("SLACK_ENABLED", "true")), "set slack_bot_token"),
        ("", Some(("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "maybe")), "allow_private_targets"),
        ("listen = { a = 1 }", None, "listen"),
        ("= no toml", None, "is not valid TOML"),
        ("[channels.ops]\nkind = 'pigeon'\n", None, "ops"),
        ("channels = 1", None, "channels must be tables"),
    ] {
        let (code, _, errors) = check(file, env.as_slice(), &[]);
        assert!(code == Some(1) && errors.contains(said), "{file}{env:?}: {code:?} {errors}");
        let home = Home::new();
        let path = home.write("punctual.toml", file);
        let mut serve = home.punctual(&["serve", "--config"]);
        let refused = serve.arg(path).envs(env).output().expect("the program");
        let told = text(&refused.stderr);
        assert!(refused.status.code() == Some(1) && told.contains(said), "{file}{env:?}: {told}");
        assert!(!home.path("punctual-data").exists(), "a store was made before the settings were judged");
    }
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let home = Home::new();
    let output = home.run(&["config", "check", "--config", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cannot read the configuration file nowhere.toml"), "{output:?}");
}

#[test]
fn secrets_can_be_given_as_files() {
    let home = Home::new();
    let file = home.write("keys", "the-key-of-a-file-000000\n");
    let secret = format!("file:{}", file.display());
    let server = Serve::new(&home).env("API_KEYS", &secret).start();
    assert_eq!(server.call_as("the-key-of-a-file-000000", "GET", "/schedulers", None).status, 200);
}

#[test]
fn the_names_of_the_reference_deployment_work() {
    let home = Home::new();
    let port = free_port();
    let server = Serve::new(&home)
        .listen("")
        .env("PORT", &port.to_string())
        .env("API_PREFIX", "monitor/v9")
        .env("API_KEY_HEADER", "X-Monitor-Key")
        .env("API_KEYS", "the-first-key-of-two-00, the-second-key-of-two-0")
        .env("HEARTBEAT_TIMEOUT_MINUTES", "7")
        .env("SLACK_ENABLED", "false")
        .start();
    assert!(server.address.ends_with(&format!(":{port}")), "{}", server.address);
    let url = format!("http://127.0.0.1:{port}/monitor/v9/schedulers");
    let get = |header: &str| curl(&["--header", header, &url], None).expect("an answer").status;
    assert_eq!(get("x-monitor-key: the-first-key-of-two-00"), 200);
    assert_eq!(get("x-monitor-key: the-second-key-of-two-0"), 200);
    assert_eq!(get("x-api-key: the-first-key-of-two-00"), 401);
    let status =
        |path: &str| curl(&[&format!("http://127.0.0.1:{port}{path}")], None).expect("an answer").status;
    assert_eq!((status("/api/v1/schedulers"), status("/healthz")), (404, 200));

    let send = |method: &str, path: &str, body: &serde_json::Value| {
        let header = "x-monitor-key: the-first-key-of-two-00";
        let arguments =
            ["--request", method, "--header", header, "--header", "content-type: application/json"];
        let url = format!("{url}{path}");
        curl(&[&arguments[..], &[&url]].concat(), Some(body.to_string().as_bytes())).expect("an answer")
    };
    send("POST", "/register", &json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" }))
        .expect(201);
    let running = send("PUT", "/a/status", &json!({ "status": "running" })).expect(200).json();
    // Seven minutes of silence are too many: the deployment's own limit, not the ten minutes of ours.
    let allowed = millis(&running["deadline_at"]) - millis(&running["last_heartbeat"]);
    assert_eq!(allowed, 7 * 60_000, "{running}");
}

#[test]
fn a_rate_limit_of_the_reference_deployment_refuses_with_when_to_come_again() {
    let home = Home::new();
    let server = Serve::new(&home).env("RATE_LIMIT_TTL", "60").env("RATE_LIMIT_MAX", "5").start();
    let answers: Vec<_> = (0..7).map(|_| server.call("GET", "/schedulers", None)).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429]);
    let refused = &answers[6];
    let wait: u32 = refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("a number");
    assert!((1..=60).contains(&wait), "{wait}");
    refused.error_message();
}

#[test]
fn a_rate_limit_can_be_off() {
    let home = Home::new();
    let server = Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off").start();
    let registration = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    for _ in 0..70 {
        server.call("POST", "/schedulers/a/heartbeat", None).expect(200);
    }
}

#[test]
fn a_process_can_have_some_roles_and_another_the_rest() {
    let home = Home::new();
    let api = Serve::new(&home).args(&["--roles", "api"]).start();
    let rest = Serve::new(&home).env("PUNCTUAL_ROLES", "evaluator,dispatcher,janitor").start();
    let registration = json!({
        "scheduler_id": "a", "service_name": "s", "job_name": "j",
        "schedule": { "every": "5s", "grace": "0s" },
    });
    api.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    eventually("the other process notices", || {
        (api.get("/schedulers/a")["health"] == "missed").then_some(())
    });
    drop(rest);
    assert_eq!(api.call_as(KEY, "GET", "/schedulers/a", None).status, 200);
}

#[test]
fn a_file_that_is_no_toml_is_told_by_its_line_and_its_secrets_are_not() {
    let home = Home::new();
    home.write("punctual.toml", "[channels.ops]\nkind = 'slack'\ntoken = \"xoxb-1-secret\nchannel = 'C1'\n");
    let output = home.run(&["serve", "--config", "punctual.toml"]);
    let said = text(&output.stderr);
    assert!(said.contains("punctual.toml is not valid TOML in line 3"), "{said}");
    assert!(!said.contains("xoxb-1-secret"), "{said}");
}
