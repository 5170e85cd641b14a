//! The real parts: starts the model server and the mock, waits until they answer, and says in
//! environment variables where they are. A part that cannot be had here leaves its variable unset
//! and is counted as skipped. It must not know what is asked of them.
//!
//! | variable | what |
//! | --- | --- |
//! | `PLANLOOM_TEST_MODEL_URL` | llama.cpp's server with SmolLM2; key `sk-local`, model `local` |
//! | `PLANLOOM_TEST_MOCK_URL` | the mock of both wire formats, with `tests/fixtures/mock` |
//! | `PLANLOOM_TEST_PYTHON` | Python with schemathesis and the SDKs `openai` and `anthropic` |
//! | `PLANLOOM_TEST_KEYRING` | `1`: gnome-keyring and dbus-run-session are there |
//! | `PLANLOOM_BIN` | the program that was just built |
//! | `PLANLOOM_TEST_SKIPS` | a file; a test that cannot run here appends `skipped: NAME: WHY` |
//!
//! The parts run while their standard input is open. It is a pipe that we hold, so they end when
//! we do, even when we are killed and can run no code for it.

use crate::closing::Closing;
use crate::error::Error;
use crate::process::Running;
use crate::tools::{self, Node};
use crate::workspace::{find_program, root, target};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Loading the model takes a second, and ten on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// The parts that run, and what the tests are told about them. They end when this is dropped.
#[derive(Default)]
pub struct Parts {
    /// For the tests' process.
    pub environment: Vec<(&'static str, String)>,
    running: Vec<Running>,
}

impl Parts {
    pub fn start(closing: &mut Closing, node: Option<&Node>) -> Result<Parts, Error> {
        let mut parts = Parts::default();
        let python = tools::python();
        let model = match &python {
            Ok(python) => {
                parts.tell("PLANLOOM_TEST_PYTHON", python.display().to_string());
                parts.add("PLANLOOM_TEST_MODEL_URL", "model", &mut model_command(python))
            }
            Err(error) => Err(Error::NotSucceeded {
                program: "tests/tools/requirements.txt".into(),
                outcome: format!("could not be installed: {error}"),
            }),
        };
        skip_on_error(closing, "real model, schemathesis, SDKs", model)?;
        match node {
            Some(node) => {
                let mock = parts.add_mock(node);
                skip_on_error(closing, "mock of the wire formats", mock)?;
            }
            None => closing.skipped("mock of the wire formats", "Node.js could not be had"),
        }
        parts.look_for_keyring(closing);
        Ok(parts)
    }

    fn add_mock(&mut self, node: &Node) -> Result<(), Error> {
        tools::npm_packages(node)?;
        let mut command = Command::new(&node.program);
        command
            .arg(root().join("tests/tools/mock_server.mjs"))
            .arg(tools::npm_prefix())
            .arg(root().join("tests/fixtures/mock"));
        self.add("PLANLOOM_TEST_MOCK_URL", "mock", &mut command)
    }

    fn add(&mut self, variable: &'static str, name: &str, command: &mut Command) -> Result<(), Error> {
        let (running, url) = start_server(name, command)?;
        println!("The {name} answers at {url}.");
        self.running.push(running);
        self.tell(variable, url);
        Ok(())
    }

    fn look_for_keyring(&mut self, closing: &mut Closing) {
        let missing: Vec<&str> = ["gnome-keyring-daemon", "dbus-run-session"]
            .into_iter()
            .filter(|name| find_program(name).is_none())
            .collect();
        if missing.is_empty() {
            self.tell("PLANLOOM_TEST_KEYRING", "1".into());
        } else {
            closing.skipped("keychain", &format!("{} is not installed", missing.join(" and ")));
        }
    }

    pub fn tell(&mut self, variable: &'static str, value: String) {
        self.environment.push((variable, value));
    }
}

fn skip_on_error(closing: &mut Closing, check: &str, outcome: Result<(), Error>) -> Result<(), Error> {
    match outcome {
        Ok(()) => Ok(()),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            closing.skipped(check, &error.to_string());
            Ok(())
        }
    }
}

fn model_command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.arg(root().join("tests/tools/model_server.py"));
    command
}

/// Where a part, or a check, writes what only matters when it fails.
pub fn log_path(name: &str) -> PathBuf {
    target().join("test-tools").join(format!("{name}.log"))
}

pub fn create_log(path: &Path) -> Result<File, Error> {
    if let Some(folder) = path.parent() {
        tools::make_folder(folder)?;
    }
    File::create(path).map_err(|cause| tools::file_error(path, cause))
}

/// Starts a part, reads `listening URL` from it, and waits until its `/health` is content.
fn start_server(name: &str, command: &mut Command) -> Result<(Running, String), Error> {
    let log = log_path(name);
    let log_file = create_log(&log)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log_file);
    let mut running = Running::start(command)?;
    let not_ready = |outcome: &str| Error::NotSucceeded {
        program: format!("the {name}"),
        outcome: format!("{outcome}; see {}", log.display()),
    };
    let deadline = Instant::now() + READY_WITHIN;
    let url = running
        .take_stdout()
        .and_then(|stdout| announced_url(stdout, READY_WITHIN))
        .ok_or_else(|| not_ready("did not say where it listens"))?;
    while !is_healthy(&url) {
        if running.has_ended() || Instant::now() > deadline {
            return Err(not_ready("did not become ready"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok((running, url))
}

/// The thread reads on to the end, so that the part never writes into a closed pipe.
fn announced_url(stdout: impl Read + Send + 'static, limit: Duration) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("listening ") {
                let _ = sender.send(url.trim().to_owned());
            }
        }
    });
    receiver.recv_timeout(limit).ok()
}

fn is_healthy(url: &str) -> bool {
    let address = url.trim_start_matches("http://");
    let answer = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut first_line = String::new();
        BufReader::new(stream).read_line(&mut first_line)?;
        Ok(first_line)
    };
    answer().is_ok_and(|first_line| first_line.contains(" 200 "))
}
