//! Secrets that stand elsewhere: read at the start, and again after a rotation, without a restart.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{FakeHook, Home, Serve, Server, curl, eventually, free_port, text};

const OLD: &str = "pk_old_0123456789abcdefghijkl";
const NEW: &str = "pk_new_0123456789abcdefghijkl";
const HOW: &str = "install moto[server] 5.2.5 from PyPI, or name its moto_server by PUNCTUAL_MOTO_SERVER";

/// A stand-in for Amazon's Secrets Manager. It goes when this goes.
struct Manager {
    process: Child,
    address: String,
}

impl Manager {
    fn start() -> Self {
        let port = free_port();
        let program = std::env::var_os("PUNCTUAL_MOTO_SERVER").unwrap_or_else(|| "moto_server".into());
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process =
            quiet.spawn().unwrap_or_else(|error| panic!("moto_server does not start ({error}): {HOW}"));
        eventually("the stand-in listens", || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { process, address: format!("http://127.0.0.1:{port}") }
    }

    fn ask(&self, operation: &str, body: &Value) {
        let target = format!("x-amz-target: secretsmanager.{operation}");
        let scope = "authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0";
        let kind = "content-type: application/x-amz-json-1.1";
        let arguments = ["--header", &target, "--header", scope, "--header", kind, &self.address];
        let reply = curl(&arguments, Some(body.to_string().as_bytes())).expect("an answer");
        assert_eq!(reply.status, 200, "{:?}", reply.body);
    }

    fn under<'a>(&self, serve: Serve<'a>) -> Serve<'a> {
        let serve =
            serve.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.address).env("AWS_REGION", "us-east-1");
        serve.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test")
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Whether a key is accepted.
fn is_known(server: &Server, key: &str) -> bool {
    server.call_as(key, "GET", "/schedulers", None).status == 200
}

#[track_caller]
fn takes_over(server: &Server) {
    // Not by trying: who tries keys that are none is soon heard no more.
    server.wait_for_log("the configured keys are other ones from now on");
    assert!(is_known(server, NEW) && !is_known(server, OLD));
}

#[test]
fn a_key_in_a_file_is_rotated_by_writing_the_file() {
    let home = Home::new();
    let file = home.write("keys", OLD);
    let serve = Serve::new(&home).env("PUNCTUAL_SECRETS_REFRESH", "1s");
    let server = serve.env("API_KEYS", &format!("file:{}", file.display())).start();
    assert!(is_known(&server, OLD) && !is_known(&server, NEW));
    home.write("keys", format!("{NEW}\n"));
    takes_over(&server);
    std::fs::remove_file(&file).expect("it is there");
    server.wait_for_log("the last good ones stay in force");
    assert!(is_known(&server, NEW));
    assert!(server.logs().iter().all(|line| !line.contains(NEW) && !line.contains(OLD)));
}

#[test]
fn a_channel_whose_secret_is_rotated_sends_with_the_new_one() {
    let (home, hook) = (Home::new(), FakeHook::start());
    let file = home.write("secret", "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk");
    let table = hook.table_by_default("hook");
    let table = table.replace("a secret of the tests", &format!("file:{}", file.display()));
    let config = home.write("punctual.toml", table);
    let serve = Serve::new(&home).env("PUNCTUAL_SECRETS_REFRESH", "1s");
    let serve = serve.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true");
    let server = serve.args(&["--config", config.to_str().expect("a path")]).start();
    home.write("secret", "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3");
    server.wait_for_log("the configured channels have other secrets");
    let job = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "a" });
    server.call("POST", "/schedulers/register", Some(&job)).expect(201);
    server.call("PUT", "/schedulers/a/status", Some(&json!({ "status": "failed" }))).expect(200);
    hook.wait_for_all(&["a".to_owned()], "alert.opened");
}

#[test]
fn keys_in_secrets_manager_are_found_by_name_and_field_and_rotated() {
    let (home, manager) = (Home::new(), Manager::start());
    let secret = |keys: &str| json!({ "keys": keys, "slack": "xoxb-1" }).to_string();
    manager.ask("CreateSecret", &json!({ "Name": "prod/punctual", "SecretString": secret(OLD) }));
    let serve = manager.under(Serve::new(&home).env("PUNCTUAL_SECRETS_REFRESH", "1s"));
    let server = serve.env("API_KEYS", "aws-secretsmanager:prod/punctual#keys").start();
    assert!(is_known(&server, OLD) && !is_known(&server, NEW));
    manager.ask("PutSecretValue", &json!({ "SecretId": "prod/punctual", "SecretString": secret(NEW) }));
    takes_over(&server);
    drop(manager);
    server.wait_for_log("the last good ones stay in force");
    assert!(is_known(&server, NEW));
}

#[test]
fn a_secret_that_cannot_be_had_refuses_the_start_and_says_what_to_do() {
    let (home, manager) = (Home::new(), Manager::start());
    manager.ask("CreateSecret", &json!({ "Name": "plain", "SecretString": "no json" }));
    for (given, said) in [
        ("aws-secretsmanager:absent", "there is none of that name"),
        ("aws-secretsmanager:plain#keys", "it is no JSON"),
        ("aws-secretsmanager:#keys", "must be aws-secretsmanager:NAME"),
        ("file:nowhere", "cannot read nowhere"),
    ] {
        let refused = manager.under(Serve::new(&home)).env("API_KEYS", given).refused();
        let words = text(&refused.stderr);
        assert!(words.contains("setting api_keys") && words.contains(said), "{given}: {words}");
        assert!(!words.contains("no json"), "{words}");
    }
}
