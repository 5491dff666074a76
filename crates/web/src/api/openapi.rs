//! The description of the API, made from its types.

use std::collections::BTreeMap;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{
    disputes::{self, Dispute, Disputes, Overturned, Ruling, Statement},
    facts::{self, Answer, Decision, Told},
    merges::{self, Done, Merging, Undoing},
    problem::{BadLine, Problem},
};

/// A fact as a system reports it. The keys of each kind stand in docs/reference/facts.md.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportedFact {
    /// The kind, such as `lead`, `activity` or `lead_moved`.
    fact: String,
    /// The source's own key of this fact; the same key twice is one fact.
    id: String,
    /// When it happened, with its zone.
    happened_at: String,
    /// The system that reports; the key's own where none is named.
    source: Option<String>,
    /// Who the person is; kept beside the ledger, so that it can be erased.
    person: Option<ReportedPerson>,
    /// What else this kind of fact says.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    rest: BTreeMap<String, Value>,
}

/// Who somebody is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportedPerson {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// Other things that tell who they are.
    other: BTreeMap<String, String>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lockstep",
        description = "What other systems report, and what the Agreement decides about it.",
        license(name = "Apache-2.0")
    ),
    paths(facts::create, merges::merge, merges::undo, disputes::index, disputes::show),
    components(schemas(
        ReportedFact,
        ReportedPerson,
        Answer,
        Told,
        Decision,
        Merging,
        Undoing,
        Done,
        Disputes,
        Dispute,
        Overturned,
        Ruling,
        Statement,
        Problem,
        BadLine
    )),
    modifiers(&Keys)
)]
struct Api;

struct Keys;

impl Modify for Keys {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key of `lockstep key add`."))
            .build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// Answers with it.
pub(crate) async fn show() -> Response {
    Json(Api::openapi()).into_response()
}
