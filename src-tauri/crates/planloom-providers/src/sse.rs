//! Server-Sent Events: bytes in, events out, however the bytes were cut.
//!
//! Owns the line and field rules of the event stream format and the bound on what one event may hold.
//! Must not know what an event means, and does no IO.

/// One dispatched event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The `event` field; empty when the stream gave none.
    pub name: String,
    /// The `data` lines, joined by line feeds.
    pub data: String,
}

/// An event that grew beyond the parser's bound; nothing after it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one event of the stream is longer than {limit_bytes} bytes")]
pub struct TooLong {
    pub limit_bytes: usize,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An incremental parser that holds at most `limit_bytes` of one unfinished event.
#[derive(Debug)]
pub struct Parser {
    limit_bytes: usize,
    line: Vec<u8>,
    name: String,
    data: String,
    has_data: bool,
    /// The last byte was a CR: a LF that follows belongs to the same line end.
    after_cr: bool,
    /// Still in the first line, where a byte order mark is skipped.
    first_line: bool,
    overrun: bool,
}

impl Parser {
    pub fn new(limit_bytes: usize) -> Parser {
        Parser {
            limit_bytes,
            line: Vec::new(),
            name: String::new(),
            data: String::new(),
            has_data: false,
            after_cr: false,
            first_line: true,
            overrun: false,
        }
    }

    /// Takes the next bytes and appends the events that they complete to `events`.
    ///
    /// An event that the end of the stream leaves unfinished is never dispatched, as the format demands:
    /// a cut stream must not look like a whole one.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        while !bytes.is_empty() && !self.overrun {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => {
                    self.extend_line(&bytes[..end]);
                    self.after_cr = bytes[end] == b'\r';
                    bytes = &bytes[end + 1..];
                    if !self.overrun {
                        self.end_line(events);
                    }
                }
                None => {
                    self.extend_line(bytes);
                    bytes = &[];
                }
            }
        }
        if self.overrun { Err(TooLong { limit_bytes: self.limit_bytes }) } else { Ok(()) }
    }

    fn extend_line(&mut self, bytes: &[u8]) {
        let held = self.line.len() + self.data.len() + self.name.len();
        if held + bytes.len() > self.limit_bytes {
            self.overrun = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let mut rest = line.as_slice();
        if std::mem::take(&mut self.first_line) {
            rest = rest.strip_prefix(BOM).unwrap_or(rest);
        }
        if rest.is_empty() {
            self.dispatch(events);
        } else if rest[0] != b':' {
            self.field(rest);
        }
        // The buffer is kept for the next line, unless one long line made it large.
        if line.capacity() <= 64 * 1024 {
            self.line = line;
            self.line.clear();
        }
    }

    fn field(&mut self, line: &[u8]) {
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        match field {
            b"data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(&String::from_utf8_lossy(value));
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            // `id` and `retry` serve reconnection, which a model call has no use for.
            _ => {}
        }
    }

    fn dispatch(&mut self, events: &mut Vec<Event>) {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.has_data) {
            events.push(Event { name, data });
        }
    }
}
