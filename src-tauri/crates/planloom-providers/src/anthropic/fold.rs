//! The events of the Messages API, folded into a `Reading`.
//!
//! Events, blocks and deltas that are not known here are passed over, as the API's versioning asks.

use crate::call::{CallError, TextSink};
use crate::reading::{Flow, Reading, Stop};
use crate::sse::Event;
use serde_json::Value;

pub(crate) fn event(reading: &mut Reading, event: &Event, text: TextSink<'_>) -> Result<Flow, CallError> {
    let body = reading.json(&event.data)?;
    match body.get("type").and_then(Value::as_str).unwrap_or(&event.name) {
        "message_start" => count(reading, body.pointer("/message/usage")),
        "content_block_start" => block(reading, body.get("content_block"), text)?,
        "content_block_delta" => {
            let delta = body.get("delta");
            if string(delta, "type") == Some("text_delta") {
                reading.push_text(string(delta, "text").unwrap_or_default(), text)?;
            }
        }
        "message_delta" => {
            count(reading, body.get("usage"));
            stopped(reading, body.get("delta"));
        }
        "message_stop" => return Ok(Flow::End),
        "error" => return Err(reading.error(&body)),
        _ => {}
    }
    Ok(Flow::More)
}

pub(crate) fn whole(reading: &mut Reading, body: &Value, text: TextSink<'_>) -> Result<(), CallError> {
    match body.get("content") {
        Some(Value::Array(blocks)) => {
            for content in blocks {
                block(reading, Some(content), text)?;
            }
        }
        Some(_) | None => {
            return Err(
                reading.protocol("The provider's answer is JSON without `content`: is this a Messages API?".to_owned())
            );
        }
    }
    count(reading, body.get("usage"));
    stopped(reading, Some(body));
    Ok(())
}

fn block(reading: &mut Reading, content: Option<&Value>, text: TextSink<'_>) -> Result<(), CallError> {
    match string(content, "type") {
        Some("text") => reading.push_text(string(content, "text").unwrap_or_default(), text),
        Some(_) | None => Ok(()),
    }
}

/// Counts in a later event are totals, so they replace what was there.
fn count(reading: &mut Reading, usage: Option<&Value>) {
    let number = |key| usage.and_then(|usage| usage.get(key)).and_then(Value::as_u64);
    let counts = &mut reading.counts;
    counts.input = number("input_tokens").or(counts.input);
    counts.output = number("output_tokens").or(counts.output);
    counts.cache_read = number("cache_read_input_tokens").or(counts.cache_read);
    counts.cache_write = number("cache_creation_input_tokens").or(counts.cache_write);
}

fn stopped(reading: &mut Reading, delta: Option<&Value>) {
    let Some(stop_reason) = string(delta, "stop_reason") else { return };
    let stop = match stop_reason {
        "end_turn" | "stop_sequence" => Stop::Complete,
        "max_tokens" => Stop::MaxTokens,
        "model_context_window_exceeded" => Stop::ContextFull,
        "refusal" => Stop::Refused,
        "pause_turn" => Stop::Paused,
        "tool_use" => Stop::Tool,
        _ => Stop::Unknown,
    };
    if stop == Stop::Refused
        && let Some(why) = delta.and_then(|delta| delta.pointer("/stop_details/explanation")).and_then(Value::as_str)
    {
        reading.push_refusal(why);
    }
    reading.set_stop(stop, stop_reason);
}

fn string<'a>(value: Option<&'a Value>, key: &str) -> Option<&'a str> {
    value?.get(key)?.as_str()
}
