//! Any split of a stream's bytes gives the same events and the same answer, and no bytes make the parsers
//! panic.

use planloom_providers::reading::{Flow, Reading, Wire};
use planloom_providers::sse::{Event, Parser, TooLong};
use planloom_providers::{Answer, Call, CallError};
use proptest::prelude::*;
use serde_json::{Value, json};

const LIMIT: usize = 4_096;

fn parse(pieces: &[&[u8]], limit: usize) -> (Vec<Event>, Result<(), TooLong>) {
    let mut parser = Parser::new(limit);
    let mut events = Vec::new();
    let result = pieces.iter().try_for_each(|piece| parser.push(piece, &mut events));
    (events, result)
}

/// Cuts `bytes` at the given places, wherever these fall in it.
fn cut<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut from = 0;
    let mut pieces = Vec::new();
    for to in places.into_iter().chain([bytes.len()]) {
        pieces.push(&bytes[from..to]);
        from = to;
    }
    pieces
}

fn each_byte(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.chunks(1).collect()
}

/// The format's rules once more, written for clearness on a whole text.
fn by_the_book(text: &str) -> Vec<Event> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut events = Vec::new();
    let (mut name, mut data) = (String::new(), Vec::new());
    let mut lines: Vec<&str> = text.split('\n').collect();
    // What follows the last line end is no line.
    lines.pop();
    for line in lines {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            _ if line.is_empty() => {
                let data = std::mem::take(&mut data);
                let name = std::mem::take(&mut name);
                if !data.is_empty() {
                    events.push(Event { name, data: data.join("\n") });
                }
            }
            "data" => data.push(value.to_owned()),
            "event" => name = value.to_owned(),
            _ => {}
        }
    }
    events
}

#[test]
fn the_examples_of_the_format() {
    let event = |name: &str, data: &str| Event { name: name.to_owned(), data: data.to_owned() };
    for (text, expected) in [
        ("data: a\n\n", vec![event("", "a")]),
        ("data:a\r\rdata:  b\r\n\r\n", vec![event("", "a"), event("", " b")]),
        ("\u{feff}event: add\ndata: 1\ndata: 2\nid: 7\nretry: 9\n: a comment\n\n", vec![event("add", "1\n2")]),
        ("event: x\n\ndata\n\ndata\ndata\n\n", vec![event("", ""), event("", "\n")]),
        ("data: not finished\n", vec![]),
        ("data: {\"a\": \"b: c\"}\n\n", vec![event("", "{\"a\": \"b: c\"}")]),
        ("datax: no\n data: no\n\n", vec![]),
    ] {
        assert_eq!(parse(&[text.as_bytes()], LIMIT), (expected.clone(), Ok(())), "{text:?}");
        assert_eq!(by_the_book(text), expected, "{text:?}");
    }
    let invalid = parse(&[b"data: \xff\xf0\x9f\n\n"], LIMIT).0;
    assert_eq!(invalid, [event("", "\u{fffd}\u{fffd}")]);
}

#[test]
fn one_event_is_bounded_and_many_are_not() {
    let small = "data: 1234567890\n\n".repeat(1_000);
    assert_eq!(parse(&[small.as_bytes()], 20).0.len(), 1_000);
    let too_long = TooLong { limit_bytes: 20 };
    for text in ["data: 123456789012345", ": 2345678901234567890", "data: 12345678901234\ndata: 123\n"] {
        assert_eq!(parse(&[text.as_bytes()], 20), (vec![], Err(too_long)), "{text:?}");
    }
    let mut parser = Parser::new(20);
    assert!(parser.push(&[b'x'; 21], &mut Vec::new()).is_err());
    assert!(parser.push(b"\n\ndata: a\n\n", &mut Vec::new()).is_err(), "nothing is read after an overrun");
}

fn stream_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("data: ".to_owned()),
        Just("data:".to_owned()),
        Just("event: ".to_owned()),
        Just(":".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\n\n".to_owned()),
        "[a-z{}\" äß漢🦀]{0,6}",
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// What an answer's stream is made of, for either wire.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Thought(String),
    Ping,
    Usage(u64, u64),
    Stop(&'static str),
    Error,
    Nonsense(String),
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        6 => "[ -~äß漢🦀\n]{0,12}".prop_map(Part::Text),
        1 => "[a-z]{0,5}".prop_map(Part::Thought),
        1 => Just(Part::Ping),
        1 => (0u64..50, 0u64..50).prop_map(|(input, output)| Part::Usage(input, output)),
        1 => prop::sample::select(vec!["end_turn", "max_tokens", "refusal", "stop", "length", "content_filter", "odd"]).prop_map(Part::Stop),
        1 => prop_oneof![9 => Just(Part::Ping), 1 => Just(Part::Error)],
        1 => prop_oneof![9 => Just(Part::Ping), 1 => "[a-z{]{0,5}".prop_map(Part::Nonsense)],
    ]
}

