//! `docs/quickstart.md`, run as it is written. Its blocks in `bash` are run in one shell, one after the other; each line
//! of a block in `text` must be among what the block before it printed, and a block in `slack` must come in Slack, all
//! but for words that hold a figure. What the test adds is where things are: a free port, and the server in Slack's
//! shape.

use crate::harness::{FakeSlack, Home, free_port};
use crate::pages::{Shell, blocks, is_among, shape};

/// A shell with what a reader has by then.
fn shell(home: &Home, slack: &FakeSlack, port: u16) -> Shell {
    let mut command = home.program("bash");
    command.env("PUNCTUAL_LISTEN", format!("127.0.0.1:{port}"));
    command.env("PUNCTUAL_URL", format!("http://127.0.0.1:{port}"));
    command.env("PUNCTUAL_SLACK_API_URL", slack.address());
    command.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true");
    Shell::start(command)
}

#[test]
fn the_quickstart_does_what_it_says() {
    let (home, slack, port) = (Home::new(), FakeSlack::start(), free_port());
    let mut shell = shell(&home, &slack, port);
    let mut printed = Vec::new();
    let mut heard = 0;
    for block in blocks("quickstart.md") {
        let content = block.content.replace("127.0.0.1:3000", &format!("127.0.0.1:{port}"));
        match block.language.as_str() {
            "bash" => printed = shell.run(&home, &content),
            "text" => content.lines().for_each(|line| is_among(line, &printed)),
            "slack" => {
                heard += 1;
                let message = &slack.wait_for(heard)[heard - 1];
                assert_eq!(shape(&message.text), shape(&content));
            }
            "crontab" => {}
            other => panic!("nobody knows what to do with {other}"),
        }
    }
    assert_eq!(slack.messages().len(), heard, "{:#?}", slack.messages());
    assert!(heard >= 3, "the page shows no alert");
}
