//! The chunks of Chat Completions, folded into a `Reading`, in the dialects of compatible servers: usage in a
//! chunk of its own, in the last one with text, in each, or not at all; content as a text or as parts.

use crate::call::{CallError, TextSink};
use crate::reading::{Counts, Flow, Reading, Stop};
use crate::sse::Event;
use serde_json::Value;

pub(crate) fn event(reading: &mut Reading, event: &Event, text: TextSink<'_>) -> Result<Flow, CallError> {
    if event.data.trim() == "[DONE]" {
        return Ok(Flow::End);
    }
    let body = reading.json(&event.data)?;
    if event.name == "error" || is_error(&body) {
        return Err(reading.error(&body));
    }
    chunk(reading, &body, "delta", text)?;
    Ok(Flow::More)
}

pub(crate) fn whole(reading: &mut Reading, body: &Value, text: TextSink<'_>) -> Result<(), CallError> {
    if body.pointer("/choices/0").is_none() {
        return Err(reading
            .protocol("The provider's answer is JSON without `choices`: is this a Chat Completions API?".to_owned()));
    }
    chunk(reading, body, "message", text)
}

/// An error object in the place of an answer.
pub(crate) fn is_error(body: &Value) -> bool {
    matches!(body.get("error"), Some(error) if !error.is_null())
}

fn chunk(reading: &mut Reading, body: &Value, part: &str, text: TextSink<'_>) -> Result<(), CallError> {
    count(reading, body.get("usage"));
    // Only one answer is asked for, so a choice with another index is not ours.
    let choice = body.get("choices").and_then(Value::as_array).and_then(|choices| {
        choices.iter().find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
    });
    let Some(choice) = choice else { return Ok(()) };
    if let Some(message) = choice.get(part) {
        match message.get("content") {
            Some(Value::String(piece)) => reading.push_text(piece, text)?,
            Some(Value::Array(parts)) => {
                for piece in parts.iter().filter_map(|part| part.get("text")?.as_str()) {
                    reading.push_text(piece, text)?;
                }
            }
            Some(_) | None => {}
        }
        if let Some(piece) = message.get("refusal").and_then(Value::as_str) {
            reading.push_refusal(piece);
        }
    }
    if let Some(stop_reason) = choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) {
        let stop = match stop_reason {
            "stop" | "eos" | "stop_sequence" => Stop::Complete,
            "length" => Stop::MaxTokens,
            "content_filter" => Stop::Refused,
            "tool_calls" | "function_call" => Stop::Tool,
            "error" => Stop::Failed,
            _ => Stop::Unknown,
        };
        reading.set_stop(stop, stop_reason);
    }
    Ok(())
}

/// `prompt_tokens` includes what came from and went to a cache; ours are disjoint. Later counts are totals.
fn count(reading: &mut Reading, usage: Option<&Value>) {
    let Some(usage) = usage.filter(|usage| usage.is_object()) else { return };
    let number = |pointer| usage.pointer(pointer).and_then(Value::as_u64);
    let cache_read = number("/prompt_tokens_details/cached_tokens").or(number("/prompt_cache_hit_tokens"));
    let cache_write = number("/prompt_tokens_details/cache_write_tokens");
    let cached = cache_read.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
    reading.counts = Counts {
        input: number("/prompt_tokens").map(|prompt| prompt.saturating_sub(cached)).or(reading.counts.input),
        output: number("/completion_tokens").or(reading.counts.output),
        cache_read: cache_read.or(reading.counts.cache_read),
        cache_write: cache_write.or(reading.counts.cache_write),
    };
}
