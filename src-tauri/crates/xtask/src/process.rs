//! Starting programs and making sure that they end: with us, with Ctrl-C, or when they are done.
//! Every child leads a process group of its own, so that what it started ends with it.
//! It must not know what the programs are for.

use crate::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The groups that run now, named by the process that leads them.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static STOPPING: AtomicBool = AtomicBool::new(false);

/// How long a child may take to end in order before it is ended by force.
const GRACE: Duration = Duration::from_secs(15);

/// On Ctrl-C and its like, asks every child to end; the command that waits for one then returns
/// `Error::Interrupted`. A second signal, or too long a wait, ends them by force.
pub fn end_children_when_told_to_stop() {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
            return;
        };
        thread::spawn(move || {
            for _ in signals.forever() {
                if STOPPING.swap(true, Ordering::SeqCst) {
                    end_by_force();
                }
                signal_groups("TERM");
                thread::spawn(|| {
                    thread::sleep(GRACE);
                    end_by_force();
                });
            }
        });
    }
}

fn end_by_force() -> ! {
    signal_groups("KILL");
    std::process::exit(130)
}

fn signal_groups(signal: &str) {
    let groups = GROUPS.lock().map(|groups| groups.clone()).unwrap_or_default();
    for leader in groups {
        signal_group(leader, signal);
    }
}

/// Through the shell's own `kill`: the program of that name is a package that a small system lacks.
fn signal_group(leader: u32, signal: &str) {
    if cfg!(unix) {
        let _ = Command::new("sh").args(["-c", &format!("kill -{signal} -{leader}")]).stderr(Stdio::null()).status();
    }
}

/// A child that is ended when this is dropped.
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts it with the streams that the command asks for.
    pub fn start(command: &mut Command) -> Result<Running, Error> {
        let name = command.get_program().to_string_lossy().into_owned();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.spawn().map_err(|cause| Error::NotStarted { program: name.clone(), cause })?;
        if let Ok(mut groups) = GROUPS.lock() {
            groups.push(child.id());
        }
        Ok(Running { child, name })
    }

    pub fn take_stdout(&mut self) -> Option<impl Read + Send + 'static> {
        self.child.stdout.take()
    }

    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end, which is `Interrupted` when we were told to stop meanwhile.
    pub fn wait(&mut self) -> Result<ExitStatus, Error> {
        let status = self.child.wait();
        if STOPPING.load(Ordering::SeqCst) {
            return Err(Error::Interrupted);
        }
        status.map_err(|cause| Error::NotStarted { program: self.name.clone(), cause })
    }

    fn ends_within(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.has_ended() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The parts live as long as their standard input is open; see `parts.rs`.
        drop(self.child.stdin.take());
        if !self.has_ended() {
            signal_group(self.child.id(), "TERM");
            if !self.ends_within(Duration::from_secs(5)) {
                signal_group(self.child.id(), "KILL");
                let _ = self.child.kill();
            }
        }
        let _ = self.child.wait();
        if let Ok(mut groups) = GROUPS.lock() {
            groups.retain(|leader| *leader != self.child.id());
        }
    }
}

/// Runs it to its end, its output beside ours.
pub fn run(command: &mut Command) -> Result<(), Error> {
    let mut running = Running::start(command.stdin(Stdio::null()))?;
    let status = running.wait()?;
    succeeded(command, status, "")
}

/// Runs it to its end, its output kept; on failure the last lines of it are in the error.
pub fn run_quietly(command: &mut Command) -> Result<String, Error> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command)?;
    let complaints = running.child.stderr.take().map(read_all_beside);
    let mut output = String::new();
    if let Some(mut stdout) = running.take_stdout() {
        let _ = stdout.read_to_string(&mut output);
    }
    let complaints = complaints.and_then(|reader| reader.join().ok()).unwrap_or_default();
    let status = running.wait()?;
    succeeded(command, status, &format!("{output}\n{complaints}"))?;
    Ok(output)
}

/// Runs it to its end, shows both its streams, and hands every line to `read_line` as well.
pub fn run_reading(command: &mut Command, mut read_line: impl FnMut(&str)) -> Result<ExitStatus, Error> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command)?;
    let (sender, lines) = std::sync::mpsc::channel();
    let errors = running.child.stderr.take();
    let output = running.take_stdout();
    let echoes = [
        output.map(|stream| echo_lines(stream, sender.clone(), |line| println!("{line}"))),
        errors.map(|stream| echo_lines(stream, sender.clone(), |line| eprintln!("{line}"))),
    ];
    drop(sender);
    for line in lines {
        read_line(&line);
    }
    for echo in echoes.into_iter().flatten() {
        let _ = echo.join();
    }
    running.wait()
}

fn echo_lines(
    stream: impl Read + Send + 'static,
    sender: std::sync::mpsc::Sender<String>,
    print: fn(&str),
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            print(&line);
            let _ = sender.send(line);
        }
    })
}

fn read_all_beside(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn succeeded(command: &Command, status: ExitStatus, output: &str) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args());
    let program: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    Err(Error::NotSucceeded {
        program: program.join(" "),
        outcome: format!("ended with {status}{}", last_lines(output)),
    })
}

fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(5);
    lines[from..].iter().fold(String::new(), |text, line| format!("{text}\n    {line}"))
}
