//! `cargo xtask run`: builds the program as its users get it and opens its window. Without a display it starts
//! `planloom serve`, which shows the same screens in a browser, and says what to do next. It must not know the API; it
//! asks the program where that is.

use crate::error::Error;
use crate::process::{self, Running};
use crate::workspace::{DESKTOP, binary, cargo};
use crate::{system, tools, ui};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Opening a large database and recovering its executions may take a while.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// The one word that is ours; every other is handed on.
const SERVE: &str = "--serve";

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let options: Vec<String> = words.iter().filter(|word| *word != SERVE).cloned().collect();
    if words.len() != options.len() {
        return serve(&options);
    }
    if !has_display() {
        println!(
            "There is no display here (DISPLAY and WAYLAND_DISPLAY are not set), so the screens are for a browser."
        );
        return serve(&options);
    }
    system::prepare_for_window()?;
    if !system::window_can_be_built() {
        println!("The library webkit2gtk-4.1 is not installed, so the screens are for a browser.");
        return serve(&options);
    }
    open_window(&options)
}

fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn open_window(options: &[String]) -> Result<ExitCode, Error> {
    build_screens()?;
    println!("Building the window in release. The first time takes some minutes.");
    process::run(cargo().args(["build", "--release", "--package", DESKTOP, "--features", "custom-protocol"]))?;
    let mut command = Command::new(binary("release", DESKTOP));
    command.args(options).stdin(Stdio::null());
    let mut window = Running::start(&mut command)?;
    println!("The window opens. Closing it ends Planloom; what was running then goes on at the next start.");
    Ok(ended(window.wait()?))
}

fn build_screens() -> Result<(), Error> {
    println!("Building the screens.");
    ui::build(&tools::node()?)
}

fn serve(options: &[String]) -> Result<ExitCode, Error> {
    system::prepare_for_screens()?;
    build_screens()?;
    println!("Building planloom in release. The first time takes some minutes.");
    process::run(cargo().args(["build", "--release", "--package", "planloom-cli"]))?;
    let planloom = binary("release", "planloom");
    let mut command = Command::new(&planloom);
    command.args(["serve", "--open"]).args(options.iter().filter(|option| *option != "--open")).stdin(Stdio::null());
    let mut server = Running::start(&mut command)?;
    if let Some(url) = wait_for_url(&mut server, &planloom, &data_option(options)) {
        print_what_next(&planloom, &data_option(options), &url);
    }
    Ok(ended(server.wait()?))
}

/// It said itself why it ended.
fn ended(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The one option of `serve` that `api-info` needs as well: without it, it looks elsewhere.
fn data_option(options: &[String]) -> Vec<String> {
    let Some(at) = options.iter().position(|option| option.starts_with("--data")) else {
        return Vec::new();
    };
    options[at..].iter().take(if options[at].contains('=') { 1 } else { 2 }).cloned().collect()
}

fn wait_for_url(server: &mut Running, planloom: &Path, data: &[String]) -> Option<String> {
    let deadline = Instant::now() + READY_WITHIN;
    while !server.has_ended() && Instant::now() < deadline {
        let mut ask = Command::new(planloom);
        ask.args(["api-info", "--json"]).args(data);
        if let Ok(answer) = process::run_quietly(&mut ask)
            && let Some(url) = json_text(&answer, "url")
        {
            return Some(url);
        }
        thread::sleep(Duration::from_millis(100));
    }
    None
}

fn print_what_next(planloom: &Path, data: &[String], url: &str) {
    let here = std::env::current_dir().unwrap_or_default();
    let program = planloom.strip_prefix(&here).unwrap_or(planloom).display();
    let data: String = data.iter().map(|word| format!(" {word}")).collect();
    let page = url.strip_suffix("/api").unwrap_or(url);
    println!(
        "
Planloom runs; Ctrl-C stops it, and what was running then goes on at the next start.

  screens   {page}/ in a browser
  API       {url}
  key       {program} api-info{data}

In another terminal:

  KEY=$({program} api-info --json{data} | sed -n 's/.*\"key\" *: *\"\\([^\"]*\\)\".*/\\1/p')
  curl -H \"Authorization: Bearer $KEY\" {url}/plans

  {program} --help
"
    );
}

/// The text behind a name in a flat JSON object, enough for what `api-info` prints.
fn json_text(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    let (_, rest) = rest.split_once(':')?;
    let (text, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_api_info() {
        let answer = "{\n  \"url\": \"http://127.0.0.1:7317/api\",\n  \"key\": \"dtk_local_x\"\n}";
        assert_eq!(json_text(answer, "url").as_deref(), Some("http://127.0.0.1:7317/api"));
        assert_eq!(json_text(answer, "key").as_deref(), Some("dtk_local_x"));
        assert_eq!(json_text("{\"url\": null}", "url"), None);
    }

    #[test]
    fn the_data_folder_is_handed_on() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(data_option(&words("--port 0 --data /tmp/x --open")), ["--data", "/tmp/x"]);
        assert_eq!(data_option(&words("--data=/tmp/x --port 0")), ["--data=/tmp/x"]);
        assert!(data_option(&words("--port 0")).is_empty());
    }
}
