//! Opening an address in this person's browser. It knows no page and waits for none.

use std::time::Duration;

/// How long the system's opener has to say that it cannot. One that is still at work then has a browser to work with.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a browser was started with this address.
pub async fn open(url: &str) -> bool {
    // Without a display an opener may start a browser in the terminal, over what is printed there.
    if !has_display() {
        return false;
    }
    let url = url.to_owned();
    let opened = tokio::task::spawn_blocking(move || open::that_detached_with_timeout(url, PATIENCE)).await;
    matches!(opened, Ok(Ok(())))
}

fn has_display() -> bool {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].iter().any(is_set)
}
