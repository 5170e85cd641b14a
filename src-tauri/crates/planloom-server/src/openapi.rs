//! The OpenAPI document, made from the router's own list and the handlers' types.
//!
//! Each handler describes what it gives; what all of them have in common (keys, failures, `Idempotency-Key`) is
//! added here.

use std::sync::OnceLock;

use utoipa::openapi::content::Content;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, InfoBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

use crate::failure::FailureBody;
use crate::router::endpoints;

const FAILURE: &str = "Failure";
const BEARER: &str = "key";

const DESCRIPTION: &str = "Runs plans, which are graphs of prompts, durably on this machine.\n\n\
    Every success is `{\"success\": true, \"data\": …}`, with `pagination` beside the data of a list; every failure is \
    `{\"success\": false, \"error\": {code, message, details}, \"meta\": {requestId, timestamp}}`. \
    `planloom api-info` tells address and key.";

const TAGS: [(&str, &str); 6] = [
    ("plans", "What to do: steps, each a prompt for a model, and what each depends on."),
    ("executions", "One run of one version of a plan on one input."),
    ("live", "Server-Sent Events."),
    ("approvals", "Outputs that wait for a human."),
    ("settings", "Providers, models, queues, keys. Needs the main key."),
    ("service", "The service itself."),
];

/// The document as JSON text.
pub fn openapi_json() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
        text.push('\n');
        text
    })
}

fn document() -> OpenApi {
    let (_router, mut api) = endpoints().split_for_parts();
    api.info =
        InfoBuilder::new().title("Planloom").version(env!("CARGO_PKG_VERSION")).description(Some(DESCRIPTION)).build();
    api.servers = Some(vec![Server::new("/")]);
    let tag = |(name, description): (&str, &str)| TagBuilder::new().name(name).description(Some(description)).build();
    api.tags = Some(TAGS.into_iter().map(tag).collect());
    api.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    add_common_components(api.components.get_or_insert_default());
    for (path, item) in &mut api.paths.paths {
        complete(path, item);
    }
    api
}

fn add_common_components(components: &mut Components) {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The main key, or one with scopes: `dtk_local_…`."))
        .build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    let mut schemas = vec![(FailureBody::name().into_owned(), FailureBody::schema())];
    FailureBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.insert(FAILURE.to_owned(), RefOr::T(failure()));
}

fn failure() -> Response {
    let body = Content::new(Some(Ref::from_schema_name(FailureBody::name())));
    ResponseBuilder::new()
        .description("What is wrong, and what to do")
        .content("application/json", body)
        .header("X-Request-Id", Header::new(text()))
        .build()
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build()
}

/// Adds to an endpoint's operations what they have in common with others.
fn complete(path: &str, item: &mut PathItem) {
    let takes_version = path == "/api/plans/{id}";
    if let Some(read) = &mut item.get {
        without_null(read);
        add_failures(read, path, &[]);
    }
    if let Some(create) = &mut item.post {
        create.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
        // A session needs no key, but then a code, which may be wrong.
        let code: &[&str] = if path == "/api/session" { &["401"] } else { &[] };
        add_failures(create, path, &[&["408", "409", "413", "415", "422"], code].concat());
    }
    if let Some(replace) = &mut item.put {
        let version: &[&str] = if takes_version { &["428"] } else { &[] };
        add_failures(replace, path, &[&["408", "409", "413", "415", "422"], version].concat());
    }
    if let Some(change) = &mut item.patch {
        add_failures(change, path, &["408", "409", "413", "415", "422"]);
    }
    if let Some(delete) = &mut item.delete {
        add_failures(delete, path, &["409"]);
    }
}

/// A header is a text or is not there: `null` in one would be read as a text.
fn without_null(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(Parameter { parameter_in: ParameterIn::Header, schema: Some(RefOr::T(schema)), .. }) = parameter
            && let Schema::Object(object) = schema
        {
            object.schema_type = SchemaType::Type(Type::String);
        }
    }
}

fn add_failures(operation: &mut Operation, path: &str, more: &[&str]) {
    let takes_key = operation.security.is_none();
    let common: &[&str] = if takes_key { &["400", "401", "403", "500", "503"] } else { &["400", "403", "500"] };
    let not_found: &[&str] = if path.contains('{') { &["404"] } else { &[] };
    for status in [common, not_found, more].concat() {
        let failure = RefOr::Ref(Ref::from_response_name(FAILURE));
        operation.responses.responses.entry(status.to_owned()).or_insert(failure);
    }
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same request with the same key within 24 hours has one effect and one answer"))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::String))
                .min_length(Some(1))
                .max_length(Some(255))
                .pattern(Some("^[ -~]+$"))
                .build(),
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    /// The checked-in document, from which the window's types are made, is what the router says. With
    /// `PLANLOOM_REWRITE=1` it is written anew.
    #[test]
    fn the_checked_in_document_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        if std::env::var_os("PLANLOOM_REWRITE").is_some() {
            std::fs::write(&path, openapi_json()).expect("openapi.json can be written");
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        let differs = checked_in.lines().zip(openapi_json().lines()).position(|(old, new)| old != new);
        assert!(
            checked_in == openapi_json(),
            "openapi.json is out of date (line {:?}). Run: PLANLOOM_REWRITE=1 cargo test -p planloom-server openapi",
            differs.map(|line| line + 1)
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document: serde_json::Value = serde_json::from_str(openapi_json()).expect("JSON");
        let mut references = HashSet::new();
        collect(&document, &mut references);
        assert!(references.len() > 20);
        for reference in references {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }

    fn collect(value: &serde_json::Value, references: &mut HashSet<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                references.extend(fields.get("$ref").and_then(|value| value.as_str()).map(str::to_owned));
                fields.values().for_each(|value| collect(value, references));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let document: serde_json::Value = serde_json::from_str(openapi_json()).expect("JSON");
        let mut names = HashSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let name = operation["operationId"].as_str().expect("a name");
                assert!(names.insert(name.to_owned()), "{method} {path}: {name} is taken");
                assert!(operation["summary"].is_string(), "{method} {path} says what it does");
            }
        }
        assert!(names.len() > 35, "{}", names.len());
    }
}
