//! A fleet on tables: the main job, a store that is away, and instances that die under load.

use serde_json::json;

use crate::harness::{
    FakeHook, Ground, Heard, Home, Load, Serve, Server, Tables, curl, eventually, is_kept, text,
};

fn serve<'a>(home: &'a Home, tables: &Tables) -> Serve<'a> {
    let serve = Serve::new(home).env("PUNCTUAL_LEASE", "2s").env("PUNCTUAL_RATE_LIMIT", "off");
    let serve = serve.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true");
    tables.env().into_iter().fold(serve, |serve, (name, value)| serve.env(name, value))
}

#[test]
fn a_job_is_watched_on_tables_from_its_registration_to_its_alert_and_after_a_restart() {
    let (home, hook) = (Home::new(), FakeHook::start());
    let tables = Tables::made(&home);
    let config = home.write("punctual.toml", hook.table_by_default("hook"));
    let serve = serve(&home, &tables).args(&["--config", config.to_str().expect("a path")]);
    let server = serve.start();
    let registration = json!({
        "scheduler_id": "nightly", "service_name": "billing", "job_name": "nightly", "max_runtime": "1s"
    });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    let running = json!({ "status": "running", "run_id": "a" });
    server.call("PUT", "/schedulers/nightly/status", Some(&running)).expect(200);
    server.call("POST", "/schedulers/nightly/heartbeat", None).expect(200);
    hook.wait_for_all(&["nightly".to_owned()], "alert.opened");
    // A message whose receipt is not written down is said again, a minute later.
    eventually("the receipt is written down", || {
        let delivered = server.get("/deliveries?state=delivered");
        (delivered.as_array().map(Vec::len) == Some(1)).then_some(())
    });
    server.kill_9();
    let server = serve.start();
    let completed = json!({ "status": "completed", "run_id": "a" });
    server.call("PUT", "/schedulers/nightly/status", Some(&completed)).expect(200);
    hook.wait_for_all(&["nightly".to_owned()], "alert.resolved");
    let history = server.get("/schedulers/nightly/history");
    assert_eq!(history.as_array().map(Vec::len), Some(2), "{history:#?}");
    assert_eq!(server.get("/schedulers?health=healthy").as_array().map(Vec::len), Some(1));
    let mut doctor = home.punctual(&["doctor"]);
    let found = doctor.envs(tables.env()).output().expect("the program");
    assert!(found.status.success() && text(&found.stdout).contains("0 problems"), "{found:?}");
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn a_server_waits_for_its_tables_rather_than_die() {
    let home = Home::new();
    let tables = Tables::bare();
    let serve = serve(&home, &tables).at_one_port();
    let mut waiting = serve.command().spawn().expect("the program");
    let port = serve.port();
    let health = format!("http://127.0.0.1:{port}/healthz");
    eventually("it says that it lives", || curl(&[&health], None).filter(|reply| reply.status == 200));
    let ready = format!("http://127.0.0.1:{port}/readyz");
    assert_eq!(curl(&[&ready], None).map(|reply| reply.status), Some(503));
    let mut migrate = home.punctual(&["migrate"]);
    assert!(migrate.envs(tables.env()).output().expect("the program").status.success());
    eventually("it is ready", || curl(&[&ready], None).filter(|reply| reply.status == 200));
    drop(waiting.kill());
    drop(waiting.wait());
}

/// Each of three dies once under load, while the other two go on.
#[test]
fn three_instances_that_die_in_turn_under_load_lose_nothing_that_was_acknowledged() {
    let home = Home::new();
    let ground = Ground::tables(&home);
    let Ground::Tables(tables) = &ground else { unreachable!() };
    let serve = serve(&home, tables);
    let mut servers: Vec<Server> = (0..3).map(|_| serve.start()).collect();
    let mut heard = Heard::default();
    for round in 0..3 {
        let victim = servers.remove(0);
        heard.add(Load::new(&format!("round-{round}"), 60).until(victim, Server::kill_9));
        servers.push(serve.start());
    }
    assert!(heard.acknowledged.len() >= 180, "{}", heard.acknowledged.len());
    is_kept(&servers[0], &heard);
}
