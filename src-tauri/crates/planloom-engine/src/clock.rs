//! The wall clock, and whether it moved by itself.

use std::time::{Duration, Instant};

use chrono::Utc;

/// A difference between the two clocks above this was not made by counting: the clock was set, or the machine slept.
const JUMP_MS: i64 = 5_000;

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Watches the wall clock beside the one that only counts.
pub(crate) struct Clock {
    wall_ms: i64,
    counted: Instant,
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock { wall_ms: now_ms(), counted: Instant::now() }
    }

    /// The time now, and whether the clock has moved since this was last asked.
    pub(crate) fn read(&mut self) -> (i64, bool) {
        let (wall_ms, counted) = (now_ms(), Instant::now());
        let counted_ms = i64::try_from(counted.duration_since(self.counted).as_millis()).unwrap_or(i64::MAX);
        let moved = (wall_ms - self.wall_ms).saturating_sub(counted_ms).abs() > JUMP_MS;
        (self.wall_ms, self.counted) = (wall_ms, counted);
        (wall_ms, moved)
    }
}

/// How long to sleep until `at_ms`. A sleeping machine does not count, so a long wait looks at the clock now and then.
pub(crate) fn until(at_ms: i64, now_ms: i64) -> Duration {
    const LONGEST_MS: i64 = 60_000;
    Duration::from_millis(at_ms.saturating_sub(now_ms).clamp(0, LONGEST_MS).unsigned_abs())
}