fn anthropic(part: &Part) -> String {
    let event = |body: Value| format!("event: {}\r\ndata: {body}\r\n\r\n", body["type"].as_str().unwrap());
    match part {
        Part::Text(text) => {
            event(json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}))
        }
        Part::Thought(text) => {
            event(json!({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": text}}))
        }
        Part::Ping => event(json!({"type": "ping"})),
        Part::Usage(input, output) => event(
            json!({"type": "message_delta", "delta": {}, "usage": {"input_tokens": input, "output_tokens": output}}),
        ),
        Part::Stop(reason) => event(json!({"type": "message_delta", "delta": {"stop_reason": reason}})),
        Part::Error => event(json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})),
        Part::Nonsense(text) => format!("data: {text}\n\n"),
    }
}

fn openai(part: &Part) -> String {
    let chunk = |body: Value| format!("data: {body}\n\n");
    let choice = |delta: Value, reason: Option<&str>| {
        chunk(json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}))
    };
    match part {
        Part::Text(text) => choice(json!({"content": text}), None),
        Part::Thought(text) => choice(json!({"reasoning_content": text}), None),
        Part::Ping => ": OPENROUTER PROCESSING\n\n".to_owned(),
        Part::Usage(input, output) => {
            chunk(json!({"choices": [], "usage": {"prompt_tokens": input, "completion_tokens": output}}))
        }
        Part::Stop(reason) => choice(json!({}), Some(reason)),
        Part::Error => chunk(json!({"error": {"code": 502, "message": "upstream"}})),
        Part::Nonsense(text) => format!("data: {text}\n\n"),
    }
}

/// Folds the stream, and gives the answer and the text that was handed on.
fn fold(wire: Wire, pieces: &[&[u8]]) -> (Result<Answer, CallError>, String) {
    let call = Call { prompt: "What?".to_owned(), max_tokens: 9, ..Call::default() };
    let mut streamed = String::new();
    let mut reading = Reading::new(wire, &call, None);
    let mut parser = Parser::new(LIMIT);
    'stream: for piece in pieces {
        let mut events = Vec::new();
        parser.push(piece, &mut events).unwrap();
        for event in events {
            match reading.event(&event, &mut |text| streamed.push_str(text)) {
                Ok(Flow::More) => {}
                Ok(Flow::End) => break 'stream,
                Err(error) => return (Err(error), streamed),
            }
        }
    }
    (reading.finish(None), streamed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_events(text in stream_text(), places in prop::collection::vec(any::<usize>(), 0..12)) {
        let bytes = text.as_bytes();
        let expected = (by_the_book(&text), Ok(()));
        prop_assert_eq!(&parse(&[bytes], LIMIT), &expected);
        prop_assert_eq!(&parse(&cut(bytes, &places), LIMIT), &expected);
        prop_assert_eq!(&parse(&each_byte(bytes), LIMIT), &expected);
    }

    #[test]
    fn any_split_meets_the_same_bound(text in stream_text(), limit in 0usize..40, places in prop::collection::vec(any::<usize>(), 0..12)) {
        let bytes = text.as_bytes();
        let whole = parse(&[bytes], limit);
        prop_assert_eq!(&parse(&cut(bytes, &places), limit), &whole);
        prop_assert_eq!(&parse(&each_byte(bytes), limit), &whole);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), places in prop::collection::vec(any::<usize>(), 0..12)) {
        prop_assert_eq!(parse(&cut(&bytes, &places), LIMIT), parse(&[&bytes], LIMIT));
    }

    #[test]
    fn any_split_gives_the_same_answer(
        parts in prop::collection::vec(part(), 0..16),
        ends in any::<bool>(),
        places in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        for (wire, end) in [(Wire::Anthropic, "data: {\"type\":\"message_stop\"}\n\n"), (Wire::OpenAi, "data: [DONE]\n\n")] {
            let mut body: String = parts.iter().map(|part| match wire {
                Wire::Anthropic => anthropic(part),
                Wire::OpenAi => openai(part),
            }).collect();
            if ends {
                body.push_str(end);
            }
            let whole = fold(wire, &[body.as_bytes()]);
            prop_assert_eq!(&fold(wire, &cut(body.as_bytes(), &places)), &whole);
            prop_assert_eq!(&fold(wire, &each_byte(body.as_bytes())), &whole);
            if let (Ok(answer), streamed) = &whole {
                prop_assert_eq!(&answer.text, streamed);
            }
        }
    }

    #[test]
    fn any_json_is_survived(body in json_value(), name in "(error|message_start|message_delta|content_block_start)?") {
        let event = Event { name, data: body.to_string() };
        for wire in [Wire::Anthropic, Wire::OpenAi] {
            let mut reading = Reading::new(wire, &Call::default(), None);
            let _ = reading.event(&event, &mut |_| {});
            let _ = reading.whole(&body, &mut |_| {});
            let _ = reading.finish(None);
        }
    }
}

/// JSON of the keys that the wires use, with anything in their places.
fn json_value() -> impl Strategy<Value = Value> {
    const KEYS: &[&str] = &[
        "type",
        "error",
        "message",
        "usage",
        "delta",
        "choices",
        "index",
        "content",
        "content_block",
        "text",
        "stop_reason",
        "finish_reason",
        "code",
        "refusal",
        "input_tokens",
        "prompt_tokens",
        "prompt_tokens_details",
        "cached_tokens",
    ];
    const WORDS: &[&str] =
        &["message_start", "message_delta", "content_block_delta", "text_delta", "text", "error", "stop", "", "500"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(KEYS), inner), 0..8).prop_map(|pairs| Value::Object(
                pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}
