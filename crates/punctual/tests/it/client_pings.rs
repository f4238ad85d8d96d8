//! The short programs of `docs/clients/`, run as they are written: when all goes well, when the job fails, and while the server
//! is away. Programs of languages that are not at hand are only read, by whoever can.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::{Home, Serve, Server, free_port, text};
use crate::pages::blocks;

/// A program, how it is run, and how its work is made to fail.
#[derive(Clone, Copy)]
struct Sample {
    page: &'static str,
    language: &'static str,
    file: &'static str,
    run: &'static [&'static str],
    work: &'static str,
    failure: &'static str,
}

const SAMPLES: [Sample; 4] = [
    Sample {
        page: "clients/bash.md",
        language: "bash",
        file: "job.sh",
        run: &["bash"],
        work: "echo working",
        failure: "echo disk full; return 3",
    },
    Sample {
        page: "clients/python.md",
        language: "python",
        file: "job.py",
        run: &["python3"],
        work: "print(\"working\")",
        failure: "raise RuntimeError(\"disk full\")",
    },
    Sample {
        page: "clients/node.md",
        language: "javascript",
        file: "job.mjs",
        run: &["node"],
        work: "console.log('working')",
        failure: "throw new Error('disk full')",
    },
    Sample {
        page: "clients/rust.md",
        language: "rust",
        file: "job.rs",
        run: &[],
        work: "println!(\"working\")",
        failure: "if true { return Err(\"disk full\".into()) }",
    },
];

impl Sample {
    /// The page's first program of that language.
    fn program(&self, fails: bool) -> String {
        let block = blocks(self.page).into_iter().find(|block| block.language == self.language);
        let program = block.unwrap_or_else(|| panic!("{} has no program", self.page)).content;
        assert_eq!(program.matches(self.work).count(), 1, "{}", self.page);
        if fails { program.replace(self.work, self.failure) } else { program }
    }

    fn run(&self, home: &Home, fails: bool, address: &str) -> Output {
        let file = home.write(self.file, self.program(fails));
        let mut command = match self.run {
            [interpreter] => {
                let mut command = home.program(interpreter);
                command.arg(file);
                command
            }
            _ => home.program(compiled(home, &file)),
        };
        command.env("PING_URL", address).output().unwrap_or_else(|why| panic!("{}: {why}", self.page))
    }
}

/// A program of Rust, compiled with the compiler alone.
fn compiled(home: &Home, file: &Path) -> PathBuf {
    let program = home.path("job");
    let mut compiler = home.program("rustc");
    // The compiler may be found through a chooser that lives in the real home.
    if let Some(real) = std::env::var_os("HOME") {
        compiler.env("HOME", real);
    }
    let output = compiler.args(["--edition", "2024", "-o"]).arg(&program).arg(file).output().expect("rustc");
    assert!(output.status.success(), "{output:?}");
    program
}

/// Registers a scheduler for a page, and answers its ping address.
fn registered(server: &Server, id: &str) -> String {
    let body = json!({ "scheduler_id": id, "service_name": "pages", "job_name": id });
    let scheduler = server.call("POST", "/schedulers/register", Some(&body)).expect(201).json();
    format!("{}{}", server.address, scheduler["ping_url"].as_str().expect("an address"))
}

/// What was reported, the latest first, all of it by one run.
fn told(server: &Server, id: &str) -> Vec<Value> {
    let runs = server.get(&format!("/schedulers/{id}/runs"));
    assert_eq!(runs.as_array().map(Vec::len), Some(1), "{id}: {runs:#}");
    server.get(&format!("/schedulers/{id}/history")).as_array().expect("a list").clone()
}

#[test]
fn the_programs_of_the_pages_tell_of_a_job_that_goes_well() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    for sample in SAMPLES {
        let id = sample.language;
        let output = sample.run(&home, false, &registered(&server, id));
        assert!(output.status.success(), "{id}: {output:?}");
        assert_eq!(text(&output.stdout), "working\n", "{id}");
        let told = told(&server, id);
        // A run that is said to begin again is still running, and the history says so.
        let (ended, before) = told.split_first().expect("a history");
        assert_eq!(ended["status"], "completed", "{id}: {told:#?}");
        assert!(!before.is_empty() && before.iter().all(|entry| entry["status"] == "running"), "{told:#?}");
    }
}

#[test]
fn the_programs_of_the_pages_tell_of_a_job_that_fails_and_fail_with_it() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    for sample in SAMPLES {
        let id = sample.language;
        let output = sample.run(&home, true, &registered(&server, id));
        assert!(!output.status.success(), "{id}: {output:?}");
        let told = told(&server, id);
        assert_eq!(told[0]["status"], "failed", "{id}: {told:#?}");
        let error = told[0]["error_message"].as_str().unwrap_or_default();
        assert!(error.contains("disk full"), "{id}: {told:#?}");
    }
}

#[test]
fn the_programs_of_the_pages_work_on_while_the_server_is_away() {
    let home = Home::new();
    let nobody = format!("http://127.0.0.1:{}/ping/x", free_port());
    for sample in SAMPLES {
        for address in [&nobody, "", "no address"] {
            let output = sample.run(&home, false, address);
            assert!(output.status.success(), "{} at '{address}': {output:?}", sample.page);
            assert_eq!(text(&output.stdout), "working\n", "{}", sample.page);
        }
    }
}

#[test]
fn the_programs_for_airflow_and_celery_can_be_read_by_python() {
    let home = Home::new();
    for page in ["clients/airflow.md", "clients/celery.md"] {
        let program = blocks(page).into_iter().find(|block| block.language == "python").expect("a program");
        let file = home.write("page.py", program.content);
        home.python(
            "import sys\ncompile(open(sys.argv[1]).read(), sys.argv[1], 'exec')\n",
            &[file.to_str().expect("a path")],
        );
    }
}

#[test]
fn the_index_of_clients_names_every_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/clients");
    let index = std::fs::read_to_string(folder.join("README.md")).expect("an index");
    let pages = std::fs::read_dir(&folder).expect("pages").map(|entry| entry.expect("an entry").file_name());
    let pages: Vec<_> = pages.map(|name| name.into_string().expect("a name")).collect();
    assert!(pages.len() > 10, "{pages:?}");
    for page in pages.iter().filter(|page| *page != "README.md") {
        assert!(index.contains(&format!("]({page})")), "docs/clients/README.md does not name {page}");
    }
}
