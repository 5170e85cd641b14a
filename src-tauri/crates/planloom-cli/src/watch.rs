//! Following one execution by its events, until it ends, waits, or somebody has had enough.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use crate::door::Door;
use crate::error::Error;
use crate::events::Event;
use crate::out::Out;
use crate::path::path;
use crate::render::Progress;
use crate::signals::{Signal, Signals};

/// How often what is at work is drawn anew on a watched terminal.
const REDRAW: Duration = Duration::from_millis(250);

/// Why following stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Ended,
    /// It waits for a person.
    Waits,
    Signalled(Signal),
    /// The process that makes it go is gone.
    Lost,
}

/// One execution, as far as it was followed.
pub struct Watch {
    path: String,
    /// `None`: nobody looks.
    progress: Option<Progress>,
    /// Also while it waits for a person.
    stay: bool,
    last_event_id: Option<String>,
    /// Whether anything was heard since it was last asked.
    pub heard: bool,
}

impl Watch {
    pub fn new(id: &str, progress: Option<Progress>, stay: bool) -> Watch {
        let path = path(&["plans", "executions", id, "events"]);
        Watch { path, progress, stay, last_event_id: None, heard: false }
    }

    /// Follows through `door`; may be called again with another one, and goes on where it was.
    pub async fn follow(&mut self, door: &Door, signals: &mut Signals, out: &Out) -> Result<Ending, Error> {
        let ending = self.follow_drawing(door, signals, out).await;
        if let Some(progress) = &mut self.progress {
            out.note_text(&progress.erase());
        }
        ending
    }

    async fn follow_drawing(&mut self, door: &Door, signals: &mut Signals, out: &Out) -> Result<Ending, Error> {
        let mut events = match door.events(&self.path, self.last_event_id.as_deref()).await {
            Ok(Some(events)) => events,
            Ok(None) => return Ok(Ending::Ended),
            Err(Error::OwnerLeft | Error::Server(_)) => return Ok(Ending::Lost),
            Err(error) => return Err(error),
        };
        let mut redraw = interval(REDRAW);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let is_live = self.progress.as_ref().is_some_and(Progress::is_live);
        loop {
            tokio::select! {
                biased;
                signal = signals.next() => return Ok(Ending::Signalled(signal)),
                event = events.next() => match event {
                    None => return Ok(Ending::Lost),
                    Some(event) => if let Some(ending) = self.take(event, out)? {
                        return Ok(ending);
                    },
                },
                _ = redraw.tick(), if is_live => self.show("", out),
            }
        }
    }

    fn take(&mut self, event: Event, out: &Out) -> Result<Option<Ending>, Error> {
        self.heard = true;
        if event.id.is_some() {
            self.last_event_id = event.id;
        }
        let data: Value = serde_json::from_str(&event.data).map_err(|error| Error::Answer(error.to_string()))?;
        if let Some(progress) = &mut self.progress {
            let lines = progress.take(&event.name, &data);
            if !lines.is_empty() {
                self.show(&lines, out);
            }
        }
        Ok(match event.name.as_str() {
            "end" => Some(Ending::Ended),
            "snapshot" | "execution" if data["status"] == "paused" && !self.stay => Some(Ending::Waits),
            _ => None,
        })
    }

    fn show(&mut self, lines: &str, out: &Out) {
        if let Some(progress) = &mut self.progress {
            out.note_text(&progress.draw(lines));
        }
    }
}
